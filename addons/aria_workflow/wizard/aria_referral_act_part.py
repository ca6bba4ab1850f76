from odoo import api, fields, models


class AriaReferralActPart(models.TransientModel):
    """One part in the dialog that divides a referral."""

    _name = "aria.referral.act.part"
    _description = "Part of a Division"

    act_id = fields.Many2one("aria.referral.act", required=True, ondelete="cascade")
    unit_id = fields.Many2one("aria.unit", string="To Unit")
    user_id = fields.Many2one("res.users", string="To Person", domain=[("share", "=", False)])
    summary = fields.Char("What Is to Be Done")
    deadline = fields.Datetime()
    remind_at = fields.Datetime("Reminder")

    @api.onchange("unit_id")
    def _onchange_unit_id(self):
        people = self.unit_id.member_ids | self.unit_id.manager_id
        if self.unit_id and self.user_id and self.user_id not in people:
            self.user_id = False

    def _get_part(self):
        """Return this line as ``aria.referral.aria_divide`` takes it."""
        self.ensure_one()
        return {
            "unit_id": self.unit_id.id,
            "user_id": self.user_id.id,
            "summary": self.summary,
            "deadline": self.deadline,
            "remind_at": self.remind_at,
        }
