from odoo import fields, models


class AriaFollowupDividePart(models.TransientModel):
    _name = "aria.followup.divide.part"
    _description = "Part of a Divided Follow-up"

    divide_id = fields.Many2one("aria.followup.divide", required=True, ondelete="cascade")
    name = fields.Char("Subject")
    unit_id = fields.Many2one("aria.unit", string="To Unit")
    user_id = fields.Many2one("res.users", string="To Person", domain=[("share", "=", False)])
    deadline = fields.Datetime()
    remind_at = fields.Datetime("Reminder")

    def _get_part(self):
        """Return the part as ``aria.followup.aria_divide`` takes it."""
        self.ensure_one()
        return {
            "name": self.name,
            "unit_id": self.unit_id.id,
            "user_id": self.user_id.id,
            "deadline": self.deadline,
            "remind_at": self.remind_at,
        }
