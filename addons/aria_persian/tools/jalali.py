"""The Jalali (solar Hijri) calendar: dates and the periods people name in it. Plain Python, no Odoo.

Leap years follow the rule of 33 years, which equals the official calendar from 1178 to 1502 (1799-2124). Dates are
``datetime.date``; a Jalali date is a tuple (year, month, day).
"""

import re
from datetime import date
from typing import NamedTuple

from .letters import search_key, to_latin_digits

MONTHS = (
    "فروردین",
    "اردیبهشت",
    "خرداد",
    "تیر",
    "مرداد",
    "شهریور",
    "مهر",
    "آبان",
    "آذر",
    "دی",
    "بهمن",
    "اسفند",
)
SEASONS = ("بهار", "تابستان", "پاییز", "زمستان")
YEARS = range(1178, 1502)
_LEAP = frozenset((1, 5, 9, 13, 17, 22, 26, 30))  # of each 33 years
_NEW_YEAR_1 = date(
    622, 3, 21
).toordinal()  # where this rule, counted back, puts the first day of year 1
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"\d+")


class Period(NamedTuple):
    """A month, quarter or year; ``number`` is the month (1-12), the quarter (1-4) or 0."""

    kind: str
    year: int
    number: int = 0

    @property
    def start(self) -> date:
        return to_date(self.year, self._first_month, 1)

    @property
    def end(self) -> date:
        """The last day."""
        last = self._first_month + {"month": 0, "quarter": 2, "year": 11}[self.kind]
        return to_date(self.year, last, month_days(self.year, last))

    @property
    def _first_month(self) -> int:
        return {"month": self.number, "quarter": 3 * self.number - 2, "year": 1}[self.kind]

    def next(self, count: int = 1) -> "Period":
        """Return the period ``count`` periods later, earlier when negative."""
        if self.kind == "year":
            return Period("year", self.year + count)
        size = 12 if self.kind == "month" else 4
        index = self.year * size + self.number - 1 + count
        return Period(self.kind, index // size, index % size + 1)

    def __str__(self) -> str:
        """As it is said in Persian: مهر ۱۴۰۵ (with Latin digits), پاییز 1405, 1405."""
        names = {"month": MONTHS, "quarter": SEASONS}.get(self.kind)
        return f"{names[self.number - 1]} {self.year}" if names else str(self.year)


def is_leap(year: int) -> bool:
    """Return whether Esfand of a year has 30 days."""
    return year % 33 in _LEAP


def _days_before(year: int) -> int:
    rest = (year - 1) % 33
    return 365 * (year - 1) + 8 * ((year - 1) // 33) + sum(1 for leap in _LEAP if leap <= rest)


def to_date(year: int, month: int, day: int) -> date:
    """Return the date of a Jalali year, month and day.

    :raises ValueError: when there is no such day
    """
    if year not in YEARS or not 1 <= month <= 12 or not 1 <= day <= month_days(year, month):
        raise ValueError(f"{year}/{month}/{day} is no day of the Jalali calendar.")
    days = 31 * (month - 1) if month <= 7 else 186 + 30 * (month - 7)
    return date.fromordinal(_NEW_YEAR_1 + _days_before(year) + days + day - 1)


def month_days(year: int, month: int) -> int:
    """Return how many days a month has."""
    if month <= 6:
        return 31
    return 30 if month <= 11 or is_leap(year) else 29


def from_date(day: date) -> tuple[int, int, int]:
    """Return (year, month, day) of a date in the Jalali calendar."""
    year = day.year - 621
    if day.toordinal() < _NEW_YEAR_1 + _days_before(year):
        year -= 1
    rest = day.toordinal() - _NEW_YEAR_1 - _days_before(year)
    if rest < 186:
        return year, rest // 31 + 1, rest % 31 + 1
    return year, (rest - 186) // 30 + 7, (rest - 186) % 30 + 1


def period_of(kind: str, day: date) -> Period:
    """Return the month, quarter or year (``kind``) in which a date lies."""
    year, month, _day = from_date(day)
    return Period(kind, year, {"month": month, "quarter": (month + 2) // 3, "year": 0}[kind])


def format_date(day: date) -> str:
    """Return a date as 1405/07/01."""
    return "{:04}/{:02}/{:02}".format(*from_date(day))


def parse_period(text: str) -> Period | None:
    """Return the period that a text names, or None: ``1405``, ``1405/7``, ``مهر ۱۴۰۵``, ``پاییز 1405``."""
    latin = to_latin_digits(text)
    numbers = [int(number) for number in _NUMBER.findall(latin)]
    words = [search_key(word) for word in _WORD.findall(latin)]
    if not numbers or numbers[0] not in YEARS or len(numbers) + len(words) > 2:
        return None
    if words:
        return _named(words[0], numbers[0])
    if len(numbers) == 1:
        return Period("year", numbers[0])
    return Period("month", *numbers) if 1 <= numbers[1] <= 12 else None


def _named(word: str, year: int) -> Period | None:
    for kind, names in (("month", MONTHS), ("quarter", SEASONS)):
        keys = [search_key(name) for name in names]
        if word in keys:
            return Period(kind, year, keys.index(word) + 1)
    return None
