from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.aria_sales_opportunity.tests.common import LineCase


class CreditCase(LineCase):
    """A customer with a ceiling, goods of 100 without tax, and a chart of accounts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["aria.approval.policy"].search([]).active = False
        cls.company = cls.env.company
        cls.finance = cls.make_user(
            "finance", "account.group_account_invoice", "aria_sales_approval.group_credit_release"
        )
        cls.journal = (
            cls.env["account.journal"].search(
                [("type", "=", "sale"), ("company_id", "=", cls.company.id)], limit=1
            )
            or cls._make_books()
        )
        cls.goods.invoice_policy = "order"
        cls.tax = cls.env["account.tax"].create(
            {"name": "VAT 10", "amount": 10, "amount_type": "percent", "type_tax_use": "sale"}
        )
        cls.partner.credit_limit = 1000

    @classmethod
    def _make_books(cls):
        """The company has no chart: make the least that invoices need."""
        accounts = cls.env["account.account"].create(
            [
                {"name": "Receivable", "code": "T1100", "account_type": "asset_receivable", "reconcile": True},
                {"name": "Sales", "code": "T4000", "account_type": "income"},
                {"name": "Bank", "code": "T1000", "account_type": "asset_cash"},
                {"name": "On the way", "code": "T1050", "account_type": "asset_current", "reconcile": True},
            ]
        )  # fmt: skip
        set_default = cls.env["ir.default"].set
        set_default(
            "res.partner",
            "property_account_receivable_id",
            accounts[0].id,
            company_id=cls.company.id,
        )
        return cls.env["account.journal"].create(
            {"name": "Sales", "code": "TSALE", "type": "sale", "default_account_id": accounts[1].id}
        )

    def exposure(self, partner=None, **expected):
        """Assert the exposure by category; what is not named is 0."""
        self.env.invalidate_all()
        found = (partner or self.partner).aria_credit_exposure(self.company)
        self.assertEqual({k: v for k, v in found.items() if v}, expected)

    def confirm(self, order):
        self.rpc(self.seller, order, "action_confirm")
        return order

    def order(self, quantity=2, **kwargs):
        return self.make_order(self.goods[0], quantity=quantity, **kwargs)

    def invoice(self, order, post=True, **wizard):
        advance = self.env["sale.advance.payment.inv"].create(
            {"advance_payment_method": "delivered", "sale_order_ids": order.ids, **wizard}
        )
        before = order.invoice_ids
        advance.create_invoices()
        made = order.invoice_ids - before
        if post:
            made.action_post()
        return made

    def check_of(self, order):
        return self.env["aria.credit.check"].search([("order_id", "=", order.id)], limit=1)


@tagged("post_install", "-at_install")
class TestExposure(CreditCase):
    """Each document is counted once, at each step of its life."""

    def test_order_draft_invoice_and_receivable(self):
        order = self.order(4)
        self.exposure()
        self.confirm(order)
        self.exposure(orders=400)
        order.order_line.qty_delivered = 4
        draft = self.invoice(order, post=False)
        self.exposure(draft_invoices=400)
        self.company.aria_credit_count_draft_invoices = False
        self.exposure(orders=400)
        self.company.aria_credit_count_draft_invoices = True
        draft.action_post()
        self.exposure(receivable=400)
        self.pay(draft, 150)
        self.exposure(receivable=250)

    def pay(self, invoice, amount):
        """Register a payment that has arrived."""
        bank = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        ) or self.env["account.journal"].create({"name": "Bank", "code": "TBNK", "type": "bank"})
        outstanding = bank.default_account_id
        bank.inbound_payment_method_line_ids.payment_account_id = outstanding
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        wizard.create({"journal_id": bank.id, "amount": amount}).action_create_payments()
        return outstanding

    def test_whatever_the_invoicing_policy(self):
        self.goods.invoice_policy = "delivery"
        order = self.confirm(self.order(4))
        self.exposure(orders=400)
        order.order_line.qty_delivered = 5  # more than ordered is owed too
        self.exposure(orders=500)
        self.goods.invoice_policy = "order"
        self.exposure(orders=400)

    def test_partly_invoiced_and_credited(self):
        order = self.confirm(self.order(4))
        order.order_line.tax_ids = self.tax
        self.exposure(orders=440)
        draft = self.invoice(order, post=False)
        draft.invoice_line_ids.quantity = 3
        draft.action_post()
        self.exposure(orders=110, receivable=330)
        refund = draft._reverse_moves(cancel=False)
        self.exposure(orders=440, receivable=330, draft_invoices=-330)
        refund.action_post()
        self.exposure(orders=440)

    def test_down_payment(self):
        order = self.confirm(self.order(4))
        down = self.invoice(order, advance_payment_method="fixed", fixed_amount=100)
        self.exposure(orders=300, receivable=100)
        self.pay(down, 100)
        self.exposure(orders=300)
        final = self.invoice(order)
        self.assertEqual(final.amount_total, 300)
        self.exposure(receivable=300)

    def test_foreign_currency(self):
        currency = self.env["res.currency"].create({"name": "XTS", "symbol": "X", "rounding": 0.01})
        rate = {"currency_id": currency.id, "company_id": self.company.id}
        today = fields.Date.today()
        self.env["res.currency.rate"].create(
            [
                {**rate, "name": today - timedelta(days=9), "rate": 0.5},
                {**rate, "name": today, "rate": 0.25},
            ]
        )
        pricelist = self.env["product.pricelist"].create({"name": "X", "currency_id": currency.id})
        order = self.order(1)
        order.write({"pricelist_id": pricelist.id})
        order.order_line.price_unit = 33.33
        self.confirm(order)
        self.exposure(orders=133.32)  # 33.33 at four for one
        self.invoice(order)
        self.exposure(receivable=133.32)

    def test_currency_without_a_rate(self):
        currency = self.env["res.currency"].create({"name": "XTS", "symbol": "X", "rounding": 0.01})
        pricelist = self.env["product.pricelist"].create({"name": "X", "currency_id": currency.id})
        order = self.order(1)
        order.write({"pricelist_id": pricelist.id})
        with self.assertRaises(UserError) as caught:
            self.confirm(order)
        self.assertIn("XTS has no rate", str(caught.exception))
        self.assertIn("XTS has no rate", order.partner_credit_warning)

    def test_children_and_invoice_address(self):
        child = self.env["res.partner"].create({"name": "Branch", "parent_id": self.partner.id})
        other = self.env["res.partner"].create({"name": "Payer"})
        order, paid_by_other = self.order(2), self.order(3)
        order.write({"partner_id": child.id, "partner_invoice_id": child.id})
        paid_by_other.partner_invoice_id = other
        self.confirm(order)
        self.confirm(paid_by_other)
        self.exposure(orders=200)
        self.exposure(child, orders=200)
        self.exposure(other, orders=300)

    def test_money_on_account_and_overdue(self):
        order = self.confirm(self.order(4))
        invoice = self.invoice(order)
        self.env.flush_all()
        past = fields.Date.today() - timedelta(days=40)
        self.env.cr.execute(
            "UPDATE account_move_line SET date_maturity = %s WHERE move_id = %s", [past, invoice.id]
        )
        self.exposure(receivable=400, overdue=400)
        receivable = invoice.line_ids.filtered(lambda x: x.account_id.reconcile).account_id
        other = invoice.invoice_line_ids.account_id
        items = [(receivable, 0, 150, self.partner.id), (other, 150, 0, False)]
        self.env["account.move"].create(
            {
                "line_ids": [
                    Command.create({"account_id": a.id, "debit": d, "credit": c, "partner_id": p})
                    for a, d, c, p in items
                ]
            }
        ).action_post()
        self.exposure(receivable=250, overdue=400)
        account = self.env["aria.credit.account"]._aria_get_account(self.partner, self.company)
        self.assertEqual((account.due_60, account.not_due), (400, -150))

    def test_uncleared_payments_and_guarantees(self):
        invoice = self.invoice(self.confirm(self.order(4)))
        way = self.env["account.account"].create(
            {"name": "On its way", "code": "T1055", "account_type": "asset_current", "reconcile": True}
        )  # fmt: skip
        bank = self.env["account.journal"].create(
            {"name": "Bank 2", "code": "TBN2", "type": "bank"}
        )
        bank.inbound_payment_method_line_ids.payment_account_id = way
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        wizard.create({"journal_id": bank.id, "amount": 400}).action_create_payments()
        self.exposure()
        self.company.aria_credit_uncleared_account_ids = way
        self.exposure(uncleared=400)
        self.env["aria.credit.guarantee"].create(
            {"name": "G1", "partner_id": self.partner.id, "amount": 250}
        )
        self.exposure(uncleared=400, guarantees=-250)
        self.company.aria_credit_count_uncleared = False
        self.exposure(guarantees=-250)

    def test_each_category_is_a_switch(self):
        tomorrow = fields.Date.today() + timedelta(days=1)
        self.partner.credit_limit = 0
        self.invoice(self.confirm(self.order(1)))
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move_line SET date_maturity = '2020-01-01' WHERE partner_id = %s",
            [self.partner.id],
        )
        self.invoice(self.confirm(self.order(2)), post=False)
        self.confirm(self.order(3))
        offer = self.order(4)
        offer.order_line.aria_stage_id.kind = "ready"
        offer._aria_engine_write(
            {
                "aria_proforma_number": "PF/1",
                "aria_proforma_valid_until": tomorrow,
                "aria_proforma_state": "issued",
            }
        )
        self.env["aria.credit.guarantee"].create(
            {"partner_id": self.partner.id, "name": "G", "amount": 50}
        )
        everything = {
            "receivable": 100, "overdue": 100, "draft_invoices": 200, "orders": 300, "proformas": 400,
            "guarantees": -50,
        }  # fmt: skip
        self.exposure(**everything)
        for category in everything:
            self.company[f"aria_credit_count_{category}"] = False
            rest = {name: amount for name, amount in everything.items() if name != category}
            if category == "draft_invoices":
                rest["orders"] = 500  # what stands on a draft is not invoiced then
            self.exposure(**rest)
            self.company[f"aria_credit_count_{category}"] = True

    def test_orders_by_total_and_by_line_agree(self):
        """Untouched orders are summed without their lines; reading the lines of all of them gives the same."""
        self.partner.credit_limit = 0
        rate = {
            "currency_id": self.env.ref("base.EUR").id,
            "rate": 0.7,
            "company_id": self.company.id,
        }
        self.env.ref("base.EUR").active = True
        self.env["res.currency.rate"].create({**rate, "name": "2020-01-01"})
        pricelist = self.env["product.pricelist"].create(
            {"name": "EUR", "currency_id": self.env.ref("base.EUR").id}
        )
        orders = self.env["sale.order"]
        for quantity, price, taxes, foreign in (
            (3, 33.33, self.tax, False), (7, 0.07, self.tax, False), (0, 100, self.tax, False),
            (12, 0.99, self.tax, False), (1.5, 19.99, self.env["account.tax"], True), (9, 11.11, self.tax, True),
        ):  # fmt: skip
            order = self.make_order(*self.goods[:2], quantity=1)
            if foreign:
                order.pricelist_id = pricelist
            order.order_line.write({"tax_ids": [Command.set(taxes.ids)], "price_unit": price})
            order.order_line[0].product_uom_qty = quantity
            self.confirm(order)
            orders += order
        self.invoice(orders[0])
        by_total = self.partner.aria_credit_exposure(self.company)
        self.assertTrue(by_total["orders"])
        model = type(self.env["res.partner"])
        with patch.object(model, "_aria_sql_touched", lambda _self: SQL("SELECT")):
            self.assertEqual(self.partner.aria_credit_exposure(self.company), by_total)

    def test_lost_lines_and_cancelled_orders(self):
        order = self.make_order(*self.goods[:2], quantity=2)
        self.confirm(order)
        self.rpc(self.manager, order.order_line[0], "aria_lose", self.reason.id)
        self.exposure(orders=200)
        order._action_cancel()
        self.exposure()

    def test_several_companies(self):
        other = self.env["res.company"].create({"name": "Other"})
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        self.confirm(self.order(2))
        found = self.partner.aria_credit_exposure(other)
        self.assertFalse(any(found.values()))
        self.assertEqual(self.partner.aria_credit_exposure(branch)["orders"], 200)

    def test_proformas(self):
        order = self.order(4)
        self.supply_stock(self.goods[0], 50)
        self.env["sale.order.line"]._cron_aria_availability()
        self.rpc(self.seller, order, "action_aria_proforma")
        self.exposure(proformas=400)
        self.assertEqual(self.check_of(order).occasion, "proforma")
        self.assertFalse(order.partner_credit_warning)
        other = self.order(7)
        with self.assertRaises(UserError) as caught:
            self.rpc(self.seller, other, "action_aria_proforma")
        self.assertIn("over the ceiling", str(caught.exception))
        self.env.invalidate_all()
        self.assertFalse(other.aria_proforma_number)
        self.assertIn("over the ceiling", other.partner_credit_warning)
        # switched off, other offers do not count, but what is offered does
        self.company.aria_credit_count_proformas = False
        self.exposure()
        self.rpc(self.seller, other, "action_aria_proforma")
        with self.assertRaises(UserError):
            self.rpc(self.seller, self.order(11), "action_aria_proforma")
        self.env.invalidate_all()
        self.company.aria_credit_count_proformas = True
        self.exposure(proformas=1100)
        self.partner.credit_limit = 2000
        self.confirm(order)
        self.exposure(orders=400, proformas=700)

    def test_an_expired_proforma_gives_its_debt_back(self):
        order = self.make_order(self.service, quantity=4)
        self.rpc(self.seller, order, "action_aria_proforma")
        self.exposure(proformas=order.amount_total)
        yesterday = fields.Date.today() - timedelta(days=1)
        order._aria_engine_write({"aria_proforma_valid_until": yesterday})
        self.exposure()

    def test_merged_and_archived(self):
        self.confirm(self.order(2))
        twin = self.env["res.partner"].create({"name": "Twin", "credit_limit": 700})
        self.partner.active = False
        self.exposure(orders=200)
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.partner | twin).ids, dst_partner=twin
        )
        self.exposure(twin, orders=200)
        checks = self.env["aria.credit.check"].search([("partner_id", "=", twin.id)])
        self.assertEqual(checks.verdict, "passed")

    def test_statement_for_each_reader(self):
        self.confirm(self.order(2))
        child = self.env["res.partner"].create({"name": "Child", "parent_id": self.partner.id})
        for user in (self.finance, self.manager):
            action = self.rpc(user, child, "action_aria_credit")
            account = self.env["aria.credit.account"].browse(action["res_id"])
            self.assertEqual(account.partner_id, self.partner)
            names = ["ceiling", "exposure", "free", "usage", "orders", "check_ids", "change_ids"]
            found = self.rpc(user, account, "read", names)[0]
            self.assertEqual((found["exposure"], found["free"], found["usage"]), (200, 800, 20))
            self.assertEqual(len(found["check_ids"]), 1)
            opened = self.rpc(
                user, account, "action_open_category", context={"aria_category": "orders"}
            )
            self.assertEqual(len(self.env["sale.order"].search(opened["domain"])), 1)
        with self.assertRaises(AccessError):
            self.rpc(self.seller, child, "action_aria_credit")
        with self.assertRaises(AccessError):
            self.rpc(self.seller, account, "read", ["exposure"])

    def test_one_statement_for_all(self):
        self.confirm(self.order(2))
        partners = self.env["res.partner"].create([{"name": f"P{n}"} for n in range(20)])
        self.env.flush_all()
        for debtors in (self.partner, self.partner | partners):
            debtors._aria_get_exposures(self.company)
            with self.assertQueryCount(1):
                debtors._aria_get_exposures(self.company)


@tagged("post_install", "-at_install")
class TestCeiling(CreditCase):
    """The ceiling holds on every path, for everybody; finance releases."""

    def over(self, order, method="action_confirm", user=None, *args, **kwargs):
        with self.assertRaises(UserError) as caught:
            self.rpc(user or self.seller, order, method, *args, **kwargs)
        self.assertIn("over the ceiling", str(caught.exception))
        self.env.invalidate_all()

    def test_stopped_with_the_figures(self):
        self.confirm(self.order(6))
        order = self.order(5)
        with self.assertRaises(UserError) as caught:
            self.confirm(order)
        text = str(caught.exception)
        for part in (order.name, "1,100", "100", "1,000", "finance"):
            self.assertIn(part, text)
        self.env.invalidate_all()
        self.assertEqual(order.state, "draft")
        order.order_line.product_uom_qty = 4
        self.confirm(order)
        check = self.check_of(order)
        self.assertEqual(
            (check.verdict, check.exposure, check.ceiling, check.requested, check.occasion),
            ("passed", 1000, 1000, 400, "confirmation"),
        )

    def test_no_way_around(self):
        order = self.order(11)
        root, admin = self.env.ref("base.user_root"), self.env.ref("base.user_admin")
        for user in (self.seller, self.manager, admin, root):
            self.over(order, user=user)
            self.over(order, "write", user, {"state": "sale"})
            self.over(
                order, "action_confirm", user, context={"skip_credit": 1, "aria_credit": True}
            )
            vals = {
                "partner_id": self.partner.id,
                "state": "sale",
                "order_line": [
                    Command.create({"product_id": self.goods[0].id, "product_uom_qty": 11})
                ],
            }
            self.over(self.env["sale.order"], "create", user, vals)
            self.over(order, "copy", user, {"state": "sale"})
        self.assertEqual(order.state, "draft")

    def test_no_way_around_by_a_line(self):
        """What core lets a salesperson type on a line hides nothing of it."""
        order = self.confirm(self.order(9))
        goods = {"product_id": self.goods[1].id, "product_uom_qty": 2, "price_unit": 100}
        # the order named by a key of the context only
        lines = self.env["sale.order.line"]
        self.over(lines, "create", self.seller, goods, context={"default_order_id": order.id})
        # a line that says it is a down payment
        self.over(
            lines, "create", self.seller, {**goods, "order_id": order.id, "is_downpayment": True}
        )
        hidden = self.order(11)
        self.rpc(self.seller, hidden.order_line, "write", {"is_downpayment": True})
        self.over(hidden)
        # invoice items of somebody else, as if the line were invoiced
        invoice = self.invoice(self.confirm(self.order(1)))
        try:
            vals = {"invoice_lines": [Command.set(invoice.invoice_line_ids.ids)]}
            self.rpc(self.seller, hidden.order_line, "write", vals)
        except (AccessError, UserError):
            self.env.invalidate_all()
        self.over(hidden)

    def test_a_batch_counts_together(self):
        orders = self.order(6) | self.order(6)
        self.over(orders)
        self.assertEqual(set(orders.mapped("state")), {"draft"})

    def test_growth_and_change_of_debtor(self):
        order = self.confirm(self.order(9))
        line = order.order_line
        self.over(line, "write", self.seller, {"product_uom_qty": 11})
        self.over(line, "write", self.seller, {"price_unit": 200})
        vals = {"order_id": order.id, "product_id": self.goods[1].id, "product_uom_qty": 2}
        self.over(self.env["sale.order.line"], "create", self.seller, vals)
        self.rpc(self.seller, line, "write", {"product_uom_qty": 10})
        other = self.env["res.partner"].create({"name": "Poor", "credit_limit": 500})
        self.over(order, "write", self.seller, {"partner_invoice_id": other.id})
        # less is never stopped, whatever the ceiling has become meanwhile
        self.partner.credit_limit = 10
        self.rpc(self.seller, line, "write", {"product_uom_qty": 8})
        self.over(line, "write", self.seller, {"product_uom_qty": 9})

    def test_reopened_after_cancelling(self):
        order = self.confirm(self.order(9))
        order._action_cancel()
        self.confirm(self.order(5))
        order.action_draft()
        self.over(order)

    def test_released_for_this_order_and_amount(self):
        order, other = self.order(12), self.order(12)
        for user in (self.seller, self.manager):
            with self.assertRaises(AccessError):
                self.rpc(user, order, "aria_credit_release", "please")
        for reason in (None, "", "  ", 5):
            with self.assertRaises(UserError):
                self.rpc(self.finance, order, "aria_credit_release", reason)
        self.over(order)
        self.rpc(self.finance, order, "aria_credit_release", "A cheque came")
        self.over(other)
        self.confirm(order)
        check = self.check_of(order)
        self.assertEqual(
            (check.verdict, check.released_by_id, check.reason),
            ("released", self.finance, "A cheque came"),
        )
        self.over(order.order_line, "write", self.seller, {"product_uom_qty": 13})
        self.company.aria_credit_tolerance_percent = 10
        self.rpc(self.seller, order.order_line, "write", {"product_uom_qty": 13})

    def test_release_ends(self):
        self.company.aria_credit_tolerance_days = 3
        order = self.order(12)
        self.rpc(self.finance, order, "aria_credit_release", "Today only")
        self.assertTrue(order._aria_get_release())
        self.env.cr.execute(
            "UPDATE aria_credit_check SET until = %s WHERE order_id = %s",
            [fields.Date.today() - timedelta(days=1), order.id],
        )
        self.env.invalidate_all()
        self.over(order)

    def test_no_credit_and_no_ceiling(self):
        self.partner.write({"credit_limit": 0})
        self.confirm(self.order(50))
        self.partner.aria_no_credit = True
        self.over(self.order(1))

    def test_overdue_stops(self):
        invoice = self.invoice(self.confirm(self.order(1)))
        self.env.flush_all()
        past = fields.Date.today() - timedelta(days=40)
        self.env.cr.execute(
            "UPDATE account_move_line SET date_maturity = %s WHERE move_id = %s", [past, invoice.id]
        )
        self.company.aria_credit_overdue_days = 45
        self.confirm(self.order(1))
        self.company.aria_credit_overdue_days = 30
        order = self.order(1)
        with self.assertRaises(UserError) as caught:
            self.confirm(order)
        self.assertIn("30 days", str(caught.exception))
        self.company.aria_credit_overdue_amount = 100
        self.confirm(order)

    def test_switches(self):
        order = self.order(11)
        self.company.aria_credit_count_orders = False
        self.confirm(order)
        self.company.aria_credit_count_orders = True
        self.company.aria_credit_block = False
        self.confirm(self.order(1))

    def test_raised_for_a_time(self):
        order = self.order(12)
        vals = {
            "partner_id": self.partner.id,
            "amount": 200,
            "date_to": fields.Date.today() + timedelta(days=3),
            "reason": "Season",
        }
        for user in (self.seller, self.manager):
            with self.assertRaises(AccessError):
                self.rpc(user, self.env["aria.credit.raise"], "create", vals)
        self.over(order)
        self.rpc(self.finance, self.env["aria.credit.raise"], "create", vals)
        self.confirm(order)

    def test_changes_are_kept(self):
        self.rpc(
            self.finance, self.partner, "write", {"credit_limit": 5, "aria_credit_reason": "Late"}
        ) if self.partner.with_user(self.finance).has_access("write") else self.partner.with_user(
            self.finance
        ).sudo().write({"credit_limit": 5, "aria_credit_reason": "Late"})
        change = self.env["aria.credit.change"].search(
            [("partner_id", "=", self.partner.id)], limit=1
        )
        self.assertEqual(
            (change.old_ceiling, change.new_ceiling, change.user_id, change.reason),
            (1000, 5, self.finance, "Late"),
        )
        for model in ("aria.credit.change", "aria.credit.check"):
            rows = self.env[model].search([], limit=1)
            for act in (lambda r=rows: r.write({"reason": "x"}), lambda r=rows: r.unlink()):
                if rows:
                    with self.assertRaises(AccessError):
                        act()

    def test_a_raise_has_a_history(self):
        raised = self.rpc(
            self.finance,
            self.env["aria.credit.raise"],
            "create",
            {
                "partner_id": self.partner.id,
                "amount": 200,
                "date_from": "2026-01-01",
                "date_to": "2026-01-31",
                "reason": "Season",
            },
        )
        raised = self.env["aria.credit.raise"].browse(raised)
        self.rpc(self.finance, raised, "write", {"amount": 900, "reason": "Bigger season"})
        self.rpc(self.finance, raised, "write", {"date_to": "2026-12-31"})
        self.rpc(self.finance, raised, "write", {"reason": "Bigger season"})
        other = self.env["res.partner"].create({"name": "Other"})
        self.rpc(self.finance, raised, "write", {"partner_id": other.id})
        self.rpc(self.finance, raised, "unlink")
        changes = self.env["aria.credit.change"].search([("kind", "=", "raise")], order="id")
        self.assertEqual(
            [(c.partner_id, c.old_ceiling, c.new_ceiling, c.reason) for c in changes],
            [
                (self.partner, 0, 200, "Season"),
                (self.partner, 200, 900, "Bigger season"),
                (self.partner, 900, 900, "Bigger season"),
                (self.partner, 900, 0, "Bigger season"),
                (other, 0, 900, "Bigger season"),
                (other, 900, 0, "Bigger season"),
            ],
        )
        longer = changes[2]
        self.assertEqual(
            [str(day) for day in (longer.old_date_to, longer.new_date_to)],
            ["2026-01-31", "2026-12-31"],
        )
        self.assertEqual(changes.user_id, self.finance)
        for user in (self.finance, self.env.ref("base.user_admin")):
            for call in (("write", {"reason": "x"}), ("unlink",)):
                with self.assertRaises(AccessError):
                    self.rpc(user, changes[0], *call)

    def test_a_guarantee_has_a_history(self):
        vals = {"partner_id": self.partner.id, "name": "Bank 12", "amount": 500}
        key = self.rpc(self.finance, self.env["aria.credit.guarantee"], "create", vals)
        guarantee = self.env["aria.credit.guarantee"].browse(key)
        self.rpc(self.finance, guarantee, "action_archive")
        changes = self.env["aria.credit.change"].search([("kind", "=", "guarantee")], order="id")
        self.assertEqual(
            [(c.old_ceiling, c.new_ceiling, c.reason) for c in changes],
            [(0, 500, "Bank 12"), (500, 0, "Bank 12")],
        )

    def test_separate_ceiling_for_cheques(self):
        self.company.aria_credit_separate_cheques = True
        self.partner.write({"aria_cheque_ceiling": 300, "aria_credit_reason": "Cheques"})
        change = self.env["aria.credit.change"].search(
            [("partner_id", "=", self.partner.id), ("kind", "=", "cheques")]
        )
        self.assertEqual((change.old_ceiling, change.new_ceiling), (0, 300))
        self.assertEqual(change.reason, "Cheques")
        uncleared = self.env["account.account"].create(
            {"name": "Cheques", "code": "T1060", "account_type": "asset_current"}
        )
        self.company.aria_credit_uncleared_account_ids = uncleared
        self.confirm(self.order(9))

        def put(amount):
            """Let so much stand on the account of cheques in the customer's name."""
            counter = self.journal.default_account_id
            move = self.env["account.move"].create(
                {
                    "move_type": "entry",
                    "journal_id": self.env["account.journal"]
                    .create({"name": f"G{amount}", "code": f"G{amount}", "type": "general"})
                    .id,
                    "line_ids": [
                        Command.create(
                            {"account_id": account.id, "partner_id": self.partner.id, "balance": sign * amount}
                        )
                        for account, sign in ((uncleared, 1), (counter, -1))
                    ],
                }
            )  # fmt: skip
            move.action_post()

        put(250)
        self.confirm(self.order(1))  # 1,000 in cash and 250 in cheques: each below its ceiling
        put(51)
        order = self.order(1)
        with self.assertRaises(UserError) as caught:
            self.confirm(order)
        self.assertIn("301", str(caught.exception))
        self.assertIn("300", str(caught.exception))
        self.env.invalidate_all()
        self.company.aria_credit_separate_cheques = False
        self.partner.credit_limit = 1500
        self.confirm(order)

    def test_what_is_paid_in_advance_passes(self):
        self.partner.aria_no_credit = True
        order = self.order(3)
        self.over(order)
        provider = self.env["payment.provider"].search([], limit=1)
        transaction = self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": self.env["payment.method"]
                .with_context(active_test=False)
                .search([], limit=1)
                .id,
                "operation": "online_direct",
                "amount": 300,
                "currency_id": order.currency_id.id,
                "partner_id": self.partner.id,
                "sale_order_ids": [Command.set(order.ids)],
                "reference": "Aria prepaid",
            }
        )
        self.over(order)  # nothing has come yet
        transaction.state = "done"
        self.env.invalidate_all()
        self.assertEqual(order.amount_paid, 300)
        self.confirm(order)

    def test_money_on_account_lets_pass(self):
        self.partner.aria_no_credit = True
        order = self.order(3)
        self.over(order)
        bank = self.env["account.journal"].create(
            {
                "name": "Bank of ours",
                "code": "TBNK",
                "type": "bank",
                "default_account_id": self.env["account.account"].search([("code", "=", "T1000")], limit=1).id or False,
            }
        )  # fmt: skip
        line = bank.inbound_payment_method_line_ids[:1]
        line.payment_account_id = self.env["account.account"].create(
            {
                "name": "Underway",
                "code": "T1070",
                "account_type": "asset_current",
                "reconcile": True,
            }
        )
        self.env["account.payment"].create(
            {
                "partner_id": self.partner.id,
                "payment_type": "inbound",
                "amount": 300,
                "journal_id": bank.id,
                "payment_method_line_id": line.id,
            }
        ).action_post()
        self.confirm(order)

    def test_asked_again_at_the_exit(self):
        order = self.confirm(self.order(9))
        self.partner.credit_limit = 500
        order._aria_check_exit_credit()  # the company does not ask for it
        self.company.aria_credit_at_exit = True
        with self.assertRaises(UserError) as caught:
            order._aria_check_exit_credit()
        self.assertIn("over the ceiling", str(caught.exception))
        self.assertEqual(self.invoice(order).state, "posted", "what is delivered is invoiced")
        self.rpc(self.finance, order, "aria_credit_release", "Known for years")
        order._aria_check_exit_credit()
        check = self.check_of(order)
        self.assertEqual((check.occasion, check.verdict), ("exit", "released"))
        with self.assertRaises(AccessError):
            self.rpc(self.seller, order, "_aria_check_exit_credit")

    def test_bad_input(self):
        for value in (-1, float("nan"), float("inf"), 1e16):
            with self.assertRaises(UserError):
                self.partner.credit_limit = value
                self.env.flush_all()
            self.env.invalidate_all()
        with self.assertRaises(ValidationError):
            self.company.aria_credit_tolerance_percent = -1
        vals = {"partner_id": self.partner.id, "company_id": self.company.id, "verdict": "released"}
        for user in (self.seller, self.finance, self.env.ref("base.user_admin")):
            with self.assertRaises(AccessError):
                self.rpc(user, self.env["aria.credit.check"], "create", vals)
        for user in (self.seller, self.keeper):
            with self.assertRaises(AccessError):
                self.rpc(user, self.partner, "aria_credit_exposure", self.company.id)
            with self.assertRaises(AccessError):
                self.rpc(user, self.env["aria.credit.check"], "search_read", [])
        with self.assertRaises(UserError):
            self.rpc(self.finance, self.partner, "aria_credit_exposure", 10**9)
        found = self.rpc(self.finance, self.partner, "aria_credit_exposure", self.company.id)
        self.assertEqual(found["receivable"], 0)

    def test_policy_may_ask_about_the_ceiling(self):
        order, small = self.order(11), self.order(1)
        self.assertEqual((order | small).mapped("aria_credit_over"), [True, False])
        found = self.env["sale.order"].search([("aria_credit_over", "=", True)])
        self.assertIn(order, found)
        self.assertNotIn(small, found)
        self.assertIn("over the ceiling", order.partner_credit_warning)
        self.assertFalse(small.partner_credit_warning)

    def test_signature_of_the_customer_is_kept(self):
        order = self.order(11)
        order.write({"state": "sent", "signed_by": "Buyer"})
        order._validate_order()
        self.assertEqual((order.state, order.signed_by), ("sent", "Buyer"))
        self.assertEqual(self.check_of(order).verdict, "refused")
        account = self.env["aria.credit.account"]._aria_get_account(self.partner, self.company)
        self.assertEqual(account.aria_unit_id, self.env.ref("aria_workflow.unit_finance"))
        self.rpc(self.finance, order, "aria_credit_release", "He pays")
        self.assertFalse(account.aria_referral_id)
        self.confirm(order)

    def test_queries_of_a_confirmation(self):
        def count(order):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            order.with_user(self.seller).action_confirm()
            self.env.flush_all()
            return self.cr.sql_log_count - before

        count(self.order(1))
        checked = count(self.order(1))
        self.partner.credit_limit = 0
        count(self.order(1))
        free = count(self.order(1))
        self.assertLessEqual(checked - free, 5, (checked, free))
