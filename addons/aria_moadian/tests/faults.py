"""Workers as processes of their own, killed at random: the suite runs a few dozen invoices, the benchmark thousands."""

import os
import random
import signal
import time
import traceback

import psycopg2.errors

from odoo import SUPERUSER_ID, api, sql_db

CLASH = (
    psycopg2.errors.SerializationFailure,
    psycopg2.errors.DeadlockDetected,
    psycopg2.errors.LockNotAvailable,
)


class Worker:
    """Queues, sends and asks for the invoices of a company, in transactions of its own."""

    def __init__(self, registry, company_id, seed, portion):
        self.registry, self.company_id, self.portion = registry, company_id, portion
        self.chance = random.Random(seed)

    def run(self):
        """Work until nothing is due."""
        while sum([self.transaction(step) for step in (self.queue, self.send, self.inquire)]):
            pass

    def transaction(self, act):
        """Run a function of (env) in a transaction; 1 when a clash with another worker undid it."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"allowed_company_ids": [self.company_id]})
            try:
                return act(env)
            except CLASH:
                cr.rollback()
                return 1

    def queue(self, env):
        """Put some ready invoices into the queue; the other worker may want the same ones."""
        moves = env["account.move"]
        domain = [("aria_moadian_state", "=", "ready"), ("company_id", "=", self.company_id)]
        ready = moves.search(domain, limit=4 * self.portion, order="id").ids
        some = moves.browse(self.chance.sample(ready, min(len(ready), self.portion)))
        some.action_aria_moadian_send()
        return len(some)

    def send(self, env):
        model = env["aria.moadian.submission"]
        count = model.search_count(model._queue_domain())
        model._cron_send()
        return count

    def inquire(self, env):
        model = env["aria.moadian.submission"]
        count = model.search_count(model._asked_domain())
        model._cron_inquire()
        return count


def start_worker(registry, company_id, seed, portion):
    """Return the process id of a new worker."""
    pid = os.fork()
    if not pid:
        _work(registry, company_id, seed, portion)
    return pid


def _work(registry, company_id, seed, portion):
    """Be a worker to the end, as a process of its own; it never returns."""
    code = 1
    try:
        name = registry.db_name
        sql_db._Pool = None  # the connections of the parent stay the parent's
        registry._db = sql_db.db_connect(name)
        Worker(registry, company_id, seed, portion).run()
        code = 0
    except Exception:  # noqa: BLE001 (told by its traceback and its exit code)
        traceback.print_exc()
    finally:
        os._exit(code)


def run_workers(start, count, chance, longest=0):
    """Run workers to their end: by themselves, or by kill -9 at a random moment of ``longest`` seconds at most.

    :param start: function that starts a worker and returns its process id
    :return: how many were killed
    """
    now = time.monotonic()
    ends = {start(): now + chance.uniform(0.05, longest or 1) for _ in range(count)}
    killed = 0
    while ends:
        for pid, end in list(ends.items()):
            if longest and time.monotonic() > end:
                os.kill(pid, signal.SIGKILL)
            found, status = os.waitpid(pid, os.WNOHANG)
            if found:
                del ends[pid]
                killed += os.WIFSIGNALED(status)
                assert os.WIFSIGNALED(status) or not os.WEXITSTATUS(status), "a worker broke down"
        time.sleep(0.02)
    return killed


def let_time_pass(cr):
    """Let a quarter of an hour pass for what is under way, when no worker lives."""
    cr.execute(
        "UPDATE aria_moadian_submission SET next_try = NULL,"
        " sent_at = LEAST(sent_at, now() AT TIME ZONE 'UTC' - interval '15 minutes')"
        " WHERE state IN ('queued', 'sending', 'taken', 'unknown')"
    )
