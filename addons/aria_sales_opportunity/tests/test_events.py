from odoo.fields import Command
from odoo.tests import tagged

from .common import LineCase


@tagged("post_install", "-at_install")
class TestEvents(LineCase):
    """Events of the design's table, each on the real flow."""

    def invoice(self, order):
        moves = order._create_invoices()
        moves.action_post()
        return moves

    def events(self, line):
        return line._aria_get_log().sorted("id").mapped("event")

    def reverse(self, invoice):
        wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        made = wizard.create({"journal_id": invoice.journal_id.id, "reason": "x"})
        refund = self.env["account.move"].browse(made.refund_moves()["res_id"])
        refund.action_post()
        return refund

    def test_an_invoice_that_is_reopened_and_deleted(self):
        order = self.make_order(self.service)
        order.action_confirm()
        invoice = self.invoice(order)
        self.assertEqual(self.codes(order.order_line), ["invoiced"])
        invoice.button_draft()
        self.assertEqual(self.codes(order.order_line), ["ordered"], "a draft is no invoice yet")
        invoice.unlink()
        self.assertEqual(self.codes(order.order_line), ["ordered"])
        self.invoice(order)
        self.assertEqual(self.codes(order.order_line), ["invoiced"])

    def test_a_draft_invoice_does_not_count(self):
        order = self.make_order(self.service)
        order.action_confirm()
        first = order._create_invoices()
        first.invoice_line_ids.quantity = 1
        order._create_invoices()  # the rest, which stays a draft
        first.action_post()
        self.assertEqual(self.codes(order.order_line), ["ordered"])

    def test_credit_note_and_its_end(self):
        order = self.make_order(self.service)
        order.action_confirm()
        refund = self.reverse(self.invoice(order))
        line = order.order_line
        self.assertEqual((self.codes(line), line.aria_outcome), (["ordered"], False))
        self.assertEqual(self.events(line)[-2:], ["invoiced", "invoice_cancelled"])
        refund.button_draft()
        self.assertEqual(self.codes(line), ["invoiced"], "the invoice counts again")

    def test_cancel_draft_confirm(self):
        order = self.make_order(self.goods[0])
        line = order.order_line
        order.action_quotation_sent()
        order.action_confirm()
        order.with_context(disable_cancel_warning=True).action_cancel()
        self.assertEqual((line.aria_outcome, order.state), ("lost", "cancel"))
        order.action_draft()
        order.action_confirm()
        self.assertEqual(self.codes(line), ["ordered"])
        expected = [False, "quotation_sent", "confirmed", "cancelled", "reopened", "confirmed"]
        self.assertEqual(self.events(line), expected)

    def test_a_line_lost_by_hand_stays_lost_when_its_order_is_reopened(self):
        order = self.make_order(*self.goods[:2])
        by_hand, with_order = order.order_line
        self.rpc(self.seller, by_hand, "aria_lose", self.reason.id)
        order.action_cancel()
        order.action_draft()
        self.assertEqual((by_hand | with_order).mapped("aria_outcome"), ["lost", False])
        self.assertEqual(by_hand.aria_lost_reason_id, self.reason)

    def test_lost_lines_are_not_delivered(self):
        self.supply_stock(self.goods[0], 2)
        order = self.make_order(*self.goods)
        before, after, kept = order.order_line
        self.rpc(self.seller, before, "aria_lose", self.reason.id)
        order.action_confirm()
        self.assertEqual(order.picking_ids.move_ids.sale_line_id, after | kept)
        self.rpc(self.manager, after, "aria_lose", self.reason.id)
        self.assertEqual(after.move_ids.mapped("state"), ["cancel"])
        self.assertEqual((after.aria_outcome, kept.aria_outcome), ("lost", False))
        self.assertNotEqual(kept.move_ids.state, "cancel")

    def test_confirming_fires_once(self):
        order = self.make_order(self.goods[0])
        order.action_confirm()
        self.assertEqual(self.events(order.order_line), [False, "confirmed"])

    def test_steps_among_open_stages_leave_the_opportunity_alone(self):
        order = self.make_order(self.goods[0])
        self.lead.action_set_won()
        order.action_quotation_sent()
        order.action_confirm()
        self.assertEqual(self.lead.won_status, "won", "who closed it by hand is not overruled")
        self.deliver(order)
        self.assertEqual((order.order_line.aria_outcome, self.lead.won_status), ("won", "won"))

    def test_a_new_line_reopens_the_opportunity(self):
        order = self.make_order(self.goods[0])
        self.rpc(self.seller, order.order_line, "aria_lose", self.reason.id)
        self.assertEqual(self.lead.won_status, "lost")
        self.make_order(self.goods[1])
        self.assertEqual((self.lead.won_status, self.lead.active), ("pending", True))

    def test_deleting_the_last_open_line_closes_the_opportunity(self):
        order = self.make_order(*self.goods[:2])
        self.rpc(self.seller, order.order_line[0], "aria_lose", self.reason.id)
        self.assertEqual(self.lead.won_status, "pending")
        self.rpc(self.seller, order.order_line[1], "unlink")
        self.assertEqual((self.lead.won_status, self.lead.lost_reason_id), ("lost", self.reason))

    def test_opportunities_follow_an_order_that_changes_hands(self):
        other = self.env["crm.lead"].create(
            {"name": "Second", "type": "opportunity", "user_id": self.seller.id}
        )
        lost, waiting = self.make_order(self.goods[0]), self.make_order(self.goods[1])
        self.rpc(self.seller, lost.order_line, "aria_lose", self.reason.id)
        self.rpc(self.seller, waiting, "write", {"opportunity_id": other.id})
        self.assertEqual(waiting.order_line.aria_opportunity_id, other)
        self.assertEqual((self.lead.won_status, other.won_status), ("lost", "pending"))

    def test_merged_opportunities_keep_all_lines(self):
        other = self.env["crm.lead"].create(
            {"name": "Second", "type": "opportunity", "user_id": self.seller.id}
        )
        order = self.make_order(self.goods[0])
        order.opportunity_id = other
        own = self.make_order(self.goods[1])
        master = (self.lead | other).merge_opportunity(auto_unlink=True)
        self.assertEqual(master.aria_line_ids, order.order_line | own.order_line)

    def test_a_line_without_quantity_is_asked_for_later(self):
        order = self.make_order(self.goods[0])
        order.action_confirm()
        order.order_line = [Command.create({"product_id": self.goods[1].id, "product_uom_qty": 0})]
        late = order.order_line[-1]
        self.assertFalse(late.aria_workflow_id)
        late.product_uom_qty = 2
        self.assertEqual(self.codes(late), ["ordered"])

    def test_combos_and_down_payments_stay_out(self):
        combo = self.env["product.combo"].create(
            {"name": "Choice", "combo_item_ids": [Command.create({"product_id": self.goods[0].id})]}
        )
        parent = self.env["product.product"].create(
            {"name": "Set", "type": "combo", "combo_ids": [Command.set(combo.ids)]}
        )
        order = self.make_order(self.service)
        order.order_line = [Command.create({"product_id": parent.id, "product_uom_qty": 1})]
        order.order_line = [
            Command.create(
                {
                    "product_id": self.goods[0].id,
                    "combo_item_id": combo.combo_item_ids.id,
                    "linked_line_id": order.order_line[-1].id,
                }
            )
        ]
        order.action_confirm()
        wizard = self.env["sale.advance.payment.inv"].create(
            {"advance_payment_method": "percentage", "amount": 10, "sale_order_ids": order.ids}
        )
        wizard.create_invoices()
        self.assertTrue(order.order_line.filtered("is_downpayment"))
        tracked = order.order_line.filtered("aria_workflow_id").product_id
        self.assertEqual(tracked, self.service | self.goods[0])

    def test_two_steps_of_delivery(self):
        self.stock.warehouse_id.delivery_steps = "pick_ship"
        self.supply_stock(self.goods[0], 2)
        order = self.make_order(self.goods[0])
        order.action_confirm()
        self.assertEqual(self.codes(order.order_line), ["ordered"], "picked first, then ready")
        for _step in range(2):
            self.deliver(order)
        self.assertEqual(self.codes(order.order_line), ["delivered"])

    def test_delivery_cancelled(self):
        self.supply_stock(self.goods[0], 2)
        order = self.make_order(self.goods[0])
        order.action_confirm()
        self.assertEqual(self.codes(order.order_line), ["ready"])
        order.picking_ids.action_cancel()
        self.assertEqual(self.codes(order.order_line), ["ordered"])

    def make_flow_to_payment(self):
        """Return a company's own flow of the service, whose sale is won when it is paid."""
        flow = self.env["aria.workflow"].create(
            {
                "name": "Until paid",
                "model_id": self.env["ir.model"]._get_id("sale.order.line"),
                "sequence": 1,
                "domain": [("product_id", "=", self.service.id)],
            }
        )
        stages = {
            code: self.env["aria.workflow.stage"].create(
                {"workflow_id": flow.id, "name": code, "code": code, "outcome": outcome}
            )
            for code, outcome in (
                ("asked", False),
                ("settled", "won"),
                ("gone", "lost"),
                ("void", "void"),
            )
        }
        for event, source, target in (
            ("paid", "asked", "settled"), ("invoice_cancelled", "settled", "asked"),
            ("lost", None, "gone"), ("cancelled", None, "gone"), ("revised", None, "void"),
        ):  # fmt: skip
            self.env["aria.workflow.transition"].create(
                {
                    "workflow_id": flow.id,
                    "from_stage_id": stages[source].id if source else False,
                    "to_stage_id": stages[target].id,
                    "trigger": "event",
                    "event": event,
                }
            )
        flow.initial_stage_id = stages["asked"]
        flow.action_activate()
        return flow

    def test_paid_and_taken_back(self):
        flow = self.make_flow_to_payment()
        order = self.make_order(self.service)
        line = order.order_line
        self.assertEqual(line.aria_workflow_id, flow)
        order.action_confirm()
        invoice = self.invoice(order)
        self.assertEqual(self.codes(line), ["asked"], "billed, not paid")
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        wizard.create(
            {"amount": 40, "payment_difference_handling": "open"}
        ).action_create_payments()
        self.assertEqual(self.codes(line), ["asked"], "paid in part")
        wizard.create({}).action_create_payments()
        self.assertEqual((self.codes(line), self.lead.won_status), (["settled"], "won"))
        invoice.button_draft()
        self.assertEqual(self.codes(line), ["asked"])
        self.assertEqual(self.events(line), [False, "paid", "invoice_cancelled"])

    def test_revised_voids_and_nothing_else_does(self):
        order = self.make_order(*self.goods[:2])
        old = order.order_line
        self.rpc(self.seller, order, "action_aria_revise")
        self.assertEqual([self.events(line)[-1] for line in old], ["revised", "revised"])
        self.assertEqual(old.mapped("aria_outcome"), ["void", "void"], "cancelling came after")

    def test_lost_is_in_the_log_with_its_note(self):
        line = self.make_order(*self.goods[:2]).order_line[0]
        self.rpc(self.seller, line, "aria_lose", self.reason.id, "too dear")
        row = line._aria_get_log().sorted("id")[-1]
        self.assertEqual((row.event, row.note, row.user_id), ("lost", "too dear", self.seller))
