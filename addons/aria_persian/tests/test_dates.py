from datetime import date, datetime

from odoo.tests import TransactionCase, tagged

from ..tools.dates import format_day


@tagged("post_install", "-at_install")
class TestDates(TransactionCase):
    """Texts of the server have the calendar of whoever reads them."""

    def test_calendar_of_the_reader(self):
        persian = self.env(context={"lang": "fa_IR"})
        for day in (date(2026, 11, 23), datetime(2026, 11, 23, 9), "2026-11-23"):
            self.assertEqual(format_day(persian, day), "1405/09/02")
        english = self.env(context={"lang": "en_US"})
        self.assertEqual(format_day(english, "2026-11-23"), "11/23/2026")
        self.assertEqual([format_day(env, False) for env in (persian, english)], ["", ""])
