from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.aria_moadian.tests.simulated import PatternCase


@tagged("post_install", "-at_install")
class TestDownPaymentOfAnOrder(PatternCase):
    """From the sales order: the down payment, the final invoice, both at the strict simulator."""

    def order(self, *lines):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.buyer.id,
                "company_id": self.company.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": 1,
                            "price_unit": price,
                            "tax_ids": [Command.set(taxes.ids)],
                        }
                    )
                    for product, price, taxes in lines
                ],
            }
        )
        order.action_confirm()
        return order

    def invoice(self, order, method, **values):
        wizard = self.env["sale.advance.payment.inv"].with_context(active_ids=order.ids)
        move = wizard.create({"advance_payment_method": method, **values})._create_invoices(order)
        move.invoice_date = move.invoice_date or self.make_invoice(post=False).invoice_date
        move.action_post()
        return move

    def test_down_payment_and_final_invoice(self):
        self.product.invoice_policy = "order"
        carpet = self.goods("فرش", invoice_policy="order")
        order = self.order((self.product, 1000003, self.vat), (carpet, 2000000, self.vat))
        first = self.invoice(order, "percentage", amount=30)
        self.assertFalse(first.invoice_line_ids.product_id)
        document = self.deliver(first)
        # the goods that are most of the order
        self.assertEqual(document["body"][0]["sstid"], carpet.aria_sstid)
        final = self.invoice(order, "delivered")
        header = self.deliver(final)["header"]
        # cut off where the books round: a Rial for each invoice
        for found, books in (
            (header["tadis"], final.amount_untaxed),
            (header["tadis"] + document["header"]["tadis"], order.amount_untaxed),
        ):
            self.assertAlmostEqual(float(found), books, delta=2)
        self.agree(first, 4)

    def test_goods_of_the_same_tax(self):
        free = self.vat.copy({"name": "معاف", "amount": 0})
        self.product.invoice_policy = "order"
        bread = self.goods("نان", invoice_policy="order", aria_sstid="2720000098765")
        order = self.order((self.product, 5000000, self.vat), (bread, 1000000, free))
        rows = self.deliver(self.invoice(order, "percentage", amount=50))["body"]
        found = {(row["sstid"], row["vra"]): row["adis"] for row in rows}
        self.assertEqual(
            found, {(self.product.aria_sstid, 10): 2500000, ("2720000098765", 0): 500000}
        )

    def test_goods_without_an_id_are_told(self):
        self.product.write({"invoice_policy": "order", "aria_sstid": False})
        move = self.invoice(self.order((self.product, 1000, self.vat)), "fixed", fixed_amount=550)
        self.assertEqual(move.aria_moadian_state, "to_check")
        fix = self.rpc(self.accountant, "account.move", "action_aria_moadian_fix", move.ids, 0)
        wizard = self.env["aria.moadian.assign"].browse(fix["res_id"])
        self.assertEqual(wizard.product_ids, self.product.product_tmpl_id)
