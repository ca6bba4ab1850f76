from odoo import fields, models


class AriaReferralChange(models.Model):
    """Who gave a referral another deadline or priority, and why; the referral shows only the last ones."""

    _name = "aria.referral.change"
    _inherit = ["aria.append.only.mixin"]
    _description = "Change of a Referral"
    _order = "id"
    _rec_name = "referral_id"

    referral_id = fields.Many2one(
        "aria.referral", required=True, readonly=True, index=True, ondelete="cascade"
    )
    user_id = fields.Many2one(
        "res.users", required=True, readonly=True, index=True, ondelete="restrict"
    )
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    deadline_from = fields.Datetime("Deadline Before", readonly=True)
    deadline_to = fields.Datetime("Deadline After", readonly=True)
    priority_from = fields.Char("Priority Before", readonly=True)
    priority_to = fields.Char("Priority After", readonly=True)
    reason = fields.Text(readonly=True)
