from odoo.exceptions import ValidationError
from odoo.service.model import call_kw
from odoo.tests import TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestResPartner(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env, "clerk", groups="base.group_user,base.group_partner_manager"
        )
        cls.iran = cls.env.ref("base.ir")
        cls.germany = cls.env.ref("base.de")

    def rpc(self, method, *args):
        result = call_kw(self.env(user=self.user)["res.partner"], method, list(args), {})
        self.env.flush_all()
        return result

    def make(self, **values):
        vals = {"name": "کیمیا", "country_id": self.iran.id, **values}
        return self.env["res.partner"].browse(self.rpc("create", [vals]))

    def test_one_form_is_stored(self):
        partner = self.make(
            name="شركت كيميا",
            is_company=True,
            street="خيابان  ١٢",
            phone="۰۲۱-۸۸۸۸۷۷۷۷",
            zip="۱۱۳۶۹-۱۵۳۱۱",
            aria_national_id="۱۰۳۸۰۲۸۴۷۹۰",
            aria_economic_code="۴۱۱۱ ۱۲۳۴ ۵۶۷۸ ۹۰",
            vat="۱۲۳",
        )
        self.assertRecordValues(
            partner,
            [
                {
                    "name": "شرکت کیمیا",
                    "street": "خیابان ١٢",
                    "phone": "+98 21 8888 7777",
                    "zip": "1136915311",
                    "aria_national_id": "10380284790",
                    "aria_economic_code": "41111234567890",
                    "vat": "123",
                }
            ],
        )
        self.rpc("write", partner.ids, {"phone": "٠٩١٢ ٣٤٥ ٦٧٨٩", "name": "علي"})
        self.assertEqual((partner.phone, partner.name), ("+98 912 345 6789", "علی"))

    def test_import_from_a_spreadsheet(self):
        names = ["name", "country_id/id", "aria_national_id", "phone"]
        rows = [["علي", "base.ir", "499370899", "9123456789"], ["رضا", "base.ir", "0499370898", ""]]
        self.assertTrue(self.rpc("load", names, rows[:1])["ids"])
        done = self.env["res.partner"].search([("aria_national_id", "=", "0499370899")])
        self.assertEqual((done.name, done.phone), ("علی", "+98 912 345 6789"))
        refused = self.rpc("load", names, rows[1:])
        self.assertFalse(refused["ids"])
        self.assertIn("رضا", refused["messages"][0]["message"])

    def test_other_countries_keep_their_own(self):
        partner = self.make(
            country_id=self.germany.id, phone="0212 3456789", zip="40213", name="علي"
        )
        self.assertEqual(
            (partner.phone, partner.zip, partner.name), ("0212 3456789", "40213", "علي")
        )
        both = partner | self.make()
        self.rpc("write", both.ids, {"phone": "0212 3456789", "street": "ك"})
        self.assertEqual(both.mapped("phone"), ["0212 3456789", "+98 21 2345 6789"])
        self.assertEqual(both.mapped("street"), ["ك", "ک"])
        self.rpc("write", partner.ids, {"phone": "+98 0912 3456789"})
        self.assertEqual(partner.phone, "+98 912 345 6789")

    def test_without_a_country(self):
        self.env.company.country_id = self.germany
        self.assertEqual(self.make(country_id=False, phone="0212 345 6789").phone, "0212 345 6789")
        self.assertEqual(
            self.make(country_id=False, phone="۰۲۱۲ ۳۴۵ ۶۷۸۹").phone, "+98 21 2345 6789"
        )
        self.env.company.country_id = self.iran
        self.assertEqual(
            self.make(country_id=False, phone="0212 345 6789").phone, "+98 21 2345 6789"
        )

    def test_wrong_numbers_are_refused_with_the_reason(self):
        partner = self.make()
        company = self.make(is_company=True)
        for record, vals, reason in (
            (partner, {"aria_national_id": "0499370898"}, "check digit"),
            (partner, {"aria_national_id": "123"}, "10 digits for a person"),
            (partner, {"aria_national_id": "0000000000"}, "nobody"),
            (partner, {"aria_national_id": "abc"}, "digits only"),
            (partner, {"aria_national_id": "10380284790"}, "is a person"),
            (company, {"aria_national_id": "10380284791"}, "check digit"),
            (company, {"aria_economic_code": "123456789012"}, "14 for a person"),
            (company, {"zip": "113691531"}, "10 digits"),
        ):
            with self.assertRaisesRegex(ValidationError, f"کیمیا.*{reason}"), self.cr.savepoint():
                self.rpc("write", record.ids, vals)
            record.invalidate_recordset()
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self.make(zip="1")
        self.rpc("write", company.ids, {"aria_national_id": "0499370899"})  # a shop of one person
        with self.assertRaisesRegex(ValidationError, "is a person"), self.cr.savepoint():
            company.aria_national_id = "10380284790"
            self.rpc("write", company.ids, {"is_company": False})

    def test_second_contact_with_the_same_number_is_pointed_out(self):
        first = self.make(aria_national_id="0499370899")
        second = self.make(aria_national_id="0499370899")
        self.assertEqual(second.aria_same_national_id_partner_id, first)
        self.assertEqual(first.aria_same_national_id_partner_id, second)
        other = self.env["res.company"].create({"name": "Other"})
        second.company_id, first.company_id = other, self.env.company
        self.assertFalse((first | second).aria_same_national_id_partner_id)
        self.assertFalse(self.make().aria_same_national_id_partner_id)

    def test_sheba_of_bank_accounts(self):
        partner = self.make()
        bank = self.env["res.partner.bank"].create(
            {"partner_id": partner.id, "acc_number": "IR۸۲ 0540 1026 8002 0817 9090 02"}
        )
        self.assertEqual(bank.sanitized_acc_number, "IR820540102680020817909002")
        with self.assertRaisesRegex(ValidationError, "کیمیا"), self.cr.savepoint():
            bank.acc_number = "IR820540102680020817909003"
            self.env.flush_all()
        bank.invalidate_recordset()
        bank.acc_number = "۱۲۳-۴۵۶"
        self.assertEqual(bank.sanitized_acc_number, "123456")

    def test_form_shows_identifiers_for_iran_only(self):
        arch = self.env["res.partner"].get_view(view_type="form")["arch"]
        self.assertIn("aria_national_id", arch)
        self.assertIn("country_code not in (False, 'IR')", arch)
