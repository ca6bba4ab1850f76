"""Keys and certificates in every form they come in, and what is said of bad ones."""

import re

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from odoo.addons.aria_moadian.lib import keys

from .lib_common import SELLER, certificate, signing_key

PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER
PKCS1, PKCS8 = serialization.PrivateFormat.TraditionalOpenSSL, serialization.PrivateFormat.PKCS8
OPEN, LOCKED = serialization.NoEncryption(), serialization.BestAvailableEncryption("رمز".encode())


def same(key):
    return key.private_numbers() == signing_key().private_numbers()


@pytest.mark.parametrize("encoding", [PEM, DER])
@pytest.mark.parametrize("form", [PKCS1, PKCS8])
def test_open_keys(encoding, form):
    data = signing_key().private_bytes(encoding, form, OPEN)
    assert same(keys.load_private_key(data))
    assert same(keys.load_private_key(data, "a password that is not needed"))


@pytest.mark.parametrize(("encoding", "form"), [(PEM, PKCS1), (PEM, PKCS8), (DER, PKCS8)])
def test_locked_keys(encoding, form):
    data = signing_key().private_bytes(encoding, form, LOCKED)
    assert same(keys.load_private_key(data, "رمز"))
    with pytest.raises(keys.KeyFault, match="password of the key is wrong"):
        keys.load_private_key(data, "other")
    with pytest.raises(keys.KeyFault, match="give its password"):
        keys.load_private_key(data)


def test_text_and_surrounding_lines():
    pem = keys.private_pem(signing_key()).decode()
    assert same(keys.load_private_key(f"Bag Attributes: x\n{pem}\n"))
    assert same(keys.load_private_key(keys.private_pem(signing_key(), "x"), "x"))


def test_pkcs12():
    name, chain = "کلید".encode(), [certificate("b")]
    data = pkcs12.serialize_key_and_certificates(name, signing_key(), certificate(), chain, LOCKED)
    assert same(keys.load_private_key(data, "رمز"))
    assert keys.load_certificates(data, "رمز") == [certificate(), certificate("b")]
    for password in ("other", None):
        with pytest.raises(keys.KeyFault):
            keys.load_private_key(data, password)
        with pytest.raises(keys.KeyFault):
            keys.load_certificates(data, password)


@pytest.mark.parametrize(
    "data", [b"", None, "text", b"\x00\x01", "-----BEGIN PRIVATE KEY-----\nAAAA\n"]
)
def test_no_key(data):
    with pytest.raises(keys.KeyFault, match="no readable private key"):
        keys.load_private_key(data)


def test_other_kinds_of_keys():
    curve = ec.generate_private_key(ec.SECP256R1()).private_bytes(PEM, PKCS8, OPEN)
    with pytest.raises(keys.KeyFault, match="not an RSA key"):
        keys.load_private_key(curve)
    short = rsa.generate_private_key(65537, 1024).private_bytes(PEM, PKCS8, OPEN)
    with pytest.raises(keys.KeyFault, match="1024 bits"):
        keys.load_private_key(short)


def test_certificates():
    pem = b"".join(certificate(name).public_bytes(PEM) for name in "ab")
    assert keys.load_certificates(pem) == [certificate(), certificate("b")]
    assert keys.load_certificates(certificate().public_bytes(DER)) == [certificate()]
    with pytest.raises(keys.KeyFault, match="no readable certificate"):
        keys.load_certificates(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")


def test_subject():
    subject = keys.subject_of(certificate())
    assert (subject.national_id, subject.common_name, subject.organisation) == (
        SELLER,
        "Anzali [Stamp]",
        "",
    )
    assert subject.not_before < subject.not_after


def test_pair():
    assert (
        keys.check_pair(signing_key(), certificate(), national_ids=(SELLER,)).national_id == SELLER
    )
    assert keys.check_pair(keys.SoftwareSigner(signing_key()), certificate())
    with pytest.raises(keys.KeyFault, match="does not belong"):
        keys.check_pair(signing_key("b"), certificate())
    with pytest.raises(keys.KeyFault, match="expired"):
        keys.check_pair(signing_key(), certificate("a", SELLER, -20, -10))
    with pytest.raises(keys.KeyFault, match="not in force yet"):
        keys.check_pair(signing_key(), certificate("a", SELLER, 10, 20))
    with pytest.raises(keys.KeyFault, match="not for your company"):
        keys.check_pair(signing_key(), certificate(), national_ids=("10100302746",))


def test_request_for_a_certificate():
    request = x509.load_pem_x509_csr(
        keys.make_request(signing_key(), "بازرگانی آریا", SELLER, email="a@b.ir")
    )
    texts = {attribute.rfc4514_attribute_name: attribute.value for attribute in request.subject}
    assert texts["CN"] == "بازرگانی آریا [Stamp]"
    assert texts["2.5.4.5"] == SELLER
    assert texts["C"] == "IR"
    assert request.is_signature_valid
    assert request.public_key().public_numbers() == signing_key().public_key().public_numbers()


def test_request_of_a_long_name():
    request = x509.load_pem_x509_csr(
        keys.make_request(signing_key(), "شرکت " * 20, SELLER, email="پست@b.ir")
    )
    texts = {attribute.rfc4514_attribute_name: attribute.value for attribute in request.subject}
    assert len(texts["CN"].encode()) <= 64
    assert texts["CN"] == "شرکت شرکت شرکت شرکت شرکت شرکت [Stamp]"
    assert not [name for name in texts if "1.9.1" in name]


def test_new_keys_have_the_right_size():
    assert keys.generate_key().key_size == 2048
    assert keys.public_pem(signing_key()).startswith(b"-----BEGIN PUBLIC KEY-----")


def test_no_secret_in_texts():
    assert "PRIVATE" not in repr(keys.SoftwareSigner(signing_key()))
    with pytest.raises(keys.KeyFault) as caught:
        keys.load_private_key(keys.private_pem(signing_key(), "secret"), "guess")
    fault = caught.value
    assert not re.search("guess|secret|BEGIN", f"{fault!r} {fault.fa} {fault.en}")
    assert fault.fa.endswith(".") and fault.en.endswith(".")
