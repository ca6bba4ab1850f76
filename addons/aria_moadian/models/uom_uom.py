from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..lib.constants import UNITS


class UomUom(models.Model):
    _inherit = "uom.uom"

    aria_moadian_code = fields.Selection(
        selection="_selection_aria_moadian_code",
        string="Moadian Unit",
        help="Unit of the tax organisation's list that is sent with quantities in this unit.",
    )

    def _selection_aria_moadian_code(self):
        return [(code, f"{name} ({code})") for code, name in UNITS.items()]

    @api.constrains("aria_moadian_code")
    def _check_aria_moadian_code(self):
        for unit in self.filtered("aria_moadian_code"):
            if unit.aria_moadian_code not in UNITS:
                raise ValidationError(
                    self.env._(
                        "%(code)s is not in the organisation's list of units; choose another for “%(unit)s”.",
                        code=unit.aria_moadian_code,
                        unit=unit.name,
                    )
                )
