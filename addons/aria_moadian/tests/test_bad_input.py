"""The list of bad inputs of the connector, one by one: a clear sentence in Persian, nothing half-sent, no secret told."""

import base64
import logging
import re
from contextlib import contextmanager
from datetime import timedelta

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.aria_moadian.lib import keys

from .lib_common import certificate, signing_key
from .simulated import SimulatedCase

PASSWORD = "گذرواژهٔ-پنهان-۴۲"
PEM, PKCS8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
PERSIAN = re.compile("[\u0600-\u06ff]")
ODD = re.compile("Traceback|Exception|Error\\b|object at|None|False|\\{|\\}|<|>")


class Ears(logging.Handler):
    """Keeps all that is logged."""

    def __init__(self):
        # EXTENDS 'logging'
        super().__init__(logging.DEBUG)
        self.texts = []

    def emit(self, record):
        # EXTENDS 'logging'
        self.texts.append(record.getMessage() + str(record.exc_text or ""))


class BadInputCase(SimulatedCase):
    def setUp(self):
        super().setUp()
        self.memory = self.memory.with_context(lang="fa_IR")

    def assertSentence(self, text, *words):
        """Assert that a text is a sentence of Persian that holds the words."""
        self.assertRegex(text or "", PERSIAN)
        self.assertNotRegex(text, ODD)
        for word in words:
            self.assertIn(word, text)

    @contextmanager
    def no_secret(self, *more):
        """Assert that a block tells no key, password or token in a log or in any chatter."""
        ears, root = Ears(), logging.getLogger()
        before = self.env["mail.message"].search([], order="id desc", limit=1).id
        root.addHandler(ears)
        try:
            yield
        finally:
            root.removeHandler(ears)
        self.env.flush_all()
        messages = self.env["mail.message"].search([("id", ">", before)])
        tracked = messages.tracking_value_ids
        told = [
            *ears.texts,
            *messages.mapped("body"),
            *tracked.mapped(lambda row: f"{row.old_value_char} {row.new_value_char}"),
            *self.env["aria.moadian.event"].search([]).mapped(lambda row: row.note or ""),
            self.memory.test_result or "",
        ]
        for secret in ("PRIVATE KEY", PASSWORD, "Bearer ey", *more):
            self.assertFalse([text for text in told if secret in text], secret)

    def pem(self, key):
        return base64.b64encode(key.private_bytes(PEM, PKCS8, serialization.NoEncryption()))

    def told(self, move):
        return move.with_context(lang="fa_IR").aria_moadian_message

    def assertNothingSent(self, move):
        self.assertFalse(move.aria_taxid)
        self.assertEqual(self.book(), {})


