import time

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.http import request as http_request

from odoo.addons.aria_workflow.arguments import to_record, to_text
from odoo.addons.aria_workflow.engine import with_token, without_token
from odoo.addons.base.models.res_users import check_identity

from ..lib.chain import can_seat

IDENTITY_SECONDS = 600
RACES = (psycopg2.errors.SerializationFailure, psycopg2.errors.DeadlockDetected)
ROUND_FIELDS = [
    "name", "request_id", "order_id", "company_id", "partner_id", "step_id", "sequence", "needed",
    "deadline_hours", "deadline", "user_id", "on_behalf_of_id", "approver_ids", "ask_unit_id",
    "redirected", "state", "scope", "approved_content", "aria_unit_id", "aria_user_id", "note",
    "decided_at", "kept_from_id",
]  # fmt: skip


class AriaApprovalTask(models.Model):
    """What one approver, or any of several, is asked. Frozen from the policy, decided by its methods only."""

    _name = "aria.approval.task"
    _inherit = "aria.referable.mixin"
    _description = "Approval Task"
    _aria_tells_sender = False  # a decision tells the requester itself
    _order = "request_id desc, sequence, id"

    name = fields.Char(required=True, readonly=True, aria_engine=True)
    request_id = fields.Many2one(
        "aria.approval.request", required=True, readonly=True, index=True, ondelete="restrict",
        aria_engine=True,
    )  # fmt: skip
    order_id = fields.Many2one(
        "sale.order", readonly=True, index=True, ondelete="restrict", aria_engine=True
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True, aria_engine=True)
    partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True, index="btree_not_null",
        ondelete="set null", aria_engine=True,
    )  # fmt: skip
    step_id = fields.Many2one(
        "aria.approval.step", required=True, readonly=True, index=True, ondelete="restrict",
        aria_engine=True,
    )  # fmt: skip
    sequence = fields.Integer(readonly=True, aria_engine=True)
    needed = fields.Integer("Approvals Needed", readonly=True, aria_engine=True)
    deadline_hours = fields.Float(readonly=True, aria_engine=True)
    deadline = fields.Datetime(readonly=True, aria_engine=True)
    user_id = fields.Many2one(
        "res.users", string="Approver", readonly=True, index=True, ondelete="restrict",
        aria_engine=True, help="Empty: any of the approvers.",
    )  # fmt: skip
    on_behalf_of_id = fields.Many2one(
        "res.users", readonly=True, index="btree_not_null", ondelete="restrict", aria_engine=True
    )
    approver_ids = fields.Many2many(
        "res.users",
        string="May Decide",
        readonly=True,
        aria_engine=True,
        context={"active_test": False},
    )
    ask_unit_id = fields.Many2one(
        "aria.unit", string="Asked Unit", readonly=True, index="btree_not_null",
        ondelete="restrict", aria_engine=True,
    )  # fmt: skip
    redirected = fields.Char(
        "Why Another Person", readonly=True, aria_engine=True,
        help="Says who was meant and why somebody else is asked.",
    )  # fmt: skip
    state = fields.Selection(
        [
            ("waiting", "Waiting for Earlier Steps"),
            ("open", "To Decide"),
            ("approved", "Approved"),
            ("returned", "Sent Back"),
            ("rejected", "Rejected"),
            ("skipped", "Not Needed"),
        ],
        required=True,
        readonly=True,
        index=True,
        aria_engine=True,
    )
    decided_at = fields.Datetime(readonly=True, aria_engine=True)
    note = fields.Text(readonly=True, aria_engine=True)
    scope = fields.Json(readonly=True, aria_engine=True)  # content that is asked: header and lines
    approved_content = fields.Json(readonly=True, aria_engine=True)
    kept_from_id = fields.Many2one(
        "aria.approval.task", readonly=True, index="btree_not_null", ondelete="restrict",
        aria_engine=True, help="The approval of an earlier round that still holds.",
    )  # fmt: skip
    screen = fields.Html("Content", compute="_compute_screen", sanitize=False, compute_sudo=True)
    changes = fields.Text(related="request_id.changes", related_sudo=True)
    can_decide = fields.Boolean(compute="_compute_can_decide")
    round = fields.Integer(related="request_id.round", related_sudo=True)

    @api.depends("request_id.snapshot", "scope", "approved_content")
    @api.depends_context("lang")
    def _compute_screen(self):
        for task in self:
            settled = {int(key) for key in task._aria_get_kept_lines()} if task.scope else ()
            task.screen = task.request_id._aria_render(settled)

    @api.depends("state", "approver_ids")
    @api.depends_context("uid")
    def _compute_can_decide(self):
        tasks = self.sudo()  # whether the reader may act
        behalf = tasks._aria_get_behalf(self.env.user)
        for task in self:
            task.can_decide = (
                task.state == "open"
                and task.id in behalf
                and task.sudo().request_id.requester_id != self.env.user  # the same
            )

    @api.ondelete(at_uninstall=True)
    def _unlink_except_history(self):
        if self:
            raise AccessError(
                self.env._(
                    "%(record)s is part of the history and cannot be deleted.", record=self[0].name
                )
            )

    # ------------------------------------------------------------------ what approvers do
    def approve(self, note=None):
        """Approve what these tasks ask.

        :param str note: remark, kept with the decision
        :return: True, or Odoo's action that asks for the password where the policy wants it
        :raise UserError: decided already, the content has changed, or not by this person
        """
        tasks = self._aria_checked()
        return tasks._aria_ask_identity("approve", note) or tasks._aria_approve(note)

    def approve_lines(self, line_ids, reason, note=None):
        """Approve the lines ``line_ids`` (ids of order lines) and send the others back with ``reason``."""
        reason = self._aria_to_reason(reason)
        tasks = self._aria_checked()
        asked = {int(key) for task in tasks for key in task.scope["lines"]}
        lines = line_ids if isinstance(line_ids, list | tuple) else [None]
        chosen = {key for key in lines if isinstance(key, int)}
        if len(chosen) != len(lines) or not chosen <= asked:
            raise UserError(
                self.env._("Choose lines of “%(task)s” to approve.", task=tasks[:1].name)
            )
        if chosen == asked:
            return tasks.sudo(False).approve(note)
        identity = tasks._aria_ask_identity("approve_lines", line_ids, reason, note)
        return identity or tasks._aria_return(reason, lines=chosen)

    def send_back(self, reason, task=None):
        """Send back to whoever submitted, to correct and submit again, or to an earlier step.

        :param str reason: what is wrong
        :param task: an earlier task (record or id) of the same request, which is then asked again
        """
        reason = self._aria_to_reason(reason)
        tasks = self._aria_checked()
        task = to_record(self.env, "aria.approval.task", task)
        if not task:
            return tasks._aria_return(reason)
        return tasks._aria_send_to(task.sudo(), reason)  # it may be read; the engine writes it

    def reject(self, reason):
        """Reject for good, with the reason."""
        reason = self._aria_to_reason(reason)
        tasks = self._aria_checked()
        tasks._aria_decide("rejected", reason)
        tasks.request_id._aria_end("rejected", reason)
        tasks.request_id._aria_hand_back(reason)
        return True

    def approve_each(self, note=None):
        """Approve these tasks one by one; what cannot be approved stays.

        :return: list of dicts ``task_id``, ``name``, ``error`` (False: approved)
        """
        self.check_access("read")
        if any(
            task.sudo().request_id.needs_identity for task in self
        ):  # whether a password is asked
            question = self._aria_checked()._aria_ask_identity("approve", note)
            if question:
                return question
        if len(self) > 1 and not self._aria_try_to_approve(note):  # most often all of them can be
            return [{"task_id": task.id, "name": task.name, "error": False} for task in self]
        return [
            {"task_id": task.id, "name": task.name, "error": task._aria_try_to_approve(note)}
            for task in self
        ]

    def _aria_try_to_approve(self, note):
        """Approve these tasks, all or none; return why not, or False."""
        try:
            with self.env.cr.savepoint():
                done = self.approve(note)
        except (UserError, AccessError) as refused:
            return str(refused)
        return False if done is True else self.env._("The password has to be given first.")

    def action_approve_each(self):
        """Approve the ticked tasks, and say what became of each."""
        results = self.approve_each()
        if isinstance(results, dict):
            return results
        failed = [f"{r['name']}: {r['error']}" for r in results if r["error"]]
        done = self.env._("%(count)s approved.", count=len(results) - len(failed))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if failed else "success",
                "sticky": bool(failed),
                "message": "\n".join([done, *failed]),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_aria_decide(self):
        """Open the dialog that approves, sends back or rejects."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Decide"),
            "res_model": "aria.approval.act",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_task_id": self.id,
                "default_verdict": self.env.context.get("verdict", "approved"),
            },
        }

    # ------------------------------------------------------------------ guards
    def _aria_to_reason(self, reason):
        return to_text(
            self.env, reason, self.env._("Write the reason; whoever submitted needs it to correct.")
        )

    def _aria_checked(self):
        """Return these tasks as superuser, once the user is found to be the one to decide them."""
        self.browse().check_access("read")
        tasks = self.sudo()  # rights are checked here; rows are written by the engine only
        tasks._aria_load_rounds()
        self.browse(tasks._aria_get_foreign().ids).check_access("read")  # else no name is told
        tasks._aria_check_open()
        tasks._aria_check_person()
        tasks._aria_check_content()
        return tasks

    def _aria_load_rounds(self):
        """Read what a decision on these (superuser) tasks looks at, each table once."""
        tasks = self.search_fetch([("request_id.task_ids", "in", self.ids)], ROUND_FIELDS)
        requests, groups = tasks.request_id, tasks.grouped("request_id")
        of_requests = (tuple(groups[request].ids) for request in requests)
        requests._fields["task_ids"]._insert_cache(requests, of_requests)
        users = tasks.approver_ids | requests.requester_id | self.env.user
        users.fetch(["active", "share", "partner_id"])

    def _aria_get_foreign(self):
        """Return those of these (superuser) tasks that the user is not, or no longer, asked."""
        user = self.env.user
        behalf, companies = self._aria_get_behalf(user), user._get_company_ids()
        return self.filtered(
            lambda t: t.id not in behalf or t.company_id.id not in (False, *companies)
        )

    def _aria_check_open(self):
        closed = self.filtered(lambda t: t.state != "open" or t.request_id.state != "open")[:1]
        if closed:
            raise UserError(
                self.env._(
                    "“%(task)s” is not to be decided now (%(state)s%(user)s). Reload the page.",
                    task=closed.name,
                    state=self._aria_get_label(closed.state),
                    user=f", {closed.user_id.name}" if closed.user_id else "",
                )
            )

    def _aria_get_behalf(self, user):
        """Return {task id: in whose place ``user`` decides, maybe empty} of those that he may decide."""
        found, nobody = {}, user.browse()
        others = self.filtered(lambda t: user not in t.approver_ids)
        for task in self - others:
            found[task.id] = task.on_behalf_of_id if task.user_id == user else nobody
        absent = self._aria_get_represented(user) if others else nobody
        for task in others:
            if absent & task.approver_ids:
                found[task.id] = (absent & task.approver_ids)[0]
        return found

    def _aria_get_represented(self, user):
        """Return whom ``user`` represents today."""
        model = self.env["aria.approval.substitute"]
        substitutes = model._get_absences_now()
        absences = self.env["aria.absence"]._get_absences_now()
        people = self.approver_ids
        return people.filtered(
            lambda p: (
                (p.id in substitutes or p.id in absences)
                and model._follow(p, absences | substitutes, None) == user
            )
        )

    def _aria_check_person(self):
        user = self.env.user
        behalf = self._aria_get_behalf(user)
        for task in self:
            if task.id not in behalf:
                raise AccessError(
                    self.env._(
                        "“%(task)s” is asked of %(users)s; only they can decide it.",
                        task=task.name,
                        users=", ".join(task.approver_ids.mapped("name")),
                    )
                )
            if task.request_id.requester_id == user:
                raise AccessError(
                    self.env._(
                        "You have submitted “%(task)s” yourself; somebody else has to decide it.",
                        task=task.name,
                    )
                )
        self._aria_check_once(user)

    def _aria_check_once(self, user):
        """Refuse a second approval of one person, and one after which too few people would be left."""
        for task in self:
            request, rivals = task.request_id, task._aria_get_rivals()
            decided = rivals.filtered(lambda t: t.state == "approved").user_id
            # whoever approved a part in an earlier round is needed for the rest of it
            if user in decided | rivals.kept_from_id.user_id or rivals & self:
                raise UserError(
                    self.env._(
                        "You have approved “%(request)s” already; this step needs another person.",
                        request=request.name,
                    )
                )
            if request.allow_same_person:
                continue
            seats = request._aria_get_open_seats(without=task)
            if not can_seat(seats, {*decided.ids, user.id}):
                raise UserError(
                    self.env._(
                        "You are needed for another step of “%(request)s”; let somebody else decide this one.",
                        request=request.name,
                    )
                )

    def _aria_check_content(self):
        prints = self.order_id._aria_get_fingerprints()
        for task in self:
            if prints[task.order_id.id] != task.request_id.fingerprint:
                raise UserError(
                    self.env._(
                        "%(order)s was changed by %(user)s after it was submitted; let it be submitted again.",
                        order=task.order_id.name,
                        user=(
                            task.order_id.order_line.write_uid[:1] or task.order_id.write_uid
                        ).name,
                    )
                )

    def _aria_ask_identity(self, method, *args):
        """Return Odoo's action that asks for the password, where it is due; nothing otherwise.

        :raise UserError: the call comes from where no password can be asked
        """
        if not any(self.request_id.mapped("needs_identity")):
            return None
        if not http_request:
            raise UserError(
                self.env._(
                    "“%(task)s” is above the amount for which the password is asked; approve it in the browser.",
                    task=self.filtered(lambda t: t.request_id.needs_identity)[0].name,
                )
            )
        if http_request.session.get("identity-check-last", 0) > time.time() - IDENTITY_SECONDS:
            return None
        return self.sudo(False)._aria_identified(method, list(args))

    @check_identity
    def _aria_identified(self, method, args):
        """Call ``method`` once the password was given; Odoo's dialog comes back here."""
        return getattr(self, method)(*args)

    # ------------------------------------------------------------------ decisions
    def _aria_approve(self, note):
        self._aria_decide("approved", note)
        self.request_id._aria_advance()
        return True

    def _aria_decide(self, verdict, note, lines=None):
        """Write the decision on these (superuser) tasks, and close their referrals."""
        user, now = self.env.user, fields.Datetime.now()
        note = note.replace("\x00", "").strip() if isinstance(note, str) else ""
        behalf = self._aria_get_behalf(user)
        rows = []
        for task in self:
            task._aria_engine_write(
                {
                    "state": verdict,
                    "user_id": user.id,
                    "on_behalf_of_id": behalf[task.id].id,
                    "decided_at": now,
                    "note": note or False,
                    "approved_content": task._aria_get_approved(verdict, lines),
                }
            )
            rows.append(
                {
                    "request": task.request_id, "task": task, "user": user,
                    "on_behalf_of": behalf[task.id], "verdict": verdict, "reason": note,
                }
            )  # fmt: skip
        self._aria_close_open_referrals("answered", note or self._aria_get_label(verdict))
        self.request_id._aria_append(rows)

    def _aria_get_label(self, state):
        return dict(self._fields["state"]._description_selection(self.env))[state]

    def _aria_return(self, reason, lines=None):
        self._aria_decide("returned", reason, lines)
        requests = self.request_id
        requests._aria_end("returned", reason)
        requests._aria_hand_back(reason)
        return True

    def _aria_send_to(self, target, reason):
        """Ask ``target``, an earlier task, again; this one waits for it."""
        for task in self:
            earlier = target.request_id == task.request_id and target.sequence < task.sequence
            if not earlier or target.state != "approved":
                raise UserError(
                    self.env._(
                        "“%(target)s” is no earlier approval of “%(task)s”; choose one that is.",
                        target=target.name,
                        task=task.name,
                    )
                )
        self._aria_decide("returned", reason)
        between = target.request_id.task_ids.filtered(
            lambda t: t.sequence > target.sequence and t.state in ("open", "approved", "returned")
        )
        between.filtered(lambda t: t.state == "open")._aria_close_referrals()
        for task in between | target:
            task._aria_engine_write(task._aria_prepare_anew())
        target._aria_open(note=reason)
        return True

    def _aria_is_satisfied(self):
        """Return whether these tasks of one step of one request have the approvals that it needs."""
        return len(self.filtered(lambda t: t.state == "approved")) >= self[0].needed

    def _aria_skip(self):
        if self:
            opened = self.filtered(lambda t: t.state == "open")
            self._aria_engine_write({"state": "skipped"})
            opened._aria_close_referrals()

    def _aria_close_referrals(self):
        if self:
            self.filtered(lambda t: t.state == "open")._aria_engine_write({"state": "waiting"})
            self._aria_close_open_referrals("cancelled")

    def _aria_open(self, note=None):
        """Ask these (superuser) tasks: they come to the cartable of whoever decides them now."""
        if not self:
            return
        # sudo: who is away, whoever asks
        acting = self.env["aria.approval.substitute"].sudo()._get_acting_of(self)
        until, stuck = self._aria_get_deadlines(), self._aria_get_stuck()
        for task in self:
            vals = task._aria_prepare_open(acting, until[task.id])
            task._aria_engine_write(vals | task._aria_prepare_stuck() if task in stuck else vals)
        groups = self.grouped(lambda t: (t.ask_unit_id, t.user_id, t.deadline))
        for (unit, user, deadline), tasks in groups.items():
            own = user.browse() if unit else user
            tasks._aria_open_referrals(unit, own, deadline=deadline, note=note)

    def _aria_prepare_open(self, acting, deadline):
        """Return what this task gets when it is asked: who acts, until when."""
        vals = {"state": "open", "deadline": deadline}
        if not self.user_id:
            return vals
        person, said = acting[self.company_id, self.user_id]
        if not person or person == self.request_id.requester_id:
            raise self._aria_make_nobody_error(self.user_id)
        if person == self.user_id:
            return vals
        return vals | self._aria_prepare_acting(self.user_id, person, said)

    def _aria_prepare_acting(self, user, person, said):
        """Return what this task gets when ``person`` is asked in the place of ``user``."""
        return {
            "user_id": person.id, "on_behalf_of_id": user.id, "redirected": said, "ask_unit_id": False,
            "approver_ids": [fields.Command.set((self.approver_ids | person).ids)],
        }  # fmt: skip

    def _aria_make_nobody_error(self, users):
        return UserError(
            self.env._(
                "%(user)s, who approves “%(task)s”, is away or archived and nobody represents them; name a"
                " substitute or change the policy.",
                user=", ".join(users.mapped("name")),
                task=self.name,
            )
        )

    # ------------------------------------------------------------------ units and groups that nobody is left of
    def _aria_get_stuck(self):
        """Return those of these (superuser) tasks of a unit or group for which too few are left to decide."""
        pools, stuck = self.filtered(lambda t: not t.user_id), self.browse()
        for task in pools:
            pool = task.request_id.task_ids.filtered(
                lambda t, task=task: (
                    t.step_id == task.step_id and not t.user_id and t.state in ("waiting", "open")
                )
            )
            if task in pool[len(task._aria_filter_able(pool.approver_ids)) :]:
                stuck |= task
        return stuck

    def _aria_filter_able(self, users):
        """Return who of ``users`` is there and may decide this (superuser) task."""
        model = self.env["aria.approval.substitute"]
        away = model._get_absences_now().keys() | self.env["aria.absence"]._get_absences_now()
        request = self.request_id
        approved = request.task_ids.filtered(
            lambda t: t.step_id == self.step_id and t.state == "approved"
        )
        present = users.filtered(lambda u: u.active and not u.share and u.id not in away)
        return present - request.requester_id - approved.user_id

    def _aria_prepare_stuck(self):
        """Return who is asked where nobody is left of those whom this (superuser) task asked.

        Who is in the unit or group today, else whoever represents one of them.
        """
        people = self.approver_ids
        fresh = self._aria_filter_able(self.step_id._aria_get_pool() - people)
        if fresh:
            self.step_id._aria_get_pool_unit()  # a group's unit has its members of today
            said = self.env._("Nobody of those who were asked is left; %(users)s can decide now.")
            return {
                "redirected": said % {"users": ", ".join(fresh.mapped("name"))},
                "approver_ids": [fields.Command.set((people | fresh).ids)],
            }
        # sudo: who is away, whoever asks
        acting = self.env["aria.approval.substitute"].sudo()._get_acting(people, self.company_id)
        for user, (person, said) in acting.items():
            if said and self._aria_filter_able(person):
                return self._aria_prepare_acting(user, person, said)
        raise self._aria_make_nobody_error(people)

    def _aria_get_deadlines(self):
        """Return {task id: until when it is to be decided, or False}, in working hours from now."""
        now, found = fields.Datetime.now(), dict.fromkeys(self.ids, False)
        timed = self.filtered("deadline_hours")
        for (unit, company), tasks in timed.grouped(
            lambda t: (t.ask_unit_id, t.company_id)
        ).items():
            shift = unit._get_clock(company, now, [])
            found |= {task.id: shift(now, task.deadline_hours) for task in tasks}
        return found

    @api.model
    def _cron_aria_redirect(self):
        """Ask somebody else where an open task has nobody left who could decide it, one by one."""
        progress = self.env["ir.cron"]
        # sudo: the scheduler looks after everybody's tasks
        tasks = self.sudo().search([("state", "=", "open")])
        progress._commit_progress(remaining=len(tasks))
        for task in tasks:
            try:
                # whoever submitted reads what is said
                lang = task.request_id.requester_id.lang
                task.with_context(lang=lang)._aria_redirect()
                self.env.flush_all()
            except RACES:  # somebody decides it at this instant: the next run looks again
                self.env.cr.rollback()
                self.env.invalidate_all(flush=False)
            if not progress._commit_progress(1):
                return

    def _aria_redirect(self):
        """Ask whoever acts for those whom this open (superuser) task asks, where they cannot decide it."""
        if not (self._aria_get_stuck() if not self.user_id else self._aria_needs_another()):
            return
        try:
            with self.env.cr.savepoint():
                self._aria_close_referrals()
                self._aria_open()
        except UserError as error:
            self._aria_tell_nobody(str(error))

    def _aria_needs_another(self):
        """Return whether somebody else acts for the person of this (superuser) task, or nobody can."""
        # sudo: who is away, whoever asks
        acting = self.env["aria.approval.substitute"].sudo()._get_acting_of(self)
        person, _said = acting[self.company_id, self.user_id]
        return person != self.user_id

    def _aria_tell_nobody(self, said):
        """Tell whoever submitted, once, that nobody is left who could decide this (superuser) task."""
        if self.redirected != said:
            self._aria_engine_write({"redirected": said})
            # sudo: the order's own note, by the scheduler
            self.order_id.sudo().message_post(
                body=said,
                partner_ids=self.request_id.requester_id.partner_id.ids,
                subtype_xmlid="mail.mt_note",
            )

    # ------------------------------------------------------------------ cartable
    def _aria_referral_closed(self, referrals):
        # EXTENDS 'aria_workflow': an answer is no decision, and must not make one disappear
        result = super()._aria_referral_closed(referrals)
        ended = referrals.filtered(lambda r: r.state == "returned").mapped("res_id")
        undecided = self.filtered(
            lambda t: (
                t.state == "open" and (t.id in ended or not (t.aria_unit_id or t.aria_user_id))
            )
        )[:1]
        if undecided:
            raise UserError(
                self.env._(
                    "“%(task)s” is decided by approving, sending back or rejecting; open it.",
                    task=undecided.name,
                )
            )
        return result

    def _aria_check_target(self, unit, user):
        # EXTENDS 'aria_workflow': an approval is not handed to whom the policy does not name
        result = super()._aria_check_target(unit, user)
        for task in self:
            if not user or user.id not in task.approver_ids.ids and not task._aria_get_behalf(user):
                raise UserError(
                    self.env._(
                        "“%(task)s” can only be decided by %(users)s; name a substitute instead.",
                        task=task.name,
                        users=", ".join(task.approver_ids.mapped("name")),
                    )
                )
        return result

    def aria_refer(self, unit=None, user=None, **kwargs):
        # EXTENDS 'aria_workflow': only who is asked may pass it to another one who is
        self._aria_get_held_referrals()
        return super().aria_refer(unit=unit, user=user, **kwargs)

    def _aria_prepare_referral_vals(self, *args, **kwargs):
        # EXTENDS 'aria_workflow': why another person is asked, and what has changed since the last round
        vals_list = super()._aria_prepare_referral_vals(*args, **kwargs)
        for task, vals in zip(self, vals_list, strict=True):
            said = (vals["note"], task.redirected, task.request_id.changes)
            vals["note"] = "\n".join(filter(None, said)) or False
        return vals_list

    def _aria_get_owners(self):
        # EXTENDS 'aria_workflow'
        return {task.id: task.request_id.requester_id for task in self}

    def _aria_get_referral_summary(self):
        # EXTENDS 'aria_workflow'
        return self.env._("Approval of a quotation")

    def _aria_referral_card(self):
        # EXTENDS 'aria_workflow': the approver decides on prices
        return {
            task.id: [
                (self.env._("Quotation"), task.order_id.name),
                (self.env._("Customer"), task.partner_id.name or ""),
                (self.env._("Content"), task.screen),
            ]
            for task in self
        }

    def _aria_engine_create(self, vals_list):
        return without_token(with_token(self).create(vals_list))
