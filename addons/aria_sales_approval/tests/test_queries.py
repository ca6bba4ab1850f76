from odoo.fields import Command
from odoo.tests import tagged, warmup

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestQueries(ApprovalCase):
    """Queries do not grow with lines, and hardly with orders."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.active = False
        cls.policy = cls.make_policy({"user_ids": cls.a}, {"user_ids": cls.b, "sequence": 20})

    def count(self, call):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        call()
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def make_orders(self, count, lines=1):
        orders = [
            self.make_order(*[self.goods[n % 3] for n in range(lines)]) for _n in range(count)
        ]
        return self.env["sale.order"].union(*orders)

    def submit_count(self, orders):
        return self.count(lambda: orders.with_user(self.seller).aria_submit())

    def approve_count(self, orders, user=None):
        tasks = orders.aria_approval_request_ids.task_ids.filtered(lambda t: t.state == "open")
        return self.count(lambda: tasks.with_user(user or self.a).approve())

    def test_flat_in_lines_and_in_orders(self):
        first = self.make_orders(1)
        self.submit_count(first)  # caches of the registry
        self.approve_count(first)
        small, large, many = self.make_orders(1, 5), self.make_orders(1, 50), self.make_orders(11)
        submits = [self.submit_count(orders) for orders in (small, large, many)]
        approvals = [self.approve_count(orders) for orders in (small, large, many)]
        self.assertLessEqual(submits[1], 1.5 * submits[0], submits)
        self.assertLessEqual(submits[2] - submits[0], 2 * 10, submits)
        self.assertLessEqual(approvals[1], approvals[0], approvals)
        self.assertLessEqual(approvals[2] - approvals[0], 10, approvals)

    def make_tasks(self, user, orders):
        tasks = orders.aria_approval_request_ids.task_ids.filtered(lambda t: t.state == "open")
        tasks = tasks.with_user(user)
        self.env.flush_all()
        self.env.invalidate_all()  # as at the beginning of a request
        return tasks

    @warmup
    def test_one_order_and_step(self):
        for lines in (5, 50):
            order = self.make_orders(1, lines)
            self.submit(order)
            for user in (self.a, self.b):  # the one opens a step, the other ends the round
                tasks = self.make_tasks(user, order)
                with self.subTest(lines=lines), self.assertQueryCount(14):
                    tasks.approve()
            self.assertEqual(order.aria_approval_state, "approved")

    @warmup
    def test_twenty_orders_and_a_step(self):
        orders = self.make_orders(20, 3)
        orders.with_user(self.seller).aria_submit()
        for user in (self.a, self.b):
            tasks = self.make_tasks(user, orders)
            with self.assertQueryCount(14 + 19):
                tasks.approve()

    @warmup
    def test_mass_approval(self):
        orders = self.make_orders(20, 3)
        orders.with_user(self.seller).aria_submit()
        tasks = self.make_tasks(self.a, orders)
        with self.assertQueryCount(14 + 19):
            results = tasks.approve_each()
        self.assertEqual([r["error"] for r in results], [False] * 20)

    @warmup
    def test_one_submission(self):
        order = self.make_orders(1, 5).with_user(self.seller)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(34):  # half of them are what approvers are shown
            order.aria_submit()

    def test_policies_of_units_groups_and_managers_are_flat_too(self):
        self.policy.active = False
        unit = self.make_unit("board", member_ids=[Command.set((self.b | self.c).ids)])
        group = self.env["res.groups"].create(
            {"name": "Board", "user_ids": [Command.set(self.a.ids)]}
        )
        self.env.ref("aria_workflow.unit_sales").manager_id = self.five[0]
        self.make_policy(
            {"unit_id": unit, "deadline_hours": 8}, {"group_id": group}, {"use_unit_manager": True}
        )
        self.submit_count(self.make_orders(1))
        few, many = (self.submit_count(self.make_orders(count)) for count in (1, 11))
        self.assertLessEqual(many - few, 2 * 10, (few, many))

    def test_the_gate_adds_three_to_a_confirmation(self):
        orders = self.make_orders(4, 5)
        for order in orders:
            self.approve(self.submit(order), self.a, self.b)
        self.env.flush_all()
        self.env.registry.clear_cache()
        orders[0].action_confirm()  # caches of the registry
        gated = self.count(orders[1].action_confirm)
        self.policy.order_domain = "[('id', '=', 0)]"
        self.env.flush_all()
        orders[2].action_confirm()
        free = self.count(orders[3].action_confirm)
        self.assertLessEqual(gated - free, 3, (gated, free))
