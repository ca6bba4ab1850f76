from odoo import api, models

from .sale_order import LINE, _plain


class SaleOrderLine(models.Model):
    """Lines of confirmed orders: what joins, grows or is repriced is approved first."""

    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'aria_sales_opportunity'
        lines = super().create(vals_list)
        joined = lines.filtered(lambda x: x.state == "sale" and x.product_uom_qty)
        joined.filtered(lambda x: not x.display_type).order_id._aria_check_approval()
        return lines

    def write(self, vals):
        # EXTENDS 'aria_sales_opportunity'
        watched = set(LINE) & vals.keys()
        confirmed = self.filtered(lambda x: x.state == "sale") if watched else self.browse()
        before = {line: line._aria_get_promise() for line in confirmed}
        result = super().write(vals)
        grown = confirmed.filtered(lambda x: x._aria_promises_more(*before[x]))
        grown.order_id._aria_check_approval()
        return result

    def _aria_get_promise(self):
        """Return the quantity of this line, and all else that is promised."""
        rest = [_plain(self[name]) for name in LINE if name != "product_uom_qty"]
        return self.product_uom_qty, rest

    def _aria_promises_more(self, quantity, rest):
        now, own = self._aria_get_promise()
        if self.display_type or not now:
            return False
        return now > quantity or own != rest
