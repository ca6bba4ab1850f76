from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from odoo.addons.aria_workflow.tests.common import AriaCase


@tagged("post_install", "-at_install")
class TestFollowupAct(AriaCase):
    """In the cartable: what a caller needs, and noting an action without leaving the list."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supply = cls.env.ref("aria_workflow.unit_supply")
        cls.seller = cls.make_user("seller", "sales_team.group_sale_salesman")
        cls.supplier = cls.make_user("supplier", unit=cls.supply)
        cls.stranger = cls.make_user("stranger")
        cls.campaign = cls.env["utm.campaign"].create({"title": "Fair"})
        cls.lead = cls.env["crm.lead"].create(
            {
                "name": "L",
                "contact_name": "Ali",
                "partner_name": "Pars",
                "phone": "+98 912 345 6789",
                "campaign_id": cls.campaign.id,
                "user_id": cls.seller.id,
            }
        )
        cls.soon = fields.Datetime.now().replace(microsecond=0) + timedelta(days=2)

    def make(self, **values):
        vals = {"name": "Call", "lead_id": self.lead.id, "user_id": self.seller.id, **values}
        return self.env["aria.followup"].create(vals)

    def open_dialog(self, user, referrals, **values):
        """Return the dialog as the web client saves it."""
        context = {"active_model": referrals._name, "active_ids": referrals.ids}
        acts = self.env["aria.followup.act"].with_user(user).with_context(**context)
        return acts.create({"outcome": "Wants a price", **values})

    def apply(self, user, referrals, **values):
        self.rpc(user, self.open_dialog(user, referrals, **values), "action_apply")
        self.env.invalidate_all()

    def test_what_a_caller_needs(self):
        followup = self.make()
        self.rpc(self.seller, followup, "aria_act", "visit", "Saw the show room")
        self.rpc(self.seller, followup, "aria_act", "call", "Nobody answered")
        row = followup.sudo().aria_referral_id.with_user(self.seller)
        self.assertTrue(row.aria_is_followup)
        self.assertEqual(row.aria_phone, "+98 912 345 6789")
        self.assertTrue(row.aria_call_info.startswith("Ali, Pars · Fair · "), row.aria_call_info)
        self.assertIn("Nobody answered", row.aria_call_info)
        self.assertNotIn("Saw", row.aria_call_info)

    def test_holder_without_rights_sees_it(self):
        followup = self.make(assign_unit_id=self.supply.id)
        row = followup.sudo().aria_referral_id.with_user(self.supplier)
        self.assertEqual(row.aria_phone, "+98 912 345 6789")
        with self.assertRaises(AccessError):
            row.with_user(self.stranger).read(["aria_phone"])

    def test_queries_do_not_grow(self):
        def count(size):
            rows = self.env["aria.followup"].union(*(self.make() for _n in range(size)))
            rows.aria_act("call", "x")
            ids = rows.sudo().aria_referral_id.ids
            rows = self.env["aria.referral"].with_user(self.seller).browse(ids)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            rows.mapped("aria_call_info")
            return self.env.cr.sql_log_count - before

        count(1)
        self.assertEqual(count(2), count(12))

    def test_keep_and_plan_the_next_step(self):
        followup = self.make()
        row = followup.sudo().aria_referral_id
        self.apply(self.seller, row, next_date=self.soon, duration=0.25, note="<b>x</b>")
        action = followup.action_ids
        self.assertEqual((action.outcome, action.duration), ("Wants a price", 0.25))
        self.assertIn("&lt;b&gt;", action.note)
        self.assertEqual((followup.deadline, followup.state), (self.soon, "open"))
        self.assertEqual(followup.sudo().aria_referral_id, row)

    def test_refer_on(self):
        followup = self.make()
        self.apply(
            self.seller,
            followup.sudo().aria_referral_id,
            then="refer",
            unit_id=self.supply.id,
            instruction="Ask the factory",
            next_date=self.soon,
        )
        referral = followup.sudo().aria_referral_id
        self.assertEqual((referral.to_unit_id, referral.note), (self.supply, "Ask the factory"))
        self.assertEqual(referral.deadline, self.soon)
        # the holder, without rights on follow-ups, does the same from the cartable
        self.apply(self.supplier, referral, kind="document", outcome="Sent the drawing")
        self.assertEqual(followup.action_ids[0].user_id, self.supplier)

    def test_done_with_several(self):
        followups = self.make() | self.make()
        self.apply(self.seller, followups.sudo().aria_referral_id, then="done")
        self.assertEqual(followups.mapped("state"), ["done"] * 2)
        self.assertEqual(followups.mapped("outcome"), ["Wants a price"] * 2)
        self.assertEqual(len(followups.action_ids), 2)

    def test_all_or_nothing(self):
        followup = self.make()
        row = followup.sudo().aria_referral_id
        for values in (
            {"then": "refer"},
            {"then": "done", "outcome": " "},
            {"next_date": self.soon - timedelta(days=9)},
            {"duration": 99},
        ):
            with self.subTest(**values):
                dialog = self.open_dialog(self.seller, row, **values)
                self.refuse(self.seller, dialog, "action_apply")
                self.assertFalse(followup.action_ids)
        self.assertEqual(followup.state, "open")

    def test_rights(self):
        followup = self.make()
        row = followup.sudo().aria_referral_id
        dialog = self.open_dialog(self.seller, row)
        self.refuse(self.stranger, dialog, "action_apply", error=AccessError)
        forged = self.env["aria.followup.act"].with_user(self.stranger)
        for ids in (followup.ids, None, "x", [0], [True, "a"], [2**40]):
            with self.subTest(ids):
                own = forged.create({"followup_ids": ids, "outcome": "x"})
                self.refuse(self.stranger, own, "action_apply")
        self.assertFalse(followup.action_ids)
        plain = self.lead.with_user(self.seller).aria_refer(user=self.supplier)
        self.refuse(self.supplier, self.open_dialog(self.supplier, plain), "action_apply")

    def test_form(self):
        followup = self.make()
        context = {"active_model": "aria.followup", "active_ids": followup.ids}
        acts = self.env["aria.followup.act"].with_user(self.seller).with_context(**context)
        with Form(acts) as form:
            form.outcome = "Wants a price"
            form.next_date = self.soon
        self.rpc(self.seller, form.record, "action_apply")
        self.env.invalidate_all()
        self.assertEqual(followup.deadline, self.soon)
