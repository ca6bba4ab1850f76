from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.fields import Domain
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from odoo.addons.aria_workflow.models import aria_referral_inbox_mixin

from .common import AriaDocumentCase


@tagged("post_install", "-at_install")
class TestInbox(AriaDocumentCase):
    """The first rows of the cartable are those of the whole cartable, whatever is asked for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warehouse.manager_id = cls.supplier
        cls.warehouse.member_ids += cls.supplier
        now = fields.Datetime.now()
        targets = (
            {"unit": cls.supply},
            {"user": cls.supplier},
            {"unit": cls.warehouse},
            {"unit": cls.supply, "user": cls.supplier2},
            {"user": cls.keeper},
        )
        documents = cls.make_document(40).with_user(cls.seller)
        for number, document in enumerate(documents):
            deadline = now + timedelta(hours=number * 7 % 50 + 1) if number % 3 else None
            document.aria_refer(
                **targets[number % 5], priority=str(number * 7 % 3), deadline=deadline
            )
        cls.model = cls.env["aria.referral"].with_user(cls.supplier)
        held = cls.model.search([("to_user_id", "=", cls.supplier.id)])
        held[0].action_answer("Done")
        held[1].action_snooze(now + timedelta(days=1))
        cls.mine = [("is_mine", "=", True)]

    def expected(self):
        """Return the referrals that wait for the supplier, looked at one by one."""
        waiting = self.env["aria.referral"].search([("state", "in", ("open", "accepted"))])
        units = self.supply | self.warehouse
        return waiting.filtered(
            lambda r: r.to_user_id == self.supplier or (not r.to_user_id and r.to_unit_id in units)
        )

    def test_what_waits(self):
        found = self.model.search(self.mine)
        self.assertEqual(found.sudo(), self.expected())
        self.assertEqual(len(found), 23)
        self.assertTrue(all(found.mapped("is_mine")))
        self.assertEqual(found.filtered_domain(self.mine), found)

    def test_what_does_not(self):
        everything = self.model.search([])
        others = self.model.search([("is_mine", "=", False)])
        self.assertEqual(others | self.model.search(self.mine), everything)
        self.assertFalse(others & self.model.search(self.mine))
        self.assertFalse(any(others.mapped("is_mine")))

    def test_pages(self):
        orders = (None, "deadline, id", "priority, id desc", "res_name desc, id", "to_unit_id, id")
        domains = (
            self.mine,
            [*self.mine, ("snoozed_until", "=", False)],
            [*self.mine, ("day", "in", ("today", "none"))],
            [*self.mine, "|", ("priority", "=", "2"), ("to_unit_id", "=", self.supply.id)],
            ["|", *self.mine, ("from_user_id", "=", self.seller.id)],
            ["!", *self.mine],
        )
        for order in orders:
            for domain in domains:
                whole = self.model.search(domain, order=order)
                for offset in range(0, len(whole) + 5, 5):
                    page = self.model.search(domain, offset=offset, limit=5, order=order)
                    with self.subTest(order=order, domain=domain, offset=offset):
                        self.assertEqual(page.ids, whole.ids[offset : offset + 5])

    def test_length(self):
        self.assertEqual(self.model.search_count(self.mine), 23)
        self.assertEqual(self.model.search_count(self.mine, limit=10), 10)
        self.assertEqual(self.model.search_count(self.mine, limit=100), 23)

    def test_tabs_count_what_they_show(self):
        """Each figure is the number of rows that the menu's filter finds, and comes by one statement."""
        sent = self.make_document(3, user_id=self.supplier.id)
        self.rpc(self.supplier, sent, "aria_refer", unit=self.warehouse.id, user=self.keeper.id)
        asleep = self.model.search(self.mine, limit=2)
        until = fields.Datetime.to_string(fields.Datetime.now() + timedelta(days=1))
        self.rpc(self.supplier, asleep, "action_snooze", until)
        whole = self.model.search([*self.mine, ("snoozed_until", "=", False)], limit=1)
        self.rpc(self.supplier, whole, "aria_divide", [{"user_id": self.keeper.id}])
        arch = etree.fromstring(self.env.ref("aria_workflow.aria_referral_view_search").arch)
        for user in (self.supplier, self.supplier2, self.keeper, self.seller, self.outsider):
            found = self.rpc(user, self.model, "aria_count_tabs")
            for name, count in found["counts"].items():
                domains = [
                    safe_eval(node.get("domain"), {"uid": user.id})
                    for node in arch.xpath(f"//filter[@name='{name}' or @name='awake']")
                ]
                rows = self.model.with_user(user).search(Domain.AND(domains))
                with self.subTest(user=user.login, tab=name):
                    self.assertEqual(count, len(rows))
        self.assertGreaterEqual(min(self.count(self.supplier).values()), 1)
        with self.assertQueryCount(1):
            self.model.with_user(self.supplier).aria_count_tabs()

    def count(self, user):
        return self.rpc(user, self.model, "aria_count_tabs")["counts"]

    def test_tabs_stop_counting(self):
        self.patch(aria_referral_inbox_mixin, "TAB_LIMIT", 4)
        self.assertEqual(self.count(self.supplier)["mine"], 5, "one more than is counted")

    def test_tabs_of_other_companies(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.supplier.company_ids += other
        here = {"allowed_company_ids": self.env.company.ids}
        before = self.rpc(self.supplier, self.model, "aria_count_tabs", context=here)
        self.make_document(company_id=other.id).aria_refer(unit=self.supply)
        after = self.rpc(self.supplier, self.model, "aria_count_tabs", context=here)
        self.assertEqual(after, before)
        both = self.rpc(self.supplier, self.model, "aria_count_tabs")
        self.assertEqual(both["counts"]["mine"], before["counts"]["mine"] + 1)

    def test_outsider(self):
        model = self.env["aria.referral"].with_user(self.outsider)
        self.assertFalse(model.search(self.mine, limit=5))
        self.assertFalse(model.search(self.mine))

    def test_divided(self):
        """What is divided waits for the holders of its parts."""
        whole = self.model.search([*self.mine, ("to_unit_id", "=", self.supply.id)], limit=1)
        whole.action_accept()
        whole.aria_divide([{"user_id": self.keeper.id}, {"user_id": self.supplier2.id}])
        self.assertNotIn(whole, self.model.search(self.mine, limit=100))
        keeper = self.env["aria.referral"].with_user(self.keeper)
        self.assertIn(whole, keeper.search(self.mine, limit=100).sudo().parent_id)

    def test_companies(self):
        """Work of a company that is not chosen does not show in a page either."""
        other = self.env["res.company"].create({"name": "Other"})
        self.supplier.company_ids += other
        document = self.make_document(company_id=other.id)
        referral = document.aria_refer(unit=self.supply, priority="2")
        here = self.model.with_context(allowed_company_ids=self.env.company.ids)
        both = self.model.with_context(allowed_company_ids=(self.env.company | other).ids)
        self.assertNotIn(referral, here.search(self.mine, limit=100).sudo())
        self.assertIn(referral, both.search(self.mine, limit=100).sudo())
