# 1,000,000 sales lines: the list grouped by status and unit, as a sales manager opens it.
import statistics

from aria_bench import Report, as_user, make_staff, measured, multiply, specification, tidy

ROWS, OPEN_SHARE, REPEAT, LIMIT_MS = 1_000_000, 20, 9, 300


def make_rows():
    """Fill the table from one real line: one of twenty is open, over the stages and units of the shipped flow."""
    from odoo.fields import Command

    product = env["product.product"].create({"name": "Goods", "is_storable": True})
    partner = env["res.partner"].create({"name": "Buyer"})
    order = env["sale.order"].create(
        {"partner_id": partner.id, "order_line": [Command.create({"product_id": product.id})]}
    )
    line = order.order_line
    flow = line.aria_workflow_id
    stages = {stage.code: stage.id for stage in flow.stage_ids}
    going = [stages[code] for code in ("requested", "quoted", "supply", "ordered", "ready")]
    units = env["aria.unit"].search([], limit=8).ids
    open_ = f"n % {OPEN_SHARE} = 0"
    pick = lambda ids, n: f"(ARRAY[{','.join(map(str, ids))}])[1 + ({n}) % {len(ids)}]"
    multiply(
        env,
        line,
        ROWS,
        aria_stage_id=f"CASE WHEN {open_} THEN {pick(going, f'n / {OPEN_SHARE}')}"
        f" WHEN n % 5 = 1 THEN {stages['lost']} ELSE {stages['delivered']} END",
        aria_outcome=f"CASE WHEN {open_} THEN NULL WHEN n % 5 = 1 THEN 'lost' ELSE 'won' END",
        aria_unit_id=f"CASE WHEN {open_} AND n % 3 > 0 THEN {pick(units, f'n / {OPEN_SHARE} / 5')} END",
        product_uom_qty="1 + n % 9",
        aria_amount_requested="(1 + n % 9) * 1000",
        price_subtotal="(1 + n % 9) * 1000",
    )
    tidy(env, "sale_order_line", "sale_order")
    env.cr.execute("SELECT count(*), count(*) FILTER (WHERE aria_outcome IS NULL) FROM sale_order_line")
    return env.cr.fetchone()


def get_aggregates(own):
    """Return what the web client asks for beside the groups: the sums of the numbers of the list."""
    model = own["sale.order.line"]
    shown = specification(own, "sale.order.line", "list")
    fields = model.fields_get(list(shown))
    sums = [
        f"{name}:{field['aggregator']}"
        for name, field in fields.items()
        if field.get("aggregator") and field["type"] in ("float", "integer", "monetary")
    ]
    for name, field in fields.items():
        if field.get("aggregator") and field.get("currency_field"):
            sums += [f"{field['currency_field']}:array_agg_distinct", f"{name}:sum_currency"]
    return list(dict.fromkeys(sums))


def first_page(own, domain, groups):
    """Return the samples of opening the list: the groups of the first level, then those of its largest one."""
    model = own["sale.order.line"]
    aggregates = get_aggregates(own)
    samples = []
    for _repeat in range(REPEAT):
        with measured(own) as found:
            answer = model.web_read_group(domain, groups, aggregates, limit=80)
        samples.append(found)
    return answer, samples[2:]


def show(own, domain, groups):
    """Return the samples of the same with the first level unfolded, which is the second level's first page."""
    model = own["sale.order.line"]
    aggregates = get_aggregates(own)
    samples = []
    for _repeat in range(REPEAT):
        with measured(own) as found:
            answer = model.formatted_read_group(domain, groups, ["__count", *aggregates], limit=80)
        samples.append(found)
    return answer, samples[2:]


def main(report):
    total, going = make_rows()
    manager = make_staff(env, 1, "sales_team.group_sale_manager")
    env.cr.commit()
    own = as_user(env, manager)
    action = env["ir.actions.act_window"]._for_xml_id("aria_sales_opportunity.sale_order_line_action")
    tracked = [("aria_workflow_id", "!=", False)]
    assert "aria_workflow_id" in str(action["domain"])
    filters = {
        f"open lines ({going:,} of {total:,})": [
            *tracked, ("aria_stage_id", "!=", False), ("aria_outcome", "=", False)
        ],
        f"all {total:,} lines": tracked,
    }
    groups = ["aria_stage_id", "aria_unit_id"]
    for name, domain in filters.items():
        for way, call in (("by status", first_page), ("by status and unit", show)):
            answer, samples = call(own, domain, groups)
            rows = answer["groups"] if isinstance(answer, dict) else answer
            assert sum(row["__count"] for row in rows) == (going if "open" in name else total)
            sql = statistics.median(s.sql for s in samples) * 1000
            bar = "open" in name and f"≤ {LIMIT_MS} ms SQL"
            report.add(
                f"{name}, grouped {way}",
                f"{len(rows)} groups, {sql:.0f} ms SQL",
                bar or "",
                sql <= LIMIT_MS if bar else None,
            )


report = Report("Lists of 1,000,000 sales lines")
main(report)
report.finish()
