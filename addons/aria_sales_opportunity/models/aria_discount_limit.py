from odoo import api, fields, models
from odoo.exceptions import ValidationError


class AriaDiscountLimit(models.Model):
    """How much discount the members of a group may give; data, not code.

    While a company has no limit, everybody may give any discount. Of several limits that fit a person and a
    product the most generous one counts; who has none may give no discount.
    """

    _name = "aria.discount.limit"
    _description = "Discount Limit"
    _order = "company_id, group_id, id"
    _rec_name = "group_id"

    group_id = fields.Many2one("res.groups", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(
        "res.company",
        index=True,
        ondelete="cascade",
        help="Empty: the limit holds in all companies.",
    )
    category_id = fields.Many2one(
        "product.category",
        string="Product Category",
        index=True,
        ondelete="cascade",
        help="With its sub-categories. Empty: all products.",
    )
    max_discount = fields.Float(
        "Highest Discount (%)",
        required=True,
        help="Of the list price, everything counted: discount, a lower price, a discount of the whole order.",
    )
    active = fields.Boolean(default=True)

    @api.constrains("max_discount")
    def _check_max_discount(self):
        for limit in self:
            if not 0 <= limit.max_discount <= 100:
                raise ValidationError(
                    self.env._(
                        "The limit of %(group)s is a percentage from 0 to 100, not %(value)s.",
                        group=limit.group_id.display_name,
                        value=limit.max_discount,
                    )
                )

    @api.model
    def _aria_get_limits(self, company):
        """Return the limits that hold in ``company``, as superuser."""
        # sudo: a seller is measured by limits that only managers see
        return self.sudo().search([("company_id", "in", (False, company.id))])

    def _aria_get_allowed(self, user, category):
        """Return the highest discount in per cent that these limits allow ``user`` on a ``category``."""
        fitting = self.filtered(
            lambda limit: (
                limit.group_id in user.all_group_ids
                and (
                    not limit.category_id
                    or (category.parent_path or "").startswith(limit.category_id.parent_path)
                )
            )
        )
        return max(fitting.mapped("max_discount"), default=0.0)
