import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.aria_moadian import watermark
from odoo.addons.aria_moadian.lib.taxid import make_taxid, parse_taxid

from .common import InvoiceCase, MemoryService
from .simulated import SimulatedCase


@tagged("post_install", "-at_install")
class TestRestore(InvoiceCase):
    """A database restored from a backup, and a memory that another program used, send nothing by themselves."""

    def setUp(self):
        super().setUp()
        self.service = MemoryService()

    def sent(self):
        move = self.make_invoice()
        move.action_aria_moadian_send()
        self.run_crons(self.service)
        return move

    def test_the_mark_follows_what_was_sent(self):
        self.sent()
        self.sent()
        self.assertEqual(watermark.read(self.env.cr.dbname, "A11216"), 2)
        watermark.raise_to(self.env.cr.dbname, "A11216", 1)
        self.assertEqual(watermark.read(self.env.cr.dbname, "A11216"), 2)

    def test_restored_database_stops(self):
        watermark.raise_to(self.env.cr.dbname, "A11216", 7)
        move = self.sent()
        self.assertTrue(self.memory.halted)
        self.assertEqual(self.memory.halt_serial, 7)
        self.assertFalse(self.service.calls)
        self.assertEqual(move.aria_moadian_state, "sent")
        self.assertIn("up to 7", move.aria_moadian_message)
        self.run_crons(self.service)
        self.assertFalse(self.service.calls, "it stays stopped")
        with self.assertRaisesRegex(UserError, "at least 7"):
            self.memory.with_user(self.manager).action_confirm_serials()
        self.memory.with_user(self.manager).new_serial = 9
        self.rpc(self.manager, "aria.moadian.memory", "action_confirm_serials", self.memory.ids)
        self.assertFalse(self.memory.halted)
        other = self.make_invoice()
        other.action_aria_moadian_send()
        self.assertEqual(other.aria_moadian_submission_ids.serial, 10)

    def test_what_waited_is_asked_for_and_not_sent_blindly(self):
        move = self.make_invoice()
        move.action_aria_moadian_send()
        row = move.aria_moadian_submission_ids
        # it was sent in the time that the database lost
        self.service.take(row.uid, json.loads(row.content))
        watermark.raise_to(self.env.cr.dbname, "A11216", 5)
        self.run_crons(self.service)
        self.memory.new_serial = 5
        self.memory.action_confirm_serials()
        self.assertEqual(row.state, "unknown")
        self.run_crons(self.service)
        self.assertEqual(move.aria_moadian_state, "accepted")
        self.assertFalse(self.service.calls)

    def test_memory_that_another_program_used(self):
        moment = 1_700_000_000_000
        self.service.take("foreign", {"header": {"taxid": make_taxid("A11216", moment, 345)}})
        self.sent()
        self.assertEqual((self.memory.halted, self.memory.halt_serial), (True, 345))
        self.assertIn("1 packets", self.memory.halt_note)

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_only_managers_go_on(self):
        with self.assertRaises(AccessError):
            self.rpc(
                self.accountant, "aria.moadian.memory", "action_confirm_serials", self.memory.ids
            )
        with self.assertRaises(AccessError):
            self.rpc(
                self.manager, "aria.moadian.memory", "write", self.memory.ids, {"halted": False}
            )


@tagged("post_install", "-at_install")
class TestBackup(SimulatedCase):
    """The database goes back to a backup that was taken before sending, while the service keeps what was sent."""

    def send(self, *moves):
        for move in moves:
            move.action_aria_moadian_send()
        self.run_all(2)

    def state_of(self, moves):
        return set(moves.mapped("aria_moadian_state"))

    def restored(self, forget_mark):
        """Send an invoice; return (invoices of the restored database, numbers that the service keeps)."""
        self.send(self.make_invoice())
        backup = self.env.cr.savepoint()
        lost = self.make_invoice() | self.make_invoice()
        self.send(*lost)
        self.assertEqual(self.state_of(lost), {"accepted"})
        backup.rollback()
        backup.close(rollback=False)
        self.env.invalidate_all()
        if forget_mark:  # the backup came to another server
            watermark._path(self.env.cr.dbname, "A11216").unlink()
        return set(self.book())

    def go_on(self, kept, **fault):
        move = self.make_invoice()
        self.send(move)
        self.assertTrue(self.memory.halted, self.memory.halt_note)
        self.assertEqual(self.memory.halt_serial, 3)
        self.assertEqual((move.aria_moadian_state, set(self.book())), ("sent", kept))
        self.memory.with_user(self.manager).new_serial = 3
        self.rpc(self.manager, "aria.moadian.memory", "action_confirm_serials", self.memory.ids)
        if fault:
            self.simulator.faults.add(on="invoice", times=1, **fault)
        for _round in range(5):
            self.env.cr.execute(
                "UPDATE aria_moadian_submission SET sent_at = sent_at - interval '15 minutes'"
                " WHERE state IN ('unknown', 'sending')"
            )
            self.env.invalidate_all()
            self.run_all()
        return move

    def test_on_the_same_server(self):
        kept = self.restored(forget_mark=False)
        move = self.go_on(kept)
        self.check_after(move, kept)

    def test_on_another_server(self):
        kept = self.restored(forget_mark=True)
        move = self.go_on(kept)
        self.check_after(move, kept)

    def test_lost_on_the_way_after_it(self):
        """Sent a second time, the number of another invoice is no proof that this one was taken."""
        kept = self.restored(forget_mark=False)
        move = self.go_on(kept, kind="drop")
        self.assertEqual(move.aria_moadian_submission_ids.attempts, 2)
        self.check_after(move, kept)

    def check_after(self, move, kept):
        """What waited had a number that was used meanwhile: it is refused there, and goes out under a new one."""
        self.assertEqual(move.aria_moadian_state, "refused", move.aria_moadian_message)
        self.send(move)
        self.assertEqual(move.aria_moadian_state, "accepted", move.aria_moadian_message)
        self.assertEqual(set(self.book()), kept | {move.aria_taxid})
        serials = [parse_taxid(taxid).serial for taxid in self.book()]
        self.assertEqual(sorted(serials), [1, 2, 3, 4])
