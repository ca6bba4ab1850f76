"""Iranian SMS gateways behind one small interface. Plain Python; the web services as they document themselves.

A gateway says for each number what became of its message. No answer is not a refusal: the message may have been
sent, so it is told as such and never sent again by itself. Secrets stand in no log: see :class:`_SecretPaths`.
"""

import logging
import re
from typing import NamedTuple

import requests
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

_logger = logging.getLogger(__name__)

TIMEOUT = 15  # seconds, for connecting and for each read

# what became of a message; the first five are words that Odoo's own interface knows
SENT = "success"
NUMBER = "wrong_number_format"
CREDIT = "insufficient_credit"
BLOCKED = "rejected"
UNDELIVERED = "not_delivered"
ACCOUNT = "aria_account"
SENDER = "aria_sender"
TEXT = "aria_text"
LIMIT = "aria_limit"
BUSY = "aria_busy"
UNREACHED = "aria_unreached"  # nothing left this server
UNKNOWN = "aria_unknown"  # it may have been sent
REFUSED = "aria_refused"
# what a delivery report says besides BLOCKED and UNDELIVERED
DELIVERED = "delivered"
PENDING = "pending"

RIAL, MESSAGES = "rial", "messages"


class Result(NamedTuple):
    """What became of the message to one number."""

    state: str
    message_id: str = ""
    reason: str = ""
    """the words of the gateway"""


class Credit(NamedTuple):
    """What is left in the account, in Rial or in messages."""

    amount: float
    unit: str


class GatewayError(Exception):
    """A question that the gateway did not answer; ``state`` is one of the states above."""

    def __init__(self, state, reason=""):
        # EXTENDS 'Exception'
        super().__init__(state)
        self.state, self.reason = state, reason


class _SecretPaths(logging.Filter):
    """Takes the key out of what urllib3 logs of addresses: Kavenegar has it in the path."""

    KEY = re.compile(r"(/v1/)[^/]+(/(?:sms|account)/)")

    def filter(self, record):
        record.msg = self.KEY.sub(r"\1***\2", record.getMessage())
        record.args = ()
        return True


logging.getLogger("urllib3.connectionpool").addFilter(_SecretPaths())


class Gateway:
    """Sends one text to many numbers, and says what is left and what arrived."""

    url = ""
    batch = 1
    """numbers that one call takes"""
    asked = 1
    """messages that one question about delivery takes"""

    def __init__(self, url=None):
        self._url = (url or self.url).rstrip("/")
        self._session = requests.Session()

    def send(self, text, numbers):
        """Return the :class:`Result` of each of ``numbers``, in order.

        Once the gateway cannot be reached, the rest is not tried.

        :param list numbers: as they are dialled in Iran (0912…), foreign ones with 00
        """
        results = []
        for first in range(0, len(numbers), self.batch):
            portion = numbers[first : first + self.batch]
            results += self._try(text, portion)
            if results[-1].state == UNREACHED:
                rest = len(numbers) - len(results)
                return results + [Result(UNREACHED)] * rest
        return results

    def _try(self, text, numbers):
        try:
            return self._send(text, numbers)
        except GatewayError as error:
            return [Result(error.state, "", error.reason)] * len(numbers)

    def deliveries(self, message_ids):
        """Return {message id: DELIVERED, UNDELIVERED, BLOCKED or PENDING}, of those that were answered."""
        states = {}
        for first in range(0, len(message_ids), self.asked):
            try:
                states |= self._ask_deliveries(message_ids[first : first + self.asked])
            except GatewayError:
                break  # they are asked again later
        return states

    def credit(self):
        """Return the :class:`Credit` of the account.

        :raise GatewayError: the account is wrong, or there is no answer
        """
        raise NotImplementedError

    def _send(self, text, numbers):
        raise NotImplementedError

    def _ask_deliveries(self, message_ids):
        raise NotImplementedError

    def _post(self, address, data):
        """Return the JSON that the gateway answers.

        :raise GatewayError: it does not answer, or nothing that can be read
        """
        try:
            response = self._session.post(
                address, data=data, timeout=TIMEOUT, allow_redirects=False
            )
        except requests.exceptions.RequestException as error:
            raise _note(error) from None  # the message of the error holds the address
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            _logger.warning("An SMS gateway answered HTTP %s, no JSON.", response.status_code)
            raise GatewayError(UNKNOWN)
        return answer


