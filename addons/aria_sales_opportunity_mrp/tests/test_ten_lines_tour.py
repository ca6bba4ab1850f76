from odoo import Command
from odoo.tests import tagged

from odoo.addons.aria_sales_opportunity.tests.ten_lines import GOODS, OBTAINED, TenLines


@tagged("post_install", "-at_install")
class TestManufacturingTour(TenLines):
    """A manufacturing company: what is not in stock is produced."""

    kind, unit = "manufacturing", "production"

    @classmethod
    def get_addons(cls):
        return ["aria_sales_opportunity", "aria_sales_opportunity_mrp"]

    @classmethod
    def get_unit_groups(cls):
        return ("mrp.group_mrp_user",)

    @classmethod
    def _make_goods(cls):
        # EXTENDS 'aria_sales_opportunity'
        result = super()._make_goods()
        part = cls.env["product.product"].create({"name": "ورق آزمون", "is_storable": True})
        location = cls.env.ref("stock.warehouse0").lot_stock_id
        cls.env["stock.quant"]._update_available_quantity(part, location, 100)
        for name in OBTAINED:
            cls.env["mrp.bom"].create(
                {
                    "product_tmpl_id": cls.goods[name].product_tmpl_id.id,
                    "bom_line_ids": [Command.create({"product_id": part.id, "product_qty": 2})],
                }
            )
        return result

    def obtain(self):
        # EXTENDS 'aria_sales_opportunity': each kind of goods by an order of its own
        maker = self.env["mrp.production"].with_user(self.staff[self.unit])
        for name in OBTAINED:
            made = maker.create({"product_id": self.goods[name].id, "product_qty": GOODS[name][0]})
            made.action_confirm()
            made.action_assign()
            path = f"/odoo/action-mrp.mrp_production_action/{made.id}"
            self.turn(self.unit, "produce", path)
            self.assertEqual((made.state, made.qty_produced), ("done", GOODS[name][0]))

    def test_desk(self):
        self.run_sale(phone=False)

    def test_phone(self):
        self.run_sale(phone=True)
