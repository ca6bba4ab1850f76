from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import AriaDocumentCase


@tagged("post_install", "-at_install")
class TestEngine(AriaDocumentCase):
    """What hooks may do in the middle of a step, and what must not break it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.workflow = cls.make_workflow(
            {"a": {}, "b": {}, "c": {"unit_id": cls.supply.id}, "won": {"outcome": "won"}},
            [
                ("a", "b", {"trigger": "event", "event": "reserved"}),
                ("b", "c", {"trigger": "event", "event": "reserved"}),
                ("c", "won", {"trigger": "event", "event": "shipped"}),
                ("b", "won", {"trigger": "event", "event": "shipped"}),
            ],
        )

    def codes(self, documents):
        return documents.mapped(lambda d: d.aria_stage_id.code)

    def hooked(self, hook):
        """Run ``hook(records, moves)`` at the first step only."""
        calls = []

        def entered(records, moves):
            if not calls:
                calls.append(records)
                hook(records, moves)

        return patch.object(type(self.env["aria.test.document"]), "_aria_stage_entered", entered)

    def test_an_event_inside_an_event(self):
        first, second = self.make_document(2)
        second.aria_fire("reserved")  # first waits at a, second at b
        with self.hooked(lambda records, moves: second.sudo().aria_fire("shipped")):
            moved = (first | second).aria_fire("reserved")
        self.assertEqual(self.codes(first | second), ["b", "won"])
        self.assertEqual(
            moved, first, "what a hook moved away is not moved by the outer event again"
        )
        self.assertFalse(second.aria_referral_id)

    def test_a_hook_moves_the_same_record_on(self):
        document = self.make_document()
        with self.hooked(lambda records, moves: records.aria_fire("reserved")):
            document.aria_fire("reserved")
        self.assertEqual(self.codes(document), ["c"])
        steps = document._aria_get_log().sorted("id")
        self.assertEqual(steps.mapped("to_stage_id.code"), ["a", "b", "c"])
        self.assertEqual(document.aria_referral_id.to_unit_id, self.supply)

    def test_a_hook_deletes_records_of_the_next_step(self):
        first, second = self.make_document(2)
        second.aria_fire("reserved")
        with self.hooked(lambda records, moves: second.sudo().unlink()):
            moved = (first | second).aria_fire("reserved")
        self.assertEqual((moved, self.codes(first)), (first, ["b"]))

    def test_nothing_and_what_is_gone(self):
        gone = self.make_document()
        gone.unlink()
        self.assertFalse(gone.aria_fire("reserved"))
        empty = self.env["aria.test.document"].with_user(self.seller)
        self.assertFalse(empty.aria_fire("reserved"))
        self.assertFalse(empty.aria_refer(unit=self.supply))
        self.assertTrue(empty.aria_accept())
        self.assertFalse(empty.aria_return("x"))
        self.assertFalse(self.make_document().aria_fire("unheard_of"))

    def test_a_condition_sees_what_is_not_yet_written(self):
        self.workflow.action_retire()
        self.make_workflow(
            {"a": {}, "won": {"outcome": "won"}},
            [
                (
                    "a",
                    "won",
                    {"trigger": "event", "event": "shipped", "guard_domain": "[('amount','>',5)]"},
                )
            ],
        )
        document = self.make_document(amount=1)
        document.amount = 9
        self.assertEqual(document.aria_fire("shipped"), document)

    def test_thousands_of_referrals(self):
        documents = self.make_document(2000)
        referrals = documents.with_user(self.seller).aria_refer(unit=self.supply)
        self.assertEqual(len(referrals), 2000)
        referrals.with_user(self.supplier).action_return("all of it")
        self.assertEqual(set(documents.mapped("aria_user_id")), {self.seller})
        self.assertEqual(set(referrals.mapped("state")), {"returned"})


@tagged("post_install", "-at_install")
class TestChains(AriaDocumentCase):
    def refer(self, document, by=None, **kwargs):
        ids = self.rpc(
            by or self.seller, document, "aria_refer", **(kwargs or {"unit": self.supply.id})
        )
        return self.env["aria.referral"].browse(ids)

    def test_refer_to_oneself(self):
        document = self.make_document()
        first = self.refer(document, user=self.seller.id)
        second = self.refer(document, user=self.seller.id)
        third = self.env["aria.referral"].browse(
            self.rpc(self.seller, second, "action_return", "not yet")
        )
        self.assertEqual((first.state, second.state, third.state), ("answered", "returned", "open"))
        self.assertEqual(third.to_user_id, self.seller)
        self.rpc(self.seller, third, "action_answer", "done")
        self.assertFalse(document.aria_user_id)

    def test_refer_twice_in_one_transaction(self):
        document = self.make_document()
        env = document.with_user(self.seller)
        first = env.aria_refer(unit=self.supply)
        second = env.aria_refer(unit=self.warehouse)
        self.assertEqual((first.state, second.state), ("cancelled", "open"))
        self.assertEqual((second.previous_id, document.aria_unit_id), (first, self.warehouse))

    def test_return_to_a_sender_who_has_gone(self):
        document = self.make_document()
        document.user_id = self.outsider
        document.with_user(self.outsider).check_access("write")
        referral = self.refer(document, by=self.outsider)
        self.assertFalse(referral.from_unit_id)
        self.outsider.active = False
        owner = self.seller
        with self.assertRaisesRegex(UserError, "nobody is left"):
            self.rpc(self.supplier, referral, "action_return", "x")
        self.assertEqual(referral.state, "open")
        document.user_id = owner
        gone = self.make_user("gone", unit=self.sales)
        self.env["ir.rule"].search([("name", "=", "documents of tests: own")]).active = False
        self.rpc(self.supplier, referral, "action_answer", "x")
        referral = self.refer(document, by=gone)
        gone.active = False
        self.rpc(self.supplier, referral, "action_return", "x")
        self.assertEqual((document.aria_unit_id, document.aria_user_id.id), (self.sales, False))

    def test_return_past_an_archived_unit(self):
        unit = self.make_unit("temporary")
        sender = self.make_user("sender", unit=unit)
        self.env["ir.rule"].search([("name", "=", "documents of tests: own")]).active = False
        document = self.make_document()
        referral = self.refer(document, by=sender)
        sender.active = False
        unit.active = False
        self.rpc(self.supplier, referral, "action_return", "x")
        self.assertEqual((document.aria_unit_id.id, document.aria_user_id), (False, self.seller))

    def test_a_unit_that_still_has_work_is_not_archived(self):
        document = self.make_document()
        self.refer(document, unit=self.supply.id)
        with self.assertRaisesRegex(ValidationError, "Doc 1"):
            self.supply.action_archive()
        self.rpc(self.supplier, document, "aria_answer", "x")
        self.make_workflow(
            {"a": {}, "b": {"unit_id": self.warehouse.id}, "won": {"outcome": "won"}},
            [("a", "b", {"trigger": "button"}), ("b", "won", {"trigger": "button"})],
        )
        with self.assertRaisesRegex(ValidationError, "stage “B”"):
            self.warehouse.action_archive()

    def test_odd_arguments_end_in_a_sentence(self):
        document = self.make_document()
        for unit in (2**31, -1, 0.5, [1], {"id": 1}, "1; DROP", 10**30):
            with self.subTest(unit), self.assertRaises(UserError), self.cr.savepoint():
                self.rpc(self.seller, document, "aria_refer", unit=unit)
        for values in ({"deadline": 5}, {"priority": ["1"]}, {"remind_at": "x"}):
            with self.subTest(values), self.assertRaises(UserError), self.cr.savepoint():
                self.rpc(self.seller, document, "aria_refer", unit=self.supply.id, **values)
        self.assertFalse(document.aria_referral_ids)
        act = self.env["aria.referral.act"]
        for ids in ("1", {"a": 1}, ["x"], [[1]], [document.id, None], [2**40]):
            vals = {"res_model": document._name, "res_ids": ids, "unit_id": self.supply.id}
            made = act.browse(self.rpc(self.seller, act, "create", vals))
            with self.subTest(ids), self.assertRaises(UserError), self.cr.savepoint():
                self.rpc(self.seller, made, "action_apply")
        self.assertFalse(document.aria_referral_ids)


@tagged("post_install", "-at_install")
class TestClerk(AriaDocumentCase):
    """A plain employee, a designer and the administrator at every door of the kernel."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.workflow = cls.make_workflow(
            {"a": {}, "won": {"outcome": "won"}}, [("a", "won", {"trigger": "button"})]
        )
        cls.document = cls.make_document()
        cls.document.with_user(cls.seller).aria_refer(unit=cls.supply)
        cls.designer = cls.make_user("designer", "base.group_user", "aria_workflow.group_designer")
        cls.contexts = (
            {},
            {
                "aria_engine_token": True,
                "_force_unlink": True,
                "install_mode": True,
                "uid": 1,
                "su": True,
            },
            {"active_test": False, "bin_size": True, "tracking_disable": True, "import_file": True},
        )

    def test_an_employee_changes_no_unit_and_no_flow(self):
        rows = (
            self.supply, self.workflow, self.workflow.stage_ids[0], self.workflow.transition_ids[0],
        )  # fmt: skip
        for record in rows:
            for context in self.contexts:
                name = {"name": "Mine"}
                self.refuse(self.seller, record, "write", name, context=context, error=AccessError)
                self.refuse(self.seller, record, "create", name, context=context, error=AccessError)
                self.refuse(self.seller, record, "unlink", context=context, error=AccessError)
                self.refuse(self.seller, record, "copy", context=context, error=AccessError)
                self.refuse(
                    self.seller,
                    record,
                    "web_save",
                    name,
                    {"id": {}},
                    context=context,
                    error=AccessError,
                )
                self.refuse(
                    self.seller, record, "name_create", "Mine", context=context, error=AccessError
                )
                result = self.rpc(
                    self.seller, record, "load", ["name"], [["Mine"]], context=context
                )
                self.assertFalse(result["ids"])
        for method in ("action_activate", "action_retire", "action_draft"):
            self.refuse(self.seller, self.workflow, method, error=AccessError)
        member = {"member_ids": [Command.link(self.seller.id)]}
        self.refuse(self.seller, self.supply, "write", member, error=AccessError)
        units = {"aria_unit_ids": [Command.link(self.supply.id)]}
        self.refuse(self.seller, self.seller, "write", units, error=AccessError)
        self.assertNotIn(self.seller, self.supply.member_ids)

    def test_history_at_every_door(self):
        referral, log = self.document.aria_referral_id, self.document._aria_get_log()
        for user in (self.supplier, self.designer, self.env.ref("base.user_admin")):
            for row in (referral, log):
                for context in self.contexts:
                    for method, args in (
                        ("write", [{"note": "x"}]), ("unlink", []), ("copy", []), ("name_create", ["x"]),
                        ("create", [{"res_id": 1, "res_model_id": 1}]), ("web_save", [{"note": "x"}, {"id": {}}]),
                    ):  # fmt: skip
                        self.refuse(user, row, method, *args, context=context, error=AccessError)
                    result = self.rpc(
                        user, row, "load", [".id", "note"], [[str(row.id), "x"]], context=context
                    )
                    self.assertFalse(result["ids"])
        self.assertEqual((referral.note, log.note), (False, False))

    def test_private_methods_are_not_for_clients(self):
        referral = self.document.aria_referral_id
        for records, method, args in (
            (referral, "_close", ["answered"]), (referral, "_aria_engine_create", [[{}]]),
            (self.document, "_aria_engine_write", [{"aria_outcome": "won"}]), (self.document, "aria_fire", ["x"]),
            (self.document, "_aria_move_to", [1]), (referral, "_update_counters", [5]),
            (self.env["res.users"], "_aria_count_cartable", []), (self.document, "_aria_set_holder", []),
        ):  # fmt: skip
            self.refuse(self.seller, records, method, *args, error=AccessError)

    def test_columns_that_follow_from_others(self):
        model = self.env["ir.model"]._get("res.partner")
        company = self.env["res.company"].create({"name": "Other"})
        for record, vals in (
            (self.workflow, {"model": model.model}), (self.workflow, {"version": 9}),
            (self.workflow, {"state": "draft"}), (self.workflow.stage_ids[0], {"company_id": company.id}),
            (self.workflow.transition_ids[0], {"company_id": company.id}),
        ):  # fmt: skip
            for user in (self.designer, self.env.ref("base.user_admin")):
                self.refuse(user, record, "write", vals, error=AccessError)
                with self.assertRaises(AccessError):
                    record.sudo().write(vals)
        self.assertEqual(self.workflow.model, self.document._name)

    def test_a_draft_is_proved_as_it_is_now(self):
        company = self.env["res.company"].create({"name": "Other"})
        unit = self.make_unit("away", company_id=company.id)
        draft = self.make_workflow(
            {"a": {"unit_id": unit.id}, "won": {"outcome": "won"}},
            [("a", "won", {"trigger": "button"})],
            activate=False,
            company_id=company.id,
        )
        draft.company_id = False
        with self.assertRaisesRegex(ValidationError, "belongs to one company"):
            draft.action_activate()

    def test_shared_units_cannot_share_a_code(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.make_unit("supply", company_id=company.id)
        for values in ({}, {"company_id": company.id}, {"active": False}):
            with (
                self.assertRaises(Exception) as caught,
                self.cr.savepoint(),
                mute_logger("odoo.sql_db"),
            ):
                self.make_unit("supply", **values)
            self.assertIn("_code_uniq", str(caught.exception))

    def test_other_companies_leak_nothing(self):
        company = self.env["res.company"].create({"name": "Other"})
        away = self.make_user(
            "away", "base.group_user", "aria_workflow.group_designer", unit=self.supply, company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )  # fmt: skip
        home = self.env.company
        unit = self.make_unit("home", company_id=home.id)
        workflow = self.workflow.copy({"company_id": home.id})
        document = self.make_document(company_id=home.id)
        document.with_user(self.seller).aria_refer(unit=self.supply)
        records = (
            unit, workflow, workflow.stage_ids, workflow.transition_ids, document.aria_referral_id,
            document._aria_get_log(),
        )  # fmt: skip
        for record in records:
            self.assertTrue(record)
            self.assertFalse(self.rpc(away, record, "search", [("id", "in", record.ids)]))
            found = self.rpc(away, record, "name_search", record[0].display_name)
            self.assertFalse([row for row in found if row[0] in record.ids])
            self.refuse(away, record, "read", ["display_name"], error=AccessError)
            self.refuse(away, record, "export_data", ["display_name"])
        self.assertEqual(
            self.env["res.users"].with_user(away)._aria_count_cartable()["total_count"], 1
        )
        free = self.make_document(user_id=away.id)
        self.refuse(away, free, "aria_refer", unit.id)
        self.rpc(away, free, "aria_refer", None, away.id)
        self.refuse(away, free.aria_referral_id, "action_refer", unit.id)
