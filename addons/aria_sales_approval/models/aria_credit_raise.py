from odoo import api, fields, models
from odoo.exceptions import ValidationError


class AriaCreditRaise(models.Model):
    """A ceiling that is higher for a time."""

    _name = "aria.credit.raise"
    _inherit = "aria.credit.allowance.mixin"
    _description = "Temporary Raise of a Ceiling"
    _order = "date_to desc, id desc"
    _rec_name = "partner_id"
    _aria_kind = "raise"

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, index=True, ondelete="restrict",
        domain="[('parent_id', '=', False)]",
    )  # fmt: skip
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company.root_id,
        domain="[('parent_id', '=', False)]",
    )  # fmt: skip
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary("Raised By", required=True)
    date_from = fields.Date(required=True, default=fields.Date.context_today)
    date_to = fields.Date("Until", required=True)
    reason = fields.Text(required=True)
    active = fields.Boolean(default=True)

    _amount_positive = models.Constraint(
        "CHECK(amount > 0)", "A raise has an amount above 0; lower the ceiling itself instead."
    )
    _dates_ordered = models.Constraint(
        "CHECK(date_to >= date_from)", "A raise cannot end before it begins; correct its dates."
    )

    @api.constrains("reason")
    def _check_reason(self):
        for raised in self:
            if not (raised.reason or "").strip():
                raise ValidationError(
                    self.env._(
                        "Say why the ceiling of “%(customer)s” is raised.",
                        customer=raised.partner_id.display_name,
                    )
                )

    def _aria_get_reason(self):
        # OVERRIDES 'aria_sales_approval'
        return self.reason
