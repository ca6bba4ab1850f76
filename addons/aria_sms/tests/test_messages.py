from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from odoo.addons.aria_workflow.tests.common import AriaCase
from odoo.addons.sms.tools.sms_api import SmsApi

from ..models.sms_sms import LOST_MINUTES
from .fake_gateway import (
    BAD_NUMBER,
    BLOCKED_NUMBER,
    DEAF_NUMBER,
    KEY,
    PASSWORD,
    SENDER,
    USER,
    FakeGateway,
)

SECRETS = ("aria_sms_key", "aria_sms_username", "aria_sms_password", "aria_sms_sender")
LOGGERS = ("odoo.addons.aria_sms.tools.gateways", "odoo.addons.sms.models.sms_sms")


class SmsCase(AriaCase):
    """A company whose account is with the fake gateway, and a salesman."""

    def setUp(self):
        super().setUp()
        self.server = FakeGateway()
        self.addCleanup(self.server.stop)
        params = self.env["ir.config_parameter"]
        for provider in ("kavenegar", "melipayamak", "melipayamak_soap"):
            params.set_param(f"aria_sms.{provider}_url", self.server.url)
        self.company = self.env.company
        self.company.country_id = self.env.ref("base.ir")
        self.user = self.make_user("seller", "sales_team.group_sale_salesman")
        self.user.write({"notification_type": "inbox", "aria_digest": False})
        self.user.partner_id.phone = "+98 912 345 6789"

    def set_kavenegar(self, company=None):
        (company or self.company).write(
            {"aria_sms_provider": "kavenegar", "aria_sms_key": KEY, "aria_sms_sender": SENDER}
        )

    def set_melipayamak(self, company=None, provider="melipayamak"):
        (company or self.company).write(
            {
                "aria_sms_provider": provider,
                "aria_sms_username": USER,
                "aria_sms_password": PASSWORD,
                "aria_sms_sender": SENDER,
            }
        )

    def make_sms(self, number="+98 912 111 1111", **values):
        return self.env["sms.sms"].create({"number": number, "body": "سلام", **values})

    def run_queue(self):
        with self.enter_registry_test_mode():
            self.env.ref("sms.ir_cron_sms_scheduler_action").method_direct_trigger()
        self.env.invalidate_all()

    def ask_deliveries(self, minutes=2):
        later = fields.Datetime.now() + timedelta(minutes=minutes)
        with freeze_time(later), self.enter_registry_test_mode():
            self.env.ref("aria_sms.ir_cron_ask_deliveries").method_direct_trigger()
        self.env.invalidate_all()

    def forms(self, method="send"):
        return [form for path, form in self.server.calls if method in path.lower()]


