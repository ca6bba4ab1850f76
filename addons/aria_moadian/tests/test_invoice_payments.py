from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from .simulated import PatternCase

CARD = "1234567890123456"


@tagged("post_install", "-at_install")
class TestInvoicePayments(PatternCase):
    """What was paid before an invoice is sent stands in it, as the strict simulator takes it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        journals = cls.env["account.journal"].search([("company_id", "=", cls.company.id)])
        cls.bank = journals.filtered(lambda journal: journal.type == "bank")[:1]
        cls.till = journals.create(
            {"name": "Till", "code": "TILL1", "type": "cash", "company_id": cls.company.id}
        )

    def pay_without_entries(self):
        """Let payments wait for the bank statement, as they do where accounting has bank statements."""
        moves = type(self.env["account.move"])
        self.enterContext(
            patch.object(moves, "_get_invoice_in_payment_state", lambda _move: "in_payment")
        )

    def pay(self, move, amount, journal=None, **values):
        """Pay a part of an invoice by Odoo's dialog; return the payment."""
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        found = {"amount": amount, "journal_id": (journal or self.bank).id, **values}
        return wizard.create(found)._create_payments()

    def payments(self, move):
        move.action_aria_moadian_check()
        document = self.deliver(move)
        self.assertFalse(move.aria_moadian_message)
        return document["header"], document["payments"]

    def due_later(self, *lines, **values):
        due = fields.Date.today() + timedelta(days=30)
        return self.make_invoice(
            *lines, invoice_date_due=due, invoice_payment_term_id=False, **values
        )

    def test_card_reader(self):
        self.bank.write(
            {
                "aria_moadian_payment_method": "POS",
                "aria_moadian_terminal": "۱۲۳۴۵۶۷۸",
                "aria_moadian_acceptor": "12345678901234",
                "aria_moadian_switch": "581672000",
            }
        )
        move = self.make_invoice()
        card = "6037-9912-3456-7890"
        self.pay(move, 1100, aria_moadian_tracking="۰۰۴۵۶", aria_moadian_card=card)
        header, rows = self.payments(move)
        self.assertEqual(header["setm"], 1)
        self.assertLess(abs(rows[0].pop("pdt") - header["indatim"]), 600000)
        self.assertEqual(
            rows,
            [
                {
                    "iinn": "581672000",
                    "acn": "12345678901234",
                    "trmn": "12345678",
                    "pmt": 4,
                    "trn": "00456",
                    "pcn": "6037991234567890",
                    "pid": "10100302746",
                    "pv": 1100,
                }
            ],
        )

    def test_two_payments_of_a_mixed_settlement(self):
        yesterday = fields.Date.today() - timedelta(days=1)
        move = self.due_later({"price_unit": 100000}, invoice_date=yesterday)
        self.pay(move, 20000, self.till, payment_date=yesterday)
        self.pay(move, 30000, aria_moadian_method="CHEQUE")
        header, rows = self.payments(move)
        self.assertEqual((header["setm"], header["cap"], header["insp"]), (3, 40000, 60000))
        self.assertEqual(
            move.with_context(lang="fa_IR").aria_moadian_settled,
            "نقدی و نسیه، سهم نقدی 40,000 ریال، 2 پرداخت، در مجموع 50,000 ریال",
        )
        self.assertEqual([(row["pmt"], row["pv"]) for row in rows], [(3, 20000), (1, 30000)])
        self.assertEqual(len(str(rows[0]["pdt"])), 13)
        self.assertLess(rows[0]["pdt"], rows[1]["pdt"])

    def test_a_sale_on_credit_lists_none(self):
        move = self.due_later()
        self.assertEqual(self.payments(move)[1], [])
        chosen = self.due_later(aria_moadian_settlement="credit")
        self.pay(chosen, 1100)
        header, rows = self.payments(chosen)
        self.assertEqual((header["setm"], rows), (2, []))

    def test_no_more_than_the_total(self):
        # the books round up to 8,000,000; the organisation's total is a Rial less
        move = self.make_invoice({"price_unit": 7272727})
        self.pay(move, 8000000)
        header, rows = self.payments(move)
        self.assertEqual((header["tbill"], rows[0]["pv"]), (7999999, 7999999))

    def test_second_type(self):
        nobody = self.buyer.create({"name": "رهگذر"})
        move = self.make_invoice(partner_id=nobody.id)
        self.pay(move, 1100, self.till)
        header, rows = self.payments(move)
        self.assertEqual((header["inty"], "setm" in header), (2, False))
        self.assertEqual([(row["pmt"], row["pv"]) for row in rows], [(3, 1100)])
        self.assertNotIn("pid", rows[0])

    def test_payment_without_an_entry(self):
        self.pay_without_entries()
        move = self.due_later({"price_unit": 100000})
        payment = self.pay(move, 30000, aria_moadian_tracking="77")
        self.assertFalse(payment.move_id)
        self.assertEqual(move.amount_residual, 110000)
        header, rows = self.payments(move)
        self.assertEqual((header["setm"], header["cap"]), (3, 20000))
        self.assertEqual([(row["pmt"], row["trn"], row["pv"]) for row in rows], [(7, "77", 30000)])

    def test_the_bank_tells_of_it_later(self):
        self.pay_without_entries()
        move = self.due_later({"price_unit": 100000})
        self.pay(move, 30000)
        self.payments(move)
        self.env.cr.execute("UPDATE aria_moadian_submission SET create_date = now()")
        statement = self.env["account.bank.statement.line"].create(
            {"journal_id": self.bank.id, "amount": 30000, "payment_ref": "x"}
        )
        lines = move.line_ids.filtered(lambda line: line.display_type == "payment_term")
        suspense = statement.move_id.line_ids.filtered("credit")
        suspense.account_id = lines.account_id
        (suspense | lines).reconcile()
        self.assertEqual(move.amount_residual, 80000)
        self.env.cr.execute(
            "UPDATE account_partial_reconcile SET create_date = now() + interval '1 hour'"
        )
        self.run_cron("ir_cron_payments")
        notices = self.env["aria.moadian.payment"].search([("move_id", "=", move.id)])
        self.assertFalse(notices)
        # and the invoice would list it once
        move.button_draft()
        move.invoice_line_ids.price_unit = 90000
        move.action_post()
        self.assertEqual([row["pv"] for row in self.payments(move)[1]], [30000])

    def test_a_credit_note_pays_nothing(self):
        move = self.make_invoice({"quantity": 2})
        note = move._reverse_moves([{"invoice_date": fields.Date.today()}])
        note.invoice_line_ids.quantity = 1
        note.action_post()
        receivable = (move | note).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        receivable.reconcile()
        self.pay(move, 1100)
        self.assertEqual([row["pv"] for row in self.payments(move)[1]], [1100])

    def test_what_was_written_off_was_not_paid(self):
        account = self.env["account.account"].search(
            [("company_ids", "in", self.company.id), ("account_type", "=", "expense")], limit=1
        )
        move = self.make_invoice()
        payment = self.pay(
            move,
            1000,
            payment_difference_handling="reconcile",
            writeoff_account_id=account.id,
            writeoff_label="تخفیف نقدی",
        )
        self.assertEqual((payment.amount, move.amount_residual), (1000, 0))
        header, rows = self.payments(move)
        self.assertEqual((header["tbill"], [row["pv"] for row in rows]), (1100, [1000]))

    def test_a_payment_of_tomorrow_is_not_told(self):
        tomorrow = fields.Date.today() + timedelta(days=2)
        move = self.make_invoice()
        self.pay(move, 1100, payment_date=tomorrow)
        self.assertEqual(self.payments(move)[1], [])

    def test_patterns_without_payments(self):
        move = self.make_invoice(
            {"price_unit": 5000000, **self.free},
            aria_moadian_pattern="11",
            aria_moadian_notice="77",
            aria_moadian_notice_date=fields.Date.today(),
        )
        self.pay(move, 5000000)
        self.assertEqual(self.payments(move)[1], [])

    def test_wrong_numbers_are_told(self):
        move = self.make_invoice()
        for values, word in (
            ({"aria_moadian_tracking": "AB12"}, "Tracking"),
            ({"aria_moadian_tracking": "1" * 15}, "Tracking"),
            ({"aria_moadian_card": "6037"}, "Card"),
        ):
            with self.assertRaisesRegex(ValidationError, word) as caught:
                self.pay(move, 1100, **values)
            self.assertNotIn("account.payment", str(caught.exception))
        for name in ("terminal", "acceptor", "switch"):
            with self.assertRaisesRegex(ValidationError, "digits"):
                self.bank[f"aria_moadian_{name}"] = "12x"
        self.assertFalse(move.matched_payment_ids)

    def test_the_dialog_shows_them_to_accountants(self):
        move = self.make_invoice()
        wizard = self.env["account.payment.register"].with_user(self.accountant)
        context = {"active_model": "account.move", "active_ids": move.ids}
        with Form(wizard.with_context(**context)) as form:
            form.aria_moadian_method = "CARD"
            form.aria_moadian_card = CARD
        self.assertEqual(form.record.aria_moadian_card, CARD)
