from unittest.mock import patch

from lxml import etree

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

    def open_page(self, lines):
        """Return the queries that the lines of an opportunity cost on its page, from a cold cache."""
        order = self.make_long_order(lines)
        lead = self.env["crm.lead"].create({"name": "Deal", "type": "opportunity"})
        order.sudo().opportunity_id = lead
        order.order_line.sudo()[::2].aria_refer(unit=self.supply)
        view = etree.fromstring(self.env["crm.lead"].get_view(view_type="form")["arch"])
        names = view.xpath("//field[@name='aria_line_ids']/list/field/@name")
        self.assertIn("aria_free_qty", names)
        self.env.flush_all()
        seen = order.order_line.with_user(self.manager).browse(order.order_line.ids)  # as by RPC
        for _time in range(2):  # the first reads what a worker keeps
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(len(seen.web_read({name: {} for name in names})), lines)
        return self.env.cr.sql_log_count - before

    def test_page_of_an_opportunity(self):
        self.assertEqual(self.open_page(MANY), self.open_page(FEW))
