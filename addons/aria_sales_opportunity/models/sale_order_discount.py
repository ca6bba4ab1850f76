from odoo import api, models


class SaleOrder(models.Model):
    """Discounts within the limits of whoever offers or confirms them."""

    # a subject of its own, in a file of its own
    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'sale': import, a default or a copy may make an order that is sent already
        orders = super().create(vals_list)
        orders.filtered(lambda order: order.state in ("sent", "sale"))._aria_check_discounts()
        return orders

    def write(self, vals):
        # EXTENDS 'sale'
        before = {order: order.state for order in self} if "state" in vals else {}
        result = super().write(vals)
        offered = [
            o for o, state in before.items() if o.state in ("sent", "sale") and o.state != state
        ]
        self.browse([order.id for order in offered])._aria_check_discounts()
        return result

    def _aria_check_discounts(self):
        """Refuse discounts beyond the limits of the employee who acts; what customers accept was offered before."""
        user = self.env.user
        if user.share or user._is_superuser():
            return
        for company, orders in self.grouped("company_id").items():
            limits = self.env["aria.discount.limit"]._aria_get_limits(company)
            for order in orders if limits else []:
                order._aria_check_discounts_of_lines(limits, user)

    def _aria_check_discounts_of_lines(self, limits, user):
        self.ensure_one()
        order = self.sudo()  # lists and prices decide, whatever the user may see of them
        lines = order.order_line.filtered(lambda x: x._aria_is_priced())
        share = order._aria_get_order_discount_share(lines)
        for line in lines:
            line._aria_check_discount_limit(limits, user, share)

    def _aria_get_order_discount_share(self, lines):
        """Return which part of the amount of ``lines`` the discounts of the whole order take, 0 to 1."""
        discount = -sum(x.price_subtotal for x in self.order_line if x._is_global_discount())
        whole = sum(lines.mapped("price_subtotal"))
        return min(1.0, max(0.0, discount / whole)) if whole > 0 else 0.0
