from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Close lines to the writing of stock and invoicing users; these rules are the company's and not updated."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name in ("sale_order_line_rule_stock", "sale_order_line_rule_invoice"):
        rule = env.ref(f"aria_sales_opportunity.{name}", raise_if_not_found=False)
        if rule:
            rule.perm_write = False
