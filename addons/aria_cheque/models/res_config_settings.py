from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aria_cheque_journal_id = fields.Many2one(
        "account.journal", string="Journal of Cheques", compute="_compute_aria_cheque_journal_id"
    )

    aria_credit_count_endorsed = fields.Boolean(
        related="aria_root_company_id.aria_credit_count_endorsed", readonly=False
    )
    aria_credit_endorsed_days = fields.Integer(
        related="aria_root_company_id.aria_credit_endorsed_days", readonly=False
    )
    aria_credit_count_guarantee_cheques = fields.Boolean(
        related="aria_root_company_id.aria_credit_count_guarantee_cheques", readonly=False
    )

    def _compute_aria_cheque_journal_id(self):
        for settings in self:
            settings.aria_cheque_journal_id = settings.company_id._aria_get_cheque_journals()[:1]

    def action_aria_set_up_cheques(self):
        """Make the journal of cheques of the company; see ``res.company``."""
        return self.company_id.action_aria_set_up_cheques()
