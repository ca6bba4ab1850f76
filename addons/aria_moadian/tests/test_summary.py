import base64
from datetime import date, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import freeze_time, new_test_user, tagged

from odoo.addons.aria_moadian.lib import client as clients
from odoo.addons.aria_moadian.lib.taxid import make_taxid
from odoo.addons.aria_persian.tools import jalali, sheets

from .common import InvoiceCase, MemoryService


class PeriodCase(InvoiceCase):
    def setUp(self):
        super().setUp()
        self.service = MemoryService()
        self.period = jalali.period_of("month", fields.Date.today())

    def wizard(self, model, user=None, **values):
        return (
            self.env[model]
            .with_user(user or self.accountant)
            .create(
                {
                    "company_id": self.company.id,
                    "year": self.period.year,
                    "month": str(self.period.number),
                    **values,
                }
            )
        )

    def send(self, moves):
        moves.action_aria_moadian_send()
        self.run_crons(self.service)


@tagged("post_install", "-at_install")
class TestSummary(PeriodCase):
    """The summary adds up to Odoo's own journal items, whatever became of the invoices."""

    def book_vat(self):
        """Return the sales VAT of the period by Odoo's journal items alone."""
        groups = self.env["account.move.line"]._read_group(
            [
                ("company_id", "=", self.company.id),
                ("parent_state", "=", "posted"),
                ("date", ">=", self.period.start),
                ("date", "<=", self.period.end),
                ("tax_line_id", "=", self.vat.id),
            ],
            [],
            ["balance:sum"],
        )
        return -groups[0][0]

    def compute(self):
        wizard = self.wizard("aria.moadian.summary")
        wizard.action_compute()
        return wizard, {(line.bucket, line.move_type): line for line in wizard.line_ids}

    def test_agrees_with_accounting(self):
        kept = self.make_invoice({"quantity": 3, "price_unit": 7272727}, {"price_unit": 13636364})
        returned, cancelled, whole = (self.make_invoice({"quantity": 10}) for _ in range(3))
        refused = self.make_invoice({"price_unit": 5000})
        self.service.refuse = {}
        self.send(kept | returned | cancelled | whole)
        refused.action_aria_moadian_send()
        self.service.refuse[refused.aria_moadian_submission_ids.taxid] = "0301201"
        self.run_crons(self.service)
        note, all_back = self.refund(returned, {0: 4}), self.refund(whole)
        self.send(note | all_back)
        cancelled.action_aria_moadian_cancel()
        self.run_crons(self.service)
        self.make_invoice({"price_unit": 9000})  # to be sent
        self.make_invoice({"price_unit": 100000}, post=False)
        self.make_invoice({"price_unit": 100000}, invoice_date=self.period.start - timedelta(1))
        wizard, rows = self.compute()
        self.assertEqual(wizard.vat, self.book_vat())
        self.assertEqual(sum(wizard.line_ids.mapped("vat")), self.book_vat())
        accepted = rows["accepted", "out_invoice"]
        self.assertEqual(accepted.count, 2)
        self.assertEqual(accepted.there_vat, 2181818 + 1363636 + 1000)
        self.assertLessEqual(abs(accepted.difference), 3)
        self.assertEqual(rows["accepted", "out_refund"].there_vat, -400 - 1000)
        self.assertEqual(rows["accepted", "out_refund"].vat, -400 - 1000)
        self.assertEqual(rows["cancelled", "out_invoice"].vat, 2000)
        self.assertEqual(rows["cancelled", "out_invoice"].there_vat, 1000, "the returned one stays")
        self.assertEqual(rows["refused", "out_invoice"].vat, 500)
        self.assertEqual(rows["refused", "out_invoice"].there_vat, 0)
        self.assertEqual(rows["open", "out_invoice"].vat, 900)
        shown = self.env["account.move"].search(accepted.action_open()["domain"])
        self.assertEqual(shown, kept | returned)

    def test_other_entries_count(self):
        accounts = self.env["account.account"].with_company(self.company)
        account = accounts.search([("company_ids", "in", self.company.id)], limit=1)
        self.env["account.move"].create(
            {
                "move_type": "entry",
                "company_id": self.company.id,
                "date": fields.Date.today(),
                "line_ids": [
                    Command.create({"account_id": account.id, "debit": 70, "name": "x"}),
                    Command.create(
                        {
                            "account_id": account.id,
                            "credit": 70,
                            "name": "VAT",
                            "tax_line_id": self.vat.id,
                            "tax_repartition_line_id": self.vat.invoice_repartition_line_ids[1].id,
                        }
                    ),
                ],
            }
        ).action_post()
        wizard, rows = self.compute()
        self.assertEqual(wizard.vat, self.book_vat())
        self.assertEqual(rows["entry", "entry"].vat, 70)

    def test_quarter_and_year(self):
        with freeze_time("2026-11-01 10:00:00"):
            self.make_invoice(invoice_date=date(2026, 9, 23))
            for kind, expected in (("quarter", 100), ("year", 100), ("month", 0)):
                wizard = self.wizard(
                    "aria.moadian.summary", kind=kind, year=1405, month="8", quarter="3"
                )
                wizard.action_compute()
                self.assertEqual(wizard.vat, expected, kind)

    def test_rights_and_nonsense(self):
        clerk = new_test_user(self.env, "s_clerk", groups="base.group_user")
        biller = new_test_user(self.env, "s_biller", groups="account.group_account_invoice")
        for user in (clerk, biller):
            for model in ("aria.moadian.summary", "aria.moadian.reconcile"):
                with self.assertRaises(AccessError):
                    self.rpc(user, model, "create", {"company_id": self.company.id})
        other = self.env["res.company"].create({"name": "دیگر"})
        for model, name in (
            ("aria.moadian.summary", "action_compute"),
            ("aria.moadian.reconcile", "action_compare"),
        ):
            with self.assertRaises(AccessError):
                getattr(self.wizard(model, company_id=other.id), name)()
            with self.assertRaisesRegex(UserError, "no year of the Jalali calendar"):
                getattr(self.wizard(model, year=2026), name)()


