"""Switches for everything that goes wrong between a client and the server."""

import random
import threading
from typing import NamedTuple

# before the call is looked at
ERROR, DROP, HANG = "error", "drop", "hang"
# after it took effect: the client cannot know
LOST_ANSWER, ERROR_AFTER = "lost_answer", "error_after"
# a wrong answer to a call that took effect
SLOW, MALFORMED, HTML, HUGE, WRONG_SHAPE, DUPLICATE = (
    "slow",
    "malformed",
    "html",
    "huge",
    "wrong_shape",
    "duplicate",
)
# the network delivers the POST twice; processing of a packet times out
REPLAY, PACKET_TIMEOUT = "replay", "packet_timeout"
KINDS = (
    *(ERROR, DROP, HANG, LOST_ANSWER, ERROR_AFTER, SLOW, MALFORMED),
    *(HTML, HUGE, WRONG_SHAPE, DUPLICATE, REPLAY, PACKET_TIMEOUT),
)


class Fault(NamedTuple):
    kind: str
    status: int
    seconds: float


class Faults:
    """The switches that are on; chance is drawn from a seed, so that a run can be repeated."""

    def __init__(self, seed=0):
        self.random = random.Random(seed)
        self.lock = threading.Lock()
        self.rules = []

    def add(self, kind, on=None, probability=1.0, times=None, seconds=1.0, status=503):
        """Turn a switch on.

        ``on`` is the last part of a resource's path (``invoice``, ``nonce``, …; None: every one), ``times`` how
        often it strikes at most, ``seconds`` the wait of slow and hang, ``status`` the HTTP status of errors.
        """
        if kind not in KINDS:
            raise ValueError(f"{kind}: the faults are {', '.join(KINDS)}.")
        rule = {
            "kind": kind,
            "on": on,
            "probability": probability,
            "left": times,
            "fault": (status, seconds),
        }
        with self.lock:
            self.rules.append(rule)

    def clear(self):
        with self.lock:
            self.rules.clear()

    def draw(self, resource, kinds):
        """Return the Fault that strikes a call now, or None."""
        with self.lock:
            for rule in self.rules:
                fits = (
                    rule["kind"] in kinds and rule["on"] in (None, resource) and rule["left"] != 0
                )
                if fits and self.random.random() < rule["probability"]:
                    if rule["left"] is not None:
                        rule["left"] -= 1
                    return Fault(rule["kind"], *rule["fault"])
        return None
