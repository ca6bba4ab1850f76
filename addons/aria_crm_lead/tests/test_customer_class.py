from datetime import date, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import SQL

from ..models import aria_customer_standing
from .invoicing import InvoicingCase

TODAY = date(2026, 11, 24)


class ClassCase(InvoicingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["aria.customer.class"].search([]).active = False

    @classmethod
    def make_class(cls, name, domain, **values):
        return cls.env["aria.customer.class"].create(
            {"name": name, "domain": str(domain), "company_id": cls.company.id, **values}
        )

    @classmethod
    def partner(cls, name, **values):
        return cls.env["res.partner"].create({"name": name, **values})

    def classify(self):
        self.env.flush_all()
        self.rpc(self.manager, self.env["aria.customer.class"], "action_classify")
        self.env.invalidate_all()

    def run_cron(self, name):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(f"aria_crm_lead.{name}").method_direct_trigger()
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
@freeze_time("2026-11-24 08:00:00")
class TestCustomerClass(ClassCase):
    def make_ten(self):
        """Ten customers: the n-th buys n times, n days ago is the last time, n * 100 in all."""
        partners = self.partner("x").browse()
        for n in range(1, 11):
            partner = self.partner(f"C{n}", is_company=True)
            for _time in range(n):
                self.invoice(partner, 100, TODAY - timedelta(days=n))
            partners += partner
        return partners

    # ------------------------------------------------------------------ measures
    def test_fifths_five_is_best(self):
        partners = self.make_ten()
        self.classify()
        self.assertEqual(
            partners.mapped("aria_rfm_score"),
            [
                "5-1-1",
                "5-1-1",
                "4-2-2",
                "4-2-2",
                "3-3-3",
                "3-3-3",
                "2-4-4",
                "2-4-4",
                "1-5-5",
                "1-5-5",
            ],
        )
        best = partners[-1]
        self.assertEqual((best.aria_recency, best.aria_frequency, best.aria_monetary), (1, 5, 5))
        self.assertEqual((best.aria_turnover, best.aria_invoice_count), (1000, 10))
        self.assertEqual(best.aria_last_invoice_date, TODAY - timedelta(days=10))

    def test_abc_at_80_and_95_percent(self):
        amounts = {"one": 500, "two": 300, "three": 100, "four": 50, "five": 50}
        partners = {name: self.partner(name) for name in amounts}
        for name, amount in amounts.items():
            self.invoice(partners[name], amount)
        self.classify()
        found = {name: partner.aria_abc for name, partner in partners.items()}
        # four and five are equal, and end up alike: 90 % lies before both
        self.assertEqual(found, {"one": "A", "two": "A", "three": "B", "four": "B", "five": "B"})
        self.invoice(partners["five"], 49, kind="out_refund")
        self.classify()
        self.assertEqual(partners["five"].aria_abc, "C")
        self.assertEqual(partners["five"].aria_turnover, 1)

    def test_equal_customers_are_scored_alike(self):
        partners = [self.partner(f"E{n}") for n in range(7)]
        for partner in partners:
            self.invoice(partner, 100)
        self.classify()
        self.assertEqual({p.aria_rfm_score for p in partners}, {"3-3-3"})
        self.assertEqual({p.aria_abc for p in partners}, {"A"})
        self.invoice(partners[3], 100)
        self.classify()
        self.assertEqual(partners[3].aria_rfm_score, "3-5-5")
        self.assertEqual(len({p.aria_rfm_score for p in partners}), 2)

    def test_one_customer_is_the_best(self):
        partner = self.partner("Only")
        self.invoice(partner, 100)
        self.classify()
        self.assertEqual((partner.aria_rfm_score, partner.aria_abc), ("5-5-5", "A"))

    def test_what_counts(self):
        partner, refunded, draft = self.partner("P"), self.partner("R"), self.partner("D")
        contact = self.partner("Contact", parent_id=partner.id)
        self.invoice(contact, 100)
        self.invoice(partner, 30, kind="out_refund")
        self.invoice(partner, 10, kind="out_receipt")
        self.invoice(refunded, 50, kind="out_refund")
        self.invoice(draft, 50, post=False)
        self.invoice(draft, 50, kind="in_invoice")
        self.classify()
        self.assertEqual((partner.aria_turnover, partner.aria_invoice_count), (80, 2))
        # a contact shows what its company has
        self.assertEqual(contact.aria_rfm_score, "5-5-5")
        self.assertFalse(refunded.aria_rfm_score)
        self.assertFalse(draft.aria_rfm_score)

    def test_months_looked_back(self):
        old, new = self.partner("Old"), self.partner("New")
        self.invoice(old, 900, "2023-01-10")
        self.invoice(new, 100)
        self.classify()
        self.assertEqual((old.aria_turnover, old.aria_rfm_score, old.aria_abc), (0, "4-4-4", "C"))
        self.company.aria_class_months = 0
        self.classify()
        self.assertEqual((old.aria_turnover, old.aria_rfm_score), (900, "4-5-5"))
        with self.assertRaises(ValidationError):
            self.company.aria_class_months = -1

    def test_each_company_measures_its_own(self):
        far = self.make_company("Far", self.company.currency_id)
        both = self.company + far
        self.env = self.env(context={"allowed_company_ids": both.ids})
        partner, other = self.partner("P"), self.partner("O")
        self.invoice(partner, 100)
        self.invoice(other, 500)
        self.invoice(partner, 7, company=far)
        self.make_class("Here", [("aria_turnover", ">", 50)])
        self.run_cron("ir_cron_classify")
        here, there = partner.with_company(self.company), partner.with_company(far)
        self.assertEqual((here.aria_turnover, there.aria_turnover), (100, 7))
        self.assertEqual((here.aria_class_id.name, there.aria_class_id.name), ("Here", False))
        self.assertEqual((here.aria_rfm_score, there.aria_rfm_score), ("5-5-4", "5-5-5"))
        search = self.env["res.partner"].with_company(far).search
        self.assertEqual(search([("aria_rfm_score", "!=", False)]), partner)

    def pay(self, move, day):
        term = move.line_ids.filtered(lambda line: line.display_type == "payment_term")
        payment = self.env["account.move"].create(
            {
                "journal_id": self.env["account.journal"]
                .search([("type", "=", "general"), ("company_id", "=", self.company.id)], limit=1)
                .id,
                "date": day,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": term.account_id.id,
                            "partner_id": move.partner_id.id,
                            "credit": term.debit,
                        }
                    ),
                    Command.create(
                        {"account_id": self.income[self.company].id, "debit": term.debit}
                    ),
                ],
            }
        )
        payment.action_post()
        (payment.line_ids.filtered("credit") + term).reconcile()

    def test_days_late(self):
        prompt, late, owing, none = (self.partner(name) for name in "PLON")
        for partner, day in ((prompt, "2026-09-20"), (late, "2026-10-11"), (late, "2026-10-21")):
            due = {"invoice_date_due": "2026-10-01"}
            self.pay(self.invoice(partner, 100, "2026-09-01", **due), day)
        self.invoice(owing, 100, "2026-10-01", invoice_date_due="2026-10-25")
        self.invoice(none, 100, "2026-11-20", invoice_date_due="2026-12-25")
        self.classify()
        self.assertEqual([p.aria_days_late for p in (prompt, late, owing, none)], [0, 15, 30, 0])
        self.assertEqual(
            self.env["res.partner"].search([("aria_days_late", ">", 10)]), late + owing
        )

    def test_bounced_cheques_come_from_another_addon(self):
        partner = self.partner("P")
        self.invoice(partner, 100)
        query = SQL("SELECT %s AS partner_id, 3 AS bounced_count", partner.id)
        model = type(self.env["aria.customer.standing"])
        with patch.object(model, "_bounced_sql", lambda _self: query):
            self.classify()
        self.assertEqual(partner.aria_bounced_count, 3)

    # ------------------------------------------------------------------ classes and history
    def test_first_class_that_fits(self):
        tag = self.env["res.partner.category"].create({"name": "VIP"})
        vip = self.make_class("VIP", [("category_id", "in", tag.ids)], sequence=1)
        good = self.make_class("Good", [("aria_abc", "=", "A")], sequence=2)
        rest = self.make_class("Rest", [("aria_rfm_score", "!=", False)], sequence=3)
        partners = self.make_ten()
        tagged_ = partners[0]
        tagged_.category_id = tag
        prospect = self.partner("Prospect", category_id=tag.ids)
        self.classify()
        self.assertEqual(tagged_.aria_class_id, vip)
        self.assertEqual(prospect.aria_class_id, vip)
        self.assertFalse(prospect.aria_rfm_score)
        self.assertEqual(partners[9].aria_class_id, good)
        self.assertEqual(partners[1].aria_class_id, rest)
        self.assertEqual(vip.customer_count, 2)
        self.assertFalse(self.company.partner_id.aria_class_id)

    def test_history_tells_why(self):
        new = self.make_class("New", [("aria_monetary", "<", 5)], sequence=1)
        big = self.make_class("Big", [("aria_monetary", "=", 5)], sequence=2)
        partner, other = self.partner("P"), self.partner("O")
        self.invoice(partner, 100)
        self.invoice(other, 200)
        self.classify()
        self.assertEqual((partner + other).aria_class_change_ids.mapped("cause"), ["first"] * 2)
        self.classify()
        self.assertEqual(len(partner.aria_class_change_ids), 1, "who stays is not logged again")
        self.invoice(partner, 500)
        self.classify()
        move = partner.aria_class_change_ids[0]
        self.assertEqual((move.from_class_id, move.to_class_id), (new, big))
        self.assertEqual(move.cause, "measures")
        self.assertIn("RFM 5-5-4 → 5-5-5", move.reason)
        self.assertEqual(move.user_id, self.manager)
        big.domain = str([("aria_monetary", ">", 100)])
        self.classify()
        self.assertEqual(partner.aria_class_change_ids[0].cause, "unfit")
        self.assertFalse(partner.aria_class_id)
        new.domain = str([("aria_monetary", ">", 1)])
        self.classify()
        self.assertEqual(partner.aria_class_change_ids[0].cause, "condition")
        self.assertEqual(partner.aria_class_id, new)

    def test_archived_and_part_of_another(self):
        every = self.make_class("Every", [("aria_rfm_score", "!=", False)])
        gone, joined, whole = self.partner("G"), self.partner("J"), self.partner("W")
        for partner in (gone, joined, whole):
            self.invoice(partner, 100)
        self.classify()
        self.assertEqual((gone + joined + whole).aria_class_id, every)
        gone.active = False
        joined.parent_id = whole
        self.classify()
        self.assertFalse(gone.aria_class_id or gone.aria_rfm_score)
        self.assertEqual(gone.aria_class_change_ids[0].cause, "archived")
        self.assertEqual(joined.aria_class_change_ids[0].cause, "part")
        self.assertEqual(joined.aria_class_id, every, "it shows the class of its company")
        gone.active = True
        self.classify()
        self.assertEqual(gone.aria_class_id, every)

    def test_merged(self):
        self.make_class("Every", [("aria_rfm_score", "!=", False)])
        source, target, other = self.partner("S"), self.partner("T"), self.partner("O")
        for partner in (source, target, other):
            self.invoice(partner, 100)
        self.classify()
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((source + target).ids, target)
        self.env.invalidate_all()
        self.assertEqual(len(target.aria_class_change_ids), 2, "no history is lost")
        self.classify()
        self.assertEqual((target.aria_turnover, target.aria_rfm_score), (200, "5-5-5"))
        self.assertFalse(source.exists())

    def test_many_are_classed_in_batches(self):
        self.make_class("Every", [("aria_rfm_score", "!=", False)])
        partners = self.make_ten()
        with patch.object(aria_customer_standing, "BATCH", 3):
            self.run_cron("ir_cron_classify")
        self.assertEqual(len(partners.mapped("aria_class_change_ids")), 10)
        self.assertTrue(all(partner.aria_class_id for partner in partners))
        self.assertTrue(self.company.aria_classified_at)

    def test_queries_do_not_grow_with_customers(self):
        self.make_class("Every", [("aria_rfm_score", "!=", False)])

        def cost():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.env["aria.customer.standing"].sudo()._classify()
            return self.cr.sql_log_count - before

        self.invoice(self.partner("P"), 100)
        cost()
        few = cost()
        self.make_ten()
        self.assertLessEqual(cost(), few)

    def test_broken_condition_does_not_stop_the_others(self):
        good = self.make_class("Good", [("aria_rfm_score", "!=", False)])
        broken = self.make_class("Broken", [("name", "=", "P")], sequence=1)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE aria_customer_class SET domain = %s WHERE id = %s",
            ["[('gone', '=', 1)]", broken.id],
        )
        self.env.invalidate_all()
        partner = self.partner("P")
        self.invoice(partner, 100)
        with self.assertLogs("odoo.addons.aria_crm_lead", level="ERROR"):
            self.classify()
        self.assertEqual(partner.aria_class_id, good)

    def test_standard_classes(self):
        self.env["aria.customer.class"].with_context(active_test=False).search([]).active = True
        partners = self.make_ten()
        self.classify()
        names = partners.mapped("aria_class_id.name")
        self.assertLessEqual({"Key Customers", "At Risk", "Promising"}, set(names))
        self.assertTrue(all(partner.aria_class_id for partner in partners))

    # ------------------------------------------------------------------ searching and grouping
    def test_search_sort_and_group(self):
        good = self.make_class("Good", [("aria_abc", "=", "A")], sequence=2)
        partners = self.make_ten()
        self.classify()
        model = self.env["res.partner"]
        own = [("id", "in", partners.ids)]
        classed = model.search([("aria_class_id", "=", good.id)])
        self.assertEqual(classed, partners.filtered(lambda p: p.aria_abc == "A"))
        self.assertEqual(model.search([("aria_class_id", "=", "Good")]), classed)
        self.assertEqual(model.search([("aria_class_id.name", "ilike", "goo")]), classed)
        self.assertEqual(model.search([*own, ("aria_class_id", "=", False)]), partners - classed)
        self.assertEqual(model.search([*own, ("aria_class_id", "!=", good.id)]), partners - classed)
        self.assertEqual(model.search([("aria_rfm_score", "=like", "5-%")]), partners[:2])
        self.assertEqual(model.search([*own, ("aria_monetary", "in", (5, False))]), partners[8:])
        self.assertEqual(model.search(own, order="aria_turnover desc", limit=1), partners[9])
        groups = self.rpc(
            self.manager, model, "formatted_read_group", own, ["aria_class_id"], ["__count"]
        )
        self.assertEqual(
            {row["aria_class_id"] and row["aria_class_id"][1]: row["__count"] for row in groups},
            {"Good": len(classed), False: 10 - len(classed)},
        )
        self.assertEqual(partners.filtered_domain([("aria_class_id", "=", good.id)]), classed)

    # ------------------------------------------------------------------ rights
    def test_nobody_types_them(self):
        partner = self.partner("P")
        self.invoice(partner, 100)
        every = self.make_class("Every", [("aria_rfm_score", "!=", False)])
        self.classify()
        admin = self.make_user("t_admin", "base.group_system", "sales_team.group_sale_manager")
        for user in (self.seller, self.manager, admin):
            for name, value in (
                ("aria_class_id", every.id),
                ("aria_rfm_score", "5-5-5"),
                ("aria_abc", "A"),
            ):
                self.refuse(user, partner, "write", {name: value}, error=AccessError)
                self.refuse(user, partner, "create", {"name": "N", name: value}, error=AccessError)
        with self.assertRaises(AccessError):
            partner.sudo().write({"aria_abc": "A"})
        result = self.rpc(
            self.seller, partner, "load", ["name", "aria_rfm_score"], [["Imported", "5-5-5"]]
        )
        self.assertFalse(result["ids"])
        for model in ("aria.customer.standing", "aria.customer.class.change"):
            row = self.env[model].search([("partner_id", "=", partner.id)])
            for user in (self.seller, self.manager, admin):
                self.refuse(user, row, "write", {"abc": "C"}, error=AccessError)
                self.refuse(user, row, "unlink", error=AccessError)
                self.refuse(user, row, "create", {"partner_id": partner.id}, error=AccessError)
        with self.assertRaises(AccessError):
            row.sudo().unlink()

    def test_who_sees_what(self):
        partner = self.partner("P", user_id=self.seller.id)
        self.invoice(partner, 100)
        self.make_class("Every", [("aria_rfm_score", "!=", False)])
        self.classify()
        finance = self.make_user(
            "t_finance",
            "account.group_account_invoice",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        for user in (self.seller, self.manager, finance):
            read = self.rpc(user, partner, "read", ["aria_class_id", "aria_turnover"])[0]
            self.assertEqual(read["aria_turnover"], 100)
        read = self.rpc(self.clerk, partner, "read", ["aria_class_id", "aria_abc"])[0]
        self.assertEqual((read["aria_class_id"][1], read["aria_abc"]), ("Every", "A"))
        self.refuse(self.clerk, partner, "read", ["aria_turnover"], error=AccessError)
        domain = [("aria_turnover", ">", 1)]
        self.refuse(self.clerk, partner, "search", domain, error=AccessError)
        standings = self.env["aria.customer.standing"]
        changes = self.env["aria.customer.class.change"]
        for model in (standings, changes):
            self.refuse(self.clerk, model, "search", [], error=AccessError)
            self.assertTrue(self.rpc(self.seller, model, "search", []))
        far = self.make_company("Far", self.company.currency_id)
        options = {"company_id": far.id, "company_ids": [Command.set(far.ids)]}
        stranger = self.make_user("t_far", "sales_team.group_sale_manager", **options)
        for model in (standings, changes):
            self.assertFalse(self.rpc(stranger, model, "search", []))
        self.assertFalse(self.rpc(stranger, partner, "read", ["aria_abc"])[0]["aria_abc"])

    def test_who_configures(self):
        every = self.make_class("Every", "[]")
        for user in (self.seller, self.clerk):
            self.refuse(user, every, "write", {"name": "x"}, error=AccessError)
            self.refuse(user, every, "create", {"name": "x"}, error=AccessError)
            self.refuse(user, every, "action_classify", error=AccessError)
        far = self.make_company("Far", self.company.currency_id)
        foreign = self.make_class("Foreign", "[]", company_id=far.id)
        for method in ("read", "action_open_customers"):
            args = [["name"]] if method == "read" else []
            self.refuse(self.manager, foreign, method, *args, error=AccessError)

    def test_bad_input_is_refused(self):
        model = self.env["aria.customer.class"]
        bad = [
            {"name": "x", "domain": "[("},
            {"name": "x", "domain": "[('gone', '=', 1)]"},
            {"name": "x", "domain": "__import__('os').getcwd()"},
            {"name": "x", "domain": "[('id', '=', 'a', 'b')]"},
            {"name": "x", "domain": "5"},
            {"name": "x", "credit_ceiling": -1.0},
            {"name": "x", "credit_ceiling": float("nan")},
            # what a manager of sales may not read, he may not ask for
            {"name": "x", "domain": "[('user_ids.password', 'like', 'a')]"},
        ]
        for vals in bad:
            self.refuse(self.manager, model, "create", vals, error=UserError)

    def test_class_with_a_history_stays(self):
        every = self.make_class("Every", [("aria_rfm_score", "!=", False)])
        partner = self.partner("P")
        self.invoice(partner, 100)
        self.classify()
        with self.assertRaisesRegex(UserError, "Every.*archive"):
            self.rpc(self.manager, every, "unlink")
        self.rpc(self.manager, every, "action_archive")
        self.classify()
        self.assertFalse(partner.aria_class_id)
        unused = self.make_class("Unused", "[]")
        self.rpc(self.manager, unused, "unlink")

    # ------------------------------------------------------------------ proposals
    def test_proposals(self):
        pricelist = self.env["product.pricelist"].create(
            {"name": "Key prices", "company_id": self.company.id}
        )
        key = self.make_class(
            "Key",
            [("aria_rfm_score", "!=", False)],
            pricelist_id=pricelist.id,
            has_credit_ceiling=True,
            credit_ceiling=5000,
        )
        partner = self.partner("P")
        self.invoice(partner, 100)
        self.classify()
        proposals = partner._aria_get_proposals()
        self.assertEqual(
            proposals[partner],
            {"property_product_pricelist": pricelist.id, "credit_limit": 5000},
        )
        self.refuse(self.clerk, partner, "action_aria_apply_proposals", error=AccessError)
        seller = self.make_user(
            "t_editor",
            "sales_team.group_sale_salesman",
            "base.group_partner_manager",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        self.rpc(seller, partner, "action_aria_apply_proposals")
        self.env.invalidate_all()
        self.assertEqual(partner.property_product_pricelist, pricelist)
        self.assertFalse(partner.credit_limit, "only accountants set what a customer may owe")
        self.assertIn("Key", partner.message_ids[0].body)
        self.refuse(seller, partner, "action_aria_apply_proposals", error=UserError)
        accountant = self.make_user(
            "t_account",
            "account.group_account_manager",
            "base.group_partner_manager",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        self.rpc(accountant, partner, "action_aria_apply_proposals")
        self.env.invalidate_all()
        self.assertEqual(partner.credit_limit, 5000)
        self.assertFalse(partner._aria_get_proposals())
        self.assertTrue(key.has_credit_ceiling)
        order = self.env["sale.order"].create({"partner_id": partner.id})
        self.assertEqual(order.pricelist_id, pricelist, "quotations take it")

    def test_proposals_of_many(self):
        """A manager takes them over for all customers that he has ticked."""
        pricelist = self.env["product.pricelist"].create(
            {"name": "Key prices", "company_id": self.company.id}
        )
        self.make_class("Key", [("aria_rfm_score", "!=", False)], pricelist_id=pricelist.id)
        partners = self.partner("P") | self.partner("Q") | self.partner("R")
        for partner in partners[:2]:
            self.invoice(partner, 100)
        self.classify()
        boss = self.make_user(
            "t_boss",
            "sales_team.group_sale_manager",
            "base.group_partner_manager",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        action = self.env.ref("aria_crm_lead.res_partner_action_apply_proposals")
        context = {"active_model": "res.partner", "active_ids": partners.ids}
        action.with_user(boss).with_context(**context).run()
        self.env.invalidate_all()
        self.assertEqual(
            [p.property_product_pricelist == pricelist for p in partners], [True, True, False]
        )
        with self.assertRaises(AccessError):
            action.with_user(self.seller).with_context(**context).run()

    def test_partner_page_opens(self):
        partner = self.partner("P")
        self.invoice(partner, 100)
        self.classify()
        with Form(partner.with_user(self.manager)) as form:
            self.assertEqual(form.aria_rfm_score, "5-5-5")
        self.assertEqual(partner.write_date.date(), fields.Date.today())
