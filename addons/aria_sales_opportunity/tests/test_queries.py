from unittest.mock import patch

from odoo.tests import tagged

from .common import LineCase

FEW, MANY = 5, 50


@tagged("post_install", "-at_install")
class TestQueries(LineCase):
    """What Aria adds to core's work on an order does not grow with its lines."""

    def make_long_order(self, lines):
        goods = self.env["product.product"].create(
            [{"name": f"Sold {n}", "is_storable": True} for n in range(lines)]
        )
        for product in goods:
            self.supply_stock(product, 10)
        order = self.make_order(*goods).with_user(self.seller)
        self.env.cr.flush()
        self.env.invalidate_all()
        return order

    def confirm(self, lines):
        """Confirm a new order; return the queries that the events of its lines cost."""
        order = self.make_long_order(lines)
        model, spent, depth = type(order.order_line), [], []
        fire = model.aria_fire

        def counted(records, event, **kwargs):
            # what core has left to write is not Aria's, and a call within a call is counted once
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            depth.append(event)
            try:
                return fire(records, event, **kwargs)
            finally:
                self.env.flush_all()
                depth.pop()
                if not depth:
                    spent.append(self.env.cr.sql_log_count - before)

        with patch.object(model, "aria_fire", counted):
            order.action_confirm()
        self.assertEqual(set(self.codes(order.order_line)), {"ready"})
        return sum(spent)

    def test_confirm(self):
        self.confirm(FEW)  # what a worker keeps between requests is read here
        few, many = self.confirm(FEW), self.confirm(MANY)
        self.assertGreater(few, 0)
        self.assertEqual(many, few, f"queries for {MANY} and for {FEW} lines")
