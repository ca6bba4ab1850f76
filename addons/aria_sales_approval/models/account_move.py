from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def action_aria_sale_lines(self):
        """Show the lines of orders that these entries bill."""
        self.check_access("read")
        # sudo: which lines there are; the list shows those that its reader may read
        lines = self.sudo().line_ids.sale_line_ids
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aria_sales_opportunity.sale_order_line_action"
        )
        return action | {"domain": [("id", "in", lines.ids)], "context": {}}
