import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.aria_moadian.invoice import InvoiceBuilder
from odoo.addons.aria_moadian.moments import TEHRAN, issue_moment

from .common import InvoiceCase

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=timezone.utc)


@tagged("post_install", "-at_install")
class TestInvoice(InvoiceCase):
    def build(self, move, now=None):
        return InvoiceBuilder(move, now or datetime.now(timezone.utc)).build()

    def body(self, *lines, **values):
        return self.build(self.make_invoice(*lines, **values))["body"]

    # ---------------------------------------------------------------------- header
    def test_header(self):
        header = self.build(self.make_invoice({"quantity": 2}))["header"]
        self.assertEqual(
            {
                name: header[name]
                for name in ("inty", "inp", "ins", "tins", "tob", "tinb", "tbill", "setm")
            },
            {
                "inty": 1,
                "inp": 1,
                "ins": 1,
                "tins": "14003778990",
                "tob": 2,
                "tinb": "10100302746",
                "tbill": 2200,
                "setm": 1,
            },
        )

    def test_moment_of_issue(self):
        self.assertEqual(issue_moment(NOW.date(), NOW), NOW)
        noon = issue_moment(NOW.date() - timedelta(days=1), NOW)
        self.assertEqual((noon.hour, noon.tzinfo), (12, TEHRAN))
        # half an hour after midnight in Tehran it is still yesterday in UTC
        night = datetime(2026, 11, 24, 21, 0, tzinfo=timezone.utc)
        self.assertEqual(issue_moment(night.date() + timedelta(days=1), night), night)

    def test_person_without_numbers_gets_the_second_type(self):
        self.buyer.write(
            {"is_company": False, "aria_economic_code": False, "aria_national_id": False}
        )
        header = self.build(self.make_invoice())["header"]
        self.assertEqual(header["inty"], 2)
        self.assertFalse({"tob", "tinb", "bid", "setm"} & set(header))

    def test_person_with_numbers_gets_the_first_type(self):
        self.buyer.write({"aria_economic_code": False, "aria_national_id": False})
        self.buyer.write(
            {"is_company": False, "aria_national_id": "0499370899", "zip": "1234567891"}
        )
        header = self.build(self.make_invoice())["header"]
        self.assertEqual(
            (header["inty"], header["tob"], header["bid"], header["bpc"]),
            (1, 1, "0499370899", "1234567891"),
        )

    # ---------------------------------------------------------------------- lines
    def test_amounts_are_cut_off(self):
        invoice = self.build(self.make_invoice({"price_unit": 7272727}))
        self.assertEqual(invoice["header"]["tvam"], 727272)
        self.assertEqual(invoice["header"]["tbill"], 7999999)

    def test_line(self):
        line = self.body({"quantity": 2.5, "price_unit": 1000, "discount": 10})[0]
        self.assertEqual(
            (line["am"], line["fee"], line["prdis"], line["dis"], line["adis"]),
            (Decimal("2.5"), 1000, 2500, 250, 2250),
        )
        self.assertEqual(
            (line["sstid"], line["mu"], line["vra"], line["vam"]),
            ("2710000138624", "1627", 10, 225),
        )

    def test_discounts_leave_what_the_books_have(self):
        move = self.make_invoice({"quantity": 3, "price_unit": 333, "discount": 33.33})
        line = self.build(move)["body"][0]
        self.assertEqual(line["adis"], move.invoice_line_ids.price_subtotal)
        self.assertEqual(self.body({"discount": 100})[0]["adis"], 0)

    def test_price_with_tax_inside(self):
        self.vat.price_include_override = "tax_included"
        line = self.body({"price_unit": 1100})[0]
        self.assertEqual((line["fee"], line["vam"], line["tsstam"]), (1000, 100, 1100))

    def test_several_taxes(self):
        duty = self.vat.copy({"name": "عوارض", "amount": 2, "aria_moadian_kind": "other"})
        fixed = self.vat.copy(
            {"name": "صندوق", "amount": 7, "amount_type": "fixed", "aria_moadian_kind": "legal"}
        )
        line = self.body({"quantity": 2, "tax_ids": [Command.set((self.vat | duty | fixed).ids)]})[
            0
        ]
        self.assertEqual(
            (line["vam"], line["odam"], line["olam"], line["odt"]), (200, 40, 14, "عوارض")
        )

    def test_control_characters_and_long_names(self):
        line = self.body({"name": "نام\x07\nدوم" + "x" * 500})[0]
        self.assertTrue(line["sstt"].startswith("نام دوم"))
        self.assertEqual(len(line["sstt"]), 400)

    def test_a_negative_line_becomes_a_discount(self):
        invoice = self.build(
            self.make_invoice({"price_unit": 1000}, {"price_unit": 3000}, {"price_unit": -401})
        )
        self.assertEqual([line["dis"] for line in invoice["body"]], [101, 300])
        self.assertEqual(invoice["header"]["tadis"], 3599)

    def test_notes_and_sections_are_left_out(self):
        move = self.make_invoice({}, post=False)
        move.write(
            {"invoice_line_ids": [Command.create({"display_type": "line_note", "name": "n"})]}
        )
        move.action_post()
        self.assertEqual(len(self.build(move)["body"]), 1)

    def test_currency(self):
        dollar = self.env.ref("base.USD")
        self.env["res.currency.rate"].create(
            {
                "currency_id": dollar.id,
                "company_id": self.company.id,
                "name": fields.Date.today(),
                "inverse_company_rate": 600000,
            }
        )
        line = self.body({"price_unit": 2.5}, currency_id=dollar.id)[0]
        self.assertEqual(
            (line["fee"], line["cut"], line["exr"], line["cfee"]),
            (1500000, "USD", 600000, Decimal("2.5")),
        )

    def test_export(self):
        dollar = self.env.ref("base.USD")
        self.env["res.currency.rate"].create(
            {
                "currency_id": dollar.id,
                "company_id": self.company.id,
                "name": fields.Date.today(),
                "inverse_company_rate": 600000,
            }
        )
        move = self.make_invoice(
            {"price_unit": 2.5, "quantity": 4, "tax_ids": [Command.clear()]},
            currency_id=dollar.id,
            aria_moadian_pattern="7",
        )
        invoice = self.build(move)
        self.assertEqual(invoice["header"]["tbill"], 6000000)
        self.assertEqual((invoice["body"][0]["ssrv"], invoice["body"][0]["sscv"]), (6000000, 10))
        self.assertEqual(move.aria_moadian_state, "ready", move.aria_moadian_message)

    # ---------------------------------------------------------------------- settlement
    def test_settlement(self):
        self.assertEqual(self.build(self.make_invoice())["header"]["setm"], 1)
        later = fields.Date.today() + timedelta(days=30)
        move = self.make_invoice(
            {"price_unit": 10000}, invoice_date_due=later, invoice_payment_term_id=False
        )
        move.invoice_date_due = later
        self.assertEqual(self.build(move)["header"]["setm"], 2)
        self.pay(move, 4000)
        header = self.build(move)["header"]
        # the tax of 1,000 counts as paid first
        self.assertEqual((header["setm"], header["cap"], header["insp"]), (3, 3000, 7000))
        self.pay(move, 7000)
        self.assertEqual(self.build(move)["header"]["setm"], 1)
        move.aria_moadian_settlement = "credit"
        self.assertEqual(self.build(move)["header"]["setm"], 2)

    def pay(self, move, amount):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        wizard.create({"amount": amount})._create_payments()

    # ---------------------------------------------------------------------- judgement at posting
    def test_ready_when_posted(self):
        move = self.make_invoice()
        self.assertEqual(move.aria_moadian_state, "ready", move.aria_moadian_message)
        self.assertEqual(move.aria_moadian_deadline, move.invoice_date + timedelta(days=12))
        self.assertEqual(move.aria_moadian_days_left, 12)

    def test_to_check_with_the_reason(self):
        self.product.aria_sstid = False
        move = self.make_invoice()
        self.assertEqual(move.aria_moadian_state, "to_check")
        self.assertIn("00033", move.aria_moadian_message)
        self.assertIn("کالای نمونه", move.aria_moadian_message)
        persian = move.with_context(lang="fa_IR").aria_moadian_message
        self.assertIn("شناسه کالا/خدمت", persian)

    def test_what_stands_against_an_invoice(self):
        cases = [
            ({"partner": {"aria_economic_code": False, "aria_national_id": False}}, "00012"),
            ({"seller": {"aria_economic_code": False, "aria_national_id": False}}, "00009"),
            ({"values": {"invoice_date": fields.Date.today() + timedelta(days=2)}}, "02002"),
            ({"values": {"aria_moadian_pattern": "4"}}, "00020"),
            ({"line": {"quantity": -1, "price_unit": -1000}}, "0103606"),
        ]
        for case, code in cases:
            with self.subTest(code), self.env.cr.savepoint() as savepoint:
                self.buyer.write(case.get("partner", {}))
                self.company.partner_id.write(case.get("seller", {}))
                move = self.make_invoice(case.get("line", {}), **case.get("values", {}))
                self.assertEqual(move.aria_moadian_state, "to_check")
                self.assertIn(code, move.aria_moadian_message)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_late_invoices_go_by_article_nine(self):
        move = self.make_invoice(invoice_date=fields.Date.today() - timedelta(days=20))
        self.assertEqual(move.aria_moadian_state, "ready", move.aria_moadian_message)
        self.assertLess(move.aria_moadian_days_left, 0)
        move.action_aria_moadian_send()
        header = json.loads(move.aria_moadian_submission_ids.content)["header"]
        self.assertEqual(header["insr"], 1)
        self.assertGreater(header["indati2m"], header["indatim"])

    def test_other_books_and_other_documents_are_left_alone(self):
        self.memory.active = False
        self.assertEqual(self.make_invoice().aria_moadian_state, "none")
        self.memory.active = True
        bill = self.make_invoice(move_type="in_invoice", ref="b")
        self.assertEqual(bill.aria_moadian_state, "none")

    def test_entries_made_along_with_another_record_get_their_defaults(self):
        journal = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": journal.id,
                "payment_ref": "Deposit",
                "amount": 5000,
                "date": "2026-11-24",
            }
        )
        self.assertEqual(line.move_id.aria_moadian_state, "none")
        for vals in ({"aria_moadian_state": "accepted"}, {"aria_taxid": "A"}):
            with self.assertRaises(AccessError):
                self.env["account.move"].create({"move_type": "out_invoice", **vals})
