from odoo import SUPERUSER_ID
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.aria_workflow.tests.common import RaceCase

UUID = "3f0e0d0c-0b0a-4908-8706-050403020100"


@tagged("post_install", "-at_install")
class TestLeadConcurrency(RaceCase):
    """Two requests at the same instant, in transactions of their own that really commit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.transaction() as env:
            group = env.ref("sales_team.group_sale_salesman").id
            user = env["res.users"].with_context(no_reset_password=True)
            vals = {"name": "race", "login": "race_seller", "group_ids": [Command.link(group)]}
            cls.seller = user.create(vals).id
            cls.lead = env["crm.lead"].create({"name": "Race", "user_id": cls.seller}).id
        cls.addClassCleanup(cls._clean_up)

    @classmethod
    def _clean_up(cls):
        with cls.transaction() as env:
            user = env["res.users"].browse(cls.seller)
            env["crm.lead"].search([("user_id", "=", cls.seller)]).unlink()
            env["crm.lead"].search([("create_uid", "=", cls.seller)]).unlink()
            partner = user.partner_id
            user.unlink()
            partner.unlink()

    def test_one_capture_sent_twice_at_the_same_instant(self):
        capture = [{"uuid": UUID, "name": "Pump", "user_id": self.seller}]
        call = (self.seller, "crm.lead", [self.lead], "aria_capture", [capture])
        results = self.race(call, call, model_method=True)
        self.assertEqual(results[0], results[1], "both are told of the one lead")
        with self.transaction(SUPERUSER_ID) as env:
            self.assertEqual(
                env["crm.lead"].search([("aria_capture_uuid", "=", UUID)]).ids, results[0]
            )
