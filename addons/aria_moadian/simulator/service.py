"""The resources of the organisation's API v2, apart from the transport.

``Service.handle(method, path, query, headers, body)`` returns (HTTP status, JSON value). TICS sections 4 to 11.
"""

import base64
import dataclasses
import datetime
import json
import re
import threading
import uuid
from decimal import Decimal

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from .authority import SERVER_BITS, Authority, key_of_pem, pem_of_key, process_key
from .book import Book
from .clock import DAY_MS, SECOND_MS, Clock
from .content import NOT_JSON, STRUCTURE, Finding, check
from .faults import PACKET_TIMEOUT, Faults
from .ledger import Ledger
from .messages import message
from .opening import Refused, Trust, open_jwe, open_jws, sign_receipt, strict_json

MEMORY_ID = re.compile(r"[A-Z0-9]{6}")
TRACE_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{9})([+-]\d\d:\d\d|Z)")
TOKEN_CODES = {
    "structure": "4130",
    "x5c_missing": "4135",
    "x5c_format": "4136",
    "public_key": "4132",
    "certificate": "4131",
    "signature": "4133",
    "utf8": "4134",
}
FILTERS = ("SUCCESS", "FAILED", "TIMEOUT", "IN_PROGRESS")
PAYMENT_METHODS = ("CHEQUE", "BARTER", "CASH", "POS", "INTERNET", "CARD", "TRANSFER", "OTHER")
# what a payment notice may say of the bank: (name, code of the refusal, form; none is published for a notice, these are
# as wide as the fields of the invoice)
PAYMENT_NUMBERS = (
    ("terminalNumber", "0106204", "[0-9]{1,8}"),
    ("referenceNumber", "0106304", "[0-9]{1,14}"),
)
NONCE_DEFAULT_S, NONCE_LIFE_S = 30, (10, 200)
MAX_PACKETS, MAX_IDS, MAX_MESSAGES, MAX_WINDOW_DAYS = 1000, 100, 50, 7
BATCH = 50


@dataclasses.dataclass
class Settings:
    """How strict and how slow the server is; days and milliseconds of its own clock."""

    deadline_days: int = 12
    reaction_days: int = 30
    signing_tolerance_s: int = 900
    in_progress_inquiries: int = 0
    processing_ms: int = 0
    inline_errors: bool = False
    open_register: bool = True
    open_goods: bool = True
    background: bool = False


class CallError(Exception):
    """A call is refused: HTTP status and code."""

    def __init__(self, code, status=401):
        # EXTENDS 'Exception'
        super().__init__(code)
        self.code = code
        self.status = status


def _one(query, name, default=None):
    values = query.get(name) or [default]
    return values[0]


def _iso(moment_ms):
    moment = datetime.datetime.fromtimestamp(moment_ms / SECOND_MS, datetime.timezone.utc)
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "000Z"


def _milliseconds(text):
    match = TIME.fullmatch(text)
    if not match:
        raise CallError("4147", 400)
    try:
        moment = datetime.datetime.fromisoformat(match[1] + match[3].replace("Z", "+00:00"))
    except ValueError as error:
        raise CallError("4147", 400) from error
    return int(moment.timestamp()) * SECOND_MS + int(match[2][:3])


