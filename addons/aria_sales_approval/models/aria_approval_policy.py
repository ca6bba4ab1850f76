import ast

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class AriaApprovalPolicy(models.Model):
    """Which quotations need approval, and by whom: the first active policy that fits a quotation holds."""

    _name = "aria.approval.policy"
    _description = "Approval Policy"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True, help="Empty: for all companies.")
    order_domain = fields.Char(
        "Quotations", default="[]", help="Quotations that fit need approval; empty: all of them."
    )
    line_domain = fields.Char(
        "Lines", default="[]", help="At least one line must fit; empty: whatever the lines are."
    )
    step_ids = fields.One2many("aria.approval.step", "policy_id", string="Steps", copy=True)
    allow_same_person = fields.Boolean(
        "One Person May Approve Several Steps",
        help="Otherwise a person approves a quotation once. Who submits it never approves it.",
    )
    identity_amount = fields.Monetary(
        "Password Above",
        currency_field="currency_id",
        help="Above this untaxed amount, in the currency of the company, approvers confirm their password;"
        " 0: never.",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")

    _identity_positive = models.Constraint(
        "CHECK (identity_amount IS NULL OR identity_amount >= 0)",
        "The amount above which a password is asked cannot be negative.",
    )

    @api.depends("company_id")
    @api.depends_context("company")
    def _compute_currency_id(self):
        for policy in self:
            policy.currency_id = (policy.company_id or self.env.company).currency_id

    @api.constrains("order_domain", "line_domain")
    def _check_domains(self):
        for policy in self:
            self._aria_parse(policy.order_domain, "sale.order", policy.name)
            self._aria_parse(policy.line_domain, "sale.order.line", policy.name)

    @api.constrains("step_ids", "active")
    def _check_steps(self):
        for policy in self:
            if policy.active and not policy.step_ids:
                raise ValidationError(
                    self.env._(
                        "“%(policy)s” would ask nobody; add a step with approvers.",
                        policy=policy.name,
                    )
                )

    @api.model
    def _aria_parse(self, text, model, name):
        """Return the domain written in ``text`` over ``model``.

        :raise ValidationError: it is none
        """
        try:
            domain = Domain(ast.literal_eval(text or "[]"))
            domain.validate(self.env[model].sudo())  # names of fields only
        except (ValueError, SyntaxError, TypeError, KeyError) as error:
            raise ValidationError(
                self.env._(
                    "The condition of “%(name)s” is not understood: %(error)s",
                    name=name,
                    error=error,
                )
            ) from error
        return domain

    @api.model
    def _aria_filter(self, records, text, name=""):
        """Return those of the (superuser) ``records`` that fit the condition ``text``."""
        if not text or text == "[]":
            return records
        return records.filtered_domain(self._aria_parse(text, records._name, name))

    @api.model
    def _aria_of_orders(self, orders):
        """Return {order: the policy that holds for it, maybe empty} of (superuser) ``orders``."""
        found = dict.fromkeys(orders, self.browse())
        # sudo: policies bind whoever may not read them
        for policy in self.sudo().browse(self._aria_get_active_ids()) if orders else self:
            left = orders.filtered(lambda o: not found[o])
            for order in policy._aria_fitting(left):
                found[order] = policy
        return found

    @api.model
    @tools.ormcache()
    def _aria_get_active_ids(self):
        """Return the ids of all active policies, in order; every confirmation asks for them."""
        return tuple(
            self.sudo().search([("active", "=", True)]).ids
        )  # they bind whoever may not read them

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'base'
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        # EXTENDS 'base'
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        # EXTENDS 'base'
        self.env.registry.clear_cache()
        return super().unlink()

    def _aria_fitting(self, orders):
        self.ensure_one()
        if self.company_id:
            orders = orders.filtered(lambda o: o.company_id == self.company_id)
        orders = self._aria_filter(orders, self.order_domain, self.name)
        if not self.line_domain or self.line_domain == "[]":
            return orders
        lines = self._aria_filter(
            orders.order_line.filtered(lambda x: not x.display_type), self.line_domain, self.name
        )
        return orders & lines.order_id

    def copy_data(self, default=None):
        # EXTENDS 'base'
        vals_list = super().copy_data(default)
        for policy, vals in zip(self, vals_list, strict=True):
            vals.setdefault("name", policy.name)
            if "name" not in (default or {}):
                vals["name"] = self.env._("%(name)s (copy)", name=policy.name)
        return vals_list
