import logging

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)
BATCH = 200
# what a change of these fields means for the need of the line's product
NEED_FIELDS = {
    "product_id",
    "product_uom_qty",
    "product_uom_id",
    "warehouse_id",
    "aria_outcome",
    "state",
}


class SaleOrderLine(models.Model):
    """How much of each open line the stock covers, oldest need first; kept by a job."""

    # a subject of its own, in a file of its own
    _inherit = "sale.order.line"  # pylint: disable=consider-merging-classes-inherited

    aria_shortage_qty = fields.Float(
        "Shortage",
        digits="Product Unit",
        copy=False,
        readonly=True,
        aria_engine=True,
        help="How much of the line the free stock of its warehouse does not cover, after confirmed orders and"
        " older quotations have taken theirs.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'sale'
        lines = super().create(vals_list)
        lines._aria_queue_products()
        return lines

    def write(self, vals):
        # EXTENDS 'sale'
        touched = NEED_FIELDS & vals.keys()
        if touched:
            self._aria_queue_products()
        result = super().write(vals)
        if "product_id" in touched:
            self._aria_queue_products()
        return result

    def _aria_queue_products(self):
        products = self.product_id.filtered("is_storable")
        if products:
            self.env["aria.stock.change"]._aria_add(products)

    # ------------------------------------------------------------------ job
    @api.model
    def _cron_aria_availability(self):
        """Look at the lines of the queued products, batch by batch, each committed on its own."""
        queue, cron = self.env["aria.stock.change"], self.env["ir.cron"]
        while True:
            products, left = queue._aria_take(BATCH)
            if not products:
                break
            try:
                self._aria_update_shortage(products)
            except OperationalError as error:
                # somebody writes the same lines at this moment; a job is not replayed by itself
                self.env.cr.rollback()
                _logger.info("availability is looked at again later: %s", error)
                self.env.ref("aria_sales_opportunity.ir_cron_availability")._trigger()
                break
            if not cron._commit_progress(len(products), remaining=left):
                break

    @api.model
    def _aria_update_shortage(self, products):
        """Bring the shortage of the open lines of ``products`` up to date, and tell those it turned for.

        :return: lines whose shortage has changed
        """
        self.flush_model()
        self.env["stock.move"].flush_model()
        self.env["stock.quant"].flush_model()
        rows = self.env.execute_query(self._aria_get_shortage_query(products))
        lines = self.browse(row[0] for row in rows)
        lines.invalidate_recordset(["aria_shortage_qty"], flush=False)
        short = self.browse(id_ for id_, before, after in rows if after and not before)
        free = self.browse(id_ for id_, before, after in rows if before and not after)
        short.aria_fire("shortage")
        free.aria_fire("stock_available")
        return lines

    @api.model
    def _aria_get_shortage_query(self, products):
        """Return the statement that computes and writes shortages; rows (line id, before, after)."""
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return SQL(
            """
            WITH free AS (%(free)s), unreserved AS (%(unreserved)s),
            need AS (%(need)s),
            queue AS (
                SELECT need.*, SUM(qty) OVER (
                    PARTITION BY product_id, warehouse_id ORDER BY firm DESC, id) AS until
                  FROM need),
            shortage AS (
                SELECT queue.id, ROUND((LEAST(queue.qty, GREATEST(0, until - GREATEST(COALESCE(free.qty, 0), 0)))
                       / queue.factor)::numeric, %(digits)s) AS qty
                  FROM queue LEFT JOIN free USING (product_id, warehouse_id)),
            target AS (
                SELECT line.id, COALESCE(line.aria_shortage_qty, 0) AS before, COALESCE(shortage.qty, 0) AS after
                  FROM sale_order_line line LEFT JOIN shortage ON shortage.id = line.id
                 WHERE line.product_id = ANY(%(products)s)
                   AND (shortage.id IS NOT NULL OR line.aria_shortage_qty != 0))
            UPDATE sale_order_line line SET aria_shortage_qty = target.after
              FROM target WHERE target.id = line.id AND target.before != target.after
            RETURNING line.id, target.before, target.after
            """,
            free=self._aria_get_free_query(products),
            unreserved=self._aria_get_unreserved_query(products),
            need=self._aria_get_need_query(products),
            digits=digits,
            products=products.ids,
        )

    @api.model
    def _aria_get_free_query(self, products):
        """Return the free stock of ``products`` by warehouse, in their own unit."""
        return SQL(
            """
            SELECT quant.product_id, location.warehouse_id, SUM(quant.quantity - quant.reserved_quantity) AS qty
              FROM stock_quant quant JOIN stock_location location ON location.id = quant.location_id
             WHERE quant.product_id = ANY(%s) AND location.usage = 'internal'
             GROUP BY quant.product_id, location.warehouse_id
            """,
            products.ids,
        )

    @api.model
    def _aria_get_unreserved_query(self, products):
        """Return what confirmed lines still ask of the stock: the first moves of their chains."""
        return SQL(
            """
            SELECT move.sale_line_id, SUM(move.product_qty - move.quantity * unit.factor / own.factor) AS qty
              FROM stock_move move
              JOIN stock_location source ON source.id = move.location_id AND source.usage = 'internal'
              JOIN uom_uom unit ON unit.id = move.product_uom
              JOIN product_product product ON product.id = move.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
              JOIN uom_uom own ON own.id = template.uom_id
             WHERE move.product_id = ANY(%s) AND move.sale_line_id IS NOT NULL
               AND move.state IN ('confirmed', 'waiting', 'partially_available', 'assigned')
               AND NOT EXISTS (SELECT FROM stock_move_move_rel rel WHERE rel.move_dest_id = move.id)
             GROUP BY move.sale_line_id
            """,
            products.ids,
        )

    @api.model
    def _aria_get_need_query(self, products):
        """Return the open lines of ``products`` with their need in the product's own unit."""
        return SQL(
            """
            SELECT line.id, line.product_id, line.warehouse_id, line.state = 'sale' AS firm,
                   unit.factor / own.factor AS factor,
                   CASE WHEN line.state = 'sale' THEN COALESCE(unreserved.qty, 0)
                        ELSE line.product_uom_qty * unit.factor / own.factor END AS qty
              FROM sale_order_line line
              JOIN product_product product ON product.id = line.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id AND template.is_storable
              JOIN uom_uom unit ON unit.id = line.product_uom_id
              JOIN uom_uom own ON own.id = template.uom_id
              LEFT JOIN unreserved ON unreserved.sale_line_id = line.id
             WHERE line.product_id = ANY(%s) AND line.aria_workflow_id IS NOT NULL
               AND line.aria_outcome IS NULL AND line.state IN ('draft', 'sent', 'sale')
               AND line.product_uom_qty > 0
            """,
            products.ids,
        )
