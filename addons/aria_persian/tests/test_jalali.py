from datetime import date, timedelta

from odoo.tests import BaseCase, tagged

from ..tools.jalali import Period, from_date, is_leap, parse_period, to_date

# how many days after 20 March the years 1330 (1951) to 1438 (2059) begin, from the calendar of the library ICU
NEW_YEARS = (
    "211121112111111111111111111111111111111111111011101110111011"
    "1011101110111011100110011001100110011001100110011"
)


@tagged("post_install", "-at_install")
class TestJalali(BaseCase):
    """The calendar agrees with published days, and each day is itself again after two conversions."""

    def test_known_days(self):
        for day, expected in (
            (date(2026, 11, 23), (1405, 9, 2)),
            (date(2025, 3, 20), (1403, 12, 30)),
            (date(2026, 3, 21), (1405, 1, 1)),
            (date(1979, 2, 11), (1357, 11, 22)),
            (date(2021, 3, 20), (1399, 12, 30)),
            (date(1989, 6, 3), (1368, 3, 13)),
        ):
            self.assertEqual(from_date(day), expected)
            self.assertEqual(to_date(*expected), day)

    def test_every_day_there_and_back(self):
        day, before = date(1921, 3, 21), None
        while day < date(2120, 1, 1):
            now = from_date(day)
            self.assertEqual(to_date(*now), day)
            self.assertTrue(before is None or now > before)
            day, before = day + timedelta(days=1), now

    def test_new_years(self):
        for year, late in enumerate(NEW_YEARS, start=1330):
            self.assertEqual(to_date(year, 1, 1), date(year + 621, 3, 20 + int(late)), year)

    def test_days_that_are_none(self):
        for wrong in ((1404, 12, 30), (1405, 7, 31), (1405, 13, 1), (1405, 0, 1), (99999, 1, 1)):
            with self.assertRaises(ValueError):
                to_date(*wrong)

    def test_periods(self):
        month = parse_period("۱۴۰۵/۷")
        self.assertEqual(month, Period("month", 1405, 7))
        self.assertEqual((month.start, month.end), (date(2026, 9, 23), date(2026, 10, 22)))
        self.assertEqual(parse_period("مهر 1405"), month)
        self.assertEqual(parse_period("پاییز ۱۴۰۵"), Period("quarter", 1405, 3))
        self.assertEqual(str(Period("quarter", 1405, 3)), "پاییز 1405")
        self.assertEqual(parse_period("1404").end, date(2026, 3, 20))
        self.assertEqual(parse_period("1403").end, date(2025, 3, 20))
        last = parse_period("1501")
        self.assertEqual((last.end - last.start).days, 365 if is_leap(1501) else 364)
        self.assertEqual(Period("month", 1405, 1).next(-1), Period("month", 1404, 12))
        self.assertEqual(Period("quarter", 1405, 4).next(), Period("quarter", 1406, 1))
        for nothing in ("", "1405/13", "مهر", "INV/2026", "1405/7/1/2", "سلام 1405", "99"):
            self.assertIsNone(parse_period(nothing), nothing)
