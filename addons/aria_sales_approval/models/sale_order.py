import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..lib.chain import digest

HEADER = (
    "partner_id", "partner_invoice_id", "partner_shipping_id", "company_id", "currency_id",
    "payment_term_id", "fiscal_position_id", "incoterm", "note",
)  # fmt: skip
LINE = (
    "product_id", "product_uom_qty", "product_uom_id", "price_unit", "discount", "tax_ids",
    "display_type",
)  # fmt: skip
TAXES = SQL(
    """
    ARRAY(SELECT tax.id FROM account_tax_sale_order_line_rel rel JOIN account_tax tax ON tax.id = rel.account_tax_id
           WHERE rel.sale_order_line_id = sale_order_line.id ORDER BY tax.sequence, tax.id)
    """
)
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
    aria_approval_request_id = fields.Many2one(
        "aria.approval.request", string="Last Round", compute="_compute_aria_approval_request_id",
        store=True, readonly=True, copy=False, index="btree_not_null", aria_engine=True,
        ondelete="set null",
    )  # fmt: skip
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

    @api.depends("aria_approval_request_ids.round")
    def _compute_aria_approval_request_id(self):
        for order in self:
            order.aria_approval_request_id = order.aria_approval_request_ids.sorted("round")[-1:]

    @api.depends(
        "aria_approval_request_id", "aria_approval_request_ids.state",
        "aria_split_from_id.aria_approval_request_ids.state",
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
                if order.id and order.aria_approval_state in ("open", "approved"):
                    order._aria_queue_voided()
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
        self._aria_load_lines()
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

    def _aria_load_lines(self):
        """Read the lines of these (superuser) orders and what of them is fingerprinted in one statement."""
        left = self.filtered(lambda o: o.id and "order_line" not in o._cache)
        if not left:
            self.order_line.mapped("tax_ids")  # for all at once
            return
        model = self.env["sale.order.line"]
        query = model._search([("order_id", "in", left.ids)])
        names = ["order_id", *(name for name in LINE if name != "tax_ids")]
        columns = [model._field_to_sql(model._table, name, query) for name in names]
        rows = self.env.execute_query(query.select(SQL.identifier("id"), *columns, TAXES))
        ids, *values = zip(*rows, strict=True) if rows else [()] * (len(names) + 2)
        lines = model.browse(ids)
        for name, column in zip([*names, "tax_ids"], values, strict=True):
            cached = map(tuple, column) if name == "tax_ids" else column
            model._fields[name]._insert_cache(lines, cached)
        groups = lines.grouped("order_id")
        of_orders = (tuple(groups.get(order, lines.browse()).ids) for order in left)
        self._fields["order_line"]._insert_cache(left, of_orders)

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
            if order.aria_approval_request_id:
                return order.aria_approval_request_id
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
        last = asked.aria_approval_request_id  # not the round of what it was split off
        last.filtered(lambda r: r.state == "open")._aria_end("voided")
        last.filtered(lambda r: r.state == "approved")._aria_engine_write({"state": "voided"})
        last._aria_close_open_referrals("cancelled")
        self.env["aria.approval.request"].flush_model(["state"])
        requests = asked._aria_make_requests(policies, previous)
        tasks = asked._aria_make_tasks(requests, previous)
        self._aria_record_kept(requests, tasks)
        requests._aria_advance()
        return requests

    def _aria_make_requests(self, policies, previous):
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
                    "round": order.aria_approval_request_id.round + 1,
                    "state": "open",
                    "fingerprint": prints[order.id],
                    "changes": order._aria_get_changes(
                        previous[order], snapshots[order.id], prints[order.id]
                    ),
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
        vals_list, seats, taken = [], [], set()
        for step in request.policy_id.step_ids:
            if not request.policy_id._aria_filter(self, step.condition_domain, step.display_name):
                continue
            scope = self._aria_get_scope_of(step, request.fingerprint)
            if not scope["lines"]:
                continue
            places = step._aria_get_seats(self, self.env.user)
            needed = step._aria_get_needed(len(places))
            made = self._aria_prepare_tasks_of_step(request, step, scope, places, before)
            vals_list += [vals | {"needed": needed} for vals in made]
            done = [vals["user_id"] for vals in made if vals["state"] == "approved"]
            taken |= set(done)
            people = [set(people.ids) for _person, people, _unit in places]
            left = max(0, needed - len(done))
            all_in_turn = needed == len(places) and not done
            seats += people if all_in_turn else [set().union(*people)] * left
        if not vals_list:
            self._aria_refuse_nobody(request)
        if not request.allow_same_person:
            request._aria_check_seats(self, seats, taken)
        return vals_list

    def _aria_prepare_tasks_of_step(self, request, step, scope, places, before):
        """Return the values of the tasks of one step; what holds of the tasks ``before`` is kept."""
        held = before.filtered(lambda t: t.step_id == step and t.approved_content)
        several = step._aria_get_needed(len(places)) > 1
        made = []
        for seat in places:
            kept, held = held._aria_pop_held(seat, self.env.user)
            taken_over = kept._aria_prepare_kept(scope) if kept else {}
            # several of a pool: who finishes another's half could not be told from who approves twice
            if several and not seat[0] and taken_over.get("state") != "approved":
                taken_over = {}
            made.append(self._aria_prepare_task(request, step, scope, seat) | taken_over)
        return made

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

    def _aria_prepare_task(self, request, step, scope, seat):
        """Return the values of one task for ``seat``, as nobody had decided anything before."""
        person, people, unit = seat
        return {
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

    def _aria_record_kept(self, requests, tasks):
        kept = tasks.filtered("kept_from_id")
        if kept:
            rows = [
                {
                    "request": task.request_id, "task": task, "verdict": "kept",
                    "user": task.kept_from_id.user_id, "reason": task._aria_get_kept_reason(),
                    "on_behalf_of": task.kept_from_id.on_behalf_of_id,
                }
                for task in kept
            ]  # fmt: skip
            kept.request_id._aria_append(rows)
