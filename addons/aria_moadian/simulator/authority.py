"""A certificate authority for the simulator: it licenses the certificates that the server trusts.

The real organisation trusts licensed intermediate authorities; a self-signed certificate does not work there, nor
here. Keys of 4096 bits cost half a second: a process makes each once.
"""

import datetime
from functools import cache
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

SIGNING_BITS = 2048
SERVER_BITS = 4096
DAY = datetime.timedelta(days=1)


@cache
def process_key(bits, index):
    """Return the RSA key number ``index`` of this process; made once."""
    return rsa.generate_private_key(65537, bits)


def pem_of_key(key, password=None):
    """Return a private key as PKCS#8 PEM (bytes)."""
    lock = (
        serialization.BestAvailableEncryption(password)
        if password
        else serialization.NoEncryption()
    )
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)


@cache
def key_of_pem(pem):
    """Return the private key of a PEM that this simulator wrote (bytes)."""
    # a proof that the primes are primes costs more than all the rest of a test
    return serialization.load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True)


class Credentials(NamedTuple):
    """What a taxpayer signs with: PEM (bytes) of key and certificate."""

    key_pem: bytes
    certificate_pem: bytes


def _name(common, serial_number=None):
    parts = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "IR"),
        x509.NameAttribute(NameOID.COMMON_NAME, common),
    ]
    if serial_number:
        parts.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, serial_number))
    return x509.Name(parts)


class Authority:
    """Issues certificates; ``certificate`` is the anchor of the server's trust."""

    def __init__(self, key, certificate):
        self.key = key
        self.certificate = certificate

    @classmethod
    def make(cls, now, key=None, name="Aria Simulator Intermediate CA"):
        """Make an authority, valid from ten years before ``now`` (aware datetime) to thirty after."""
        key = key or process_key(SIGNING_BITS, "authority")
        subject = _name(name)
        builder = cls._builder(
            subject, subject, key.public_key(), now - 3650 * DAY, now + 10950 * DAY
        )
        builder = builder.add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        return cls(key, builder.sign(key, hashes.SHA256()))

    @staticmethod
    def _builder(subject, issuer, public_key, begin, end):
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(end)
        )

    def issue(self, national_id, begin, end, key=None, name=None):
        """Return Credentials of the owner of a national id, valid between two aware datetimes."""
        key = key or process_key(SIGNING_BITS, national_id)
        subject = _name(name or f"Taxpayer {national_id} [Stamp]", national_id)
        builder = self._builder(subject, self.certificate.subject, key.public_key(), begin, end)
        certificate = builder.sign(self.key, hashes.SHA256())
        return Credentials(pem_of_key(key), certificate.public_bytes(serialization.Encoding.PEM))

    def license(self, request, begin, end):
        """Return the certificate (PEM) of a certificate request (PEM), valid between two aware datetimes."""
        asked = x509.load_pem_x509_csr(request)
        if not asked.is_signature_valid:
            raise ValueError("The request is not signed by the key in it.")
        builder = self._builder(
            asked.subject, self.certificate.subject, asked.public_key(), begin, end
        )
        return builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
