from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

ACCOUNTANT = "account.group_account_invoice"
CEILING = ("has_credit_ceiling", "credit_ceiling")
TOUCHED = {*CEILING, "active", "company_id"}
PLACING = {"active", "company_id", "domain", "sequence"}
"""what says who is in a class"""


class AriaCustomerClass(models.Model):
    """The ceiling of a class: it holds for the customers of the class who have none of their own.

    Accountants decide how much customers may owe, thus also who is in a class with a ceiling; each change is kept.
    """

    _name = "aria.customer.class"
    _inherit = ["aria.customer.class", "aria.credit.reason.mixin"]

    aria_credit_change_ids = fields.One2many(
        "aria.credit.change",
        "class_id",
        string="Changes of the Ceiling",
        groups="account.group_account_invoice,account.group_account_readonly,sales_team.group_sale_manager",
    )

    def _has_field_access(self, field, operation):
        # EXTENDS 'base': managers of sales write classes, accountants their ceilings
        if operation == "write" and field.name in CEILING and not self._aria_may_set_ceiling():
            return False
        return super()._has_field_access(field, operation)

    @api.model
    def _aria_may_set_ceiling(self):
        return self.env.su or self.env.user.has_group(ACCOUNTANT)

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'aria_crm_lead'
        classes = super().create(vals_list)
        for customer_class, vals in zip(classes, vals_list, strict=True):
            customer_class._aria_record_ceiling({}, vals.get("aria_credit_reason"))
        return classes

    def write(self, vals):
        # EXTENDS 'aria_crm_lead'
        limited = PLACING & vals.keys() and self.filtered("has_credit_ceiling")[:1]
        if limited and not self._aria_may_set_ceiling():
            raise AccessError(
                self.env._(
                    "“%(name)s” has a credit ceiling, so accounting decides who is in it; ask an accountant.",
                    name=limited.name,
                )
            )
        before = {c.id: c._aria_get_ceiling() for c in self} if TOUCHED & vals.keys() else None
        result = super().write(vals)
        if before is not None:
            self._aria_record_ceiling(before, vals.get("aria_credit_reason"))
        return result

    def _aria_get_ceiling(self):
        return self.credit_ceiling if self.has_credit_ceiling and self.active else 0.0

    def _aria_record_ceiling(self, before, reason):
        """Keep how the ceilings of these classes have changed, in each company where they hold."""
        rows = []
        for customer_class in self:
            old, new = before.get(customer_class.id, 0.0), customer_class._aria_get_ceiling()
            if old != new:
                rows += [
                    {
                        "kind": "class", "class_id": customer_class.id, "company_id": root.id,
                        "user_id": self.env.uid, "old_ceiling": old, "new_ceiling": new, "reason": reason,
                    }
                    for root in customer_class._aria_get_roots()
                ]  # fmt: skip
        self.env["aria.credit.change"]._aria_engine_create(rows)

    def _aria_get_roots(self):
        # sudo: a class without a company holds in all of them
        companies = self.env["res.company"].sudo()
        root = self.sudo().company_id.root_id  # sudo: which company it is
        return root or companies.search([("parent_id", "=", False)])

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_ceiling(self):
        # sudo: existence only
        change = (
            self.env["aria.credit.change"].sudo().search([("class_id", "in", self.ids)], limit=1)
        )
        if change:
            raise UserError(
                self.env._(
                    "“%(name)s” has had a credit ceiling, whose history is kept; archive the class.",
                    name=change.class_id.name,
                )
            )
