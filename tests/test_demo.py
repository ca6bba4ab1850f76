"""The demo data of every addon, and the month of trade that ``./aria up`` lives on it."""

from datetime import datetime

import demo_data
import demo_month

from odoo.tests import TransactionCase, tagged

from .addons import NAMES


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.module.module"].search([("name", "in", NAMES)]).demo = False

    def load(self):
        with self.assertNoLogs("odoo", level="WARNING"):
            return demo_data.load(self.env)

    def test_every_demo_file_loads(self):
        order = self.load()
        self.assertEqual(
            set(order), set(NAMES), "each addon is marked, also one without demo files"
        )
        modules = self.env["ir.module.module"].search([("name", "in", NAMES)])
        for module in modules:
            known = module.upstream_dependencies(exclude_states=("uninstallable",)).mapped("name")
            earlier = order[: order.index(module.name)]
            self.assertLessEqual(set(known) & set(NAMES), set(earlier), module.name)
        self.assertTrue(all(modules.mapped("demo")))
        self.assertFalse(demo_data.load(self.env), "what is loaded is not loaded again")

    def test_ids_of_new_demo_records_tell_that_they_are_demo(self):
        before = self.env["ir.model.data"].search([], order="id desc", limit=1).id
        self.load()
        made = self.env["ir.model.data"].search([("id", ">", before), ("module", "in", NAMES)])
        self.assertTrue(made)
        for data in made:
            self.assertTrue(
                data.name.endswith(("_demo", "_demo_product_template", "_demo_res_partner")),
                data.name,
            )

    def test_a_month_of_trade(self):
        self.load()
        month = demo_month.live(self.env, days=9, sales=9, today=datetime(2026, 11, 24, 9, 30))
        self.assertEqual(month.refused, [])
        lines = self.env["sale.order.line"].search([("aria_workflow_id", "!=", False)])
        self.assertLessEqual({"won", "lost", False}, set(lines.mapped("aria_outcome")))
        self.assertTrue(
            all(line.aria_lost_reason_id for line in lines if line.aria_outcome == "lost")
        )
        referrals = self.env["aria.referral"].search([])
        self.assertLessEqual({"open", "answered", "returned"}, set(referrals.mapped("state")))
        for login in demo_month.STAFF:
            person = self.env["res.users"].search([("login", "=", login)])
            waiting = person.with_user(person)._aria_count_cartable()
            self.assertTrue(waiting["total_count"], f"the cartable of {login} is empty")
        self.assertFalse(self.env["mail.mail"].search([("state", "=", "outgoing")]))
        log = self.env["aria.workflow.log"].search([])
        self.assertGreater(
            len({entry.date.date() for entry in log}), 4, "the steps are spread over the days"
        )
