"""What the tests of the simulator send: invoices, and packets that are wrong in exactly one way.

The wire form is written out here once more, by hand, as a test needs to break every part of it.
"""

import base64
import copy
import json
import os
import re
import urllib.error
import urllib.parse
import urllib.request
import uuid

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from odoo.addons.aria_moadian.simulator import Clock, Simulator
from odoo.addons.aria_moadian.simulator import taxid as taxids

MEMORY, SELLER, BUYER = "A11216", "14003778990", "10100302746"
PERSON, PERSON_ECONOMIC = "0499370899", "04993708990001"
NOW_MS = 1_760_000_000_000
DAY_MS = 86_400_000
OAEP = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def dumps(value):
    """Return JSON in which a Decimal keeps all its digits."""
    text = json.dumps(value, ensure_ascii=False, default=lambda number: f"@@{number:f}@@")
    return re.sub(r'"@@(.*?)@@"', r"\1", text)


# -- invoices -------------------------------------------------------------------------------------------------------


def line(am=2, fee=10000, dis=500, vra=9, **values):
    """Return a line of pattern 1 whose sums are right."""
    prdis = am * fee
    vam = (prdis - dis) * vra // 100
    sums = {
        "prdis": prdis,
        "dis": dis,
        "adis": prdis - dis,
        "vra": vra,
        "vam": vam,
        "tsstam": prdis - dis + vam,
    }
    return {"sstid": "2710000138624", "mu": "164", "am": am, "fee": fee, **sums, **values}


def totals(lines):
    """Return the header's sums of lines, for every pattern but export."""
    return {
        "tprdis": sum(row["prdis"] for row in lines),
        "tdis": sum(row["dis"] for row in lines),
        "tadis": sum(row["adis"] for row in lines),
        "tvam": sum(row["vam"] for row in lines),
        "todam": sum(row.get("odam", 0) + row.get("olam", 0) for row in lines),
        "tbill": sum(row["tsstam"] for row in lines),
    }


