from odoo import fields
from odoo.tests import HttpCase, tagged

from .common import LineCase


@tagged("post_install", "-at_install")
class TestPortal(HttpCase, LineCase):
    def page(self, order):
        return self.url_open(order.get_portal_url()).text

    def test_customer_reads_the_companys_label_and_the_promise(self):
        order = self.make_order(*self.goods[:2])
        order.action_quotation_sent()
        order.action_confirm()
        stage = order.order_line.aria_stage_id
        stage.aria_public_name = "We prepare it"
        stage.name = "Internal word"
        order.order_line[0].aria_promise_date = fields.Date.from_string("2027-03-21")
        text = self.page(order)
        self.assertEqual(text.count("We prepare it"), 2)
        self.assertEqual(text.count("Promised for"), 1)
        self.assertIn("2027", text)
        self.assertNotIn("Internal word", text)

    def test_nothing_where_the_company_shows_nothing(self):
        order = self.make_order(self.goods[0])
        order.action_quotation_sent()
        order.order_line.aria_stage_id.aria_public_name = False
        self.assertNotIn("aria_status", self.page(order))
