from odoo.tools.sql import column_exists


def migrate(cr, version):
    """Make the column of requested amounts and fill it in one statement, as at the installation."""
    if not column_exists(cr, "sale_order_line", "aria_amount_requested"):
        cr.execute("ALTER TABLE sale_order_line ADD COLUMN aria_amount_requested numeric")
        cr.execute("UPDATE sale_order_line SET aria_amount_requested = price_subtotal")
