from odoo.fields import Command

from odoo.addons.aria_workflow.tests.common import AriaCase


class LineCase(AriaCase):
    """Staff of each unit, three goods, a service, and an opportunity."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        ref = cls.env.ref
        cls.supply, cls.warehouse = (
            ref("aria_workflow.unit_supply"),
            ref("aria_workflow.unit_warehouse"),
        )
        cls.seller = cls.make_user(
            "seller", "sales_team.group_sale_salesman", unit=ref("aria_workflow.unit_sales")
        )
        cls.manager = cls.make_user("manager", "sales_team.group_sale_manager")
        cls.supplier = cls.make_user("supplier", unit=cls.supply)
        cls.keeper = cls.make_user("keeper", "stock.group_stock_user", unit=cls.warehouse)
        cls.reason = cls.env["crm.lost.reason"].create({"name": "Price"})
        cls.partner = cls.env["res.partner"].create({"name": "Buyer"})
        cls.goods = cls.env["product.product"].create(
            [
                {"name": f"Goods {n}", "is_storable": True, "list_price": 100, "taxes_id": False}
                for n in range(3)
            ]
        )
        cls.service = cls.env["product.product"].create(
            {"name": "Fitting", "type": "service", "list_price": 50, "invoice_policy": "order"}
        )
        cls.stock = (
            cls.env["stock.warehouse"]
            .search([("company_id", "=", cls.env.company.id)], limit=1)
            .lot_stock_id
        )
        cls.lead = cls.env["crm.lead"].create(
            {
                "name": "Deal",
                "type": "opportunity",
                "user_id": cls.seller.id,
                "partner_id": cls.partner.id,
            }
        )

    def supply_stock(self, product, quantity):
        self.env["stock.quant"]._update_available_quantity(product, self.stock, quantity)

    def make_order(self, *products, quantity=2):
        lines = [
            Command.create({"product_id": p.id, "product_uom_qty": quantity}) for p in products
        ]
        vals = {
            "partner_id": self.partner.id,
            "opportunity_id": self.lead.id,
            "user_id": self.seller.id,
            "order_line": lines,
        }
        return self.env["sale.order"].browse(
            self.rpc(self.seller, self.env["sale.order"], "create", vals)
        )

    def deliver(self, order, quantity=None):
        picking = order.picking_ids.filtered(lambda p: p.state not in ("done", "cancel"))
        for move in picking.move_ids:
            move.quantity = quantity if quantity is not None else move.product_uom_qty
            move.picked = True
        self.rpc(self.keeper, picking, "button_validate", context={"skip_backorder": True})
        order.invalidate_recordset()
        return picking

    def codes(self, lines):
        return [line.aria_stage_id.code for line in lines]
