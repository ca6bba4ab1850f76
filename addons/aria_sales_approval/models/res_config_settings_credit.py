from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """The debt ceiling among the settings of sales."""

    # a subject of its own, in a file of its own
    _inherit = "res.config.settings"  # pylint: disable=consider-merging-classes-inherited

    aria_root_company_id = fields.Many2one(related="company_id.root_id")
    aria_credit_block = fields.Boolean(
        related="aria_root_company_id.aria_credit_block", readonly=False
    )
    aria_credit_at_exit = fields.Boolean(
        related="aria_root_company_id.aria_credit_at_exit", readonly=False
    )
    aria_credit_count_receivable = fields.Boolean(
        related="aria_root_company_id.aria_credit_count_receivable", readonly=False
    )
    aria_credit_count_overdue = fields.Boolean(
        related="aria_root_company_id.aria_credit_count_overdue", readonly=False
    )
    aria_credit_count_orders = fields.Boolean(
        related="aria_root_company_id.aria_credit_count_orders", readonly=False
    )
    aria_credit_count_draft_invoices = fields.Boolean(
        related="aria_root_company_id.aria_credit_count_draft_invoices", readonly=False
    )
    aria_credit_count_proformas = fields.Boolean(
        related="aria_root_company_id.aria_credit_count_proformas", readonly=False
    )
    aria_credit_count_uncleared = fields.Boolean(
        related="aria_root_company_id.aria_credit_count_uncleared", readonly=False
    )
    aria_credit_count_cheques = fields.Boolean(
        related="aria_root_company_id.aria_credit_count_cheques", readonly=False
    )
    aria_credit_count_guarantees = fields.Boolean(
        related="aria_root_company_id.aria_credit_count_guarantees", readonly=False
    )
    aria_credit_uncleared_account_ids = fields.Many2many(
        related="aria_root_company_id.aria_credit_uncleared_account_ids", readonly=False
    )
    aria_credit_tolerance_percent = fields.Float(
        related="aria_root_company_id.aria_credit_tolerance_percent", readonly=False
    )
    aria_credit_tolerance_days = fields.Integer(
        related="aria_root_company_id.aria_credit_tolerance_days", readonly=False
    )
    aria_credit_overdue_days = fields.Integer(
        related="aria_root_company_id.aria_credit_overdue_days", readonly=False
    )
    aria_credit_overdue_amount = fields.Monetary(
        related="aria_root_company_id.aria_credit_overdue_amount",
        readonly=False,
        currency_field="currency_id",
    )
    aria_credit_separate_cheques = fields.Boolean(
        related="aria_root_company_id.aria_credit_separate_cheques", readonly=False
    )
