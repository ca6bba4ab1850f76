from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import LineCase


@tagged("post_install", "-at_install")
class TestImport(LineCase):
    """Lines that come by import (``load``, as the dialog of Odoo does) pass the same walls."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.env["sale.order"].create(
            {
                "partner_id": cls.partner.id,
                "user_id": cls.seller.id,
                "opportunity_id": cls.lead.id,
            }
        )

    @mute_logger("odoo.sql_db")
    def load(self, rows, *names, user=None):
        """Import ``rows`` of lines of the order as ``user``; return (ids, text of the messages)."""
        fields = ["order_id/.id", "product_id/.id", *names]
        data = [[str(self.order.id), str(self.goods[0].id), *map(str, row)] for row in rows]
        result = self.rpc(user or self.seller, self.env["sale.order.line"], "load", fields, data)
        self.env.invalidate_all()
        return result["ids"], " ".join(str(m["message"]) for m in result["messages"])

    def check_refused(self, rows, *names, word, user=None):
        ids, text = self.load(rows, *names, user=user)
        self.assertFalse(ids)
        self.assertIn(word, text)
        self.assertNotIn("Traceback", text)
        self.assertFalse(self.order.order_line, "nothing half-written")

    def test_sound_lines_enter_their_flow(self):
        ids, text = self.load([[2], [3]], "product_uom_qty")
        self.assertEqual((len(ids), text), (2, ""))
        self.assertEqual(self.codes(self.order.order_line), ["requested", "requested"])
        self.assertEqual(self.order.order_line.aria_registrar_id, self.seller)
        self.assertEqual((self.lead.aria_qty_open, self.lead.aria_amount_open), (5, 500))

    def test_nobody_imports_a_fate(self):
        stage = self.env.ref("aria_sales_opportunity.stage_trading_delivered")
        for user in (self.seller, self.manager):
            for name, value in (
                ("aria_outcome", "won"),
                ("aria_outcome", "Won"),
                ("aria_stage_id/.id", stage.id),
                ("aria_stage_id/id", "aria_sales_opportunity.stage_trading_delivered"),
                ("aria_stage_since", "2020-01-01 00:00:00"),
                ("aria_lost_reason_id/.id", self.reason.id),
                ("aria_registrar_id/.id", self.manager.id),
                ("aria_unit_id/.id", self.supply.id),
                ("aria_shortage_qty", 4),
                ("aria_amount_requested", 4),
                ("price_subtotal", 4),
            ):
                with self.subTest(user=user.login, name=name, value=value):
                    ids, text = self.load([[value]], name, user=user)
                    self.assertFalse(ids)
                    self.assertTrue(text.strip())
                    self.assertFalse(self.order.order_line)

    def test_quantities_that_nobody_asks_for(self):
        self.check_refused([[2], [-3]], "product_uom_qty", word="-3")
        self.check_refused([[2], [1e18]], "product_uom_qty", word="no quantity")
        self.check_refused([["many"]], "product_uom_qty", word="many")
        self.check_refused([["nan"]], "product_uom_qty", word="nan")
        self.check_refused([["inf"]], "product_uom_qty", word="inf")

    def test_a_line_without_quantity_is_a_line(self):
        ids, _text = self.load([[0]], "product_uom_qty")
        self.assertEqual((len(ids), self.lead.aria_qty_open), (1, 0))
        self.assertEqual(self.lead.won_status, "pending")

    def test_existing_lines_keep_what_has_happened_to_them(self):
        ids, _text = self.load([[2]], "product_uom_qty")
        line = self.env["sale.order.line"].browse(ids)
        self.rpc(self.seller, line, "aria_refer", unit=self.supply.id)
        for names, row in (
            (["product_id/.id"], [self.goods[1].id]),
            (["aria_outcome"], ["lost"]),
            (["order_id/.id"], [self.make_order(self.goods[1]).id]),
        ):
            data = [[str(line.id), *map(str, row)]]
            with mute_logger("odoo.sql_db"):
                result = self.rpc(self.seller, line.browse(), "load", [".id", *names], data)
            self.env.invalidate_all()
            self.assertFalse(result["ids"], names)
            self.assertTrue(result["messages"])
        self.assertEqual((line.product_id, line.aria_outcome), (self.goods[0], False))
        self.assertEqual(line.order_id, self.order)