class Kavenegar(Gateway):
    """https://kavenegar.com/rest.html: one call takes up to 200 numbers, and answers for each."""

    url = "https://api.kavenegar.com"
    batch = 200
    asked = 200
    STATES = {
        **dict.fromkeys((401, 403, 407, 431, 501), ACCOUNT),
        **dict.fromkeys((402, 409, 451), BUSY),
        411: NUMBER,
        412: SENDER,
        413: TEXT,
        414: LIMIT,
        418: CREDIT,
        422: TEXT,
    }
    ENTRIES = {1: SENT, 2: SENT, 4: SENT, 5: SENT, 10: SENT, 14: BLOCKED}
    REPORTS = {6: UNDELIVERED, 10: DELIVERED, 11: UNDELIVERED, 13: UNDELIVERED, 14: BLOCKED}

    def __init__(self, key, sender, url=None):
        # EXTENDS 'Gateway'
        super().__init__(url)
        self._key, self._sender = key, sender

    def credit(self):
        entries = self._ask("account/info", {})
        try:
            return Credit(float(entries["remaincredit"]), RIAL)
        except (KeyError, TypeError, ValueError):
            raise GatewayError(UNKNOWN) from None

    def _send(self, text, numbers):
        data = {"receptor": ",".join(numbers), "message": text}
        if self._sender:
            data["sender"] = self._sender
        try:
            entries = self._ask("sms/send", data)
        except GatewayError as error:
            if error.state != NUMBER or len(numbers) == 1:
                raise
            # one wrong number makes it refuse all of them; nothing was sent
            half = len(numbers) // 2
            return self._try(text, numbers[:half]) + self._try(text, numbers[half:])
        return self._read_entries(entries, numbers)

    def _ask(self, method, data):
        key = requests.utils.quote(self._key, safe="")
        answer = self._post(f"{self._url}/v1/{key}/{method}.json", data)
        try:
            status, reason = int(answer["return"]["status"]), answer["return"].get("message") or ""
        except (KeyError, TypeError, ValueError, AttributeError):
            raise GatewayError(UNKNOWN) from None
        if status == 200:
            return answer.get("entries")
        raise GatewayError(self.STATES.get(status, REFUSED), f"{status}: {reason}")

    def _read_entries(self, entries, numbers):
        """Return the results of the numbers; the gateway may write them with or without zero and country code."""
        try:
            found = {_tail(entry["receptor"]): entry for entry in entries}
        except (KeyError, TypeError):
            raise GatewayError(UNKNOWN) from None
        return [self._read_entry(found.get(_tail(number))) for number in numbers]

    def _read_entry(self, entry):
        try:
            state = self.ENTRIES.get(int(entry["status"]), REFUSED)
            if state == SENT:
                return Result(SENT, str(entry["messageid"]))
            return Result(state, "", str(entry.get("statustext") or ""))
        except (KeyError, TypeError, ValueError):
            return Result(UNKNOWN)

    def _ask_deliveries(self, message_ids):
        entries = self._ask("sms/status", {"messageid": ",".join(message_ids)})
        try:
            return {
                str(entry["messageid"]): self.REPORTS.get(int(entry["status"]), PENDING)
                for entry in entries
            }
        except (KeyError, TypeError, ValueError):
            raise GatewayError(UNKNOWN) from None


class MelipayamakBase(Gateway):
    """What both web services of https://www.melipayamak.com/api say in the same codes."""

    STATES = {
        **dict.fromkeys((0, 10, 12, 108, 109, 110), ACCOUNT),
        **dict.fromkeys((3, 4), LIMIT),
        **dict.fromkeys((5, 9), SENDER),
        **dict.fromkeys((7, 14, 15, 17), TEXT),
        **dict.fromkeys((16, 18), NUMBER),
        2: CREDIT,
        6: BUSY,
        35: BLOCKED,
    }
    REPORTS = {
        **dict.fromkeys((2, 3, 16, 300, 500), UNDELIVERED),
        1: DELIVERED,
        35: BLOCKED,
    }

    def __init__(self, username, password, sender, url=None):
        # EXTENDS 'Gateway'
        super().__init__(url)
        self._account = {"username": username, "password": password}
        self._sender = sender

    def _refused(self, code, reason=""):
        return Result(self.STATES.get(code, REFUSED), "", f"{code} {reason}".strip())


class Melipayamak(MelipayamakBase):
    """The REST service: one number a call, so that each has an answer of its own."""

    url = "https://rest.payamak-panel.com"

    def credit(self):
        try:
            return Credit(float(self._ask("GetCredit", {})), MESSAGES)
        except (TypeError, ValueError):
            raise GatewayError(UNKNOWN) from None

    def _send(self, text, numbers):
        [number] = numbers
        data = {"to": number, "from": self._sender, "text": text, "isFlash": "false"}
        return [Result(SENT, str(self._ask("SendSMS", data) or ""))]

    def _ask_deliveries(self, message_ids):
        [message_id] = message_ids
        try:
            code = int(self._ask("GetDeliveries2", {"recID": message_id}))
        except (TypeError, ValueError):
            raise GatewayError(UNKNOWN) from None
        return {message_id: self.REPORTS.get(code, PENDING)}

    def _ask(self, method, data):
        answer = self._post(f"{self._url}/api/SendSMS/{method}", {**self._account, **data})
        try:
            status = int(answer["RetStatus"])
        except (KeyError, TypeError, ValueError):
            raise GatewayError(UNKNOWN) from None
        if status == 1:
            return answer.get("Value")
        refused = self._refused(status, answer.get("StrRetStatus") or "")
        raise GatewayError(refused.state, refused.reason)


def _note(error):
    """Return the :class:`GatewayError` of a failed request, and log its kind only: messages hold secrets."""
    _logger.warning("An SMS gateway did not answer: %s", type(error).__name__)
    cause = getattr(error.args[0], "reason", None) if error.args else None
    unreached = isinstance(error, requests.exceptions.ConnectTimeout) or isinstance(
        cause, (NewConnectionError, ConnectTimeoutError)
    )
    return GatewayError(UNREACHED if unreached else UNKNOWN)


def _tail(number):
    """Return the digits that tell two notations of a number apart from other numbers."""
    return str(number)[-10:]
