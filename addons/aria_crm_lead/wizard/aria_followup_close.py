from odoo import api, fields, models


class AriaFollowupClose(models.TransientModel):
    """Asks for the outcome of follow-ups that are done, or the reason of cancelled ones."""

    _name = "aria.followup.close"
    _description = "Close Follow-ups"

    verb = fields.Selection([("done", "Done"), ("cancel", "Cancel")], required=True, default="done")
    followup_ids = fields.Many2many("aria.followup", string="Follow-ups", readonly=True)
    outcome = fields.Text(required=True)

    @api.model
    def default_get(self, fields_list):
        # EXTENDS 'base': what the dialog was opened on
        values = super().default_get(fields_list)
        if self.env.context.get("active_model") == "aria.followup":
            ids = self.env.context.get("active_ids") or []
            values["followup_ids"] = [fields.Command.set(ids)]
        return values

    def action_apply(self):
        """Close the follow-ups; see ``aria.followup.aria_done`` and ``aria_cancel``."""
        self.ensure_one()
        method = "aria_done" if self.verb == "done" else "aria_cancel"
        getattr(self.followup_ids, method)(self.outcome)
        return {"type": "ir.actions.act_window_close"}
