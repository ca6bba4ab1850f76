import base64
import io
import zipfile
from unittest.mock import patch

import openpyxl

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.aria_crm_lead.wizard import aria_lead_import
from odoo.addons.aria_persian.tools import sheets
from odoo.addons.aria_workflow.tests.common import AriaCase, RaceCase

HEAD = ["نام", "نام خانوادگی", "شركت", "شماره موبایل", "ایمیل", "کد ملی", "توضیحات"]
GOOD = [
    ["علی", "رضایی", "پارس", "۰۹۱۲۳۴۵۶۷۸۹", "ali@example.com", "", "غرفه <b>ما</b>"],
    ["مریم", "کریمی", "", "٠٩١٢ ٣٤٥ ٦٧٨٠", "", "0067749828", ""],
]


class ImportCase(AriaCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.country_id = cls.env.ref("base.ir")
        cls.seller = cls.make_user("seller", "sales_team.group_sale_salesman")
        cls.other = cls.make_user("other", "sales_team.group_sale_salesman")
        cls.clerk = cls.make_user("clerk")
        cls.campaign = cls.env["utm.campaign"].create({"title": "نمایشگاه"})

    def excel(self, *rows, head=None):
        return sheets.write({"List": [head or HEAD, *rows]})

    def load(self, data, user=None, **values):
        vals = {"file": base64.b64encode(data), "campaign_id": self.campaign.id, **values}
        user = user or self.seller
        return self.env["aria.lead.import"].with_user(user).create(vals)

    def preview(self, data, **values):
        """Return the wizard with the preview of ``data``."""
        wizard = self.load(data, **values)
        self.rpc(wizard.env.user, wizard, "action_preview")
        self.env.invalidate_all()
        return wizard

    def press(self, wizard, method="action_import"):
        result = self.rpc(self.seller, wizard, method)
        self.env.invalidate_all()
        return result

    def figures(self, wizard):
        """Return (new, known, repeated, rejected)."""
        names = ("good_count", "known_count", "repeated_count", "rejected_count")
        return tuple(wizard[name] for name in names)

    def get_leads(self):
        return self.env["crm.lead"].search([("campaign_id", "=", self.campaign.id)], order="id")

    def get_left_out(self, wizard):
        """Return the rows of the file of what was left out, without its headings."""
        return [cells for _n, cells in sheets.read_rows(base64.b64decode(wizard.left_out_file))][1:]


@tagged("post_install", "-at_install")
class TestLeadImport(ImportCase):
    def test_preview_then_leads(self):
        wizard = self.preview(self.excel(*GOOD))
        self.assertEqual((wizard.state, wizard.row_count), ("preview", 2))
        self.assertEqual(self.figures(wizard), (2, 0, 0, 0))
        self.assertFalse(self.get_leads(), "nothing is recorded by the preview")
        self.assertIn("مریم", wizard.preview)
        self.press(wizard)
        first, second = self.get_leads()
        self.assertEqual((wizard.state, wizard.lead_count), ("done", 2))
        self.assertEqual((first.name, first.contact_name), ("علی رضایی", "علی رضایی"))
        self.assertEqual((first.partner_name, first.phone), ("پارس", "+98 912 345 6789"))
        self.assertIn("&lt;b&gt;ما", first.description)
        self.assertEqual(
            (second.aria_national_id, second.phone), ("0067749828", "+98 912 345 6780")
        )
        self.assertEqual((first + second).user_id, self.seller)
        self.assertEqual((first + second).aria_registrar_id, self.seller)
        self.assertEqual((first + second).company_id, self.env.company)
        shown = self.press(wizard, "action_open_leads")
        self.assertEqual(self.env["crm.lead"].search(shown["domain"]), first + second)

    def test_rejected_rows_have_number_and_reason(self):
        rows = [
            GOOD[0],
            [],
            ["بد", "تلفن", "", "۰۹۱۲۳۴", "", "", ""],
            ["بد", "ایمیل", "", "", "not-an-address", "", ""],
            ["بد", "کد", "", "", "", "1234567890", ""],
            ["", "", "", "", "", "", "هیچ"],
            ["دو", "غلط", "", "abc", "x", "", ""],
        ]
        wizard = self.preview(self.excel(*rows))
        self.assertEqual(self.figures(wizard), (1, 0, 0, 5))
        left = self.get_left_out(wizard)
        self.assertEqual([row[7] for row in left], ["4", "5", "6", "7", "8"])
        for row, part in zip(
            left, ("telephone", "e-mail", "national id", "who it is", "e-mail"), strict=True
        ):
            self.assertIn(part, row[8])
        self.assertIn("telephone", left[4][8], "all that is wrong is told at once")
        self.press(wizard)
        self.assertEqual(len(self.get_leads()), 1)
        # what was left out is corrected and imported again, as it is
        left[0][3] = "09121111111"
        again = self.preview(self.excel(left[0], head=[*HEAD, "Row", "Reason"]))
        self.assertEqual(self.figures(again), (1, 0, 0, 0))

    def test_telephones(self):
        good = ["09123456789", "۰۲۱ ۸۸۸۸ ۷۷۷۷", "88887777", "+49 89 636 48018", "0044 20 7946 0958"]
        bad = ["0912345678", "12", "+98 912 345", "09123456789 / 09121111111", "تلفن", "+1"]
        for phones, state in ((good, "good"), (bad, "rejected")):
            rows = [[f"{state} {n}", "", "", phone] for n, phone in enumerate(phones)]
            wizard = self.preview(self.excel(*rows))
            self.assertEqual(wizard[f"{state}_count"], len(phones), wizard.preview)

    def test_known_and_repeated_persons(self):
        lead = self.env["crm.lead"].create(
            {"name": "قدیمی", "phone": "+98 912 345 6789", "user_id": self.seller.id}
        )
        secret = self.env["crm.lead"].create(
            {"name": "محرمانه", "email_from": "m@example.com", "user_id": self.other.id}
        )
        rows = [*GOOD, ["مريم", "كريمي", "", "", "", "", ""], ["x", "", "", "", "M@example.com"]]
        data = self.excel(*rows)
        wizard = self.preview(data)
        self.assertEqual(self.figures(wizard), (1, 2, 1, 0))
        left = {row[7]: row[8] for row in self.get_left_out(wizard)}
        self.assertIn(lead.name, left["2"])
        self.assertIn("row 3", left["4"])
        self.assertNotIn(secret.name, left["5"], "the leads of others are not shown")
        self.press(wizard)
        self.assertEqual(self.get_leads().mapped("contact_name"), ["مریم کریمی"])
        again = self.preview(data, duplicates="record")
        self.assertEqual(self.figures(again), (0, 4, 0, 0))
        self.press(again)
        self.assertEqual(len(self.get_leads()), 5)
        self.assertFalse(again.left_out_file)

    def test_one_statement_for_the_whole_file(self):
        few, many = (
            self.count_queries(
                [[f"نام {n}", "خانواده", "", f"0912{n:07}", "", "", ""] for n in range(size)]
            )
            for size in (10, 500)
        )
        self.assertLessEqual(many, few + 3)

    def count_queries(self, rows):
        """Return the number of queries of the preview of ``rows``."""
        wizard = self.load(self.excel(*rows))
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.rpc(self.seller, wizard, "action_preview")
        return self.env.cr.sql_log_count - before

    def test_columns_are_given_another_meaning(self):
        head = ["ستون یک", "تماس"]
        wizard = self.load(self.excel(["شرکت الف", "09121111111"], head=head))
        with self.assertRaisesRegex(UserError, "No column says who"):
            self.rpc(self.seller, wizard, "action_preview")
        wizard = self.preview(self.excel(["شرکت الف", "09121111111"], head=["ستون یک", "تلفن"]))
        column = wizard.column_ids.filtered(lambda c: c.heading == "ستون یک")
        column.field_name = "partner_name"
        self.press(wizard)
        self.assertEqual(wizard.state, "preview", "what was shown is not what would be recorded")
        self.assertTrue(wizard.is_changed)
        self.press(wizard)
        self.assertEqual(self.get_leads().partner_name, "شرکت الف")
        again = self.preview(self.excel(["شرکت ب", "09122222222"], head=["ستون یک", "تلفن"]))
        self.assertEqual(again.column_ids[0].field_name, "partner_name", "it is remembered")
        again.column_ids[0].field_name = "phone"
        with self.assertRaisesRegex(UserError, "Two columns"):
            self.press(again)

    def test_without_headings(self):
        rows = [["علی", "09121111111"], ["رضا", "09122222222"]]
        wizard = self.load(self.excel(rows[1], head=rows[0]), has_headings=False)
        with self.assertRaisesRegex(UserError, "No column says who"):
            self.rpc(self.seller, wizard, "action_preview")
        wizard = self.preview(self.excel(*rows, head=["نام", "تلفن"]))
        wizard.has_headings = False
        self.press(wizard, "action_check")
        self.assertEqual(wizard.row_count, 3, "the headings are a row like the others")

    def test_references_are_looked_up_by_name(self):
        product = self.env["product.product"].create({"name": "یخچال"})
        head = ["نام", "کشور", "کالا", "رضایت", "مبلغ"]
        consent = "Given"
        rows = [
            ["علی", "Iran", "یخچال", consent, "۱٬۲۰۰٬۰۰۰"],
            ["رضا", "Nowhere", "", "", ""],
            ["حسن", "", "نیست", "", ""],
            ["تقی", "", "", "", "زیاد"],
        ]
        wizard = self.preview(self.excel(*rows, head=head))
        self.assertEqual(self.figures(wizard), (1, 0, 0, 3))
        self.press(wizard)
        lead = self.get_leads()
        self.assertEqual(lead.country_id.code, "IR")
        self.assertEqual(lead.aria_interest_product_ids, product)
        self.assertEqual((lead.aria_consent, lead.expected_revenue), ("given", 1200000))

    def test_plan_is_applied(self):
        plan = self.env.ref("aria_crm_lead.followup_plan_exhibition")
        wizard = self.preview(self.excel(*GOOD), plan_id=plan.id)
        self.press(wizard)
        followups = self.get_leads().aria_followup_ids
        self.assertEqual(len(followups), 2 * len(plan.line_ids))
        self.assertEqual(followups.mapped("campaign_id"), self.campaign)

    # ------------------------------------------------------------------ files that are none
    def refuse_file(self, data, part, **values):
        wizard = self.load(data, **values)
        with self.subTest(part), self.assertRaisesRegex(UserError, part):
            self.rpc(self.seller, wizard, "action_preview")

    def test_files_that_cannot_be_read(self):
        self.refuse_file(b"", "cannot be read")
        self.refuse_file(b"PK\x03\x04 broken", "cannot be read")
        self.refuse_file(b"\xd0\xcf\x11\xe0\x00\x00", "cannot be read")
        self.refuse_file(self.excel(), "no rows of leads")
        self.refuse_file(sheets.write({"x": []}), "no rows of leads")
        self.refuse_file('نام,تلفن\n"علی,0912\nرضا,0913\n'.encode(), "quotation marks")

    def test_a_million_rows(self):
        data = b"name,phone\n" + b"\n".join(b"a,%d" % n for n in range(1_000_000))
        self.refuse_file(data[: 15 * 2**20], "more than 10000 rows")
        self.refuse_file(data * 2, "too large")

    def test_a_bomb_is_not_unpacked(self):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/worksheets/sheet1.xml", b"0" * (257 * 2**20))
        with patch.object(openpyxl, "load_workbook", side_effect=AssertionError("was opened")):
            self.refuse_file(buffer.getvalue(), "too large")

    def test_encodings(self):
        text = "نام;تلفن\nعلي رضايي;09123456789\n"
        for encoding in ("utf-8", "utf-8-sig", "utf-16"):
            with self.subTest(encoding):
                wizard = self.preview(text.encode(encoding))
                self.assertEqual(self.figures(wizard), (1, 0, 0, 0))
        wizard = self.preview(text.encode("cp1256"))
        self.assertEqual((wizard.state, wizard.is_garbled), ("file", True))
        self.assertIn("علي", wizard.sample_text)
        wizard.encoding = "cp1256"
        self.press(wizard, "action_preview")
        self.press(wizard)
        self.assertEqual(self.get_leads().contact_name, "علی رضایی")

    def test_formulas_are_never_silently_empty(self):
        book = openpyxl.Workbook()
        book.active.append(["نام", "تلفن"])
        book.active.append(["علی", '="0912"&"3456789"'])
        book.active.append(["رضا", "#N/A"])
        book.active.append(["تقی", "09121111111"])
        buffer = io.BytesIO()
        book.save(buffer)
        wizard = self.preview(buffer.getvalue())
        self.assertEqual(self.figures(wizard), (1, 0, 0, 2))
        left = self.get_left_out(wizard)
        self.assertIn("formula", left[0][3])
        self.assertIn("#N/A", left[1][3])

    def test_numbers_of_a_spreadsheet(self):
        book = openpyxl.Workbook()
        book.active.append(["نام", "تلفن", "کد ملی"])
        book.active.append(["علی", 9123456789, 67749828])
        buffer = io.BytesIO()
        book.save(buffer)
        self.press(self.preview(buffer.getvalue()))
        lead = self.get_leads()
        self.assertEqual((lead.phone, lead.aria_national_id), ("+98 912 345 6789", "0067749828"))

    # ------------------------------------------------------------------ nothing half-imported
    def test_all_or_nothing(self):
        """A row that only the database refuses: nothing is recorded, and the preview says which it is."""
        rows = [[f"نام {n}", "", "", f"0912000{n:04}", "", "", ""] for n in range(30)]
        wizard = self.preview(self.excel(*rows))
        lead = type(self.env["crm.lead"])
        constrain = lead._check_aria_identifiers

        def check(records):
            if any(record.contact_name in ("نام 7", "نام 21") for record in records):
                raise UserError("refused by a rule of the company")  # pylint: disable=translation-required
            return constrain(records)

        with patch.object(lead, "create", self._checked_create(lead.create, check)):
            self.press(wizard)
            self.assertFalse(self.get_leads())
            self.assertEqual((wizard.state, wizard.is_changed), ("preview", True))
            self.assertEqual(self.figures(wizard), (28, 0, 0, 2))
            left = self.get_left_out(wizard)
            self.assertEqual([row[7] for row in left], ["9", "23"])
            self.assertIn("rule of the company", left[0][8])
            self.press(wizard)
        self.assertEqual(len(self.get_leads()), 28)

    def _checked_create(self, create, check):
        def checked(model, vals_list):
            records = create(model, vals_list)
            check(records)
            return records

        return checked

    def test_what_changed_since_the_preview_is_shown_first(self):
        wizard = self.preview(self.excel(*GOOD))
        self.env["crm.lead"].create({"name": "تازه", "phone": "09123456789"})
        self.press(wizard)
        self.assertFalse(self.get_leads())
        self.assertEqual((wizard.is_changed, self.figures(wizard)), (True, (1, 1, 0, 0)))
        self.press(wizard)
        self.assertEqual(len(self.get_leads()), 1)

    def test_not_twice(self):
        wizard = self.preview(self.excel(*GOOD))
        self.press(wizard)
        for method in ("action_import", "action_preview", "action_check", "action_back"):
            self.refuse(self.seller, wizard, method)
        self.assertEqual(len(self.get_leads()), 2)
        self.refuse(self.seller, self.load(self.excel(*GOOD)), "action_import")

    # ------------------------------------------------------------------ rights
    def test_rights(self):
        wizard = self.preview(self.excel(*GOOD))
        for user in (self.other, self.clerk):
            for method in ("action_preview", "action_check", "action_import", "action_open_leads"):
                self.refuse(user, wizard, method, error=AccessError)
        self.refuse(self.clerk, wizard, "create", {}, error=AccessError)
        far = self.env["res.company"].create({"name": "Far"})
        self.refuse(self.seller, wizard, "write", {"company_id": far.id})
        self.assertFalse(self.get_leads())

    def test_a_lead_that_one_may_not_make(self):
        """Salespersons make no leads for others: all rows are refused with the reason, none is recorded."""
        wizard = self.preview(self.excel(*GOOD), user_id=self.other.id)
        self.press(wizard)
        self.assertFalse(self.get_leads())
        self.assertEqual(self.figures(wizard), (0, 0, 0, 2))

    def test_limit_is_the_number_of_rows(self):
        rows = [[f"نام {n}", "", "", "", "", "", ""] for n in range(5)]
        with patch.object(aria_lead_import, "MAX_ROWS", 4):
            self.refuse_file(self.excel(*rows), "more than 4 rows")
            self.assertEqual(self.preview(self.excel(*rows[:4])).row_count, 4)


@tagged("post_install", "-at_install")
class TestLeadImportRace(RaceCase):
    """The same preview confirmed in two windows at the same instant."""

    def test_two_windows(self):
        data = base64.b64encode(sheets.write({"L": [["نام", "تلفن"], ["مسابقه", "09127654321"]]}))
        with self.transaction() as env:
            wizard = env["aria.lead.import"].create({"file": data, "duplicates": "record"})
            wizard.action_preview()
            id_ = wizard.id
        self.addCleanup(self._clean_up, id_)
        call = (1, "aria.lead.import", [id_], "action_import", ())
        results = self.race(call, call)
        refused = [r for r in results if isinstance(r, UserError)]
        self.assertEqual(len(refused), 1, results)
        self.assertIn("recorded already", str(refused[0]))
        with self.transaction() as env:
            self.assertEqual(env["crm.lead"].search_count([("contact_name", "=", "مسابقه")]), 1)

    def _clean_up(self, id_):
        with self.transaction() as env:
            env["aria.lead.import"].browse(id_).unlink()
            env["crm.lead"].search([("contact_name", "=", "مسابقه")]).unlink()
