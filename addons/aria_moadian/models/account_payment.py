from odoo import api, fields, models

from .account_journal import METHODS, demand_digits

NUMBERS = {"aria_moadian_tracking": (1, 14), "aria_moadian_card": (16, 16)}


class AccountPayment(models.Model):
    """What the tax organisation is told of a payment beside its amount and date."""

    _inherit = "account.payment"

    aria_moadian_method = fields.Selection(
        METHODS, "Moadian Payment", help="As what it is reported; as the journal says when empty."
    )
    aria_moadian_tracking = fields.Char(
        "Tracking Number",
        copy=False,
        help="Tracking or reference number of the bank, up to 14 digits.",
    )
    aria_moadian_card = fields.Char(
        "Card of the Payer", copy=False, help="Number of the card that paid (16 digits)."
    )

    @api.constrains(*NUMBERS)
    def _check_aria_moadian_numbers(self):
        demand_digits(self, NUMBERS)
