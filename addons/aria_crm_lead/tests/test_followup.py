from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from odoo.addons.aria_workflow.tests.common import AriaCase


@tagged("post_install", "-at_install")
class TestFollowup(AriaCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sales = cls.env.ref("aria_workflow.unit_sales")
        cls.supply = cls.env.ref("aria_workflow.unit_supply")
        cls.seller = cls.make_user("seller", "sales_team.group_sale_salesman", unit=cls.sales)
        cls.colleague = cls.make_user("colleague", "sales_team.group_sale_salesman")
        cls.leader = cls.make_user("leader", "sales_team.group_sale_salesman")
        cls.manager = cls.make_user("manager", "sales_team.group_sale_manager")
        cls.supplier = cls.make_user("supplier", unit=cls.supply)
        cls.team = cls.env["crm.team"].create({"name": "North", "user_id": cls.leader.id})
        cls.campaign = cls.env["utm.campaign"].create({"title": "Fair"})
        cls.lead = cls.env["crm.lead"].create(
            {
                "name": "Pump",
                "user_id": cls.seller.id,
                "team_id": cls.team.id,
                "campaign_id": cls.campaign.id,
                "contact_name": "علی",
                "phone": "+98 912 345 6789",
            }
        )
        cls.reason = cls.env["crm.lost.reason"].create({"name": "Price"})
        cls.now = fields.Datetime.now().replace(microsecond=0)
        cls.soon, cls.later = cls.now + timedelta(days=1), cls.now + timedelta(days=3)

    @property
    def model(self):
        return self.env["aria.followup"]

    def make(self, user=None, **values):
        vals = {"name": "Call", "lead_id": self.lead.id, **values}
        followup = self.model.browse(self.rpc(user or self.seller, self.model, "create", vals))
        followup.invalidate_recordset()
        return followup

    def read_again(self, *records):
        self.env.flush_all()
        self.env.invalidate_all()
        return records[0] if len(records) == 1 else records

    def open_referrals(self, followup):
        domain = [("res_model", "=", "aria.followup"), ("res_id", "in", followup.ids)]
        return self.env["aria.referral"].search([*domain, ("state", "in", ("open", "accepted"))])

    # ------------------------------------------------------------------ an open one has a referral
    def test_new_one_is_referred_to_its_owner_with_deadline_and_reminder(self):
        followup = self.make(
            deadline=self.later, remind_at=self.soon, priority="2", note="<p>Ask</p>"
        )
        referral = self.open_referrals(followup)
        self.assertRecordValues(
            referral,
            [
                {
                    "to_user_id": self.seller.id,
                    "deadline": self.later,
                    "remind_at": self.soon,
                    "priority": "2",
                }
            ],
        )
        self.assertEqual((referral.note, referral.summary), ("Ask", followup.kind_id.name))
        self.assertEqual((followup.deadline, followup.remind_at), (self.later, self.soon))
        self.assertEqual(followup.campaign_id, self.campaign)
        self.assertEqual(followup.team_id, self.team)
        self.assertEqual(followup.state, "open")

    def test_new_one_goes_to_a_unit_or_a_person(self):
        followup = self.make(assign_unit_id=self.supply.id)
        self.assertEqual((followup.aria_unit_id, followup.user_id), (self.supply, self.seller))
        followup = self.make(assign_user_id=self.colleague.id)
        self.assertEqual(followup.aria_user_id, self.colleague)
        empty = self.make_unit("empty")
        with self.assertRaisesRegex(UserError, "Empty has no members"):
            self.make(assign_unit_id=empty.id)
        self.colleague.active = False
        with self.assertRaisesRegex(UserError, "not an active employee"):
            self.make(assign_user_id=self.colleague.id)
        with self.assertRaisesRegex(UserError, "button Refer"):
            self.rpc(self.seller, followup, "write", {"assign_unit_id": self.supply.id})

    def test_deadline_is_that_of_the_referral_in_both_directions(self):
        followup = self.make(deadline=self.soon)
        self.rpc(self.seller, followup, "write", {"deadline": self.later})
        self.assertEqual(self.open_referrals(followup).deadline, self.later)
        other = self.now + timedelta(days=5)
        self.rpc(self.seller, followup, "aria_refer", user=self.colleague.id, deadline=str(other))
        self.assertEqual(self.read_again(followup).deadline, other)
        self.rpc(self.colleague, self.open_referrals(followup), "action_snooze", str(self.soon))
        self.assertEqual(self.read_again(followup).remind_at, self.soon)

    def test_times_without_sense_are_refused(self):
        past = self.now - timedelta(hours=1)
        with self.assertRaisesRegex(UserError, "deadline.*Call.*past"):
            self.make(deadline=past)
        with self.assertRaisesRegex(ValidationError, "reminder of “Call” comes after"):
            self.make(deadline=self.soon, remind_at=self.later)
        followup = self.make(deadline=self.soon)
        with self.assertRaisesRegex(UserError, "past"):
            self.rpc(self.seller, followup, "write", {"deadline": past})

    def test_about_somebody(self):
        with self.assertRaisesRegex(ValidationError, "Call.*nobody"), self.cr.savepoint():
            self.make(lead_id=False)
        partner = self.env["res.partner"].create({"name": "کیمیا", "phone": "021 8888 7777"})
        followup = self.make(lead_id=False, partner_id=partner.id)
        self.assertEqual(followup.phone, partner.phone)

    # ------------------------------------------------------------------ answers
    def test_answer_of_a_unit_returns_it_to_the_owner(self):
        followup = self.make(deadline=self.later)
        self.rpc(self.seller, followup, "aria_refer", unit=self.supply.id, note="Price?")
        self.rpc(self.supplier, self.open_referrals(followup), "action_answer", "12 Rial")
        self.read_again(followup)
        referral = self.open_referrals(followup)
        self.assertEqual((followup.state, followup.aria_user_id), ("open", self.seller))
        self.assertEqual((referral.note, referral.deadline), ("12 Rial", self.later))
        self.assertEqual(referral.previous_id.answer, "12 Rial")

    def test_return_and_taking_back_leave_it_with_the_owner(self):
        followup = self.make()
        self.rpc(self.seller, followup, "aria_refer", unit=self.supply.id)
        self.rpc(self.supplier, self.open_referrals(followup), "action_return", "Which pump?")
        self.assertEqual(self.open_referrals(followup).to_user_id, self.seller)
        self.rpc(self.seller, followup, "aria_refer", unit=self.supply.id)
        self.rpc(self.seller, self.open_referrals(followup), "action_cancel")
        self.assertEqual(self.open_referrals(followup).to_user_id, self.seller)

    def test_owner_has_left(self):
        followup = self.make()
        self.rpc(self.seller, followup, "aria_refer", unit=self.supply.id)
        self.lead.user_id = False
        self.seller.active = False
        self.rpc(self.supplier, self.open_referrals(followup), "action_answer", "Yes")
        self.assertEqual(self.open_referrals(followup).to_user_id, self.leader)

    def test_answer_of_the_owner_is_the_outcome(self):
        followup = self.make()
        self.rpc(self.seller, self.open_referrals(followup), "action_answer", "Wants an offer")
        self.read_again(followup)
        self.assertEqual((followup.state, followup.outcome), ("done", "Wants an offer"))
        self.assertEqual(followup.closed_by_id, self.seller)
        self.assertFalse(self.open_referrals(followup))

    def test_done_cancel_reopen(self):
        followup = self.make(deadline=self.soon)
        with self.assertRaisesRegex(UserError, "outcome"):
            self.rpc(self.seller, followup, "aria_done", "  ")
        self.rpc(self.seller, followup, "aria_done", "Bought")
        self.read_again(followup)
        self.assertEqual(
            (followup.state, followup.outcome, followup.deadline), ("done", "Bought", self.soon)
        )
        self.assertFalse(self.open_referrals(followup))
        with self.assertRaisesRegex(UserError, "Call.*closed already"):
            self.rpc(self.seller, followup, "aria_done", "Twice")
        self.rpc(self.seller, followup, "aria_reopen")
        self.assertEqual(self.read_again(followup).state, "open")
        self.assertEqual(self.open_referrals(followup).deadline, self.soon)
        with self.assertRaisesRegex(UserError, "is open"):
            self.rpc(self.seller, followup, "aria_reopen")
        self.rpc(self.seller, followup, "aria_cancel", "No answer")
        self.assertEqual(self.read_again(followup).state, "cancelled")

    def test_state_is_not_typed(self):
        followup = self.make()
        done = self.env.ref("aria_crm_lead.followup_status_done")
        with self.assertRaisesRegex(UserError, "button Done"):
            self.rpc(self.seller, followup, "write", {"status_id": done.id})
        with self.assertRaises(UserError):
            self.make(status_id=done.id)
        waiting = self.env.ref("aria_crm_lead.followup_status_waiting")
        self.rpc(self.seller, followup, "write", {"status_id": waiting.id})
        for vals in (
            {"outcome": "x"},
            {"closed_at": self.now},
            {"aria_user_id": self.colleague.id},
            {"parent_id": 1},
        ):
            with self.assertRaises(AccessError):
                self.rpc(self.seller, followup, "write", vals)
        self.rpc(self.seller, followup, "aria_done", "x")
        with self.assertRaisesRegex(UserError, "closed already"):
            self.rpc(self.seller, followup, "write", {"status_id": waiting.id})
        with self.assertRaisesRegex(UserError, "keeps its meaning"):
            self.rpc(self.manager, done, "write", {"state": "open"})

    def test_new_owner_gets_the_work(self):
        followup = self.make()
        self.rpc(self.seller, followup, "write", {"user_id": self.colleague.id})
        self.assertEqual(self.open_referrals(followup).to_user_id, self.colleague)

    # ------------------------------------------------------------------ actions
    def act(self, user, followup, **values):
        vals = {"followup_id": followup.id, "kind": "call", **values}
        return self.rpc(user, self.env["aria.followup.action"], "create", vals)

    def test_next_date_moves_the_deadline(self):
        followup = self.make(deadline=self.later, remind_at=self.later - timedelta(hours=2))
        target = self.now + timedelta(days=8)
        self.act(self.seller, followup, next_date=target, outcome="Call again")
        self.read_again(followup)
        self.assertEqual(followup.deadline, target)
        self.assertEqual(self.open_referrals(followup).deadline, target)
        self.assertEqual(followup.remind_at, target - timedelta(hours=2))
        self.assertEqual(followup.action_count, 1)
        with self.assertRaisesRegex(UserError, "past"):
            self.act(self.seller, followup, next_date=self.now - timedelta(days=1))

    def test_actions_stay(self):
        followup = self.make()
        action = self.env["aria.followup.action"].browse(
            self.act(self.seller, followup, outcome="Busy")
        )
        self.assertEqual(action.user_id, self.seller)
        for user in (self.seller, self.manager, self.env.ref("base.user_admin")):
            with self.assertRaises(AccessError):
                self.rpc(user, action, "unlink")
            with self.assertRaises(AccessError):
                self.rpc(user, action, "unlink", context={"_force_unlink": True})
        with self.assertRaisesRegex(AccessError, "noted by"):
            self.rpc(self.manager, action, "write", {"outcome": "Bought"})
        self.rpc(self.seller, action, "write", {"outcome": "Was busy"})
        with self.assertRaises(AccessError):
            self.rpc(self.seller, action, "write", {"user_id": self.colleague.id})
        with self.assertRaises(UserError):
            self.rpc(self.seller, action, "write", {"followup_id": self.make().id})
        with self.assertRaisesRegex(UserError, "history"):
            self.rpc(self.manager, followup, "unlink")
        self.rpc(self.seller, followup, "aria_done", "x")
        with self.assertRaisesRegex(UserError, "closed"):
            self.act(self.seller, followup)

    def test_actions_without_sense(self):
        followup = self.make()
        for vals in ({"date": self.later}, {"duration": -1}, {"duration": 25}):
            with self.assertRaisesRegex(ValidationError, "Call"), self.cr.savepoint():
                self.act(self.seller, followup, **vals)
        action = self.env["aria.followup.action"].browse(
            self.act(self.seller, followup, note="<p>Hi</p><script>alert(1)</script>")
        )
        self.assertNotIn("script", action.note)

    def test_holder_without_rights_acts_by_method(self):
        followup = self.make(assign_unit_id=self.supply.id)
        with self.assertRaises(AccessError):
            self.act(self.supplier, followup)
        ids = self.rpc(
            self.supplier, followup, "aria_act", "message", "Sent", next_date=str(self.later)
        )
        action = self.env["aria.followup.action"].browse(ids)
        self.assertEqual((action.user_id, action.outcome), (self.supplier, "Sent"))
        self.assertEqual(self.read_again(followup).deadline, self.later)
        with self.assertRaises(AccessError):
            self.rpc(self.make_user("stranger"), followup, "aria_act", "call")

    def test_files_of_actions(self):
        followup = self.make()
        file = (
            self.env["ir.attachment"].with_user(self.seller).create({"name": "a.txt", "raw": b"a"})
        )
        action = self.act(self.seller, followup, attachment_ids=[fields.Command.set(file.ids)])
        self.assertEqual((file.res_model, file.res_id), ("aria.followup.action", action))
        self.rpc(self.manager, file, "read", ["raw"])
        with self.assertRaises(AccessError):
            self.rpc(self.colleague, file, "read", ["raw"])

    # ------------------------------------------------------------------ division
    def divide(self, followup, *parts, user=None):
        result = self.rpc(user or self.seller, followup, "aria_divide", list(parts))
        made = result if hasattr(result, "ids") else self.model.browse(result)
        return made.sudo().sorted("id")

    def test_divided_for_several(self):
        followup = self.make(deadline=self.later)
        parts = self.divide(
            followup,
            {"user_id": self.colleague.id, "name": "Samples", "deadline": str(self.soon)},
            {"user_id": self.leader.id},
            {"unit_id": self.supply.id},
        )
        self.read_again(followup)
        self.assertEqual(parts.mapped("name"), ["Samples", "Call (2)", "Call (3)"])
        self.assertEqual(parts.mapped("deadline"), [self.soon, self.later, self.later])
        self.assertEqual(parts.lead_id, self.lead)
        self.assertEqual(self.open_referrals(parts[0]).to_user_id, self.colleague)
        self.assertEqual(self.open_referrals(parts[2]).to_unit_id, self.supply)
        self.assertEqual((followup.progress, followup.aria_user_id), ("0/3", self.seller))
        self.rpc(self.colleague, parts[0], "aria_done", "Sent")
        self.rpc(self.supplier, self.open_referrals(parts[2]), "action_answer", "12 Rial")
        self.assertEqual(self.read_again(followup).progress, "2/3")
        self.assertEqual(parts[2].outcome, "12 Rial")
        messages = len(followup.message_ids)
        self.rpc(self.leader, self.open_referrals(parts[1]), "action_answer", "Visited")
        self.assertEqual(self.read_again(followup).progress, "3/3")
        self.assertEqual(len(followup.message_ids), messages + 1)
        self.assertIn("Visited", followup.message_ids[0].body)
        self.assertEqual(followup.state, "open")

    def test_whole_that_ends_cancels_its_parts(self):
        followup = self.make()
        parts = self.divide(followup, {"user_id": self.colleague.id}, {"user_id": self.leader.id})
        self.rpc(self.colleague, parts[0], "aria_done", "x")
        self.rpc(self.seller, followup, "aria_done", "Lost interest")
        self.read_again(followup)
        self.assertEqual(parts.mapped("state"), ["done", "cancelled"])
        self.assertFalse(self.open_referrals(parts))
        self.assertEqual(followup.progress, "2/2")

    def test_bad_divisions_leave_nothing(self):
        followup = self.make()
        archived = self.make_user("archived")
        archived.active = False
        empty = self.make_unit("empty")
        ok = {"user_id": self.colleague.id}
        for parts in (
            [], None, "x", [ok] * 51, [ok, {}], [ok, {"user_id": archived.id}], [ok, {"unit_id": empty.id}],
            [ok, {"user_id": 10**9}], [ok, {**ok, "price": 1}], [ok, {**ok, "deadline": str(self.now - timedelta(1))}],
            [{**ok, "deadline": str(self.soon), "remind_at": str(self.later)}], [{**ok, "deadline": "tomorrow"}],
        ):  # fmt: skip
            with self.assertRaises(UserError), self.cr.savepoint():
                self.rpc(self.seller, followup, "aria_divide", parts)
            self.assertFalse(self.read_again(followup).child_ids, parts)
        with self.assertRaises(AccessError):
            self.rpc(self.make_user("stranger"), followup, "aria_divide", [ok])

    def test_divide_and_close_dialogs(self):
        followup = self.make()
        context = {"active_model": "aria.followup", "active_ids": followup.ids}
        dialog = self.env["aria.followup.divide"]
        part = {"user_id": self.colleague.id, "name": "Half"}
        made = self.rpc(
            self.seller,
            dialog,
            "create",
            {"part_ids": [fields.Command.create(part)]},
            context=context,
        )
        self.rpc(self.seller, dialog.browse(made), "action_apply")
        self.assertEqual(self.read_again(followup).child_ids.name, "Half")
        close = self.env["aria.followup.close"]
        made = self.rpc(self.seller, close, "create", {"outcome": "Bought"}, context=context)
        self.rpc(self.seller, close.browse(made), "action_apply")
        self.assertEqual(self.read_again(followup).state, "done")

    # ------------------------------------------------------------------ who sees what
    def test_rules(self):
        followup = self.make()
        action = self.act(self.seller, followup)
        self.lead.aria_followup_ids.invalidate_recordset()

        def sees(user):
            found = self.model.with_user(user).search([("id", "=", followup.id)])
            acted = self.env["aria.followup.action"].with_user(user).search([("id", "=", action)])
            self.assertEqual(bool(found), bool(acted))
            return bool(found)

        self.assertTrue(sees(self.seller))
        self.assertTrue(sees(self.leader), "leader of the lead's team")
        self.assertTrue(sees(self.manager))
        self.assertFalse(sees(self.colleague))
        with self.assertRaises(AccessError):
            sees(self.supplier)
        self.rpc(self.seller, followup, "aria_refer", user=self.colleague.id)
        self.assertTrue(sees(self.colleague), "referred")
        self.assertTrue(
            self.env["crm.lead"].with_user(self.leader).search([("id", "=", self.lead.id)])
        )
        self.assertFalse(
            self.env["crm.lead"].with_user(self.colleague).search([("id", "=", self.lead.id)])
        )
        self.rpc(self.seller, self.lead, "aria_refer", user=self.colleague.id)
        self.assertTrue(
            self.env["crm.lead"].with_user(self.colleague).search([("id", "=", self.lead.id)])
        )
        other = self.env["res.company"].create({"name": "Other"})
        lead = self.env["crm.lead"].create(
            {"name": "Far", "company_id": other.id, "user_id": False, "team_id": False}
        )
        admin = self.env.ref("base.user_admin")
        admin.company_ids += other
        far = (
            self.model.with_user(admin)
            .with_company(other)
            .create({"name": "Far", "lead_id": lead.id, "company_id": other.id})
        )
        self.assertEqual(far.company_id, other)
        self.assertFalse(self.model.with_user(self.manager).search([("id", "=", far.id)]))

    def test_card_shows_what_a_caller_needs(self):
        followup = self.make(assign_unit_id=self.supply.id)
        self.rpc(self.seller, followup, "aria_act", "call", "Busy")
        referral = self.open_referrals(followup)
        card = self.rpc(self.supplier, referral, "read", ["card"])[0]["card"]
        for text in ('href="tel:+989123456789"', "علی", "Fair", "Busy"):
            self.assertIn(text, card)

    # ------------------------------------------------------------------ leads
    def test_lost_lead_ends_its_followups(self):
        followup = self.make(assign_user_id=self.colleague.id)
        self.rpc(self.seller, self.lead, "action_set_lost", lost_reason_id=self.reason.id)
        self.read_again(followup)
        self.assertEqual(followup.state, "cancelled")
        self.assertIn("Price", followup.outcome)
        self.assertFalse(self.open_referrals(followup))

    def test_lead_with_followups_is_not_deleted(self):
        self.make()
        with self.assertRaisesRegex(UserError, "Pump.*cannot be deleted"):
            self.rpc(self.manager, self.lead, "unlink")

    def test_merge_keeps_followups_actions_and_referrals(self):
        other = self.env["crm.lead"].create({"name": "Pump 2", "user_id": self.seller.id})
        followup = self.make(lead_id=other.id, deadline=self.later)
        action = self.act(self.seller, followup)
        referral = self.open_referrals(followup)
        (self.lead | other).merge_opportunity(user_id=self.seller.id)
        kept = (self.lead | other).exists()
        self.read_again(followup)
        self.assertEqual(followup.lead_id, kept)
        self.assertEqual(self.env["aria.followup.action"].browse(action).lead_id, kept)
        self.assertEqual(self.open_referrals(followup), referral)
        self.assertEqual(kept.aria_followup_count, 1)

    def test_many_are_made_in_constant_queries(self):
        def cost(count):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            made = self.model.with_context(tracking_disable=True).create(
                [
                    {"name": f"F{n}", "lead_id": self.lead.id, "deadline": self.soon}
                    for n in range(count)
                ]
            )
            self.env.flush_all()
            spent = self.cr.sql_log_count - before
            self.assertEqual(len(self.open_referrals(made)), count)
            return spent

        cost(2)
        self.assertLess(cost(60) - cost(20), 15)

    def test_form(self):
        with Form(self.model.with_user(self.seller)) as form:
            form.name = "Visit"
            form.lead_id = self.lead.with_user(self.seller)
            form.deadline = self.soon
        followup = form.record.sudo()
        self.assertEqual(self.open_referrals(followup).deadline, self.soon)
        with Form(followup.with_user(self.seller)) as form, form.action_ids.new() as action:
            action.outcome = "Busy"
            action.next_date = self.later
        self.assertEqual(self.read_again(followup).deadline, self.later)

    # ------------------------------------------------------------------ reports
    def test_a_closed_one_counts_for_the_unit_that_held_it_last(self):
        followup = self.make()
        self.assertEqual(followup.last_unit_id, self.sales)
        self.rpc(self.seller, followup, "aria_refer", unit=self.supply.id)
        self.read_again(followup)
        self.assertEqual(followup.last_unit_id, self.supply)
        self.rpc(self.seller, followup, "aria_done", "Sold")
        self.read_again(followup)
        self.assertFalse(followup.aria_unit_id)
        self.assertEqual(followup.last_unit_id, self.supply)
        self.refuse(
            self.manager, followup, "write", {"last_unit_id": self.sales.id}, error=AccessError
        )

    def test_the_unit_comes_back_with_the_owner(self):
        followup = self.make()
        self.rpc(self.seller, followup, "aria_refer", unit=self.supply.id)
        self.rpc(self.supplier, followup, "aria_answer", "Two weeks")
        self.read_again(followup)
        self.assertEqual(followup.last_unit_id, self.sales)
        alone = self.make(self.colleague, lead_id=False, partner_id=self.env.user.partner_id.id)
        self.assertFalse(alone.last_unit_id)

    def test_reports_group_by_what_people_ask_for(self):
        self.make()
        groups = [
            "campaign_id",
            "last_unit_id",
            "user_id",
            "kind_id",
            "status_id",
            "closed_at:month",
        ]
        for group in groups:
            rows = self.rpc(
                self.manager,
                self.model,
                "formatted_read_group",
                [("lead_id", "=", self.lead.id)],
                [group],
                ["__count", "action_count:sum"],
            )
            self.assertEqual(sum(row["__count"] for row in rows), 1, group)
