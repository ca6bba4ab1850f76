from odoo import models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _get_aria_goods(self):
        # EXTENDS 'aria_moadian'
        return super()._get_aria_goods() or self._get_aria_ordered_goods()

    def _get_aria_ordered_goods(self):
        """Return for what a down payment is made: the goods of its order, taxed alike, that are most of the amount."""
        # sudo: which goods an order sells; who sends invoices need not read orders
        orders = self.sudo().sale_line_ids.filtered("is_downpayment").order_id
        lines = orders.order_line.filtered(
            lambda line: line.product_id and not line.is_downpayment and line.price_subtotal > 0
        )
        lines = lines.filtered(lambda line: line.tax_ids == self.tax_ids) or lines
        return lines.sorted("price_subtotal")[-1:].product_id.product_tmpl_id.sudo(self.env.su)
