from odoo import models


class SaleOrderLine(models.Model):
    """What the customer sees of a line's way: a label that the company has chosen, nothing internal."""

    # a subject of its own, in a file of its own
    _inherit = "sale.order.line"  # pylint: disable=consider-merging-classes-inherited

    def _aria_get_public_status(self):
        """Return the customer's label of this line's status; False where the company shows none."""
        self.ensure_one()
        return self.sudo().aria_stage_id.aria_public_name  # the label only; flows are internal
