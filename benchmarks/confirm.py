# Confirming an order of 50 lines with Aria, beside the same Odoo without it, in turns.
# databases: plain
import statistics
from contextlib import ExitStack

from aria_bench import (
    Report,
    as_user,
    database,
    make_staff,
    measured,
    median,
    other_database,
    undone,
)

LINES, REPEAT = 50, 13


def make_order(env):
    """Return a seller's quotation of goods that are in stock, in the name of the seller."""
    from odoo.fields import Command

    seller = make_staff(env, 1, "sales_team.group_sale_salesman")
    goods = env["product.product"].create(
        [{"name": f"Goods {n}", "is_storable": True, "list_price": 100 + n} for n in range(LINES)]
    )
    warehouse = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
    for product in goods:
        env["stock.quant"]._update_available_quantity(product, warehouse.lot_stock_id, 100)
    partner = env["res.partner"].create({"name": "Buyer"})
    lead = env["crm.lead"].create(
        {"name": "Deal", "type": "opportunity", "partner_id": partner.id, "user_id": seller.id}
    )
    lines = [Command.create({"product_id": product.id, "product_uom_qty": 2}) for product in goods]
    own = as_user(env, seller)
    return own["sale.order"].create(
        {"partner_id": partner.id, "opportunity_id": lead.id, "order_line": lines}
    )


def confirm(order):
    """Return what it costs to confirm ``order``; afterwards it is a quotation again."""
    with undone(order.env):
        with measured(order.env) as found:
            order.action_confirm()
        assert set(order.order_line.move_ids.mapped("state")) == {"assigned"}, "the goods are there"
        if "aria_stage_id" in order.order_line._fields:
            stages = set(order.order_line.mapped("aria_stage_id.code"))
            assert stages == {"ready"}, f"the lines go to the warehouse, not to {stages}"
    return found


report = Report("Confirming an order of 50 lines")
with ExitStack() as stack:
    plain = stack.enter_context(database(other_database("plain")))
    orders = {"without Aria": make_order(plain), "with Aria": make_order(env)}
    samples = {name: [] for name in orders}
    for repeat in range(REPEAT):
        for name in samples if repeat % 2 else reversed(samples):
            samples[name].append(confirm(orders[name]))
for name, found in samples.items():
    del found[:2]
    report.add(
        name,
        f"{median(found, 'queries'):.0f} queries, {median(found, 'sql') * 1000:.0f} ms SQL,"
        f" {median(found, 'seconds') * 1000:.0f} ms in all",
    )
ratio = statistics.median(
    own.seconds / other.seconds
    for own, other in zip(samples["with Aria"], samples["without Aria"], strict=True)
)
report.add("time with / without, median of pairs", f"{ratio:.2f} ×", "≤ 1.25 ×", ratio <= 1.25)
report.finish()
