from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import LineCase


@tagged("post_install", "-at_install")
class TestLines(LineCase):
    # ------------------------------------------------------------------ native events
    def test_sent_confirmed_reserved_exited(self):
        self.supply_stock(self.goods[0], 2)
        order = self.make_order(*self.goods[:2])
        self.assertEqual(self.codes(order.order_line), ["requested", "requested"])
        self.assertEqual(order.order_line.aria_registrar_id, self.seller)
        order.action_quotation_sent()
        self.assertEqual(self.codes(order.order_line), ["quoted", "quoted"])
        self.rpc(self.seller, order, "action_confirm")
        self.assertEqual(self.codes(order.order_line), ["ready", "ordered"])
        ready = order.order_line[0]
        self.assertEqual(ready.aria_referral_id.to_unit_id, self.warehouse)
        picking = order.picking_ids
        picking.move_ids.filtered(lambda m: m.product_id == self.goods[0]).write(
            {"quantity": 2, "picked": True}
        )
        self.rpc(self.keeper, picking, "button_validate", context={"skip_backorder": True})
        self.assertEqual(self.codes(order.order_line), ["delivered", "ordered"])
        self.assertEqual((ready.aria_outcome, ready.aria_referral_id.id), ("won", False))

    def test_reservation_lost_and_found(self):
        self.supply_stock(self.goods[0], 2)
        order = self.make_order(self.goods[0])
        order.action_confirm()
        order.picking_ids.do_unreserve()
        self.assertEqual(self.codes(order.order_line), ["ordered"])
        order.picking_ids.action_assign()
        self.assertEqual(self.codes(order.order_line), ["ready"])

    def test_partial_delivery_backorder_and_return(self):
        self.supply_stock(self.goods[0], 2)
        order = self.make_order(self.goods[0])
        order.action_confirm()
        done = self.deliver(order, quantity=1)
        self.assertNotEqual(self.codes(order.order_line), ["delivered"])
        self.deliver(order)
        self.assertEqual(self.codes(order.order_line), ["delivered"])
        wizard = self.env["stock.return.picking"].with_context(
            active_id=done.id, active_ids=done.ids, active_model="stock.picking"
        )
        with Form(wizard) as form:
            form.product_return_moves._records[0]["quantity"] = 1
        back = self.env["stock.picking"].browse(form.save().action_create_returns()["res_id"])
        back.move_ids.write({"quantity": 1, "picked": True})
        back.button_validate()
        self.assertEqual(order.order_line.qty_delivered, 1)
        self.assertEqual(
            (self.codes(order.order_line), order.order_line.aria_outcome), (["ordered"], False)
        )

    def test_lost_lines_are_neither_shipped_nor_invoiced(self):
        self.supply_stock(self.goods[0], 2)
        order = self.make_order(self.goods[0], self.goods[1], self.service)
        for lost in order.order_line[1:]:
            self.rpc(self.seller, lost, "aria_lose", self.reason.id)
        self.rpc(self.seller, order, "action_confirm")
        self.assertEqual(order.picking_ids.move_ids.product_id, self.goods[0])
        self.assertEqual(self.codes(order.order_line), ["ready", "lost", "lost"])
        self.deliver(order)
        self.assertEqual(order.order_line.mapped("qty_to_invoice"), [2, 0, 0])

    def test_a_line_lost_after_confirmation_leaves_its_transfer(self):
        self.supply_stock(self.goods[0], 2)
        order = self.make_order(self.goods[0], self.goods[1])
        self.rpc(self.seller, order, "action_confirm")
        lost = order.order_line[0]
        self.rpc(self.manager, lost, "aria_lose", self.reason.id)
        self.assertEqual((lost.move_ids.state, lost.aria_outcome), ("cancel", "lost"))
        self.assertNotEqual(order.order_line[1].move_ids.state, "cancel")

    def test_cancel_and_reopen(self):
        order = self.make_order(self.goods[0])
        order.action_cancel()
        line = order.order_line
        self.assertEqual(
            (line.aria_outcome, line.aria_lost_reason_id.name), ("lost", "Order cancelled")
        )
        self.assertEqual(line.aria_lost_stage_id.code, "requested")
        self.assertEqual(self.lead.won_status, "lost")
        order.action_draft()
        self.assertEqual((self.codes(line), line.aria_lost_reason_id.id), (["requested"], False))
        self.assertEqual((self.lead.won_status, self.lead.active), ("pending", True))

    def test_services_end_at_the_invoice(self):
        order = self.make_order(self.service)
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.action_post()
        self.assertEqual(
            (self.codes(order.order_line), self.lead.won_status), (["invoiced"], "won")
        )
        invoice.button_draft()
        invoice.button_cancel()
        self.assertEqual(self.codes(order.order_line), ["ordered"])
        self.assertNotEqual(self.lead.won_status, "won")

    def test_line_added_to_a_confirmed_order_catches_up(self):
        self.supply_stock(self.goods[1], 5)
        order = self.make_order(self.goods[0])
        order.action_confirm()
        order.order_line = [Command.create({"product_id": self.goods[1].id, "product_uom_qty": 1})]
        self.assertEqual(self.codes(order.order_line), ["ordered", "ready"])

    def test_quantity_changes_of_a_confirmed_line(self):
        self.supply_stock(self.goods[0], 5)
        order = self.make_order(*self.goods[:2])
        order.action_confirm()
        picking = order.picking_ids
        picking.move_ids.filtered(lambda m: m.product_id == self.goods[0]).write(
            {"quantity": 2, "picked": True}
        )
        self.rpc(self.keeper, picking, "button_validate", context={"skip_backorder": True})
        line, other = order.order_line
        line.product_uom_qty = 3
        self.assertIn(line.aria_stage_id.code, ("ordered", "ready"))
        line.product_uom_qty = 2
        self.assertEqual(line.aria_stage_id.code, "delivered")
        other.product_uom_qty = 0
        self.assertEqual(other.aria_outcome, "lost")

    # ------------------------------------------------------------------ fate
    def test_three_lines_three_fates_close_the_lead(self):
        self.supply_stock(self.goods[0], 2)
        order = self.make_order(*self.goods)
        one, two, three = order.order_line
        self.rpc(self.seller, two | three, "aria_refer", unit=self.supply.id, note="When?")
        self.assertEqual((two | three).aria_unit_id, self.supply)
        card = self.rpc(self.supplier, two.aria_referral_id, "read", ["card"])[0]["card"]
        self.assertIn("Goods 1", card)
        self.assertNotIn("100", card)
        self.rpc(self.supplier, two, "aria_answer", "Never")
        self.rpc(self.seller, two, "aria_lose", self.reason.id, "too late")
        self.assertEqual((two.aria_outcome, two.aria_lost_reason_id), ("lost", self.reason))
        order.action_confirm()
        picking = order.picking_ids
        picking.move_ids.filtered(lambda m: m.product_id == self.goods[0]).write(
            {"quantity": 2, "picked": True}
        )
        self.rpc(self.keeper, picking, "button_validate", context={"skip_backorder": True})
        self.assertEqual((one | two | three).mapped("aria_outcome"), ["won", "lost", False])
        lead = self.lead
        self.assertEqual((lead.aria_qty_won, lead.aria_qty_lost, lead.aria_qty_open), (2, 2, 2))
        self.assertEqual(
            (lead.aria_amount_won, lead.aria_amount_lost, lead.aria_amount_open), (200, 200, 200)
        )
        self.assertEqual(lead.won_status, "pending")
        with self.assertRaises(AccessError):
            self.rpc(self.seller, three, "aria_lose", self.reason.id)
        self.rpc(self.manager, three, "aria_lose", self.reason.id)
        self.assertEqual(lead.won_status, "won")

    def test_losing_needs_a_reason_and_happens_once(self):
        order = self.make_order(self.goods[0])
        with self.assertRaisesRegex(UserError, "why"):
            self.rpc(self.seller, order.order_line, "aria_lose")
        self.rpc(self.seller, order.order_line, "aria_lose", self.reason.id)
        with self.assertRaisesRegex(UserError, "end already"):
            self.rpc(self.seller, order.order_line, "aria_lose", self.reason.id)
        self.assertEqual((self.lead.won_status, self.lead.lost_reason_id), ("lost", self.reason))

    def test_untracked_lines_stay_out(self):
        order = self.make_order(self.goods[0])
        order.order_line = [
            Command.create({"display_type": "line_section", "name": "Part"}),
            Command.create({"display_type": "line_note", "name": "Note"}),
        ]
        self.assertEqual(len(order.order_line.filtered("aria_workflow_id")), 1)
        copy = order.copy()
        self.assertEqual(self.codes(copy.order_line.filtered("aria_stage_id")), ["requested"])

    def test_business_kind_chooses_the_flow(self):
        for kind in ("manufacturing", "brokerage", "trading"):
            self.env.company.aria_business_kind = kind
            flow = self.make_order(self.goods[0]).order_line.aria_workflow_id
            self.assertEqual(flow, self.env.ref(f"aria_sales_opportunity.workflow_{kind}"))

    # ------------------------------------------------------------------ walls
    def test_engine_and_computed_fields_resist(self):
        order = self.make_order(self.goods[0])
        line = order.order_line
        for name in ("aria_stage_id", "aria_outcome", "aria_registrar_id", "aria_lost_reason_id"):
            for user in (self.seller, self.manager, self.env.ref("base.user_admin")):
                with self.assertRaises(AccessError, msg=name), self.cr.savepoint():
                    self.rpc(user, line, "write", {name: False})
        for record, name, value in [
            (line, "state", "sale"), (line, "price_subtotal", 1.0), (order, "amount_total", 1.0),
            (order, "currency_rate", 9.0),
        ]:  # fmt: skip
            with self.assertRaises(AccessError, msg=name), self.cr.savepoint():
                self.rpc(self.seller, record, "write", {name: value})
        with self.assertRaises(AccessError):
            self.rpc(self.seller, line, "aria_fire", "exited")

    def test_confirmed_lines_cannot_be_deleted_by_a_context_key(self):
        order = self.make_order(self.goods[0])
        order.action_confirm()
        for record in (order.order_line, order):
            with self.assertRaises(UserError), self.cr.savepoint():
                self.rpc(self.manager, record, "unlink", context={"_force_unlink": True})
        self.assertTrue(order.order_line.exists())

    def test_stock_users_see_confirmed_orders_without_prices(self):
        order = self.make_order(self.goods[0])
        with self.assertRaises(AccessError):
            self.rpc(self.keeper, order, "read", ["name"])
        order.action_confirm()
        self.assertEqual(self.rpc(self.keeper, order, "read", ["name"])[0]["name"], order.name)
        for record, name in ((order, "amount_total"), (order.order_line, "price_unit")):
            with self.assertRaises(AccessError, msg=name):
                self.rpc(self.keeper, record, "read", [name])
            self.assertNotIn(name, self.rpc(self.keeper, record, "fields_get"))
        with self.assertRaises(AccessError):
            self.rpc(self.supplier, order, "read", ["name"])
        self.assertIn("amount_total", self.rpc(self.seller, order, "read", ["amount_total"])[0])

    def test_deleting_a_quotation_cancels_its_lines_referrals(self):
        order = self.make_order(self.goods[0])
        self.rpc(self.seller, order.order_line, "aria_refer", unit=self.supply.id)
        referral = order.order_line.aria_referral_id
        order.unlink()
        self.assertEqual(referral.state, "cancelled")

    def test_confirming_many_lines_costs_no_query_a_line(self):
        def count(lines):
            order = self.make_order(*([self.service] * lines))
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            order.order_line.aria_fire("confirmed")
            self.env.flush_all()
            return self.cr.sql_log_count - start

        count(1)
        few = count(3)
        self.assertLessEqual(count(60), few)
