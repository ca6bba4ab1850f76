from odoo import fields, models


class AriaCreditChange(models.Model):
    """One change of a customer's ceiling: who, when, from what, to what, why."""

    _name = "aria.credit.change"
    _inherit = "aria.append.only.mixin"
    _description = "Change of a Credit Ceiling"
    _order = "id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        "res.users", string="By", required=True, readonly=True, index=True, ondelete="restrict"
    )
    old_ceiling = fields.Monetary("From", readonly=True)
    new_ceiling = fields.Monetary("To", readonly=True)
    old_no_credit = fields.Boolean("No Credit Before", readonly=True)
    new_no_credit = fields.Boolean("No Credit After", readonly=True)
    reason = fields.Text(readonly=True)
