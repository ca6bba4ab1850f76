"""Tax numbers: the published vectors of section 5.1 of the fact sheet, and what is refused."""

from datetime import datetime, timezone

import pytest

from odoo.addons.aria_moadian.lib.taxid import make_inno, make_taxid, parse_taxid, verhoeff

VECTORS = [
    ("DEF5GH0481F000000000C2", "DEF5GH", 18463, 12),
    ("DEF5GH0481F0000001FED8", "DEF5GH", 18463, 8173),
    ("DEF5GH0481F009956F7211", "DEF5GH", 18463, 2572613409),
    ("A1121604C220002F095011", "A11216", 19490, 49321217),
    ("A1112K04D1271489087018", "A1112K", 19730, 486548735745),
    ("A111DW04E8300004349008", "A111DW", 20099, 4409600),
    ("A111DW04E8300003CC4EA5", "A111DW", 20099, 3982570),
    ("A111OK04D361200E8DB214", "A111OK", 19766, 77324671777),
]
DAY_MS = 86_400_000


@pytest.mark.parametrize(("text", "memory", "day", "serial"), VECTORS)
def test_published_vectors(text, memory, day, serial):
    assert make_taxid(memory, day * DAY_MS, serial) == text
    assert make_taxid(memory.lower(), day * DAY_MS + DAY_MS - 1, serial) == text
    parts = parse_taxid(text)
    assert parts[:3] == (memory, day, serial)
    assert parts.inno == text[11:21]


def test_official_sample_invoice():
    assert make_taxid("A11216", 1683997837988, 49321217) == "A1121604C220002F095011"


def test_day_is_that_of_utc_and_not_of_tehran():
    # 00:30 on 14 May in Tehran is still 13 May in UTC
    moment = datetime(2023, 5, 13, 21, 0, tzinfo=timezone.utc)
    assert make_taxid("A11216", int(moment.timestamp() * 1000), 1)[6:11] == "04C22"


def test_serial_of_thirteen_decimal_digits_is_not_cut():
    highest = make_taxid("A11216", 0, 16**10 - 1)
    assert highest[11:21] == "FFFFFFFFFF"
    assert parse_taxid(highest).serial == 1_099_511_627_775


def test_published_sample_with_a_wrong_digit_is_refused():
    with pytest.raises(ValueError, match="it has to be 7"):
        parse_taxid("A278W604C8000000004744")


def test_verhoeff_of_the_official_unit_test():
    assert verhoeff("123") == 3


def test_verhoeff_notices_each_change_of_a_digit_and_each_transposition():
    number = "686970571018463000000000012"
    digit = verhoeff(number)
    for i, old in enumerate(number):
        for new in set("0123456789") - {old}:
            assert verhoeff(number[:i] + new + number[i + 1 :]) != digit
        swapped = number[:i] + number[i : i + 2][::-1] + number[i + 2 :]
        assert swapped == number or verhoeff(swapped) != digit


@pytest.mark.parametrize(
    ("memory", "moment", "serial", "reason"),
    [
        ("A1121", 0, 1, "memory id"),
        ("A1121\u06f6", 0, 1, "memory id"),
        (None, 0, 1, "memory id"),
        ("A11216", -1, 1, "outside"),
        ("A11216", 2**60, 1, "outside"),
        ("A11216", 1.5, 1, "whole number"),
        ("A11216", 0, 0, "between"),
        ("A11216", 0, 16**10, "between"),
        ("A11216", 0, True, "whole number"),
        ("A11216", 0, "1", "whole number"),
    ],
)
def test_bad_parts_are_refused_with_the_reason(memory, moment, serial, reason):
    with pytest.raises(ValueError, match=reason):
        make_taxid(memory, moment, serial)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "0 characters"),
        (None, "0 characters"),
        ("A1121604C220002F09501", "21 characters"),
        ("A1121604C220002F09501X", "hexadecimal"),
        ("A1121604G220002F095011", "hexadecimal"),
        ("A1121604C220002F09501\u06f1", "hexadecimal"),
        ("A-121604C220002F095011", "memory id"),
        ("A1121604C2200000000003", "zero"),
        ("A1121604C220002F095012", "has to be 1"),
    ],
)
def test_bad_texts_are_refused_with_the_reason(text, reason):
    with pytest.raises(ValueError, match=reason):
        parse_taxid(text)


def test_inno_is_hexadecimal_and_padded():
    assert make_inno(49321217) == "0002F09501"
    assert make_inno(255) == "00000000FF"
