from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import LineCase

# every seeded unit with the lowest role in which its people work; what only handles the line comes first
HANDLERS = {
    "supply": "base.group_user",
    "production": "base.group_user",
    "purchase": "base.group_user",
    "warehouse": "stock.group_stock_user",
    "delivery": "stock.group_stock_user",
}
ROLES = HANDLERS | {
    "finance": "account.group_account_invoice",
    "sales": "sales_team.group_sale_salesman",
    "sales_management": "sales_team.group_sale_manager",
}
PRICE = 98765  # in no date, id or quantity


@tagged("post_install", "-at_install")
class TestAccessOfUnits(LineCase):
    """What the staff of each seeded unit see of a line that is referred to them, and what they can do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.units = {code: cls.env.ref(f"aria_workflow.unit_{code}") for code in ROLES}
        cls.staff = {
            code: cls.make_user(f"one_of_{code}", group, unit=cls.units[code])
            for code, group in ROLES.items()
        }
        buyers = cls.env.ref("purchase.group_purchase_user", raise_if_not_found=False)
        if buyers:
            cls.staff["purchase"].group_ids += buyers
        cls.goods.list_price = PRICE
        cls.stranger = cls.make_user("stranger", "sales_team.group_sale_salesman")
        cls.foreign = cls.env["sale.order"].create(
            {
                "partner_id": cls.env["res.partner"].create({"name": "Somebody Else"}).id,
                "user_id": cls.stranger.id,
                "order_line": [(0, 0, {"product_id": cls.goods[2].id, "product_uom_qty": 7})],
            }
        )

    def make_line(self, code=None):
        """Return the line of a new quotation, referred to the unit ``code``."""
        line = self.make_order(self.goods[0], self.goods[1]).order_line[0]
        if code:
            self.rpc(self.seller, line, "aria_refer", unit=self.units[code].id, note="See to it")
        return line

    def each(self, codes):
        return [(code, self.staff[code]) for code in codes]

    # ------------------------------------------------------------------ what they see
    def test_card_without_prices(self):
        for code, user in self.each(ROLES):
            referral = self.make_line(code).aria_referral_id
            names = list(self.rpc(user, referral, "fields_get"))
            shown = self.rpc(user, referral, "read", names)[0]
            for text in ("Goods 0", "Buyer", "See to it"):
                self.assertIn(text, f"{shown['card']} {shown['note']}")
            digits = "".join(c for c in repr(shown) if c not in ",.٬٫")
            self.assertNotIn(str(PRICE), digits)
            self.assertNotIn(str(2 * PRICE), digits)

    def test_own_referrals_only(self):
        elsewhere = self.foreign.order_line
        elsewhere.aria_refer(user=self.stranger, note="Somebody else's")
        for code, user in self.each(HANDLERS):
            own = self.make_line(code).aria_referral_id
            other = "production" if code != "production" else "supply"
            foreign = elsewhere.aria_referral_id | self.make_line(other).aria_referral_id
            known = (own | foreign).ids
            found = self.rpc(user, own, "search", [("id", "in", known)])
            self.assertEqual(found, own.ids)
            self.refuse(user, foreign, "read", ["card"], error=AccessError)
            self.refuse(user, foreign, "action_accept")

    def test_handlers_read_no_quotation(self):
        for code, user in self.each(HANDLERS):
            line = self.make_line(code)
            for record in (line, line.order_id, self.foreign, self.foreign.order_line):
                self.refuse(user, record, "read", ["display_name"], error=AccessError)
                self.refuse(user, record, "export_data", ["name"])
            self.refuse(user, self.lead, "read", ["name"], error=AccessError)
            self.refuse(user, line.aria_referral_id, "action_open_document", error=AccessError)
            self.assertFalse(self.find(user, line | self.foreign.order_line))

    def find(self, user, lines):
        """Return which of these lines a search of the user finds, none where he may not search."""
        if not lines.with_user(user).has_access("read") and not self.env[
            "sale.order.line"
        ].with_user(user).has_access("read"):
            self.refuse(user, lines, "search", [("id", "in", lines.ids)], error=AccessError)
            return []
        return self.rpc(user, lines, "search", [("id", "in", lines.ids)])

    def test_goods_of_confirmed_orders_without_prices(self):
        line = self.make_line()
        line.order_id.action_confirm()
        for _code, user in self.each(("warehouse", "delivery")):
            names = ["product_id", "product_uom_qty", "aria_stage_id", "order_partner_id"]
            self.assertTrue(self.rpc(user, line, "read", names))
            for name in ("price_unit", "discount", "price_subtotal", "aria_last_price"):
                self.refuse(user, line, "read", [name], error=AccessError)
            self.refuse(user, line.order_id, "read", ["amount_total"], error=AccessError)
        for _code, user in self.each(("supply", "production")):
            self.refuse(user, line, "read", ["product_id"], error=AccessError)

    def test_sellers_see_their_own_and_managers_all(self):
        line, other = self.make_line("sales"), self.foreign.order_line
        colleague, manager = self.staff["sales"], self.staff["sales_management"]
        self.refuse(colleague, line | other, "read", ["price_unit"], error=AccessError)
        self.assertFalse(self.rpc(colleague, line, "search", [("id", "in", (line | other).ids)]))
        self.assertEqual(self.rpc(self.seller, line, "search", [("id", "in", other.ids)]), [])
        for user in (manager, self.staff["finance"]):
            rows = self.rpc(user, line | other, "read", ["price_unit"])
            self.assertEqual([row["price_unit"] for row in rows], [PRICE, PRICE])

    # ------------------------------------------------------------------ what they do
    def test_accept_and_answer(self):
        for code, user in self.each(ROLES):
            line = self.make_line(code)
            referral = line.aria_referral_id
            self.rpc(user, line, "aria_accept")
            self.assertEqual((referral.state, line.aria_user_id), ("accepted", user))
            self.rpc(user, line, "aria_answer", "In two weeks")
            self.assertEqual((referral.state, referral.answer), ("answered", "In two weeks"))
            self.refuse(user, line, "aria_answer", "Again")

    def test_return(self):
        for code, user in self.each(ROLES):
            line = self.make_line(code)
            self.rpc(user, line, "aria_return", "Which colour?")
            back = line.aria_referral_id
            self.assertEqual((back.to_user_id, back.note), (self.seller, "Which colour?"))
            self.refuse(user, line, "aria_answer", "Too late")

    def test_refer_on(self):
        for code, user in self.each(ROLES):
            line = self.make_line(code)
            target = self.units["purchase" if code == "finance" else "finance"]
            self.rpc(user, line, "aria_refer", unit=target.id, note="Yours")
            self.assertEqual(line.aria_unit_id, target)
            self.assertEqual(line.aria_referral_id.previous_id.closed_by_id, user)
            self.refuse(user, line, "aria_accept")

    def test_who_does_not_hold_it(self):
        for code, user in self.each([*HANDLERS, "finance"]):
            line = self.make_line("production" if code == "supply" else "supply")
            for method, args in (
                ("aria_accept", []),
                ("aria_answer", ["x"]),
                ("aria_return", ["x"]),
                ("aria_refer", [self.units[code].id]),
            ):
                self.refuse(user, line, method, *args)
            self.assertEqual(line.aria_referral_ids.mapped("state"), ["open"])

    # ------------------------------------------------------------------ what they do not
    def check_untouched(self, user, line):
        """Check that the user, though holding the line, changes nothing of the sale, by any method."""
        terms = ("product_uom_qty", "price_unit", "discount", "name", "aria_stage_id", "state")
        before = line.read(terms)
        order = line.order_id
        for vals in ({"product_uom_qty": 9}, {"price_unit": 1}, {"discount": 50}, {"name": "x"}):
            self.refuse(user, line, "write", vals, error=AccessError)
            self.refuse(user, order, "write", {"order_line": [(1, line.id, vals)]})
        for method, args in (
            ("aria_lose", [self.reason.id]), ("aria_split_qty", [1]), ("aria_reopen", []), ("unlink", []),
            ("aria_offer_alternative", [self.goods[1].id]), ("copy", []), ("aria_fire", ["exited"]),
        ):  # fmt: skip
            self.refuse(user, line, method, *args)
        for method in ("aria_split_ready", "aria_merge_back", "action_aria_revise", "unlink"):
            self.refuse(user, order, method)
        for model in ("aria.line.lose", "aria.line.split", "aria.line.alternative"):
            context = {"active_id": line.id, "active_ids": line.ids}
            self.refuse(user, self.env[model], "create", {}, context=context, error=AccessError)
        self.assertEqual(line.read(terms), before)

    def test_handlers_change_no_line(self):
        for code, user in self.each([*HANDLERS, "finance"]):
            self.check_untouched(user, self.make_line(code))

    def test_handlers_change_no_confirmed_line(self):
        for code, user in self.each([*HANDLERS, "finance"]):
            line = self.make_line(code)
            line.order_id.action_confirm()
            self.check_untouched(user, line)

    def test_handlers_reopen_no_lost_line(self):
        for _code, user in self.each([*HANDLERS, "finance"]):
            line = self.make_line()
            self.rpc(self.seller, line, "aria_lose", self.reason.id)
            self.refuse(user, line, "aria_reopen", error=AccessError)
            self.assertEqual(line.aria_outcome, "lost")

    def test_colleagues_change_nothing_and_managers_all(self):
        line = self.make_line("sales")
        colleague, manager = self.staff["sales"], self.staff["sales_management"]
        for method, args in (("aria_lose", [self.reason.id]), ("aria_split_qty", [1])):
            self.refuse(colleague, line, method, *args, error=AccessError)
        self.refuse(colleague, line, "write", {"discount": 5}, error=AccessError)
        part = line.browse(self.rpc(manager, line, "aria_split_qty", 1))
        self.rpc(manager, part, "aria_lose", self.reason.id)
        self.assertEqual((line.aria_outcome, part.aria_outcome), (False, "lost"))

    def test_finance_still_bills(self):
        order = self.make_order(self.service)
        order.action_confirm()
        invoice = order._create_invoices()  # Odoo lets the sales team make the draft
        self.rpc(self.staff["finance"], invoice, "action_post")
        self.assertEqual(order.order_line.aria_outcome, "won")
