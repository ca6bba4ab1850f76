from odoo import api, fields, models
from odoo.exceptions import ValidationError


class UtmCampaign(models.Model):
    _inherit = "utm.campaign"

    aria_kind = fields.Selection(
        [
            ("exhibition", "Exhibition"),
            ("phone", "Phone"),
            ("sms", "SMS"),
            ("web", "Web"),
            ("visit", "Visit"),
            ("referral", "Recommendation"),
        ],
        string="Kind",
        index="btree_not_null",
    )
    aria_date_from = fields.Date("Start")
    aria_date_to = fields.Date("End")
    aria_place = fields.Char("Place")
    aria_budget = fields.Monetary("Budget", currency_field="currency_id")
    aria_target_count = fields.Integer("Expected Leads")

    @api.constrains("aria_date_from", "aria_date_to")
    def _check_aria_dates(self):
        for campaign in self:
            start, end = campaign.aria_date_from, campaign.aria_date_to
            if start and end and end < start:
                raise ValidationError(
                    self.env._(
                        "“%(campaign)s” ends before it starts; correct one of the dates.",
                        campaign=campaign.title,
                    )
                )
