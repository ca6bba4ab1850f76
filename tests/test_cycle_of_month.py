"""The cycle is changed while a month of sales lines of the demo company is under way."""

from datetime import datetime

import demo_data
import demo_month

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import TransactionCase, tagged

TODAY = datetime(2026, 11, 24, 9, 30)


@tagged("post_install", "-at_install")
class TestCycleOfMonth(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        demo_data.load(cls.env)
        demo_month.live(cls.env, days=30, sales=24, today=TODAY)
        cls.lines = cls.env["sale.order.line"].search([("aria_workflow_id", "!=", False)])
        flows = cls.lines.filtered(lambda x: not x.aria_outcome).grouped("aria_workflow_id")
        cls.flow = max(flows, key=lambda flow: len(flows[flow]))
        cls.lines = cls.lines.filtered(lambda x: x.aria_workflow_id == cls.flow)
        cls.going = flows[cls.flow]
        cls.away = next(
            stage
            for stage in cls.flow.stage_ids
            if stage.code in ("supply", "purchase", "production")
        )

    def new_version(self, flow):
        return self.env["aria.workflow"].browse(flow.action_new_version()["res_id"])

    def stage(self, flow, code):
        return flow.stage_ids.filtered(lambda s: s.code == code)

    def insert_quality(self, draft):
        """Put quality control between the unit that gets the goods and the offer."""
        quality = self.env["aria.workflow.stage"].create(
            {
                "workflow_id": draft.id,
                "name": "Quality Control",
                "code": "quality",
                "sequence": 35,
                "unit_id": self.env.ref("aria_workflow.unit_production").id,
                "sla_hours": 8,
            }
        )
        back = draft.transition_ids.filtered(
            lambda t: t.from_stage_id.code == self.away.code and t.to_stage_id.code == "quoted"
        )
        back.copy(
            {"from_stage_id": quality.id, "name": "Passed", "trigger": "button", "event": False}
        )
        back.to_stage_id = quality
        return quality

    def remember(self):
        """Return where each line is, who holds it, and the figures of every opportunity."""
        self.env.flush_all()
        self.env.invalidate_all()
        leads = self.lines.aria_opportunity_id.with_context(active_test=False)
        names = [f"aria_{x}_{y}" for x in ("qty", "amount") for y in ("open", "won", "lost")]
        return (
            {
                x: (
                    x.aria_stage_id.code,
                    x.aria_unit_id,
                    x.aria_user_id,
                    x.aria_outcome,
                    x.aria_stage_since,
                )
                for x in self.lines
            },
            {lead: [lead[name] for name in names] for lead in leads},
            {lead: (lead.won_status, lead.active) for lead in leads},
            {x: x.aria_referral_id for x in self.lines},
        )

    def count_figures(self):
        """Count what the opportunities of these lines show, by SQL over the lines."""
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT line.aria_opportunity_id, COALESCE(line.aria_outcome, 'open'), sum(line.product_uom_qty),
                   sum(line.product_uom_qty * line.price_unit * (1 - line.discount / 100))
              FROM sale_order_line AS line
             WHERE line.aria_opportunity_id = ANY(%s) AND line.aria_workflow_id IS NOT NULL
               AND line.aria_outcome IS DISTINCT FROM 'void'
             GROUP BY 1, 2
            """,
            [self.lines.aria_opportunity_id.ids],
        )
        return {
            (lead, kind): (float(quantity), float(amount))
            for lead, kind, quantity, amount in self.env.cr.fetchall()
        }

    def check_figures(self):
        counted = self.count_figures()
        self.assertTrue(counted)
        leads = self.env["crm.lead"].browse({lead for lead, _kind in counted})
        for lead in leads:
            for kind in ("open", "won", "lost"):
                quantity, amount = counted.get((lead.id, kind), (0.0, 0.0))
                self.assertAlmostEqual(lead[f"aria_qty_{kind}"], quantity, 2, lead.name)
                self.assertAlmostEqual(lead[f"aria_amount_{kind}"], amount, -1, lead.name)

    def activate(self, draft, **targets):
        """Activate ``draft``; stages of the old version named in ``targets`` go to those of the new one."""
        activation = self.env["aria.workflow.activation"].browse(draft.action_activate()["res_id"])
        for code, target in targets.items():
            row = activation.line_ids.filtered(lambda x, c=code: x.from_stage_id.code == c)
            row.to_stage_id = self.stage(draft, target)
        activation.action_apply()

    def test_a_stage_is_put_in_and_later_another_is_taken_out(self):
        self.assertGreater(len(self.going), 10)
        self.check_figures()
        draft = self.new_version(self.flow)
        self.insert_quality(draft)
        found = draft.what_if(30)
        self.assertGreater(found["rows"], 50)
        self.assertEqual(
            (found["stuck"], found["missing"]), ([], []), "every way of the month is open"
        )
        before = self.remember()
        self.activate(draft)
        self.assertEqual(self.remember(), before, "nothing but the version has changed")
        self.assertEqual(self.going.aria_workflow_id, draft)
        self.check_figures()
        self.take_out(draft)

    def take_out(self, second):
        """The unit's stage is left out of a third version: what is there has to be sent somewhere."""
        third = self.new_version(second)
        quality = self.stage(third, "quality")
        ways = third.transition_ids
        ways.filtered(lambda t: t.from_stage_id.code == self.away.code).unlink()
        ways.exists().filtered(lambda t: t.to_stage_id.code == self.away.code).to_stage_id = quality
        self.stage(third, self.away.code).unlink()
        there = self.going.filtered(lambda x: x.aria_stage_id.code == self.away.code)
        self.assertTrue(there, "lines are with the unit")
        self.assertGreater(third.what_if(30)["rows"], 50)
        refusal = self.assertRaisesRegex(UserError, "no stage in the new version")
        with refusal, self.cr.savepoint():
            self.activate(third)
        self.env.invalidate_all()
        self.assertEqual(self.going.aria_workflow_id, second, "nothing half done")
        elsewhere = {x: x.aria_stage_id.code for x in self.going - there}
        self.activate(third, **{self.away.code: "quality"})
        self.env.invalidate_all()
        self.assertEqual(set(there.mapped("aria_stage_id.code")), {"quality"})
        self.assertEqual(there.aria_unit_id, self.env.ref("aria_workflow.unit_production"))
        self.assertEqual({x: x.aria_stage_id.code for x in self.going - there}, elsewhere)
        self.check_figures()
        self.go_on(third)

    def go_on(self, third):
        """Orders of the month go on in the version that took them over."""
        offered = self.going.filtered(
            lambda x: (
                x.state in ("draft", "sent") and x.aria_stage_id.code in ("requested", "quoted")
            )
        )
        order = offered[:1].order_id
        lines = offered & order.order_line
        self.assertTrue(lines)
        order.action_confirm()
        self.assertEqual(lines.aria_workflow_id, third)
        self.assertLessEqual(set(lines.mapped("aria_stage_id.code")), {"ordered", "ready"})
        order.order_line = [
            Command.create({"product_id": lines[0].product_id.id, "product_uom_qty": 1})
        ]
        self.assertEqual(order.order_line[-1].aria_workflow_id, third)
        self.check_figures()
