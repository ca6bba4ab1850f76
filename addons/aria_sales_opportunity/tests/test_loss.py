from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import LineCase


@tagged("post_install", "-at_install")
class TestLoss(LineCase):
    def test_person_unit_and_competitor_are_kept(self):
        line = self.make_order(*self.goods[:2]).order_line[0]
        self.rpc(self.seller, line, "aria_refer", unit=self.supply.id, user=self.supplier.id)
        rival = self.env["res.partner"].create({"name": "Rival"})
        self.rpc(self.seller, line, "aria_lose", self.reason.id, "dear", rival.id, 88)
        self.assertEqual(line.aria_lost_user_id, self.supplier)
        self.assertEqual((line.aria_competitor_id, line.aria_competitor_price), (rival, 88))
        self.rpc(self.seller, line, "aria_reopen")
        self.assertFalse(
            line.aria_competitor_id or line.aria_competitor_price or line.aria_lost_user_id
        )

    def test_a_price_that_is_none(self):
        line = self.make_order(self.goods[0]).order_line
        for price in (-1, "cheap", {}):
            if not price:
                continue
            with self.assertRaisesRegex(UserError, "not a competitor's price"):
                self.rpc(self.seller, line, "aria_lose", self.reason.id, None, None, price)
        self.assertFalse(line.aria_outcome)

    def test_confirmed_line_is_given_up_by_the_manager_and_its_moves_cancelled(self):
        order = self.make_order(*self.goods[:2])
        order.order_line.product_id.invoice_policy = "order"
        self.supply_stock(self.goods[0], 2)
        order.action_confirm()
        line, other = order.order_line
        self.assertEqual(self.codes(line), ["ready"])
        with self.assertRaisesRegex(AccessError, "sales manager"):
            self.rpc(self.seller, line, "aria_lose", self.reason.id)
        self.rpc(self.manager, line, "aria_lose", self.reason.id)
        self.env.invalidate_all()
        self.assertEqual(line.move_ids.mapped("state"), ["cancel"])
        self.assertEqual(self.goods[0].free_qty, 2)
        self.assertNotIn("cancel", other.move_ids.mapped("state"))
        self.assertEqual((line.qty_to_invoice, line.invoice_status), (0, "no"))
        self.assertEqual((other.qty_to_invoice, other.invoice_status), (2, "to invoice"))
        self.assertEqual((self.lead.aria_qty_lost, self.lead.aria_qty_open), (2, 2))

    def test_partly_delivered_line_is_not_lost(self):
        order = self.make_order(self.goods[0], quantity=5)
        self.supply_stock(self.goods[0], 5)
        order.action_confirm()
        self.deliver(order, quantity=3)
        with self.assertRaisesRegex(UserError, "partly delivered"):
            self.rpc(self.manager, order.order_line, "aria_lose", self.reason.id)

    # ------------------------------------------------------------------ the header
    def test_header_is_not_lost_while_a_line_is_open_or_won(self):
        order = self.make_order(*self.goods[:2])
        for method, args in (
            ("action_set_lost", {"lost_reason_id": self.reason.id}),
            ("write", {"active": False, "probability": 0, "lost_reason_id": self.reason.id}),
        ):
            with self.assertRaisesRegex(ValidationError, "lose its lines"), self.env.cr.savepoint():
                if method == "write":
                    self.rpc(self.seller, self.lead, method, args)
                else:
                    self.rpc(self.seller, self.lead, method, **args)
            self.env.invalidate_all()
            self.assertTrue(self.lead.active)
        self.rpc(self.seller, order.order_line, "aria_lose", self.reason.id)
        self.assertEqual(self.lead.won_status, "lost")

    def test_header_without_lines_is_lost_with_a_reason(self):
        self.rpc(self.seller, self.lead, "action_set_lost", lost_reason_id=self.reason.id)
        self.assertEqual(self.lead.won_status, "lost")

    def test_mass_action_gives_each_line_its_result(self):
        order = self.make_order(*self.goods)
        lines = order.order_line
        self.rpc(self.seller, lines[1], "aria_lose", self.reason.id)
        dialog = (
            self.env["aria.line.lose"]
            .with_user(self.seller)
            .with_context(active_ids=lines.ids)
            .create({"reason_id": self.reason.id})
        )
        result = dialog.action_apply()
        self.assertEqual(lines.mapped("aria_outcome"), ["lost", "lost", "lost"])
        message = result["params"]["message"]
        self.assertIn("2 of 3", message)
        self.assertIn("has its end already", message)

    # ------------------------------------------------------------------ totals
    def test_totals_are_stored_in_company_currency(self):
        other = self.env["res.currency"].create({"name": "ARX", "symbol": "x", "rounding": 0.01})
        self.env["res.currency.rate"].create(
            {
                "currency_id": other.id,
                "rate": 0.3,
                "company_id": self.env.company.id,
                "name": "2020-01-01",
            }
        )
        pricelist = self.env["product.pricelist"].create({"name": "X", "currency_id": other.id})
        order = self.make_order(self.goods[0], self.goods[1])
        order.pricelist_id = pricelist
        order.order_line.write({"price_unit": 10})
        self.make_order(self.goods[2])
        self.rpc(self.seller, order.order_line[0], "aria_lose", self.reason.id)
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT aria_amount_open, aria_amount_lost, aria_qty_open, aria_qty_lost FROM crm_lead WHERE id = %s",
            [self.lead.id],
        )
        row = [float(value) for value in self.env.cr.fetchone()]
        self.assertEqual(row, [round(20 / 0.3, 2) + 200, round(20 / 0.3, 2), 4, 2])
