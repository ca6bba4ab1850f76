from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.aria_workflow.arguments import to_record

from .sale_order_split import QUOTATION


class SaleOrderLine(models.Model):
    """Alternatives that are offered in the place of a line that cannot be supplied."""

    # a subject of its own, in a file of its own
    _inherit = "sale.order.line"  # pylint: disable=consider-merging-classes-inherited

    aria_alternative_ids = fields.Many2many(
        "product.product", string="Alternatives", compute="_compute_aria_alternative_ids"
    )

    @api.depends("product_id.product_tmpl_id.aria_alternative_ids")
    def _compute_aria_alternative_ids(self):
        for line in self:
            templates = line.product_id.product_tmpl_id.aria_alternative_ids
            line.aria_alternative_ids = templates.filtered("sale_ok").product_variant_ids

    def aria_offer_alternative(self, product):
        """Offer ``product`` in the place of this line of a quotation; the old line counts no more.

        :param product: ``product.product`` record or id, one of the alternatives
        :return: the new line, with the price of the list
        """
        self.ensure_one()
        self.check_access("write")
        product = to_record(self.env, "product.product", product)
        self._aria_check_alternative(product)
        line = self.create(self._aria_prepare_alternative_vals(product))
        line._aria_engine_write({"aria_split_from_id": self.id})
        self._aria_void(self.env._("%(product)s is offered instead.", product=product.display_name))
        return line

    def _aria_check_alternative(self, product):
        if self.state not in QUOTATION or not self.aria_workflow_id or self.aria_outcome:
            raise UserError(
                self.env._(
                    "“%(line)s” is not an open line of a quotation; add a new line instead.",
                    line=self.display_name,
                )
            )
        if product not in self.aria_alternative_ids:
            raise UserError(
                self.env._(
                    "%(product)s is no alternative of %(other)s; add it to the alternatives of the product first.",
                    product=product.display_name or self.env._("Nothing"),
                    other=self.product_id.display_name,
                )
            )

    def _aria_prepare_alternative_vals(self, product):
        """Return the values of the line that offers ``product`` instead of this one."""
        self.ensure_one()
        return {
            "order_id": self.order_id.id,
            "product_id": product.id,
            "product_uom_qty": self.product_uom_qty,
            "sequence": self.sequence,
        }
