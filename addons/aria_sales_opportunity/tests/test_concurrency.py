from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.aria_workflow.tests.common import RaceCase


@tagged("post_install", "-at_install")
class TestConcurrency(RaceCase):
    """Two people at one order, or at one opportunity, in transactions that really commit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.addClassCleanup(cls._clean_up)
        with cls.transaction() as env:
            cls._make_world(env)

    @classmethod
    def _make_world(cls, env):
        kinds = {
            "race_seller": "group_sale_salesman_all_leads",
            "race_manager": "group_sale_manager",
        }
        users = env["res.users"].with_context(no_reset_password=True)
        for login, group in kinds.items():
            groups = [env.ref("base.group_user").id, env.ref(f"sales_team.{group}").id]
            users |= users.create(
                {"name": login, "login": login, "group_ids": [Command.set(groups)]}
            )
        cls.users = users.ids
        cls.seller, cls.manager = users.ids
        cls.partner = env["res.partner"].create({"name": "Race buyer"}).id
        cls.product = env["product.product"].create({"name": "Race service", "type": "service"}).id
        cls.reason = env["crm.lost.reason"].create({"name": "Race"}).id
        cls.leads = []

    @classmethod
    def _clean_up(cls):
        with cls.transaction() as env:
            leads = env["crm.lead"].with_context(active_test=False).browse(cls.leads)
            orders = leads.order_ids
            env.cr.execute("DELETE FROM aria_workflow_log WHERE res_model = 'sale.order.line'")
            env.cr.execute("DELETE FROM aria_referral WHERE res_model = 'sale.order.line'")
            env.cr.execute("UPDATE sale_order SET state = 'draft' WHERE id = ANY(%s)", [orders.ids])
            env.invalidate_all()
            orders.unlink()
            leads.unlink()
            users = env["res.users"].browse(cls.users)
            partners = users.partner_id | env["res.partner"].browse(cls.partner)
            env["product.product"].browse(cls.product).product_tmpl_id.unlink()
            env["crm.lost.reason"].browse(cls.reason).unlink()
            users.unlink()
            partners.unlink()
            env.cr.execute("DELETE FROM aria_turn WHERE key LIKE 'crm.lead,%%'")

    def make_order(self, lines=1):
        """Return (lead id, order id, line ids) of a new quotation."""
        with self.transaction() as env:
            lead = env["crm.lead"].create(
                {
                    "name": "Race",
                    "type": "opportunity",
                    "user_id": self.seller,
                    "partner_id": self.partner,
                }
            )
            line = Command.create({"product_id": self.product, "product_uom_qty": 1})
            order = env["sale.order"].create(
                {
                    "partner_id": self.partner,
                    "user_id": self.seller,
                    "opportunity_id": lead.id,
                    "order_line": [line] * lines,
                }
            )
            self.leads.append(lead.id)
            return lead.id, order.id, order.order_line.ids

    def errors(self, results):
        return [r for r in results if isinstance(r, Exception)]

    def fetch(self, model, id_, *names):
        with self.transaction() as env:
            record = env[model].browse(id_)
            return [record[name] for name in names]

    def events(self, line):
        with self.transaction() as env:
            return env["sale.order.line"].browse(line)._aria_get_log().sorted("id").mapped("event")

    def test_one_line_is_lost_twice_at_once(self):
        _lead, _order, (line,) = self.make_order()
        calls = [
            (user, "sale.order.line", [line], "aria_lose", [self.reason]) for user in self.users
        ]
        errors = self.errors(self.race(*calls))
        self.assertEqual(len(errors), 1)
        self.assertIn("end already", str(errors[0]))
        self.assertEqual(self.events(line), [False, "lost"])

    def test_lost_and_confirmed_at_once(self):
        _lead, order, (line,) = self.make_order()
        results = self.race(
            (self.seller, "sale.order.line", [line], "aria_lose", [self.reason]),
            (self.manager, "sale.order", [order], "action_confirm", []),
        )
        (outcome,), (state,) = (
            self.fetch("sale.order.line", line, "aria_outcome"),
            self.fetch("sale.order", order, "state"),
        )
        self.assertEqual(state, "sale", results)
        if isinstance(
            results[0], Exception
        ):  # confirmed first: then it is the manager's to give up
            self.assertIn("confirmed order", str(results[0]))
            self.assertEqual((outcome, self.events(line)), (False, [False, "confirmed"]))
        else:
            self.assertEqual((outcome, self.events(line)), ("lost", [False, "lost"]))

    def test_confirmed_twice_at_once(self):
        _lead, order, (line,) = self.make_order()
        calls = [(user, "sale.order", [order], "action_confirm", []) for user in self.users]
        self.assertEqual(len(self.errors(self.race(*calls))), 1)
        self.assertEqual(self.events(line), [False, "confirmed"])

    def test_the_last_two_lines_are_lost_at_once(self):
        lead, _order, (one, two) = self.make_order(lines=2)
        results = self.race(
            (self.seller, "sale.order.line", [one], "aria_lose", [self.reason]),
            (self.manager, "sale.order.line", [two], "aria_lose", [self.reason]),
        )
        self.assertFalse(self.errors(results))
        self.assertEqual(self.fetch("crm.lead", lead, "won_status", "active"), ["lost", False])