@tagged("post_install", "-at_install")
class TestBadKeys(BadInputCase):
    def refused(self, values, *words):
        with (
            self.no_secret(),
            self.assertRaises(UserError) as caught,
            self.env.cr.savepoint(),
        ):
            self.memory.with_user(self.manager).with_context(lang="fa_IR").write(values)
        self.assertSentence(str(caught.exception), *words)
        self.env.invalidate_all()

    def test_bad_keys(self):
        small = rsa.generate_private_key(65537, 1024)
        curve = ec.generate_private_key(ec.SECP256R1())
        public = base64.b64encode(keys.public_pem(signing_key()))
        for data, word in (
            (base64.b64encode(b"no key at all"), "خوانا نیست"),
            (base64.b64encode(bytes(range(256)) * 40), "خوانا نیست"),
            (public, "خوانا نیست"),
            (self.pem(small), "1024"),
            (self.pem(curve), "RSA"),
        ):
            self.refused({"private_key": data, "key_password": False}, "A11216", word)

    def test_wrong_password(self):
        locked = self.key_file("a", PASSWORD)
        self.refused({"private_key": locked, "key_password": "other"}, "A11216", "رمز")
        self.refused({"private_key": locked, "key_password": ""}, "A11216", "رمز")
        with self.no_secret(PASSWORD):
            self.memory.write({"private_key": locked, "key_password": PASSWORD})

    def fail_to_connect(self, values, *words):
        """Give the memory other files; the test says why, and so does an invoice that waits."""
        self.memory.write(values)
        move = self.make_invoice()
        with self.no_secret():
            self.memory.action_test_connection()
            move.action_aria_moadian_send()
            self.run_all()
        last = self.memory.test_result.splitlines()[-1]
        self.assertTrue(last.startswith("✗"), last)
        self.assertSentence(last, *words)
        self.assertEqual(move.aria_moadian_state, "sent")
        self.assertSentence(self.told(move), *words)
        self.assertEqual(self.book(), {})
        return move

    def test_key_that_is_not_of_the_certificate(self):
        self.fail_to_connect({"private_key": self.key_file("b")}, "جفت نیست")

    def test_expired_certificate(self):
        files = {
            "private_key": self.key_file(),
            "certificate": self.certificate_of(begin=-90, end=-1),
        }
        self.fail_to_connect(files, "منقضی شده")

    def test_certificate_that_is_not_in_force_yet(self):
        files = {"private_key": self.key_file(), "certificate": self.certificate_of(begin=1, end=9)}
        self.fail_to_connect(files, "آغاز نشده")

    def test_certificate_of_somebody_else(self):
        files = {
            "private_key": self.key_file(),
            "certificate": self.certificate_of(national_id="10660111880"),
        }
        self.fail_to_connect(files, "10660111880")

    def test_certificate_of_an_unknown_authority(self):
        files = {"private_key": self.key_file(), "certificate": self.certificate_of()}
        move = self.fail_to_connect(files, "4131")
        # and with the right files what waited is sent, once
        credentials = self.simulator.enroll("A11216", "14003778990")
        self.memory.write(
            {
                "private_key": self.file(credentials.key_pem),
                "certificate": self.file(credentials.certificate_pem),
            }
        )
        self.run_all(2)
        self.assertEqual(move.aria_moadian_state, "accepted", move.aria_moadian_message)
        self.assertEqual(len(self.book()), 1)

    def test_file_that_is_no_certificate(self):
        self.fail_to_connect({"certificate": base64.b64encode(b"text")}, "گواهی")

    def certificate_of(self, **values):
        return base64.b64encode(certificate("a", **values).public_bytes(PEM))

    def test_wrong_memory_id(self):
        for name in ("A1121", "A1121٪", "-11216"):
            self.refused({"name": name}, name)
        self.memory.write({"name": "Z99999"})
        self.fail_to_connect({}, "4110")

    def test_persian_digits_of_a_memory_id_are_taken(self):
        self.memory.write({"name": "a۱۱۲۱۶"})
        self.assertEqual(self.memory.name, "A11216")


