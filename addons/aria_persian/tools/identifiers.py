"""Numbers that identify Iranian persons, companies, places and accounts. Plain Python, no Odoo.

Each kind has a function that returns the number in its one stored form, or raises :class:`IdentifierError`
with the reason. Persian and Arabic digits, blanks, dashes and invisible marks are accepted everywhere.
"""

import re
from typing import NamedTuple

from .letters import normalise, search_key, to_latin_digits

_MARKS = re.compile(r"[\s\-–—_./\u200c\u200d\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")


class IdentifierError(ValueError):
    """A number that cannot be right.

    :ivar reason: ``characters`` (something else than digits), ``length``, ``repeated`` (one digit only),
        ``check`` (the check digit does not match: a mistyped digit)
    """

    @property
    def reason(self) -> str:
        return self.args[0]


def clean(text: str) -> str:
    """Return ``text`` in capitals with Latin digits, without blanks, dashes and invisible marks."""
    return _MARKS.sub("", to_latin_digits(text)).upper()


def _digits(text: str, *lengths: int) -> str:
    """Return the digits of ``text``, which must be as many as one of ``lengths``."""
    number = clean(text)
    if not (number.isascii() and number.isdigit()):
        raise IdentifierError("characters")
    if len(number) not in lengths:
        raise IdentifierError("length")
    if len(set(number)) == 1:
        raise IdentifierError("repeated")
    return number


def _checked(number: str, is_valid: bool) -> str:
    if not is_valid:
        raise IdentifierError("check")
    return number


# ---------------------------------------------------------------------- persons and companies
def person_id(text: str) -> str:
    """Return the national code of a person (10 digits; zeros that a spreadsheet took away are put back)."""
    number = clean(text)
    number = _digits(number.zfill(10) if len(number) in (8, 9) else number, 10)
    rest = (
        sum(int(digit) * weight for digit, weight in zip(number, range(10, 1, -1), strict=False))
        % 11
    )
    return _checked(number, int(number[9]) == (rest if rest < 2 else 11 - rest))


_COMPANY_WEIGHTS = (29, 27, 23, 19, 17) * 2


def company_id(text: str) -> str:
    """Return the national id of a company (11 digits)."""
    number = _digits(text, 11)
    tens = int(number[9]) + 2
    total = sum((int(d) + tens) * w for d, w in zip(number, _COMPANY_WEIGHTS, strict=False))
    return _checked(number, int(number[10]) == total % 11 % 10)


def foreigner_id(text: str) -> str:
    """Return the code of a foreign person or company (12 digits; no check digit is published)."""
    return _digits(text, 12)


_NATIONAL_KINDS = {11: company_id, 12: foreigner_id}


def national_id(text: str) -> str:
    """Return the national id of a person (10 digits), a company (11) or a foreigner (12)."""
    return _NATIONAL_KINDS.get(len(clean(text)), person_id)(text)


def economic_code(text: str) -> str:
    """Return the economic code (11 digits for companies, 14 for persons; no check digit is published)."""
    return _digits(text, 11, 14)


def postal_code(text: str) -> str:
    """Return the postal code (10 digits, often written 12345-67890; no check digit is published)."""
    return _digits(text, 10)


# ---------------------------------------------------------------------- accounts
def sheba(text: str) -> str:
    """Return the Sheba (Iranian IBAN: IR and 24 digits); the leading IR may be missing."""
    number = clean(text)
    number = number if number.startswith("IR") else f"IR{number}"
    _digits(number[2:], 24)
    as_iban = int(number[4:] + "1827" + number[2:4])  # I = 18, R = 27
    return _checked(number, as_iban % 97 == 1)


def card_number(text: str) -> str:
    """Return the number of a bank card (16 digits, Luhn)."""
    number = _digits(text, 16)
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(number))
    return _checked(number, sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0)


def sayad_id(text: str) -> str:
    """Return the Sayad id of a cheque (16 digits; no check digit is published)."""
    return _digits(text, 16)


# ---------------------------------------------------------------------- phones
AREA_CODES = frozenset(
    [
        "11",
        "13",
        "17",
        "21",
        "23",
        "24",
        "25",
        "26",
        "28",
        "31",
        "34",
        "35",
        "38",
        "41",
        "44",
        "45",
        "51",
        "54",
        "56",
        "58",
        "61",
        "66",
        "71",
        "74",
        "76",
        "77",
        "81",
        "83",
        "84",
        "86",
        "87",
    ]
)
_EXTENSION = re.compile(r"(?:داخلی|داخلي|extension|ext\.?|x|#)\s*:?\s*(\d{1,6})\s*$", re.IGNORECASE)
_FOREIGN_TO_PHONES = re.compile(r"[^\d\s+()\-–—./\u200c]")
_TRUNK = re.compile(r"^(?:\+|00)?980?(?=\d{10}$)|^0(?=\d{10}$)")


MIN_PHONE = 7
"""digits below which a number says nothing"""


class Phone(NamedTuple):
    """An Iranian telephone number."""

    national: str
    """ten digits, without the leading zero"""
    extension: str = ""

    @property
    def is_mobile(self) -> bool:
        return self.national.startswith("9")

    @property
    def e164(self) -> str:
        """The number without its extension, as +989123456789."""
        return f"+98{self.national}"

    @property
    def local(self) -> str:
        """As it is dialled in Iran: 09123456789."""
        return f"0{self.national}"

    def __str__(self) -> str:
        """As it is written internationally: +98 912 345 6789, +98 21 8888 7777 ext. 12."""
        n = self.national
        parts = (n[:3], n[3:6], n[6:]) if self.is_mobile else (n[:2], n[2:6], n[6:])
        return " ".join(("+98", *parts)) + (f" ext. {self.extension}" if self.extension else "")


def parse_phone(text: str) -> Phone | None:
    """Return the Iranian number that ``text`` means, in any notation, or None.

    Mobiles and landlines with their area code: 0912…, 912…, +98…, 0098…, 98…, +98 (0)21…, with Persian
    digits, blanks, dashes, brackets, and an extension («داخلی ۱۲», "ext. 12"). Local numbers without
    an area code and foreign numbers are None: nobody can say what they mean.
    """
    text = to_latin_digits(normalise(text))
    extension = _EXTENSION.search(text)
    text = text[: extension.start()] if extension else text
    if _FOREIGN_TO_PHONES.search(text):
        return None
    number = re.sub(r"[^\d+]", "", text.replace("(0)", ""))
    national = _TRUNK.sub("", number, count=1)
    if len(national) != 10 or (national[0] != "9" and national[:2] not in AREA_CODES):
        return None
    return Phone(national, extension[1] if extension else "")


def phone_key(text: str) -> str:
    """Return what all notations of one telephone have in common, to compare them; "" when it is no number.

    Unlike :func:`parse_phone` it works for every country and for local numbers, and it has a twin in SQL
    (:data:`letters.PHONE_KEY_BODY`). An extension does not count.
    """
    key = re.match(r"[0-9]*", search_key(text))[0].lstrip("0")
    if len(key) in (12, 13) and key.startswith("98"):
        key = key[2:].lstrip("0")
    return key if len(key) >= MIN_PHONE else ""
