# The page of an opportunity with 200 lines beside Odoo's own quotation of 200 lines, and what saving a line adds.
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
    specification,
    undone,
)

LINES, QUOTATIONS, REPEAT, EXTRA = 200, 10, 13, 4


def make_world(env):
    """Return (opportunity, its 10 quotations of 20 lines, another of all 200 lines) of a sales manager."""
    from odoo.fields import Command

    manager = make_staff(env, 1, "sales_team.group_sale_manager")
    goods = env["product.product"].create(
        [
            {"name": f"Goods {n}", "is_storable": True, "list_price": 100 + n, "standard_price": 60}
            for n in range(LINES)
        ]
    )
    warehouse = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
    for product in goods[::2]:
        env["stock.quant"]._update_available_quantity(product, warehouse.lot_stock_id, 100)
    partner = env["res.partner"].create({"name": "Buyer"})
    lead = env["crm.lead"].create(
        {"name": "Deal", "type": "opportunity", "partner_id": partner.id, "user_id": manager.id}
    )
    own = as_user(env, manager)

    def make_order(products, **vals):
        lines = [Command.create({"product_id": p.id, "product_uom_qty": 2}) for p in products]
        return own["sale.order"].create({"partner_id": partner.id, "order_line": lines, **vals})

    size = LINES // QUOTATIONS
    orders = own["sale.order"].union(
        *(
            make_order(goods[start : start + size], opportunity_id=lead.id)
            for start in range(0, LINES, size)
        )
    )
    whole = make_order(goods)
    env.flush_all()
    return lead.with_env(own), orders, whole


def refer_some(lead):
    """Bring life to the opportunity: every third line is with a unit, some with a deadline, some lost."""
    lines = lead.aria_line_ids.sudo()
    supply = lead.env.ref("aria_workflow.unit_supply")
    lines[::3].aria_refer(unit=supply, deadline="2099-01-01 00:00:00")
    reason = lead.env["crm.lost.reason"].sudo().create({"name": "Price"})
    lines[1::20].aria_lose(reason)
    lines._aria_update_shortage(lines.product_id)


def opening(record, spec):
    """Return what it costs to read ``record`` as the web client does to show its form."""
    with measured(record.env) as found:
        record.web_read(spec)
    return found


def saving(line, vals):
    """Return what it costs to save a line with ``vals``; afterwards it is as before."""
    with undone(line.env):
        line.order_id.order_line.mapped("name")  # the form has been read
        with measured(line.env, cold=False) as found:
            line.web_save(vals, {"price_subtotal": {}})
    return found


def figures(samples):
    return (
        f"{median(samples, 'queries'):.0f} queries, {median(samples, 'sql') * 1000:.0f} ms SQL,"
        f" {median(samples, 'seconds') * 1000:.0f} ms in all"
    )


def in_turns(calls):
    """Return {name: samples} of ``calls``, run one way round and the other; the first two are left out."""
    samples = {name: [] for name in calls}
    for repeat in range(REPEAT):
        for name in samples if repeat % 2 else reversed(samples):
            samples[name].append(calls[name]())
    return {name: found[2:] for name, found in samples.items()}


def compare_opening(report, lead, order):
    own = specification(lead.env, "crm.lead", "form")
    core = specification(order.env, "sale.order", "form")
    lines = lead.web_read(own)[0]["aria_line_ids"]
    assert len(lines) == len(order.web_read(core)[0]["order_line"]) == LINES
    assert {"aria_margin", "aria_pace", "aria_can_act", "aria_free_qty"} <= lines[0].keys()
    samples = in_turns(
        {
            "Odoo's quotation of 200 lines": lambda: opening(order, core),
            "opportunity, 200 lines in 10 quotations": lambda: opening(lead, own),
        }
    )
    for name, found in samples.items():
        report.add(name, figures(found))
    core_samples, own_samples = samples.values()
    ratio = statistics.median(
        own.seconds / core.seconds for own, core in zip(own_samples, core_samples, strict=True)
    )
    report.add(
        "opportunity / quotation, median of pairs", f"{ratio:.2f} ×", "≤ 1.5 ×", ratio <= 1.5
    )


def compare_saving(report, order, plain_order):
    cases = {
        "quantity": {"product_uom_qty": 3},
        "price and discount": {"price_unit": 77, "discount": 3},
        "description": {"name": "As agreed"},
    }
    for name, vals in cases.items():
        samples = in_turns(
            {
                "without": lambda vals=vals: saving(plain_order.order_line[7], vals),
                "with": lambda vals=vals: saving(order.order_line[7], vals),
            }
        )
        plain, own = (median(samples[side], "queries") for side in ("without", "with"))
        report.add(
            f"a line is saved with another {name}",
            f"{own:.0f} queries, {plain:.0f} without Aria",
            f"≤ {EXTRA} more",
            own - plain <= EXTRA,
        )


report = Report("Opportunity of 200 lines")
with ExitStack() as stack:
    plain = stack.enter_context(database(other_database("plain")))
    _lead, plain_orders, whole = make_world(plain)
    lead, orders, _whole = make_world(env)
    refer_some(lead)
    compare_opening(report, lead, whole)
    compare_saving(report, orders[0], plain_orders[0])
report.finish()
