from odoo import fields, models

from ..lib.constants import FOREIGNER, LEGAL, PARTNERSHIP, PERSON

KINDS = {"person": PERSON, "legal": LEGAL, "partnership": PARTNERSHIP, "foreigner": FOREIGNER}
FOREIGNER_DIGITS = 12


class ResPartner(models.Model):
    _inherit = "res.partner"

    aria_moadian_kind = fields.Selection(
        [
            ("person", "Individual"),
            ("legal", "Company"),
            ("partnership", "Civil Partnership"),
            ("foreigner", "Foreign National"),
        ],
        string="Moadian Buyer",
        help="Kind of person that is sent to the tax organisation when this contact buys."
        " When empty it follows from company or person and from the national ID.",
    )

    def _get_aria_moadian_kind(self):
        """Return the number of the kind of buyer (``tob``): as chosen, else as the contact's data say."""
        self.ensure_one()
        if self.aria_moadian_kind:
            return KINDS[self.aria_moadian_kind]
        if self.is_company:
            return LEGAL
        return FOREIGNER if len(self.aria_national_id or "") == FOREIGNER_DIGITS else PERSON
