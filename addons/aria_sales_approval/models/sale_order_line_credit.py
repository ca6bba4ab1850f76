from odoo import api, models

from .res_partner_credit import TOUCHED
from .sale_order import LINE


class SaleOrderLine(models.Model):
    """Lines of confirmed orders: an order that grows is checked against the ceiling."""

    # a subject of its own, in a file of its own
    _inherit = "sale.order.line"  # pylint: disable=consider-merging-classes-inherited

    _aria_touched_idx = models.Index(f"(order_id) WHERE {TOUCHED}")

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'aria_sales_opportunity'
        lines = super().create(vals_list)
        # by what was made: the order may have come from a default or the context
        added = lines.sudo().filtered(lambda x: x.state == "sale")  # amounts
        for order, joined in added.grouped("order_id").items():
            if sum(joined.mapped("price_total")) > 0:
                order._aria_check_credit("growth")
        return lines

    def write(self, vals):
        # EXTENDS 'aria_sales_opportunity'
        watched = set(LINE) & vals.keys()
        before = self.order_id._aria_get_confirmed_amounts() if watched else {}
        result = super().write(vals)
        if before:
            self.env["sale.order"]._aria_check_growth(before)
        return result
