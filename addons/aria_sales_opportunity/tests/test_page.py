from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.aria_workflow.tests.hands import HandsCase

from .common import LineCase


@tagged("post_install", "-at_install")
class TestPage(LineCase):
    """What the page of an opportunity tells of its lines, and what may be done from there."""

    def test_deadline_of_the_holder(self):
        line = self.make_order(self.goods[0]).order_line
        self.assertEqual((line.aria_deadline, line.aria_pace), (False, False))
        now = fields.Datetime.now()
        later = now + timedelta(days=2)
        self.rpc(self.seller, line, "aria_refer", unit=self.supply.id, deadline=str(later))
        self.assertEqual((line.aria_deadline, line.aria_pace), (later, "in_time"))
        for left, pace in ((timedelta(hours=-1), "late"), (timedelta(seconds=1), "soon")):
            self.cr.execute(
                "UPDATE aria_referral SET deadline = %s, create_date = %s WHERE id = %s",
                [now + left, now - timedelta(days=1), line.aria_referral_id.id],
            )
            self.env.invalidate_all()
            seen = self.rpc(self.seller, line, "read", ["aria_deadline", "aria_pace"])[0]
            self.assertEqual((seen["aria_deadline"], seen["aria_pace"]), (now + left, pace))

    def test_hours_of_a_status_that_nobody_holds(self):
        line = self.make_order(self.goods[0]).order_line
        way = line.aria_workflow_id.transition_ids.filtered(
            lambda t: (
                t.trigger == "button"
                and (t.from_stage_id.code, t.to_stage_id.code) == ("requested", "supply")
            )
        )
        self.rpc(self.seller, line, "aria_move", way.id)
        held = line.aria_deadline
        self.assertEqual(held, line.aria_referral_id.deadline)
        self.rpc(self.supplier, line, "aria_answer", "No")
        self.assertFalse(line.aria_referral_id)
        self.env.invalidate_all()
        gap = abs(line.aria_deadline - held)
        self.assertLess(gap, timedelta(minutes=1), "the same hours, counted from the same moment")
        self.cr.execute(
            "UPDATE sale_order_line SET aria_stage_since = %s WHERE id = %s",
            [fields.Datetime.now() - timedelta(days=30), line.id],
        )
        self.env.invalidate_all()
        self.assertEqual(line.aria_pace, "late")
        line.aria_lose(self.reason)
        self.env.invalidate_all()
        self.assertFalse(line.aria_pace, "what has its end is not late")

    def test_free_stock_of_the_warehouse_in_the_unit_of_the_line(self):
        order = self.make_order(self.goods[0])
        line = order.order_line
        self.supply_stock(self.goods[0], 60)
        other = self.env["stock.warehouse"].create({"name": "Second", "code": "SEC"})
        self.env["stock.quant"]._update_available_quantity(self.goods[0], other.lot_stock_id, 24)
        self.env.invalidate_all()
        read = lambda: self.rpc(self.seller, line, "read", ["aria_free_qty"])[0]["aria_free_qty"]
        self.assertEqual(read(), 60)
        line.product_uom_id = self.env.ref("uom.product_uom_dozen")
        self.assertEqual(read(), 5, "of the order's own warehouse, in dozens")
        order.warehouse_id = other
        self.assertEqual(read(), 2)
        self.env["stock.quant"]._update_reserved_quantity(self.goods[0], other.lot_stock_id, 12)
        self.env.invalidate_all()
        self.assertEqual(read(), 1, "what is reserved is not free")

    def test_margin_is_for_those_who_may_see_cost(self):
        self.goods[0].standard_price = 30
        line = self.make_order(self.goods[0]).order_line
        names = ["aria_cost", "aria_margin", "aria_margin_percent"]
        seen = self.rpc(self.manager, line, "read", names)[0]
        self.assertEqual([seen[name] for name in names], [30, 140, 0.7])
        for user in (self.seller, self.keeper):
            for name in names:
                with self.assertRaises(AccessError):
                    self.rpc(user, line, "read", [name])
        arch = self.rpc(self.seller, self.env["crm.lead"], "get_view", view_type="form")["arch"]
        self.assertIn('name="aria_line_ids"', arch)
        self.assertNotIn("aria_margin", arch)

    def test_margin_in_another_currency_and_unit(self):
        currency = self.env["res.currency"].create(
            {"name": "XAR", "symbol": "x", "rate_ids": [Command.create({"rate": 2.0})]}
        )
        dozen = self.env.ref("uom.product_uom_dozen")
        pricelist = self.env["product.pricelist"].create(
            {"name": "Abroad", "currency_id": currency.id}
        )
        self.goods[0].standard_price = 30
        order = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "pricelist_id": pricelist.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.goods[0].id,
                            "product_uom_qty": 2,
                            "product_uom_id": dozen.id,
                            "price_unit": 1000,
                        }
                    )
                ],
            }
        )
        self.assertEqual((order.order_line.aria_cost, order.order_line.aria_margin), (720, 560))

    def test_edited_from_the_opportunity(self):
        line, other = self.make_order(*self.goods[:2]).order_line
        command = Command.update(line.id, {"product_uom_qty": 7, "price_unit": 90, "discount": 5})
        self.rpc(self.seller, self.lead, "write", {"aria_line_ids": [command]})
        self.assertEqual((line.product_uom_qty, line.price_unit, line.discount), (7, 90, 5))
        self.assertEqual(self.lead.aria_amount_open, 7 * 90 * 0.95 + 200)
        stranger = self.make_user("stranger", "sales_team.group_sale_salesman")
        for command in (
            Command.update(line.id, {"aria_outcome": "won"}),
            Command.update(line.id, {"aria_stage_id": line.aria_workflow_id.stage_ids[-1].id}),
            Command.update(line.id, {"price_subtotal": 1}),
            Command.update(line.id, {"product_uom_qty": -1}),
        ):
            self.refuse(
                self.seller, self.lead, "write", {"aria_line_ids": [command]}, error=Exception
            )
        own = self.env["crm.lead"].create({"name": "Own", "user_id": stranger.id})
        command = Command.update(other.id, {"price_unit": 1})
        self.refuse(stranger, own, "write", {"aria_line_ids": [command]}, error=AccessError)
        self.assertEqual(other.price_unit, 100)

    def test_answered_from_the_page(self):
        line = self.make_order(self.goods[0]).order_line
        self.refuse(self.seller, line, "action_aria_answer")
        self.rpc(self.seller, line, "aria_refer", user=self.seller.id)
        for user in (self.keeper, self.supplier):
            self.refuse(user, line, "action_aria_answer")
        action = self.rpc(self.seller, line, "action_aria_answer")
        context = action["context"]
        dialog = self.env["aria.referral.act"].with_user(self.seller).with_context(**context)
        dialog.create({"note": "Done."}).action_apply()
        referral = line.aria_referral_ids
        self.assertEqual((referral.state, referral.answer), ("answered", "Done."))

    def test_opened_from_the_page(self):
        line = self.make_order(self.goods[0]).order_line
        action = self.rpc(self.seller, line, "action_aria_open")
        self.assertEqual((action["res_id"], action["views"][0][1]), (line.id, "form"))
        self.refuse(self.supplier, line, "action_aria_open", error=AccessError)

    def test_headings_and_notes_are_no_lines(self):
        order = self.make_order(self.goods[0])
        order.order_line = [
            Command.create({"display_type": kind, "name": kind})
            for kind in ("line_section", "line_note")
        ]
        self.env.invalidate_all()
        self.assertEqual(self.lead.aria_line_ids, order.order_line[:1])


