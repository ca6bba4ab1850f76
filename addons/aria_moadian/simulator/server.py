"""The simulator over HTTP: the organisation's API below any prefix, and its own switches below /simulator/."""

import base64
import dataclasses
import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from . import faults as kinds
from .clock import Clock
from .faults import Faults
from .service import Service, Settings

API = "/api/v2/"
SWITCHES = "/simulator/"
MAX_BODY = 64 * 1024 * 1024
HUGE_BYTES = 10 * 1024 * 1024
IDLE_S = 0.02
HTML_PAGE = "<!DOCTYPE html><html dir='rtl'><head><title>خطا</title></head><body><h1>سامانه در دست به‌روزرسانی است.</h1></body></html>"


def encode(value):
    """Return the bytes of a value as JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


class Handler(BaseHTTPRequestHandler):
    """One connection; the server holds the service."""

    protocol_version = "HTTP/1.1"
    server_version = "AriaMoadianSimulator"
    # answers are small: waiting for a full packet costs 40 ms each
    disable_nagle_algorithm = True

    def do_GET(self):
        self._serve("GET")

    def do_POST(self):
        self._serve("POST")

    def do_PUT(self):
        self._serve("PUT")

    def do_DELETE(self):
        self._serve("DELETE")

    def log_message(self, format, *args):
        """Say nothing: the report counts the calls."""

    def _serve(self, method):
        parts = urlsplit(self.path)
        length = self.headers.get("Content-Length") or "0"
        if not length.isascii() or not length.isdigit() or int(length) > MAX_BODY:
            self.close_connection = True
            self._send(413, b"{}")
            return
        body = self.rfile.read(int(length))
        if parts.path.startswith(SWITCHES):
            self._switch(parts.path[len(SWITCHES) :].strip("/"), body)
        elif API in parts.path:
            self._api(method, parts, body)
        else:
            self._send(404, encode({"error": f"{parts.path} is not below {API} or {SWITCHES}"}))

    # the organisation's resources

    def _api(self, method, parts, body):
        service = self.server.service
        resource = parts.path.rstrip("/").rpartition("/")[2]
        before = service.faults.draw(resource, (kinds.ERROR, kinds.DROP, kinds.HANG))
        if before and self._fail_before(service, before):
            return
        query = parse_qs(parts.query, keep_blank_values=True)
        status, answer = service.handle(method, parts.path, query, self.headers, body)
        if method == "POST" and status == 200 and service.faults.draw(resource, (kinds.REPLAY,)):
            self._replay(service, body)
        after = service.faults.draw(resource, tuple(AFTER))
        if after:
            AFTER[after.kind](self, after, status, answer)
        else:
            self._send(status, encode(answer))

    def _fail_before(self, service, fault):
        if fault.kind == kinds.ERROR:
            self._send(fault.status, encode(service._envelope("5119")))
            return True
        if fault.kind == kinds.HANG:
            self.server.stopping.wait(fault.seconds)
        self._hang_up()
        return True

    def _replay(self, service, body):
        """The network delivered the POST twice; the second answer goes nowhere."""
        packets = service._packets(body)
        client = service.memory(packets[0]["header"]["fiscalId"])
        if client:
            service._post_invoices(client, body)

    def _lost_answer(self, _fault, _status, _answer):
        self._hang_up()

    def _error_after(self, fault, _status, _answer):
        self._send(fault.status, encode(self.server.service._envelope("5119")))

    def _slow(self, fault, status, answer):
        self.server.stopping.wait(fault.seconds)
        self._send(status, encode(answer))

    def _malformed(self, _fault, status, answer):
        self._send(status, encode(answer)[:-2] + b",,")

    def _html(self, fault, _status, _answer):
        self._send(fault.status, HTML_PAGE.encode(), "text/html; charset=utf-8")

    def _huge(self, _fault, status, answer):
        self._send(status, encode({"padding": "x" * HUGE_BYTES, "answer": answer}))

    def _wrong_shape(self, _fault, status, _answer):
        self._send(
            status, encode({"result": "ok", "timestamp": "now", "publicKeys": None, "nonce": 1})
        )

    def _duplicate(self, _fault, status, answer):
        if isinstance(answer, list):
            answer = answer * 2
        elif isinstance(answer.get("result"), list):
            answer = {**answer, "result": answer["result"] * 2}
        self._send(status, encode(answer))

    # transport

    def _hang_up(self):
        self.close_connection = True
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # the client was faster

    def _send(self, status, data, kind="application/json; charset=utf-8"):
        try:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
        except OSError:
            self.close_connection = True  # the client did not wait

    # the simulator's own switches

    def _switch(self, name, body):
        try:
            values = json.loads(body) if body else {}
            answer = SWITCH[name](self.server.service, **values)
            self._send(200, encode(answer))
        except KeyError:
            self._send(
                404,
                encode(
                    {"error": f"There is no switch {name}; there are: {', '.join(sorted(SWITCH))}."}
                ),
            )
        except (TypeError, ValueError) as error:
            self._send(400, encode({"error": str(error)}))


AFTER = {
    kinds.LOST_ANSWER: Handler._lost_answer,
    kinds.ERROR_AFTER: Handler._error_after,
    kinds.SLOW: Handler._slow,
    kinds.MALFORMED: Handler._malformed,
    kinds.HTML: Handler._html,
    kinds.HUGE: Handler._huge,
    kinds.WRONG_SHAPE: Handler._wrong_shape,
    kinds.DUPLICATE: Handler._duplicate,
}


def _switch_clock(service, days=0, seconds=0, ledger_days=0, now_ms=None):
    if now_ms is not None:
        service.clock.set(now_ms)
    service.clock.advance(days, seconds)
    service.clock.advance_ledger(ledger_days)
    return {"now_ms": service.clock.now_ms(), "ledger_ms": service.clock.ledger_ms()}


def _switch_faults(service, clear=False, **rule):
    if clear:
        service.faults.clear()
    if rule:
        service.faults.add(**rule)
    return {"rules": len(service.faults.rules)}


def _switch_enroll(service, **values):
    credentials = service.enroll(**values)
    return {
        "key": credentials.key_pem.decode(),
        "certificate": credentials.certificate_pem.decode(),
    }


def _switch_settings(service, **values):
    for name, value in values.items():
        if name not in {field.name for field in dataclasses.fields(Settings)}:
            raise ValueError(f"{name} is no setting.")
        setattr(service.settings, name, value)
    return dataclasses.asdict(service.settings)


def _switch_authority(service):
    return {"certificate": base64.b64encode(service.trust.anchors[0]).decode()}


SWITCH = {
    "report": lambda service, documents=False: service.report(documents),
    "clock": _switch_clock,
    "faults": _switch_faults,
    "enroll": _switch_enroll,
    "settings": _switch_settings,
    "authority": _switch_authority,
    "rotate": lambda service, grace=True: {"id": service.rotate_key(grace)},
    "revoke": lambda service, serial: service.revoke(int(serial)),
    "react": lambda service, taxid, reaction: service.react(taxid, reaction),
    "status": lambda service, taxid: {"status": service.status(taxid)},
    "taxpayer": lambda service, **values: service.set_taxpayer(**values),
    "goods": lambda service, sstid, rates: service.set_goods(sstid, rates),
    "memory": lambda service, memory_id, **values: service.set_memory(memory_id, **values),
    "process": lambda service: {"processed": service.process()},
}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # a burst of clients waits, it is not turned away
    request_queue_size = 128


class Simulator:
    """A running server: ``with Simulator() as simulator: ... simulator.base_url``.

    Everything of ``Service`` (enroll, react, rotate_key, report, clock, faults, settings …) is there as
    attributes. ``path`` is an SQLite file to survive a restart; ``background`` lets a thread process packets while
    the client already has its answer, otherwise they are processed within the call.
    """

    def __init__(self, port=0, host="127.0.0.1", path=":memory:", seed=0, clock=None, **settings):
        self.service = Service(path, Settings(**settings), clock or Clock(), Faults(seed))
        self.server = _Server((host, port), Handler)
        self.server.service = self.service
        self.server.stopping = threading.Event()
        self.threads = []

    def __getattr__(self, name):
        return getattr(self.__dict__["service"], name)

    @property
    def base_url(self):
        """What a client is given; resources are at base_url + /api/v2/…"""
        host, port = self.server.server_address[:2]
        return f"http://{host}:{port}/requestsmanager"

    def start(self):
        targets = [lambda: self.server.serve_forever(poll_interval=IDLE_S)]
        if self.service.settings.background:
            targets.append(self._work)
        self.threads = [threading.Thread(target=target, daemon=True) for target in targets]
        for thread in self.threads:
            thread.start()
        return self

    def _work(self):
        while not self.server.stopping.is_set():
            if not self.service.process(limit=1):
                self.server.stopping.wait(IDLE_S)

    def stop(self):
        self.server.stopping.set()
        self.server.shutdown()
        self.server.server_close()
        for thread in self.threads:
            thread.join(timeout=5)
        self.service.book.close()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_exc):
        self.stop()
