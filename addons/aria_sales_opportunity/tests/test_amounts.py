from lxml import html

from odoo import Command
from odoo.tests import HttpCase, tagged

from .common import LineCase


@tagged("post_install", "-at_install")
class TestAmounts(HttpCase, LineCase):
    """What is given up stays readable, and is in no total, tax, print or invoice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax = cls.env["account.tax"].create({"name": "Ten", "amount": 10})
        (cls.goods | cls.service).taxes_id = cls.tax
        cls.goods.invoice_policy = "order"

    def check(self, order, untaxed):
        """Check every sum of ``order`` against ``untaxed``: the columns, what is shown, and SQL."""
        self.env.flush_all()
        self.env.invalidate_all()
        found = (order.amount_untaxed, order.amount_tax, order.amount_total)
        self.assertEqual(found, (untaxed, untaxed / 10, round(untaxed * 1.1, 2)))
        self.assertEqual(order.tax_totals["total_amount_currency"], order.amount_total)
        self.cr.execute(
            "SELECT sum(price_subtotal), sum(price_tax), sum(price_total) FROM sale_order_line"
            " WHERE order_id = %s",
            [order.id],
        )
        self.assertEqual([float(x) for x in self.cr.fetchone()], list(found))

    def test_lost_from_a_confirmed_order(self):
        order = self.make_order(*self.goods[:2], self.service)
        order.action_confirm()
        self.check(order, 500)
        lost, kept, service = order.order_line
        lost.with_user(self.manager).aria_lose(self.reason)
        self.check(order, 300)
        self.assertEqual((lost.product_uom_qty, lost.price_unit, lost.price_total), (2, 100, 0))
        self.assertEqual(lost.aria_amount_requested, 200)
        self.assertEqual((lost.qty_to_invoice, lost.untaxed_amount_to_invoice), (0, 0))
        self.assertEqual(
            (self.lead.aria_amount_lost, self.lead.aria_qty_lost, self.lead.aria_amount_open),
            (200, 2, 300),
        )
        invoice = order._create_invoices()
        self.assertEqual(invoice.invoice_line_ids.sale_line_ids, kept | service)
        self.assertEqual(invoice.amount_total, order.amount_total)
        invoice.action_post()
        self.assertEqual(order.invoice_status, "invoiced", "nothing more is waited for")
        self.assertEqual(order.amount_to_invoice, 0)

    def test_invoiced_before_the_rest_is_lost(self):
        order = self.make_order(self.service, self.goods[0])
        self.goods.invoice_policy = "delivery"
        order.action_confirm()
        order._create_invoices().action_post()
        self.assertEqual(order.invoice_status, "no", "the goods are not delivered yet")
        order.order_line[1].aria_lose(self.reason)
        self.assertEqual(order.invoice_status, "invoiced")
        self.check(order, 100)

    def test_all_lost(self):
        order = self.make_order(self.goods[0])
        order.action_confirm()
        order.order_line.aria_lose(self.reason)
        self.check(order, 0)
        self.assertEqual((order.invoice_status, self.lead.aria_amount_lost), ("no", 200))

    def test_lost_before_confirmation(self):
        order = self.make_order(*self.goods[:2])
        order.order_line[0].with_user(self.seller).aria_lose(self.reason)
        self.check(order, 200)
        order.action_confirm()
        self.check(order, 200)
        self.assertEqual(order.picking_ids.move_ids.product_id, self.goods[1])

    def test_reopened_in_a_quotation(self):
        order = self.make_order(*self.goods[:2])
        line = order.order_line[0]
        line.aria_lose(self.reason)
        line.product_uom_qty = 5
        self.check(order, 200)
        self.assertEqual((line.aria_amount_requested, self.lead.aria_amount_lost), (500, 500))
        line.aria_reopen()
        self.check(order, 700)
        self.assertEqual((self.lead.aria_amount_lost, self.lead.aria_amount_open), (0, 700))

    def test_reopened_from_a_confirmed_order(self):
        order = self.make_order(*self.goods[:2])
        order.order_line[0].price_unit = 90
        order.action_confirm()
        order.order_line[0].aria_lose(self.reason)
        again = order.order_line[0].aria_reopen()
        self.check(order, 200)
        self.check(again.order_id, 180)
        self.assertEqual(again.aria_amount_requested, 180)

    def test_cancelled_order_keeps_its_total(self):
        order = self.make_order(*self.goods[:2])
        by_hand = order.order_line[0]
        by_hand.aria_lose(self.reason)
        self.check(order, 200)
        order._action_cancel()
        self.check(order, 400)
        self.assertEqual(self.lead.aria_amount_lost, 400)
        order.action_draft()
        self.check(order, 200)
        self.assertEqual((self.lead.aria_amount_lost, self.lead.aria_amount_open), (200, 200))

    def test_void_lines(self):
        self.goods[0].product_tmpl_id.aria_alternative_ids = self.goods[1].product_tmpl_id
        order = self.make_order(self.goods[0])
        order.order_line.aria_offer_alternative(self.goods[1])
        self.check(order, 200)
        self.assertEqual(order._get_order_lines_to_report().product_id, self.goods[1])
        order.action_aria_revise()
        self.check(order, 400)
        version = self.env["sale.order"].search([("aria_revision_of_id", "=", order.id)])
        self.check(version, 200)
        self.assertEqual(self.lead.aria_amount_open, 200)

    def test_nothing_is_delivered_of_what_is_lost(self):
        order = self.make_order(self.service, self.goods[0])
        order.action_confirm()
        line = order.order_line[0]
        line.aria_lose(self.reason)
        self.refuse(self.manager, line, "write", {"qty_delivered": 1})
        self.assertEqual((line.qty_delivered, line.qty_to_invoice), (0, 0))

    def test_nobody_types_the_requested_amount(self):
        line = self.make_order(self.goods[0]).order_line
        for user in (self.seller, self.manager):
            self.refuse(user, line, "write", {"aria_amount_requested": 1}, error=Exception)
        self.assertEqual(line.aria_amount_requested, 200)

    def get_print(self, order):
        page = self.env["ir.actions.report"]._render_qweb_html("sale.report_saleorder", order.ids)[
            0
        ]
        return html.fromstring(page)

    def test_sections_and_print(self):
        section = {"display_type": "line_section", "name": "Pumps"}
        order = self.make_order(self.goods[0])
        order.order_line.sequence = 20
        order.order_line = [
            Command.create({**section, "sequence": 10}),
            Command.create({"product_id": self.goods[1].id, "product_uom_qty": 2, "sequence": 30}),
            Command.create({**section, "name": "Work", "sequence": 40}),
            Command.create({"product_id": self.service.id, "sequence": 50}),
        ]
        order.action_confirm()
        order.order_line.filtered(lambda x: x.product_id == self.goods[1]).aria_lose(self.reason)
        self.check(order, 250)
        pumps, work = order.order_line.filtered(lambda x: x.display_type == "line_section")
        for heading, amount in ((pumps, 200), (work, 50)):
            self.assertEqual(heading._get_section_totals("price_subtotal"), amount)
            self.assertEqual(heading._get_section_totals("price_total"), round(amount * 1.1, 2))
        summary = pumps._get_grouped_section_summary()
        self.assertEqual([row["price_subtotal"] for row in summary], [200])
        page = self.get_print(order)
        rows = {
            row.xpath(".//td[@name='td_product_name']")[0].text_content().split()[-1]: row
            for row in page.xpath("//tr[@name='tr_product']")
        }
        self.assertEqual(len(rows), 3, "what was asked for can be read")
        marked = page.xpath("//div[@name='aria_left_out']")
        self.assertEqual(len(marked), 1)
        self.assertIn("Goods 1", marked[0].getparent().text_content())
        amount = marked[0].xpath("ancestor::tr//td[@name='td_product_subtotal']")[0]
        self.assertIn("0.00", amount.text_content())
        text = self.url_open(order.get_portal_url()).text
        self.assertEqual(text.count("Not Supplied"), 1, "the company's label")
        self.assertIn("275.00", text)

    def test_portal_without_a_label(self):
        order = self.make_order(*self.goods[:2])
        order.action_quotation_sent()
        order.order_line[0].aria_lose(self.reason)
        order.order_line[0].aria_stage_id.aria_public_name = False
        text = self.url_open(order.get_portal_url()).text
        self.assertEqual(text.count("Not supplied"), 1)
