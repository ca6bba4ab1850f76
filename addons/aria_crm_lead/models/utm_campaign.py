from odoo import api, fields, models
from odoo.exceptions import ValidationError

SELLER = "sales_team.group_sale_salesman"


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
    aria_cost = fields.Monetary("Cost", currency_field="currency_id", help="What was really spent.")
    aria_expected_revenue = fields.Monetary("Expected Revenue", currency_field="currency_id")
    aria_target_count = fields.Integer("Expected Leads")
    aria_lead_ids = fields.One2many(
        "crm.lead", "campaign_id", string="Leads", context={"active_test": False}
    )
    aria_followup_ids = fields.One2many("aria.followup", "campaign_id", string="Follow-ups")

    # figures; lost leads count
    aria_lead_count = fields.Integer(
        "Lead Count", compute="_compute_aria_figures", compute_sudo=True, groups=SELLER
    )
    aria_duplicate_count = fields.Integer(
        "Duplicate Leads",
        compute="_compute_aria_duplicate_count",
        compute_sudo=True,
        groups=SELLER,
        help="Leads of persons that had been recorded before.",
    )
    aria_opportunity_count = fields.Integer(
        "Opportunities", compute="_compute_aria_figures", compute_sudo=True, groups=SELLER
    )
    aria_won_count = fields.Integer(
        "Won", compute="_compute_aria_figures", compute_sudo=True, groups=SELLER
    )
    aria_lost_count = fields.Integer(
        "Lost", compute="_compute_aria_figures", compute_sudo=True, groups=SELLER
    )
    aria_followup_count = fields.Integer(
        "Follow-up Count", compute="_compute_aria_figures", compute_sudo=True, groups=SELLER
    )
    aria_followup_done_count = fields.Integer(
        "Follow-ups Done", compute="_compute_aria_figures", compute_sudo=True, groups=SELLER
    )
    aria_followup_open_count = fields.Integer(
        "Follow-ups Open", compute="_compute_aria_figures", compute_sudo=True, groups=SELLER
    )
    aria_response_rate = fields.Float(
        "Response Rate",
        compute="_compute_aria_figures",
        compute_sudo=True,
        groups=SELLER,
        help="Share of the leads for which at least one action was noted.",
    )
    aria_won_amount = fields.Monetary(
        "Won Amount",
        currency_field="currency_id",
        compute="_compute_aria_figures",
        compute_sudo=True,
        groups=SELLER,
    )
    aria_cost_per_lead = fields.Monetary(
        "Cost per Lead",
        currency_field="currency_id",
        compute="_compute_aria_figures",
        compute_sudo=True,
        groups=SELLER,
    )
    aria_cost_per_won = fields.Monetary(
        "Cost per Won Lead",
        currency_field="currency_id",
        compute="_compute_aria_figures",
        compute_sudo=True,
        groups=SELLER,
    )
    aria_profit = fields.Monetary(
        "Profit",
        currency_field="currency_id",
        compute="_compute_aria_figures",
        compute_sudo=True,
        groups=SELLER,
        help="Won amount less cost.",
    )
    aria_return = fields.Float(
        "Return",
        compute="_compute_aria_figures",
        compute_sudo=True,
        groups=SELLER,
        help="Profit for each Rial that was spent; 1 is 100 %.",
    )

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

    @api.constrains("aria_cost", "aria_budget", "aria_expected_revenue")
    def _check_aria_amounts(self):
        for campaign in self:
            if min(campaign.aria_cost, campaign.aria_budget, campaign.aria_expected_revenue) < 0:
                raise ValidationError(
                    self.env._(
                        "An amount of “%(campaign)s” is negative; type zero or more.",
                        campaign=campaign.title,
                    )
                )

    @api.depends("aria_cost")
    def _compute_aria_figures(self):
        reports = self.env["aria.campaign.report"].browse(self._origin.ids)
        reports = {report.id: report for report in reports}
        for campaign in self:
            report = reports.get(campaign._origin.id, self.env["aria.campaign.report"])
            for name in (
                "lead",
                "opportunity",
                "won",
                "lost",
                "followup",
                "followup_done",
                "followup_open",
            ):
                campaign[f"aria_{name}_count"] = report[f"{name}_count"]
            campaign._aria_set_ratios(report)

    def _aria_set_ratios(self, report):
        """Set on this campaign what follows from the numbers of ``report``."""
        cost, leads, won = self.aria_cost, report.lead_count, report.won_count
        self.aria_won_amount = report.won_amount
        self.aria_profit = report.won_amount - cost
        self.aria_response_rate = report.response_count / leads if leads else 0
        self.aria_cost_per_lead = cost / leads if leads else 0
        self.aria_cost_per_won = cost / won if won else 0
        self.aria_return = self.aria_profit / cost if cost else 0

    def _compute_aria_duplicate_count(self):
        counts = self.env["crm.lead"]._aria_count_seen_before(self.ids)
        for campaign in self:
            campaign.aria_duplicate_count = counts.get(campaign.id, 0)
