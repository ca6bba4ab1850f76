from odoo import api, fields, models
from odoo.fields import Domain


class SaleOrderLine(models.Model):
    """How the goods of a line are had, by the routes of the product; flows of mixed companies ask for it."""

    # a subject of its own, in a file of its own
    _inherit = "sale.order.line"  # pylint: disable=consider-merging-classes-inherited

    aria_supply_way = fields.Selection(
        [("stock", "From Stock"), ("production", "Production"), ("purchase", "Purchase")],
        string="Way of Supply",
        compute="_compute_aria_supply_way",
        search="_search_aria_supply_way",
    )

    @api.depends("route_ids", "product_id.route_ids", "product_id.categ_id.total_route_ids")
    def _compute_aria_supply_way(self):
        for line in self:
            product = line.product_id
            routes = line.route_ids or product.route_ids | product.categ_id.total_route_ids
            # sudo: sellers may not read the rules of routes
            actions = set(routes.sudo().rule_ids.mapped("action"))
            if "manufacture" in actions:
                line.aria_supply_way = "production"
            else:
                line.aria_supply_way = "purchase" if "buy" in actions else "stock"

    @api.model
    def _search_aria_supply_way(self, operator, value):
        if operator != "in":
            return NotImplemented
        made, bought = (
            self._aria_get_route_domain("manufacture"),
            self._aria_get_route_domain("buy"),
        )
        ways = {"production": made, "purchase": bought & ~made, "stock": ~bought & ~made}
        return Domain.OR(ways[way] for way in value if way in ways)

    @api.model
    def _aria_get_route_domain(self, action):
        """Return the domain of lines for which a route has a rule of the kind ``action``."""
        # sudo: sellers may not read the rules of routes
        rules = self.env["stock.rule"].sudo().search([("action", "=", action)])
        routes = rules.route_id.ids
        product = Domain("product_id.route_ids", "in", routes) | Domain(
            "product_id.categ_id.total_route_ids", "in", routes
        )
        return Domain("route_ids", "in", routes) | (Domain("route_ids", "=", False) & product)
