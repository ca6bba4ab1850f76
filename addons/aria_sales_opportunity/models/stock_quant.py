from odoo import models


class StockQuant(models.Model):
    _inherit = "stock.quant"

    def _update_available_quantity(self, product_id, location_id, *args, **kwargs):
        # EXTENDS 'stock': lines of quotations have no moves; a job tells them what the stock allows
        result = super()._update_available_quantity(product_id, location_id, *args, **kwargs)
        if product_id.is_storable and location_id.usage == "internal":
            self.env["aria.stock.change"]._aria_add(product_id)
        return result
