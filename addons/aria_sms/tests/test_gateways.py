import logging
from unittest.mock import patch

from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from ..melipayamak_soap import MelipayamakSoap
from ..sms_api import to_dialled
from ..tools import gateways
from ..tools.gateways import GatewayError, Kavenegar, Melipayamak
from .fake_gateway import (
    BAD_NUMBER,
    BLOCKED_NUMBER,
    DEAF_NUMBER,
    KEY,
    PASSWORD,
    SENDER,
    USER,
    FakeGateway,
)

LOGGER = "odoo.addons.aria_sms.tools.gateways"
TEXT = "سلام & درود <۱>"
NUMBERS = ["09123456789", "09121111111", "09122222222"]


@tagged("post_install", "-at_install")
class TestGateways(BaseCase):
    """The wire format, over HTTP against a server on this machine."""

    def setUp(self):
        super().setUp()
        self.server = FakeGateway()
        self.addCleanup(self.server.stop)

    def kavenegar(self, key=KEY, sender=SENDER):
        return Kavenegar(key, sender, self.server.url)

    def melipayamak(self, password=PASSWORD, sender=SENDER):
        return Melipayamak(USER, password, sender, self.server.url)

    def soap(self, password=PASSWORD, sender=SENDER):
        return MelipayamakSoap(USER, password, sender, self.server.url)

    def each(self, **values):
        """Yield each gateway, as a subtest."""
        for make in (self.kavenegar, self.melipayamak, self.soap):
            self.server.calls.clear()
            with self.subTest(make.__name__):
                yield make(**values)

    def states(self, gateway, *numbers, text=TEXT):
        return [result.state for result in gateway.send(text, list(numbers))]

    def test_kavenegar_sends_many_in_one_call(self):
        states = self.states(self.kavenegar(), "09123456789", BLOCKED_NUMBER, "09121111111")
        self.assertEqual(states, [gateways.SENT, gateways.BLOCKED, gateways.SENT])
        [(path, form)] = self.server.calls
        self.assertEqual(path, f"/v1/{KEY}/sms/send.json")
        self.assertEqual(form["receptor"], f"09123456789,{BLOCKED_NUMBER},09121111111")
        self.assertEqual((form["message"], form["sender"]), (TEXT, SENDER))

    def test_melipayamak_sends_one_in_a_call(self):
        self.assertEqual(self.states(self.melipayamak(), *NUMBERS[:2]), [gateways.SENT] * 2)
        self.assertEqual([form["to"] for _path, form in self.server.calls], NUMBERS[:2])
        form = self.server.calls[0][1]
        self.assertEqual((form["text"], form["from"], form["isFlash"]), (TEXT, SENDER, "false"))

    def test_soap_sends_many_in_one_call(self):
        states = self.states(self.soap(), *NUMBERS, BLOCKED_NUMBER)
        self.assertEqual(states, [*[gateways.SENT] * 3, gateways.BLOCKED])
        [(method, form)] = self.server.calls
        self.assertEqual((method, form["to"]), ("SendSimpleSMS", [*NUMBERS, BLOCKED_NUMBER]))
        self.assertEqual((form["text"], form["from"], form["isflash"]), (TEXT, SENDER, "false"))

    def test_portions(self):
        numbers = [f"0912{n:07}" for n in range(100, 550)]
        for gateway, calls in ((self.kavenegar(), 3), (self.soap(), 5)):
            self.server.calls.clear()
            self.assertEqual(self.states(gateway, *numbers), [gateways.SENT] * 450)
            self.assertEqual(len(self.server.calls), calls)

    def test_one_wrong_number_does_not_stop_the_others(self):
        for gateway in self.each():
            states = self.states(gateway, NUMBERS[0], BAD_NUMBER, *NUMBERS[1:])
            self.assertEqual(states, [gateways.SENT, gateways.NUMBER, gateways.SENT, gateways.SENT])
            self.assertEqual(
                sorted(self.server.sent.values())[-3:], sorted(NUMBERS), "each of the others once"
            )
            self.server.sent.clear()

    def test_account_sender_and_credit(self):
        with mute_logger(LOGGER):
            wrong = (self.kavenegar("wrong"), self.melipayamak("wrong"), self.soap("wrong"))
            for gateway in wrong:
                self.assertEqual(self.states(gateway, *NUMBERS), [gateways.ACCOUNT] * 3)
                with self.assertRaises(GatewayError) as caught:
                    gateway.credit()
                self.assertEqual(caught.exception.state, gateways.ACCOUNT)
            for gateway in self.each(sender="1000"):
                self.assertEqual(self.states(gateway, *NUMBERS), [gateways.SENDER] * 3)
            self.server.trouble = "credit"
            for gateway in self.each():
                results = gateway.send("x", NUMBERS)
                self.assertEqual([r.state for r in results], [gateways.CREDIT] * 3)
                self.assertTrue(results[0].reason)

    def test_what_is_left(self):
        self.assertEqual(self.kavenegar().credit(), (125000, gateways.RIAL))
        self.assertEqual(self.melipayamak().credit(), (431.25, gateways.MESSAGES))
        self.assertEqual(self.soap().credit(), (431.25, gateways.MESSAGES))

    def test_what_arrived(self):
        for gateway in self.each():
            good, deaf = gateway.send(TEXT, [NUMBERS[0], DEAF_NUMBER])
            self.assertTrue(good.message_id and deaf.message_id)
            self.assertEqual(
                gateway.deliveries([good.message_id, deaf.message_id]),
                {good.message_id: gateways.DELIVERED, deaf.message_id: gateways.UNDELIVERED},
            )
            self.server.kavenegar_status = self.server.melipayamak_status = 8
            self.assertEqual(
                gateway.deliveries([good.message_id]), {good.message_id: gateways.PENDING}
            )
            self.server.kavenegar_status, self.server.melipayamak_status = 10, 1

    def test_no_answer_is_not_asked_again(self):
        for trouble in ("hang", "html"):
            for gateway in self.each():
                if isinstance(gateway, MelipayamakSoap):
                    gateway._get_service()  # the description was read before
                self.server.trouble = trouble
                with (
                    patch.object(gateways, "TIMEOUT", 0.5),
                    self.assertLogs(LOGGER, "WARNING"),
                ):
                    if isinstance(gateway, MelipayamakSoap):
                        gateway._session.get_adapter("http://").max_retries.total = 0
                    [result] = gateway.send("x", ["09123456789"])
                    self.assertEqual(result.state, gateways.UNKNOWN)
                    self.assertEqual(gateway.deliveries(["1"]), {})
                    self.assertEqual(len(self.server.calls), 2, "one try each")
                self.server.trouble = None

    def test_nobody_is_there(self):
        gateways_ = (self.kavenegar(), self.melipayamak(), self.soap())
        self.server.stop()
        with mute_logger(LOGGER):
            for gateway in gateways_:
                self.assertEqual(self.states(gateway, *NUMBERS), [gateways.UNREACHED] * 3)
                with self.assertRaises(GatewayError):
                    gateway.credit()

    def test_no_secret_is_in_the_log(self):
        """Not even in that of the libraries, at its most talkative."""
        with self.assertLogs(level=logging.DEBUG) as logged:
            for gateway in self.each():
                gateway.send(TEXT, NUMBERS)
                gateway.credit()
            self.server.trouble = "html"
            for gateway in self.each():
                gateway.send(TEXT, NUMBERS)
        text = "\n".join(record.getMessage() for record in logged.records)
        self.assertIn("/v1/***/sms/send.json", text)
        for secret in ("K3Y", PASSWORD, "pa&amp;ss", "pa%26ss", TEXT):
            self.assertNotIn(secret, text)

    def test_numbers_as_they_are_dialled(self):
        for number, dialled in {
            "+98 912 345 6789": "09123456789",
            "۰۹۱۲۳۴۵۶۷۸۹": "09123456789",
            "+49 170 1234567": "00491701234567",
            "۰۰۴۹ ۱۷۰ ۱۲۳۴۵۶۷": "00491701234567",
            "+98 912 34": "",
            "12": "",
            "": "",
            None: "",
        }.items():
            with self.subTest(number):
                self.assertEqual(to_dialled(number), dialled)
