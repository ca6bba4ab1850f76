from odoo import api, fields, models


class AccountTax(models.Model):
    _inherit = "account.tax"

    aria_moadian_kind = fields.Selection(
        [
            ("vat", "Value-Added Tax"),
            ("other", "Other Tax or Duty"),
            ("legal", "Other Legal Sum"),
            ("none", "Not Sent"),
        ],
        string="Moadian Kind",
        compute="_compute_aria_moadian_kind",
        store=True,
        readonly=False,
        help="As what this tax is sent to the tax organisation.",
    )

    @api.depends("type_tax_use", "amount_type")
    def _compute_aria_moadian_kind(self):
        for tax in self:
            usual = "vat" if tax.type_tax_use == "sale" and tax.amount_type == "percent" else "none"
            tax.aria_moadian_kind = tax.aria_moadian_kind or usual
