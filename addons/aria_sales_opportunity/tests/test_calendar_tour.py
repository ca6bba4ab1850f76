from datetime import datetime, time, timedelta

from odoo import Command, fields
from odoo.tests import tagged

from odoo.addons.aria_workflow.tests.hands import HandsCase


@tagged("post_install", "-at_install")
class TestCalendarTour(HandsCase):
    """A deadline that is dragged is changed by the rule of the server, or stays where it is."""

    @classmethod
    def get_addons(cls):
        # EXTENDS 'aria_workflow'
        return ["aria_sales_opportunity"]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls.make_person(
            "calendar_seller", "سارا فروشنده", "sales_team.group_sale_salesman"
        )
        cls.clerk = cls.make_person("calendar_clerk", "کاوه کارمند")
        supply = cls.env.ref("aria_workflow.unit_supply")
        supply.member_ids = [Command.set(cls.clerk.ids)]
        # tomorrow at noon in Tehran
        noon = datetime.combine(fields.Date.today(), time(8, 30))
        cls.tomorrow = noon + timedelta(days=1)

    def refer(self, name):
        lead = self.env["crm.lead"].create(
            {"name": name, "type": "opportunity", "user_id": self.seller.id}
        )
        return lead.with_user(self.seller).aria_refer(
            unit=self.env.ref("aria_workflow.unit_supply"), deadline=self.tomorrow
        ).sudo()  # fmt: skip

    def drag(self, tour, user, tab):
        action = self.env["ir.actions.act_window"].create(
            {
                "name": "Calendar",
                "res_model": "aria.referral",
                "view_mode": "calendar",
                "context": str({f"search_default_{tab}": 1}),
            }
        )
        self.do_tour(tour, user, f"/odoo/action-{action.id}")

    def test_the_sender_drags(self):
        moved, other = self.refer("مهلت فرستنده"), self.refer("مهلت دیگر")
        self.drag("aria_calendar_sender", self.seller, "sent_all")
        self.assertEqual(moved.deadline, self.tomorrow + timedelta(days=1))
        change = moved.sudo().change_ids
        self.assertEqual((change.user_id, change.deadline_from), (self.seller, self.tomorrow))
        self.assertLess(moved.deadline - moved.warn_at, timedelta(days=4), "news are planned anew")
        self.assertEqual(other.deadline, self.tomorrow, "not into the past")
        self.assertFalse(other.sudo().change_ids)

    def test_the_holder_may_not(self):
        held = self.refer("مهلت دارنده")
        self.drag("aria_calendar_holder", self.clerk, "mine")
        self.assertEqual(held.deadline, self.tomorrow)
        self.assertFalse(held.sudo().change_ids)
