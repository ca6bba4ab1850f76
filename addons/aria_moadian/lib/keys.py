"""Keys and certificates: reading, checking, asking for one.

Follows section 12 of the fact sheet: a key of RSA-2048, uploaded to the portal; for API v2 a certificate of a
licensed authority whose subject SERIALNUMBER is the national id that owns the fiscal memory. Files may be PEM
(PKCS#1, PKCS#8, encrypted or not), DER or PKCS#12. No error text ever holds a part of a key or a password.
"""

import contextlib
from datetime import datetime, timezone
from typing import NamedTuple, Protocol

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from .constants import SIGNING_KEY_BITS

_PKCS1 = padding.PKCS1v15()
_SHA256 = hashes.SHA256()
_LONGEST_NAME = 64  # bytes of a common name: X.520 says characters, programs count bytes


class KeyFault(ValueError):
    """A key or certificate cannot be used; ``fa`` and ``en`` say why, in a whole sentence."""

    def __init__(self, fa, en):
        # EXTENDS 'Exception'
        super().__init__(en)
        self.fa, self.en = fa, en


class Signer(Protocol):
    """What signs: a key in memory (:class:`SoftwareSigner`) or one that never leaves its token (PKCS#11).

    The seam for a token: an object with these two methods goes wherever a private key does.
    """

    def public_key(self) -> rsa.RSAPublicKey:
        """Return the public half, which has to be that of the certificate."""

    def sign_rs256(self, data: bytes) -> bytes:
        """Return the RSASSA-PKCS1-v1_5 signature with SHA-256 over ``data``."""


class SoftwareSigner:
    """Signs with a private key held in memory. Its representation does not show the key."""

    def __init__(self, key: rsa.RSAPrivateKey):
        self._key = key

    def sign_rs256(self, data: bytes) -> bytes:
        return self._key.sign(data, _PKCS1, _SHA256)

    def public_key(self):
        return self._key.public_key()


class Subject(NamedTuple):
    """Who a certificate speaks for, and from when until when (UTC)."""

    national_id: str
    common_name: str
    organisation: str
    issuer: str
    not_before: datetime
    not_after: datetime


def load_private_key(data, password=None) -> rsa.RSAPrivateKey:
    """Return the RSA-2048 key in a file's content: PEM, DER (PKCS#1, PKCS#8) or PKCS#12.

    :param data: bytes or text
    :param password: text or bytes, when the file is encrypted
    :raises KeyFault: wrong password, password missing, no key, another kind or size
    """
    data, password = _bytes(data), _bytes(password) or None
    key = _load_key(data, password)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise KeyFault("کلید خصوصی از نوع RSA نیست.", "The private key is not an RSA key.")
    if key.key_size != SIGNING_KEY_BITS:
        raise KeyFault(
            f"کلید خصوصی {key.key_size} بیتی است؛ سامانه مودیان کلید ۲۰۴۸ بیتی می‌پذیرد.",
            f"The private key has {key.key_size} bits; the service takes keys of {SIGNING_KEY_BITS} bits.",
        )
    return key


def _load_key(data, password):
    loaders = (serialization.load_pem_private_key, serialization.load_der_private_key)
    if b"-----BEGIN" in data:
        loaders = loaders[:1]
    for loader in loaders:
        try:
            return loader(data, password)
        except TypeError:
            if password is None:
                raise _password_fault(password) from None
            with contextlib.suppress(ValueError, TypeError):
                return loader(data, None)  # a password was given for a file that has none
        except (ValueError, UnsupportedAlgorithm):
            continue
    with contextlib.suppress(ValueError):
        found = pkcs12.load_key_and_certificates(data, password)[0]
        if found is not None:
            return found
    if _is_encrypted(data):
        raise _password_fault(password)
    raise KeyFault(
        "فایل کلید خصوصی خوانا نیست یا کلیدی در آن نیست.", "The file holds no readable private key."
    )


def load_certificates(data, password=None) -> list:
    """Return the certificates in a file's content (PEM, DER or PKCS#12): the signer's first, then its chain.

    :raises KeyFault: when there is none, or the password of the PKCS#12 file is wrong
    """
    data, password = _bytes(data), _bytes(password) or None
    found = []
    if b"-----BEGIN CERTIFICATE" in data:
        with contextlib.suppress(ValueError):
            found = x509.load_pem_x509_certificates(data)
    else:
        with contextlib.suppress(ValueError):
            found = [x509.load_der_x509_certificate(data)]
    if not found:
        with contextlib.suppress(ValueError):
            _, own, chain = pkcs12.load_key_and_certificates(data, password)
            found = [certificate for certificate in [own, *chain] if certificate]
    if not found:
        raise KeyFault(
            "فایل گواهی خوانا نیست یا گواهی‌ای در آن نیست.",
            "The file holds no readable certificate.",
        )
    return found


