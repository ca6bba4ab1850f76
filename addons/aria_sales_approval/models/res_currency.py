from odoo import models

from .aria_proforma import LANGUAGES, speak

# core calls the Rial "Dinar" and its hundredth "Fils"
RIAL = {"fa_IR": ["ریال", ""], "en_US": ["Rials", ""]}


class ResCurrency(models.Model):
    _inherit = "res.currency"

    def _aria_get_labels(self):
        """Return {language: [unit, subunit]} of this currency, for amounts in words."""
        self.ensure_one()
        if self.name == "IRR":
            return RIAL
        found = {lang: speak(self, lang) for lang in LANGUAGES}
        return {
            lang: [
                currency.currency_unit_label or currency.full_name or currency.name,
                currency.currency_subunit_label or "",
            ]
            for lang, currency in found.items()
        }
