"""Every pattern from Odoo's own invoice to the strict simulator, and back into the VAT summary."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .lib_common import PERSON
from .simulated import PatternCase


@tagged("post_install", "-at_install")
class TestPatterns(PatternCase):
    # ---------------------------------------------------------------------- 2
    def currency(self, amount=100, bought=590000, margin=1005025, **values):
        euro = self.env.ref("base.EUR")
        sold = self.goods("یورو", "currency", aria_moadian_currency_id=euro.id)
        own = self.goods("کارمزد تسعیر", "margin")
        lines = [self.line(sold, bought, amount, **self.free), self.line(own, margin)]
        return self.make_invoice(*lines, **values)

    def test_sale_of_currency(self):
        move = self.currency()
        document = self.deliver(move)
        row = document["body"][0]
        self.assertEqual((document["header"]["inp"], len(document["body"])), (2, 1))
        self.assertEqual(
            (row["cut"], row["cfee"], row["cpr"], row["sovat"]), ("EUR", 100, 590000, 1005025)
        )
        self.assertEqual((row["adis"], row["vam"]), (60005025, 100502))
        self.assertFalse({"am", "fee", "mu"} & set(row))
        self.agree(move, 1)

    def test_currency_that_cannot_be_divided_evenly(self):
        move = self.currency(amount=77.77, bought=587123, margin=999999)
        document = self.deliver(move)
        self.assertEqual(document["header"]["tadis"], move.amount_untaxed)
        self.agree(move, 1)

    def test_currency_without_margin_is_told(self):
        sold = self.goods("یورو", "currency", aria_moadian_currency_id=self.env.ref("base.EUR").id)
        move = self.make_invoice(self.line(sold, 600000, 10, **self.free))
        self.assertEqual(move.aria_moadian_state, "to_check")
        self.assertIn("یورو", self.told(move))
        self.assertIn("حاشیه سود", self.told(move))

    def test_currency_comes_back_whole_only(self):
        move = self.currency()
        self.deliver(move)
        note = self.refund(move, {0: 40, 1: 1})
        self.assertEqual(note.aria_moadian_state, "to_check")
        self.assertIn("فروش ارز", self.told(note))
        note.button_draft()
        note.invoice_line_ids[0].quantity = 100
        note.action_post()
        note.action_aria_moadian_send()
        self.run_all()
        self.assertEqual(move.aria_moadian_state, "cancelled", self.told(note))

    # ---------------------------------------------------------------------- 3
    def gold(self, grams=2.5, **values):
        ring = self.goods("انگشتر", "gold", aria_moadian_purity=750)
        making, profit = self.goods("اجرت", "consfee"), self.goods("سود", "spro")
        lines = [
            self.line(ring, 40000000, grams, **self.free),
            self.line(making, 3000005),
            self.line(profit, 7000004),
        ]
        return self.make_invoice(*lines, **values)

    def test_gold(self):
        move = self.gold()
        document = self.deliver(move)
        row = document["body"][0]
        self.assertEqual((document["header"]["inp"], len(document["body"])), (3, 1))
        self.assertEqual((row["consfee"], row["spro"], row["tcpbs"]), (3000005, 7000004, 10000009))
        self.assertEqual((row["cui"], row["vra"], row["vam"]), (750, 0, 1000000))
        self.assertEqual(row["adis"], move.amount_untaxed)
        self.agree(move, 2)

    def test_gold_to_a_buyer_without_numbers(self):
        nobody = self.buyer.create({"name": "رهگذر"})
        document = self.deliver(self.gold(partner_id=nobody.id))
        self.assertEqual((document["header"]["inty"], document["header"]["inp"]), (2, 3))

    def test_two_pieces_of_gold_and_their_fees(self):
        ring = self.goods("انگشتر", "gold")
        making = self.goods("اجرت", "consfee")
        lines = [
            self.line(ring, 40000000, 1, **self.free),
            self.line(making, 1000000),
            self.line(ring, 30000000, 2, **self.free),
            self.line(making, 500000),
        ]
        move = self.make_invoice(*lines)
        rows = self.deliver(move)["body"]
        self.assertEqual([row["consfee"] for row in rows], [1000000, 500000])
        self.agree(move)

    def test_a_part_of_gold_comes_back_with_its_fees(self):
        move = self.gold(grams=4)
        self.deliver(move)
        note = self.refund(move, {0: 1, 1: 1, 2: 1})
        note.button_draft()
        note.invoice_line_ids[1].price_unit = 1000005
        note.invoice_line_ids[2].price_unit = 2000004
        note.action_post()
        row = self.deliver(note)["body"][0]
        self.assertEqual((row["am"], row["consfee"], row["spro"]), (3, 2000000, 5000000))

    def test_what_does_not_fit_gold(self):
        ring, making = self.goods("انگشتر", "gold"), self.goods("اجرت", "consfee")
        other = self.make_invoice(self.line(ring, 1000, **self.free), {"name": "جعبه"})
        alone = self.make_invoice(self.line(making, 1000), aria_moadian_pattern="3")
        untaxed = self.make_invoice(
            self.line(ring, 5000, **self.free), self.line(making, 1000, **self.free)
        )
        for move, word in ((other, "جعبه"), (alone, "اجرت"), (untaxed, "10 %")):
            self.assertEqual(move.aria_moadian_state, "to_check")
            self.assertIn(word, self.told(move))

    # ---------------------------------------------------------------------- 4, 5, 13
    def test_contract(self):
        move = self.make_invoice({"price_unit": 7272727}, aria_moadian_pattern="4")
        self.assertIn("شماره قرارداد", self.told(move))
        move.aria_moadian_contract = "۱۲۳۴۵۶"
        move.action_aria_moadian_check()
        document = self.deliver(move)
        self.assertEqual(document["header"]["crn"], "123456")
        self.agree(move, 1)
        note = self.deliver(self.refund(self.contract_of_ten(), {0: 4}))
        self.assertEqual((note["header"]["ins"], note["header"]["crn"]), (4, "99"))

    def contract_of_ten(self):
        move = self.make_invoice(
            {"quantity": 10}, aria_moadian_pattern="4", aria_moadian_contract="99"
        )
        self.deliver(move)
        return move

    def test_bill(self):
        move = self.make_invoice(aria_moadian_pattern="5", aria_moadian_bill="1234567890123")
        self.assertEqual(self.deliver(move)["header"]["billid"], "1234567890123")
        self.agree(move)
        # the bill itself is no part of what changes it
        move.button_draft()
        move.invoice_line_ids.price_unit = 900
        move.action_post()
        self.assertNotIn("billid", self.deliver(move)["header"])

    def test_insurance(self):
        values = {"aria_moadian_policy": "1234567890", "aria_moadian_endorsement": "123456789"}
        move = self.make_invoice(aria_moadian_pattern="13", **values)
        header = self.deliver(move)["header"]
        self.assertEqual((header["in"], header["an"]), ("1234567890", "123456789"))
        self.agree(move)

    # ---------------------------------------------------------------------- 6, 8
    def test_tickets(self):
        agency = self.buyer.create(
            {"name": "آژانس", "is_company": True, "aria_economic_code": "10380284790"}
        )
        move = self.make_invoice(
            {"price_unit": 15000001, "quantity": 3, "discount": 5},
            partner_id=self.passenger.id,
            aria_moadian_pattern="6",
            aria_moadian_flight="1",
            aria_moadian_agency_id=agency.id,
        )
        document = self.deliver(move)
        header, rows = document["header"], document["body"]
        self.assertEqual((header["ft"], header["bid"], header["tinc"]), (1, PERSON, "10380284790"))
        self.assertEqual([row["am"] for row in rows], [1, 1, 1])
        self.assertEqual(header["tadis"], move.amount_untaxed)
        self.agree(move, 3)
        note = self.refund(move, {0: 1})
        self.assertEqual(len(self.deliver(note)["body"]), 2)

    def test_ticket_of_a_foreigner(self):
        guest = self.buyer.create({"name": "Guest", "aria_moadian_kind": "foreigner"})
        values = {"aria_moadian_flight": "2", "aria_moadian_passport": "A12345678"}
        move = self.make_invoice(partner_id=guest.id, aria_moadian_pattern="6", **values)
        header = self.deliver(move)["header"]
        self.assertEqual((header["inty"], header["bpn"]), (1, "A12345678"))

    def test_half_a_ticket_is_told(self):
        move = self.make_invoice(
            {"quantity": 1.5},
            partner_id=self.passenger.id,
            aria_moadian_pattern="6",
            aria_moadian_flight="1",
        )
        self.assertIn("مقدار هر ردیف یک است", self.told(move))

    def waybill(self, **values):
        carpet = self.goods("فرش").product_tmpl_id
        return self.make_invoice(
            {"price_unit": 5000000},
            aria_moadian_pattern="8",
            aria_moadian_waybill="12",
            aria_moadian_from_country="033",
            aria_moadian_from_city="1",
            aria_moadian_to_country="033",
            aria_moadian_to_city="2",
            aria_moadian_sender_id=self.passenger.id,
            aria_moadian_receiver_id=self.buyer.id,
            aria_moadian_transport="1",
            aria_moadian_vehicle="۱۲ع۳۴۵",
            aria_moadian_driver=PERSON,
            aria_moadian_goods_ids=[Command.set(carpet.ids)],
            **values,
        )

    def test_waybill(self):
        move = self.waybill()
        document = self.deliver(move)
        header = document["header"]
        self.assertEqual((header["tid"], header["rid"]), (PERSON, "10100302746"))
        self.assertEqual(header["sg"], [{"sgid": "2710000138631", "sgt": "فرش"}])
        self.assertNotIn("mu", document["body"][0])
        self.agree(move)
        # a waybill is taken back whole
        note = self.refund(move)
        note.action_aria_moadian_send()
        self.run_all()
        self.assertEqual(move.aria_moadian_state, "cancelled", self.told(note))

    def test_what_is_missing_of_a_waybill_is_told(self):
        move = self.make_invoice(aria_moadian_pattern="8")
        for word in ("شماره بارنامه", "کشور مبدأ", "شماره ناوگان", "کالاهای حمل‌شده"):
            self.assertIn(word, self.told(move))

    # ---------------------------------------------------------------------- 7, 11
    def test_exchange(self):
        move = self.make_invoice(
            {"price_unit": 5000000, "quantity": 3, **self.free},
            aria_moadian_pattern="11",
            aria_moadian_notice="77",
            aria_moadian_notice_date=fields.Date.today() - timedelta(days=1),
        )
        document = self.deliver(move)
        self.assertEqual(document["header"]["tadis"], 15000000)
        self.assertFalse({"fee", "dis", "prdis"} & set(document["body"][0]))
        self.agree(move)

    def export(self, **values):
        dollar = self.env.ref("base.USD")
        self.env["res.currency.rate"].create(
            {
                "currency_id": dollar.id,
                "company_id": self.company.id,
                "name": fields.Date.today() - timedelta(days=30),
                "inverse_company_rate": 600000,
            }
        )
        day = values.get("invoice_date", fields.Date.today())
        return self.make_invoice(
            {"price_unit": 2.5, "quantity": 4, **self.free},
            currency_id=dollar.id,
            aria_moadian_pattern="7",
            aria_moadian_declaration="A-12",
            aria_moadian_declaration_date=day - timedelta(days=1),
            aria_moadian_customs="10101",
            **values,
        )

    def test_export(self):
        move = self.export()
        header = self.deliver(move)["header"]
        self.assertEqual(
            (header["cdcn"], header["scc"], header["torv"]), ("A-12", "10101", 6000000)
        )
        self.agree(move)
        note = self.refund(move)
        note.action_aria_moadian_send()
        self.run_all()
        self.assertEqual(move.aria_moadian_state, "cancelled", self.told(note))

    # ---------------------------------------------------------------------- 9
    def litre_vat(self, amount=333.3333):
        return self.vat.copy(
            {
                "name": f"عوارض هر لیتر {amount}",
                "amount_type": "fixed",
                "amount": amount,
                "aria_moadian_kind": "vat",
            }
        )

    def oil(self, *lines, litres=1000, **values):
        litre = self.env.ref("uom.product_uom_litre")
        petrol = self.goods("بنزین", uom_id=litre.id)
        taxed = {"tax_ids": [Command.set(self.litre_vat().ids)]}
        lines = [self.line(petrol, 15000, litres, **taxed), *lines]
        return self.make_invoice(*lines, aria_moadian_pattern="9", **values)

    def test_oil_with_vat_by_the_litre(self):
        move = self.oil()
        document = self.deliver(move)
        row = document["body"][0]
        self.assertEqual((document["header"]["inp"], row["mu"]), (9, "1637"))
        self.assertEqual((str(row["vba"]), row["vam"], "vra" in row), ("333.3333", 333333, False))
        self.assertEqual((row["adis"], row["tsstam"]), (15000000, 15333333))
        self.agree(move, 1)
        left = self.deliver(self.refund(move, {0: 400}))["body"][0]
        self.assertEqual((left["am"], left["vam"]), (600, 199999))

    def test_vat_by_the_litre_is_compared_with_no_rate(self):
        self.env["aria.moadian.good"]._take_rows({"2710000138631": ("بنزین", 10.0, None)})
        move = self.oil()
        self.assertFalse(move.with_user(self.accountant).aria_moadian_issues)
        # the same id with a rate of its own is compared as before
        wrong = self.make_invoice(self.line(self.goods("دیگر"), 1000, **self.free))
        self.assertEqual(len(wrong.with_user(self.accountant).aria_moadian_issues), 1)

    def test_oil_with_a_rate(self):
        move = self.make_invoice({"price_unit": 7272727}, aria_moadian_pattern="9")
        row = self.deliver(move)["body"][0]
        self.assertEqual((row["vra"], row["vam"], "vba" in row), (10, 727272, False))
        self.agree(move, 1)

    def test_oil_of_the_second_type_and_a_deduction(self):
        nobody = self.buyer.create({"name": "رهگذر"})
        less = self.line(self.goods("تخفیف"), 500000, -1, **self.free)
        move = self.oil(less, partner_id=nobody.id)
        document = self.deliver(move)
        row = document["body"][0]
        self.assertEqual((document["header"]["inty"], document["header"]["inp"]), (2, 9))
        self.assertEqual((row["dis"], row["adis"], row["vam"]), (500000, 14500000, 333333))
        self.agree(move, 1)

    def test_vat_as_a_fixed_sum_fits_nothing_else(self):
        litre = self.litre_vat()
        fixed = {"tax_ids": [Command.set(litre.ids)]}
        both = {"tax_ids": [Command.set((litre | self.vat).ids)]}
        for move in (
            self.make_invoice(fixed),
            self.make_invoice(fixed, aria_moadian_pattern="9"),  # by the piece
            self.make_invoice(both, aria_moadian_pattern="9"),
        ):
            self.assertEqual(move.aria_moadian_state, "to_check")
            self.assertIn("فرآورده‌های نفتی", self.told(move))

    # ---------------------------------------------------------------------- 14
    def test_chain(self):
        move = self.make_invoice(
            {"price_unit": 5000001, "quantity": 3, "discount": 5, **self.free},
            aria_moadian_pattern="14",
        )
        document = self.deliver(move)
        header = document["header"]
        self.assertEqual((header["inp"], header["tvam"]), (14, 0))
        self.assertEqual(header["tinb"], "10100302746")
        self.assertEqual(header["tadis"], move.amount_untaxed)
        self.agree(move)
        note = self.refund(move, {0: 1})
        self.assertEqual(self.deliver(note)["body"][0]["am"], 2)

    def test_what_a_chain_sale_cannot_be(self):
        taxed = self.make_invoice(aria_moadian_pattern="14")
        two = self.make_invoice(self.free, self.free, aria_moadian_pattern="14")
        person = self.make_invoice(
            self.free, aria_moadian_pattern="14", partner_id=self.passenger.id
        )
        for move, word in (
            (taxed, "نرخ مالیات بر ارزش افزوده"),
            (two, "تنها یک ردیف"),
            (person, "شماره اقتصادی خریدار"),
        ):
            self.assertEqual(move.aria_moadian_state, "to_check")
            self.assertIn(word, self.told(move))

    # ---------------------------------------------------------------------- late, in each
    def test_each_pattern_late(self):
        day = fields.Date.today() - timedelta(days=20)
        moves = [
            self.currency(invoice_date=day),
            self.gold(invoice_date=day),
            self.make_invoice(
                invoice_date=day, aria_moadian_pattern="4", aria_moadian_contract="1"
            ),
            self.make_invoice(invoice_date=day, aria_moadian_pattern="5", aria_moadian_bill="12"),
            self.make_invoice(
                invoice_date=day, aria_moadian_pattern="13", aria_moadian_policy="123456789"
            ),
        ]
        moves += self.late_ones_of_their_own(day)
        for move in moves:
            header = self.deliver(move)["header"]
            self.assertEqual(header["insr"], 1)
            self.assertGreater(header["indati2m"], header["indatim"])
            self.assertTrue(self.book()[move.aria_taxid]["article9"])

    def late_ones_of_their_own(self, day):
        """Return late invoices of tickets, exports, waybills, oil, the exchange and the chain."""
        free = {"price_unit": 5000000, **self.free}
        return [
            self.make_invoice(
                invoice_date=day,
                partner_id=self.passenger.id,
                aria_moadian_pattern="6",
                aria_moadian_flight="1",
            ),
            self.export(invoice_date=day),
            self.waybill(invoice_date=day),
            self.oil(invoice_date=day),
            self.make_invoice(
                free,
                invoice_date=day,
                aria_moadian_pattern="11",
                aria_moadian_notice="77",
                aria_moadian_notice_date=day,
            ),
            self.make_invoice(free, invoice_date=day, aria_moadian_pattern="14"),
        ]

    def test_late_changes(self):
        """A correction and a return are sent by their own day; dated long ago they go by article nine as well."""
        day = fields.Date.today() - timedelta(days=20)
        sold = self.make_invoice({"quantity": 10}, invoice_date=day)
        self.deliver(sold)
        note = sold._reverse_moves([{"invoice_date": day}])
        note.invoice_line_ids.quantity = 4
        note.action_post()
        header = self.deliver(note)["header"]
        self.assertEqual((header["ins"], header["insr"]), (4, 1))

    # ---------------------------------------------------------------------- branches, form
    def test_branches(self):
        self.company.aria_moadian_branch = "۰۰۰۷"
        self.buyer.aria_moadian_branch = "0012"
        header = self.deliver(self.make_invoice())["header"]
        self.assertEqual((header["sbc"], header["bbc"]), ("0007", "0012"))
        with self.assertRaisesRegex(ValidationError, "four digits"):
            self.buyer.aria_moadian_branch = "12"

    def test_the_form_shows_what_the_pattern_asks_for(self):
        model = self.env["account.move"].with_user(self.accountant)
        with Form(model.with_context(default_move_type="out_invoice")) as form:
            form.aria_moadian_pattern = "4"
            form.aria_moadian_contract = "123"
            self.assertEqual(form.aria_moadian_used_pattern, "4")
            with self.assertRaises(AssertionError):
                form.aria_moadian_bill = "1"
            form.partner_id = self.buyer


@tagged("post_install", "-at_install")
class TestSettlement(PatternCase):
    """Cash, credit or both, by payment terms and payments."""

    def terms(self, *parts):
        return self.env["account.payment.term"].create(
            {
                "name": "terms",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": share, "nb_days": days})
                    for share, days in parts
                ],
            }
        )

    def settled(self, *parts):
        terms = self.terms(*parts)
        move = self.make_invoice({"price_unit": 100000}, invoice_payment_term_id=terms.id)
        header = self.deliver(move)["header"]
        return header["setm"], header.get("cap"), header.get("insp")

    def test_terms(self):
        self.assertEqual(self.settled((100, 0)), (1, None, None))
        self.assertEqual(self.settled((100, 30)), (2, None, None))
        # of 110,000 a half at once: 10,000 of it is the tax
        self.assertEqual(self.settled((50, 0), (50, 30)), (3, 45000, 55000))
        # what is due at once does not reach the price: the tax counts as paid, the rest is credit
        self.assertEqual(self.settled((5, 0), (95, 30)), (2, None, None))

    def test_terms_and_a_payment(self):
        terms = self.terms((50, 0), (50, 30))
        move = self.make_invoice({"price_unit": 100000}, invoice_payment_term_id=terms.id)
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        wizard.create({"amount": 80000})._create_payments()
        move.action_aria_moadian_check()
        header = self.deliver(move)["header"]
        self.assertEqual((header["setm"], header["cap"]), (3, 70000))


@tagged("post_install", "-at_install")
class TestDownPayment(PatternCase):
    """A down payment is an invoice of its own; the final one deducts it, so that both together are the sale."""

    def test_both_together_are_the_sale(self):
        deposit = self.goods("پیش‌پرداخت")
        first = self.make_invoice(self.line(deposit, 30003))
        final = self.make_invoice({"price_unit": 100009}, self.line(deposit, 30003, -1))
        headers = [self.deliver(move)["header"] for move in (first, final)]
        self.assertEqual([header["tadis"] for header in headers], [30003, 70006])
        self.assertEqual((headers[1]["tprdis"], headers[1]["tdis"]), (100009, 30003))
        self.agree(first, 2)

    def test_all_was_paid_before(self):
        deposit = self.goods("پیش‌پرداخت")
        final = self.make_invoice({"price_unit": 5000}, self.line(deposit, 5000, -1))
        header = self.deliver(final)["header"]
        self.assertEqual((header["tadis"], header["tbill"], header["setm"]), (0, 0, 1))


@tagged("post_install", "-at_install")
class TestDifference(PatternCase):
    """What the organisation has and the books have not, in Rial, is shown and explained."""

    def test_cutting_off_is_explained(self):
        move = self.make_invoice({"price_unit": 7272727}).with_context(lang="fa_IR")
        self.assertEqual(move.aria_moadian_difference, -1)
        self.assertIn("727,273", move.aria_moadian_difference_note)
        self.assertIn("727,272", move.aria_moadian_difference_note)
        self.assertIn("گرد", move.aria_moadian_difference_note)
        self.deliver(move)
        self.assertEqual(move.aria_moadian_difference, -1)
        self.assertFalse(move.aria_moadian_message)

    def test_nothing_to_explain(self):
        move = self.make_invoice()
        self.assertEqual(
            (move.aria_moadian_difference, move.aria_moadian_difference_note), (0, False)
        )

    def test_more_than_cutting_off_is_a_warning(self):
        duty = self.vat.copy({"name": "عوارض", "amount": 20, "aria_moadian_kind": "other"})
        # without VAT the organisation takes no other tax: the books have one
        move = self.make_invoice({"tax_ids": [Command.set(duty.ids)]})
        self.assertEqual(move.aria_moadian_state, "ready")
        self.assertIn("200", self.told(move))
        self.assertNotIn("گرد", move.with_context(lang="fa_IR").aria_moadian_difference_note)

    def test_taxes_that_are_not_sent_are_no_difference(self):
        kept = self.vat.copy({"name": "withheld", "amount": -3, "aria_moadian_kind": "none"})
        move = self.make_invoice({"tax_ids": [Command.set((self.vat | kept).ids)]})
        self.assertFalse(move.aria_moadian_difference_note)