@tagged("post_install", "-at_install")
class TestBadInvoices(BadInputCase):
    def blocked(self, move, *words):
        """Assert that an invoice is told of in a sentence and that no button sends it."""
        self.assertEqual(move.aria_moadian_state, "to_check", self.told(move))
        for line in self.told(move).splitlines():
            self.assertSentence(line)
        self.assertSentence(self.told(move), *words)
        with self.no_secret():
            move.action_aria_moadian_send()
            self.run_all()
        self.assertFalse(move.aria_moadian_submission_ids)
        self.assertNothingSent(move)

    def test_without_goods_id(self):
        self.product.aria_sstid = False
        self.blocked(self.make_invoice(), "کالای نمونه", "شناسه کالا/خدمت")

    def test_without_buyer_id(self):
        self.buyer.write({"aria_economic_code": False, "aria_national_id": False})
        self.blocked(self.make_invoice(), "شماره اقتصادی خریدار")

    def test_wrong_buyer_id(self):
        # written past the check of the form, as an older import may have
        self.env.cr.execute(
            "UPDATE res_partner SET aria_economic_code = '11111111111', aria_national_id = '11111111111'"
            " WHERE id = %s",
            [self.buyer.id],
        )
        self.env.invalidate_all()
        self.blocked(self.make_invoice(), "منطبق نیست")

    def test_without_seller_id(self):
        self.company.partner_id.write({"aria_economic_code": False, "aria_national_id": False})
        self.blocked(self.make_invoice(), "شماره اقتصادی فروشنده")

    def test_only_lines_of_nothing(self):
        self.blocked(self.make_invoice({"price_unit": 0}), "چیزی برای ارسال نیست")

    def test_a_line_of_nothing_among_others_is_told_and_left_out(self):
        move = self.make_invoice({}, {"price_unit": 0, "name": "هدیه"})
        self.assertEqual(move.aria_moadian_state, "ready", self.told(move))
        self.assertSentence(self.told(move), "هدیه", "ارسال نمی‌شود")
        move.action_aria_moadian_send()
        self.run_all()
        self.assertEqual(len(self.book()), 1)

    def test_negative_lines(self):
        self.blocked(self.make_invoice({"quantity": -2, "price_unit": -500}), "تعداد")

    def test_more_deducted_than_sold(self):
        taxed, free = {"price_unit": 1000}, [Command.clear()]
        lines = [taxed, {"price_unit": 5000, "tax_ids": free}, {"price_unit": -1001, "name": "کسر"}]
        self.blocked(self.make_invoice(*lines), "کسر", "درست کنید")

    def test_discount_over_a_hundred(self):
        free = {"price_unit": 10000}
        self.blocked(self.make_invoice(free, {"discount": 150}), "کالای نمونه", "150", "تخفیف")
        self.blocked(self.make_invoice({"discount": -10}), "تخفیف")

    def test_amounts_of_eighteen_digits(self):
        free = {"tax_ids": [Command.clear()]}
        # Odoo itself keeps no such amount: the entry does not balance
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.make_invoice({"price_unit": 123456789012345678, **free})
        self.env.invalidate_all()
        # and one that it keeps is not told to the Rial
        self.blocked(self.make_invoice({"price_unit": 4 * 10**14, **free}), "100,000,000,000,000")

    def test_great_amounts_that_can_be_told_are_exact(self):
        move = self.make_invoice({"price_unit": 99999999999999, "tax_ids": [Command.clear()]})
        move.action_aria_moadian_send()
        self.run_all()
        self.assertEqual(int(self.book()[move.aria_taxid]["tbill"]), 99999999999999)

    def test_fractions_of_a_rial(self):
        self.env.ref("base.IRR").rounding = 0.01
        move = self.make_invoice({"quantity": 3, "price_unit": 333.33, "discount": 7})
        self.assertEqual(move.aria_moadian_state, "ready", self.told(move))
        move.action_aria_moadian_send()
        self.run_all()
        self.assertEqual(move.aria_moadian_state, "accepted", self.told(move))
        row = self.book()[move.aria_taxid]
        self.assertEqual(row["tbill"], int(row["tbill"]))
        self.assertLessEqual(abs(float(row["tbill"]) - move.amount_total), 3)

    def test_date_in_the_future(self):
        move = self.make_invoice(invoice_date=fields.Date.today() + timedelta(days=2))
        self.blocked(move, "آینده")

    def test_date_long_ago_goes_by_article_nine(self):
        move = self.make_invoice(invoice_date=fields.Date.today() - timedelta(days=400))
        self.assertEqual(move.aria_moadian_state, "ready", self.told(move))
        move.action_aria_moadian_send()
        self.run_all()
        self.assertEqual(move.aria_moadian_state, "accepted", self.told(move))

    def test_archived_buyer(self):
        move = self.make_invoice()
        other = self.buyer.copy({"name": "بایگانی", "aria_economic_code": False})
        other.aria_national_id = False
        blocked = self.make_invoice(partner_id=other.id)
        (self.buyer | other).active = False
        move.action_aria_moadian_check()
        self.blocked(blocked, "شماره اقتصادی خریدار")
        fix = self.rpc(self.accountant, "account.move", "action_aria_moadian_fix", blocked.ids, 0)
        self.assertEqual((fix["res_model"], fix["res_id"]), ("res.partner", other.id))
        move.action_aria_moadian_send()
        self.run_all()
        self.assertEqual(move.aria_moadian_state, "accepted", self.told(move))

    def test_persian_digits(self):
        self.product.aria_sstid = "۲۷۱۰۰۰۰۱۳۸۶۲۴"
        self.buyer.write({"aria_economic_code": "۱۰۱۰۰۳۰۲۷۴۶", "aria_national_id": "۱۰۱۰۰۳۰۲۷۴۶"})
        self.buyer.zip = "۱۲۳۴۵۶۷۸۹۰"
        move = self.make_invoice({"name": "کالای ۱۲"})
        move.action_aria_moadian_send()
        self.run_all()
        self.assertEqual(move.aria_moadian_state, "accepted", self.told(move))
        content = move.aria_moadian_submission_ids.content
        self.assertIn('"tinb":"10100302746"', content)
        self.assertIn('"sstid":"2710000138624"', content)

    def test_control_characters(self):
        self.buyer.name = "نام\x07 خریدار"
        move = self.make_invoice({"name": "نام\x07\x1f\tکالا\r\n"}, {"name": "\x01\x02"})
        move.action_aria_moadian_send()
        self.run_all()
        self.assertEqual(move.aria_moadian_state, "accepted", self.told(move))
        self.assertNotRegex(move.aria_moadian_submission_ids.content, r"\\u00[01]|[\x00-\x1f\x7f]")

    def test_books_that_are_not_in_rial(self):
        other = self.env["res.company"].create({"name": "شرکت دلاری"})
        other.currency_id = self.env.ref("base.USD")
        self.env["account.chart.template"].try_loading("generic_coa", other, install_demo=False)
        other.currency_id = self.env.ref("base.USD")
        self.env["aria.moadian.memory"].create(
            self.memory_values(name="B11216", company_id=other.id)
        )
        income = self.env["account.account"].search(
            [("account_type", "=", "income"), ("company_ids", "in", other.ids)], limit=1
        )
        move = self.make_invoice(
            {"tax_ids": [Command.clear()], "account_id": income.id}, company_id=other.id
        )
        self.blocked(move, "USD", "IRR")

    def test_credit_note_in_another_currency(self):
        move = self.make_invoice({"price_unit": 600000, "quantity": 2})
        move.action_aria_moadian_send()
        self.run_all()
        dollar = self.env.ref("base.USD")
        self.env["res.currency.rate"].create(
            {
                "currency_id": dollar.id,
                "company_id": self.company.id,
                "name": fields.Date.today(),
                "inverse_company_rate": 500000,
            }
        )
        note = move._reverse_moves([{"invoice_date": fields.Date.today()}])
        note.currency_id = dollar
        note.invoice_line_ids.write({"price_unit": 1, "quantity": 1})
        note.action_post()
        self.assertEqual(note.aria_moadian_state, "to_check")
        self.assertSentence(self.told(note), "کالای نمونه")
        note.action_aria_moadian_send()
        self.assertFalse(note.aria_moadian_submission_ids)
        self.assertEqual(len(self.book()), 1)


