import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .aria_sales_target import SALES

_logger = logging.getLogger(__name__)

SCORES = ("recency", "frequency", "monetary")
MEASURES = (
    "invoice_count",
    "last_invoice_date",
    "turnover",
    *SCORES,
    "rfm_score",
    "abc",
    "days_late",
    "bounced_count",
)
# cumulated share of the turnover up to which a customer is A, and B
LIMIT_A, LIMIT_B = 80, 95
BATCH = 50_000
"""contacts that are classed in one statement"""


class AriaCustomerStanding(models.Model):
    """What a company measured of a customer, and the class that follows: one row a customer and company.

    A table of its own, and not columns of the contact: it is written for every customer every night, and
    nobody who edits a contact meanwhile has to wait for it or to try again.
    """

    _name = "aria.customer.standing"
    _description = "Standing of a Customer"
    _order = "turnover desc, id"
    _rec_name = "partner_id"
    _log_access = False

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    invoice_count = fields.Integer("Invoices", readonly=True, help="Within the months looked back.")
    last_invoice_date = fields.Date("Last Invoice", readonly=True, aggregator="max")
    turnover = fields.Monetary(
        readonly=True, help="Untaxed, refunds deducted, within the months looked back."
    )
    recency = fields.Integer(readonly=True, aggregator="avg", help="1 to 5: how recently.")
    frequency = fields.Integer(readonly=True, aggregator="avg", help="1 to 5: how often.")
    monetary = fields.Integer(readonly=True, aggregator="avg", help="1 to 5: how much.")
    rfm_score = fields.Char("RFM", readonly=True)
    abc = fields.Selection([("A", "A"), ("B", "B"), ("C", "C")], string="ABC", readonly=True)
    days_late = fields.Float("Average Days Late", readonly=True, aggregator="avg", digits=(16, 1))
    bounced_count = fields.Integer("Bounced Cheques", readonly=True)
    class_id = fields.Many2one(
        "aria.customer.class", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    class_since = fields.Datetime("In the Class Since", readonly=True)
    placed_rfm_score = fields.Char("RFM When Classed", readonly=True)
    placed_abc = fields.Char("ABC When Classed", readonly=True)

    _customer_uniq = models.Constraint(
        "UNIQUE(partner_id, company_id)", "A customer has one standing in a company."
    )

    # ------------------------------------------------------------------ the job
    @api.model
    def _cron_classify(self):
        """Measure and class the customers of all companies, with a commit after each batch.

        What was committed before a kill is not done again; whoever was not reached is first next time.
        """
        companies = self.env["res.company"].search(
            [("active", "=", True)], order="aria_classified_at, id"
        )
        # NULLs are last in Odoo's order: companies that were never computed come first
        companies = companies.sorted(lambda c: bool(c.aria_classified_at))
        progress = self.env["ir.cron"]._commit_progress
        if not progress(remaining=len(companies)):
            return
        for company in companies:
            for step in self.with_company(company)._get_steps():
                self.env["aria.notice"]._aria_run(step, 1)
                if not progress():
                    return
            progress(1)

    @api.model
    def _classify(self):
        """Measure and class the customers of the company of the environment, at once."""
        for step in self._get_steps():
            step()

    @api.model
    def _get_steps(self):
        """Yield the pieces of work for the company of the environment; each is safe to be repeated."""
        yield lambda _limit=None: self._measure()
        low = 0
        while high := self._get_batch_end(low):
            yield lambda _limit=None, low=low, high=high: self._place(low, high)
            low = high
        yield lambda _limit=None: self._note_computed()

    @api.model
    def _take_turn(self):
        """Meet whoever classes the customers of this company at the same time."""
        self.env["aria.turn"]._take([f"customer.class:{self.env.company.id}"])
        self.env.flush_all()  # conditions of classes may name any field

    @api.model
    def _get_batch_end(self, low):
        """Return the id of the last contact of the batch that begins after the id ``low``; 0: none left."""
        [[high]] = self.env.execute_query(
            SQL(
                """
                SELECT COALESCE(MAX(id), 0) FROM (
                    SELECT id FROM res_partner WHERE id > %s ORDER BY id LIMIT %s
                ) AS batch
                """,
                low,
                BATCH,
            )
        )
        return high

    @api.model
    def _note_computed(self):
        # not by the ORM: a company's write empties the caches of every server
        self.env.cr.execute(
            SQL(
                "UPDATE res_company SET aria_classified_at = %s WHERE id = %s",
                fields.Datetime.now(),
                self.env.company.id,
            )
        )
        self.env["res.company"].invalidate_model(["aria_classified_at"])
        return 0

    # ------------------------------------------------------------------ measures
    @api.model
    def _measure(self):
        """Bring the measures of all customers of the company up to date."""
        self._take_turn()
        self._keep_measures()
        for statement in self._keeping_sql():
            self.env.cr.execute(statement)
        self.env.invalidate_all()
        return 0

    @api.model
    def _keeping_sql(self):
        """Return the statements that bring the rows of the company to what ``aria_measured`` holds.

        Rows that stay as they are, are not touched: on most nights that is nearly all of them.
        """
        names = SQL(", ").join(SQL.identifier(name) for name in MEASURES)
        fresh = SQL(", ").join(SQL.identifier("measured", name) for name in MEASURES)
        kept = SQL(", ").join(SQL.identifier("standing", name) for name in MEASURES)
        company = self.env.company.id
        changed = SQL(
            """
            UPDATE aria_customer_standing AS standing SET (%s) = ROW(%s) FROM aria_measured AS measured
             WHERE standing.partner_id = measured.partner_id AND standing.company_id = %s
               AND (%s) IS DISTINCT FROM (%s)
            """,
            names,
            fresh,
            company,
            kept,
            fresh,
        )
        new = SQL(
            """
            INSERT INTO aria_customer_standing (partner_id, company_id, %s)
            SELECT measured.partner_id, %s, %s FROM aria_measured AS measured
             WHERE NOT EXISTS (
                SELECT FROM aria_customer_standing AS known
                 WHERE known.partner_id = measured.partner_id AND known.company_id = %s)
            """,
            names,
            company,
            fresh,
            company,
        )
        gone = SQL(
            """
            UPDATE aria_customer_standing AS standing SET %s
             WHERE company_id = %s AND rfm_score IS NOT NULL AND NOT EXISTS (
                SELECT FROM aria_measured AS measured
                 WHERE measured.partner_id = standing.partner_id)
            """,
            SQL(", ").join(SQL("%s = NULL", SQL.identifier(name)) for name in MEASURES),
            company,
        )
        return changed, new, gone

    @api.model
    def _keep_measures(self):
        """Keep the measures of all customers in a table of this transaction.

        PostgreSQL reads with several processes for such a table, and for none that lives on.
        """
        self.env.cr.execute("SET LOCAL work_mem = '64MB'")  # sums of all customers at once
        self.env.cr.execute("DROP TABLE IF EXISTS pg_temp.aria_measured")
        self.env.cr.execute(
            SQL("CREATE TEMPORARY TABLE aria_measured ON COMMIT DROP AS %s", self._measures_sql())
        )
        self.env.cr.execute("ANALYZE aria_measured")

    @api.model
    def _measures_sql(self):
        """Return a query of (partner_id, *MEASURES) of the customers of the company of the environment.

        Customers are active commercial contacts with a posted invoice, whenever that was. Those that are equal
        get the same score, the average of the fifths that they fill; who crosses a limit of the cumulated
        turnover is of the better side.
        """
        fifths = [
            (SQL("recency"), SQL("last_invoice_date")),
            (SQL("frequency"), SQL("invoice_count")),
            (SQL("monetary"), SQL("turnover")),
        ]
        return SQL(
            """
            WITH sold AS (%(sold)s), placed AS (
                SELECT sold.*, %(tiles)s,
                       SUM(GREATEST(turnover, 0)) OVER (ORDER BY turnover DESC)
                       - SUM(GREATEST(turnover, 0)) OVER (PARTITION BY turnover) AS better,
                       SUM(GREATEST(turnover, 0)) OVER () AS total
                  FROM sold
            ), scored AS (
                SELECT placed.partner_id, invoice_count, last_invoice_date, turnover, %(scores)s,
                       CASE WHEN turnover <= 0 THEN 'C'
                            WHEN better * 100 < total * %(limit_a)s THEN 'A'
                            WHEN better * 100 < total * %(limit_b)s THEN 'B' ELSE 'C' END AS abc
                  FROM placed
            )
            SELECT scored.partner_id, invoice_count, last_invoice_date, turnover, recency, frequency,
                   monetary, concat_ws('-', recency, frequency, monetary) AS rfm_score, abc,
                   late.days_late, COALESCE(bounced.bounced_count, 0) AS bounced_count
              FROM scored
              LEFT JOIN (%(late)s) AS late ON late.partner_id = scored.partner_id
              LEFT JOIN (%(bounced)s) AS bounced ON bounced.partner_id = scored.partner_id
            """,
            sold=self._sold_sql(),
            tiles=SQL(", ").join(
                SQL("6 - NTILE(5) OVER (ORDER BY %s DESC, partner_id) AS tile_%s", value, name)
                for name, value in fifths
            ),
            scores=SQL(", ").join(
                SQL("ROUND(AVG(tile_%s) OVER (PARTITION BY %s))::int AS %s", name, value, name)
                for name, value in fifths
            ),
            limit_a=LIMIT_A,
            limit_b=LIMIT_B,
            late=self._late_sql(),
            bounced=self._bounced_sql(),
        )

    @api.model
    def _sold_sql(self):
        """Return a query of (partner_id, last_invoice_date, invoice_count, turnover)."""
        return SQL(
            """
            SELECT sums.* FROM (
                SELECT commercial_partner_id AS partner_id,
                       MAX(invoice_date) FILTER (WHERE move_type != 'out_refund') AS last_invoice_date,
                       COUNT(*) FILTER (WHERE move_type != 'out_refund' AND %(recent)s) AS invoice_count,
                       COALESCE(SUM(amount_untaxed_signed) FILTER (WHERE %(recent)s), 0) AS turnover
                  FROM account_move
                 WHERE state = 'posted' AND move_type IN %(sales)s AND company_id = %(company)s
                 GROUP BY commercial_partner_id
            ) AS sums
              JOIN res_partner AS partner ON partner.id = sums.partner_id AND partner.active
               AND partner.commercial_partner_id = partner.id
             WHERE sums.last_invoice_date IS NOT NULL
            """,
            recent=self._recent_sql("invoice_date"),
            sales=SALES,
            company=self.env.company.id,
        )

    @api.model
    def _late_sql(self):
        """Return a query of (partner_id, days_late): payment terms settled, or overdue, within the window."""
        return SQL(
            """
            SELECT line.partner_id,
                   AVG(GREATEST(COALESCE(settled.day, %(today)s) - line.date_maturity, 0))::float
                   AS days_late
              FROM account_move_line AS line
              JOIN account_account AS account ON account.id = line.account_id
               AND account.account_type = 'asset_receivable'
              LEFT JOIN (
                SELECT debit_move_id, MAX(max_date) AS day FROM account_partial_reconcile
                 WHERE company_id = %(company)s GROUP BY debit_move_id
              ) AS settled ON settled.debit_move_id = line.id AND line.reconciled
             WHERE line.display_type = 'payment_term' AND line.parent_state = 'posted'
               AND line.balance > 0 AND line.company_id = %(company)s AND %(recent)s
               AND (settled.day IS NOT NULL OR (NOT line.reconciled AND line.date_maturity < %(today)s))
             GROUP BY line.partner_id
            """,
            today=fields.Date.context_today(self),
            recent=self._recent_sql("line.date"),
            company=self.env.company.id,
        )

    @api.model
    def _bounced_sql(self):
        """Return a query of (partner_id, bounced_count); addons that know cheques extend it."""
        return SQL("SELECT NULL::int AS partner_id, 0 AS bounced_count WHERE FALSE")

    @api.model
    def _recent_sql(self, column):
        """Return the SQL condition that a date lies within the months that the company looks back."""
        months = self.env.company.aria_class_months
        if not months:
            return SQL("TRUE")
        start = fields.Date.subtract(fields.Date.context_today(self), months=months)
        return SQL("%s >= %s", SQL(column), start)  # pylint: disable=sql-injection

    # ------------------------------------------------------------------ classes
    @api.model
    def _place(self, low, high):
        """Class the contacts with ids in (low, high], and log who moved, in one statement.

        The first class whose condition fits wins; who fits none has none.
        """
        self._take_turn()
        choices = self._choices_sql(low, high)
        self.env.cr.execute(
            SQL(
                """
                WITH chosen AS MATERIALIZED (
                    SELECT * FROM (%(choices)s) AS choice WHERE class_id IS NOT NULL
                ), moved AS MATERIALIZED (
                    SELECT partner_id, old.class_id AS from_class_id, chosen.class_id AS to_class_id,
                           old.rfm_score, old.abc, old.placed_rfm_score, old.placed_abc
                      FROM chosen
                      FULL JOIN (
                        SELECT * FROM aria_customer_standing
                         WHERE company_id = %(company)s AND partner_id > %(low)s
                           AND partner_id <= %(high)s
                      ) AS old USING (partner_id)
                     WHERE old.class_id IS DISTINCT FROM chosen.class_id
                ), logged AS (%(log)s)
                INSERT INTO aria_customer_standing AS standing
                       (partner_id, company_id, class_id, class_since, placed_rfm_score, placed_abc)
                SELECT partner_id, %(company)s, to_class_id, %(now)s, rfm_score, abc FROM moved
                    ON CONFLICT (partner_id, company_id) DO UPDATE
                   SET class_id = excluded.class_id, class_since = excluded.class_since,
                       placed_rfm_score = excluded.placed_rfm_score, placed_abc = excluded.placed_abc
                """,
                choices=choices,
                log=self.env["aria.customer.class.change"]._log_sql(),
                company=self.env.company.id,
                low=low,
                high=high,
                now=fields.Datetime.now(),
            )
        )
        self.env.invalidate_all()
        return 0

    @api.model
    def _choices_sql(self, low, high):
        """Return a query of (partner_id, class_id) of contacts; NULL: they fit no class.

        The conditions of all classes stand in one query, so that contacts are read once.
        """
        classes = self.env["aria.customer.class"]
        query = classes._get_candidates(low, high)
        cases = [SQL("WHEN FALSE THEN 0")]
        for customer_class in classes._get_of_company():
            try:
                condition = customer_class._condition_sql(query)
            except (KeyError, SyntaxError, TypeError, UserError, ValueError):
                # a field that it names has gone since it was written; the other classes hold
                _logger.exception("The condition of the class %s is no more.", customer_class.id)
                continue
            cases.append(SQL("WHEN %s THEN %s", condition, customer_class.id))
        return query.select(
            SQL("%s AS partner_id", SQL.identifier(query.table, "id")),
            SQL("CASE %s END AS class_id", SQL(" ").join(cases)),
        )
