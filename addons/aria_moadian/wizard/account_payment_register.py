from odoo import api, fields, models

from ..models.account_journal import METHODS, demand_digits
from ..models.account_payment import NUMBERS

HANDED_ON = ("aria_moadian_method", *NUMBERS)


class AccountPaymentRegister(models.TransientModel):
    _inherit = "account.payment.register"

    aria_moadian_method = fields.Selection(
        METHODS, "Moadian Payment", help="As what it is reported; as the journal says when empty."
    )
    aria_moadian_tracking = fields.Char(
        "Tracking Number", help="Tracking or reference number of the bank, up to 14 digits."
    )
    aria_moadian_card = fields.Char(
        "Card of the Payer", help="Number of the card that paid (16 digits)."
    )

    @api.constrains(*NUMBERS)
    def _check_aria_moadian_numbers(self):
        demand_digits(self, NUMBERS)

    def _create_payment_vals_from_wizard(self, batch_result):
        # EXTENDS 'account'
        values = super()._create_payment_vals_from_wizard(batch_result)
        return {**values, **{name: self[name] for name in HANDED_ON}}

    def _create_payment_vals_from_batch(self, batch_result):
        # EXTENDS 'account'
        # several payments share a way of payment, but no number of the bank
        values = super()._create_payment_vals_from_batch(batch_result)
        return {**values, "aria_moadian_method": self.aria_moadian_method}
