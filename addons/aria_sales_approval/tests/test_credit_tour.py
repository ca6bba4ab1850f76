from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.aria_workflow.tests.hands import HandsCase


@tagged("post_install", "-at_install")
class TestCreditTour(HandsCase):
    """Over the ceiling, released by finance: on the screens of both, in Persian."""

    @classmethod
    def get_addons(cls):
        # EXTENDS 'aria_workflow'
        return ["aria_sales_approval"]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["aria.approval.policy"].search([]).active = False
        cls.seller = cls.make_person(
            "credit_seller", "سارا فروشنده", "sales_team.group_sale_salesman"
        )
        cls.finance = cls.make_person(
            "credit_finance", "فرهاد مالی", "account.group_account_invoice",
            "sales_team.group_sale_salesman_all_leads", "aria_sales_approval.group_credit_release",
        )  # fmt: skip
        cls.partner = cls.env["res.partner"].create({"name": "شرکت سقف‌دار", "credit_limit": 1000})
        cls.product = cls.env["product.product"].create(
            {"name": "خدمت", "type": "service", "list_price": 600, "taxes_id": False}
        )

    def make_order(self):
        return self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "user_id": self.seller.id,
                "order_line": [
                    Command.create({"product_id": self.product.id, "product_uom_qty": 2})
                ],
            }
        )

    def release(self, phone):
        order, suffix = self.make_order(), "_phone" if phone else ""
        path = f"/odoo/action-sale.action_quotations_with_onboarding/{order.id}"
        self.do_tour(f"aria_credit_refused{suffix}", self.seller, path, phone)
        self.assertEqual(order.state, "draft")
        self.do_tour(f"aria_credit_release{suffix}", self.finance, path, phone)
        check = self.env["aria.credit.check"].search([("order_id", "=", order.id)], limit=1)
        self.assertEqual(
            (check.verdict, check.released_by_id, check.reason),
            ("released", self.finance, "چک آن فردا می‌رسد"),
        )
        self.do_tour(f"aria_credit_confirm{suffix}", self.seller, path, phone)
        self.assertEqual(order.state, "sale")
        order._action_cancel()

    def test_at_the_desk_and_on_the_phone(self):
        for phone in (False, True):
            self.release(phone)
