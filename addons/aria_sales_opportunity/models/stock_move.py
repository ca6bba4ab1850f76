from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _action_assign(self, *args, **kwargs):
        # EXTENDS 'stock'
        result = super()._action_assign(*args, **kwargs)
        self.sale_line_id.aria_fire("reserved")
        return result

    def _do_unreserve(self):
        # EXTENDS 'stock'
        result = super()._do_unreserve()
        self.exists().sale_line_id.aria_fire("unreserved")
        return result

    def _action_cancel(self):
        # EXTENDS 'stock'
        result = super()._action_cancel()
        self.exists().sale_line_id.aria_fire("unreserved")
        return result

    def _action_done(self, *args, **kwargs):
        # EXTENDS 'stock'
        moves = super()._action_done(*args, **kwargs)
        done = moves.filtered(lambda m: m.state == "done" and m.sale_line_id)
        done.filtered(lambda m: m.location_dest_id._is_outgoing()).sale_line_id.aria_fire("exited")
        done.filtered(lambda m: m.location_id._is_outgoing()).sale_line_id.aria_fire(
            "goods_returned"
        )
        return moves
