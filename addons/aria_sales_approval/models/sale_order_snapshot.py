import json

from odoo import api, fields, models
from odoo.tools import SQL, formatLang

from odoo.addons.aria_persian.tools.dates import format_day

LAST_ORDERS = 5


class SaleOrder(models.Model):
    """What approvers are shown: frozen when it is submitted, so that they need no rights on the order."""

    # a subject of its own, in a file of its own
    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    def _aria_get_snapshots(self):
        """Return {order id: content for approvers} of these (superuser) orders, as JSON can hold it."""
        partners = self.partner_id.commercial_partner_id
        for name in ("aria_last_price", "aria_shortage_qty"):
            self.order_line.mapped(name)  # for all at once
        free = self._aria_get_free_stock()
        overdue, last = self._aria_get_overdue(partners), self._aria_get_last_orders(partners)
        return {
            order.id: {
                "order": order.name,
                "currency": order.currency_id.name,
                "total": order.amount_total,
                "untaxed": order.amount_untaxed,
                "terms": order.payment_term_id.name or "",
                "header": order._aria_get_header_names(),
                "customer": order._aria_get_customer_facts(overdue, last),
                "lines": [line._aria_get_facts(free) for line in order._aria_get_content()],
            }
            for order in self
        }

    def _aria_get_free_stock(self):
        """Return {(product id, warehouse id): free quantity in the product's unit}."""
        lines = self.order_line
        products = lines.product_id.filtered("is_storable")
        if not products:
            return {}
        rows = self.env.execute_query(lines._aria_get_free_query(products))
        return {(product, warehouse): quantity for product, warehouse, quantity in rows}

    def _aria_get_customer_facts(self, overdue, last):
        partner = self.partner_id.commercial_partner_id
        return {
            "id": partner.id,
            "name": partner.display_name,
            "currency": self.company_id.currency_id.name,
            "debt": partner.with_company(self.company_id).credit,
            "overdue": overdue.get((partner.id, self.company_id.id), 0.0),
            "last": last.get((partner.id, self.company_id.id), []),
        }

    def _aria_get_overdue(self, partners):
        """Return {(partner id, company id): what is due and unpaid, in company currency}."""
        groups = self.env["account.move.line"]._read_group(
            [
                ("partner_id.commercial_partner_id", "in", partners.ids),
                ("company_id", "in", self.company_id.ids),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("date_maturity", "<", fields.Date.today()),
            ],
            ["partner_id", "company_id"],
            ["amount_residual:sum"],
        )
        found = {}
        for partner, company, amount in groups:
            key = (partner.commercial_partner_id.id, company.id)
            found[key] = found.get(key, 0.0) + amount
        return found

    def _aria_get_last_orders(self, partners):
        """Return {(partner id, company id): [[name, date, total, currency]]} of the last confirmed orders."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT asked.id, asked.company_id, o.name, o.date_order::date, o.amount_total, c.name
                  FROM unnest(%(partners)s, %(companies)s) AS asked (id, company_id), LATERAL (
                        SELECT so.name, so.date_order, so.amount_total, so.currency_id
                          FROM sale_order so JOIN res_partner p ON p.id = so.partner_id
                         WHERE p.commercial_partner_id = asked.id AND so.state = 'sale'
                           AND so.company_id = asked.company_id
                         ORDER BY so.date_order DESC, so.id DESC LIMIT %(limit)s) AS o
                  JOIN res_currency c ON c.id = o.currency_id
                """,
                partners=[p.id for p in partners for _c in self.company_id],
                companies=[c.id for _p in partners for c in self.company_id],
                limit=LAST_ORDERS,
            )
        ) if partners else []  # fmt: skip
        found = {}
        for partner, company, name, date, total, currency in rows:
            row = [name, fields.Date.to_string(date), float(total), currency]
            found.setdefault((partner, company), []).append(row)
        return found

    @api.model
    def _aria_render_snapshot(self, snapshot, before, settled=()):
        """Return the content of approvers as HTML, with what has changed since ``before`` marked.

        :param settled: ids of lines that need no decision any more
        """
        now, old = json.loads(snapshot or "{}"), json.loads(before or "{}")
        previous = {line["id"]: line for line in old.get("lines", [])}
        for line in now.get("lines", []):
            was = previous.pop(line["id"], None)
            line["new"] = bool(old) and was is None
            line["changed"] = [key for key in line if was and key in was and line[key] != was[key]]
            line["was"] = was or {}
            line["settled"] = line["id"] in settled
        now.get("lines", []).sort(key=lambda line: line["settled"])  # what is asked comes first
        values = {
            "labels": self._aria_get_labels(),
            "now": now, "old": old, "gone": list(previous.values()),
            "money": self._aria_get_money_format(now),
            "number": self._aria_format_number,
            "day": lambda value: format_day(self.env, value),
            "header_changes": self._aria_describe_header(
                old.get("header") or {}, now.get("header") or {}
            ),
        }  # fmt: skip
        return self.env["ir.qweb"]._render("aria_sales_approval.snapshot", values)

    @api.model
    def _aria_get_labels(self):
        """Return {fact of a line: its heading}, in the order in which approvers see them."""
        return {
            "quantity": self.env._("Quantity"),
            "price": self.env._("Price"),
            "list": self.env._("List Price"),
            "last": self.env._("Last Price"),
            "cost": self.env._("Cost"),
            "discount": self.env._("Discount"),
            "taxes": self.env._("Taxes"),
            "margin": self.env._("Margin"),
            "subtotal": self.env._("Subtotal"),
        }

    @api.model
    def _aria_format_number(self, value):
        """Return a quantity or a percentage as the language writes it, without needless decimals."""
        if not isinstance(value, int | float):
            return value or ""
        return formatLang(self.env, value, digits=0 if value == int(value) else 2)

    def _aria_get_money_format(self, now):
        """Return the function that writes an amount in the currency of a code, as the reader's language does."""
        customer = now.get("customer") or {}
        codes = {
            now.get("currency"),
            customer.get("currency"),
            *(row[3] for row in customer.get("last", [])),
        }
        currencies = self.env["res.currency"].with_context(active_test=False)
        found = currencies.search([("name", "in", [code for code in codes if code])]).grouped(
            "name"
        )
        return lambda amount, code: formatLang(self.env, amount, currency_obj=found.get(code))


