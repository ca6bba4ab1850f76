import contextlib
import math

from psycopg2.errors import UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.aria_workflow.tests.common import AriaCase

from .invoicing import InvoicingCase

FIGURES = (
    "lead_count",
    "duplicate_count",
    "response_rate",
    "followup_open_count",
    "opportunity_count",
    "won_amount",
    "cost",
    "cost_per_lead",
    "profit",
    "return",
)


@tagged("post_install", "-at_install")
class TestCampaign(AriaCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls.make_user("seller", "sales_team.group_sale_salesman")
        cls.reason = cls.env["crm.lost.reason"].create({"name": "Price"})
        cls.fair, cls.calls = cls.env["utm.campaign"].create(
            [{"title": "Fair", "aria_cost": 1000}, {"title": "Calls"}]
        )
        cls.make_lead(phone="09123456789")  # of no campaign, recorded before
        cls.leads = [
            cls.make_lead(campaign_id=cls.fair.id, expected_revenue=amount, **vals)
            for amount, vals in (
                (4000, {"phone": "+98 912 345 6789"}),
                (500, {"email_from": "a@x.example"}),
                (700, {"email_from": "A@x.example", "type": "lead"}),
                (900, {"contact_name": "كيميا"}),
            )
        ]
        cls.make_lead(campaign_id=cls.calls.id, contact_name="کیمیا")

    @classmethod
    def make_lead(cls, **values):
        vals = {"name": "Pump", "type": "opportunity", "user_id": cls.seller.id, **values}
        return cls.env["crm.lead"].create(vals)

    def figures(self, campaign, *names):
        self.env.flush_all()
        self.env.invalidate_all()
        return [campaign.with_user(self.seller)[f"aria_{name}"] for name in names]

    def test_figures_equal_a_hand_count(self):
        one, two, three, _four = self.leads
        one.action_set_won()
        two.action_set_lost(lost_reason_id=self.reason.id)
        made = self.env["aria.followup"].create(
            [{"name": "Call", "lead_id": lead.id} for lead in (one, one, three)]
        )
        made[0].aria_act("call", "Bought")
        made[0].aria_done("Bought")
        self.assertEqual(
            self.figures(self.fair, "lead_count", "opportunity_count", "won_count", "lost_count"),
            [4, 3, 1, 1],
        )
        self.assertEqual(
            self.figures(self.fair, "followup_count", "followup_done_count", "followup_open_count"),
            [3, 1, 2],
        )
        self.assertEqual(
            self.figures(
                self.fair, "won_amount", "profit", "return", "cost_per_lead", "cost_per_won"
            ),
            [4000, 3000, 3.0, 250, 1000],
        )
        self.assertEqual(self.figures(self.fair, "response_rate"), [0.25])
        self.assertEqual(self.figures(self.fair, "duplicate_count"), [2])
        self.assertEqual(self.figures(self.calls, "duplicate_count"), [1])

    def test_campaign_without_anything(self):
        empty = self.env["utm.campaign"].create({"title": "Empty"})
        names = (
            "lead_count",
            "followup_count",
            "won_amount",
            "cost_per_lead",
            "return",
            "response_rate",
        )
        self.assertEqual(self.figures(empty, *names), [0] * 6)
        new = self.env["utm.campaign"].new({"title": "New", "aria_cost": 5})
        self.assertEqual((new.aria_lead_count, new.aria_profit), (0, -5))

    def test_page_lists_leads_and_followups(self):
        followup = self.env["aria.followup"].create({"name": "Call", "lead_id": self.leads[0].id})
        self.leads[1].action_set_lost(lost_reason_id=self.reason.id)
        fair = self.fair.with_user(self.seller)
        self.assertEqual(len(fair.aria_lead_ids), 4, "lost ones too")
        self.assertEqual(self.fair.aria_followup_ids, followup)

    def test_pivot(self):
        self.leads[0].action_set_won()
        self.env.flush_all()
        report = self.env["aria.campaign.report"].with_user(self.seller)
        rows = report._read_group(
            [("campaign_id", "in", (self.fair | self.calls).ids)],
            ["campaign_id"],
            ["lead_count:sum", "won_amount:sum", "profit:sum"],
        )
        self.assertEqual(
            {campaign.title: tuple(sums) for campaign, *sums in rows},
            {"Fair": (4, 4000, 3000), "Calls": (1, 0, 0)},
        )
        with self.assertRaises(AccessError):
            self.env["aria.campaign.report"].with_user(self.make_user("clerk")).search([])
        other = self.env["res.company"].create({"name": "Other"})
        self.fair.company_id = other
        self.assertFalse(report.search([("campaign_id", "=", self.fair.id)]))

    def test_figures_cost_constant_queries(self):
        campaigns = self.env["utm.campaign"].create([{"title": f"C{n}"} for n in range(40)])

        def cost(records):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            for name in FIGURES:
                records.mapped(f"aria_{name}")
            return self.cr.sql_log_count - before

        cost(campaigns[:2])
        self.assertEqual(cost(campaigns), cost(campaigns[:2]))
        self.fair.aria_analytic_account_id = self.make_account()
        report = self.env["aria.campaign.report"].with_user(self.seller)
        names = ["lead_count:sum", "cost:sum", "duplicate_count:sum", "return_rate:avg"]
        for read in (
            lambda: (self.fair | self.calls).mapped("aria_lead_count"),
            lambda: (self.fair | self.calls).mapped("aria_duplicate_count"),
            lambda: report._read_group([], ["campaign_id"], names),
        ):
            self.env.flush_all()
            read()
            for name in FIGURES:
                self.env["utm.campaign"].invalidate_model([f"aria_{name}"], flush=False)
            with self.subTest(read), self.assertQueryCount(1):
                read()

    def test_senseless_values_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "Fair.*before it starts"):
            self.fair.write({"aria_date_from": "2026-11-20", "aria_date_to": "2026-11-01"})
        with self.assertRaisesRegex(ValidationError, "Fair.*negative"):
            self.fair.aria_cost = -1
        for name in ("aria_budget", "aria_expected_revenue"):
            with self.assertRaisesRegex(ValidationError, "Fair.*negative"):
                self.fair[name] = -1
        campaigns = self.env["utm.campaign"]
        boss = self.make_user("boss", "sales_team.group_sale_manager")
        for value in (math.inf, -math.inf, math.nan):
            for name in ("aria_budget", "aria_cost", "aria_expected_revenue"):
                self.refuse(boss, self.fair, "write", {name: value}, error=ValidationError)
                vals = {"title": "Odd", name: value}
                self.refuse(boss, campaigns, "create", [vals], error=ValidationError)

    # ------------------------------------------------------------------ cost from the books
    def post(self, account, amount, **values):
        return self.env["account.analytic.line"].create(
            {
                "name": "Stand",
                account.plan_id._column_name(): account.id,
                "amount": amount,
                **values,
            }
        )

    def make_account(self, name="Fair", plan=None):
        plan = plan or self.env["account.analytic.plan"].create({"name": "Campaigns"})
        return self.env["account.analytic.account"].create({"name": name, "plan_id": plan.id})

    def test_cost_comes_from_the_analytic_account(self):
        account = self.make_account()
        income = self.env["account.account"].create(
            {"name": "Sales", "code": "CAMP1", "account_type": "income"}
        )
        self.fair.aria_analytic_account_id = account
        self.assertEqual(self.figures(self.fair, "cost", "profit"), [0, 0])
        self.post(account, -700)
        self.post(account, -200)
        self.post(account, 100)  # taken back
        self.post(account, 5000, general_account_id=income.id)
        self.leads[0].action_set_won()
        self.assertEqual(
            self.figures(self.fair, "cost", "profit", "cost_per_lead", "cost_per_won"),
            [800, 3200, 200, 800],
        )
        report = self.env["aria.campaign.report"].browse(self.fair.id)
        self.assertEqual((report.cost, report.profit, report.cost_per_lead), (800, 3200, 200))
        self.fair.aria_analytic_account_id = False
        self.assertEqual(self.figures(self.fair, "cost"), [1000], "what was typed is kept")

    def test_any_plan_and_own_company_only(self):
        plans = self.env["account.analytic.plan"].create([{"name": "One"}, {"name": "Two"}])
        accounts = [self.make_account(plan=plan) for plan in plans]
        other = self.env["res.company"].create({"name": "Other"})
        for campaign, account in zip((self.fair, self.calls), accounts, strict=True):
            campaign.aria_analytic_account_id = account
            self.post(account, -300)
            self.post(account, -50, company_id=other.id)
            self.assertEqual(self.figures(campaign, "cost"), [300])

    def test_posted_cost_is_not_typed(self):
        self.fair.aria_analytic_account_id = self.make_account()
        with self.assertRaisesRegex(ValidationError, "Fair.*analytic account"):
            self.fair.aria_cost = 5
        self.assertTrue(self.fair.aria_cost_is_posted)

    def test_an_account_is_of_one_campaign(self):
        """Otherwise its cost would count twice."""
        account = self.make_account()
        self.fair.aria_analytic_account_id = account
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(UniqueViolation),
            self.cr.savepoint(),
        ):
            self.calls.aria_analytic_account_id = account
            self.env.flush_all()

    def test_campaigns_are_found_by_their_cost(self):
        account = self.make_account()
        self.calls.aria_analytic_account_id = account
        self.post(account, -9000)
        own = self.fair | self.calls
        find = lambda *leaf: self.env["utm.campaign"].search([leaf, ("id", "in", own.ids)])
        self.assertEqual(find("aria_cost", ">", 5000), self.calls)
        self.assertEqual(find("aria_cost", "=", 1000), self.fair)

    # ------------------------------------------------------------------ who may what
    def test_who_plans_a_campaign(self):
        """Core lets every employee write campaigns; Aria's fields are the planners'."""
        leader = self.make_user("leader", "sales_team.group_sale_salesman")
        other = self.make_user("other", "sales_team.group_sale_salesman")
        everyone = self.make_user("all", "sales_team.group_sale_salesman_all_leads")
        boss = self.make_user("boss", "sales_team.group_sale_manager")
        clerk = self.make_user("clerk")
        team = self.env["crm.team"].create({"name": "North", "user_id": leader.id})
        self.fair.write({"user_id": self.seller.id, "aria_team_id": team.id})
        for user in (self.seller, leader, everyone, boss):
            self.rpc(user, self.fair, "write", {"aria_place": user.login, "aria_budget": 7})
            self.assertEqual(self.fair.aria_place, user.login)
        for user in (other, clerk):
            for vals in ({"aria_place": "x"}, {"aria_cost": 1}, {"aria_date_from": "2026-01-01"}):
                self.refuse(user, self.fair, "write", vals, error=AccessError)
        self.refuse(clerk, self.env["utm.campaign"], "create", [{"title": "T", "aria_budget": 1}])
        made = self.rpc(other, self.env["utm.campaign"], "create", [{"title": "T", "aria_cost": 1}])
        self.rpc(other, self.env["utm.campaign"].browse(made), "write", {"aria_cost": 2})
        for user in (self.seller, everyone):
            self.refuse(user, self.fair, "unlink", error=AccessError)

    def test_money_is_for_sales_and_accounting(self):
        clerk = self.make_user("clerk")
        accountant = self.make_user("accountant", "account.group_account_invoice")
        money = (
            "aria_budget",
            "aria_cost",
            "aria_expected_revenue",
            "aria_won_amount",
            "aria_profit",
            "aria_return",
            "aria_cost_per_lead",
            "aria_cost_per_won",
        )
        for name in money:
            self.refuse(clerk, self.fair, "read", [name], error=AccessError)
            self.assertIn(name, self.rpc(accountant, self.fair, "read", [name])[0])
            self.assertIn(name, self.rpc(self.seller, self.fair, "read", [name])[0])
        self.refuse(clerk, self.fair, "search_count", [("aria_cost", ">", 1)], error=AccessError)
        for user in (clerk, self.seller):
            self.refuse(user, self.fair, "read", ["aria_typed_cost"], error=AccessError)

    def test_each_company_sees_its_own_campaigns(self):
        other = self.env["res.company"].create({"name": "Other"})
        far, free = self.env["utm.campaign"].create(
            [{"title": "Far", "company_id": other.id}, {"title": "Free", "company_id": False}]
        )
        for group in ("sales_team.group_sale_salesman", "sales_team.group_sale_manager"):
            user = self.make_user(group[-9:], group)
            found = self.rpc(user, far, "search_read", [("id", "in", (far | free).ids)], ["title"])
            self.assertEqual([row["title"] for row in found], ["Free"])
            self.refuse(user, far, "read", ["aria_lead_count"], error=AccessError)
            self.refuse(user, far, "write", {"aria_place": "x"}, error=AccessError)
        team = self.env["crm.team"].create({"name": "Far team", "company_id": other.id})
        with self.assertRaises(UserError), self.cr.savepoint():
            self.fair.aria_team_id = team

    def test_each_role_reads_the_contract(self):
        leader = self.make_user("leader", "sales_team.group_sale_salesman_all_leads")
        boss = self.make_user("boss", "sales_team.group_sale_manager")
        names = [
            "aria_kind",
            "aria_date_from",
            "aria_date_to",
            "aria_budget",
            "aria_cost",
            "aria_lead_count",
            "aria_followup_count",
            "aria_won_amount",
            "aria_cost_per_lead",
            "aria_return",
        ]
        self.leads[0].action_set_won()
        for user in (self.seller, leader, boss):
            self.env.flush_all()
            [row] = self.rpc(user, self.fair, "read", names)
            self.assertEqual(
                [row[name] for name in names[4:]], [1000, 4, 0, 4000, 250, 3], user.login
            )

    def test_a_salesperson_sees_own_leads_on_the_page(self):
        """The figures are the campaign's; the rows are those that the person may read."""
        stranger = self.make_user("stranger", "sales_team.group_sale_salesman")
        leader = self.make_user("leader", "sales_team.group_sale_salesman_all_leads")
        self.env["aria.followup"].create({"name": "Call", "lead_id": self.leads[0].id})
        for user, count in ((self.seller, 4), (stranger, 0), (leader, 4)):
            campaign = self.fair.with_user(user)
            campaign.invalidate_recordset()
            self.assertEqual(len(campaign.aria_lead_ids), count, user.login)
            self.assertEqual(len(campaign.aria_followup_ids), min(count, 1), user.login)
            self.assertEqual(campaign.aria_lead_count, 4)

    def test_files_are_for_whoever_reads_the_campaign(self):
        self.fair.user_id = self.seller
        attachment = self.env["ir.attachment"].with_user(self.seller)
        file = attachment.create({"name": "plan.txt", "raw": b"plan"})
        colleague = self.make_user("colleague", "sales_team.group_sale_salesman")
        self.refuse(colleague, file, "read", ["raw"], error=AccessError)
        vals = {"aria_attachment_ids": [Command.link(file.id)]}
        self.rpc(self.seller, self.fair, "write", vals)
        self.assertEqual((file.res_model, file.res_id), ("utm.campaign", self.fair.id))
        self.assertTrue(self.rpc(colleague, file, "read", ["raw"]))
        foreign = self.env["ir.attachment"].create({"name": "secret.txt", "raw": b"s"})
        vals = {"aria_attachment_ids": [Command.link(foreign.id)]}
        with contextlib.suppress(AccessError), self.cr.savepoint():
            self.rpc(self.seller, self.fair, "write", vals)
        self.assertFalse(foreign.res_id, "files of others are not taken")

    # ------------------------------------------------------------------ lists and pivots
    def test_ratios_of_several_campaigns_are_those_of_their_sums(self):
        self.calls.aria_cost = 500
        self.leads[0].action_set_won()
        self.env.flush_all()
        domain = [("campaign_id", "in", (self.fair | self.calls).ids)]
        names = ("response_rate:avg", "cost_per_lead:avg", "cost_per_won:avg", "return_rate:avg")
        report = self.env["aria.campaign.report"].with_user(self.seller)
        [row] = report._read_group(domain, [], [*names, "duplicate_count:sum"])
        self.assertEqual(row, (0, 300, 1500, 2500 / 1500, 3))
        rows = report.formatted_read_group(domain, ["campaign_id"], list(names))
        self.assertEqual(
            {r["campaign_id"][1]: r["cost_per_lead:avg"] for r in rows}, {"Fair": 250, "Calls": 500}
        )

    def test_units_team_and_targets(self):
        unit = self.make_unit("stand")
        team = self.env["crm.team"].create({"name": "North"})
        self.fair.write(
            {
                "aria_unit_ids": [Command.link(unit.id)],
                "aria_team_id": team.id,
                "aria_target_count": 30,
                "aria_target_won_count": 3,
            }
        )
        report = self.env["aria.campaign.report"].browse(self.fair.id)
        self.env.flush_all()
        self.assertEqual(
            (report.team_id, report.target_count, report.target_won_count), (team, 30, 3)
        )
        for name in ("aria_target_count", "aria_target_won_count"):
            with self.assertRaisesRegex(ValidationError, "Fair.*less than nothing"):
                self.fair[name] = -1


