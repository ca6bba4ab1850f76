import base64
import json
import random
from unittest.mock import patch

from odoo.modules.registry import Registry
from odoo.tests import get_db_name, tagged
from odoo.tools import mute_logger

from odoo.addons.aria_moadian.models import aria_moadian_submission as submissions
from odoo.addons.aria_moadian.simulator import Simulator

from .faults import let_time_pass, run_workers, start_worker
from .races import RaceCase
from .world import SELLER, World

INVOICES, WORKERS, ROUNDS, KILLS = 36, 2, 40, 4
MEMORY = "FAULT6"


@tagged("post_install", "-at_install")
class TestFaults(RaceCase):
    """Workers are killed with kill -9, answers are lost, calls fail: both books are the same in the end.

    ``./aria bench moadian-faults`` does so with ten thousand invoices, and changes the key of the service on the way.
    """

    def setUp(self):
        super().setUp()
        self.chance = random.Random(1405)
        # packets are processed by a thread of the simulator, while workers live and die
        self.simulator = self.enterContext(Simulator(seed=1405, background=True))
        credentials = self.simulator.enroll(MEMORY, SELLER)
        values = {
            "name": MEMORY,
            "base_url": self.simulator.base_url,
            "private_key": base64.b64encode(credentials.key_pem),
            "certificate": base64.b64encode(credentials.certificate_pem),
        }
        self.addCleanup(self.clean_up)
        with self.transaction() as env:
            world = World(env, **values)
            self.ids = {"company": world.company.id, "memory": world.memory.id}
            world.memory._make_client().forget_server_key()
            moves = world.post([world.odd_lines(self.chance) for _ in range(INVOICES)])
            self.assertEqual(set(moves.mapped("aria_moadian_state")), {"ready"})
        self.enterContext(patch.object(submissions, "MAX_PACKETS", 6))

    def clean_up(self):
        """Take back what was committed, from the packets to the company's invoices."""
        with self.transaction() as env:
            company, memory = self.ids["company"], self.ids["memory"]
            for statement in (
                "DELETE FROM aria_moadian_event WHERE company_id = %(company)s",
                "DELETE FROM aria_moadian_submission WHERE memory_id = %(memory)s",
                "DELETE FROM aria_moadian_memory WHERE id = %(memory)s",
                "DELETE FROM account_move_line WHERE company_id = %(company)s",
                "DELETE FROM account_move WHERE company_id = %(company)s",
            ):
                env.cr.execute(statement, {"company": company, "memory": memory})

    def start(self):
        registry = Registry(get_db_name())
        return start_worker(registry, self.ids["company"], self.chance.random(), portion=9)

    def left(self, env):
        """Return how many invoices wait, or are under way."""
        domain = [
            ("company_id", "=", self.ids["company"]),
            ("aria_moadian_state", "in", ("ready", "sent", "in_process")),
        ]
        return env["account.move"].search_count(domain)

    @mute_logger("odoo.sql_db")  # the loser of a clash is part of the run
    def test_killed_workers_lose_and_double_nothing(self):
        for kind, on in (("lost_answer", "invoice"), ("error_after", "invoice"), ("error", None)):
            self.simulator.faults.add(kind, on=on, probability=0.1)
        killed, left = 0, INVOICES
        for _round in range(ROUNDS):
            killed += run_workers(self.start, WORKERS, self.chance, 1.5 if killed < KILLS else 0)
            with self.transaction() as env:
                let_time_pass(env.cr)
                left = self.left(env)
            if not left and killed >= KILLS:
                break
        self.assertEqual(left, 0)
        with self.transaction() as env:
            self.compare(env)

    def compare(self, env):
        rows = env["aria.moadian.submission"].search([("memory_id", "=", self.ids["memory"])])
        book = {row["taxid"]: row for row in self.simulator.report(documents=True)["invoices"]}
        self.assertEqual(set(rows.mapped("state")), {"accepted"})
        self.assertEqual(len(rows.move_id), INVOICES)
        self.assertEqual(sorted(rows.mapped("serial")), [*range(1, INVOICES + 1)])
        self.assertEqual(set(rows.mapped("taxid")), set(book))
        self.assertEqual(set(rows.move_id.mapped("aria_taxid")), set(book))
        self.assertEqual(len(self.simulator.report()["invoices"]), INVOICES)
        for row in rows:
            document = book[row.taxid]["document"]
            kept = json.loads(document) if isinstance(document, str) else document
            self.assertEqual(json.loads(row.content), kept)
