from odoo.tests import tagged

from .races import RaceCase


@tagged("post_install", "-at_install")
class TestConcurrency(RaceCase):
    """Two at the same instant, in transactions of their own that really commit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.transaction() as env:
            company = env.ref("base.main_company")
            journal = env["account.journal"].create(
                {"name": "Race", "code": "RACE", "type": "general", "company_id": company.id}
            )
            moves = env["account.move"].create([{"journal_id": journal.id}] * 4)
            cls.env_ids = {
                "aria.moadian.memory": env["aria.moadian.memory"]
                .create({"name": "RACE16", "company_id": company.id})
                .ids,
                "account.move": sorted(moves.ids),
                "account.journal": journal.ids,
            }
        cls.addClassCleanup(cls._clean_up)

    @classmethod
    def _clean_up(cls):
        with cls.transaction() as env:
            env.cr.execute(
                "UPDATE aria_moadian_memory SET last_serial = NULL WHERE name = 'RACE16'"
            )
            for model, ids in cls.env_ids.items():
                env[model].browse(ids).unlink()

    def test_serials_of_two_at_once_are_apart(self):
        def take(env):
            return (
                env["aria.moadian.memory"]
                .browse(self.env_ids["aria.moadian.memory"])
                ._take_serials(10)
            )

        firsts = sorted(self.race(take, take))
        self.assertEqual(firsts[1] - firsts[0], 10)

    def test_a_rollback_gives_serials_back(self):
        with self.transaction() as env:
            memory = env["aria.moadian.memory"].browse(self.env_ids["aria.moadian.memory"])
            before = memory.last_serial
            memory._take_serials(5)
            env.cr.rollback()
        with self.transaction() as env:
            memory = env["aria.moadian.memory"].browse(self.env_ids["aria.moadian.memory"])
            self.assertEqual(memory._take_serials(1), before + 1)

    def test_an_invoice_is_claimed_once(self):
        ids = self.env_ids["account.move"]
        with self.transaction() as env:
            env.cr.execute(
                "UPDATE account_move SET aria_moadian_state = 'ready' WHERE id IN %s", [tuple(ids)]
            )

        def claim(env):
            return env["account.move"].browse(ids)._aria_claim(("ready",)).sorted("id").ids

        claimed = self.race(claim, claim)
        self.assertEqual(sorted(claimed, key=len), [[], ids])
