import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

FIGURES = (
    "sales_team.group_sale_salesman,account.group_account_invoice,account.group_account_readonly"
)
# fields of contacts, and the columns of the standing that they show
STANDING = {
    "aria_class_id": "class_id",
    "aria_class_since": "class_since",
    "aria_rfm_score": "rfm_score",
    "aria_abc": "abc",
    "aria_recency": "recency",
    "aria_frequency": "frequency",
    "aria_monetary": "monetary",
    "aria_invoice_count": "invoice_count",
    "aria_last_invoice_date": "last_invoice_date",
    "aria_turnover": "turnover",
    "aria_days_late": "days_late",
    "aria_bounced_count": "bounced_count",
}


def standing(field_class, name, *args, **options):
    """Return a field that shows a column of the standing of the commercial contact in the company at hand."""
    return field_class(
        *args,
        compute="_compute_aria_standing",
        search=lambda self, operator, value: self._search_aria_standing(name, operator, value),
        compute_sudo=True,
        aria_engine=True,
        **options,
    )


class ResPartner(models.Model):
    """Contacts show the class and the measures of their commercial contact, in the company at hand."""

    _name = "res.partner"
    _inherit = ["res.partner", "aria.engine.mixin"]

    aria_class_id = standing(
        fields.Many2one, "aria_class_id", "aria.customer.class", string="Customer Class"
    )
    aria_class_since = standing(fields.Datetime, "aria_class_since", "In the Class Since")
    aria_rfm_score = standing(
        fields.Char,
        "aria_rfm_score",
        "RFM",
        help="How recently, how often and how much the customer buys: fifths of all customers, 5 is best.",
    )
    aria_abc = standing(
        fields.Selection,
        "aria_abc",
        [("A", "A"), ("B", "B"), ("C", "C")],
        string="ABC",
        help="A: the customers that make up 80 % of the turnover; B: those up to 95 %; C: the others.",
    )
    aria_recency = standing(fields.Integer, "aria_recency", "Recency", aggregator="avg")
    aria_frequency = standing(fields.Integer, "aria_frequency", "Frequency", aggregator="avg")
    aria_monetary = standing(fields.Integer, "aria_monetary", "Monetary", aggregator="avg")
    aria_invoice_count = standing(
        fields.Integer, "aria_invoice_count", "Invoices Counted", groups=FIGURES, aggregator="sum"
    )
    aria_last_invoice_date = standing(
        fields.Date, "aria_last_invoice_date", "Last Invoice", groups=FIGURES
    )
    aria_turnover = standing(
        fields.Monetary,
        "aria_turnover",
        "Turnover",
        currency_field="aria_company_currency_id",
        groups=FIGURES,
        aggregator="sum",
    )
    aria_days_late = standing(
        fields.Float,
        "aria_days_late",
        "Average Days Late",
        digits=(16, 1),
        groups=FIGURES,
        aggregator="avg",
        help="Payments after their due date, and what is overdue; in time counts as 0.",
    )
    aria_bounced_count = standing(
        fields.Integer, "aria_bounced_count", "Bounced Cheques", groups=FIGURES, aggregator="sum"
    )
    aria_company_currency_id = fields.Many2one(
        "res.currency", string="Currency of the Company", compute="_compute_aria_company_currency"
    )
    aria_is_commercial = fields.Boolean(
        "Customer of Its Own", compute="_compute_aria_is_commercial"
    )
    aria_class_change_ids = fields.One2many(
        "aria.customer.class.change", "partner_id", string="Changes of Class", groups=FIGURES
    )

    @api.depends("commercial_partner_id")
    @api.depends_context("company")
    def _compute_aria_standing(self):
        rows = self.env["aria.customer.standing"].search(
            [
                ("partner_id", "in", self.commercial_partner_id._origin.ids),
                ("company_id", "=", self.env.company.id),
            ]
        )
        found = rows.grouped(lambda row: row.partner_id.id)
        for partner in self:
            row = found.get(partner.commercial_partner_id._origin.id, rows.browse())
            for name, column in STANDING.items():
                partner[name] = row[column]

    @api.depends_context("company")
    def _compute_aria_company_currency(self):
        self.aria_company_currency_id = self.env.company.currency_id

    @api.depends("commercial_partner_id")
    def _compute_aria_is_commercial(self):
        for partner in self:
            partner.aria_is_commercial = partner.commercial_partner_id == partner

    # ------------------------------------------------------------------ searching and grouping
    @api.model
    def _search_aria_standing(self, name, operator, value):
        def to_sql(model, alias, query):
            field = model._fields[name]
            return field.condition_to_sql(name, operator, value, model, alias, query)

        return Domain.custom(to_sql=to_sql)

    def _field_to_sql(self, alias, field_expr, query=None):
        # EXTENDS 'base': contacts are searched, sorted, grouped and counted by what the standing holds
        if query is None or field_expr not in STANDING:
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], "read")
        joined = query.make_alias(alias, "aria_standing")
        query.add_join(
            "LEFT JOIN",
            joined,
            "aria_customer_standing",
            SQL(
                "%s = %s AND %s = %s",
                SQL.identifier(joined, "partner_id"),
                self._field_to_sql(alias, "commercial_partner_id", query),
                SQL.identifier(joined, "company_id"),
                self.env.company.id,
            ),
        )
        return SQL.identifier(joined, STANDING[field_expr])

    @api.model
    def _aria_is_commercial_sql(self, model, alias, query):
        """Return the SQL condition that contacts are customers of their own."""
        field = model._field_to_sql(alias, "commercial_partner_id", query)
        return SQL("%s = %s", field, SQL.identifier(alias, "id"))

    @api.model
    def _aria_parse_condition(self, text, name):
        """Return the condition over contacts that is written in ``text``, as a :class:`Domain`.

        It is tried with the rights of the user, so that nobody asks for what he may not read.

        :param name: what the sentence names when there is none
        :raise ValidationError: it is no condition, or asks for what the user may not read
        """
        try:
            domain = self.env["aria.workflow"]._aria_parse_domain(text)
            self.search(domain, limit=1)
        except psycopg2.OperationalError:
            raise
        except Exception as error:  # whatever is typed there must end in a sentence
            raise ValidationError(
                self.env._(
                    "The condition of “%(name)s” cannot be understood: %(reason)s."
                    " Choose it anew with the editor.",
                    name=name,
                    reason=str(error).rstrip("."),
                )
            ) from error
        return domain

    # ------------------------------------------------------------------ proposals
    def _aria_get_proposals(self):
        """Return what the classes of these contacts propose: {commercial contact: {field: value to write}}.

        Only what differs from what the contact has. Addons add further fields.
        """
        found = {}
        for partner in self.commercial_partner_id:
            customer_class, proposed = partner.aria_class_id, {}
            pricelist = customer_class.pricelist_id
            if pricelist and partner.property_product_pricelist != pricelist:
                proposed["property_product_pricelist"] = pricelist.id
            if customer_class.has_credit_ceiling:
                # sudo: compared only; salespersons may not read what a customer may owe
                current = partner.sudo().credit_limit
                if partner.env.company.currency_id.compare_amounts(
                    current, customer_class.credit_ceiling
                ):
                    proposed["credit_limit"] = customer_class.credit_ceiling
            if proposed:
                found[partner] = proposed
        return found

    def action_aria_apply_proposals(self):
        """Write on these customers what their classes propose, as far as the user may write it.

        :raise UserError: there is nothing that the user could take over
        """
        self.check_access("write")
        done = False
        for partner, proposed in self._aria_get_proposals().items():
            vals = {
                name: value
                for name, value in proposed.items()
                if partner._has_field_access(partner._fields[name], "write")
            }
            if vals:
                partner.write(vals)
                partner._aria_note_proposals(vals)
                done = True
        if not done:
            raise UserError(
                self.env._(
                    "There is nothing that you could take over: the class proposes nothing else than what is set,"
                    " or only accountants may set it."
                )
            )
        return True

    def _aria_note_proposals(self, vals):
        """Note in the chatter that ``vals`` were taken over from the class."""
        self.ensure_one()
        labels = [self._fields[name]._description_string(self.env) for name in vals]
        self.message_post(
            body=self.env._(
                "Taken over from the class “%(name)s”: %(fields)s",
                name=self.aria_class_id.name,
                fields=", ".join(labels),
            )
        )
