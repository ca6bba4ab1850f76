import json

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.aria_workflow.engine import with_token, without_token

from ..lib.chain import broken_links, can_seat

BATCH = 500
PROVED = "aria_sales_approval.chains_proved_until"


class AriaApprovalRequest(models.Model):
    """One round of approval of a quotation: its content, its tasks, the chain of its decisions.

    All fields are the engine's: rows are made by ``sale.order.aria_submit`` and moved on by decisions.
    """

    _name = "aria.approval.request"
    _inherit = "aria.referable.mixin"
    _description = "Approval Request"
    _order = "id desc"

    name = fields.Char(required=True, readonly=True, aria_engine=True)
    order_id = fields.Many2one(
        "sale.order",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        aria_engine=True,
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True, aria_engine=True)
    partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True, index="btree_not_null",
        ondelete="set null", aria_engine=True,
    )  # fmt: skip
    policy_id = fields.Many2one(
        "aria.approval.policy", readonly=True, index=True, ondelete="restrict", aria_engine=True
    )
    allow_same_person = fields.Boolean(readonly=True, aria_engine=True)
    needs_identity = fields.Boolean("Password Asked", readonly=True, aria_engine=True)
    requester_id = fields.Many2one(
        "res.users", string="Submitted By", readonly=True, index=True, ondelete="restrict",
        aria_engine=True,
    )  # fmt: skip
    round = fields.Integer(required=True, readonly=True, aria_engine=True)
    state = fields.Selection(
        [
            ("open", "Waiting for Approval"),
            ("approved", "Approved"),
            ("returned", "Sent Back"),
            ("rejected", "Rejected"),
            ("voided", "Voided"),
        ],
        required=True,
        readonly=True,
        index=True,
        aria_engine=True,
    )
    reason = fields.Text(readonly=True, aria_engine=True, help="Why it was sent back or rejected.")
    changes = fields.Text(
        "What Has Changed", readonly=True, aria_engine=True,
        help="Since the last round, and by whom, when it was submitted.",
    )  # fmt: skip
    fingerprint = fields.Json(readonly=True, aria_engine=True)
    snapshot = fields.Text(readonly=True, aria_engine=True)
    screen = fields.Html("Content", compute="_compute_screen", sanitize=False)
    task_ids = fields.One2many("aria.approval.task", "request_id", string="Tasks", readonly=True)
    decision_ids = fields.One2many(
        "aria.approval.decision", "request_id", string="Decisions", readonly=True
    )
    head_hash = fields.Char("End of the Chain", readonly=True, aria_engine=True)
    decision_count = fields.Integer(readonly=True, aria_engine=True)

    # two submissions at once: one of them is made
    _open_uniq = models.UniqueIndex(
        "(order_id) WHERE state = 'open'",
        "This quotation has just been submitted by somebody else; reload it.",
    )
    _round_uniq = models.UniqueIndex(
        "(order_id, round)", "This quotation has just been submitted by somebody else; reload it."
    )

    @api.depends("snapshot")
    @api.depends_context("lang")
    def _compute_screen(self):
        for request in self:
            request.screen = request._aria_render()

    @api.ondelete(at_uninstall=True)
    def _unlink_except_history(self):
        if self:
            raise AccessError(
                self.env._(
                    "%(record)s is part of the history and cannot be deleted.", record=self[0].name
                )
            )

    def _aria_get_owners(self):
        # EXTENDS 'aria_workflow'
        return {request.id: request.requester_id for request in self}

    def _aria_get_referral_summary(self):
        # EXTENDS 'aria_workflow'
        return self.env._("Quotation sent back")

    def _aria_referral_card(self):
        # EXTENDS 'aria_workflow'
        return {
            request.id: [
                (self.env._("Quotation"), request.order_id.name),
                (self.env._("Customer"), request.partner_id.name or ""),
                (self.env._("Reason"), request.reason or ""),
            ]
            for request in self
        }

    # ------------------------------------------------------------------ the chain
    def action_verify_chain(self):
        """Prove the chains of decisions of these requests.

        :return: list of dicts ``request_id``, ``decision_id`` (False: a decision is missing at the end) and
            ``problem``; the first broken decision first; empty: nothing was touched
        """
        self.check_access("read")
        self.env["aria.approval.decision"].flush_model()
        broken = []
        for request in self.sudo().with_context(prefetch_fields=True):  # proof needs every row
            request.invalidate_recordset(["decision_ids", "head_hash"])
            decisions = request.decision_ids.sorted("id")
            decisions.invalidate_recordset()
            rows = [(d.previous_hash or "", d.hash, d._aria_get_hashed()) for d in decisions]
            for index, kind in broken_links(rows, request.head_hash):
                broken.append(request._aria_describe_break(decisions[index : index + 1], kind))
        return broken

    def _aria_describe_break(self, decision, kind):
        texts = {
            "changed": self.env._("%(decision)s of %(request)s was changed after it was written."),
            "gap": self.env._("A decision before %(decision)s of %(request)s is missing."),
            "missing": self.env._("The last decision of %(request)s is missing."),
        }
        problem = texts[kind] % {
            "decision": f"{decision.display_name} ({decision.id})" if decision else "",
            "request": f"{self.name} ({self.round})",
        }
        return {"request_id": self.id, "decision_id": decision.id or False, "problem": problem}

    def action_aria_prove(self):
        """Prove the chain and say the result."""
        broken = self.action_verify_chain()
        message = broken[0]["problem"] if broken else self.env._("No decision was touched.")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "danger" if broken else "success",
                "message": message,
                "sticky": bool(broken),
            },
        }

    @api.model
    def _cron_aria_verify_chains(self):
        """Prove all chains, portion by portion; a run that is cut short is taken up by the next one."""
        progress = self.env["ir.cron"]
        store = self.env["ir.config_parameter"].sudo()  # how far it came
        last = int(store.get_param(PROVED) or 0)
        requests = self.sudo()  # the scheduler proves everybody's
        progress._commit_progress(remaining=requests.search_count([("id", ">", last)]))
        while portion := requests.search([("id", ">", last)], order="id", limit=BATCH):
            last = portion[-1].id
            portion._aria_prove_and_tell()
            store.set_param(PROVED, last)
            self.env.invalidate_all()
            if not progress._commit_progress(len(portion)):
                return
        store.set_param(PROVED, 0)

    def _aria_prove_and_tell(self):
        """Prove the chains of these requests, and tell whoever sets up Aria of what is broken."""
        broken = self.action_verify_chain()
        for user in self.env["aria.unit"]._get_designers(None) if broken else ():
            self.env["mail.thread"].message_notify(
                partner_ids=user.partner_id.ids,
                subject=self.env._("Approvals were tampered with"),
                body="\n".join(row["problem"] for row in broken[:50]),
            )
        return broken

    def _aria_render(self, settled=()):
        """Return the content of this request as HTML, with what has changed since the last round.

        :param settled: ids of lines that whoever reads it has approved before
        """
        rounds = self.order_id.sudo().aria_approval_request_ids  # own history
        before = rounds.filtered(lambda r: r.round == self.round - 1)
        return self.env["sale.order"]._aria_render_snapshot(
            self.snapshot, before[:1].snapshot, settled
        )

    def _aria_get_concerned(self):
        """Return who has approved this (superuser) request, or is asked to."""
        tasks = self.task_ids
        asked = tasks.filtered(lambda t: t.state == "open")
        people = tasks.filtered(lambda t: t.state == "approved").user_id | asked.user_id
        people |= asked.filtered(lambda t: not t.user_id).approver_ids
        return people.filtered(lambda u: u.active and not u.share)

    # ------------------------------------------------------------------ the engine
    def _aria_append(self, rows):
        """Append decisions to the chains of these (superuser) requests.

        :param rows: list of dicts with request, task, user, on_behalf_of (records), verdict and reason
        """
        now = fields.Datetime.to_string(fields.Datetime.now())
        heads = {request: request.head_hash for request in self}
        counts = dict.fromkeys(self, 0)
        vals_list = []
        model = type(self.env["aria.approval.decision"])
        for row in rows:
            request = row["request"]
            vals = {
                "request_id": request.id,
                "task_id": row["task"].id,
                "company_id": request.company_id.id,
                "user_id": row["user"].id,
                "on_behalf_of_id": row["on_behalf_of"].id,
                "verdict": row["verdict"],
                "reason": row["reason"] or False,
                "decided_at": now,
                "snapshot": row.get("snapshot") or request.snapshot,
            }
            heads[request] = model._aria_chain(heads[request], vals)
            counts[request] += 1
            vals_list.append(vals)
        self.env["aria.approval.decision"]._aria_engine_create(vals_list)
        for request in self:
            request._aria_engine_write(
                {
                    "head_hash": heads[request],
                    "decision_count": request.decision_count + counts[request],
                }
            )

    def _aria_advance(self):
        """Open what is next of these (superuser) open requests; those with nothing left are approved."""
        opening, done, skipped = [], self.browse(), self.env["aria.approval.task"]
        for request in self.filtered(lambda r: r.state == "open"):
            steps = request.task_ids.grouped("step_id")
            left = {step: t for step, t in steps.items() if not t._aria_is_satisfied()}
            for step in steps.keys() - left.keys():
                skipped |= steps[step].filtered(lambda t: t.state in ("waiting", "open"))
            if not left:
                done |= request
                continue
            first = min(t[0].sequence for t in left.values())
            opening += [t for t in left.values() if t[0].sequence == first]
        skipped._aria_skip()
        done._aria_engine_write({"state": "approved"})
        done._aria_tell_approved()
        tasks = self.env["aria.approval.task"].union(*opening)
        tasks.filtered(lambda t: t.state == "waiting")._aria_open()

    def _aria_tell_approved(self):
        """Show a note on the screens of those who submitted these (superuser) requests."""
        for user, requests in self.grouped("requester_id").items():
            if user.active and user != self.env.user:
                env = self.with_context(lang=user.with_user(user).context_get()["lang"]).env
                names = ", ".join(requests.mapped("name"))
                message = env._("Approved: %(quotations)s", quotations=names)
                user._bus_send("simple_notification", {"type": "success", "message": message})

    def _aria_end(self, state, reason=False):
        """End these (superuser) requests; what is left of their tasks is skipped."""
        self._aria_engine_write({"state": state, "reason": reason})
        self.task_ids.filtered(lambda t: t.state in ("waiting", "open"))._aria_skip()

    def _aria_hand_back(self, reason):
        """Refer these (superuser) requests to whoever submitted them."""
        for user, requests in self.grouped("requester_id").items():
            if user.active and not user.share and user.id != self.env.uid:
                requests._aria_open_referrals(self.env["aria.unit"], user, note=reason)

    def _aria_check_seats(self, order, seats, taken):
        """Refuse seats for which there are not enough different people."""
        if not can_seat(seats, taken):
            raise UserError(
                self.env._(
                    "“%(order)s” asks one person for several approvals; add approvers to the policy, or let one"
                    " person approve several steps.",
                    order=order.name,
                )
            )

    def _aria_get_open_seats(self, without):
        """Return who may take each approval that this request still needs, but that of ``without``."""
        self.ensure_one()
        seats = []
        for tasks in self.task_ids.grouped("step_id").values():
            done = len(tasks.filtered(lambda t: t.state == "approved"))
            left = tasks[0].needed - done - (without in tasks)
            undecided = (tasks - without).filtered(lambda t: t.state in ("waiting", "open"))
            if tasks[0].needed == len(tasks):
                seats += [set(t.approver_ids.ids) for t in undecided]
            else:
                people = set(undecided.approver_ids.ids)
                seats += [people] * max(left, 0)
        requester = self.requester_id.id
        return [people - {requester} for people in seats]

    def _aria_load(self):
        """Return the snapshot of this request as a dict."""
        self.ensure_one()
        return json.loads(self.snapshot or "{}")

    def _aria_engine_create(self, vals_list):
        return without_token(with_token(self).create(vals_list))
