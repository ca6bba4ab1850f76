from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.aria_workflow.tests.common import AriaCase

PATH = "odoo.addons.aria_crm_lead"


@tagged("post_install", "-at_install")
class TestFollowupPlanRun(AriaCase):
    """A plan that is applied to more leads than one request may take."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        salesman = "sales_team.group_sale_salesman"
        cls.seller = cls.make_user("seller", salesman)
        cls.other = cls.make_user("other", salesman)
        cls.plan = cls.env.ref("aria_crm_lead.followup_plan_exhibition")
        vals = {"user_id": cls.seller.id}
        cls.leads = cls.env["crm.lead"].create([{"name": f"L{n}", **vals} for n in range(5)])
        cls.cron = cls.env.ref("aria_crm_lead.ir_cron_plan_run")

    def setUp(self):
        super().setUp()
        self.startPatcher(patch(f"{PATH}.models.aria_followup_plan.MANY", 2))
        self.startPatcher(patch(f"{PATH}.models.aria_followup_plan_run.PORTION", 2))

    def ask(self, user=None):
        """Press the button of the dialog; return the run."""
        wizard = self.env["aria.followup.plan.apply"].with_user(user or self.seller)
        dialog = wizard.create({"plan_id": self.plan.id, "lead_ids": [Command.set(self.leads.ids)]})
        action = dialog.action_apply()
        self.assertEqual(action["res_model"], "aria.followup.plan.run")
        return self.env["aria.followup.plan.run"].browse(action["res_id"])

    def run_job(self):
        with self.enter_registry_test_mode():
            self.cron.method_direct_trigger()
        self.env.invalidate_all()

    def test_many_leads_are_planned_by_the_job(self):
        run = self.ask()
        self.assertFalse(self.leads.aria_followup_ids)
        self.assertEqual((run.state, run.total, run.share), ("waiting", 5, 0))
        self.run_job()
        self.assertEqual((run.state, run.done, run.followup_count), ("done", 5, 15))
        self.assertEqual(len(self.leads.aria_followup_ids), 15)
        self.assertEqual(self.leads.aria_followup_ids.create_uid, self.seller)
        self.run_job()
        self.assertEqual(len(self.leads.aria_followup_ids), 15)

    def test_a_few_leads_are_planned_at_once(self):
        wizard = self.env["aria.followup.plan.apply"].with_user(self.seller)
        dialog = wizard.create(
            {"plan_id": self.plan.id, "lead_ids": [Command.set(self.leads[:2].ids)]}
        )
        self.assertEqual(dialog.action_apply()["res_model"], "aria.followup")
        self.assertEqual(len(self.leads.aria_followup_ids), 6)

    def test_it_goes_on_where_it_was_stopped(self):
        run = self.ask()
        left = iter((9, 0))  # no time is left after the first portion
        model = type(self.env["ir.cron"])
        with patch.object(model, "_commit_progress", lambda *args, **kwargs: next(left, 0)):
            self.env["aria.followup.plan.run"]._cron_apply()
        self.env.invalidate_all()
        self.assertEqual((run.state, run.done, len(run.pending)), ("waiting", 2, 3))
        self.run_job()
        self.assertEqual((run.state, len(self.leads.aria_followup_ids)), ("done", 15))

    def test_what_changed_meanwhile_is_respected(self):
        run = self.ask()
        reason = self.env["crm.lost.reason"].create({"name": "Price"})
        self.leads[0].action_set_lost(lost_reason_id=reason.id)
        self.leads[1].user_id = self.other
        self.leads[2].unlink()
        self.run_job()
        self.assertEqual((run.state, run.done, run.followup_count), ("done", 5, 6))
        self.assertFalse(self.leads[:2].aria_followup_ids)

    def test_a_plan_that_cannot_be_applied_says_why(self):
        run = self.ask()
        self.plan.line_ids.unlink()
        self.run_job()
        self.assertEqual(run.state, "failed")
        self.assertIn("has no steps", run.reason)

    def test_rights(self):
        run = self.ask()
        self.assertEqual(run.with_user(self.seller).total, 5)
        self.refuse(self.other, run, "read", ["total"], error=AccessError)
        self.refuse(self.other, run, "action_open_followups", error=AccessError)
        self.refuse(self.seller, run, "read", ["pending"], error=AccessError)
        self.refuse(self.seller, run, "write", {"done": 5}, error=AccessError)
        self.refuse(self.seller, run, "unlink", error=AccessError)
        vals = {"plan_id": self.plan.id, "user_id": self.seller.id, "start": fields.Datetime.now()}
        self.refuse(self.seller, run.browse(), "create", vals, error=AccessError)
        # leads that are not one's own are refused before the job sees them
        self.refuse_dialog(self.other)

    def refuse_dialog(self, user):
        wizard = self.env["aria.followup.plan.apply"].with_user(user)
        with self.assertRaises(AccessError), self.cr.savepoint():
            wizard.create(
                {"plan_id": self.plan.id, "lead_ids": [Command.set(self.leads.ids)]}
            ).action_apply()