@tagged("post_install", "-at_install")
class TestHostileAnswers(BadInputCase):
    """Whatever the service answers, an invoice is sent once and the reader is told in a sentence."""

    def pass_time(self):
        self.env.cr.execute(
            "UPDATE aria_moadian_submission SET sent_at = sent_at - interval '11 minutes'"
        )
        self.env.invalidate_all()

    def survive(self, kind, on):
        before = len(self.book())
        move = self.make_invoice()
        move.action_aria_moadian_send()
        self.simulator.faults.add(kind, on=on)
        with self.no_secret():
            self.run_all()
        self.simulator.faults.clear()
        if move.aria_moadian_state != "accepted":  # an inquiry may have told the outcome at once
            self.assertIn(move.aria_moadian_state, ("sent", "in_process"))
            self.assertSentence(self.told(move), "سامانه مودیان")
        self.pass_time()
        with self.no_secret():
            self.run_all(3)
        self.assertEqual(move.aria_moadian_state, "accepted", self.told(move))
        self.assertEqual(len(self.book()), before + 1)
        self.assertEqual(len(move.aria_moadian_submission_ids), 1)

    def test_answers_to_invoices(self):
        for kind in ("huge", "malformed", "html", "wrong_shape"):
            with self.subTest(kind):
                self.survive(kind, "invoice")

    def test_answers_to_the_nonce(self):
        for kind in ("huge", "malformed", "html", "wrong_shape"):
            with self.subTest(kind):
                self.survive(kind, "nonce")

    def test_answers_to_inquiries(self):
        for kind in ("huge", "malformed", "html", "wrong_shape"):
            with self.subTest(kind):
                self.survive(kind, "inquiry-by-uid")

    def test_answers_to_the_test_of_the_connection(self):
        for kind in ("huge", "malformed", "html", "wrong_shape"):
            with self.subTest(kind):
                self.simulator.faults.add(kind, on="fiscal-information")
                with self.no_secret():
                    self.memory.action_test_connection()
                self.simulator.faults.clear()
                self.assertSentence(self.memory.test_result.splitlines()[-1], "✗")
