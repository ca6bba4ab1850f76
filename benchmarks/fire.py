# An event on 1, 100 and 1,000 sales lines at once: queries and time per line.
from aria_bench import Report, measured, median, undone

SIZES, REPEAT, LINES_PER_ORDER = (1, 100, 1000), 7, 50


def make_flow():
    """Return the goods whose lines are handed to a unit with a deadline by the event, under a condition."""
    goods = env["product.product"].create({"name": "Handed over", "type": "consu"})
    flow = env["aria.workflow"].create(
        {
            "name": "Benchmark",
            "model_id": env["ir.model"]._get_id("sale.order.line"),
            "sequence": -100,
            "domain": str([("product_id", "=", goods.id)]),
        }
    )
    unit = env.ref("aria_workflow.unit_supply")
    stages = {
        "first": {},
        "second": {"unit_id": unit.id, "sla_hours": 24},
        "end": {"outcome": "won"},
    }
    first, second, end = env["aria.workflow.stage"].create(
        [
            {"workflow_id": flow.id, "name": code, "code": code, "sequence": number, **values}
            for number, (code, values) in enumerate(stages.items())
        ]
    )
    ways = [(first, second, "[('product_uom_qty', '>', 0)]"), (second, end, "[]")]
    env["aria.workflow.transition"].create(
        [
            {
                "workflow_id": flow.id,
                "from_stage_id": start.id,
                "to_stage_id": stop.id,
                "trigger": "event",
                "event": "quotation_sent",
                "guard_domain": guard,
            }
            for start, stop, guard in ways
        ]
    )
    flow.initial_stage_id = first
    flow.action_activate()
    return goods


def make_lines(product, count):
    """Return ``count`` lines of ``product`` in orders of opportunities of their own."""
    partner = env["res.partner"].create({"name": "Buyer"})
    orders = range(count // LINES_PER_ORDER)
    leads = env["crm.lead"].create(
        [{"name": f"Deal {n}", "type": "opportunity", "partner_id": partner.id} for n in orders]
    )
    quotations = env["sale.order"].create(
        [{"partner_id": partner.id, "opportunity_id": lead.id} for lead in leads]
    )
    return env["sale.order.line"].create(
        [
            {"order_id": order.id, "product_id": product.id, "product_uom_qty": 2, "price_unit": 10}
            for order in quotations
            for _n in range(LINES_PER_ORDER)
        ]
    )


def fire(lines):
    """Return the median queries and seconds of the event on ``lines``."""
    samples = []
    for _repeat in range(REPEAT):
        with undone(env), measured(env) as found:
            moved = lines.aria_fire("quotation_sent")
        samples.append(found)
        assert len(moved) == len(lines), "every line moves"
    return int(median(samples[1:], "queries")), median(samples[1:], "seconds")


def compare(what, lines):
    figures = {size: fire(lines[:size]) for size in SIZES}
    one_queries, one_seconds = figures[1]
    for size, (queries, seconds) in figures.items():
        share = queries / size / one_queries
        report.add(
            f"{what}, {size:,} line{'s' if size > 1 else ''}",
            f"{queries} queries ({queries / size:.3f} a line), {seconds / size * 1000:.2f} ms a line",
            bar="" if size == 1 else f"queries a line ≤ 2/{size} of those at 1",
            holds=None if size == 1 else share <= 2 / size,
        )
    last = SIZES[-1]
    ratio = figures[last][1] / last / one_seconds
    report.add(
        f"{what}, time a line at {last:,} / at 1", f"{ratio:.3f} ×", "≤ 0.25 ×", ratio <= 0.25
    )


report = Report("Event on many lines")
goods = make_flow()
sold = env["product.product"].create({"name": "Sold", "is_storable": True})
compare("next status", make_lines(sold, SIZES[-1]))
compare("handed to a unit", make_lines(goods, SIZES[-1]))
report.finish()
