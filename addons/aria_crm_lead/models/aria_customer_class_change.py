from odoo import api, fields, models
from odoo.tools import SQL


class AriaCustomerClassChange(models.Model):
    """A move of a customer from class to class, with its reason; append-only."""

    _name = "aria.customer.class.change"
    _inherit = ["aria.append.only.mixin"]
    _description = "Change of Class"
    _order = "date desc, id desc"
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
    date = fields.Datetime(required=True, readonly=True, index=True)
    user_id = fields.Many2one(
        "res.users", string="By", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    from_class_id = fields.Many2one(
        "aria.customer.class",
        string="From",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    to_class_id = fields.Many2one(
        "aria.customer.class",
        string="To",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    cause = fields.Selection(
        [
            ("first", "Classed for the first time"),
            ("measures", "Measures have changed"),
            ("condition", "Condition of a class, or data of the contact, has changed"),
            ("archived", "The contact was archived"),
            ("part", "The contact became part of another one"),
            ("unfit", "No class fits any more"),
        ],
        required=True,
        readonly=True,
    )
    old_rfm_score = fields.Char("RFM Before", readonly=True)
    rfm_score = fields.Char("RFM", readonly=True)
    old_abc = fields.Char("ABC Before", readonly=True)
    abc = fields.Char("ABC", readonly=True)
    reason = fields.Char(compute="_compute_reason")

    @api.depends("cause", "old_rfm_score", "rfm_score", "old_abc", "abc")
    @api.depends_context("lang")
    def _compute_reason(self):
        causes = dict(self._fields["cause"]._description_selection(self.env))
        for change in self:
            moves = [
                f"{label} {old or '–'} → {new or '–'}"
                for label, old, new in (
                    ("RFM", change.old_rfm_score, change.rfm_score),
                    ("ABC", change.old_abc, change.abc),
                )
                if old != new
            ]
            # figures stay in their order among Persian words
            figures = f" (\u2066{', '.join(moves)}\u2069)" if moves else ""
            change.reason = f"{causes.get(change.cause, '')}{figures}"

    @api.depends("from_class_id", "to_class_id", "partner_id")
    def _compute_display_name(self):
        for change in self:
            nothing = self.env._("no class")
            names = (change.from_class_id.name or nothing, change.to_class_id.name or nothing)
            change.display_name = f"{change.partner_id.display_name}: {' → '.join(names)}"

    @api.model
    def _log_sql(self):
        """Return the statement that logs the rows of ``moved``, a query of the job that classes customers."""
        return SQL(
            """
            INSERT INTO aria_customer_class_change
                   (partner_id, company_id, date, user_id, from_class_id, to_class_id, cause,
                    old_rfm_score, rfm_score, old_abc, abc)
            SELECT moved.partner_id, %(company)s, %(now)s, %(user)s, from_class_id, to_class_id,
                   CASE WHEN NOT partner.active THEN 'archived'
                        WHEN partner.commercial_partner_id != partner.id THEN 'part'
                        WHEN to_class_id IS NULL AND (rfm_score, abc) IS NOT DISTINCT FROM
                             (placed_rfm_score, placed_abc) THEN 'unfit'
                        WHEN from_class_id IS NULL AND placed_rfm_score IS NULL
                             AND placed_abc IS NULL AND NOT EXISTS (
                                SELECT FROM aria_customer_class_change AS earlier
                                 WHERE earlier.partner_id = moved.partner_id
                                   AND earlier.company_id = %(company)s) THEN 'first'
                        WHEN (rfm_score, abc) IS DISTINCT FROM (placed_rfm_score, placed_abc)
                        THEN 'measures' ELSE 'condition' END,
                   placed_rfm_score, rfm_score, placed_abc, abc
              FROM moved
              JOIN res_partner AS partner ON partner.id = moved.partner_id
            """,
            company=self.env.company.id,
            now=fields.Datetime.now(),
            user=self.env.uid,
        )
