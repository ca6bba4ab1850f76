"""What-if over 1,000,000 rows of the log; and the replay alone, without the database.

Bar: the larger one within 60 s on two cores; time per row flat from 100,000 to 1,000,000.
"""

from time import perf_counter

from aria_bench import Report

workflow = env.ref("aria_sales_opportunity.workflow_trading")
stage = {s.code: s.id for s in workflow.stage_ids}
STEPS = [
    (None, "requested", None),
    ("requested", "quoted", "quotation_sent"),
    ("quoted", "supply", None),
    ("supply", "ordered", None),
    ("ordered", "ready", "reserved"),
    ("ready", "delivered", "exited"),
]


def fill(first, number):
    """Add ``number`` rows of documents from id ``first`` on, all steps of each in turn."""
    for place, (source, target, event) in enumerate(STEPS):
        env.cr.execute(
            """
            INSERT INTO aria_workflow_log (id, res_model_id, res_model, res_id, workflow_id, from_stage_id, to_stage_id,
                                           event, user_id, date, working_seconds)
            SELECT %s + n * 6 + %s, %s, 'sale.order.line', %s + n, %s, %s, %s, %s, %s, now() AT TIME ZONE 'UTC', 3600
              FROM generate_series(0, %s) AS n
            """,
            [
                first * 6 + 1_000_000, place, env["ir.model"]._get_id("sale.order.line"), first, workflow.id,
                stage.get(source), stage[target], event, env.uid, number // 6 - 1,
            ],
        )  # fmt: skip
    env.cr.execute("ANALYZE aria_workflow_log")


def what_if():
    env.invalidate_all()
    start = perf_counter()
    result = draft.what_if(30)
    return perf_counter() - start, result["rows"]


draft = env["aria.workflow"].browse(workflow.action_new_version()["res_id"])
fill(1, 100_000)
small, few = what_if()
fill(100_000, 900_000)
large, many = what_if()
rows = [row for portion in draft._read_log(30) for row in portion]
start = perf_counter()
run = draft._start_replay()
run.feed(rows)
alone = perf_counter() - start
report = Report("What-if")
report.add(f"{few:,} rows of the log", f"{small:.1f} s")
report.add(f"{many:,} rows of the log", f"{large:.1f} s", "≤ 60 s", large <= 60)
report.add(f"the replay alone, {len(rows):,} rows", f"{alone:.1f} s")
growth = large / many / (small / few)
report.add(f"time a row, {many:,} / {few:,}", f"{growth:.2f} ×", "≤ 2 ×", growth <= 2)
report.finish()