@tagged("post_install", "-at_install")
class TestMessages(SmsCase):
    """Odoo's own text messages through the gateway of the company."""

    def test_nothing_is_sent_by_default(self):
        self.assertFalse(self.company.aria_sms_provider)
        self.assertIs(self.company._get_sms_api_class(), SmsApi)
        self.assertFalse(self.env["res.company"].search([("aria_sms_provider", "!=", False)]))

    def test_through_each_gateway(self):
        for set_up in (
            self.set_kavenegar,
            self.set_melipayamak,
            lambda: self.set_melipayamak(provider="melipayamak_soap"),
        ):
            set_up()
            with self.subTest(self.company.aria_sms_provider):
                sms = (
                    self.make_sms()
                    | self.make_sms(BAD_NUMBER)
                    | self.make_sms("12")
                    | self.make_sms(BLOCKED_NUMBER)
                )
                self.run_queue()
                self.assertEqual(sms.mapped("state"), ["pending", "error", "error", "error"])
                self.assertEqual(
                    sms[1:].mapped("failure_type"),
                    ["sms_number_format", "sms_number_format", "sms_rejected"],
                )
                self.assertTrue(sms[0].aria_message_id)
                self.assertFalse(sms[0].aria_problem)
                self.assertIn("correct it", sms[1].aria_problem)

    def test_a_request_sends_nothing_itself(self):
        """A request is replayed after a clash; the queue takes what was committed."""
        self.set_kavenegar()
        sms = self.make_sms()
        sms.send()
        self.assertEqual((sms.state, self.server.calls), ("outgoing", []))
        self.run_queue()
        self.run_queue()
        self.assertEqual(sms.state, "pending")
        self.assertEqual(len(self.forms()), 1)

    def test_a_process_that_died(self):
        """What it had claimed may have been sent: it is told so, and never sent again by itself."""
        self.set_kavenegar()
        lead = self.env["crm.lead"].create({"name": "پمپ", "phone": "+98 912 111 1111"})
        lead._message_sms("سلام")
        sms = self.env["sms.sms"].search([("mail_message_id.res_id", "=", lead.id)])
        self.assertEqual(sms._aria_claim(10), sms)
        self.assertFalse(sms._aria_claim(10))
        self.run_queue()
        self.assertEqual((sms.state, self.server.calls), ("process", []))
        with freeze_time(fields.Datetime.now() + timedelta(minutes=LOST_MINUTES + 1)):
            self.run_queue()
        self.assertEqual((sms.state, self.server.calls), ("error", []))
        self.assertIn("may have been sent", sms.aria_problem)
        notification = sms.sms_tracker_id.mail_notification_id
        self.assertEqual(notification.notification_status, "exception")
        self.assertIn("may have been sent", notification.failure_reason)

    def test_no_answer_and_again(self):
        self.set_kavenegar()
        sms = self.make_sms()
        self.server.trouble = "html"
        with mute_logger(*LOGGERS):
            self.run_queue()
        self.assertEqual((sms.state, sms.failure_type), ("error", "unknown"))
        self.run_queue()
        self.assertEqual(len(self.forms()), 1, "not again by itself")
        self.server.trouble = None
        self.assertEqual(sms.resend_failed()["params"]["type"], "success")
        self.assertFalse(sms.aria_problem)
        self.run_queue()
        self.assertEqual((sms.state, len(self.forms())), ("pending", 2))

    def test_portions_are_committed_one_by_one(self):
        """A job that the clock ends loses sight of one portion, and the rest stays queued."""
        self.set_melipayamak()
        sms = self.env["sms.sms"].union(*(self.make_sms(f"0912111{n:04}") for n in range(25)))
        self.assertEqual(len(sms._aria_claim(100)), 10)
        self.run_queue()
        self.assertEqual(len(self.forms("sendsms/sendsms")), 15)
        states = sms.sorted("id").mapped("state")
        self.assertEqual(states, ["process"] * 10 + ["pending"] * 15)

    def test_what_the_clock_left_is_told_to_the_job(self):
        self.set_melipayamak()
        for n in range(15):
            self.make_sms(f"0912111{n:04}")
        told = []

        def commit(_job, processed=0, remaining=None):
            told.append((processed, remaining))
            return 0  # no time is left

        with patch.object(type(self.env["ir.cron"]), "_commit_progress", commit):
            self.assertFalse(self.env["sms.sms"]._aria_send_queue())
        self.assertEqual(told, [(10, 1), (0, None)])
        self.assertEqual(len(self.forms("sendsms/sendsms")), 10)

    def test_each_company_by_its_own_gateway(self):
        """The queue holds messages of two companies, and of one that has no account yet."""
        far, empty = self.env["res.company"].create(
            [{"name": "Far"}, {"name": "Empty", "aria_sms_provider": "kavenegar"}]
        )
        self.set_kavenegar()
        self.set_melipayamak(far)
        sms = self.env["sms.sms"]
        for company in (self.company, far, empty):
            sms |= self.make_sms(aria_company_id=company.id)
        self.run_queue()
        self.assertEqual(sms.mapped("state"), ["pending", "pending", "error"])
        self.assertEqual(["receptor" in form for form in self.forms()], [True, False])
        self.assertIn("Empty", sms[2].aria_problem)

    def test_company_of_a_message_is_that_of_its_record(self):
        far = self.env["res.company"].create({"name": "Far"})
        lead = self.env["crm.lead"].create(
            {"name": "پمپ", "phone": "+98 912 111 1111", "company_id": far.id, "team_id": False}
        )
        self.set_melipayamak(far)
        lead._message_sms("سلام")
        sms = self.env["sms.sms"].search([("mail_message_id.res_id", "=", lead.id)])
        self.assertEqual(
            (sms.aria_company_id, self.make_sms().aria_company_id), (far, self.company)
        )
        self.run_queue()
        self.assertEqual(sms.state, "pending")

    def test_what_arrived(self):
        for set_up in (self.set_kavenegar, self.set_melipayamak):
            set_up()
            lead = self.env["crm.lead"].create({"name": "پمپ", "phone": "+98 912 111 1111"})
            deaf = self.env["crm.lead"].create({"name": "گوش", "phone": DEAF_NUMBER})
            with self.subTest(self.company.aria_sms_provider):
                for record in (lead, deaf):
                    record._message_sms("سلام")
                messages = (lead | deaf).message_ids.filtered(lambda m: m.message_type == "sms")
                sms = self.env["sms.sms"].search(
                    [("mail_message_id", "in", messages.ids)], order="id"
                )
                self.run_queue()
                self.assertEqual(sms.mapped("state"), ["pending"] * 2)
                self.server.kavenegar_status = self.server.melipayamak_status = 8
                self.ask_deliveries()
                self.assertEqual(sms.mapped("state"), ["pending", "error"])
                self.server.kavenegar_status, self.server.melipayamak_status = 10, 1
                asked = len(self.server.calls)
                self.ask_deliveries(1)
                self.assertEqual(len(self.server.calls), asked, "each question waits longer")
                self.ask_deliveries(10)
                self.assertEqual(sms.mapped("state"), ["sent", "error"])
                self.assertEqual(sms[1].failure_type, "sms_not_delivered")
                self.assertEqual(
                    sms.sms_tracker_id.mail_notification_id.sorted("id").mapped(
                        "notification_status"
                    ),
                    ["sent", "exception"],
                )
                asked = len(self.server.calls)
                self.ask_deliveries(10_000)
                self.assertEqual(len(self.server.calls), asked, "what is known is not asked again")

    def test_questions_end(self):
        self.set_kavenegar()
        sms = self.make_sms()
        self.run_queue()
        self.server.kavenegar_status = 4
        for day in range(1, 15):
            self.ask_deliveries(day * 1440)
        self.assertEqual((sms.state, sms.aria_ask_at, sms.to_delete), ("pending", False, True))

    def test_problems_in_one_persian_sentence(self):
        self.env["res.lang"]._activate_lang("fa_IR")
        self.company.partner_id.lang = "fa_IR"
        self.set_kavenegar()
        self.server.trouble = "credit"
        lead = self.env["crm.lead"].create({"name": "پمپ", "phone": "+98 912 111 1111"})
        lead._message_sms("سلام")
        sms = self.env["sms.sms"].search([("mail_message_id.res_id", "=", lead.id)])
        self.run_queue()
        self.assertEqual(sms.failure_type, "sms_credit")
        self.assertRegex(sms.aria_problem, "^[^A-Za-z]*اعتبار[^A-Za-z]*\\.$")
        self.assertEqual(sms.sms_tracker_id.mail_notification_id.failure_reason, sms.aria_problem)

    def test_credentials_are_the_systems(self):
        self.set_kavenegar()
        manager = self.make_user("boss", "sales_team.group_sale_manager")
        for user in (self.user, manager):
            for name in SECRETS:
                self.refuse(user, self.company, "read", [name], error=AccessError)
                domain = [(name, "!=", False)]
                self.refuse(user, self.company, "search_read", domain, ["id"], error=AccessError)
            self.refuse(
                user, self.company, "write", {"aria_sms_provider": False}, error=AccessError
            )
            self.refuse(user, self.env["res.config.settings"], "create", {}, error=AccessError)

    def test_check_of_the_account(self):
        settings = self.env["res.config.settings"].create({})
        with self.assertRaisesRegex(UserError, "not set up"):
            settings.action_aria_sms_credit()
        self.set_kavenegar()
        self.assertIn("125,000", settings.action_aria_sms_credit()["params"]["message"])
        self.set_melipayamak()
        self.assertIn("431", settings.action_aria_sms_credit()["params"]["message"])
        self.company.aria_sms_password = "wrong"
        with self.assertRaisesRegex(UserError, "refuses the account"):
            settings.action_aria_sms_credit()
        self.server.trouble = "html"
        with mute_logger(*LOGGERS), self.assertRaisesRegex(UserError, "does not answer"):
            settings.action_aria_sms_credit()
        self.assertFalse(self.forms("sendsms/sendsms"), "nothing was sent")


