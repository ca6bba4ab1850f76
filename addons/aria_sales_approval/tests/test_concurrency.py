import os
import signal

from odoo import api, sql_db
from odoo.fields import Command
from odoo.tests import get_db_name, tagged
from odoo.tools import SQL

from odoo.addons.aria_workflow.tests.common import RaceCase


@tagged("post_install", "-at_install")
class TestConcurrency(RaceCase):
    """Approvals in transactions that really commit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.addClassCleanup(cls._clean_up)
        with cls.transaction() as env:
            cls._make_world(env)

    @classmethod
    def _make_world(cls, env):
        group = env.ref("sales_team.group_sale_salesman_all_leads").id
        base = env.ref("base.group_user").id
        users = env["res.users"].with_context(no_reset_password=True)
        for login in ("race_seller", "race_a", "race_b"):
            groups = [base, group] if login == "race_seller" else [base]
            users |= users.create(
                {"name": login, "login": login, "group_ids": [Command.set(groups)]}
            )
        cls.users, (cls.seller, cls.a, cls.b) = users.ids, users.ids
        cls.partner = env["res.partner"].create({"name": "Race approval"}).id
        cls.product = env["product.product"].create({"name": "Race service", "type": "service"}).id
        step = {"user_ids": [Command.set([cls.a, cls.b])], "mode": "any"}
        cls.policy = (
            env["aria.approval.policy"]
            .create(
                {
                    "name": "Race",
                    "order_domain": f"[('partner_id', '=', {cls.partner})]",
                    "step_ids": [Command.create(step)],
                }
            )
            .id
        )

    @classmethod
    def _clean_up(cls):
        with cls.transaction() as env:
            orders = env["sale.order"].search([("partner_id", "=", cls.partner)])
            for table in ("aria_approval_decision", "aria_approval_task", "aria_approval_request"):
                key = "order_id" if table != "aria_approval_decision" else "request_id"
                among = orders.ids if key == "order_id" else orders.aria_approval_request_ids.ids
                env.cr.execute(
                    SQL(
                        "DELETE FROM %s WHERE %s = ANY(%s)",
                        SQL.identifier(table),
                        SQL.identifier(key),
                        among,
                    )
                )
            env.cr.execute("DELETE FROM aria_referral WHERE res_model LIKE 'aria.approval%%'")
            env.cr.execute("DELETE FROM aria_workflow_log WHERE res_model = 'sale.order.line'")
            env.cr.execute("DELETE FROM aria_referral WHERE res_model = 'sale.order.line'")
            env.cr.execute("UPDATE sale_order SET state = 'draft' WHERE id = ANY(%s)", [orders.ids])
            env.invalidate_all()
            orders.unlink()
            env["aria.approval.policy"].browse(cls.policy).unlink()
            env["product.product"].browse(cls.product).product_tmpl_id.unlink()
            users = env["res.users"].browse(cls.users)
            partners = users.partner_id | env["res.partner"].browse(cls.partner)
            users.unlink()
            partners.unlink()

    def make_submitted(self):
        """Return (order id, line id, task ids of a and b) of a submitted quotation."""
        with self.transaction(self.seller) as env:
            line = Command.create(
                {"product_id": self.product, "product_uom_qty": 1, "price_unit": 10}
            )
            order = env["sale.order"].create({"partner_id": self.partner, "order_line": [line]})
            order.aria_submit()
            tasks = order.sudo().aria_approval_request_ids.task_ids
            by_user = {task.user_id.id: task.id for task in tasks}
            return order.id, order.order_line.id, (by_user[self.a], by_user[self.b])

    def facts(self, order):
        with self.transaction() as env:
            request = env["sale.order"].browse(order).aria_approval_request_ids
            return (
                request.state, len(request.decision_ids), request.action_verify_chain(),
                sorted(request.task_ids.mapped("state")),
            )  # fmt: skip

    def test_two_approvers_at_once(self):
        order, _line, (a, b) = self.make_submitted()
        results = self.race(
            (self.a, "aria.approval.task", [a], "approve", []),
            (self.b, "aria.approval.task", [b], "approve", []),
        )
        self.assertEqual(sum(isinstance(r, Exception) for r in results), 1, results)
        self.assertEqual(self.facts(order), ("approved", 1, [], ["approved", "skipped"]))

    def test_double_click(self):
        order, _line, (a, _b) = self.make_submitted()
        call = (self.a, "aria.approval.task", [a], "approve", [])
        self.assertEqual(sum(isinstance(r, Exception) for r in self.race(call, call)), 1)
        self.assertEqual(self.facts(order)[1], 1)

    def test_submitted_twice_at_once(self):
        with self.transaction(self.seller) as env:
            line = Command.create({"product_id": self.product, "product_uom_qty": 1})
            order = env["sale.order"].create({"partner_id": self.partner, "order_line": [line]}).id
        call = (self.seller, "sale.order", [order], "aria_submit", [])
        self.assertEqual(sum(isinstance(r, Exception) for r in self.race(call, call)), 1)
        self.assertEqual(self.facts(order)[0], "open")

    def test_approved_and_edited_at_once(self):
        order, line, (a, _b) = self.make_submitted()
        self.race(
            (self.a, "aria.approval.task", [a], "approve", []),
            (self.seller, "sale.order.line", [line], "write", [{"price_unit": 1}]),
        )
        with self.transaction() as env:
            order = env["sale.order"].browse(order)
            price = order.order_line.price_unit
            self.assertEqual(bool(order._aria_filter_unapproved()), price == 1)
            if price == 1:
                self.assertEqual(order.aria_approval_state, "voided")

    def test_killed_between_decision_and_commit(self):
        order, _line, (a, _b) = self.make_submitted()
        pid = os.fork()
        if not pid:  # the child: its own connection, killed before it commits
            try:
                sql_db._Pool = None  # the parent's connections stay the parent's
                with sql_db.db_connect(get_db_name()).cursor() as cr:
                    api.Environment(cr, self.a, {})["aria.approval.task"].browse(a).approve()
                    cr.execute("SELECT 1")
                    os.kill(os.getpid(), signal.SIGKILL)
            finally:
                os._exit(1)
        _pid, status = os.waitpid(pid, 0)
        self.assertEqual(os.WTERMSIG(status), signal.SIGKILL)
        self.assertEqual(self.facts(order), ("open", 0, [], ["open", "open"]))
        with self.transaction(self.a) as env:
            env["aria.approval.task"].browse(a).approve()
        self.assertEqual(self.facts(order)[:3], ("approved", 1, []))
