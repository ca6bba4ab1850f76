from odoo.fields import Command

from odoo.addons.aria_sales_opportunity.tests.common import LineCase


class ApprovalCase(LineCase):
    """A policy "A, then B and C at once, then two of five", and the people of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["aria.approval.policy"].search([]).active = False
        cls.a, cls.b, cls.c, *cls.five = [cls.make_user(f"approver{n}") for n in range(8)]
        cls.outsider = cls.make_user("outsider")
        cls.policy = cls.make_policy(
            {"user_ids": cls.a}, {"user_ids": cls.b | cls.c, "mode": "all", "sequence": 20},
            {"user_ids": cls.a.union(*cls.five) - cls.a, "mode": "quorum", "quorum": 2, "sequence": 30},
        )  # fmt: skip

    @classmethod
    def make_policy(cls, *steps, **values):
        def prepare(step):
            return {
                name: [Command.set(value.ids)]
                if name == "user_ids"
                else getattr(value, "id", value)
                for name, value in step.items()
            }

        return cls.env["aria.approval.policy"].create(
            {
                "name": "Policy",
                "order_domain": f"[('partner_id', '=', {cls.partner.id})]",
                "step_ids": [Command.create({"sequence": 10, **prepare(step)}) for step in steps],
                **values,
            }
        )

    def run_cron(self, name):
        """Run a job as Odoo does, with commits that the test takes back."""
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(f"aria_sales_approval.{name}").method_direct_trigger()
        self.env.invalidate_all()

    def submit(self, order):
        self.rpc(self.seller, order, "aria_submit")
        order.invalidate_recordset()
        return order.aria_approval_request_ids.sorted("round")[-1]

    def task_of(self, request, user):
        return request.task_ids.filtered(lambda t: t.state == "open" and user in t.approver_ids)[:1]

    def approve(self, request, *users):
        for user in users:
            self.rpc(user, self.task_of(request, user), "approve")
            self.env.invalidate_all()

    def approve_all(self, request):
        self.approve(request, self.a, self.b, self.c, *self.five[:2])

    def states(self, request):
        return request.task_ids.sorted(lambda t: (t.sequence, t.id)).mapped("state")
