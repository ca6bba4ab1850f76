"""Packets: the invoice as JSON, signed (JWS), encrypted (JWE), in its envelope; and the way back.

Follows RC_TICS.IS V1.6, parts 5 and 7 (section 3 of the fact sheet). Signature: RS256 over a protected header
of ``alg``, ``x5c`` (bare base64 of DER), ``sigT`` (UTC, seconds, Z) and ``crit`` ["sigT"]. Encryption: RSA-OAEP
with SHA-256 wraps a random key of 256 bits for AES-GCM, IV of 96 bits, ``kid`` of the server's key. Both compact.
"""

import base64
import json
import os
import re
import uuid
from datetime import datetime, timezone
from decimal import Decimal
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .constants import IV_BYTES, JWE_ALGORITHM, JWE_ENCRYPTION, JWS_ALGORITHM, TAG_BYTES
from .taxid import normalise_memory

_PKCS1, _SHA256 = padding.PKCS1v15(), hashes.SHA256()
_OAEP = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
_SIGT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
_UID = re.compile("[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_quoted = json.encoder.encode_basestring
_compact = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True).encode


class PacketFault(ValueError):
    """A packet cannot be built or opened."""


# ------------------------------------------------------------------ JSON
def canonical_json(payload) -> bytes:
    """Return UTF-8 JSON: keys sorted, no blanks, ``Decimal`` written out exactly and without exponent.

    :raises PacketFault: for ``None``, an empty text, a float or a key that is no text: the service refuses nulls
        and empty texts, and a float is no amount
    """
    try:
        return _dump(payload, "").encode()
    except UnicodeEncodeError:
        raise PacketFault("The payload holds half a character (a lone surrogate).") from None


def compact(values):
    """Return nested dictionaries and lists without what is ``None`` or an empty text."""
    if isinstance(values, dict):
        return {
            name: compact(value)
            for name, value in values.items()
            if value is not None and value != ""
        }
    if isinstance(values, list | tuple):
        return [compact(value) for value in values]
    return values


def _dump(value, path):
    kind = type(value)
    if kind is str and value:
        return _quoted(value)
    if kind is int:
        return str(value)
    if kind is dict:
        return (
            "{"
            + ",".join(_member(name, value[name], path) for name in _sorted_keys(value, path))
            + "}"
        )
    if kind in (list, tuple):
        return (
            "["
            + ",".join(_dump(item, f"{path}[{index}]") for index, item in enumerate(value))
            + "]"
        )
    if kind is bool:
        return "true" if value else "false"
    if kind is Decimal and value.is_finite():
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    raise PacketFault(f"{path or 'payload'}: {value!r} cannot be sent.")


def _member(name, value, path):
    return f"{_quoted(name)}:{_dump(value, f'{path}.{name}' if path else name)}"


def _sorted_keys(values, path):
    if not all(type(name) is str for name in values):
        raise PacketFault(f"{path or 'payload'}: a key is no text.")
    return sorted(values)


# ------------------------------------------------------------------ signature
def sign(payload, key, certificate, signed_at=None) -> str:
    """Return the compact JWS of a payload.

    :param payload: a dictionary (written by :func:`canonical_json`), or bytes or text that are signed as they are
    :param key: RSA private key, or an object with ``sign_rs256(data)`` (see ``keys.Signer``)
    :param certificate: the signer's certificate, or a list that begins with it and goes on with its chain
    :param signed_at: the moment of signing, the present when missing; a naive datetime is taken as UTC
    """
    header = _signature_header(_certificate_texts(certificate), format_moment(signed_at))
    signing_input = header + b"." + _encode(_payload_bytes(payload))
    return (signing_input + b"." + _encode(_signature(key, signing_input))).decode()


def verify(jws, public_key=None):
    """Return (payload bytes, header) of a compact JWS whose signature holds.

    :param public_key: the key that has to have signed; when missing, that of the certificate in ``x5c``. The chain
        of the certificate is not judged.
    :raises PacketFault: wrong structure, algorithm, ``crit``, ``sigT`` or signature
    """
    parts = _split(jws, 3, "JWS")
    header = _json_object(_decode(parts[0]), "JWS")
    if header.get("alg") != JWS_ALGORITHM:
        raise PacketFault(
            f"The JWS is signed with {header.get('alg')!r} instead of {JWS_ALGORITHM}."
        )
    _check_critical(header)
    key = public_key or certificate_of(header).public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise PacketFault("The key of the signer is no RSA key.")
    try:
        key.verify(_decode(parts[2]), f"{parts[0]}.{parts[1]}".encode(), _PKCS1, _SHA256)
    except InvalidSignature:
        raise PacketFault("The signature of the JWS does not hold.") from None
    return _decode(parts[1]), header


def certificate_of(header) -> x509.Certificate:
    """Return the first certificate of a JWS header.

    :raises PacketFault: when there is none, or it is not bare base64 of DER
    """
    try:
        text = header["x5c"][0]
        return x509.load_der_x509_certificate(base64.b64decode(text, validate=True))
    except (KeyError, IndexError, TypeError, ValueError):
        raise PacketFault("The JWS holds no readable certificate (x5c).") from None


