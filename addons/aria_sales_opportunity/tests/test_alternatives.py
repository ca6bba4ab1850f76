from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import LineCase


@tagged("post_install", "-at_install")
class TestAlternatives(LineCase):
    def test_alternative_takes_the_place_of_a_line(self):
        one, two = self.goods[0], self.goods[1]
        one.product_tmpl_id.aria_alternative_ids = two.product_tmpl_id
        order = self.make_order(one, self.goods[2])
        line = order.order_line[0]
        new = line.browse(self.rpc(self.seller, line, "aria_offer_alternative", two.id))
        self.env.invalidate_all()
        self.assertEqual((new.product_id, new.product_uom_qty, new.order_id), (two, 2, order))
        self.assertEqual((new.aria_split_from_id, line.aria_outcome), (line, "void"))
        self.assertEqual(self.lead.aria_qty_open, 4)
        with self.assertRaisesRegex(UserError, "not an open line"):
            self.rpc(self.seller, line, "aria_offer_alternative", two.id)

    def test_only_alternatives_by_who_may_write(self):
        line = self.make_order(self.goods[0]).order_line
        for product in (self.goods[1].id, None, False):
            with self.assertRaisesRegex(UserError, "no alternative"):
                self.rpc(self.seller, line, "aria_offer_alternative", product)
        with self.assertRaises(AccessError):
            self.rpc(self.supplier, line, "aria_offer_alternative", self.goods[1].id)

    def test_dialogs(self):
        one, two = self.goods[0], self.goods[1]
        one.product_tmpl_id.aria_alternative_ids = two.product_tmpl_id
        self.supply_stock(two, 7)
        line = self.make_order(one, quantity=10).order_line
        env = self.env(user=self.seller)
        dialog = env["aria.line.split"].with_context(active_id=line.id).create({"qty": 4})
        dialog.action_apply()
        self.assertEqual(line.order_id.order_line.mapped("product_uom_qty"), [6, 4])
        dialog = (
            env["aria.line.alternative"]
            .with_context(active_id=line.id)
            .create({"product_id": two.id})
        )
        self.assertEqual(dialog.free_qty, 7)
        dialog.action_apply()
        self.assertEqual(line.aria_outcome, "void")
