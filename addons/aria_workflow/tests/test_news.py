import base64
import json
from datetime import datetime, timedelta
from unittest.mock import patch

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import HttpCase, freeze_time, tagged
from odoo.tools import mute_logger

from odoo.addons.aria_workflow.models import aria_notice

from .common import AriaDocumentCase

NOW = datetime(2026, 3, 10, 9, 0)  # a Tuesday


class NewsCase(AriaDocumentCase):
    def setUp(self):
        super().setUp()
        self.env["res.users"].search([]).aria_digest = False
        self.staff = self.seller | self.supplier | self.supplier2 | self.keeper
        self.staff.write({"notification_type": "inbox", "tz": "UTC"})
        self.supply.calendar_id = self.env["resource.calendar"].create(
            {
                "name": "Eight to sixteen",
                "company_id": False,
                "tz": "UTC",
                "attendance_ids": [
                    Command.create({"name": str(day), "dayofweek": str(day), "hour_from": 8, "hour_to": 16})
                    for day in range(5)
                ],
            }
        )  # fmt: skip

    def refer(self, at=NOW, document=None, **kwargs):
        with freeze_time(at):
            kwargs = {"unit": self.supply.id, **kwargs}
            ids = self.rpc(self.seller, document or self.make_document(), "aria_refer", **kwargs)
        return self.env["aria.referral"].browse(ids)

    def tell(self, at):
        """Let the scheduler work at ``at``; return the news it has told, as (user, kind)."""
        known = self.env["aria.notice"].search([("state", "=", "told")])
        with freeze_time(at), self.enter_registry_test_mode():
            self.env.ref("aria_workflow.ir_cron_tell").method_direct_trigger()
        self.env.invalidate_all()
        told = self.env["aria.notice"].search([("state", "=", "told")]) - known
        return sorted((notice.user_id.login, notice.kind) for notice in told)

    def inbox(self, user):
        return self.env["mail.message"].search(
            [("notification_ids.res_partner_id", "=", user.partner_id.id)]
        )


