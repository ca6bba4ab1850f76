from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    _inherit = "res.company"

    aria_class_months = fields.Integer(
        "Months Looked Back for Classes",
        default=24,
        help="How often and how much customers bought within these months decides on their class;"
        " 0: since the first invoice. How recently always counts.",
    )
    aria_classified_at = fields.Datetime("Customers Classed On", readonly=True, copy=False)

    @api.constrains("aria_class_months")
    def _check_aria_class_months(self):
        for company in self:
            if not 0 <= company.aria_class_months <= 1200:
                raise ValidationError(
                    self.env._(
                        "The months that “%(company)s” looks back lie between 0 (all) and 1200.",
                        company=company.name,
                    )
                )
