from odoo.fields import Command
from odoo.tests import tagged

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestConditions(ApprovalCase):
    """Figures that policies ask for are the same in a search and in memory."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.goods[0].standard_price = 60
        cls.dozen = cls.env["uom.uom"].create(
            {"name": "Dozen here", "relative_factor": 12, "relative_uom_id": cls.goods[0].uom_id.id}
        )

    def test_margin_and_discount(self):
        order = self.make_order(self.goods[0])
        self.assertEqual((order.aria_margin_percent, order.aria_discount_percent), (40, 0))
        order.order_line.discount = 25
        self.assertEqual((order.aria_margin_percent, order.aria_discount_percent), (20, 25))
        order.order_line.write({"product_uom_id": self.dozen.id, "price_unit": 1200, "discount": 0})
        self.assertEqual(order.aria_margin_percent, 40)

    def test_discounts_of_the_whole_order_count(self):
        order = self.make_order(self.goods[0], self.goods[1])
        wizard = self.env["sale.order.discount"].create(
            {"sale_order_id": order.id, "discount_type": "so_discount", "discount_percentage": 0.1}
        )
        wizard.action_apply_discount()
        self.assertEqual(order.aria_discount_percent, 10)

    def test_a_search_finds_what_memory_does(self):
        orders = self.env["sale.order"]
        for discount in (0, 10, 25, 50):
            order = self.make_order(self.goods[0], self.goods[1])
            order.order_line[0].discount = discount
            orders |= order
        orders[1].order_line[0].write({"product_uom_id": self.dozen.id, "price_unit": 1000})
        orders |= orders.create({"partner_id": self.partner.id})
        for name in ("aria_margin_percent", "aria_discount_percent"):
            values = orders.mapped(name)
            self.assertGreater(len(set(values)), 3)
            for value in values:
                for operator in ("<", "<=", ">", ">=", "=", "!=", "in", "not in"):
                    asked = [value] if "in" in operator else value
                    domain = [(name, operator, asked)]
                    with self.subTest(name, value=value, operator=operator):
                        found = orders.search([("id", "in", orders.ids), *domain])
                        self.assertEqual(found, orders.filtered_domain(domain).sorted())

    def test_policies_by_margin_discount_and_customer(self):
        self.policy.active = False
        category = self.env["res.partner.category"].create({"name": "Class C"})
        for domain, fits in (
            ("[('aria_margin_percent', '<', 30)]", lambda o: o.order_line.write({"discount": 20})),
            ("[('aria_discount_percent', '>', 15)]", lambda o: o.order_line.write({"discount": 20})),
            ("[('partner_id.category_id.name', '=', 'Class C')]",
             lambda o: o.partner_id.write({"category_id": [Command.link(category.id)]})),
            ("[('amount_untaxed', '>', 500)]", lambda o: o.order_line.write({"product_uom_qty": 9})),
            ("[('payment_term_id', '!=', False)]",
             lambda o: o.write({"payment_term_id": self.env["account.payment.term"].search([], limit=1)})),
        ):  # fmt: skip
            policy = self.make_policy({"user_ids": self.a}, order_domain=domain)
            order = self.make_order(self.goods[0])
            with self.subTest(domain):
                self.assertFalse(order._aria_filter_unapproved())
                fits(order)
                self.assertEqual(order._aria_filter_unapproved(), order)
                self.refuse(self.seller, order, "action_confirm")
            policy.active = False

    def test_a_seller_sees_no_margin(self):
        order = self.make_order(self.goods[0])
        self.refuse(self.seller, order, "read", ["aria_margin_percent"], error=Exception)
        self.assertTrue(self.rpc(self.manager, order, "read", ["aria_margin_percent"]))
