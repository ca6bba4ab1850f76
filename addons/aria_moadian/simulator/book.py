"""What the simulator remembers, in SQLite: in memory, or in a file that survives kill -9.

Every public method takes the lock and leaves a committed state: what was answered is on disk.
"""

import contextlib
import json
import sqlite3
import threading

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, count INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS server_keys (id TEXT PRIMARY KEY, pem BLOB, state TEXT, seq INTEGER);
CREATE TABLE IF NOT EXISTS memories (
    id TEXT PRIMARY KEY, national_id TEXT, economic TEXT, name TEXT, active INTEGER DEFAULT 1,
    key_valid INTEGER DEFAULT 1, vat INTEGER DEFAULT 1, article6 TEXT DEFAULT 'NOT_EXCEEDED');
CREATE TABLE IF NOT EXISTS taxpayers (economic TEXT PRIMARY KEY, name TEXT, national_id TEXT, status TEXT);
CREATE TABLE IF NOT EXISTS goods (sstid TEXT PRIMARY KEY, rates TEXT);
CREATE TABLE IF NOT EXISTS revoked (serial TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS nonces (nonce TEXT PRIMARY KEY, expires INTEGER, used INTEGER DEFAULT 0);
CREATE TABLE IF NOT EXISTS packets (
    id INTEGER PRIMARY KEY, reference TEXT UNIQUE, uid TEXT, memory TEXT, client TEXT, arrived INTEGER,
    ledger INTEGER, payload TEXT, status TEXT, findings TEXT DEFAULT '[]', taxid TEXT, asked INTEGER DEFAULT 0,
    sign TEXT, sign_key TEXT);
CREATE INDEX IF NOT EXISTS packets_uid ON packets (uid, memory);
CREATE INDEX IF NOT EXISTS packets_arrived ON packets (arrived);
CREATE INDEX IF NOT EXISTS packets_open ON packets (id) WHERE status = 'IN_PROGRESS';
CREATE TABLE IF NOT EXISTS invoices (
    taxid TEXT PRIMARY KEY, packet INTEGER, memory TEXT, tins TEXT, buyer TEXT, inty INTEGER, inp INTEGER,
    ins INTEGER, irtaxid TEXT, indatim INTEGER, placed INTEGER, setm INTEGER, tbill INTEGER, tvam INTEGER,
    article9 INTEGER, reaction TEXT, document TEXT);
CREATE INDEX IF NOT EXISTS invoices_reference ON invoices (irtaxid) WHERE irtaxid IS NOT NULL;
CREATE INDEX IF NOT EXISTS invoices_waiting ON invoices (placed) WHERE reaction = 'AWAITING_REACTION';
CREATE TABLE IF NOT EXISTS serials (memory TEXT, serial INTEGER, taxid TEXT, PRIMARY KEY (memory, serial)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS payments (id INTEGER PRIMARY KEY, taxid TEXT, amount INTEGER, document TEXT);
"""


class Book:
    """The tables, behind one lock."""

    def __init__(self, path=":memory:"):
        self.lock = threading.RLock()
        self.db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self.db.row_factory = sqlite3.Row
        self.db.execute("PRAGMA journal_mode=WAL")
        # a killed process loses nothing with NORMAL; only a machine that loses power may
        self.db.execute("PRAGMA synchronous=NORMAL")
        self.db.executescript(SCHEMA)

    @contextlib.contextmanager
    def transaction(self):
        """One transaction under the lock; nested ones join the outer."""
        with self.lock:
            if self.db.in_transaction:
                yield self.db
                return
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield self.db
            except BaseException:
                self.db.execute("ROLLBACK")
                raise
            self.db.execute("COMMIT")

    def close(self):
        with self.lock:
            self.db.close()

    def rows(self, query, args=()):
        with self.lock:
            return self.db.execute(query, args).fetchall()

    def row(self, query, args=()):
        with self.lock:
            return self.db.execute(query, args).fetchone()

    def run(self, query, args=()):
        """Execute one statement; return how many rows it touched."""
        with self.transaction() as db:
            return db.execute(query, args).rowcount

    # small things

    def meta(self, name, default=None):
        row = self.row("SELECT value FROM meta WHERE name = ?", (name,))
        return row["value"] if row else default

    def set_meta(self, name, value):
        self.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def count(self, name, by=1):
        query = "INSERT INTO counters VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET count = count + excluded.count"
        self.run(query, (name, by))

    def counters(self):
        return {row["name"]: row["count"] for row in self.rows("SELECT * FROM counters")}

    # nonces

    def add_nonce(self, nonce, expires):
        self.run("INSERT INTO nonces (nonce, expires) VALUES (?, ?)", (nonce, expires))

    def burn_nonce(self, nonce, now):
        """Use a nonce up; return whether it was known, unused and in time."""
        query = "UPDATE nonces SET used = 1 WHERE nonce = ? AND used = 0 AND expires >= ?"
        return self.run(query, (nonce, now)) == 1

    # packets

    def add_packets(self, packets):
        """Store packets (dicts) as IN_PROGRESS in one transaction."""
        with self.transaction() as db:
            db.executemany(
                "INSERT INTO packets (reference, uid, memory, client, arrived, ledger, payload, status) VALUES "
                "(:reference, :uid, :memory, :client, :arrived, :ledger, :payload, 'IN_PROGRESS')",
                packets,
            )

    def waiting_packets(self, limit, before):
        """Return packets that arrived until ``before`` and were not looked at yet, oldest first."""
        return self.rows(
            "SELECT * FROM packets WHERE status = 'IN_PROGRESS' AND arrived <= ? ORDER BY id LIMIT ?",
            (before, limit),
        )

    def finish_packet(self, packet_id, status, findings, taxid=None):
        """Give a packet its final status; the payload is no longer needed."""
        self.run(
            "UPDATE packets SET status = ?, findings = ?, taxid = ?, payload = NULL WHERE id = ?",
            (status, json.dumps(findings, ensure_ascii=False), taxid, packet_id),
        )

    # invoices

    def invoice(self, taxid):
        return self.row("SELECT * FROM invoices WHERE taxid = ?", (taxid,))

    def referring(self, taxid):
        """Return the corrections and returns that name an invoice and were not cancelled."""
        return self.rows(
            "SELECT * FROM invoices WHERE irtaxid = ? AND ins IN (2, 4) AND reaction != 'CANCELED'",
            (taxid,),
        )

    def add_invoice(self, values):
        names = ", ".join(values)
        marks = ", ".join(f":{name}" for name in values)
        self.run(f"INSERT INTO invoices ({names}) VALUES ({marks})", values)  # noqa: S608 - own names

    def set_reaction(self, taxid, reaction):
        self.run("UPDATE invoices SET reaction = ? WHERE taxid = ?", (reaction, taxid))

    def use_serial(self, memory, serial, taxid):
        """Take a serial; return the tax number that took it before, or None."""
        with self.transaction() as db:
            query = "SELECT taxid FROM serials WHERE memory = ? AND serial = ?"
            row = db.execute(query, (memory, serial)).fetchone()
            if row:
                return row["taxid"]
            db.execute("INSERT INTO serials VALUES (?, ?, ?)", (memory, serial, taxid))
        return None
