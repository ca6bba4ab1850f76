from odoo import api, fields, models

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

    @api.depends("type")
    def _compute_aria_moadian_payment_method(self):
        for journal in self:
            journal.aria_moadian_payment_method = journal.aria_moadian_payment_method or USUAL.get(
                journal.type, "OTHER"
            )
