from odoo import api, fields, models
from odoo.exceptions import UserError

from .sale_order_line_loss import GIVEN_UP


class SaleOrderLine(models.Model):
    """What is given up stays readable as it was asked for, and is in no total, tax, print or invoice."""

    # a subject of its own, in a file of its own
    _inherit = "sale.order.line"  # pylint: disable=consider-merging-classes-inherited

    aria_amount_requested = fields.Monetary(
        "Requested Amount",
        compute="_compute_amount",
        store=True,
        precompute=True,
        aria_engine=True,
        help="Untaxed amount of what was asked for, in the currency of the order; also of a line that is given"
        " up, which the total of its order leaves out.",
    )

    def _aria_is_left_out(self):
        """Return whether this line is given up, so that the total of its order leaves it out.

        A cancelled order, the previous version of a quotation among them, keeps the total that it had.
        """
        self.ensure_one()
        return self.aria_outcome in GIVEN_UP and self.state != "cancel"

    def _prepare_base_line_for_taxes_computation(self, **kwargs):
        # EXTENDS 'sale'
        if self._aria_is_left_out():
            kwargs = {"quantity": 0.0} | kwargs
        return super()._prepare_base_line_for_taxes_computation(**kwargs)

    @api.depends("aria_outcome")
    def _compute_amount(self):
        # EXTENDS 'sale'
        result = super()._compute_amount()
        for line in self:
            out = line._aria_is_left_out()
            line.aria_amount_requested = (
                line._aria_get_amount_requested() if out else line.price_subtotal
            )
        return result

    def _aria_get_amount_requested(self):
        """Return the untaxed amount of this line as if it was not given up."""
        self.ensure_one()
        taxes, company = self.env["account.tax"], self.company_id or self.env.company
        base = self._prepare_base_line_for_taxes_computation(quantity=self.product_uom_qty)
        taxes._add_tax_details_in_base_line(base, company)
        taxes._round_base_lines_tax_details([base], company)
        return base["tax_details"]["total_excluded_currency"]

    @api.depends("aria_outcome")
    def _compute_untaxed_amount_to_invoice(self):
        # EXTENDS 'sale': where ordered quantities are invoiced, what is given up was ordered too
        result = super()._compute_untaxed_amount_to_invoice()
        for line in self:
            if line._aria_is_left_out() and not line.qty_delivered:
                line.untaxed_amount_to_invoice = 0.0
        return result

    def write(self, vals):
        # EXTENDS 'sale'
        if "qty_delivered" in vals:
            self._aria_check_not_left_out()
        return super().write(vals)

    def _aria_check_not_left_out(self):
        """Refuse to type a delivery of what is given up: it would be in no total and yet be invoiced."""
        out = self.filtered(lambda line: line._aria_is_left_out())[:1]
        if out and not self.env.su:
            raise UserError(
                self.env._(
                    "“%(line)s” was given up and is not delivered; reopen it, and deliver the line that takes it up.",
                    line=out.display_name,
                )
            )
