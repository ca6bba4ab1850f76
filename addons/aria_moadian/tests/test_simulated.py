from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.aria_moadian.lib import keys

from .simulated import SimulatedCase


@tagged("post_install", "-at_install")
class TestSimulated(SimulatedCase):
    """The whole way over HTTP to the strict simulator: what Odoo sends is taken, to the Rial."""

    def test_connection(self):
        self.memory.action_test_connection()
        self.assertNotIn("✗", self.memory.test_result)
        self.assertEqual(self.memory.fiscal_status, "ACTIVE")

    def test_a_key_file_that_others_may_read_is_told(self):
        with TemporaryDirectory() as folder:
            path = Path(folder) / "key.pem"
            path.write_bytes(keys.private_pem(self.memory._load_key()))
            self.memory.write({"private_key": False, "key_path": str(path)})
            for mode, told in ((0o644, 1), (0o600, 0)):
                path.chmod(mode)
                self.memory.action_test_connection()
                self.assertEqual(self.memory.test_result.count("✗"), told, oct(mode))
                self.assertEqual(self.memory.test_result.count("chmod 600"), told)

    def test_a_token_of_hardware_signs(self):
        """What stands in for the key of a memory (PKCS#11) signs calls and packets; no key is in this process' hands."""
        signer = keys.SoftwareSigner(self.memory._load_key())

        class Token:
            signed = 0

            def public_key(self):
                return signer.public_key()

            def sign_rs256(self, data):
                self.signed += 1
                return signer.sign_rs256(data)

        token = Token()
        self.enterContext(patch.object(type(self.memory), "_load_key", lambda _memory: token))
        self.memory.write({"private_key": False})
        move = self.make_invoice()
        move.action_aria_moadian_send()
        self.run_all()
        self.assertEqual(move.aria_moadian_state, "accepted", move.aria_moadian_message)
        self.assertGreater(token.signed, 2)
        self.memory.action_test_connection()
        self.assertNotIn("✗", self.memory.test_result)

    def test_odd_prices_and_discounts_are_taken(self):
        random = Random(1405)
        duty = self.vat.copy({"name": "عوارض", "amount": 2.5, "aria_moadian_kind": "other"})
        moves = self.env["account.move"]
        for _ in range(40):
            lines = [
                {
                    "quantity": random.choice((1, 3, 0.37, 12.5)),
                    "price_unit": random.choice(
                        (random.randint(1000, 10**9), random.randint(1000, 10**6) / 100)
                    ),
                    "discount": random.choice((0, 0, 10, 33.33)),
                    "tax_ids": [Command.set(random.choice((self.vat, self.vat | duty)).ids)],
                }
                for _ in range(random.randint(1, 4))
            ]
            moves |= self.make_invoice(*lines)
        self.assertEqual(
            set(moves.mapped("aria_moadian_state")), {"ready"}, moves.mapped("aria_moadian_message")
        )
        moves.action_aria_moadian_send()
        self.run_all()
        self.assertEqual(
            set(moves.mapped("aria_moadian_state")),
            {"accepted"},
            moves.mapped("aria_moadian_message"),
        )
        book = self.book()
        self.assertEqual(set(book), set(moves.mapped("aria_taxid")))
        for move in moves:
            self.assertEqual(int(book[move.aria_taxid]["tbill"]), move.aria_moadian_total)
            # three amounts of a line are cut off where the books round
            self.assertLessEqual(
                abs(move.aria_moadian_total - move.amount_total), 3 * len(move.invoice_line_ids)
            )
        self.assertEqual(self.simulator.report()["calls"]["POST invoice"], 1)
        self.assertTrue(all(moves.aria_moadian_submission_ids.mapped("receipt")))

    def test_return_and_cancellation(self):
        first, second = self.make_invoice({"quantity": 10}), self.make_invoice()
        (first | second).action_aria_moadian_send()
        self.run_all()
        note = self.refund(first, {0: 4})
        note.action_aria_moadian_send()
        second.action_aria_moadian_cancel()
        self.run_all()
        self.assertEqual(note.aria_moadian_state, "accepted", note.aria_moadian_message)
        self.assertEqual(second.aria_moadian_state, "cancelled", second.aria_moadian_message)
        book = self.book()
        self.assertEqual(book[note.aria_taxid]["irtaxid"], first.aria_taxid)
        self.assertEqual(int(book[note.aria_taxid]["tbill"]), 6600)

    def test_faults_of_the_network_double_and_lose_nothing(self):
        for kind in ("lost_answer", "error", "html", "malformed", "drop", "error_after", "replay"):
            with self.subTest(kind):
                before = len(self.book())
                moves = self.env["account.move"].union(*[self.make_invoice() for _ in range(3)])
                moves.action_aria_moadian_send()
                self.simulator.faults.add(kind, on="invoice", times=1)
                self.run_all(2)
                self.env.cr.execute(
                    "UPDATE aria_moadian_submission SET sent_at = sent_at - interval '11 minutes'"
                )
                self.env.invalidate_all()
                self.run_all(2)
                self.assertEqual(
                    set(moves.mapped("aria_moadian_state")),
                    {"accepted"},
                    moves.mapped("aria_moadian_message"),
                )
                self.assertEqual(len(self.book()), before + 3)
                self.assertLessEqual(set(moves.mapped("aria_taxid")), set(self.book()))

    def test_reaction_of_the_buyer(self):
        move = self.make_invoice()
        move.action_aria_moadian_send()
        self.run_all()
        self.simulator.react(move.aria_taxid, "REJECTED")
        self.run_cron("ir_cron_reactions")
        self.assertEqual(move.aria_moadian_reaction, "rejected")

    def test_rotated_key_of_the_service(self):
        moves = self.make_invoice()
        moves.action_aria_moadian_send()
        self.run_all()
        for grace in (True, False):
            self.simulator.rotate_key(grace)
            other = self.make_invoice()
            other.action_aria_moadian_send()
            self.run_all(2)
            self.assertEqual(other.aria_moadian_state, "accepted", other.aria_moadian_message)
