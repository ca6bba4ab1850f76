import os
import signal
from unittest.mock import patch

from odoo import Command, api, sql_db
from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.tests import get_db_name, tagged
from odoo.tools import SQL

from odoo.addons.aria_workflow.tests.common import RaceCase

from .test_proforma import ProformaCase


@tagged("post_install", "-at_install")
class TestInvoicing(ProformaCase):
    """The moment is the company's, how much is Odoo's, and what is missing stops nothing but the invoice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.journal = cls.env["account.journal"].search(
            [("type", "=", "sale"), ("company_id", "=", cls.company.id)], limit=1
        )
        cls.clerk.company_ids = [Command.set(cls.company.ids)]
        finance = cls.env.ref("aria_workflow.unit_finance")
        finance.member_ids = [Command.set(cls.clerk.ids)]
        finance.manager_id = False
        cls.goods.invoice_policy = "delivery"
        for product in cls.goods:
            cls.env["stock.quant"]._update_available_quantity(product, cls.stock, 100)

    def make_confirmed(self, *products, when="delivery", quantity=2):
        self.company.aria_invoice_when = when
        order = self.make_order(*products, quantity=quantity)
        self.rpc(self.seller, order, "action_confirm")
        order.invalidate_recordset()
        return order

    def run_job(self):
        self.run_cron("ir_cron_invoice")

    # ------------------------------------------------------------------ when
    def test_by_hand(self):
        order = self.make_confirmed(self.goods[0], when="manual")
        self.deliver(order)
        self.assertFalse(order.aria_invoice_due)
        self.run_job()
        self.assertFalse(order.invoice_ids)

    def test_at_delivery(self):
        order = self.make_confirmed(self.goods[0])
        self.assertFalse(order.aria_invoice_due)
        self.deliver(order)
        self.assertTrue(order.aria_invoice_due)
        self.assertFalse(order.invoice_ids, "the delivery itself makes none")
        self.run_job()
        invoice = order.invoice_ids
        self.assertEqual((invoice.state, invoice.amount_total), ("posted", order.amount_total))
        self.assertFalse(order.aria_invoice_due)
        self.run_job()
        self.assertEqual(order.invoice_ids, invoice)

    def test_partial_deliveries(self):
        order = self.make_confirmed(self.goods[0], quantity=5)
        self.deliver(order, 2)
        self.run_job()
        order.invalidate_recordset()
        self.assertEqual(order.order_line.qty_invoiced, 2)
        rest = order.picking_ids.filtered(lambda p: p.state not in ("done", "cancel"))
        if not rest:  # the test's keeper makes no back order; the goods are shipped anyway
            rest = order.picking_ids[0].copy({"move_ids": []})
            order.picking_ids[0].move_ids.copy({"picking_id": rest.id, "product_uom_qty": 3})
            rest.action_confirm()
        self.deliver(order, 3)
        self.run_job()
        self.assertEqual(len(order.invoice_ids), 2)
        self.assertEqual(order.order_line.qty_invoiced, 5)

    def test_at_confirmation_by_the_policy_of_the_product(self):
        order = self.make_confirmed(self.service, self.goods[0], when="confirmation")
        self.run_job()
        self.assertEqual(order.invoice_ids.invoice_line_ids.product_id, self.service)
        order = self.make_confirmed(self.goods[0], when="confirmation")
        self.run_job()
        self.assertFalse(order.invoice_ids, "nothing was delivered yet")
        self.assertFalse(order.aria_invoice_due)

    def test_at_exit(self):
        order = self.make_confirmed(self.goods[0], when="exit")
        self.run_job()
        self.assertFalse(order.invoice_ids)
        self.deliver(order)
        self.run_job()
        self.assertTrue(order.invoice_ids)

    def test_services_have_nothing_that_leaves(self):
        order = self.make_confirmed(self.service, when="delivery")
        self.run_job()
        self.assertTrue(order.invoice_ids)

    def test_services_delivered_by_hand(self):
        self.service.invoice_policy = "delivery"
        self.service.service_type = "manual"
        order = self.make_confirmed(self.service, self.goods[0])
        self.rpc(self.manager, order.order_line[0], "write", {"qty_delivered": 1})
        self.run_job()
        self.assertEqual(order.invoice_ids.invoice_line_ids.quantity, 1)

    def test_drafts_where_finance_posts(self):
        self.company.aria_invoice_post = False
        order = self.make_confirmed(self.service, when="confirmation")
        self.run_job()
        self.assertEqual(order.invoice_ids.state, "draft")

    def test_journal_of_the_company(self):
        journal = self.journal.copy({"code": "SAL9", "name": "Sales of Aria"})
        self.company.aria_invoice_journal_id = journal
        order = self.make_confirmed(self.service, when="confirmation")
        self.run_job()
        self.assertEqual(order.invoice_ids.journal_id, journal)

    def test_down_payment_is_deducted(self):
        order = self.make_confirmed(self.service, when="manual")
        wizard = self.env["sale.advance.payment.inv"].with_context(
            active_model="sale.order", active_ids=order.ids
        )
        wizard.create({"advance_payment_method": "fixed", "fixed_amount": 30}).create_invoices()
        order.invoice_ids.action_post()
        self.company.aria_invoice_when = "confirmation"
        order._aria_note_invoice_moment("confirmed")
        self.run_job()
        self.assertEqual(sum(order.invoice_ids.mapped("amount_untaxed")), order.amount_untaxed)

    def test_from_proforma_to_posted_invoice(self):
        order = self.make_order(self.goods[0])
        self.company.aria_invoice_when = "delivery"
        proforma = self.issue(order)
        self.rpc(self.seller, order, "action_confirm")
        self.deliver(order)
        self.run_job()
        invoice = order.invoice_ids
        self.assertEqual((invoice.state, invoice.amount_total), ("posted", proforma.amount_total))

    # ------------------------------------------------------------------ missing set-up
    def check_told(self, order, part):
        self.run_job()
        self.assertFalse(order.invoice_ids)
        self.assertFalse(order.aria_invoice_due)
        self.assertIn(part, order.aria_invoice_problem)
        self.assertIn(order.name, order.aria_invoice_problem)
        activity = order.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.clerk)
        self.assertIn("/odoo/action-", activity.note)
        # tried again by night: the same reason is not told a second time
        self.run_cron("ir_cron_invoice_again")
        self.run_job()
        self.assertEqual(len(order.activity_ids), 1)
        self.refuse(self.clerk, order, "action_aria_invoice", error=RedirectWarning)

    def test_no_journal(self):
        self.env["account.journal"].search([("type", "=", "sale")]).active = False
        order = self.make_confirmed(self.goods[0])
        self.deliver(order)
        self.assertEqual(order.picking_ids.state, "done", "no delivery is stopped")
        self.check_told(order, self.company.name)
        self.journal.active = True
        self.run_cron("ir_cron_invoice_again")
        self.run_job()
        self.assertEqual(order.invoice_ids.state, "posted")
        self.assertFalse(order.aria_invoice_problem)

    def test_no_income_account(self):
        self.journal.default_account_id = False
        self.env["account.journal"].search([("type", "=", "sale")]).default_account_id = False
        product = self.service.product_tmpl_id
        product.property_account_income_id = False
        product.categ_id.property_account_income_categ_id = False
        self.company.income_account_id = False
        order = self.make_confirmed(self.service, when="confirmation")
        self.check_told(order, self.service.name)

    def test_no_tax(self):
        self.company.aria_invoice_needs_tax = True
        self.service.taxes_id = False
        order = self.make_confirmed(self.service, when="confirmation")
        self.check_told(order, self.service.name)
        order.with_context(lang="en_US").order_line.tax_ids = self.env["account.tax"].create(
            {"name": "Exempt", "amount": 0, "type_tax_use": "sale"}
        )
        self.rpc(self.clerk, order, "action_aria_invoice")
        self.assertEqual(order.invoice_ids.state, "posted")

    def test_one_that_fails_does_not_stop_the_others(self):
        bad = self.make_confirmed(self.service, when="confirmation")
        good = self.make_confirmed(self.service, when="confirmation")
        make = type(bad)._create_invoices

        def create(orders, **kwargs):
            moves = make(orders, **kwargs)
            if orders == bad:
                raise UserError("it does not work")  # pylint: disable=translation-required
            return moves

        with patch.object(type(bad), "_create_invoices", create):
            self.run_job()
        self.assertFalse(bad.invoice_ids, "nothing half-made is left")
        self.assertEqual(bad.aria_invoice_problem, "it does not work")
        self.assertTrue(good.invoice_ids)

    # ------------------------------------------------------------------ rights
    def test_lowest_role(self):
        order = self.make_confirmed(self.goods[0], when="manual")
        self.deliver(order)
        for user in (self.outsider, self.keeper, self.supplier, self.seller):
            self.refuse(user, order, "action_aria_invoice", error=AccessError)
            for vals in ({"aria_invoice_due": "2026-01-01"}, {"aria_invoice_problem": "x"}):
                self.refuse(user, order, "write", vals, error=AccessError)
        self.refuse(
            self.outsider, order.order_line, "action_aria_journal_entries", error=AccessError
        )
        self.refuse(self.seller, order.order_line, "action_aria_journal_entries")
        self.rpc(self.clerk, order, "action_aria_invoice")
        invoice = order.invoice_ids
        self.refuse(self.outsider, invoice, "action_aria_sale_lines", error=AccessError)
        quotation = self.make_order(self.goods[0])
        self.refuse(self.clerk, quotation, "action_aria_invoice")

    def test_to_the_books_and_back(self):
        order = self.make_confirmed(self.service, when="confirmation")
        self.run_job()
        action = self.rpc(self.clerk, order.order_line, "action_aria_journal_entries")
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("account.move", order.invoice_ids.id)
        )
        back = self.rpc(self.clerk, order.invoice_ids, "action_aria_sale_lines")
        lines = self.env[back["res_model"]].with_user(self.clerk).search(back["domain"])
        self.assertEqual(lines, order.order_line)


@tagged("post_install", "-at_install")
class TestInvoicingRace(RaceCase):
    """The job in transactions that really commit: killed, run twice, beside a person at the same order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.addClassCleanup(cls._clean_up)
        with cls.transaction() as env:
            company = env.company
            cls.before = company.aria_invoice_when
            company.aria_invoice_when = "confirmation"
            cls.partner = env["res.partner"].create({"name": "Race invoice"}).id
            product = {"name": "Race service", "type": "service", "invoice_policy": "order"}
            cls.product = env["product.product"].create({**product, "taxes_id": False}).id

    @classmethod
    def _clean_up(cls):
        with cls.transaction() as env:
            env.company.aria_invoice_when = cls.before
            orders = env["sale.order"].search([("partner_id", "=", cls.partner)])
            moves = orders.invoice_ids.ids
            for statement in (
                "DELETE FROM account_move_line WHERE move_id = ANY(%(moves)s)",
                "DELETE FROM account_move WHERE id = ANY(%(moves)s)",
                "DELETE FROM aria_workflow_log WHERE res_model = 'sale.order.line'",
                "DELETE FROM aria_referral WHERE res_model = 'sale.order.line'",
                "DELETE FROM sale_order WHERE id = ANY(%(orders)s)",
                "DELETE FROM aria_turn WHERE key LIKE 'sale.order.invoice/%%'",
            ):
                env.cr.execute(SQL(statement, moves=moves or [0], orders=orders.ids or [0]))
            env.invalidate_all()
            env["product.product"].browse(cls.product).product_tmpl_id.unlink()
            env["res.partner"].browse(cls.partner).unlink()

    def make_due(self):
        with self.transaction() as env:
            line = Command.create(
                {"product_id": self.product, "product_uom_qty": 1, "price_unit": 100}
            )
            order = env["sale.order"].create({"partner_id": self.partner, "order_line": [line]})
            order.action_confirm()
            self.assertTrue(order.aria_invoice_due)
            return order.id

    def get_invoices(self, order):
        with self.transaction() as env:
            order = env["sale.order"].browse(order)
            return order.invoice_ids.mapped("state"), bool(order.aria_invoice_due)

    def run_job(self):
        with self.transaction() as env:
            env["sale.order"]._cron_aria_invoice()

    def test_killed_and_run_again(self):
        order = self.make_due()
        pid = os.fork()
        if (
            not pid
        ):  # the child: its own connection, killed when the invoice is posted and before it commits
            try:
                sql_db._Pool = None  # the parent's connections stay the parent's
                with sql_db.db_connect(get_db_name()).cursor() as cr:
                    env = api.Environment(cr, 1, {})
                    env["sale.order"].browse(order)._aria_invoice_by_job()
                    env.flush_all()
                    os.kill(os.getpid(), signal.SIGKILL)
            finally:
                os._exit(1)
        _pid, status = os.waitpid(pid, 0)
        self.assertEqual(os.WTERMSIG(status), signal.SIGKILL)
        self.assertEqual(
            self.get_invoices(order), ([], True), "nothing is lost and nothing half-made"
        )
        for _twice in range(2):
            self.run_job()
        self.assertEqual(self.get_invoices(order), (["posted"], False))

    def test_two_nodes_at_once(self):
        orders = [self.make_due() for _n in range(3)]

        def job(model, _method, _args, _kwargs):
            return model.sudo()._cron_aria_invoice()

        calls = [(1, "sale.order", orders, "_cron_aria_invoice", [])] * 2
        results = self.race(*calls, model_method=True, door=job)
        self.assertFalse([r for r in results if isinstance(r, Exception)])
        self.run_job()
        for order in orders:
            self.assertEqual(self.get_invoices(order), (["posted"], False))

    def test_job_and_person_at_once(self):
        for _n in range(5):
            order = self.make_due()

            def door(model, method, args, _kwargs, order=order):
                if method == "job":
                    return model.sudo()._cron_aria_invoice()
                return bool(model.sudo().browse(order)._create_invoices(final=True))

            self.race(
                (1, "sale.order", [order], "job", []),
                (1, "sale.order", [order], "person", []),
                model_method=True,
                door=door,
            )
            self.run_job()
            self.assertEqual(len(self.get_invoices(order)[0]), 1)
