from odoo import models
from odoo.exceptions import UserError

CORE = "sale.report_saleorder_pro_forma"


class IrActionsReport(models.Model):
    """Core's own pro-forma is closed where none was issued; ours is kept as it was first printed."""

    # a subject of its own, in a file of its own
    _inherit = "ir.actions.report"  # pylint: disable=consider-merging-classes-inherited

    def _aria_check_paper(self, report, ids):
        # EXTENDS 'aria_sales_approval'
        result = super()._aria_check_paper(report, ids)
        if report.report_name == CORE or (
            report.model == "sale.order" and self.env.context.get("proforma")
        ):
            self._aria_check_proforma_paper(ids)
        return result

    def _get_rendering_context(self, report, docids, data):
        # EXTENDS 'base': whoever asks for a report may send values for its template, too
        if report.model == "sale.order" and data and data.get("is_pro_forma"):
            self._aria_check_proforma_paper(docids)
        return super()._get_rendering_context(report, docids, data)

    def _aria_check_proforma_paper(self, ids):
        orders = self.env["sale.order"].browse([ids] if isinstance(ids, int) else ids or [])
        if not orders:
            raise UserError(
                self.env._(
                    "A pro-forma is printed from its quotation; open one and print it there."
                )
            )
        orders.exists()._aria_check_proforma()

    def _prepare_pdf_report_attachment_vals_list(self, report, streams):
        # EXTENDS 'base'
        vals_list = super()._prepare_pdf_report_attachment_vals_list(report, streams)
        if report.model != "aria.proforma":
            return vals_list
        # sudo: frozen rows are nobody's to write, nor are their papers; what is kept is what was rendered
        self.env["ir.attachment"].sudo().create(vals_list)
        return []
