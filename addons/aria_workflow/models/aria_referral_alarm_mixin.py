from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from ..engine import with_token

# kinds of news in the order of their weight, with the field that says when they are due
MOMENTS = {
    "reminder": "remind_at",
    "warning": "warn_at",
    "breach": "deadline",
    "escalation": "escalate_at",
}
WARN_HOURS = 2


class AriaReferralAlarmMixin(models.AbstractModel):
    """What is to be told of a referral, and when: reminder, warning, breach and escalation.

    ``alarm_at`` is the next of these moments, so one index finds all that is due. ``alarmed_until`` says
    how far the clock was looked at: a moment between the two is told once, and a deadline that is moved
    into the future is told again. Warning and escalation are planned in working hours of the unit.
    """

    _name = "aria.referral.alarm.mixin"
    _description = "Referral of which news are told in time"

    warn_at = fields.Datetime("Warning", readonly=True, help="When the holder is warned.")
    escalate_at = fields.Datetime(
        "Escalation", readonly=True, help="When the manager is told that the deadline has passed."
    )
    alarm_at = fields.Datetime("Next News", readonly=True)
    alarmed_until = fields.Datetime("News Told Until", readonly=True)
    unit_unreachable = fields.Boolean(
        "Nobody Was There",
        readonly=True,
        help="No member of the unit could be reached when it was referred.",
    )

    # ------------------------------------------------------------------ planning
    @api.model
    def _aria_engine_create(self, vals_list):
        # EXTENDS 'aria_workflow': every new referral knows what is to be told of it
        self._aria_plan_alarms(vals_list)
        # nobody follows a referral by opening it, and its steps stand in its own columns
        quiet = self.with_context(
            tracking_disable=True, mail_create_nosubscribe=True, mail_create_nolog=True
        )
        referrals = super(AriaReferralAlarmMixin, quiet)._aria_engine_create(vals_list)
        referrals = referrals.with_env(self.env)
        referrals.sudo().filtered("unit_unreachable")._aria_tell("unreachable")  # engine's own rows
        return referrals

    @api.model
    def _aria_plan_alarms(self, vals_list):
        """Complete ``vals_list`` of referrals in place: deadline of the unit, moments of the news."""
        now = fields.Datetime.now()
        groups = defaultdict(list)
        for vals in vals_list:
            groups[vals.get("to_unit_id"), vals.get("company_id")].append(vals)
        for (unit_id, company_id), rows in groups.items():
            # sudo: hours of the unit only
            unit = self.env["aria.unit"].sudo().browse(unit_id)
            company = self.env["res.company"].sudo().browse(company_id)  # the calendar only
            shift = unit._get_clock(
                company, now, [r["deadline"] for r in rows if r.get("deadline")]
            )
            for vals in rows:
                self._aria_plan_alarm(vals, unit, shift, now)

    @api.model
    def _aria_plan_alarm(self, vals, unit, shift, now):
        """Complete the values of one referral; ``shift(moment, hours)`` counts working hours."""
        if not vals.get("deadline") and unit.sla_hours:
            vals["deadline"] = shift(now, unit.sla_hours)
        deadline = vals.get("deadline")
        warn_hours = unit.warn_hours if unit else WARN_HOURS
        vals |= {
            "warn_at": shift(deadline, -warn_hours) if deadline and warn_hours else False,
            "escalate_at": shift(deadline, unit.escalate_hours) if deadline and unit else False,
            "alarmed_until": now,
        }
        vals["alarm_at"] = self._aria_get_next_moment(map(vals.get, MOMENTS.values()), now)

    @api.model
    def _aria_get_next_moment(self, moments, now):
        """Return the first of ``moments`` after ``now``; False: there is none."""
        return min((at for at in moments if at and at > now), default=False)

    def _aria_replan(self):
        """Plan the news of these (superuser) referrals anew, after a moment of theirs has changed."""
        now = fields.Datetime.now()
        groups = self.grouped(lambda r: (r.to_unit_id, r.company_id))
        for (unit, company), referrals in groups.items():
            shift = unit._get_clock(company, now, referrals.filtered("deadline").mapped("deadline"))
            for (deadline, remind_at), rows in referrals.grouped(
                lambda r: (r.deadline, r.remind_at)
            ).items():
                vals = {"deadline": deadline, "remind_at": remind_at}
                self._aria_plan_alarm(vals, unit, shift, now)
                with_token(rows).write(vals)

    # ------------------------------------------------------------------ telling
    @api.model
    def _aria_raise_due(self, limit):
        """Turn what is due of at most ``limit`` referrals into news for those concerned.

        Rows that another transaction has locked are left to the next call.

        :return: the number of referrals
        """
        now = fields.Datetime.now()
        self.env["aria.referral"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM aria_referral
                 WHERE alarm_at <= %s AND state IN ('open', 'accepted')
                 ORDER BY alarm_at, id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED
                """,
                now,
                limit,
            )
        )
        # sudo: the scheduler acts for everybody
        referrals = self.env["aria.referral"].sudo().browse([id_ for [id_] in rows])
        for kind in MOMENTS:
            referrals.filtered(lambda r, k=kind: k in r._aria_get_due(now))._aria_tell(kind)
        for next_at, group in referrals.grouped(
            lambda r: self._aria_get_next_moment([r[name] for name in MOMENTS.values()], now)
        ).items():
            with_token(group).write({"alarm_at": next_at, "alarmed_until": now})
        return len(rows)

    def _aria_get_due(self, now):
        """Return the kinds of news that are due of this referral; a breach makes its warning needless."""
        self.ensure_one()
        since = self.alarmed_until or self.opened_at
        due = {kind for kind, name in MOMENTS.items() if self[name] and since < self[name] <= now}
        return due - {"warning"} if "breach" in due else due

    def _aria_tell(self, kind):
        """Write the news ``kind`` of these (superuser) referrals for those whom it concerns."""
        if self:
            at = MOMENTS.get(kind)
            self.env["aria.notice"]._aria_add(
                [
                    (user, kind, referral, referral[at] if at else referral.opened_at)
                    for referral, users in self._aria_get_concerned(kind).items()
                    for user in users
                ]
            )

    def _aria_get_concerned(self, kind):
        """Return {referral: users to whom ``kind`` is told}."""
        absences = self.env["aria.absence"]._get_absences_now()
        follow = self.env["aria.absence"]._follow

        def present(users):
            people = users.browse()
            for user in users:
                people |= follow(user, absences, None) or user
            return people.filtered("active")

        return {referral: present(referral._aria_get_addressees(kind)) for referral in self}

    def _aria_get_addressees(self, kind):
        """Return who is told ``kind`` of this (superuser) referral, whether or not they are there."""
        self.ensure_one()
        if kind == "escalation":
            return self._aria_get_superior()
        if kind == "unreachable":
            return self.to_user_id or self.env["aria.unit"]._get_designers(self.company_id)
        people = self.to_user_id or self.to_unit_id._get_people()
        return people | self.from_user_id if kind == "breach" else people

    def _aria_get_superior(self):
        """Return the manager of the unit, or of the nearest one above whose manager is somebody else."""
        unit = self.to_unit_id
        while unit and (not unit.manager_id or unit.manager_id == self.to_user_id):
            unit = unit.parent_id
        return unit.manager_id
