from odoo import api, fields, models


class AriaFollowupDivide(models.TransientModel):
    """Collects the parts of follow-ups that are divided."""

    _name = "aria.followup.divide"
    _description = "Divide Follow-ups"

    followup_ids = fields.Many2many("aria.followup", string="Follow-ups", readonly=True)
    part_ids = fields.One2many("aria.followup.divide.part", "divide_id", string="Parts")

    @api.model
    def default_get(self, fields_list):
        # EXTENDS 'base': what the dialog was opened on
        values = super().default_get(fields_list)
        if self.env.context.get("active_model") == "aria.followup":
            ids = self.env.context.get("active_ids") or []
            values["followup_ids"] = [fields.Command.set(ids)]
        return values

    def action_apply(self):
        """Divide; see ``aria.followup.aria_divide``."""
        self.ensure_one()
        self.followup_ids.aria_divide([part._get_part() for part in self.part_ids])
        return {"type": "ir.actions.act_window_close"}
