from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

COMPARISONS = {name: SQL(name) for name in ("<", "<=", ">", ">=")} | {"in": SQL("IN")}
FLUSHED = {
    "sale.order": ["company_id", "currency_rate"],
    "sale.order.line": [
        "order_id", "display_type", "product_id", "product_uom_id", "product_uom_qty", "price_unit",
        "discount", "price_subtotal",
    ],
    "product.product": ["standard_price", "product_tmpl_id"],
    "product.template": ["uom_id"],
    "uom.uom": ["factor"],
}  # fmt: skip


class SaleOrder(models.Model):
    """Figures of a quotation for the conditions of policies, and for its lists."""

    # a subject of its own, in a file of its own
    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    aria_margin_percent = fields.Float(
        "Margin (%)", compute="_compute_aria_margin_percent", search="_search_aria_margin_percent",
        compute_sudo=True, groups="sales_team.group_sale_manager,account.group_account_invoice",
        help="What remains of the untaxed amount after the present cost of the products, in percent.",
    )  # fmt: skip
    aria_discount_percent = fields.Float(
        "Total Discount (%)", compute="_compute_aria_discount_percent",
        search="_search_aria_discount_percent", compute_sudo=True,
        help="How much the discounts of the lines and of the whole order take off the prices, in percent.",
    )  # fmt: skip

    @api.depends(
        "order_line.price_subtotal", "order_line.product_uom_qty", "order_line.product_id",
        "order_line.product_uom_id",
    )  # fmt: skip
    def _compute_aria_margin_percent(self):
        for order in self:
            lines = order._aria_get_content()
            income = sum(lines.mapped("price_subtotal"))
            cost = sum(line._aria_get_unit_cost() * line.product_uom_qty for line in lines)
            order.aria_margin_percent = round((income - cost) / income * 100, 2) if income else 0.0

    @api.depends(
        "order_line.price_unit", "order_line.discount", "order_line.product_uom_qty",
        "order_line.display_type",
    )  # fmt: skip
    def _compute_aria_discount_percent(self):
        for order in self:
            whole = rest = 0.0
            for line in order._aria_get_content():
                amount = line.price_unit * line.product_uom_qty
                whole += max(0.0, amount)
                rest += amount * (1 - line.discount / 100)
            order.aria_discount_percent = round((whole - rest) / whole * 100, 2) if whole else 0.0

    # ------------------------------------------------------------------ searching
    @api.model
    def _search_aria_margin_percent(self, operator, value):
        cost = SQL(
            """
            COALESCE((product.standard_price ->> o.company_id::text)::float, 0)
            * line.product_uom_qty * unit.factor / own.factor * COALESCE(NULLIF(o.currency_rate, 0), 1)
            """
        )
        income = SQL("line.price_subtotal")
        return self._aria_search_percent(operator, value, SQL("%s - %s", income, cost), income)

    @api.model
    def _search_aria_discount_percent(self, operator, value):
        amount = SQL("line.price_unit * line.product_uom_qty")
        whole = SQL("GREATEST(0, %s)", amount)
        part = SQL("%s - %s * (1 - COALESCE(line.discount, 0) / 100)", whole, amount)
        return self._aria_search_percent(operator, value, part, whole)

    @api.model
    def _aria_search_percent(self, operator, value, part, whole):
        """Return the domain of orders where the sum of ``part`` is so many percent of that of ``whole``."""
        if operator not in COMPARISONS:
            return NotImplemented
        wanted = tuple(value) if operator == "in" else value
        if operator == "in" and not wanted:
            return Domain.FALSE
        for model, names in FLUSHED.items():
            self.env[model].flush_model(names)
        query = SQL(
            """
            (SELECT o.id
               FROM sale_order o
               LEFT JOIN sale_order_line line ON line.order_id = o.id AND line.display_type IS NULL
                     AND line.product_uom_qty != 0
               LEFT JOIN product_product product ON product.id = line.product_id
               LEFT JOIN product_template template ON template.id = product.product_tmpl_id
               LEFT JOIN uom_uom own ON own.id = template.uom_id
               LEFT JOIN uom_uom unit ON unit.id = line.product_uom_id
              GROUP BY o.id
             HAVING COALESCE(ROUND((100 * SUM(%(part)s) / NULLIF(SUM(%(whole)s), 0))::numeric, 2), 0)
                    %(operator)s %(wanted)s)
            """,
            part=part,
            whole=whole,
            operator=COMPARISONS[operator],
            wanted=wanted,
        )
        return Domain("id", "in", query)
