"""The simulator's time: it can be moved, for deadlines and reactions also apart from the wire."""

import datetime
import time

SECOND_MS = 1_000
DAY_MS = 86_400_000


class Clock:
    """Milliseconds since 1970 in UTC.

    ``now_ms`` is the time of the wire (nonces, signing times, certificates), ``ledger_ms`` that of deadlines and
    of the buyer's reaction. ``advance`` moves both, ``advance_ledger`` only the second: a client that lives in
    real time then still signs in time.
    """

    def __init__(self, source=time.time):
        self.source = source
        self.offset_ms = 0
        self.ledger_offset_ms = 0

    def now_ms(self):
        return int(self.source() * SECOND_MS) + self.offset_ms

    def ledger_ms(self):
        return self.now_ms() + self.ledger_offset_ms

    def now(self):
        """Return the time of the wire as an aware datetime."""
        return datetime.datetime.fromtimestamp(self.now_ms() / SECOND_MS, datetime.timezone.utc)

    def advance(self, days=0, seconds=0):
        self.offset_ms += int(days * DAY_MS + seconds * SECOND_MS)

    def advance_ledger(self, days=0, seconds=0):
        self.ledger_offset_ms += int(days * DAY_MS + seconds * SECOND_MS)

    def set(self, now_ms):
        """Let both times be ``now_ms`` now."""
        self.offset_ms += now_ms - self.now_ms()
        self.ledger_offset_ms = 0
