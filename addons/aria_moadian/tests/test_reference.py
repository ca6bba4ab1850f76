import json

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import InvoiceCase, MemoryService


@tagged("post_install", "-at_install")
class TestReference(InvoiceCase):
    """Credit notes become returns and cancellations; an accepted invoice can be cancelled by itself."""

    def setUp(self):
        super().setUp()
        self.service = MemoryService()

    def accepted(self, *lines, **values):
        move = self.make_invoice(*lines, **values)
        return self.deliver(move)

    def deliver(self, move):
        move.action_aria_moadian_send()
        self.run_crons(self.service)
        self.assertEqual(move.aria_moadian_state, "accepted", move.aria_moadian_message)
        return move

    def content(self, move):
        return json.loads(move.aria_moadian_submission_ids[:1].content)

    # ---------------------------------------------------------------------- returns
    def test_credit_note_for_a_part_is_a_return(self):
        move = self.accepted({"quantity": 10, "discount": 10}, {"quantity": 2, "price_unit": 500})
        note = self.deliver(self.refund(move, {0: 4}))
        document = self.content(note)
        header = document["header"]
        self.assertEqual((header["ins"], header["irtaxid"]), (4, move.aria_taxid))
        self.assertFalse({"tob", "tinb", "bid"} & set(header))
        # what remains, not what came back
        self.assertEqual([line["am"] for line in document["body"]], [6, 2])
        self.assertEqual(document["body"][0]["dis"], 600)
        self.assertEqual(header["tadis"], 5400 + 1000)
        self.assertEqual(move.aria_moadian_state, "accepted")
        self.assertNotEqual(note.aria_taxid, move.aria_taxid)

    def test_second_return_refers_to_the_first(self):
        move = self.accepted({"quantity": 10})
        first = self.deliver(self.refund(move, {0: 4}))
        second = self.deliver(self.refund(move, {0: 1}))
        document = self.content(second)
        self.assertEqual(document["header"]["irtaxid"], first.aria_taxid)
        self.assertEqual(document["body"][0]["am"], 5)

    def test_a_line_that_came_back_whole_is_left_out(self):
        move = self.accepted({"quantity": 10}, {"quantity": 2, "price_unit": 500})
        note = self.deliver(self.refund(move, {1: 2}))
        self.assertEqual([line["am"] for line in self.content(note)["body"]], [10])

    def test_more_than_was_sold_or_another_price_is_refused(self):
        move = self.accepted({"quantity": 10})
        note = self.refund(move, {0: 11})
        self.assertEqual(note.aria_moadian_state, "to_check")
        self.assertIn("takes back more", note.aria_moadian_message)
        note = move._reverse_moves([{"invoice_date": fields.Date.today()}])
        note.invoice_line_ids.price_unit = 999
        note.action_post()
        self.assertEqual(note.aria_moadian_state, "to_check")
        note.action_aria_moadian_send()
        self.assertFalse(note.aria_moadian_submission_ids)

    def test_return_of_what_was_never_sent(self):
        move = self.make_invoice()
        note = self.refund(move)
        self.assertEqual(note.aria_moadian_state, "none")

    # ---------------------------------------------------------------------- cancellation
    def test_credit_note_for_all_is_a_cancellation(self):
        move = self.accepted({"quantity": 10})
        number = move.aria_taxid
        note = self.deliver(self.refund(move))
        document = self.content(note)
        self.assertEqual(document["header"]["ins"], 3)
        self.assertEqual(document["header"]["irtaxid"], number)
        self.assertEqual(document["body"], [])
        self.assertEqual((move.aria_moadian_state, move.aria_taxid), ("cancelled", number))

    def test_last_return_cancels_the_whole_chain(self):
        move = self.accepted({"quantity": 10})
        first = self.deliver(self.refund(move, {0: 4}))
        self.deliver(self.refund(move, {0: 6}))
        self.assertEqual(
            (move.aria_moadian_state, first.aria_moadian_state), ("cancelled", "cancelled")
        )

    def test_cancelled_by_itself(self):
        move = self.accepted()
        number = move.aria_taxid
        self.rpc(self.accountant, "account.move", "action_aria_moadian_cancel", move.ids)
        self.assertEqual(move.aria_moadian_state, "sent")
        self.run_crons(self.service)
        self.assertEqual((move.aria_moadian_state, move.aria_taxid), ("cancelled", number))
        cancellation = move.aria_moadian_submission_ids.filtered(lambda row: row.subject == "3")
        self.assertEqual(cancellation.reference_id.taxid, number)
        self.assertNotEqual(cancellation.taxid, number)
        with self.assertRaisesRegex(UserError, "nothing to cancel"):
            move.action_aria_moadian_cancel()

    def test_refused_cancellation_leaves_the_invoice_as_it_was(self):
        move = self.accepted()
        number = move.aria_taxid
        move.action_aria_moadian_cancel()
        self.service.refuse[move.aria_moadian_submission_ids.sorted("id")[-1].taxid] = "0300601"
        self.run_crons(self.service)
        self.assertEqual((move.aria_moadian_state, move.aria_taxid), ("accepted", number))
        self.assertIn("0300601", move.aria_moadian_message)
        move.action_aria_moadian_cancel()
        self.run_crons(self.service)
        self.assertEqual(move.aria_moadian_state, "cancelled")

    def test_only_what_is_accepted_can_be_cancelled(self):
        for move in (self.make_invoice(), self.make_invoice(post=False)):
            with self.assertRaisesRegex(UserError, "nothing to cancel"):
                move.action_aria_moadian_cancel()

    def test_a_cancelled_invoice_is_no_reference(self):
        move = self.accepted()
        move.action_aria_moadian_cancel()
        self.run_crons(self.service)
        self.assertEqual(self.refund(move).aria_moadian_state, "none")
