from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestGate(ApprovalCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.active = False
        cls.policy = cls.make_policy({"user_ids": cls.a})

    def approved(self, *products, quantity=2):
        order = self.make_order(*(products or self.goods[:1]), quantity=quantity)
        self.approve(self.submit(order), self.a)
        self.assertEqual(order.aria_approval_state, "approved")
        return order

    def test_every_way_to_offer_is_closed(self):
        order = self.make_order(self.goods[0])
        line = order.order_line
        for user in (
            self.seller,
            self.manager,
            self.env.ref("base.user_root"),
            self.env.ref("base.user_admin"),
        ):
            for method, args in (
                ("action_confirm", ()), ("action_quotation_sent", ()), ("action_quotation_send", ()),
                ("write", ({"state": "sent"},)), ("write", ({"state": "sale"},)),
                ("copy", ({"state": "sale"},)),
            ):  # fmt: skip
                self.refuse(user, order, method, *args)
            self.refuse(user, order, "action_confirm", context={"aria_approved": True, "skip": 1})
            vals = {
                "partner_id": self.partner.id,
                "order_line": [Command.create({"product_id": self.goods[0].id})],
            }
            self.refuse(user, order.browse(), "create", vals | {"state": "sale"})
            self.refuse(user, order.browse(), "create", vals, context={"default_state": "sale"})
            self.refuse(user, order, "action_quotation_send", context={"proforma": True})
        self.assertEqual((order.state, line.state), ("draft", "draft"))
        for report in (
            "sale.report_saleorder",
            "sale.report_saleorder_raw",
            "sale.report_saleorder_pro_forma",
        ):
            with self.assertRaises(UserError):
                self.env["ir.actions.report"]._render_qweb_pdf(report, order.ids)
            with self.assertRaises(UserError):
                self.env["ir.actions.report"]._render_qweb_html(report, order.ids)

    def test_import(self):
        rows = [[self.partner.name, "sale", self.goods[0].name]]
        names = ["partner_id", "state", "order_line/product_id"]
        result = self.rpc(self.manager, self.env["sale.order"], "load", names, rows)
        self.assertFalse(result["ids"])
        self.assertTrue(result["messages"])

    def test_approved_then_changed_by_any_path(self):
        def by_sql(order):
            self.env.cr.execute(
                "UPDATE sale_order_line SET price_unit = 1 WHERE order_id = %s", [order.id]
            )
            self.env.invalidate_all()

        line = {"product_id": self.goods[1].id}
        changes = (
            lambda o: o.order_line.write({"price_unit": 1}),
            lambda o: o.order_line.write({"product_uom_qty": 9}),
            lambda o: o.order_line.write({"discount": 5}),
            lambda o: o.write({"order_line": [Command.create(line)]}),
            lambda o: o.write({"partner_shipping_id": self.manager.partner_id.id}),
            lambda o: o.write({"note": "Free of charge"}),
            lambda o: o.order_line[0].unlink(),
            by_sql,
        )
        for change in changes:
            order = self.approved(*self.goods[:2])
            change(order)
            self.env.flush_all()
            self.refuse(self.seller, order, "action_confirm")
        order = self.approved(*self.goods[:2])
        order.write({"client_order_ref": "their number"})
        self.rpc(self.seller, order, "action_confirm")

    def test_marks_do_not_hide_a_line(self):
        order = self.approved()
        vals = {"order_id": order.id, "product_id": self.goods[1].id, "is_downpayment": True}
        self.env["sale.order.line"].create(vals | {"price_unit": 5})
        self.refuse(self.seller, order, "action_confirm")

    def test_a_confirmed_order_does_not_grow(self):
        order = self.approved()
        self.rpc(self.seller, order, "action_confirm")
        self.assertTrue(order.locked)
        self.refuse(self.seller, order, "action_unlock")
        self.rpc(self.manager, order, "action_unlock")
        for user in (self.seller, self.manager, self.env.ref("base.user_root")):
            self.refuse(user, order.order_line, "write", {"product_uom_qty": 3})
            self.refuse(user, order.order_line, "write", {"price_unit": 3})
            vals = {"order_id": order.id, "product_id": self.goods[1].id, "product_uom_qty": 1}
            self.refuse(user, order.order_line.browse(), "create", vals)
            self.refuse(user, order, "write", {"order_line": [Command.create(vals)]})
            self.refuse(user, order, "write", {"note": "And more"})
        self.rpc(self.manager, order.order_line, "write", {"product_uom_qty": 1})
        self.assertIn("Unlocked", " ".join(order.message_ids.mapped("body")))

    def test_delivery_and_invoice_go_on(self):
        order = self.approved()
        self.rpc(self.seller, order, "action_confirm")
        self.supply_stock(self.goods[0], 2)
        order.picking_ids.action_assign()
        self.deliver(order)
        self.assertEqual(order.order_line.qty_delivered, 2)
        order._create_invoices().action_post()
        self.assertEqual(order.invoice_status, "invoiced")

    def test_orders_under_no_policy_are_free(self):
        order = self.make_order(self.goods[0])
        order.partner_id = self.manager.partner_id
        self.assertFalse(self.rpc(self.seller, order, "aria_submit"))
        self.assertEqual(order.aria_approval_state, "none")
        self.refuse(self.seller, order, "action_aria_submit")
        self.rpc(self.seller, order, "action_confirm")
        self.assertFalse(order.locked)

    def test_discount_beyond_the_limit_is_cured_by_approval(self):
        group = self.env.ref("sales_team.group_sale_salesman")
        self.env["aria.discount.limit"].create({"group_id": group.id, "max_discount": 5})
        order = self.make_order(self.goods[0])
        order.order_line.discount = 30
        self.approve(self.submit(order), self.a)
        self.rpc(self.seller, order, "action_confirm")
        self.assertEqual(order.state, "sale")

    def test_split_keeps_the_approval_on_both_sides(self):
        self.supply_stock(self.goods[0], 10)
        order = self.make_order(*self.goods[:2])
        self.approve(self.submit(order), self.a)
        new = order._aria_split_off(order.order_line[1])
        self.env.flush_all()
        for side in (order, new):
            self.assertEqual(side.aria_approval_state, "approved")
            self.assertFalse(side._aria_filter_unapproved())
        new.order_line.price_unit = 1
        self.refuse(self.seller, new, "action_confirm")
        self.rpc(self.seller, order, "action_confirm")

    def test_split_of_an_unapproved_one_stays_bound(self):
        order = self.make_order(*self.goods[:2])
        self.submit(order)
        new = order._aria_split_off(order.order_line[1])
        self.env.flush_all()
        self.policy.order_domain = "[('id', '=', 0)]"
        self.refuse(self.seller, new, "action_confirm")

    def test_cancelled_and_deleted(self):
        order = self.make_order(self.goods[0])
        request = self.submit(order)
        self.refuse(self.seller, order, "unlink")
        order._action_cancel()
        self.assertEqual(request.state, "voided")
        self.assertFalse(request.task_ids.aria_referral_id)

    # ------------------------------------------------------------------ the customer
    def test_the_customer_loses_nothing(self):
        order = self.make_order(self.goods[0])
        order.write({"require_signature": True, "require_payment": True})
        self.assertFalse(order._has_to_be_signed())
        self.assertFalse(order._has_to_be_paid())
        portal = self.env.ref("base.public_user")
        asked = order.with_user(portal).sudo()
        asked.write(
            {
                "signed_by": "Buyer",
                "signature": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==",
            }
        )
        asked._validate_order()
        self.assertEqual((order.state, order.signed_by), ("draft", "Buyer"))
        request = order.aria_approval_request_ids
        self.assertEqual(request.state, "open")
        self.assertEqual(
            request.aria_referral_id.to_unit_id, self.env.ref("aria_workflow.unit_finance")
        )
        self.assertFalse(order._can_be_edited_on_portal())
        self.env["ir.actions.report"].with_user(portal).sudo()._render_qweb_pdf(
            "sale.action_report_saleorder", order.ids
        )
        self.approve(request, self.a)
        asked._validate_order()
        self.assertEqual(order.state, "sale")

    def test_a_payment_is_kept(self):
        order = self.make_order(self.goods[0])
        order.write({"require_payment": True, "prepayment_percent": 1.0})
        method = self.env["payment.method"].with_context(active_test=False).search([], limit=1)
        provider = self.env["payment.provider"].search([], limit=1)
        transaction = self.env["payment.transaction"].create(
            {
                "payment_method_id": method.id, "amount": order.amount_total, "reference": "T1",
                "currency_id": order.currency_id.id, "provider_id": provider.id,
                "partner_id": self.partner.id, "operation": "online_direct", "state": "done",
                "sale_order_ids": [Command.set(order.ids)],
            }
        )  # fmt: skip
        self.assertFalse(transaction._check_amount_and_confirm_order())
        self.assertEqual((order.state, transaction.state), ("draft", "done"))
        self.assertEqual(order.aria_approval_request_ids.state, "open")
