from collections import Counter
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import AriaDocumentCase


@tagged("post_install", "-at_install")
class TestUnitAtWork(AriaDocumentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.today()
        cls.team = cls.env["res.users"]
        cls.unit = cls.make_unit("team", assignment="round_robin")
        for n in range(3):
            cls.team |= cls.make_user(f"worker{n}", unit=cls.unit, tz="UTC")

    def refer(self, documents=None, **kwargs):
        documents = documents or self.make_document()
        ids = self.rpc(self.seller, documents, "aria_refer", **(kwargs or {"unit": self.unit.id}))
        return self.env["aria.referral"].browse(ids)

    def away(self, user, substitute=None, days=0, until=5):
        return self.env["aria.absence"].create(
            {
                "user_id": user.id,
                "substitute_id": substitute.id if substitute else False,
                "date_from": self.today + timedelta(days=days),
                "date_to": self.today + timedelta(days=until),
            }
        )

    # ------------------------------------------------------------------ assignment
    def test_round_robin_goes_round_over_calls(self):
        one_by_one = [self.refer().to_user_id for _n in range(4)]
        self.assertEqual(one_by_one, [*self.team, self.team[0]])
        batch = self.refer(self.make_document(4))
        self.assertEqual(
            [r.to_user_id for r in batch], [self.team[1], self.team[2], self.team[0], self.team[1]]
        )
        self.assertEqual(
            [d.aria_user_id for d in self.env["aria.test.document"].browse(batch.mapped("res_id"))],
            [r.to_user_id for r in batch],
        )

    def test_least_loaded_levels_the_load(self):
        self.unit.assignment = "least_loaded"
        self.refer(self.make_document(4), user=self.team[0].id)
        self.refer(self.make_document(2), user=self.team[1].id)
        referrals = self.refer(self.make_document(6))
        self.assertEqual(
            Counter(referrals.mapped("to_user_id.id") and [r.to_user_id for r in referrals]),
            {self.team[1]: 2, self.team[2]: 4},
        )
        self.rpc(
            self.team[2],
            referrals.filtered(lambda r: r.to_user_id == self.team[2]),
            "action_answer",
            "x",
        )
        self.assertEqual(self.refer().to_user_id, self.team[2])

    def test_equal_loads_go_round(self):
        self.unit.assignment = "least_loaded"
        self.assertEqual([self.refer().to_user_id for _n in range(3)], list(self.team))

    def test_archived_and_foreign_members_get_nothing(self):
        self.team[0].active = False
        other = self.env["res.company"].create({"name": "Other"})
        self.team[1].write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        referrals = self.refer(self.make_document(3, company_id=self.env.company.id))
        self.assertEqual(referrals.to_user_id, self.team[2])

    def test_dividing_in_the_own_unit_leaves_out_who_divides(self):
        whole = self.refer(user=self.team[0].id)
        parts = self.rpc(self.team[0], whole, "aria_divide", [{"unit_id": self.unit.id}] * 3)
        holders = [part.to_user_id for part in whole.browse(parts)]
        self.assertEqual(holders, [self.team[1], self.team[2], self.team[1]])

    def test_a_return_to_a_unit_is_handed_out(self):
        flow = self.make_workflow(
            {"a": {}, "b": {"unit_id": self.unit.id}, "c": {"outcome": "won"}},
            [
                ("a", "b", {"trigger": "event", "event": "reserved"}),
                ("b", "c", {"trigger": "event", "event": "shipped"}),
            ],
        )
        document = self.make_document()
        self.assertEqual(document.aria_workflow_id, flow)
        document.aria_fire("reserved")
        self.assertEqual(document.aria_user_id, self.team[0])
        self.assertEqual(document.aria_referral_id.to_unit_id, self.unit)

    def test_handing_out_costs_constant_queries(self):
        self.unit.assignment = "least_loaded"

        def count(n):
            documents = self.make_document(n)
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            self.refer(documents, unit=self.unit.id)
            return self.cr.sql_log_count - start

        count(1)
        self.assertLessEqual(count(90), count(9))

    # ------------------------------------------------------------------ nobody there
    def test_without_a_member_the_manager_gets_it(self):
        boss = self.make_user("boss")
        chief = self.make_user("chief")
        parent = self.make_unit("parent", manager_id=chief.id)
        for assignment in ("manual", "round_robin", "least_loaded", "manager"):
            empty = self.make_unit(
                f"empty_{assignment}",
                assignment=assignment,
                manager_id=boss.id,
                parent_id=parent.id,
            )
            with self.subTest(assignment):
                self.assertEqual(self.refer(unit=empty.id).to_user_id, boss)
        absence = self.away(boss)
        self.assertEqual(self.refer(unit=empty.id).to_user_id, chief)
        absence.substitute_id = self.outsider
        self.assertEqual(self.refer(unit=empty.id).to_user_id, self.outsider)

    def test_without_anybody_it_waits_in_the_unit(self):
        empty = self.make_unit("empty", assignment="round_robin")
        referral = self.refer(unit=empty.id)
        self.assertEqual((referral.to_unit_id, referral.to_user_id.id), (empty, False))
        empty.member_ids = self.keeper
        self.rpc(self.keeper, referral, "action_accept")
        self.assertEqual(referral.to_user_id, self.keeper)

    # ------------------------------------------------------------------ absence
    def test_the_substitute_receives(self):
        self.away(self.supplier, self.supplier2)
        referral = self.refer(user=self.supplier.id, unit=self.supply.id)
        self.assertEqual(
            (referral.to_user_id, referral.absent_user_id), (self.supplier2, self.supplier)
        )
        self.away(self.team[0], self.outsider)
        self.assertIn(self.outsider, [self.refer().to_user_id for _n in range(3)])

    def test_substitutes_of_substitutes(self):
        self.away(self.supplier, self.supplier2)
        self.away(self.supplier2, self.keeper)
        self.assertEqual(self.refer(user=self.supplier.id).to_user_id, self.keeper)

    def test_without_a_substitute_named_work_waits_and_units_pass_by(self):
        self.away(self.team[0])
        referral = self.refer(user=self.team[0].id)
        self.assertEqual((referral.to_user_id, referral.absent_user_id.id), (self.team[0], False))
        self.assertNotIn(self.team[0], self.refer(self.make_document(4)).to_user_id)

    def test_before_and_after_the_absence_work_comes_as_ever(self):
        self.away(self.team[0], self.outsider, days=3)
        self.assertEqual(self.refer(user=self.team[0].id).to_user_id, self.team[0])

    def test_parts_and_returns_reach_the_substitute(self):
        whole = self.refer(user=self.team[0].id)
        self.away(self.seller, self.outsider)
        self.away(self.keeper, self.supplier)
        part = self.rpc(self.team[0], whole, "aria_divide", [{"user_id": self.keeper.id}])
        self.assertEqual(whole.browse(part).to_user_id, self.supplier)
        back = self.rpc(self.team[0], whole, "action_return", "why?")
        self.assertEqual(whole.browse(back).to_user_id, self.outsider)

    def test_absences_that_make_no_sense_are_refused(self):
        self.away(self.supplier, self.supplier2)
        self.away(self.supplier2, self.keeper)
        keeper, public = self.keeper.id, self.env.ref("base.public_user").id
        cases = [
            ({"user_id": self.supplier.id}, "already away"),
            ({"user_id": keeper, "substitute_id": self.supplier.id}, "each other"),
            ({"user_id": keeper, "substitute_id": keeper}, "their own"),
            ({"user_id": keeper, "substitute_id": public}, "active employee"),
        ]
        for vals, text in cases:
            dates = {"date_from": self.today, "date_to": self.today}
            refused = self.assertRaisesRegex(ValidationError, text)
            with self.subTest(text), refused, self.cr.savepoint():
                self.env["aria.absence"].create({**dates, **vals})
        later = self.today + timedelta(days=30)
        self.assertTrue(
            self.env["aria.absence"].create(
                {
                    "user_id": self.keeper.id,
                    "substitute_id": self.supplier.id,
                    "date_from": later,
                    "date_to": later,
                }
            ),
            "on other days nobody stands in for anybody in a circle",
        )

    def test_who_plans_whose_absence(self):
        vals = {"date_from": self.today, "date_to": self.today}
        model = self.env["aria.absence"]
        mine = model.browse(self.rpc(self.supplier, model, "create", [{**vals}]))
        self.assertEqual(mine.user_id, self.supplier)
        with self.assertRaises(AccessError), self.cr.savepoint():
            self.rpc(self.supplier, model, "create", [{**vals, "user_id": self.supplier2.id}])
        with self.assertRaises(AccessError), self.cr.savepoint():
            self.rpc(self.supplier, mine, "write", {"user_id": self.supplier2.id})
        for user in (self.supplier2, self.outsider):
            for method, args in (("write", [vals]), ("unlink", []), ("action_hand_over", [])):
                with self.assertRaises(AccessError), self.cr.savepoint():
                    self.rpc(user, mine, method, *args)
        self.supply.manager_id = self.keeper
        self.rpc(self.keeper, model, "create", [{**vals, "user_id": self.supplier2.id}])
        self.rpc(self.keeper, mine, "write", {"substitute_id": self.keeper.id})
        self.rpc(self.supplier, mine, "unlink")

    def test_open_work_is_handed_over(self):
        referrals = self.refer(self.make_document(2), unit=self.supply.id, user=self.supplier.id)
        absence = self.away(self.supplier)
        with self.assertRaisesRegex(UserError, "no substitute"), self.cr.savepoint():
            self.rpc(self.supplier, absence, "action_hand_over")
        absence.substitute_id = self.keeper
        self.assertEqual(absence.open_count, 2)
        opened = referrals.browse(self.rpc(self.supplier, absence, "action_hand_over"))
        self.assertEqual(opened.to_user_id, self.keeper)
        self.assertEqual(opened.previous_id, referrals)
        self.assertEqual(opened.to_unit_id, self.supply)
