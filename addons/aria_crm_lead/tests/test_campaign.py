from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from odoo.addons.aria_workflow.tests.common import AriaCase


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
            records.mapped("aria_lead_count")
            records.mapped("aria_duplicate_count")
            return self.cr.sql_log_count - before

        cost(campaigns[:2])
        self.assertEqual(cost(campaigns), cost(campaigns[:2]))

    def test_senseless_values_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "Fair.*before it starts"):
            self.fair.write({"aria_date_from": "2026-11-20", "aria_date_to": "2026-11-01"})
        with self.assertRaisesRegex(ValidationError, "Fair.*negative"):
            self.fair.aria_cost = -1
