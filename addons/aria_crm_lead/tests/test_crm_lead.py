from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.aria_workflow.tests.common import AriaCase


@tagged("post_install", "-at_install")
class TestCrmLead(AriaCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sales = cls.env.ref("aria_workflow.unit_sales")
        cls.supply = cls.env.ref("aria_workflow.unit_supply")
        cls.seller = cls.make_user("seller", "sales_team.group_sale_salesman", unit=cls.sales)
        cls.supplier = cls.make_user("supplier", unit=cls.supply)
        cls.reason = cls.env["crm.lost.reason"].create({"name": "Price"})

    def make_lead(self, **values):
        vals = {"name": "Pump", "user_id": self.seller.id, "phone": "+98 21 5555", **values}
        return self.env["crm.lead"].browse(
            self.rpc(self.seller, self.env["crm.lead"], "create", vals)
        )

    def test_recorder_is_kept_for_ever(self):
        lead = self.make_lead()
        self.assertEqual(lead.aria_registrar_id, self.seller)
        vals = {"aria_registrar_id": self.supplier.id}
        for user in (self.seller, self.env.ref("base.user_admin")):
            with self.assertRaises(AccessError), self.cr.savepoint():
                self.rpc(user, lead, "write", vals)
        with self.assertRaises(AccessError), self.cr.savepoint():
            self.rpc(self.seller, lead, "create", {"name": "x", **vals})
        with self.assertRaises(AccessError):
            context = {"default_aria_registrar_id": self.supplier.id}
            self.rpc(self.seller, lead, "create", {"name": "x"}, context=context)

    def test_lost_needs_a_reason_on_every_path(self):
        lead = self.make_lead()
        paths = [
            ("action_set_lost", []),
            ("write", [{"active": False, "probability": 0}]),
            ("write", [{"probability": 0, "active": False, "lost_reason_id": False}]),
        ]
        for method, args in paths:
            with self.assertRaisesRegex(ValidationError, "Pump"), self.cr.savepoint():
                self.rpc(self.seller, lead, method, *args)
            lead.invalidate_recordset()
        self.assertTrue(lead.active)
        self.rpc(self.seller, lead, "action_set_lost", lost_reason_id=self.reason.id)
        self.assertEqual((lead.active, lead.lost_reason_id), (False, self.reason))
        with self.assertRaises(ValidationError):
            self.rpc(self.seller, lead, "write", {"lost_reason_id": False})

    def test_referral_shows_what_a_caller_needs_and_no_more(self):
        lead = self.make_lead()
        self.rpc(self.seller, lead, "aria_refer", unit=self.supply.id, note="Call them")
        referral = lead.aria_referral_id
        card = self.rpc(self.supplier, referral, "read", ["card"])[0]["card"]
        self.assertIn("+98 21 5555", card)
        with self.assertRaises(AccessError):
            self.rpc(self.supplier, lead, "read", ["name"])
        self.rpc(self.supplier, lead, "aria_answer", "Called")
        self.assertEqual(referral.answer, "Called")

    def test_dialog_refers_and_answers(self):
        lead = self.make_lead()
        context = {"active_model": "crm.lead", "active_ids": lead.ids, "default_verb": "refer"}
        act = self.env["aria.referral.act"]
        made = self.rpc(
            self.seller, act, "create", {"unit_id": self.supply.id, "note": "Look"}, context=context
        )
        self.rpc(self.seller, act.browse(made), "action_apply")
        self.assertEqual(lead.aria_unit_id, self.supply)
        context = {"active_model": "aria.referral", "active_ids": lead.aria_referral_id.ids}
        vals = {"verb": "answer", "note": "Yes"}
        with self.assertRaises(AccessError), self.cr.savepoint():
            self.rpc(self.make_user("stranger"), act, "create", vals, context=context)
        made = self.rpc(self.supplier, act, "create", vals, context=context)
        self.rpc(self.supplier, act.browse(made), "action_apply")
        self.assertFalse(lead.aria_referral_id)
        made = self.rpc(self.seller, act, "create", {"verb": "refer"}, context={})
        with self.assertRaises(UserError):
            self.rpc(self.seller, act.browse(made), "action_apply")

    def test_merge_keeps_the_holder(self):
        leads = self.make_lead(), self.make_lead(name="Pump 2")
        self.rpc(self.seller, leads[1], "aria_refer", unit=self.supply.id, note="Look")
        old = leads[1].aria_referral_id
        master = (leads[0] | leads[1]).merge_opportunity(user_id=self.seller.id, auto_unlink=True)
        self.assertEqual(master.aria_unit_id, self.supply)
        self.assertIn("Look", master.aria_referral_id.note)
        self.assertTrue(old.exists())

    # ------------------------------------------------------------------ identity
    def test_lead_is_stored_in_one_form(self):
        iran = self.env.ref("base.ir").id
        lead = self.make_lead(
            name="پمپ كيميا",
            contact_name="علي",
            phone="۰۹۱۲ ۳۴۵ ۶۷۸۹",
            country_id=iran,
            zip="۱۱۳۶۹-۱۵۳۱۱",
        )
        self.assertEqual(
            (lead.name, lead.contact_name, lead.phone, lead.zip),
            ("پمپ کیمیا", "علی", "+98 912 345 6789", "1136915311"),
        )
        self.rpc(self.seller, lead, "write", {"aria_national_id": "۰۴۹۹۳۷۰۸۹۹", "zip": "12"})
        self.assertEqual((lead.aria_national_id, lead.zip), ("0499370899", "12"))
        with self.assertRaisesRegex(ValidationError, "پمپ کیمیا.*check digit"):
            self.rpc(self.seller, lead, "write", {"aria_national_id": "0499370898"})

    def test_identifiers_go_to_the_right_contact(self):
        person = self.make_lead(contact_name="علی", aria_national_id="0499370899")
        person._create_customer()
        customer = person._create_customer()
        self.assertEqual(customer.aria_national_id, "0499370899")
        company = self.make_lead(
            partner_name="کیمیا", contact_name="علی", aria_national_id="10380284790",
            aria_economic_code="10380284790",
        )  # fmt: skip
        customer = company._create_customer()
        self.assertFalse(customer.aria_national_id)
        self.assertEqual(customer.parent_id.aria_national_id, "10380284790")
        self.assertEqual(customer.parent_id.aria_economic_code, "10380284790")

    def test_consent_is_dated(self):
        lead = self.make_lead()
        self.assertFalse(lead.aria_consent_date)
        self.rpc(self.seller, lead, "write", {"aria_consent": "given"})
        self.assertTrue(lead.aria_consent_date)

    def test_leads_are_found_in_any_spelling(self):
        lead = self.make_lead(contact_name="علی\u200cرضا کیمیا", phone="+98 912 345 6789")
        for text in ("علي رضا", "كيميا", "۰۹۱۲۳۴۵", "Pump"):
            found = self.rpc(self.seller, self.env["crm.lead"], "name_search", text)
            self.assertIn(lead.id, [row[0] for row in found], text)

    # ------------------------------------------------------------------ duplicates
    def twins(self, lead, user=None):
        lead = lead.with_user(user or self.seller)
        lead.invalidate_recordset()
        return lead.aria_duplicate_ids

    def test_duplicates_by_each_criterion(self):
        lead = self.make_lead(
            contact_name="علی\u200cرضا ۲", phone="+98 912 345 6789", email_from="a@x.example",
            aria_national_id="0499370899",
        )  # fmt: skip
        for vals in (
            {"phone": "09123456789"},
            {"phone": "00989123456789"},
            {"phone": "۹۱۲ ۳۴۵ ۶۷۸۹"},
            {"phone": False, "email_from": "Ali <A@X.example>"},
            {"phone": False, "aria_national_id": "۰۴۹۹۳۷۰۸۹۹"},
            {"phone": False, "contact_name": "علي رضا 2"},
        ):
            other = self.make_lead(name="Valve", **vals)
            self.assertEqual(self.twins(lead), other, vals)
            self.assertEqual(self.twins(other), lead, vals)
            other.unlink()
        for vals in (
            {"phone": "09123456788"},
            {"phone": False, "contact_name": "رضا"},
            {"phone": "12"},
        ):
            other = self.make_lead(name="Valve", **vals)
            self.assertFalse(self.twins(lead), vals)

    def test_same_name_in_another_firm_is_somebody_else(self):
        lead = self.make_lead(contact_name="علی", partner_name="کیمیا", phone=False)
        self.make_lead(contact_name="علی", partner_name="آذر", phone=False)
        self.assertFalse(self.twins(lead))
        same = self.make_lead(contact_name="علي", partner_name="كيميا", phone=False)
        self.assertEqual(self.twins(lead), same)

    def test_subject_counts_only_where_nothing_else_tells_who_it_is(self):
        self.make_lead(phone="09120000001")
        lead = self.make_lead(phone="09120000002")
        self.assertFalse(self.twins(lead), "two people who want a pump")
        one, two = self.make_lead(name="علي", phone=False), self.make_lead(name="علی", phone=False)
        self.assertEqual(self.twins(one), two)

    def test_lost_ones_count_and_old_spelling_too(self):
        lead, other = self.make_lead(contact_name="کیمیا", phone=False), self.make_lead(phone=False)
        self.env.flush_all()
        self.env.cr.execute("UPDATE crm_lead SET contact_name = 'كيميا' WHERE id = %s", [other.id])
        self.rpc(self.seller, other, "action_set_lost", lost_reason_id=self.reason.id)
        self.assertEqual(self.twins(lead), other)

    def test_duplicates_of_others_are_counted_but_not_shown(self):
        lead, other = self.make_lead(phone="09123456789"), self.make_lead(phone="+98 912 345 6789")
        stranger = self.make_user("stranger", "sales_team.group_sale_salesman")
        other.user_id = stranger
        self.assertFalse(self.twins(lead))
        self.assertEqual(lead.with_user(self.seller).aria_duplicate_count, 1)
        company = self.env["res.company"].create({"name": "Other"})
        self.env["crm.lead"].create({"name": "x", "company_id": company.id, "phone": "09123456789"})
        lead.company_id = self.env.company
        self.twins(lead)
        self.assertEqual(lead.with_user(self.seller).aria_duplicate_count, 1)

    def test_duplicates_while_typing_and_in_the_dialogs_of_core(self):
        lead = self.make_lead(phone="09123456789")
        new = (
            self.env["crm.lead"]
            .with_user(self.seller)
            .new({"name": "Valve", "phone": "۰۹۱۲۳۴۵۶۷۸۹"})
        )
        self.assertEqual(new.aria_duplicate_ids._origin, lead)
        other = self.make_lead(name="Valve", phone="+98 912 345 6789")
        self.assertIn(other, lead.duplicate_lead_ids)
        self.assertEqual(lead.duplicate_lead_count, 1)

    def test_many_leads_are_compared_in_constant_queries(self):
        leads = self.env["crm.lead"].create(
            [{"name": f"L{n}", "phone": f"09120000{n:03}"} for n in range(60)]
        )
        self.env.flush_all()
        with self.assertQueryCount(1):
            self.assertEqual(leads[:30]._aria_find_duplicates(), {})

    def test_long_values_do_not_stop_the_index(self):
        lead = self.make_lead(contact_name="x" * 9000, phone="9" * 5000)
        self.assertEqual(self.twins(lead), lead.browse())

    def test_merge_keeps_interests_and_a_refusal(self):
        category = self.env["product.category"].create([{"name": "A"}, {"name": "B"}])
        one = self.make_lead(aria_consent="given", aria_interest_category_ids=category[0].ids)
        two = self.make_lead(
            aria_consent="refused",
            aria_interest_category_ids=category[1].ids,
            aria_national_id="0499370899",
        )
        kept = (one | two).merge_opportunity()
        self.assertEqual(kept.aria_interest_category_ids, category)
        self.assertEqual((kept.aria_consent, kept.aria_national_id), ("refused", "0499370899"))

    # ------------------------------------------------------------------ recorded offline
    def capture(self, user, *captures):
        return self.rpc(user, self.env["crm.lead"], "aria_capture", list(captures))

    def test_capture_sent_twice_is_recorded_once(self):
        one = {"uuid": "0f0e0d0c-0b0a-4908-8706-050403020100", "name": "Pump"}
        two = {"uuid": "1F0E0D0C0B0A49088706050403020100", "name": "Valve"}
        first = self.capture(self.seller, one)
        again = self.capture(self.seller, two, one)
        self.assertEqual(again[1:], first)
        lead = self.env["crm.lead"].browse(again[0])
        self.assertEqual(lead.aria_capture_uuid, "1f0e0d0c-0b0a-4908-8706-050403020100")
        self.assertEqual(lead.aria_registrar_id, self.seller)
        self.rpc(self.seller, lead, "write", {"active": False, "lost_reason_id": self.reason.id})
        self.assertEqual(self.capture(self.seller, two), lead.ids)

    def test_capture_of_others_and_bad_ids_are_refused(self):
        one = {"uuid": "0f0e0d0c-0b0a-4908-8706-050403020100", "name": "Pump"}
        first = self.env["crm.lead"].browse(self.capture(self.seller, one))
        stranger = self.make_user("stranger", "sales_team.group_sale_salesman")
        with self.assertRaisesRegex(UserError, "somebody else"):
            self.capture(stranger, one)
        for bad in ({"name": "x"}, {"uuid": "1", "name": "x"}, {"uuid": None}, "x", None):
            with self.assertRaisesRegex(UserError, "capture id"):
                self.capture(self.seller, bad)
        with self.assertRaises(AccessError):
            self.rpc(self.seller, first, "write", {"aria_capture_uuid": "x"})
        with self.assertRaises(AccessError):
            self.capture(
                self.make_user("clerk"), {**one, "uuid": "2f0e0d0c-0b0a-4908-8706-050403020100"}
            )

    def test_campaign_dates(self):
        with self.assertRaisesRegex(ValidationError, "Fair"):
            self.env["utm.campaign"].create(
                {"title": "Fair", "aria_date_from": "2026-11-20", "aria_date_to": "2026-11-01"}
            )
