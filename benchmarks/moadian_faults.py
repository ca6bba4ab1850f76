# Invoices sent by two workers that are killed at random, to a service that fails and loses answers, with a change of
# its key on the way: its book and Odoo's are then compared, invoice by invoice.
import json
import logging
import os
import random
import tempfile
import time
from datetime import timedelta

from aria_bench import Report
from moadian_bench import REFUSED_GOODS, ask, credentials, start_simulator

from odoo.addons.aria_moadian.models import aria_moadian_submission as submissions
from odoo.addons.aria_moadian.tests.faults import let_time_pass, run_workers, start_worker
from odoo.addons.aria_moadian.tests.world import World

INVOICES, SEED = int(os.environ.get("ARIA_BENCH_INVOICES", "10000")), 1405
WORKERS, SLICE, BATCH, CHUNK = 2, 200, 50, 1000
KILLS, LONGEST_LIFE, ROUNDS = max(INVOICES // 200, 5), 3, 400
FAULTS = {"lost_answer": 0.05, "error": 0.05}
chance = random.Random(SEED)


# ---------------------------------------------------------------------- the run
def start():
    """Return the process id of a new worker."""
    return start_worker(env.registry, world.company.id, chance.random(), SLICE)


def pass_time():
    """Let a quarter of an hour pass when no worker lives and the service has taken all."""
    time.sleep(0.5)
    env.cr.commit()
    let_time_pass(env.cr)
    env.cr.commit()


def count(condition, table="aria_moadian_submission"):
    env.cr.commit()  # what the workers did since is wanted, and no old snapshot may stay
    env.cr.execute(f"SELECT count(*) FROM {table} WHERE {condition}")  # noqa: S608 (words of this file only)
    found = env.cr.fetchone()[0]
    env.cr.commit()
    return found


def run():
    """Send everything; return (workers killed, whether the key was changed on the way)."""
    killed, rotated = 0, False
    for _round in range(ROUNDS):
        killed += run_workers(start, WORKERS, chance, LONGEST_LIFE if killed < KILLS else 0)
        pass_time()
        if not rotated and count("state IN ('accepted', 'warned')") > INVOICES / 3:
            ask(url, "rotate", grace=False)
            rotated = True
        left = count("state NOT IN ('accepted', 'warned', 'refused')")
        if not left and not count("aria_moadian_state = 'ready'", "account_move"):
            break
    return killed, rotated


def make_invoices():
    """Post invoices of one to three lines with fractions and discounts; the service refuses the goods of some."""
    bad = world.make_goods("Refused", sstid=REFUSED_GOODS)
    ask(url, "goods", sstid=REFUSED_GOODS, rates=[9])
    for begin in range(0, INVOICES, CHUNK):
        rows = [world.odd_lines(chance, bad) for _invoice in range(min(CHUNK, INVOICES - begin))]
        world.post(rows)
        env.cr.commit()
        env.invalidate_all()


# ---------------------------------------------------------------------- the comparison
def compare(report):
    """Compare both books, numbers and refusals."""
    told = ask(url, "report", documents=True)
    book = {row["taxid"]: row for row in told["invoices"]}
    env.cr.execute(
        "SELECT s.taxid, s.serial, s.state, s.content, m.aria_taxid, m.aria_moadian_state, m.amount_total,"
        " m.aria_moadian_findings, (SELECT count(*) FROM account_move_line l WHERE l.move_id = m.id"
        " AND l.display_type = 'product') AS lines, s.move_id"
        " FROM aria_moadian_submission s JOIN account_move m ON m.id = s.move_id"
    )
    rows = env.cr.dictfetchall()
    kept = [row for row in rows if row["state"] in ("accepted", "warned")]
    moves = {row["move_id"] for row in kept}
    report.add("invoices in Odoo's books, in the service's", f"{len(moves):,}, {len(told['invoices']):,}",
               "the same", {row["aria_taxid"] for row in kept} == set(book) and len(kept) == len(moves))  # fmt: skip
    report.add("a tax number in the service's book twice", f"{len(told['invoices']) - len(book)}", "none",
               len(told["invoices"]) == len(book))  # fmt: skip
    other = sum(
        json.loads(row["content"]) != as_sent(book[row["taxid"]])
        for row in kept
        if row["taxid"] in book
    )
    report.add("invoices whose content differs", f"{other}", "none", not other)
    far = sum(
        abs(float(row["amount_total"]) - book[row["taxid"]]["tbill"]) > 2 * row["lines"]
        for row in kept
    )
    report.add("totals apart by more than the cutting off", f"{far}", "none", not far)
    serials = {row["serial"] for row in rows}
    report.add("serials used", f"{len(serials):,} by {len(rows):,} packets", "each once, no gap",
               len(serials) == len(rows) == max(serials) - min(serials) + 1)  # fmt: skip
    compare_refusals(report, told, book, rows)


def as_sent(row):
    document = row["document"]
    return json.loads(document) if isinstance(document, str) else document


def compare_refusals(report, told, book, rows):
    """Each invoice that the service refused is shown as refused, with the reason; nothing else is."""
    refused = {row["taxid"] for row in told["refused"]} - set(book) - {None}
    shown = {row["taxid"] for row in rows if row["state"] == row["aria_moadian_state"] == "refused"}
    told_why = all(row["aria_moadian_findings"] for row in rows if row["state"] == "refused")
    report.add("refused by the service, shown with the reason", f"{len(refused):,}, {len(shown):,}", "the same",
               refused == shown and told_why)  # fmt: skip
    report.add("invoices that are neither accepted nor refused", f"{INVOICES - len(rows):,}", "none",
               len({row["move_id"] for row in rows}) == INVOICES == len(shown) + len(book))  # fmt: skip


logging.getLogger("odoo.sql_db").setLevel(
    logging.CRITICAL
)  # the loser of a clash is part of the run
submissions.MAX_PACKETS, submissions.FIRST_INQUIRY = BATCH, timedelta(seconds=1)
report = Report("Moadian, faults")
with tempfile.TemporaryDirectory() as folder:
    process, url = start_simulator(folder, "--seed", str(SEED))
    try:
        world = World(env, base_url=url, **credentials(folder))
        make_invoices()
        for kind, probability in FAULTS.items():
            ask(
                url,
                "faults",
                kind=kind,
                on="invoice" if kind == "lost_answer" else None,
                probability=probability,
            )
        killed, rotated = run()
        calls = ask(url, "report")["calls"]
        env.invalidate_all()
        faults = ", ".join(
            f"{name.replace('_', ' ')} {share:.0%}" for name, share in FAULTS.items()
        )
        report.add(f"{INVOICES:,} invoices, {WORKERS} workers, {faults}",
                   f"{killed} kills, {calls['POST invoice']:,} POST", f"≥ {KILLS} kills, key changed",
                   killed >= KILLS and rotated)  # fmt: skip
        compare(report)
    finally:
        process.terminate()
        process.wait()
report.finish()
