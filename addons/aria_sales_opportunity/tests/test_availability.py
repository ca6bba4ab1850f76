from odoo.fields import Command
from odoo.tests import tagged

from .common import LineCase


@tagged("post_install", "-at_install")
class TestAvailability(LineCase):
    def run_job(self):
        """Commit as the user's transaction does, and let the job do its work."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        with self.enter_registry_test_mode():
            self.env.ref("aria_sales_opportunity.ir_cron_availability").method_direct_trigger()
        self.env.invalidate_all()

    def shortages(self, *lines):
        return [line.aria_shortage_qty for line in lines]

    def test_oldest_need_first(self):
        product = self.goods[0]
        self.supply_stock(product, 5)
        first, second, third = (self.make_order(product, quantity=3).order_line for _ in range(3))
        self.run_job()
        self.assertEqual(self.shortages(first, second, third), [0, 1, 3])
        self.assertEqual(self.codes(first | second | third), ["requested", "supply", "supply"])
        self.supply_stock(product, 1)
        self.run_job()
        self.assertEqual(self.shortages(first, second, third), [0, 0, 3])
        self.assertEqual(self.codes(first | second | third), ["requested", "requested", "supply"])

    def test_confirmed_orders_come_before_quotations(self):
        product = self.goods[0]
        self.supply_stock(product, 3)
        quotation = self.make_order(product, quantity=3).order_line
        self.run_job()
        self.assertEqual(self.shortages(quotation), [0])
        order = self.make_order(product, quantity=2)
        order.action_confirm()
        self.run_job()
        self.assertEqual(self.shortages(quotation, order.order_line), [2, 0])

    def test_confirmed_line_without_stock_is_short(self):
        product = self.goods[0]
        order = self.make_order(product, quantity=4)
        order.action_confirm()
        self.supply_stock(product, 1)
        self.run_job()
        self.assertEqual(self.shortages(order.order_line), [3])

    def test_units_of_measure_and_warehouses(self):
        product, dozen = self.goods[0], self.env.ref("uom.product_uom_dozen")
        self.supply_stock(product, 18)
        other = self.env["stock.warehouse"].create({"name": "Far", "code": "FAR"})
        order = self.make_order()
        order.order_line = [
            Command.create(
                {"product_id": product.id, "product_uom_id": dozen.id, "product_uom_qty": 2}
            )
        ]
        far = self.make_order(product, quantity=1)
        far.warehouse_id = other
        self.run_job()
        self.assertEqual(self.shortages(order.order_line, far.order_line), [0.5, 1])

    def test_a_line_with_an_end_needs_nothing(self):
        product = self.goods[0]
        lines = [self.make_order(product, quantity=2).order_line for _ in range(2)]
        self.supply_stock(product, 2)
        self.run_job()
        self.assertEqual(self.shortages(*lines), [0, 2])
        self.rpc(self.seller, lines[0], "aria_lose", self.reason.id)
        self.run_job()
        self.assertEqual(self.shortages(*lines), [0, 0])

    def test_queue_is_emptied_and_holds_each_product_once(self):
        queue = self.env["aria.stock.change"]
        for _ in range(3):
            self.supply_stock(self.goods[0], 1)
            self.supply_stock(self.goods[1], 1)
        self.env.cr.precommit.run()
        self.assertEqual(queue.search_count([("product_id", "in", self.goods.ids)]), 2)
        self.run_job()
        self.assertFalse(queue.search([("product_id", "in", self.goods.ids)]))

    def test_services_are_never_short(self):
        line = self.make_order(self.service).order_line
        self.run_job()
        self.assertEqual((self.shortages(line), self.codes(line)), ([0], ["requested"]))


@tagged("post_install", "-at_install")
class TestMixedCompany(LineCase):
    def test_the_products_route_chooses_the_flow(self):
        self.env.company.aria_business_kind = "mixed"
        routes = self.env["stock.route"]
        for product, action in zip(self.goods[1:], ("manufacture", "buy"), strict=True):
            if action not in dict(self.env["stock.rule"]._fields["action"].selection):
                continue  # neither mrp nor purchase is a dependency
            routes |= self.make_route(product, action)
        lines = self.make_order(*self.goods).order_line
        expected = {"stock": "trading", "production": "manufacturing", "purchase": "brokerage"}
        for line in lines:
            flow = self.env.ref(f"aria_sales_opportunity.workflow_{expected[line.aria_supply_way]}")
            self.assertEqual(line.aria_workflow_id, flow)
        self.assertEqual(
            lines[0].aria_workflow_id, self.env.ref("aria_sales_opportunity.workflow_trading")
        )

    def make_route(self, product, action):
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        )
        rule = {
            "name": action,
            "action": action,
            "location_dest_id": warehouse.lot_stock_id.id,
            "picking_type_id": warehouse.in_type_id.id,
            "warehouse_id": warehouse.id,
        }
        route = self.env["stock.route"].create(
            {"name": action, "product_selectable": True, "rule_ids": [Command.create(rule)]}
        )
        product.route_ids = route
        return route

    def test_services_keep_their_short_flow(self):
        self.env.company.aria_business_kind = "mixed"
        line = self.make_order(self.service).order_line
        self.assertEqual(
            line.aria_workflow_id, self.env.ref("aria_sales_opportunity.workflow_services")
        )
