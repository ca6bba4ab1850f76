from odoo import fields, models

from ..sms_api import to_dialled


class AriaNewsMixin(models.AbstractModel):
    _inherit = "aria.news.mixin"

    aria_by_sms = fields.Boolean(
        "By SMS", help="To your telephone, where the company has an SMS gateway."
    )

    def _aria_get_channels(self):
        # EXTENDS 'aria_workflow': who cannot be reached by SMS is told by what else was chosen, or the inbox
        channels = super()._aria_get_channels()
        can_be_reached = self.company_id.aria_sms_provider and to_dialled(self.partner_id.phone)
        return [*channels, "sms"] if can_be_reached else channels
