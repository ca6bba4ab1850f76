from odoo import fields, models


class AriaLineLose(models.TransientModel):
    """Asks why lines are lost; ``sale.order.line.aria_lose`` does the rest."""

    _name = "aria.line.lose"
    _description = "Lose Lines"

    line_ids = fields.Many2many(
        "sale.order.line",
        string="Lines",
        readonly=True,
        default=lambda self: self.env.context.get("active_ids"),
    )
    reason_id = fields.Many2one("crm.lost.reason", required=True, ondelete="cascade")
    note = fields.Text()

    def action_apply(self):
        """Lose the lines."""
        self.line_ids.aria_lose(self.reason_id, self.note)
        return {"type": "ir.actions.act_window_close"}
