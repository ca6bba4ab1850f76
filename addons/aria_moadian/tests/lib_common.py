"""What the tests of the library share: the official sample, keys made once, invoices by pattern."""

import copy
from datetime import datetime, timedelta, timezone
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from odoo.addons.aria_moadian.lib import amounts, constants

# The sample of RC_TICS.IS, p. 20
GOLDEN = {
    "header": {
        "taxid": "A1121604C220002F095011",
        "indatim": 1683997837988,
        "inty": 1,
        "inp": 1,
        "ins": 1,
        "tins": "14003778990",
        "tob": 2,
        "bid": "10100302746",
        "tinb": "10100302746",
        "tprdis": 20000,
        "tdis": 500,
        "tadis": 19500,
        "tvam": 1755,
        "todam": 0,
        "tbill": 21255,
        "setm": 2,
    },
    "body": [
        {
            "sstid": "2710000138624",
            "mu": "164",
            "am": 2,
            "fee": 10000,
            "prdis": 20000,
            "dis": 500,
            "adis": 19500,
            "vra": 9,
            "vam": 1755,
            "tsstam": 21255,
        }
    ],
    "payments": [],
}
NOW = GOLDEN["header"]["indatim"] + 3_600_000
SELLER = "14003778990"
PERSON = "0499370899"


def golden():
    """Return a copy of the official sample that a test may change."""
    return copy.deepcopy(GOLDEN)


@cache
def _key(name, bits):
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def signing_key(name="a"):
    """Return an RSA-2048 key, made once for each name."""
    return _key(name, constants.SIGNING_KEY_BITS)


def server_key(name="a"):
    """Return an RSA-4096 key, as the service has, made once for each name."""
    return _key(name, constants.SERVER_KEY_BITS)


def certificate(name="a", national_id=SELLER, begin=-1, end=365):
    """Return a certificate of the key with that name, made once; days are counted from now."""
    return _certificate(name, national_id, begin, end)


@cache
def _certificate(name, national_id, begin, end):
    key, now = signing_key(name), datetime.now(timezone.utc)
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, "Anzali [Stamp]"),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, national_id),
        ]
    )
    builder = x509.CertificateBuilder(
        subject, subject, key.public_key(), x509.random_serial_number()
    )
    builder = builder.not_valid_before(now + timedelta(days=begin)).not_valid_after(
        now + timedelta(days=end)
    )
    return builder.sign(key, hashes.SHA256())


def invoice(inp=1, lines=(), inty=1, **header):
    """Return a complete invoice of a pattern, its amounts computed."""
    values = {
        name: GOLDEN["header"][name]
        for name in ("taxid", "indatim", "ins", "tins", "tob", "tinb", "setm")
    }
    values = {**values, "inty": inty, "inp": inp, **header}
    values = {name: value for name, value in values.items() if value is not None}
    base = {"sstid": "2710000138624", "am": 1, "fee": 1000, "vra": 10}
    body = [
        {name: value for name, value in {**base, **line}.items() if value is not None}
        for line in lines or [{}]
    ]
    return amounts.compute_invoice({"header": values, "body": body, "payments": []})


SAMPLES = {
    1: lambda: invoice(1),
    2: lambda: invoice(
        2,
        [
            {
                "am": None,
                "fee": None,
                "cfee": 100,
                "cut": "USD",
                "exr": 600000,
                "cpr": 590000,
                "sovat": 1000000,
            }
        ],
    ),
    3: lambda: invoice(
        3, [{"am": "2.5", "fee": 40000000, "consfee": 3000000, "spro": 7000000, "cui": 750}]
    ),
    4: lambda: invoice(4, crn="123456"),
    5: lambda: invoice(5, billid="1234567890"),
    6: lambda: invoice(6, [{"fee": 15000000}], ft=1, tob=1, bid="0499370899", tinb=None),
    7: lambda: invoice(
        7,
        [
            {
                "fee": None,
                "am": 30,
                "ssrv": 100000000,
                "sscv": "166.6667",
                "cut": "USD",
                "exr": 600000,
                "vra": 0,
                "nw": 20,
            }
        ],
        tob=None,
        tinb=None,
    ),
    8: lambda: invoice(
        8,
        lno="1",
        ocu="033",
        oci="1",
        dco="004",
        tid="0499370899",
        lt=3,
        cno="W5",
        sg=[{"sgid": "2" * 13, "sgt": "فرش"}],
    ),
    9: lambda: invoice(9, [{"am": 1000, "fee": 15000, "vra": None, "vba": "12.3456"}]),
    11: lambda: invoice(
        11, [{"fee": None, "am": 10, "mu": "169", "adis": 5000000, "vra": 0}], asn="7", asd=19490
    ),
    13: lambda: invoice(13, **{"in": "123456789"}),
    14: lambda: invoice(14, [{"vra": 0}]),
}
