from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL


class CrmLead(models.Model):
    _inherit = "crm.lead"

    aria_line_ids = fields.One2many(
        "sale.order.line",
        "aria_opportunity_id",
        string="Lines",
        # headings and notes are no lines that anybody asked for
        domain=[("display_type", "=", False)],
        copy=False,
    )
    aria_qty_open = fields.Float(
        "Open Quantity",
        compute="_compute_aria_totals",
        store=True,
        digits="Product Unit",
        aria_engine=True,
    )
    aria_qty_won = fields.Float(
        "Won Quantity",
        compute="_compute_aria_totals",
        store=True,
        digits="Product Unit",
        aria_engine=True,
    )
    aria_qty_lost = fields.Float(
        "Lost Quantity",
        compute="_compute_aria_totals",
        store=True,
        digits="Product Unit",
        aria_engine=True,
    )
    aria_amount_open = fields.Monetary(
        "Open Amount",
        compute="_compute_aria_totals",
        store=True,
        currency_field="company_currency",
        aria_engine=True,
    )
    aria_amount_won = fields.Monetary(
        "Won Amount",
        compute="_compute_aria_totals",
        store=True,
        currency_field="company_currency",
        aria_engine=True,
    )
    aria_amount_lost = fields.Monetary(
        "Lost Amount",
        compute="_compute_aria_totals",
        store=True,
        currency_field="company_currency",
        aria_engine=True,
    )

    @api.depends(
        "aria_line_ids.aria_outcome",
        "aria_line_ids.aria_workflow_id",
        "aria_line_ids.aria_amount_requested",
        "aria_line_ids.product_uom_qty",
        "aria_line_ids.order_id.currency_rate",
    )
    def _compute_aria_totals(self):
        totals = self._aria_sum_lines()
        for lead in self:
            for outcome in ("open", "won", "lost"):
                quantity, amount = totals[lead.id, outcome]
                lead[f"aria_qty_{outcome}"] = quantity
                lead[f"aria_amount_{outcome}"] = amount

    def _aria_sum_lines(self):
        """Return {(lead id, outcome): (quantity, untaxed amount in company currency)} of tracked lines."""
        totals = defaultdict(lambda: (0.0, 0.0))
        self.env["sale.order.line"].flush_model()
        self.env["sale.order"].flush_model(["currency_rate"])
        currencies = self.env["res.currency"].browse
        for lead, outcome, quantity, amount, currency in self.env.execute_query(
            self._aria_get_sums_query()
        ):
            before = totals[lead, outcome]
            own = currencies(currency).round(amount)  # as each order is booked
            totals[lead, outcome] = (before[0] + quantity, before[1] + own)
        return totals

    def _aria_get_sums_query(self):
        """Return the statement of tracked lines by order: (lead, outcome, quantity, company amount, currency)."""
        return SQL(
            """
            SELECT line.aria_opportunity_id, COALESCE(line.aria_outcome, 'open'),
                   SUM(line.product_uom_qty)::float8,
                   (SUM(line.aria_amount_requested) / COALESCE(NULLIF(sale.currency_rate, 0), 1))::float8,
                   company.currency_id
              FROM sale_order_line line
              JOIN sale_order sale ON sale.id = line.order_id
              JOIN res_company company ON company.id = sale.company_id
             WHERE line.aria_opportunity_id = ANY(%s) AND line.aria_workflow_id IS NOT NULL
               AND line.aria_outcome IS DISTINCT FROM 'void'
             GROUP BY line.aria_opportunity_id, line.aria_outcome, sale.id, company.id
            """,
            self.ids,
        )

    @api.model
    def _aria_won_amount_sql(self, alias):
        # EXTENDS 'aria_crm_lead': the won lines of a lead that has any
        return SQL(
            """COALESCE((
                SELECT SUM(CASE WHEN line.aria_outcome = 'won' THEN line.price_subtotal ELSE 0 END
                           / COALESCE(NULLIF(sale.currency_rate, 0), 1))
                  FROM sale_order_line AS line JOIN sale_order AS sale ON sale.id = line.order_id
                 WHERE line.aria_opportunity_id = %s AND line.aria_workflow_id IS NOT NULL
                   AND line.aria_outcome IS DISTINCT FROM 'void'), %s)""",
            SQL.identifier(alias, "id"),
            super()._aria_won_amount_sql(alias),
        )

    @api.constrains("active", "probability")
    def _check_aria_lost_lines(self):
        lost = self.filtered(lambda lead: not lead.active and not lead.probability)
        domain = [
            ("aria_opportunity_id", "in", lost.ids),
            ("aria_workflow_id", "!=", False),
            ("aria_outcome", "in", (False, "won")),
        ]
        # sudo: all lines decide, also those the user may not see
        going = self.env["sale.order.line"].sudo().search(domain, limit=1)
        if going:
            raise ValidationError(
                self.env._(
                    "“%(lead)s” cannot be lost as a whole: “%(line)s” is open or won; lose its lines one by one.",
                    lead=going.aria_opportunity_id.name,
                    line=going.display_name,
                )
            )

    def _aria_follow_lines(self):
        """Close these opportunities when each of their lines has its end, and reopen them when one has not."""
        if self:
            # two people who end the last two lines at once would each find the other's line open
            self.env["aria.turn"]._take([f"{self._name},{lead_id}" for lead_id in self.ids])
        counts = defaultdict(dict)
        lines = self.env[
            "sale.order.line"
        ].sudo()  # all lines decide, also those the user may not see
        domain = [("aria_opportunity_id", "in", self.ids), ("aria_workflow_id", "!=", False)]
        for lead, outcome, count in lines._read_group(
            domain, ["aria_opportunity_id", "aria_outcome"], ["__count"]
        ):
            counts[lead][outcome or "open"] = count
        for lead, count in counts.items():
            lead._aria_follow_outcomes(count)

    def _aria_follow_outcomes(self, count):
        """Close or reopen this (superuser) opportunity.

        :param count: {outcome or "open": number of lines}
        """
        self.ensure_one()
        if count.get("open"):
            if self.won_status == "lost":
                self.action_unarchive()
            elif self.won_status == "won":
                self._aria_reopen()
        elif count.get("won"):
            if self.won_status != "won":
                self.action_set_won()
        elif count.get("lost") and self.won_status != "lost":
            last = self.aria_line_ids.filtered("aria_lost_reason_id").sorted("aria_stage_since")[
                -1:
            ]
            self.action_set_lost(lost_reason_id=last.aria_lost_reason_id.id)

    def _aria_reopen(self):
        """Take this won opportunity back to the last stage of its team that is not won."""
        stage = self._stage_find(
            team_id=self.team_id.id, domain=[("is_won", "=", False)], limit=None
        )[-1:]
        self.write({"stage_id": stage.id})
