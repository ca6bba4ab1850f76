from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain

from .res_partner import COUNTED


class AriaCreditAccount(models.Model):
    _inherit = "aria.credit.account"

    def _aria_get_category_actions(self):
        # EXTENDS 'aria_sales_approval'
        counted = Domain("aria_cheque_state", "in", COUNTED)
        company = self.company_id.sudo()  # of the settings
        if company.aria_credit_count_endorsed:
            first = fields.Date.context_today(self) - timedelta(
                days=company.aria_credit_endorsed_days
            )
            counted |= Domain("aria_cheque_state", "=", "endorsed") & Domain(
                "payment_date", ">=", first
            )
        domain = (
            counted
            & Domain("aria_is_guarantee", "=", False)
            & Domain("partner_id", "child_of", self.partner_id.id)
            & Domain("company_id", "child_of", self.company_id.id)
        )
        return super()._aria_get_category_actions() | {
            "cheques": ("l10n_latam.check", list(domain))
        }
