from datetime import date

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged

from .invoicing import InvoicingCase

MEHR = {"date_from": "2026-09-23", "date_to": "2026-10-22"}


@tagged("post_install", "-at_install")
@freeze_time("2026-11-24 08:00:00")
class TestSalesTarget(InvoicingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyer = cls.env["res.partner"].create({"name": "Buyer"})

    def target(self, **values):
        vals = {**MEHR, "company_id": self.company.id, "target_amount": 1000, **values}
        return self.env["aria.sales.target"].create(vals)

    def sell(self, amount, day="2026-10-01", user=None, **values):
        return self.invoice(
            self.buyer,
            amount,
            day,
            invoice_user_id=(user or self.seller).id,
            team_id=self.team.id,
            **values,
        )

    # ------------------------------------------------------------------ figures
    def test_what_counts(self):
        target = self.target(user_id=self.seller.id, target_qty=10)
        self.sell(300, quantity=2)
        self.sell(100, kind="out_refund")
        self.sell(50, "2026-09-23")  # first and last day count
        self.sell(50, "2026-10-22", kind="out_receipt")
        for outside in ("2026-09-22", "2026-10-23"):
            self.sell(9999, outside)
        self.sell(9999, post=False)
        self.sell(9999, user=self.colleague)
        self.invoice(self.buyer, 9999, "2026-10-01", kind="in_invoice")
        self.env.invalidate_all()
        self.assertEqual(target.actual_amount, 600 - 100 + 50 + 50)
        self.assertEqual(target.actual_qty, 2 - 1 + 1 + 1)
        self.assertAlmostEqual(target.amount_rate, 0.6)
        self.assertAlmostEqual(target.qty_rate, 0.3)

    def test_untaxed_in_the_currency_of_the_company(self):
        tax_group = self.env["account.tax.group"].create(
            {"name": "VAT", "company_id": self.company.id, "country_id": self.env.ref("base.ir").id}
        )
        tax = self.env["account.tax"].create(
            {
                "name": "10%",
                "amount": 10,
                "company_id": self.company.id,
                "country_id": self.env.ref("base.ir").id,
                "tax_group_id": tax_group.id,
            }
        )
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": euro.id,
                "company_id": self.company.id,
                "name": "2026-01-01",
                "rate": 0.01,
            }
        )
        move = self.sell(5, currency_id=euro.id, post=False)
        move.invoice_line_ids.tax_ids = tax
        move.action_post()
        self.assertEqual(self.target().actual_amount, 500)

    def test_unit_of_the_product(self):
        move = self.sell(120, post=False)
        move.invoice_line_ids.product_uom_id = self.env.ref("uom.product_uom_dozen")
        move.invoice_line_ids.price_unit = 120
        move.action_post()
        target = self.target(target_qty=24)
        self.assertEqual((target.actual_qty, target.actual_amount), (12, 120))

    def test_person_team_category_and_all(self):
        other = self.env["product.product"].create(
            {"name": "Ladder", "categ_id": self.env["product.category"].create({"name": "L"}).id}
        )
        self.sell(100)
        self.sell(10, product=other)
        self.sell(1, user=self.colleague)
        self.invoice(self.buyer, 1000, "2026-10-01", invoice_user_id=self.seller.id, team_id=False)
        expected = {
            self.target(user_id=self.seller.id): 1110,
            self.target(team_id=self.team.id): 111,
            self.target(user_id=self.seller.id, team_id=self.team.id): 110,
            self.target(category_id=self.goods.id): 1101,  # what is below counts
            self.target(category_id=self.pipes.id, user_id=self.colleague.id): 1,
            self.target(category_id=other.categ_id.id): 10,
            self.target(): 1111,
        }
        for target, amount in expected.items():
            self.assertEqual(target.actual_amount, amount, target.display_name)

    def test_another_company_does_not_count(self):
        far = self.make_company("Far", self.company.currency_id)
        self.env = self.env(context={"allowed_company_ids": (self.company + far).ids})
        self.invoice(self.buyer, 77, "2026-10-01", company=far)
        self.sell(5)
        self.assertEqual(self.target().actual_amount, 5)
        self.assertEqual(self.target(company_id=far.id).actual_amount, 77)

    def test_one_statement_for_all(self):
        targets = (
            self.target(user_id=self.seller.id) + self.target() + self.target(team_id=self.team.id)
        )
        self.sell(5)
        self.env.flush_all()
        self.env.invalidate_all()
        targets.currency_id.mapped("rounding")
        before = self.cr.sql_log_count
        self.assertEqual(targets.mapped("actual_amount"), [5, 5, 5])
        self.assertEqual(self.cr.sql_log_count - before, 1)

    def test_pivot_sums_what_the_list_shows(self):
        self.target(user_id=self.seller.id)
        self.target(user_id=self.colleague.id)
        self.sell(5)
        self.sell(7, user=self.colleague)
        rows = self.rpc(
            self.manager,
            self.env["aria.sales.target"],
            "formatted_read_group",
            [("company_id", "=", self.company.id)],
            ["user_id"],
            ["actual_amount:sum", "target_amount:sum", "actual_qty:sum"],
        )
        found = {row["user_id"][0]: row["actual_amount:sum"] for row in rows}
        self.assertEqual(found, {self.seller.id: 5, self.colleague.id: 7})
        fields = self.rpc(self.manager, self.env["aria.sales.target"], "fields_get")
        self.assertEqual(fields["actual_amount"]["aggregator"], "sum")

    # ------------------------------------------------------------------ periods
    def test_periods_of_the_jalali_calendar(self):
        model = self.env["aria.sales.target"]
        month = model.create({"period": "1405-07", "company_id": self.company.id})
        self.assertEqual((month.date_from, month.date_to), (date(2026, 9, 23), date(2026, 10, 22)))
        self.assertEqual((month.period_kind, month.period_name), ("month", "1405/07 مهر"))
        quarter = model.create({"period": "1405-q3", "company_id": self.company.id})
        self.assertEqual((quarter.period_kind, quarter.date_to), ("quarter", date(2026, 12, 21)))
        year = model.create({"period": "1405", "company_id": self.company.id})
        self.assertEqual((year.date_from, year.date_to), (date(2026, 3, 21), date(2027, 3, 20)))
        self.assertEqual(year.period, "1405")
        with Form(model.with_user(self.manager)) as form:
            form.period = "1406-01"
            self.assertEqual(str(form.date_from), "2027-03-21")
        self.assertEqual(form.record.period_name, "1406/01 فروردین")
        form.record.period = "1406-02"
        self.assertEqual(form.record.date_to, date(2027, 5, 21))

    def test_a_copy_is_for_the_next_period(self):
        copy = self.target(user_id=self.seller.id).copy()
        self.assertEqual(copy.period_name, "1405/08 آبان")
        odd = self.target(date_from="2026-01-01", date_to="2026-01-10").copy()
        self.assertEqual((odd.date_from, odd.date_to), (date(2026, 1, 11), date(2026, 1, 20)))

    # ------------------------------------------------------------------ bad input
    def test_bad_input_is_refused(self):
        model = self.env["aria.sales.target"]
        base = {**MEHR, "company_id": self.company.id}
        first = self.target(user_id=self.seller.id)
        bad = [
            {**base, "target_amount": -1},
            {**base, "target_qty": -0.5},
            {**base, "target_amount": float("nan")},
            {**base, "date_to": "2026-09-22"},
            {**base, "user_id": self.seller.id},
            {"company_id": self.company.id, "period": "1405-13"},
            {"company_id": self.company.id, "period": "1405-q5"},
            {"company_id": self.company.id, "period": "soon"},
            {"company_id": self.company.id, "period": 5},
        ]
        for vals in bad:
            self.refuse(self.manager, model, "create", vals, error=ValidationError)
        self.refuse(
            self.manager, first, "write", {"target_qty": float("inf")}, error=ValidationError
        )
        self.refuse(self.manager, first, "write", {"date_to": "2026-01-01"}, error=ValidationError)
        self.refuse(self.manager, first, "write", {"period_kind": "year"}, error=AccessError)

    def test_overlaps(self):
        model = self.env["aria.sales.target"]
        self.target(user_id=self.seller.id)
        # quarter and year hold the month, which is no double
        for period in ("1405-q3", "1405"):
            self.target(user_id=self.seller.id, **model._get_period_dates(period))
        self.target(user_id=self.colleague.id)
        self.target(user_id=self.seller.id, category_id=self.goods.id)
        with self.assertRaisesRegex(ValidationError, "t_seller.*overlaps"):
            self.target(user_id=self.seller.id, date_from="2026-10-20", date_to="2026-11-05")
        with self.assertRaises(ValidationError):
            model.create([{**MEHR, "company_id": self.company.id}] * 2)

    # ------------------------------------------------------------------ rights
    def test_who_sees_what(self):
        self.env["crm.team.member"].create(
            {"user_id": self.colleague.id, "crm_team_id": self.team.id}
        )
        own = self.target(user_id=self.seller.id)
        colleagues = self.target(user_id=self.colleague.id)
        teams = self.target(team_id=self.team.id)
        everybody = self.target()
        visible = {
            self.seller: own,
            self.colleague: colleagues,
            self.leader: colleagues + teams,
            self.manager: own + colleagues + teams + everybody,
        }
        model = self.env["aria.sales.target"]
        for user, targets in visible.items():
            found = self.rpc(user, model, "search", [])
            self.assertEqual(set(found), set(targets.ids), user.login)
        self.sell(5)
        self.assertEqual(
            self.rpc(self.seller, own, "read", ["actual_amount"])[0]["actual_amount"], 5
        )
        for user in (self.seller, self.leader):
            self.refuse(user, colleagues, "write", {"target_amount": 1}, error=AccessError)
            self.refuse(user, model, "create", {**MEHR, "target_amount": 1}, error=AccessError)
        self.refuse(self.seller, colleagues, "read", ["actual_amount"], error=AccessError)
        self.refuse(self.seller, colleagues, "action_open_invoices", error=AccessError)
        self.refuse(self.clerk, own, "read", ["actual_amount"], error=AccessError)

    def test_manager_of_another_company_sees_nothing(self):
        far = self.make_company("Far", self.company.currency_id)
        stranger = self.make_user(
            "t_far",
            "sales_team.group_sale_manager",
            company_id=far.id,
            company_ids=[Command.set(far.ids)],
        )
        target = self.target()
        self.refuse(stranger, target, "read", ["target_amount"], error=AccessError)
        self.refuse(
            stranger,
            self.env["aria.sales.target"],
            "create",
            {**MEHR, "company_id": self.company.id},
            error=AccessError,
        )

    def test_invoices_of_a_target(self):
        target = self.target(user_id=self.seller.id, category_id=self.goods.id)
        move = self.sell(5)
        self.sell(5, user=self.colleague)
        action = self.rpc(self.seller, target, "action_open_invoices")
        self.assertEqual(self.env["account.move"].search(action["domain"]), move)
