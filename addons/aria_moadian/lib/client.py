"""The client of API v2: every resource of the service, one nonce for each call, no surprises.

Follows RC_TICS.IS V1.6 (sections 2 and 3.3 of the fact sheet). A call gets a nonce, signs a token that lives for
this call only, and sends it. Three kinds of failure are told apart, because they ask for different acts:

* :class:`NotSent`: the request never left; it may be sent again.
* :class:`OutcomeUnknown`: it may have arrived; packets must be asked for by their uid, never sent again blindly.
* :class:`Refused`: the service answered no, with its codes.

Moments are aware datetimes; in queries they carry nine digits of seconds and their offset. Nothing here logs,
and no exception holds a token, a key or a packet.
"""

import base64
import json
import random
import threading
import time
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from . import packet
from .codes import decode
from .constants import (
    API_PATH,
    DEFAULT_NONCE_LIFE,
    FINAL_STATUSES,
    MAX_INQUIRY_DAYS,
    MAX_INQUIRY_IDS,
    MAX_PACKETS,
    MAX_PAGE_SIZE,
    NONCE_LIFE,
    PAYMENT_METHODS,
)
from .taxid import normalise_memory

TIMEOUT = 60  # seconds to connect, and between bytes
MAX_ANSWER = 8 * 2**20  # bytes; a thousand results with fifty messages have less
KEY_LIFE = 3600  # seconds a server key is used before it is fetched again
READ_ATTEMPTS = 3
_RETRY_PAUSE = 0.5  # seconds before the second attempt, doubled after each
_WINDOW_MARGIN = timedelta(minutes=5)


class MoadianError(Exception):
    """A call failed; ``fa`` and ``en`` say how, in whole sentences."""

    def __init__(self, fa, en):
        # EXTENDS 'Exception'
        super().__init__(en)
        self.fa, self.en = fa, en


class NotSent(MoadianError):
    """The request did not reach the service: it may be sent again."""


class OutcomeUnknown(MoadianError):
    """The request may have been carried out, but no usable answer came."""


class Refused(MoadianError):
    """The service refused the call. ``codes``: list of :class:`codes.Code`; ``status``: of HTTP; ``trace_id``."""

    def __init__(self, status, found, trace_id=""):
        # EXTENDS 'Exception'
        self.status, self.codes, self.trace_id = status, found, trace_id
        listed = ", ".join(code.code for code in found)
        super().__init__(
            f"سامانه مودیان درخواست را نپذیرفت ({listed}): " + " ".join(code.fa for code in found),
            f"The service refused the call ({listed}): " + " ".join(code.en for code in found),
        )

    @property
    def may_retry(self):
        return any(code.retry == "now" for code in self.codes)


class Nonce(NamedTuple):
    text: str
    expires: str  # ISO 8601 UTC, as the service wrote it


class ServerKey(NamedTuple):
    kid: str
    key: rsa.RSAPublicKey


class Receipt(NamedTuple):
    """What the service says when it takes a packet: its ``uid`` (requestTraceId) and a reference number."""

    uid: str
    reference_number: str


class Message(NamedTuple):
    """An error or warning of a result, with the text of the service and our reading of its code."""

    code: str
    text: str
    severity: str

    @property
    def reading(self):
        return decode(self.code)


class Result(NamedTuple):
    """The result of an inquiry. ``status`` as the service wrote it; ``messages`` errors first."""

    uid: str
    reference_number: str
    status: str
    messages: tuple
    fiscal_id: str
    sign: str
    raw: dict

    @property
    def is_final(self):
        return self.status in FINAL_STATUSES

    @property
    def errors(self):
        return [message for message in self.messages if message.severity == "error"]

    @property
    def warnings(self):
        return [message for message in self.messages if message.severity == "warning"]


class _KeyRing:
    """Server keys of all base addresses, for all clients of the process."""

    def __init__(self):
        self._lock = threading.Lock()
        self._keys = {}

    def get(self, address, now):
        with self._lock:
            keys, fetched = self._keys.get(address, ((), 0))
        return keys if keys and 0 <= now - fetched < KEY_LIFE else ()

    def put(self, address, keys, now):
        with self._lock:
            self._keys[address] = (tuple(keys), now)

    def drop(self, address):
        with self._lock:
            self._keys.pop(address, None)


