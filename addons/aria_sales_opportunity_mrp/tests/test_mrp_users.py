from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.aria_sales_opportunity.tests.common import LineCase


@tagged("post_install", "-at_install")
class TestMrpUsers(LineCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        unit = cls.env.ref("aria_workflow.unit_production")
        cls.maker = cls.make_user("maker", "mrp.group_mrp_user", unit=unit)
        cls.kit, cls.made = cls.goods[:2]
        part = cls.goods[2].id
        for product, kind in ((cls.kit, "phantom"), (cls.made, "normal")):
            cls.env["mrp.bom"].create(
                {
                    "product_tmpl_id": product.product_tmpl_id.id,
                    "type": kind,
                    "bom_line_ids": [Command.create({"product_id": part, "product_qty": 2})],
                }
            )

    def test_confirmed_orders_without_prices(self):
        order = self.make_order(self.made)
        line = order.order_line
        for record in (order, line):
            with self.assertRaises(AccessError):
                self.rpc(self.maker, record, "read", ["display_name"])
            with self.assertRaises(AccessError):
                self.rpc(
                    self.maker,
                    record,
                    "write",
                    {"sequence": 1} if record == line else {"note": "x"},
                )
            self.assertFalse(self.rpc(self.maker, record, "search", [("id", "=", record.id)]))
        with self.assertRaises(AccessError):
            self.rpc(self.maker, order, "action_confirm")
        order.action_confirm()
        self.assertEqual(
            self.rpc(self.maker, line, "read", ["product_uom_qty"])[0]["product_uom_qty"], 2
        )
        for record, name in (
            (line, "price_unit"),
            (line, "discount"),
            (order, "amount_total"),
            (order, "access_token"),
        ):
            with self.assertRaises(AccessError, msg=name):
                self.rpc(self.maker, record, "read", [name])
            with self.assertRaises(AccessError, msg=name), self.cr.savepoint():
                self.rpc(self.maker, record, "write", {name: 1})
            with self.assertRaises(AccessError, msg=name):
                self.rpc(self.maker, record, "search", [(name, ">", 1)])
        with self.assertRaises(AccessError):
            self.rpc(self.maker, order, "write", {"state": "draft"})
        orders = self.env["mrp.production"]
        with self.assertRaises(AccessError):
            self.rpc(self.maker, orders, "search", [("sale_line_id.price_unit", ">", 1)])

    def test_who_also_sells_sees_prices(self):
        order = self.make_order(self.made)
        both = self.make_user(
            "both", "mrp.group_mrp_user", "sales_team.group_sale_salesman_all_leads"
        )
        self.assertTrue(self.rpc(both, order, "read", ["amount_total"]))

    def test_production_goes_on(self):
        order = self.make_order(self.made)
        order.action_confirm()
        self.supply_stock(self.goods[2], 10)
        made = self.rpc(
            self.maker,
            self.env["mrp.production"],
            "create",
            {"product_id": self.made.id, "product_qty": 2},
        )
        production = self.env["mrp.production"].browse(made)
        self.rpc(self.maker, production, "action_confirm")
        self.rpc(self.maker, production, "action_assign")
        self.rpc(self.maker, production, "write", {"qty_producing": 2})
        production.move_raw_ids.picked = True
        self.rpc(self.maker, production, "button_mark_done")
        self.assertEqual(production.state, "done")
        order.picking_ids.action_assign()
        self.assertEqual(self.codes(order.order_line), ["ready"])
        self.assertTrue(self.rpc(self.maker, production, "action_view_sale_orders"))

    def test_a_kit_is_delivered_with_all_its_parts(self):
        self.supply_stock(self.goods[2], 4)
        order = self.make_order(self.kit)
        order.action_confirm()
        self.assertEqual(self.codes(order.order_line), ["ready"])
        self.deliver(order, quantity=2)
        self.assertEqual(order.order_line.qty_delivered, 1)
        self.assertNotEqual(self.codes(order.order_line), ["delivered"])
        self.deliver(order)
        self.assertEqual(self.codes(order.order_line), ["delivered"])
