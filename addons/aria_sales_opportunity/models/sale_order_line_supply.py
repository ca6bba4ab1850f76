from odoo import api, fields, models


class SaleOrderLine(models.Model):
    """How the goods of a line are had, by the routes of the product; flows of mixed companies ask for it."""

    # a subject of its own, in a file of its own
    _inherit = "sale.order.line"  # pylint: disable=consider-merging-classes-inherited

    aria_supply_way = fields.Selection(
        [("stock", "From Stock"), ("production", "Production"), ("purchase", "Purchase")],
        string="Way of Supply",
        compute="_compute_aria_supply_way",
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
