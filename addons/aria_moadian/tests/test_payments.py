import json
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.aria_moadian.lib import client as clients

from .simulated import SimulatedCase


@tagged("post_install", "-at_install")
class TestPayments(SimulatedCase):
    """Payments of credit invoices reach the organisation once; taxpayers are asked for and remembered."""

    def credit_invoice(self, settlement="credit"):
        due = fields.Date.today() + timedelta(days=30)
        move = self.make_invoice(
            invoice_date_due=due, invoice_payment_term_id=False, aria_moadian_settlement=settlement
        )
        move.action_aria_moadian_send()
        self.run_all()
        self.assertEqual(move.aria_moadian_state, "accepted", move.aria_moadian_message)
        self.env.cr.execute(
            "UPDATE aria_moadian_submission SET create_date = create_date - interval '1 hour'"
        )
        return move

    def pay(self, move, amount):
        receivable = move.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        journal = self.env["account.journal"].search(
            [("company_id", "=", self.company.id), ("type", "=", "bank")], limit=1
        )
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": journal.id,
                "date": fields.Date.today(),
                "line_ids": [
                    Command.create(
                        {
                            "account_id": receivable.account_id.id,
                            "partner_id": self.buyer.id,
                            "credit": amount,
                        }
                    ),
                    Command.create({"account_id": journal.default_account_id.id, "debit": amount}),
                ],
            }
        )
        entry.action_post()
        (entry.line_ids.filtered("credit") | receivable).reconcile()
        return entry

    def notices(self):
        self.run_cron("ir_cron_payments")
        return self.env["aria.moadian.payment"].search([("company_id", "=", self.company.id)])

    def there(self):
        return [row["amount"] for row in self.simulator.report()["payments"]]

    def test_reported_once(self):
        move = self.credit_invoice()
        self.pay(move, 400)
        notice = self.notices()
        self.assertEqual((notice.state, notice.amount, notice.method), ("open", 400, "TRANSFER"))
        self.assertEqual(self.there(), [])
        self.rpc(self.accountant, "aria.moadian.payment", "action_send", notice.ids)
        self.notices()
        self.assertEqual((notice.state, self.there()), ("accepted", [400]))
        self.notices()
        with self.assertRaises(UserError):
            self.rpc(self.accountant, "aria.moadian.payment", "action_send", notice.ids)
        self.assertEqual(self.there(), [400])

    def test_number_and_terminal_go_along(self):
        self.memory.auto_payments = True
        move = self.credit_invoice()
        journal = self.pay(move, 400).journal_id
        journal.write({"aria_moadian_payment_method": "POS", "aria_moadian_terminal": "۱۲۳۴۵۶۷۸"})
        notice = self.notices()
        self.assertEqual(
            (notice.state, notice.method, notice.terminal), ("accepted", "POS", "۱۲۳۴۵۶۷۸")
        )
        told = json.loads(self.simulator.report(documents=True)["payments"][-1]["document"])
        self.assertEqual((told["paymentMethod"], told["terminalNumber"]), ("POS", "12345678"))

    def test_a_correction_lists_what_was_paid_before_it(self):
        move = self.credit_invoice("")
        entry = self.pay(move, 400)
        move.button_draft()  # which takes the payment off
        move.invoice_line_ids.price_unit = 900
        move.action_post()
        receivable = move.line_ids.filtered(lambda line: line.display_type == "payment_term")
        (entry.line_ids.filtered("credit") | receivable).reconcile()
        move.action_aria_moadian_send()
        self.run_all()
        document = move.aria_moadian_submission_ids.sorted("id")[-1:]._document()
        self.assertEqual((document["header"]["ins"], document["header"]["setm"]), (2, 3))
        self.assertEqual([row["pv"] for row in document["payments"]], [400])
        self.assertFalse(self.notices())

    def test_looked_for_by_hand(self):
        move = self.credit_invoice()
        self.pay(move, 100)
        self.rpc(self.accountant, "aria.moadian.payment", "action_collect", [])
        notice = self.env["aria.moadian.payment"].search([("move_id", "=", move.id)])
        self.assertEqual((len(notice), notice.state), (1, "open"))

    def test_by_itself(self):
        self.memory.auto_payments = True
        self.pay(self.credit_invoice(), 1100)
        self.assertEqual((self.notices().state, self.there()), ("accepted", [1100]))

    def test_cash_invoices_are_not_told(self):
        self.pay(self.credit_invoice("cash"), 1100)
        self.assertFalse(self.notices())

    def test_refusal_is_shown(self):
        self.memory.auto_payments = True
        move = self.credit_invoice()
        self.pay(move, 1100)
        self.env.cr.execute(
            "UPDATE account_partial_reconcile SET amount = 5000 WHERE id = (SELECT MAX(id) FROM account_partial_reconcile)"
        )
        self.env.invalidate_all()
        notice = self.notices()
        self.assertEqual(notice.state, "refused")
        self.assertIn("02076", notice.answer)

    def test_lost_answer_is_never_repeated_by_itself(self):
        self.memory.auto_payments = True
        self.pay(self.credit_invoice(), 300)
        self.simulator.faults.add("lost_answer", on="invoice-payment", times=1)
        notice = self.notices()
        self.assertEqual((notice.state, self.there()), ("unknown", [300]))
        self.notices()
        self.assertEqual(self.there(), [300])
        self.rpc(self.accountant, "aria.moadian.payment", "action_arrived", notice.ids)
        self.assertEqual(notice.state, "accepted")
        self.assertIn("m_user", notice.answer)

    def test_lost_before_it_arrived(self):
        self.memory.auto_payments = True
        self.pay(self.credit_invoice(), 300)
        self.simulator.faults.add("drop", on="invoice-payment", times=1)
        notice = self.notices()
        self.assertEqual((notice.state, self.there()), ("unknown", []))
        self.rpc(self.accountant, "aria.moadian.payment", "action_send_again", notice.ids)
        self.notices()
        self.assertEqual((notice.state, self.there()), ("accepted", [300]))

    def test_killed_while_sending(self):
        self.pay(self.credit_invoice(), 300)
        notice = self.notices()
        self.env.cr.execute(
            "UPDATE aria_moadian_payment SET state = 'sending', sent_at = now() - interval '1 hour'"
        )
        self.env.invalidate_all()
        self.notices()
        self.assertEqual(notice.state, "unknown")

    def test_payment_taken_back(self):
        entry = self.pay(self.credit_invoice(), 300)
        notice = self.notices()
        entry.line_ids.remove_move_reconcile()
        self.notices()
        self.assertEqual(notice.state, "withdrawn")

    def test_lowest_role(self):
        self.pay(self.credit_invoice(), 300)
        notice = self.notices()
        clerk = new_test_user(self.env, "p_clerk", groups="base.group_user")
        biller = new_test_user(self.env, "p_biller", groups="account.group_account_invoice")
        for user in (clerk, biller):
            with self.assertRaises(AccessError):
                self.rpc(user, "aria.moadian.payment", "action_collect", [])
            for name in ("action_send", "action_arrived", "action_send_again"):
                with self.assertRaises(AccessError):
                    self.rpc(user, "aria.moadian.payment", name, notice.ids)
        for user in (self.accountant, self.manager):
            for name, args in (("write", [{"amount": 1}]), ("unlink", []), ("copy", [])):
                with self.assertRaises(AccessError):
                    self.rpc(user, "aria.moadian.payment", name, notice.ids, *args)
            with self.assertRaises(AccessError):
                self.rpc(user, "aria.moadian.payment", "create", {"taxid": "x"})
        self.assertEqual(notice.state, "open")

    # ---------------------------------------------------------------------- taxpayers
    def ask(self, partner=None, user=None):
        return self.rpc(
            user or self.accountant,
            "res.partner",
            "action_aria_ask_taxpayer",
            (partner or self.buyer).ids,
        )

    def calls(self):
        return self.simulator.report()["calls"].get("GET taxpayer", 0)

    def test_taxpayer_is_remembered(self):
        self.simulator.set_taxpayer("10100302746", "ACTIVE", "شرکت خریدار", "10100302746")
        answer = self.ask()
        self.assertEqual(answer["params"]["title"], "شرکت خریدار")
        buyer = self.buyer.with_user(self.accountant)
        self.assertEqual(buyer.aria_taxpayer_status, "ACTIVE")
        self.ask()
        self.assertEqual(self.calls(), 1)
        self.env.cr.execute(
            "UPDATE aria_moadian_taxpayer SET asked_at = asked_at - interval '2 days'"
        )
        self.env.invalidate_all()
        self.simulator.set_taxpayer("10100302746", "DEACTIVATED", "شرکت خریدار", "10100302746")
        self.ask()
        self.assertEqual(self.calls(), 2)
        self.assertEqual(buyer.aria_taxpayer_status, "DEACTIVATED")
        issues = self.make_invoice().with_user(self.accountant).aria_moadian_issues
        self.assertTrue([row for row in issues if row["scope"] == "buyer"])

    def test_taxpayer_from_the_invoice(self):
        self.simulator.set_taxpayer("10100302746", "ACTIVE", "شرکت خریدار", "10100302746")
        move = self.make_invoice(post=False)
        self.rpc(self.accountant, "account.move", "action_aria_ask_taxpayer", move.ids)
        self.assertEqual(self.buyer.with_user(self.accountant).aria_taxpayer_name, "شرکت خریدار")

    def test_taxpayer_nobody_knows(self):
        partner = self.env["res.partner"].create(
            {"name": "ناشناس", "is_company": True, "aria_economic_code": "14003778990"}
        )
        self.simulator.service.settings.open_register = False
        self.ask(partner)
        self.assertEqual(partner.with_user(self.accountant).aria_taxpayer_status, "UNKNOWN")
        nobody = self.env["res.partner"].create({"name": "بی‌شماره"})
        with self.assertRaisesRegex(UserError, "no economic code"):
            self.ask(nobody)

    def test_taxpayer_service_away(self):
        with (
            self.as_service(taxpayer=clients.NotSent("قطع", "The service is away.")),
            self.assertRaisesRegex(UserError, "away"),
        ):
            self.ask()

    def test_taxpayer_rights(self):
        clerk = new_test_user(self.env, "t_clerk", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.ask(user=clerk)
        with self.assertRaises(AccessError):
            self.rpc(clerk, "res.partner", "read", self.buyer.ids, ["aria_taxpayer_status"])
        with self.assertRaises(AccessError):
            self.rpc(self.accountant, "aria.moadian.taxpayer", "create", {"code": "1"})