_KEYS = _KeyRing()


class MoadianClient:
    """Talks to one environment of the service as one taxpayer (or trusted company).

    :param base_url: up to ``/requestsmanager``; the resources stand below ``/api/v2``
    :param memory_id: six characters of the fiscal memory
    :param key: RSA private key or ``keys.Signer``
    :param certificate: the signer's certificate, or a list with its chain
    :param client_id: who signs; the memory id when missing, the company's id for a trusted company
    :param timeout: seconds, or (seconds to connect, seconds between bytes)
    :param proxies: as ``requests`` takes them
    :param session: a ``requests.Session``; the environment's proxies and .netrc are not read by the own one
    :param token_header: ``Authorization`` (with "Bearer "), or ``Token`` on the government's bus
    """

    def __init__(
        self,
        base_url,
        memory_id,
        key,
        certificate,
        *,
        client_id=None,
        timeout=TIMEOUT,
        proxies=None,
        session=None,
        token_header="Authorization",
        clock=time.time,
    ):
        self.base_url = base_url.rstrip("/")
        self.memory_id = normalise_memory(memory_id)
        self.client_id = client_id or self.memory_id
        self._key, self._certificate = key, certificate
        self._timeout, self._proxies, self._clock = timeout, proxies, clock
        self._token_header = token_header
        self._session = session or requests.Session()
        if session is None:
            self._session.trust_env = False

    def __repr__(self):
        return f"<MoadianClient {self.memory_id} {self.base_url}>"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Give the connections back."""
        self._session.close()

    # -------------------------------------------------------------- reading
    def get_nonce(self, time_to_live=DEFAULT_NONCE_LIFE) -> Nonce:
        """Return a nonce for one call. ``time_to_live``: 10 to 200 seconds."""
        if not NONCE_LIFE[0] <= time_to_live <= NONCE_LIFE[1]:
            raise ValueError(f"time_to_live is {time_to_live}; it has to be 10 to 200 seconds.")
        answer = self._call("GET", "nonce", {"timeToLive": time_to_live}, token=False)
        return Nonce(_text_of(answer, "nonce"), _text_of(answer, "expDate", ""))

    def server_information(self) -> dict:
        """Return the service's time and public keys, as it answers."""
        return _object(self._read("server-information"))

    def fiscal_information(self, memory_id=None) -> dict:
        """Return what the service knows of a fiscal memory: nameTrade, fiscalStatus, nationalId, economicCode."""
        return _object(self._read("fiscal-information", {"memoryId": memory_id or self.memory_id}))

    def taxpayer(self, economic_code) -> dict:
        """Return what the service knows of a taxpayer: nameTrade, taxpayerStatus, nationalId."""
        return _object(self._read("taxpayer", {"economicCode": economic_code}))

    def taxpayer_info(self, economic_code) -> dict:
        """Return taxpayerName, taxpayerProfileStatus, taxpayerCallStatus, taxpayerArticle2Status."""
        return _object(self._read("taxpayer-info", {"economicCode": economic_code}))

    def article6_status(self, economic_code, vat_value, period) -> dict:
        """Return article6RemainStatus: whether the ceiling of article 6 leaves room for a VAT of so many Rial."""
        query = {"economicCode": economic_code, "vatValue": vat_value, "period": period}
        return _object(self._read("taxpayer-article6-status", query))

    def inquiry_by_reference(self, reference_numbers, start=None, end=None) -> list:
        """Return a :class:`Result` for each reference number known within the window (24 hours when missing)."""
        return self._inquire(
            "inquiry-by-reference-id", "referenceIds", reference_numbers, start, end
        )

    def inquiry_by_uid(self, uids, start=None, end=None, memory_id=None) -> list:
        """Return a :class:`Result` for each uid known within the window (24 hours when missing)."""
        extra = {"fiscalId": memory_id or self.memory_id}
        return self._inquire("inquiry-by-uid", "uidList", uids, start, end, extra)

    def inquiry(self, start=None, end=None, page=1, page_size=MAX_PAGE_SIZE, status=None) -> list:
        """Return one page of results of the window, ``status`` being one of SUCCESS, FAILED, TIMEOUT, IN_PROGRESS."""
        query = {
            "pageNumber": page,
            "pageSize": max(1, min(page_size, MAX_PAGE_SIZE)),
            **_window(start, end),
        }
        if status:
            query["status"] = status
        return _results(self._read("inquiry", query))

    def invoice_status(self, tax_ids) -> dict:
        """Return {tax number: the service's answer} with invoiceStatus, article6Status and error."""
        found = {}
        for part in _parts(tax_ids, MAX_INQUIRY_IDS):
            for row in _list(
                self._read("inquiry-invoice-status", [("taxIds", taxid) for taxid in part])
            ):
                found[_text_of(row, "taxId")] = row
        return found

    # -------------------------------------------------------------- writing
    def make_packet(self, invoice, uid=None, signed_at=None, memory_id=None) -> dict:
        """Return the packet of an invoice, signed and encrypted with a fresh or cached key of the server.

        :param invoice: a dictionary, from which what is empty is taken out, or its JSON, which is signed as it is
        """
        server_key = self.server_key()
        payload = invoice if isinstance(invoice, str | bytes) else packet.compact(invoice)
        jws = packet.sign(payload, self._key, self._certificate, signed_at)
        jwe = packet.encrypt(jws, server_key.key, server_key.kid)
        return packet.envelope(jwe, memory_id or self.memory_id, uid)

    def send(self, packets) -> list:
        """POST 1 to 1,000 packets in one call; return a :class:`Receipt` for each that was taken.

        It is never repeated by itself, but after a refusal of the nonce, which takes nothing.

        :raises NotSent: nothing was taken; send again
        :raises OutcomeUnknown: ask by uid
        :raises Refused: nothing was taken; see the codes
        """
        packets = list(packets)
        if not 1 <= len(packets) <= MAX_PACKETS:
            raise ValueError(f"{len(packets)} packets; one call takes 1 to {MAX_PACKETS:,}.")
        answer = self._with_fresh_nonce("POST", "invoice", body=packets)
        rows = _list(answer.get("result") if isinstance(answer, dict) else None)
        asked = {row["header"]["requestTraceId"] for row in packets}
        receipts = [Receipt(_text_of(row, "uid"), _text_of(row, "referenceNumber")) for row in rows]
        if {receipt.uid for receipt in receipts} - asked:
            raise _unreadable("it names packets that were not sent")
        return receipts

    def register_payment(
        self, tax_id, amount, paid_at, method, *, terminal_number=None, reference_number=None
    ) -> list:
        """Register a payment of an invoice on credit (``setm`` 2 or 3); return the errors, a list of messages.

        :param amount: Rial, a whole number
        :param paid_at: aware datetime; sent as Unix milliseconds
        :param method: CHEQUE, BARTER, CASH, POS, INTERNET, CARD, TRANSFER or OTHER
        """
        if method not in PAYMENT_METHODS:
            raise ValueError(f"{method!r} is no method of payment.")
        body = {
            "taxId": tax_id,
            "paidAmount": int(amount),
            "paymentDate": int(paid_at.timestamp() * 1000),
            "paymentMethod": method,
            "terminalNumber": terminal_number,
            "referenceNumber": reference_number,
        }
        answer = _object(
            self._with_fresh_nonce("POST", "invoice-payment", body=packet.compact(body))
        )
        if answer.get("requestStatus") == "SUCCESS":
            return []
        return [_message(row, "error") for row in _list(answer.get("error"))]

    # -------------------------------------------------------------- keys of the server
    def server_key(self) -> ServerKey:
        """Return a public key of the server: cached for at most an hour, one of several by chance."""
        keys = _KEYS.get(self.base_url, self._clock())
        if not keys:
            keys = [_server_key(row) for row in _list(self.server_information().get("publicKeys"))]
            keys = [key for key in keys if key]
            if not keys:
                raise _unreadable("it has no RSA key to encrypt for")
            _KEYS.put(self.base_url, keys, self._clock())
        return random.choice(keys)

    def forget_server_key(self):
        """Forget the server's keys: after a refusal of a packet (04150) they may have been changed."""
        _KEYS.drop(self.base_url)

    def verify_receipt(self, result: Result):
        """Return what the service signed of an accepted invoice (referenceNumber, taxId, …); None without signature.

        :raises packet.PacketFault: when the signature is none of the service's
        """
        if not result.sign:
            return None
        keys = _KEYS.get(self.base_url, self._clock()) or [self.server_key()]
        for index, (_, key) in enumerate(keys, start=1):
            try:
                return json.loads(packet.verify(result.sign, key)[0])
            except packet.PacketFault:
                if index == len(keys):
                    raise
        return None

    # -------------------------------------------------------------- calls
    def _read(self, resource, query=None):
        """Return the answer of a GET, which may be repeated: it changes nothing."""
        pause = _RETRY_PAUSE
        for attempt in range(READ_ATTEMPTS):
            try:
                return self._call("GET", resource, query)
            except (NotSent, OutcomeUnknown):
                if attempt == READ_ATTEMPTS - 1:
                    raise
            except Refused as error:
                if attempt == READ_ATTEMPTS - 1 or not error.may_retry:
                    raise
            time.sleep(pause)
            pause *= 2
        return None

    def _with_fresh_nonce(self, method, resource, body):
        try:
            return self._call(method, resource, body=body)
        except Refused as error:
            if not error.may_retry:
                raise
        return self._call(method, resource, body=body)

    def _call(self, method, resource, query=None, body=None, token=True):
        headers = {"Accept": "*/*"}
        if token:
            headers[self._token_header] = self._token()
        data = None
        if body is not None:
            data = packet.canonical_json(body)
            headers["Content-Type"] = "application/json"
        try:
            response = self._session.request(
                method,
                f"{self.base_url}{API_PATH}/{resource}",
                params=query,
                data=data,
                headers=headers,
                timeout=self._timeout,
                proxies=self._proxies,
                allow_redirects=False,  # a token must not travel elsewhere
                stream=True,
            )
            with response:
                content = _read_all(response)
        except requests.exceptions.ConnectTimeout as error:
            raise _not_sent(error) from None
        except requests.exceptions.RequestException as error:
            raise _broken(error) from None
        return _answer(response.status_code, content)

    def _token(self):
        """Return the token of one call: the nonce, signed."""
        try:
            nonce = self.get_nonce()
        except OutcomeUnknown as error:
            raise NotSent(error.fa, error.en) from None  # the call itself was not made
        token = packet.sign(
            {"nonce": nonce.text, "clientId": self.client_id}, self._key, self._certificate
        )
        return f"Bearer {token}" if self._token_header == "Authorization" else token

    def _inquire(self, resource, name, values, start, end, extra=None):
        found = []
        for part in _parts(values, MAX_INQUIRY_IDS):
            query = [(name, value) for value in part]
            query += [*(extra or {}).items(), *_window(start, end).items()]
            found += _results(self._read(resource, query))
        return found


