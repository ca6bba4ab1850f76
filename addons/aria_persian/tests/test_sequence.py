from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestSequence(TransactionCase):
    """Numbers that begin anew at Nowruz."""

    def make(self, **values):
        return self.env["ir.sequence"].create(
            {
                "name": "Numbers",
                "prefix": "N/%(range_jyear)s/",
                "padding": 3,
                "use_date_range": True,
                "aria_jalali": True,
                **values,
            }
        )

    def draw(self, sequence, day):
        return sequence.with_context(ir_sequence_date=day).next_by_id(sequence_date=day)

    def test_a_year_ends_at_nowruz(self):
        sequence = self.make()
        self.assertEqual(self.draw(sequence, "2026-03-20"), "N/1404/001")
        self.assertEqual(self.draw(sequence, "2026-03-21"), "N/1405/001")
        self.assertEqual(self.draw(sequence, "2025-03-21"), "N/1404/002")
        self.assertEqual(
            [(str(r.date_from), str(r.date_to)) for r in sequence.date_range_ids.sorted("date_from")],
            [("2025-03-21", "2026-03-20"), ("2026-03-21", "2027-03-20")],
        )  # fmt: skip

    def test_leap_year(self):
        # 1403 had 366 days
        sequence = self.make()
        self.assertEqual(self.draw(sequence, "2025-03-20"), "N/1403/001")
        self.assertEqual(str(sequence.date_range_ids.date_to), "2025-03-20")

    def test_ranges_laid_out_by_hand(self):
        rows = [("2026-03-21", "2026-06-21"), ("2026-12-22", "2027-03-20")]
        sequence = self.make(
            date_range_ids=[Command.create({"date_from": a, "date_to": b}) for a, b in rows]
        )
        self.draw(sequence, "2026-09-01")
        made = sequence.date_range_ids.sorted("date_from")[1]
        self.assertEqual((str(made.date_from), str(made.date_to)), ("2026-06-22", "2026-12-21"))

    def test_parts_of_a_day(self):
        sequence = self.make(
            prefix="%(jy)s%(jmonth)s%(jday)s-%(year)s-", suffix="/%(jyear)s", use_date_range=False
        )
        self.assertEqual(self.draw(sequence, "2026-11-23"), "050902-2026-001/1405")

    def test_others_stay_as_they_are(self):
        sequence = self.make(prefix="N/%(range_year)s/", aria_jalali=False)
        self.assertEqual(self.draw(sequence, "2026-03-20"), "N/2026/001")
        self.assertEqual(self.draw(sequence, "2026-03-21"), "N/2026/002")

    def test_a_wrong_prefix_is_said(self):
        sequence = self.make(prefix="%(jyear)s %(nothing)s")
        with self.assertRaisesRegex(UserError, "Numbers"):
            self.draw(sequence, "2026-03-20")
