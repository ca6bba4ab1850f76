from datetime import timedelta

from odoo import Command, fields
from odoo.tests import tagged

from odoo.addons.aria_workflow.tests.hands import HandsCase

TEMPLATE = "موجود است و امروز ارسال می‌شود."
ANSWER, REASON = "بررسی شد.", "نقشه پیوست نیست."


@tagged("post_install", "-at_install")
class TestMorningTour(HandsCase):
    """A clerk of supply works off twenty referrals: plain ones, stages of lines, parts, and returned ones."""

    @classmethod
    def get_addons(cls):
        # EXTENDS 'aria_workflow'
        return ["aria_sales_opportunity"]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        sales = "sales_team.group_sale_salesman"
        cls.seller = cls.make_person("morning_seller", "سارا فروشنده", sales)
        cls.clerk = cls.make_person("morning_clerk", "کاوه کارمند")
        cls.mate = cls.make_person("morning_mate", "مینا همکار")
        cls.keeper = cls.make_person("morning_keeper", "ناصر انباردار")
        cls.supply = cls.env.ref("aria_workflow.unit_supply")
        cls.warehouse = cls.env.ref("aria_workflow.unit_warehouse")
        cls.supply.write(
            {"manager_id": False, "member_ids": [Command.set((cls.clerk | cls.mate).ids)]}
        )
        cls.warehouse.write({"manager_id": False, "member_ids": [Command.set(cls.keeper.ids)]})
        cls.env["aria.answer.template"].create(
            {"name": "موجود است", "verb": "answer", "body": TEMPLATE, "unit_id": cls.supply.id}
        )
        cls.world = cls.make_plain() | cls.make_stages() | cls.make_parts() | cls.make_returned()

    @classmethod
    def make_leads(cls, name, count):
        """Return ``count`` opportunities of the seller."""
        return cls.env["crm.lead"].create(
            [
                {"name": f"{name} {n:02}", "type": "opportunity", "user_id": cls.seller.id}
                for n in range(1, count + 1)
            ]
        )

    @classmethod
    def refer(cls, leads, **target):
        return leads.with_user(cls.seller).aria_refer(**target).sudo()

    @classmethod
    def make_plain(cls):
        """Seven questions of the seller, and a follow-up that the clerk answers for."""
        deadline = fields.Datetime.now() + timedelta(days=2)
        followup = cls.env["aria.followup"].create(
            {
                "name": "پیگیری 01",
                "user_id": cls.clerk.id,
                "partner_id": cls.env["res.partner"].create({"name": "شرکت پیگیری"}).id,
            }
        )  # fmt: skip
        return (
            cls.refer(cls.make_leads("پرسش", 7), unit=cls.supply, deadline=deadline)
            | followup.sudo().aria_referral_id
        )

    @classmethod
    def make_stages(cls):
        """Five lines of an order that have come to the stage of supply."""
        products = cls.env["product.product"].create(
            [{"name": f"کالا {n:02}", "is_storable": True, "taxes_id": False} for n in range(1, 6)]
        )
        order = cls.env["sale.order"].with_user(cls.seller).create(
            {
                "partner_id": cls.env["res.partner"].create({"name": "شرکت نمونه"}).id,
                "order_line": [Command.create({"product_id": p.id}) for p in products],
            }
        )  # fmt: skip
        lines = order.order_line
        way = lines.aria_workflow_id.transition_ids.filtered(
            lambda t: (
                t.trigger == "button"
                and t.to_stage_id.unit_id == cls.supply
                and t.from_stage_id in (lines.aria_stage_id | t.from_stage_id.browse())
            )
        )[:1]
        for line in lines:
            line.aria_move(way.id)
        return lines.sudo().aria_referral_id

    @classmethod
    def make_parts(cls):
        """Four parts of work that the colleague has divided."""
        wholes = cls.refer(cls.make_leads("بخش", 4), user=cls.mate)
        parts = wholes.with_user(cls.mate).aria_divide(
            [{"user_id": cls.clerk.id}, {"user_id": cls.keeper.id, "summary": "انبارگردانی"}]
        )
        return parts.sudo().filtered(lambda r: r.to_user_id == cls.clerk)

    @classmethod
    def make_returned(cls):
        """Three that the clerk had referred on and the warehouse has returned."""
        held = cls.refer(cls.make_leads("برگشتی", 3), user=cls.clerk)
        onward = held.with_user(cls.clerk).action_refer(unit=cls.warehouse)
        return onward.with_user(cls.keeper).action_return("در انبار نیست.").sudo()

    def get(self, name):
        """Return the referral of the clerk's morning whose document has this name."""
        return self.world.filtered(lambda r: name in r.res_name)

    def test_twenty(self):
        self.assertEqual(len(self.world), 20)
        waits = self.env["aria.referral"].with_user(self.clerk).search([("is_mine", "=", True)])
        self.assertEqual(waits.sudo(), self.world)

    def test_at_the_desk_by_keys(self):
        self.do_tour("aria_morning_desk", self.clerk)
        self.check_end()

    def test_on_the_phone_by_thumb(self):
        self.do_tour("aria_morning_phone", self.clerk, phone=True)
        self.check_end()

    # ------------------------------------------------------------------ what is left of the morning
    def check_end(self):
        """Every one of the twenty, how it ended, and who has the work now."""
        self.check_answers()
        self.check_handed_on()
        self.check_put_off_and_divided()
        self.check_note_and_change()
        waits = self.env["aria.referral"].with_user(self.clerk).search(
            [("is_mine", "=", True), ("snoozed_until", "=", False)]
        )  # fmt: skip
        self.assertFalse(waits, "the cartable is empty")

    def check_answers(self):
        for name in ("پرسش 01", "پرسش 02", "پرسش 03"):
            row = self.get(name)
            self.assertEqual((row.state, row.answer), ("answered", TEMPLATE), name)
            self.assertEqual((row.to_user_id, bool(row.accepted_at)), (self.clerk, True), name)
        plain = ("کالا 01", "کالا 02", "کالا 04", "بخش 01", "بخش 02", "برگشتی 01")
        for name in (*plain, "پرسش 07", "پیگیری 01"):
            row = self.get(name)
            self.assertEqual((row.state, row.answer), ("answered", ANSWER), name)
            self.assertEqual(row.closed_by_id, self.clerk, name)
        self.assertTrue(self.get("کالا 04").accepted_at)
        followup = self.env["aria.followup"].browse(self.get("پیگیری 01").res_id)
        self.assertEqual(followup.state, "done", "the owner's answer is the outcome")
        whole = self.get("بخش 01").parent_id
        self.assertEqual((whole.state, whole.progress), ("accepted", "1/2"))

    def check_handed_on(self):
        """Returned to whoever referred it, with the reason; referred on with the instruction."""
        senders = {"کالا 03": self.seller, "بخش 03": self.mate, "برگشتی 03": self.keeper}
        for name, sender in senders.items():
            row = self.get(name)
            self.assertEqual((row.state, row.answer), ("returned", REASON), name)
            self.assertEqual(row.next_ids.to_user_id, sender, name)
            self.assertEqual(row.next_ids.note, REASON, name)
        self.assertEqual(self.get("بخش 03").next_ids.parent_id, self.get("بخش 03").parent_id)
        targets = {
            "پرسش 05": (self.warehouse, self.env["res.users"]),
            "بخش 04": (self.warehouse, self.env["res.users"]),
            "کالا 05": (self.env["aria.unit"], self.mate),
            "برگشتی 02": (self.env["aria.unit"], self.mate),
        }
        for name, target in targets.items():
            row = self.get(name)
            self.assertEqual(row.state, "answered", name)
            self.assertEqual((row.next_ids.to_unit_id, row.next_ids.to_user_id), target, name)
            self.assertEqual((row.next_ids.state, row.next_ids.note), ("open", ANSWER), name)

    def check_put_off_and_divided(self):
        asleep = self.get("پرسش 04")
        days = (asleep.snoozed_until - fields.Datetime.now()) / timedelta(days=1)
        self.assertEqual((asleep.state, round(days)), ("open", 3))
        self.assertEqual(asleep.remind_at, asleep.snoozed_until)
        whole = self.get("پرسش 06")
        self.assertEqual((whole.state, whole.progress), ("accepted", "0/2"))
        parts = whole.child_ids.sorted("id")
        self.assertEqual(parts.mapped("summary"), ["قیمت", "موجودی"])
        self.assertEqual((parts[0].to_user_id, parts[1].to_unit_id), (self.mate, self.warehouse))

    def check_note_and_change(self):
        noted = self.get("پرسش 07")
        message = noted.message_ids.filtered(lambda m: m.author_id == self.clerk.partner_id)
        self.assertIn("با فروشنده صحبت شد.", message.body)
        self.assertEqual(message.attachment_ids.mapped("name"), ["icon.png"])
        self.assertIn(self.keeper.partner_id, message.notified_partner_ids)
        changed = self.get("پیگیری 01")
        days = (changed.deadline - fields.Datetime.now()) / timedelta(days=1)
        self.assertEqual((changed.priority, round(days)), ("2", 2))
        change = changed.sudo().change_ids
        self.assertEqual((change.user_id, change.reason), (self.clerk, "مشتری عجله دارد."))
