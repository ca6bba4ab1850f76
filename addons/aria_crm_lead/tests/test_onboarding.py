from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.aria_workflow.tests.common import AriaCase
from odoo.addons.aria_workflow.tests.hands import HandsCase


@tagged("post_install", "-at_install")
class TestOnboarding(AriaCase):
    """Three first steps for the managers of a company that has nothing yet."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Fresh"})
        values = {"company_id": cls.company.id, "company_ids": [Command.set(cls.company.ids)]}
        cls.boss = cls.make_user("boss", "sales_team.group_sale_manager", **values)
        cls.seller = cls.make_user("seller", "sales_team.group_sale_salesman", **values)
        cls.env["aria.unit"].search([]).member_ids = [Command.clear()]
        cls.env["utm.campaign"].search([("company_id", "=", False)]).aria_kind = False
        cls.model = cls.env["onboarding.onboarding"]

    def panel(self, user=None):
        self.env.invalidate_all()
        return self.rpc(user or self.boss, self.model, "aria_get_panel")

    def done(self):
        return [step["done"] for step in self.panel()]

    def test_records_that_somebody_deleted(self):
        self.env.ref("aria_crm_lead.onboarding_step_leads").unlink()
        self.assertEqual(self.done(), [False, False])
        self.env.ref("aria_crm_lead.onboarding_leads").unlink()
        self.assertFalse(self.panel())
        self.rpc(self.boss, self.model, "aria_close_panel")

    def test_steps_follow_the_data(self):
        self.assertEqual(self.done(), [False, False, False])
        unit = self.make_unit("stand", company_id=self.company.id)
        unit.member_ids = [Command.link(self.seller.id)]
        self.assertEqual(self.done(), [True, False, False])
        campaign = self.env["utm.campaign"].create(
            {"title": "Fair", "aria_kind": "exhibition", "company_id": self.company.id}
        )
        self.assertEqual(self.done(), [True, True, False])
        self.env["crm.lead"].create(
            {
                "name": "Pump",
                "campaign_id": campaign.id,
                "company_id": self.company.id,
                "user_id": False,
                "team_id": False,
            }
        )
        self.assertFalse(self.panel(), "nothing is left to do")

    def test_each_step_opens_something(self):
        for step in self.panel():
            action = self.rpc(self.boss, self.env["onboarding.onboarding.step"], step["method"])
            self.assertEqual(action["type"], "ir.actions.act_window")
            self.assertIn(action["res_model"], self.env)

    def test_only_for_managers(self):
        for user in (self.seller, self.make_user("clerk")):
            self.assertFalse(self.panel(user))
            self.refuse(user, self.model, "aria_close_panel", error=AccessError)
        self.assertTrue(self.panel())

    def test_closed_for_the_company(self):
        self.rpc(self.boss, self.model, "aria_close_panel")
        self.rpc(self.boss, self.model, "aria_close_panel")
        self.assertFalse(self.panel())
        values = {"company_id": self.company.id, "company_ids": [Command.set(self.company.ids)]}
        second = self.make_user("second", "sales_team.group_sale_manager", **values)
        self.assertFalse(self.panel(second))
        other = self.env["res.company"].create({"name": "Other"})
        self.boss.company_ids = [Command.link(other.id)]
        self.env.invalidate_all()
        found = self.rpc(
            self.boss, self.model, "aria_get_panel", context={"allowed_company_ids": other.ids}
        )
        self.assertEqual(len(found), 3, "another company starts by itself")


@tagged("post_install", "-at_install")
class TestOnboardingTour(HandsCase):
    """The same in the browser, at both widths."""

    @classmethod
    def get_addons(cls):
        # EXTENDS 'aria_workflow'
        return ["aria_crm_lead"]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = cls.make_person("fresh_boss", "سارا تازه", "sales_team.group_sale_manager")
        cls.env["utm.campaign"].search([]).aria_kind = False

    def walk(self, name):
        self.env["crm.lead"].with_context(active_test=False).search([]).campaign_id = False
        tour = f"aria_onboarding_{name}"
        self.do_tour(tour, self.boss, "/odoo/aria-campaigns", phone=name == "phone")
        self.env.invalidate_all()
        self.assertTrue(self.env.ref("aria_crm_lead.onboarding_leads").is_onboarding_closed)
        panels = self.env["onboarding.onboarding"].with_user(self.boss)
        self.assertFalse(panels.aria_get_panel())

    def test_at_the_desk(self):
        self.walk("desk")

    def test_on_the_telephone(self):
        self.walk("phone")
