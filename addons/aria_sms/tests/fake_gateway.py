"""A server on this machine that answers as Kavenegar and Melipayamak document it, and keeps what it was sent."""

import itertools
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote

from . import fake_soap

KEY, USER, PASSWORD, SENDER = "K3Y/ب", "user", "pa&ss-word", "30001234"
BAD_NUMBER, BLOCKED_NUMBER, DEAF_NUMBER = "09120000000", "09120000001", "09120000002"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):  # noqa: N802: the name that the library asks for
        if self.path != "/post/Send.asmx?wsdl" or self.server.trouble == "html":
            return self._answer(404, b"<html>Not Found</html>")
        return self._answer(200, fake_soap.wsdl(self.server.url), "text/xml")

    def do_POST(self):  # noqa: N802: the name that the library asks for
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size).decode()
        server = self.server
        if self.path == "/post/Send.asmx":
            method, form = fake_soap.read(body)
            server.calls.append((method, form))
        else:
            form = {key: values[0] for key, values in parse_qs(body).items()}
            server.calls.append((unquote(self.path), form))
        if server.trouble == "hang":
            server.release.wait(20)
            self.close_connection = True
            return None
        if server.trouble == "html":
            return self._answer(502, b"<html>Bad Gateway</html>")
        if self.path == "/post/Send.asmx":
            return self._answer(200, fake_soap.answer(method, self._soap(method, form)), "text/xml")
        status, answer = self._kavenegar(form) if "/v1/" in self.path else self._melipayamak(form)
        return self._answer(status, json.dumps(answer).encode())

    def _answer(self, status, body, kind="application/json"):
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _keep(self, number):
        """Return the id of a new message to ``number``."""
        server = self.server
        id_ = next(server.ids)
        server.sent[str(id_)] = number
        return id_

    # ------------------------------------------------------------------ Kavenegar
    def _kavenegar(self, form):
        _start, key, method = unquote(self.path).partition(f"/v1/{KEY}/")
        if not key:
            return self._refuse(403, "کد شناسائی API-Key معتبر نمی‌باشد")
        if method == "account/info.json":
            entries = {"remaincredit": 125000, "expiredate": 1735689600, "type": "master"}
            return self._accept(entries)
        if method == "sms/status.json":
            return self._accept([self._report(id_) for id_ in form["messageid"].split(",")])
        if method != "sms/send.json":
            return self._refuse(404, "متد نامشخص است")
        return self._kavenegar_send(form)

    def _kavenegar_send(self, form):
        if self.server.trouble == "credit":
            return self._refuse(418, "اعتبار حساب شما کافی نیست")
        numbers = form["receptor"].split(",")
        if BAD_NUMBER in numbers:
            return self._refuse(411, "دریافت کننده نامعتبر است")
        if form.get("sender") != SENDER:
            return self._refuse(412, "ارسال کننده نامعتبر است")
        if len(numbers) > 200 or not form.get("message"):
            return self._refuse(414, "حجم درخواست بیشتر از حد مجاز است")
        entries = [
            {
                "messageid": self._keep(number),
                "message": form["message"],
                "status": 14 if number == BLOCKED_NUMBER else 1,
                "statustext": "بلاک شده" if number == BLOCKED_NUMBER else "در صف ارسال",
                "sender": form["sender"],
                "receptor": number,
                "date": 1356619709,
                "cost": 120,
            }
            for number in numbers
        ]
        # the documentation promises no order
        return self._accept(entries[::-1])

    def _report(self, id_):
        number = self.server.sent.get(id_)
        status = {None: 100, DEAF_NUMBER: 11}.get(number, self.server.kavenegar_status)
        return {"messageid": int(id_), "status": status, "statustext": "…"}

    def _accept(self, entries):
        return 200, {"return": {"status": 200, "message": "تایید شد"}, "entries": entries}

    def _refuse(self, status, message):
        return status, {"return": {"status": status, "message": message}, "entries": None}

    # ------------------------------------------------------------------ Melipayamak
    def _melipayamak(self, form):
        method = self.path.removeprefix("/api/SendSMS/")
        if not self._is_account(form):
            return self._value("0", 0, "InvalidUser")
        if method == "GetCredit":
            return self._value("431.25")
        if method == "GetDeliveries2":
            return self._value(str(self._delivery(form["recID"])))
        if method != "SendSMS":
            return 404, {}
        code = self._get_refusal(form["to"], form.get("from"), form.get("text"))
        if code or form.get("isFlash") != "false":
            return self._value("0", code or 11, "InvalidData")
        return self._value(str(self._keep(form["to"])))

    def _value(self, value, status=1, text="Ok"):
        return 200, {"Value": value, "RetStatus": status, "StrRetStatus": text}

    def _soap(self, method, form):
        if method == "GetCredit":
            return "431.25" if self._is_account(form) else "0"
        if method == "GetDeliveries":
            return "int", [self._delivery(id_) for id_ in form["recIds"]]
        numbers = form["to"]
        if not self._is_account(form):
            return "string", ["0"]
        if self.server.trouble == "credit":
            return "string", ["2"]
        refusals = [self._get_refusal(n, form["from"], form["text"]) for n in numbers]
        return "string", [
            code or self._keep(number) for number, code in zip(numbers, refusals, strict=True)
        ]

    def _is_account(self, form):
        return (form.get("username"), form.get("password")) == (USER, PASSWORD)

    def _get_refusal(self, number, sender, text):
        if self.server.trouble == "credit":
            return 2
        if sender != SENDER:
            return 5
        if not text:
            return 17
        return {BAD_NUMBER: 18, BLOCKED_NUMBER: 35}.get(number)

    def _delivery(self, id_):
        number = self.server.sent.get(id_)
        return {None: 100, DEAF_NUMBER: 2}.get(number, self.server.melipayamak_status)

    def log_message(self, *args):
        """Keep the log of the tests free of requests."""


class FakeGateway(ThreadingHTTPServer):
    """The server, with ``calls`` [(path or SOAP method, arguments)].

    ``trouble`` is None, "credit", "html" or "hang"; ``kavenegar_status`` and ``melipayamak_status`` are what reports say.
    """

    daemon_threads = True

    def __init__(self):
        # EXTENDS 'ThreadingHTTPServer'
        super().__init__(("127.0.0.1", 0), Handler)
        self.calls, self.sent, self.ids = [], {}, itertools.count(5237890123)
        self.trouble, self.release = None, threading.Event()
        self.kavenegar_status, self.melipayamak_status = 10, 1
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def stop(self):
        self.release.set()
        self.shutdown()
        self.server_close()
