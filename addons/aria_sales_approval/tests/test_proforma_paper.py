from unittest.mock import patch

from lxml import html

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged

from .test_proforma import ProformaCase


@tagged("post_install", "-at_install")
class TestProformaPaper(ProformaCase):
    """The paper in both languages, from frozen content only, and kept."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fa_IR")
        cls.env.ref("base.module_aria_sales_approval")._update_translations(["fa_IR"])
        iran = cls.env.ref("base.ir")
        cls.rial = cls.env.ref("base.IRR")
        cls.rial.active = True
        cls.env["res.currency.rate"].create(
            {"currency_id": cls.rial.id, "rate": 1, "name": "2020-01-01"}
        )
        cls.company.partner_id.write(
            {
                "name": "شرکت آریا", "country_id": iran.id, "street": "خیابان آزادی",
                "city": "تهران", "zip": "1458889694", "aria_national_id": "10380284790",
                "aria_economic_code": "10380284790", "phone": "02166000000",
            }
        )  # fmt: skip
        cls.company.company_registry = "123456"
        cls.partner.write(
            {
                "name": "بازرگانی البرز", "is_company": True, "country_id": iran.id, "lang": "fa_IR",
                "street": "خیابان امام", "city": "کرج", "zip": "3158899687",
                "aria_national_id": "14007650912", "aria_economic_code": "14007650912",
            }
        )  # fmt: skip
        cls.tax = cls.env["account.tax"].create(
            {"name": "VAT", "amount": 10, "type_tax_use": "sale"}
        )
        cls.pricelist = cls.env["product.pricelist"].create(
            {"name": "Rial", "currency_id": cls.rial.id}
        )

    def make_rial_order(self):
        line = {"product_uom_qty": 3, "tax_ids": [Command.set(self.tax.ids)], "discount": 20}
        return self.env["sale.order"].create(
            {
                "partner_id": self.partner.id, "user_id": self.seller.id,
                "opportunity_id": self.lead.id, "pricelist_id": self.pricelist.id,
                "order_line": [
                    Command.create({**line, "product_id": self.goods[0].id, "price_unit": 1_250_000}),
                    Command.create({"display_type": "line_section", "name": "نصب"}),
                    Command.create({"product_id": self.service.id, "price_unit": 400_000, "tax_ids": False}),
                ],
            }
        )  # fmt: skip

    def text(self, proforma, lang, user=None):
        report = proforma._aria_get_report(lang)
        content, _kind = (
            self.env["ir.actions.report"]
            .with_user(user or self.seller)
            ._render_qweb_html(report, proforma.ids)
        )
        tree = html.fromstring(content)
        for style in tree.xpath("//style"):
            style.getparent().remove(style)
        return " ".join(tree.text_content().split())

    @freeze_time("2026-11-24 09:00:00")
    def test_persian(self):
        proforma = self.issue(self.make_rial_order())
        text = self.text(proforma, "fa_IR")
        for part in (
            "پیش‌فاکتور", "۱۴۰۵/۰۹/۰۳", "۱۴۰۵/۰۹/۰۸", "شرکت آریا", "بازرگانی البرز", "۱۰۳۸۰۲۸۴۷۹۰",
            "۱۴۰۰۷۶۵۰۹۱۲", "۱۴۵۸۸۸۹۶۹۴", "تهران، خیابان آزادی", "۳٬۷۵۰٬۰۰۰", "۷۵۰٬۰۰۰", "۳٬۰۰۰٬۰۰۰",
            "۳۰۰٬۰۰۰", "۳٬۷۰۰٬۰۰۰", "سه میلیون و هفتصد هزار ریال", "۱۲۳۴۵۶", "نصب",
        ):  # fmt: skip
            self.assertIn(part, text)
        self.assertNotRegex(text, r"[0-9]{2},", "no Latin amounts")
        self.assertNotIn("٫", text, "Rial has no decimals")

    @freeze_time("2026-11-24 09:00:00")
    def test_english(self):
        proforma = self.issue(self.make_rial_order())
        text = self.text(proforma, "en_US")
        for part in (
            "Pro-forma Invoice", "2026-11-24", "2026-11-29", "10380284790", "Economic code",
            "3,750,000", "3,700,000", "three million, seven hundred thousand Rials", "Goods 0",
        ):  # fmt: skip
            self.assertIn(part, text)

    def test_other_currencies_keep_their_cents(self):
        order = self.make_order(self.goods[0], quantity=1)
        order.order_line.price_unit = 12.5
        proforma = self.issue(order)
        labels = order.currency_id._aria_get_labels()["en_US"]
        self.assertIn(f"twelve {labels[0]} and fifty {labels[1]}", self.text(proforma, "en_US"))
        self.assertIn("۱۲٫۵۰", self.text(proforma, "fa_IR"))

    def test_tax_in_the_price_is_taken_out(self):
        self.tax.price_include_override = "tax_included"
        order = self.make_rial_order()
        order.order_line[0].write({"price_unit": 1_100_000, "discount": 0})
        row = order._aria_get_proforma_lines()[0]
        self.assertEqual(
            (row["price"], row["gross"], row["discount"], row["net"], row["tax"], row["total"]),
            (1_000_000, 3_000_000, 0, 3_000_000, 300_000, 3_300_000),
        )

    def test_frozen(self):
        order = self.make_rial_order()
        proforma = self.issue(order)
        before = {lang: self.text(proforma, lang) for lang in ("fa_IR", "en_US")}
        self.partner.name = "Another name"
        self.company.partner_id.street = "Another street"
        self.goods[0].name = "Another product"
        order.order_line[0].write({"price_unit": 1, "name": "Another"})
        self.env.invalidate_all()
        self.assertEqual({lang: self.text(proforma, lang) for lang in before}, before)

    def test_paper_is_kept_and_is_nobodys_to_change(self):
        proforma = self.issue(self.make_rial_order())
        reports = self.env["ir.actions.report"].with_user(self.seller)
        reports = reports.with_context(force_report_rendering=True)
        report = proforma._aria_get_report("fa_IR")
        engine = type(reports)
        with (
            patch.object(engine, "_run_wkhtmltopdf", lambda *args, **kwargs: b"%PDF-1.4 first"),
            patch.object(engine, "get_wkhtmltopdf_state", lambda *args: "ok"),
        ):
            content, kind = reports._render_qweb_pdf(report, proforma.ids)
        self.assertEqual((content, kind), (b"%PDF-1.4 first", "pdf"))
        kept = self.env["ir.attachment"].search(
            [("res_model", "=", "aria.proforma"), ("res_id", "=", proforma.id)]
        )
        self.assertEqual(kept.name, f"{proforma.name.replace('/', '-')}-fa.pdf")
        with patch.object(engine, "_run_wkhtmltopdf", side_effect=AssertionError):
            again, _kind = reports._render_qweb_pdf(report, proforma.ids)
        self.assertEqual(again, content, "what was given to the customer is given again")
        for user in (self.seller, self.clerk, self.env.ref("base.user_admin")):
            self.refuse(user, kept, "write", {"raw": b"%PDF other"}, error=AccessError)
            self.refuse(user, kept, "unlink", error=AccessError)
            vals = {
                "name": kept.name.replace("-fa", "-en"), "raw": b"%PDF forged",
                "res_model": "aria.proforma", "res_id": proforma.id,
            }  # fmt: skip
            self.refuse(user, self.env["ir.attachment"], "create", vals, error=AccessError)

    def test_job_keeps_what_nobody_printed(self):
        proforma = self.issue(self.make_rial_order())
        other = self.issue(self.make_rial_order())
        engine = type(self.env["ir.actions.report"])
        with (
            patch.object(engine, "_run_wkhtmltopdf", lambda *args, **kwargs: b"%PDF-1.4"),
            patch.object(engine, "get_wkhtmltopdf_state", lambda *args: "ok"),
        ):
            for _twice in range(2):
                self.run_cron("ir_cron_keep_proformas")
        kept = self.env["ir.attachment"].search_count(
            [("res_model", "=", "aria.proforma"), ("res_id", "in", (proforma | other).ids)]
        )
        self.assertEqual(kept, 4)

    def test_without_a_machine_for_papers(self):
        self.issue(self.make_rial_order())
        engine = type(self.env["ir.actions.report"])
        with patch.object(engine, "get_wkhtmltopdf_state", lambda *args: "install"):
            self.env["aria.proforma"]._cron_aria_keep_proformas()

    def test_rights_on_paper(self):
        proforma = self.issue(self.make_rial_order())
        self.assertTrue(self.text(proforma, "fa_IR", user=self.clerk))
        for user in (self.outsider, self.keeper):
            with self.assertRaises(AccessError):
                self.text(proforma, "fa_IR", user=user)
