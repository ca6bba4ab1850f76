import os
import tempfile
from datetime import timedelta

from odoo import Command, fields
from odoo.tests import freeze_time, tagged

from odoo.addons.aria_persian.tools import sheets
from odoo.addons.aria_workflow.tests.hands import HandsCase

HEAD = ["نام و نام خانوادگی", "شرکت", "شماره موبایل", "ایمیل"]
FIRST = ("علی", "مریم", "رضا", "زهرا", "حسین", "فاطمه")
LAST = ("رضایی", "کریمی", "احمدی", "موسوی", "صادقی")
DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


def make_visitors():
    """Return thirty visitors and a row whose telephone cannot be right.

    The third, fourth and fifth were recorded years ago; the last one stands in the list twice.
    """
    rows = [
        [
            f"{FIRST[n % 6]} {LAST[n % 5]}" if n else "مریم کریمی",
            f"شرکت {n}",
            f"0912555{n:04}".translate(DIGITS),
            f"visitor{n}@example.com",
        ]
        for n in range(29)
    ]
    rows[1][0] = "علی رضایی"
    return [*rows, ["تکراری", "", rows[28][2], ""], ["نادرست", "", "۰۹۱۲۳", ""]]


@tagged("post_install", "-at_install")
class TestExhibitionTour(HandsCase):
    """The day after an exhibition, whole, at both widths; then the figures are counted by hand."""

    @classmethod
    def get_addons(cls):
        # EXTENDS 'aria_workflow'
        return ["aria_crm_lead"]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.country_id = cls.env.ref("base.ir")
        seller, manager = "sales_team.group_sale_salesman", "sales_team.group_sale_manager"
        awake = {"aria_quiet_from": 0, "aria_quiet_to": 0}
        cls.boss = cls.make_person(
            "fair_boss", "سارا سرپرست", manager, "crm.group_use_lead", **awake
        )
        names = ("رضا کارشناس", "مینا کارشناس", "کاوه کارشناس")
        cls.staff = cls.env["res.users"].union(
            *(cls.make_person(f"fair_{n}", name, seller) for n, name in enumerate(names))
        )
        cls.supplier = cls.make_person("fair_supply", "ناصر تأمین")
        cls.supply = cls.env.ref("aria_workflow.unit_supply")
        cls.supply.write({"manager_id": False, "member_ids": [Command.set(cls.supplier.ids)]})
        cls.env["crm.lost.reason"].create({"name": "گران بود"})
        cls.file = cls.make_file()
        cls.make_old_leads()

    @classmethod
    def make_file(cls):
        """Return the path of the list of visitors."""
        handle, path = tempfile.mkstemp(suffix=".xlsx")
        with os.fdopen(handle, "wb") as file:
            file.write(sheets.write({"Visitors": [HEAD, *make_visitors()]}))
        cls.addClassCleanup(os.unlink, path)
        return path

    @classmethod
    def make_old_leads(cls):
        """Record three of the visitors, each known by something else."""
        rows = make_visitors()
        cls.env["crm.lead"].create(
            [
                {"name": "مشتری دیرین", "phone": rows[2][2], "user_id": cls.boss.id},
                {"name": "مشتری دوم", "email_from": rows[3][3].upper(), "user_id": cls.boss.id},
                {
                    "name": "مشتری سوم",
                    "contact_name": rows[4][0].replace("ی", "ي"),
                    "partner_name": rows[4][1],
                    "user_id": cls.boss.id,
                },
            ]
        )

    def test_at_the_desk(self):
        self.do_day(phone=False)

    def test_on_the_phone(self):
        self.do_day(phone=True)

    def turn(self, name, path, user=None):
        tour = f"aria_exhibition_{name}_{'phone' if self.phone else 'desk'}"
        self.do_tour(tour, user or self.boss, path, phone=self.phone)

    def do_day(self, phone):
        self.phone = phone
        self.turn("campaign", f"/odoo/aria-campaigns{'/new' if phone else ''}")
        campaign = self.env["utm.campaign"].search([("title", "=", "نمایشگاه صنعت")])
        page = f"/odoo/aria-campaigns/{campaign.id}"
        self.turn("import", page)
        leads = self.env["crm.lead"].search([("campaign_id", "=", campaign.id)], order="id")
        self.assertEqual((len(leads), len(leads.aria_followup_ids)), (30, 90))
        self.check_division(leads[5].aria_followup_ids[0])
        self.check_referral(leads[0])
        self.turn("timeline", f"/odoo/aria-leads/{leads[0].id}")
        self.check_reminder(leads[0].aria_followup_ids.sorted("deadline")[0])
        self.turn("opportunity", f"/odoo/aria-leads/{leads[6].id}")
        self.turn("convert", f"/odoo/aria-leads/{leads[6].id}")
        self.turn("lose", f"/odoo/aria-leads/{leads[7].id}")
        self.assertEqual((leads[6].type, leads[6].won_status), ("opportunity", "won"))
        self.assertEqual((leads[7].won_status, leads[7].lost_reason_id.name), ("lost", "گران بود"))
        self.turn("figures", page)
        self.check_figures(campaign)

    def check_division(self, followup):
        action = "action-aria_crm_lead.aria_followup_act_window"
        self.turn("divide", f"/odoo/{action}/{followup.id}")
        self.assertEqual(followup.child_ids.aria_user_id, self.staff)
        self.assertEqual(followup.progress, "0/3")
        self.assertEqual(len(followup.child_ids.sudo().aria_referral_id), 3)

    def check_referral(self, lead):
        """The call goes to supply from the list, is answered there, and comes back."""
        call = lead.aria_followup_ids.sorted("deadline")[0]
        self.turn("refer", "/odoo/aria-cartable")
        self.assertEqual(call.aria_unit_id, self.supply)
        self.assertEqual(call.action_ids.outcome, "کاتالوگ فنی می‌خواهد")
        self.turn("answer", "/odoo/aria-cartable", self.supplier)
        self.assertEqual((call.aria_user_id, call.state), (self.boss, "open"))
        self.assertEqual(call.sudo().aria_referral_id.note, "کاتالوگ فرستاده شد.")

    def check_reminder(self, call):
        """The reminder that a caller set is seen at its hour; those of the visits come a day before they are due."""
        soon = fields.Datetime.now() + timedelta(hours=2)
        call.with_user(self.boss).remind_at = soon
        self.assertEqual(self.tell(soon), call.sudo().aria_referral_id)
        self.turn("reminder", "/odoo/action-mail.action_discuss?active_id=mail.box_inbox")
        self.assertEqual(len(self.tell(fields.Datetime.now() + timedelta(days=6))), 1 + 30)

    def tell(self, moment):
        """Let the scheduler run a minute after ``moment``; return the referrals of which it has reminded so far."""
        with freeze_time(moment + timedelta(minutes=1)), self.enter_registry_test_mode():
            self.env.ref("aria_workflow.ir_cron_tell").method_direct_trigger()
        self.env.invalidate_all()
        told = self.env["aria.notice"].search(
            [("user_id", "=", self.boss.id), ("kind", "=", "reminder"), ("state", "=", "told")]
        )
        return told.referral_id

    def check_figures(self, campaign):
        """Count by hand: every row of the list, and everything that was done since."""
        followups = self.env["aria.followup"].search([("campaign_id", "=", campaign.id)])
        ended = 3  # those of the lost lead
        self.assertEqual(len(followups), 90 + 3)
        figures = campaign.with_user(self.boss)
        self.assertEqual((figures.aria_lead_count, figures.aria_duplicate_count), (30, 4))
        self.assertEqual(
            (figures.aria_opportunity_count, figures.aria_won_count, figures.aria_lost_count),
            (1, 1, 1),
        )
        self.assertEqual(figures.aria_followup_count, 93)
        self.assertEqual(figures.aria_followup_open_count, 93 - ended)
        self.assertAlmostEqual(figures.aria_response_rate, 1 / 30)
        self.assertEqual(figures.aria_won_amount, 50_000_000)
        self.assertEqual(figures.aria_cost_per_lead, 200_000)
        self.assertEqual(figures.aria_cost_per_won, 6_000_000)
        self.assertEqual(figures.aria_profit, 44_000_000)
        self.assertAlmostEqual(figures.aria_return, 44 / 6, 2)
