from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aria_proforma_days = fields.Integer(
        related="company_id.aria_proforma_days", readonly=False, required=True
    )
    aria_proforma_numbering = fields.Selection(
        related="company_id.aria_proforma_numbering", readonly=False, required=True
    )
