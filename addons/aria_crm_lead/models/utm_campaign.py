import math

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

SELLER = "sales_team.group_sale_salesman"
LEADER = "sales_team.group_sale_salesman_all_leads"
# what a sender of mailings and everybody else may not know
MONEY = f"{SELLER},account.group_account_invoice,account.group_account_readonly"


class UtmCampaign(models.Model):
    _name = "utm.campaign"
    _inherit = ["utm.campaign", "aria.files.mixin"]
    _check_company_auto = True

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
    aria_team_id = fields.Many2one(
        "crm.team", string="Sales Team", index="btree_not_null", check_company=True
    )
    aria_unit_ids = fields.Many2many(
        "aria.unit",
        "utm_campaign_aria_unit_rel",
        "campaign_id",
        "unit_id",
        string="Units",
        check_company=True,
        help="Units that take part.",
    )
    aria_attachment_ids = fields.Many2many(
        "ir.attachment",
        "utm_campaign_aria_attachment_rel",
        "campaign_id",
        "attachment_id",
        string="Files",
        help="Plan of the stand, contract, leaflets …",
    )
    aria_budget = fields.Monetary("Budget", currency_field="currency_id", groups=MONEY)
    aria_cost = fields.Monetary(
        "Cost",
        currency_field="currency_id",
        compute="_compute_aria_cost",
        inverse="_inverse_aria_cost",
        search="_search_aria_cost",
        compute_sudo=True,
        groups=MONEY,
        help="What was really spent: what is posted to the analytic account, or else what is typed here.",
    )
    aria_typed_cost = fields.Monetary(
        currency_field="currency_id", groups="base.group_system", copy=False
    )
    aria_analytic_account_id = fields.Many2one(
        "account.analytic.account",
        string="Analytic Account",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        copy=False,
        groups="analytic.group_analytic_accounting",
        help="Vendor bills, expenses and other entries of this account are the cost of the campaign; income is left out.",
    )
    aria_cost_is_posted = fields.Boolean(compute="_compute_aria_cost", compute_sudo=True)
    aria_expected_revenue = fields.Monetary(
        "Expected Revenue", currency_field="currency_id", groups=MONEY
    )
    aria_target_count = fields.Integer("Expected Leads")
    aria_target_won_count = fields.Integer("Expected Sales")
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
        groups=MONEY,
    )
    aria_cost_per_lead = fields.Monetary(
        "Cost per Lead",
        currency_field="currency_id",
        compute="_compute_aria_figures",
        compute_sudo=True,
        groups=MONEY,
    )
    aria_cost_per_won = fields.Monetary(
        "Cost per Won Lead",
        currency_field="currency_id",
        compute="_compute_aria_figures",
        compute_sudo=True,
        groups=MONEY,
    )
    aria_profit = fields.Monetary(
        "Profit",
        currency_field="currency_id",
        compute="_compute_aria_figures",
        compute_sudo=True,
        groups=MONEY,
        help="Won amount less cost.",
    )
    aria_return = fields.Float(
        "Return",
        compute="_compute_aria_figures",
        compute_sudo=True,
        groups=MONEY,
        help="Profit for each Rial that was spent; 1 is 100 %.",
    )

    _aria_analytic_uniq = models.UniqueIndex(
        "(aria_analytic_account_id) WHERE aria_analytic_account_id IS NOT NULL",
        "This analytic account belongs to another campaign already, and its cost would count twice; choose another one.",
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

    @api.constrains("aria_typed_cost", "aria_budget", "aria_expected_revenue")
    def _check_aria_amounts(self):
        for campaign in self.sudo():  # money that the caller may write but not read
            amounts = (
                campaign.aria_typed_cost,
                campaign.aria_budget,
                campaign.aria_expected_revenue,
            )
            if min(amounts) < 0:
                raise ValidationError(
                    self.env._(
                        "An amount of “%(campaign)s” is negative; type zero or more.",
                        campaign=campaign.title,
                    )
                )

    @api.constrains("aria_target_count", "aria_target_won_count")
    def _check_aria_targets(self):
        for campaign in self:
            if min(campaign.aria_target_count, campaign.aria_target_won_count) < 0:
                raise ValidationError(
                    self.env._(
                        "“%(campaign)s” expects less than nothing; type zero or more.",
                        campaign=campaign.title,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'utm'
        for vals in vals_list:
            self._aria_check_numbers(vals)
        campaigns = super().create(vals_list)
        campaigns._aria_adopt_files("aria_attachment_ids")
        return campaigns

    def write(self, vals):
        # EXTENDS 'utm'
        if not self.env.su and any(name.startswith("aria_") for name in vals):
            self._aria_check_planner()
        self._aria_check_numbers(vals)
        result = super().write(vals)
        if "aria_attachment_ids" in vals:
            self._aria_adopt_files("aria_attachment_ids")
        return result

    @api.model
    def _aria_check_numbers(self, vals):
        """Refuse what is no number before anything rounds it: JSON knows infinity."""
        for name in ("aria_budget", "aria_cost", "aria_expected_revenue"):
            value = vals.get(name)
            if isinstance(value, float) and not math.isfinite(value):
                raise ValidationError(
                    self.env._("“%(value)s” is no amount; type zero or more.", value=value)
                )

    def _aria_check_planner(self):
        """Refuse whoever does not plan these campaigns: core lets every employee write them."""
        user = self.env.user
        if user.has_group(LEADER):
            return
        for campaign in self:
            planners = campaign.user_id | campaign.create_uid | campaign.aria_team_id.user_id
            if user not in planners or not user.has_group(SELLER):
                raise AccessError(
                    self.env._(
                        "“%(campaign)s” is planned by %(user)s; ask them, or a sales manager, to change it.",
                        campaign=campaign.title,
                        user=campaign.user_id.name or campaign.create_uid.name,
                    )
                )

    @api.depends("aria_typed_cost", "aria_analytic_account_id", "company_id")
    def _compute_aria_cost(self):
        posted = self.filtered("aria_analytic_account_id")
        reports = self.env["aria.campaign.report"].browse(posted._origin.ids)
        costs = {report.id: report.cost for report in reports}
        for campaign in self:
            campaign.aria_cost = costs.get(campaign._origin.id, campaign.aria_typed_cost)
            campaign.aria_cost_is_posted = bool(campaign.aria_analytic_account_id)

    def _inverse_aria_cost(self):
        for campaign in self:
            cost = campaign.aria_cost
            campaign = campaign.sudo()  # the column of what is typed; the right to write was asked
            if campaign.aria_analytic_account_id and cost:
                raise ValidationError(
                    self.env._(
                        "The cost of “%(campaign)s” comes from its analytic account; post it there.",
                        campaign=campaign.title,
                    )
                )
            campaign.aria_typed_cost = cost

    def _search_aria_cost(self, operator, value):
        self._check_field_access(self._fields["aria_cost"], "read")  # core does not ask here
        reports = self.env["aria.campaign.report"].sudo()  # the rules of campaigns hold as well
        return [("id", "in", reports._search([("cost", operator, value)]))]

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
