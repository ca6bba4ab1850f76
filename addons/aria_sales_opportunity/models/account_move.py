from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def _aria_get_sale_lines(self):
        """Return the sales lines that these customer invoices and refunds bill."""
        invoices = self.filtered(lambda move: move.move_type in ("out_invoice", "out_refund"))
        return invoices.sudo().line_ids.sale_line_ids  # events reach the lines, whoever bills them

    def _post(self, *args, **kwargs):
        # EXTENDS 'account'
        posted = super()._post(*args, **kwargs)
        posted._aria_get_sale_lines().aria_fire("invoiced")
        refunds = posted.filtered(lambda move: move.move_type == "out_refund")
        refunds._aria_get_sale_lines().aria_fire("invoice_cancelled")
        return posted

    def button_draft(self):
        # EXTENDS 'account'
        result = super().button_draft()
        self._aria_get_sale_lines().aria_fire("invoice_cancelled")
        return result

    def button_cancel(self):
        # EXTENDS 'account'
        result = super().button_cancel()
        self._aria_get_sale_lines().aria_fire("invoice_cancelled")
        return result

    def _invoice_paid_hook(self):
        # EXTENDS 'account'
        result = super()._invoice_paid_hook()
        self._aria_get_sale_lines().aria_fire("paid")
        return result
