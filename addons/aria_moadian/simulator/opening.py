"""Opens what clients send: JWE, then JWS, then the certificate. Strict, and apart from ``lib/packet.py``."""

import base64
import binascii
import datetime
import itertools
import json
import re
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509.oid import NameOID

OAEP = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
BASE64URL = re.compile(r"[A-Za-z0-9_-]*")
BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
SIGNED_AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
JWS_KEYS = {"alg", "x5c", "sigT", "crit"}
JWS_EXTRA = {"typ", "cty"}


class Refused(Exception):
    """What was sent cannot be opened; carries the reason's name, or a code."""


def decode_segment(text):
    """Decode one base64url segment without padding, or refuse."""
    if not BASE64URL.fullmatch(text) or len(text) % 4 == 1:
        raise Refused("structure")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encode_segment(data):
    """Encode bytes as a base64url segment without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unique(pairs):
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key stands twice")
    return result


def _no_constant(name):
    raise ValueError(f"{name} is not JSON")


def strict_json(data, **options):
    """Decode JSON bytes (UTF-8); keys that stand twice and NaN are errors (ValueError)."""
    text = data.decode("utf-8") if isinstance(data, bytes) else data
    return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant, **options)


def _json_segment(text):
    try:
        value = strict_json(decode_segment(text))
    except (ValueError, RecursionError) as error:
        raise Refused("structure") from error
    if not isinstance(value, dict):
        raise Refused("structure")
    return value


# -- JWE ------------------------------------------------------------------------------------------------------------


def open_jwe(text, find_key):
    """Return the plain bytes of a compact JWE; ``find_key(kid)`` gives the private key or None."""
    parts = text.split(".") if isinstance(text, str) else []
    if len(parts) != 5:
        raise Refused("04150")
    try:
        header = _json_segment(parts[0])
        wrapped, iv, cipher, tag = map(decode_segment, parts[1:])
    except Refused as error:
        raise Refused("04150") from error
    if (header.get("alg"), header.get("enc")) != ("RSA-OAEP-256", "A256GCM") or "zip" in header:
        raise Refused("04152")
    if len(iv) != 12:
        raise Refused("04153")
    key = find_key(header.get("kid"))
    if key is None or len(tag) != 16:
        raise Refused("04150")
    try:
        secret = key.decrypt(wrapped, OAEP)
        return AESGCM(secret).decrypt(iv, cipher + tag, parts[0].encode())
    except (ValueError, InvalidTag) as error:
        raise Refused("04150") from error


# -- certificates ---------------------------------------------------------------------------------------------------


class Signer:
    """A parsed certificate: its key, whose it is, and when it is valid."""

    def __init__(self, certificate):
        self.certificate = certificate
        self.public_key = certificate.public_key()
        names = certificate.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)
        self.national_id = names[0].value if names else ""
        self.serial = certificate.serial_number
        self.begin = certificate.not_valid_before_utc
        self.end = certificate.not_valid_after_utc


@lru_cache(maxsize=4096)
def read_certificate(text):
    """Return the Signer of one x5c element (bare base64 of DER), or refuse."""
    if not isinstance(text, str) or not BASE64.fullmatch(text):
        raise Refused("x5c_format")
    try:
        return Signer(x509.load_der_x509_certificate(base64.b64decode(text, validate=True)))
    except (ValueError, binascii.Error) as error:
        raise Refused("x5c_format") from error


@lru_cache(maxsize=4096)
def issued_by(text, issuer_der):
    """Return whether the issuer signed the certificate of an x5c element directly."""
    issuer = x509.load_der_x509_certificate(issuer_der)
    try:
        # a taxpayer's own certificate issues nothing
        if not issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            return False
        read_certificate(text).certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    return True


class Trust:
    """The anchors, what was revoked, and the tolerance of the signing time."""

    def __init__(self, anchors, tolerance_s=900):
        self.anchors = [anchor.public_bytes(serialization.Encoding.DER) for anchor in anchors]
        self.revoked = set()
        self.tolerance = datetime.timedelta(seconds=tolerance_s)

    def accepts(self, chain, now):
        """Return whether an x5c chain leads to an anchor and every part of it is valid now."""
        if not all(self._valid(read_certificate(text), now) for text in chain):
            return False
        for text, issuer in itertools.pairwise(chain):
            der = base64.b64decode(issuer)
            if not issued_by(text, der):
                return any(issued_by(text, anchor) for anchor in self.anchors)
        last = chain[-1]
        return base64.b64decode(last) in self.anchors or any(
            issued_by(last, anchor) for anchor in self.anchors
        )

    def _valid(self, signer, now):
        return signer.begin <= now <= signer.end and signer.serial not in self.revoked

    def recent(self, text, now):
        """Return whether a sigT (UTC, seconds, Z) is near the server's time."""
        if not isinstance(text, str) or not SIGNED_AT.fullmatch(text):
            return False
        try:
            signed = datetime.datetime.fromisoformat(text[:-1]).replace(
                tzinfo=datetime.timezone.utc
            )
        except ValueError:
            return False
        return abs(now - signed) <= self.tolerance


# -- JWS ------------------------------------------------------------------------------------------------------------


def _protected(text):
    header = _json_segment(text)
    if "x5c" not in header:
        raise Refused("x5c_missing")
    if header.get("alg") != "RS256" or header.get("crit") != ["sigT"]:
        raise Refused("structure")
    if not JWS_KEYS <= set(header) <= JWS_KEYS | JWS_EXTRA:
        raise Refused("structure")
    if not isinstance(header["x5c"], list) or not header["x5c"]:
        raise Refused("x5c_format")
    return header


def open_jws(text, trust, now):
    """Return (payload bytes, Signer) of a compact JWS, or refuse with the name of the reason."""
    parts = text.split(".") if isinstance(text, str) else []
    if len(parts) != 3:
        raise Refused("structure")
    header = _protected(parts[0])
    signer = read_certificate(header["x5c"][0])
    if not isinstance(signer.public_key, rsa.RSAPublicKey) or signer.public_key.key_size != 2048:
        raise Refused("public_key")
    if not trust.accepts(header["x5c"], now) or not trust.recent(header["sigT"], now):
        raise Refused("certificate")
    payload, signature = decode_segment(parts[1]), decode_segment(parts[2])
    try:
        signed = f"{parts[0]}.{parts[1]}".encode()
        signer.public_key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
        payload.decode("utf-8")
    except InvalidSignature as error:
        raise Refused("signature") from error
    except UnicodeDecodeError as error:
        raise Refused("utf8") from error
    return payload, signer


def sign_receipt(key, payload, signed_at):
    """Return the organisation's receipt: a compact JWS over a dict, with the header it uses."""
    parts = [
        encode_segment(json.dumps(part, separators=(",", ":")).encode())
        for part in ({"alg": "RS256", "sigT": signed_at}, payload)
    ]
    signature = key.sign(".".join(parts).encode(), padding.PKCS1v15(), hashes.SHA256())
    return ".".join([*parts, encode_segment(signature)])
