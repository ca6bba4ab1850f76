from collections import defaultdict
from datetime import datetime, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..tools.quiet_hours import SEARCHED_DAYS, next_moment, to_time

DIGEST_ITEMS = 5
PREFERENCES = [
    "aria_by_inbox",
    "aria_by_mail",
    "aria_by_push",
    "aria_quiet_from",
    "aria_quiet_to",
    "aria_quiet_holidays",
    "aria_digest",
    "aria_digest_hour",
]


class AriaNewsMixin(models.AbstractModel):
    """How and when a person wants to be told: channels, quiet hours, days off, the morning digest."""

    _name = "aria.news.mixin"
    _description = "Person who is told news"

    aria_by_inbox = fields.Boolean(
        "In Odoo's Inbox", compute="_compute_aria_channels", store=True, readonly=False
    )
    aria_by_mail = fields.Boolean(
        "By Mail", compute="_compute_aria_channels", store=True, readonly=False
    )
    aria_by_push = fields.Boolean(
        "By Push Message",
        default=True,
        help="On every device on which notifications of Odoo are allowed.",
    )
    aria_quiet_from = fields.Float("Quiet From")
    aria_quiet_to = fields.Float(
        "Quiet Until", help="Between these hours nothing is told; it comes when they end."
    )
    aria_quiet_holidays = fields.Boolean(
        "Quiet on Days Off", help="News of holidays and days off come on the next working day."
    )
    aria_digest = fields.Boolean(
        "Morning Digest",
        default=True,
        help="Once a day what is due, what is overdue, and what was sent and is unanswered.",
    )
    aria_digest_hour = fields.Float("Digest At", default=8.0)
    aria_digest_next = fields.Datetime("Next Digest", readonly=True, index="btree_not_null")

    @api.depends("notification_type")
    def _compute_aria_channels(self):
        for user in self:
            user.aria_by_inbox = user.notification_type == "inbox"
            user.aria_by_mail = user.notification_type == "email"

    @api.constrains("aria_quiet_from", "aria_quiet_to", "aria_digest_hour")
    def _check_aria_hours(self):
        for user in self:
            for name in ("aria_quiet_from", "aria_quiet_to", "aria_digest_hour"):
                if not 0 <= user[name] < 24:
                    raise ValidationError(
                        self.env._(
                            "“%(field)s” of %(user)s is not an hour of the day; choose one from 0:00 to 23:59.",
                            field=self._fields[name]._description_string(self.env),
                            user=user.name,
                        )
                    )

    def write(self, vals):
        # EXTENDS 'base': a digest that was planned for another hour is planned anew
        if {"aria_digest", "aria_digest_hour", "tz"} & set(vals):
            vals = {**vals, "aria_digest_next": False}
        return super().write(vals)

    # ------------------------------------------------------------------ how and when
    def _aria_wants(self, channel):
        """Return whether the person is told by ``channel``; who wants none at all has the inbox."""
        self.ensure_one()
        chosen = {name for name in self._aria_get_channels() if self[f"aria_by_{name}"]}
        return channel in (chosen or {"inbox"})

    def _aria_get_channels(self):
        """Return the names of the channels by which this person can be told; each has a field ``aria_by_…``."""
        return ["inbox", "mail", "push"]

    @api.model
    def _aria_get_news_times(self, users):
        """Return {user: when news of now may be told} (naive UTC)."""
        now = fields.Datetime.now()
        days_off = {}
        return {user: user.sudo()._aria_get_next_time(now, days_off) for user in users}  # own hours

    def _aria_get_next_time(self, moment, days_off):
        """Return the first moment from ``moment`` on (naive UTC) at which the person may be told.

        :param dict days_off: calendars that were read already, for the next person
        """
        self.ensure_one()
        if self.aria_quiet_from == self.aria_quiet_to and not self.aria_quiet_holidays:
            return moment
        zone = pytz.timezone(self.tz or "UTC")
        local = pytz.utc.localize(moment).astimezone(zone).replace(tzinfo=None)
        found = next_moment(
            local,
            to_time(self.aria_quiet_from),
            to_time(self.aria_quiet_to),
            self._aria_get_day_off_test(moment, days_off),
        )
        return (
            moment
            if found == local
            else zone.localize(found).astimezone(pytz.utc).replace(tzinfo=None)
        )

    def _aria_get_day_off_test(self, moment, days_off):
        """Return a function of a date that says whether it is a day off of this person."""
        calendar = self._aria_get_calendar() if self.aria_quiet_holidays else None
        if not calendar:
            return lambda day: False
        if calendar not in days_off:
            start = pytz.utc.localize(moment) - timedelta(days=2)
            intervals = calendar._work_intervals_batch(start, start + timedelta(days=SEARCHED_DAYS))
            days_off[calendar] = {begin.date() for begin, _end, _meta in intervals[False]}
        working_days = days_off[calendar]
        return lambda day: day not in working_days

    def _aria_get_calendar(self):
        """Return the working hours of this person: those of the first unit that has some."""
        return self.aria_unit_ids.calendar_id[:1] or self.company_id.resource_calendar_id

    # ------------------------------------------------------------------ digest
    @api.model
    def _aria_plan_digests(self, limit):
        """Write the morning digest of at most ``limit`` persons for whom it is time; return their number."""
        now = fields.Datetime.now()
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM res_users
                 WHERE active AND aria_digest AND share IS NOT TRUE
                   AND (aria_digest_next IS NULL OR aria_digest_next <= %s)
                 ORDER BY id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED
                """,
                now,
                limit,
            )
        )
        users = self.sudo().browse([id_ for [id_] in rows])  # the scheduler acts for everybody
        due = users.filtered("aria_digest_next")
        self.env["aria.notice"]._aria_add(
            [(user, "digest", None, user.aria_digest_next) for user in due]
        )
        if users:
            self._aria_set_next_digests(users, now)
        return len(rows)

    @api.model
    def _aria_set_next_digests(self, users, now):
        days_off = {}
        # by SQL: users are written all day long, and their other columns are no business of this job
        self.env.cr.execute(
            SQL(
                "UPDATE res_users SET aria_digest_next = plan.at FROM (VALUES %s) AS plan (id, at)"
                " WHERE res_users.id = plan.id",
                SQL(", ").join(
                    SQL("(%s, %s::timestamp)", user.id, user._aria_get_next_digest(now, days_off))
                    for user in users
                ),
            )
        )
        users.invalidate_recordset(["aria_digest_next"])

    def _aria_get_next_digest(self, now, days_off):
        """Return when the next digest of this person is due (naive UTC), after ``now``."""
        zone = pytz.timezone(self.tz or "UTC")
        local = pytz.utc.localize(now).astimezone(zone)
        clock = to_time(self.aria_digest_hour)
        day = local.date() + timedelta(days=local.time() >= clock)
        is_day_off = self._aria_get_day_off_test(now, days_off)
        while is_day_off(day) and day < local.date() + timedelta(days=SEARCHED_DAYS - 3):
            day += timedelta(days=1)
        planned = zone.localize(datetime.combine(day, clock))
        return planned.astimezone(pytz.utc).replace(tzinfo=None)

    def _aria_get_digests(self):
        """Return what waits for these persons, in one statement.

        :return: {user id: {bucket: (count, [(referral id, document, deadline)])}}, buckets "overdue",
            "today" and "sent" (by the person, unanswered)
        """
        self.env["aria.referral"].flush_model()
        self.env["aria.unit"].flush_model(["member_ids"])
        digests = defaultdict(dict)
        for uid, bucket, count, *item in self.env.execute_query(self._aria_get_digest_query()):
            digests[uid].setdefault(bucket, (count, []))[1].append(tuple(item))
        return digests

    def _aria_get_digest_query(self):
        """Return the statement for the first items of each bucket of each person, with the number of all."""
        return SQL(
            """
            WITH person (id, now, tomorrow) AS (VALUES %s),
            item AS (%s),
            ranked AS (
                SELECT item.*, count(*) OVER place AS total,
                       row_number() OVER (
                           PARTITION BY uid, bucket ORDER BY priority DESC, deadline, id
                       ) AS place
                  FROM item WINDOW place AS (PARTITION BY uid, bucket)
            )
            SELECT uid, bucket, total, id, res_name, deadline FROM ranked
             WHERE place <= %s ORDER BY uid, bucket, place
            """,
            self._aria_get_digest_persons(),
            self._aria_get_digest_items(),
            DIGEST_ITEMS,
        )

    def _aria_get_digest_persons(self):
        """Return the rows (user, now, the next midnight) of these persons, each by the person's own clock."""
        return SQL(", ").join(
            SQL(
                "(%s, %s::timestamp, %s::timestamp)",
                user.id,
                *user.with_user(user)
                .with_context(tz=user.tz)
                .env["aria.referral"]
                ._get_day_limits()[:2],
            )
            for user in self
        )

    @api.model
    def _aria_get_digest_items(self):
        """Return the statement for what waits: with a person, in a unit of the person, sent by the person."""
        return SQL(
            """
                SELECT p.id AS uid, r.id, r.res_name, r.deadline, r.priority,
                       CASE WHEN r.deadline < p.now THEN 'overdue' ELSE 'today' END AS bucket
                  FROM person p JOIN aria_referral r ON r.to_user_id = p.id
                 WHERE r.state IN ('open', 'accepted') AND r.part_count = 0
                   AND r.deadline < p.tomorrow
                   AND (r.snoozed_until IS NULL OR r.snoozed_until <= p.now)
                UNION ALL
                SELECT p.id, r.id, r.res_name, r.deadline, r.priority,
                       CASE WHEN r.deadline < p.now THEN 'overdue' ELSE 'today' END
                  FROM person p JOIN aria_unit_member_rel m ON m.user_id = p.id
                  JOIN aria_referral r ON r.to_unit_id = m.unit_id AND r.to_user_id IS NULL
                 WHERE r.state IN ('open', 'accepted') AND r.deadline < p.tomorrow
                   AND (r.snoozed_until IS NULL OR r.snoozed_until <= p.now)
                UNION ALL
                SELECT p.id, r.id, r.res_name, r.deadline, r.priority, 'sent'
                  FROM person p JOIN aria_referral r ON r.from_user_id = p.id
                 WHERE r.state IN ('open', 'accepted') AND r.to_user_id IS DISTINCT FROM p.id
            """
        )
