"""Activating a new version with 100,000 running records of a live table: order lines.

Two ways in one run: every stage goes on as it is, and one stage in four is removed, its referrals moved to another
unit. Bar: the larger one within 60 s on two cores; time per record flat from 10,000 to 100,000.
"""

from time import perf_counter

from aria_bench import Report

NUMBER = 100_000
env.cr.execute("SET LOCAL synchronous_commit = off")
workflow = env.ref("aria_sales_opportunity.workflow_trading")
supply, warehouse = env.ref("aria_workflow.unit_supply"), env.ref("aria_workflow.unit_warehouse")
admin = env.ref("base.user_admin")
(supply | warehouse).member_ids = admin
quality = env["aria.unit"].create({"name": "Quality", "code": "quality", "member_ids": admin.ids})
product = env["product.product"].create({"name": "Goods", "type": "consu"})
partner = env["res.partner"].create({"name": "Buyer"})


def fill(number):
    """Make ``number`` lines at four stages; those at supply and ready are referred."""
    order = env["sale.order"].create({"partner_id": partner.id, "order_line": [(0, 0, {"product_id": product.id})]})
    line = order.order_line
    env.flush_all()
    stages = [workflow.stage_ids.filtered(lambda s, c=c: s.code == c) for c in ("requested", "quoted", "supply", "ready")]
    columns = [c for c in env["sale.order.line"]._fields if env["sale.order.line"]._fields[c].column_type and c not in ("id", "aria_stage_id", "aria_unit_id")]
    columns = [c for c in columns if env["sale.order.line"]._fields[c].store]
    names = ", ".join(columns)
    for place, stage in enumerate(stages):
        env.cr.execute(
            f"INSERT INTO sale_order_line ({names}, aria_stage_id, aria_unit_id)"  # noqa: S608
            f" SELECT {names}, %s, %s FROM sale_order_line, generate_series(1, %s) WHERE sale_order_line.id = %s",
            [stage.id, stage.unit_id.id or None, number // 4, line.id],
        )
        env.cr.execute(
            """
            INSERT INTO aria_workflow_log (res_model_id, res_model, res_id, res_name, workflow_id, to_stage_id, user_id, date)
            SELECT %s, 'sale.order.line', id, name, %s, %s, %s, now() FROM sale_order_line WHERE aria_stage_id = %s
            """,
            [env["ir.model"]._get_id("sale.order.line"), workflow.id, stage.id, env.uid, stage.id],
        )
        if stage.unit_id:
            env.cr.execute(
                """
                INSERT INTO aria_referral (res_model_id, res_model, res_id, res_name, to_unit_id, state, priority, opened_at)
                SELECT %s, 'sale.order.line', id, name, %s, 'open', '0', now() FROM sale_order_line WHERE aria_stage_id = %s
                    AND NOT EXISTS (SELECT FROM aria_referral WHERE res_model = 'sale.order.line' AND res_id = sale_order_line.id)
                """,
                [env["ir.model"]._get_id("sale.order.line"), stage.unit_id.id, stage.id],
            )
        assert place < 4
    env.cr.execute("ANALYZE sale_order_line; ANALYZE aria_referral; ANALYZE aria_workflow_log")
    env.invalidate_all()


def activate(draft):
    """Return the seconds that the dialog and its Activate take."""
    start = perf_counter()
    activation = env["aria.workflow.activation"].browse(draft.action_activate()["res_id"])
    for line in activation.line_ids.filtered(lambda x: x.count and not x.to_stage_id):
        line.to_stage_id = draft.stage_ids.filtered(lambda s: s.code == "quality")
    shown = perf_counter() - start
    activation.action_apply()
    env.flush_all()
    running = env["sale.order.line"].search_count([("aria_workflow_id", "=", draft.id), ("aria_outcome", "=", False)])
    return shown, perf_counter() - start, running


def version(of, remove):
    """Return a draft of ``of``, without its stage supply when ``remove``."""
    draft = env["aria.workflow"].browse(of.action_new_version()["res_id"])
    if remove:
        old = draft.stage_ids.filtered(lambda s: s.code == "supply")
        new = old.copy({"workflow_id": draft.id, "code": "quality", "name": "Quality", "unit_id": quality.id})
        ways = draft.transition_ids
        ways.filtered(lambda t: t.from_stage_id == old).from_stage_id = new
        ways.filtered(lambda t: t.to_stage_id == old).to_stage_id = new
        old.unlink()
    return draft


fill(NUMBER // 10)
small = activate(version(workflow, False))
back = activate(workflow)
fill(NUMBER - NUMBER // 10)
kept = activate(version(workflow, False))
back = activate(workflow)
moved = activate(version(workflow, True))
report = Report("Activating a version")
for label, (shown, spent, running), bar in [
    ("every stage goes on", small, ""),
    ("every stage goes on", kept, "≤ 60 s"),
    ("a quarter moved to a new unit", moved, "≤ 60 s"),
]:
    report.add(
        f"{running:,} records under way, {label}",
        f"{spent:.1f} s, the dialog {shown:.1f} s of it",
        bar,
        spent <= 60 if bar else None,
    )
growth = kept[1] / kept[2] / (small[1] / small[2])
report.add(f"time a record, {kept[2]:,} / {small[2]:,}", f"{growth:.2f} ×", "≤ 2 ×", growth <= 2)
report.finish()
