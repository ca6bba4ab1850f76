import json

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..lib.chain import digest

HEADER = (
    "partner_id", "partner_invoice_id", "partner_shipping_id", "company_id", "currency_id",
    "payment_term_id", "fiscal_position_id", "incoterm", "note",
)  # fmt: skip
LINE = (
    "product_id", "product_uom_qty", "product_uom_id", "price_unit", "discount", "tax_ids",
    "display_type",
)  # fmt: skip
STATES = [
    ("none", "Not Submitted"),
    ("open", "Waiting for Approval"),
    ("approved", "Approved"),
    ("returned", "Sent Back"),
    ("rejected", "Rejected"),
    ("voided", "Changed Since"),
]


def _plain(value):
    """Return a field's value as text that is the same before and after the database."""
    if isinstance(value, models.BaseModel):
        return sorted(value._origin.ids)
    return f"{value:.6f}" if isinstance(value, float) else str(value or "")


class SaleOrder(models.Model):
    """Quotations that are submitted for approval, and the content that an approval is bound to."""

    _inherit = "sale.order"

    aria_approval_request_ids = fields.One2many(
        "aria.approval.request", "order_id", string="Approval Requests", readonly=True, copy=False
    )
    aria_approval_state = fields.Selection(
        STATES,
        string="Approval",
        compute="_compute_aria_approval_state",
        store=True,
        readonly=True,
        copy=False,
        aria_engine=True,
    )
    aria_needs_approval = fields.Boolean(
        "Needs Approval", compute="_compute_aria_needs_approval", compute_sudo=True
    )

    @api.depends(
        "aria_approval_request_ids.state", "aria_split_from_id.aria_approval_request_ids.state",
        *HEADER, *(f"order_line.{name}" for name in LINE),
    )  # fmt: skip
    def _compute_aria_approval_state(self):
        requests = {order: order._aria_get_request() for order in self}
        asked = self.filtered(lambda o: requests[o])
        prints = asked._aria_get_fingerprints()
        for order in self:
            request = requests[order]
            state = request.state or "none"
            if state in ("open", "approved") and not order._aria_matches(request, prints[order.id]):
                state = "voided"
            order.aria_approval_state = state

    @api.depends("aria_approval_state", "amount_untaxed")
    def _compute_aria_needs_approval(self):
        needing = self._aria_get_policies()
        for order in self:
            order.aria_needs_approval = bool(needing.get(order))

    # ------------------------------------------------------------------ content
    def _aria_get_fingerprints(self):
        """Return {order id: {"header": hash, "lines": {line id: hash}}} of what approvals are bound to.

        Inputs only: no totals, rates or dates, which confirmation sets. Lines without a quantity promise nothing.
        """
        self.order_line.mapped("tax_ids")  # for all at once
        return {
            order.id: {
                "header": digest(
                    [[n, _plain(order[n])] for n in HEADER] + [order._aria_get_share()]
                ),
                "lines": {
                    str(line._origin.id or 0): digest([[n, _plain(line[n])] for n in LINE])
                    for line in order._aria_get_content()
                    if not order._aria_is_whole_discount(line)
                },
            }
            for order in self
        }

    def _aria_get_content(self):
        """Return the lines of these orders that a customer is promised."""
        return self.order_line.filtered(lambda x: not x.display_type and x.product_uom_qty)

    @api.model
    def _aria_is_whole_discount(self, line):
        # by the amount too: nobody hides a product behind the mark of a discount
        return line.price_unit * line.product_uom_qty < 0 and line._is_global_discount()

    def _aria_get_share(self):
        """Return which part of the amount discounts of the whole order take; a split keeps it."""
        whole = taken = 0.0
        for line in self._aria_get_content():
            amount = line.price_unit * line.product_uom_qty * (1 - line.discount / 100)
            if self._aria_is_whole_discount(line):
                taken -= amount
            else:
                whole += amount
        return f"{taken / whole:.4f}" if taken and whole else ""

    def _aria_get_request(self):
        """Return the round of approval that counts for this order: its own, else that of where it was split off."""
        order = self
        seen = self.browse()
        while order and order not in seen:
            request = order.aria_approval_request_ids.sorted("round")[-1:]
            if request:
                return request
            seen |= order
            order = order.aria_split_from_id
        return self.env["aria.approval.request"]

    def _aria_matches(self, request, prints):
        """Return whether the content of this order is that of ``request``, or a part of it split off."""
        asked = request.fingerprint or {}
        if prints == asked:
            return True
        if prints["header"] != asked.get("header") or not prints["lines"]:
            return False
        if any(asked["lines"].get(key) != value for key, value in prints["lines"].items()):
            return False
        gone = [int(key) for key in asked["lines"].keys() - prints["lines"].keys()]
        lines = self.env["sale.order.line"].sudo().browse(gone).exists()  # where they went
        family = self.browse((request.order_id | self).ids)
        return len(lines) == len(gone) and all(
            line.order_id not in family
            and line.order_id._aria_is_split_from(request.order_id)
            or (self != request.order_id and line.order_id == request.order_id)
            for line in lines
        )

    def _aria_is_split_from(self, origin):
        order, steps = self, 0
        while order and order != origin and steps < 50:
            order, steps = order.aria_split_from_id, steps + 1
        return order == origin

    # ------------------------------------------------------------------ submission
    def aria_submit(self):
        """Submit these quotations for approval.

        Steps whose content has not changed since the last round keep their approval.

        :return: the ``aria.approval.request`` records; none for quotations that need no approval
        :raise UserError: no quotation, submitted or approved already, or nobody could approve
        """
        self.check_access("write")
        orders = self.sudo()  # the right to write them was checked; requests are the engine's
        orders._aria_check_submittable()
        return orders._aria_submit().sudo(self.env.su)

    def action_aria_submit(self):
        """Submit; say so when no approval is needed."""
        if not self.aria_submit():
            raise UserError(
                self.env._(
                    "%(orders)s needs no approval; send or confirm it.",
                    orders=", ".join(self.mapped("name")),
                )
            )
        return True

    def action_aria_approvals(self):
        """Show the rounds of approval of these orders."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aria_sales_approval.aria_approval_request_action"
        )
        return action | {"domain": [("order_id", "in", self.ids)], "context": {}}

    def _aria_check_submittable(self):
        prints = self._aria_get_fingerprints()
        for order in self:
            request = order._aria_get_request()
            same = request and order._aria_matches(request, prints[order.id])
            if order.state not in ("draft", "sent"):
                text = self.env._("“%(order)s” is no quotation; only quotations are submitted.")
            elif not prints[order.id]["lines"]:
                text = self.env._("“%(order)s” has no lines to approve; add some first.")
            elif same and request.state == "open":
                text = self.env._("“%(order)s” has been submitted and waits for its approvers.")
            elif same and request.state == "approved":
                text = self.env._("“%(order)s” is approved already.")
            else:
                continue
            raise UserError(text % {"order": order.name})

    def _aria_submit(self):
        policies = self._aria_get_policies()
        asked = self.filtered(lambda o: policies[o])
        if not asked:
            return self.env["aria.approval.request"]
        previous = {order: order._aria_get_request() for order in asked}
        last = self.env["aria.approval.request"].union(*previous.values())
        last.filtered(lambda r: r.state == "open")._aria_end("voided")
        last.filtered(lambda r: r.state == "approved")._aria_engine_write({"state": "voided"})
        last._aria_get_open_referrals()._close("cancelled")
        self.env["aria.approval.request"].flush_model(["state"])
        requests = asked._aria_make_requests(policies)
        tasks = asked._aria_make_tasks(requests, previous)
        self._aria_record_kept(requests, tasks)
        requests._aria_advance()
        return requests

    def _aria_make_requests(self, policies):
        prints, snapshots = self._aria_get_fingerprints(), self._aria_get_snapshots()
        return self.env["aria.approval.request"]._aria_engine_create(
            [
                {
                    "name": order.name,
                    "order_id": order.id,
                    "company_id": order.company_id.id,
                    "partner_id": order.partner_id.id,
                    "policy_id": policies[order].id,
                    "allow_same_person": policies[order].allow_same_person,
                    "needs_identity": order._aria_is_above(policies[order].identity_amount),
                    "requester_id": self.env.uid,
                    "round": len(order.aria_approval_request_ids) + 1,
                    "state": "open",
                    "fingerprint": prints[order.id],
                    "snapshot": json.dumps(
                        snapshots[order.id] | {"fingerprint": prints[order.id]},
                        ensure_ascii=False,
                        sort_keys=True,
                    ),
                }
                for order in self
            ]
        )

    def _aria_is_above(self, limit):
        return bool(limit) and self.amount_untaxed / (self.currency_rate or 1.0) > limit

    def _aria_make_tasks(self, requests, previous):
        """Make the tasks of new ``requests`` of these orders; those that still hold are approved from the start."""
        vals_list = []
        for order, request in zip(self, requests, strict=True):
            kept = previous[order]
            vals_list += order._aria_prepare_tasks(
                request, kept.task_ids if kept.state != "rejected" else kept.task_ids.browse()
            )
        return self.env["aria.approval.task"]._aria_engine_create(vals_list)

    def _aria_prepare_tasks(self, request, before):
        self.ensure_one()
        requester, vals_list, seats, taken = self.env.user, [], [], set()
        for step in request.policy_id.step_ids:
            if not request.policy_id._aria_filter(self, step.condition_domain, step.display_name):
                continue
            scope = self._aria_get_scope_of(step, request.fingerprint)
            if not scope["lines"]:
                continue
            places = step._aria_get_seats(self, requester)
            held = before.filtered(lambda t, s=step: t.step_id == s and t.approved_content)
            made = [self._aria_prepare_task(request, step, scope, seat, held) for seat in places]
            needed = step._aria_get_needed(len(places))
            for vals in made:
                vals["needed"] = needed
            done = [vals["user_id"] for vals in made if vals["state"] == "approved"]
            taken |= set(done)
            people = [set(people.ids) for _person, people, _unit in places]
            union = set().union(*people)
            left = needed - len(done)
            seats += people if needed == len(places) and not done else [union] * max(0, left)
            vals_list += made
        if not vals_list:
            self._aria_refuse_nobody(request)
        if not request.allow_same_person:
            request._aria_check_seats(self, seats, taken)
        return vals_list

    def _aria_refuse_nobody(self, request):
        raise UserError(
            self.env._(
                "“%(policy)s” asks nobody about “%(order)s”; add a step that fits it.",
                policy=request.policy_id.name,
                order=self.name,
            )
        )

    def _aria_get_scope_of(self, step, fingerprint):
        lines = step._aria_get_scope(self._aria_get_content())
        keys = {str(line.id) for line in lines}
        return {
            "header": fingerprint["header"],
            "lines": {key: value for key, value in fingerprint["lines"].items() if key in keys},
        }

    def _aria_prepare_task(self, request, step, scope, seat, held):
        """Return the values of one task; an approval among ``held`` of the same content is kept."""
        person, people, unit = seat
        vals = {
            "name": f"{self.name} – {step.display_name}",
            "request_id": request.id,
            "order_id": self.id,
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "step_id": step.id,
            "sequence": step.sequence,
            "deadline_hours": step.deadline_hours,
            "user_id": person.id,
            "approver_ids": [fields.Command.set(people.ids)],
            "ask_unit_id": unit.id,
            "scope": scope,
            "state": "waiting",
        }
        for task in held:
            same_seat = (
                person in (task.user_id | task.on_behalf_of_id) if person else task.ask_unit_id
            )
            if same_seat and task.state == "approved" and task.approved_content == scope:
                return vals | {
                    "state": "approved", "user_id": task.user_id.id, "approved_content": scope,
                    "on_behalf_of_id": task.on_behalf_of_id.id, "kept_from_id": task.id,
                    "decided_at": task.decided_at, "note": task.note,
                }  # fmt: skip
        return vals

    def _aria_record_kept(self, requests, tasks):
        kept = tasks.filtered("kept_from_id")
        if kept:
            rows = [
                {
                    "request": task.request_id, "task": task, "user": task.user_id,
                    "on_behalf_of": task.on_behalf_of_id, "verdict": "kept", "reason": task.note,
                }
                for task in kept
            ]  # fmt: skip
            kept.request_id._aria_append(rows)
