from odoo import fields, models
from odoo.tools import SQL


class AriaCampaignReport(models.Model):
    """What campaigns cost and brought: one row a campaign, with its id. Lost leads count."""

    _name = "aria.campaign.report"
    _description = "Figures of Campaigns"
    _auto = False
    _order = "id desc"
    _rec_name = "campaign_id"
    _depends = {
        "utm.campaign": [
            "aria_kind",
            "user_id",
            "company_id",
            "aria_date_from",
            "aria_budget",
            "aria_cost",
            "aria_expected_revenue",
        ],
        "crm.lead": ["campaign_id", "company_id", "type", "won_status", "expected_revenue"],
        "aria.followup": ["campaign_id", "company_id", "state"],
        "aria.followup.action": ["lead_id"],
    }

    campaign_id = fields.Many2one("utm.campaign", readonly=True, index=True)
    kind = fields.Selection(
        lambda self: self.env["utm.campaign"]._fields["aria_kind"].selection, readonly=True
    )
    user_id = fields.Many2one("res.users", string="Responsible", readonly=True, index=True)
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date("Start", readonly=True)
    budget = fields.Monetary(readonly=True)
    cost = fields.Monetary(readonly=True)
    expected_revenue = fields.Monetary(readonly=True)
    won_amount = fields.Monetary(readonly=True)
    profit = fields.Monetary(readonly=True)
    lead_count = fields.Integer("Leads", readonly=True)
    response_count = fields.Integer("Leads with an Action", readonly=True)
    opportunity_count = fields.Integer("Opportunities", readonly=True)
    won_count = fields.Integer("Won", readonly=True)
    lost_count = fields.Integer("Lost", readonly=True)
    followup_count = fields.Integer("Follow-ups", readonly=True)
    followup_done_count = fields.Integer("Follow-ups Done", readonly=True)
    followup_open_count = fields.Integer("Follow-ups Open", readonly=True)

    @property
    def _table_query(self):
        # each campaign walks the indexes of its own leads and follow-ups
        return SQL(
            """
            SELECT c.id, c.id AS campaign_id, c.aria_kind AS kind, c.user_id, c.company_id,
                   c.aria_date_from AS date_from, COALESCE(c.aria_budget, 0) AS budget,
                   COALESCE(c.aria_cost, 0) AS cost,
                   COALESCE(c.aria_expected_revenue, 0) AS expected_revenue,
                   leads.*, leads.won_amount - COALESCE(c.aria_cost, 0) AS profit, followups.*
              FROM utm_campaign AS c
             CROSS JOIN LATERAL (%s) AS leads
             CROSS JOIN LATERAL (%s) AS followups
            """,
            self._aria_leads_sql(),
            self._aria_followups_sql(),
        )

    def _aria_leads_sql(self):
        return SQL(
            """
            SELECT COUNT(*) AS lead_count,
                   COUNT(*) FILTER (WHERE lead.type = 'opportunity') AS opportunity_count,
                   COUNT(*) FILTER (WHERE lead.won_status = 'won') AS won_count,
                   COUNT(*) FILTER (WHERE lead.won_status = 'lost') AS lost_count,
                   COUNT(*) FILTER (
                       WHERE EXISTS (SELECT FROM aria_followup_action a WHERE a.lead_id = lead.id)
                   ) AS response_count,
                   COALESCE(SUM(%s) FILTER (WHERE lead.won_status = 'won'), 0) AS won_amount
              FROM crm_lead AS lead
             WHERE lead.campaign_id = c.id
               AND (lead.company_id IS NULL OR c.company_id IS NULL OR lead.company_id = c.company_id)
            """,
            self.env["crm.lead"]._aria_won_amount_sql("lead"),
        )

    def _aria_followups_sql(self):
        return SQL(
            """
            SELECT COUNT(*) AS followup_count,
                   COUNT(*) FILTER (WHERE followup.state = 'done') AS followup_done_count,
                   COUNT(*) FILTER (WHERE followup.state = 'open') AS followup_open_count
              FROM aria_followup AS followup
             WHERE followup.campaign_id = c.id
               AND (c.company_id IS NULL OR followup.company_id = c.company_id)
            """
        )
