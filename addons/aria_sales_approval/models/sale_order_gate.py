from odoo import api, models
from odoo.exceptions import UserError

from .sale_order import HEADER

OFFERED = ("sent", "sale")


class SaleOrder(models.Model):
    """The gate: nothing is offered, printed or confirmed without an approval of just this content."""

    # a subject of its own, in a file of its own
    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    # ------------------------------------------------------------------ what is approved
    def _aria_get_policies(self):
        """Return {order: the policy by which it needs approval, or nothing} of these orders."""
        orders = self.sudo()  # policies bind whoever may not read them
        found = self.env["aria.approval.policy"]._aria_of_orders(orders)
        for order in orders:
            # what was split off a quotation is not free of the approval that its origin waits for
            if not found[order] and order.aria_split_from_id:
                request = order._aria_get_request()
                if request and request.state != "approved" and request.policy_id.active:
                    found[order] = request.policy_id
        return found

    def _aria_filter_unapproved(self):
        """Return those of these orders that need an approval and have none of their present content."""
        policies = self._aria_get_policies()
        needing = self.sudo().filtered(lambda o: policies[o])  # the same
        prints = needing._aria_get_fingerprints()
        return needing.filtered(lambda o: not o._aria_is_approved(prints[o.id])).sudo(self.env.su)

    def _aria_is_approved(self, prints):
        request = self._aria_get_request()
        return request.state == "approved" and self._aria_matches(request, prints)

    def _aria_check_approval(self):
        """Refuse orders that need an approval and have none of their present content; superuser included."""
        order = self._aria_filter_unapproved()[:1].sudo()  # name and state, for the message
        if order:
            states = dict(self._fields["aria_approval_state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "“%(order)s” needs an approval of its present content (now: %(state)s); submit it and wait for"
                    " the approvers.",
                    order=order.name,
                    state=states[order.aria_approval_state or "none"],
                )
            )

    # ------------------------------------------------------------------ ways of an employee
    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'aria_sales_opportunity': import, a default or a copy may make an order that is sent already
        orders = super().create(vals_list)
        orders.filtered(lambda order: order.state in OFFERED)._aria_check_approval()
        return orders

    def write(self, vals):
        # EXTENDS 'aria_sales_opportunity'
        watched = {"state", "locked", *HEADER} & vals.keys()
        before = {o.id: (o.state, o.locked, o._aria_get_header()) for o in self} if watched else {}
        result = super().write(vals)
        if watched:
            self._aria_check_step(before)
        return result

    def _aria_get_header(self):
        return [self[name] for name in HEADER]

    def _aria_check_step(self, before):
        """Check what a write did to these orders; ``before``: {id: (state, locked, header)}."""
        offered = self.filtered(lambda o: o.state in OFFERED and o.state != before[o.id][0])
        changed = self.filtered(
            lambda o: (
                o.state == before[o.id][0] == "sale" and o._aria_get_header() != before[o.id][2]
            )
        )
        (offered | changed)._aria_check_approval()
        unlocked = self.filtered(
            lambda o: o.state == before[o.id][0] == "sale" and before[o.id][1] and not o.locked
        )
        if unlocked:
            unlocked._aria_check_unlock()
        cancelled = self.filtered(lambda o: o.state == "cancel" and before[o.id][0] != "cancel")
        if cancelled:
            # sudo: whoever cancels, nobody is asked any more
            requests = cancelled.sudo().aria_approval_request_ids
            requests.filtered(lambda r: r.state == "open")._aria_end("voided")

    def _aria_check_unlock(self):
        """Refuse to unlock orders under a policy to all but sales managers, and record who did."""
        policies = self._aria_get_policies()
        bound = self.filtered(lambda o: policies[o.sudo()])  # whether one holds
        if not bound:
            return
        if not self.env.user.has_group("sales_team.group_sale_manager"):
            raise UserError(
                self.env._(
                    "“%(order)s” was approved and is locked; only a sales manager unlocks it.",
                    order=bound[0].name,
                )
            )
        # sudo: the record of it is nobody's to refuse
        bound.sudo()._message_log_batch(
            bodies={
                o.id: self.env._("Unlocked by %(user)s.", user=self.env.user.name) for o in bound
            }
        )

    def _should_be_locked(self):
        # EXTENDS 'sale': an approved order stays what was approved
        policies = self._aria_get_policies()
        return super()._should_be_locked() or bool(policies[self.sudo()])  # whether one holds

    def action_quotation_send(self):
        # EXTENDS 'sale'
        self._aria_check_approval()
        return super().action_quotation_send()

    def _aria_check_discounts(self):
        # EXTENDS 'aria_sales_opportunity': an approval of the content cures a discount beyond a limit
        policies = self._aria_get_policies()
        bound = self.filtered(lambda o: policies[o.sudo()])  # whether one holds
        return super(
            SaleOrder, self - (bound - bound._aria_filter_unapproved())
        )._aria_check_discounts()

    @api.ondelete(at_uninstall=True)
    def _unlink_except_submitted(self):
        submitted = self.sudo().filtered("aria_approval_request_ids")[:1]  # whether there are any
        if submitted:
            raise UserError(
                self.env._(
                    "“%(order)s” was submitted for approval, which belongs to the history; cancel it instead.",
                    order=submitted.name,
                )
            )

    # ------------------------------------------------------------------ the customer's ways
    def _has_to_be_signed(self):
        # EXTENDS 'sale'
        return super()._has_to_be_signed() and not self._aria_filter_unapproved()

    def _has_to_be_paid(self):
        # EXTENDS 'sale'
        return super()._has_to_be_paid() and not self._aria_filter_unapproved()

    def _can_be_edited_on_portal(self):
        # EXTENDS 'sale': once submitted, optional lines are closed
        # sudo: whether a round is open or done, whoever asks
        asked = self.sudo()._aria_get_request().state in ("open", "approved")
        return super()._can_be_edited_on_portal() and not asked

    def _validate_order(self):
        # EXTENDS 'sale': a customer has signed or paid; neither is lost
        blocked = self._aria_filter_unapproved()
        if blocked:
            blocked._aria_bring_to_finance(self.env._("The customer has signed or paid."))
        rest = self - blocked
        return super(SaleOrder, rest)._validate_order() if rest else None

    def _aria_bring_to_finance(self, note):
        """Bring unapproved quotations, which the customer has signed or paid, to the unit of finance."""
        finance = self.env.ref("aria_workflow.unit_finance", raise_if_not_found=False)
        for order in self.sudo():  # the customer has no rights to any of it
            request = order._aria_get_request()
            if request.state not in ("open", "returned", "rejected"):
                request = order._aria_try_submit()
            order._message_log(
                body=self.env._("%(note)s It waits for approval, and is with finance.", note=note)
            )
            if request and finance and not request.aria_referral_id:
                request._aria_open_referrals(finance, self.env["res.users"], note=note)

    def _aria_try_submit(self):
        """Submit for the salesperson; nothing when nobody could approve: the customer sees no error."""
        person = self.user_id.filtered("active") or self.env.ref("base.user_root")
        try:
            with self.env.cr.savepoint():
                return (
                    self.with_user(person).sudo()._aria_submit()
                )  # in the name of the salesperson
        except UserError:
            return self.env["aria.approval.request"]
