"""Packets: JSON, signature and encryption in the form the service demands, and what is refused on the way back."""

import base64
import json
import re
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from odoo.addons.aria_moadian.lib import keys, packet

from .lib_common import certificate, golden, server_key, signing_key

MOMENT = datetime(2023, 5, 13, 17, 10, 37, 988000, tzinfo=timezone.utc)
KID = "6a2bcd88-a871-4245-a393-2843eafe6e02"


@pytest.fixture(name="jws")
def _jws():
    return packet.sign(golden(), signing_key(), certificate(), MOMENT)


def decoded(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def forged(token, index, change):
    """Return a token with one part changed by a function of its bytes."""
    parts = token.split(".")
    parts[index] = base64.urlsafe_b64encode(change(decoded(parts[index]))).rstrip(b"=").decode()
    return ".".join(parts)


# ---------------------------------------------------------------------- JSON
def test_json_is_canonical():
    payload = {
        "b": Decimal("1.50"),
        "a": [1, True, {"z": "فروش", "y": Decimal("1E+3")}],
        "c": Decimal("0.00000001"),
    }
    expected = '{"a":[1,true,{"y":1000,"z":"فروش"}],"b":1.5,"c":0.00000001}'
    assert packet.canonical_json(payload) == expected.encode()


def test_json_keeps_every_digit():
    text = packet.canonical_json({"fee": Decimal("123456789012345678.12345678")}).decode()
    assert text == '{"fee":123456789012345678.12345678}'
    assert packet.canonical_json({"t": 'a"\\\n\u200c'}) == '{"t":"a\\"\\\\\\n\u200c"}'.encode()


@pytest.mark.parametrize(
    "value", [None, "", 1.5, float("nan"), Decimal("NaN"), {1: 2}, object(), "\ud800"]
)
def test_json_refuses_what_the_service_refuses(value):
    with pytest.raises(packet.PacketFault):
        packet.canonical_json({"body": [value]})


def test_compact_takes_out_what_is_empty():
    payload = {"a": None, "b": "", "c": 0, "d": [{"e": None, "f": False}], "g": []}
    assert packet.compact(payload) == {"c": 0, "d": [{"f": False}], "g": []}


# ---------------------------------------------------------------------- signature
def test_header_of_the_signature(jws):
    header = json.loads(decoded(jws.split(".")[0]))
    assert set(header) == {"alg", "x5c", "sigT", "crit"}
    assert (header["alg"], header["sigT"], header["crit"]) == (
        "RS256",
        "2023-05-13T17:10:37Z",
        ["sigT"],
    )
    assert re.fullmatch("[A-Za-z0-9+/]+=*", header["x5c"][0])  # bare base64, no line breaks
    assert packet.certificate_of(header) == certificate()


def test_signature_holds_for_plain_cryptography(jws):
    head, payload, signature = jws.split(".")
    public = certificate().public_key()
    public.verify(
        decoded(signature), f"{head}.{payload}".encode(), padding.PKCS1v15(), hashes.SHA256()
    )
    assert json.loads(decoded(payload)) == golden()


def test_time_of_signing_is_in_utc():
    tehran = timezone(timedelta(hours=3, minutes=30))
    assert (
        packet.format_moment(datetime(2023, 5, 14, 0, 10, tzinfo=tehran)) == "2023-05-13T20:40:00Z"
    )
    assert packet.format_moment(datetime(2023, 5, 14, 0, 10)) == "2023-05-14T00:10:00Z"


def test_time_of_signing_is_fresh():
    def moment():
        return json.loads(
            decoded(packet.sign({"a": 1}, signing_key(), certificate()).split(".")[0])
        )["sigT"]

    before = packet.format_moment()
    assert before <= moment() <= packet.format_moment()


def test_signing_with_a_token_of_hardware():
    class Token:
        def sign_rs256(self, data):
            return keys.SoftwareSigner(signing_key()).sign_rs256(data)

    jws = packet.sign(b"text", Token(), [certificate(), certificate("b")], MOMENT)
    payload, header = packet.verify(jws)
    assert payload == b"text"
    assert len(header["x5c"]) == 2


def test_round_trip(jws):
    payload, _ = packet.verify(jws)
    assert json.loads(payload) == golden()
    assert packet.verify(jws, signing_key().public_key())[0] == payload


def test_other_key_is_refused(jws):
    with pytest.raises(packet.PacketFault, match="does not hold"):
        packet.verify(jws, signing_key("b").public_key())


@pytest.mark.parametrize(
    ("index", "change", "reason"),
    [
        (1, lambda data: data.replace(b"20000", b"20001"), "does not hold"),
        (2, lambda data: data[:-1] + bytes([data[-1] ^ 1]), "does not hold"),
        (0, lambda data: data.replace(b"RS256", b"none"), "instead of RS256"),
        (0, lambda data: data.replace(b'["sigT"]', b'["exp"]'), "crit"),
        (0, lambda data: data.replace(b"37Z", b"37 "), "sigT"),
        (0, lambda data: b'{"alg":"RS256"}', "x5c"),
        (0, lambda data: b"[]", "no JSON object"),
        (0, lambda data: b"\xff", "no JSON object"),
    ],
)
def test_changed_signatures_are_refused(jws, index, change, reason):
    with pytest.raises(packet.PacketFault, match=reason):
        packet.verify(forged(jws, index, change))


@pytest.mark.parametrize("text", ["", "a.b", "a.b.c.d", "!.!.!", None])
def test_no_signature_at_all(text):
    with pytest.raises(packet.PacketFault):
        packet.verify(text)


# ---------------------------------------------------------------------- encryption
@pytest.fixture(name="jwe")
def _jwe(jws):
    return packet.encrypt(jws, server_key().public_key(), KID)


def test_structure_of_the_encryption(jwe):
    head, wrapped, vector, _, tag = jwe.split(".")
    assert json.loads(decoded(head)) == {"alg": "RSA-OAEP-256", "enc": "A256GCM", "kid": KID}
    assert (len(decoded(wrapped)), len(vector), len(decoded(tag))) == (512, 16, 16)


def test_decryption(jws, jwe):
    assert packet.decrypt(jwe, server_key()) == jws
    assert packet.decrypt(jwe, {KID: server_key()}.get) == jws


def test_every_encryption_differs(jws, jwe):
    other = packet.encrypt(jws, server_key().public_key(), KID)
    assert not set(jwe.split(".")[1:]) & set(other.split(".")[1:])


def test_rotated_key(jwe):
    with pytest.raises(packet.PacketFault, match="not known"):
        packet.decrypt(jwe, {}.get)
    with pytest.raises(packet.PacketFault, match="cannot be opened"):
        packet.decrypt(jwe, signing_key("b"))


@pytest.mark.parametrize(
    ("index", "change", "reason"),
    [
        (0, lambda data: data.replace(b"A256GCM", b"A128GCM"), "algorithms"),
        (0, lambda data: data.replace(b'"kid"', b'"zip":"DEF","kid"'), "algorithms"),
        (0, lambda data: data.replace(b'"kid"', b'"x":1,"kid"'), "cannot be opened"),
        (1, lambda data: data[:-1] + bytes([data[-1] ^ 1]), "cannot be opened"),
        (2, lambda data: data[:-1], "IV"),
        (3, lambda data: bytes([data[0] ^ 1]) + data[1:], "cannot be opened"),
        (4, lambda data: data[:-1] + bytes([data[-1] ^ 1]), "cannot be opened"),
    ],
)
def test_changed_packets_are_refused(jwe, index, change, reason):
    with pytest.raises(packet.PacketFault, match=reason):
        packet.decrypt(forged(jwe, index, change), server_key())


# ---------------------------------------------------------------------- envelope
def test_envelope():
    uid = "35b57c12-51b1-4bf6-b07c-9b53b1b7c2a1"
    assert packet.envelope("x", "a11216", uid) == {
        "payload": "x",
        "header": {"requestTraceId": uid, "fiscalId": "A11216"},
    }
    first, second = (packet.envelope("x", "A11216")["header"]["requestTraceId"] for _ in range(2))
    assert first != second
    with pytest.raises(packet.PacketFault, match="requestTraceId"):
        packet.envelope("x", "A11216", "5")
    with pytest.raises(ValueError, match="memory id"):
        packet.envelope("x", "A1121")
