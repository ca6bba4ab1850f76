from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged

from .common import AriaDocumentCase


@tagged("post_install", "-at_install")
class TestWorkflow(AriaDocumentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.workflow = cls.make_workflow(
            {
                "requested": {"unit_id": cls.sales.id},
                "supply": {"unit_id": cls.supply.id, "sla_hours": 8},
                "ready": {"kind": "ready"},
                "delivered": {"outcome": "won"},
                "lost": {"outcome": "lost"},
            },
            [
                ("requested", "supply", {"trigger": "button", "name": "To supply"}),
                (
                    "requested",
                    "ready",
                    {"trigger": "event", "event": "reserved", "guard_domain": "[('amount','>',0)]"},
                ),
                ("supply", "ready", {"trigger": "button"}),
                ("supply", "ready", {"trigger": "event", "event": "reserved"}),
                ("ready", "delivered", {"trigger": "event", "event": "shipped"}),
                (None, "lost", {"trigger": "button", "note_required": True, "sequence": 99}),
                ("lost", "requested", {"trigger": "button"}),
            ],
        )
        cls.stage = {s.code: s for s in cls.workflow.stage_ids}

    def way(self, source, target):
        return self.workflow.transition_ids.filtered(
            lambda t: (
                t.trigger == "button"
                and t.from_stage_id.code == (source or False)
                and t.to_stage_id.code == target
            )
        )

    def log(self, document):
        return self.env["aria.workflow.log"].search([("res_id", "=", document.id)], order="id")

    def test_new_records_enter_and_are_logged(self):
        document = (
            self.env["aria.test.document"]
            .with_user(self.seller)
            .create({"name": "x", "user_id": self.seller.id})
        )
        self.assertEqual(document.aria_stage_id, self.stage["requested"])
        self.assertFalse(document.aria_referral_id, "the first stage refers to nobody")
        self.assertEqual(self.log(document.sudo()).to_stage_id, self.stage["requested"])
        untracked = self.make_document(tracked=False)
        self.assertFalse(untracked.aria_stage_id)

    def test_event_moves_the_passing_records_once(self):
        documents = self.make_document(3)
        documents[0].amount = 5
        documents[1].amount = 5
        moved = documents.aria_fire("reserved", note="van 3")
        self.assertEqual(moved, documents[:2])
        self.assertEqual(documents.mapped("aria_stage_id.code"), ["ready", "requested"])
        row = self.log(documents[0])[-1]
        self.assertEqual((row.event, row.note, row.user_id), ("reserved", "van 3", self.env.user))
        self.assertFalse(documents.aria_fire("reserved"))

    def test_button_by_holder_and_referral_of_the_stage(self):
        document = self.make_document(amount=1)
        self.rpc(self.seller, document, "aria_move", self.way("requested", "supply").id)
        referral = document.aria_referral_id
        self.assertEqual((referral.to_unit_id, referral.summary), (self.supply, "Supply"))
        self.assertTrue(referral.deadline)
        with self.assertRaises(AccessError):
            self.rpc(self.seller, document, "aria_move", self.way("supply", "ready").id)
        self.rpc(self.supplier, document, "aria_move", self.way("supply", "ready").id)
        self.assertEqual((referral.state, referral.closed_by_id), ("answered", self.supplier))
        self.assertFalse(document.aria_referral_id, "leaving a stage closes its referral")
        self.assertEqual(self.log(document)[-1].unit_id, self.supply)

    def test_outcome_cancels_what_is_open(self):
        document = self.make_document()
        self.rpc(self.seller, document, "aria_move", self.way("requested", "supply").id)
        referral = document.aria_referral_id
        lose = self.way(None, "lost")
        with self.assertRaisesRegex(UserError, "note"):
            self.rpc(self.supplier, document, "aria_move", lose.id)
        self.rpc(self.supplier, document, "aria_move", lose.id, "too dear")
        self.assertEqual((document.aria_outcome, referral.state), ("lost", "cancelled"))
        self.assertFalse(document.aria_fire("reserved"), "a stage with an outcome is final")
        self.rpc(self.seller, document, "aria_move", self.way("lost", "requested").id)
        self.assertFalse(document.aria_outcome)

    def test_second_button_is_told_who_was_first(self):
        document = self.make_document()
        self.rpc(self.seller, document, "aria_move", self.way("requested", "supply").id)
        with self.assertRaisesRegex((UserError, AccessError), "Supply|holds"):
            self.rpc(self.seller, document, "aria_move", self.way("requested", "supply").id)
        with self.assertRaisesRegex(UserError, "seller"):
            self.rpc(self.supplier, document, "aria_move", self.way("requested", "supply").id)

    def test_events_are_not_for_clients(self):
        document = self.make_document(amount=1)
        with self.assertRaises(AccessError):
            self.rpc(self.seller, document, "aria_fire", "reserved")
        event_way = self.workflow.transition_ids.filtered(lambda t: t.event == "shipped")
        with self.assertRaises(UserError):
            self.rpc(self.seller, document, "aria_move", event_way.id)

    def test_stage_cannot_be_written(self):
        document = self.make_document()
        for vals in ({"aria_stage_id": self.stage["delivered"].id}, {"aria_outcome": "won"}):
            for context in ({}, {"aria_engine_token": 1}):
                with self.assertRaises(AccessError), self.cr.savepoint():
                    self.rpc(self.seller, document, "write", vals, context=context)
            with self.assertRaises(AccessError):
                document.sudo().write(vals)
        result = self.rpc(
            self.seller, document, "load", ["name", "aria_outcome"], [["imported", "won"]]
        )
        self.assertFalse(result["ids"])

    def test_what_a_customer_causes_returns_to_the_responsible(self):
        self.workflow.action_retire()
        self.make_workflow(
            {"a": {}, "b": {"unit_id": self.supply.id}, "won": {"outcome": "won"}},
            [
                ("a", "b", {"trigger": "event", "event": "reserved"}),
                ("b", "won", {"trigger": "button"}),
            ],
        )
        document = self.make_document()
        document.with_user(self.env.ref("base.public_user")).sudo().aria_fire("reserved")
        referral = document.aria_referral_id
        self.assertEqual((referral.to_unit_id, referral.from_user_id.id), (self.supply, False))
        self.rpc(self.supplier, referral, "action_return", "Unclear")
        self.assertEqual(document.aria_user_id, self.seller)

    def test_groups_and_units_open_a_button(self):
        copy = self.workflow.copy()
        way = copy.transition_ids.filtered(lambda t: t.name == "To supply")
        way.unit_ids = self.warehouse
        self.workflow.action_retire()
        copy.action_activate()
        document = self.make_document()
        self.assertEqual(document.aria_workflow_id, copy)
        with self.assertRaises(AccessError):
            self.rpc(self.seller, document, "aria_move", way.id)
        self.warehouse.member_ids += self.seller
        self.rpc(self.seller, document, "aria_move", way.id)

    def test_log_is_history(self):
        document = self.make_document()
        row = self.log(document)
        for user in (self.seller, self.env.ref("base.user_admin")):
            for method, args in [("write", [{"note": "x"}]), ("unlink", []), ("copy", [])]:
                with self.assertRaises(AccessError), self.cr.savepoint():
                    self.rpc(user, row, method, *args, context={"_force_unlink": True})
        with self.assertRaises(AccessError):
            row.with_context(_force_unlink=True).unlink()
        self.assertEqual(self.rpc(self.seller, row, "search", [("id", "=", row.id)]), row.ids)
        self.assertFalse(self.rpc(self.outsider, row, "search", [("id", "=", row.id)]))

    def test_time_in_stage(self):
        with freeze_time("2026-11-20 00:00:00"):  # a Friday
            document = self.make_document(amount=1)
        with freeze_time("2026-11-23 10:00:00"):
            document.aria_fire("reserved")
        row = self.log(document)[-1]
        self.assertEqual(row.seconds, timedelta(days=3, hours=10).total_seconds())
        calendar = self.sales.calendar_id or self.env.company.resource_calendar_id
        expected = calendar.get_work_hours_count(
            fields.Datetime.to_datetime("2026-11-20 00:00:00"),
            fields.Datetime.to_datetime("2026-11-23 10:00:00"),
        )
        self.assertTrue(expected)
        self.assertAlmostEqual(row.working_seconds, expected * 3600)

    def test_fire_costs_a_constant_number_of_queries(self):
        few, many = self.make_document(2, amount=1), self.make_document(90, amount=1)
        self.make_document(amount=1).aria_fire("reserved")

        def count(documents):
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            documents.aria_fire("reserved")
            self.env.flush_all()
            return self.cr.sql_log_count - start

        first = count(few)
        self.assertLessEqual(count(many), first)


@tagged("post_install", "-at_install")
class TestActivation(AriaDocumentCase):
    def refuse(self, stages, transitions, pattern, **values):
        workflow = self.make_workflow(stages, transitions, activate=False)
        workflow.write(values)
        with self.assertRaisesRegex(ValidationError, pattern):
            workflow.action_activate()
        self.assertEqual(workflow.state, "draft")

    def test_refuses_what_cannot_work(self):
        auto, button = {"trigger": "auto"}, {"trigger": "button"}
        two = {"a": {}, "b": {}, "won": {"outcome": "won"}}
        self.refuse(two, [("a", "b", auto), ("b", "a", auto), ("a", "won", button)], "circle")
        self.refuse(two, [(None, "a", auto), ("a", "b", auto), ("b", "won", button)], "circle")
        self.refuse(two, [("a", "won", button), ("b", "won", button)], "Nothing leads")
        self.refuse(two, [("a", "b", button), ("a", "won", button)], "never leave")
        self.refuse(
            two, [("a", "b", button), ("b", "won", button)], "first stage", initial_stage_id=False
        )

    def test_automatic_ways_are_taken_on_arrival(self):
        self.make_workflow(
            {"a": {}, "b": {}, "won": {"outcome": "won"}},
            [
                ("a", "b", {"trigger": "auto"}),
                ("b", "won", {"trigger": "auto", "guard_domain": "[('amount','>',9)]"}),
            ],
        )
        small, large = self.make_document(amount=1), self.make_document(amount=10)
        self.assertEqual((small | large).mapped("aria_stage_id.code"), ["b", "won"])
        self.assertEqual(len(large._aria_get_log()), 3)

    def test_active_structure_is_frozen(self):
        workflow = self.make_workflow(
            {"a": {}, "won": {"outcome": "won"}}, [("a", "won", {"trigger": "button"})]
        )
        designer = self.make_user("designer", "aria_workflow.group_designer")
        stage, way = workflow.stage_ids[0], workflow.transition_ids
        self.rpc(designer, stage, "write", {"name": "Renamed", "code": stage.code})
        for record, vals in [
            (stage, {"outcome": "lost"}),
            (way, {"trigger": "auto"}),
            (workflow, {"state": "draft"}),
        ]:
            with self.assertRaises(UserError), self.cr.savepoint():
                self.rpc(designer, record, "write", vals)
        for record in (stage, way):
            with self.assertRaises(UserError), self.cr.savepoint():
                self.rpc(designer, record, "unlink", context={"_force_unlink": True})
        with self.assertRaises(AccessError):
            self.rpc(self.seller, workflow, "action_retire")
        with self.assertRaises(UserError):
            self.rpc(
                designer,
                workflow,
                "create",
                {"name": "x", "model_id": workflow.model_id.id, "state": "active"},
            )

    def test_bad_conditions_are_told(self):
        for domain in ("[('nothing','=',1)]", "nonsense(", "[1]"):
            with self.assertRaisesRegex(ValidationError, "condition"), self.cr.savepoint():
                self.make_workflow({"a": {}}, [], activate=False, domain=domain)
        with self.assertRaisesRegex(ValidationError, "event"):
            self.make_workflow(
                {"a": {}, "b": {}}, [("a", "b", {"trigger": "event", "event": "nope"})]
            )
        with self.assertRaises(ValidationError):
            self.env["aria.workflow"].create(
                {"name": "x", "model_id": self.env["ir.model"]._get_id("res.partner")}
            )

    def test_condition_chooses_the_workflow(self):
        ways = ({"a": {}, "won": {"outcome": "won"}}, [("a", "won", {"trigger": "button"})])
        large = self.make_workflow(*ways, domain="[('amount', '>', 100)]", sequence=1)
        other = self.make_workflow(*ways, sequence=2)
        company = self.env["res.company"].create({"name": "Other"})
        foreign = self.make_workflow(*ways, sequence=0, company_id=company.id)
        documents = self.make_document(amount=500) | self.make_document(amount=5)
        self.assertEqual(documents.mapped("aria_workflow_id"), large | other)
        self.assertEqual(self.make_document(company_id=company.id).aria_workflow_id, foreign)
