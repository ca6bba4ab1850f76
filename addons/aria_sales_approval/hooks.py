from odoo.tools.sql import column_exists


def pre_init_hook(env):
    """Make the columns of a live table in one statement each: nothing has been submitted yet."""
    if not column_exists(env.cr, "sale_order", "aria_approval_state"):
        env.cr.execute(
            "ALTER TABLE sale_order ADD COLUMN aria_approval_state varchar DEFAULT 'none'"
        )
        env.cr.execute("ALTER TABLE sale_order ALTER COLUMN aria_approval_state DROP DEFAULT")
    if not column_exists(env.cr, "sale_order", "aria_approval_request_id"):
        env.cr.execute("ALTER TABLE sale_order ADD COLUMN aria_approval_request_id int4")
