import os
import signal
import threading
from unittest.mock import patch

from odoo import api, sql_db
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tests import get_db_name, tagged
from odoo.tools import SQL

from odoo.addons.aria_workflow.tests.common import RaceCase

# more of them: ARIA_RACE_ROUNDS=200 ./aria test addons/aria_sales_approval/tests/test_credit_concurrency.py
ROUNDS = int(os.environ.get("ARIA_RACE_ROUNDS", "5"))


def call_unchecked(model, method, ids_and_args, _kwargs):
    """Call what the portal calls: as superuser, also what RPC would not."""
    ids, *args = ids_and_args
    records = model.browse(ids)
    return getattr(records.sudo() if method == "_validate_order" else records, method)(*args)


@tagged("post_install", "-at_install")
class TestCreditConcurrency(RaceCase):
    """Two who use up one ceiling at the same instant, in transactions that really commit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        cls.addClassCleanup(cls._clean_up)
        with cls.transaction() as env:
            group = env.ref("sales_team.group_sale_salesman_all_leads").id
            users = env["res.users"].with_context(no_reset_password=True)
            for login in ("credit_a", "credit_b"):
                groups = [env.ref("base.group_user").id, group]
                users |= users.create(
                    {"name": login, "login": login, "group_ids": [Command.set(groups)]}
                )
            cls.users, (cls.a, cls.b) = users.ids, users.ids
            cls.partners = []
            product = env["product.product"].create(
                {"name": "Race credit", "type": "service", "list_price": 100, "taxes_id": False}
            )
            cls.product = product.id

    @classmethod
    def _clean_up(cls):
        with cls.transaction() as env:
            orders = env["sale.order"].search([("partner_id", "in", cls.partners)])
            lines = orders.order_line.ids
            env.cr.execute(
                "DELETE FROM aria_credit_check WHERE partner_id = ANY(%s)", [cls.partners]
            )
            env.cr.execute(
                "DELETE FROM aria_credit_change WHERE partner_id = ANY(%s)", [cls.partners]
            )
            for table in ("aria_workflow_log", "aria_referral"):
                env.cr.execute(
                    SQL(
                        "DELETE FROM %s WHERE res_model = 'sale.order.line' AND res_id = ANY(%s)",
                        SQL.identifier(table),
                        lines,
                    )
                )
            env.cr.execute(
                "DELETE FROM aria_referral WHERE res_model = 'aria.credit.account' OR from_user_id = ANY(%s)",
                [cls.users],
            )
            env.cr.execute("DELETE FROM aria_proforma WHERE order_id = ANY(%s)", [orders.ids])
            env.cr.execute("UPDATE sale_order SET state = 'draft' WHERE id = ANY(%s)", [orders.ids])
            env.invalidate_all()
            orders.unlink()
            env["product.product"].browse(cls.product).product_tmpl_id.unlink()
            users = env["res.users"].browse(cls.users)
            partners = users.partner_id | env["res.partner"].browse(cls.partners)
            users.unlink()
            partners.unlink()

    def make_orders(self, *quantities, ceiling=1000):
        """Return (partner id, order ids) of quotations of one new customer, by 100 a piece."""
        with self.transaction() as env:
            partner = env["res.partner"].create({"name": "Race", "credit_limit": ceiling})
            self.partners.append(partner.id)
            orders = env["sale.order"].create(
                [
                    {
                        "partner_id": partner.id,
                        "user_id": self.a,
                        "order_line": [
                            Command.create(
                                {
                                    "product_id": self.product,
                                    "product_uom_qty": quantity,
                                    "price_unit": 100,
                                }
                            )
                        ],
                    }
                    for quantity in quantities
                ]
            )
            return partner.id, orders.ids

    def facts(self, partner):
        """Return (exposure, states of the orders, verdicts of the checks)."""
        with self.transaction() as env:
            partner = env["res.partner"].browse(partner)
            checks = env["aria.credit.check"].search([("partner_id", "=", partner.id)])
            orders = env["sale.order"].search([("partner_id", "=", partner.id)], order="id")
            return (
                partner.aria_credit_exposure(env.company)["orders"],
                orders.mapped("state"),
                sorted(checks.mapped("verdict")),
            )

    def assert_one_passed(self, partner, results):
        errors = [r for r in results if isinstance(r, Exception)]
        self.assertEqual(len(errors), 1, results)
        self.assertIn("over the ceiling", str(errors[0]))
        exposure, states, verdicts = self.facts(partner)
        self.assertEqual((exposure, sorted(states)), (600, ["draft", "sale"]))
        self.assertEqual(verdicts, ["passed", "refused"])

    def meet_before_the_check(self):
        """Let two that have written what they want meet once more, just before they ask for the ceiling."""
        barrier, been = threading.Barrier(2), set()
        model = self.registry["aria.credit.account"]
        take = model._take

        def wait_and_take(account, *args):
            # the one that Odoo replays has met the other already
            if threading.get_ident() not in been:
                been.add(threading.get_ident())
                barrier.wait(timeout=30)
            return take(account, *args)

        return patch.object(model, "_take", wait_and_take)

    def test_two_barriers(self):
        for _round in range(ROUNDS):
            partner, (first, second) = self.make_orders(6, 6)
            with self.meet_before_the_check():
                results = self.race(
                    (self.a, "sale.order", [first], "action_confirm", []),
                    (self.b, "sale.order", [second], "action_confirm", []),
                )
            self.assert_one_passed(partner, results)

    def test_free_race(self):
        for _round in range(ROUNDS):
            partner, (first, second) = self.make_orders(6, 6)
            results = self.race(
                (self.a, "sale.order", [first], "action_confirm", []),
                (self.b, "sale.order", [second], "action_confirm", []),
                free=True,
            )
            self.assert_one_passed(partner, results)

    def test_one_batch(self):
        for _round in range(ROUNDS):
            partner, orders = self.make_orders(6, 6)
            results = self.race((self.a, "sale.order", orders, "action_confirm", []))
            self.assertIn("over the ceiling", str(results[0]))
            exposure, states, verdicts = self.facts(partner)
            self.assertEqual((exposure, states), (0, ["draft", "draft"]))
            self.assertEqual(set(verdicts), {"refused"})

    def test_one_proforma_by_two(self):
        """Two issue the pro-forma of one quotation: one number, one paper, one debt."""
        for _round in range(ROUNDS):
            partner, (order,) = self.make_orders(6)
            call = ("sale.order", [order], "action_aria_proforma", [])
            results = self.race((self.a, *call), (self.b, *call))
            self.assertEqual(results, [True, True])
            with self.transaction() as env:
                order = env["sale.order"].browse(order)
                self.assertEqual(
                    order.aria_proforma_ids.mapped("name"), [order.aria_proforma_number]
                )
                self.assertEqual(order.aria_proforma_ids.state, "issued")
                found = env["res.partner"].browse(partner).aria_credit_exposure(env.company)
                self.assertEqual((found["proformas"], found["orders"]), (600, 0))
                checks = env["aria.credit.check"].search([("partner_id", "=", partner)])
                self.assertEqual(checks.mapped("verdict"), ["passed"])

    def test_two_confirmations_of_a_new_customer(self):
        for _round in range(ROUNDS):
            partner, (first, second) = self.make_orders(6, 6)
            results = self.race(
                (self.a, "sale.order", [first], "action_confirm", []),
                (self.b, "sale.order", [second], "action_confirm", []),
            )
            self.assert_one_passed(partner, results)

    def test_two_confirmations_of_a_known_customer(self):
        for _round in range(ROUNDS):
            partner, (known, first, second) = self.make_orders(1, 5, 5)
            with self.transaction(self.a) as env:
                env["sale.order"].browse(known).action_confirm()
            results = self.race(
                (self.a, "sale.order", [first], "write", [{"state": "sale"}]),
                (self.b, "sale.order", [second], "action_confirm", []),
            )
            self.assertEqual(sum(isinstance(r, Exception) for r in results), 1, results)
            self.assertEqual(self.facts(partner)[0], 600)

    def test_proforma_against_confirmation(self):
        for _round in range(ROUNDS):
            partner, (first, second) = self.make_orders(6, 6)
            results = self.race(
                (self.a, "sale.order", [first], "action_aria_proforma", []),
                (self.b, "sale.order", [second], "action_confirm", []),
            )
            self.assertEqual(sum(isinstance(r, Exception) for r in results), 1, results)
            with self.transaction() as env:
                found = env["res.partner"].browse(partner).aria_credit_exposure(env.company)
                self.assertEqual(found["proformas"] + found["orders"], 600)

    def test_growth_against_confirmation(self):
        for _round in range(ROUNDS):
            partner, (first, second) = self.make_orders(5, 5)
            with self.transaction(self.a) as env:
                order = env["sale.order"].browse(first)
                order.action_confirm()
                line = order.order_line.id
            results = self.race(
                (self.a, "sale.order.line", [line], "write", [{"product_uom_qty": 7}]),
                (self.b, "sale.order", [second], "action_confirm", []),
            )
            self.assertEqual(sum(isinstance(r, Exception) for r in results), 1, results)
            self.assertIn(self.facts(partner)[0], (700, 1000))

    def test_customer_and_clerk(self):
        for _round in range(ROUNDS):
            partner, (first, second) = self.make_orders(6, 6)
            results = self.race(
                (self.a, "sale.order", [first], "_validate_order", []),
                (self.b, "sale.order", [second], "action_confirm", []),
                door=call_unchecked,
            )
            exposure, states, verdicts = self.facts(partner)
            self.assertEqual((exposure, sorted(states)), (600, ["draft", "sale"]), results)
            self.assertEqual(verdicts, ["passed", "refused"])

    def test_ceiling_lowered_while_confirming(self):
        partner, (order,) = self.make_orders(6)
        self.race(
            (self.a, "sale.order", [order], "action_confirm", []),
            (1, "res.partner", [partner], "write", [{"credit_limit": 100}]),
        )
        _exposure, states, _verdicts = self.facts(partner)
        with self.transaction() as env:
            changes = env["aria.credit.change"].search([("partner_id", "=", partner)])
            checks = env["aria.credit.check"].search([("partner_id", "=", partner)])
            self.assertEqual(len(changes), 2)
            # whichever came first, the check saw the ceiling of its time
            self.assertEqual(checks.ceiling, 1000 if states == ["sale"] else 100)

    def test_replayed_call(self):
        for _round in range(ROUNDS):
            partner, (order,) = self.make_orders(6)
            call = (self.a, "sale.order", [order], "action_confirm", [])
            results = self.race(call, call)
            self.assertEqual(sum(isinstance(r, UserError) for r in results), 1, results)
            exposure, states, verdicts = self.facts(partner)
            self.assertEqual((exposure, states, verdicts), (600, ["sale"], ["passed"]))

    def test_killed_between_check_and_commit(self):
        for _round in range(ROUNDS):
            self.kill_between_check_and_commit()

    def kill_between_check_and_commit(self):
        partner, (first, second) = self.make_orders(6, 6)
        pid = os.fork()
        if not pid:
            try:
                sql_db._Pool = None  # the parent's connections stay the parent's
                with sql_db.db_connect(get_db_name()).cursor() as cr:
                    api.Environment(cr, self.a, {})["sale.order"].browse(first).action_confirm()
                    os.kill(os.getpid(), signal.SIGKILL)
            finally:
                os._exit(1)
        _pid, status = os.waitpid(pid, 0)
        self.assertEqual(os.WTERMSIG(status), signal.SIGKILL)
        self.assertEqual(self.facts(partner), (0, ["draft", "draft"], []))
        with self.transaction(self.b) as env:
            env["sale.order"].browse(second).action_confirm()
        self.assertEqual(self.facts(partner)[0], 600)
