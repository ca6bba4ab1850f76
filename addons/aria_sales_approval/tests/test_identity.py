import json

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import ApprovalCase

PASSWORD = "a long password of A"


@tagged("post_install", "-at_install")
class TestIdentity(ApprovalCase, HttpCase):
    """Above a limit Odoo's own question for the password comes first, in a real session."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.active = False
        cls.policy = cls.make_policy({"user_ids": cls.a}, identity_amount=100)
        cls.a.password = PASSWORD

    def call(self, model, method, ids, *args, context=None):
        params = {
            "model": model, "method": method, "args": [ids, *args],
            "kwargs": {"context": context or {}},
        }  # fmt: skip
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "id": 1, "params": params})
        headers = {"Content-Type": "application/json"}
        answer = self.url_open(f"/web/dataset/call_kw/{model}/{method}", body, headers=headers)
        self.env.invalidate_all()
        return answer.json()

    def log_in(self):
        self.authenticate(self.a.login, PASSWORD)
        # as ten minutes after the login
        self.session.pop("identity-check-last", None)
        from odoo.http import root

        root.session_store.save(self.session)

    @mute_logger("odoo.http", "odoo.addons.base.models.res_users")
    def test_password_first(self):
        request = self.submit(self.make_order(self.goods[0]))
        task = self.task_of(request, self.a)
        self.log_in()
        asked = self.call(task._name, "approve", task.ids, "fine")["result"]
        self.assertEqual(asked["res_model"], "res.users.identitycheck")
        self.assertEqual((task.state, request.state), ("open", "open"))
        wizard = [asked["res_id"]]
        wrong = self.call(
            "res.users.identitycheck", "run_check", wizard, context={"password": "wrong"}
        )
        self.assertIn("error", wrong)
        self.assertEqual(task.state, "open")
        done = self.call(
            "res.users.identitycheck", "run_check", wizard, context={"password": PASSWORD}
        )
        self.assertNotIn("error", done)
        self.assertEqual((task.state, request.state), ("approved", "approved"))
        self.assertEqual(request.decision_ids.reason, "fine")

    def test_lines_and_many_at_once_ask_too(self):
        request = self.submit(self.make_order(*self.goods))
        task = self.task_of(request, self.a)
        self.log_in()
        line = request.order_id.order_line[0]
        for method, args in (("approve_lines", (line.ids, "no")), ("approve_each", ())):
            asked = self.call(task._name, method, task.ids, *args)["result"]
            self.assertEqual(asked["res_model"], "res.users.identitycheck", method)
            self.assertEqual(task.state, "open")
        self.call(
            "res.users.identitycheck",
            "run_check",
            [asked["res_id"]],
            context={"password": PASSWORD},
        )
        self.assertEqual(task.state, "approved")

    def test_to_refuse_needs_no_password(self):
        request = self.submit(self.make_order(self.goods[0]))
        task = self.task_of(request, self.a)
        self.log_in()
        self.assertTrue(self.call(task._name, "reject", task.ids, "never")["result"])
        self.assertEqual(request.state, "rejected")
