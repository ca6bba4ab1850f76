import math

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from odoo.addons.aria_persian.tools import jalali
from odoo.addons.aria_persian.tools.dates import format_day

KINDS = ("month", "quarter", "year")
# what the actual figures are read from
SALES = ("out_invoice", "out_refund", "out_receipt")
READ_FIELDS = {
    "account.move": (
        "company_id",
        "invoice_date",
        "invoice_user_id",
        "move_type",
        "state",
        "team_id",
    ),
    "account.move.line": (
        "balance",
        "display_type",
        "move_id",
        "product_id",
        "product_uom_id",
        "quantity",
    ),
    "product.category": ("parent_path",),
    "product.product": ("product_tmpl_id",),
    "product.template": ("categ_id", "uom_id"),
    "uom.uom": ("factor",),
}
# what makes two targets mean the same sales
KEYS = {"date_from", "date_to", "user_id", "team_id", "category_id", "company_id"}
ACTUALS = {"actual_qty": "qty", "actual_amount": "amount"}


def to_period(start, end):
    """Return the Jalali month, quarter or year that two dates bound, or None."""
    for kind in KINDS:
        period = jalali.period_of(kind, start)
        if period.year in jalali.YEARS and (period.start, period.end) == (start, end):
            return period
    return None


def to_key(period):
    """Return the key of a period in the list that is offered: 1405, 1405-q3, 1405-07."""
    number = {"month": f"-{period.number:02}", "quarter": f"-q{period.number}"}
    return f"{period.year}{number.get(period.kind, '')}"


