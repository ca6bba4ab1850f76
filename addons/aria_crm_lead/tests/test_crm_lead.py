from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.aria_workflow.tests.common import AriaCase


@tagged("post_install", "-at_install")
class TestCrmLead(AriaCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sales = cls.env.ref("aria_workflow.unit_sales")
        cls.supply = cls.env.ref("aria_workflow.unit_supply")
        cls.seller = cls.make_user("seller", "sales_team.group_sale_salesman", unit=cls.sales)
        cls.supplier = cls.make_user("supplier", unit=cls.supply)
        cls.reason = cls.env["crm.lost.reason"].create({"name": "Price"})

    def make_lead(self, **values):
        vals = {"name": "Pump", "user_id": self.seller.id, "phone": "+98 21 5555", **values}
        return self.env["crm.lead"].browse(
            self.rpc(self.seller, self.env["crm.lead"], "create", vals)
        )

    def test_recorder_is_kept_for_ever(self):
        lead = self.make_lead()
        self.assertEqual(lead.aria_registrar_id, self.seller)
        vals = {"aria_registrar_id": self.supplier.id}
        for user in (self.seller, self.env.ref("base.user_admin")):
            with self.assertRaises(AccessError), self.cr.savepoint():
                self.rpc(user, lead, "write", vals)
        with self.assertRaises(AccessError), self.cr.savepoint():
            self.rpc(self.seller, lead, "create", {"name": "x", **vals})
        with self.assertRaises(AccessError):
            context = {"default_aria_registrar_id": self.supplier.id}
            self.rpc(self.seller, lead, "create", {"name": "x"}, context=context)

    def test_lost_needs_a_reason_on_every_path(self):
        lead = self.make_lead()
        paths = [
            ("action_set_lost", []),
            ("write", [{"active": False, "probability": 0}]),
            ("write", [{"probability": 0, "active": False, "lost_reason_id": False}]),
        ]
        for method, args in paths:
            with self.assertRaisesRegex(ValidationError, "Pump"), self.cr.savepoint():
                self.rpc(self.seller, lead, method, *args)
            lead.invalidate_recordset()
        self.assertTrue(lead.active)
        self.rpc(self.seller, lead, "action_set_lost", lost_reason_id=self.reason.id)
        self.assertEqual((lead.active, lead.lost_reason_id), (False, self.reason))
        with self.assertRaises(ValidationError):
            self.rpc(self.seller, lead, "write", {"lost_reason_id": False})

    def test_referral_shows_what_a_caller_needs_and_no_more(self):
        lead = self.make_lead()
        self.rpc(self.seller, lead, "aria_refer", unit=self.supply.id, note="Call them")
        referral = lead.aria_referral_id
        card = self.rpc(self.supplier, referral, "read", ["card"])[0]["card"]
        self.assertIn("+98 21 5555", card)
        with self.assertRaises(AccessError):
            self.rpc(self.supplier, lead, "read", ["name"])
        self.rpc(self.supplier, lead, "aria_answer", "Called")
        self.assertEqual(referral.answer, "Called")

    def test_dialog_refers_and_answers(self):
        lead = self.make_lead()
        context = {"active_model": "crm.lead", "active_ids": lead.ids, "default_verb": "refer"}
        act = self.env["aria.referral.act"]
        made = self.rpc(
            self.seller, act, "create", {"unit_id": self.supply.id, "note": "Look"}, context=context
        )
        self.rpc(self.seller, act.browse(made), "action_apply")
        self.assertEqual(lead.aria_unit_id, self.supply)
        context = {"active_model": "aria.referral", "active_ids": lead.aria_referral_id.ids}
        vals = {"verb": "answer", "note": "Yes"}
        with self.assertRaises(AccessError), self.cr.savepoint():
            self.rpc(self.make_user("stranger"), act, "create", vals, context=context)
        made = self.rpc(self.supplier, act, "create", vals, context=context)
        self.rpc(self.supplier, act.browse(made), "action_apply")
        self.assertFalse(lead.aria_referral_id)
        made = self.rpc(self.seller, act, "create", {"verb": "refer"}, context={})
        with self.assertRaises(UserError):
            self.rpc(self.seller, act.browse(made), "action_apply")

    def test_merge_keeps_the_holder(self):
        leads = self.make_lead(), self.make_lead(name="Pump 2")
        self.rpc(self.seller, leads[1], "aria_refer", unit=self.supply.id, note="Look")
        old = leads[1].aria_referral_id
        master = (leads[0] | leads[1]).merge_opportunity(user_id=self.seller.id, auto_unlink=True)
        self.assertEqual(master.aria_unit_id, self.supply)
        self.assertIn("Look", master.aria_referral_id.note)
        self.assertTrue(old.exists())

    def test_campaign_dates(self):
        with self.assertRaisesRegex(ValidationError, "Fair"):
            self.env["utm.campaign"].create(
                {"title": "Fair", "aria_date_start": "2026-11-20", "aria_date_end": "2026-11-01"}
            )
