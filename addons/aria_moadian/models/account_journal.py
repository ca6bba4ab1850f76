from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.aria_persian.tools.letters import to_latin_digits

METHODS = [
    ("CASH", "Cash"),
    ("CHEQUE", "Cheque"),
    ("POS", "Card Reader"),
    ("INTERNET", "Payment Gateway"),
    ("CARD", "Card to Card"),
    ("TRANSFER", "Bank Transfer"),
    ("BARTER", "Barter"),
    ("OTHER", "Other"),
]
USUAL = {"cash": "CASH", "bank": "TRANSFER"}
# {field: (fewest digits, most)}
TERMINAL = {
    "aria_moadian_switch": (9, 9),
    "aria_moadian_acceptor": (14, 14),
    "aria_moadian_terminal": (8, 8),
}


def demand_digits(records, lengths):
    """Refuse values that are no digits (Persian ones, blanks and hyphens are taken) or have another number of them.

    :param lengths: {field: (fewest digits, most)}
    :raises ValidationError: naming record and field
    """
    for record in records:
        for name, (fewest, most) in lengths.items():
            text = to_latin_digits(record[name] or "").replace(" ", "").replace("-", "")
            if text and not (text.isascii() and text.isdigit() and fewest <= len(text) <= most):
                raise ValidationError(
                    records.env._(
                        "%(record)s: “%(field)s” has %(digits)s digits and nothing else; correct it or leave it empty.",
                        record=_name_of(record),
                        field=record._fields[name]._description_string(records.env),
                        digits=most if fewest == most else f"{fewest}-{most}",
                    )
                )


def _name_of(record):
    """Return the name of a record, or of its kind for a dialog, which has none."""
    if record._transient:
        return record.env["ir.model"]._get(record._name).name
    return record.display_name


class AccountJournal(models.Model):
    _inherit = "account.journal"

    aria_moadian_payment_method = fields.Selection(
        METHODS,
        "Moadian Payment",
        compute="_compute_aria_moadian_payment_method",
        store=True,
        readonly=False,
        help="As what payments in this journal are reported to the tax organisation.",
    )

    aria_moadian_terminal = fields.Char(
        "Terminal",
        help="Number of the card reader (8 digits); payments in this journal are sent with it.",
    )
    aria_moadian_acceptor = fields.Char(
        "Acceptor", help="Code of the shop at the bank (14 digits)."
    )
    aria_moadian_switch = fields.Char(
        "Payment Switch", help="Code of the payment company (9 digits)."
    )

    @api.constrains(*TERMINAL)
    def _check_aria_moadian_terminal(self):
        demand_digits(self, TERMINAL)

    @api.depends("type")
    def _compute_aria_moadian_payment_method(self):
        for journal in self:
            journal.aria_moadian_payment_method = journal.aria_moadian_payment_method or USUAL.get(
                journal.type, "OTHER"
            )
