from odoo import fields, models


class AriaLineSplit(models.TransientModel):
    """Asks how much is parted off; ``sale.order.line.aria_split_qty`` does the rest."""

    _name = "aria.line.split"
    _description = "Part a Line"

    line_id = fields.Many2one(
        "sale.order.line",
        required=True,
        readonly=True,
        ondelete="cascade",
        default=lambda self: self.env.context.get("active_id"),
    )
    whole_qty = fields.Float(related="line_id.product_uom_qty", string="Quantity")
    product_uom_id = fields.Many2one(related="line_id.product_uom_id")
    qty = fields.Float(
        "Quantity Parted Off",
        digits="Product Unit",
        required=True,
        help="Goes into a new line with the same price, discount and status.",
    )

    def action_apply(self):
        """Part the line."""
        self.line_id.aria_split_qty(self.qty)
        return {"type": "ir.actions.act_window_close"}
