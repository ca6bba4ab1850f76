import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.aria_persian.tools.letters import to_latin_digits

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

    aria_moadian_branch = fields.Char(
        "Moadian Branch",
        size=4,
        help="The four digits of the branch in the tax portal; empty for the head office.",
    )

    @api.constrains("aria_moadian_branch")
    def _check_aria_moadian_branch(self):
        for partner in self.filtered("aria_moadian_branch"):
            if not re.fullmatch("[0-9]{4}", partner.aria_moadian_branch):
                raise ValidationError(
                    self.env._(
                        "The branch of “%(partner)s” is %(value)s; the tax portal shows four digits.",
                        partner=partner.display_name,
                        value=partner.aria_moadian_branch,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'base'
        return super().create([_with_latin_branch(vals) for vals in vals_list])

    def write(self, vals):
        # EXTENDS 'base'
        return super().write(_with_latin_branch(vals))

    def _get_aria_moadian_kind(self):
        """Return the number of the kind of buyer (``tob``): as chosen, else as the contact's data say."""
        self.ensure_one()
        if self.aria_moadian_kind:
            return KINDS[self.aria_moadian_kind]
        if self.is_company:
            return LEGAL
        return FOREIGNER if len(self.aria_national_id or "") == FOREIGNER_DIGITS else PERSON


def _with_latin_branch(vals):
    if not vals.get("aria_moadian_branch"):
        return vals
    digits = to_latin_digits(str(vals["aria_moadian_branch"])).strip()
    return {**vals, "aria_moadian_branch": digits}
