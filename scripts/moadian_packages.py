"""What two packages of the index can do of what the tax connector does; run by benchmarks/moadian_packages.py.

``python moadian_packages.py KEY CERTIFICATE SERVER_KEY INVOICE`` prints a line of JSON. It runs in a process of its own
with the packages in its path (they are GPL, and nothing of Aria depends on them); ``moadian`` speaks the old protocol
without certificates, ``moadian-full`` the present one.
"""

import datetime
import importlib
import json
import os
import sys
import time

NUMBERS = (
    ("DEF5GH0481F000000000C2", "DEF5GH", 18463, 12),
    ("DEF5GH0481F0000001FED8", "DEF5GH", 18463, 8173),
    ("DEF5GH0481F009956F7211", "DEF5GH", 18463, 2572613409),
    ("A1121604C220002F095011", "A11216", 19490, 49321217),
    ("A1112K04D1271489087018", "A1112K", 19730, 486548735745),
    ("A111DW04E8300004349008", "A111DW", 20099, 4409600),
    ("A111DW04E8300003CC4EA5", "A111DW", 20099, 3982570),
    ("A111OK04D361200E8DB214", "A111OK", 19766, 77324671777),
)
PACKETS, ROUNDS = 60, 5
DAY_MS = 86_400_000


def rate(call):
    """Return calls a second of one core, the median of some rounds."""
    rates = []
    for _round in range(ROUNDS):
        begin = time.process_time()
        for _ in range(PACKETS):
            call()
        rates.append(PACKETS / (time.process_time() - begin))
    return sorted(rates)[ROUNDS // 2]


def right(make):
    """Return how many of the published tax numbers a function (memory, day, serial) makes rightly."""
    return sum(make(memory, day, serial) == text for text, memory, day, serial in NUMBERS)


def old_package(key, server_key, invoice):
    """``moadian``: the packet of protocol v1, as its ``send_invoice`` makes it, without the network."""
    encryption = importlib.import_module("moadian.encryption")
    normalise = importlib.import_module("moadian.normalizer").normalize_json
    make = importlib.import_module("moadian.utils").generate_tax_id

    def packet():
        encryption.sign(normalise(json.loads(invoice)), key)
        secret, iv = os.urandom(32).hex(), os.urandom(16).hex()
        encryption.encrypt_aes_key(server_key, secret)
        encryption.xor_and_encrypt_data(json.loads(invoice), secret, iv)

    def number(memory, day, serial):
        moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(days=day)
        return make(memory, moment, str(serial))

    return {"right": right(number), "packets": rate(packet)}


def full_package(key, certificate, server_key, invoice):
    """``moadian-full``: the signed and encrypted packet of protocol v2."""
    main = importlib.import_module("moadian-full.main")
    encryption = importlib.import_module("moadian-full.encryption")
    client = main.Moadian("A11216", key, certificate, os.devnull)
    pem = f"-----BEGIN PUBLIC KEY-----\n{server_key}\n-----END PUBLIC KEY-----"

    def packet():
        signed = encryption.sign(invoice, client.private_key, client.get_cert())
        encryption.encrypt(signed.encode(), pem)

    def number(memory, day, serial):
        return main.TaxIdGenerator(memory).generate(day * DAY_MS, serial)

    return {"right": right(number), "packets": rate(packet)}


def main(key, certificate, server_key, invoice):
    """Print what each package did, or why it could not."""
    texts = [open(path, "rb").read() for path in (key, certificate, server_key, invoice)]  # noqa: SIM115
    key, certificate, server_key, invoice = texts[0], texts[1], texts[2].decode(), texts[3].decode()
    found = {}
    for name, run in (
        ("moadian", lambda: old_package(key, server_key, invoice)),
        ("moadian-full", lambda: full_package(key, certificate, server_key, invoice)),
    ):
        try:
            found[name] = run()
        except Exception as error:  # noqa: BLE001 (whatever a package raises is its figure)
            found[name] = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
