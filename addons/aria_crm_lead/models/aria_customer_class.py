import math

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain


class AriaCustomerClass(models.Model):
    """A class of customers: whoever fits its condition, and none of a class before it.

    Conditions may name the measures of customers (RFM, ABC, days late …) and whatever else a contact has.
    """

    _name = "aria.customer.class"
    _description = "Customer Class"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer("Priority", default=10, help="The first class that fits is taken.")
    active = fields.Boolean(default=True)
    color = fields.Integer()
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: all companies class by it."
    )
    domain = fields.Char(
        "Condition", default="[]", required=True, help="Contacts that fit are of this class."
    )
    note = fields.Text("Meaning", translate=True)
    customer_count = fields.Integer("Customers", compute="_compute_customer_count")
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    pricelist_id = fields.Many2one(
        "product.pricelist",
        string="Proposed Pricelist",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )
    has_credit_ceiling = fields.Boolean("Proposes a Credit Ceiling")
    credit_ceiling = fields.Monetary(
        "Proposed Credit Ceiling", help="In the currency of the company; what a customer may owe."
    )
    plan_ids = fields.One2many("aria.contact.plan", "class_id", string="Contact Plans")

    @api.depends("company_id")
    @api.depends_context("company")
    def _compute_currency_id(self):
        for customer_class in self:
            company = customer_class.company_id or self.env.company
            customer_class.currency_id = company.currency_id

    @api.depends_context("company")
    def _compute_customer_count(self):
        rows = self.env["aria.customer.standing"]._read_group(
            [("class_id", "in", self.ids), ("company_id", "=", self.env.company.id)],
            ["class_id"],
            ["__count"],
        )
        counts = {customer_class.id: count for customer_class, count in rows}
        for customer_class in self:
            customer_class.customer_count = counts.get(customer_class.id, 0)

    # ------------------------------------------------------------------ conditions
    @api.model
    def _get_of_company(self):
        """Return the active classes of the company of the environment, in their order."""
        return self.search(
            [("company_id", "in", (False, self.env.company.id)), ("active", "=", True)]
        )

    def _parse_domain(self):
        """Return the condition as a :class:`Domain`."""
        self.ensure_one()
        return self.env["aria.workflow"]._aria_parse_domain(self.domain)

    @api.model
    def _get_candidates(self, low, high):
        """Return the query of the contacts with ids in (low, high] that the company may class."""
        partners = self.env["res.partner"].with_context(active_test=False)
        company = self.env.company
        domain = Domain(
            [
                ("id", ">", low),
                ("id", "<=", high),
                ("active", "=", True),
                ("company_id", "in", (False, company.id)),
                ("id", "not in", company.partner_id.ids),
            ]
        )
        return partners._search(domain & Domain.custom(to_sql=partners._aria_is_commercial_sql))

    def _condition_sql(self, query):
        """Return the condition of this class as SQL over ``query``, which gets the joins that it needs."""
        self.ensure_one()
        partners = self.env["res.partner"].with_context(active_test=False)
        domain = self._parse_domain().optimize_full(partners)
        return domain._to_sql(partners, query.table, query)

    def _check_condition(self):
        """Refuse a condition that is none, or that asks for what the user may not read."""
        for customer_class in self:
            self.env["res.partner"]._aria_parse_condition(
                customer_class.domain, customer_class.name
            )

    # ------------------------------------------------------------------ guards
    @api.constrains("credit_ceiling", "has_credit_ceiling")
    def _check_credit_ceiling(self):
        for customer_class in self:
            if customer_class.credit_ceiling < 0:
                raise ValidationError(
                    self.env._(
                        "The credit ceiling of “%(name)s” is negative; type zero or more.",
                        name=customer_class.name,
                    )
                )

    @api.model
    def _check_vals(self, vals):
        ceiling = vals.get("credit_ceiling")
        if isinstance(ceiling, float) and not math.isfinite(ceiling):
            raise ValidationError(
                self.env._("“%(value)s” is no amount; type zero or more.", value=ceiling)
            )

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'base'
        for vals in vals_list:
            self._check_vals(vals)
        classes = super().create(vals_list)
        classes._check_condition()
        return classes

    def write(self, vals):
        # EXTENDS 'base'
        self._check_vals(vals)
        result = super().write(vals)
        if "domain" in vals:
            self._check_condition()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        # sudo: the history of other companies counts too
        rows = self.env["aria.customer.class.change"].sudo()
        domain = ["|", ("from_class_id", "in", self.ids), ("to_class_id", "in", self.ids)]
        used = rows.search(domain, limit=1)
        if used:
            customer_class = (used.from_class_id | used.to_class_id) & self
            raise UserError(
                self.env._(
                    "Customers have been in the class “%(name)s” and cannot lose that history; archive it.",
                    name=customer_class[:1].name,
                )
            )

    def copy_data(self, default=None):
        # EXTENDS 'base'
        vals_list = super().copy_data(default)
        for customer_class, vals in zip(self, vals_list, strict=True):
            if "name" not in (default or {}):
                vals["name"] = self.env._("%(name)s (copy)", name=customer_class.name)
        return vals_list

    # ------------------------------------------------------------------ public
    def action_classify(self):
        """Measure and class all customers of the present company now, as the nightly job does.

        :raise AccessError: the user may not configure classes
        """
        self.check_access("write")
        # sudo: all customers are compared, not only those that the user sees
        self.env["aria.customer.standing"].sudo()._classify()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_open_customers(self):
        """Open the customers of this class."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aria_crm_lead.aria_customer_standing_action"
        )
        return action | {"domain": [("class_id", "=", self.id)], "context": {}}
