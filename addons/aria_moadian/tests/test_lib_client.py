"""The client against a small server on the loopback that opens what it gets: calls, retries, hostile answers."""

import base64
import json
import threading
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives import serialization

from odoo.addons.aria_moadian.lib import client as clients
from odoo.addons.aria_moadian.lib import packet

from .lib_common import certificate, golden, server_key, signing_key

TEHRAN = timezone(timedelta(hours=3, minutes=30))
UID = "35b57c12-51b1-4bf6-b07c-9b53b1b7c2a1"


class Service:
    """What the server remembers, and what it is told to do wrong: ``faults`` are answered first, one a call."""

    def __init__(self):
        self.nonces, self.used, self.requests, self.faults = set(), set(), [], {}
        self.kid = "key-a"
        self.answers = {}

    def answer(self, method, path, query, headers, body):
        resource = path.removeprefix("/requestsmanager/api/v2/")
        self.requests.append((method, resource, query))
        if self.faults.get(resource):
            return self.faults[resource].pop(0)
        if resource == "nonce":
            self.nonces.add(nonce := f"nonce-{len(self.requests)}")
            return 200, {"nonce": nonce, "expDate": "2026-11-24T06:00:00.000000000Z"}
        if not self.authorised(headers):
            return 401, {"errors": [{"code": "4102", "message": "nonce"}], "requestTraceId": "t"}
        return 200, self.found(resource, body)

    def authorised(self, headers):
        payload, _ = packet.verify(
            headers["Authorization"].removeprefix("Bearer "), signing_key().public_key()
        )
        claims = json.loads(payload)
        fresh = claims["clientId"] == "A11216" and claims["nonce"] in self.nonces
        self.nonces.discard(claims["nonce"])
        return fresh

    def found(self, resource, body):
        if resource == "server-information":
            spki = (
                server_key()
                .public_key()
                .public_bytes(
                    serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
                )
            )
            key = {
                "key": base64.b64encode(spki).decode(),
                "id": self.kid,
                "algorithm": "RSA",
                "purpose": 1,
            }
            return {
                "serverTime": 1,
                "publicKeys": [{"key": "x", "id": "0", "algorithm": "EC"}, key],
            }
        if resource == "invoice":
            rows = [self.opened(row) for row in json.loads(body)]
            return {"timestamp": 1, "result": rows}
        return self.answers.get(resource, {})

    def opened(self, row):
        text, _ = packet.verify(packet.decrypt(row["payload"], server_key()))
        assert json.loads(text)["header"]["taxid"]
        return {
            "uid": row["header"]["requestTraceId"],
            "packetType": None,
            "referenceNumber": "r-1",
            "data": None,
        }

    def count(self, resource):
        return sum(request[1] == resource for request in self.requests)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.reply()

    def do_POST(self):
        self.reply()

    def reply(self):
        address = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer = self.server.service.answer(
            self.command, address.path, parse_qs(address.query), self.headers, body
        )
        if answer == "hang up":
            self.close_connection = True
            return
        status, content = answer
        content = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "http://127.0.0.1:9/stolen")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture(name="service")
def _service(monkeypatch):
    monkeypatch.setattr(clients, "_RETRY_PAUSE", 0)
    server_key()  # making it takes longer than a call may
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.service = Service()
    server.service.url = f"http://127.0.0.1:{server.server_port}/requestsmanager"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server.service
    server.shutdown()
    server.server_close()
    thread.join()
    clients._KEYS.drop(server.service.url)


@pytest.fixture(name="client")
def _client(service):
    with clients.MoadianClient(
        service.url, "a11216", signing_key(), certificate(), timeout=(2, 2)
    ) as client:
        yield client


# ---------------------------------------------------------------------- calls
def test_one_nonce_for_each_call(service, client):
    client.server_information()
    client.fiscal_information()
    client.taxpayer("14003778990")
    names = [request[1] for request in service.requests]
    assert names == [
        "nonce",
        "server-information",
        "nonce",
        "fiscal-information",
        "nonce",
        "taxpayer",
    ]
    assert service.requests[3][2] == {"memoryId": ["A11216"]}
    assert not service.nonces


def test_sending(service, client):
    packets = [client.make_packet(golden(), UID), client.make_packet(golden())]
    receipts = client.send(packets)
    assert [receipt.uid for receipt in receipts] == [
        row["header"]["requestTraceId"] for row in packets
    ]
    assert receipts[0] == (UID, "r-1")
    assert service.count("server-information") == 1


def test_packets_are_counted(client):
    for count in (0, 1001):
        with pytest.raises(ValueError, match="1 to 1,000"):
            client.send([{}] * count)


