from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import plaintext2html

from ..arguments import to_future, to_record
from ..engine import holds_token, with_token
from .aria_referral_parts_mixin import OPEN_STATES

CHANGEABLE = ("deadline", "priority", "remind_at")
LOGGED = ("deadline", "priority")


class AriaReferralWorkMixin(models.AbstractModel):
    """What is done around the work itself: another deadline or priority, notes, files, the timeline."""

    _name = "aria.referral.work.mixin"
    _description = "Referral that is worked on"

    change_ids = fields.One2many(
        "aria.referral.change",
        "referral_id",
        string="Changes",
        readonly=True,
        groups="aria_workflow.group_designer",
    )
    can_change = fields.Boolean(
        compute="_compute_can_change",
        help="Whether the reader may change the deadline and the priority.",
    )

    @api.depends_context("uid")
    @api.depends("state", "from_user_id", "owner_id", "to_unit_id", "from_unit_id")
    def _compute_can_change(self):
        may = self.filtered(lambda r: r.state in OPEN_STATES)._filter_changeable()
        for referral in self:
            referral.can_change = referral in may

    # ------------------------------------------------------------------ deadline and priority
    def write(self, vals):
        # EXTENDS 'aria_workflow': a date that is dragged in the calendar, a star that is clicked
        if vals and set(vals) <= set(LOGGED) and not holds_token(self.env):
            return self.action_change(vals)
        return super().write(vals)

    def action_change(self, vals, reason=None):
        """Change deadline, priority or reminder of open referrals.

        Deadline and priority are changed by whoever referred the work, is responsible for the document or
        manages one of the units; the reminder by the holder too.

        :param dict vals: ``deadline``, ``remind_at`` (UTC datetime or text; false: none), ``priority``
        :param str reason: kept with the change
        :return: True
        """
        self.check_access("read")
        self._check_open()
        values = self._aria_check_change(vals)
        self._aria_check_changeable(values)
        referrals = self.sudo()  # rights were checked above; rows are written by the engine only
        self.env["aria.referral.change"]._aria_engine_create(
            referrals._aria_prepare_change_vals(values, reason)
        )
        with_token(referrals).write(values)
        referrals._aria_replan()
        return True

    @api.model
    def _aria_check_change(self, vals):
        """Return ``vals`` with datetimes in them; refuse what cannot be changed and times that have passed."""
        env = self.env
        unknown = set(vals) - set(CHANGEABLE) if isinstance(vals, dict) else {str(vals)}
        if unknown or not vals:
            raise UserError(
                env._(
                    "%(fields)s of a referral cannot be changed; its deadline, priority and reminder can.",
                    fields=", ".join(sorted(unknown)) or env._("Nothing"),
                )
            )
        labels = {"deadline": env._("The deadline"), "remind_at": env._("The reminder")}
        values = {name: to_future(env, vals[name], labels[name]) for name in labels if name in vals}
        if "priority" in vals:
            values["priority"] = self._to_priority(vals["priority"])
        return values

    def _aria_check_changeable(self, values):
        allowed = self._filter_changeable()
        if set(values) == {"remind_at"}:
            allowed |= self._filter_held_by(self.env.user)
        refused = (self - allowed)[:1]
        if refused and not self.env.su:
            raise AccessError(
                self.env._(
                    "Deadline and priority of “%(document)s” are changed by whoever referred it, is"
                    " responsible for it or manages the unit; ask %(sender)s.",
                    document=refused.res_name,
                    sender=(refused.from_user_id or refused.owner_id).sudo().name  # the name only
                    or self.env._("the manager"),
                )
            )

    def _filter_changeable(self):
        """Return the referrals whose deadline and priority the user may change."""
        user = self.env.user
        if user.has_group("aria_workflow.group_designer"):
            return self
        # sudo: managers of units of other companies
        return self.filtered(
            lambda r: (
                user in (r.from_user_id, r.owner_id)
                or user in (r.sudo().to_unit_id | r.sudo().from_unit_id).manager_id
            )
        )

    def _aria_prepare_change_vals(self, values, reason):
        logged = [name for name in LOGGED if name in values]
        return [
            {
                "referral_id": referral.id,
                "user_id": self.env.uid,
                "reason": reason or False,
                **{f"{name}_from": referral[name] for name in logged},
                **{f"{name}_to": values[name] for name in logged},
            }
            for referral in self
            if any(referral[name] != values[name] for name in logged)
        ]

    # ------------------------------------------------------------------ notes and files
    def action_note(self, body=None, user_ids=None, attachment_ids=None):
        """Write a note on the referrals, with files, and tell the persons who are mentioned.

        Whoever is mentioned may read the referral from then on, though not its document.

        :param str body: plain text
        :param list user_ids: ids of the users who are mentioned
        :param list attachment_ids: ids of files that the user has uploaded
        :return: True
        """
        self.check_access("read")
        text = body.strip() if isinstance(body, str) else ""
        files = self._aria_check_files(attachment_ids or [])
        if not text and not files:
            raise UserError(self.env._("Write a note or attach a file."))
        partners = self._aria_check_mentioned(user_ids or []).sudo().partner_id  # addresses only
        for referral in self.sudo():  # rights were checked above
            if partners:
                referral.message_subscribe(partners.ids)
            copies = files.sudo().copy(
                {"res_model": self._name, "res_id": referral.id}
            )  # one's own
            referral.with_user(self.env.user).sudo().message_post(  # the user, rights checked above
                body=plaintext2html(text),
                partner_ids=partners.ids,
                attachment_ids=copies.ids,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
        return True

    @api.model
    def _aria_check_mentioned(self, user_ids):
        users = self.env["res.users"]
        for value in user_ids:
            users |= to_record(self.env, "res.users", value)
        # sudo: state of the accounts only
        wrong = users.sudo().filtered(lambda u: u.share or not u.active)[:1]
        if wrong:
            raise UserError(
                self.env._(
                    "%(user)s is not an active employee; choose somebody else.", user=wrong.name
                )
            )
        return users

    @api.model
    def _aria_check_files(self, attachment_ids):
        """Return the files that the user has uploaded; refuse those of others."""
        files = self.env["ir.attachment"]
        for value in attachment_ids:
            files |= to_record(self.env, "ir.attachment", value)
        files.check_access("read")
        if files.create_uid - self.env.user:
            raise AccessError(self.env._("Attach files that you have uploaded yourself."))
        return files

    # ------------------------------------------------------------------ timeline
    def aria_get_timeline(self):
        """Return the way of the work that these referrals belong to, first step first.

        Texts of steps that the reader may not see are left out; who held it and how long are not.

        :return: list of dicts: ``id``, ``parent_id`` (of a part), ``sender``, ``unit``, ``user``,
            ``in_place_of``, ``state``, ``label``, ``opened``, ``closed`` and ``deadline`` (UTC text or
            False), ``late``, ``hours`` and ``working_hours`` (float), ``progress``, ``summary``, ``note``,
            ``answer``, ``changes`` (list of ``user``, ``date``, ``deadline``, ``priority``, ``reason``)
        """
        self.check_access("read")
        chain = self.sudo()._aria_get_chain()  # names and times; texts are filtered below
        readable = chain.with_env(self.env)._filtered_access("read")
        return chain._aria_prepare_timeline(set(readable.ids))

    def _aria_get_chain(self):
        """Return all referrals that led to these (superuser) ones, followed from them, or are their parts."""
        documents = self.search(
            [("res_model", "in", self.mapped("res_model")), ("res_id", "in", self.mapped("res_id"))]
        )
        neighbours = {referral: referral.browse() for referral in documents}
        for referral in documents:
            for other in referral.previous_id | referral.parent_id:
                neighbours[referral] |= other
                if other in neighbours:
                    neighbours[other] |= referral
        found, waiting = self.browse(), self
        while waiting:
            found |= waiting
            waiting = self.union(*(neighbours[r] for r in waiting if r in neighbours)) - found
        return found

    def _aria_prepare_timeline(self, readable):
        """Return the timeline of these (superuser) referrals.

        :param readable: ids of those whose texts are shown
        """
        labels = dict(self._fields["state"]._description_selection(self.env))
        working = self._aria_get_working_hours()
        return [
            {
                **referral._aria_prepare_step(labels),
                "working_hours": working[referral],
                **referral._aria_prepare_step_texts(referral.id in readable),
            }
            for referral in self.sorted(lambda r: (r.opened_at, r.id))
        ]

    def _aria_prepare_step(self, labels):
        to_text = fields.Datetime.to_string
        end = self.closed_at or fields.Datetime.now()
        return {
            "id": self.id,
            "parent_id": self.parent_id.id,
            "sender": (self.from_user_id or self.from_unit_id).display_name or "",
            "unit": self.to_unit_id.display_name or "",
            "user": self.to_user_id.name or "",
            "in_place_of": self.absent_user_id.name or "",
            "state": self.state,
            "label": labels[self.state],
            "opened": to_text(self.opened_at),
            "closed": to_text(self.closed_at) or False,
            "deadline": to_text(self.deadline) or False,
            "late": bool(self.deadline and self.deadline < end),
            "hours": round(self.held_hours, 2),
            "progress": self.progress or "",
        }

    def _aria_prepare_step_texts(self, shown):
        names = ("summary", "note", "answer")
        if not shown:
            return {**dict.fromkeys(names, ""), "changes": []}
        priorities = dict(self._fields["priority"]._description_selection(self.env))
        changes = [
            {
                "user": change.user_id.name,
                "date": fields.Datetime.to_string(change.date),
                "deadline": fields.Datetime.to_string(change.deadline_to) or False,
                "priority": priorities.get(change.priority_to, ""),
                "reason": change.reason or "",
            }
            for change in self.change_ids
        ]
        return {**{name: self[name] or "" for name in names}, "changes": changes}

    def _aria_get_working_hours(self):
        """Return {referral: working hours for which it was held}; calendars are read once."""
        now = fields.Datetime.now()
        flow = self.env["aria.workflow.mixin"]
        hours = {}
        for (unit, company), rows in self.grouped(lambda r: (r.to_unit_id, r.company_id)).items():
            calendar = unit._get_calendar(company)
            start = min(rows.mapped("opened_at"))
            clock = flow._aria_get_working_time(calendar, start, now) if calendar else None
            for row in rows:
                seconds = flow._aria_measure(row.opened_at, row.closed_at or now, clock)[1]
                hours[row] = round(seconds / 3600, 2)
        return hours
