from odoo.exceptions import AccessError
from odoo.http import request

from odoo.addons.sale.controllers.portal import CustomerPortal


class AriaCustomerPortal(CustomerPortal):
    def _document_check_access(self, model_name, document_id, access_token=None):
        # EXTENDS 'portal': whoever may read an order gets the customer's page of it, as superuser, with prices
        if model_name == "sale.order" and request.env["sale.order"]._aria_hides_prices():
            raise AccessError(
                request.env._("The customer's page shows prices; ask the salesperson.")
            )
        return super()._document_check_access(model_name, document_id, access_token=access_token)
