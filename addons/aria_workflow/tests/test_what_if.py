from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .test_version import VersionCase


@tagged("post_install", "-at_install")
class TestWhatIf(VersionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        now = fields.Datetime.now()
        cls.documents = cls.make_document(5)
        with freeze_time(now + timedelta(hours=1)):
            cls.run_to(cls, cls.documents[:4], "supply")
        with freeze_time(now + timedelta(hours=2)):
            cls.run_to(cls, cls.documents[:3], "proforma")
            cls.documents[:2].aria_fire("shipped")

    def load(self, result, subject, name):
        rows = {r[subject]["name"]: r for r in result[f"{subject}s"] if r[subject]}
        return rows[name]

    def test_a_new_stage_gets_its_load_and_nobody_is_stuck(self):
        draft = self.new_version()
        self.add_quality(draft)
        result = self.rpc(self.designer, draft, "what_if", 30)
        self.assertEqual((result["rows"], result["records"]), (14, 5))
        self.assertEqual((result["stuck"], result["missing"]), ([], []))
        quality = self.load(result, "unit", "Quality")
        self.assertEqual((quality["before"]["arrivals"], quality["after"]["arrivals"]), (0, 3))
        supply = self.load(result, "stage", "Supply")
        self.assertEqual(supply["before"], supply["after"])
        self.assertEqual(supply["before"]["arrivals"], 4)

    def test_what_gets_stuck_is_told(self):
        draft = self.new_version()
        self.rpc(self.designer, self.way(draft, "proforma", "won"), "write", {"event": "reserved"})
        result = self.rpc(self.designer, draft, "what_if", 30)
        [missing], [stuck] = result["missing"], result["stuck"]
        self.assertEqual(
            (missing["stage"]["name"], missing["event"], missing["rows"]),
            ("Proforma", "shipped", 2),
        )
        self.assertEqual(stuck["records"], 2)
        self.assertEqual(set(stuck["examples"]), set(self.documents[:2].ids))

    def test_steps_before_the_window_are_left_out(self):
        with freeze_time(fields.Datetime.now() + timedelta(days=40)):
            self.assertEqual(self.new_version().what_if(10)["rows"], 0)

    def test_it_reads_only(self):
        draft = self.new_version()
        self.env.flush_all()
        start = self.cr.sql_log_count
        with patch.object(type(self.env["aria.workflow"]), "write") as write:
            self.rpc(self.designer, draft, "what_if", 30)
        write.assert_not_called()
        self.assertLess(self.cr.sql_log_count - start, 40)

    def test_it_is_the_designers_and_asks_for_a_number_of_days(self):
        draft = self.new_version()
        for user in (self.seller, self.outsider):
            for method, args in [("what_if", [30]), ("action_what_if", [])]:
                with self.assertRaises(AccessError), self.cr.savepoint():
                    self.rpc(user, draft, method, *args)
            with self.assertRaises(AccessError), self.cr.savepoint():
                self.rpc(
                    user, self.env["aria.workflow.replay"], "create", {"workflow_id": draft.id}
                )
        for days in (0, -1, "many", None, 99999):
            with self.assertRaisesRegex(UserError, "number of days"):
                self.rpc(self.designer, draft, "what_if", days)

    def test_the_job_keeps_the_result(self):
        draft = self.new_version()
        self.add_quality(draft)
        replay = self.env["aria.workflow.replay"].browse(
            self.rpc(
                self.designer, self.env["aria.workflow.replay"], "create", {"workflow_id": draft.id}
            )
        )
        with self.assertRaises(AccessError), self.cr.savepoint():
            self.rpc(self.designer, replay, "write", {"raw_result": {"rows": 1}})
        self.rpc(self.designer, replay, "action_run")
        with self.assertRaisesRegex(UserError, "already"):
            self.rpc(self.designer, replay, "action_run")
        portion = "odoo.addons.aria_workflow.models.aria_workflow_replay_mixin.PORTION"
        with patch(portion, 4), self.enter_registry_test_mode():
            self.env.ref("aria_workflow.ir_cron_replay").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual((replay.state, replay.done_rows, replay.progress), ("done", 14, 100))
        self.assertEqual(replay.result, {"days": 30, **draft.what_if(30)})
        self.rpc(self.designer, replay, "action_run")

    @mute_logger("odoo.addons.base.models.ir_cron")
    def test_one_that_fails_says_so_and_does_not_stop_the_others(self):
        replays = self.env["aria.workflow.replay"].create(
            [{"workflow_id": self.new_version().id} for _n in range(2)]
        )
        replays.action_run()
        start = type(self.env["aria.workflow"])._start_replay

        def fail(workflow):
            if workflow == replays[0].workflow_id:
                raise ValueError("Broken.")
            return start(workflow)

        with (
            patch.object(type(self.env["aria.workflow"]), "_start_replay", fail),
            self.enter_registry_test_mode(),
        ):
            self.env.ref("aria_workflow.ir_cron_replay").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(replays.mapped("state"), ["failed", "done"])
        self.assertEqual(replays[0].error, "Broken.")
