from odoo import SUPERUSER_ID, api

BATCH = 1000


def migrate(cr, version):
    """Take the lines that were given up out of the totals of their orders, where those still go on."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    domain = [("aria_outcome", "in", ("lost", "void")), ("state", "!=", "cancel")]
    ids = env["sale.order.line"].search(domain)._ids
    for start in range(0, len(ids), BATCH):
        env["sale.order.line"].browse(ids[start : start + BATCH]).modified(["aria_outcome"])
        env.flush_all()
        env.invalidate_all()
