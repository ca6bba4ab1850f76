# Invoices sent by two workers that are killed at random, to a service that fails and loses answers, with a change of
# its key on the way: its book and Odoo's are then compared, invoice by invoice.
import json
import logging
import os
import random
import signal
import tempfile
import time
import traceback
from datetime import timedelta

import psycopg2.errors
from aria_bench import Report
from moadian_bench import REFUSED_GOODS, World, ask, start_simulator

from odoo import SUPERUSER_ID, api, sql_db

from odoo.addons.aria_moadian.models import aria_moadian_submission as submissions

INVOICES, SEED = int(os.environ.get("ARIA_BENCH_INVOICES", "10000")), 1405
WORKERS, SLICE, BATCH, CHUNK = 2, 200, 50, 1000
KILLS, LONGEST_LIFE, ROUNDS = max(INVOICES // 200, 5), 3, 400
FAULTS = {"lost_answer": 0.05, "error": 0.05}
CLASH = (
    psycopg2.errors.SerializationFailure,
    psycopg2.errors.DeadlockDetected,
    psycopg2.errors.LockNotAvailable,
)
chance = random.Random(SEED)


# ---------------------------------------------------------------------- a worker
def work(seed):
    """Queue, send and ask until nothing is due, as a process of its own; it never returns."""
    code = 1
    try:
        sql_db._Pool = None  # the connections of the parent stay the parent's
        env.registry._db = sql_db.db_connect(env.cr.dbname)
        own = random.Random(seed)
        while sum([step(own) for step in (queue, send, inquire)]):
            pass
        code = 0
    except Exception:  # noqa: BLE001 (told by its traceback and its exit code)
        traceback.print_exc()
    finally:
        os._exit(code)


def transaction(act):
    """Run a function of (env) in a transaction of its own; 1 when a clash with the other worker undid it."""
    with env.registry.cursor() as cr:
        try:
            return act(
                api.Environment(cr, SUPERUSER_ID, {"allowed_company_ids": world.company.ids})
            )
        except CLASH:
            cr.rollback()
            return 1


def queue(own):
    """Put some ready invoices into the queue; the other worker may want the same ones."""

    def act(env):
        ready = env["account.move"].search(
            [("aria_moadian_state", "=", "ready")], limit=4 * SLICE, order="id"
        )
        some = env["account.move"].browse(own.sample(ready.ids, min(len(ready), SLICE)))
        some.action_aria_moadian_send()
        return len(some)

    return transaction(act)


def send(_own):
    def act(env):
        model = env["aria.moadian.submission"]
        count = model.search_count(model._queue_domain())
        model._cron_send()
        return count

    return transaction(act)


def inquire(_own):
    def act(env):
        model = env["aria.moadian.submission"]
        count = model.search_count(model._asked_domain())
        model._cron_inquire()
        return count

    return transaction(act)


# ---------------------------------------------------------------------- the run
def start_worker():
    """Return the process id of a new worker."""
    seed = chance.random()
    pid = os.fork()
    if not pid:
        work(seed)
    return pid


def run_workers(killing):
    """Run both workers to their end, by themselves or by kill -9 at a random moment; return how many were killed."""
    now = time.monotonic()
    ends = {start_worker(): now + chance.uniform(0.05, LONGEST_LIFE) for _ in range(WORKERS)}
    killed = 0
    while ends:
        for pid, end in list(ends.items()):
            if killing and time.monotonic() > end:
                os.kill(pid, signal.SIGKILL)
            found, status = os.waitpid(pid, os.WNOHANG)
            if found:
                del ends[pid]
                killed += os.WIFSIGNALED(status)
                assert os.WIFSIGNALED(status) or not os.WEXITSTATUS(status), "a worker broke down"
        time.sleep(0.02)
    return killed


def let_time_pass():
    """Let a quarter of an hour pass for what is under way, when no worker lives and the service has taken all."""
    time.sleep(0.5)
    env.cr.commit()
    env.cr.execute(
        "UPDATE aria_moadian_submission SET next_try = NULL,"
        " sent_at = LEAST(sent_at, now() AT TIME ZONE 'UTC' - interval '15 minutes')"
        " WHERE state IN ('queued', 'sending', 'taken', 'unknown')"
    )
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
        killed += run_workers(killed < KILLS)
        let_time_pass()
        if not rotated and count("state IN ('accepted', 'warned')") > INVOICES / 3:
            ask(url, "rotate", grace=False)
            rotated = True
        left = count("state NOT IN ('accepted', 'warned', 'refused')")
        if not left and not count("aria_moadian_state = 'ready'", "account_move"):
            break
    return killed, rotated


def make_invoices():
    """Post invoices of one to three lines with fractions and discounts; the service refuses the goods of some."""
    bad = world.env["product.product"].create({"name": "Refused", "aria_sstid": REFUSED_GOODS})
    ask(url, "goods", sstid=REFUSED_GOODS, rates=[9])
    for begin in range(0, INVOICES, CHUNK):
        rows = [
            [
                world.line(
                    bad if chance.random() < 0.01 else chance.choice(world.goods),
                    chance.choice([1, 2, 3, 0.5, 7.25]),
                    chance.randint(1000, 99999999),
                    discount=chance.choice([0, 0, 5, 12.5]),
                )
                for _line in range(chance.randint(1, 3))
            ]
            for _invoice in range(min(CHUNK, INVOICES - begin))
        ]
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
        world = World(env, folder, url)
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