# ------------------------------------------------------------------ moments
def format_moment(moment: datetime) -> str:
    """Return a moment as queries want it: ``2023-05-14T00:00:00.000000000+03:30``.

    :raises ValueError: for a naive datetime
    """
    if moment.tzinfo is None:
        raise ValueError("The moment of an inquiry needs a time zone.")
    text = moment.isoformat(timespec="microseconds")
    return f"{text[:26]}000{text[26:]}"


def window_around(sent_at: datetime, now: datetime):
    """Return (start, end) of an inquiry that finds a packet sent at a moment: from just before it, 7 days at most."""
    start = sent_at - _WINDOW_MARGIN
    return start, min(now + _WINDOW_MARGIN, start + timedelta(days=MAX_INQUIRY_DAYS))


def _window(start, end):
    if start and end and not start <= end <= start + timedelta(days=MAX_INQUIRY_DAYS):
        raise ValueError(
            f"The window of an inquiry has at most {MAX_INQUIRY_DAYS} days and a start before its end."
        )
    moments = {"start": start, "end": end}
    return {name: format_moment(moment) for name, moment in moments.items() if moment}


def moment_of(milliseconds: int) -> datetime:
    """Return the aware datetime (UTC) of Unix milliseconds."""
    return datetime.fromtimestamp(milliseconds / 1000, timezone.utc)


