from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def write(self, vals):
        # EXTENDS 'account': every way of taking an entry back passes here
        if vals.get("state") in ("draft", "cancel"):
            posted = self.filtered(lambda move: move.state == "posted")
            posted.origin_payment_id._aria_check_cheques_are_last()
        return super().write(vals)
