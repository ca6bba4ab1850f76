from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import html2plaintext

from odoo.addons.aria_workflow.arguments import to_future, to_parts, to_record, to_text
from odoo.addons.aria_workflow.engine import holds_token, with_token

PART_KEYS = {"user_id", "unit_id", "name", "note", "deadline", "remind_at", "priority"}


class AriaFollowup(models.Model):
    """Something to be done for a lead or a customer, until its outcome is known.

    Life: open (in any of the company's own statuses) → done or cancelled, and open again when reopened. An
    open follow-up always has an open referral, to its owner at least, which holds deadline and reminder:
    cartable and reminders read one table. What is answered by somebody else comes back to the owner; the
    owner's own answer is the outcome.
    """

    _name = "aria.followup"
    _inherit = ["aria.referable.mixin", "aria.caller.mixin", "mail.thread"]
    _aria_action_field = "followup_id"
    _description = "Follow-up"
    _order = "priority desc, deadline, id"
    _check_company_auto = True

    name = fields.Char("Subject", required=True, tracking=True)
    lead_id = fields.Many2one(
        "crm.lead",
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        index=True,
        check_company=True,
    )
    campaign_id = fields.Many2one(
        "utm.campaign",
        compute="_compute_campaign_id",
        store=True,
        readonly=False,
        index=True,
        ondelete="set null",
    )
    kind_id = fields.Many2one(
        "aria.followup.kind",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env["aria.followup.kind"].search([], limit=1),
    )
    status_id = fields.Many2one(
        "aria.followup.status",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env["aria.followup.status"]._get_first("open"),
        group_expand="_group_expand_statuses",
        copy=False,
        tracking=True,
    )
    state = fields.Selection(related="status_id.state", store=True, index=True, aria_engine=True)
    priority = fields.Selection(
        [("0", "Normal"), ("1", "High"), ("2", "Urgent")], default="0", required=True
    )
    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        index=True,
        ondelete="restrict",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        tracking=True,
        help="Who answers for it; work of others comes back to this person.",
    )
    team_id = fields.Many2one(
        "crm.team",
        string="Sales Team",
        compute="_compute_team_id",
        store=True,
        readonly=False,
        index=True,
        check_company=True,
    )
    company_id = fields.Many2one(
        "res.company", compute="_compute_company_id", store=True, readonly=False, index=True
    )
    assign_unit_id = fields.Many2one(
        "aria.unit",
        string="To Unit",
        index="btree_not_null",
        copy=False,
        help="Unit that the follow-up is referred to when it is saved. Empty: it goes to its owner.",
    )
    assign_user_id = fields.Many2one(
        "res.users",
        string="To Person",
        index="btree_not_null",
        copy=False,
        domain=[("share", "=", False)],
        help="Person that the follow-up is referred to when it is saved. Empty: it goes to its owner.",
    )
    deadline = fields.Datetime(
        compute="_compute_moments", inverse="_inverse_moments", store=True, readonly=False, index=True,
        copy=False, help="Of the open referral.",
    )  # fmt: skip
    remind_at = fields.Datetime(
        "Reminder", compute="_compute_moments", inverse="_inverse_moments", store=True, readonly=False,
        copy=False, help="When whoever holds it is reminded.",
    )  # fmt: skip
    note = fields.Html("Instruction")
    plan_id = fields.Many2one(
        "aria.followup.plan",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="Plan that made it.",
    )
    parent_id = fields.Many2one(
        "aria.followup",
        string="Part Of",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        aria_engine=True,
    )
    child_ids = fields.One2many("aria.followup", "parent_id", string="Parts", readonly=True)
    part_count = fields.Integer(
        "Number of Parts", compute="_compute_parts", store=True, aria_engine=True
    )
    part_done = fields.Integer(
        "Closed Parts", compute="_compute_parts", store=True, aria_engine=True
    )
    progress = fields.Char("Parts Done", compute="_compute_progress")
    action_ids = fields.One2many(
        "aria.followup.action", "followup_id", string="Actions", copy=False
    )
    action_count = fields.Integer(
        "Actions Noted", compute="_compute_actions", store=True, aria_engine=True
    )
    last_action_at = fields.Datetime(
        "Last Action", compute="_compute_actions", store=True, aria_engine=True
    )
    phone = fields.Char(compute="_compute_phone")
    outcome = fields.Text(readonly=True, copy=False, aria_engine=True)
    closed_at = fields.Datetime("Closed On", readonly=True, copy=False, aria_engine=True)
    closed_by_id = fields.Many2one(
        "res.users",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        aria_engine=True,
    )

    _open_deadline_idx = models.Index("(user_id, deadline) WHERE state = 'open'")

    # ------------------------------------------------------------------ computed
    @api.depends("lead_id.partner_id")
    def _compute_partner_id(self):
        for followup in self:
            followup.partner_id = followup.lead_id.partner_id or followup.partner_id

    @api.depends("lead_id.campaign_id")
    def _compute_campaign_id(self):
        for followup in self:
            followup.campaign_id = followup.lead_id.campaign_id or followup.campaign_id

    @api.depends("lead_id.team_id", "user_id")
    def _compute_team_id(self):
        for followup in self:
            teams = followup.lead_id.team_id or followup.team_id or followup.user_id.sale_team_id
            followup.team_id = teams

    @api.depends("lead_id.company_id", "partner_id.company_id")
    def _compute_company_id(self):
        for followup in self:
            followup.company_id = (
                followup.lead_id.company_id
                or followup.partner_id.company_id
                or followup.company_id
                or self.env.company
            )

    @api.depends(
        "aria_referral_ids.deadline", "aria_referral_ids.remind_at", "aria_referral_ids.state"
    )
    def _compute_moments(self):
        referrals = {r.res_id: r for r in self._aria_get_open_referrals()}
        for followup in self:
            source = referrals.get(followup.id, followup)
            followup.deadline, followup.remind_at = source.deadline, source.remind_at

    def _inverse_moments(self):
        referrals = {r.res_id: r for r in self._aria_get_open_referrals()}
        for followup in self:
            referral = referrals.get(followup.id)
            if referral:
                followup._aria_check_moments(referral)
                referral._aria_reschedule(followup.deadline, followup.remind_at)

    @api.depends("child_ids.state")
    def _compute_parts(self):
        counts = dict.fromkeys(self, (0, 0))
        rows = self.env["aria.followup"]._read_group(
            [("parent_id", "in", self.ids)], ["parent_id", "state"], ["__count"]
        )
        for parent, state, count in rows:
            total, closed = counts[parent]
            counts[parent] = (total + count, closed + (count if state != "open" else 0))
        for followup in self:
            followup.part_count, followup.part_done = counts[followup]

    @api.depends("part_count", "part_done")
    def _compute_progress(self):
        for followup in self:
            count = followup.part_count
            followup.progress = f"{followup.part_done}/{count}" if count else False

    @api.depends("action_ids.date")
    def _compute_actions(self):
        found = dict.fromkeys(self, (0, False))
        rows = self.env["aria.followup.action"]._read_group(
            [("followup_id", "in", self.ids)], ["followup_id"], ["__count", "date:max"]
        )
        found |= {followup: (count, last) for followup, count, last in rows}
        for followup in self:
            followup.action_count, followup.last_action_at = found[followup]

    @api.depends("lead_id.phone", "partner_id.phone")
    def _compute_phone(self):
        for followup in self:
            followup.phone = followup.lead_id.phone or followup.partner_id.phone

    @api.model
    def _group_expand_statuses(self, statuses, domain):
        # statuses are few and configured by hand
        return self.env["aria.followup.status"].search([("active", "=", True)])

    # ------------------------------------------------------------------ guards
    @api.constrains("name", "lead_id", "partner_id")  # the name: whoever creates one gives it
    def _check_about_somebody(self):
        for followup in self:
            if not followup.lead_id and not followup.partner_id:
                raise ValidationError(
                    self.env._(
                        "“%(followup)s” is about nobody; choose its lead or its customer.",
                        followup=followup.name,
                    )
                )

    @api.constrains("deadline", "remind_at")
    def _check_reminder(self):
        for followup in self:
            if followup.deadline and followup.remind_at and followup.remind_at > followup.deadline:
                raise ValidationError(
                    self.env._(
                        "The reminder of “%(followup)s” comes after its deadline; choose an earlier time.",
                        followup=followup.name,
                    )
                )

    def _aria_check_moments(self, referral=None):
        """Refuse a deadline or a reminder that has passed, unless it was so before."""
        labels = {
            "deadline": self.env._("The deadline"),
            "remind_at": self.env._("The reminder"),
        }
        for name, label in labels.items():
            if not referral or self[name] != referral[name]:
                to_future(self.env, self[name], f"{label} ({self.name})")

    def _aria_check_open(self):
        closed = self.filtered(lambda f: f.state != "open")[:1]
        if closed:
            raise UserError(
                self.env._(
                    "“%(followup)s” is closed already (%(status)s); reopen it first.",
                    followup=closed.name,
                    status=closed.status_id.name,
                )
            )

    def _aria_checked(self):
        """Return these open follow-ups as superuser, once the user is found to hold them or to own them.

        :raise UserError: one is closed
        :raise AccessError: one is with somebody else, and the user may not write it
        """
        held = self._aria_get_open_referrals()._filter_held_by(self.env.user)
        others = self - self.browse(held.mapped("res_id"))
        if others:
            others.check_access("write")
        followups = self.sudo()  # rights were checked above
        followups._aria_check_open()
        return followups

    def _aria_check_target(self, unit, user):
        # EXTENDS 'aria_workflow'
        result = super()._aria_check_target(unit, user)
        if unit and not user and not unit.sudo()._get_people():  # whether anybody is there
            raise UserError(
                self.env._(
                    "%(unit)s has no members who could do it; choose another unit or a person.",
                    unit=unit.sudo().name,  # the name only
                )
            )
        return result

    # ------------------------------------------------------------------ CRUD
    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'aria_workflow'
        # asked for once, not for each
        defaults = self.default_get(["kind_id", "status_id"])
        followups = super().create([defaults | vals for vals in vals_list])
        followups._aria_check_open()
        for followup in followups:
            followup._aria_check_moments()
        followups.sudo()._aria_refer_first()  # whoever may create one may give it to somebody
        return followups

    def write(self, vals):
        # EXTENDS 'aria_workflow'
        if not holds_token(self.env):
            self._aria_check_written(vals)
        moved = self.browse()
        if "user_id" in vals:
            moved = self.filtered(lambda f: f.state == "open" and f.aria_user_id == f.user_id)
        result = super().write(vals)
        if moved:
            moved._aria_give_to_owner()
        return result

    def _aria_check_written(self, vals):
        """Refuse what has a method of its own."""
        if "status_id" in vals:
            self._aria_check_open()
            status = to_record(self.env, "aria.followup.status", vals["status_id"])
            if status.state != "open":
                raise UserError(
                    self.env._(
                        "“%(status)s” ends a follow-up; use the button Done or Cancel, and say what came of it.",
                        status=status.name,
                    )
                )
        if {"assign_unit_id", "assign_user_id"}.intersection(vals):
            raise UserError(
                self.env._("A follow-up that was saved is referred by the button Refer.")
            )

    @api.ondelete(at_uninstall=True)  # False: a caller's context key "_force_unlink" would skip it
    def _unlink_except_acted(self):
        acted = self.filtered(lambda f: f.action_ids or f.child_ids or f.state != "open")[:1]
        if acted:
            raise UserError(
                self.env._(
                    "“%(followup)s” has a history and cannot be deleted; cancel it instead.",
                    followup=acted.name,
                )
            )

    # ------------------------------------------------------------------ public
    def aria_done(self, outcome=None):
        """Close the follow-ups with their outcome; open parts are cancelled.

        :param str outcome: what came of it
        :raise UserError: no outcome, or closed already
        """
        outcome = to_text(self.env, outcome, self.env._("Write the outcome: what came of it?"))
        self._aria_checked()._aria_end("done", outcome)
        return True

    def aria_cancel(self, reason=None):
        """Close the follow-ups as no longer needed, with the reason; open parts are cancelled.

        :param str reason: why
        """
        reason = to_text(self.env, reason, self.env._("Write why it is no longer needed."))
        self._aria_checked()._aria_end("cancelled", reason)
        return True

    def aria_reopen(self):
        """Open closed follow-ups again, with their owners; a deadline that has passed is gone."""
        self.check_access("write")
        still_open = self.filtered(lambda f: f.state == "open")[:1]
        if still_open:
            raise UserError(self.env._("“%(followup)s” is open.", followup=still_open.name))
        followups = self.sudo()  # the right to write them was checked above
        status = self.env["aria.followup.status"]._get_first("open")
        followups._aria_engine_write(
            {"status_id": status.id, "outcome": False, "closed_at": False, "closed_by_id": False}
        )
        now = fields.Datetime.now()
        for name in ("deadline", "remind_at"):
            followups.filtered(lambda f, n=name: f[n] and f[n] <= now).write({name: False})
        followups._aria_return_to_owners({})
        return True

    def aria_act(
        self, kind="call", outcome=None, note=None, duration=0.0, next_date=None, date=None
    ):
        """Note what was done for each of the follow-ups, by whoever holds them or may write them.

        :param str kind: one of ``aria.followup.action.kind``
        :param str outcome: in a few words
        :param str note: HTML
        :param float duration: hours
        :param next_date: UTC datetime, or text; becomes the deadline
        :param date: UTC datetime, or text; default: now
        :return: the ids of the actions
        """
        vals = {"kind": kind, "outcome": outcome, "note": note, "duration": duration}
        vals |= {"next_date": next_date or False, "date": date or fields.Datetime.now()}
        followups = self._aria_checked()
        actions = self.env["aria.followup.action"].sudo()  # the right to act was checked above
        return actions.create([{**vals, "followup_id": f.id} for f in followups]).ids

    def aria_divide(self, parts):
        """Divide each of the follow-ups into parts, which are follow-ups of their own, each referred on its own.

        The whole stays with whoever holds it and shows how many parts are closed.

        :param list parts: dicts with ``user_id`` or ``unit_id`` (id; both: this person of the unit) and
            optionally ``name``, ``note``, ``deadline``, ``remind_at`` (UTC, datetime or text), ``priority``
        :return: the parts, as ``aria.followup`` records
        :raise UserError: no parts, or one for somebody who cannot do it
        """
        followups = self._aria_checked()
        parts = to_parts(self.env, parts, PART_KEYS, followups._aria_check_target)
        vals_list = [
            followup._aria_prepare_part_vals(part, number)
            for followup in followups
            for number, part in enumerate(parts, 1)
        ]
        made = followups.env["aria.followup"]._aria_engine_create(vals_list)
        return made.sudo(self.env.su)

    @api.model
    def _aria_engine_create(self, vals_list):
        """Create follow-ups with engine fields; for values that were checked, never for those of a request."""
        return with_token(self).create(vals_list).sudo()  # handed to methods of the engine

    # ------------------------------------------------------------------ division
    def _aria_prepare_part_vals(self, part, number):
        """Return the values of one part of this (superuser) follow-up."""
        self.ensure_one()
        now = fields.Datetime.now()
        inherited = self.deadline if self.deadline and self.deadline > now else False
        return {
            "name": part.get("name") or f"{self.name} ({number})",
            "lead_id": self.lead_id.id,
            "partner_id": self.partner_id.id,
            "campaign_id": self.campaign_id.id,
            "kind_id": self.kind_id.id,
            "team_id": self.team_id.id,
            "company_id": self.company_id.id,
            "note": part.get("note") or self.note,
            "priority": self.env["aria.referral"]._to_priority(
                part.get("priority") or self.priority
            ),
            "deadline": part["deadline"] or inherited,
            "remind_at": part["remind_at"],
            "user_id": part["user"].id,
            "assign_unit_id": part["unit"].id,
            "assign_user_id": part["user"].id,
            "parent_id": self.id,
        }

    # ------------------------------------------------------------------ the engine's side
    def _aria_refer_first(self):
        """Refer these new (superuser) follow-ups to whom they are meant for."""
        targets = {f: (f.assign_unit_id, f.assign_user_id) for f in self}
        for followup, (unit, user) in targets.items():
            if not unit and not user:
                targets[followup] = (unit, followup._aria_get_owner())
        for (unit, user), followups in self.grouped(lambda f: targets[f]).items():
            followups._aria_check_target(unit, user)
            followups._aria_open_referrals(unit, user)

    def _aria_get_owner(self):
        """Return the active user that this (superuser) follow-up comes back to."""
        self.ensure_one()
        candidates = (
            self.user_id,
            self.lead_id.user_id,
            self.team_id.user_id,
            self.create_uid,
            self.env.user,
        )
        return next((user for user in candidates if user.active and not user.share), self.env.user)

    def _aria_give_to_owner(self):
        """Refer these open follow-ups from their previous owners to the present ones."""
        for owner, followups in self.grouped("user_id").items():
            if owner:
                followups.sudo()._aria_get_open_referrals()._refer_on(
                    None, owner
                )  # written just now

    def _aria_prepare_referral_vals(
        self, unit, user, from_unit, previous, receivers=None, **values
    ):
        # EXTENDS 'aria_workflow': the first referral takes over what was typed
        vals_list = super()._aria_prepare_referral_vals(
            unit, user, from_unit, previous, receivers=receivers, **values
        )
        for followup, vals in zip(self, vals_list, strict=True):
            vals["summary"] = followup.kind_id.name
            if not previous.get(followup.id):
                vals |= {
                    "deadline": followup.deadline,
                    "remind_at": followup.remind_at,
                    "priority": followup.priority,
                    "note": html2plaintext(followup.note or "") or vals["note"],
                }
        return vals_list

    def _aria_move_deadline(self, moment):
        """Move the deadline of this (superuser) open follow-up; its reminder keeps its distance."""
        self.ensure_one()
        remind_at = False
        if self.remind_at:
            ahead = self.deadline - self.remind_at if self.deadline else timedelta()
            remind_at = max(moment - ahead, fields.Datetime.now() + timedelta(minutes=1))
        self.write({"deadline": moment, "remind_at": remind_at and min(remind_at, moment)})

    def _aria_end(self, state, outcome):
        """Close these open (superuser) follow-ups and their referrals."""
        self._aria_mark_ended(state, outcome)
        answer = "answered" if state == "done" else "cancelled"
        self._aria_get_open_referrals()._close(answer, outcome)

    def _aria_mark_ended(self, state, outcome):
        """Write on these (superuser) follow-ups that they are closed; cancel their open parts."""
        status = self.env["aria.followup.status"]._get_first(state)
        self._aria_engine_write(
            {
                "status_id": status.id,
                "outcome": outcome,
                "closed_at": fields.Datetime.now(),
                "closed_by_id": self.env.uid,
            }
        )
        parts = self.child_ids.filtered(lambda f: f.state == "open")
        if parts:
            parts._aria_end("cancelled", self.env._("No longer needed: the whole is closed."))
        # the row of the whole is written here: two parts that end at the same instant meet on it
        self.env["aria.followup"].flush_model(["part_done"])
        self.parent_id._aria_tell_parts_closed()

    def _aria_tell_parts_closed(self):
        """Note on these open (superuser) wholes that all of their parts are closed."""
        for whole in self.filtered(lambda f: f.state == "open" and f.part_done == f.part_count):
            rows = Markup().join(
                Markup("<li>%s: %s</li>") % (part.name, part.outcome or "")
                for part in whole.child_ids
            )
            body = Markup("%s<ul>%s</ul>") % (self.env._("All parts are closed:"), rows)
            whole.message_post(body=body, partner_ids=whole._aria_get_owner().partner_id.ids)

    def _aria_referral_closed(self, referrals):
        # EXTENDS 'aria_workflow': the owner's answer is the outcome; all else comes back to the owner
        result = super()._aria_referral_closed(referrals)
        closed = {referral.res_id: referral for referral in referrals}
        # whoever refers on or returns leaves the holder, as the next referral follows at once
        free = self.filtered(lambda f: f.state == "open" and not (f.aria_user_id or f.aria_unit_id))
        ended = free.filtered(
            lambda f: (
                closed[f.id].state == "answered"
                and (not f.user_id or closed[f.id].closed_by_id == f.user_id)
            )
        )
        for answer, followups in ended.grouped(lambda f: closed[f.id].answer).items():
            followups._aria_mark_ended("done", answer)
        (free - ended)._aria_return_to_owners(closed)
        return result

    def _aria_return_to_owners(self, closed):
        """Refer these (superuser) follow-ups to their owners.

        :param closed: {id: referral that was answered or taken back}
        """
        groups = self.grouped(
            lambda f: (f._aria_get_owner(), closed[f.id].answer if f.id in closed else False)
        )
        for (owner, answer), followups in groups.items():
            previous = {f.id: closed[f.id] for f in followups if f.id in closed}
            followups._aria_open_referrals(
                self.env["aria.unit"], owner, previous=previous, same_work=True, note=answer
            )

    def _aria_get_customer_name(self):
        # EXTENDS 'aria_crm_lead'
        lead = self.lead_id
        return self.partner_id.display_name or lead._aria_get_customer_name() or lead.name

    def _aria_referral_card(self):
        # EXTENDS 'aria_workflow': what a caller needs
        return {followup.id: followup._aria_get_card_rows() for followup in self}

    def _aria_get_card_rows(self):
        self.ensure_one()
        last = self.action_ids[:1]
        phone = self.phone and Markup('<a href="tel:%s" dir="ltr">%s</a>') % (
            self.phone.replace(" ", ""),
            self.phone,
        )
        rows = [
            (self.env._("Subject"), self.name),
            (self.env._("Customer"), self._aria_get_customer_name()),
            (self.env._("Phone"), phone),
            (self.env._("Kind"), self.kind_id.name),
            (self.env._("Class"), self._aria_get_class_name()),
            (self.env._("Campaign"), self.campaign_id.title),
            (self.env._("Last Action"), last and last.display_name),
            (self.env._("Instruction"), html2plaintext(self.note or "")),
        ]
        return [(label, value) for label, value in rows if value]
