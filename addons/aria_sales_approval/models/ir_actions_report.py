from odoo import models


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _pre_render_qweb_pdf(self, report_ref, res_ids=None, data=None):
        # EXTENDS 'base': a stored paper is not rendered again, so it is looked at here
        self._aria_check_paper(self._get_report(report_ref), res_ids)
        return super()._pre_render_qweb_pdf(report_ref, res_ids=res_ids, data=data)

    def _get_rendering_context(self, report, docids, data):
        # EXTENDS 'base': pages and texts are rendered without passing the way of the PDF
        self._aria_check_paper(report, docids)
        return super()._get_rendering_context(report, docids, data)

    def _aria_check_paper(self, report, ids):
        """Refuse the paper of an order that needs an approval and has none."""
        if report.model != "sale.order" or not ids:
            return
        orders = self.env["sale.order"].browse([ids] if isinstance(ids, int) else ids).exists()
        # on the customer's way nothing is raised: what has been signed is stored with its paper
        if self.env.user.share:
            orders = orders.filtered(lambda o: not o.sudo().signature)  # whether it was signed
        orders.filtered(lambda o: o.state != "cancel")._aria_check_approval()