class SaleOrderLine(models.Model):
    # with the snapshot that shows it
    _inherit = "sale.order.line"  # pylint: disable=consider-merging-classes-inherited

    def _aria_get_facts(self, free):
        """Return what an approver sees of this (superuser) line; ``free``: see the order."""
        self.ensure_one()
        product, rate = self.product_id, self.order_id.currency_rate or 1.0
        to_unit = product.uom_id._compute_price
        cost = self._aria_get_unit_cost()
        net = self.price_unit * (1 - self.discount / 100)
        return {
            "id": self.id,
            "name": product.display_name or self.name,
            "quantity": self.product_uom_qty,
            "unit": self.product_uom_id.name or "",
            "price": self.price_unit,
            "discount": self.discount,
            "list": to_unit(product.lst_price, self.product_uom_id) * rate,
            "last": self.aria_last_price,
            "cost": cost,
            "margin": round((net - cost) / net * 100, 2) if net else 0.0,
            "subtotal": self.price_subtotal,
            "taxes": ", ".join(self.tax_ids.mapped("name")),
            "free": self._aria_get_free_of(free) if product.is_storable else None,
            "shortage": self.aria_shortage_qty,
            "promise": fields.Date.to_string(self.aria_promise_date) or "",
        }

    def _aria_get_unit_cost(self):
        """Return the present cost of one unit of this line, in the currency of the order."""
        product = self.product_id.with_company(self.company_id)
        cost = product.uom_id._compute_price(product.standard_price, self.product_uom_id)
        return cost * (self.order_id.currency_rate or 1.0)

    def _aria_get_free_of(self, free):
        """Return what is free in the warehouse of this line, in the unit of the line."""
        product = self.product_id
        quantity = free.get((product.id, self.order_id.warehouse_id.id), 0.0)
        return product.uom_id._compute_quantity(quantity, self.product_uom_id, round=False)
