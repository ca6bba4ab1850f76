from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import LineCase


@tagged("post_install", "-at_install")
class TestSplit(LineCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax = cls.env["account.tax"].create(
            {"name": "Nine", "amount": 9, "amount_type": "percent", "type_tax_use": "sale"}
        )

    def to_supply(self, lines):
        for line in lines:
            way = line.aria_workflow_id.transition_ids.filtered(
                lambda t, s=line.aria_stage_id: (
                    t.from_stage_id == s
                    and t.to_stage_id.code == "supply"
                    and t.trigger == "button"
                )
            )
            self.rpc(self.seller, line, "aria_move", way.id)

    def split(self, order):
        ids = self.rpc(self.seller, order, "aria_split_ready")
        self.env.invalidate_all()
        return order.browse(ids)

    def sums(self, orders):
        names = ("amount_untaxed", "amount_tax", "amount_total")
        return [round(sum(orders.mapped(name)), 2) for name in names]

    def agreed(self, lines):
        names = ("price_unit", "discount", "name", "product_uom_qty", "price_subtotal", "sequence")
        return [[line[name] for name in names] + line.tax_ids.ids for line in lines]

    # ------------------------------------------------------------------ split
    def test_waiting_lines_move_with_all_that_was_agreed(self):
        order = self.make_order(*self.goods)
        lines = order.order_line
        lines.write({"price_unit": 77, "discount": 5, "tax_ids": [Command.set(self.tax.ids)]})
        lines[2].name = "As the customer calls it"
        self.to_supply(lines[1:])
        before, terms, logs = self.sums(order), self.agreed(lines), lines._aria_get_log().ids
        referrals, since = lines.aria_referral_ids.ids, lines.mapped("aria_stage_since")
        new = self.split(order)
        self.assertEqual(order.order_line, lines[0])
        self.assertEqual(new.order_line, lines[1:])
        self.assertEqual(new.opportunity_id, order.opportunity_id)
        self.assertEqual(new.order_line.aria_opportunity_id, self.lead)
        self.assertEqual((new.aria_split_from_id, new.user_id), (order, self.seller))
        self.assertEqual(self.agreed(lines), terms)
        self.assertEqual(self.sums(order | new), before)
        self.assertEqual(lines._aria_get_log().ids, logs)
        self.assertEqual(lines.aria_referral_ids.ids, referrals)
        self.assertEqual(lines.mapped("aria_stage_since"), since)
        self.assertEqual(self.codes(lines), ["requested", "supply", "supply"])

    def test_sections_go_along_and_stay_where_lines_are_left(self):
        order = self.make_order()
        spec = (
            {"display_type": "line_section", "name": "Pumps"},
            {"product_id": self.goods[0].id},
            {"product_id": self.goods[1].id},
            {"display_type": "line_section", "name": "Valves"},
            {"display_type": "line_note", "name": "Brass"},
            {"product_id": self.goods[2].id},
        )
        order.order_line = [Command.create(vals | {"sequence": n}) for n, vals in enumerate(spec)]
        lines = order.order_line.filtered("product_id")
        self.to_supply(lines[1:])
        new = self.split(order)
        self.assertEqual(order.order_line.mapped("name")[0], "Pumps")
        self.assertEqual(order.order_line.filtered("product_id"), lines[0])
        self.assertEqual(
            new.order_line.sorted("sequence").mapped(lambda x: x.display_type or x.product_id.name),
            ["line_section", "Goods 1", "line_section", "line_note", "Goods 2"],
        )
        self.assertFalse(order.order_line.filtered(lambda x: x.name in ("Valves", "Brass")))

    def test_global_discount_is_put_on_both_to_the_same_total(self):
        order = self.make_order(*self.goods)
        order.order_line.write({"tax_ids": [Command.set(self.tax.ids)], "price_unit": 333})
        dialog = self.env["sale.order.discount"].create(
            {"sale_order_id": order.id, "discount_type": "so_discount", "discount_percentage": 0.07}
        )
        dialog.action_apply_discount()
        before = self.sums(order)
        self.to_supply(order.order_line.filtered(lambda x: x.product_id == self.goods[2]))
        new = self.split(order)
        self.assertEqual(len(new.order_line.filtered(lambda x: x._is_global_discount())), 1)
        self.assertEqual(len(order.order_line.filtered(lambda x: x._is_global_discount())), 1)
        for one, other in zip(self.sums(order | new), before, strict=True):
            self.assertAlmostEqual(one, other, 2)
        self.rpc(self.seller, new, "aria_merge_back")
        self.env.invalidate_all()
        for one, other in zip(self.sums(order), before, strict=True):
            self.assertAlmostEqual(one, other, 2)

    def test_merge_back_empties_and_cancels_the_other(self):
        order = self.make_order(*self.goods)
        lines = order.order_line
        self.to_supply(lines[2])
        new = self.split(order)
        self.rpc(self.seller, new, "aria_merge_back")
        self.env.invalidate_all()
        self.assertEqual(order.order_line, lines)
        self.assertEqual((new.state, len(new.order_line)), ("cancel", 0))
        self.assertEqual(self.codes(lines), ["requested", "requested", "supply"])
        with self.assertRaisesRegex(UserError, "quotation"):
            self.rpc(self.seller, new, "aria_merge_back")

    def test_what_cannot_be_split(self):
        order = self.make_order(*self.goods)
        with self.assertRaisesRegex(UserError, order.name):
            self.split(order)
        self.to_supply(order.order_line)
        with self.assertRaisesRegex(UserError, order.name):
            self.split(order)
        sold = self.make_order(*self.goods)
        self.to_supply(sold.order_line[0])
        sold.action_confirm()
        with self.assertRaisesRegex(UserError, "no longer a quotation"):
            self.split(sold)

    def test_only_who_may_write_the_order(self):
        order = self.make_order(*self.goods)
        self.to_supply(order.order_line[0])
        for method in ("aria_split_ready", "action_aria_revise", "aria_merge_back"):
            with self.assertRaises(AccessError):
                self.rpc(self.supplier, order, method)
        line = order.order_line[1]
        for method, args in (("aria_split_qty", (1,)), ("aria_reopen", ())):
            with self.assertRaises(AccessError):
                self.rpc(self.supplier, line, method, *args)
        for name in ("aria_split_from_id", "aria_revision", "aria_revision_of_id"):
            with self.assertRaises(AccessError):
                self.rpc(self.seller, order, "write", {name: False})

    # ------------------------------------------------------------------ quantity
    def test_split_by_quantity_keeps_price_stage_and_holder(self):
        order = self.make_order(self.goods[0], quantity=10)
        line = order.order_line
        line.write({"price_unit": 55, "discount": 10, "tax_ids": [Command.set(self.tax.ids)]})
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "Few cost more",
                "item_ids": [
                    Command.create({"min_quantity": 5, "fixed_price": 1, "compute_price": "fixed"})
                ],
            }
        )
        order.pricelist_id = pricelist
        self.to_supply(line)
        part = line.browse(self.rpc(self.seller, line, "aria_split_qty", 3))
        self.env.invalidate_all()
        self.assertEqual((line.product_uom_qty, part.product_uom_qty), (7, 3))
        self.assertEqual(part.aria_split_from_id, line)
        for name in (
            "price_unit",
            "discount",
            "tax_ids",
            "name",
            "aria_stage_id",
            "aria_unit_id",
            "order_id",
        ):
            self.assertEqual(part[name], line[name], name)
        self.assertEqual(line.price_unit, 55)
        self.assertEqual(part.aria_referral_id.previous_id, line.aria_referral_id)
        self.assertEqual(part.aria_stage_since, line.aria_stage_since)

    def test_split_by_an_impossible_quantity(self):
        line = self.make_order(self.goods[0], quantity=10).order_line
        for qty in (0, -1, 10, 11, "much", None):
            with self.assertRaisesRegex(UserError, "less than 10"):
                self.rpc(self.seller, line, "aria_split_qty", qty)
        self.rpc(self.seller, line, "aria_lose", self.reason.id)
        with self.assertRaisesRegex(UserError, "cannot be parted"):
            self.rpc(self.seller, line, "aria_split_qty", 1)

    # ------------------------------------------------------------------ versions
    def test_next_version_voids_the_old_lines(self):
        order = self.make_order(*self.goods)
        order.order_line[0].price_unit = 12
        self.rpc(self.seller, order.order_line[2], "aria_lose", self.reason.id)
        self.to_supply(order.order_line[1])
        action = self.rpc(self.seller, order, "action_aria_revise")
        self.env.invalidate_all()
        new = order.browse(action["res_id"])
        self.assertEqual((new.aria_revision, new.aria_revision_of_id), (2, order))
        self.assertEqual(order.state, "cancel")
        self.assertEqual(order.order_line.mapped("aria_outcome"), ["void", "void", "lost"])
        self.assertEqual(new.order_line.product_id, self.goods[:2])
        self.assertEqual(new.order_line[0].price_unit, 12)
        self.assertFalse(order.order_line.aria_referral_id)
        self.assertEqual(self.lead.aria_qty_open, 4)
        self.assertEqual(self.lead.aria_qty_lost, 2)
        self.assertEqual(self.lead.won_status, "pending")

    # ------------------------------------------------------------------ reopened
    def test_lost_line_of_a_quotation_is_reopened(self):
        order = self.make_order(*self.goods[:2])
        line = order.order_line[0]
        self.rpc(self.seller, line, "aria_lose", self.reason.id, "too dear")
        self.assertEqual(self.rpc(self.seller, line, "aria_reopen"), line.ids)
        self.assertEqual((self.codes(line), line.aria_outcome), (["requested"], False))
        self.assertFalse(line.aria_lost_reason_id)
        self.assertIn("too dear", line._aria_get_log().mapped("note"))
        with self.assertRaisesRegex(UserError, "not lost"):
            self.rpc(self.seller, line, "aria_reopen")

    def test_reopened_in_a_sent_quotation_is_quoted(self):
        order = self.make_order(*self.goods[:2])
        order.action_quotation_sent()
        line = order.order_line[0]
        self.rpc(self.seller, line, "aria_lose", self.reason.id)
        self.rpc(self.seller, line, "aria_reopen")
        self.assertEqual(self.codes(line), ["quoted"])

    def test_lost_line_of_a_cancelled_order_is_taken_up_in_a_new_quotation(self):
        order = self.make_order(*self.goods[:2])
        order.order_line.price_unit = 42
        order._action_cancel()
        line = order.order_line[0]
        self.assertEqual(line.aria_outcome, "lost")
        new = line.browse(self.rpc(self.seller, line, "aria_reopen"))
        self.env.invalidate_all()
        self.assertNotEqual(new, line)
        self.assertEqual((new.aria_split_from_id, new.price_unit, new.state), (line, 42, "draft"))
        self.assertEqual(new.order_id.opportunity_id, self.lead)
        self.assertEqual(line.aria_outcome, "lost")
        self.assertEqual(self.lead.won_status, "pending")
