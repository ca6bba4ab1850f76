import json
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.aria_moadian.lib import client as clients
from odoo.addons.aria_moadian.lib import codes
from odoo.addons.aria_moadian.lib.taxid import parse_taxid

from .common import InvoiceCase, MemoryService

LOST = clients.OutcomeUnknown("پاسخ گم شد.", "The answer was lost.")
REFUSED = clients.Refused(401, [codes.decode("4103")])


@tagged("post_install", "-at_install")
class TestSubmission(InvoiceCase):
    def setUp(self):
        super().setUp()
        self.service = MemoryService()

    def sent(self, *lines, **values):
        move = self.make_invoice(*lines, **values)
        move.action_aria_moadian_send()
        return move

    def later(self, **distance):
        """Let time pass for packets: what they wait for is due, what was sent was sent earlier."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE aria_moadian_submission SET next_try = NULL, sent_at = sent_at - %s",
            [timedelta(**distance)],
        )
        self.env.invalidate_all()

    # ---------------------------------------------------------------------- the usual way
    def test_from_ready_to_accepted(self):
        move = self.sent()
        self.assertEqual(move.aria_moadian_state, "sent")
        row = move.aria_moadian_submission_ids
        self.assertEqual((row.state, row.serial, row.subject), ("queued", 1, "1"))
        self.run_crons(self.service)
        self.assertEqual((row.state, move.aria_moadian_state), ("accepted", "accepted"))
        self.assertEqual(move.aria_taxid, row.taxid)
        self.assertEqual(row.reference_number, "r-1")
        self.assertEqual(row.event_ids.mapped("state"), ["queued", "sending", "taken", "accepted"])
        self.assertEqual(move.aria_moadian_total, 1100)
        invoice = json.loads(row.content)
        self.assertEqual(parse_taxid(row.taxid).inno, invoice["header"]["inno"])
        self.assertEqual(self.service.packets[row.uid][0], invoice)

    def test_one_call_for_many(self):
        moves = self.env["account.move"].union(*[self.make_invoice() for _ in range(5)])
        moves.action_aria_moadian_send()
        self.run_crons(self.service)
        self.assertEqual(self.service.calls, [5])
        self.assertEqual(set(moves.mapped("aria_moadian_state")), {"accepted"})
        self.assertEqual(
            sorted(moves.aria_moadian_submission_ids.mapped("serial")), [1, 2, 3, 4, 5]
        )

    def test_nothing_is_sent_twice(self):
        move = self.sent()
        move.action_aria_moadian_send()
        self.run_crons(self.service)
        move.action_aria_moadian_send()
        self.run_crons(self.service)
        self.assertEqual(self.service.calls, [1])
        self.assertEqual(len(move.aria_moadian_submission_ids), 1)

    def test_sending_when_posted(self):
        self.memory.auto_send = True
        self.assertEqual(self.make_invoice().aria_moadian_state, "sent")
        self.product.aria_sstid = False
        self.assertEqual(self.make_invoice().aria_moadian_state, "to_check")

    def test_still_in_process(self):
        move = self.sent()
        self.service.status = "IN_PROGRESS"
        self.run_crons(self.service)
        self.assertEqual(move.aria_moadian_state, "in_process")
        self.assertGreater(move.aria_moadian_submission_ids.next_try, fields.Datetime.now())
        self.service.status = "SUCCESS"
        self.run_crons(self.service)
        self.assertEqual(move.aria_moadian_state, "accepted")

    def test_warnings(self):
        move = self.sent()
        self.service.refuse[move.aria_moadian_submission_ids.taxid] = "1300501"
        self.run_crons(self.service)
        self.assertEqual(move.aria_moadian_state, "warned")
        self.assertIn("هشدار سامانه", move.with_context(lang="fa_IR").aria_moadian_message)
        self.assertTrue(move.aria_taxid)

    # ---------------------------------------------------------------------- refusals
    def test_a_refused_number_is_never_used_again(self):
        move = self.sent()
        first = move.aria_moadian_submission_ids
        self.service.refuse[first.taxid] = "0301201"
        self.run_crons(self.service)
        self.assertEqual(move.aria_moadian_state, "refused")
        self.assertFalse(move.aria_taxid)
        self.assertIn("0301201", move.aria_moadian_message)
        self.assertIn("پیام سامانه", move.with_context(lang="fa_IR").aria_moadian_message)
        move.action_aria_moadian_send()
        second = move.aria_moadian_submission_ids - first
        self.assertEqual(second.serial, first.serial + 1)
        self.assertNotEqual(second.taxid, first.taxid)
        self.run_crons(self.service)
        self.assertEqual((move.aria_moadian_state, move.aria_taxid), ("accepted", second.taxid))

    # ---------------------------------------------------------------------- faults
    def test_lost_answer_is_asked_for(self):
        move = self.sent()
        self.service.lose = [LOST]
        with self.service.connected():
            self.run_cron("ir_cron_send")
        row = move.aria_moadian_submission_ids
        self.assertEqual((row.state, move.aria_moadian_state), ("unknown", "in_process"))
        self.assertIn("answer was lost", move.aria_moadian_message)
        self.later(minutes=1)
        self.run_crons(self.service)
        self.assertEqual(move.aria_moadian_state, "accepted")
        self.assertEqual(self.service.calls, [1])

    def test_lost_packet_is_sent_again_under_its_number(self):
        move = self.sent()
        self.service.fail = [LOST]
        self.run_crons(self.service)
        row = move.aria_moadian_submission_ids
        uid, taxid = row.uid, row.taxid
        self.assertEqual(row.state, "unknown")
        self.later(minutes=1)
        self.run_crons(self.service)
        self.assertEqual(row.state, "unknown", "too early to be sure")
        self.later(minutes=11)
        self.run_crons(self.service)
        self.assertEqual(row.state, "queued")
        self.run_crons(self.service)
        self.assertEqual((row.state, row.taxid), ("accepted", taxid))
        self.assertNotEqual(row.uid, uid)
        self.assertEqual(len(self.service.taxids), 1)

    def test_late_arrival_of_the_first_is_no_refusal(self):
        move = self.sent()
        self.service.fail = [LOST]
        self.run_crons(self.service)
        row = move.aria_moadian_submission_ids
        first_uid = row.uid
        self.later(minutes=11)
        self.run_crons(self.service)  # not found: back into the queue
        self.service.take(first_uid, json.loads(row.content))  # but it arrives after all
        self.run_crons(self.service)
        self.assertEqual((row.state, move.aria_moadian_state), ("accepted", "accepted"))
        self.assertEqual(move.aria_taxid, row.taxid)

    def test_processing_that_took_too_long(self):
        move = self.sent()
        self.service.status = "TIMEOUT"
        self.run_crons(self.service)
        row = move.aria_moadian_submission_ids
        self.assertEqual(row.state, "queued")
        self.service.status = "SUCCESS"
        self.service.taxids.clear()
        self.run_crons(self.service)
        self.assertEqual(row.state, "accepted")

    def test_killed_while_sending(self):
        move = self.sent()
        row = move.aria_moadian_submission_ids
        # what a process leaves that dies between its commit and the answer
        row._move_on("sending", sent_at=fields.Datetime.now(), attempts=1)
        self.service.take(row.uid, json.loads(row.content))
        self.run_crons(self.service)
        self.assertEqual(row.state, "sending", "another process may still be at it")
        self.later(minutes=5)
        self.run_crons(self.service)
        self.assertEqual(move.aria_moadian_state, "accepted")
        self.assertEqual(self.service.calls, [])

    def test_service_refuses_the_sender(self):
        move = self.sent()
        self.service.fail = [REFUSED]
        self.run_crons(self.service)
        self.assertEqual(move.aria_moadian_state, "sent")
        self.assertIn("4103", move.aria_moadian_message)
        self.assertIn("گواهی", move.with_context(lang="fa_IR").aria_moadian_message)
        self.run_crons(self.service)
        self.assertEqual(move.aria_moadian_state, "accepted")
        self.assertFalse(move.aria_moadian_message)

    def test_pauses_grow(self):
        row = self.sent().aria_moadian_submission_ids
        pauses = []
        for _ in range(3):
            row._put_off("queued", LOST)
            pauses.append((row.next_try - fields.Datetime.now()).total_seconds())
        self.assertTrue(pauses[0] < pauses[1] < pauses[2] <= 3600, pauses)

    def test_missing_key_puts_off(self):
        move = self.sent()
        self.memory.write({"private_key": False})
        self.run_cron("ir_cron_send")
        self.assertEqual(move.aria_moadian_submission_ids.state, "queued")
        self.assertIn("no private key", move.aria_moadian_message)

    # ---------------------------------------------------------------------- rights
    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_nobody_types_states_and_logs(self):
        move = self.sent()
        row = move.aria_moadian_submission_ids
        admin = self.env.ref("base.user_admin")
        admin.company_ids |= self.company
        for user in (self.accountant, self.manager, admin):
            for values in (
                {"aria_moadian_state": "accepted"},
                {"aria_taxid": "X"},
                {"aria_moadian_deadline": "2030-01-01"},
            ):
                with self.assertRaises(AccessError):
                    self.rpc(user, "account.move", "write", move.ids, values)
            for method, args in (("write", ({"state": "accepted"},)), ("unlink", ())):
                with self.assertRaises(AccessError):
                    self.rpc(user, "aria.moadian.submission", method, row.ids, *args)
                with self.assertRaises(AccessError):
                    self.rpc(user, "aria.moadian.event", method, row.event_ids.ids, *args)
            with self.assertRaises(AccessError):
                self.rpc(
                    user,
                    "aria.moadian.event",
                    "create",
                    {"submission_id": row.id, "state": "accepted"},
                )
        for record, values in (
            (move, {"aria_moadian_state": "accepted"}),
            (row, {"state": "accepted"}),
        ):
            with self.assertRaises(AccessError):
                record.sudo().write(values)
        with self.assertRaises(AccessError):
            row.with_context(_force_unlink=True).sudo().unlink()
        with self.assertRaises(AccessError):
            self.env["account.move"].with_context(default_aria_moadian_state="accepted").create(
                {"move_type": "entry"}
            )

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_who_may_send(self):
        options = {"company_id": self.company.id, "company_ids": [(6, 0, self.company.ids)]}
        clerk = new_test_user(
            self.env, "m_clerk", groups="account.group_account_invoice", **options
        )
        move = self.make_invoice(post=False)
        move.with_user(clerk).action_post()  # whoever posts need not be one who sends
        self.assertEqual(move.aria_moadian_state, "ready", move.aria_moadian_message)
        for method in (
            "action_aria_moadian_send",
            "action_aria_moadian_check",
            "action_aria_moadian_cancel",
        ):
            with self.assertRaises(AccessError):
                self.rpc(clerk, "account.move", method, move.ids)
        self.rpc(self.accountant, "account.move", "action_aria_moadian_send", move.ids)
        self.assertEqual(move.aria_moadian_state, "sent")

    def test_what_is_sent_stays_posted(self):
        move = self.sent()
        self.assertFalse(move.show_reset_to_draft_button)
        with self.assertRaisesRegex(UserError, "cannot be reset to draft"):
            move.button_draft()
        with self.assertRaisesRegex(UserError, "cannot be reset to draft"):
            move.button_cancel()
        self.run_crons(self.service)
        with self.assertRaisesRegex(UserError, "kept by the tax organisation"):
            move.button_cancel()
        other = self.make_invoice()
        other.button_draft()
        self.assertEqual(other.aria_moadian_state, "none")
        with self.assertRaisesRegex(UserError, "not posted"):
            other.action_aria_moadian_send()

    def test_queries_do_not_grow_with_invoices(self):
        counts = []
        for size in (3, 12, 30):
            moves = self.env["account.move"].union(*[self.make_invoice() for _ in range(size)])
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            moves.action_aria_moadian_send()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.run_crons(self.service)
            self.assertEqual(set(moves.mapped("aria_moadian_state")), {"accepted"})
        self.assertLessEqual(counts[2] - counts[1], 2, counts)
