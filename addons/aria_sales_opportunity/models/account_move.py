from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    # only counted on the form; without this a salesperson, who makes the draft from the order, cannot open it,
    # as payments are not open to the sales team
    reconciled_payment_ids = fields.Many2many(compute_sudo=True)

    def _aria_fire_lines(self, event, kind="out_invoice"):
        """Tell the sales lines that those of these entries bill which are of ``kind``."""
        moves = self.filtered(lambda move: move.move_type == kind)
        moves.sudo().line_ids.sale_line_ids.aria_fire(
            event
        )  # events reach the lines, whoever bills them

    def _post(self, *args, **kwargs):
        # EXTENDS 'account': a credit note takes an invoice back
        posted = super()._post(*args, **kwargs)
        posted._aria_fire_lines("invoiced")
        posted._aria_fire_lines("invoice_cancelled", kind="out_refund")
        return posted

    def button_draft(self):
        # EXTENDS 'account'
        result = super().button_draft()
        self._aria_fire_unposted()
        return result

    def button_cancel(self):
        # EXTENDS 'account'
        result = super().button_cancel()
        self._aria_fire_unposted()
        return result

    def _aria_fire_unposted(self):
        """Tell the lines that these are no longer posted: without its credit note an invoice counts again."""
        self._aria_fire_lines("invoice_cancelled")
        self._aria_fire_lines("invoiced", kind="out_refund")

    def _invoice_paid_hook(self):
        # EXTENDS 'account'
        result = super()._invoice_paid_hook()
        self._aria_fire_lines("paid")
        return result