def test_server_key_is_kept_for_an_hour(service):
    now = [1000.0]
    client = clients.MoadianClient(
        service.url, "A11216", signing_key(), certificate(), clock=lambda: now[0]
    )
    other = clients.MoadianClient(
        service.url, "A11216", signing_key(), certificate(), clock=lambda: now[0]
    )
    assert client.server_key() == other.server_key()
    now[0] += clients.KEY_LIFE - 1
    client.server_key()
    assert service.count("server-information") == 1
    now[0] += 1
    service.kid = "key-b"
    assert client.server_key().kid == "key-b"
    assert service.count("server-information") == 2
    client.forget_server_key()
    client.server_key()
    assert service.count("server-information") == 3


def test_inquiries_are_split_and_windowed(service, client):
    service.answers["inquiry-by-uid"] = [
        {
            "referenceNumber": "r",
            "uid": UID,
            "status": "FAILED",
            "data": {
                "error": [
                    {"code": "0300101", "message": "شماره", "errorType": "ERROR"},
                    {"code": "00000", "msg": "x"},
                ],
                "warning": [{"code": "1300501", "message": "سریال"}],
                "success": False,
            },
            "packetType": "receive_invoice_confirm",
            "fiscalId": "A11216",
            "sign": "",
        }
    ]
    start = datetime(2023, 5, 14, tzinfo=TEHRAN)
    results = client.inquiry_by_uid([UID] * 150, start, start + timedelta(days=7))
    assert service.count("inquiry-by-uid") == len(results) == 2
    query = service.requests[1][2]
    assert len(query["uidList"]) == 100
    assert query["start"] == ["2023-05-14T00:00:00.000000000+03:30"]
    assert query["fiscalId"] == ["A11216"]
    result = results[0]
    assert result.is_final and result.status == "FAILED"
    assert [message.code for message in result.errors] == ["0300101", "00000"]
    assert result.warnings[0].reading.field == "inno"


def test_states_of_invoices(service, client):
    service.answers["inquiry-invoice-status"] = [
        {"taxId": "T", "invoiceStatus": "APPROVED", "article6Status": None, "error": None}
    ]
    assert client.invoice_status(["T"])["T"]["invoiceStatus"] == "APPROVED"


def test_pages(service, client):
    service.answers["inquiry"] = []
    client.inquiry(page=2, page_size=5000, status="FAILED")
    assert service.requests[-1][2] == {
        "pageNumber": ["2"],
        "pageSize": ["100"],
        "status": ["FAILED"],
    }


def test_payment(service, client):
    service.answers["invoice-payment"] = {"requestStatus": "SUCCESS", "error": None}
    paid_at = datetime(2023, 5, 14, tzinfo=TEHRAN)
    assert client.register_payment("T", 1000, paid_at, "CASH") == []
    service.answers["invoice-payment"] = {
        "requestStatus": "FAILED",
        "error": [{"code": "1", "message": "بدهکار"}],
    }
    assert client.register_payment("T", 1000, paid_at, "CASH")[0].text == "بدهکار"
    with pytest.raises(ValueError, match="no method"):
        client.register_payment("T", 1000, paid_at, "GOLD")


def test_signed_receipt(service, client):
    client.server_key()
    signed = packet.sign({"taxId": "T"}, server_key(), certificate())
    assert client.verify_receipt(result_with(signed)) == {"taxId": "T"}
    assert client.verify_receipt(result_with("")) is None
    forged = packet.sign({"taxId": "T"}, signing_key(), certificate())
    with pytest.raises(packet.PacketFault):
        client.verify_receipt(result_with(forged))


def result_with(sign):
    return clients.Result(UID, "r", "SUCCESS", (), "A11216", sign, {})


# ---------------------------------------------------------------------- failures
def test_reading_is_tried_again(service, client):
    service.faults["fiscal-information"] = [(503, b"<html>busy</html>"), "hang up"]
    assert client.fiscal_information() == {}
    assert service.count("nonce") == 3


def test_reading_is_given_up(service, client):
    service.faults["fiscal-information"] = [(503, {"errors": [{"code": "5119"}]})] * 3
    with pytest.raises(clients.OutcomeUnknown, match="5119"):
        client.fiscal_information()
    assert service.count("fiscal-information") == 3


def test_used_nonce_is_tried_again(service, client):
    sent = client.make_packet(golden())
    service.faults["invoice"] = [(401, {"errors": [{"code": "4102", "message": "nonce"}]})]
    assert client.send([sent])
    assert service.count("invoice") == 2


