# 100,000 customers measured and classed, beside one plain sum of their invoices.
import statistics
import time

from aria_bench import Report, make_staff, measured, multiply, tidy

from odoo import fields
from odoo.fields import Command
from odoo.tools import SQL

CUSTOMERS, INVOICES, REPEAT = 100_000, 1_000_000, 5
BAR = 10
PLANNED = 500  # customers of a batch of a contact plan
PLAIN = """
    SELECT commercial_partner_id, SUM(amount_untaxed_signed) FROM account_move
     WHERE state = 'posted' AND move_type IN ('out_invoice', 'out_refund', 'out_receipt') AND company_id = %s
     GROUP BY commercial_partner_id
"""


def make_invoice(partner):
    """Return a posted and paid invoice of the company, made by Odoo itself, and its reconciliation."""
    account = env["account.account"]
    company = {"company_ids": [Command.set(env.company.ids)]}
    income = account.create({"name": "I", "code": "B401", "account_type": "income", **company})
    owed = account.create(
        {
            "name": "R",
            "code": "B101",
            "account_type": "asset_receivable",
            "reconcile": True,
            **company,
        }
    )
    partner.property_account_receivable_id = owed
    journals = {
        kind: env["account.journal"].create(
            {
                "name": f"B{kind}",
                "code": f"B{kind[:2]}",
                "type": kind,
                "default_account_id": income.id,
            }
        )
        for kind in ("sale", "general")
    }
    line = {
        "name": "Goods",
        "price_unit": 1000,
        "account_id": income.id,
        "tax_ids": [Command.clear()],
    }
    move = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": partner.id,
            "journal_id": journals["sale"].id,
            "invoice_date": fields.Date.today(),
            "invoice_line_ids": [Command.create(line)],
        }
    )
    move.action_post()
    term = move.line_ids.filtered(lambda row: row.display_type == "payment_term")
    payment = env["account.move"].create(
        {
            "journal_id": journals["general"].id,
            "line_ids": [
                Command.create({"account_id": owed.id, "partner_id": partner.id, "credit": 1000}),
                Command.create({"account_id": income.id, "debit": 1000}),
            ],
        }
    )
    payment.action_post()
    (payment.line_ids.filtered("credit") + term).reconcile()
    env.flush_all()
    return move, term, term.matched_credit_ids


def make_trade():
    """Make the customers, ten invoices for each on the average, their terms and payments."""
    partner = env["res.partner"].with_context(tracking_disable=True).create({"name": "Model"})
    move, term, partial = make_invoice(partner)
    multiply(env, partner, CUSTOMERS, name="'Customer ' || n", complete_name="'Customer ' || n")
    first = partner.id + 1
    env.cr.execute("UPDATE res_partner SET commercial_partner_id = id WHERE id >= %s", [first])
    # some buy much more often than others
    buyer = f"{first} + (power((n::bigint * 7919 % 1000003) / 1000003.0, 2) * {CUSTOMERS - 1})::int"
    day = "(CURRENT_DATE - (n * 31 % 900)::int)"
    refund = "n % 20 = 0"
    amount = "(1000 + n * 37 % 90000)"
    multiply(
        env,
        move,
        INVOICES,
        name="'B/' || n",
        partner_id=buyer,
        commercial_partner_id=buyer,
        invoice_date=day,
        invoice_date_due=f"{day} + 30",
        move_type=f"CASE WHEN {refund} THEN 'out_refund' ELSE 'out_invoice' END",
        amount_untaxed_signed=f"CASE WHEN {refund} THEN -1 ELSE 1 END * {amount}",
    )
    multiply(
        env,
        term,
        INVOICES,
        move_id=f"{move.id} + 1 + n",  # the payment took the id after the invoice
        partner_id=buyer,
        date_maturity=f"{day} + 30",
        reconciled="n % 10 > 0",
    )
    last_line = env.execute_query(SQL("SELECT MAX(id) FROM account_move_line"))[0][0]
    multiply(
        env,
        partial,
        INVOICES,
        debit_move_id=f"{last_line - INVOICES} + n",
        max_date=f"{day} + 20 + (n % 40)::int",
    )
    tidy(env, "res_partner", "account_move", "account_move_line", "account_partial_reconcile")