@tagged("post_install", "-at_install")
class TestReconcile(PeriodCase):
    """What only one side has is listed, by the service or by the portal's file."""

    def compare(self, **values):
        wizard = self.wizard("aria.moadian.reconcile", **values)
        with self.service.connected():
            wizard.action_compare()
        return wizard

    def kinds(self, wizard):
        return {(line.kind, line.move_id.id or line.taxid) for line in wizard.line_ids}

    def stranger(self, day=None):
        moment = fields.Datetime.now() if day is None else day
        return make_taxid("A11216", int(moment.timestamp() * 1000), 777)

    def test_agreement(self):
        self.send(self.make_invoice() | self.make_invoice())
        wizard = self.compare()
        self.assertEqual((wizard.compared, wizard.line_ids.ids), (2, []))

    def test_both_sides(self):
        here, there = self.make_invoice(), self.stranger()
        sent = self.make_invoice()
        self.send(sent)
        self.service.take("6a2bcd88-a871-4245-a393-2843eafe6e02", {"header": {"taxid": there}})
        old = self.stranger(fields.Datetime.now() - timedelta(days=70))
        self.service.take("6a2bcd88-a871-4245-a393-2843eafe6e03", {"header": {"taxid": old}})
        wizard = self.compare()
        self.assertEqual(self.kinds(wizard), {("books_only", here.id), ("there_only", there)})
        self.assertIn("send it", wizard.line_ids.filtered("move_id").note)

    def test_lost_there(self):
        move = self.make_invoice()
        self.send(move)
        self.service.taxids.clear()
        self.service.packets.clear()
        wizard = self.compare()
        self.assertEqual(self.kinds(wizard), {("books_only", move.id)})
        self.assertIn("not found there", wizard.line_ids.note)

    def test_by_file(self):
        same, differs, cancelled = (self.make_invoice() for _ in range(3))
        self.send(same | differs | cancelled)
        there = self.stranger()
        rows = [
            ["شماره منحصر به فرد مالیاتی", "مجموع صورتحساب", "وضعیت"],
            [same.aria_taxid, "1,100", "تایید شده"],
            [differs.aria_taxid, "۲۱۰۰", ""],
            [cancelled.aria_taxid, "1100", "ابطال شده"],
            [there, "5000", ""],
            ["DEF5GH", "1", ""],
        ]
        wizard = self.compare(file=base64.b64encode(sheets.write({"list": rows})))
        self.assertEqual(
            self.kinds(wizard),
            {("differs", differs.id), ("differs", cancelled.id), ("there_only", there)},
        )
        self.assertIn("Row 6", wizard.bad_rows)
        self.assertEqual(
            wizard.line_ids.filtered(lambda row: row.kind == "there_only").there_total, 5000
        )

    def test_service_down(self):
        self.service.fail = []
        wizard = self.wizard("aria.moadian.reconcile")
        with (
            self.as_service(inquiry=clients.NotSent("قطع", "The service is away.")),
            self.assertRaisesRegex(UserError, "away"),
        ):
            wizard.action_compare()

    def test_cancelled_there_but_not_in_the_books(self):
        move = self.make_invoice()
        self.send(move)
        move.action_aria_moadian_cancel()
        self.run_crons(self.service)
        wizard = self.compare()
        self.assertEqual(self.kinds(wizard), {("differs", move.id)})
        self.refund(move)
        self.assertNotIn(("differs", move.id), self.kinds(self.compare()))
