from odoo import fields, models


class AriaCreditGuarantee(models.Model):
    """What secures a part of a customer's debt while it is valid."""

    _name = "aria.credit.guarantee"
    _inherit = "aria.credit.allowance.mixin"
    _description = "Credit Guarantee"
    _order = "date_to desc, id desc"
    _aria_kind = "guarantee"

    name = fields.Char("Reference", required=True)
    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, index=True, ondelete="restrict",
        domain="[('parent_id', '=', False)]",
    )  # fmt: skip
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company.root_id,
        domain="[('parent_id', '=', False)]",
    )  # fmt: skip
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(
        [
            ("bank", "Bank Guarantee"),
            ("note", "Promissory Note"),
            ("cheque", "Guarantee Cheque"),
            ("property", "Property"),
            ("other", "Other"),
        ],
        required=True,
        default="bank",
    )
    amount = fields.Monetary(required=True)
    date_from = fields.Date(required=True, default=fields.Date.context_today)
    date_to = fields.Date("Valid until")
    active = fields.Boolean(default=True)

    _amount_positive = models.Constraint(
        "CHECK(amount > 0)", "A guarantee has an amount above 0; correct it."
    )
    _dates_ordered = models.Constraint(
        "CHECK(date_to IS NULL OR date_to >= date_from)",
        "A guarantee cannot end before it begins; correct its dates.",
    )

    def _aria_get_reason(self):
        # OVERRIDES 'aria_sales_approval'
        return self.name
