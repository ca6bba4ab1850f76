from odoo import models
from odoo.fields import Domain
from odoo.tools import format_amount

from odoo.addons.aria_crm_lead.models.crm_lead_history import Source, make_facts


class CrmLead(models.Model):
    """The quotations and orders of an opportunity in its timeline."""

    _name = "crm.lead"
    _inherit = ["crm.lead"]

    def _aria_get_history_sources(self):
        # EXTENDS 'aria_crm_lead'
        sources = super()._aria_get_history_sources()
        orders = self.env["sale.order"]
        if orders.has_access("read"):
            own = Domain("opportunity_id", "=", self.id)
            tell = self._aria_tell_orders
            sources.append(Source("order", "order", orders, own, "create_date", tell))
        return sources

    def _aria_tell_orders(self, orders):
        labels = dict(orders._fields["state"]._description_selection(self.env))
        return {
            order.id: {
                "title": f"{order.name}: {labels[order.state]}",
                "user": order.user_id.name or "",
                "facts": make_facts(
                    (
                        self.env._("Total"),
                        format_amount(self.env, order.amount_total, order.currency_id),
                        "text",
                    )
                ),
                "res_model": order._name,
                "res_id": order.id,
            }
            for order in orders
        }
