from odoo.tools.sql import column_exists, rename_column


def migrate(cr, version):
    """Keep the costs that were typed: the field shows what is posted to an analytic account, if there is one."""
    if column_exists(cr, "utm_campaign", "aria_cost"):
        rename_column(cr, "utm_campaign", "aria_cost", "aria_typed_cost")
