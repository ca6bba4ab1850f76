from odoo import api, fields, models


class AriaLineAlternative(models.TransientModel):
    """Asks which alternative is offered; ``sale.order.line.aria_offer_alternative`` does the rest."""

    _name = "aria.line.alternative"
    _description = "Offer an Alternative"

    line_id = fields.Many2one(
        "sale.order.line",
        required=True,
        readonly=True,
        ondelete="cascade",
        default=lambda self: self.env.context.get("active_id"),
    )
    aria_alternative_ids = fields.Many2many(related="line_id.aria_alternative_ids")
    product_id = fields.Many2one(
        "product.product",
        string="Alternative",
        required=True,
        ondelete="cascade",
        domain="[('id', 'in', aria_alternative_ids)]",
    )
    free_qty = fields.Float("Free Stock", compute="_compute_free_qty", digits="Product Unit")

    @api.depends("product_id", "line_id")
    def _compute_free_qty(self):
        for dialog in self:
            warehouse = dialog.line_id.warehouse_id
            dialog.free_qty = dialog.product_id.with_context(warehouse_id=warehouse.id).free_qty

    def action_apply(self):
        """Offer the alternative."""
        self.line_id.aria_offer_alternative(self.product_id)
        return {"type": "ir.actions.act_window_close"}
