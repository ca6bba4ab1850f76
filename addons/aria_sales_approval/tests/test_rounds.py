from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestRounds(ApprovalCase):
    """After a correction only what has changed is asked again, and people are told what that is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.active = False
        cls.policy = cls.make_policy({"user_ids": cls.a})

    def asked(self, task):
        return sorted(int(key) for key in task.scope["lines"])

    def partly(self, order, user, *lines):
        """Let ``user`` approve these lines of the present round and return the others."""
        request = order.aria_approval_request_id
        ids = [line.id for line in lines]
        self.rpc(user, self.task_of(request, user), "approve_lines", ids, "too cheap")
        self.env.invalidate_all()
        return request

    def raise_price(self, line, price=150):
        self.rpc(self.seller, line, "write", {"price_unit": price})
        self.env.invalidate_all()

    # ------------------------------------------------------------------ what is asked again
    def test_approved_lines_are_not_asked_again(self):
        order = self.make_order(*self.goods)
        one, two, three = order.order_line
        self.submit(order)
        first = self.partly(order, self.a, one, two)
        self.raise_price(three)
        again = self.submit(order)
        task = again.task_ids
        self.assertEqual((task.state, self.asked(task)), ("open", three.ids))
        self.assertEqual(task.kept_from_id, first.task_ids)
        self.assertEqual(again.decision_ids.mapped("verdict"), ["kept"])
        self.assertIn(one.product_id.name, again.decision_ids.reason)
        self.assertIn("o_aria_settled", task.with_user(self.a).screen)
        self.refuse(self.a, task, "approve_lines", one.ids, "again")
        self.approve(again, self.a)
        self.assertEqual(order.aria_approval_state, "approved")
        self.assertEqual(again.action_verify_chain(), [])
        self.rpc(self.seller, order, "action_confirm")

    def test_what_a_third_round_keeps(self):
        order = self.make_order(*self.goods)
        one, two, three = order.order_line
        self.submit(order)
        self.partly(order, self.a, one)
        self.raise_price(two)
        self.submit(order)
        self.partly(order, self.a, two)
        self.raise_price(three)
        again = self.submit(order)
        self.assertEqual(self.asked(again.task_ids), three.ids)
        self.raise_price(one)  # approved two rounds ago, and now another
        self.assertEqual(self.asked(self.submit(order).task_ids), [one.id, three.id])

    def test_a_step_that_was_not_decided_keeps_its_lines(self):
        self.policy.active = False
        self.make_policy({"user_ids": self.a}, {"user_ids": self.b})
        order = self.make_order(*self.goods[:2])
        one, two = order.order_line
        self.submit(order)
        self.partly(order, self.a, one)
        self.raise_price(two)
        request = self.submit(order)
        self.rpc(self.b, self.task_of(request, self.b), "send_back", "no")
        self.raise_price(two, 160)
        again = self.submit(order)
        mine = again.task_ids.filtered(lambda t: self.a in t.approver_ids)
        self.assertEqual(self.asked(mine), two.ids)

    def test_taking_out_what_was_returned_is_enough(self):
        order = self.make_order(*self.goods)
        one, two, three = order.order_line
        self.submit(order)
        self.partly(order, self.a, one, two)
        self.rpc(self.seller, order, "write", {"order_line": [Command.delete(three.id)]})
        again = self.submit(order)
        self.assertEqual((again.state, again.task_ids.state), ("approved", "approved"))
        self.assertEqual(again.decision_ids.user_id, self.a)

    def test_other_terms_or_a_line_less_ask_all(self):
        order = self.make_order(*self.goods)
        one, two, three = order.order_line
        self.submit(order)
        self.partly(order, self.a, one, two)
        self.rpc(self.seller, order, "write", {"note": "Paid in a year"})
        self.assertEqual(self.asked(self.submit(order).task_ids), order.order_line.ids)
        self.partly(order, self.a, one, two)
        self.rpc(self.seller, order, "write", {"order_line": [Command.delete(one.id)]})
        self.assertEqual(self.asked(self.submit(order).task_ids), (two + three).ids)

    def test_one_approval_fills_one_seat(self):
        self.policy.active = False
        unit = self.make_unit("board", member_ids=[Command.set((self.a | self.b | self.c).ids)])
        self.make_policy({"unit_id": unit, "mode": "quorum", "quorum": 2})
        order = self.make_order(self.goods[0])
        request = self.submit(order)
        self.approve(request, self.a)
        self.rpc(self.b, self.task_of(request, self.b), "send_back", "no")
        again = self.submit(order)
        self.assertEqual(sorted(again.task_ids.mapped("state")), ["approved", "open"])
        self.refuse(self.a, self.task_of(again, self.a), "approve", error=UserError)
        self.approve(again, self.c)
        self.assertEqual(order.aria_approval_state, "approved")

    def test_whoever_submits_next_does_not_count(self):
        self.policy.active = False
        unit = self.make_unit("board", member_ids=[Command.set((self.manager | self.b).ids)])
        self.make_policy({"unit_id": unit}, {"user_ids": self.c, "sequence": 20})
        order = self.make_order(self.goods[0])
        request = self.submit(order)
        self.rpc(self.manager, self.task_of(request, self.manager), "approve")
        self.rpc(self.c, self.task_of(request, self.c), "send_back", "no")
        self.rpc(self.manager, order, "aria_submit")
        again = order.aria_approval_request_id
        self.assertEqual(self.states(again), ["open", "waiting"])
        self.refuse(self.manager, again.task_ids[0], "approve", error=AccessError)

    def test_a_quorum_is_of_several_people(self):
        self.policy.active = False
        unit = self.make_unit("board", member_ids=[Command.set((self.a | self.b).ids)])
        self.make_policy(
            {"unit_id": unit, "mode": "quorum", "quorum": 2}, {"user_ids": self.a, "sequence": 20},
            allow_same_person=True,
        )  # fmt: skip
        request = self.submit(self.make_order(self.goods[0]))
        first, second = request.task_ids.filtered(lambda t: t.state == "open")
        self.refuse(self.a, first | second, "approve")
        self.rpc(self.a, first, "approve")
        self.refuse(self.a, second, "approve")
        self.rpc(self.b, second, "approve")
        self.approve(request, self.a)
        self.assertEqual(request.state, "approved")

    def test_sent_to_an_earlier_step_all_of_it_is_asked(self):
        self.policy.active = False
        self.make_policy({"user_ids": self.a}, {"user_ids": self.b, "sequence": 20})
        order = self.make_order(*self.goods[:2])
        one, two = order.order_line
        self.submit(order)
        self.partly(order, self.a, one)
        self.raise_price(two)
        request = self.submit(order)
        self.approve(request, self.a)
        mine = request.task_ids[0]
        self.rpc(self.b, self.task_of(request, self.b), "send_back", "look again", mine.id)
        self.env.invalidate_all()
        self.assertEqual((mine.state, self.asked(mine)), ("open", (one + two).ids))

    # ------------------------------------------------------------------ splits
    def test_merged_back(self):
        order = self.make_order(*self.goods[:2])
        self.approve(self.submit(order), self.a)
        new = order._aria_split_off(order.order_line[1])
        self.env.flush_all()
        new.aria_merge_back()
        self.env.invalidate_all()
        self.assertEqual((len(order.order_line), order.aria_approval_state), (2, "approved"))
        self.assertFalse(order._aria_filter_unapproved())

    def test_merged_back_after_a_change(self):
        order = self.make_order(*self.goods[:2])
        first = self.submit(order)
        self.approve(first, self.a)
        line = order.order_line[1]
        new = order._aria_split_off(line)
        self.raise_price(line)
        self.assertEqual(
            (order.aria_approval_state, new.aria_approval_state), ("approved", "voided")
        )
        self.approve(self.submit(new), self.a)
        # the round of the part that was split off takes nothing from its origin
        self.assertEqual((first.state, order.aria_approval_state), ("approved", "approved"))
        self.assertEqual(new.aria_approval_state, "approved")
        new.aria_merge_back()
        self.env.invalidate_all()
        self.assertEqual(order.aria_approval_state, "voided")
        self.refuse(self.seller, order, "action_confirm")
        self.assertEqual(self.asked(self.submit(order).task_ids), line.ids)

    # ------------------------------------------------------------------ who is told
    def get_news(self, user):
        messages = self.env["mail.message"].search([("partner_ids", "in", user.partner_id.ids)])
        return messages.sorted("id")[-1:].body or ""

    def test_approvers_are_told_what_changed_and_by_whom(self):
        order = self.make_order(*self.goods[:2])
        self.approve(self.submit(order), self.a)
        line = order.order_line[0]
        self.raise_price(line, 77)
        self.rpc(
            self.seller, order, "write", {"order_line": [Command.delete(order.order_line[1].id)]}
        )
        self.assertEqual(order.aria_approval_state, "voided")
        self.env.cr.flush()
        news = self.get_news(self.a)
        for word in (self.seller.name, order.name, "100", "77", self.goods[1].name, "removed"):
            self.assertIn(word, news)
        request = self.submit(order)
        note = self.task_of(request, self.a).aria_referral_id.note
        for word in (self.seller.name, "100", "77", line.product_id.name, "removed"):
            self.assertIn(word, note)
        self.assertIn("table-warning", request.task_ids.screen)
        self.assertIn("o_aria_was", request.task_ids.screen)

    def test_nobody_is_told_of_what_changed_back(self):
        order = self.make_order(self.goods[0])
        self.approve(self.submit(order), self.a)
        self.raise_price(order.order_line, 77)
        self.raise_price(order.order_line, 100)
        self.env.cr.flush()
        self.assertEqual((order.aria_approval_state, self.get_news(self.a)), ("approved", ""))

    def test_first_rounds_and_unchanged_ones_tell_nothing(self):
        order = self.make_order(self.goods[0])
        request = self.submit(order)
        self.rpc(self.a, self.task_of(request, self.a), "send_back", "why")
        self.assertFalse(self.submit(order).changes)
        self.assertFalse(request.changes)
        order._action_cancel()
        self.env.cr.flush()
        self.assertEqual(self.get_news(self.a), "")

    def test_other_terms_are_named(self):
        order = self.make_order(self.goods[0])
        self.submit(order)
        term = self.env["account.payment.term"].create({"name": "In a year"})
        self.rpc(self.seller, order, "write", {"payment_term_id": term.id})
        self.assertIn("In a year", self.submit(order).changes)