class AriaSalesTarget(models.Model):
    """What is to be sold in a period: by a person, a team, of a category, or of all of them.

    The actual figures come from posted customer invoices by their date, refunds deducted, untaxed, in the
    currency of the company, quantities in the unit of the product. An empty person, team or category does
    not restrict them; a category includes those below it.
    """

    _name = "aria.sales.target"
    _inherit = ["aria.engine.mixin"]
    _description = "Sales Target"
    _order = "date_from desc, date_to, id"
    _rec_names_search = ["user_id", "team_id", "category_id"]
    _check_company_auto = True

    period = fields.Selection(
        "_selection_periods",
        compute="_compute_period",
        inverse="_inverse_period",
        help="Fills the dates with a month, quarter or year of the Jalali calendar.",
    )
    date_from = fields.Date("Start", required=True, index=True)
    date_to = fields.Date("End", required=True)
    period_kind = fields.Selection(
        [("month", "Month"), ("quarter", "Quarter"), ("year", "Year"), ("other", "Other Dates")],
        string="Kind of Period",
        compute="_compute_period_kind",
        store=True,
        aria_engine=True,
        index=True,
    )
    period_name = fields.Char(compute="_compute_period_kind", store=True, aria_engine=True)
    user_id = fields.Many2one(
        "res.users",
        string="Salesperson",
        index=True,
        ondelete="restrict",
        domain=[("share", "=", False)],
        help="Salesperson of the invoices. Empty: all of them.",
    )
    team_id = fields.Many2one(
        "crm.team",
        string="Sales Team",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="Sales team of the invoices. Empty: all of them.",
    )
    category_id = fields.Many2one(
        "product.category",
        string="Product Category",
        index="btree_not_null",
        ondelete="restrict",
        help="With the categories below it. Empty: all goods.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    target_qty = fields.Float("Target Quantity", digits="Product Unit")
    target_amount = fields.Monetary()
    actual_qty = fields.Float(
        "Actual Quantity",
        digits="Product Unit",
        compute="_compute_actuals",
        compute_sudo=True,
        aggregator="sum",
    )
    actual_amount = fields.Monetary(compute="_compute_actuals", compute_sudo=True, aggregator="sum")
    qty_rate = fields.Float("Quantity Reached", compute="_compute_rates")
    amount_rate = fields.Float("Amount Reached", compute="_compute_rates")

    # ------------------------------------------------------------------ periods
    @api.model
    def _selection_periods(self):
        """Return the periods of last, this and next Jalali year."""
        year = jalali.from_date(fields.Date.context_today(self))[0]
        found = []
        for offered in (year, year + 1, year - 1):
            found.append(jalali.Period("year", offered))
            found += [jalali.Period("quarter", offered, number) for number in range(1, 5)]
            found += [jalali.Period("month", offered, number) for number in range(1, 13)]
        return [(to_key(period), str(period)) for period in found]

    @api.model
    def _get_period_dates(self, key):
        """Return the values of the dates for the ``key`` of a period; nothing for an empty one.

        :raise ValidationError: there is no such period
        """
        if not key:
            return {}
        year, _sign, number = str(key).partition("-")
        kind = "quarter" if number[:1] == "q" else "month" if number else "year"
        number = number.removeprefix("q")
        try:
            period = jalali.Period(kind, int(year), int(number or 0))
            dates = {"date_from": period.start, "date_to": period.end}
        except (ValueError, KeyError):
            dates = {}
        if not dates or to_key(period) != key:
            raise ValidationError(
                self.env._("“%(key)s” is no period; write 1405, 1405-q3 or 1405-07.", key=key)
            )
        return dates

    @api.depends("date_from", "date_to")
    def _compute_period(self):
        offered = dict(self._selection_periods())
        for target in self:
            period = (
                target.date_from and target.date_to and to_period(target.date_from, target.date_to)
            )
            key = period and to_key(period)
            target.period = key if key in offered else False

    def _inverse_period(self):
        for target in self:
            target.write(self._get_period_dates(target.period))

    @api.onchange("period")
    def _onchange_period(self):
        self.update(self._get_period_dates(self.period))

    @api.depends("date_from", "date_to")
    def _compute_period_kind(self):
        for target in self:
            start, end = target.date_from, target.date_to
            period = start and end and to_period(start, end)
            target.period_kind = period.kind if period else "other"
            # begins with numbers, so that periods are sorted as they follow each other
            month = jalali.format_date(start)[:7] if start else ""
            if period:
                target.period_name = (
                    str(period)
                    if period.kind == "year"
                    else f"{month} {str(period).partition(' ')[0]}"
                )
            else:
                ends = [jalali.format_date(day) for day in (start, end) if day]
                target.period_name = " – ".join(ends)

    @api.depends("period_name", "user_id", "team_id", "category_id")
    def _compute_display_name(self):
        for target in self:
            parts = (target.user_id.name, target.team_id.name, target.category_id.name)
            whom = ", ".join(part for part in parts if part) or self.env._("All sales")
            target.display_name = " · ".join(filter(None, (whom, target.period_name)))

    # ------------------------------------------------------------------ actual figures
    @api.depends("date_from", "date_to", "user_id", "team_id", "category_id", "company_id")
    def _compute_actuals(self):
        self._flush_sales()
        rows = {}
        if self.ids:
            condition = SQL("target.id = ANY(%s)", self.ids)
            rows = {row[0]: row[1:] for row in self.env.execute_query(self._actuals_sql(condition))}
        for target in self:
            target.actual_qty, target.actual_amount = rows.get(target.id, (0.0, 0.0))

    @api.depends("actual_qty", "actual_amount", "target_qty", "target_amount")
    def _compute_rates(self):
        for target in self:
            quantity, amount = target.target_qty, target.target_amount
            target.qty_rate = target.actual_qty / quantity if quantity else 0
            target.amount_rate = target.actual_amount / amount if amount else 0

    def _field_to_sql(self, alias, field_expr, query=None):
        # EXTENDS 'base': lists and pivots sum the actual figures
        if query is None or field_expr not in ACTUALS:
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], "read")
        self._flush_sales()
        joined = query.make_alias(alias, "actuals")
        query.add_join(
            "LEFT JOIN",
            joined,
            SQL("(%s)", self._actuals_sql(SQL("TRUE"))),
            SQL("%s = %s", SQL.identifier(joined, "id"), SQL.identifier(alias, "id")),
        )
        return SQL("COALESCE(%s, 0)", SQL.identifier(joined, ACTUALS[field_expr]))

    @api.model
    def _flush_sales(self):
        self.flush_model(["date_from", "date_to", "user_id", "team_id", "category_id"])
        for model, names in READ_FIELDS.items():
            self.env[model].flush_model(names)

    @api.model
    def _actuals_sql(self, condition):
        """Return a query of (id, qty, amount) of the targets that fulfil the SQL ``condition``.

        Invoice lines are summed once, by day; each sum is offered to the targets of its salesperson, of its
        team, of both and of nobody in particular, so that targets find theirs by equality.
        """
        return SQL(
            """
            WITH asked AS MATERIALIZED (
                SELECT target.*, COALESCE(target.user_id, 0) AS user_key,
                       COALESCE(target.team_id, 0) AS team_key, category.parent_path
                  FROM aria_sales_target AS target
                  LEFT JOIN product_category AS category ON category.id = target.category_id
                 WHERE %(condition)s
            ), span AS (
                SELECT company_id, MIN(date_from) AS first_day, MAX(date_to) AS last_day
                  FROM asked GROUP BY company_id
            ), sold AS (
                SELECT move.company_id, move.invoice_date AS day, move.invoice_user_id AS user_id,
                       move.team_id, category.parent_path, SUM(-line.balance) AS amount,
                       SUM(CASE WHEN move.move_type = 'out_refund' THEN -1 ELSE 1 END * line.quantity
                           * COALESCE(line_uom.factor, 1) / NULLIF(COALESCE(uom.factor, 1), 0)) AS qty
                  FROM span
                  JOIN account_move AS move ON move.company_id = span.company_id
                   AND move.invoice_date BETWEEN span.first_day AND span.last_day
                   AND move.state = 'posted' AND move.move_type IN %(sales)s
                  JOIN account_move_line AS line ON line.move_id = move.id
                   AND line.display_type = 'product'
                  LEFT JOIN product_product AS product ON product.id = line.product_id
                  LEFT JOIN product_template AS template ON template.id = product.product_tmpl_id
                  LEFT JOIN product_category AS category ON category.id = template.categ_id
                  LEFT JOIN uom_uom AS line_uom ON line_uom.id = line.product_uom_id
                  LEFT JOIN uom_uom AS uom ON uom.id = template.uom_id
                 GROUP BY move.company_id, move.invoice_date, move.invoice_user_id, move.team_id,
                          category.parent_path
            ), offered AS (
                SELECT sold.company_id, sold.day, sold.parent_path, sold.amount, sold.qty, keys.*
                  FROM sold
                 CROSS JOIN LATERAL (
                    SELECT COALESCE(sold.user_id, 0), COALESCE(sold.team_id, 0)
                     UNION SELECT COALESCE(sold.user_id, 0), 0
                     UNION SELECT 0, COALESCE(sold.team_id, 0)
                     UNION SELECT 0, 0
                 ) AS keys (user_key, team_key)
            )
            SELECT asked.id, SUM(offered.qty) AS qty, SUM(offered.amount) AS amount
              FROM asked
              JOIN offered ON offered.company_id = asked.company_id
               AND offered.user_key = asked.user_key AND offered.team_key = asked.team_key
               AND offered.day BETWEEN asked.date_from AND asked.date_to
               AND (asked.parent_path IS NULL
                    OR starts_with(offered.parent_path, asked.parent_path))
             GROUP BY asked.id
            """,
            condition=condition,
            sales=SALES,
        )

    # ------------------------------------------------------------------ guards
    @api.constrains("target_qty", "target_amount")
    def _check_numbers(self):
        for target in self:
            if target.target_qty < 0 or target.target_amount < 0:
                raise ValidationError(
                    self.env._(
                        "The target “%(target)s” is negative; type zero or more.",
                        target=target.display_name,
                    )
                )

    @api.model
    def _check_finite(self, vals):
        """Refuse what is a float for Python, but no number: nothing could be stored of it."""
        for name in ("target_qty", "target_amount"):
            if isinstance(vals.get(name), float) and not math.isfinite(vals[name]):
                raise ValidationError(
                    self.env._(
                        "“%(value)s” is no number for a target; type zero or more.",
                        value=vals[name],
                    )
                )

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for target in self:
            if target.date_to < target.date_from:
                raise ValidationError(
                    self.env._(
                        "The target “%(target)s” ends before it starts; correct one of the dates.",
                        target=target.display_name,
                    )
                )

    def _check_overlap(self):
        """Refuse a second target for the same sales; after rights were checked, as it names the other one."""
        companies = self.company_id
        # two who plan the same at once meet here
        self.env["aria.turn"]._take([f"sales.target:{company.id}" for company in companies])
        for target, other in self._find_overlaps()[:1]:
            raise ValidationError(
                self.env._(
                    "The target “%(target)s” overlaps “%(other)s” (%(start)s – %(end)s), which is for the"
                    " same salesperson, team and category; change one of them.",
                    target=target.display_name,
                    other=other.display_name,
                    start=format_day(self.env, other.date_from),
                    end=format_day(self.env, other.date_to),
                )
            )

    def _find_overlaps(self):
        """Return pairs (target of these, other one) that mean the same sales.

        Months within a quarter or a year are no double: each kind of period is a plan of its own.
        """
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT target.id, other.id
                  FROM aria_sales_target AS target
                  JOIN aria_sales_target AS other
                    ON other.company_id = target.company_id AND other.id != target.id
                   AND other.date_from <= target.date_to AND other.date_to >= target.date_from
                   AND other.user_id IS NOT DISTINCT FROM target.user_id
                   AND other.team_id IS NOT DISTINCT FROM target.team_id
                   AND other.category_id IS NOT DISTINCT FROM target.category_id
                   AND (other.period_kind = target.period_kind
                        OR 'other' IN (other.period_kind, target.period_kind))
                 WHERE target.id = ANY(%s)
                 ORDER BY target.id, other.id
                """,
                self.ids,
            )
        )
        # sudo: the sentence names a target that the user may not see
        targets = self.sudo()
        return [(targets.browse(one), targets.browse(other)) for one, other in rows]

    # ------------------------------------------------------------------ CRUD
    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'aria_workflow': a period alone is enough
        for vals in vals_list:
            self._check_finite(vals)
        vals_list = [self._get_period_dates(vals.get("period")) | vals for vals in vals_list]
        targets = super().create(
            [{key: value for key, value in vals.items() if key != "period"} for vals in vals_list]
        )
        targets._check_overlap()
        return targets

    def write(self, vals):
        # EXTENDS 'aria_workflow'
        self._check_finite(vals)
        result = super().write(vals)
        if KEYS.intersection(vals):
            self._check_overlap()
        return result

    def copy_data(self, default=None):
        # EXTENDS 'base': the next period
        vals_list = super().copy_data(default)
        for target, vals in zip(self, vals_list, strict=True):
            if not {"date_from", "date_to", "period"}.intersection(default or {}):
                vals |= target._get_next_dates()
        return vals_list

    def _get_next_dates(self):
        self.ensure_one()
        period = to_period(self.date_from, self.date_to)
        if period and period.next().year in jalali.YEARS:
            return {"date_from": period.next().start, "date_to": period.next().end}
        length = self.date_to - self.date_from
        start = fields.Date.add(self.date_to, days=1)
        return {"date_from": start, "date_to": start + length}

    # ------------------------------------------------------------------ public
    def action_open_invoices(self):
        """Open the invoices that the actual figures of this target come from."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        return action | {"domain": self._get_invoices_domain(), "context": {"create": False}}

    def _get_invoices_domain(self):
        self.ensure_one()
        domain = [
            ("move_type", "in", SALES),
            ("state", "=", "posted"),
            ("company_id", "=", self.company_id.id),
            ("invoice_date", ">=", fields.Date.to_string(self.date_from)),
            ("invoice_date", "<=", fields.Date.to_string(self.date_to)),
        ]
        if self.user_id:
            domain.append(("invoice_user_id", "=", self.user_id.id))
        if self.team_id:
            domain.append(("team_id", "=", self.team_id.id))
        if self.category_id:
            category = ("invoice_line_ids.product_id.categ_id", "child_of", self.category_id.id)
            domain.append(category)
        return domain
