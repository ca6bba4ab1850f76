from odoo import models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _get_aria_vat_rate(self):
        """Return the percent of VAT on a line, by the kinds that the taxes have for the organisation."""
        self.ensure_one()
        taxes = self.tax_ids.flatten_taxes_hierarchy()
        return sum(
            tax.amount
            for tax in taxes
            if tax.aria_moadian_kind == "vat" and tax.amount_type == "percent"
        )
