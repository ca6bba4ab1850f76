"""The tax number of an invoice (شماره منحصر به فرد مالیاتی) and its serial.

Follows RC_DCPS.SN V1.3 and section 5 of the fact sheet: six characters of the fiscal memory, five hexadecimal
digits of the day, ten of the serial, one Verhoeff digit. The day is the UTC day of ``indatim``, counted from
1970-01-01; the clock of Tehran plays no part in it.
"""

import re
from typing import NamedTuple

from .constants import DAY_MS, MAX_DAY, MAX_SERIAL, MEMORY_LENGTH, TAXID_LENGTH

# Multiplication in the dihedral group of ten elements, and the powers of its permutation (Verhoeff, 1969)
_PRODUCT = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 2, 3, 4, 0, 6, 7, 8, 9, 5),
    (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7),
    (4, 0, 1, 2, 3, 9, 5, 6, 7, 8),
    (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2),
    (7, 6, 5, 9, 8, 2, 1, 0, 4, 3),
    (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)
_PERMUTATION = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 5, 7, 6, 2, 8, 3, 0, 9, 4),
    (5, 8, 0, 3, 7, 9, 6, 1, 4, 2),
    (8, 9, 1, 6, 0, 4, 3, 5, 2, 7),
    (9, 4, 5, 3, 1, 2, 6, 8, 7, 0),
    (4, 2, 8, 6, 5, 7, 3, 9, 0, 1),
    (2, 7, 9, 3, 8, 0, 6, 4, 1, 5),
    (7, 0, 4, 6, 9, 1, 3, 2, 5, 8),
)
_INVERSE = (0, 4, 3, 2, 1, 5, 6, 7, 8, 9)
_MEMORY = re.compile(f"[A-Z0-9]{{{MEMORY_LENGTH}}}")
_HEX = re.compile("[0-9A-F]+")


class TaxId(NamedTuple):
    """The parts of a tax number: memory id, UTC day since 1970-01-01, serial, the digit of control."""

    memory_id: str
    day: int
    serial: int
    check_digit: int

    @property
    def inno(self):
        """The serial as ten hexadecimal digits, as the field ``inno`` of the same invoice wants it."""
        return make_inno(self.serial)


def make_taxid(memory_id: str, indatim_ms: int, serial: int) -> str:
    """Return the 22 characters of a tax number.

    :param memory_id: six letters or digits of the fiscal memory (case does not matter)
    :param indatim_ms: the ``indatim`` sent with the invoice: Unix time in milliseconds (UTC)
    :param serial: 1 to 1,099,511,627,775; used once in the life of a memory, also when the invoice is refused
    :raises ValueError: saying which part is wrong
    """
    memory_id = normalise_memory(memory_id)
    day = _whole("indatim_ms", indatim_ms) // DAY_MS
    if not 0 <= day <= MAX_DAY:
        raise ValueError(f"indatim_ms {indatim_ms} lies outside the days a tax number can hold.")
    inno = make_inno(serial)
    return f"{memory_id}{day:05X}{inno}{check_digit(memory_id, day, serial)}"


def make_inno(serial: int) -> str:
    """Return the serial as ten upper-case hexadecimal digits, zero padded (the field ``inno``)."""
    if not 0 < _whole("serial", serial) <= MAX_SERIAL:
        raise ValueError(f"The serial {serial} does not lie between 1 and {MAX_SERIAL}.")
    return f"{serial:010X}"


def parse_taxid(text: str) -> TaxId:
    """Return the parts of a tax number; letters may be lower case, blanks around it are ignored.

    :raises ValueError: with the reason: length, characters, serial of zero, or a wrong digit of control
    """
    text = str(text or "").strip().upper()
    if len(text) != TAXID_LENGTH:
        raise ValueError(
            f"The tax number {text!r} has {len(text)} characters instead of {TAXID_LENGTH}."
        )
    memory_id = normalise_memory(text[:6])
    if not _HEX.fullmatch(text[6:21]) or not "0" <= text[21] <= "9":
        raise ValueError(
            f"The tax number {text} has a character that is not hexadecimal after the memory id."
        )
    day, serial, digit = int(text[6:11], 16), int(text[11:21], 16), int(text[21])
    if not serial:
        raise ValueError(f"The serial in the tax number {text} is zero.")
    right = check_digit(memory_id, day, serial)
    if digit != right:
        raise ValueError(
            f"The last digit of the tax number {text} is {digit}; it has to be {right}."
        )
    return TaxId(memory_id, day, serial, digit)


def normalise_memory(memory_id: str) -> str:
    """Return a memory id in upper case.

    :raises ValueError: when it is not six letters or digits of ASCII
    """
    found = str(memory_id or "").strip().upper()
    if not _MEMORY.fullmatch(found):
        raise ValueError(f"The memory id {memory_id!r} is not six Latin letters or digits.")
    return found


def check_digit(memory_id: str, day: int, serial: int) -> int:
    """Return the Verhoeff digit over memory id (letters by their ASCII numbers), day and serial in decimal."""
    memory = "".join(char if char.isdigit() else str(ord(char)) for char in memory_id)
    return verhoeff(f"{memory}{day:06d}{serial:012d}")


def verhoeff(digits: str) -> int:
    """Return the digit that makes ``digits`` valid when appended: ``verhoeff("123")`` is 3."""
    check = 0
    for position, digit in enumerate(reversed(digits), start=1):
        check = _PRODUCT[check][_PERMUTATION[position % 8][int(digit)]]
    return _INVERSE[check]


def _whole(name, value):
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{name} has to be a whole number, not {value!r}.")  # noqa: TRY004 one exception for callers
    return value
