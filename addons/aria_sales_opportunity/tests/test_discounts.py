from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import LineCase


@tagged("post_install", "-at_install")
class TestDiscounts(LineCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.category = cls.env["product.category"].create({"name": "Pumps"})
        cls.limits = cls.env["aria.discount.limit"].create(
            [
                {"group_id": cls.env.ref("sales_team.group_sale_salesman").id, "max_discount": 10},
                {"group_id": cls.env.ref("sales_team.group_sale_manager").id, "max_discount": 40},
            ]
        )

    def offer(self, discount=0.0, price=None, user=None):
        order = self.make_order(self.goods[0])
        vals = {"discount": discount} | ({"price_unit": price} if price is not None else {})
        self.rpc(self.seller, order.order_line, "write", vals)
        self.rpc(user or self.seller, order, "action_quotation_sent")
        return order

    def test_within_the_limit(self):
        self.assertEqual(self.offer(10).state, "sent")
        self.assertEqual(self.offer(price=90).state, "sent")
        self.assertEqual(self.offer(price=150).state, "sent")

    def test_beyond_the_limit_on_every_path(self):
        for vals in ({"discount": 11}, {"price": 80}, {"discount": 6, "price": 95}):
            with self.assertRaisesRegex(UserError, "you may give 10 %"):
                self.offer(**vals)
        order = self.make_order(self.goods[0])
        order.order_line.discount = 30
        for method, args in (
            ("action_confirm", ()),
            ("write", ({"state": "sent"},)),
            ("write", ({"state": "sale"},)),
        ):
            with self.assertRaisesRegex(UserError, "30 %"):
                self.rpc(self.seller, order, method, *args)
        vals = order.copy_data()[0] | {"state": "sent"}
        with self.assertRaisesRegex(UserError, "30 %"):
            self.rpc(self.seller, order.browse(), "create", vals)

    def test_discount_of_a_sent_quotation(self):
        order = self.offer(5)
        with self.assertRaisesRegex(UserError, "50 %"):
            self.rpc(self.seller, order.order_line, "write", {"discount": 50})
        order = self.offer(5)
        new = {"product_id": self.goods[1].id, "discount": 20}
        with self.assertRaisesRegex(UserError, "20 %"):
            self.rpc(self.seller, order, "write", {"order_line": [Command.create(new)]})

    def test_discount_of_the_whole_order_counts(self):
        order = self.make_order(*self.goods)
        order.order_line.discount = 8
        dialog = self.env["sale.order.discount"].create(
            {"sale_order_id": order.id, "discount_type": "so_discount", "discount_percentage": 0.05}
        )
        dialog.action_apply_discount()
        with self.assertRaisesRegex(UserError, "12.6 %"):
            self.rpc(self.seller, order, "action_quotation_sent")

    def test_manager_gives_more(self):
        self.assertEqual(self.offer(35, user=self.manager).state, "sent")
        with self.assertRaisesRegex(UserError, "40 %"):
            self.offer(41, user=self.manager)

    def test_category_limit_and_no_limit_at_all(self):
        self.goods[0].categ_id = self.env["product.category"].create(
            {"name": "Small Pumps", "parent_id": self.category.id}
        )
        self.limits.create(
            {
                "group_id": self.env.ref("sales_team.group_sale_salesman").id,
                "category_id": self.category.id,
                "max_discount": 25,
            }
        )
        self.assertEqual(self.offer(25).state, "sent")
        self.env["aria.discount.limit"].search([]).active = False
        self.assertEqual(self.offer(90).state, "sent")

    def test_limits_are_the_managers(self):
        with self.assertRaises(AccessError):
            self.rpc(self.seller, self.limits[0], "write", {"max_discount": 100})
        with self.assertRaisesRegex(ValidationError, "from 0 to 100"):
            self.rpc(self.manager, self.limits[0], "write", {"max_discount": 101})

    # ------------------------------------------------------------------ where prices come from
    def test_last_price_and_source(self):
        self.limits.active = False
        old = self.make_order(self.goods[0])
        old.order_line.write({"price_unit": 80, "discount": 10})
        old.action_confirm()
        contact = self.partner.create({"name": "Buyer's clerk", "parent_id": self.partner.id})
        new = self.make_order(self.goods[0], self.goods[1])
        new.partner_id = contact
        line, other = new.order_line
        self.assertEqual((line.aria_last_price, other.aria_last_price), (72, 0))
        self.assertEqual(line.aria_price_source, "list")
        line.price_unit = 72
        self.assertEqual(line.aria_price_source, "last")
        line.price_unit = 71
        self.assertEqual(line.aria_price_source, "manual")
        line.product_uom_id = self.env.ref("uom.product_uom_dozen")
        self.assertAlmostEqual(line.aria_last_price, 72 * 12)