# ------------------------------------------------------------------ answers
def _read_all(response):
    """Return the content of an answer; a longer one than any true answer is not read to its end."""
    content = bytearray()
    for chunk in response.iter_content(65536):
        content += chunk
        if len(content) > MAX_ANSWER:
            raise _unreadable("it is too long")
    return bytes(content)


def _answer(status, content):
    """Return the decoded answer of a call that succeeded; raise what a failed one means."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        found = None
    if status == 200 and found is not None:
        return found
    codes = _codes_of(found) or [f"HTTP {status}"]
    if 400 <= status < 500:
        raise Refused(status, [decode(code) for code in codes], _trace_id(found))
    # a fault of the server (5xx) may strike after the packets were stored
    raise _unreadable("it is no JSON" if status == 200 else ", ".join(codes))


def _codes_of(found):
    errors = found.get("errors") if isinstance(found, dict) else None
    rows = errors if isinstance(errors, list) else []
    return [str(row["code"]) for row in rows if isinstance(row, dict) and row.get("code")]


def _trace_id(found):
    return str(found.get("requestTraceId") or "") if isinstance(found, dict) else ""


def _unreadable(reason):
    return OutcomeUnknown(
        "پاسخ سامانه مودیان خوانا نبود؛ نتیجه با استعلام روشن می‌شود.",
        f"The answer of the service cannot be used ({reason}); an inquiry will tell the outcome.",
    )


def _not_sent(error):
    return NotSent(
        "ارتباط با سامانه مودیان برقرار نشد؛ نشانی، پراکسی و شبکه را بررسی کنید.",
        f"The service could not be reached ({type(error).__name__}); check address, proxy and network.",
    )


def _broken(error):
    """Tell a connection that was never made from one that broke: only the first is sure to have sent nothing."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    never_made = any(kind.__name__ == "NewConnectionError" for kind in type(reason).__mro__)
    untrusted = isinstance(
        error, requests.exceptions.SSLError
    ) and "CERTIFICATE_VERIFY_FAILED" in str(error)
    if never_made or untrusted or isinstance(error, requests.exceptions.ProxyError | ValueError):
        return _not_sent(error)  # a ValueError is an address without a scheme, or with a wrong one
    return OutcomeUnknown(
        "ارتباط با سامانه مودیان قطع شد؛ نتیجه با استعلام روشن می‌شود.",
        f"The connection to the service broke ({type(error).__name__}); an inquiry will tell the outcome.",
    )


