from odoo import api, models

# stored and computed by core, and yet writable over RPC: a price or a state typed there is believed
COMPUTED = {"amount_untaxed", "amount_tax", "amount_total", "currency_rate", "invoice_status"}
PRICES = {
    "amount_untaxed",
    "amount_tax",
    "amount_total",
    "amount_to_invoice",
    "amount_invoiced",
    "tax_totals",
}
PRICE_GROUPS = (
    "sales_team.group_sale_salesman,account.group_account_invoice,account.group_account_readonly"
)
WORK_GROUPS = "stock.group_stock_user,mrp.group_mrp_user"


class SaleOrder(models.Model):
    _inherit = "sale.order"

    @api.model
    def _has_field_access(self, field, operation):
        # EXTENDS 'sale'
        if not self.env.su:
            if operation == "write" and field.name in COMPUTED:
                return False
            if operation == "read" and field.name in PRICES and self._aria_hides_prices():
                return False
        return super()._has_field_access(field, operation)

    @api.model
    def _aria_hides_prices(self):
        """Return whether the user only handles goods, so that prices are not for him."""
        user = self.env.user
        return user.has_groups(WORK_GROUPS) and not user.has_groups(PRICE_GROUPS)

    def write(self, vals):
        # EXTENDS 'sale': whoever changes the state, and by whichever method, the lines are told
        before = {order.id: order.state for order in self} if "state" in vals else {}
        result = super().write(vals)
        if before:
            self._aria_tell_lines(before)
        return result

    def _aria_tell_lines(self, before):
        """Fire the events that follow from a change of the orders' states.

        :param before: {order id: state}
        """
        for event, state, sources in (
            ("quotation_sent", "sent", ("draft",)),
            ("cancelled", "cancel", ("draft", "sent", "sale")),
            ("reopened", "draft", ("cancel",)),
        ):
            orders = self.filtered(lambda o, s=state, b=sources: o.state == s and before[o.id] in b)
            if orders:
                orders.order_line.aria_fire(event)

    def _action_confirm(self):
        # EXTENDS 'sale': before, as the procurement inside may reserve at once
        self.order_line.aria_fire("confirmed")
        return super()._action_confirm()

    # at_uninstall=True: core's own check is skipped by the context key "_force_unlink" of any caller
    @api.ondelete(at_uninstall=True)
    def _unlink_aria_except_confirmed(self):
        self._unlink_except_draft_or_cancel()
        # the lines go by the database's cascade, which calls no hook
        self.order_line._aria_cancel_open_referrals()