def format_moment(moment=None) -> str:
    """Return a moment as ``sigT``: UTC, whole seconds, Z. A naive datetime is taken as UTC."""
    moment = moment or datetime.now(timezone.utc)
    if moment.tzinfo:
        moment = moment.astimezone(timezone.utc)
    return moment.replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _check_critical(header):
    critical = header.get("crit", [])
    if critical not in ([], ["sigT"]):
        raise PacketFault("The JWS demands something unknown (crit).")
    if critical and not _SIGT.fullmatch(str(header.get("sigT", ""))):
        raise PacketFault("The time of signing (sigT) is missing or has the wrong form.")


@lru_cache(maxsize=64)
def _certificate_text(certificate):
    return base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode()


def _certificate_texts(certificate):
    chain = certificate if isinstance(certificate, list | tuple) else (certificate,)
    return tuple(_certificate_text(one) for one in chain)


@lru_cache(maxsize=64)
def _signature_header(texts, moment):
    # all packets of one second share it: the certificate makes most of its two thousand bytes
    header = {"alg": JWS_ALGORITHM, "x5c": list(texts), "sigT": moment, "crit": ["sigT"]}
    return _encode(_compact(header).encode())


def _payload_bytes(payload):
    if isinstance(payload, str):
        return payload.encode()
    return payload if isinstance(payload, bytes) else canonical_json(payload)


def _signature(key, data):
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, _PKCS1, _SHA256)
    return key.sign_rs256(data)


# ------------------------------------------------------------------ encryption
def encrypt(jws, public_key, kid) -> str:
    """Return the compact JWE of a signed text, for the server's public key with the id ``kid``."""
    header = _encryption_header(kid)
    secret, vector = os.urandom(32), os.urandom(IV_BYTES)
    sealed = AESGCM(secret).encrypt(vector, _payload_bytes(jws), header)
    wrapped = public_key.encrypt(secret, _OAEP)
    parts = (wrapped, vector, sealed[:-TAG_BYTES], sealed[-TAG_BYTES:])
    return b".".join([header, *map(_encode, parts)]).decode()


def decrypt(jwe, private_key) -> str:
    """Return the text in a compact JWE.

    :param private_key: the server's key, or a function that returns it for a ``kid`` (None: unknown)
    :raises PacketFault: wrong structure, algorithms, length of the IV, key, or a packet that was changed
    """
    parts = _split(jwe, 5, "JWE")
    header = _json_object(_decode(parts[0]), "JWE")
    if (header.get("alg"), header.get("enc")) != (JWE_ALGORITHM, JWE_ENCRYPTION) or "zip" in header:
        raise PacketFault("The algorithms of the JWE are wrong.")
    key = private_key(header.get("kid")) if callable(private_key) else private_key
    wrapped, vector, sealed, tag = map(_decode, parts[1:])
    if len(vector) != IV_BYTES or len(tag) != TAG_BYTES:
        raise PacketFault("The IV or tag of the JWE has the wrong length.")
    if key is None:
        raise PacketFault(f"The key {header.get('kid')!r} of the JWE is not known.")
    try:
        return (
            AESGCM(key.decrypt(wrapped, _OAEP))
            .decrypt(vector, sealed + tag, parts[0].encode())
            .decode()
        )
    except (ValueError, InvalidTag):
        raise PacketFault("The JWE cannot be opened.") from None


@lru_cache(maxsize=64)
def _encryption_header(kid):
    return _encode(_compact({"alg": JWE_ALGORITHM, "enc": JWE_ENCRYPTION, "kid": kid}).encode())


# ------------------------------------------------------------------ envelope
def envelope(jwe, memory_id, uid=None) -> dict:
    """Return a packet of the POST: ``{"payload", "header": {"requestTraceId", "fiscalId"}}``.

    :param uid: the ``requestTraceId`` (8-4-4-4-12 hexadecimal), by which a lost answer is asked for: keep it before
        sending; a new one when missing
    """
    uid = uid or str(uuid.uuid4())
    if not _UID.fullmatch(uid):
        raise PacketFault(f"{uid!r} is no requestTraceId.")
    return {
        "payload": jwe,
        "header": {"requestTraceId": uid, "fiscalId": normalise_memory(memory_id)},
    }


# ------------------------------------------------------------------ helpers
def _encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def _decode(text):
    if not re.fullmatch("[A-Za-z0-9_-]*", text):
        raise PacketFault("A part of the packet is not base64url.")
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise PacketFault("A part of the packet is not base64url.") from None


def _split(text, count, name):
    parts = str(text).split(".")
    if len(parts) != count:
        raise PacketFault(f"The {name} has {len(parts)} parts instead of {count}.")
    return parts


def _json_object(data, name):
    try:
        found = json.loads(data)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise PacketFault(f"The header of the {name} is no JSON object.")
    return found
