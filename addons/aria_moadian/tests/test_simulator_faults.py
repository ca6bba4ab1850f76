"""Everything that goes wrong on purpose, and the simulator as a process that is killed."""

import base64
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid

import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key

from odoo.addons.aria_moadian.simulator import Clock, Simulator
from odoo.addons.aria_moadian.simulator.authority import Credentials
from odoo.addons.aria_moadian.simulator.faults import Faults

from .wire import (  # noqa: F401
    BUYER,
    MEMORY,
    SELLER,
    Client,
    Signatory,
    encrypt,
    fixture_client,
    fixture_simulator,
    invoice,
)

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]
GONE = (http.client.RemoteDisconnected, ConnectionError, urllib.error.URLError)


def raw(client, resource="nonce"):
    """Return (status, content type, body) of a call without a token."""
    try:
        with urllib.request.urlopen(
            f"{client.simulator.base_url}/api/v2/{resource}", timeout=20
        ) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["Content-Type"], error.read()


def test_server_errors(simulator, client):
    simulator.faults.add("error", on="nonce", times=2, status=502)
    assert [raw(client)[0] for _number in range(3)] == [502, 502, 200]
    simulator.faults.add("error", on="invoice")
    assert client.http("POST", "invoice", body=b"[]")[1]["errors"][0]["code"] == "5119"
    assert raw(client)[0] == 200


def test_connection_dropped_before(simulator, client):
    token, body = client.token(), json.dumps([client.packet(invoice())]).encode()
    simulator.faults.add("drop", on="invoice", times=1)
    with pytest.raises(GONE):
        client.http("POST", "invoice", body=body, token=token)
    assert simulator.report()["packets"] == {}
    # the nonce was not seen
    assert client.http("POST", "invoice", body=body, token=token)[0] == 200


@pytest.mark.parametrize("kind", ["lost_answer", "error_after"])
def test_lost_answer_then_inquiry(simulator, client, kind):
    packet = client.packet(invoice())
    simulator.faults.add(kind, on="invoice", times=1)
    try:
        assert client.post([packet])[0] == 503
    except GONE:
        assert kind == "lost_answer"
    assert client.inquire([packet["header"]["requestTraceId"]])[0]["status"] == "SUCCESS"
    # who sends it once more is told that it is there
    assert client.codes(invoice()) == ["05001"]
    assert len(simulator.report()["invoices"]) == 1


def test_hanging_call(simulator, client):
    simulator.faults.add("hang", on="nonce", seconds=30, times=1)
    with pytest.raises((socket.timeout, urllib.error.URLError)):
        urllib.request.urlopen(f"{simulator.base_url}/api/v2/nonce", timeout=0.2)
    assert raw(client)[0] == 200


def test_slow_answer(simulator, client):
    simulator.faults.add("slow", on="nonce", seconds=0.2, times=1)
    begin = time.monotonic()
    assert raw(client)[0] == 200
    assert time.monotonic() - begin >= 0.2


def test_malformed_json(simulator, client):
    simulator.faults.add("malformed", times=1)
    status, _kind, body = raw(client)
    assert status == 200
    with pytest.raises(json.JSONDecodeError):
        json.loads(body)


def test_html_page(simulator, client):
    simulator.faults.add("html", times=1, status=200)
    status, kind, body = raw(client)
    assert (status, kind) == (200, "text/html; charset=utf-8")
    assert b"<html" in body


def test_ten_megabytes(simulator, client):
    simulator.faults.add("huge", times=1)
    assert len(raw(client)[2]) > 10 * 1024 * 1024


def test_wrong_shape(simulator, client):
    simulator.faults.add("wrong_shape", times=1)
    assert json.loads(raw(client)[2])["nonce"] == 1


def test_doubled_rows(simulator, client):
    simulator.faults.add("duplicate")
    packet = client.packet(invoice())
    assert len(client.post([packet])[1]["result"]) == 2
    assert len(client.inquire([packet["header"]["requestTraceId"]])) == 2
    assert len(simulator.report()["invoices"]) == 1


