from odoo import api, fields, models
from odoo.exceptions import UserError

SELLER = "sales_team.group_sale_salesman"
COUNTED = {"sent": "delivered", "error": "failed", "canceled": "left_out"}


class UtmCampaign(models.Model):
    _inherit = "utm.campaign"

    aria_has_sms_gateway = fields.Boolean(compute="_compute_aria_has_sms_gateway")
    aria_sms_count = fields.Integer("Text Messages", compute="_compute_aria_sms", groups=SELLER)
    aria_sms_delivered_count = fields.Integer(
        "Messages Delivered", compute="_compute_aria_sms", groups=SELLER
    )
    aria_sms_failed_count = fields.Integer(
        "Messages Failed", compute="_compute_aria_sms", groups=SELLER
    )
    aria_sms_left_out_count = fields.Integer(
        "Left Out of Messages",
        compute="_compute_aria_sms",
        groups=SELLER,
        help="Who refused messages, has no number that can be dialled, or was written to already.",
    )

    @api.depends("company_id")
    def _compute_aria_has_sms_gateway(self):
        for campaign in self:
            company = campaign.company_id or self.env.company
            campaign.aria_has_sms_gateway = bool(company.sudo().aria_sms_provider)  # no secret

    def _compute_aria_sms(self):
        # sudo: messages are the system's; only their numbers are shown
        rows = (
            self.env["sms.sms"]
            .sudo()
            ._read_group(
                [("aria_campaign_id", "in", self.ids)], ["aria_campaign_id", "state"], ["__count"]
            )
        )
        counts = {(campaign.id, state): count for campaign, state, count in rows}
        for campaign in self:
            for state, name in COUNTED.items():
                campaign[f"aria_sms_{name}_count"] = counts.get((campaign.id, state), 0)
            campaign.aria_sms_count = sum(
                counts.get((campaign.id, state), 0)
                for state in ("outgoing", "process", "pending", "sent", "error")
            )

    def action_aria_send_sms(self):
        """Open Odoo's dialog of text messages for the leads of this campaign that the user may read.

        :return: an action
        :raise UserError: the company has no gateway, or there is nobody to write to
        """
        self.ensure_one()
        self.check_access("read")
        (self.company_id or self.env.company)._aria_get_gateway()
        leads = self.env["crm.lead"].search([("campaign_id", "=", self.id)])
        if not leads:
            raise UserError(
                self.env._(
                    "“%(campaign)s” has no lead to write to; import or record its leads first.",
                    campaign=self.title,
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Text Message to the Leads"),
            "res_model": "sms.composer",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_composition_mode": "mass",
                "default_mass_keep_log": True,
                "default_res_model": "crm.lead",
                "default_res_ids": repr(leads.ids),
                "default_aria_campaign_id": self.id,
            },
        }
