import hashlib

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.aria_moadian.engine import with_token
from odoo.addons.aria_moadian.lib.taxid import make_taxid

from .races import RaceCase

CONTENT = '{"body":[],"header":{"taxid":"%s"},"payments":[]}'


@tagged("post_install", "-at_install")
class TestManualRace(RaceCase):
    """Hand and queue at the same packet, and two workers at the same payment, in transactions that really commit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.addClassCleanup(cls._clean_up)
        with cls.transaction() as env:
            company = env.ref("base.main_company")
            journal = env["account.journal"].create(
                {"name": "Hand", "code": "HAND", "type": "general", "company_id": company.id}
            )
            moves = env["account.move"].create([{"journal_id": journal.id}] * 2)
            memory = env["aria.moadian.memory"].create({"name": "HAND16", "company_id": company.id})
            cls.journal_id, cls.memory_id, cls.move_ids = journal.id, memory.id, moves.ids
            cls.packet_ids = cls._make_packets(env, memory, moves).ids
            cls.payment_ids = cls._make_payments(env, memory, moves).ids

    @classmethod
    def _make_packets(cls, env, memory, moves):
        rows = []
        for serial, move in enumerate(moves, start=1):
            taxid = make_taxid("HAND16", 1_790_000_000_000, serial)
            content = CONTENT % taxid
            rows.append(
                {
                    "move_id": move.id,
                    "memory_id": memory.id,
                    "company_id": memory.company_id.id,
                    "subject": "1",
                    "serial": serial,
                    "taxid": taxid,
                    "uid": f"00000000-0000-4000-8000-00000000000{serial}",
                    "state": "queued",
                    "content": content,
                    "packet_hash": hashlib.sha256(content.encode()).hexdigest(),
                }
            )
        return with_token(env["aria.moadian.submission"]).create(rows)

    @classmethod
    def _make_payments(cls, env, memory, moves):
        return with_token(env["aria.moadian.payment"]).create(
            [
                {
                    "move_id": move.id,
                    "memory_id": memory.id,
                    "company_id": memory.company_id.id,
                    "taxid": "x",
                    "partial_ref": -move.id,
                    "amount": 1,
                    "paid_on": "2026-10-01",
                    "method": "CASH",
                    "state": "queued",
                }
                for move in moves
            ]
        )

    @classmethod
    def _clean_up(cls):
        with cls.transaction() as env:
            for table in ("aria_moadian_event", "aria_moadian_submission", "aria_moadian_payment"):
                column = "submission_id" if table == "aria_moadian_event" else "id"
                ids = cls.payment_ids if table == "aria_moadian_payment" else cls.packet_ids
                env.cr.execute(
                    f"DELETE FROM {table} WHERE {column} IN %s",  # noqa: S608  # pylint: disable=sql-injection
                    [tuple(ids)],
                )
            env.cr.execute(
                "UPDATE account_move SET aria_moadian_state = 'none' WHERE id IN %s",
                [tuple(cls.move_ids)],
            )
            env["account.move"].browse(cls.move_ids).unlink()
            env["aria.moadian.memory"].browse(cls.memory_id).unlink()
            env["account.journal"].browse(cls.journal_id).unlink()

    def setUp(self):
        super().setUp()
        with self.transaction() as env:
            env.cr.execute(
                "UPDATE aria_moadian_submission SET state = 'queued', next_try = NULL WHERE id IN %s",
                [tuple(self.packet_ids)],
            )

    def hand_over(self, env):
        try:
            return env["aria.moadian.submission"].browse(self.packet_ids)._hand_over()[0].ids
        except UserError:
            return []

    def take_batch(self, env):
        """What the queue does before it sends: lock, and move on to "being sent"."""
        memory = env["aria.moadian.memory"].browse(self.memory_id)
        batch = env["aria.moadian.submission"]._next_batch(memory)
        batch._move_on("sending")
        return batch.ids

    def test_handed_over_by_one_of_two(self):
        taken = self.race(self.hand_over, self.hand_over)
        self.assertEqual(sorted(taken, key=len), [[], sorted(self.packet_ids)])

    def test_either_by_hand_or_by_the_queue(self):
        taken = self.race(self.hand_over, self.take_batch)
        self.assertEqual(
            sorted(taken[0] + taken[1]), sorted(self.packet_ids), "each packet has one way"
        )

    def test_what_the_queue_holds_is_not_handed_over(self):
        with self.transaction() as queue:
            self.take_batch(queue)
            with self.transaction() as env:
                self.assertEqual(self.hand_over(env), [])
            queue.cr.rollback()

    def test_two_workers_take_different_payments(self):
        with self.transaction() as first, self.transaction() as second:
            one = first["aria.moadian.payment"]._next_waiting()
            two = second["aria.moadian.payment"]._next_waiting()
            self.assertEqual(sorted((one.id, two.id)), sorted(self.payment_ids))
