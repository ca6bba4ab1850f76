from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import AriaDocumentCase


@tagged("post_install", "-at_install")
class TestReferral(AriaDocumentCase):
    def refer(self, documents=None, **kwargs):
        documents = documents or self.make_document()
        ids = self.rpc(self.seller, documents, "aria_refer", **(kwargs or {"unit": self.supply.id}))
        return self.env["aria.referral"].browse(ids)

    def test_refer_to_unit_and_answer(self):
        document = self.make_document()
        referral = self.refer(document, unit=self.supply.id, note="Price, please")
        self.assertEqual(referral.state, "open")
        self.assertEqual((document.aria_unit_id, document.aria_user_id.id), (self.supply, False))
        self.assertEqual(document.aria_referral_id, referral)
        self.assertEqual((referral.from_user_id, referral.from_unit_id), (self.seller, self.sales))
        self.rpc(self.supplier, document, "aria_accept")
        self.assertEqual((referral.state, document.aria_user_id), ("accepted", self.supplier))
        self.rpc(self.supplier, document, "aria_answer", "12 days")
        self.assertEqual((referral.state, referral.answer), ("answered", "12 days"))
        self.assertEqual(referral.closed_by_id, self.supplier)
        self.assertFalse(document.aria_referral_id)
        self.assertFalse(document.aria_unit_id)

    def test_return_goes_to_the_sender_with_the_reason(self):
        document = self.make_document()
        referral = self.refer(document)
        new = self.env["aria.referral"].browse(
            self.rpc(self.supplier, referral, "action_return", "Which colour?")
        )
        self.assertEqual((referral.state, referral.answer), ("returned", "Which colour?"))
        self.assertEqual(
            (new.to_user_id, new.note, new.previous_id), (self.seller, "Which colour?", referral)
        )
        self.assertEqual(document.aria_user_id, self.seller)

    def test_refer_on_keeps_the_chain(self):
        deadline = fields.Datetime.now() + timedelta(days=2)
        referral = self.refer(
            unit=self.supply.id, deadline=fields.Datetime.to_string(deadline), priority="2"
        )
        new = self.env["aria.referral"].browse(
            self.rpc(self.supplier, referral, "action_refer", unit=self.warehouse.id, note="Look")
        )
        self.assertEqual(referral.state, "answered")
        self.assertEqual(
            (new.previous_id, new.to_unit_id, new.priority), (referral, self.warehouse, "2")
        )
        self.assertEqual(new.deadline, referral.deadline)
        back = self.rpc(self.keeper, new, "action_return", "Not here")
        self.assertEqual(self.env["aria.referral"].browse(back).to_user_id, self.supplier)

    def test_refer_by_records_equals_refer_by_ids(self):
        one, two = self.make_document(2)
        by_record = one.with_user(self.seller).aria_refer(unit=self.supply, user=self.supplier)
        by_id = self.refer(two, unit=self.supply.id, user=self.supplier.id)
        for name in ("to_unit_id", "to_user_id", "from_user_id", "state"):
            self.assertEqual(by_record.sudo()[name], by_id[name])

    def test_strangers_cannot_act(self):
        referral = self.refer()
        for method, args in [
            ("action_accept", []), ("action_answer", ["x"]), ("action_return", ["x"]),
            ("action_cancel", []), ("action_snooze", ["2999-01-01 00:00:00"]),
        ]:  # fmt: skip
            with self.assertRaises(AccessError, msg=method), self.cr.savepoint():
                self.rpc(self.outsider, referral, method, *args)
        with self.assertRaises(AccessError):
            self.rpc(self.outsider, referral, "action_refer", user=self.outsider.id)
        self.assertEqual(referral.state, "open")

    def test_the_sender_sees_but_only_cancels(self):
        referral = self.refer()
        with self.assertRaisesRegex(AccessError, "Supply"):
            self.rpc(self.seller, referral, "action_answer", "done")
        self.rpc(self.seller, referral, "action_cancel")
        self.assertEqual(referral.state, "cancelled")

    def test_the_holder_cannot_cancel(self):
        referral = self.refer()
        with self.assertRaisesRegex(AccessError, "seller"):
            self.rpc(self.supplier, referral, "action_cancel")

    def test_second_answer_is_told_who_was_first(self):
        referral = self.refer()
        self.rpc(self.supplier, referral, "action_answer", "yes")
        with self.assertRaisesRegex(UserError, "supplier"):
            self.rpc(self.supplier2, referral, "action_answer", "no")
        self.assertEqual(referral.answer, "yes")

    def test_second_accept_is_told_who_was_first(self):
        referral = self.refer()
        self.rpc(self.supplier, referral, "action_accept")
        with self.assertRaises(AccessError):
            self.rpc(self.supplier2, referral, "action_accept")
        self.supply.manager_id = self.supplier2
        with self.assertRaisesRegex(UserError, "supplier"):
            self.rpc(self.supplier2, referral, "action_accept")

    def test_rows_cannot_be_written_created_or_deleted(self):
        referral = self.refer()
        admin = self.env.ref("base.user_admin")
        for user in (self.supplier, admin):
            for context in (
                {},
                {"aria_engine_token": True},
                {"_force_unlink": True, "default_state": "answered"},
            ):
                with self.subTest(user=user.login, context=context):
                    for method, args in [
                        ("write", [{"state": "answered"}]),
                        ("unlink", []),
                        ("create", [{"res_model_id": 1, "res_id": 1, "to_user_id": user.id}]),
                        ("copy", []),
                    ]:
                        with self.assertRaises(AccessError, msg=method), self.cr.savepoint():
                            self.rpc(user, referral, method, *args, context=context)
                    rows = [["summary", "res_id"], [["x", "1"]]]
                    self.assertTrue(
                        self.rpc(user, referral, "load", *rows, context=context)["messages"]
                    )
        self.assertEqual(referral.state, "open")
        with self.assertRaises(AccessError):
            referral.sudo().write({"answer": "forged"})
        with self.assertRaises(AccessError):
            referral.with_context(_force_unlink=True).unlink()

    def test_closed_rows_resist_the_token_too(self):
        referral = self.refer()
        self.rpc(self.supplier, referral, "action_answer", "yes")
        from ..engine import with_token

        with self.assertRaises(AccessError):
            with_token(referral).write({"answer": "no"})

    def test_holder_columns_resist_everybody(self):
        document = self.make_document()
        vals = {"aria_user_id": self.seller.id}
        for user in (self.seller, self.env.ref("base.user_admin")):
            with self.assertRaises(AccessError), self.cr.savepoint():
                self.rpc(user, document, "write", vals)
            with self.assertRaises(AccessError), self.cr.savepoint():
                self.rpc(user, document, "create", {"name": "x", **vals})
            with self.assertRaises(AccessError), self.cr.savepoint():
                self.rpc(
                    user,
                    document,
                    "create",
                    {"name": "x"},
                    context={"default_aria_user_id": self.seller.id},
                )
            with self.assertRaises(AccessError), self.cr.savepoint():
                self.rpc(user, document, "write", vals, context={"aria_engine_token": "object"})
        with self.assertRaises(AccessError):
            document.sudo().write(vals)
        made = (
            document.sudo().with_context(default_aria_user_id=self.seller.id).create({"name": "y"})
        )
        self.assertFalse(made.aria_user_id)

    def test_a_referral_does_not_open_its_document(self):
        document = self.make_document()
        referral = self.refer(document)
        with self.assertRaises(AccessError):
            self.rpc(self.supplier, document, "read", ["name"])
        card = self.rpc(self.supplier, referral, "read", ["card"])[0]["card"]
        self.assertIn("Doc 1", card)
        with self.assertRaisesRegex(AccessError, "card"):
            self.rpc(self.supplier, referral, "action_open_document")
        self.assertFalse(
            document.sudo().env["mail.activity"].search([("res_model", "=", "aria.test.document")])
        )

    def test_bad_arguments_are_told(self):
        document = self.make_document()
        cases = [
            ({}, "unit or the person"),
            ({"unit": 999999}, "Unit"),
            ({"unit": "supply"}, "supply"),
            ({"unit": self.supply.id, "deadline": "soon"}, "soon"),
            ({"unit": self.supply.id, "deadline": "2001-01-01 00:00:00"}, "past"),
            ({"unit": self.supply.id, "priority": "9"}, "9"),
            ({"user": self.env.ref("base.public_user").id}, "employee"),
        ]
        for kwargs, part in cases:
            with self.subTest(kwargs), self.assertRaisesRegex(UserError, part), self.cr.savepoint():
                self.rpc(self.seller, document, "aria_refer", **kwargs)
        self.assertFalse(document.aria_referral_ids)
        referral = self.refer(document)
        for method in ("action_answer", "action_return", "action_snooze"):
            with self.assertRaises(UserError), self.cr.savepoint():
                self.rpc(self.supplier, referral, method)

    def test_deleting_a_document_cancels_its_referral(self):
        document = self.make_document()
        referral = self.refer(document)
        self.rpc(self.seller, document, "unlink", context={"_force_unlink": True})
        self.assertEqual((referral.state, referral.res_name), ("cancelled", "Doc 1"))
        self.assertIn("Doc 1", self.rpc(self.supplier, referral, "read", ["card"])[0]["card"])

    def test_manager_hands_out(self):
        boss = self.make_user("boss")
        self.supply.write({"manager_id": boss.id, "assignment": "manager"})
        referral = self.refer()
        self.assertEqual(referral.to_user_id, boss)
        self.rpc(boss, referral, "action_refer", unit=self.supply.id, user=self.supplier.id)
        self.assertEqual(referral.next_ids.to_user_id, self.supplier)

    def test_batch_of_referrals_costs_a_constant_number_of_queries(self):
        few, many = self.make_document(5), self.make_document(80)
        self.refer(self.make_document())
        self.env.flush_all()

        def count(documents):
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            self.refer(documents, unit=self.supply.id)
            return self.cr.sql_log_count - start

        self.assertLessEqual(count(many), count(few))

    def test_snooze_hides_until_then(self):
        referral = self.refer()
        before = (
            self.env["res.users"].with_user(self.supplier)._aria_count_cartable()["total_count"]
        )
        self.rpc(self.supplier, referral, "action_snooze", "2999-01-01 00:00:00")
        after = self.env["res.users"].with_user(self.supplier)._aria_count_cartable()["total_count"]
        self.assertEqual((before, after), (1, 0))

    def test_clock_has_a_group_of_its_own(self):
        self.refer(
            deadline=fields.Datetime.to_string(fields.Datetime.now() + timedelta(days=9)),
            unit=self.supply.id,
        )
        groups = self.env["res.users"].with_user(self.supplier)._get_activity_groups()
        mine = [g for g in groups if g["model"] == "aria.referral"]
        self.assertEqual([(g["total_count"], g["planned_count"]) for g in mine], [(1, 1)])
        stranger = self.env["res.users"].with_user(self.outsider)._get_activity_groups()
        self.assertFalse([g for g in stranger if g["model"] == "aria.referral"])

    def test_counting_is_one_statement(self):
        self.refer()
        users = self.env["res.users"].with_user(self.supplier)
        users._aria_count_cartable()
        with self.assertQueryCount(1):
            users._aria_count_cartable()

    def test_day_is_searched_grouped_and_computed_alike(self):
        now = fields.Datetime.now()
        documents = self.make_document(3)
        for document, days in zip(documents, (1, 5, None), strict=True):
            deadline = {"deadline": now + timedelta(days=days)} if days else {}
            document.with_user(self.seller).aria_refer(unit=self.supply, **deadline)
        model = self.env["aria.referral"].with_user(self.supplier)
        rows = model.search([])
        grouped = dict(model._read_group([], ["day"], ["__count"]))
        for day in ("overdue", "today", "tomorrow", "later", "none"):
            self.assertEqual(
                model.search([("day", "=", day)]), rows.filtered(lambda r, d=day: r.day == d)
            )
            self.assertEqual(grouped.get(day, 0), len(rows.filtered(lambda r, d=day: r.day == d)))
        self.assertEqual(sorted(rows.mapped("day")), ["later", "none", "tomorrow"])

    def test_other_companies_do_not_see_it(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.make_user(
            "stranger", unit=self.supply, company_id=other.id, company_ids=[(6, 0, other.ids)]
        )
        document = self.make_document(company_id=self.env.company.id)
        referral = self.refer(document)
        self.assertIn(referral.id, self.rpc(self.supplier, referral, "search", []))
        self.assertNotIn(referral.id, self.rpc(stranger, referral, "search", []))
        with self.assertRaises(AccessError):
            self.rpc(stranger, referral, "action_answer", "x")
        with self.assertRaises(AccessError):
            self.rpc(stranger, document, "aria_answer", "x")
        with self.assertRaisesRegex(UserError, "does not work"):
            self.rpc(
                self.seller,
                self.make_document(company_id=self.env.company.id),
                "aria_refer",
                user=stranger.id,
            )

    def test_nobody_takes_what_another_holds(self):
        document = self.make_document()
        self.rpc(self.seller, document, "aria_refer", unit=self.supply.id)
        self.refuse(self.outsider, document, "aria_refer", unit=self.warehouse.id)
        self.refuse(self.keeper, document, "aria_refer", None, self.keeper.id)
        self.assertEqual(document.aria_referral_ids.mapped("state"), ["open"])
        self.assertEqual(document.aria_unit_id, self.supply)