def seconds_of(call):
    """Return the median of the seconds that ``call`` takes, the first time left out."""
    found = []
    for _time in range(REPEAT + 1):
        begin = time.perf_counter()
        call()
        found.append(time.perf_counter() - begin)
    return statistics.median(found[1:])


def plain():
    env.cr.execute(PLAIN, [env.company.id])
    env.cr.fetchall()


def classify():
    """Class all customers as the job does, with its commits; return the sample."""
    with measured(env) as sample:
        for step in env["aria.customer.standing"]._get_steps():
            step()
            env.cr.commit()
    return sample


def count(table, where="TRUE"):
    return env.execute_query(
        SQL("SELECT COUNT(*) FROM %s WHERE %s", SQL.identifier(table), SQL(where))
    )[0][0]


def report_run(report, what, sample, base, bar=True):
    times = sample.seconds / base
    report.add(
        what,
        f"{sample.seconds:.2f} s, {times:.1f} ×, {sample.queries} queries",
        f"≤ {BAR} ×" if bar else "",
        times <= BAR if bar else None,
    )


def plan(report):
    """Report the queries of the batches of a contact plan over a class."""
    user = make_staff(env, 1, "sales_team.group_sale_salesman")
    biggest = env["aria.customer.class"].search([]).sorted("customer_count")[-1]
    contact = env["aria.contact.plan"].create(
        {"name": "Call", "class_id": biggest.id, "user_id": user.id}
    )
    samples = []
    for _time in range(4):
        with measured(env) as sample:
            done = contact._plan_due(PLANNED)
        env.cr.commit()
        samples.append((sample, done))
    first, last = samples[1][0], samples[-1][0]
    report.add(
        f"contact plan, follow-ups with {PLANNED} customers",
        f"{first.queries} queries, then {last.queries}; {last.seconds:.2f} s",
        "no more at last, ≤ 200",
        last.queries <= min(first.queries + 2, 200)
        and all(done == PLANNED for _s, done in samples),
    )


def median_of(samples):
    """Return the sample of the median time."""
    return sorted(samples, key=lambda sample: sample.seconds)[len(samples) // 2]


def grow(part):
    """Let one invoice of a hundred grow; return the sample of the job and how many customers it moved."""
    env.cr.execute(
        "UPDATE account_move SET amount_untaxed_signed = amount_untaxed_signed * 50 WHERE id %% 100 = %s",
        [part],
    )
    env.cr.commit()
    before = count("aria_customer_class_change")
    sample = classify()
    return sample, count("aria_customer_class_change") - before


def compare(report, how, parts):
    """Report the job beside the plain sum, with PostgreSQL's processes as they are set now."""
    base = seconds_of(plain)
    report.add(f"plain sum of {INVOICES:,} invoices by customer, {how}", f"{base:.2f} s")
    same = median_of([classify() for _time in range(3)])
    classed = count("aria_customer_standing", "rfm_score IS NOT NULL AND class_id IS NOT NULL")
    report_run(report, f"{classed:,} customers classed, nothing has changed, {how}", same, base)
    grown = [grow(part) for part in parts]
    again = median_of([sample for sample, _moved in grown])
    moved = next(number for sample, number in grown if sample is again)
    report_run(report, f"{classed:,} customers classed, {moved:,} move, {how}", again, base)


def main(report):
    make_trade()
    first = classify()
    tidy(env, "aria_customer_standing", "aria_customer_class_change")
    report.add("customers classed for the first time", f"{first.seconds:.2f} s, {first.queries} queries")
    compare(report, "processes as PostgreSQL's default", range(3))
    env.cr.execute("SET max_parallel_workers_per_gather = 0")
    compare(report, "one process", range(3, 6))
    plan(report)


report = Report("Classes of customers")
main(report)
report.finish()
