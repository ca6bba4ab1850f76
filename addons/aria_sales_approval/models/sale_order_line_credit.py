from odoo import api, models

from .sale_order import LINE


class SaleOrderLine(models.Model):
    """Lines of confirmed orders: an order that grows is checked against the ceiling."""

    # a subject of its own, in a file of its own
    _inherit = "sale.order.line"  # pylint: disable=consider-merging-classes-inherited

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'aria_sales_opportunity'
        ids = {vals["order_id"] for vals in vals_list if isinstance(vals.get("order_id"), int)}
        before = self.env["sale.order"].browse(ids).exists()._aria_get_confirmed_amounts()
        lines = super().create(vals_list)
        if before:
            self.env["sale.order"]._aria_check_growth(before)
        return lines

    def write(self, vals):
        # EXTENDS 'aria_sales_opportunity'
        watched = set(LINE) & vals.keys()
        before = self.order_id._aria_get_confirmed_amounts() if watched else {}
        result = super().write(vals)
        if before:
            self.env["sale.order"]._aria_check_growth(before)
        return result
