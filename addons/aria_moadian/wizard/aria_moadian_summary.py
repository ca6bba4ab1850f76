from odoo import fields, models
from odoo.tools import SQL

BUCKETS = [
    ("accepted", "At the Tax Organisation"),
    ("under_way", "Under Way"),
    ("open", "To Be Sent"),
    ("refused", "Refused"),
    ("cancelled", "Cancelled There"),
    ("none", "Not for the Tax Organisation"),
    ("entry", "Other Entries with Sales Tax"),
]
STATES = {
    "accepted": ("accepted", "warned"),
    "under_way": ("sent", "in_process"),
    "open": ("to_check", "ready"),
    "refused": ("refused",),
    "cancelled": ("cancelled",),
    "none": ("none",),
}
DOCUMENTS = [
    ("out_invoice", "Customer Invoice"),
    ("out_refund", "Customer Credit Note"),
    ("entry", "Other Entry"),
]
SALES = ("out_invoice", "out_refund")


class AriaMoadianSummary(models.TransientModel):
    """VAT of a period as the books have it, and as the tax organisation has it.

    The books are the posted journal items: what they add up to is Odoo's own tax report. What the organisation has is
    added up from the packets it accepted: an original counts as it is, a correction or return with what it changes, a
    cancellation takes its reference away, each in the period of its own document.
    """

    _name = "aria.moadian.summary"
    _description = "VAT Summary"
    _inherit = ["aria.moadian.period.mixin"]

    currency_id = fields.Many2one(related="company_id.currency_id")
    line_ids = fields.One2many("aria.moadian.summary.line", "summary_id", readonly=True)
    vat = fields.Monetary("VAT in the Books", readonly=True)
    there_vat = fields.Monetary("VAT at the Organisation", readonly=True)
    difference = fields.Monetary(readonly=True)

    def action_compute(self):
        """Add up the period; the form shows it."""
        self._check_asked()
        self.line_ids.unlink()
        # what the statements read is not flushed by them
        self.env["account.move.line"].flush_model()
        self.env["account.move"].flush_model()
        rows = self.env.execute_query_dict(self._get_query())
        rows.sort(
            key=lambda row: ([key for key, _ in BUCKETS].index(row["bucket"]), row["move_type"])
        )
        for row in rows:
            row["difference"] = row["vat"] - row["there_vat"]
        self.write(
            {
                "line_ids": [fields.Command.create(row) for row in rows],
                **{
                    name: sum(row[name] for row in rows)
                    for name in ("vat", "there_vat", "difference")
                },
            }
        )
        return self._show()

    def _get_query(self):
        """Return the statement that gives a row for each kind of document and bucket."""
        return SQL(
            """
            WITH book AS (%(book)s), there AS (%(there)s)
            SELECT bucket, move_type, COUNT(*) AS count, SUM(base) AS base, SUM(vat) AS vat,
                   SUM(other) AS other, COALESCE(SUM(there.there_base), 0) AS there_base,
                   COALESCE(SUM(there.there_vat), 0) AS there_vat,
                   COALESCE(SUM(there.there_other), 0) AS there_other
              FROM book LEFT JOIN there ON there.move_id = book.id
             GROUP BY bucket, move_type
            """,
            book=self._get_book_query(),
            there=self._get_there_query(),
        )

    def _get_book_query(self):
        """Return the statement for (document, bucket, amounts in the books), signed as the seller owes them."""
        buckets = SQL(" ").join(
            SQL("WHEN m.aria_moadian_state IN %s THEN %s", states, bucket)
            for bucket, states in STATES.items()
        )
        return SQL(
            """
            SELECT m.id, CASE WHEN m.move_type IN %(sales)s THEN m.move_type ELSE 'entry' END AS move_type,
                   CASE WHEN m.move_type NOT IN %(sales)s THEN 'entry' %(buckets)s ELSE 'none' END AS bucket,
                   SUM(CASE WHEN l.display_type = 'product' THEN -l.balance ELSE 0 END) AS base,
                   SUM(CASE WHEN t.aria_moadian_kind = 'vat' THEN -l.balance ELSE 0 END) AS vat,
                   SUM(CASE WHEN t.aria_moadian_kind IN ('other', 'legal') THEN -l.balance ELSE 0 END) AS other
              FROM account_move m
              JOIN account_move_line l ON l.move_id = m.id
              LEFT JOIN account_tax t ON t.id = l.tax_line_id AND t.type_tax_use = 'sale'
             WHERE m.company_id = %(company)s AND m.state = 'posted' AND m.date BETWEEN %(start)s AND %(end)s
               AND (m.move_type IN %(sales)s OR t.id IS NOT NULL)
             GROUP BY m.id
            """,
            sales=SALES,
            buckets=buckets,
            company=self.company_id.id,
            start=self.date_start,
            end=self.date_end,
        )

    def _get_there_query(self):
        """Return the statement for (document, what its accepted packets changed at the organisation)."""
        return SQL(
            """
            SELECT s.move_id, %(base)s AS there_base, %(vat)s AS there_vat, %(other)s AS there_other
              FROM aria_moadian_submission s
              JOIN book ON book.id = s.move_id
              LEFT JOIN aria_moadian_submission r ON r.id = s.reference_id
             WHERE s.state IN ('accepted', 'warned')
             GROUP BY s.move_id
            """,
            base=self._get_change("tadis", "torv"),
            vat=self._get_change("tvam"),
            other=self._get_change("todam"),
        )

    def _get_change(self, *names):
        """Return the sum of what packets changed in a total: their own minus that of what they refer to."""
        parts = [
            SQL(
                "CASE WHEN %s = '3' THEN 0 ELSE COALESCE(%s, 0) END",
                SQL.identifier(table, "subject"),
                SQL(", ").join(
                    SQL(
                        "(%s::jsonb #>> %s)::numeric",
                        SQL.identifier(table, "content"),
                        f"{{header,{name}}}",
                    )
                    for name in names
                ),
            )
            for table in ("s", "r")
        ]
        return SQL("SUM(%s - COALESCE(%s, 0))", *parts)


class AriaMoadianSummaryLine(models.TransientModel):
    _name = "aria.moadian.summary.line"
    _description = "Row of the VAT Summary"

    summary_id = fields.Many2one(
        "aria.moadian.summary", required=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="summary_id.currency_id")
    bucket = fields.Selection(BUCKETS, "State")
    move_type = fields.Selection(DOCUMENTS, "Document")
    count = fields.Integer("Number")
    base = fields.Monetary("Amount in the Books")
    vat = fields.Monetary("VAT in the Books")
    other = fields.Monetary("Other Taxes in the Books")
    there_base = fields.Monetary("Amount There")
    there_vat = fields.Monetary("VAT There")
    there_other = fields.Monetary("Other Taxes There")
    difference = fields.Monetary("VAT Difference")

    def action_open(self):
        """Open the documents that a row adds up."""
        self.ensure_one()
        summary = self.summary_id
        domain = [
            ("company_id", "=", summary.company_id.id),
            ("state", "=", "posted"),
            ("date", ">=", summary.date_start),
            ("date", "<=", summary.date_end),
        ]
        if self.bucket == "entry":
            domain += [
                ("move_type", "not in", SALES),
                ("line_ids.tax_line_id.type_tax_use", "=", "sale"),
            ]
        else:
            domain += [
                ("move_type", "=", self.move_type),
                ("aria_moadian_state", "in", STATES[self.bucket]),
            ]
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aria_moadian.account_move_action_moadian"
        )
        return {**action, "domain": domain, "context": {}}
