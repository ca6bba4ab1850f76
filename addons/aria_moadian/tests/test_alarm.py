from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user, tagged

from .common import InvoiceCase, MemoryService


@tagged("post_install", "-at_install")
class TestAlarm(InvoiceCase):
    """A dead queue is seen without any job running: in the clock; and told to the accountants by the watch."""

    def clock(self, user=None):
        users = self.env["res.users"].with_user(user or self.accountant)
        groups = users.with_company(self.company)._get_activity_groups()
        return next((row for row in groups if row["model"] == "aria.moadian.submission"), None)

    def age(self, hours):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE aria_moadian_submission SET create_date = create_date - %s * interval '1 hour'",
            [hours],
        )
        self.env.invalidate_all()

    def test_quiet(self):
        self.make_invoice()
        self.assertIsNone(self.clock())

    def test_late_and_near(self):
        self.make_invoice(invoice_date=fields.Date.today() - timedelta(days=20))
        self.make_invoice(invoice_date=fields.Date.today() - timedelta(days=11))
        row = self.clock()
        self.assertEqual((row["overdue_count"], row["today_count"], row["total_count"]), (1, 1, 2))

    def test_job_switched_off(self):
        self.env.ref("aria_moadian.ir_cron_send").active = False
        row = self.clock()
        self.assertEqual(
            (row["name"], row["overdue_count"]), ("Moadian: the queue stands still", 1)
        )

    def test_packets_that_nobody_takes(self):
        self.make_invoice().action_aria_moadian_send()
        self.assertIsNone(self.clock())
        self.age(2)
        self.assertIn("stands still", self.clock()["name"])
        self.run_crons(MemoryService())
        self.assertIsNone(self.clock())

    def test_others_see_nothing(self):
        self.env.ref("aria_moadian.ir_cron_send").active = False
        self.assertIsNone(
            self.clock(
                self.env.ref("base.user_demo", False)
                or self.env["res.users"].create({"name": "x", "login": "a_x"})
            )
        )
        self.memory.active = False
        self.assertIsNone(self.clock(), "a company that sends nothing has no queue")

    def test_query_count(self):
        self.make_invoice(invoice_date=fields.Date.today() - timedelta(days=20))
        users = self.env["res.users"].with_user(self.accountant).with_company(self.company)
        users._aria_count_moadian()
        self.env.invalidate_all()
        with self.assertQueryCount(12):
            users._aria_count_moadian()

    def notices(self):
        return self.env["mail.message"].search(
            [
                ("model", "=", "aria.moadian.memory"),
                ("res_id", "=", self.memory.id),
                ("message_type", "=", "user_notification"),
            ]
        )

    def test_accountants_are_told_once_a_day(self):
        memories = self.env["aria.moadian.memory"]
        memories._cron_watch()
        self.assertFalse(self.notices())
        self.make_invoice(invoice_date=fields.Date.today() - timedelta(days=20))
        memories._cron_watch()
        memories._cron_watch()
        message = self.notices()
        self.assertEqual(len(message), 1)
        self.assertIn("near their deadline", message.body)
        self.assertIn(self.accountant.partner_id, message.notified_partner_ids)
        self.memory.told_at = fields.Datetime.now() - timedelta(days=1)
        memories._cron_watch()
        self.assertEqual(len(self.notices()), 2)

    def figures(self, user=None):
        """Return what a digest tells a user: {name: figure}."""
        user = user or self.accountant
        names = [f"kpi_aria_moadian_{name}" for name in ("late", "refused", "waiting")]
        values = {"name": "d", "company_id": self.company.id, **dict.fromkeys(names, True)}
        digest = self.env["digest.digest"].create(values)
        rows = digest.with_user(user)._compute_kpis(self.company, user)
        return {
            row["kpi_name"].removeprefix("kpi_aria_moadian_"): int(row["kpi_col1"]["value"])
            for row in rows
            if row["kpi_name"] in names
        }

    def test_digest(self):
        self.make_invoice(invoice_date=fields.Date.today() - timedelta(days=20))
        self.assertEqual(self.figures(), {"late": 1, "refused": 0, "waiting": 0})

    def test_a_dead_queue_in_the_digest(self):
        self.env.ref("aria_moadian.ir_cron_send").active = False
        (self.make_invoice() | self.make_invoice()).action_aria_moadian_send()
        self.assertEqual(self.figures()["waiting"], 0)
        self.age(2)
        self.assertEqual(self.figures()["waiting"], 2)
        biller = new_test_user(
            self.env,
            "d_biller",
            groups="account.group_account_invoice",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        self.assertEqual(self.figures(biller), {})
