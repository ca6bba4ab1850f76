from datetime import timedelta
from unittest.mock import patch

from odoo import SUPERUSER_ID, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from odoo.addons.aria_workflow.tests.common import RaceCase

from ..models import aria_contact_plan
from .test_customer_class import ClassCase


@tagged("post_install", "-at_install")
class TestContactPlan(ClassCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key = cls.make_class("Key", [("ref", "=", "key")])
        cls.call = cls.env["aria.followup.kind"].search([], limit=1)

    def make_plan(self, **values):
        return self.env["aria.contact.plan"].create(
            {
                "name": "Monthly call",
                "class_id": self.key.id,
                "company_id": self.company.id,
                "kind_id": self.call.id,
                "cadence_days": 30,
                "user_id": self.manager.id,
                **values,
            }
        )

    def customers(self, count, **values):
        vals = {"ref": "key", "user_id": self.seller.id, **values}
        partners = self.env["res.partner"].create([{"name": f"K{n}", **vals} for n in range(count)])
        self.classify()
        return partners

    def run_plans(self, day=0):
        with freeze_time(fields.Datetime.now() + timedelta(days=day)):
            self.run_cron("ir_cron_contact_plan")

    def made(self, plan):
        return self.env["aria.followup"].search([("contact_plan_id", "=", plan.id)], order="id")

    def test_once_in_each_period(self):
        partners, plan = self.customers(3), self.make_plan()
        self.run_plans()
        made = self.made(plan)
        self.assertEqual(made.partner_id, partners)
        self.assertEqual(made.user_id, self.seller)
        self.assertEqual(made.aria_user_id, self.seller, "it stands in the cartable")
        self.assertEqual(made.company_id, self.company)
        self.assertEqual(made.kind_id, self.call)
        self.assertEqual(made.class_id, self.key)
        self.run_plans()
        self.run_plans(29)
        self.assertEqual(len(self.made(plan)), 3)
        self.run_plans(30)
        self.assertEqual(len(self.made(plan)), 6)
        # two periods were missed while the server stood still: one contact, and the old rhythm
        self.run_plans(125)
        self.assertEqual(len(self.made(plan)), 9)
        self.run_plans(149)
        self.assertEqual(len(self.made(plan)), 9)
        self.run_plans(150)
        self.assertEqual(len(self.made(plan)), 12)

    def test_who_leaves_the_class_and_comes_back(self):
        [partner], plan = self.customers(1), self.make_plan()
        self.run_plans()
        partner.ref = "other"
        self.classify()
        self.run_plans(31)
        self.assertEqual(len(self.made(plan)), 1, "no more of the class")
        partner.ref = "key"
        self.classify()
        self.run_plans(10)
        self.assertEqual(len(self.made(plan)), 1, "not twice in a period")
        self.run_plans(31)
        self.assertEqual(len(self.made(plan)), 2)

    def test_unit_and_owner(self):
        unit = self.env.ref("aria_workflow.unit_sales")
        unit.member_ids = [Command.link(self.colleague.id)]
        partners = self.customers(1) + self.customers(1, user_id=False)
        plan = self.make_plan(unit_id=unit.id)
        self.run_plans()
        made = self.made(plan)
        self.assertEqual(made.partner_id, partners)
        self.assertEqual(made.aria_unit_id, unit)
        self.assertEqual(made.mapped("user_id"), self.seller + self.manager)
        # the unit has lost its people since: the owner does it
        unit.write({"member_ids": [Command.clear()], "manager_id": False})
        self.run_plans(31)
        self.assertEqual(self.made(plan)[2:].aria_user_id, self.seller + self.manager)

    def test_not_while_the_last_one_is_open(self):
        partners, plan = self.customers(2), self.make_plan(wait_for_last=True)
        self.run_plans()
        self.rpc(self.seller, self.made(plan)[0], "aria_done", "called")
        self.run_plans(31)
        self.assertEqual(self.made(plan).mapped("partner_id.id"), partners.ids)
        self.assertEqual(len(self.made(plan)), 3)

    def test_start_archived_and_other_companies(self):
        self.customers(1)
        later = self.make_plan(date_start=fields.Date.today() + timedelta(days=5))
        archived = self.make_plan(active=False)
        self.run_plans()
        self.assertFalse(self.made(later) + self.made(archived))
        self.run_plans(6)
        self.assertEqual(len(self.made(later)), 1)

    def test_a_plan_that_fails_does_not_stop_the_others(self):
        self.customers(1)
        bad, good = self.make_plan(name="Bad"), self.make_plan(name="Good")
        original = type(bad)._prepare_followup_vals

        def prepare(plan, partner):
            if plan.name == "Bad":
                raise ValueError
            return original(plan, partner)

        self.env.flush_all()
        with (
            patch.object(type(bad), "_prepare_followup_vals", prepare),
            self.assertLogs("odoo", level="ERROR"),
        ):
            plan = bad._plan_safely
            with patch.object(type(self.env["aria.notice"]), "_aria_roll_back", lambda _self: None):
                self.assertEqual(plan(), 0)
        self.run_plans()
        self.assertEqual(len(self.made(good)), 1)

    def test_batches_and_constant_queries(self):
        plan = self.make_plan()

        def cost(count):
            self.customers(count)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertEqual(plan.with_company(self.company)._plan_due(count), count)
            self.env.flush_all()
            return self.cr.sql_log_count - before

        cost(2)
        self.assertLess(cost(90) - cost(30), 20)
        with patch.object(aria_contact_plan, "BATCH", 2):
            self.customers(5)
            self.run_plans()
        self.assertEqual(len(self.made(plan)), 127)

    def test_bad_plans_are_refused(self):
        empty = self.env["aria.unit"].create({"name": "Empty", "code": "empty"})
        portal = self.make_user("t_portal", "base.group_portal")
        model = self.env["aria.contact.plan"]
        base = {"name": "x", "class_id": self.key.id, "company_id": self.company.id}
        bad = [
            {**base, "cadence_days": 0},
            {**base, "deadline_days": 0},
            {**base, "unit_id": empty.id},
            {**base, "user_id": portal.id},
        ]
        for vals in bad:
            self.refuse(self.manager, model, "create", vals, error=ValidationError)

    def test_rights(self):
        self.customers(1)
        plan = self.make_plan()
        self.run_plans()
        row = self.env["aria.contact.plan.customer"].search([("plan_id", "=", plan.id)])
        self.assertEqual(self.rpc(self.seller, row, "read", ["next_date"])[0]["id"], row.id)
        for user in (self.seller, self.clerk):
            self.refuse(user, plan, "write", {"cadence_days": 1}, error=AccessError)
            self.refuse(user, plan, "create", {"name": "x"}, error=AccessError)
        for user in (self.seller, self.manager):
            self.refuse(user, row, "write", {"next_date": "2020-01-01"}, error=AccessError)
            self.refuse(user, row, "unlink", error=AccessError)
        self.refuse(self.clerk, plan, "action_open_followups", error=AccessError)
        self.refuse(self.manager, plan, "unlink", error=UserError)
        followup = self.made(plan)
        self.assertEqual(self.rpc(self.seller, followup, "read", ["name"])[0]["name"], plan.name)
        action = self.rpc(self.seller, plan, "action_open_followups")
        self.assertEqual(self.env["aria.followup"].search(action["domain"]), followup)

    # ------------------------------------------------------------------ campaigns
    def make_dialog(self, user, campaign, **values):
        context = {"active_model": "utm.campaign", "active_id": campaign.id}
        dialog = self.env["aria.campaign.customers"]
        vals = {"name": "Invite", **values}
        return dialog.browse(self.rpc(user, dialog, "create", vals, context=context))

    def test_customers_of_a_campaign(self):
        partners = self.customers(3)
        other = self.env["res.partner"].create({"name": "Other"})
        partners[0].city = "Tehran"
        campaign = self.env["utm.campaign"].create(
            {"title": "Fair", "aria_class_ids": [Command.set(self.key.ids)]}
        )
        dialog = self.make_dialog(self.seller, campaign, domain="[('city', '=', 'Tehran')]")
        self.refuse(self.seller, dialog, "action_apply", error=AccessError)
        campaign.user_id = self.seller
        self.assertEqual((dialog.class_ids, dialog.count, dialog.new_count), (self.key, 1, 1))
        action = self.rpc(self.seller, dialog, "action_apply")
        made = self.env["aria.followup"].search(action["domain"])
        self.assertEqual((made.partner_id, made.campaign_id), (partners[0], campaign))
        self.refuse(self.seller, dialog, "action_apply", error=UserError)
        dialog = self.make_dialog(self.seller, campaign, domain="[]")
        self.assertEqual((dialog.count, dialog.new_count), (3, 2))
        self.rpc(self.seller, dialog, "action_apply")
        made = self.env["aria.followup"].search([("campaign_id", "=", campaign.id)])
        self.assertEqual(made.partner_id, partners)
        self.assertNotIn(other, made.partner_id)
        self.assertEqual(campaign.aria_followup_count, 3)
        self.assertEqual(campaign.aria_class_ids, self.key, "the conditions stay on the campaign")

    def test_bad_campaign_dialogs(self):
        self.customers(1)
        campaign = self.env["utm.campaign"].create({"title": "Fair", "user_id": self.seller.id})
        dialog = self.make_dialog(self.seller, campaign)
        self.refuse(self.seller, dialog, "action_apply", error=UserError)  # no classes
        values = {"class_ids": [Command.set(self.key.ids)]}
        for bad in ({"deadline": "2020-01-01"}, {"domain": "[('gone', '=', 1)]"}):
            dialog = self.make_dialog(self.seller, campaign, **{**values, **bad})
            self.refuse(self.seller, dialog, "action_apply", error=UserError)
        self.refuse(
            self.seller, campaign, "write", {"aria_customer_domain": "[(5)"}, error=UserError
        )
        self.assertFalse(campaign.aria_followup_count)
        dialog = self.make_dialog(self.seller, campaign, **values)
        self.refuse(self.colleague, dialog, "action_apply", error=AccessError)
        self.refuse(self.clerk, dialog, "action_apply", error=AccessError)


@tagged("post_install", "-at_install")
class TestContactPlanRace(RaceCase):
    """Two servers at the same instant, and one that dies, in transactions that really commit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.transaction() as env:
            groups = [Command.link(env.ref("sales_team.group_sale_salesman").id)]
            cls.user = (
                env["res.users"]
                .with_context(no_reset_password=True)
                .create({"name": "plan_race", "login": "plan_race", "group_ids": groups})
                .id
            )
            cls.group = (
                env["aria.customer.class"]
                .create({"name": "Race", "sequence": -1, "domain": "[('ref', '=', 'race')]"})
                .id
            )
            vals = [{"name": f"Race {n}", "ref": "race"} for n in range(6)]
            cls.partners = env["res.partner"].create(vals).ids
            plan = {"name": "Race", "class_id": cls.group, "user_id": cls.user}
            cls.plan = env["aria.contact.plan"].create(plan).id
        cls.addClassCleanup(cls._clean_up)

    @classmethod
    def _clean_up(cls):
        with cls.transaction() as env:
            cr, partners = env.cr, tuple(cls.partners)
            cr.execute("DELETE FROM aria_referral WHERE res_model = 'aria.followup'")
            cr.execute("DELETE FROM aria_followup WHERE contact_plan_id = %s", [cls.plan])
            cr.execute("DELETE FROM aria_contact_plan WHERE id = %s", [cls.plan])
            cr.execute("DELETE FROM aria_customer_class_change")
            cr.execute("DELETE FROM aria_customer_standing")
            cr.execute("DELETE FROM aria_customer_class WHERE id = %s", [cls.group])
            cr.execute("DELETE FROM aria_turn")
            cr.execute("UPDATE res_company SET aria_classified_at = NULL")
            env["res.partner"].browse(partners).unlink()
            user = env["res.users"].browse(cls.user)
            partner = user.partner_id
            user.unlink()
            partner.unlink()

    @staticmethod
    def door(model, method, args, _kwargs):
        """Call a private method, as a cron does."""
        ids, *rest = args
        return getattr(model.browse(ids), method)(*rest)

    def count(self, model):
        """Return {customer: number of rows}."""
        with self.transaction() as env:
            domain = [("partner_id", "in", self.partners)]
            rows = env[model]._read_group(domain, ["partner_id"], ["__count"])
            return {partner.id: count for partner, count in rows}

    def test_two_servers_and_one_that_dies(self):
        call = (SUPERUSER_ID, "aria.customer.standing", [], "_classify", [])
        results = self.race(call, call, door=self.door)
        self.assertEqual(results, [None, None])
        once = dict.fromkeys(self.partners, 1)
        self.assertEqual(self.count("aria.customer.class.change"), once, "logged once")
        # killed before its commit: nothing of it is left
        with self.assertRaises(ZeroDivisionError), self.transaction() as env:
            env["aria.contact.plan"].browse(self.plan)._plan_due(2)
            env.flush_all()
            raise ZeroDivisionError
        self.assertEqual(self.count("aria.followup"), {})
        # killed after its first batch: the rest follows
        with self.transaction() as env:
            env["aria.contact.plan"].browse(self.plan)._plan_due(2)
        self.assertEqual(len(self.count("aria.followup")), 2)
        call = (SUPERUSER_ID, "aria.contact.plan", [self.plan], "_plan_due", [500])
        results = self.race(call, call, door=self.door)
        self.assertEqual(sum(results), 4, results)
        self.assertEqual(self.count("aria.followup"), once, "exactly one for each")
