from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL, float_compare

from odoo.addons.aria_workflow.arguments import to_record

from .res_company import CATEGORIES

READERS = (
    "account.group_account_invoice", "account.group_account_readonly", "sales_team.group_sale_manager",
    "aria_sales_approval.group_credit_release",
)  # fmt: skip
CEILING = ("credit_limit", "aria_no_credit", "aria_cheque_ceiling")
ACCOUNTING = "account.group_account_invoice,account.group_account_readonly"
FLUSHED = {
    "sale.order": [
        "state", "partner_invoice_id", "company_id", "currency_id", "amount_total", "invoice_status", "currency_rate",
        "aria_proforma_number", "aria_proforma_valid_until",
    ],
    "sale.order.line": [
        "order_id", "display_type", "aria_outcome", "is_downpayment", "product_id", "product_uom_qty", "qty_delivered",
        "qty_invoiced", "price_total", "price_unit", "discount", "tax_ids", "invoice_lines",
    ],
    "account.move": [
        "commercial_partner_id", "company_id", "state", "move_type", "amount_total_signed", "currency_id",
        "invoice_currency_rate",
    ],
    "account.move.line": [
        "partner_id", "account_id", "company_id", "parent_state", "reconciled", "amount_residual", "balance",
        "date_maturity", "date", "quantity", "price_total", "sale_line_ids", "product_uom_id",
    ],
    "res.partner": ["commercial_partner_id"],
    "res.company": ["aria_credit_uncleared_account_ids"],
    "aria.credit.guarantee": None,
    "aria.credit.raise": None,
    "aria.customer.class": ["active", "has_credit_ceiling", "credit_ceiling"],
    "aria.customer.standing": ["partner_id", "company_id", "class_id"],
}  # fmt: skip
# lines of orders that do not count by the total of their order
TOUCHED = "(aria_outcome IN ('lost', 'void') OR is_downpayment OR qty_invoiced != 0 OR qty_delivered > product_uom_qty)"
# further sums of the statement, which are no debts: what is overdue beyond the days that the company tolerates, by how
# much the ceiling is raised today, and the ceiling of the customer's class
OLD_OVERDUE, RAISED, BY_CLASS = "old_overdue", "raised", "class_ceiling"


