from odoo.fields import Command
from odoo.tests import tagged

from .common import LineCase


@tagged("post_install", "-at_install")
class TestHistory(LineCase):
    """Lines with a history stay; lines without one follow their product."""

    def make_sent(self, *products):
        order = self.make_order(*products or self.goods[:2])
        order.action_quotation_sent()
        return order

    def test_a_line_that_was_moved_is_not_deleted(self):
        order = self.make_sent()
        line = order.order_line[0]
        context = {"_force_unlink": True}
        for user in (self.seller, self.manager, self.env.ref("base.user_admin")):
            self.refuse(user, line, "unlink")
            self.refuse(user, line, "unlink", context=context)
            for command in (Command.delete(line.id), Command.clear(), Command.set([])):
                self.refuse(user, order, "write", {"order_line": [command]}, context=context)
        self.assertEqual(len(order.order_line), 2)
        with self.assertRaisesRegex(Exception, "has a history.*lose it with its reason"):
            self.rpc(self.seller, line, "unlink")

    def test_a_line_that_was_referred_is_not_deleted(self):
        order = self.make_order(*self.goods[:2])
        line = order.order_line[0]
        self.rpc(self.seller, line, "aria_refer", unit=self.supply.id)
        self.rpc(self.supplier, line.aria_referral_id, "action_answer", "Two weeks")
        self.refuse(self.seller, line, "unlink")
        self.rpc(self.seller, order.order_line[1], "unlink")
        self.assertEqual(order.order_line, line)

    def test_a_quotation_with_a_history_is_not_deleted(self):
        order = self.make_sent()
        self.rpc(self.seller, order, "action_cancel")
        for user in (self.seller, self.manager):
            self.refuse(user, order, "unlink", context={"_force_unlink": True})
        fresh = self.make_order(self.goods[0])
        self.rpc(
            self.manager, fresh, "unlink"
        )  # the right to delete orders is the administrator of sales'
        self.assertEqual((order.exists(), fresh.exists()), (order, fresh.browse()))

    def test_product_and_unit_stay_after_an_event(self):
        order = self.make_sent()
        line = order.order_line[0]
        dozen = self.env.ref("uom.product_uom_dozen")
        before = (line.product_id, line.product_uom_id)
        for vals in (
            {"product_id": self.goods[2].id}, {"product_id": self.service.id}, {"product_id": False},
            {"product_uom_id": dozen.id}, {"product_uom_id": dozen.id, "product_uom_qty": 1},
        ):  # fmt: skip
            for user in (self.seller, self.manager):
                self.refuse(user, line, "write", vals)
                self.refuse(user, line, "web_save", vals, {"id": {}})
                through = {"order_line": [Command.update(line.id, vals)]}
                self.refuse(user, order, "write", through)
        self.assertEqual((line.product_id, line.product_uom_id), before)
        same = {"product_id": before[0].id, "product_uom_id": before[1].id, "product_uom_qty": 3}
        self.rpc(self.seller, line, "write", same)
        self.assertEqual(line.product_uom_qty, 3)

    def test_the_flow_follows_the_product_before_any_event(self):
        order = self.make_order(self.service, self.goods[0])
        line, other = order.order_line
        services = self.env.ref("aria_sales_opportunity.workflow_services")
        self.assertEqual(line.aria_workflow_id, services)
        self.rpc(self.seller, line, "write", {"product_id": self.goods[1].id})
        self.assertEqual(line.aria_workflow_id, other.aria_workflow_id)
        self.assertNotEqual(line.aria_workflow_id, services)
        self.assertEqual(line.aria_stage_id, line.aria_workflow_id.initial_stage_id)
        self.rpc(self.seller, line, "write", {"product_id": self.service.id})
        self.assertEqual(line.aria_workflow_id, services)
        self.supply_stock(self.goods[0], 2)
        self.rpc(self.seller, order, "action_confirm")
        self.assertEqual(other.aria_stage_id.code, "ready")
        self.assertEqual(line.aria_workflow_id, services)

    def test_a_line_that_becomes_a_combo_leaves_its_flow(self):
        combo = self.env["product.combo"].create(
            {"name": "Choice", "combo_item_ids": [Command.create({"product_id": self.goods[0].id})]}
        )
        parent = self.env["product.product"].create(
            {"name": "Set", "type": "combo", "combo_ids": [Command.set(combo.ids)]}
        )
        order = self.make_order(*self.goods[:2])
        line, other = order.order_line
        self.rpc(self.seller, other, "aria_lose", self.reason.id)
        self.rpc(self.seller, line, "write", {"product_id": parent.id})
        self.assertFalse(line.aria_workflow_id or line.aria_stage_id)
        self.assertEqual(self.lead.won_status, "lost")

    def test_quantities(self):
        order = self.make_order(self.goods[0])
        line = order.order_line
        for quantity in (-1, -(10**15), 10**15, float("inf"), float("nan"), "many"):
            vals = {"product_uom_qty": quantity}
            self.refuse(self.seller, line, "write", vals)
            self.refuse(
                self.seller, order, "write", {"order_line": [Command.update(line.id, vals)]}
            )
            vals = {**vals, "product_id": self.goods[1].id}
            self.refuse(self.seller, line, "create", {**vals, "order_id": order.id})
            self.refuse(self.seller, order, "write", {"order_line": [Command.create(vals)]})
        self.assertEqual((len(order.order_line), line.product_uom_qty), (1, 2))
        self.rpc(self.seller, line, "write", {"product_uom_qty": 0})
        self.assertEqual(self.codes(line), ["requested"])

    def test_checking_many_lines_costs_no_query_a_line(self):
        few, many = self.make_order(*[self.goods[0]] * 2), self.make_order(*[self.goods[0]] * 20)

        def count(order):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            lines = order.with_user(self.seller).order_line
            lines._aria_check_without_history("x")
            return self.cr.sql_log_count - before

        count(few)
        self.assertEqual(count(few), count(many))

    def test_orders_stand_in_the_timeline_of_the_lead(self):
        order = self.make_order(self.goods[0])
        page = self.rpc(self.seller, self.lead, "aria_get_history", ["order"])
        self.assertEqual([entry["res_id"] for entry in page["entries"]], order.ids)
        self.assertTrue(page["entries"][0]["title"].startswith(order.name))
        self.assertIn("200", page["entries"][0]["facts"][0]["value"])
        # orders of others are left out, as Odoo's own rules say
        order.user_id = self.manager
        order.message_unsubscribe(self.seller.partner_id.ids)
        page = self.rpc(self.seller, self.lead, "aria_get_history", ["order"])
        self.assertEqual(page["entries"], [])
