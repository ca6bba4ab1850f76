from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, RedirectWarning
from odoo.fields import Command
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import TODAY, ChequeCase

SAYAD = "1234567890123456"


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestGuards(ChequeCase):
    """What a seller, a clerk with bad arguments and an accountant beside the buttons may not do."""

    def test_a_seller_moves_no_cheque(self):
        check = self.receive(1000)
        for step, *args in (
            ("deposit", self.bank.id),
            ("clear",),
            ("bounce", "x"),
            ("return",),
            ("endorse", self.vendor.id),
        ):
            self.refuse(self.seller, check, f"action_aria_{step}", *args, error=AccessError)
        self.refuse(self.seller, check, "read", ["aria_sayad_id"], error=AccessError)
        self.refuse(self.seller, check, "write", {"aria_sayad_id": SAYAD}, error=AccessError)
        self.refuse(self.seller, check.aria_event_ids, "read", ["to_state"], error=AccessError)
        act = self.env["aria.cheque.act"]
        vals = {"step": "bounce", "check_ids": [Command.set(check.ids)], "reason": "x"}
        self.refuse(self.seller, act, "create", vals, error=AccessError)
        self.assertEqual(self.states(check), ["received"])

    def test_only_managers_make_the_journal(self):
        for user in (self.seller, self.accountant):
            self.refuse(user, self.company, "action_aria_set_up_cheques", error=AccessError)

    def test_bad_arguments(self):
        check = self.receive(1000)
        cash = self.company._aria_get_cheque_journals()
        for step, *args in (
            ("deposit",),
            ("deposit", "bank"),
            ("deposit", 2**40),
            ("deposit", cash.id),
            ("deposit", self.bank.id, "tomorrow"),
            ("deposit", self.bank.id, "2026-01-01"),
            ("bounce",),
            ("bounce", "  "),
            ("bounce", 5),
            ("bounce", "x", "2026-06-11"),
            ("endorse",),
            ("endorse", -1),
            ("endorse", [1, 2]),
        ):
            self.refuse(self.accountant, check, f"action_aria_{step}", *args)
        self.refuse(self.accountant, check.browse(), "action_aria_deposit", self.bank.id)
        self.assertEqual(self.states(check), ["received"])

    def test_state_and_history_are_not_typed(self):
        check = self.receive(1000)
        for vals in (
            {"aria_cheque_state": "cleared"},
            {"aria_bounce_date": "2026-06-01"},
            {"aria_bounce_payment_id": check.payment_id.id},
            {"aria_closing_payment_id": check.payment_id.id},
            {"aria_clearing_line_id": check.payment_id.move_id.line_ids[0].id},
            {"aria_return_date": "2026-06-01"},
        ):
            self.refuse(self.accountant, check, "write", vals, error=AccessError)
            with self.assertRaises(AccessError), self.cr.savepoint():
                check.sudo().write(vals)
        event = check.aria_event_ids
        with self.assertRaises(AccessError), self.cr.savepoint():
            event.sudo().write({"to_state": "cleared"})
        with self.assertRaises(AccessError), self.cr.savepoint():
            event.sudo().with_context(_force_unlink=True).unlink()
        with self.assertRaises(AccessError), self.cr.savepoint():
            event.sudo().create(
                {"check_id": check.id, "company_id": self.company.id, "date": TODAY, "user_id": 1}
            )

    def test_what_is_in_the_books_stays(self):
        check = self.receive(1000)
        other = self.receive(2000, post=False).payment_id
        link = [Command.link(check.payment_id.id)]
        for vals in (
            {"amount": 1},
            {"payment_id": other.id},
            {"partner_id": self.vendor.id},
            {"aria_is_guarantee": True},
            {"company_id": self.env.ref("base.main_company").id},
            {"operation_ids": link},
        ):
            self.refuse(self.accountant, check, "write", vals)
        self.rpc(self.accountant, check, "write", {"amount": 1000, "payment_date": "2026-08-01"})
        payment = check.payment_id
        for vals in (
            {"l10n_latam_new_check_ids": [Command.update(check.id, {"amount": 5})]},
            {"l10n_latam_new_check_ids": [Command.clear()]},
            {"l10n_latam_move_check_ids": [Command.link(check.id)]},
        ):
            self.refuse(self.accountant, payment, "write", vals)
        self.refuse(
            self.accountant, other.l10n_latam_new_check_ids, "write", {"operation_ids": link}
        )
        vals = {"payment_id": payment.id, "name": "9", "payment_date": TODAY, "amount": 9}
        self.refuse(self.accountant, check, "create", vals)
        self.assertEqual((check.amount, check.partner_id), (1000, self.customer))

    def test_a_payment_that_moved_a_cheque_stays(self):
        check = self.receive(1000)
        self.act(check, "deposit", self.bank.id, "2026-06-01")
        self.act(check, "bounce", "کسر موجودی", "2026-06-05")
        bounce = check.aria_bounce_payment_id
        for vals in (
            {"date": "2026-05-25"},
            {"partner_type": "supplier"},
            {"payment_type": "inbound"},
            {"partner_id": self.vendor.id},
            {"journal_id": self.company._aria_get_cheque_journals().id},
            {"destination_account_id": self.company.transfer_account_id.id},
            {"amount": 1},
        ):
            self.refuse(self.accountant, bounce, "write", vals)
        self.rpc(self.accountant, bounce, "write", {"memo": "ملت", "date": "2026-06-05"})
        self.assertEqual(self.states(check), ["bounced"])

    def test_what_a_context_proposes_reaches_no_payment(self):
        check = self.receive(1000)
        context = {
            "default_partner_id": self.vendor.id,
            "default_amount": 5,
            "default_line_ids": [],
            "default_state": "paid",
            "default_statement_id": 1,
        }
        self.rpc(self.accountant, check, "action_aria_deposit", self.bank.id, context=context)
        self.rpc(self.accountant, check, "action_aria_clear", context=context)
        self.env.invalidate_all()
        self.assertEqual(self.states(check), ["cleared"])
        line = check.aria_clearing_line_id
        self.assertEqual((line.balance, line.partner_id), (-1000, line.partner_id.browse()))

    def test_the_same_cheque_twice_in_a_call(self):
        check = self.receive(1000)
        twice = check.browse([check.id, check.id])
        self.refuse(self.accountant, twice, "action_aria_deposit", self.bank.id)

    def test_nothing_with_a_history_is_deleted(self):
        check = self.receive(1000)
        for context in ({}, {"_force_unlink": True}):
            self.refuse(self.accountant, check, "unlink", context=context)
            self.refuse(self.accountant, check.payment_id, "unlink", context=context)
        payment = check.payment_id
        self.rpc(self.accountant, payment, "action_draft")
        self.env.cr.flush()
        self.refuse(self.accountant, payment, "unlink")
        self.assertTrue(check.exists())
        draft = self.receive(2000, post=False).payment_id
        self.rpc(self.accountant, draft, "unlink")

    def test_same_sayad_id_by_the_back_door(self):
        """The index holds where the sentence does not see the other one, as in two transactions."""
        first, second = self.receive(1000, 2000)
        first.aria_sayad_id = SAYAD
        self.env.flush_all()
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation), self.cr.savepoint():
            self.env.cr.execute(
                "UPDATE l10n_latam_check SET aria_sayad_id = %s WHERE id = %s", [SAYAD, second.id]
            )

    def test_a_bank_without_an_account_for_collection(self):
        check = self.receive(1000)
        lines = self.bank.inbound_payment_method_line_ids
        lines.payment_account_id = self.bank.default_account_id
        deposit = ("action_aria_deposit", self.bank.id)
        self.refuse(self.accountant, check, *deposit, error=RedirectWarning)

    def test_cheques_of_another_company(self):
        check = self.receive(1000)
        other = self.env["res.company"].create({"name": "دیگر"})
        stranger = self.make_user(
            "c_stranger",
            "account.group_account_invoice",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self.refuse(stranger, check, "action_aria_bounce", "x", error=AccessError)
        self.refuse(stranger, check.aria_event_ids, "read", ["to_state"], error=AccessError)
