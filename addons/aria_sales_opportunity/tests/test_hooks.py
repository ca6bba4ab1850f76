from odoo.tests import tagged

from ..hooks import post_init_hook, pre_init_hook, uninstall_hook
from .common import LineCase


@tagged("post_install", "-at_install")
class TestHooks(LineCase):
    """Installation on a database that lives, and the way back."""

    def forget_flows(self):
        """Bring the database to where it was before the addon came."""
        self.env.flush_all()
        self.cr.execute("UPDATE sale_order_line SET aria_workflow_id = NULL, aria_stage_id = NULL")
        self.cr.execute(
            "UPDATE sale_order_line SET aria_opportunity_id = NULL, aria_registrar_id = NULL"
        )
        self.cr.execute("UPDATE sale_order_line SET aria_outcome = NULL, aria_stage_since = NULL")
        self.cr.execute("DELETE FROM aria_workflow_log")
        self.cr.execute("DELETE FROM aria_referral")
        self.env.invalidate_all()

    def test_open_orders_enter_where_they_stand(self):
        self.supply_stock(self.goods[0], 2)
        draft, sent, ready, waiting = (self.make_order(g) for g in (*self.goods, self.goods[1]))
        ready.order_line.product_id = self.goods[0]
        sent.action_quotation_sent()
        (ready | waiting).action_confirm()
        done = self.make_order(self.service)
        done.action_confirm()
        done._create_invoices().action_post()
        billed = self.make_order(self.service)
        billed.action_confirm()
        billed.order_line.qty_delivered = 2
        self.forget_flows()
        pre_init_hook(self.env)
        post_init_hook(self.env)
        orders = draft | sent | ready | waiting
        self.assertEqual(self.codes(orders.order_line), ["requested", "quoted", "ready", "ordered"])
        self.assertEqual(orders.order_line.aria_opportunity_id, self.lead)
        self.assertEqual(orders.order_line.aria_registrar_id, self.seller)
        self.assertFalse(done.order_line.aria_workflow_id, "what is done stays out")
        self.assertEqual(self.codes(billed.order_line), ["ordered"], "done, but not yet invoiced")

    def test_closed_opportunities_stay_closed(self):
        draft = self.make_order(self.goods[0])
        lost, won = self.lead, self.lead.copy()
        confirmed = self.make_order(self.goods[1])
        confirmed.opportunity_id = won
        confirmed.action_confirm()
        self.forget_flows()
        lost.action_set_lost(lost_reason_id=self.reason.id)
        won.action_set_won()
        pre_init_hook(self.env)
        post_init_hook(self.env)
        self.assertEqual(self.codes((draft | confirmed).order_line), ["requested", "ordered"])
        self.assertEqual((lost.won_status, won.won_status), ("lost", "won"))

    def test_no_context_can_claim_to_be_the_installation(self):
        order = self.make_order(self.goods[0])
        context = {"aria_installing": True}
        self.rpc(self.seller, order.order_line, "aria_lose", self.reason.id, context=context)
        self.assertEqual(self.lead.won_status, "lost")

    def test_uninstallation_with_lost_and_referred_lines(self):
        order = self.make_order(*self.goods[:2])
        lost, referred = order.order_line
        self.rpc(self.seller, lost, "aria_lose", self.reason.id)
        self.rpc(self.seller, referred, "aria_refer", unit=self.supply.id)
        self.rpc(self.supplier, referred, "aria_return", "Why?")
        self.assertTrue(lost.aria_lost_stage_id)
        uninstall_hook(self.env)
        domain = [("res_model", "=", "sale.order.line")]
        self.assertFalse(self.env["aria.referral"].search(domain))
        self.assertFalse(self.env["aria.workflow"].search([("model", "=", "sale.order.line")]))
        self.assertTrue(order.order_line.exists())
