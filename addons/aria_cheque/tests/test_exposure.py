from datetime import timedelta

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import EARLIER, TODAY, ChequeCase


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestExposure(ChequeCase):
    """A customer who has paid by cheque owes until the bank has paid, and each document counts once."""

    def setUp(self):
        super().setUp()
        journal = self.company._aria_get_cheque_journals()
        self.collection = self.bank._aria_get_collection_line()[1]
        self.company.aria_credit_uncleared_account_ids = (
            journal.default_account_id | self.collection
        )

    def exposure(self, partner=None):
        self.env.invalidate_all()
        return (partner or self.customer).aria_credit_exposure(self.company)

    def total(self, partner=None):
        found = self.exposure(partner)
        return sum(amount for category, amount in found.items() if category != "overdue")

    def invoice(self, amount):
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": EARLIER,
                "invoice_line_ids": [
                    Command.create({"name": "کالا", "price_unit": amount, "tax_ids": False})
                ],
            }
        )
        move.action_post()
        return move

    def test_each_state(self):
        self.invoice(10000)
        self.assertEqual(self.total(), 10000)
        check = self.receive(4000)
        found = self.exposure()
        self.assertEqual(
            (found["receivable"], found["cheques"], found["uncleared"]), (6000, 4000, 0)
        )
        self.act(check, "deposit", self.bank.id)
        found = self.exposure()
        self.assertEqual(
            (found["receivable"], found["cheques"], found["uncleared"]), (6000, 4000, 0)
        )
        self.act(check, "clear")
        found = self.exposure()
        self.assertEqual((found["receivable"], found["cheques"], found["uncleared"]), (6000, 0, 0))

    def test_a_bounced_cheque_comes_back(self):
        self.invoice(10000)
        check = self.receive(4000)
        self.act(check, "deposit", self.bank.id)
        self.act(check, "bounce", "کسر موجودی")
        found = self.exposure()
        self.assertEqual((found["receivable"], found["cheques"], found["uncleared"]), (10000, 0, 0))
        self.act(check, "return")
        self.assertEqual(self.total(), 10000)

    def test_bounced_where_cheques_do_not_count(self):
        self.company.aria_credit_count_cheques = False
        self.company.aria_credit_uncleared_account_ids = False
        self.invoice(10000)
        check = self.receive(4000)
        self.assertEqual(self.total(), 6000)
        self.act(check, "bounce", "کسر موجودی")
        self.assertEqual(self.total(), 10000)

    def test_where_cheques_do_not_count_their_account_does(self):
        self.company.aria_credit_count_cheques = False
        self.receive(4000)
        found = self.exposure()
        self.assertEqual((found["cheques"], found["uncleared"]), (0, 4000))

    def test_other_payments_on_the_same_account_still_count(self):
        self.receive(4000)
        self.env["account.payment"].create(
            {
                "partner_id": self.customer.id,
                "payment_type": "inbound",
                "amount": 700,
                "journal_id": self.bank.id,
                "date": EARLIER,
            }
        ).action_post()
        found = self.exposure()
        self.assertEqual((found["cheques"], found["uncleared"]), (4000, 700))

    def test_odoos_own_transfer_counts_once(self):
        checks = self.receive(1000, 2000)
        self.env["l10n_latam.payment.mass.transfer"].with_context(
            active_model="l10n_latam.check", active_ids=checks.ids
        ).create({"destination_journal_id": self.bank.id, "payment_date": TODAY})._create_payments()
        found = self.exposure()
        self.assertEqual((found["cheques"], found["uncleared"]), (3000, 0))

    def test_endorsed(self):
        check = self.receive(4000)
        check.payment_date = TODAY - timedelta(days=3)
        self.act(check, "endorse", self.vendor.id)
        self.company.write({"aria_credit_count_endorsed": True, "aria_credit_endorsed_days": 3})
        self.assertEqual(self.exposure()["cheques"], 4000)
        self.company.aria_credit_endorsed_days = 2
        self.assertEqual(self.exposure()["cheques"], 0, "long enough after its due date")
        self.company.write({"aria_credit_count_endorsed": False, "aria_credit_endorsed_days": 9})
        self.assertEqual(self.exposure()["cheques"], 0)
        self.company.aria_credit_count_endorsed = True
        self.act(check, "clear")
        self.assertEqual(self.exposure()["cheques"], 0)

    def test_guarantee(self):
        self.invoice(10000)
        check = self.env["l10n_latam.check"].create(
            {
                "aria_is_guarantee": True,
                "partner_id": self.customer.id,
                "payment_date": TODAY,
                "amount": 3000,
                "company_id": self.company.id,
            }
        )
        self.assertEqual(self.total(), 10000, "only where the company says so")
        self.company.aria_credit_count_guarantee_cheques = True
        found = self.exposure()
        self.assertEqual((found["guarantees"], found["cheques"]), (-3000, 0))
        self.assertEqual(self.total(), 7000)
        self.act(check, "return")
        self.assertEqual(self.total(), 10000)

    def test_a_guarantee_called_in_counts_as_a_cheque(self):
        self.company.aria_credit_count_guarantee_cheques = True
        self.invoice(10000)
        check = self.env["l10n_latam.check"].create(
            {
                "aria_is_guarantee": True,
                "partner_id": self.customer.id,
                "payment_date": TODAY,
                "amount": 3000,
                "company_id": self.company.id,
            }
        )
        self.assertEqual(self.total(), 7000)
        self.act(check, "call", "بدهی پرداخت نشد")
        found = self.exposure()
        self.assertEqual(
            (found["receivable"], found["cheques"], found["guarantees"]), (7000, 3000, 0)
        )
        self.assertEqual(self.total(), 10000)

    def test_bounces_are_measured_for_the_class(self):
        """What a customer's class may ask: how often his cheques have bounced."""

        def bounced():
            self.env["aria.customer.standing"]._classify()
            self.env.invalidate_all()
            return self.customer.aria_bounced_count

        self.invoice(10000)
        checks = self.receive(1000, 2000, 3000)
        self.assertEqual(bounced(), 0)
        for check in checks[:2]:
            self.act(check, "bounce", "کسر موجودی")
        self.assertEqual(bounced(), 2)
        self.act(checks[1], "return")
        self.assertEqual(bounced(), 2, "giving the paper back undoes no bounce")
        checks[0].aria_bounce_payment_id.action_draft()
        self.assertEqual(bounced(), 1, "recorded by mistake and taken back")
        other = self.env["res.company"].create({"name": "دیگر"})
        self.env["aria.customer.standing"].with_company(other)._classify()
        self.env.invalidate_all()
        self.assertEqual(self.customer.with_company(other).aria_bounced_count, 0)
        self.company.aria_class_months = 1
        with freeze_time("2026-09-01"):
            self.assertEqual(bounced(), 0, "long ago")

    def test_of_the_commercial_partner_and_its_own_company(self):
        child = self.env["res.partner"].create(
            {"name": "شعبه", "parent_id": self.customer.id, "type": "invoice"}
        )
        self.customer, parent = child, self.customer
        self.receive(4000)
        self.assertEqual(self.exposure(parent)["cheques"], 4000)
        other = self.env["res.company"].create({"name": "دیگر"})
        self.assertEqual(parent.aria_credit_exposure(other)["cheques"], 0)

    def test_days_are_a_number(self):
        for days in (-1, 10**9):
            with self.subTest(days), self.assertRaises(UserError), self.cr.savepoint():
                self.company.aria_credit_endorsed_days = days

    def test_opened_from_the_statement(self):
        check = self.receive(4000)
        self.receive(9, post=False)
        account = self.env["aria.credit.account"]._aria_get_account(self.customer, self.company)
        action = self.rpc(
            self.accountant, account, "action_open_category", context={"aria_category": "cheques"}
        )
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), check)

    def test_flat_in_the_number_of_cheques(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.customer.aria_credit_exposure(self.company)
            return self.env.cr.sql_log_count - before

        self.receive(1)
        count()
        few = count()
        self.receive(*range(1, 30))
        self.assertEqual(count(), few)