class Service:
    """The server's mind: keys, register, book, and the resources."""

    def __init__(self, path=":memory:", settings=None, clock=None, faults=None):
        self.settings = settings or Settings()
        self.clock = clock or Clock()
        self.faults = faults or Faults()
        self.book = Book(path)
        self.ledger = Ledger(self.book, self.settings)
        self.processing = threading.Lock()
        self.keys = {}
        self._load_authority()
        self._load_keys()

    # -- keys

    def _load_authority(self):
        pem, certificate = self.book.meta("ca_key"), self.book.meta("ca_certificate")
        if pem:
            self.authority = Authority(key_of_pem(pem), x509.load_pem_x509_certificate(certificate))
        else:
            self.authority = Authority.make(self.clock.now())
            self.book.set_meta("ca_key", pem_of_key(self.authority.key))
            encoded = self.authority.certificate.public_bytes(serialization.Encoding.PEM)
            self.book.set_meta("ca_certificate", encoded)
        self.trust = Trust([self.authority.certificate], self.settings.signing_tolerance_s)
        self.trust.revoked = {
            int(row["serial"]) for row in self.book.rows("SELECT serial FROM revoked")
        }

    def _load_keys(self):
        rows = self.book.rows("SELECT * FROM server_keys ORDER BY seq")
        if not rows:
            self.rotate_key()
            return
        self.keys = {row["id"]: (key_of_pem(row["pem"]), row["state"]) for row in rows}

    def rotate_key(self, grace=True):
        """Publish a new server key; the old one still opens packets, unless ``grace`` is false. Return the new id."""
        with self.book.transaction() as db:
            seq = db.execute("SELECT count(*) FROM server_keys").fetchone()[0]
            key, key_id = process_key(SERVER_BITS, seq), str(uuid.uuid4())
            db.execute(
                "UPDATE server_keys SET state = ? WHERE state != 'dead'",
                ("retired" if grace else "dead",),
            )
            db.execute(
                "INSERT INTO server_keys VALUES (?, ?, 'active', ?)", (key_id, pem_of_key(key), seq)
            )
        old = "retired" if grace else "dead"
        self.keys = {
            name: (pair, state if state == "dead" else old)
            for name, (pair, state) in self.keys.items()
        }
        self.keys[key_id] = (key, "active")
        return key_id

    def active_key(self):
        """Return (id, private key) of the published key."""
        return next(
            (key_id, key)
            for key_id, (key, state) in reversed(self.keys.items())
            if state == "active"
        )

    def _opening_key(self, key_id):
        key, state = self.keys.get(key_id, (None, "dead"))
        return key if state != "dead" else None

    def revoke(self, serial):
        """Revoke a certificate by its serial number (int)."""
        self.book.run("INSERT OR REPLACE INTO revoked VALUES (?)", (str(serial),))
        self.trust.revoked.add(serial)

    # -- register

    def enroll(self, memory_id, national_id, economic=None, days=730, begin_days=-1, key=None):
        """Register a memory and license a certificate for its owner; return Credentials."""
        query = (
            "INSERT INTO memories (id, national_id, economic, name) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE "
            "SET national_id = excluded.national_id, economic = excluded.economic"
        )
        self.book.run(
            query, (memory_id, national_id, economic or national_id, f"شرکت {national_id}")
        )
        now, day = self.clock.now(), datetime.timedelta(days=1)
        return self.authority.issue(national_id, now + begin_days * day, now + days * day, key)

    def set_taxpayer(self, economic, status, name=None, national_id=None):
        """Put a taxpayer into the register (statuses of TICS p. 43)."""
        values = (economic, name or f"مؤدی {economic}", national_id or economic[:11], status)
        self.book.run("INSERT OR REPLACE INTO taxpayers VALUES (?, ?, ?, ?)", values)

    def set_goods(self, sstid, rates):
        """Put a good into the table, with the VAT rates (percent) it may carry."""
        texts = json.dumps([str(rate) for rate in rates])
        self.book.run("INSERT OR REPLACE INTO goods VALUES (?, ?)", (sstid, texts))

    def set_memory(self, memory_id, **values):
        """Change ``active``, ``key_valid``, ``vat``, ``article6`` of a memory."""
        unknown = set(values) - {"active", "key_valid", "vat", "article6"}
        if unknown:
            raise ValueError(f"{', '.join(sorted(unknown))}: a memory has no such switch.")
        for name, value in values.items():
            self.book.run(f"UPDATE memories SET {name} = ? WHERE id = ?", (value, memory_id))  # noqa: S608

    def memory(self, memory_id):
        return self.book.row("SELECT * FROM memories WHERE id = ?", (memory_id,))

    # -- calls

    def handle(self, method, path, query=None, headers=None, body=b""):
        """Answer one call; return (HTTP status, value for JSON)."""
        resource = path.rstrip("/").rpartition("/")[2]
        self.book.count(f"{method} {resource}")
        try:
            return 200, self._answer(method, resource, query or {}, headers or {}, body)
        except CallError as error:
            self.book.count(f"error {error.code}")
            return error.status, self._envelope(error.code)

    def _envelope(self, code):
        errors = [{"code": code, "message": message(code)}]
        return {
            "timestamp": self.clock.now_ms(),
            "requestTraceId": str(uuid.uuid4()),
            "errors": errors,
        }

    def _answer(self, method, resource, query, headers, body):
        if (method, resource) == ("GET", "nonce"):
            return self._nonce(query)
        call = RESOURCES.get((method, resource))
        if call is None:
            raise CallError("4100")
        client = self._authorise(headers)
        if method == "POST":
            return call(self, client, body)
        if not self.settings.background:
            self.process()
        return call(self, client, query)

    def _nonce(self, query):
        text = _one(query, "timeToLive", str(NONCE_DEFAULT_S))
        if (
            not re.fullmatch(r"\d{1,6}", text)
            or not NONCE_LIFE_S[0] <= int(text) <= NONCE_LIFE_S[1]
        ):
            raise CallError("4146", 400)
        expires = self.clock.now_ms() + int(text) * SECOND_MS
        nonce = f"{uuid.uuid4()}-{self.clock.now_ms()}"
        self.book.add_nonce(nonce, expires)
        return {"nonce": nonce, "expDate": _iso(expires)}

    def _authorise(self, headers):
        """Return the memory (row) that a token speaks for; burns the nonce."""
        scheme, _space, token = (headers.get("Authorization") or "").partition(" ")
        if headers.get("Token"):  # the government's service bus
            scheme, token = "bearer", headers["Token"]
        if scheme.lower() != "bearer":
            raise CallError("4130")
        try:
            payload, signer = open_jws(token.strip(), self.trust, self.clock.now())
        except Refused as error:
            raise CallError(TOKEN_CODES[error.args[0]]) from error
        claims = self._claims(payload)
        if not self.book.burn_nonce(claims["nonce"], self.clock.now_ms()):
            raise CallError("4102")
        return self._client(claims["clientId"], signer)

    def _claims(self, payload):
        try:
            claims = strict_json(payload)
        except (ValueError, RecursionError) as error:
            raise CallError("4101") from error
        strings = isinstance(claims, dict) and all(
            isinstance(value, str) for value in claims.values()
        )
        if not strings or set(claims) != {"nonce", "clientId"}:
            raise CallError("4101")
        return claims

    def _client(self, client_id, signer):
        if not MEMORY_ID.fullmatch(client_id):
            raise CallError("4148", 400)
        memory = self.memory(client_id)
        if memory is None:
            raise CallError("4110")
        if signer.national_id != memory["national_id"]:
            raise CallError("4103")
        if not memory["key_valid"]:
            raise CallError("4137")
        return memory

    def _own_memory(self, client, memory_id):
        """Return a memory that the client may ask about."""
        if not MEMORY_ID.fullmatch(memory_id or ""):
            raise CallError("4148", 400)
        memory = self.memory(memory_id)
        if memory is None:
            raise CallError("4110")
        if memory["national_id"] != client["national_id"]:
            raise CallError("4160", 403)
        return memory

    # -- information

    def _server_information(self, _client, _query):
        published = [
            (key_id, key) for key_id, (key, state) in self.keys.items() if state == "active"
        ]
        return {
            "serverTime": self.clock.now_ms(),
            "publicKeys": [
                {"key": _public_text(key), "id": key_id, "algorithm": "RSA", "purpose": 1}
                for key_id, key in published
            ],
        }

    def _fiscal_information(self, client, query):
        memory = self._own_memory(client, _one(query, "memoryId"))
        return {
            "nameTrade": memory["name"],
            "fiscalStatus": "ACTIVE" if memory["active"] else "DEACTIVE",
            "nationalId": memory["national_id"],
            "economicCode": memory["economic"],
        }

    def _taxpayer(self, _client, query):
        row = self._registered(query)
        return {
            "nameTrade": row["name"],
            "taxpayerStatus": row["status"],
            "nationalId": row["national_id"],
        }

    def _registered(self, query):
        code = _one(query, "economicCode", "")
        row = self.ledger.taxpayer(code) if len(code) >= 10 else None
        if row is None:
            raise CallError("4170" if len(code) >= 10 else "4171", 404)
        return row

    def _taxpayer_info(self, _client, query):
        row = self._registered(query)
        return {
            "taxpayerName": row["name"],
            "taxpayerProfileStatus": 1 if row["status"] == "ACTIVE" else 0,
            "taxpayerCallStatus": row["status"] == "ACTIVE",
            "taxpayerArticle2Status": row["status"] == "ARTICLE_2_SUBJECT",
        }

    def _article6_status(self, _client, query):
        row = self._registered(query)
        if not re.fullmatch(r"\d{1,18}", _one(query, "vatValue", "")):
            raise CallError("4147", 400)
        memory = self.book.row(
            "SELECT article6 FROM memories WHERE economic = ?", (row["economic"],)
        )
        return {"article6RemainStatus": memory is None or memory["article6"] == "NOT_EXCEEDED"}

    # -- invoices

    def _post_invoices(self, client, body):
        packets = self._packets(body)
        arrived, ledger = self.clock.now_ms(), self.clock.ledger_ms()
        rows = [
            {
                "reference": str(uuid.uuid4()),
                "uid": packet["header"]["requestTraceId"],
                "memory": packet["header"]["fiscalId"],
                "client": client["id"],
                "payload": packet["payload"],
                "arrived": arrived,
                "ledger": ledger,
            }
            for packet in packets
        ]
        if self.settings.inline_errors:
            self._refuse_inline(rows)
        self.book.add_packets(rows)
        self.book.count("packets", len(rows))
        if not self.settings.background:
            self.process()
        keys = ("uid", "packetType", "referenceNumber", "data")
        result = [
            dict(zip(keys, (row["uid"], None, row["reference"], None), strict=True)) for row in rows
        ]
        return {"timestamp": arrived, "result": result}

    def _packets(self, body):
        try:
            packets = strict_json(body)
        except (ValueError, RecursionError) as error:
            raise CallError("4144", 400) from error
        if not isinstance(packets, list) or not packets:
            raise CallError("4144", 400)
        if len(packets) > MAX_PACKETS:
            raise CallError("4143", 400)
        seen = set()
        for packet in packets:
            seen.add(self._trace_id(packet))
        if len(seen) < len(packets):
            raise CallError("4163", 400)
        return packets

    def _trace_id(self, packet):
        header = packet.get("header") if isinstance(packet, dict) else None
        texts = (
            [packet.get("payload"), header.get("requestTraceId"), header.get("fiscalId")]
            if header
            else [None]
        )
        if not all(isinstance(text, str) and text for text in texts):
            raise CallError("4145", 400)
        if not TRACE_ID.fullmatch(texts[1]):
            raise CallError("4162", 400)
        return texts[1].lower()

    def _refuse_inline(self, rows):
        """Some installations open packets at once: then the whole call fails."""
        for row in rows:
            try:
                self._open(row)
            except Refused as error:
                raise CallError(error.args[0], 400) from error

    # -- processing

    def process(self, limit=None):
        """Look at waiting packets, oldest first; return how many."""
        done = 0
        with self.processing:
            while limit is None or done < limit:
                before = self.clock.now_ms() - self.settings.processing_ms
                rows = self.book.waiting_packets(BATCH, before)
                for row in rows:
                    self._process(row)
                done += len(rows)
                if len(rows) < BATCH:
                    break
        return done

    def _process(self, row):
        if self.faults.draw("invoice", (PACKET_TIMEOUT,)):
            self.book.finish_packet(row["id"], "TIMEOUT", [])
            return
        try:
            text, memory = self._open(row)
        except Refused as error:
            self._finish(row, [Finding(error.args[0], "")], None)
            return
        self._judge(row, text, memory)

    def _open(self, row):
        """Return (JSON text, memory) of a packet, or refuse with the code of the inquiry."""
        if not MEMORY_ID.fullmatch(row["memory"]):
            raise Refused("04148")
        memory = self.memory(row["memory"])
        if memory is None or not memory["active"]:
            raise Refused("04133")
        jws = open_jwe(row["payload"], self._opening_key)
        try:
            payload, signer = open_jws(jws.decode("ascii"), self.trust, self.clock.now())
        except UnicodeDecodeError as error:
            raise Refused("04130") from error
        except Refused as error:
            raise Refused(
                "04130" if error.args[0] in ("structure", "x5c_missing") else "04131"
            ) from error
        if signer.national_id != memory["national_id"]:
            raise Refused("04132")
        return payload.decode(), memory

    def _judge(self, row, text, memory):
        try:
            invoice = strict_json(text, parse_float=Decimal)
        except (ValueError, RecursionError):
            self._finish(row, [Finding(f"0{STRUCTURE}000{NOT_JSON}", "")], None)
            return
        findings = check(invoice, row["ledger"], self.settings.deadline_days)
        header = invoice.get("header") if isinstance(invoice, dict) else None
        taxid = header.get("taxid") if isinstance(header, dict) else None
        with self.book.transaction():
            self.ledger.settle(row["ledger"])
            if not _errors(findings):
                findings += self.ledger.judge(invoice, memory)
                if not _errors(findings):
                    self.ledger.store(row, invoice, text)
            elif isinstance(header, dict):
                self.ledger.burn(header, memory)
            self._finish(row, findings, taxid)

    def _finish(self, row, findings, taxid):
        errors = _errors(findings)
        ordered = errors + [finding for finding in findings if finding not in errors]
        rows = [
            {
                "code": finding.code,
                "message": message(finding.code, finding.path),
                "errorType": kind,
                "path": finding.path,
            }
            for finding in ordered
            for kind in [finding.severity.upper()]
        ]
        taxid = taxid if isinstance(taxid, str) else None
        self.book.finish_packet(row["id"], "FAILED" if errors else "SUCCESS", rows, taxid)

    # -- inquiries

    def _window(self, query):
        now = self.clock.now_ms()
        start, end = _one(query, "start"), _one(query, "end")
        if not start and not end:
            return now - DAY_MS, now
        last = _milliseconds(end) if end else now
        first = _milliseconds(start) if start else last - DAY_MS
        if first > last:
            raise CallError("4140", 400)
        if last - first > MAX_WINDOW_DAYS * DAY_MS:
            raise CallError("4164", 400)
        return first, last

    def _ids(self, query, name):
        ids = [value for value in query.get(name, []) if value]
        if not ids:
            raise CallError("4147", 400)
        if len(ids) > MAX_IDS:
            raise CallError("4141", 400)
        return ids

    def _by_reference(self, client, query):
        ids, window = self._ids(query, "referenceIds"), self._window(query)
        condition = "reference = ? AND memory IN (SELECT id FROM memories WHERE national_id = ?)"
        found = [
            (reference, self._packet(condition, (reference, client["national_id"]), window))
            for reference in ids
        ]
        return [self._result(row, reference=reference) for reference, row in found]

    def _by_uid(self, client, query):
        ids, window = self._ids(query, "uidList"), self._window(query)
        memory = self._own_memory(client, _one(query, "fiscalId"))
        found = [
            (uid, self._packet("lower(uid) = lower(?) AND memory = ?", (uid, memory["id"]), window))
            for uid in ids
        ]
        return [self._result(row, uid=uid) for uid, row in found]

    def _packet(self, condition, args, window):
        query = f"SELECT * FROM packets WHERE {condition} AND arrived BETWEEN ? AND ? ORDER BY id LIMIT 1"  # noqa: S608
        return self.book.row(query, (*args, *window))

    def _by_time(self, client, query):
        first, last = self._window(query)
        status = _one(query, "status")
        if status and status not in FILTERS:
            raise CallError("4142", 400)
        page, size = _whole(query, "pageNumber", 1), _whole(query, "pageSize", 10)
        rows = self.book.rows(
            "SELECT * FROM packets WHERE arrived BETWEEN ? AND ? AND (? IS NULL OR status = ?) AND memory IN "
            "(SELECT id FROM memories WHERE national_id = ?) ORDER BY id LIMIT ? OFFSET ?",
            (
                first,
                last,
                status,
                status,
                client["national_id"],
                min(size, 100),
                (page - 1) * min(size, 100),
            ),
        )
        return [self._result(row) for row in rows]

    def _result(self, row, reference=None, uid=None):
        if row is None:
            return _inquiry(reference, uid, "NOT_FOUND")
        self.book.run("UPDATE packets SET asked = asked + 1 WHERE id = ?", (row["id"],))
        if row["status"] == "IN_PROGRESS" or row["asked"] < self.settings.in_progress_inquiries:
            return _inquiry(
                row["reference"], row["uid"], "IN_PROGRESS", "invoice.v01", row["memory"]
            )
        rows = json.loads(row["findings"])
        parts = {"ERROR": [], "WARNING": []}
        for entry in rows[:MAX_MESSAGES]:
            parts[entry["errorType"]].append(
                {name: entry[name] for name in ("code", "message", "errorType")}
            )
        if len(rows) > MAX_MESSAGES:
            kind = rows[MAX_MESSAGES]["errorType"]
            parts[kind].append({"code": "00000", "message": message("00000"), "errorType": kind})
        data = {
            "error": parts["ERROR"],
            "warning": parts["WARNING"],
            "success": row["status"] == "SUCCESS",
        }
        result = _inquiry(
            row["reference"],
            row["uid"],
            row["status"],
            "receive_invoice_confirm",
            row["memory"],
            data,
        )
        result["sign"] = self._receipt(row) if row["status"] == "SUCCESS" else ""
        return result

    def _receipt(self, row):
        key_id, key = self.active_key()
        if row["sign"] and row["sign_key"] == key_id:
            return row["sign"]
        payload = {
            "referenceNumber": row["reference"],
            "clientId": row["client"],
            "taxId": row["taxid"],
            "receivedDate": _iso(row["arrived"])[:-7] + "Z",
        }
        sign = sign_receipt(key, payload, _iso(self.clock.now_ms())[:19] + "Z")
        self.book.run(
            "UPDATE packets SET sign = ?, sign_key = ? WHERE id = ?", (sign, key_id, row["id"])
        )
        return sign

    def _invoice_status(self, client, query):
        self.ledger.settle(self.clock.ledger_ms())
        return [self._status_of(client, taxid) for taxid in self._ids(query, "taxIds")]

    def _status_of(self, client, taxid):
        row = self.book.invoice(taxid)
        answer = {"taxId": taxid, "invoiceStatus": None, "article6Status": None, "error": None}
        if row is None:
            answer["error"] = "NOT_FOUND"
        elif self.memory(row["memory"])["national_id"] != client["national_id"]:
            answer["error"] = "ACCESS_DENIED"
        else:
            answer["invoiceStatus"] = row["reaction"]
            answer["article6Status"] = self.memory(row["memory"])["article6"]
        return answer

    # -- payments

    def _post_payment(self, client, body):
        try:
            notice = strict_json(body, parse_float=Decimal)
        except (ValueError, RecursionError) as error:
            raise CallError("4147", 400) from error
        if not isinstance(notice, dict):
            raise CallError("4147", 400)
        code = self._payment_error(client, notice)
        if code:
            errors = [{"code": code, "message": message(code)}]
            return {"requestStatus": "FAILED", "error": errors}
        taxid = notice.get("taxId", notice.get("taxid"))
        values = (taxid, int(notice["paidAmount"]), json.dumps(notice, default=str))
        self.book.run("INSERT INTO payments (taxid, amount, document) VALUES (?, ?, ?)", values)
        return {"requestStatus": "SUCCESS", "error": []}

    def _payment_error(self, client, notice):
        """Return the code of what is wrong with a payment notice, by the numbers of the invoice's fields."""
        taxid = notice.get("taxId", notice.get("taxid"))
        row = self.book.invoice(taxid) if isinstance(taxid, str) else None
        if row is None or self.memory(row["memory"])["national_id"] != client["national_id"]:
            return "0300101"
        if row["setm"] not in (2, 3):
            return "02028"
        if notice.get("paymentMethod") not in PAYMENT_METHODS:
            return "0107502"
        amount = notice.get("paidAmount")
        if isinstance(amount, bool) or not isinstance(amount, int) or amount <= 0:
            return "0107605"
        for name, code, form in PAYMENT_NUMBERS:
            if name in notice and not re.fullmatch(form, str(notice[name])):
                return code
        with self.book.lock:
            paid = self.book.row(
                "SELECT coalesce(sum(amount), 0) AS total FROM payments WHERE taxid = ?", (taxid,)
            )
        return "02076" if paid["total"] + amount > row["tbill"] else None

    # -- hooks and report

    def react(self, taxid, reaction):
        """Let the buyer say APPROVED or REJECTED."""
        self.ledger.react(taxid, reaction, self.clock.ledger_ms())

    def status(self, taxid):
        """Return the status of an invoice in the buyer's cartable now, or None."""
        self.ledger.settle(self.clock.ledger_ms())
        row = self.book.invoice(taxid)
        return row["reaction"] if row else None

    def report(self, documents=False):
        """Return what was received: invoices kept, packets by status, refusals, calls counted."""
        self.ledger.settle(self.clock.ledger_ms())
        names = [
            "taxid",
            "memory",
            "tins",
            "buyer",
            "inty",
            "inp",
            "ins",
            "irtaxid",
            "indatim",
            "setm",
            "tbill",
            "tvam",
            "article9",
            "reaction",
        ]
        extra = ", i.document" if documents else ""
        columns = ", ".join(f"i.{name}" for name in names)
        invoices = self.book.rows(
            f"SELECT {columns}, p.uid, p.reference{extra} FROM invoices i JOIN packets p ON p.id = i.packet "  # noqa: S608
            "ORDER BY i.packet"
        )
        refused = self.book.rows(
            "SELECT uid, memory, taxid, findings FROM packets WHERE status = 'FAILED' ORDER BY id"
        )
        more = ", document" if documents else ""
        statuses = self.book.rows("SELECT status, count(*) AS count FROM packets GROUP BY status")
        return {
            "invoices": [dict(row) for row in invoices],
            "refused": [_refusal(row) for row in refused],
            "packets": {row["status"]: row["count"] for row in statuses},
            "payments": [
                dict(row)
                for row in self.book.rows(
                    f"SELECT taxid, amount{more} FROM payments ORDER BY id"  # noqa: S608
                )
            ],
            "calls": self.book.counters(),
        }


