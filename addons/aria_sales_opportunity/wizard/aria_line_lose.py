from odoo import fields, models
from odoo.exceptions import AccessError, UserError, ValidationError


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
    competitor_id = fields.Many2one("res.partner", ondelete="cascade")
    competitor_price = fields.Float("Competitor's Price", digits="Product Price")
    note = fields.Text()

    def action_apply(self):
        """Lose the lines, each with its own result; tell which ones could not be lost and why."""
        self.ensure_one()
        if len(self.line_ids) == 1:
            self._aria_lose(self.line_ids)
            return {"type": "ir.actions.act_window_close"}
        return self._aria_prepare_result(self._aria_lose_each())

    def _aria_lose(self, lines):
        return lines.aria_lose(self.reason_id, self.note, self.competitor_id, self.competitor_price)

    def _aria_lose_each(self):
        """Lose the lines one by one; return the reasons of those that could not be lost."""
        refused = []
        for line in self.line_ids:
            try:
                with self.env.cr.savepoint():
                    self._aria_lose(line)
            except (AccessError, UserError, ValidationError) as error:
                refused.append(str(error))
        return refused

    def _aria_prepare_result(self, refused):
        message = self.env._(
            "%(lost)s of %(count)s lines are lost.",
            lost=len(self.line_ids) - len(refused),
            count=len(self.line_ids),
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if refused else "success",
                "sticky": bool(refused),
                "message": "\n".join([message, *refused]),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
