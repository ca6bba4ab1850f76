from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestApproval(ApprovalCase):
    def test_series_parallel_and_quorum(self):
        order = self.make_order(*self.goods)
        request = self.submit(order)
        self.assertEqual((order.aria_approval_state, request.round), ("open", 1))
        self.assertEqual(self.states(request), ["open"] + ["waiting"] * 7)
        self.assertEqual(request.task_ids.aria_referral_id.to_user_id, self.a)
        self.approve(request, self.a)
        self.assertEqual(self.states(request)[:3], ["approved", "open", "open"])
        self.approve(request, self.c)
        self.assertEqual(self.states(request)[3:], ["waiting"] * 5)
        self.approve(request, self.b, self.five[3])
        self.assertEqual(request.state, "open")
        self.approve(request, self.five[0])
        self.assertEqual(request.state, "approved")
        self.assertEqual(order.aria_approval_state, "approved")
        self.assertEqual(self.states(request).count("skipped"), 3)
        self.assertFalse(request.task_ids.aria_referral_id)
        self.rpc(self.seller, order, "action_confirm")
        self.assertEqual((order.state, order.locked), ("sale", True))

    def test_decided_once_and_by_the_right_person(self):
        request = self.submit(self.make_order(self.goods[0]))
        task = request.task_ids[0]
        for user in (self.b, self.outsider, self.seller, self.keeper, self.manager):
            for method, args in (("approve", ()), ("reject", ("no",)), ("send_back", ("no",))):
                self.refuse(user, task, method, *args)
        self.refuse(self.a, request.task_ids[1], "approve")
        self.refuse(self.a, task, "send_back", " ", error=UserError)
        self.refuse(self.a, task, "reject", False, error=UserError)
        self.refuse(self.a, task, "aria_answer", "done", error=UserError)
        self.refuse(self.a, task, "aria_return", "no", error=UserError)
        self.refuse(self.a, task, "aria_refer", None, self.outsider.id, error=UserError)
        self.refuse(self.a, task, "approve_lines", [0], "no", error=UserError)
        self.refuse(self.a, task, "approve_lines", "x", "no", error=UserError)
        self.refuse(self.a, task, "approve_lines", [[1]], "no", error=UserError)
        with self.assertRaises(AccessError):
            task.approve()  # the superuser decides nothing
        self.rpc(self.a, task, "approve", "fine")
        self.refuse(self.a, task, "approve")  # a replayed call
        self.assertEqual(len(request.decision_ids), 1)
        self.assertEqual(request.decision_ids.reason, "fine")

    def test_correct_and_ask_again_only_what_changed(self):
        self.policy.active = False
        special = f"[('product_id', '=', {self.goods[0].id})]"
        self.make_policy(
            {"user_ids": self.a, "line_domain": special}, {"user_ids": self.b, "sequence": 20}
        )
        order = self.make_order(*self.goods[:2])
        request = self.submit(order)
        self.approve(request, self.a)
        self.rpc(self.b, self.task_of(request, self.b), "send_back", "too cheap")
        order.invalidate_recordset()
        self.assertEqual((request.state, order.aria_approval_state), ("returned", "returned"))
        self.assertEqual(request.aria_referral_id.to_user_id, self.seller)
        self.rpc(self.seller, order.order_line[1], "write", {"price_unit": 120})
        again = self.submit(order)
        self.assertEqual((again.round, self.states(again)), (2, ["approved", "open"]))
        self.assertEqual(again.decision_ids.verdict, "kept")
        self.assertIn("table-warning", again.screen)
        self.assertFalse(request.aria_referral_id)
        self.approve(again, self.b)
        self.assertEqual(order.aria_approval_state, "approved")
        # nothing changed: nobody is asked again
        self.refuse(self.seller, order, "aria_submit", error=UserError)
        self.rpc(self.seller, order.order_line[0], "write", {"price_unit": 110})
        order.invalidate_recordset()
        self.assertEqual(order.aria_approval_state, "voided")
        self.assertEqual(self.states(self.submit(order)), ["open", "waiting"])

    def test_approve_some_lines(self):
        self.policy.active = False
        self.make_policy({"user_ids": self.a})
        order = self.make_order(*self.goods)
        request = self.submit(order)
        one, two, _three = order.order_line
        self.rpc(self.a, self.task_of(request, self.a), "approve_lines", [one.id, two.id], "third")
        self.env.invalidate_all()
        self.assertEqual(request.state, "returned")
        self.assertEqual(
            set(request.task_ids.approved_content["lines"]), {str(one.id), str(two.id)}
        )
        self.refuse(self.seller, order, "action_confirm", error=UserError)

    def test_back_to_an_earlier_step(self):
        request = self.submit(self.make_order(self.goods[0]))
        self.approve(request, self.a)
        first = request.task_ids.filtered(lambda t: t.user_id == self.a)
        self.refuse(
            self.b,
            self.task_of(request, self.b),
            "send_back",
            "why",
            self.task_of(request, self.c).id,
        )
        self.rpc(self.b, self.task_of(request, self.b), "send_back", "why", first.id)
        self.env.invalidate_all()
        self.assertEqual(
            (request.state, self.states(request)), ("open", ["open"] + ["waiting"] * 7)
        )
        self.assertEqual(first.aria_referral_id.note, "why")
        self.approve_all(request)
        self.assertEqual(request.state, "approved")
        self.assertFalse(request.action_verify_chain())

    def test_reject(self):
        order = self.make_order(self.goods[0])
        request = self.submit(order)
        self.rpc(self.a, self.task_of(request, self.a), "reject", "never")
        order.invalidate_recordset()
        self.assertEqual((request.state, order.aria_approval_state), ("rejected", "rejected"))
        self.refuse(self.seller, order, "action_confirm")

    def test_changed_while_it_is_decided(self):
        order = self.make_order(self.goods[0])
        request = self.submit(order)
        self.env.cr.execute(
            "UPDATE sale_order_line SET price_unit = 1 WHERE order_id = %s", [order.id]
        )
        self.env.invalidate_all()
        self.refuse(self.a, request.task_ids[0], "approve", error=UserError)
        self.assertEqual(self.submit(order).round, 2)
        self.assertEqual(request.state, "voided")

    def test_pool_of_a_unit_and_of_a_group(self):
        self.policy.active = False
        unit = self.make_unit("board", member_ids=[Command.set((self.b | self.c).ids)])
        group = self.env["res.groups"].create(
            {"name": "Board", "user_ids": [Command.set(self.a.ids)]}
        )
        self.make_policy({"unit_id": unit}, {"group_id": group, "sequence": 20})
        request = self.submit(self.make_order(self.goods[0]))
        self.assertEqual(len(request.task_ids), 2)
        self.assertFalse(request.task_ids.user_id)
        found = self.env["aria.referral"].with_user(self.c).search([("is_mine", "=", True)])
        self.assertIn(request.task_ids[0].aria_referral_id, found)
        self.approve(request, self.c)
        self.assertEqual(request.task_ids[0].user_id, self.c)
        found = self.env["aria.referral"].with_user(self.a).search([("is_mine", "=", True)])
        self.assertIn(request.task_ids[1].aria_referral_id, found)
        self.approve(request, self.a)
        self.assertEqual(request.state, "approved")

    def test_one_person_once(self):
        self.policy.active = False
        policy = self.make_policy({"user_ids": self.a}, {"user_ids": self.a, "sequence": 20})
        order = self.make_order(self.goods[0])
        self.refuse(self.seller, order, "aria_submit", error=UserError)
        policy.allow_same_person = True
        request = self.submit(order)
        self.approve(request, self.a, self.a)
        self.assertEqual(request.state, "approved")
        policy.allow_same_person = False
        policy.step_ids[0].user_ids = self.a | self.b
        request = self.submit(self.make_order(self.goods[0]))
        self.refuse(self.a, self.task_of(request, self.a), "approve", error=UserError)
        self.approve(request, self.b, self.a)
        self.assertEqual(request.state, "approved")

    def test_the_requester_never_approves(self):
        self.policy.active = False
        policy = self.make_policy({"user_ids": self.seller}, allow_same_person=True)
        order = self.make_order(self.goods[0])
        self.refuse(self.seller, order, "aria_submit", error=UserError)
        policy.step_ids.user_ids = self.seller | self.a
        self.assertEqual(self.submit(order).task_ids.user_id, self.a)

    # ------------------------------------------------------------------ absent people
    def substitute(self, user, other, days=(-1, 1)):
        today = fields.Date.today()
        return self.env["aria.approval.substitute"].create(
            {
                "user_id": user.id,
                "substitute_id": other.id,
                "date_from": today + timedelta(days=days[0]),
                "date_to": today + timedelta(days=days[1]),
            }
        )

    def test_substitute(self):
        self.substitute(self.a, self.outsider)
        request = self.submit(self.make_order(self.goods[0]))
        task = request.task_ids[0]
        self.assertEqual((task.user_id, task.on_behalf_of_id), (self.outsider, self.a))
        self.assertIn("substitute", task.redirected)
        self.approve(request, self.outsider)
        decision = request.decision_ids
        self.assertEqual((decision.user_id, decision.on_behalf_of_id), (self.outsider, self.a))

    def test_substitute_named_afterwards(self):
        request = self.submit(self.make_order(self.goods[0]))
        self.refuse(self.outsider, request.task_ids[0], "approve")
        self.substitute(self.a, self.outsider)
        self.rpc(self.outsider, request.task_ids[0], "approve")
        self.assertEqual(request.decision_ids.on_behalf_of_id, self.a)

    def test_archived_approver_goes_to_the_units_manager(self):
        self.make_unit("desk", member_ids=[Command.set(self.a.ids)], manager_id=self.outsider.id)
        self.a.active = False
        request = self.submit(self.make_order(self.goods[0]))
        task = request.task_ids[0]
        self.assertEqual((task.user_id, task.on_behalf_of_id), (self.outsider, self.a))
        self.assertIn("manager", task.redirected)

    def test_archived_afterwards_and_nobody_left(self):
        request = self.submit(self.make_order(self.goods[0]))
        self.a.active = False
        self.substitute(self.a, self.outsider)
        self.run_cron("ir_cron_redirect")
        self.assertEqual(request.task_ids[0].user_id, self.outsider)
        self.env["aria.approval.substitute"].search([]).unlink()
        self.refuse(self.seller, self.make_order(self.goods[0]), "aria_submit", error=UserError)

    def ask_group(self, *members, **step):
        """Submit a quotation that a group approves; the outsider is the manager of its members."""
        people = [Command.set([user.id for user in members])]
        self.make_unit("home", member_ids=people, manager_id=self.outsider.id, sequence=99)
        group = self.env["res.groups"].create({"name": "Board", "user_ids": people})
        self.policy.active = False
        self.make_policy({"group_id": group, **step})
        return group, self.submit(self.make_order(self.goods[0]))

    def test_a_group_whose_members_are_archived_afterwards(self):
        _group, request = self.ask_group(self.a, self.b)
        self.a.active = False
        self.run_cron("ir_cron_redirect")
        self.assertFalse(request.task_ids.user_id, "one is left, and the group holds it still")
        self.b.active = False
        self.run_cron("ir_cron_redirect")
        task = request.task_ids
        self.assertEqual((task.user_id, task.state), (self.outsider, "open"))
        self.assertIn("manager", task.redirected)
        self.assertEqual(task.aria_user_id, self.outsider, "it is in the cartable")
        self.approve(request, self.outsider)
        self.assertEqual(request.state, "approved")
        self.assertIn(request.decision_ids.on_behalf_of_id, self.a | self.b)

    def test_a_group_with_new_members(self):
        group, request = self.ask_group(self.a)
        self.a.active = False
        group.user_ids |= self.c
        self.run_cron("ir_cron_redirect")
        task = request.task_ids
        self.assertFalse(task.user_id)
        self.assertIn(self.c, task.approver_ids)
        self.assertIn(self.c.name, task.redirected)
        self.assertIn(self.c, task.aria_unit_id.member_ids, "it is in the cartable")
        self.approve(request, self.c)
        self.assertEqual(request.state, "approved")

    def test_a_group_that_is_away(self):
        _group, request = self.ask_group(self.a)
        self.substitute(self.a, self.b)
        self.run_cron("ir_cron_redirect")
        self.assertEqual(request.task_ids.user_id, self.b)
        self.assertEqual(request.task_ids.on_behalf_of_id, self.a)

    def test_a_quorum_of_which_too_few_are_left(self):
        _group, request = self.ask_group(self.a, self.b, mode="quorum", quorum=2)
        self.b.active = False
        self.run_cron("ir_cron_redirect")
        self.assertEqual(request.task_ids.mapped("state"), ["open", "open"])
        self.assertEqual(request.task_ids.user_id, self.outsider, "one seat goes to the manager")
        self.approve(request, self.a, self.outsider)
        self.assertEqual(request.state, "approved")

    def test_nobody_at_all_is_said_once(self):
        _group, request = self.ask_group(self.a)
        self.env["aria.unit"].search([("code", "=", "home")]).manager_id = False
        self.a.active = False
        for _run in range(2):
            self.run_cron("ir_cron_redirect")
        task = request.task_ids
        self.assertEqual(task.state, "open")
        self.assertIn("name a substitute", task.redirected)
        notes = request.order_id.message_ids.filtered(lambda m: "nobody represents" in m.body)
        self.assertEqual(len(notes), 1)
        self.assertIn(self.seller.partner_id, notes.notified_partner_ids)
        self.substitute(self.a, self.c)
        self.run_cron("ir_cron_redirect")
        self.assertEqual(task.user_id, self.c, "as soon as there is somebody")

    def test_nobody_at_all_is_said_in_the_language_of_the_requester(self):
        self.env["res.lang"]._activate_lang("fa_IR")
        self.seller.lang = "fa_IR"
        _group, request = self.ask_group(self.a)
        self.env["aria.unit"].search([("code", "=", "home")]).manager_id = False
        self.a.active = False
        self.run_cron("ir_cron_redirect")
        self.assertIn("جانشین", request.task_ids.redirected)

    def test_missing_books_stop_no_approval(self):
        journals = self.env["account.journal"].search([("type", "=", "sale")])
        journals.active = False
        order = self.make_order(self.goods[0])
        request = self.submit(order)
        self.approve_all(request)
        self.assertEqual(request.state, "approved")
        self.rpc(self.seller, order, "action_confirm")
        self.assertEqual(order.state, "sale")

    def test_a_later_step_whose_people_have_gone(self):
        group, _request = self.ask_group(self.b)
        self.policy = self.make_policy({"user_ids": self.a}, {"group_id": group, "sequence": 20})
        self.env["aria.approval.policy"].search([]).filtered(
            lambda p: p != self.policy
        ).active = False
        request = self.submit(self.make_order(self.goods[0]))
        self.b.active = False
        self.approve(request, self.a)
        self.assertEqual(self.task_of(request, self.outsider).user_id, self.outsider)

    def test_bad_substitutes(self):
        self.substitute(self.a, self.b)
        for user, other in ((self.a, self.c), (self.b, self.a), (self.c, self.c)):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                self.substitute(user, other)
        vals = {
            "user_id": self.a.id,
            "substitute_id": self.outsider.id,
            "date_from": "2020-01-01",
            "date_to": "2020-01-02",
        }
        self.refuse(
            self.outsider, self.env["aria.approval.substitute"], "create", vals, error=AccessError
        )

    def test_deadline_in_working_hours(self):
        self.policy.step_ids[0].deadline_hours = 8
        request = self.submit(self.make_order(self.goods[0]))
        task = request.task_ids[0]
        self.assertGreater(task.deadline, fields.Datetime.now() + timedelta(hours=7))
        self.assertEqual(task.aria_referral_id.deadline, task.deadline)
        self.assertTrue(task.aria_referral_id.alarm_at)

    def test_days_of_the_screen_are_those_of_the_reader(self):
        self.env["res.lang"]._activate_lang("fa_IR")
        sold = self.make_order(self.goods[0])
        self.policy.active = False
        sold.action_confirm()
        sold.date_order = "2026-11-23 10:00:00"
        self.policy.active = True
        order = self.make_order(self.goods[1])
        order.order_line.aria_promise_date = "2026-12-01"
        task = self.submit(order).task_ids[0]
        for lang, days in {
            "fa_IR": ("1405/09/02", "1405/09/10"),
            "en_US": ("11/23/2026", "12/01/2026"),
        }.items():
            screen = task.with_context(lang=lang).screen
            for day in days:
                self.assertIn(day, screen)

    # ------------------------------------------------------------------ forging
    def test_nobody_writes_the_history(self):
        request = self.submit(self.make_order(self.goods[0]))
        self.approve(request, self.a)
        for record in (request, request.task_ids[0], request.decision_ids):
            for user in (self.outsider, self.seller, self.manager, self.keeper, self.a):
                self.refuse(user, record, "write", {"company_id": False}, error=AccessError)
                self.refuse(user, record, "unlink", error=AccessError)
            with self.assertRaises(AccessError):
                record.write({"company_id": False})
            with self.assertRaises(AccessError):
                record.unlink()
        for user in (self.outsider, self.seller, self.manager):
            for name in ("aria_approval_state",):
                self.refuse(user, request.order_id, "write", {name: "approved"}, error=AccessError)
        for model in ("aria.approval.request", "aria.approval.task", "aria.approval.decision"):
            vals = {"company_id": request.company_id.id}
            self.refuse(self.manager, self.env[model], "create", vals, error=AccessError)
        with self.assertRaises(AccessError):
            self.env["aria.approval.request"].create(
                {"name": "x", "order_id": request.order_id.id, "round": 9, "state": "approved"}
            )
        self.assertFalse(self.rpc(self.outsider, request.browse(), "search", []))

    def test_the_chain(self):
        request = self.submit(self.make_order(self.goods[0]))
        self.approve(request, self.a, self.b, self.c)
        self.assertEqual(request.action_verify_chain(), [])
        first, second, last = request.decision_ids.sorted("id")
        execute = self.env.cr.execute
        for sql, id_, broken in (
            ("UPDATE aria_approval_decision SET reason = 'x' WHERE id = %s", second.id, second.id),
            ("UPDATE aria_approval_decision SET user_id = 1 WHERE id = %s", first.id, first.id),
            ("DELETE FROM aria_approval_decision WHERE id = %s", second.id, last.id),
            ("DELETE FROM aria_approval_decision WHERE id = %s", last.id, False),
        ):
            self.env.flush_all()
            with self.subTest(sql), self.cr.savepoint() as point:
                execute(sql, [id_])
                self.env.invalidate_all()
                found = request.action_verify_chain()
                self.assertEqual(found[0]["decision_id"], broken)
                self.assertTrue(request._aria_prove_and_tell())
                self.env.flush_all()
                point.rollback()
            self.env.invalidate_all()
        self.assertEqual(request.action_verify_chain(), [])

    def test_mass_approval_has_a_result_for_each(self):
        one, two = (self.submit(self.make_order(self.goods[0])) for _n in range(2))
        tasks = (one | two).task_ids.filtered(lambda t: t.state == "open")
        self.env.cr.execute(
            "UPDATE sale_order_line SET price_unit = 1 WHERE order_id = %s", [two.order_id.id]
        )
        self.env.invalidate_all()
        results = self.rpc(self.a, tasks, "approve_each")
        self.assertEqual(
            {r["task_id"]: bool(r["error"]) for r in results},
            {one.task_ids[0].id: False, two.task_ids[0].id: True},
        )

    def test_password_is_asked(self):
        self.policy.identity_amount = 100
        request = self.submit(self.make_order(self.goods[0]))
        self.assertTrue(request.needs_identity)
        self.refuse(self.a, self.task_of(request, self.a), "approve", error=UserError)
        self.policy.identity_amount = 10000
        self.approve(self.submit(self.make_order(self.goods[0])), self.a)

    def test_the_dialog(self):
        request = self.submit(self.make_order(*self.goods))
        act = self.env["aria.approval.act"].with_user(self.a)
        act = act.with_context(
            default_task_id=request.task_ids[0].id, default_verdict="lines"
        ).create({"note": "one"})
        self.assertEqual(len(act.line_ids), 3)
        act.line_ids[0].approved = False
        act.action_apply()
        self.assertEqual(request.state, "returned")