def _errors(findings):
    return [finding for finding in findings if finding.severity == "error"]


def _whole(query, name, default):
    text = _one(query, name, str(default))
    if not re.fullmatch(r"\d{1,9}", text) or int(text) < 1:
        raise CallError("4147", 400)
    return int(text)


def _inquiry(reference, uid, status, packet_type=None, memory=None, data=None):
    return {
        "referenceNumber": reference,
        "uid": uid,
        "status": status,
        "data": data or {},
        "packetType": packet_type,
        "fiscalId": memory,
        "sign": "",
    }


def _refusal(row):
    codes = [
        {"code": entry["code"], "path": entry["path"]} for entry in json.loads(row["findings"])
    ]
    return {"uid": row["uid"], "memory": row["memory"], "taxid": row["taxid"], "findings": codes}


def _public_text(key):
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return base64.b64encode(
        key.public_key().public_bytes(serialization.Encoding.DER, form)
    ).decode()


RESOURCES = {
    ("GET", "server-information"): Service._server_information,
    ("GET", "fiscal-information"): Service._fiscal_information,
    ("GET", "taxpayer"): Service._taxpayer,
    ("GET", "taxpayer-info"): Service._taxpayer_info,
    ("GET", "taxpayer-article6-status"): Service._article6_status,
    ("POST", "invoice"): Service._post_invoices,
    ("GET", "inquiry-by-reference-id"): Service._by_reference,
    ("GET", "inquiry-by-uid"): Service._by_uid,
    ("GET", "inquiry"): Service._by_time,
    ("GET", "inquiry-invoice-status"): Service._invoice_status,
    ("POST", "invoice-payment"): Service._post_payment,
}
