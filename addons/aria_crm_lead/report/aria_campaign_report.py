from odoo import fields, models
from odoo.tools import SQL

RATIOS = {
    "response_rate": ("response_count", "lead_count"),
    "cost_per_lead": ("cost", "lead_count"),
    "cost_per_won": ("cost", "won_count"),
    "return_rate": ("profit", "cost"),
}


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
            "aria_typed_cost",
            "aria_analytic_account_id",
            "aria_team_id",
            "aria_target_count",
            "aria_target_won_count",
            "aria_expected_revenue",
        ],
        "account.analytic.line": ["amount", "general_account_id", "company_id"],
        "crm.lead": [
            "campaign_id",
            "company_id",
            "type",
            "won_status",
            "expected_revenue",
            "phone",
            "email_normalized",
            "aria_national_id",
            "name",
            "contact_name",
            "partner_name",
        ],
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
    team_id = fields.Many2one("crm.team", string="Sales Team", readonly=True, index=True)
    date_from = fields.Date("Start", readonly=True)
    target_count = fields.Integer("Expected Leads", readonly=True)
    target_won_count = fields.Integer("Expected Sales", readonly=True)
    budget = fields.Monetary(readonly=True)
    cost = fields.Monetary(readonly=True)
    expected_revenue = fields.Monetary(readonly=True)
    won_amount = fields.Monetary(readonly=True)
    profit = fields.Monetary(readonly=True)
    lead_count = fields.Integer("Leads", readonly=True)
    duplicate_count = fields.Integer("Duplicate Leads", readonly=True)
    response_count = fields.Integer("Leads with an Action", readonly=True)
    opportunity_count = fields.Integer("Opportunities", readonly=True)
    won_count = fields.Integer("Won", readonly=True)
    lost_count = fields.Integer("Lost", readonly=True)
    followup_count = fields.Integer("Follow-ups", readonly=True)
    followup_done_count = fields.Integer("Follow-ups Done", readonly=True)
    followup_open_count = fields.Integer("Follow-ups Open", readonly=True)
    # "avg" here means: of the sums, see _read_group_select
    response_rate = fields.Float(readonly=True, aggregator="avg")
    cost_per_lead = fields.Monetary(readonly=True, aggregator="avg")
    cost_per_won = fields.Monetary("Cost per Won Lead", readonly=True, aggregator="avg")
    return_rate = fields.Float("Return", readonly=True, aggregator="avg")

    @property
    def _table_query(self):
        # each campaign walks the indexes of its own leads and follow-ups
        return SQL(
            """
            SELECT figures.*, won_amount - cost AS profit,
                   COALESCE(response_count::float / NULLIF(lead_count, 0), 0) AS response_rate,
                   COALESCE(cost / NULLIF(lead_count, 0), 0) AS cost_per_lead,
                   COALESCE(cost / NULLIF(won_count, 0), 0) AS cost_per_won,
                   COALESCE((won_amount - cost) / NULLIF(cost, 0), 0) AS return_rate
              FROM (
                SELECT c.id, c.id AS campaign_id, c.aria_kind AS kind, c.user_id, c.company_id,
                       c.aria_team_id AS team_id, c.aria_date_from AS date_from,
                       COALESCE(c.aria_target_count, 0) AS target_count,
                       COALESCE(c.aria_target_won_count, 0) AS target_won_count,
                       COALESCE(c.aria_budget, 0) AS budget, (%s) AS cost,
                       COALESCE(c.aria_expected_revenue, 0) AS expected_revenue,
                       leads.*, followups.*, (%s) AS duplicate_count
                  FROM utm_campaign AS c
                 CROSS JOIN LATERAL (%s) AS leads
                 CROSS JOIN LATERAL (%s) AS followups
              ) AS figures
            """,
            self._aria_cost_sql(),
            self.env["crm.lead"]._aria_seen_before_sql(SQL("own.campaign_id = c.id")),
            self._aria_leads_sql(),
            self._aria_followups_sql(),
        )

    def _read_group_select(self, aggregate_spec, query):
        # EXTENDS 'base': a ratio of several campaigns is that of their sums
        name = aggregate_spec.partition(":")[0]
        if name not in RATIOS or not aggregate_spec.endswith(":avg"):
            return super()._read_group_select(aggregate_spec, query)
        above, below = (
            SQL("SUM(%s)", self._field_to_sql(self._table, part, query)) for part in RATIOS[name]
        )
        return SQL("COALESCE((%s)::float / NULLIF(%s, 0), 0)", above, below)

    def _aria_cost_sql(self):
        """Return the SQL of what campaign ``c`` cost: typed, or posted to its analytic account, income left out.

        Each plan of analytic accounts has a column of its own, with an index.
        """
        lines = SQL(" UNION ALL ").join(
            SQL(
                "SELECT line.amount, line.general_account_id, line.company_id"
                " FROM account_analytic_line AS line WHERE %s = c.aria_analytic_account_id",
                SQL.identifier("line", name),
            )
            # sudo: the columns of all plans, whoever looks at the figures
            for name in self.env["account.analytic.line"].sudo()._get_plan_fnames()
        )
        return SQL(
            """
            SELECT CASE WHEN c.aria_analytic_account_id IS NULL THEN COALESCE(c.aria_typed_cost, 0)
                        ELSE (SELECT COALESCE(-SUM(entry.amount), 0)
                                FROM (%s) AS entry
                                LEFT JOIN account_account AS account ON account.id = entry.general_account_id
                               WHERE COALESCE(account.account_type, 'expense') NOT LIKE 'income%%'
                                 AND (c.company_id IS NULL OR entry.company_id = c.company_id))
                   END
            """,
            lines,
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