@tagged("post_install", "-at_install")
class TestPageTour(HandsCase):
    """A seller works from the page of the opportunity, in Persian, at the desk and on the phone."""

    @classmethod
    def get_addons(cls):
        return ["aria_sales_opportunity"]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls.make_person(
            "page_seller", "لاله فروشنده", "sales_team.group_sale_salesman"
        )
        for code, name in (("sales", "لاله فروشنده"), ("supply", "سارا تأمین")):
            person = cls.seller if code == "sales" else cls.make_person("page_supply", name)
            cls.env.ref(f"aria_workflow.unit_{code}").member_ids = [Command.link(person.id)]
        cls.env["crm.lost.reason"].create({"name": "قیمت رقیب"})
        goods = cls.env["product.product"].create(
            [
                {"name": f"کالای {n}", "is_storable": True, "list_price": 1000, "taxes_id": False}
                for n in ("یک", "دو", "سه")
            ]
        )
        partner = cls.env["res.partner"].create({"name": "شرکت آبادگران"})
        cls.lead = cls.env["crm.lead"].create(
            {
                "name": "پمپ‌خانه",
                "type": "opportunity",
                "user_id": cls.seller.id,
                "partner_id": partner.id,
            }
        )
        cls.orders = cls.env["sale.order"].create(
            [
                {
                    "partner_id": partner.id,
                    "opportunity_id": cls.lead.id,
                    "user_id": cls.seller.id,
                    "order_line": [
                        Command.create({"product_id": product.id, "product_uom_qty": 10})
                        for product in products
                    ],
                }
                for products in (goods[:2], goods[2:])
            ]
        )
        cls.one, cls.two, cls.three = cls.orders.order_line.sorted(lambda line: line.product_id.id)
        cls.three.aria_refer(user=cls.seller, note="قیمت را بگویید.")

    def check(self):
        self.assertEqual((self.one.product_uom_qty, self.one.discount), (12, 5))
        self.assertEqual(self.one.aria_unit_id.code, "supply")
        part = self.two.order_id.order_line - self.one - self.two
        self.assertEqual((self.two.product_uom_qty, part.product_uom_qty), (7, 3))
        self.assertEqual(part.aria_split_from_id, self.two)
        self.assertEqual((self.two.aria_outcome, part.aria_outcome), ("lost", False))
        self.assertEqual(self.two.aria_lost_reason_id.name, "قیمت رقیب")
        self.assertEqual(self.three.aria_referral_ids.answer, "هزار ریال")
        self.assertEqual(
            (self.lead.aria_qty_open, self.lead.aria_qty_lost, self.lead.aria_amount_open),
            (25, 7, 12 * 950 + 3000 + 10000),
        )

    def run_tour(self, phone):
        tour = "aria_page_phone" if phone else "aria_page_desk"
        self.do_tour(tour, self.seller, f"/odoo/crm/{self.lead.id}", phone)
        self.check()

    def test_desk(self):
        self.run_tour(phone=False)

    def test_phone(self):
        self.run_tour(phone=True)
