from odoo import fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    aria_approval_substitute_ids = fields.One2many(
        "aria.approval.substitute", "user_id", string="Approval Substitutes"
    )
