from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aria_proforma_days = fields.Integer(
        related="company_id.aria_proforma_days", readonly=False, required=True
    )
    aria_proforma_numbering = fields.Selection(
        related="company_id.aria_proforma_numbering", readonly=False, required=True
    )
    aria_invoice_when = fields.Selection(
        related="company_id.aria_invoice_when", readonly=False, required=True
    )
    aria_invoice_post = fields.Boolean(related="company_id.aria_invoice_post", readonly=False)
    aria_invoice_journal_id = fields.Many2one(
        related="company_id.aria_invoice_journal_id", readonly=False
    )
    aria_invoice_needs_tax = fields.Boolean(
        related="company_id.aria_invoice_needs_tax", readonly=False
    )
