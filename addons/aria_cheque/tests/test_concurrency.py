from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tests import get_db_name, tagged

from odoo.addons.aria_workflow.tests.common import RaceCase

from .common import make_books, make_receipt


@tagged("post_install", "-at_install")
class TestTwoAccountants(RaceCase):
    """Two accountants at the same instant, in transactions that really commit.

    Their company, with its entries, stays in the database of the tests: posted books are not deleted.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        with cls.transaction() as env:
            company = make_books(env, "مسابقهٔ چک")
            users = (
                env["res.users"]
                .with_context(no_reset_password=True)
                .create(
                    [
                        {
                            "name": name,
                            "login": name,
                            "company_id": company.id,
                            "company_ids": [Command.set(company.ids)],
                            "group_ids": [
                                Command.link(env.ref("account.group_account_invoice").id)
                            ],
                        }
                        for name in ("cheque_one", "cheque_two")
                    ]
                )
            )
            partners = env["res.partner"].create([{"name": "خریدار"}, {"name": "فروشنده"}])
            bank = env["account.journal"].search(
                [("company_id", "=", company.id), ("type", "=", "bank")], limit=1
            )
            cls.company, cls.bank = company.id, bank.id
            cls.one, cls.two = users.ids
            cls.customer, cls.vendor = partners.ids
        cls.addClassCleanup(cls._clean_up)

    @classmethod
    def _clean_up(cls):
        with cls.transaction() as env:
            env["res.users"].browse([cls.one, cls.two]).active = False

    def new_check(self):
        with self.transaction(self.one) as env:
            company = env["res.company"].browse(self.company)
            partner = env["res.partner"].browse(self.customer)
            return make_receipt(env, company, partner, 1000).l10n_latam_new_check_ids.id

    def race_steps(self, first, second):
        """Let two accountants take a step each with one cheque; return the cheque and what they got."""
        check = self.new_check()
        model = "l10n_latam.check"
        results = self.race(
            *(
                (uid, model, [check], f"action_aria_{step}", args)
                for uid, (step, args) in ((self.one, first), (self.two, second))
            )
        )
        return check, results

    def assert_one_won(self, check, results, operations):
        errors = [r for r in results if isinstance(r, Exception)]
        self.assertEqual(len(errors), 1, results)
        winner = "cheque_one" if errors[0] is results[1] else "cheque_two"
        self.assertIn(winner, str(errors[0]), "the loser is told who was first")
        with self.transaction() as env:
            check = env["l10n_latam.check"].browse(check)
            self.assertEqual(len(check.operation_ids), operations[winner])
            self.assertEqual(len(check.aria_event_ids), 2)

    def test_two_deposits(self):
        deposit = ("deposit", [self.bank])
        check, results = self.race_steps(deposit, deposit)
        self.assert_one_won(check, results, {"cheque_one": 2, "cheque_two": 2})

    def test_deposit_against_endorsement(self):
        check, results = self.race_steps(("deposit", [self.bank]), ("endorse", [self.vendor]))
        self.assert_one_won(check, results, {"cheque_one": 2, "cheque_two": 1})

    def test_a_guarantee_called_in_by_two(self):
        with self.transaction(self.one) as env:
            company = env["res.company"].browse(self.company)
            check = env["l10n_latam.check"].with_company(company).create(
                {
                    "name": "79",
                    "aria_is_guarantee": True,
                    "partner_id": self.customer,
                    "payment_date": "2026-06-01",
                    "amount": 1000,
                    "company_id": company.id,
                }
            ).id  # fmt: skip
        call = ("l10n_latam.check", [check], "action_aria_call", ["بدهی پرداخت نشد"])
        results = self.race((self.one, *call), (self.two, *call))
        self.assertEqual(sum(isinstance(r, Exception) for r in results), 1, results)
        with self.transaction() as env:
            check = env["l10n_latam.check"].browse(check)
            payments = env["account.payment"].search([("memo", "like", "79")])
            self.assertEqual(payments, check.payment_id)
            self.assertEqual(len(check.aria_event_ids), 2)

    def test_bounce_against_return(self):
        check, results = self.race_steps(("bounce", ["کسر موجودی"]), ("return", []))
        errors = [r for r in results if isinstance(r, Exception)]
        with self.transaction() as env:
            check = env["l10n_latam.check"].browse(check)
            # a bounced cheque may be returned, not the other way round; the debt comes back once
            expected = {0: ("returned", 3), 1: ("returned", 2)}[len(errors)]
            self.assertEqual((check.aria_cheque_state, len(check.aria_event_ids)), expected)
            self.assertEqual(len(check.operation_ids), 1)
