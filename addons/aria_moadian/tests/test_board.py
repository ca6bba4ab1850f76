import ast
from datetime import date
from unittest.mock import patch

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, new_test_user, tagged

from .common import InvoiceCase, MemoryService


@tagged("post_install", "-at_install")
class TestBoard(InvoiceCase):
    """Jalali periods find invoices; acts on many give a result for each and one failure stops nobody."""

    def found(self, value, operator="="):
        domain = [("company_id", "=", self.company.id), ("aria_moadian_period", operator, value)]
        return self.env["account.move"].search(domain)

    def test_periods(self):
        mehr = self.make_invoice(invoice_date=date(2026, 10, 22))
        aban = self.make_invoice(invoice_date=date(2026, 10, 23))
        winter = self.make_invoice(invoice_date=date(2026, 3, 20))
        self.assertEqual(self.found("مهر ۱۴۰۵", "ilike"), mehr)
        self.assertEqual(self.found("1405/08"), aban)
        self.assertEqual(self.found("پاییز 1405"), mehr | aban)
        self.assertEqual(self.found("1404"), winter)
        self.assertEqual(self.found("1405/09"), mehr.browse())
        with freeze_time("2026-11-01 10:00:00"):
            self.assertEqual(self.found("this_month"), aban)
            self.assertEqual(self.found("last_month"), mehr)
            self.assertEqual(self.found("this_quarter"), mehr | aban)
            self.assertEqual(self.found("last_year"), winter)
        with self.assertRaisesRegex(UserError, "is no period"):
            self.found("دیروز", "ilike")

    def test_groups(self):
        days = (date(2026, 3, 20), date(2026, 3, 21), date(2026, 10, 22), date(2026, 10, 23))
        moves = self.env["account.move"].union(
            *[self.make_invoice(invoice_date=day) for day in days]
        )
        domain = [("id", "in", moves.ids)]
        for name, wanted in (
            ("month", ["1404/12", "1405/01", "1405/07", "1405/08"]),
            ("quarter", ["1404/4 زمستان", "1405/1 بهار", "1405/3 پاییز"]),
            ("year", ["1404", "1405"]),
        ):
            field = f"aria_moadian_{name}"
            model = self.env(user=self.accountant)["account.move"]
            groups = model.formatted_read_group(domain, [field], ["__count"])
            self.assertEqual([group[field] for group in groups], wanted)
            # what a group opens is what it counted, and what each invoice says of itself
            for group in groups:
                found = model.search([*domain, *group["__extra_domain"]])
                self.assertEqual(len(found), group["__count"])
                self.assertEqual(set(found.mapped(field)), {group[field]})
            self.assertTrue(model.fields_get([field])[field]["groupable"])

    def test_groups_that_are_none(self):
        move = self.make_invoice()
        for text in ("", "x", "9999/1 x", "1405/7 x", "1405/13", "۱۴۰۵/۱ x"):
            for name in ("month", "quarter", "year"):
                domain = [("id", "=", move.id), (f"aria_moadian_{name}", "=", text)]
                found = self.env(user=self.accountant)["account.move"].search(domain)
                self.assertFalse(found, text)

    def test_dates_that_have_no_group(self):
        old = self.make_invoice(invoice_date=date(1990, 1, 1))
        self.assertFalse(old.aria_moadian_month)
        groups = old.formatted_read_group([("id", "=", old.id)], ["aria_moadian_year"], ["__count"])
        self.assertEqual(groups[0]["aria_moadian_year"], False)

    def test_each_filter_of_the_board(self):
        """Every filter can be used by an accountant; that of corrected invoices finds them and nothing else."""
        view = self.env.ref("aria_moadian.account_move_view_search_moadian")
        filters = {
            node.get("name"): ast.literal_eval(node.get("domain"))
            for node in etree.fromstring(view.arch).iter("filter")
            if node.get("domain")
        }
        service = MemoryService()
        changed, plain = self.make_invoice(), self.make_invoice()
        (changed | plain).action_aria_moadian_send()
        self.run_crons(service)
        changed.button_draft()
        changed.invoice_line_ids.quantity = 2
        changed.action_post()
        changed.action_aria_moadian_send()
        self.run_crons(service)
        self.assertEqual(changed.aria_moadian_state, "accepted", changed.aria_moadian_message)
        moves = self.env(user=self.accountant)["account.move"]
        own = [("id", "in", (changed | plain).ids)]
        found = {name: moves.search([*own, *domain]) for name, domain in filters.items()}
        self.assertEqual(found["corrected"], changed)
        self.assertEqual(found["accepted"], changed | plain)
        for name in ("late", "refused", "to_check", "cancelled", "rejected"):
            self.assertFalse(found[name], name)

    def results(self, moves, name):
        action = self.rpc(self.accountant, "account.move", name, moves.ids)
        wizard = self.env["aria.moadian.result"].browse(action["res_id"])
        return {line.move_id: line for line in wizard.line_ids}

    def test_send_many(self):
        good, draft = self.make_invoice(), self.make_invoice(post=False)
        bad = self.make_invoice(
            {"product_id": self.env["product.product"].create({"name": "x"}).id}
        )
        sent = self.make_invoice()
        sent.action_aria_moadian_send()
        moves = good | draft | bad | sent
        results = self.results(moves, "action_aria_moadian_send_many")
        self.assertEqual(
            [results[move].outcome for move in moves], ["queued", "skipped", "blocked", "skipped"]
        )
        self.assertIn("not posted", results[draft].message)
        self.assertIn("033", results[bad].message)
        self.assertEqual(len(good.aria_moadian_submission_ids), 1)
        again = self.results(moves, "action_aria_moadian_send_many")
        self.assertEqual(again[good].outcome, "skipped")
        self.assertEqual(len(good.aria_moadian_submission_ids), 1)

    def test_check_many(self):
        move = self.make_invoice()
        self.product.aria_sstid = False
        results = self.results(move, "action_aria_moadian_check_many")
        self.assertEqual(results[move].outcome, "blocked")

    def test_cancel_many_goes_on_after_a_failure(self):
        service = MemoryService()
        first, second, third = (self.make_invoice() for _ in range(3))
        (first | second | third).action_aria_moadian_send()
        self.run_crons(service)
        moves = first | second | third
        packets = type(self.env["aria.moadian.submission"])
        enqueue = packets._enqueue

        def failing(model, prepared):
            if any(row[0] == second for row in prepared):
                raise UserError("not this one")  # pylint: disable=translation-required
            return enqueue(model, prepared)

        with patch.object(packets, "_enqueue", failing):
            results = self.results(moves, "action_aria_moadian_cancel_many")
        self.assertEqual(
            (results[second].outcome, second.aria_moadian_state), ("failed", "accepted")
        )
        self.assertEqual(results[second].message, "not this one")
        self.assertEqual(results[first].outcome, "queued")
        self.assertEqual(results[third].outcome, "queued")
        open_ = self.results(self.make_invoice(), "action_aria_moadian_cancel_many")
        self.assertIn("nothing to cancel", next(iter(open_.values())).message)

    def test_lowest_role(self):
        clerk = new_test_user(self.env, "b_clerk", groups="base.group_user")
        biller = new_test_user(self.env, "b_biller", groups="account.group_account_invoice")
        move = self.make_invoice()
        for name in ("send_many", "check_many", "cancel_many"):
            for user in (clerk, biller):
                with self.assertRaises(AccessError):
                    self.rpc(user, "account.move", f"action_aria_moadian_{name}", move.ids)
        with self.assertRaises(AccessError):
            self.rpc(clerk, "aria.moadian.result", "create", {})
        self.assertEqual(move.aria_moadian_state, "ready")
