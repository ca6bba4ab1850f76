from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_credit import CreditCase


@tagged("post_install", "-at_install")
class TestClassCeiling(CreditCase):
    """The ceiling of a class holds for its customers who have none of their own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["aria.customer.class"].search([]).active = False
        cls.partner.credit_limit = 0
        cls.tag = cls.env["res.partner.category"].create({"name": "Key customer"})
        cls.key = cls.env["aria.customer.class"].create(
            {
                "name": "Key",
                "domain": str([("category_id", "in", cls.tag.ids)]),
                "has_credit_ceiling": True,
                "credit_ceiling": 500,
            }
        )
        cls.partner.category_id = cls.tag
        cls.classify()

    @classmethod
    def classify(cls):
        cls.env["aria.customer.standing"]._classify()
        cls.env.invalidate_all()

    def refused(self, order):
        with self.assertRaises(UserError) as caught:
            self.confirm(order)
        self.env.invalidate_all()
        return str(caught.exception)

    def account(self, user=None):
        account = self.env["aria.credit.account"]._aria_get_account(self.partner, self.company)
        return account.with_user(user or self.finance)

    def changes(self, **domain):
        return self.env["aria.credit.change"].search([(k, "=", v) for k, v in domain.items()])

    def test_holds_where_the_customer_has_none(self):
        self.assertEqual(self.partner._aria_get_class_ceiling(self.company), 500)
        self.assertIn("500", self.refused(self.order(6)))
        self.confirm(self.order(5))
        check = self.env["aria.credit.check"].search(
            [("partner_id", "=", self.partner.id)], limit=1
        )
        self.assertEqual((check.verdict, check.ceiling), ("passed", 500))

    def test_his_own_comes_first(self):
        for own, quantity in ((700, 7), (200, 2)):
            self.partner.credit_limit = own
            order = self.order(quantity)
            self.confirm(order)
            order._action_cancel()
            self.refused(self.order(quantity + 1))
        self.partner.aria_no_credit = True
        self.refused(self.order(1))

    def test_comes_before_the_ceiling_for_everybody(self):
        self.env["ir.default"].set("res.partner", "credit_limit", 300.0, company_id=self.company.id)
        self.env.invalidate_all()
        other = self.env["res.partner"].create({"name": "Of no class"})
        self.confirm(self.order(5))
        order = self.order(4)
        order.partner_id = other
        self.refused(order)

    def test_raised_for_a_time(self):
        self.env["aria.credit.raise"].create(
            {"partner_id": self.partner.id, "amount": 100, "date_to": "2999-01-01", "reason": "x"}
        )
        self.confirm(self.order(6))
        self.refused(self.order(1))

    def test_of_another_class_or_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.assertEqual(self.partner._aria_get_class_ceiling(other), 0)
        self.key.active = False
        self.assertEqual(self.partner._aria_get_class_ceiling(self.company), 0)
        self.key.active = True
        self.partner.category_id = False
        self.classify()
        self.assertEqual(self.partner._aria_get_class_ceiling(self.company), 0)
        self.confirm(self.order(50))

    def test_statement_says_so(self):
        statement = self.account()
        self.assertEqual(
            (statement.ceiling, statement.has_ceiling, statement.class_id), (500, True, self.key)
        )
        self.partner.credit_limit = 900
        self.env.invalidate_all()
        self.assertEqual((statement.ceiling, bool(statement.class_id)), (900, False))

    def test_history_shows_it(self):
        self.env["aria.customer.class"].browse(self.key.id).with_user(self.finance).sudo().write(
            {"credit_ceiling": 400, "aria_credit_reason": "Bad year"}
        )
        change = self.changes(class_id=self.key.id, company_id=self.company.id)[:1]
        self.assertEqual(
            (change.kind, change.old_ceiling, change.new_ceiling, change.reason, change.user_id),
            ("class", 500, 400, "Bad year", self.finance),
        )
        statement = self.account()
        self.assertIn(change, statement.change_ids)
        self.assertEqual(statement.class_change_ids.to_class_id, self.key)
        self.key.active = False
        change = self.changes(class_id=self.key.id, company_id=self.company.id)[:1]
        self.assertEqual((change.old_ceiling, change.new_ceiling), (400, 0))
        with self.assertRaises(UserError):
            self.key.unlink()

    def test_accounting_decides(self):
        """A manager of sales writes classes, and neither their ceilings nor who gets one."""
        model = self.env["aria.customer.class"]
        vals = {"name": "Mine", "has_credit_ceiling": True, "credit_ceiling": 10**9}
        for call in (
            (model, "create", vals),
            (self.key, "write", {"credit_ceiling": 10**9}),
            (self.key, "write", {"has_credit_ceiling": False}),
            (self.key, "write", {"domain": "[]"}),
            (self.key, "write", {"sequence": 99}),
            (self.key, "write", {"company_id": False}),
            (self.key, "action_archive"),
        ):
            with self.assertRaises(AccessError):
                self.rpc(self.manager, *call)
        with self.assertRaises(AccessError):
            self.rpc(
                self.manager, model, "create", {"name": "Mine"},
                context={"default_has_credit_ceiling": True, "default_credit_ceiling": 10**9},
            )  # fmt: skip
        self.rpc(self.manager, self.key, "write", {"note": "Good people"})
        both = self.make_user(
            "both", "sales_team.group_sale_manager", "account.group_account_invoice"
        )
        self.rpc(both, self.key, "write", {"credit_ceiling": 600})
        self.assertEqual(self.changes(class_id=self.key.id)[:1].user_id, both)

    def test_a_batch_costs_the_same(self):
        partners = self.env["res.partner"].create(
            [{"name": f"P{n}", "category_id": self.tag.ids} for n in range(12)]
        )
        self.classify()

        def count(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertEqual(some._aria_filter_limited(self.company), some)
            return self.cr.sql_log_count - before

        count(partners[:1])
        self.assertEqual(count(partners[:1]), count(partners))
