from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError, MissingError, UserError, ValidationError
from odoo.tests import freeze_time, tagged

from .common import ApprovalCase


class ProformaCase(ApprovalCase):
    """A company that sells in Rial, and a quotation that needs no approval."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.active = False
        cls.company = cls.env.company
        cls.company.aria_proforma_numbering = "jalali"
        cls.company.aria_proforma_days = 5
        cls.clerk = cls.make_user("clerk", "account.group_account_invoice")

    def issue(self, order, user=None):
        self.rpc(user or self.seller, order, "action_aria_proforma")
        order.invalidate_recordset()
        return order._aria_get_proforma()

    def run_cron(self, name):
        with self.enter_registry_test_mode():
            self.env.ref(f"aria_sales_approval.{name}").method_direct_trigger()
        self.env.invalidate_all()

    def field_values(self, order):
        return (
            order.aria_proforma_number, order.aria_proforma_date, order.aria_proforma_valid_until,
            order.aria_proforma_state,
        )  # fmt: skip


@tagged("post_install", "-at_install")
class TestProforma(ProformaCase):
    """Issued once for one content, by whom it is due, and void as soon as the content is another one."""

    # ------------------------------------------------------------------ issue
    @freeze_time("2026-11-24 09:00:00")
    def test_issue(self):
        order = self.make_order(self.goods[0])
        proforma = self.issue(order)
        day = fields.Date.to_date("2026-11-24")
        until = fields.Date.to_date("2026-11-29")
        self.assertEqual(self.field_values(order), (proforma.name, day, until, "issued"))
        self.assertRegex(proforma.name, r"^PF/1405/0*\d+$")
        self.assertEqual(
            (proforma.amount_total, proforma.currency_id, proforma.revision, proforma.user_id),
            (order.amount_total, order.currency_id, 1, self.seller),
        )
        self.assertEqual(proforma.state, "issued")

    @freeze_time("2026-11-24 09:00:00")
    def test_second_call_issues_nothing(self):
        order = self.make_order(self.goods[0])
        first = self.issue(order)
        self.assertEqual(self.issue(order), first)
        self.assertEqual(len(order.aria_proforma_ids), 1)

    def test_numbers_have_no_gaps_and_begin_anew_at_nowruz(self):
        orders = [self.make_order(self.goods[0]) for _n in range(4)]
        numbers = []
        for order, day in zip(
            orders, ("2040-03-18", "2040-03-19", "2040-03-20", "2040-03-21"), strict=True
        ):
            with freeze_time(f"{day} 09:00:00"):
                numbers.append(self.issue(order).name)
        self.assertEqual(
            numbers, ["PF/1418/00001", "PF/1418/00002", "PF/1419/00001", "PF/1419/00002"]
        )

    def test_numbers_by_the_calendar_year_and_on_and_on(self):
        self.company.aria_proforma_numbering = "gregorian"
        with freeze_time("2040-03-21 09:00:00"):
            self.assertEqual(self.issue(self.make_order(self.goods[0])).name, "PF/2040/00001")
        self.company.aria_proforma_numbering = "continuous"
        self.assertEqual(self.issue(self.make_order(self.goods[0])).name, "PF/00001")

    def test_batch(self):
        orders = self.make_order(self.goods[0]) | self.make_order(self.goods[1])
        self.rpc(self.seller, orders, "action_aria_proforma")
        orders.invalidate_recordset()
        self.assertEqual(len(set(orders.mapped("aria_proforma_number"))), 2)

    def test_an_error_leaves_nothing(self):
        good, bad = self.make_order(self.goods[0]), self.make_order(self.goods[1])
        bad.order_line.unlink()
        self.refuse(self.seller, good | bad, "action_aria_proforma")
        self.assertFalse(good.aria_proforma_ids)

    def test_event(self):
        order = self.make_order(self.goods[0])
        fired = []
        lines = type(order.order_line)
        with patch.object(
            lines, "aria_fire", lambda records, event, note=None: fired.append((event, records.ids))
        ):
            self.issue(order)
        self.assertEqual(fired, [("proforma_issued", order.order_line.ids)])
        codes = dict(order.order_line._aria_workflow_events())
        self.assertIn("proforma_issued", codes)

    def test_the_ceiling_is_asked_when_the_rows_stand(self):
        order = self.make_order(self.goods[0])
        seen = []

        def check(records, occasion):
            seen.append((occasion, records.mapped("aria_proforma_number")))
            raise UserError(occasion)

        with patch.object(type(order), "_aria_check_credit", check):
            self.refuse(self.seller, order, "action_aria_proforma")
        self.assertEqual(seen[0][0], "proforma")
        self.assertTrue(seen[0][1][0], "the sum must hold the pro-forma itself")
        self.assertFalse(order.aria_proforma_number)
        self.assertFalse(order.aria_proforma_ids)
        # no gap is left by what was refused
        numbers = [self.issue(self.make_order(self.goods[0])).name for _n in range(2)]
        self.assertEqual(int(numbers[1][-5:]) - int(numbers[0][-5:]), 1)

    # ------------------------------------------------------------------ conditions
    def test_needs_an_approval(self):
        self.policy.active = True
        order = self.make_order(self.goods[0])
        self.refuse(self.seller, order, "action_aria_proforma")
        self.refuse(self.env.ref("base.user_admin"), order, "action_aria_proforma")
        self.approve_all(self.submit(order))
        self.assertTrue(self.issue(order))

    def test_needs_ready_lines(self):
        order = self.make_order(self.goods[0], self.goods[1])
        line = order.order_line[1]
        stage = line.aria_workflow_id.stage_ids.filtered(
            lambda s: s.kind != "ready" and not s.outcome
        )[:1]
        self.assertTrue(stage)
        line._aria_move_to(stage)
        with self.assertRaisesRegex(UserError, "Goods 1"), self.cr.savepoint():
            self.rpc(self.seller, order, "action_aria_proforma")
        self.assertFalse(order.aria_proforma_ids)

    def test_lost_lines_are_in_no_ones_way(self):
        order = self.make_order(self.goods[0], self.goods[1])
        self.rpc(self.seller, order.order_line[1], "aria_lose", self.reason.id)
        self.assertTrue(self.issue(order))

    def test_needs_a_line_that_can_be_sold(self):
        order = self.make_order(self.goods[0])
        self.rpc(self.seller, order.order_line, "aria_lose", self.reason.id)
        self.refuse(self.seller, order, "action_aria_proforma")

    def test_only_quotations(self):
        order = self.make_order(self.service)
        self.rpc(self.seller, order, "action_confirm")
        self.refuse(self.seller, order, "action_aria_proforma")
        cancelled = self.make_order(self.goods[0])
        cancelled._action_cancel()
        self.refuse(self.seller, cancelled, "action_aria_proforma")

    # ------------------------------------------------------------------ rights
    def test_lowest_role(self):
        order = self.make_order(self.goods[0])
        proforma = self.issue(order)
        for user in (self.outsider, self.keeper, self.supplier):
            for method in (
                "action_aria_proforma", "action_aria_proforma_print", "action_aria_proforma_send",
                "action_aria_proformas",
            ):  # fmt: skip
                self.refuse(user, order, method, error=AccessError)
            for method in ("action_aria_print_fa", "action_aria_print_en"):
                self.refuse(user, proforma, method, error=AccessError)
            self.refuse(user, proforma, "read", ["name"], error=AccessError)
        other = self.make_user("other_seller", "sales_team.group_sale_salesman")
        self.refuse(other, proforma, "read", ["name"], error=AccessError)
        self.assertTrue(self.rpc(self.clerk, proforma, "read", ["content"]))

    def test_what_was_issued_is_nobodys_to_write(self):
        order = self.make_order(self.goods[0])
        proforma = self.issue(order)
        admin = self.env.ref("base.user_admin")
        for user in (self.seller, self.manager, self.clerk, admin):
            self.refuse(user, proforma, "write", {"amount_total": 1}, error=AccessError)
            self.refuse(user, proforma, "unlink", error=AccessError)
            self.refuse(
                user, self.env["aria.proforma"], "create", {"name": "PF/1"}, error=AccessError
            )
            for vals in (
                {"aria_proforma_number": "PF/9"}, {"aria_proforma_valid_until": "2099-01-01"},
                {"aria_proforma_state": False}, {"aria_proforma_date": "2020-01-01"},
            ):  # fmt: skip
                self.refuse(user, order, "write", vals, error=AccessError)
        with self.assertRaises(AccessError):
            proforma.sudo().write({"amount_total": 1})
        with self.assertRaises(AccessError):
            order.sudo().write({"aria_proforma_number": "PF/9"})
        vals = {"partner_id": self.partner.id, "aria_proforma_number": "PF/9"}
        self.refuse(self.seller, order, "create", vals, error=AccessError)
        self.assertFalse(order.copy().aria_proforma_number)

    def test_default_keys_give_no_number(self):
        orders = self.env["sale.order"]
        vals, context = {"partner_id": self.partner.id}, {"default_aria_proforma_number": "PF/9"}
        self.refuse(self.seller, orders, "create", vals, error=AccessError, context=context)
        self.assertFalse(orders.sudo().with_context(**context).create(vals).aria_proforma_number)

    # ------------------------------------------------------------------ until when
    def test_content_that_changes_takes_the_number(self):
        changes = {
            "price": lambda o: o.order_line.write({"price_unit": 7}),
            "quantity": lambda o: o.write(
                {"order_line": [Command.update(o.order_line.id, {"product_uom_qty": 9})]}
            ),
            "line": lambda o: o.order_line.copy({"order_id": o.id}),
            "gone": lambda o: o.order_line[:1].unlink(),
            "terms": lambda o: o.write(
                {"payment_term_id": self.env["account.payment.term"].create({"name": "60"}).id}
            ),
            "customer": lambda o: o.write(
                {"partner_id": self.env["res.partner"].create({"name": "Else"}).id}
            ),
            "cancelled": lambda o: o._action_cancel(),
        }
        for name, change in changes.items():
            with self.subTest(name):
                order = self.make_order(self.goods[0])
                proforma = self.issue(order)
                change(order.with_user(self.seller))
                order.invalidate_recordset()
                self.assertEqual(self.field_values(order), (False, False, False, "void"))
                self.assertEqual(proforma.state, "void")
                self.assertIn(proforma.name, order.message_ids.mapped("body")[0])

    def test_what_is_no_content_leaves_it(self):
        order = self.make_order(self.goods[0])
        proforma = self.issue(order)
        order.with_user(self.seller).write({"client_order_ref": "their number"})
        order.with_user(self.seller).order_line.write({"sequence": 5})
        self.assertEqual(order.aria_proforma_number, proforma.name)

    def test_a_number_does_not_come_back_by_itself(self):
        # otherwise debt that was given back would return unchecked
        order = self.make_order(self.goods[0])
        first = self.issue(order)
        order.order_line.price_unit = 7
        order.order_line.price_unit = 100
        self.assertFalse(order.aria_proforma_number)
        second = self.issue(order)
        self.assertEqual((second.revision, first.state, second.state), (2, "void", "issued"))
        self.assertNotEqual(first.name, second.name)

    def test_reopened_after_cancelling(self):
        order = self.make_order(self.goods[0])
        self.issue(order)
        order._action_cancel()
        self.rpc(self.seller, order, "action_draft")
        self.assertFalse(order.aria_proforma_number)

    def test_revision(self):
        order = self.make_order(self.goods[0])
        old = self.issue(order)
        self.rpc(self.seller, order, "action_aria_revise")
        order.invalidate_recordset()
        self.assertEqual((order.state, old.state), ("cancel", "void"))
        new = self.env["sale.order"].search([("aria_revision_of_id", "=", order.id)])
        self.assertFalse(new.aria_proforma_number)
        self.assertTrue(self.issue(new))
        self.assertEqual(old.content["order"], order.name, "every revision stays readable")

    def test_a_quotation_with_pro_formas_is_not_deleted(self):
        order = self.make_order(self.goods[0])
        self.issue(order)
        with self.assertRaisesRegex(UserError, order.name), self.cr.savepoint():
            self.rpc(self.manager, order, "unlink", context={"_force_unlink": True})

    def test_confirmed(self):
        order = self.make_order(self.goods[0])
        proforma = self.issue(order)
        self.rpc(self.seller, order, "action_confirm")
        self.assertEqual((order.aria_proforma_number, proforma.state), (proforma.name, "ordered"))

    def test_expiry(self):
        order = self.make_order(self.goods[0])
        with freeze_time("2026-11-24 09:00:00"):
            proforma = self.issue(order)
        with freeze_time("2026-11-29 09:00:00"):
            self.run_cron("ir_cron_expire_proformas")
            self.assertEqual(order.aria_proforma_state, "issued", "the last day counts")
        with freeze_time("2026-11-30 09:00:00"):
            for _twice in range(2):
                self.run_cron("ir_cron_expire_proformas")
            self.assertEqual(order.aria_proforma_state, "expired")
            self.assertEqual(proforma.state, "expired")
            told = order.activity_ids
            self.assertEqual((len(told), told.user_id), (1, self.seller))
            self.refuse(self.seller, order, "action_aria_proforma_print")
            second = self.issue(order)
            self.assertEqual((second.revision, order.aria_proforma_state), (2, "issued"))

    # ------------------------------------------------------------------ core's ways
    def test_cores_proforma_is_closed(self):
        self.env.ref("base.group_user").implied_ids += self.env.ref("sale.group_proforma_sales")
        order = self.make_order(self.goods[0])
        reports = self.env["ir.actions.report"].with_user(self.seller)
        for data in ({}, {"is_pro_forma": True}):
            for name in ("sale.action_report_pro_forma_invoice", "sale.report_saleorder_pro_forma"):
                for method in ("_render_qweb_pdf", "_render_qweb_html", "_render_qweb_text"):
                    with self.assertRaises(UserError), self.cr.savepoint():
                        getattr(reports, method)(name, order.ids, data=data)
        with self.assertRaises(UserError), self.cr.savepoint():
            reports._render_qweb_html(
                "sale.action_report_saleorder", order.ids, data={"is_pro_forma": True}
            )
        with self.assertRaises(UserError), self.cr.savepoint():
            reports.with_context(proforma=True)._render_qweb_html(
                "sale.action_report_saleorder", order.ids
            )
        self.refuse(self.seller, order, "action_aria_proforma_send")
        with self.assertRaises(UserError), self.cr.savepoint():
            self.rpc(self.seller, order, "action_quotation_send", context={"proforma": True})
        self.issue(order)
        self.assertTrue(
            reports._render_qweb_html("sale.action_report_pro_forma_invoice", order.ids)
        )
        order.order_line.price_unit = 7
        with self.assertRaises(UserError), self.cr.savepoint():
            reports._render_qweb_html("sale.action_report_pro_forma_invoice", order.ids)

    def test_composer_brings_the_frozen_paper(self):
        order = self.make_order(self.goods[0])
        template = self.env.ref("aria_sales_approval.email_template_proforma")
        composer = self.env["mail.compose.message"].with_user(self.seller)
        values = {"default_model": "sale.order", "default_template_id": template.id}
        with self.assertRaises(UserError), self.cr.savepoint():
            wizard = composer.with_context(**values, default_res_ids=order.ids).create({})
            wizard.mapped("attachment_ids")
        proforma = self.issue(order)
        action = self.rpc(self.seller, order, "action_aria_proforma_send")
        self.assertEqual(action["context"]["default_template_id"], template.id)
        wizard = composer.with_context(**action["context"]).create({})
        self.assertIn(proforma.name, wizard.subject)
        self.assertEqual(
            wizard.attachment_ids.mapped("name"), [f"{proforma.name.replace('/', '-')}-en.html"]
        )
        wizard._action_send_mail()
        self.assertEqual((order.state, order.aria_proforma_number), ("sent", proforma.name))

    def test_bad_input(self):
        for days in (-1, 5000):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                self.company.aria_proforma_days = days
        order = self.make_order(self.goods[0])
        gone = order.browse(order.id + 10**6)
        self.refuse(self.seller, gone, "action_aria_proforma", error=MissingError)