def test_refusal_is_told_and_not_repeated(service, client):
    service.faults["fiscal-information"] = [
        (401, {"errors": [{"code": "4103"}], "requestTraceId": "t-9"})
    ]
    with pytest.raises(clients.Refused, match="4103") as caught:
        client.fiscal_information()
    assert caught.value.codes[0].code == "4103"
    assert caught.value.trace_id == "t-9"
    assert "گواهی" in caught.value.fa
    assert service.count("fiscal-information") == 1


@pytest.mark.parametrize(
    "fault",
    [
        "hang up",
        (500, {"errors": [{"code": "5119", "message": "x"}]}),
        (502, b"<html>Bad gateway</html>"),
        (200, b"<html>welcome</html>"),
        (200, b""),
        (200, b"[" * 100_000),
        (200, b"null"),
        (200, {"result": "x"}),
        (200, {"result": [{"uid": 5}]}),
        (200, {"result": [{"uid": "other", "referenceNumber": "r"}]}),
        (200, b" " * (clients.MAX_ANSWER + 1)),
        (302, b""),
    ],
    ids=str,
)
def test_sending_without_a_usable_answer_is_never_repeated(service, client, fault):
    sent = client.make_packet(golden())
    service.faults["invoice"] = [fault]
    with pytest.raises(clients.OutcomeUnknown):
        client.send([sent])
    assert service.count("invoice") == 1


def test_no_service_at_all(service):
    for address in ("http://127.0.0.1:9/requestsmanager", "no address", "ftp://127.0.0.1"):
        client = clients.MoadianClient(
            address, "A11216", signing_key(), certificate(), timeout=(1, 1)
        )
        with pytest.raises(clients.NotSent) as caught:
            client.get_nonce()
        assert caught.value.fa.endswith(".")


def test_calls_go_through_the_proxy(service):
    """A server abroad reaches the service through a proxy in Iran: it is asked, by the whole address."""
    proxies = {"http": service.url.removesuffix("/requestsmanager")}
    address = "http://moadian.invalid/requestsmanager"
    with clients.MoadianClient(
        address, "A11216", signing_key(), certificate(), proxies=proxies
    ) as client:
        client.fiscal_information()
    assert [resource for _method, resource, _query in service.requests] == [
        "nonce",
        "fiscal-information",
    ]


def test_slow_service(service):
    hold = threading.Event()
    service.answer = lambda *_: hold.wait(5) and "hang up" or "hang up"
    client = clients.MoadianClient(
        service.url, "A11216", signing_key(), certificate(), timeout=(1, 0.05)
    )
    with pytest.raises(clients.OutcomeUnknown):
        client.get_nonce()
    hold.set()


@pytest.mark.parametrize("answer", [[], {"nonce": 5}, {"nonce": None}, {}])
def test_hostile_nonces(service, client, answer):
    service.faults["nonce"] = [(200, answer)]
    with pytest.raises(clients.OutcomeUnknown):
        client.get_nonce()


@pytest.mark.parametrize(
    "keys", [None, [], "x", [{"key": "!!", "id": "1"}], [{"key": "AAAA", "id": "1"}], [{"id": "1"}]]
)
def test_hostile_keys(service, client, keys):
    service.faults["server-information"] = [(200, {"publicKeys": keys})]
    with pytest.raises(clients.OutcomeUnknown):
        client.server_key()


@pytest.mark.parametrize("data", [None, [], "x", {"error": "x"}, {"error": None, "warning": [5]}])
def test_hostile_results(service, client, data):
    service.answers["inquiry-by-uid"] = [{"uid": UID, "status": "SUCCESS", "data": data}]
    (result,) = client.inquiry_by_uid([UID])
    assert result.messages == ()


def test_no_secret_in_what_is_shown(service, client):
    assert repr(client) == f"<MoadianClient A11216 {service.url}>"
    service.faults["nonce"] = [(400, b"x")]
    with pytest.raises(clients.Refused) as caught:
        client.taxpayer("1")
    assert "Bearer" not in f"{caught.value!r}{caught.value.__dict__}"


# ---------------------------------------------------------------------- windows
def test_windows():
    start = datetime(2026, 11, 24, tzinfo=timezone.utc)
    begin, end = clients.window_around(start, start + timedelta(days=30))
    assert begin < start and end - begin == timedelta(days=7)
    with pytest.raises(ValueError, match="time zone"):
        clients.format_moment(start.replace(tzinfo=None))


@pytest.mark.parametrize("days", [-1, 8])
def test_wrong_windows_are_not_asked(service, client, days):
    start = datetime(2026, 11, 24, tzinfo=timezone.utc)
    with pytest.raises(ValueError, match="at most 7 days"):
        client.inquiry(start, start + timedelta(days=days))
    assert not service.requests