def _object(value):
    if not isinstance(value, dict):
        raise _unreadable("it is no object")
    return value


def _list(value):
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise _unreadable("it is no list of objects")
    return value


def _text_of(row, name, default=None):
    value = _object(row).get(name, default)
    if not isinstance(value, str):
        raise _unreadable(f"it has no {name}")
    return value


def _server_key(row):
    """Return a public key of the service, or None when it is none of ours (another algorithm)."""
    if row.get("algorithm", "RSA") != "RSA":
        return None
    try:
        key = load_der_public_key(base64.b64decode(_text_of(row, "key")))
    except ValueError:
        raise _unreadable("its public key is not readable") from None
    return ServerKey(_text_of(row, "id"), key) if isinstance(key, rsa.RSAPublicKey) else None


def _results(answer):
    return [_result(row) for row in _list(answer)]


def _result(row):
    data = row.get("data") if isinstance(row.get("data"), dict) else {}
    messages = [
        _message(each, severity)
        for severity, name in (("error", "error"), ("warning", "warning"))
        for each in data.get(name) or []
        if isinstance(each, dict)
    ]
    return Result(
        uid=str(row.get("uid") or ""),
        reference_number=str(row.get("referenceNumber") or ""),
        status=str(row.get("status") or ""),
        messages=tuple(messages),
        fiscal_id=str(row.get("fiscalId") or ""),
        sign=str(row.get("sign") or ""),
        raw=row,
    )


def _message(row, severity):
    text = row.get("message") or row.get("msg") or row.get("detail") or ""
    return Message(str(row.get("code") or ""), str(text), severity)


def _parts(values, size):
    values = list(values)
    return [values[start : start + size] for start in range(0, len(values), size)]
