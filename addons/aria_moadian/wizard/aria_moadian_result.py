from odoo import fields, models


class AriaMoadianResult(models.TransientModel):
    """What an act on many invoices came to, one row for each."""

    _name = "aria.moadian.result"
    _description = "Result for Each Invoice"

    line_ids = fields.One2many("aria.moadian.result.line", "result_id", readonly=True)

    def _show(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Result for Each Invoice"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }


class AriaMoadianResultLine(models.TransientModel):
    _name = "aria.moadian.result.line"
    _description = "Result of an Invoice"

    result_id = fields.Many2one(
        "aria.moadian.result", "Results", required=True, index=True, ondelete="cascade"
    )
    move_id = fields.Many2one("account.move", "Invoice", readonly=True)
    outcome = fields.Selection(
        [
            ("queued", "In the Queue"),
            ("fine", "Ready"),
            ("blocked", "To Mend"),
            ("skipped", "Left Alone"),
            ("failed", "Failed"),
        ],
        "Result",
        readonly=True,
    )
    message = fields.Text(readonly=True)
