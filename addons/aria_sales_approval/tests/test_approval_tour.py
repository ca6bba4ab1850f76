from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.aria_workflow.tests.hands import HandsCase


@tagged("post_install", "-at_install")
class TestApprovalTour(HandsCase):
    """A quotation is approved by people in their browsers, in Persian, at the desk and on the phone."""

    @classmethod
    def get_addons(cls):
        return ["aria_sales_approval"]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls.make_person("seller_t", "مریم رضایی", "sales_team.group_sale_salesman")
        cls.boss, cls.finance, cls.supply = (
            cls.make_person(login, name)
            for login, name in (("boss_t", "بهرام کیانی"), ("fin_t", "نرگس احمدی"), ("sup_t", "امیر حسینی"))
        )  # fmt: skip
        cls.partner = cls.env["res.partner"].create({"name": "شرکت آبادگران"})
        cls.env["aria.approval.policy"].search([]).active = False

    def make_policy(self, *steps):
        return self.env["aria.approval.policy"].create(
            {
                "name": "سیاست آزمون",
                "step_ids": [
                    Command.create({"sequence": number, "user_ids": [Command.set(user.ids)]})
                    for number, user in steps
                ],
            }
        )

    def make_order(self, *names):
        goods = self.env["product.product"].create(
            [{"name": name, "list_price": 1000000, "taxes_id": False} for name in names]
        )
        lines = [Command.create({"product_id": p.id, "product_uom_qty": 1}) for p in goods]
        order = self.env["sale.order"].with_user(self.seller)
        return order.create({"partner_id": self.partner.id, "order_line": lines}).sudo()

    def do(self, tour, user, path="/odoo/aria-approvals"):
        self.do_tour(f"aria_approval_{tour}", user, path, phone=self.phone)

    def do_order(self, tour, order):
        self.do(tour, self.seller, f"/odoo/action-sale.action_quotations/{order.id}")

    def run_series(self):
        self.make_policy((10, self.boss), (20, self.finance), (20, self.supply))
        order = self.make_order("پمپ آزمون", "لوله آزمون")
        self.do_order("submit", order)
        self.do("approve", self.boss)
        first = order.aria_approval_request_id
        self.assertEqual(first.task_ids.mapped("state"), ["approved", "open", "open"])
        self.do("return", self.finance)
        self.assertEqual(order.aria_approval_state, "returned")
        if self.phone:  # the card shows it
            self.do("read_reason", self.seller, "/odoo/aria-cartable")
        self.assertIn("قیمت پمپ", first.aria_referral_id.note)
        self.do_order("correct", order)
        self.assertEqual(order.order_line[0].price_unit, 1300000)
        self.do_order("submit", order)
        second = order.aria_approval_request_id
        self.assertEqual((second.round, second.task_ids[0].state), (2, "open"))
        self.assertEqual(
            [int(key) for key in second.task_ids[0].scope["lines"]], order.order_line[0].ids
        )
        self.do("approve", self.boss)
        self.do("approve", self.supply)
        self.assertEqual(second.state, "open")
        self.do("approve", self.finance)
        self.assertEqual((second.state, order.aria_approval_state), ("approved", "approved"))
        self.assertEqual(second.action_verify_chain(), [])
        order.with_user(self.seller).action_confirm()
        self.assertEqual((order.state, order.locked), ("sale", True))

    def run_lines(self):
        self.make_policy((10, self.boss))
        digits = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
        order = self.make_order(*(f"کالای {str(n).translate(digits)}" for n in range(1, 11)))
        self.do_order("submit", order)
        self.do("eight_lines", self.boss)
        first = order.aria_approval_request_id
        self.assertEqual(first.state, "returned")
        approved = {int(key) for key in first.task_ids.approved_content["lines"]}
        self.assertEqual(approved, set(order.order_line[:8].ids))
        self.do_order("correct_two", order)
        self.do_order("submit", order)
        second = order.aria_approval_request_id
        asked = {int(key) for key in second.task_ids.scope["lines"]}
        self.assertEqual(asked, set(order.order_line[8:].ids))
        self.do("two_lines", self.boss)
        self.assertEqual(order.aria_approval_state, "approved")
        self.assertEqual(second.decision_ids.mapped("verdict"), ["kept", "approved"])

    def test_series_and_parallel_at_the_desk(self):
        self.phone = False
        self.run_series()

    def test_series_and_parallel_on_the_phone(self):
        self.phone = True
        self.run_series()

    def test_eight_lines_and_two_at_the_desk(self):
        self.phone = False
        self.run_lines()

    def test_eight_lines_and_two_on_the_phone(self):
        self.phone = True
        self.run_lines()