@tagged("post_install", "-at_install")
class TestReminders(SmsCase):
    """Reminders of the cartable as text messages."""

    def remind(self, at=None):
        """Return when a reminder of the user is due."""
        at = at or fields.Datetime.now() + timedelta(hours=2)
        lead = self.env["crm.lead"].create({"name": "پمپ", "user_id": self.user.id})
        lead.with_user(self.user).aria_refer(user=self.user, remind_at=at)
        return at

    def tell(self, at):
        with freeze_time(at + timedelta(minutes=1)), self.enter_registry_test_mode():
            self.env.ref("aria_workflow.ir_cron_tell").method_direct_trigger()
        self.env.invalidate_all()

    def messages(self):
        return self.env["sms.sms"].search([("partner_id", "=", self.user.partner_id.id)])

    def inbox(self):
        return self.env["mail.notification"].search_count(
            [
                ("res_partner_id", "=", self.user.partner_id.id),
                ("notification_type", "=", "inbox"),
                ("mail_message_id.subject", "like", "Reminder"),
            ]
        )

    def test_reminder_by_sms(self):
        self.set_kavenegar()
        self.user.aria_by_sms = True
        at = self.remind()
        self.tell(at)
        self.tell(at)
        sms = self.messages()
        self.assertEqual(len(sms), 1)
        self.assertEqual((sms.number, sms.aria_company_id), ("+98 912 345 6789", self.company))
        self.assertIn("پمپ", sms.body)
        self.assertFalse(self.server.calls, "the job that tells the news does not talk to gateways")
        self.run_queue()
        self.assertEqual(self.forms()[0]["receptor"], "09123456789")
        self.assertTrue(self.inbox(), "the other channels go on")

    def test_quiet_hours_hold(self):
        self.set_kavenegar()
        self.user.write(
            {"aria_by_sms": True, "aria_quiet_from": 22, "aria_quiet_to": 7, "tz": "Asia/Tehran"}
        )
        night = datetime(2026, 11, 20, 20, 0)  # 23:30 in Tehran
        with freeze_time(night - timedelta(hours=3)):
            self.remind(night)
        self.tell(night)
        self.assertFalse(self.messages())
        self.tell(datetime(2026, 11, 21, 3, 31))  # 7:01
        self.assertEqual(len(self.messages()), 1)

    def test_not_by_sms_unless_chosen(self):
        self.set_kavenegar()
        self.tell(self.remind())
        self.assertFalse(self.messages())

    def test_who_cannot_be_reached_by_sms_is_told_in_the_inbox(self):
        """No gateway, or no telephone: the choice of SMS alone must not swallow the news."""
        self.user.write({"aria_by_sms": True, "aria_by_inbox": False, "aria_by_mail": False})
        self.user.aria_by_push = False
        self.tell(self.remind())
        self.set_kavenegar()
        self.user.partner_id.phone = False
        self.tell(self.remind())
        self.assertFalse(self.messages())
        self.assertEqual(self.inbox(), 2)

    def test_a_message_that_failed_comes_into_the_inbox(self):
        self.set_kavenegar()
        self.user.write({"aria_by_sms": True, "aria_by_inbox": False, "aria_by_mail": False})
        self.user.aria_by_push = False
        self.tell(self.remind())
        self.assertEqual((len(self.messages()), self.inbox()), (1, 0))
        self.server.trouble = "credit"
        self.run_queue()
        self.assertEqual((self.messages().state, self.inbox()), ("error", 1))

    def test_a_person_chooses_for_oneself(self):
        self.rpc(self.user, self.user, "write", {"aria_by_sms": True})
        self.assertTrue(self.rpc(self.user, self.user, "read", ["aria_by_sms"])[0]["aria_by_sms"])


