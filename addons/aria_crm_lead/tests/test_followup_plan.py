from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.aria_workflow.tests.common import AriaCase


@tagged("post_install", "-at_install")
class TestFollowupPlan(AriaCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supply = cls.env.ref("aria_workflow.unit_supply")
        cls.seller = cls.make_user("seller", "sales_team.group_sale_salesman")
        cls.other = cls.make_user("other", "sales_team.group_sale_salesman")
        cls.supplier = cls.make_user("supplier", unit=cls.supply)
        cls.plan = cls.env.ref("aria_crm_lead.followup_plan_exhibition")
        cls.now = fields.Datetime.now().replace(microsecond=0)

    def make_leads(self, count, **values):
        vals = {"user_id": self.seller.id, **values}
        return self.env["crm.lead"].create([{"name": f"L{n}", **vals} for n in range(count)])

    def apply(self, user, leads, *args):
        result = self.rpc(user, self.plan, "aria_apply", leads.ids, *args)
        self.env.invalidate_all()
        return self.env["aria.followup"].browse(result)

    def test_steps_become_referred_followups(self):
        lead = self.make_leads(1)
        self.plan.line_ids[1].unit_id = self.supply
        made = self.apply(self.seller, lead, str(self.now)).sorted("deadline")
        self.assertEqual(made.lead_id, lead)
        self.assertEqual(made.mapped("deadline"), [self.now + timedelta(days=d) for d in (1, 2, 7)])
        self.assertEqual(made[2].remind_at, self.now + timedelta(days=6))
        self.assertEqual(made.kind_id.mapped("name"), self.plan.line_ids.kind_id.mapped("name"))
        self.assertEqual(made[0].aria_user_id, self.seller)
        self.assertEqual(made[1].aria_unit_id, self.supply)
        self.assertEqual(len(made.aria_referral_id), 3)

    def test_not_twice_and_not_for_lost_ones(self):
        leads = self.make_leads(3)
        leads[2].write(
            {"active": False, "lost_reason_id": self.env["crm.lost.reason"].search([], limit=1).id}
        )
        made = self.apply(self.seller, leads)
        self.assertEqual(made.lead_id, leads[:2])
        self.assertFalse(self.apply(self.seller, leads))
        for followup in made.filtered(lambda f: f.lead_id == leads[0]):
            self.rpc(self.seller, followup, "aria_done", "x")
        self.assertEqual(self.apply(self.seller, leads).lead_id, leads[0])

    def test_bad_plans_are_refused(self):
        lead = self.make_leads(1)
        with self.assertRaisesRegex(UserError, "overdue already"):
            self.apply(self.seller, lead, str(self.now - timedelta(days=2)))
        with self.assertRaises(UserError):
            self.apply(self.seller, lead, "tomorrow")
        self.plan = self.env["aria.followup.plan"].create({"name": "Empty"})
        with self.assertRaisesRegex(UserError, "Empty.*no steps"):
            self.apply(self.seller, lead)

    def test_rights(self):
        lead = self.make_leads(1)
        for user in (self.other, self.supplier):
            with self.assertRaises(AccessError):
                self.apply(user, lead)
        with self.assertRaises(AccessError):
            self.rpc(self.seller, self.plan, "write", {"name": "x"})
        company = self.env["res.company"].create({"name": "Far"})
        self.plan.company_id = company
        with self.assertRaises(AccessError):
            self.apply(self.seller, lead)

    def test_dialog(self):
        leads = self.make_leads(2)
        self.apply(self.seller, leads[0])
        context = {"active_model": "crm.lead", "active_ids": leads.ids}
        dialog = self.env["aria.followup.plan.apply"]
        made = self.rpc(self.seller, dialog, "create", {"plan_id": self.plan.id}, context=context)
        dialog = dialog.browse(made)
        self.assertEqual((dialog.count, dialog.new_count), (2, 1))
        action = self.rpc(self.seller, dialog, "action_apply")
        found = self.env["aria.followup"].search(action["domain"])
        self.assertEqual(found.lead_id, leads)

    def test_many_leads_cost_constant_queries(self):
        def cost(count):
            leads = self.make_leads(count)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.plan.with_user(self.seller).aria_apply(leads.with_user(self.seller))
            self.env.flush_all()
            return self.cr.sql_log_count - before

        cost(2)
        self.assertLess(cost(90) - cost(30), 20)
