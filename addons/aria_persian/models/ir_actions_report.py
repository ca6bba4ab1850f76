import io

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.chromium import PrintError, find_browser, print_pdf


class IrActionsReport(models.Model):
    """Papers that need nothing from outside may be printed by Chromium, which is better at Persian."""

    _inherit = "ir.actions.report"

    aria_by_browser = fields.Boolean(
        "Print by Chromium",
        help="Where Chromium is installed on the server it prints this report instead of wkhtmltopdf. For reports"
        " without header and footer, whose style and pictures stand in the page itself.",
    )

    @api.model
    def _aria_find_browser(self):
        """Return the path of the browser that prints; the system parameter may name another, or ``none``."""
        # sudo: a setting of the server
        path = self.env["ir.config_parameter"].sudo().get_param("aria_persian.chromium")
        return None if path == "none" else path or find_browser()

    @api.model
    def get_wkhtmltopdf_state(self):
        # EXTENDS 'base': the key only says that what comes next is printed by the browser
        if self.env.context.get("aria_by_browser") and self._aria_find_browser():
            return "ok"
        return super().get_wkhtmltopdf_state()

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        # EXTENDS 'base'
        report = self._get_report(report_ref)
        if not report.aria_by_browser or not self._aria_find_browser():
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids=res_ids)
        model = super(IrActionsReport, self.with_context(aria_by_browser=True))
        streams = {}
        # one by one: a PDF of the browser has no marks by which core could part it
        for res_id in dict.fromkeys(res_ids or []):
            streams |= model._render_qweb_pdf_prepare_streams(report_ref, data, res_ids=[res_id])
        return streams or model._render_qweb_pdf_prepare_streams(report_ref, data)

    @api.model
    def _run_wkhtmltopdf(self, bodies, report_ref=False, **kwargs):
        # EXTENDS 'base'
        report = self._get_report(report_ref) if report_ref else self.browse()
        browser = report.aria_by_browser and self._aria_find_browser()
        if not browser:
            return super()._run_wkhtmltopdf(bodies, report_ref=report_ref, **kwargs)
        page = self._aria_get_page_css(report.get_paperformat())
        pages = [self._aria_print(browser, body, page, report) for body in bodies]
        if len(pages) == 1:
            return pages[0]
        return self._merge_pdfs([io.BytesIO(content) for content in pages]).getvalue()

    @api.model
    def _aria_print(self, browser, body, page, report):
        try:
            return print_pdf(browser, str(body).replace("</head>", f"{page}</head>", 1))
        except PrintError as error:
            raise UserError(
                self.env._(
                    "“%(report)s” could not be printed by %(browser)s: %(error)s",
                    report=report.name,
                    browser=browser,
                    error=error,
                )
            ) from error

    @api.model
    def _aria_get_page_css(self, paper):
        """Return the style that gives the page its size and margins, in mm."""
        if paper.format == "custom":
            size = f"{paper.page_width}mm {paper.page_height}mm"
        else:
            size = f"{paper.format or 'A4'} {(paper.orientation or 'Portrait').lower()}"
        margins = (paper.margin_top, paper.margin_right, paper.margin_bottom, paper.margin_left)
        return (
            f"<style>@page {{size: {size}; margin: {' '.join(f'{m}mm' for m in margins)};}}</style>"
        )
