from odoo import api, models
from odoo.exceptions import ValidationError

from ..tools import identifiers
from ..tools.letters import to_latin_digits


class ResPartnerBank(models.Model):
    _inherit = "res.partner.bank"

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'base'
        return super().create([self._aria_normalise_account(vals) for vals in vals_list])

    def write(self, vals):
        # EXTENDS 'base'
        return super().write(self._aria_normalise_account(vals))

    @api.model
    def _aria_normalise_account(self, vals):
        """Return ``vals`` with Latin digits in the account number: the sanitized number is compared by them."""
        names = {"acc_number", "sanitized_acc_number"}.intersection(vals)
        return {**vals, **{name: to_latin_digits(vals[name]) for name in names if vals[name]}}

    @api.constrains("acc_number")
    def _check_aria_sheba(self):
        for account in self:
            number = account.sanitized_acc_number or ""
            if not number.startswith("IR") or not number[2:3].isdigit():
                continue
            try:
                identifiers.sheba(number)
            except identifiers.IdentifierError as error:
                raise ValidationError(
                    self.env._(
                        "%(number)s of “%(partner)s” is not a Sheba: it has IR and 24 digits, of which the"
                        " first two check the others; look for a mistyped or missing digit.",
                        number=account.acc_number,
                        partner=account.partner_id.display_name,
                    )
                ) from error