def test_post_delivered_twice(simulator, client):
    simulator.faults.add("replay", on="invoice", times=1)
    packet = client.packet(invoice())
    client.post([packet])
    assert client.inquire([packet["header"]["requestTraceId"]])[0]["status"] == "SUCCESS"
    report = simulator.report()
    assert (len(report["invoices"]), report["packets"]) == (1, {"SUCCESS": 1, "FAILED": 1})


def test_processing_times_out(simulator, client):
    simulator.faults.add("packet_timeout", times=1)
    (result,) = client.send(invoice())
    assert (result["status"], result["data"]["success"], result["sign"]) == ("TIMEOUT", False, "")
    assert simulator.report()["invoices"] == []
    assert client.codes(invoice()) == []


def test_clock_skew(simulator, client):
    there = simulator.clock
    client.signatory.clock = Clock(source=there.source)
    there.advance(seconds=800)
    assert client.call("GET", "server-information")[0] == 200
    there.advance(seconds=200)
    assert client.call("GET", "server-information")[1]["errors"][0]["code"] == "4131"


def test_chance_can_be_repeated():
    def strikes(seed):
        faults = Faults(seed)
        faults.add("error", probability=0.3)
        return [bool(faults.draw("nonce", ("error",))) for _number in range(50)]

    assert strikes(1) == strikes(1) != strikes(2)
    assert 5 < sum(strikes(1)) < 25


def test_unknown_fault(simulator):
    with pytest.raises(ValueError, match="the faults are"):
        simulator.faults.add("earthquake")
    simulator.faults.add("error")
    simulator.faults.clear()
    assert simulator.faults.draw("nonce", ("error",)) is None


# -- through HTTP, as another process does it


def switch(base_url, name, **values):
    url = base_url.rsplit("/", 1)[0] + f"/simulator/{name}"
    request = urllib.request.Request(url, json.dumps(values).encode())
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return json.loads(error.read())


def test_switches(simulator, client):
    url = simulator.base_url
    document = invoice()
    client.send(document)
    assert switch(url, "status", taxid=document["header"]["taxid"]) == {
        "status": "AWAITING_REACTION"
    }
    switch(url, "clock", ledger_days=31)
    assert switch(url, "status", taxid=document["header"]["taxid"]) == {
        "status": "SYSTEMIC_APPROVED"
    }
    assert switch(url, "rotate")["id"] == simulator.active_key()[0]
    assert switch(url, "faults", kind="error", on="invoice") == {"rules": 1}
    assert switch(url, "faults", clear=True) == {"rules": 0}
    assert switch(url, "settings", deadline_days=7)["deadline_days"] == 7
    assert len(switch(url, "report")["invoices"]) == 1
    switch(url, "taxpayer", economic=BUYER, status="NOT_ALLOCATED")
    assert simulator.ledger.taxpayer(BUYER)["status"] == "NOT_ALLOCATED"
    switch(url, "goods", sstid="2710000138624", rates=[9])
    switch(url, "memory", memory_id=MEMORY, active=0)
    assert simulator.memory(MEMORY)["active"] == 0
    switch(url, "revoke", serial=client.signatory.certificate.serial_number)
    assert client.call("GET", "server-information")[1]["errors"][0]["code"] == "4131"
    assert switch(url, "process") == {"processed": 0}


def test_switches_that_are_wrong(simulator, client):
    url = simulator.base_url
    assert "There is no switch" in switch(url, "nothing")["error"]
    assert "no setting" in switch(url, "settings", colour="red")["error"]
    assert "does not wait" in switch(url, "react", taxid="x", reaction="APPROVED")["error"]
    assert "unexpected keyword" in switch(url, "clock", weeks=1)["error"]