def subject_of(certificate: x509.Certificate) -> Subject:
    """Return who a certificate speaks for; missing parts are empty texts."""
    return Subject(
        _attribute(certificate.subject, NameOID.SERIAL_NUMBER),
        _attribute(certificate.subject, NameOID.COMMON_NAME),
        _attribute(certificate.subject, NameOID.ORGANIZATION_NAME),
        _attribute(certificate.issuer, NameOID.COMMON_NAME),
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
    )


def check_pair(key, certificate, now=None, national_ids=()) -> Subject:
    """Check that a key belongs to a certificate, that it is in force and speaks for the right person.

    :param key: private key or :class:`Signer` with ``public_key()``
    :param now: aware datetime; the present when missing
    :param national_ids: identifiers of the owner, of which the subject SERIALNUMBER has to be one; any when empty
    :raises KeyFault: naming what is wrong
    """
    subject, now = subject_of(certificate), now or datetime.now(timezone.utc)
    if key.public_key().public_numbers() != certificate.public_key().public_numbers():
        raise KeyFault(
            "کلید خصوصی با این گواهی جفت نیست.",
            "The private key does not belong to this certificate.",
        )
    if now < subject.not_before:
        raise KeyFault("اعتبار گواهی هنوز آغاز نشده است.", "The certificate is not in force yet.")
    if now > subject.not_after:
        raise KeyFault(
            f"گواهی در تاریخ {subject.not_after.date()} (میلادی) منقضی شده است.",
            f"The certificate expired on {subject.not_after.date()}.",
        )
    if national_ids and subject.national_id not in national_ids:
        raise KeyFault(
            f"گواهی از آن شناسه {subject.national_id or '؟'} است، نه شرکت شما.",
            f"The certificate speaks for {subject.national_id or '?'}, not for your company.",
        )
    return subject


def generate_key() -> rsa.RSAPrivateKey:
    """Return a new RSA-2048 private key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=SIGNING_KEY_BITS)


def private_pem(key, password=None) -> bytes:
    """Return a private key as PKCS#8 PEM, encrypted when a password is given."""
    password = _bytes(password)
    encryption = (
        serialization.BestAvailableEncryption(password)
        if password
        else serialization.NoEncryption()
    )
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
    )


def public_pem(key) -> bytes:
    """Return the public half of a private key as PEM, as the portal takes it."""
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, spki)


def make_request(
    key, name, national_id, *, stamp=True, organisation="Non-Governmental", unit="", email=""
) -> bytes:
    """Return a certificate request (CSR, PEM) for a licensed authority.

    :param name: the name of the person or company, in Persian or English
    :param stamp: a company's stamp ("[Stamp]"); False for a person's signature ("[Sign]")
    """
    kind = f" [{'Stamp' if stamp else 'Sign'}]"
    parts = [
        (NameOID.COUNTRY_NAME, "IR"),
        (NameOID.ORGANIZATION_NAME, organisation),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
        (NameOID.SERIAL_NUMBER, national_id),
        (NameOID.COMMON_NAME, f"{_cut(name, _LONGEST_NAME - len(kind))}{kind}"),
        (NameOID.EMAIL_ADDRESS, email if email.isascii() else ""),
    ]
    subject = x509.Name([x509.NameAttribute(oid, text) for oid, text in parts if text])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, _SHA256)
    return request.public_bytes(serialization.Encoding.PEM)


# ------------------------------------------------------------------ helpers
_PASSWORD_MISSING = KeyFault(
    "فایل کلید رمز دارد؛ رمز آن را وارد کنید.", "The key is encrypted; give its password."
)
_WRONG_PASSWORD = KeyFault("رمز فایل کلید درست نیست.", "The password of the key is wrong.")
# PKCS#5 password-based encryption and PKCS#12 containers, by their object identifiers in DER
_ENCRYPTED_OIDS = (bytes.fromhex("2a864886f70d0105"), bytes.fromhex("2a864886f70d010c"))


def _password_fault(password):
    if password is None:
        return KeyFault(
            "فایل کلید رمز دارد؛ رمز آن را وارد کنید.", "The key is encrypted; give its password."
        )
    return KeyFault("رمز فایل کلید درست نیست.", "The password of the key is wrong.")


def _cut(text, most):
    """Return a text of at most so many bytes, whole words where there are several."""
    cut = text.encode()[:most].decode(errors="ignore")
    return (cut if cut == text else cut.rpartition(" ")[0] or cut).strip()


def _is_encrypted(data):
    return b"ENCRYPTED" in data or any(oid in data for oid in _ENCRYPTED_OIDS)


def _bytes(value):
    return value.encode() if isinstance(value, str) else bytes(value or b"")


def _attribute(name, oid):
    found = name.get_attributes_for_oid(oid)
    return str(found[0].value) if found else ""
