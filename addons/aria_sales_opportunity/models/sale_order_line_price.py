from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, float_compare

PERCENT_DIGITS = 2


class SaleOrderLine(models.Model):
    """Where a line's price comes from, what this customer paid last, and how much discount it holds."""

    # a subject of its own, in a file of its own
    _inherit = "sale.order.line"  # pylint: disable=consider-merging-classes-inherited

    aria_last_price = fields.Float(
        "Last Price",
        compute="_compute_aria_last_price",
        digits="Product Price",
        help="What this customer last paid for a unit of the product, after discount, in the currency of the order.",
    )
    aria_price_source = fields.Selection(
        [("list", "Price list"), ("last", "Last sold"), ("manual", "Typed")],
        string="Price Source",
        compute="_compute_aria_price_source",
    )

    @api.depends("product_id", "order_partner_id", "product_uom_id", "currency_id")
    def _compute_aria_last_price(self):
        last = self._aria_get_last_prices()
        for line in self:
            key = (line.order_partner_id.commercial_partner_id.id, line.product_id.id)
            line.aria_last_price = last.get(key, 0.0) * line._aria_get_last_price_factor()

    def _aria_get_last_price_factor(self):
        """Return the factor from company currency and the product's unit to those of this line."""
        self.ensure_one()
        unit, own = self.product_uom_id, self.product_id.uom_id
        factor = unit.factor / own.factor if unit and own else 1.0
        return factor * (self.order_id.currency_rate or 1.0)

    def _aria_get_last_prices(self):
        """Return {(commercial partner id, product id): price} of the last confirmed sales but these orders'.

        Prices are after discount, for the product's own unit, in company currency.
        """
        pairs = {
            (line.order_partner_id.commercial_partner_id.id, line.product_id.id)
            for line in self
            if line.order_partner_id and line.product_id
        }
        if not pairs:
            return {}
        self.flush_model()
        self.env["sale.order"].flush_model()
        rows = self.env.execute_query(self._aria_get_last_prices_query(pairs))
        return {(partner, product): price for partner, product, price in rows}

    def _aria_get_last_prices_query(self, pairs):
        partners, products = zip(*pairs, strict=True)
        return SQL(
            """
            SELECT asked.partner_id, asked.product_id, last.price
              FROM unnest(%(partners)s, %(products)s) AS asked (partner_id, product_id),
                   LATERAL (
                    SELECT line.price_unit * (1 - line.discount / 100) / COALESCE(NULLIF(o.currency_rate, 0), 1)
                           * own.factor / unit.factor AS price
                      FROM sale_order_line line
                      JOIN sale_order o ON o.id = line.order_id
                      JOIN res_partner partner ON partner.id = line.order_partner_id
                      JOIN product_product product ON product.id = line.product_id
                      JOIN product_template template ON template.id = product.product_tmpl_id
                      JOIN uom_uom own ON own.id = template.uom_id
                      JOIN uom_uom unit ON unit.id = line.product_uom_id
                     WHERE partner.commercial_partner_id = asked.partner_id
                       AND line.product_id = asked.product_id AND line.state = 'sale'
                       AND line.company_id = ANY(%(companies)s) AND line.order_id != ALL(%(orders)s)
                     ORDER BY o.date_order DESC, line.id DESC LIMIT 1) AS last
            """,
            partners=list(partners),
            products=list(products),
            companies=self.company_id.ids or self.env.companies.ids,
            orders=self.order_id.ids,
        )

    @api.depends("price_unit", "discount", "technical_price_unit", "aria_last_price")
    def _compute_aria_price_source(self):
        digits = self.env["decimal.precision"].precision_get("Product Price")
        for line in self:
            net = line.price_unit * (1 - line.discount / 100)
            if not line.product_id or line.display_type:
                line.aria_price_source = False
            elif not float_compare(line.price_unit, line.technical_price_unit, digits):
                line.aria_price_source = "list"
            else:
                same = line.aria_last_price and not float_compare(net, line.aria_last_price, digits)
                line.aria_price_source = "last" if same else "manual"

    # ------------------------------------------------------------------ limits of discount
    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'sale'
        lines = super().create(vals_list)
        lines._aria_check_discount_offered()
        return lines

    def write(self, vals):
        # EXTENDS 'sale'
        result = super().write(vals)
        if {"discount", "price_unit", "product_id", "product_uom_qty"} & vals.keys():
            self._aria_check_discount_offered()
        return result

    def _aria_check_discount_offered(self):
        """Check the lines whose price the customer already has."""
        self.filtered(lambda line: line.state in ("sent", "sale")).order_id._aria_check_discounts()

    def _aria_is_priced(self):
        """Return whether this line is one whose price is agreed with the customer."""
        self.ensure_one()
        return bool(self.aria_workflow_id) and not self.is_downpayment and self.product_uom_qty > 0

    def _aria_get_list_price(self):
        """Return the price of the list for this line, in its currency; 0 where a list says nothing."""
        self.ensure_one()
        if self.display_type or not self.product_id or self.product_type == "combo":
            return 0.0
        return self.with_company(self.company_id)._get_display_price()

    def _aria_get_discount(self, order_share):
        """Return the discount of this line in per cent of the list, everything counted.

        :param float order_share: part of each amount that a discount of the whole order takes, 0 to 1
        """
        self.ensure_one()
        given = (1 - self.discount / 100) * (1 - order_share)
        list_price = self._aria_get_list_price()
        if list_price > 0:
            given *= min(1.0, self.price_unit / list_price)
        return (1 - given) * 100

    def _aria_check_discount_limit(self, limits, user, order_share):
        """Refuse a discount of this line beyond what ``limits`` allow ``user``."""
        self.ensure_one()
        given = self._aria_get_discount(order_share)
        allowed = limits._aria_get_allowed(user, self.product_id.categ_id)
        if float_compare(given, allowed, PERCENT_DIGITS) > 0:
            raise UserError(
                self.env._(
                    "“%(line)s” has a discount of %(given)s %% on the list price and you may give %(allowed)s %%;"
                    " lower it, or let somebody with a higher limit send the quotation.",
                    line=self.display_name,
                    given=f"{given:.2f}".rstrip("0").rstrip("."),
                    allowed=f"{allowed:g}",
                )
            )
