"""The tax number of an invoice, read by the server (22 characters: memory, day, serial, check digit).

Written apart from ``lib/taxid.py``: each of the two is the other's proof. The check digit is not made with the
usual three tables but with the algebra behind them, the dihedral group of the pentagon.
"""

import re
from typing import NamedTuple

DAY_MS = 86_400_000
SHAPE = re.compile(r"[A-Z0-9]{6}[0-9A-F]{15}[0-9]")


class TaxNumber(NamedTuple):
    memory: str
    day: int
    serial: int


def _compose(a, b):
    """Return a∘b in the group of the pentagon: 0-4 are rotations, 5-9 are reflections."""
    if a < 5:
        return (a + b) % 5 if b < 5 else 5 + (a + b) % 5
    return 5 + (a - b) % 5 if b < 5 else (a - b) % 5


def _permuted(digit, times):
    """Apply Verhoeff's permutation (1 5 8 9 4 2 7 0)(3 6) so many times."""
    cycle = "15894270"
    text = str(digit)
    if text in cycle:
        return int(cycle[(cycle.index(text) + times) % 8])
    return digit if times % 2 == 0 else 9 - digit


def check_digit(memory, day, serial):
    """Return the check digit (int) of a tax number; day counts UTC days since 1970."""
    letters = "".join(char if char.isdigit() else str(ord(char)) for char in memory)
    state = 0
    for place, char in enumerate(reversed(f"{letters}{day:06d}{serial:012d}"), 1):
        state = _compose(state, _permuted(int(char), place))
    return (5 - state) % 5 if state < 5 else state


def read(text):
    """Return the TaxNumber of a text, or None where shape or check digit are wrong."""
    if not SHAPE.fullmatch(text):
        return None
    number = TaxNumber(text[:6], int(text[6:11], 16), int(text[11:21], 16))
    return number if check_digit(*number) == int(text[21]) else None


def write(memory, day, serial):
    """Return the tax number of a memory id, a UTC day and a serial."""
    return f"{memory}{day:05X}{serial:010X}{check_digit(memory, day, serial)}"
