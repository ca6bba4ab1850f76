import threading
from itertools import pairwise

from odoo import sql_db
from odoo.api import Environment
from odoo.orm.utils import SUPERUSER_ID
from odoo.service.model import retrying
from odoo.tests import get_db_name, tagged
from odoo.tools import mute_logger

from .test_concurrency import DocumentRaceCase


@tagged("post_install", "-at_install")
class TestVersionRace(DocumentRaceCase):
    """A version is activated while records enter and move; transactions really commit."""

    def setUp(self):
        super().setUp()
        with self.transaction() as env:
            self.old = self._make_workflow(env).id
            self.new = env["aria.workflow"].browse(self.old)._make_version().id
            way = (
                env["aria.workflow"]
                .browse(self.new)
                .transition_ids.filtered(lambda t: t.to_stage_id.code == "b")
            )
            removed, target = way.to_stage_id, self._stage(env, self.new, "c")
            way.unlink()
            env["aria.workflow.transition"].create(
                {
                    "workflow_id": self.new,
                    "from_stage_id": self._stage(env, self.new, "a").id,
                    "to_stage_id": target.id,
                }
            )
            removed.unlink()
        self.addCleanup(self._forget)

    def _forget(self):
        with self.transaction() as env:
            env["aria.workflow"]._aria_forget_model("aria.test.document")
            env.cr.execute("DELETE FROM aria_test_document")

    @staticmethod
    def _make_workflow(env):
        """Return a, b (which the new version lacks), c, and the end."""
        workflow = env["aria.workflow"].create(
            {"name": "Race", "model_id": env["ir.model"]._get_id("aria.test.document")}
        )
        stages = env["aria.workflow.stage"].create(
            [
                {
                    "workflow_id": workflow.id,
                    "name": code,
                    "code": code,
                    "outcome": "won" if code == "d" else False,
                }
                for code in "abcd"
            ]
        )
        env["aria.workflow.transition"].create(
            [
                {"workflow_id": workflow.id, "from_stage_id": one.id, "to_stage_id": two.id}
                for one, two in pairwise(stages)
            ]
        )
        workflow.initial_stage_id = stages[0]
        workflow.action_activate()
        return workflow

    @staticmethod
    def _stage(env, workflow, code):
        domain = [("workflow_id", "=", workflow), ("code", "=", code)]
        return env["aria.workflow.stage"].search(domain)

    def _new_document(self):
        with self.transaction() as env:
            return env["aria.test.document"].create({"name": "Race"}).id

    def _open_activation(self):
        with self.transaction() as env:
            action = env["aria.workflow"].browse(self.new).action_activate()
            activation = env["aria.workflow.activation"].browse(action["res_id"])
            line = activation.line_ids.filtered(lambda x: x.from_stage_id.code == "b")
            line.to_stage_id = self._stage(env, self.new, "c")
            return activation.id

    def _way_to_removed(self):
        with self.transaction() as env:
            ways = env["aria.workflow"].browse(self.old).transition_ids
            return ways.filtered(lambda t: t.to_stage_id.code == "b").id

    def _in_thread(self, function):
        """Run ``function(env)`` in a transaction that is replayed as a request is; return the thread."""

        def run():
            with sql_db.db_connect(get_db_name()).cursor() as cr, mute_logger("odoo.sql_db"):
                env = Environment(cr, SUPERUSER_ID, {})
                try:
                    retrying(lambda: function(env), env)
                except Exception as error:  # noqa: BLE001  # handed to the test
                    self.errors.append(error)

        self.errors = []
        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def _assert_nothing_is_stranded(self, number):
        with self.transaction() as env:
            documents = env["aria.test.document"].search([])
            self.assertEqual(len(documents), number)
            self.assertEqual(documents.aria_workflow_id.ids, [self.new])
            self.assertFalse(self.errors)
            for document in documents:
                last = document._aria_get_log(limit=1)
                self.assertEqual(last.to_stage_id, document.aria_stage_id)
        return documents

    def test_a_record_enters_before_the_activation_has_its_lock(self):
        activation = self._open_activation()
        with sql_db.db_connect(get_db_name()).cursor() as cr:
            env = Environment(cr, SUPERUSER_ID, {})
            env["aria.test.document"].create({"name": "Race"})
            env.flush_all()
            thread = self._in_thread(
                lambda e: e["aria.workflow.activation"].browse(activation).action_apply()
            )
            thread.join(1)
            self.assertTrue(thread.is_alive(), "the activation waits for the record that enters")
            cr.commit()  # forbidden-ok: pylint: disable=invalid-commit
        thread.join(30)
        self._assert_nothing_is_stranded(1)

    def test_a_record_moves_to_the_removed_stage_before_the_lock(self):
        document, way = self._new_document(), self._way_to_removed()
        activation = self._open_activation()
        with sql_db.db_connect(get_db_name()).cursor() as cr:
            env = Environment(cr, SUPERUSER_ID, {})
            env["aria.test.document"].browse(document).aria_move(way)
            env.flush_all()
            thread = self._in_thread(
                lambda e: e["aria.workflow.activation"].browse(activation).action_apply()
            )
            thread.join(1)
            self.assertTrue(thread.is_alive())
            cr.commit()  # forbidden-ok: pylint: disable=invalid-commit
        thread.join(30)
        self._assert_nothing_is_stranded(1)
        with self.transaction() as env:
            self.assertEqual(env["aria.test.document"].browse(document).aria_stage_id.code, "c")

    def test_what_was_committed_after_the_snapshot_is_seen(self):
        activation = self._open_activation()
        started, committed = threading.Event(), threading.Event()

        def apply(env):
            env.cr.execute("SELECT count(*) FROM aria_workflow")  # the snapshot begins
            started.set()
            committed.wait(20)
            env["aria.workflow.activation"].browse(activation).action_apply()

        thread = self._in_thread(apply)
        self.assertTrue(started.wait(20))
        self._new_document()
        committed.set()
        thread.join(30)
        self._assert_nothing_is_stranded(1)

    def test_a_record_enters_or_moves_while_the_activation_runs(self):
        document, way = self._new_document(), self._way_to_removed()
        activation = self._open_activation()
        with sql_db.db_connect(get_db_name()).cursor() as cr:
            env = Environment(cr, SUPERUSER_ID, {})
            env["aria.workflow.activation"].browse(activation).action_apply()
            env.flush_all()
            entering = self._in_thread(lambda e: e["aria.test.document"].create({"name": "Race"}))
            errors = self.errors
            moving = self._in_thread(
                lambda e: e["aria.test.document"].browse(document).aria_move(way)
            )
            entering.join(1)
            self.assertTrue(entering.is_alive() and moving.is_alive())
            cr.commit()  # forbidden-ok: pylint: disable=invalid-commit
        entering.join(30)
        moving.join(30)
        self.assertFalse(errors)
        self.assertRegex(str(self.errors), "is at “a”", "its old button is refused with a sentence")
        self.errors = []
        self._assert_nothing_is_stranded(2)

    def test_two_activations_at_once(self):
        self._new_document()
        one, two = self._open_activation(), self._open_activation()
        results = self.race(
            (SUPERUSER_ID, "aria.workflow.activation", [one], "action_apply", []),
            (SUPERUSER_ID, "aria.workflow.activation", [two], "action_apply", []),
        )
        errors = [r for r in results if isinstance(r, Exception)]
        self.assertEqual(len(errors), 1, results)
        self.assertIn("already activated by", str(errors[0]))
        self.errors = []
        self._assert_nothing_is_stranded(1)
        with self.transaction() as env:
            rows = env["aria.workflow.log"].search([("workflow_id", "=", self.new)])
            self.assertEqual(len(rows), 1, "moved once")

    def test_two_new_versions_at_once_have_two_numbers(self):
        self.race(*[(SUPERUSER_ID, "aria.workflow", [self.old], "action_new_version", [])] * 2)
        with self.transaction() as env:
            versions = env["aria.workflow"].browse(self.old).version_ids
            self.assertEqual(versions.mapped("version"), [4, 3, 2, 1])
