import json
import logging
from datetime import timedelta

import psycopg2.errors
from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL, format_datetime

from odoo.addons.mail.tools.web_push import DeviceUnreachableError, push_to_end_point

from ..tools.web_push import LastingSession

_logger = logging.getLogger(__name__)

BATCH = 100
PUSH_BATCH = 50
MAX_PUSH_TRIES = 5
KEPT_DAYS = 180
# who takes part in a race for rows tries again on a fresh snapshot: crons are not replayed by Odoo
RACES = (psycopg2.errors.SerializationFailure, psycopg2.errors.DeadlockDetected)
TRIES = 5
CONCERNS_HOLDER = ("reminder", "warning")


class AriaNotice(models.Model):
    """One piece of news for one person: written once, told once, by the channels of the person's choice.

    A row is made in the transaction that finds something due, and marked as told in the one that writes
    the messages, so a crash between the two loses nothing and repeats nothing. ``key`` names the news:
    the same can never be written twice.
    """

    _name = "aria.notice"
    _description = "News for a Person"
    _order = "id desc"
    _rec_name = "kind"

    user_id = fields.Many2one(
        "res.users", required=True, readonly=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [
            ("reminder", "Reminder"),
            ("warning", "Warning"),
            ("breach", "Overdue"),
            ("escalation", "Escalation"),
            ("unreachable", "Nobody Was There"),
            ("digest", "Morning Digest"),
        ],
        required=True,
        readonly=True,
    )
    referral_id = fields.Many2one(
        "aria.referral", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    due_at = fields.Datetime("Due", required=True, readonly=True)
    told_at = fields.Datetime("Told", readonly=True)
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("told", "Told"),
            ("dropped", "No Longer Needed"),
            ("failed", "Failed"),
        ],
        default="waiting",
        required=True,
        readonly=True,
    )
    key = fields.Char(required=True, readonly=True)
    push_state = fields.Selection(
        [("waiting", "Waiting"), ("sending", "Sending"), ("sent", "Sent"), ("failed", "Failed")],
        string="Push",
        readonly=True,
    )
    push_at = fields.Datetime(readonly=True)
    push_tries = fields.Integer(readonly=True)
    push_payload = fields.Text(readonly=True)

    _key_uniq = models.Constraint("UNIQUE(key)", "This news has been written already.")
    _waiting_idx = models.Index("(due_at) WHERE state = 'waiting'")
    _push_idx = models.Index("(push_at) WHERE push_state IN ('waiting', 'sending')")

    # ------------------------------------------------------------------ writing
    @api.model
    def _aria_add(self, news):
        """Write news, each once.

        :param news: list of (user, kind, referral or None, moment that makes it what it is)
        """
        if not news:
            return
        when = self.env["res.users"]._aria_get_news_times({user for user, *_rest in news})
        values = [
            SQL(
                "(%s, %s, %s, %s, %s, 'waiting', 0)",
                user.id,
                kind,
                referral.id if referral else None,
                when[user],
                f"{kind}:{referral.id if referral else 0}:{user.id}:{moment:%Y%m%d%H%M%S}",
            )
            for user, kind, referral, moment in news
        ]
        self.env["aria.referral"].flush_model(["state"])  # new referrals are referred to by key
        self.env.cr.execute(
            SQL(
                "INSERT INTO aria_notice (user_id, kind, referral_id, due_at, key, state, push_tries)"
                " VALUES %s ON CONFLICT (key) DO NOTHING",
                SQL(", ").join(values),
            )
        )

    # ------------------------------------------------------------------ the scheduler's work
    @api.model
    def _cron_tell(self):
        """Tell what is due, in batches that are committed one by one."""
        steps = (
            self.env["aria.referral"]._aria_raise_due,
            self.env["res.users"]._aria_plan_digests,
            self._aria_tell_due,
        )
        for step in steps:
            done = BATCH
            while done:
                done = self._aria_run(step, BATCH)
                if not self.env["ir.cron"]._commit_progress(done, remaining=int(done == BATCH)):
                    return

    @api.model
    def _aria_run(self, step, limit):
        """Run ``step(limit)``; after a race for its rows again, after an error one row at a time."""
        for _try in range(TRIES):
            try:
                done = step(limit)
                self.env.flush_all()
                return done
            except RACES:
                self._aria_roll_back()
            except Exception:
                self._aria_roll_back()
                if limit == 1:
                    raise
                _logger.exception("News could not be told together; trying one by one.")
                return self._aria_run(step, 1)
        return 0  # the others are at work on these rows

    @api.model
    def _aria_roll_back(self):
        self.env.cr.rollback()
        self.env.transaction.reset()

    @api.model
    def _aria_lock(self, condition, limit):
        """Return at most ``limit`` rows that fulfil the SQL ``condition``, locked; others' are left out."""
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM aria_notice WHERE %s LIMIT %s FOR NO KEY UPDATE SKIP LOCKED",
                condition,
                limit,
            )
        )
        return self.sudo().browse([id_ for [id_] in rows])  # the scheduler acts for everybody

    @api.model
    def _aria_tell_due(self, limit):
        """Tell at most ``limit`` pieces of news that are due; return their number."""
        condition = SQL(
            "state = 'waiting' AND due_at <= %s ORDER BY due_at, id", fields.Datetime.now()
        )
        notices = self._aria_lock(condition, limit)
        try:
            with self.env.cr.savepoint():
                notices._aria_send()
        except RACES:
            raise
        except Exception:
            if len(notices) > 1:
                raise
            _logger.exception("The news %s could not be told.", notices.key)
            notices.write({"state": "failed"})
        return len(notices)

    def _aria_send(self):
        """Write the messages of this news and mark it as told."""
        needed = self._filter_needed()
        (self - needed).write({"state": "dropped"})
        texts = needed._aria_get_texts()
        empty = needed.filtered(lambda n: not texts[n])
        empty.write({"state": "dropped"})
        needed -= empty
        needed._aria_send_by_channels(texts)
        needed._aria_show(texts)
        needed.write({"state": "told", "told_at": fields.Datetime.now()})

    def _filter_needed(self):
        """Return the news that still concerns somebody: not of closed or handed over referrals."""

        def is_needed(notice):
            referral = notice.referral_id
            if not notice.user_id.active:
                return False
            if referral and referral.state not in ("open", "accepted"):
                return False
            handed_over = referral.to_user_id and referral.to_user_id != notice.user_id
            return notice.kind not in CONCERNS_HOLDER or not handed_over

        return self.filtered(is_needed)

    # ------------------------------------------------------------------ texts
    def _aria_get_texts(self):
        """Return {notice: (title, html body)} in the language of each person; None: nothing to tell."""
        digests = self.filtered(lambda n: n.kind == "digest")
        lists = digests.user_id._aria_get_digests() if digests else {}
        texts = {}
        for notice in self:
            user = notice.user_id
            own = notice.with_context(lang=user.lang, tz=user.tz)
            if notice.kind == "digest":
                texts[notice] = own._aria_get_digest_text(lists.get(user.id))
            else:
                texts[notice] = own._aria_get_text()
        return texts

    def _aria_get_text(self):
        title = self._aria_get_title()
        referral = self.referral_id
        env = self.env
        lines = [
            referral.summary or "",
            referral.note or "",
            env._("Deadline: %(time)s", time=self._format(referral.deadline))
            if referral.deadline
            else "",
        ]
        body = Markup("<p><b>%s</b></p>") % title
        body += Markup().join(Markup("<p>%s</p>") % line for line in lines if line)
        links = [(f"/odoo/aria-cartable/{referral.id}", env._("Open"))]
        if self.kind in ("reminder", "warning", "breach"):
            links.append((f"/aria/snooze/{referral.id}", env._("Snooze")))
        return title, body + self._join_links(links)

    def _aria_get_title(self):
        env, referral = self.env, self.referral_id
        values = {"document": referral.res_name or "", "time": self._format(referral.deadline)}
        holder = referral._get_holder_name()
        unit = referral.to_unit_id.display_name or ""
        if self.kind == "reminder":
            return env._("Reminder: %(document)s", **values)
        if self.kind == "warning":
            return env._("%(document)s is due at %(time)s", **values)
        if self.kind == "breach":
            return env._("%(document)s is overdue since %(time)s", **values)
        if self.kind == "escalation":
            return env._(
                "%(document)s is with %(holder)s and overdue since %(time)s",
                holder=holder,
                **values,
            )
        return env._(
            "Nobody of %(unit)s could be reached: %(document)s is with %(holder)s",
            unit=unit,
            document=values["document"],
            holder=holder,
        )

    def _format(self, moment):
        zone = self.user_id.tz or "UTC"
        return format_datetime(self.env, moment, tz=zone, dt_format="short") if moment else ""

    def _join_links(self, links):
        base = self.get_base_url()
        return Markup("<p>%s</p>") % Markup(" · ").join(
            Markup('<a href="%s%s">%s</a>') % (base, path, label) for path, label in links
        )

    def _aria_get_digest_text(self, rows):
        """Return (title, body) of a morning digest.

        :param rows: {bucket: (count, [(referral id, document, deadline)])}
        """
        if not rows:
            return None
        env = self.env
        names = {
            "overdue": env._("Overdue"),
            "today": env._("Today"),
            "sent": env._("Sent and unanswered"),
        }
        title = env._(
            "Your day: %(counts)s",
            counts=" · ".join(
                f"{names[bucket]} {rows[bucket][0]}" for bucket in names if bucket in rows
            ),
        )
        body = Markup("<p><b>%s</b></p>") % title
        for bucket, label in names.items():
            if bucket in rows:
                body += self._join_digest(label, *rows[bucket])
        return title, body + self._join_links([("/odoo/aria-cartable", env._("Open the cartable"))])

    def _join_digest(self, label, count, items):
        base = self.get_base_url()
        lines = [
            Markup('<li><a href="%s/odoo/aria-cartable/%s">%s</a> %s</li>')
            % (base, id_, name or "", self._format(deadline))
            for id_, name, deadline in items
        ]
        more = Markup("<li>…</li>") if count > len(items) else ""
        return Markup("<p>%s (%s)</p><ul>%s%s</ul>") % (label, count, Markup().join(lines), more)

    # ------------------------------------------------------------------ channels
    def _aria_send_by_channels(self, texts):
        """Send the news by the channels that each person chose; addons add channels here."""
        self._aria_send_inbox(texts)
        self._aria_send_mail(texts)
        self._aria_queue_push(texts)

    def _aria_send_inbox(self, texts):
        """Put the news into Odoo's inbox of those who want it there."""
        self.filtered(lambda n: n.user_id._aria_wants("inbox"))._aria_put_into_inbox(texts)

    def _aria_put_into_inbox(self, texts):
        author = self.env.ref("base.partner_root")
        common = {
            "message_type": "user_notification",
            "subtype_id": self.env.ref("mail.mt_note").id,
            "author_id": author.id,
            "email_from": author.email_formatted,
            "reply_to": author.email_formatted,
        }
        messages = self.env["mail.message"].create(
            [
                {
                    **common,
                    "subject": texts[notice][0],
                    "body": texts[notice][1],
                    **notice._aria_get_thread_vals(),
                }
                for notice in self
            ]
        )
        self.env["mail.notification"].create(
            [
                {
                    "author_id": author.id,
                    "mail_message_id": message.id,
                    "res_partner_id": notice.user_id.partner_id.id,
                    "notification_type": "inbox",
                    "notification_status": "sent",
                }
                for notice, message in zip(self, messages, strict=True)
            ]
        )

    def _aria_get_thread_vals(self):
        referral = self.referral_id
        if referral:
            return {"model": "aria.referral", "res_id": referral.id}
        return {"model": "res.partner", "res_id": self.user_id.partner_id.id}

    def _aria_send_mail(self, texts):
        """Queue one mail for each person who wants mail, with all the news of this batch."""
        notices = self.filtered(lambda n: n.user_id._aria_wants("mail") and n.user_id.email)
        if not notices:
            return
        author = self.env.ref("base.partner_root")
        self.env["mail.mail"].create(
            [
                {
                    "subject": own[0]._aria_get_subject([texts[n][0] for n in own]),
                    "body_html": Markup("<hr/>").join(texts[n][1] for n in own),
                    "email_from": user.company_id.email_formatted or author.email_formatted,
                    "recipient_ids": [fields.Command.link(user.partner_id.id)],
                    "author_id": author.id,
                    "reply_to": author.email_formatted,
                    "auto_delete": True,
                }
                for user, own in notices.grouped("user_id").items()
            ]
        )
        self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()

    def _aria_get_subject(self, titles):
        """Return one line for ``titles`` in the language of the person."""
        if len(titles) == 1:
            return titles[0]
        env = self.with_context(lang=self.user_id.lang).env
        return env._("%(title)s and %(count)s more", title=titles[0], count=len(titles) - 1)

    def _aria_queue_push(self, texts):
        """Queue one push message a person; they leave in transactions of their own."""
        wanted = self.filtered(lambda n: n.user_id._aria_wants("push"))
        devices = self.env["mail.push.device"]._read_group(
            [("partner_id", "in", wanted.user_id.partner_id.ids)], ["partner_id"]
        )
        partners = {partner for [partner] in devices}
        now = fields.Datetime.now()
        queued = False
        for user, own in wanted.grouped("user_id").items():
            if user.partner_id in partners:
                title = own[0]._aria_get_subject([texts[n][0] for n in own])
                own[0].write(own[0]._aria_prepare_push_vals(title, len(own) == 1, now))
                queued = True
        if queued:
            self.env.ref("aria_workflow.ir_cron_push")._trigger()

    def _aria_prepare_push_vals(self, title, alone, now):
        data = (
            {"model": "aria.referral", "res_id": self.referral_id.id}
            if alone and self.referral_id
            else {"model": "", "res_id": ""}
        )
        options = {
            "body": self.referral_id.summary or "" if alone else "",
            "icon": "/aria_workflow/static/description/icon.png",
            "tag": f"aria-{self.id}",
            "data": data,
        }
        payload = json.dumps({"title": title, "options": options})
        return {"push_state": "waiting", "push_at": now, "push_payload": payload}

    def _aria_show(self, texts):
        """Show the news on the open screens of those concerned, one note a person."""
        for user, own in self.grouped("user_id").items():
            user._bus_send(
                "aria.notice/told",
                {
                    "message": own[0]._aria_get_subject([texts[n][0] for n in own]),
                    "inbox": len(own) if user._aria_wants("inbox") else 0,
                    "referral": own.referral_id.id if len(own.referral_id) == 1 else False,
                },
            )

    # ------------------------------------------------------------------ push, outside of transactions
    @api.model
    def _cron_push(self):
        """Send queued push messages: claimed and committed first, so that nobody else sends them too."""
        done = PUSH_BATCH
        while done:
            claimed = self._aria_claim_pushes(PUSH_BATCH)
            done = len(claimed)
            jobs = claimed._aria_get_push_jobs()
            if not self.env["ir.cron"]._commit_progress(done, remaining=int(done == PUSH_BATCH)):
                done = 0
            # nothing of the database is held while the push services are asked
            results = self._aria_push(jobs)
            claimed._aria_note_pushes(results)
            self.env["ir.cron"]._commit_progress(0)

    @api.model
    def _aria_claim_pushes(self, limit):
        """Return push messages that are now this process's; those of a process that died come again."""
        now = fields.Datetime.now()
        condition = SQL(
            "(push_state = 'waiting' AND push_at <= %s OR push_state = 'sending' AND push_at <= %s)"
            " ORDER BY push_at, id",
            now,
            now - timedelta(minutes=10),
        )
        claimed = self._aria_lock(condition, limit)
        claimed.write({"push_state": "sending", "push_at": now})
        return claimed

    def _aria_get_push_jobs(self):
        """Return all that is needed to send these without the database: [(id, payload, devices)]."""
        params = self.env["ir.config_parameter"].sudo()  # keys of the server
        keys = {
            "vapid_private_key": params.get_param("mail.web_push_vapid_private_key"),
            "vapid_public_key": params.get_param("mail.web_push_vapid_public_key"),
            "base_url": self.get_base_url() if self else "",
        }
        devices = (
            self.env["mail.push.device"]
            .sudo()  # devices of everybody, for sending only
            .search([("partner_id", "in", self.user_id.partner_id.ids)])
            .grouped("partner_id")
        )
        return [
            (
                notice.id,
                notice.push_payload,
                [
                    {"id": d.id, "endpoint": d.endpoint, "keys": d.keys}
                    for d in devices.get(notice.user_id.partner_id, ())
                ],
                keys,
            )
            for notice in self
        ]

    @api.model
    def _aria_push(self, jobs):
        """Send to the push services; return {notice id: (retry, ids of devices that are gone)}."""
        session = LastingSession()
        results = {}
        for id_, payload, devices, keys in jobs:
            retry, gone = False, []
            session.topic = f"aria{id_}"
            for device in devices:
                try:
                    push_to_end_point(device=device, payload=payload, session=session, **keys)
                    retry |= session.should_retry
                except DeviceUnreachableError:
                    gone.append(device["id"])
                except Exception:  # a service that is down must not stop the messages of the others
                    _logger.exception("A push message could not be sent.")
                    retry = True
            results[id_] = (retry, gone)
        return results

    def _aria_note_pushes(self, results):
        now = fields.Datetime.now()
        gone = [device for _retry, ids in results.values() for device in ids]
        self.env["mail.push.device"].sudo().browse(gone).exists().unlink()  # no longer registered
        again = self.filtered(lambda n: results[n.id][0])
        (self - again).write({"push_state": "sent", "push_payload": False})
        for tries, notices in again.grouped("push_tries").items():
            wait = {"push_state": "waiting", "push_at": now + timedelta(minutes=2**tries)}
            state = wait if tries + 1 < MAX_PUSH_TRIES else {"push_state": "failed"}
            notices.write({**state, "push_tries": tries + 1})

    # ------------------------------------------------------------------ housekeeping
    @api.autovacuum
    def _gc_notices(self):
        """Delete what was told long ago, as Odoo does with its own notifications."""
        limit = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        old = self.search([("state", "!=", "waiting"), ("due_at", "<", limit)], limit=10_000)
        old.unlink()
        return len(old), len(old)
