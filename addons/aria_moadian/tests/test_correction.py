from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .simulated import SimulatedCase


@tagged("post_install", "-at_install")
class TestCorrection(SimulatedCase):
    """An accepted invoice that is reset to draft, changed and posted again, against the strict simulator."""

    def accepted(self, *lines, **values):
        move = self.make_invoice(*lines, **values)
        self.deliver(move)
        return move

    def deliver(self, move):
        move.action_aria_moadian_send()
        self.run_all()
        self.assertEqual(move.aria_moadian_state, "accepted", move.aria_moadian_message)

    def change(self, move, **values):
        move.button_draft()
        move.invoice_line_ids[:1].write(values)
        move.action_post()

    def approve(self, move):
        self.simulator.react(move.aria_taxid, "APPROVED")
        self.env.cr.execute("UPDATE aria_moadian_submission SET reaction_asked_at = NULL")
        self.env.invalidate_all()
        self.run_cron("ir_cron_reactions")

    def test_a_change_is_a_correction(self):
        move = self.accepted({"quantity": 10})
        number = move.aria_taxid
        self.change(move, quantity=8, price_unit=1500)
        self.assertEqual(move.aria_moadian_state, "ready", move.aria_moadian_message)
        self.deliver(move)
        self.assertNotEqual(move.aria_taxid, number)
        told = self.book()[move.aria_taxid]
        self.assertEqual((told["ins"], told["irtaxid"]), (2, number))
        self.assertEqual((int(told["tbill"]), move.aria_moadian_total), (13200, 13200))
        self.approve(move)
        self.assertEqual(self.book()[number]["reaction"], "CANCELED")

    def test_posted_again_as_it_was_there_is_nothing_to_send(self):
        move = self.accepted({"quantity": 0.37, "discount": 12.5})
        number = move.aria_taxid
        move.button_draft()
        self.assertEqual(move.aria_moadian_state, "none")
        self.assertIn(number, move.aria_moadian_message)
        move.action_post()
        self.assertEqual((move.aria_moadian_state, move.aria_taxid), ("accepted", number))
        move.action_aria_moadian_send()
        self.assertEqual(len(move.aria_moadian_submission_ids), 1)

    def test_a_correction_waits_for_the_buyer_before_the_next(self):
        move = self.accepted({"quantity": 10})
        self.change(move, quantity=8)
        self.deliver(move)
        self.run_cron("ir_cron_reactions")
        self.change(move, quantity=7)
        self.assertEqual(move.aria_moadian_state, "to_check")
        self.assertIn("not approved by the buyer", move.aria_moadian_message)
        self.approve(move)
        move.action_aria_moadian_check()
        self.deliver(move)
        self.assertEqual(int(self.book()[move.aria_taxid]["tbill"]), 7700)
        self.assertEqual(len(move.aria_moadian_submission_ids), 3)

    def test_what_a_correction_cannot_change(self):
        other = self.product.copy({"name": "کالای دیگر", "aria_sstid": "2720000098765"})
        person = self.buyer.copy(
            {"aria_economic_code": "14003778990", "aria_national_id": "14003778990"}
        )
        free = self.vat.copy({"name": "معاف", "amount": 0})
        for name, change in (
            ("buyer", lambda move: move.write({"partner_id": person.id})),
            (
                "goods/service id",
                lambda move: move.invoice_line_ids.write(
                    {"product_id": other.id, "price_unit": 1000}
                ),
            ),
            (
                "rate of VAT",
                lambda move: move.invoice_line_ids.write({"tax_ids": [(6, 0, free.ids)]}),
            ),
        ):
            with self.subTest(name):
                move = self.accepted()
                move.button_draft()
                change(move)
                move.action_post()
                self.assertEqual(move.aria_moadian_state, "to_check")
                self.assertIn(name, move.aria_moadian_message)
                move.action_aria_moadian_send()
                self.assertEqual(len(move.aria_moadian_submission_ids), 1)

    def test_what_the_organisation_keeps_is_not_lost(self):
        move = self.accepted()
        move.button_draft()
        for act in (move.button_cancel, move.unlink):
            with (
                self.assertRaisesRegex(UserError, "kept by the tax organisation"),
                self.env.cr.savepoint(),
            ):
                act()
            self.env.invalidate_all()
        self.rpc(self.accountant, "account.move", "action_post", move.ids)
        self.assertEqual(move.aria_moadian_state, "accepted")

    def test_no_correction_beside_a_return(self):
        move = self.accepted({"quantity": 10})
        self.deliver(self.refund(move, {0: 4}))
        with self.assertRaisesRegex(UserError, "cannot be corrected any more"):
            move.button_draft()

    def test_a_refused_correction_leaves_the_number(self):
        move = self.accepted({"quantity": 10})
        number = move.aria_taxid
        self.change(move, quantity=9)
        move.action_aria_moadian_send()
        self.simulator.set_goods("2710000138624", [9])
        self.run_all()
        self.assertEqual((move.aria_moadian_state, move.aria_taxid), ("refused", number))
        self.simulator.set_goods("2710000138624", [10])
        move.action_aria_moadian_check()
        self.deliver(move)
        self.assertEqual(self.book()[move.aria_taxid]["irtaxid"], number)

    def test_a_return_of_what_was_corrected(self):
        move = self.accepted({"quantity": 10})
        self.change(move, quantity=8)
        self.deliver(move)
        self.approve(move)
        note = self.refund(move, {0: 3})
        self.deliver(note)
        self.assertEqual(self.book()[note.aria_taxid]["irtaxid"], move.aria_taxid)
        self.assertEqual(int(self.book()[note.aria_taxid]["tbill"]), 5500)

    def test_a_corrected_invoice_is_cancelled(self):
        move = self.accepted({"quantity": 10})
        self.change(move, quantity=8)
        self.deliver(move)
        move.action_aria_moadian_cancel()
        self.run_all()
        self.assertEqual(move.aria_moadian_state, "cancelled", move.aria_moadian_message)

    def test_an_old_invoice_is_corrected_today(self):
        day = fields.Date.subtract(fields.Date.today(), days=9)
        move = self.accepted({"quantity": 2}, invoice_date=day)
        self.simulator.clock.advance_ledger(5)
        self.change(move, quantity=1)
        self.deliver(move)
