"""Letters and identifiers: no database, no Odoo."""

import random

from odoo.tests import BaseCase, tagged

from ..tools import identifiers, letters
from ..tools.identifiers import IdentifierError, parse_phone


@tagged("post_install", "-at_install")
class TestLetters(BaseCase):
    def test_stored_form(self):
        for typed, stored in {
            "كيميا": "کیمیا",
            "موسى": "موسی",
            "ﻻﻟﻪ": "لاله",
            "کـــتاب": "کتاب",
            "\u200eعلی\u200f": "علی",
            "می\u200c\u200c\u200cشود": "می\u200cشود",
            "\u200cعلی\u200c رضا\u200c": "علی رضا",
            "  شرکت \u00a0  نمونه ": "شرکت نمونه",
            "مُعین ۱۲": "مُعین ۱۲",
            "مبلغ ﷼": "مبلغ ﷼",
            "Müller & Söhne": "Müller & Söhne",
            "": "",
        }.items():
            self.assertEqual(letters.normalise(typed), stored)

    def test_stored_form_is_stable(self):
        rng = random.Random(1)
        pool = [
            chr(code) for code in (*range(0x20, 0x7F), *range(0x600, 0x700), *range(0x2000, 0x2070))
        ]
        pool += [chr(code) for code in range(0xFB50, 0xFEFD)]
        for _ in range(2000):
            once = letters.normalise("".join(rng.choices(pool, k=12)))
            self.assertEqual(letters.normalise(once), once)

    def test_one_key_for_all_spellings(self):
        for spellings in (
            ("علی\u200cرضا", "علي رضا", "علیرضا", "عَلیرضا", "علیـرضا"),
            ("پلاک ۱۲", "پلاك 12", "پلاک ١٢"),
            ("آقای مؤمن", "اقاي مومن"),
            ("مسئول", "مسيول"),
            ("خانهٔ ما", "خانۀ ما", "خانه ما"),
            ("José", "JOSE"),
            ("+98 (912) 345-67-89", "989123456789"),
        ):
            self.assertEqual(len(set(map(letters.search_key, spellings))), 1, spellings)
        self.assertNotEqual(letters.search_key("علی"), letters.search_key("علا"))

    def test_digits(self):
        self.assertEqual(letters.to_latin_digits("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩x"), "01234567890123456789x")
        self.assertEqual(letters.to_persian_digits("0123456789٤"), "۰۱۲۳۴۵۶۷۸۹۴")
        self.assertEqual(letters.strip_diacritics("مُعَلِّمٌ"), "معلم")

    def test_spellings(self):
        self.assertEqual(letters.spellings("كي"), ["كي", "کی"])
        self.assertEqual(letters.spellings("کی"), ["کی", "كي"])
        self.assertEqual(letters.spellings("ab"), ["ab"])


@tagged("post_install", "-at_install")
class TestIdentifiers(BaseCase):
    def refuse(self, function, text, reason):
        with self.assertRaises(IdentifierError) as caught:
            function(text)
        self.assertEqual(caught.exception.reason, reason, text)

    def test_known_numbers(self):
        for function, typed, stored in (
            (identifiers.national_id, "۰۴۹۹-۳۷۰۸۹۹", "0499370899"),
            (identifiers.national_id, "499370899", "0499370899"),
            (identifiers.national_id, "10380284790", "10380284790"),
            (identifiers.national_id, "١٤٠٠٧٦٥٠٩١٢", "14007650912"),
            (identifiers.national_id, "123456789012", "123456789012"),
            (identifiers.economic_code, "4111 1234 5678 90", "41111234567890"),
            (identifiers.economic_code, "10100302746", "10100302746"),
            (identifiers.postal_code, "۱۱۳۶۹-۱۵۳۱۱", "1136915311"),
            (identifiers.sheba, "ir82 0540 1026 8002 0817 9090 02", "IR820540102680020817909002"),
            (identifiers.sheba, "820540102680020817909002", "IR820540102680020817909002"),
            (identifiers.card_number, "6219-8610-3452-9007", "6219861034529007"),
            (identifiers.sayad_id, "۱۲۳۴ ۵۶۷۸ ۹۰۱۲ ۳۴۵۶", "1234567890123456"),
        ):
            self.assertEqual(function(typed), stored)

    def test_reasons(self):
        self.refuse(identifiers.national_id, "04993708O9", "characters")
        self.refuse(identifiers.national_id, "", "characters")
        self.refuse(identifiers.national_id, "²499370899", "characters")
        self.refuse(identifiers.national_id, "12345", "length")
        self.refuse(identifiers.national_id, "1111111111", "repeated")
        self.refuse(identifiers.national_id, "0499370898", "check")
        self.refuse(identifiers.economic_code, "123456789012", "length")
        self.refuse(identifiers.postal_code, "11369", "length")
        self.refuse(identifiers.sheba, "IR82054010268002081790900", "length")
        self.refuse(identifiers.sheba, "IR820540102680020817909003", "check")
        self.refuse(identifiers.card_number, "6219861034529008", "check")
        self.refuse(identifiers.sayad_id, "123456789012345", "length")
        self.refuse(identifiers.sayad_id, "123456789012345x", "characters")

    def test_one_changed_digit_never_passes(self):
        for function, number in (
            (identifiers.person_id, "0499370899"),
            (identifiers.sheba, "IR820540102680020817909002"),
            (identifiers.card_number, "6219861034529007"),
        ):
            for place in range(len(number) - 1, 1, -1):
                changed = (int(number[place]) + 1) % 10
                self.refuse(function, f"{number[:place]}{changed}{number[place + 1 :]}", "check")

    def test_phones_in_any_notation(self):
        for typed in (
            "09123456789",
            "9123456789",
            "+989123456789",
            "00989123456789",
            "989123456789",
            "+98 (0)912 345 67 89",
            "+98 0912 3456789",
            "۰۹۱۲ ۳۴۵ ۶۷ ۸۹",
            "0912-345-6789",
            "\u200e(0912) 345.6789\u200f",
        ):
            self.assertEqual(str(parse_phone(typed)), "+98 912 345 6789", typed)
        for typed in (
            "02188887777",
            "+982188887777",
            "021 8888-7777",
            "(021) 88887777",
            "2188887777",
        ):
            self.assertEqual(parse_phone(typed).e164, "+982188887777", typed)
        phone = parse_phone("۰۲۱۸۸۸۸۷۷۷۷ داخلی ۱۲")
        self.assertEqual(str(phone), "+98 21 8888 7777 ext. 12")
        self.assertEqual(parse_phone(str(phone)), phone)
        self.assertEqual((phone.local, phone.is_mobile), ("02188887777", False))

    def test_what_is_no_iranian_phone(self):
        for typed in (
            "", "88887777", "1888", "+44 20 7946 0958", "+1 912 345 6789", "0091 98765 43210", "0912345678",
            "091234567890", "0192345678", "02188887777, 02188887778", "call me", "+9123456789",
        ):  # fmt: skip
            self.assertIsNone(parse_phone(typed), typed)
