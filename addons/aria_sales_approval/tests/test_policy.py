from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestPolicy(ApprovalCase):
    def test_bad_input(self):
        unit = self.make_unit("empty")
        for steps, values in (
            ((), {}),
            (({},), {}),
            (({"user_ids": self.a, "mode": "quorum", "quorum": 2},), {}),
            (({"unit_id": unit},), {}),
            (({"user_ids": self.a},), {"order_domain": "[('nope', '=', 1)]"}),
            (({"user_ids": self.a},), {"order_domain": "import os"}),
            (({"user_ids": self.a, "condition_domain": "[(1"},), {}),
        ):
            with self.subTest(steps=steps), self.assertRaises(ValidationError), self.cr.savepoint():
                self.make_policy(*steps, **values)

    def test_policies_are_the_managers(self):
        for user in (self.seller, self.outsider, self.keeper):
            self.refuse(user, self.policy, "write", {"active": False}, error=AccessError)
            self.refuse(user, self.policy.step_ids[0], "write", {"sequence": 1}, error=AccessError)
        self.rpc(self.manager, self.policy, "write", {"name": "Other"})

    def test_conditions_of_lines_and_steps(self):
        self.policy.write({"line_domain": "[('discount', '>', 20)]"})
        self.policy.step_ids[1].condition_domain = "[('amount_untaxed', '>', 1000)]"
        order = self.make_order(self.goods[0])
        self.assertFalse(order.aria_needs_approval)
        self.rpc(self.seller, order.order_line, "write", {"discount": 30})
        request = self.submit(order)
        self.assertEqual(
            request.task_ids.step_id, self.policy.step_ids[0] | self.policy.step_ids[2]
        )

    def test_nobody_is_asked(self):
        self.policy.step_ids.condition_domain = "[('id', '=', 0)]"
        self.refuse(self.seller, self.make_order(self.goods[0]), "aria_submit", error=UserError)

    def test_managers_of_units_and_fields(self):
        self.policy.active = False
        boss = self.make_user("boss")
        self.env.ref("aria_workflow.unit_sales").manager_id = boss
        self.supply.manager_id = self.b
        field = self.env["ir.model.fields"]._get("sale.order", "user_id")
        self.make_policy(
            {"use_unit_manager": True}, {"use_line_unit_manager": True, "sequence": 20},
            {"user_field_id": field, "user_ids": self.c, "sequence": 30},
        )  # fmt: skip
        order = self.make_order(self.goods[0])
        order.order_line.aria_refer(unit=self.supply)
        request = self.submit(order)
        self.assertEqual(request.task_ids.user_id, boss | self.b | self.c)

    def test_simulation(self):
        order = self.make_order(self.goods[0])
        simulation = self.env["aria.approval.simulation"].with_user(self.manager)
        text = simulation.create({"policy_id": self.policy.id, "order_id": order.id}).result
        self.assertIn(self.a.name, text)
        self.assertFalse(order.aria_approval_request_ids)
        company = self.env["res.company"].create({"name": "Other"})
        foreign = self.policy.copy({"company_id": company.id})
        values = {"policy_id": foreign.id, "order_id": order.id}
        secret = self.env["aria.approval.simulation"].with_user(self.manager).create(values)
        self.refuse(self.manager, secret, "read", ["result"], error=AccessError)

    def test_used_steps_stay(self):
        self.submit(self.make_order(self.goods[0]))
        with self.assertRaises(UserError):
            self.policy.step_ids[0].unlink()
        with self.assertRaises(UserError):
            self.policy.write({"step_ids": [Command.delete(self.policy.step_ids[0].id)]})
