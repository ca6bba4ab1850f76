import random

from num2words import num2words

from odoo.tests import BaseCase, tagged

from ..tools.fonts import font_css
from ..tools.words import LIMIT, amount_in_words, in_words


@tagged("post_install", "-at_install")
class TestWords(BaseCase):
    """Numbers in words, beside an independent library where that one is right."""

    def test_known_numbers(self):
        for number, persian, english in (
            (0, "صفر", "zero"),
            (15, "پانزده", "fifteen"),
            (21, "بیست و یک", "twenty-one"),
            (100, "صد", "one hundred"),
            (110, "صد و ده", "one hundred and ten"),
            (1000, "هزار", "one thousand"),
            (1001, "هزار و یک", "one thousand and one"),
            (1_000_000, "یک میلیون", "one million"),
            (1_250_350_000, "یک میلیارد و دویست و پنجاه میلیون و سیصد و پنجاه هزار",
             "one billion, two hundred and fifty million, three hundred and fifty thousand"),
            (10**12, "یک تریلیون", "one trillion"),
            (10**15, "یک کوادریلیون", "one quadrillion"),
            (-7, "منفی هفت", "minus seven"),
        ):  # fmt: skip
            self.assertEqual(in_words(number, "fa_IR"), persian)
            self.assertEqual(in_words(number, "fa"), persian)
            self.assertEqual(in_words(number, "en_US"), english)

    def test_as_the_library(self):
        dice = random.Random(1405)
        for digits in range(1, 16):
            for _n in range(40):
                number = dice.randrange(10 ** (digits - 1), 10**digits)
                self.assertEqual(in_words(number, "en"), num2words(number, lang="en"), number)
                self.assertEqual(in_words(number, "fa"), num2words(number, lang="fa"), number)

    def test_no_two_numbers_alike(self):
        for language in ("fa", "en"):
            words = {in_words(number, language) for number in range(20_000)}
            self.assertEqual(len(words), 20_000)

    def test_what_has_no_words(self):
        self.assertTrue(in_words(LIMIT - 1, "fa"))
        for wrong in (LIMIT, -LIMIT, 12.5, "12", None, True):
            with self.assertRaises(ValueError):
                in_words(wrong, "fa")

    def test_amounts(self):
        for amount, language, unit, text in (
            (1_200_000, "fa_IR", ("ریال",), "یک میلیون و دویست هزار ریال"),
            (1_200_000.4, "en_US", ("Rials",), "one million, two hundred thousand Rials"),
            (12.5, "fa", ("دلار", "سنت", 2), "دوازده دلار و پنجاه سنت"),
            (12.5, "en", ("Dollars", "Cents", 2), "twelve Dollars and fifty Cents"),
            (0.29, "en", ("Dollars", "Cents", 2), "zero Dollars and twenty-nine Cents"),
            (1.999, "en", ("Dollars", "Cents", 2), "two Dollars"),
            (-3, "fa", ("ریال",), "منفی سه ریال"),
            (-0.001, "en", ("Dollars", "Cents", 2), "zero Dollars"),
        ):
            unit, subunit, decimals = (*unit, "", 0)[:3] if len(unit) == 1 else unit
            self.assertEqual(amount_in_words(amount, language, unit, subunit, decimals), text)

    def test_the_font_is_in_the_sheet(self):
        css = font_css()
        self.assertEqual(css.count("@font-face"), 2)
        self.assertNotIn("http", css)
        self.assertGreater(len(css), 200_000)
