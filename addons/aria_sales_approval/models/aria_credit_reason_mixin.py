from odoo import fields, models


class AriaCreditReasonMixin(models.AbstractModel):
    """Asks on the page of a record why its ceiling changes; ``write`` keeps it with the change."""

    _name = "aria.credit.reason.mixin"
    _description = "Reason for the Change of a Ceiling"

    aria_credit_reason = fields.Char(
        "Reason of the Change",
        compute="_compute_aria_credit_reason",
        inverse="_inverse_aria_credit_reason",
        groups="account.group_account_invoice,account.group_account_readonly",
        help="Kept with the change of the ceiling.",
    )

    def _compute_aria_credit_reason(self):
        self.aria_credit_reason = False

    def _inverse_aria_credit_reason(self):
        """Nothing: ``write`` keeps the reason with the change."""