@tagged("post_install", "-at_install")
class TestCampaignBills(InvoicingCase):
    """Cost by Odoo's own accounting: bills, what is taken back, and what is sold in the same account."""

    def bill(self, kind, amount, account):
        code = "income" if kind == "out_invoice" else "expense"
        found = self.env["account.account"].search(
            [("account_type", "=", code), ("company_ids", "in", self.company.ids)], limit=1
        ) or self.env["account.account"].create(
            {"name": code, "code": f"9{code[:3]}".upper(), "account_type": code}
        )
        line = {
            "name": "Stand",
            "account_id": found.id,
            "price_unit": amount,
            "tax_ids": [Command.clear()],
            "analytic_distribution": {str(account.id): 100},
        }
        move = self.env["account.move"].create(
            {
                "move_type": kind,
                "partner_id": self.env["res.partner"].create({"name": "P"}).id,
                "invoice_date": "2026-11-01",
                "invoice_line_ids": [Command.create(line)],
            }
        )
        move.action_post()
        return move

    def test_bills_of_the_account(self):
        plan = self.env["account.analytic.plan"].create({"name": "Campaigns"})
        account = self.env["account.analytic.account"].create({"name": "F", "plan_id": plan.id})
        campaign = self.env["utm.campaign"].create({"title": "Fair", "aria_budget": 5000})
        campaign.aria_analytic_account_id = account
        bill = self.bill("in_invoice", 3000, account)
        self.bill("in_refund", 500, account)
        self.bill("out_invoice", 9000, account)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(campaign.with_user(self.seller).aria_cost, 2500)
        bill.button_draft()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(campaign.aria_cost, -500, "a bill that is no longer posted costs nothing")
