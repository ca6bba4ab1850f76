from odoo import fields, models


class AriaCreditRelease(models.TransientModel):
    """Asks for the reason of a release; the method of the order does the rest."""

    _name = "aria.credit.release"
    _description = "Release over the Ceiling"

    order_ids = fields.Many2many("sale.order", string="Orders")
    excess = fields.Text("Why They Are Stopped", compute="_compute_excess")
    reason = fields.Text(required=True)

    def _compute_excess(self):
        for wizard in self:
            texts = [order.partner_credit_warning for order in wizard.order_ids]
            wizard.excess = "\n".join(filter(None, texts))

    def action_apply(self):
        """Release the orders."""
        self.ensure_one()
        return self.order_ids.aria_credit_release(self.reason)
