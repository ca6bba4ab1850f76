from odoo.tests import tagged

from .common import LineCase


@tagged("post_install", "-at_install")
class TestCampaignAmount(LineCase):
    def test_won_amount_of_a_campaign_is_that_of_won_lines(self):
        campaign = self.env["utm.campaign"].create({"title": "Fair"})
        plain = self.env["crm.lead"].create(
            {
                "name": "Plain",
                "type": "opportunity",
                "expected_revenue": 70,
                "campaign_id": campaign.id,
            }
        )
        plain.action_set_won()
        self.lead.write({"campaign_id": campaign.id, "expected_revenue": 9999})
        lines = self.make_order(self.goods[0], self.goods[1], quantity=2).order_line
        lines[0]._aria_engine_write({"aria_outcome": "won"})
        lines[1]._aria_engine_write({"aria_outcome": "lost", "aria_lost_reason_id": self.reason.id})
        self.lead.action_set_won()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(campaign.aria_won_amount, 70 + 200)
