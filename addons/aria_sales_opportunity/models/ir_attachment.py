from odoo import models


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def _inaccessible_comodel_records(self, model_and_ids, operation):
        # EXTENDS 'base': printed quotations are kept on the order, with their prices
        orders = self.env["sale.order"]
        if not self.env.su and orders._name in model_and_ids and orders._aria_hides_prices():
            yield from ((orders._name, id_) for id_ in model_and_ids[orders._name] if id_)
        yield from super()._inaccessible_comodel_records(model_and_ids, operation)
