from odoo import Command
from odoo.tests import tagged

from odoo.addons.aria_workflow.tests.hands import HandsCase


@tagged("post_install", "-at_install")
class TestProformaTour(HandsCase):
    """From the pro-forma to the posted invoice in Persian, at the desk and on the phone, and nobody types twice."""

    @classmethod
    def get_addons(cls):
        # EXTENDS 'aria_workflow'
        return ["aria_sales_approval"]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["aria.approval.policy"].search([]).active = False
        cls.company = cls.env.company
        cls.company.aria_invoice_when = "delivery"
        cls.seller = cls.make_person(
            "proforma_seller", "فروشندهٔ آزمون", "sales_team.group_sale_salesman"
        )
        cls.keeper = cls.make_person("proforma_keeper", "انباردار آزمون", "stock.group_stock_user")
        cls.clerk = cls.make_person(
            "proforma_clerk", "حسابدار آزمون", "account.group_account_invoice"
        )
        cls.product = cls.env["product.product"].create(
            {
                "name": "پمپ پیش‌فاکتور", "is_storable": True, "list_price": 1_000_000,
                "invoice_policy": "delivery", "taxes_id": False,
            }
        )  # fmt: skip
        location = cls.env.ref("stock.warehouse0").lot_stock_id
        cls.env["stock.quant"]._update_available_quantity(cls.product, location, 50)
        cls.partner = cls.env["res.partner"].create({"name": "شرکت آبادگران"})

    def go(self, phone):
        line = Command.create({"product_id": self.product.id, "product_uom_qty": 2})
        order = self.env["sale.order"].create(
            {"partner_id": self.partner.id, "user_id": self.seller.id, "order_line": [line]}
        )
        quotations = "/odoo/action-sale.action_quotations_with_onboarding"
        self.do_tour("aria_proforma_seller", self.seller, f"{quotations}/{order.id}", phone)
        proforma = order.aria_proforma_ids
        self.assertEqual((order.state, order.aria_proforma_number), ("sale", proforma.name))
        picking = order.picking_ids
        self.do_tour("aria_proforma_keeper", self.keeper, f"/odoo/deliveries/{picking.id}", phone)
        self.assertTrue(order.aria_invoice_due)
        with self.enter_registry_test_mode():
            self.env.ref("aria_sales_approval.ir_cron_invoice").method_direct_trigger()
        self.env.invalidate_all()
        path = f"/odoo/aria-lines/{order.order_line.id}"
        self.do_tour("aria_proforma_clerk", self.clerk, path, phone)
        invoice = order.invoice_ids
        self.assertEqual((invoice.state, invoice.amount_total), ("posted", proforma.amount_total))

    def test_at_the_desk(self):
        self.go(phone=False)

    def test_on_the_phone(self):
        self.go(phone=True)
