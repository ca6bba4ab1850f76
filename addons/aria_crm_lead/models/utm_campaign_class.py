from odoo import api, fields, models


class UtmCampaign(models.Model):
    _name = "utm.campaign"
    _inherit = ["utm.campaign"]

    aria_class_ids = fields.Many2many(
        "aria.customer.class",
        "utm_campaign_aria_class_rel",
        "campaign_id",
        "class_id",
        string="Customer Classes",
        help="Classes whose customers the campaign turns to.",
    )
    aria_customer_domain = fields.Char(
        "Condition of Customers", help="What customers of these classes have to fit, too."
    )

    def _aria_check_customers(self):
        """Refuse a condition of customers that is none."""
        for campaign in self.filtered("aria_customer_domain"):
            self.env["res.partner"]._aria_parse_condition(
                campaign.aria_customer_domain, campaign.title
            )

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'utm'
        campaigns = super().create(vals_list)
        campaigns._aria_check_customers()
        return campaigns

    def write(self, vals):
        # EXTENDS 'utm'
        result = super().write(vals)
        if "aria_customer_domain" in vals:
            self._aria_check_customers()
        return result