class ResPartner(models.Model):
    """What a customer owes, by category, and how much it may owe.

    The debtor is a commercial entity, toward a root company and its branches. Nothing is stored and nothing is added up
    on the way: one statement over the documents themselves says how it is.
    """

    _name = "res.partner"
    _inherit = ["res.partner", "aria.credit.reason.mixin"]

    aria_no_credit = fields.Boolean(
        "No Credit",
        company_dependent=True,
        groups=ACCOUNTING,
        help="Nothing is sold on credit: only what is paid in advance is confirmed.",
    )
    aria_cheque_ceiling = fields.Float(
        "Ceiling for Cheques",
        company_dependent=True,
        groups=ACCOUNTING,
        help="For companies with a separate ceiling for cheques; 0: none.",
    )

    # ------------------------------------------------------------------ the ceiling
    @api.constrains("credit_limit", "aria_cheque_ceiling")
    def _check_aria_ceiling(self):
        for partner in self.sudo():  # fields of accounting
            # one comparison refuses what is no number too
            if not all(
                0 <= partner[name] < 1e15 for name in ("credit_limit", "aria_cheque_ceiling")
            ):
                raise ValidationError(
                    self.env._(
                        "The ceiling of “%(customer)s” cannot be negative; enter 0 for none, or mark “No Credit”.",
                        customer=partner.display_name,
                    )
                )

    def write(self, vals):
        # EXTENDS 'account': branches share the ceiling of their root company; each change is kept
        touched = [name for name in CEILING if name in vals]
        if not touched:
            return super().write(vals)
        root = self.env.company.sudo().root_id  # sudo: which company it is
        before = {partner: partner._aria_read_ceiling(root) for partner in self}
        if self:
            debtors = self.sudo().commercial_partner_id  # sudo: ids only
            # whoever checks at this instant is replayed
            self.env["aria.credit.account"]._take(debtors, root)
        result = super(ResPartner, self.with_company(root)).write(vals)
        self._aria_record_changes(root, before, vals.get("aria_credit_reason"))
        return result

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'account'
        partners = super().create(vals_list)
        root = self.env.company.sudo().root_id  # sudo: which company it is
        for partner, vals in zip(partners, vals_list, strict=True):
            if any(vals.get(name) for name in CEILING):
                if root != self.env.company:
                    partner.write({name: vals[name] for name in CEILING if name in vals})
                else:
                    partner._aria_record_changes(
                        root, {partner: (0.0, False, 0.0)}, vals.get("aria_credit_reason")
                    )
        return partners

    def _aria_read_ceiling(self, root):
        partner = self.sudo().with_company(root)  # fields of accounting
        return partner.credit_limit, partner.aria_no_credit, partner.aria_cheque_ceiling

    def _aria_record_changes(self, root, before, reason):
        rows = []
        # contacts follow their company, whose change it is
        for partner in self.filtered(lambda p: p == p.commercial_partner_id):
            old, new = before[partner], partner._aria_read_ceiling(root)
            row = {
                "partner_id": partner.id,
                "company_id": root.id,
                "user_id": self.env.uid,
                "reason": reason,
            }
            if old[:2] != new[:2]:
                rows.append(
                    row
                    | {
                        "kind": "ceiling", "old_ceiling": old[0], "new_ceiling": new[0],
                        "old_no_credit": old[1], "new_no_credit": new[1],
                    }
                )  # fmt: skip
            if old[2] != new[2]:
                rows.append(row | {"kind": "cheques", "old_ceiling": old[2], "new_ceiling": new[2]})
        if rows:
            self.env["aria.credit.change"]._aria_engine_create(rows)

    def _aria_get_ceiling(self, company, amounts):
        """Return how much this customer may owe ``company`` (root) today, or None where there is no ceiling.

        Odoo's ``credit_limit`` (0: none), else that of the customer's class, and what it is raised by today; "no credit"
        is a ceiling of 0.

        :param amounts: of :meth:`_aria_get_exposures`, which brings the raises and the ceiling of the class along
        """
        partner = self.sudo().with_company(company)  # fields of accounting
        if partner.aria_no_credit:
            return 0.0
        limit = partner.credit_limit
        if not partner._aria_has_own_ceiling():
            limit = amounts[BY_CLASS] or limit
        return limit + amounts[RAISED] if limit else None

    def _aria_has_own_ceiling(self):
        """Return whether this (superuser) customer has a ceiling of his own, and not the one proposed for everybody."""
        usual = self._fields["credit_limit"].get_company_dependent_fallback(self)
        return self.credit_limit != usual

    def _aria_get_class_ceiling(self, company):
        """Return the ceiling that the customer's class has in ``company`` (root), 0 for none."""
        return self._aria_get_class_ceilings(company).get(self._origin.id, 0.0)

    def _aria_get_class_ceilings(self, company):
        """Return {customer id: ceiling of the class} of those of these customers whose class has one."""
        if not self.ids:
            return {}
        for model in ("aria.customer.class", "aria.customer.standing"):
            self.env[model].flush_model(FLUSHED[model])
        rows = self.env.execute_query(
            self._aria_sql_class_ceilings(company, SQL("ANY(%s)", list(self.ids)))
        )
        return {debtor: float(amount) for debtor, _category, _currency, amount in rows if amount}

    @api.model
    def _aria_sql_class_ceilings(self, company, debtors):
        """The ceilings of the classes in which customers stand; in the currency of the company."""
        return SQL(
            """
            SELECT s.partner_id, %(category)s, NULL::int, c.credit_ceiling
              FROM aria_customer_standing s
              JOIN aria_customer_class c ON c.id = s.class_id AND c.active AND c.has_credit_ceiling
             WHERE s.partner_id = %(debtors)s
               AND s.company_id = %(company)s
            """,
            category=BY_CLASS,
            debtors=debtors,
            company=company.id,
        )

    def _aria_filter_limited(self, company):
        """Return those of these customers to whom anything could stop a sale by ``company`` (root)."""
        if company.aria_credit_overdue_days:
            return self
        separate = company.aria_credit_separate_cheques
        partners = self.sudo().with_company(company)  # fields of accounting
        own = partners.filtered(
            lambda p: p.aria_no_credit or p.credit_limit or (separate and p.aria_cheque_ceiling)
        )
        by_class = (partners - own)._aria_get_class_ceilings(company)
        return self.filtered(lambda p: p in own or p._origin.id in by_class)

    def _aria_is_limited(self, company):
        """Return whether anything could stop a sale to this customer by ``company`` (root)."""
        return bool(self._aria_filter_limited(company))

    # ------------------------------------------------------------------ the exposure
    def aria_credit_exposure(self, company):
        """Return what this customer's commercial entity owes, by category.

        :param company: ``res.company`` record or id; its root company with all branches is meant
        :return: {category: amount in the company's currency, with tax}. Each document is counted once: the sum without
            ``overdue``, which is a part of ``receivable``, is the exposure. A category that the company does not count
            is 0; guarantees are negative
        :raise AccessError: neither of accounting nor a sales manager
        """
        self.ensure_one()
        self.check_access("read")
        if not self.env.su and not any(map(self.env.user.has_group, READERS)):
            raise AccessError(
                self.env._(
                    "What a customer owes is shown to accounting and to sales managers only."
                )
            )
        company = to_record(self.env, "res.company", company) or self.env.company
        amounts = self.sudo().commercial_partner_id._aria_get_exposures(company)  # right checked
        found = amounts[self.sudo().commercial_partner_id.id]  # the same
        return {category: found[category] for category in CATEGORIES}

    def _aria_get_exposures(self, company):
        """Return {debtor id: {category: amount}} of these commercial entities, by one statement."""
        root = company.sudo().root_id  # sudo: which company it is
        found = {
            debtor: dict.fromkeys((*CATEGORIES, OLD_OVERDUE, RAISED, BY_CLASS), 0.0)
            for debtor in self.ids
        }
        if not found:
            return found
        self._aria_flush_documents()
        parts = self._aria_get_credit_parts(root)
        rows = self.env.execute_query(
            SQL(
                """
                WITH aria_debtors AS MATERIALIZED (
                    SELECT id, commercial_partner_id FROM res_partner WHERE commercial_partner_id = ANY(%s)
                ) %s
                """,
                list(self.ids),
                SQL(" UNION ALL ").join(parts.values()),
            )
        )
        for debtor, category, currency, amount in rows:
            # each currency of a category is rounded once
            found[debtor][category] += self._aria_to_company(root, currency, float(amount or 0))
        counted = set(filter(root._aria_counts, CATEGORIES))
        for amounts in found.values():
            for category in CATEGORIES:
                if category not in counted:
                    amounts[category] = 0.0
                elif amounts[category]:
                    amounts[category] = root.currency_id.round(amounts[category])
            amounts["overdue"] = max(0.0, amounts["overdue"])
        return found

    @api.model
    def _aria_flush_documents(self):
        """Bring what the statement reads into the database, and no more: the rest is written once, at the end."""
        for model, names in FLUSHED.items():
            self.env[model].flush_model(names)

    @api.model
    def _aria_sum_exposure(self, amounts, company):
        """Return the exposure of ``amounts`` by category; what is overdue counts once, as a receivable."""
        total = sum(amounts[category] for category in CATEGORIES if category != "overdue")
        if not company.aria_credit_count_receivable:
            total += amounts["overdue"]
        return company.currency_id.round(total)

    @api.model
    def _aria_to_company(self, company, currency, amount):
        """Return ``amount`` of the currency with id ``currency`` at today's rate; no id: it is the company's."""
        if not currency or currency == company.currency_id.id:
            return company.currency_id.round(amount)
        currency = self.env["res.currency"].browse(currency)
        today = fields.Date.context_today(self)
        if not self._aria_has_rate(currency, company, today):
            raise UserError(
                self.env._(
                    "%(currency)s has no rate in “%(company)s”; enter one, so that what customers owe can be added up.",
                    currency=currency.sudo().name,  # the name only
                    company=company.name,
                )
            )
        return currency._convert(amount, company.currency_id, company, today)

    @api.model
    def _aria_has_rate(self, currency, company, day):
        # sudo: rates are read by whoever sells
        return bool(
            self.env["res.currency.rate"]
            .sudo()
            .search_count(
                [
                    ("currency_id", "=", currency.id),
                    ("company_id", "in", [False, company.id]),
                    ("name", "<=", day),
                ],
                limit=1,
            )
        )

    def _aria_get_credit_parts(self, company):
        """Return {category: SELECT of (debtor, category, currency or NULL, amount)} of these debtors.

        A hook: addons with further debts add a part, of a category of ``CATEGORIES``. All parts read ``aria_debtors``
        (id, commercial_partner_id): the debtors with their contacts, looked up once for all of them.

        :param company: the root company
        """
        debtors = SQL("ANY(%s)", list(self.ids))
        companies = SQL(
            "ANY(ARRAY(SELECT id FROM res_company WHERE parent_path LIKE %s))",
            f"{company.parent_path}%",
        )
        return {
            "receivable": self._aria_sql_receivable(company, companies),
            "orders": self._aria_sql_orders(company, companies),
            "touched_orders": self._aria_sql_touched_orders(company, companies),
            "proformas": self._aria_sql_proformas(companies),
            "draft_invoices": self._aria_sql_draft_invoices(debtors, companies),
            "uncleared": self._aria_sql_uncleared(company, companies),
            "guarantees": self._aria_sql_guarantees(company, companies),
            RAISED: self._aria_sql_raised(company, companies),
            BY_CLASS: self._aria_sql_class_ceilings(company, debtors),
        }

    def _aria_sql_receivable(self, company, companies):
        today = fields.Date.context_today(self)
        return SQL(
            """
            SELECT sums.debtor, kind.category, NULL::int, kind.amount
              FROM (
                SELECT p.commercial_partner_id AS debtor,
                       SUM(l.amount_residual) AS receivable,
                       SUM(l.amount_residual) FILTER (WHERE COALESCE(l.date_maturity, l.date) < %(today)s) AS overdue,
                       SUM(l.amount_residual) FILTER (
                           WHERE COALESCE(l.date_maturity, l.date) < %(today)s - %(days)s
                       ) AS old
                  FROM account_move_line l
                  JOIN aria_debtors p ON p.id = l.partner_id
                 WHERE l.account_id = ANY(
                           ARRAY(SELECT id FROM account_account WHERE account_type = 'asset_receivable'))
                   AND l.company_id = %(companies)s
                   AND l.parent_state = 'posted'
                   AND l.reconciled IS NOT TRUE
                 GROUP BY p.commercial_partner_id
              ) sums
             CROSS JOIN LATERAL (VALUES
                ('receivable', sums.receivable), ('overdue', sums.overdue), (%(old)s, sums.old)
             ) AS kind (category, amount)
            """,
            today=today,
            days=company.aria_credit_overdue_days,
            old=OLD_OVERDUE,
            companies=companies,
        )

    def _aria_sql_orders(self, company, companies):
        """Confirmed orders of which nothing was invoiced or given up: by their total, which is rounded as a whole.

        Most open orders are so, and their lines are not read: two indexes answer for thousands of them.
        """
        return SQL(
            """
            SELECT p.commercial_partner_id, 'orders', o.currency_id, SUM(o.amount_total)
              FROM aria_debtors p
              JOIN sale_order o ON o.partner_invoice_id = p.id
             WHERE o.company_id = %(companies)s
               AND o.state = 'sale'
               AND o.invoice_status IS DISTINCT FROM 'invoiced'
               AND NOT EXISTS (%(touched)s)
             GROUP BY p.commercial_partner_id, o.currency_id
            """,
            companies=companies,
            touched=self._aria_sql_touched(),
        )

    @api.model
    def _aria_sql_touched(self):
        """Whether lines of the order ``o`` must be looked at; in the words of the index of sale.order.line."""
        return SQL("SELECT FROM sale_order_line t WHERE t.order_id = o.id AND %s", SQL(TOUCHED))

    def _aria_sql_touched_orders(self, company, companies):
        """Confirmed orders with lines that are invoiced or given up: what is not invoiced yet, whatever their policy.

        What counts as a draft invoice is not counted here. Down payments that were invoiced, and are not deducted by an
        invoice yet, reduce an order.
        """
        drafts = company.aria_credit_count_draft_invoices
        return SQL(
            """
            SELECT rest.debtor, 'orders', rest.currency_id, SUM(GREATEST(rest.amount - COALESCE(paid.amount, 0), 0))
              FROM (
                SELECT p.commercial_partner_id AS debtor, o.id, o.currency_id,
                       CASE WHEN bool_and(line.whole) THEN o.amount_total ELSE SUM(line.rest) END AS amount,
                       bool_or(l.is_downpayment) AS prepaid
                  FROM aria_debtors p
                  JOIN sale_order o ON o.partner_invoice_id = p.id
                  JOIN sale_order_line l ON l.order_id = o.id AND l.display_type IS NULL
                  %(join_drafts)s
                 CROSS JOIN LATERAL (SELECT
                    CASE WHEN l.aria_outcome IN ('lost', 'void')
                           OR l.is_downpayment AND l.product_uom_qty = 0 THEN 0
                         ELSE %(promised)s - COALESCE(l.qty_invoiced, 0) + %(drafted)s
                    END AS quantity
                    OFFSET 0  -- computed once, not wherever it is named: planning costs more than the sum
                 ) AS open
                 CROSS JOIN LATERAL (SELECT
                    GREATEST(open.quantity, 0) * CASE
                        WHEN open.quantity <= 0 THEN 0
                        WHEN l.product_uom_qty = 0 THEN %(unordered_price)s
                        ELSE l.price_total / l.product_uom_qty
                    END AS rest,
                    open.quantity = l.product_uom_qty AS whole
                    OFFSET 0
                 ) AS line
                 WHERE o.company_id = %(companies)s
                   AND o.state = 'sale'
                   %(looked_at)s
                 GROUP BY p.commercial_partner_id, o.id
              ) rest
              LEFT JOIN LATERAL (%(down_payments)s) paid ON rest.prepaid
             GROUP BY rest.debtor, rest.currency_id
            """,
            companies=companies,
            promised=self._aria_sql_promised(),
            unordered_price=self._aria_sql_unordered_price(),
            drafted=SQL("0") if drafts else SQL("COALESCE(draft.quantity, 0)"),
            join_drafts=SQL("") if drafts else self._aria_sql_join_drafts(),
            looked_at=self._aria_sql_looked_at(drafts),
            down_payments=self._aria_sql_down_payments(drafts),
        )

    @api.model
    def _aria_sql_looked_at(self, drafts):
        """The orders whose lines are read. Core takes an order for invoiced that stands on a draft."""
        touched = SQL("EXISTS (%s)", self._aria_sql_touched())
        if drafts:
            return SQL("AND o.invoice_status IS DISTINCT FROM 'invoiced' AND %s", touched)
        return SQL("AND (o.invoice_status = 'invoiced' OR %s)", touched)

    @api.model
    def _aria_sql_promised(self):
        """The quantity of an order line that is or will be owed: ordered, or more where what is delivered is invoiced."""
        return SQL(
            """
            CASE WHEN l.qty_delivered > l.product_uom_qty AND EXISTS (
                    SELECT 1
                      FROM product_product v
                      JOIN product_template t ON t.id = v.product_tmpl_id
                     WHERE v.id = l.product_id AND t.invoice_policy = 'delivery')
                 THEN l.qty_delivered ELSE l.product_uom_qty END
            """
        )

    @api.model
    def _aria_sql_unordered_price(self):
        """The price with tax of what was delivered without an order: lines without a quantity have no total."""
        return SQL(
            """
            l.price_unit * (1 - COALESCE(l.discount, 0) / 100) * (1 + COALESCE((
                SELECT SUM(t.amount) / 100
                  FROM account_tax_sale_order_line_rel x
                  JOIN account_tax t ON t.id = x.account_tax_id
                  JOIN res_company c ON c.id = t.company_id
                 WHERE x.sale_order_line_id = l.id AND t.amount_type = 'percent'
                   AND COALESCE(t.price_include_override, c.account_price_include) = 'tax_excluded'
            ), 0))
            """
        )

    @api.model
    def _aria_sql_join_drafts(self):
        """The quantity of an order line that stands on draft invoices, which core takes for invoiced."""
        return SQL(
            """
            LEFT JOIN LATERAL (
                SELECT SUM(
                           i.quantity * CASE m.move_type WHEN 'out_refund' THEN -1 ELSE 1 END
                           * COALESCE(iu.factor / lu.factor, 1)
                       ) AS quantity
                  FROM sale_order_line_invoice_rel r
                  JOIN account_move_line i ON i.id = r.invoice_line_id
                  JOIN account_move m ON m.id = i.move_id
                  LEFT JOIN uom_uom iu ON iu.id = i.product_uom_id
                  LEFT JOIN uom_uom lu ON lu.id = l.product_uom_id
                 WHERE r.order_line_id = l.id AND m.state = 'draft'
            ) draft ON true
            """
        )

    @api.model
    def _aria_sql_down_payments(self, drafts):
        """Down payments on invoices of an order, less what later invoices deducted, in the order's currency.

        Core's lines of down payments have no quantity; one that has is goods, whatever is typed on it.
        """
        return SQL(
            """
            SELECT SUM(
                       i.price_total * CASE m.move_type WHEN 'out_refund' THEN -1 ELSE 1 END
                       * CASE WHEN m.currency_id = o.currency_id THEN 1
                              ELSE o.currency_rate / NULLIF(m.invoice_currency_rate, 0) END
                   ) AS amount
              FROM sale_order o
              JOIN sale_order_line d ON d.order_id = o.id AND d.is_downpayment AND d.display_type IS NULL
                                    AND d.product_uom_qty = 0
              JOIN sale_order_line_invoice_rel r ON r.order_line_id = d.id
              JOIN account_move_line i ON i.id = r.invoice_line_id
              JOIN account_move m ON m.id = i.move_id
             WHERE o.id = rest.id AND m.state IN %s
            """,
            ("posted", "draft") if drafts else ("posted",),
        )

    @api.model
    def _aria_sql_proformas(self, companies):
        """Quotations whose pro-forma is valid today."""
        return SQL(
            """
            SELECT p.commercial_partner_id, 'proformas', o.currency_id, SUM(o.amount_total)
              FROM aria_debtors p
              JOIN sale_order o ON o.partner_invoice_id = p.id
             WHERE o.company_id = %(companies)s
               AND o.state IN ('draft', 'sent')
               AND o.aria_proforma_number IS NOT NULL
               AND o.aria_proforma_valid_until >= %(today)s
             GROUP BY p.commercial_partner_id, o.currency_id
            """,
            companies=companies,
            today=fields.Date.context_today(self),
        )

    @api.model
    def _aria_sql_draft_invoices(self, debtors, companies):
        """Draft invoices; a draft credit note counts where it gives an order back, which then is owed by the order."""
        return SQL(
            """
            SELECT m.commercial_partner_id, 'draft_invoices', NULL::int, SUM(m.amount_total_signed)
              FROM account_move m
             WHERE m.commercial_partner_id = %(debtors)s
               AND m.company_id = %(companies)s
               AND m.state = 'draft'
               AND (m.move_type IN ('out_invoice', 'out_receipt')
                    OR m.move_type = 'out_refund' AND EXISTS (
                        SELECT 1
                          FROM account_move_line i
                          JOIN sale_order_line_invoice_rel r ON r.invoice_line_id = i.id
                         WHERE i.move_id = m.id))
             GROUP BY m.commercial_partner_id
            """,
            debtors=debtors,
            companies=companies,
        )

    @api.model
    def _aria_sql_uncleared(self, company, companies):
        """What stands in the customer's name on the accounts of payments that have not arrived."""
        return SQL(
            """
            SELECT p.commercial_partner_id, 'uncleared', NULL::int,
                   SUM(CASE WHEN a.reconcile THEN l.amount_residual ELSE l.balance END)
              FROM account_move_line l
              JOIN aria_debtors p ON p.id = l.partner_id
              JOIN account_account a ON a.id = l.account_id
             WHERE l.company_id = %(companies)s
               AND l.account_id = ANY(ARRAY(
                   SELECT account_account_id
                     FROM res_company_aria_uncleared_account_rel
                    WHERE res_company_id = %(company)s))
               AND l.parent_state = 'posted'
               AND l.reconciled IS NOT TRUE
               %(own)s
             GROUP BY p.commercial_partner_id
            """,
            companies=companies,
            company=company.id,
            own=self._aria_get_uncleared_condition(company),
        )

    @api.model
    def _aria_get_uncleared_condition(self, company):
        """Return a further "AND …" over the journal items ``l``: a hook for addons that count some of them elsewhere."""
        return SQL("")

    @api.model
    def _aria_sql_guarantees(self, company, companies):
        return self._aria_sql_valid("aria_credit_guarantee", "guarantees", -1, companies)

    @api.model
    def _aria_sql_raised(self, company, companies):
        return self._aria_sql_valid("aria_credit_raise", RAISED, 1, companies)

    @api.model
    def _aria_sql_valid(self, table, category, sign, companies):
        """Sum up the rows of ``table`` that are valid today, times ``sign``."""
        return SQL(
            """
            SELECT p.commercial_partner_id, %(category)s, NULL::int, %(sign)s * SUM(v.amount)
              FROM %(table)s v
              JOIN aria_debtors p ON p.id = v.partner_id
             WHERE v.company_id = %(companies)s
               AND v.active
               AND %(today)s BETWEEN v.date_from AND COALESCE(v.date_to, 'infinity')
             GROUP BY p.commercial_partner_id
            """,
            table=SQL.identifier(table),
            category=category,
            sign=sign,
            companies=companies,
            today=fields.Date.context_today(self),
        )

    def _aria_get_aging(self, company):
        """Return rows of (debtor, not due, 1–30, 31–60, 61–90, over 90 days overdue) of these customers."""
        self._aria_flush_documents()
        today = fields.Date.context_today(self)
        return self.env.execute_query(
            SQL(
                """
                SELECT p.commercial_partner_id,
                       COALESCE(SUM(l.amount_residual) FILTER (WHERE age.days <= 0), 0),
                       COALESCE(SUM(l.amount_residual) FILTER (WHERE age.days BETWEEN 1 AND 30), 0),
                       COALESCE(SUM(l.amount_residual) FILTER (WHERE age.days BETWEEN 31 AND 60), 0),
                       COALESCE(SUM(l.amount_residual) FILTER (WHERE age.days BETWEEN 61 AND 90), 0),
                       COALESCE(SUM(l.amount_residual) FILTER (WHERE age.days > 90), 0)
                  FROM account_move_line l
                  JOIN res_partner p ON p.id = l.partner_id
                  JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
                 CROSS JOIN LATERAL (SELECT %(today)s - COALESCE(l.date_maturity, l.date) AS days) AS age
                 WHERE p.commercial_partner_id = ANY(%(debtors)s)
                   AND l.company_id = ANY(ARRAY(SELECT id FROM res_company WHERE parent_path LIKE %(path)s))
                   AND l.parent_state = 'posted'
                   AND l.reconciled IS NOT TRUE
                 GROUP BY p.commercial_partner_id
                """,
                today=today,
                debtors=list(self.ids),
                path=f"{company.parent_path}%",
            )
        )

    @api.depends_context("company")
    def _compute_credit_to_invoice(self):
        # OVERRIDES 'sale', which loads all open orders of the customer to show one banner
        debtors = self.commercial_partner_id & self
        (self - debtors).credit_to_invoice = 0.0
        used = debtors.ids and self.env.company.account_use_credit_limit
        found = debtors._aria_get_exposures(self.env.company) if used else {}
        for debtor in debtors:
            debtor.credit_to_invoice = found.get(debtor.id, {}).get("orders", 0.0)

    # ------------------------------------------------------------------ the statement
    def action_aria_credit(self):
        """Open the statement of this customer's credit with the current company."""
        self.ensure_one()
        self.check_access("read")
        if not any(map(self.env.user.has_group, READERS)):
            raise AccessError(
                self.env._(
                    "What a customer owes is shown to accounting and to sales managers only."
                )
            )
        account = self.env["aria.credit.account"]._aria_get_account(self, self.env.company)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Credit"),
            "res_model": "aria.credit.account",
            "res_id": account.id,
            "view_mode": "form",
        }


def _is_above(amount, ceiling, tolerance, currency):
    """Return whether ``amount`` is above ``ceiling`` and ``tolerance`` per cent of it, in units of ``currency``."""
    limit = ceiling * (1 + tolerance / 100)
    return float_compare(amount, limit, precision_rounding=currency.rounding) > 0
