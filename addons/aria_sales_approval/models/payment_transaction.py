from odoo import models


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _check_amount_and_confirm_order(self):
        # EXTENDS 'sale': a payment for an unapproved quotation is kept, and finance decides
        waiting = self.browse()
        for transaction in self:
            quotation = transaction.sale_order_ids.filtered(lambda o: o.state in ("draft", "sent"))
            blocked = quotation._aria_filter_unapproved()
            if blocked:
                waiting |= transaction
                blocked._aria_bring_to_finance(self.env._("The customer has paid."))
        return super(PaymentTransaction, self - waiting)._check_amount_and_confirm_order()
