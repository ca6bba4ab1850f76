import base64

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.aria_persian.tools import sheets

from .common import InvoiceCase

HEADINGS = ["ID", "DescriptionOfID", "Vat", "RunDate", "Type"]


@tagged("post_install", "-at_install")
class TestGoods(InvoiceCase):
    """The organisation's list is taken whole, bad rows are told by number; ids reach products and categories."""

    def wizard(self, data, user=None):
        values = {"file": base64.b64encode(data)}
        return (
            self.env["aria.moadian.good.import"].with_user(user or self.accountant).create(values)
        )

    def excel(self, *rows):
        return sheets.write({"List": [HEADINGS, *rows]})

    def test_excel_with_bad_rows(self):
        wizard = self.wizard(
            self.excel(
                ["2710000138624", "یخچال فریزر خانگی", "10", "", "عمومی"],
                ["۲۷۱۰۰۰۰۱۳۸۶۳۱", "تلویزیون", "معاف", "", ""],
                ["271000013", "ناقص", "10"],
                ["2710000138648", "", "10"],
                ["2710000138655", "نرخ بد", "ده"],
            )
        )
        wizard.action_import()
        self.assertEqual((wizard.new_count, wizard.bad_count), (2, 3))
        self.assertIn("Row 4: “271000013” has not 13 digits.", wizard.bad_rows)
        self.assertIn("Row 5: 2710000138648 has no description.", wizard.bad_rows)
        self.assertIn("Row 6: “ده” is no VAT rate.", wizard.bad_rows)
        goods = self.env["aria.moadian.good"].search(
            [("sstid", "in", ("2710000138624", "2710000138631"))]
        )
        self.assertEqual(goods.sorted("sstid").mapped("vat_rate"), [10, 0])
        again = self.wizard(self.excel(["2710000138624", "یخچال", "9", "", ""]))
        again.action_import()
        self.assertEqual((again.new_count, again.changed_count), (0, 1))
        self.assertEqual(goods.sorted("sstid")[0].name, "یخچال")

    def test_csv_in_every_encoding(self):
        text = "شناسه كالا/خدمت;شرح شناسه;نرخ مالیات\n2720000114542;خدمات حمل;۱۰\n"
        for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1256"):
            with self.subTest(encoding):
                data = text.replace("۱۰", "10").replace("ی", "ي").encode(encoding)
                wizard = self.wizard(data)
                wizard.action_import()
                self.assertFalse(wizard.bad_rows)
                good = self.env["aria.moadian.good"].search([("sstid", "=", "2720000114542")])
                self.assertEqual(good.name, "خدمات حمل")

    def test_files_that_are_none(self):
        for data, reason in (
            (b"", "cannot be read"),
            (b"PK\x03\x04 broken", "cannot be read"),
            (b"\x00\x01\x02", "cannot be read"),
            (b"a,b\n1,2\n", "ID، DescriptionOfID"),
            (sheets.write({"x": [["نام"]] * 20}), "ID، DescriptionOfID"),
        ):
            with self.subTest(data[:10]), self.assertRaisesRegex(UserError, reason):
                self.wizard(data).action_import()

    def test_found_by_name_whatever_the_spelling(self):
        self.wizard(self.excel(["2710000138624", "یخچال‌فریزر", "10", "", ""])).action_import()
        found = self.env["aria.moadian.good"].with_user(self.accountant).name_search("يخچال فريزر")
        self.assertEqual(len(found), 1)

    def test_ids_for_products_and_categories(self):
        self.wizard(self.excel(["2710000138631", "تلویزیون", "10", "", ""])).action_import()
        good = self.env["aria.moadian.good"].search([("sstid", "=", "2710000138631")])
        products = self.env["product.template"].create([{"name": "الف"}, {"name": "ب"}])
        wizards = self.env["aria.moadian.assign"].with_user(self.accountant)
        wizard = wizards.with_context(
            active_model="product.template", active_ids=products.ids
        ).create({"good_id": good.id})
        wizard.action_apply()
        self.assertEqual(products.mapped("aria_sstid"), ["2710000138631"] * 2)
        category = self.env["product.category"].create({"name": "رده"})
        wizards.create(
            {"category_ids": [(6, 0, category.ids)], "sstid": "۲۷۱۰۰۰۰۱۳۸۶۴۸"}
        ).action_apply()
        self.assertEqual(category.aria_sstid, "2710000138648")
        with self.assertRaisesRegex(UserError, "13 digits"):
            wizards.create({"product_ids": [(6, 0, products.ids)], "sstid": "12"}).action_apply()

    def test_products_without_an_id_are_found(self):
        """Those without a category too; an id of a category above counts."""
        above = self.env["product.category"].create({"name": "بالا", "aria_sstid": "2710000138648"})
        below = above.create({"name": "پایین", "parent_id": above.id})
        bare = above.create({"name": "بی‌شناسه"})
        products = self.env["product.template"].create(
            [
                {"name": "own", "aria_sstid": "2710000138631", "categ_id": bare.id},
                {"name": "above", "categ_id": below.id},
                {"name": "bare", "categ_id": bare.id},
                {"name": "none", "categ_id": False},
            ]
        )
        own = [("id", "in", products.ids)]
        for wanted, names in ((False, ["bare", "none"]), (True, ["own", "above"])):
            found = products.search([*own, ("aria_has_sstid", "=", wanted)], order="id")
            self.assertEqual(found.mapped("name"), names)
            self.assertEqual(set(found.mapped("aria_has_sstid")), {wanted})
        self.assertEqual(products.search([*own, ("aria_has_sstid", "!=", False)]), products[:2])

    def test_button_of_the_list(self):
        action = self.rpc(self.accountant, "aria.moadian.good", "action_import", [])
        self.assertEqual(action["res_model"], "aria.moadian.good.import")

    def test_lowest_role(self):
        clerk = new_test_user(self.env, "g_clerk", groups="base.group_user")
        for model, values in (
            ("aria.moadian.assign", {"sstid": "2710000138624"}),
            ("aria.moadian.good.import", {}),
            ("aria.moadian.good", {"sstid": "2710000138624", "name": "x"}),
        ):
            with self.assertRaises(AccessError):
                self.rpc(clerk, model, "create", values)
        with self.assertRaises(AccessError):
            values = {"sstid": "2710000138624", "name": "x"}
            self.rpc(self.accountant, "aria.moadian.good", "create", values)
        with self.assertRaises(AccessError):
            self.rpc(
                self.accountant,
                "product.template",
                "write",
                self.product.product_tmpl_id.ids,
                {"name": "x"},
            )
        wizard = self.env["aria.moadian.assign"].with_user(self.accountant).create({})
        with self.assertRaises(AccessError):
            self.rpc(clerk, "aria.moadian.assign", "action_apply", wizard.ids)

    def test_accountant_reaches_only_products_he_sees(self):
        hidden = self.env["product.template"].create(
            {"name": "پنهان", "company_id": self.env["res.company"].create({"name": "دیگر"}).id}
        )
        with self.assertRaises(AccessError):
            values = {"product_ids": [(6, 0, hidden.ids)], "sstid": "2710000138624"}
            self.rpc(self.accountant, "aria.moadian.assign", "create", values)
        self.assertFalse(hidden.aria_sstid)
