from odoo import api, models, tools
from odoo.exceptions import AccessError

# stored and computed by core, and yet writable over RPC: a price or a state typed there is believed
COMPUTED = {
    "amount_untaxed", "amount_tax", "amount_total", "currency_id", "currency_rate", "invoice_status",
    "delivery_status", "effective_date",
}  # fmt: skip
# what shows the price of an order or leads to it: with the token anybody opens the customer's page
PRICES = {
    "amount_untaxed", "amount_tax", "amount_total", "amount_to_invoice", "amount_invoiced", "amount_paid",
    "amount_undiscounted", "tax_totals", "margin", "margin_percent", "reward_amount", "pricelist_id",
    "prepayment_percent", "partner_credit_warning", "access_token",
}  # fmt: skip
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
            if (field.name in PRICES or self._aria_decides_sale(field, operation)) and (
                self._aria_hides_prices()
            ):
                return False
        return super()._has_field_access(field, operation)

    @api.model
    def _check_field_access(self, field, operation):
        # EXTENDS 'base'
        if not self._has_field_access(field, operation):
            self._aria_explain_refusal(field, operation)
        return super()._check_field_access(field, operation)

    @api.model
    def _aria_explain_refusal(self, field, operation):
        """Say in one sentence why ``field``, of an order or a line, is refused; nothing for core's reasons."""
        if operation == "write" and field.name in self.env[field.model_name]._aria_get_computed():
            self._aria_refuse_computed(field)
        if self._aria_hides_prices():
            raise AccessError(
                self.env._(
                    "“%(field)s” of an order is not open to those who handle its goods; ask the salesperson.",
                    field=field._description_string(self.env),
                )
            )

    @api.model
    def _aria_refuse_computed(self, field):
        raise AccessError(
            self.env._(
                "“%(field)s” is computed by Odoo from the order and cannot be typed; change what it follows from.",
                field=field._description_string(self.env),
            )
        )

    @api.model
    def _aria_get_computed(self):
        """Return the fields that core computes and stores, and that no user may type."""
        return COMPUTED

    @api.model
    def _aria_decides_sale(self, field, operation):
        """Return whether writing ``field`` confirms, cancels or reopens an order."""
        return operation == "write" and field.name == "state"

    def _portal_ensure_token(self):
        # EXTENDS 'portal': the customer's page shows the prices
        if not self.env.su and self._aria_hides_prices():
            raise AccessError(
                self.env._(
                    "The customer's page of %(orders)s shows prices, which are not open to you; ask the salesperson.",
                    orders=", ".join(self.mapped("name")),
                )
            )
        return super()._portal_ensure_token()

    @api.model
    def _aria_hides_prices(self):
        """Return whether the user only handles goods, so that prices are not for him."""
        return self._aria_hides_prices_from(self.env.uid)

    @api.model
    @tools.ormcache("uid")
    def _aria_hides_prices_from(self, uid):
        """Return the same for the user ``uid``; every field that is read asks, and groups clear this cache."""
        user = self.env["res.users"].browse(uid)
        return user.has_groups(WORK_GROUPS) and not user.has_groups(PRICE_GROUPS)

    def write(self, vals):
        # EXTENDS 'sale': whoever changes the state, and by whichever method, the lines are told
        before = {order.id: order.state for order in self} if "state" in vals else {}
        # sudo: the opportunities that lose these orders or get them follow their lines
        leads = self.sudo().opportunity_id if "opportunity_id" in vals else None
        result = super().write(vals)
        if before:
            self._aria_tell_lines(before)
        if leads is not None:
            # sudo: the same
            (leads | self.sudo().opportunity_id).exists()._aria_follow_lines()
        return result

    def _aria_tell_lines(self, before):
        """Fire the events that follow from a change of the orders' states.

        :param before: {order id: state}
        """
        for event, state, sources in (
            ("quotation_sent", "sent", ("draft",)),
            ("confirmed", "sale", ("draft", "sent")),
            ("cancelled", "cancel", ("draft", "sent", "sale")),
            ("reopened", "draft", ("cancel",)),
        ):
            orders = self.filtered(lambda o, s=state, b=sources: o.state == s and before[o.id] in b)
            lines = orders.order_line
            if event in ("cancelled", "reopened"):
                # the total of a cancelled order counts what is given up, that of a quotation does not
                lines.filtered("aria_outcome").modified(["aria_outcome"])
            if event == "reopened":
                lines = lines._aria_lost_with_order()
            lines.aria_fire(event)

    def _compute_invoice_status(self):
        # EXTENDS 'sale': what is given up is not waited for
        result = super()._compute_invoice_status()
        for order in self.filtered(lambda o: o.state == "sale" and o.invoice_status == "no"):
            asked = order.order_line.filtered(lambda x: not x.display_type and not x.is_downpayment)
            left = asked.filtered(lambda line: not line._aria_is_left_out())
            statuses = set(left.mapped("invoice_status"))
            if left != asked and statuses and statuses <= {"invoiced", "upselling"}:
                order.invoice_status = "upselling" if "upselling" in statuses else "invoiced"
        return result

    def _get_order_lines_to_report(self):
        # EXTENDS 'sale': another line or version stands for what is void
        lines = super()._get_order_lines_to_report()
        return lines.filtered(lambda x: x.aria_outcome != "void" or not x._aria_is_left_out())

    def unlink(self):
        # EXTENDS 'sale': the lines go by the database's cascade, which tells nobody
        leads = self.sudo().opportunity_id  # whoever deletes, the opportunity follows
        result = super().unlink()
        leads.exists()._aria_follow_lines()
        return result

    # at_uninstall=True: core's own check is skipped by the context key "_force_unlink" of any caller
    @api.ondelete(at_uninstall=True)
    def _unlink_aria_except_confirmed(self):
        self._unlink_except_draft_or_cancel()
        self.order_line._aria_check_without_history(
            self.env._("its quotation is not deleted; cancel it instead")
        )
        # the lines go by the database's cascade, which calls no hook
        self.order_line._aria_cancel_open_referrals()

    def _mail_get_operation_for_mail_message_operation(self, message_operation):
        # EXTENDS 'mail': quotations are sent from there, with their prices
        operations = super()._mail_get_operation_for_mail_message_operation(message_operation)
        if message_operation == "read" and not self.env.su and self._aria_hides_prices():
            return dict.fromkeys(operations, "unlink")
        return operations
