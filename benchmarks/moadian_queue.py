# Memory of the worker that sends 100,000 queued packets, which are real ones: numbered, signed, encrypted and taken.
import hashlib
import json
import os
import tempfile
import uuid

from aria_bench import Report, multiply
from moadian_bench import ask, credentials, start_simulator

from odoo.addons.aria_moadian.engine import with_token
from odoo.addons.aria_moadian.lib import packet
from odoo.addons.aria_moadian.models import aria_moadian_submission as submissions
from odoo.addons.aria_moadian.tests.world import World

PACKETS, CHUNK = int(os.environ.get("ARIA_BENCH_INVOICES", "100000")), 5000
EARLY = 10  # batches after which everything is loaded that will be


def resident():
    """Return the resident memory of this process in MB."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def make_queue():
    """Fill the queue: one real invoice, its row copied by SQL, and a packet of its own for each."""
    move = world.post([[world.line(one, 3, 7272727) for one in world.goods]])
    memory, model = world.memory, with_token(world.env["aria.moadian.submission"])
    invoice = move._aria_moadian_prepare(memory)[0]
    env.cr.execute("SELECT max(id) FROM account_move")
    highest = env.cr.fetchone()[0]
    multiply(world.env, move, PACKETS, name="'BENCH/' || n", sequence_number="n + 1")
    env.cr.execute("SELECT id FROM account_move WHERE id > %s ORDER BY id", [highest])
    ids = [row[0] for row in env.cr.fetchall()]
    for begin in range(0, PACKETS, CHUNK):
        part = ids[begin : begin + CHUNK]
        first = memory._take_serials(len(part))
        model.create([vals(memory, invoice, *row) for row in enumerate(part, start=first)])
        env.cr.execute(
            "UPDATE account_move SET aria_moadian_state = 'sent' WHERE id IN %s", [tuple(part)]
        )
        env.cr.commit()
        env.invalidate_all()


def vals(memory, invoice, serial, move_id):
    numbered = memory._number(invoice, serial)
    content = packet.canonical_json(numbered)
    return {
        "move_id": move_id,
        "memory_id": memory.id,
        "company_id": memory.company_id.id,
        "subject": "1",
        "serial": serial,
        "taxid": numbered["header"]["taxid"],
        "uid": str(uuid.uuid4()),
        "state": "queued",
        "content": content.decode(),
        "packet_hash": hashlib.sha256(content).hexdigest(),
    }


def send_all():
    """Send the queue in one call of the job, as long as it lasts; return the memory after each batch."""
    model, found = type(env["aria.moadian.submission"]), []
    original = model._send

    def sending(self, memory):
        original(self, memory)
        found.append(resident())

    model._send = sending
    try:
        env["aria.moadian.submission"]._cron_send()
    finally:
        model._send = original
    return found


report = Report("Moadian, queue")
with tempfile.TemporaryDirectory() as folder:
    process, url = start_simulator(folder)
    try:
        world = World(env, base_url=url, **credentials(folder))
        make_queue()
        found = send_all()
        env.cr.execute("SELECT count(*) FROM aria_moadian_submission WHERE state = 'taken'")
        taken = env.cr.fetchone()[0]
        calls = ask(url, "report")["calls"]
    finally:
        process.terminate()
        process.wait()
batches = -(-PACKETS // submissions.MAX_PACKETS)
early, late = found[min(EARLY, len(found)) - 1], max(found)
report.add(f"{PACKETS:,} queued packets, taken by the service", f"{taken:,} by {calls['POST invoice']:,} POST",
           f"all, {batches:,} POST", taken == PACKETS and calls["POST invoice"] == batches)  # fmt: skip
nonces = calls.get("GET nonce", 0)
report.add("calls for them", json.dumps(calls), "a nonce for each call, the server's key once an hour",
           nonces <= sum(calls.values()) - nonces + 1 and calls.get("GET server-information", 0) <= 2)  # fmt: skip
report.add(f"resident memory, after {min(EARLY, len(found))} batches → the most", f"{early:.0f} → {late:.0f} MB",
           "≤ 1.25 ×", late <= 1.25 * early)  # fmt: skip
report.finish()
