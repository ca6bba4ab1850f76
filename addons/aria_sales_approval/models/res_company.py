from odoo import api, fields, models
from odoo.exceptions import ValidationError

CATEGORIES = (
    "receivable", "overdue", "orders", "draft_invoices", "proformas", "uncleared", "cheques", "guarantees",
)  # fmt: skip


class ResCompany(models.Model):
    """What a company counts as debt, and when it stops a sale; branches follow their root company."""

    _inherit = "res.company"

    aria_credit_block = fields.Boolean(
        "Stop Sales over the Ceiling",
        default=True,
        help="Pro-formas and confirmations over the ceiling of the customer are refused, unless finance has released"
        " them. Otherwise they are only recorded.",
    )
    aria_credit_at_exit = fields.Boolean(
        "Ask again at the Exit",
        help="Goods of a customer over the ceiling are not let out, unless finance has released the order.",
    )
    aria_credit_count_receivable = fields.Boolean("Count Receivables", default=True)
    aria_credit_count_overdue = fields.Boolean(
        "Count Overdue Receivables",
        default=True,
        help="A part of the receivables; it counts by itself only where the receivables do not count.",
    )
    aria_credit_count_orders = fields.Boolean("Count Orders Not Invoiced", default=True)
    aria_credit_count_draft_invoices = fields.Boolean("Count Draft Invoices", default=True)
    aria_credit_count_proformas = fields.Boolean("Count Valid Pro-Formas", default=True)
    aria_credit_count_uncleared = fields.Boolean("Count Payments Not Cleared", default=True)
    aria_credit_count_cheques = fields.Boolean("Count Cheques Not Cleared", default=True)
    aria_credit_count_guarantees = fields.Boolean("Deduct Guarantees", default=True)
    aria_credit_uncleared_account_ids = fields.Many2many(
        "account.account",
        "res_company_aria_uncleared_account_rel",
        string="Accounts of Payments Not Cleared",
        help="What stands on these accounts in the name of a customer was paid, but has not arrived.",
    )
    aria_credit_tolerance_percent = fields.Float(
        "Tolerance (%)",
        digits=(5, 2),
        help="A ceiling, and the amount that finance has released, may be passed by so much without a new decision.",
    )
    aria_credit_tolerance_days = fields.Integer(
        "Release Holds (Days)", help="0: a release holds as long as the order."
    )
    aria_credit_overdue_days = fields.Integer(
        "Overdue Limit (Days)",
        help="Customers with receivables overdue longer than this are stopped, whatever their ceiling; 0: never.",
    )
    aria_credit_overdue_amount = fields.Monetary(
        "Overdue Limit (Amount)",
        help="Overdue receivables up to this amount stop nothing.",
    )
    aria_credit_separate_cheques = fields.Boolean(
        "Separate Ceiling for Cheques",
        help="Cheques and payments not cleared are held against a ceiling of their own.",
    )

    @api.constrains(
        "aria_credit_tolerance_percent", "aria_credit_tolerance_days", "aria_credit_overdue_days",
        "aria_credit_overdue_amount",
    )  # fmt: skip
    def _check_aria_credit(self):
        for company in self:
            for name in (
                "aria_credit_tolerance_percent", "aria_credit_tolerance_days",
                "aria_credit_overdue_days", "aria_credit_overdue_amount",
            ):  # fmt: skip
                if not 0 <= company[name] < 1e15:
                    raise ValidationError(
                        self.env._(
                            "%(field)s of “%(company)s” cannot be negative; enter 0 or more.",
                            field=self._fields[name]._description_string(self.env),
                            company=company.name,
                        )
                    )

    def _aria_counts(self, category):
        """Return whether ``category`` counts as debt in this (root) company."""
        return self[f"aria_credit_count_{category}"]
