from datetime import datetime, time, timedelta

import pytz
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..arguments import to_future, to_record, to_text
from ..engine import holds_token, with_token
from .aria_referral_parts_mixin import OPEN_STATES


class AriaReferral(models.Model):
    """Who holds a document, since when, and what they answered.

    Life: open → accepted → answered, returned or cancelled. A row is written by its methods only, and not
    at all once it is closed. It never widens access to its document: the holder sees the card.
    """

    _name = "aria.referral"
    _inherit = [
        "aria.referral.work.mixin",
        "aria.referral.alarm.mixin",
        "aria.referral.parts.mixin",
        "aria.referral.inbox.mixin",
        "aria.append.only.mixin",
        "mail.thread",
    ]
    _mail_post_access = "read"  # whoever sees a referral may write a note on it
    _description = "Referral"
    _order = "priority desc, deadline, id"
    _rec_name = "res_name"

    res_model_id = fields.Many2one(
        "ir.model",
        string="Kind of Document",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    # no related field: that would read the model, and make a record in memory for every row
    res_model = fields.Char("Document Model", readonly=True)
    res_id = fields.Many2oneReference(
        "Document ID", model_field="res_model", required=True, readonly=True
    )
    res_name = fields.Char(
        "Document", readonly=True, help="Name of the document when it was referred."
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True, index="btree_not_null", ondelete="set null",
        help="Customer of the document when it was referred.",
    )  # fmt: skip
    owner_id = fields.Many2one(
        "res.users", string="Responsible", readonly=True, index=True, ondelete="restrict",
        help="Who was responsible for the document when it was referred; follows the referral.",
    )  # fmt: skip
    from_user_id = fields.Many2one(
        "res.users", string="Referred By", readonly=True, index=True, ondelete="restrict"
    )
    from_unit_id = fields.Many2one("aria.unit", readonly=True, index=True, ondelete="restrict")
    to_user_id = fields.Many2one(
        "res.users", string="Held By", readonly=True, index=True, ondelete="restrict"
    )
    absent_user_id = fields.Many2one(
        "res.users",
        string="In Place Of",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Who was meant, but was away; the holder stands in.",
    )
    to_unit_id = fields.Many2one(
        "aria.unit", string="Unit", readonly=True, index=True, ondelete="restrict"
    )
    summary = fields.Char(readonly=True)
    note = fields.Text("Instruction", readonly=True)
    priority = fields.Selection(
        [("0", "Normal"), ("1", "High"), ("2", "Urgent")], default="0", required=True, readonly=True
    )
    deadline = (
        fields.Datetime()
    )  # not read-only, or the calendar could not move it: see action_change
    remind_at = fields.Datetime("Reminder", readonly=True, help="When the holder is reminded.")
    snoozed_until = fields.Datetime(
        readonly=True,
        help="Until then the referral is out of sight in the cartable; the deadline stays.",
    )
    state = fields.Selection(
        [
            ("open", "Waiting"),
            ("accepted", "Accepted"),
            ("answered", "Answered"),
            ("returned", "Returned"),
            ("cancelled", "Cancelled"),
        ],
        default="open",
        required=True,
        readonly=True,
    )
    answer = fields.Text(readonly=True)
    previous_id = fields.Many2one(
        "aria.referral",
        string="Previous Referral",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    next_ids = fields.One2many(
        "aria.referral", "previous_id", string="Next Referrals", readonly=True
    )
    opened_at = fields.Datetime(
        "Referred At", default=fields.Datetime.now, required=True, readonly=True
    )
    accepted_at = fields.Datetime(readonly=True)
    closed_at = fields.Datetime(readonly=True)
    closed_by_id = fields.Many2one(
        "res.users", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    held_hours = fields.Float("Held For (hours)", compute="_compute_held_hours")
    day = fields.Selection(
        [
            ("overdue", "Overdue"),
            ("today", "Today"),
            ("tomorrow", "Tomorrow"),
            ("later", "Later"),
            ("none", "No deadline"),
        ],
        string="When",
        compute="_compute_day",
        search="_search_day",
        group_expand=True,
    )
    card = fields.Html(
        compute="_compute_card",
        sanitize=False,
        help="What the holder needs to know of the document.",
    )
    can_act = fields.Boolean(
        compute="_compute_can_act", help="Whether the reader holds this referral."
    )
    can_cancel = fields.Boolean(
        compute="_compute_can_act", help="Whether the reader sent this referral."
    )

    _target_set = models.Constraint(
        "CHECK (to_user_id IS NOT NULL OR to_unit_id IS NOT NULL)",
        "A referral needs a unit or a person; choose one.",
    )
    _open_uniq = models.UniqueIndex(
        "(res_model, res_id) WHERE state IN ('open', 'accepted') AND parent_id IS NULL",
        "Somebody else has just referred this document; reload it to see to whom.",
    )
    # the cartable and its counter read only these two, whatever the number of closed rows
    _open_user_idx = models.Index("(to_user_id, deadline) WHERE state IN ('open', 'accepted')")
    _open_unit_idx = models.Index(
        "(to_unit_id, deadline) WHERE state IN ('open', 'accepted') AND to_user_id IS NULL"
    )
    _open_sender_idx = models.Index("(from_user_id, deadline) WHERE state IN ('open', 'accepted')")
    _alarm_idx = models.Index(
        "(alarm_at) WHERE alarm_at IS NOT NULL AND state IN ('open', 'accepted')"
    )
    _document_idx = models.Index("(res_model, res_id)")

    # ------------------------------------------------------------------ computed
    @api.depends("opened_at", "closed_at")
    def _compute_held_hours(self):
        now = fields.Datetime.now()
        for referral in self:
            spent = (referral.closed_at or now) - (referral.opened_at or now)
            referral.held_hours = spent.total_seconds() / 3600

    @api.model
    def _get_day_limits(self):
        """Return now, the start of tomorrow and of the day after, naive UTC, as the user's clock has them."""
        today = datetime.now(self.env.tz).date()

        def midnight(days):
            local = self.env.tz.localize(datetime.combine(today + timedelta(days=days), time.min))
            return local.astimezone(pytz.utc).replace(tzinfo=None)

        return fields.Datetime.now(), midnight(1), midnight(2)

    @api.depends_context("tz")
    @api.depends("deadline")
    def _compute_day(self):
        now, tomorrow, after = self._get_day_limits()
        for referral in self:
            limit = referral.deadline
            if not limit:
                referral.day = "none"
            elif limit < now:
                referral.day = "overdue"
            elif limit < tomorrow:
                referral.day = "today"
            else:
                referral.day = "tomorrow" if limit < after else "later"

    @api.model
    def _search_day(self, operator, value):
        if operator != "in":
            return NotImplemented
        now, tomorrow, after = self._get_day_limits()
        between = {
            "none": Domain("deadline", "=", False),
            "overdue": Domain("deadline", "<", now),
            "today": Domain("deadline", ">=", now) & Domain("deadline", "<", tomorrow),
            "tomorrow": Domain("deadline", ">=", tomorrow) & Domain("deadline", "<", after),
            "later": Domain("deadline", ">=", after),
        }
        return Domain.OR(between[day] for day in value if day in between)

    def _field_to_sql(self, alias, field_expr, query=None):
        # EXTENDS 'base': lists and kanban group by "day", which moves with the clock and is not stored
        if field_expr != "day":
            return super()._field_to_sql(alias, field_expr, query)
        now, tomorrow, after = self._get_day_limits()
        return SQL(
            "CASE WHEN %(d)s IS NULL THEN 'none' WHEN %(d)s < %(now)s THEN 'overdue'"
            " WHEN %(d)s < %(tomorrow)s THEN 'today' WHEN %(d)s < %(after)s THEN 'tomorrow' ELSE 'later' END",
            d=self._field_to_sql(alias, "deadline", query),
            now=now,
            tomorrow=tomorrow,
            after=after,
        )

    def _documents(self):
        """Return the existing documents of these referrals as superuser, by model name."""
        ids_of = self.grouped("res_model")
        return {
            model: self.env[model]
            .sudo()
            .browse({r.res_id for r in rows})
            .exists()  # cards and engine only
            for model, rows in ids_of.items()
            if model in self.env
        }

    @api.depends_context("lang")
    @api.depends("res_model", "res_id")
    def _compute_card(self):
        cards = {
            (model, res_id): rows
            for model, documents in self.sudo()
            ._documents()
            .items()  # the card shows what the model allows
            for res_id, rows in documents._aria_referral_card().items()
        }
        for referral in self:
            rows = cards.get((referral.res_model, referral.res_id)) or [
                (self.env._("Document"), referral.res_name)
            ]
            referral.card = Markup('<dl class="o_aria_card">%s</dl>') % Markup().join(
                Markup("<dt>%s</dt><dd>%s</dd>") % (label, value) for label, value in rows
            )

    @api.depends_context("uid")
    @api.depends("state", "to_user_id", "to_unit_id", "from_user_id")
    def _compute_can_act(self):
        held = self.filtered(lambda r: r.state in OPEN_STATES)._filter_held_by(self.env.user)
        for referral in self:
            referral.can_act = referral in held
            referral.can_cancel = (
                referral.state in OPEN_STATES and referral.from_user_id.id == self.env.uid
            )

    # ------------------------------------------------------------------ guards
    def _aria_may_rewrite(self, vals):
        # EXTENDS 'aria_workflow': open rows move on, by the engine
        return holds_token(self.env) and all(state in OPEN_STATES for state in self.mapped("state"))

    def _filter_held_by(self, user):
        """Return the referrals that ``user`` may act on.

        That is who holds them; while nobody does, any member of the unit; and always the unit's manager.
        """
        # sudo: members of a unit may be users of another company
        return self.filtered(
            lambda r: (
                r.to_user_id == user
                or (not r.to_user_id and user in r.sudo().to_unit_id.member_ids)
                or r.sudo().to_unit_id.manager_id == user
            )
        )

    def _get_holder_name(self):
        """Return the name of the person or unit that holds this referral."""
        self.ensure_one()
        return (
            (self.to_user_id or self.to_unit_id).sudo().display_name
        )  # the name only, for messages

    def _check_open(self):
        """Refuse closed referrals, naming who closed them."""
        closed = self.filtered(lambda r: r.state not in OPEN_STATES)[:1]
        if closed:
            raise UserError(
                self.env._(
                    "“%(document)s” is no longer open: %(user)s closed it (%(state)s). Reload the page.",
                    document=closed.res_name,
                    user=closed.closed_by_id.sudo().name,  # the name only, for the message
                    state=dict(closed._fields["state"]._description_selection(self.env))[
                        closed.state
                    ],
                )
            )

    def _check_holder(self):
        """Refuse referrals that the user does not hold, naming who does."""
        others = (self - self._filter_held_by(self.env.user))[:1]
        if others and not self.env.su:
            raise AccessError(
                self.env._(
                    "“%(document)s” is with %(holder)s; only they can act on it.",
                    document=others.res_name,
                    holder=others._get_holder_name(),
                )
            )

    def _aria_check_sent_by_user(self):
        """Refuse referrals that are with somebody else and were not sent by the user."""
        self.check_access("read")  # whoever may not even see it learns no name
        self.filtered(lambda r: r.from_user_id != self.env.user)._check_holder()

    @api.model
    def _to_priority(self, value):
        """Return ``value`` as a priority; nothing is normal.

        :raise UserError: there is no such priority
        """
        known = dict(self._fields["priority"]._description_selection(self.env))
        if value and str(value) not in known:
            raise UserError(
                self.env._(
                    "%(value)s is not a priority; choose one of %(known)s.",
                    value=value,
                    known=", ".join(f"{key} ({label})" for key, label in known.items()),
                )
            )
        return str(value or "0")

    def _checked(self):
        """Return these referrals as superuser, once the user is found to hold them and they are open."""
        self.check_access("read")
        self._check_open()
        self._check_holder()
        return self.sudo()  # rights were checked above; rows are written by the engine only

    # ------------------------------------------------------------------ what a holder does
    def action_accept(self):
        """Take the referrals: they are then held by the user alone."""
        referrals = self._checked()
        taken = referrals.filtered(
            lambda r: r.state == "accepted" and r.to_user_id != self.env.user
        )[:1]
        if taken:
            raise UserError(
                self.env._(
                    "“%(document)s” was already accepted by %(user)s.",
                    document=taken.res_name,
                    user=taken.to_user_id.name,
                )
            )
        referrals = referrals.filtered(lambda r: r.state == "open")
        pool = referrals.filtered(lambda r: r.to_user_id != self.env.user)
        pool._update_counters(-1)
        with_token(referrals).write(
            {"state": "accepted", "to_user_id": self.env.uid, "accepted_at": fields.Datetime.now()}
        )
        pool._update_counters(1)
        wholes = referrals.filtered(lambda r: not r.parent_id)  # parts do not move the document
        for documents in wholes._documents().values():
            documents._aria_engine_write({"aria_user_id": self.env.uid})
        return True

    def action_answer(self, answer=None):
        """Close the referrals with an answer; whoever referred them is told.

        :param str answer: what was found or done
        :raise UserError: no answer, or already closed
        """
        answer = to_text(
            self.env, answer, self.env._("Write the answer; it is what the sender gets.")
        )
        self._checked()._close("answered", answer)
        return True

    def action_return(self, reason=None):
        """Give the referrals back to whoever referred them, with the reason, as new referrals of the chain.

        :param str reason: what is missing or wrong
        :return: the new referrals
        """
        reason = to_text(
            self.env, reason, self.env._("Write the reason; the sender needs it to correct.")
        )
        referrals = self._checked()
        targets = {referral: referral._get_return_target() for referral in referrals}
        referrals._close("returned", reason, keep_holder=True)
        opened = self.sudo().browse()  # rights were checked above
        for unit, user in dict.fromkeys(targets.values()):
            group = referrals.filtered(lambda r, target=(unit, user): targets[r] == target)
            opened |= group._open_next(unit, user, note=reason)
        return opened.sudo(self.env.su)

    def action_refer(self, unit=None, user=None, note=None, deadline=None, remind_at=None):
        """Refer on: close these and open the next referrals of the chain.

        :param unit: ``aria.unit`` record or id
        :param user: ``res.users`` record or id; with a unit: this person of it
        :param str note: the instruction
        :param deadline: UTC datetime, or text; default: that of the referral
        :param remind_at: UTC datetime, or text
        :return: the new referrals
        """
        unit = to_record(self.env, "aria.unit", unit)  # as the user, who must see the target
        user = to_record(self.env, "res.users", user)
        return (
            self._checked()
            ._refer_on(unit, user, note=note, deadline=deadline, remind_at=remind_at)
            .sudo(self.env.su)
        )

    def action_snooze(self, until=None):
        """Put the referrals out of sight until ``until`` (UTC datetime, or text), and remind then.

        The deadline stays.
        """
        until = to_future(self.env, until, self.env._("The time to show it again"))
        if not until:
            raise UserError(self.env._("Choose when the work is to be shown again."))
        referrals = self._checked()
        with_token(referrals).write({"snoozed_until": until, "remind_at": until})
        referrals._aria_replan()
        return True

    def action_cancel(self):
        """Take back referrals that the user has sent and that are still open."""
        self.check_access("read")
        self._check_open()
        foreign = self.filtered(lambda r: r.from_user_id != self.env.user)[:1]
        if foreign and not self.env.su:
            raise AccessError(
                self.env._(
                    "“%(document)s” was referred by %(user)s; only they can take it back.",
                    document=foreign.res_name,
                    user=(foreign.from_user_id or foreign.from_unit_id).sudo().display_name
                    or self.env._("the workflow"),
                )
            )
        self.sudo()._close("cancelled")  # the sender's own referrals, checked above
        return True

    def action_open_document(self):
        """Open the document, for those who may read it."""
        self.ensure_one()
        document = self.env[self.res_model].browse(self.res_id)
        if not document.sudo().exists():  # existence only
            raise UserError(self.env._("“%(document)s” has been deleted.", document=self.res_name))
        if not document.has_access("read"):
            raise AccessError(
                self.env._(
                    "“%(document)s” is not open to you; what you need of it is on the card.",
                    document=self.res_name,
                )
            )
        return document._aria_get_document_action()

    # ------------------------------------------------------------------ the engine's side
    def _aria_reschedule(self, deadline, remind_at):
        """Move deadline and reminder of these open (superuser) referrals; a snoozed one is shown again."""
        vals = {"deadline": deadline, "remind_at": remind_at, "snoozed_until": False}
        with_token(self).write(vals)
        self._aria_replan()

    def _refer_on(
        self, unit, user, note=None, deadline=None, remind_at=None, priority=None, state="answered"
    ):
        """Close these (superuser) referrals and open the next ones for ``unit`` and ``user``."""
        unit = to_record(self.env, "aria.unit", unit)
        user = to_record(self.env, "res.users", user)
        for documents in self._documents().values():
            documents._aria_check_target(unit, user)
        name = (user or unit).sudo().display_name  # the name only
        self._close(state, self.env._("Referred on to %(target)s.", target=name), keep_holder=True)
        return self._open_next(
            unit, user, note=note, deadline=deadline, remind_at=remind_at, priority=priority
        )

    def _open_next(self, unit, user, **values):
        """Open the referrals that follow these; what is not given is kept from the previous ones."""
        parts = self.filtered("parent_id")
        wholes = self - parts
        opened = parts._aria_open_next_parts(unit, user, **values) if parts else parts
        for model, documents in wholes._documents().items():
            previous = {r.res_id: r for r in wholes if r.res_model == model}
            opened |= documents._aria_open_referrals(
                unit, user, previous=previous, same_work=True, **values
            )
        return opened

    def _get_return_target(self):
        """Return (unit, user) to whom this referral goes back.

        :raise UserError: nobody is left who could take it
        """
        self.ensure_one()
        sender, unit = self.from_user_id, self.from_unit_id
        if sender.active and not sender.share:
            return unit, sender
        if unit.active:
            return unit, self.env["res.users"]
        if self.owner_id.active:
            return unit.filtered("active"), self.owner_id
        raise UserError(
            self.env._(
                "“%(document)s” cannot be returned, as nobody is left who referred it; refer it on instead.",
                document=self.res_name,
            )
        )

    def _close(self, state, answer=None, keep_holder=False, documents=None):
        """Close these (superuser) referrals.

        :param keep_holder: the next referral follows at once and sets the holder itself
        :param documents: the documents of these referrals, if the caller has them
        """
        if not self:
            return
        ended_parts = self.browse() if keep_holder else self.filtered("parent_id")
        ended_parts._aria_count_ended_parts(state)
        self.filtered(lambda r: not r.part_count)._update_counters(-1)
        vals = {"state": state, "closed_at": fields.Datetime.now(), "closed_by_id": self.env.uid}
        with_token(self).write(vals | ({"answer": answer} if answer else {}))
        self.flush_recordset(
            ["state"]
        )  # only one open row a document: the next one is inserted at once
        self._aria_cancel_parts()
        self._tell_senders(state)
        self.filtered(lambda r: not r.parent_id)._free_documents(keep_holder, documents)
        ended_parts._aria_end_wholes()

    def _free_documents(self, keep_holder, documents=None):
        """Tell the documents of these referrals, which are closed and no parts."""
        if documents is None:
            kinds = self._documents().values()
        else:
            kinds = [documents.browse(self.mapped("res_id"))] if self else []
        for kind in kinds:
            closed = self.filtered(lambda r, docs=kind: r.res_model == docs._name)
            if not keep_holder:
                kind._aria_set_holder()
            kind._aria_referral_closed(closed)

    def _tell_senders(self, state):
        """Show a note on the screens of those who referred these and wait for an answer."""
        if state not in ("answered", "returned"):
            return
        told = self.filtered(
            lambda r: getattr(self.env.get(r.res_model), "_aria_tells_sender", True)
        )
        for sender, referrals in told.grouped("from_user_id").items():
            if sender and sender.active and sender != self.env.user:
                sender._bus_send(
                    "simple_notification", referrals._prepare_sender_note(sender, state)
                )

    def _prepare_sender_note(self, sender, state):
        """Return the note for ``sender``, in the language of that person."""
        env = self.with_context(lang=sender.lang).env
        names = [referral.res_name or "" for referral in self[:3]]
        values = {
            "user": self.env.user.name,
            "documents": ", ".join(names) + ("…" if len(self) > 3 else ""),
        }
        if state == "returned":
            return {
                "type": "warning",
                "message": env._("%(user)s returned: %(documents)s", **values),
            }
        return {"type": "info", "message": env._("%(user)s answered: %(documents)s", **values)}

    def _update_counters(self, step):
        """Move the badge of the clock on the open screens of those concerned by ``step`` a referral."""
        counts = {}
        for (user, unit), rows in self.grouped(lambda r: (r.to_user_id, r.to_unit_id)).items():
            for person in user or unit._get_people():
                counts[person] = counts.get(person, 0) + len(rows)
        for person, count in counts.items():
            person._bus_send("mail.activity/updated", {"count_diff": step * count})