@tagged("post_install", "-at_install")
class TestNews(NewsCase):
    # ------------------------------------------------------------------ reminders
    def test_a_reminder_comes_once_and_in_time(self):
        at = NOW + timedelta(hours=1, minutes=30)
        referral = self.refer(user=self.supplier.id, remind_at=fields.Datetime.to_string(at))
        self.assertEqual(self.tell(at - timedelta(minutes=1)), [])
        self.assertEqual(self.tell(at), [("supplier", "reminder")])
        self.assertEqual(self.tell(at), [])
        self.assertEqual(self.tell(at + timedelta(days=1)), [])
        message = self.inbox(self.supplier)
        self.assertEqual(len(message), 1)
        self.assertEqual((message.model, message.res_id), ("aria.referral", referral.id))
        self.assertIn("Doc 1", message.body)
        self.assertIn(f"/aria/snooze/{referral.id}", message.body)

    def test_a_server_that_was_down_tells_it_afterwards(self):
        at = NOW + timedelta(hours=1)
        self.refer(user=self.supplier.id, remind_at=fields.Datetime.to_string(at))
        self.assertEqual(self.tell(at + timedelta(hours=7)), [("supplier", "reminder")])

    def test_work_of_a_unit_reminds_all_who_are_there(self):
        at = NOW + timedelta(hours=1)
        self.env["aria.absence"].create(
            {
                "user_id": self.supplier2.id,
                "substitute_id": self.keeper.id,
                "date_from": at.date(),
                "date_to": at.date(),
            }
        )
        self.refer(remind_at=fields.Datetime.to_string(at))
        self.assertEqual(self.tell(at), [("keeper", "reminder"), ("supplier", "reminder")])

    def test_closed_and_handed_over_work_reminds_nobody_in_vain(self):
        at = NOW + timedelta(hours=1)
        remind = {"user": self.supplier.id, "remind_at": fields.Datetime.to_string(at)}
        self.supplier.write({"aria_quiet_from": 9, "aria_quiet_to": 12})
        one, two = self.refer(**remind), self.refer(**remind)
        self.assertEqual(self.tell(at), [])
        with freeze_time(at):
            self.rpc(self.supplier, one, "action_answer", "done")
            self.rpc(self.supplier, two, "action_refer", user=self.keeper.id)
        self.assertEqual(self.tell(at + timedelta(hours=5)), [])

    def test_snoozing_reminds_again(self):
        at = NOW + timedelta(hours=1)
        referral = self.refer(user=self.supplier.id, remind_at=fields.Datetime.to_string(at))
        self.tell(at)
        later = at + timedelta(hours=3)
        with freeze_time(at):
            self.rpc(self.supplier, referral, "action_snooze", fields.Datetime.to_string(later))
        self.assertEqual(self.tell(later), [("supplier", "reminder")])
        self.assertEqual(len(self.inbox(self.supplier)), 2)

    # ------------------------------------------------------------------ SLA
    def test_warning_breach_and_escalation_by_working_hours(self):
        self.supply.write({"warn_hours": 2, "escalate_hours": 4, "manager_id": self.keeper.id})
        friday = datetime(2026, 3, 13, 15, 0)
        referral = self.refer(user=self.supplier.id, deadline=fields.Datetime.to_string(friday))
        self.assertEqual(referral.warn_at, datetime(2026, 3, 13, 13, 0))
        self.assertEqual(referral.escalate_at, datetime(2026, 3, 16, 11, 0), "over the week-end")
        self.assertEqual(self.tell(friday - timedelta(hours=3)), [])
        self.assertEqual(self.tell(friday - timedelta(hours=1)), [("supplier", "warning")])
        self.assertEqual(
            self.tell(friday + timedelta(hours=1)), [("seller", "breach"), ("supplier", "breach")]
        )
        self.assertEqual(self.tell(datetime(2026, 3, 16, 10, 0)), [])
        self.assertEqual(self.tell(datetime(2026, 3, 16, 12, 0)), [("keeper", "escalation")])
        self.assertEqual(self.tell(datetime(2026, 4, 16, 12, 0)), [])

    def test_after_a_long_stop_a_breach_makes_its_warning_needless(self):
        self.supply.manager_id = self.keeper
        deadline = fields.Datetime.to_string(NOW + timedelta(hours=3))
        self.refer(user=self.supplier.id, deadline=deadline)
        self.assertEqual(
            self.tell(NOW + timedelta(days=9)),
            [("keeper", "escalation"), ("seller", "breach"), ("supplier", "breach")],
        )

    def test_the_unit_sets_the_deadline_around_holidays(self):
        self.supply.sla_hours = 10
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": self.supply.calendar_id.id,
                "date_from": datetime(2026, 3, 11, 0, 0),
                "date_to": datetime(2026, 3, 11, 23, 59),
            }
        )
        # seven hours on Tuesday, nothing on the holiday, three on Thursday
        self.assertEqual(self.refer().deadline, datetime(2026, 3, 12, 11, 0))
        given = fields.Datetime.to_string(NOW + timedelta(hours=1))
        self.assertEqual(self.refer(deadline=given).deadline, NOW + timedelta(hours=1))

    def test_a_manager_who_holds_it_escalates_upwards(self):
        parent = self.make_unit("parent", manager_id=self.keeper.id)
        self.supply.write(
            {"manager_id": self.supplier.id, "parent_id": parent.id, "escalate_hours": 0}
        )
        deadline = NOW + timedelta(hours=1)
        self.refer(user=self.supplier.id, deadline=fields.Datetime.to_string(deadline))
        self.assertIn(("keeper", "escalation"), self.tell(deadline))

    def test_a_unit_without_anybody_tells_its_manager(self):
        empty = self.make_unit("empty", manager_id=self.keeper.id)
        self.refer(unit=empty.id)
        self.assertEqual(self.tell(NOW), [("keeper", "unreachable")])
        self.assertIn("Empty", self.inbox(self.keeper).body)
        lonely = self.make_unit("lonely")
        self.refer(unit=lonely.id)
        told = self.tell(NOW)
        self.assertIn(("admin", "unreachable"), told)
        self.assertEqual({kind for _login, kind in told}, {"unreachable"})

    # ------------------------------------------------------------------ quiet hours, channels
    def test_quiet_hours_and_days_off_postpone(self):
        self.supplier.write({"aria_quiet_from": 20, "aria_quiet_to": 7.5, "tz": "Asia/Tehran"})
        self.supplier.company_id.resource_calendar_id = self.supply.calendar_id
        evening = datetime(2026, 3, 12, 18, 0)  # half past nine in the evening in Tehran
        self.refer(user=self.supplier.id, remind_at=fields.Datetime.to_string(evening))
        self.assertEqual(self.tell(evening), [])
        self.assertEqual(self.tell(datetime(2026, 3, 13, 3, 59)), [])
        self.assertEqual(self.tell(datetime(2026, 3, 13, 4, 0)), [("supplier", "reminder")])
        self.supplier.write({"aria_quiet_from": 0, "aria_quiet_to": 0, "aria_quiet_holidays": True})
        saturday = datetime(2026, 3, 14, 9, 0)
        self.refer(user=self.supplier.id, remind_at=fields.Datetime.to_string(saturday))
        self.assertEqual(self.tell(saturday + timedelta(hours=20)), [])
        self.assertEqual(self.tell(datetime(2026, 3, 16, 8, 0)), [("supplier", "reminder")])

    def test_everybody_is_told_by_the_channels_of_their_choice(self):
        self.supplier.write(
            {"aria_by_inbox": False, "aria_by_mail": True, "email": "s@example.com"}
        )
        at = fields.Datetime.to_string(NOW + timedelta(hours=1))
        for _n in range(3):
            self.refer(user=self.supplier.id, remind_at=at)
        self.tell(NOW + timedelta(hours=1))
        mails = self.env["mail.mail"].search([("recipient_ids", "=", self.supplier.partner_id.id)])
        self.assertEqual(len(mails), 1, "one mail for all that is due at once")
        self.assertIn("2", mails.subject)
        self.assertFalse(
            self.inbox(self.supplier).filtered(lambda m: m.message_type == "user_notification")
        )
        self.supplier.write({"aria_by_mail": False, "aria_by_push": False})
        self.refer(user=self.supplier.id, remind_at=at)
        self.tell(NOW + timedelta(hours=1))
        self.assertEqual(len(self.inbox(self.supplier)), 1, "who wants nothing has the inbox")

    def test_preferences_are_one_s_own(self):
        own = {"aria_quiet_from": 21.0, "aria_quiet_to": 7.0, "aria_digest_hour": 6.5}
        self.rpc(self.supplier, self.supplier, "write", own)
        self.assertEqual(self.supplier.aria_digest_hour, 6.5)
        with self.assertRaises(AccessError):
            self.rpc(self.supplier, self.supplier2, "write", own)
        with self.assertRaises(AccessError):
            self.rpc(self.supplier, self.supplier, "write", {"aria_digest_next": "2001-01-01"})
        with self.assertRaisesRegex(ValidationError, "hour of the day"):
            self.rpc(self.supplier, self.supplier, "write", {"aria_quiet_from": 25})
        notice = self.env["aria.notice"].create(
            {"user_id": self.supplier.id, "kind": "digest", "due_at": NOW, "key": "x"}
        )
        self.assertTrue(self.rpc(self.supplier, notice, "read", ["kind"]))
        for user, method, args in [
            (self.supplier2, "read", [["kind"]]),
            (self.supplier, "write", [{"state": "told"}]),
            (self.supplier, "unlink", []),
        ]:
            with self.assertRaises(AccessError):
                self.rpc(user, notice, method, *args)

    # ------------------------------------------------------------------ digest
    def test_the_digest_comes_once_a_morning_in_the_language_of_the_person(self):
        self.env["res.lang"]._activate_lang("fa_IR")
        self.supplier.write(
            {"lang": "fa_IR", "tz": "Asia/Tehran", "aria_digest": True, "aria_digest_hour": 8.0}
        )
        today = fields.Datetime.to_string(NOW + timedelta(days=1, hours=3))
        for _n in range(7):
            self.refer(user=self.supplier.id, deadline=today)
        self.refer(
            user=self.supplier.id, deadline=fields.Datetime.to_string(NOW + timedelta(hours=1))
        )
        mine = self.make_document(user_id=self.supplier.id)
        with freeze_time(NOW):
            self.rpc(self.supplier, mine, "aria_refer", user=self.keeper.id)
        self.assertEqual(self.tell(NOW), [])
        morning = datetime(2026, 3, 11, 4, 30)  # eight in Tehran
        self.tell(morning - timedelta(minutes=1))
        self.assertEqual(self.tell(morning), [("supplier", "digest")])
        self.assertEqual(self.tell(morning + timedelta(hours=2)), [])
        body = self.inbox(self.supplier).filtered(lambda m: m.model == "res.partner").body
        for text in ("امروز (7)", "دیرکرده (1)", "بی‌پاسخ (1)"):
            self.assertIn(text, body)
        self.assertEqual(
            body.count("<li>"), 5 + 1 + 1 + 1, "five of seven, and a sign that more follow"
        )

    def test_nothing_to_do_is_no_news(self):
        self.supplier.aria_digest = True
        self.tell(NOW)
        self.assertEqual(self.tell(NOW + timedelta(days=1)), [])
        self.assertEqual(self.env["aria.notice"].search([("kind", "=", "digest")]).state, "dropped")

    def test_days_off_have_no_digest(self):
        self.supplier.company_id.resource_calendar_id = self.supply.calendar_id
        self.supplier.write({"aria_digest": True, "aria_quiet_holidays": True})
        self.tell(datetime(2026, 3, 13, 9, 0))
        self.assertEqual(self.supplier.aria_digest_next, datetime(2026, 3, 16, 8, 0))

    # ------------------------------------------------------------------ push
    def make_device(self, user):
        self.env["mail.push.device"].get_web_push_vapid_public_key()
        public = ec.generate_private_key(ec.SECP256R1()).public_key()
        point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {
            "p256dh": base64.urlsafe_b64encode(point).decode(),
            "auth": base64.urlsafe_b64encode(b"0123456789abcdef").decode(),
        }
        return (
            self.env["mail.push.device"]
            .sudo()
            .create(
                {
                    "partner_id": user.partner_id.id,
                    "endpoint": f"https://push.example.com/{user.id}",
                    "keys": json.dumps(keys),
                }
            )
        )

    def push(self, at, status=201):
        """Let the push job work; return the headers of what it sent."""
        sent = []

        def post(session, url, headers=None, **_kwargs):
            sent.append(headers)
            return type("Response", (), {"status_code": status, "text": ""})()

        with (
            patch("requests.Session.post", post),
            freeze_time(at),
            self.enter_registry_test_mode(),
            mute_logger("odoo.addons.mail.tools.web_push"),
        ):
            self.env.ref("aria_workflow.ir_cron_push").method_direct_trigger()
        self.env.invalidate_all()
        return sent

    def test_push_waits_for_the_phone_and_never_inside_the_transaction(self):
        self.make_device(self.supplier)
        at = NOW + timedelta(hours=1)
        for _n in range(2):
            self.refer(user=self.supplier.id, remind_at=fields.Datetime.to_string(at))
        with patch.object(aria_notice, "push_to_end_point") as sent:
            self.tell(at)
        sent.assert_not_called()
        headers = self.push(at)
        self.assertEqual([h["TTL"] for h in headers], ["86400"], "one message for both")
        self.assertTrue(headers[0]["Topic"].startswith("aria"))
        self.assertEqual(self.push(at), [])

    def test_push_is_tried_again_and_given_up(self):
        self.make_device(self.supplier)
        at = NOW + timedelta(hours=1)
        self.refer(user=self.supplier.id, remind_at=fields.Datetime.to_string(at))
        self.tell(at)
        tries = 0
        for _n in range(8):
            at += timedelta(hours=1)
            tries += len(self.push(at, status=503))
        self.assertEqual(tries, aria_notice.MAX_PUSH_TRIES)
        self.assertEqual(
            self.env["aria.notice"].search([("user_id", "=", self.supplier.id)]).push_state,
            "failed",
        )

    def test_devices_that_are_gone_are_forgotten(self):
        device = self.make_device(self.supplier)
        at = NOW + timedelta(hours=1)
        self.refer(user=self.supplier.id, remind_at=fields.Datetime.to_string(at))
        self.tell(at)
        self.push(at, status=410)
        self.assertFalse(device.exists())

    # ------------------------------------------------------------------ volume
    def test_news_cost_constant_queries(self):
        at = NOW + timedelta(hours=1)
        users = self.env["res.users"]
        for n in range(12):
            users |= self.make_user(f"clerk{n}", notification_type="inbox")

        def count(n):
            for user in users[:n]:
                documents = self.make_document(5)
                self.refer(
                    document=documents, user=user.id, remind_at=fields.Datetime.to_string(at)
                )
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            with freeze_time(at):
                self.assertEqual(self.env["aria.referral"]._aria_raise_due(100), 5 * n)
                self.assertEqual(self.env["aria.notice"]._aria_tell_due(100), 5 * n)
            self.env.flush_all()
            return self.cr.sql_log_count - start

        count(1)
        self.assertLessEqual(count(12), count(3) + 2)

    def test_one_bad_row_does_not_stop_the_others(self):
        at = NOW + timedelta(hours=1)
        for _n in range(2):
            self.refer(user=self.supplier.id, remind_at=fields.Datetime.to_string(at))
        real = type(self.env["aria.notice"])._aria_get_text
        bad = []

        def broken(notice):
            bad[:] = bad or [notice.id]
            if notice.id in bad:
                raise ValueError("broken")
            return real(notice)

        with (
            patch.object(type(self.env["aria.notice"]), "_aria_get_text", broken),
            mute_logger("odoo.addons.aria_workflow.models.aria_notice"),
        ):
            self.assertEqual(self.tell(at), [("supplier", "reminder")])
        self.assertEqual(
            sorted(self.env["aria.notice"].search([]).mapped("state")), ["failed", "told"]
        )


@tagged("post_install", "-at_install")
class TestSnoozePage(HttpCase, NewsCase):
    def test_one_tap_in_a_message_snoozes(self):
        referral = self.refer(at=fields.Datetime.now(), user=self.supplier.id)
        page = f"/aria/snooze/{referral.id}"
        self.assertIn("/web/login", self.url_open(page).url)
        self.authenticate("supplier", "supplier")
        answer = self.url_open(page)
        self.assertIn("Doc 1", answer.text)
        token = answer.text.split('name="csrf_token" value="')[1].split('"')[0]
        self.url_open(page, data={"csrf_token": token, "until": "hour"})
        self.env.invalidate_all()
        self.assertTrue(referral.snoozed_until)
        refused = self.url_open(page, data={"csrf_token": token, "until": "never"})
        self.assertIn("alert-danger", refused.text)
        self.authenticate("outsider", "outsider")
        refused = self.url_open(page)
        self.assertNotIn("Doc 1", refused.text)
