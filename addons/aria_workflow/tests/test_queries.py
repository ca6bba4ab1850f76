from odoo.tests import tagged, warmup

from .common import AriaDocumentCase

FEW, MANY = 5, 50


@tagged("post_install", "-at_install")
class TestQueries(AriaDocumentCase):
    """What is done to many records at once costs as many queries as to a few."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.workflow = cls.make_workflow(
            {"new": {}, "supply": {"unit_id": cls.supply.id, "sla_hours": 8}, "done": {"outcome": "won"}},
            [
                ("new", "supply", {"trigger": "event", "event": "reserved", "guard_domain": "[('amount', '>=', 0)]"}),
                ("supply", "done", {"trigger": "event", "event": "shipped"}),
            ],
        )  # fmt: skip

    def count_queries(self, call, records):
        """Return the queries of ``call`` on ``records``, as in a request of its own."""
        self.env.cr.flush()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        call(records)
        self.env.cr.flush()
        return self.env.cr.sql_log_count - before

    def assert_flat(self, call, make):
        """Assert that ``call`` costs the same for few and for many of what ``make`` returns."""
        self.count_queries(call, make(FEW))  # what a worker keeps between requests is read here
        few = self.count_queries(call, make(FEW))
        many = self.count_queries(call, make(MANY))
        self.assertEqual(many, few, f"queries for {MANY} and for {FEW} records")

    def make_referrals(self, count):
        """Return referrals of new documents to the unit of the supplier, as the supplier sees them."""
        documents = self.make_document(count).with_user(self.seller)
        return documents.aria_refer(unit=self.supply).with_user(self.supplier)

    @warmup
    def test_cartable_count(self):
        model = self.env["res.users"].with_user(self.supplier)
        self.make_referrals(MANY)
        with self.assertQueryCount(3):
            self.assertEqual(model._aria_count_cartable()["total_count"], MANY)

    def test_fire(self):
        self.assert_flat(lambda documents: documents.aria_fire("reserved"), self.make_document)

    def test_fire_to_a_unit_where_nobody_is(self):
        self.supply.write({"member_ids": [(5,)], "manager_id": False})
        self.assert_flat(lambda documents: documents.aria_fire("reserved"), self.make_document)

    def test_fire_closes(self):
        def make(count):
            documents = self.make_document(count)
            self.assertEqual(documents.aria_fire("reserved"), documents)
            return documents

        self.assert_flat(lambda documents: documents.aria_fire("shipped"), make)

    def test_enter(self):
        self.assert_flat(lambda count: self.make_document(count), lambda count: count)

    def test_refer(self):
        self.assert_flat(
            lambda documents: documents.with_user(self.seller).aria_refer(unit=self.supply),
            self.make_document,
        )

    def test_accept(self):
        self.assert_flat(lambda referrals: referrals.action_accept(), self.make_referrals)

    def test_answer(self):
        self.assert_flat(lambda referrals: referrals.action_answer("Done"), self.make_referrals)

    def test_return(self):
        self.assert_flat(lambda referrals: referrals.action_return("Why?"), self.make_referrals)

    def test_refer_on(self):
        self.assert_flat(
            lambda referrals: referrals.action_refer(unit=self.warehouse), self.make_referrals
        )

    @warmup
    def test_page(self):
        """The list asks once for its rows and once for their number; core reads the rest for its rules."""
        self.make_referrals(MANY)
        self.env.cr.flush()
        self.env.invalidate_all()
        model = self.env["aria.referral"].with_user(self.supplier)
        with self.assertQueryCount(7):
            page = model.web_search_read(
                [("is_mine", "=", True)], {"res_name": {}, "deadline": {}}, limit=FEW
            )
        self.assertEqual((len(page["records"]), page["length"]), (FEW, MANY))
