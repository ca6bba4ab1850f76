from odoo import models

from .aria_proforma import LANGUAGES, speak


class ResPartner(models.Model):
    """Sellers and buyers as official papers name them."""

    # a subject of its own, in a file of its own
    _inherit = "res.partner"  # pylint: disable=consider-merging-classes-inherited

    def _aria_get_party(self, registry=""):
        """Return name, identifiers and address of this (superuser) partner, as JSON can hold it."""
        self.ensure_one()
        firm = self.commercial_partner_id
        return {
            "name": firm.name or self.name or "",
            "national_id": firm.aria_national_id or "",
            "economic_code": firm.aria_economic_code or firm.vat or "",
            "registry": registry or firm.company_registry or "",
            "address": {lang: self._aria_get_address(lang) for lang in LANGUAGES},
            "zip": self.zip or firm.zip or "",
            "phone": self.phone or firm.phone or "",
        }

    def _aria_get_address(self, lang):
        partner = speak(self, lang)
        if not (partner.street or partner.city):
            partner = partner.commercial_partner_id
        parts = [partner.state_id.name, partner.city, partner.street, partner.street2]
        if partner.country_id and partner.country_code != "IR":
            parts.insert(0, partner.country_id.name)
        return ("، " if lang == "fa_IR" else ", ").join(part for part in parts if part)
