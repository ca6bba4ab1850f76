# Packets a second beside the bare cryptography, and 1,000 invoices from the books to the simulator and back.
import os
import pathlib
import tempfile
import time

from aria_bench import Report, measured
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from moadian_bench import MEMORY, ask, credentials, start_simulator

from odoo.addons.aria_moadian.lib import keys, packet
from odoo.addons.aria_moadian.tests.world import World

PACKETS, ROUNDS, INVOICES = 200, 7, 1000


def make_world(folder, url):
    """Return posted invoices of a company in Rial with a fiscal memory at the simulator."""
    world = World(env, base_url=url, **credentials(folder))
    moves = world.post([[world.line(one, 3, 7272727) for one in world.goods]] * INVOICES)
    env.cr.commit()
    return moves


def compare_cryptography(report):
    """Packets of the library beside one signature, one wrap and one AES-GCM of the same bytes."""
    key, server = keys.generate_key(), rsa.generate_private_key(65537, 4096).public_key()
    certificate = keys.load_certificates(pathlib.Path(folder, f"{MEMORY}.crt.pem").read_bytes())[0]
    line = {
        "sstid": "2" * 13,
        "mu": "1627",
        "am": 3,
        "fee": 7272727,
        "prdis": 21818181,
        "vra": 10,
        "vam": 2181818,
    }
    invoice = {
        "header": {"taxid": "A1121604C220002F095011", "tbill": 119999995},
        "body": [line] * 5,
        "payments": [],
    }
    size = len(packet.sign(invoice, key, certificate))
    oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)

    def bare():
        key.sign(b"x" * size, padding.PKCS1v15(), hashes.SHA256())
        secret = os.urandom(32)
        AESGCM(secret).encrypt(os.urandom(12), b"x" * size, b"h")
        server.encrypt(secret, oaep)

    def whole():
        packet.encrypt(packet.sign(invoice, key, certificate), server, "kid")

    rates = {bare: [], whole: []}
    for _round in range(ROUNDS):
        for call in (bare, whole):
            begin = time.process_time()
            for _ in range(PACKETS):
                call()
            rates[call].append(PACKETS / (time.process_time() - begin))
    middle = {call: sorted(found)[ROUNDS // 2] for call, found in rates.items()}
    ratio = middle[whole] / middle[bare]
    report.add("bare cryptography", f"{middle[bare]:,.0f} a second of one core")
    report.add(
        "packets signed and encrypted",
        f"{middle[whole]:,.0f} a second, {ratio:.2f} ×",
        "≥ 0.75 ×",
        ratio >= 0.75,
    )


def waiting(url):
    """Wait until the simulator has processed what it took."""
    while ask(url, "report")["packets"].get("SUCCESS", 0) < INVOICES:
        time.sleep(0.1)


def send_all(report, moves, url):
    """From ready invoices to accepted ones: judge, number, queue, sign, encrypt, post, ask, store."""
    submissions = env["aria.moadian.submission"]
    cpu = time.process_time()
    with measured(env) as queued:
        moves.action_aria_moadian_send()
    env.cr.commit()
    with measured(env) as sent:
        submissions._cron_send()
    waiting(url)
    env.cr.execute("UPDATE aria_moadian_submission SET next_try = NULL")
    with measured(env) as asked:
        submissions._cron_inquire()
    cpu = time.process_time() - cpu
    env.invalidate_all()
    states = moves.grouped("aria_moadian_state")
    accepted = len(states.get("accepted", ()))
    steps = ", ".join(
        f"{name} {one.queries}" for name, one in (("queue", queued), ("send", sent), ("ask", asked))
    )
    queries = queued.queries + sent.queries + asked.queries
    posts = ask(url, "report")["calls"]["POST invoice"]
    report.add(f"{INVOICES:,} invoices of 5 lines, accepted", f"{accepted:,} by {posts} POST", "all, 1 POST",
               accepted == INVOICES and posts == 1)  # fmt: skip
    report.add("from the books to accepted", f"{INVOICES / cpu:,.0f} a second of Odoo's core",
               "≥ 100 a second of one core", INVOICES / cpu >= 100)  # fmt: skip
    per_hundred = queries * 100 / INVOICES
    report.add("queries", f"{queries} ({steps}), {per_hundred:.1f} for 100", "≤ 10 for 100, and a constant",
               (queries - 100) * 100 / INVOICES <= 10)  # fmt: skip


report = Report("Moadian")
with tempfile.TemporaryDirectory() as folder:
    process, url = start_simulator(folder)
    try:
        compare_cryptography(report)
        moves = make_world(folder, url)
        send_all(report, moves, url)
    finally:
        process.terminate()
        process.wait()
report.finish()
