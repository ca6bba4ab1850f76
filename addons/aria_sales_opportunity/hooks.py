from odoo.tools import SQL
from odoo.tools.sql import column_exists

from .models.sale_order_line import INSTALLING

# columns that the ORM would otherwise fill row by row, through the cache, on a table of a million lines
COLUMNS = {
    "aria_opportunity_id": "int4",
    "aria_registrar_id": "int4",
    "aria_workflow_id": "int4",
    "aria_stage_id": "int4",
    "aria_stage_since": "timestamp",
    "aria_outcome": "varchar",
    "aria_unit_id": "int4",
    "aria_user_id": "int4",
    "aria_shortage_qty": "numeric",
    "aria_amount_requested": "numeric",
}
# sums of lines, of which none has a fate yet
LEAD_COLUMNS = [
    f"aria_{kind}_{outcome}" for kind in ("qty", "amount") for outcome in ("open", "won", "lost")
]
BATCH = 1000


def pre_init_hook(env):
    """Make and fill the columns of a live table in one statement each."""
    _add_columns(env, "sale_order_line", COLUMNS)
    _add_columns(env, "crm_lead", dict.fromkeys(LEAD_COLUMNS, "numeric"))
    env.cr.execute(
        """
        UPDATE sale_order_line AS line
           SET aria_opportunity_id = sale_order.opportunity_id, aria_registrar_id = line.create_uid,
               aria_amount_requested = line.price_subtotal
          FROM sale_order
         WHERE sale_order.id = line.order_id
        """
    )


def _add_columns(env, table, columns):
    for name, kind in columns.items():
        if not column_exists(env.cr, table, name):
            env.cr.execute(
                SQL(
                    "ALTER TABLE %s ADD COLUMN %s %s",
                    SQL.identifier(table),
                    SQL.identifier(name),
                    SQL(kind),
                )
            )


def post_init_hook(env):
    """Put the lines of open orders into their flow, and bring them to where their orders stand."""
    env.cr.execute(
        """
        SELECT line.id
          FROM sale_order_line AS line
          JOIN sale_order ON sale_order.id = line.order_id
          JOIN product_product AS product ON product.id = line.product_id
          JOIN product_template AS template ON template.id = product.product_tmpl_id
         WHERE sale_order.state IN ('draft', 'sent')
            OR sale_order.state = 'sale' AND line.product_uom_qty > CASE
               WHEN template.type = 'service' THEN line.qty_invoiced ELSE line.qty_delivered END
         ORDER BY line.id
        """
    )
    ids = [row[0] for row in env.cr.fetchall()]
    lines = env["sale.order.line"].with_context(**dict([INSTALLING]))
    for start in range(0, len(ids), BATCH):
        lines.browse(ids[start : start + BATCH])._aria_enter_flow()
        env.flush_all()
        env.invalidate_all()


def uninstall_hook(env):
    """Take the flows of lines, their log and referrals along."""
    env["aria.workflow"]._aria_forget_model("sale.order.line")