class Process:
    """The simulator as ``./aria moadian-simulator`` starts it, without the shell."""

    def __init__(self, path, *options):
        self.path = path
        self.options = options
        self.child = None

    def start(self):
        command = [
            sys.executable,
            str(REPOSITORY / "scripts" / "moadian_simulator.py"),
            "--port",
            "0",
        ]
        environment = {**os.environ, "PYTHONPATH": ""}
        self.child = subprocess.Popen(
            [*command, "--file", str(self.path), *self.options],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self.base_url = self.child.stdout.readline().strip()
        assert self.base_url.startswith("http://127.0.0.1:")
        return self

    def end(self, number=signal.SIGTERM):
        self.child.send_signal(number)
        self.child.wait(timeout=10)
        self.child.stdout.close()


class Remote(Client):
    """A client of another process: it learns the key from the server."""

    def __init__(self, process, credentials):
        self.simulator = process
        self.memory = MEMORY
        self.signatory = Signatory(credentials, Clock())

    def packet(self, content, uid=None, memory=None, **options):
        (entry,) = self.call("GET", "server-information")[1]["publicKeys"]
        key = load_der_public_key(base64.b64decode(entry["key"]))
        payload = encrypt(self.signatory.sign(content), key, entry["id"])
        return {
            "payload": payload,
            "header": {"requestTraceId": str(uuid.uuid4()), "fiscalId": MEMORY},
        }


def test_killed_and_started_again(tmp_path):
    now = int(time.time() * 1000)
    folder = tmp_path / "credentials"
    options = ("--memory", f"{MEMORY}={SELLER}", "--credentials", str(folder))
    process = Process(tmp_path / "book.sqlite", *options).start()
    try:
        paths = [folder / f"{MEMORY}.{name}.pem" for name in ("key", "crt")]
        assert paths[0].stat().st_mode & 0o777 == 0o600
        client = Remote(process, Credentials(*[path.read_bytes() for path in paths]))
        packets = [client.packet(invoice(number, indatim=now)) for number in range(1, 6)]
        used = client.token()
        assert (
            client.http("POST", "invoice", body=json.dumps(packets).encode(), token=used)[0] == 200
        )
        process.end(signal.SIGKILL)
        process.options = ()
        process.start()
        # keys, authority, nonces and packets are those of before
        assert (
            client.http("GET", "server-information", token=used)[1]["errors"][0]["code"] == "4102"
        )
        uids = [packet["header"]["requestTraceId"] for packet in packets]
        for _try in range(100):
            results = client.inquire(uids)
            if all(result["status"] == "SUCCESS" for result in results):
                break
            time.sleep(0.05)
        assert [result["status"] for result in results] == ["SUCCESS"] * 5
        assert len(switch(process.base_url, "report")["invoices"]) == 5
    finally:
        process.end()
    assert process.child.returncode == 0


@pytest.mark.parametrize("text", ["A11216", "A1=14003778990"])
def test_command_line_refuses_nonsense(text):
    command = [
        sys.executable,
        str(REPOSITORY / "scripts" / "moadian_simulator.py"),
        "--port",
        "0",
        "--memory",
        text,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "give ID=NATIONAL_ID" in done.stderr


def test_a_thousand_packets_are_answered_before_they_are_opened(client, simulator):
    simulator.settings.background = True
    rows = [
        {
            "payload": "a.b.c.d.e",
            "header": {"requestTraceId": str(uuid.uuid4()), "fiscalId": MEMORY},
        }
        for _number in range(1000)
    ]
    assert len(client.post(rows)[1]["result"]) == 1000
    assert simulator.report()["packets"] == {"IN_PROGRESS": 1000}
    assert client.inquire([rows[0]["header"]["requestTraceId"]])[0]["status"] == "IN_PROGRESS"


def test_worker_in_the_background():
    with Simulator(background=True) as simulator:
        client = Client(simulator, simulator.enroll(MEMORY, SELLER))
        packet = client.packet(invoice(indatim=simulator.clock.now_ms()))
        client.post([packet])
        for _try in range(200):
            (result,) = client.inquire([packet["header"]["requestTraceId"]])
            if result["status"] != "IN_PROGRESS":
                break
            time.sleep(0.02)
        assert result["status"] == "SUCCESS"
