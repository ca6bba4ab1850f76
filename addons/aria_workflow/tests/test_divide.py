from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import AriaDocumentCase


@tagged("post_install", "-at_install")
class TestDivide(AriaDocumentCase):
    def setUp(self):
        super().setUp()
        self.document = self.make_document()
        self.whole = self.refer(self.document)

    def refer(self, document):
        ids = self.rpc(self.seller, document, "aria_refer", unit=self.supply.id)
        return self.env["aria.referral"].browse(ids)

    def divide(self, *targets, whole=None, user=None, **kwargs):
        parts = [t if isinstance(t, dict) else {"user_id": t.id} for t in targets]
        ids = self.rpc(user or self.supplier, whole or self.whole, "aria_divide", parts, **kwargs)
        return self.env["aria.referral"].browse(ids)

    def test_parts_are_answered_one_by_one_and_then_the_whole(self):
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        parts = self.divide(
            {
                "user_id": self.supplier2.id,
                "summary": "Price",
                "deadline": fields.Datetime.to_string(tomorrow),
                "remind_at": fields.Datetime.to_string(tomorrow - timedelta(hours=1)),
            },
            {"unit_id": self.warehouse.id, "summary": "Stock"},
            {"user_id": self.keeper.id, "unit_id": self.warehouse.id},
        )
        self.assertEqual(parts.parent_id, self.whole)
        self.assertEqual(parts[0].deadline, tomorrow.replace(microsecond=0))
        self.assertEqual(parts[0].remind_at, parts[0].deadline - timedelta(hours=1))
        self.assertEqual(
            (self.whole.state, self.whole.to_user_id, self.whole.progress),
            ("accepted", self.supplier, "0/3"),
        )
        self.assertEqual(self.document.aria_referral_id, self.whole)
        self.rpc(self.supplier2, parts[0], "action_answer", "12 Rial")
        self.rpc(self.keeper, parts[1], "action_accept")
        self.assertEqual(self.document.aria_user_id, self.supplier)
        self.rpc(self.keeper, parts[1], "action_answer", "40 pieces")
        self.assertEqual((self.whole.state, self.whole.progress), ("accepted", "2/3"))
        self.rpc(self.keeper, parts[2], "action_answer", "Shelf 4")
        self.assertEqual((self.whole.state, self.whole.progress), ("answered", "3/3"))
        for text in ("Price", "12 Rial", "40 pieces", "Shelf 4", "keeper"):
            self.assertIn(text, self.whole.answer)
        self.assertFalse(self.document.aria_referral_id)
        self.assertFalse(self.document.aria_user_id)

    def test_the_first_answer_closes_the_others_by_choice(self):
        parts = self.divide(self.supplier2, self.keeper, answer_when="first")
        self.rpc(self.keeper, parts[1], "action_answer", "mine")
        self.assertEqual(parts.mapped("state"), ["cancelled", "answered"])
        self.assertEqual(self.whole.state, "answered")
        self.assertIn("mine", self.whole.answer)

    def test_closing_the_whole_by_any_way_closes_the_parts(self):
        cases = {
            "action_return": (self.supplier, ["no"], "returned"),
            "action_answer": (self.supplier, ["yes"], "answered"),
            "action_cancel": (self.seller, [], "cancelled"),
        }
        for method, (user, args, state) in cases.items():
            with self.subTest(method):
                document = self.make_document()
                whole = self.refer(document)
                parts = self.divide(self.supplier2, {"unit_id": self.warehouse.id}, whole=whole)
                self.rpc(user, whole, method, *args)
                self.assertEqual(whole.state, state)
                self.assertEqual(parts.mapped("state"), ["cancelled"] * 2)
                holder = self.seller if method == "action_return" else self.env["res.users"]
                self.assertEqual(document.aria_user_id, holder)

    def test_deleting_the_document_closes_the_parts(self):
        parts = self.divide(self.supplier2, self.keeper)
        self.rpc(self.seller, self.document, "unlink")
        self.assertEqual((self.whole | parts).mapped("state"), ["cancelled"] * 3)

    def test_leaving_the_stage_closes_the_parts(self):
        flow = self.make_workflow(
            {"a": {}, "b": {"unit_id": self.supply.id}, "c": {"outcome": "won"}},
            [
                ("a", "b", {"trigger": "button", "name": "Go"}),
                ("b", "c", {"trigger": "event", "event": "shipped"}),
            ],
        )
        document = self.make_document()
        self.rpc(self.seller, document, "aria_move", flow.transition_ids[0].id)
        whole = document.aria_referral_id
        parts = self.divide(self.supplier2, self.keeper, whole=whole)
        document.aria_fire("shipped")
        self.assertEqual(whole.state, "answered")
        self.assertEqual(parts.mapped("state"), ["cancelled"] * 2)

    def test_a_returned_part_comes_back_to_whoever_divided(self):
        parts = self.divide(self.supplier2, self.keeper)
        back = self.env["aria.referral"].browse(
            self.rpc(self.keeper, parts[1], "action_return", "not mine")
        )
        self.assertEqual((back.to_user_id, back.parent_id), (self.supplier, self.whole))
        self.assertEqual(self.whole.progress, "0/2")
        again = self.rpc(self.supplier, back, "action_refer", unit=self.warehouse.id)
        self.rpc(self.supplier2, parts[0], "action_answer", "a")
        self.rpc(self.keeper, back.browse(again), "action_answer", "b")
        self.assertEqual(self.whole.state, "answered")
        self.assertNotIn("not mine", self.whole.answer)

    def test_two_parts_of_one_document_are_referred_on_at_once(self):
        parts = self.divide(self.keeper, self.keeper)
        next_parts = parts.browse(
            self.rpc(self.keeper, parts, "action_refer", user=self.supplier2.id)
        )
        self.assertEqual(next_parts.previous_id, parts)
        self.assertEqual(self.document.aria_user_id, self.supplier)

    def test_parts_taken_back_count_no_longer(self):
        parts = self.divide(self.supplier2, self.keeper)
        self.rpc(self.supplier, parts[0], "action_cancel")
        self.assertEqual(self.whole.progress, "0/1")
        self.rpc(self.supplier, parts[1], "action_cancel")
        self.assertFalse(self.whole.progress)
        parts = self.divide(self.supplier2, self.keeper)
        self.rpc(self.supplier2, parts[0], "action_answer", "yes")
        self.rpc(self.supplier, parts[1], "action_cancel")
        self.assertEqual((self.whole.state, self.whole.progress), ("answered", "1/1"))

    def test_a_part_can_be_divided_and_answers_upwards(self):
        part = self.divide({"unit_id": self.warehouse.id})
        sub = self.divide(self.supplier2, self.outsider, whole=part, user=self.keeper)
        self.rpc(self.supplier2, sub[0], "action_answer", "left")
        self.assertEqual(self.whole.state, "accepted")
        self.rpc(self.outsider, sub[1], "action_answer", "right")
        self.assertEqual((part.state, self.whole.state), ("answered", "answered"))
        self.assertIn("left", self.whole.answer)

    def test_bad_divisions_are_told_and_leave_nothing(self):
        gone = self.make_user("gone")
        gone.active = False
        closed_unit = self.make_unit("closed", active=False)
        good = {"user_id": self.keeper.id}
        cases = [
            ([], "at least one part"),
            ("text", "at least one part"),
            ([good, {}], "unit or the person"),
            (["text"], "text"),
            ([good, {"user_id": self.supplier.id}], "yourself"),
            ([good, {"user_id": gone.id}], "gone"),
            ([good, {"unit_id": closed_unit.id}], "Closed"),
            ([good, {"user_id": self.env.ref("base.public_user").id}], "employee"),
            ([good, {**good, "deadline": "2001-01-01 00:00:00"}], "past"),
            ([good, {**good, "remind_at": "2001-01-01 00:00:00"}], "past"),
            ([good, {**good, "deadline": "soon"}], "soon"),
            ([good, {**good, "priority": "9"}], "9"),
            ([good, {**good, "state": "answered"}], "state"),
            ([good, {"user_id": 987654}], "987654"),
            ([good] * 51, "51"),
        ]
        for parts, text in cases:
            with self.subTest(text), self.assertRaisesRegex(UserError, text), self.cr.savepoint():
                self.rpc(self.supplier, self.whole, "aria_divide", parts)
        with self.assertRaisesRegex(UserError, "never"), self.cr.savepoint():
            self.rpc(self.supplier, self.whole, "aria_divide", [good], answer_when="never")
        self.assertEqual((self.whole.state, self.whole.part_count), ("open", 0))
        self.assertFalse(self.whole.child_ids)

    def test_only_the_holder_divides_and_only_once(self):
        for user in (self.outsider, self.seller, self.keeper):
            with self.assertRaises(AccessError), self.cr.savepoint():
                self.divide(self.keeper, whole=self.whole, user=user)
        self.divide(self.keeper)
        with self.assertRaisesRegex(UserError, "already divided.*0/1"):
            self.divide(self.keeper)

    def test_holders_of_parts_do_not_touch_the_whole(self):
        part = self.divide(self.keeper)
        for record, method in ((self.whole, "action_answer"), (self.document, "aria_answer")):
            with self.assertRaises(AccessError), self.cr.savepoint():
                self.rpc(self.keeper, record, method, "x")
        for name in ("parent_id", "part_done", "part_count", "answer_when"):
            with self.assertRaises(AccessError), self.cr.savepoint():
                self.rpc(self.supplier, self.whole, "write", {name: False})
        self.assertEqual(part.state, "open")

    def test_the_whole_is_not_counted_while_it_waits(self):
        def count(user):
            return self.env["res.users"].with_user(user)._aria_count_cartable()["total_count"]

        before = count(self.supplier)
        part = self.divide(self.keeper)
        self.assertEqual((count(self.supplier), count(self.keeper)), (before - 1, 1))
        self.rpc(self.supplier, part, "action_cancel")
        self.assertEqual((count(self.supplier), count(self.keeper)), (before, 0))

    def test_dialog_divides(self):
        act = self.env["aria.referral.act"].with_user(self.supplier)
        context = {
            "active_model": "aria.referral",
            "active_ids": self.whole.ids,
            "default_verb": "divide",
        }
        form = Form(act.with_context(**context))
        with form.part_ids.new() as line:
            line.user_id = self.supplier2
            line.summary = "Half"
        with form.part_ids.new() as line:
            line.unit_id = self.warehouse
        form.answer_when = "first"
        form.save().action_apply()
        self.assertEqual(self.whole.answer_when, "first")
        self.assertEqual(self.whole.child_ids.sorted("id").mapped("summary")[0], "Half")

    def test_batch_costs_a_constant_number_of_queries(self):
        def count(n):
            wholes = self.refer(self.make_document(n))
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            self.divide(self.supplier2, self.keeper, whole=wholes)
            return self.cr.sql_log_count - start

        count(1)
        self.assertLessEqual(count(40), count(5) + 2)
