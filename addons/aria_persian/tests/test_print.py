import io
from unittest.mock import patch

from pypdf import PdfReader

from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

from ..models import ir_actions_report
from ..tools.chromium import PrintError, find_browser, print_pdf
from ..tools.fonts import font_css


@tagged("post_install", "-at_install")
class TestPrint(TransactionCase):
    """Papers by a real Chromium."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.ui.view"].create(
            {
                "name": "paper", "type": "qweb", "key": "aria_persian.test_paper",
                "arch": """<t t-name="aria_persian.test_paper"><t t-call="web.html_container">
                    <t t-foreach="docs" t-as="o"><div class="article" data-oe-model="res.partner"
                        t-att-data-oe-id="o.id"><t t-out="o.name"/></div></t></t></t>""",
            }
        )  # fmt: skip
        cls.report = cls.env["ir.actions.report"].create(
            {
                "name": "Paper", "model": "res.partner", "report_name": "aria_persian.test_paper",
                "report_type": "qweb-pdf", "aria_by_browser": True,
                "attachment": "'paper %s.pdf' % object.id",
            }
        )  # fmt: skip
        cls.partners = cls.env["res.partner"].create([{"name": f"Partner {n}"} for n in range(3)])

    def render(self):
        reports = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        return reports._render_qweb_pdf(self.report, self.partners.ids)

    def test_persian_page(self):
        html = (
            f"<html dir='rtl'><head><meta charset='utf-8'><style>{font_css()} body {{font-family:"
            " Vazirmatn}</style></head><body>پیش‌فاکتور"
            "<script>document.body.textContent = 'script'</script></body></html>"
        )
        page = PdfReader(io.BytesIO(print_pdf(find_browser(), html))).pages[0]
        self.assertNotIn("script", page.extract_text())
        fonts = page["/Resources"]["/Font"].values()
        self.assertIn("Vazirmatn", str([font.get_object()["/BaseFont"] for font in fonts]))

    def test_several_records(self):
        content, kind = self.render()
        self.assertEqual(kind, "pdf")
        self.assertEqual(len(PdfReader(io.BytesIO(content)).pages), 3)
        kept = self.env["ir.attachment"].search(
            [("res_model", "=", "res.partner"), ("res_id", "in", self.partners.ids)]
        )
        self.assertEqual(len(kept), 3, "each record keeps its own")

    def test_page_size(self):
        self.report.paperformat_id = self.env["report.paperformat"].create(
            {"name": "Wide", "format": "A4", "orientation": "Landscape"}
        )
        box = PdfReader(io.BytesIO(self.render()[0])).pages[0].mediabox
        self.assertGreater(box.width, box.height)

    def test_browser_that_fails_is_said(self):
        with self.assertRaises(PrintError):
            print_pdf("/bin/false", "<html/>")
        with self.assertRaises(PrintError):
            print_pdf("/nowhere/chromium", "<html/>")
        with (
            patch.object(ir_actions_report, "find_browser", return_value="/bin/false"),
            self.assertRaisesRegex(UserError, "Paper"),
        ):
            self.render()

    def test_switched_off(self):
        self.env["ir.config_parameter"].set_param("aria_persian.chromium", "none")
        engine = type(self.report)
        with (
            patch.object(engine, "get_wkhtmltopdf_state", lambda *args: "install"),
            self.assertRaises(UserError),
        ):
            self.render()
