from odoo import api, fields, models
from odoo.tools import SQL


class AriaStockChange(models.Model):
    """Products whose stock or need has changed, until the job has looked at the lines that ask for them.

    Rows are only added and taken away, never changed: two users at once never wait for each other.
    """

    _name = "aria.stock.change"
    _inherit = ["aria.append.only.mixin"]
    _description = "Product whose availability is to be looked at"
    _log_access = False

    product_id = fields.Many2one(
        "product.product", required=True, readonly=True, index=True, ondelete="cascade"
    )

    @api.model
    def _aria_add(self, products):
        """Queue ``products`` once for this transaction, and wake the job when it commits."""
        queued = self.env.cr.precommit.data.setdefault("aria.stock.change", set())
        if not queued and products:
            self.env.cr.precommit.add(self._aria_flush_queue)
        queued.update(products.ids)

    @api.model
    def _aria_flush_queue(self):
        """Write down what this transaction has queued."""
        ids = self.env.cr.precommit.data.pop("aria.stock.change", set())
        if not ids:
            return
        cron = self._aria_get_job()
        # one statement, as each saved line comes here: the rows, and what wakes the job (ir.cron._trigger)
        woken = self.env.execute_query(
            SQL(
                """
                WITH queued AS (
                    INSERT INTO aria_stock_change (product_id)
                    SELECT id FROM product_product WHERE id = ANY(%s) RETURNING id)
                INSERT INTO ir_cron_trigger (cron_id, call_at)
                SELECT job.id, now() AT TIME ZONE 'UTC' FROM ir_cron job
                 WHERE job.id = %s AND EXISTS (SELECT FROM queued) RETURNING id
                """,
                list(ids),
                cron.id or None,
            )
        )
        if woken:
            self.env.cr.postcommit.add(cron._notifydb)

    @api.model
    def _aria_get_job(self):
        """Return the job that looks at the queue, without reading it."""
        name = "aria_sales_opportunity.ir_cron_availability"
        return self.env["ir.cron"].browse(self.env["ir.model.data"]._xmlid_to_res_id(name))

    @api.model
    def _aria_take(self, limit):
        """Take up to ``limit`` products out of the queue; return them with the number of those left."""
        rows = self.env.execute_query(
            SQL(
                """
                DELETE FROM aria_stock_change WHERE product_id IN (
                    SELECT DISTINCT product_id FROM aria_stock_change ORDER BY product_id LIMIT %s)
                RETURNING product_id
                """,
                limit,
            )
        )
        left = self.env.execute_query(
            SQL("SELECT count(DISTINCT product_id) FROM aria_stock_change")
        )
        return self.env["product.product"].browse({row[0] for row in rows}), left[0][0]
