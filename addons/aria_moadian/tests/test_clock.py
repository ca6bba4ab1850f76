from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .simulated import SimulatedCase


@tagged("post_install", "-at_install")
class TestClock(SimulatedCase):
    """The clock of the server was wrong, or is moved: nothing is lost or doubled, nothing waits for a wrong time."""

    def queued(self):
        move = self.make_invoice()
        move.action_aria_moadian_send()
        return move, move.aria_moadian_submission_ids

    def set(self, row, **columns):
        for name, value in columns.items():
            self.env.cr.execute(
                f"UPDATE aria_moadian_submission SET {name} = %s WHERE id = %s",  # noqa: S608
                [value, row.id],
            )
        self.env.invalidate_all()

    def work(self):
        """Run both jobs, with the pauses as they are."""
        self.run_cron("ir_cron_send")
        self.run_cron("ir_cron_inquire")

    def assertArrived(self, move):
        self.assertEqual(move.aria_moadian_state, "accepted", move.aria_moadian_message)
        self.assertEqual(list(self.book()), [move.aria_taxid])

    def test_service_and_server_disagree_about_the_time(self):
        for seconds in (7200, -7200):
            self.simulator.clock.advance(seconds=seconds)
            move, row = self.queued()
            self.run_all()
            self.assertEqual((move.aria_moadian_state, row.state), ("sent", "queued"))
            told = move.with_context(lang="fa_IR").aria_moadian_message
            self.assertRegex(told, "[\u0600-\u06ff]")
            self.memory.with_context(lang="fa_IR").action_test_connection()
            self.assertIn("✗", self.memory.test_result)
            self.simulator.clock.advance(seconds=-seconds)
            self.run_all(2)
            self.assertEqual(move.aria_moadian_state, "accepted", move.aria_moadian_message)
        self.assertEqual(len(self.book()), 2)

    def test_an_invoice_of_a_clock_that_is_ahead(self):
        """Issued in the future, as the service sees it: refused with the reason, and sent again under a new number."""
        self.simulator.clock.advance_ledger(seconds=-7200)
        move, row = self.queued()
        self.run_all(2)
        self.assertEqual(move.aria_moadian_state, "refused")
        self.assertIn("تاریخ", move.with_context(lang="fa_IR").aria_moadian_message)
        self.simulator.clock.advance_ledger(seconds=7200)
        move.action_aria_moadian_send()
        self.run_all(2)
        self.assertArrived(move)
        self.assertNotEqual(move.aria_taxid, row.taxid)

    def test_put_off_by_a_clock_that_was_days_ahead(self):
        move, row = self.queued()
        self.set(row, next_try=fields.Datetime.now() + timedelta(days=3), tries=1)
        self.work()
        self.assertNotEqual(row.state, "queued")
        self.set(row, next_try=fields.Datetime.now() + timedelta(days=3))
        self.work()
        self.assertArrived(move)

    def test_a_pause_is_kept(self):
        _move, row = self.queued()
        self.set(row, next_try=fields.Datetime.now() + timedelta(minutes=50))
        self.work()
        self.assertEqual(row.state, "queued")

    def test_killed_while_the_clock_was_ahead(self):
        for days in (1, 30, -3):
            move, row = self.queued()
            self.simulator.faults.add("lost_answer", on="invoice", times=1)
            self.run_cron("ir_cron_send")
            moment = fields.Datetime.now() + timedelta(days=days)
            self.set(row, state="sending", sent_at=moment, next_try=None)
            self.run_all(2)
            self.assertEqual(move.aria_moadian_state, "accepted", (days, move.aria_moadian_message))
        self.assertEqual(len(self.book()), 3)
        self.assertEqual(self.simulator.report()["refused"], [])

    def test_never_arrived_while_the_clock_was_ahead(self):
        move, row = self.queued()
        self.simulator.faults.add("drop", on="invoice", times=1)
        self.run_cron("ir_cron_send")
        moment = fields.Datetime.now() + timedelta(days=2)
        self.set(row, state="sending", sent_at=moment, next_try=None)
        self.run_all(3)
        self.assertArrived(move)
