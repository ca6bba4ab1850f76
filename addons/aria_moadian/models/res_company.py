from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    aria_moadian_branch = fields.Char(
        related="partner_id.aria_moadian_branch", readonly=False, string="Moadian Branch"
    )

    def _is_aria_moadian(self):
        """Return whether a company's invoices belong to the Iranian tax organisation at all."""
        self.ensure_one()
        return "IR" in (self.country_code, self.account_fiscal_country_id.code)

    def _get_aria_moadian_missing(self):
        """Return in one sentence what of the set-up is missing before invoices can be sent, or False."""
        self.ensure_one()
        memory = self.env["aria.moadian.memory"]._get_for(self).get(self.id)
        if not memory:
            return self._is_aria_moadian() and self._tell_no_aria_memory()
        if self.currency_id.name != "IRR":
            return self.env._(
                "The books of %(company)s are in %(currency)s; the tax organisation takes Rial (IRR) only.",
                company=self.name,
                currency=self.currency_id.name,
            )
        if not (self.partner_id.aria_economic_code or self.partner_id.aria_national_id):
            return self.env._(
                "%(company)s has no economic code; it stands on every invoice.", company=self.name
            )
        return memory._get_missing()

    def _tell_no_aria_memory(self):
        return self.env._(
            "%(company)s has no fiscal memory yet: its invoices do not reach the tax organisation.",
            company=self.name,
        )