def invoice(serial=1, lines=None, indatim=NOW_MS, memory=MEMORY, **header):
    """Return a sound invoice of pattern 1 to a company; None as a value takes a field out."""
    lines = copy.deepcopy(lines) if lines is not None else [line()]
    values = {
        "taxid": taxids.write(memory, indatim // DAY_MS, serial),
        "indatim": indatim,
        "inno": f"{serial:010X}",
        "inty": 1,
        "inp": 1,
        "ins": 1,
        "tins": SELLER,
        "tob": 2,
        "bid": BUYER,
        "tinb": BUYER,
        "setm": 2,
        **(totals(lines) if lines and "prdis" in lines[0] else {}),
        **header,
    }
    return {
        "header": {k: v for k, v in values.items() if v is not None},
        "body": lines,
        "payments": [],
    }


def referring(old, ins, serial, lines=None, **header):
    """Return a correction, cancellation or return of an invoice."""
    drop = dict.fromkeys(("tob", "bid", "tinb"))
    if ins == 3:
        drop.update(
            dict.fromkeys(
                ("inty", "inp", "setm", "tprdis", "tdis", "tadis", "tvam", "todam", "tbill")
            )
        )
    values = {
        "indatim": old["header"]["indatim"],
        **drop,
        "ins": ins,
        "irtaxid": old["header"]["taxid"],
        **header,
    }
    new = invoice(serial, old.get("body", []) if lines is None else lines, **values)
    if ins == 3:
        del new["body"], new["payments"]
    return new


# -- packets --------------------------------------------------------------------------------------------------------


class Signatory:
    """A key and certificate that sign, rightly or wrongly."""

    def __init__(self, credentials, clock):
        self.key = serialization.load_pem_private_key(credentials.key_pem, None)
        self.certificate = x509.load_pem_x509_certificate(credentials.certificate_pem)
        self.clock = clock

    def der(self):
        return base64.b64encode(self.certificate.public_bytes(serialization.Encoding.DER)).decode()

    def sign(self, payload, **header):
        """Return a compact JWS; header values replace the right ones, None takes one out."""
        moment = self.clock.now().replace(microsecond=0, tzinfo=None).isoformat() + "Z"
        values = {"alg": "RS256", "x5c": [self.der()], "sigT": moment, "crit": ["sigT"], **header}
        protected = b64(json.dumps({k: v for k, v in values.items() if v is not None}).encode())
        data = payload if isinstance(payload, bytes) else dumps(payload).encode()
        signed = f"{protected}.{b64(data)}"
        return (
            f"{signed}.{b64(self.key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"
        )


def encrypt(jws, public_key, kid, iv=None, **header):
    """Return a compact JWE; header values replace the right ones."""
    protected = b64(
        json.dumps({"alg": "RSA-OAEP-256", "enc": "A256GCM", "kid": kid, **header}).encode()
    )
    secret, iv = os.urandom(32), iv or os.urandom(12)
    sealed = AESGCM(secret).encrypt(iv, jws.encode(), protected.encode())
    return ".".join(
        [
            protected,
            b64(public_key.encrypt(secret, OAEP)),
            b64(iv),
            b64(sealed[:-16]),
            b64(sealed[-16:]),
        ]
    )


class Client:
    """Talks to a simulator as one memory."""

    def __init__(self, simulator, credentials, memory=MEMORY):
        self.simulator = simulator
        self.memory = memory
        self.signatory = Signatory(credentials, simulator.clock)

    def http(self, method, resource, query=(), body=None, token=None):
        """Return (status, decoded JSON) of one call."""
        url = f"{self.simulator.base_url}/api/v2/{resource}"
        if query:
            url += "?" + urllib.parse.urlencode(query, doseq=True)
        request = urllib.request.Request(url, body, method=method)
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read())

    def nonce(self):
        return self.http("GET", "nonce")[1]["nonce"]

    def token(self, nonce=None, client_id=None, **header):
        return self.signatory.sign(
            {"nonce": nonce or self.nonce(), "clientId": client_id or self.memory}, **header
        )

    def call(self, method, resource, query=(), body=None):
        return self.http(method, resource, query, body, self.token())

    def packet(self, content, uid=None, memory=None, **options):
        """Return one packet of an invoice (dict) or of a finished JWS (str)."""
        jws = content if isinstance(content, str) else self.signatory.sign(content)
        key_id, key = self.simulator.active_key()
        payload = encrypt(jws, key.public_key(), options.pop("kid", key_id), **options)
        header = {"requestTraceId": uid or str(uuid.uuid4()), "fiscalId": memory or self.memory}
        return {"payload": payload, "header": header}

    def post(self, packets):
        return self.call("POST", "invoice", body=json.dumps(packets).encode())

    def inquire(self, uids):
        rows = []
        for start in range(0, len(uids), 100):
            query = {"uidList": uids[start : start + 100], "fiscalId": self.memory}
            rows += self.call("GET", "inquiry-by-uid", query)[1]
        return rows

    def send(self, *invoices):
        """Send invoices in one POST; return their inquiry results in order."""
        packets = [self.packet(content) for content in invoices]
        status, answer = self.post(packets)
        assert status == 200, answer
        return self.inquire([packet["header"]["requestTraceId"] for packet in packets])

    def codes(self, content):
        """Send one invoice; return the codes it got, errors first."""
        return codes(self.send(content)[0])


def codes(result):
    """Return the codes of an inquiry result, errors first."""
    return [entry["code"] for entry in result["data"]["error"] + result["data"]["warning"]]


# -- what test modules import; no conftest, which would load the addon before Odoo knows its addons ------------------


@pytest.fixture(name="simulator")
def fixture_simulator():
    """A simulator at a fixed time that processes packets within the call."""
    with Simulator(clock=Clock(source=lambda: NOW_MS / 1000)) as running:
        yield running


@pytest.fixture(name="client")
def fixture_client(simulator):
    return Client(simulator, simulator.enroll(MEMORY, SELLER))
