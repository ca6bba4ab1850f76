from odoo.exceptions import RedirectWarning, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged

from .common import EARLIER, TODAY, ChequeCase


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestLife(ChequeCase):
    """Each step by the accountant over RPC, and what stands in the books after it."""

    def setUp(self):
        super().setUp()
        self.drawer = self.company._aria_get_cheque_journals().default_account_id
        self.collection = self.bank._aria_get_collection_line()[1]

    def history(self, check):
        events = check.aria_event_ids.sorted("id")
        return [(event.from_state, event.to_state, event.user_id) for event in events]

    def test_received(self):
        check = self.receive(1000)
        self.assertEqual(self.states(check), ["received"])
        self.assertEqual(check.current_journal_id, self.company._aria_get_cheque_journals())
        self.assertEqual((self.balance(self.drawer), self.owed(self.customer)), (1000, -1000))

    def test_draft_receipt_is_no_cheque_yet(self):
        check = self.receive(1000, post=False)
        self.assertFalse(check.aria_cheque_state)
        self.refuse(self.accountant, check, "action_aria_deposit", self.bank.id)

    def test_deposited_and_cleared(self):
        checks = self.receive(1000, 2000, 3000)
        self.act(checks[:2], "deposit", self.bank.id, "2026-06-01")
        self.assertEqual(self.states(checks), ["deposited", "deposited", "received"])
        self.assertEqual(self.balance(self.drawer), 3000)
        self.assertEqual(self.balance(self.collection), 3000)
        self.act(checks[0], "clear", "2026-06-09")
        self.assertEqual(self.states(checks), ["cleared", "deposited", "received"])
        self.assertEqual(self.balance(self.collection), 2000)
        self.assertEqual(self.balance(self.bank.default_account_id), 1000)
        self.assertEqual(self.balance(self.company.transfer_account_id), 0)
        self.assertEqual(
            self.history(checks[0]),
            [
                (False, "received", self.accountant),
                ("received", "deposited", self.accountant),
                ("deposited", "cleared", self.accountant),
            ],
        )
        self.assertEqual(str(checks[0].aria_event_ids[0].date), "2026-06-09")

    def test_nothing_is_left_open_in_the_drawer(self):
        checks = self.receive(1000, 2000)
        self.act(checks, "deposit", self.bank.id)
        lines = self.env["account.move.line"].search(
            [("account_id", "in", (self.drawer | self.company.transfer_account_id).ids)]
        )
        self.assertEqual(lines.filtered(lambda line: not line.reconciled), lines.browse())

    def test_cleared_by_the_statement_of_the_bank(self):
        check = self.receive(1000)
        self.act(check, "deposit", self.bank.id)
        into = check.operation_ids.filtered(lambda p: p.journal_id == self.bank)
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.bank.id,
                "date": TODAY,
                "payment_ref": "سامانه بانک",
                "amount": 1000,
                "counterpart_account_id": self.collection.id,
            }
        )
        items = (line.move_id | into.move_id).line_ids
        items.filtered(lambda item: item.account_id == self.collection).reconcile()
        self.env.cr.flush()
        self.assertEqual(self.states(check), ["cleared"])
        self.assertEqual(check.aria_event_ids[0].to_state, "cleared")
        line.move_id.line_ids.remove_move_reconcile()
        self.env.cr.flush()
        self.assertEqual(self.states(check), ["deposited"])

    def test_a_clearing_taken_back_is_a_deposited_cheque(self):
        check = self.receive(1000)
        self.act(check, "deposit", self.bank.id)
        self.act(check, "clear")
        check.aria_clearing_line_id.move_id.statement_line_id.unlink()
        self.assertEqual(self.states(check), ["deposited"])

    def test_bounced_from_the_bank(self):
        checks = self.receive(1000, 2000)
        self.act(checks, "deposit", self.bank.id, "2026-06-01")
        self.act(checks[0], "bounce", "کسر موجودی", "2026-06-09")
        self.assertEqual(self.states(checks), ["bounced", "deposited"])
        self.assertEqual(checks[0].aria_bounce_reason, "کسر موجودی")
        self.assertEqual(str(checks[0].aria_bounce_date), "2026-06-09")
        self.assertEqual(self.owed(self.customer), -2000, "the bounced one is owed again")
        self.assertEqual(self.balance(self.collection), 2000)
        event = checks[0].aria_event_ids[0]
        self.assertEqual((event.to_state, event.reason), ("bounced", "کسر موجودی"))
        self.assertEqual(event.payment_id.move_id.state, "posted")

    def test_bounced_at_hand(self):
        check = self.receive(1000)
        self.act(check, "bounce", "مسدودی حساب")
        self.assertEqual(self.states(check), ["bounced"])
        self.assertEqual((self.owed(self.customer), self.balance(self.drawer)), (0, 0))

    def test_a_bounced_cheque_does_not_bounce_twice(self):
        check = self.receive(1000)
        self.act(check, "bounce", "کسر موجودی")
        with self.assertRaisesRegex(UserError, "cannot bounce twice"):
            self.rpc(self.accountant, check, "action_aria_bounce", "again")
        self.assertEqual(self.owed(self.customer), 0)

    def test_given_again_it_may_bounce_again(self):
        check = self.receive(1000)
        self.act(check, "bounce", "کسر موجودی")
        journal = self.company._aria_get_cheque_journals()
        method = journal._aria_get_method_line("inbound", "in_third_party_checks")
        again = self.env["account.payment"].create(
            {
                "partner_id": self.customer.id,
                "payment_type": "inbound",
                "journal_id": journal.id,
                "date": TODAY,
                "payment_method_line_id": method.id,
                "l10n_latam_move_check_ids": [Command.link(check.id)],
            }
        )
        again.action_post()
        self.env.cr.flush()
        self.assertEqual(self.states(check), ["received"])
        self.act(check, "bounce", "کسر موجودی")
        self.assertEqual(self.states(check), ["bounced"])
        self.assertEqual([e.to_state for e in check.aria_event_ids].count("bounced"), 2)

    def test_endorsed_and_paid_to_the_vendor(self):
        check = self.receive(1000)
        self.act(check, "endorse", self.vendor.id)
        self.assertEqual(self.states(check), ["endorsed"])
        self.assertEqual(self.owed(self.vendor, "liability_payable"), 1000)
        self.assertEqual(self.balance(self.drawer), 0)
        self.act(check, "clear")
        self.assertEqual(self.states(check), ["cleared"])
        self.assertEqual(self.owed(self.vendor, "liability_payable"), 1000)

    def test_endorsed_and_bounced(self):
        check = self.receive(1000)
        self.act(check, "endorse", self.vendor.id)
        self.act(check, "bounce", "کسر موجودی")
        self.assertEqual(self.states(check), ["bounced"])
        self.assertEqual(self.owed(self.vendor, "liability_payable"), 0, "the vendor is owed again")
        self.assertEqual(self.owed(self.customer), 0, "and the customer owes again")
        self.assertEqual(self.balance(self.drawer), 0)

    def test_not_endorsed_to_whom_it_came_from(self):
        check = self.receive(1000)
        self.refuse(self.accountant, check, "action_aria_endorse", self.customer.id)

    def test_returned(self):
        held, deposited, bounced = self.receive(1000, 2000, 4000)
        self.act(deposited, "deposit", self.bank.id)
        self.act(bounced, "bounce", "کسر موجودی")
        owed = self.owed(self.customer)
        self.act(held | deposited | bounced, "return", "تعویض")
        self.assertEqual(self.states(held | deposited | bounced), ["returned"] * 3)
        self.assertEqual((owed, self.owed(self.customer)), (-3000, 0))
        self.assertEqual((self.balance(self.drawer), self.balance(self.collection)), (0, 0))
        self.assertEqual(bounced.aria_event_ids[0].reason, "تعویض")

    def test_steps_that_a_state_does_not_allow(self):
        check = self.receive(1000)
        self.refuse(self.accountant, check, "action_aria_clear")
        self.act(check, "deposit", self.bank.id)
        self.refuse(self.accountant, check, "action_aria_deposit", self.bank.id)
        self.refuse(self.accountant, check, "action_aria_endorse", self.vendor.id)
        self.act(check, "clear")
        for step, *args in (
            ("bounce", "x"),
            ("return",),
            ("clear",),
            ("deposit", self.bank.id),
            ("endorse", self.vendor.id),
        ):
            self.refuse(self.accountant, check, f"action_aria_{step}", *args)

    def test_one_wrong_cheque_of_a_batch_moves_none(self):
        checks = self.receive(1000, 2000)
        self.act(checks[1], "bounce", "کسر موجودی")
        self.refuse(self.accountant, checks, "action_aria_deposit", self.bank.id)
        self.assertEqual(self.states(checks), ["received", "bounced"])

    def test_a_step_taken_back_by_odoo(self):
        check = self.receive(1000)
        self.act(check, "deposit", self.bank.id)
        out, into = check.operation_ids.sorted("id")
        self.refuse(self.accountant, out, "action_cancel")
        self.refuse(self.accountant, check.payment_id, "action_cancel")
        self.refuse(self.accountant, check.payment_id, "write", {"state": "canceled"})
        self.rpc(self.accountant, out | into, "action_cancel")
        self.env.cr.flush()
        self.assertEqual(self.states(check), ["received"])
        self.assertEqual(check.current_journal_id, self.company._aria_get_cheque_journals())
        self.rpc(self.accountant, check.payment_id, "action_cancel")
        self.env.cr.flush()
        self.assertFalse(check.aria_cheque_state)
        self.assertFalse(check.aria_event_ids[0].to_state)

    def test_an_invoice_paid_later_moves_no_cheque(self):
        """Odoo's own order by the time of the last change would bring the cheque back into the drawer."""
        check = self.receive(1000)
        self.act(check, "deposit", self.bank.id, EARLIER)
        self.env.cr.execute(
            "UPDATE account_payment SET write_date = now() + interval '1 day' WHERE id = %s",
            [check.payment_id.id],
        )
        self.env.invalidate_all()
        check.modified(["payment_id"])
        self.env.add_to_compute(check._fields["current_journal_id"], check)
        self.assertEqual(check.current_journal_id, self.bank)
        self.assertEqual(self.states(check), ["deposited"])

    def test_odoos_own_transfer_moves_the_state(self):
        checks = self.receive(1000, 2000)
        self.env["l10n_latam.payment.mass.transfer"].with_context(
            active_model="l10n_latam.check", active_ids=checks.ids
        ).create({"destination_journal_id": self.bank.id, "payment_date": TODAY})._create_payments()
        self.env.cr.flush()
        self.assertEqual(self.states(checks), ["deposited", "deposited"])
        self.act(checks[0], "clear")
        self.assertEqual(self.states(checks), ["cleared", "deposited"])
        self.act(checks[1], "bounce", "کسر موجودی")
        self.assertEqual(self.states(checks), ["cleared", "bounced"])

    def test_foreign_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            [
                {"currency_id": euro.id, "company_id": self.company.id, "name": day, "rate": rate}
                for day, rate in (("2026-01-01", 0.001), ("2026-06-05", 0.0005))
            ]
        )
        env = self.env(user=self.accountant)
        journal = self.company._aria_get_cheque_journals()
        method = journal._aria_get_method_line("inbound", "new_third_party_checks")
        payment = env["account.payment"].create(
            {
                "partner_id": self.customer.id,
                "payment_type": "inbound",
                "journal_id": journal.id,
                "currency_id": euro.id,
                "date": EARLIER,
                "payment_method_line_id": method.id,
                "l10n_latam_new_check_ids": [
                    Command.create({"name": "1", "payment_date": TODAY, "amount": 5})
                ],
            }
        )
        payment.action_post()
        check = payment.l10n_latam_new_check_ids.with_env(self.env)
        self.assertEqual(check.currency_id, euro)
        self.act(check, "deposit", self.bank.id)
        self.act(check, "clear")
        self.assertEqual(self.states(check), ["cleared"])
        self.assertEqual(self.balance(self.drawer), 0)
        self.assertEqual(self.balance(self.collection), 0)
        self.assertEqual(self.balance(self.bank.default_account_id), 10000)

    def test_guarantee(self):
        before = self.env["account.move"].search_count([])
        check = self.env["l10n_latam.check"].browse(
            self.rpc(
                self.accountant,
                self.env["l10n_latam.check"],
                "create",
                {
                    "name": "77",
                    "aria_is_guarantee": True,
                    "partner_id": self.customer.id,
                    "payment_date": "2027-01-01",
                    "amount": 5000,
                    "aria_sayad_id": "۱۲۳۴۵۶۷۸۹۰۱۲۳۴۵۶",
                },
            )
        )
        self.assertEqual(check.company_id, self.company)
        self.assertEqual(check.currency_id, self.company.currency_id)
        self.assertEqual(self.states(check), ["received"])
        self.refuse(self.accountant, check, "action_aria_deposit", self.bank.id)
        self.refuse(self.accountant, check, "action_aria_bounce", "x")
        self.refuse(self.accountant, check, "action_aria_endorse", self.vendor.id)
        self.act(check, "return")
        self.assertEqual(self.states(check), ["returned"])
        self.assertEqual(self.env["account.move"].search_count([]), before)
        self.assertEqual([e.to_state for e in check.aria_event_ids], ["returned", "received"])

    def make_guarantee(self, amount=5000, **values):
        return self.env["l10n_latam.check"].create(
            {
                "name": "78",
                "aria_is_guarantee": True,
                "partner_id": self.customer.id,
                "payment_date": "2026-06-01",
                "amount": amount,
                "company_id": self.company.id,
                **values,
            }
        )

    def test_guarantee_called_in(self):
        bank = self.env["res.bank"].create({"name": "بانک صادرکننده"})
        check = self.make_guarantee(aria_sayad_id="1234567890123456", bank_id=bank.id)
        other = self.make_guarantee(7000)
        self.refuse(self.accountant, check, "action_aria_call")
        self.refuse(self.accountant, check, "action_aria_call", "  ")
        self.refuse(self.seller, check, "action_aria_call", "x")
        payments = self.act(check + other, "call", "بدهی پرداخت نشد", "2026-06-09")
        self.assertEqual(self.states(check + other), ["received", "received"])
        self.assertEqual((self.balance(self.drawer), self.owed(self.customer)), (12000, -12000))
        self.assertEqual(check.payment_id.id, payments[0])
        self.assertEqual(check.payment_id.amount, 5000)
        self.assertEqual(
            (check.aria_is_guarantee, str(check.aria_call_date), check.bank_id),
            (False, "2026-06-09", bank),
        )
        self.assertEqual(check.current_journal_id, self.company._aria_get_cheque_journals())
        event = check.aria_event_ids[0]
        self.assertEqual(
            (event.from_state, event.to_state, event.reason, event.user_id, event.payment_id),
            ("received", "received", "بدهی پرداخت نشد", self.accountant, check.payment_id),
        )
        self.assertEqual(len(check.aria_event_ids), 2)
        self.refuse(self.accountant, check, "action_aria_call", "again")
        # a cheque like any other from now on
        self.act(check, "deposit", self.bank.id)
        self.act(check, "bounce", "کسر موجودی")
        self.assertEqual(self.states(check), ["bounced"])
        self.assertEqual(self.owed(self.customer), -7000)
        self.act(other, "return")
        self.assertEqual((self.balance(self.drawer), self.owed(self.customer)), (0, 0))

    def test_what_cannot_be_called_in(self):
        ordinary, returned = self.receive(1000), self.make_guarantee()
        self.act(returned, "return")
        kept = self.make_guarantee()
        for checks in (ordinary, returned, kept + ordinary):
            self.refuse(self.accountant, checks, "action_aria_call", "x")
        without = {"error": RedirectWarning}
        self.refuse(self.accountant, kept, "action_aria_call", "x", None, self.bank.id, **without)
        self.refuse(self.accountant, kept, "action_aria_call", "x", None, 10**9)
        vals = {"payment_id": ordinary.payment_id.id, "aria_is_guarantee": False}
        self.refuse(self.accountant, kept, "write", vals)
        self.assertTrue(kept.aria_is_guarantee)
        self.assertFalse(kept.payment_id)
        self.company._aria_get_cheque_journals().active = False
        self.refuse(self.accountant, kept, "action_aria_call", "x", **without)

    def test_call_in_dialog(self):
        check = self.make_guarantee()
        action = self.env.ref("aria_cheque.aria_cheque_act_action_call")
        self.assertIn("call", action.context)
        dialog = Form(
            self.env["aria.cheque.act"]
            .with_user(self.accountant)
            .with_context(
                default_step="call", active_model="l10n_latam.check", active_ids=check.ids
            )
        )
        self.assertEqual(dialog.cheque_journal_id, self.company._aria_get_cheque_journals())
        dialog.reason = "بدهی پرداخت نشد"
        dialog.save().action_apply()
        self.assertFalse(check.aria_is_guarantee)

    def test_a_cheque_is_a_payment_or_a_guarantee(self):
        vals = {"name": "1", "payment_date": TODAY, "amount": 1, "partner_id": self.customer.id}
        model = self.env["l10n_latam.check"]
        self.refuse(self.accountant, model, "create", vals)
        draft = self.receive(1000, post=False).payment_id
        both = {**vals, "aria_is_guarantee": True, "payment_id": draft.id}
        self.refuse(self.accountant, model, "create", both)
        nobody = {**vals, "aria_is_guarantee": True, "partner_id": False}
        self.refuse(self.accountant, model, "create", nobody)

    def test_sayad_id(self):
        check = self.receive(1000, aria_sayad_id="۱۲۳۴ ۵۶۷۸-۹۰۱۲ ۳۴۵۶")
        self.assertEqual(check.aria_sayad_id, "1234567890123456")
        for wrong in ("123456789012345", "12345678901234567", "123456789012345x", "1" * 16):
            with self.subTest(wrong), self.assertRaises(ValidationError), self.cr.savepoint():
                check.aria_sayad_id = wrong
        with self.assertRaisesRegex(ValidationError, check.name), self.cr.savepoint():
            self.receive(2000, aria_sayad_id="1234567890123456")
        self.act(check, "return")
        again = self.receive(1000, aria_sayad_id="1234567890123456")
        self.assertEqual(self.states(again), ["received"])

    def test_sayad_id_of_another_company(self):
        self.receive(1000, aria_sayad_id="1234567890123456")
        other = self.env["res.company"].create({"name": "دیگر"})
        check = self.env["l10n_latam.check"].create(
            {
                "aria_is_guarantee": True,
                "company_id": other.id,
                "partner_id": self.customer.id,
                "payment_date": TODAY,
                "amount": 1,
                "aria_sayad_id": "1234567890123456",
            }
        )
        self.assertEqual(self.states(check), ["received"])

    def test_registered_from_an_invoice(self):
        product = self.env["product.product"].create({"name": "کالا", "taxes_id": False})
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": EARLIER,
                "invoice_line_ids": [
                    Command.create({"product_id": product.id, "price_unit": 1000, "tax_ids": False})
                ],
            }
        )
        invoice.action_post()
        register = self.env["account.payment.register"].with_user(self.accountant)
        context = {"active_model": "account.move", "active_ids": invoice.ids}
        with Form(register.with_context(**context)) as form:
            form.journal_id = self.company._aria_get_cheque_journals()
            with form.l10n_latam_new_check_ids.new() as line:
                line.name = "۴۲"
                line.aria_sayad_id = "۱۲۳۴۵۶۷۸۹۰۱۲۳۴۵۶"
                line.payment_date = "2026-07-01"
                line.amount = 1000
        payment = self.env["account.payment"].browse(form.save().action_create_payments()["res_id"])
        check = payment.l10n_latam_new_check_ids
        self.assertEqual((check.aria_sayad_id, check.name[-2:]), ("1234567890123456", "42"))
        self.assertEqual(invoice.payment_state, "paid")
        self.act(check, "bounce", "کسر موجودی")
        self.assertEqual(self.owed(self.customer), 1000)

    def test_dialog(self):
        checks = self.receive(1000, 2000)
        context = {"active_model": "l10n_latam.check", "active_ids": checks.ids}
        act = self.env["aria.cheque.act"].with_user(self.accountant)
        with Form(act.with_context(**context, default_step="deposit")) as form:
            self.assertEqual(form.journal_id, self.bank)
            self.assertEqual(form.amount, 3000)
        form.save().action_apply()
        self.assertEqual(self.states(checks), ["deposited"] * 2)
        with Form(act.with_context(**context, default_step="bounce")) as form:
            form.reason = "کسر موجودی"
        form.save().action_apply()
        self.assertEqual(self.states(checks), ["bounced"] * 2)
        with self.assertRaises(UserError):
            act.with_context(**context, default_step="endorse").default_get(["step", "check_ids"])

    def test_told_to_the_salesperson(self):
        check = self.receive(1000)
        self.act(check, "bounce", "کسر موجودی")
        referral = check.aria_referral_id
        self.assertEqual(referral.to_user_id, self.seller)
        card = str(referral.with_user(self.seller).card)
        self.assertIn("کسر موجودی", card)
        self.assertIn(self.customer.name, card)
        self.rpc(self.seller, referral, "action_answer", "فردا نقد می‌پردازد")
        self.assertIn("فردا نقد می‌پردازد", "".join(check.message_ids.mapped("body")))

    def test_told_to_the_unit_of_sales(self):
        self.customer.user_id = False
        check = self.receive(1000)
        self.act(check, "bounce", "کسر موجودی")
        self.assertEqual(check.aria_referral_id.to_unit_id.code, "sales")

    def test_steps_cost_the_same_queries_for_each_cheque(self):
        def count(n):
            checks = self.receive(*range(1, n + 1))
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.act(checks, "deposit", self.bank.id)
            return self.env.cr.sql_log_count - before

        count(1)
        few, many = count(2), count(6)
        self.assertLess(
            (many - few) / 4, few, "each further cheque costs less than the call itself"
        )