@tagged("post_install", "-at_install")
class TestCampaignMessages(SmsCase):
    def setUp(self):
        super().setUp()
        self.campaign = self.env["utm.campaign"].create({"title": "نمایشگاه"})
        self.leads = self.env["crm.lead"].create(
            [
                {
                    "name": name,
                    "phone": phone,
                    "aria_consent": consent,
                    "user_id": self.user.id,
                    "campaign_id": self.campaign.id,
                }
                for name, phone, consent in (
                    ("yes", "+98 912 000 0010", "given"),
                    ("no", "+98 912 000 0011", "refused"),
                    ("unasked", "+98 912 000 0012", False),
                    ("refused on another lead", "0912 000 0013", False),
                    ("no number", False, "given"),
                )
            ]
        )
        self.env["crm.lead"].create(
            {
                "name": "other lead",
                "phone": "+98 912 000 0013",
                "aria_consent": "refused",
                "user_id": False,
            }
        )

    def compose(self, **values):
        action = self.rpc(self.user, self.campaign, "action_aria_send_sms")
        composer = self.env["sms.composer"].with_user(self.user).with_context(**action["context"])
        return composer.create({"body": "حراج", **values})

    def receivers(self):
        return sorted(",".join(form["receptor"] for form in self.forms()).split(","))

    def test_to_the_leads_of_the_campaign(self):
        self.set_kavenegar()
        composer = self.compose()
        self.assertEqual(composer.aria_left_out_count, 2)
        composer.action_send_sms()
        self.run_queue()
        self.assertEqual(self.receivers(), ["09120000010", "09120000012"])
        campaign = self.campaign.with_user(self.user)
        names = ("count", "delivered_count", "failed_count", "left_out_count")
        figures = lambda: [campaign[f"aria_sms_{name}"] for name in names]
        self.assertEqual(figures(), [2, 0, 0, 3])
        self.ask_deliveries()
        self.assertEqual(figures(), [2, 2, 0, 3])
        refused = self.env["sms.sms"].search([("failure_type", "=", "sms_optout")])
        self.assertEqual(len(refused), 2)
        with mute_logger("odoo.models.unlink"):
            self.env["sms.sms"]._gc_device()
        self.env.invalidate_all()
        self.assertEqual(figures(), [2, 2, 0, 3], "messages of campaigns are kept")
        self.assertTrue(self.leads[0].message_ids.filtered(lambda m: "حراج" in m.body))

    def test_only_those_who_agreed(self):
        self.set_kavenegar()
        composer = self.compose(aria_agreed_only=True, use_exclusion_list=False)
        self.assertEqual(composer.aria_left_out_count, 3)
        composer.action_send_sms()
        self.run_queue()
        self.assertEqual(self.receivers(), ["09120000010"])

    def test_a_refusal_holds_whatever_the_caller_says(self):
        self.set_kavenegar()
        composer = {
            "res_model": "crm.lead",
            "res_ids": str(self.leads.ids),
            "composition_mode": "mass",
            "body": "حراج",
            "use_exclusion_list": False,
            "mass_force_send": True,
        }
        ids = self.rpc(self.user, self.env["sms.composer"], "create", [composer])
        self.rpc(self.user, self.env["sms.composer"].browse(ids), "action_send_sms_mass_now")
        self.run_queue()
        self.assertEqual(self.receivers(), ["09120000010", "09120000012"])

    def test_only_leads_that_the_sender_may_read(self):
        self.set_kavenegar()
        stranger = self.make_user("stranger", "sales_team.group_sale_salesman")
        self.refuse(stranger, self.campaign, "action_aria_send_sms")
        composer = {
            "res_model": "crm.lead",
            "res_ids": str(self.leads.ids),
            "composition_mode": "mass",
            "body": "حراج",
        }
        ids = self.rpc(stranger, self.env["sms.composer"], "create", [composer])
        wizard = self.env["sms.composer"].browse(ids)
        self.refuse(stranger, wizard, "action_send_sms", error=AccessError)
        self.refuse(
            self.make_user("clerk"), self.campaign, "action_aria_send_sms", error=AccessError
        )
        self.assertFalse(self.env["sms.sms"].search([("body", "=", "حراج")]))

    def test_without_a_gateway(self):
        self.assertFalse(self.campaign.with_user(self.user).aria_has_sms_gateway)
        self.refuse(self.user, self.campaign, "action_aria_send_sms")
        self.set_kavenegar()
        self.env.invalidate_all()
        self.assertTrue(self.campaign.with_user(self.user).aria_has_sms_gateway)
        empty = self.env["utm.campaign"].create({"title": "خالی"})
        self.refuse(self.user, empty, "action_aria_send_sms")

    def test_queries_do_not_grow_with_the_leads(self):
        composer = self.env["sms.composer"]
        many = self.leads | self.leads.create(
            [
                {"name": f"L{n}", "phone": f"0912 100 {n:04}", "campaign_id": self.campaign.id}
                for n in range(60)
            ]
        )

        def count(leads):
            info = composer._prepare_recipient_values(leads)
            self.env.invalidate_all()
            leads.mapped("aria_consent")
            before = self.cr.sql_log_count
            composer._get_optout_record_ids(leads, info)
            return self.cr.sql_log_count - before

        count(self.leads)
        self.assertEqual(count(many), count(self.leads))
