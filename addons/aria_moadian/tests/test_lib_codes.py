"""Codes are read by their structure; unknown ones are still explained."""

import re

import pytest

from odoo.addons.aria_moadian.lib import codes
from odoo.addons.aria_moadian.lib.constants import FIELDS


@pytest.mark.parametrize(
    ("code", "severity", "kind", "field"),
    [
        ("0300101", "error", "content", "taxid"),
        ("02002", "error", "content", "indatim"),
        ("0100504", "error", "content", "inno"),
        ("1300501", "warning", "content", "inno"),
        ("0101104", "error", "content", "bid"),
        ("0103502", "error", "content", "mu"),
        ("0303301", "error", "content", "sstid"),
        ("0304401", "error", "content", "vra"),
        ("0301201", "error", "content", "tinb"),
        ("0300601", "error", "content", "irtaxid"),
        ("0300902", "error", "content", "tins"),
        ("05001", "error", "content", "taxid"),
        ("00600", "error", "content", "body"),
        ("14011", "warning", "content", "bid"),
        ("0301", "error", "content", "taxid"),
        ("0202", "error", "content", "indatim"),
        ("012802", "error", "content", "setm"),
        ("011107", "error", "content", "bid"),
        ("00000", "", "content", ""),
        ("4102", "error", "call", ""),
        ("04150", "error", "transport", ""),
        ("04132", "error", "transport", ""),
        ("05139", "error", "transport", ""),
        ("99999", "error", "unknown", ""),
        ("", "error", "unknown", ""),
        (None, "error", "unknown", ""),
        ("<b>", "error", "unknown", ""),
        ("۰۳۰۱", "error", "unknown", ""),
    ],
)
def test_structure(code, severity, kind, field):
    found = codes.decode(code)
    assert (found.severity, found.kind, found.field) == (severity, kind, field)
    assert found.fa and found.en


def test_templates_of_the_organisation():
    assert (
        codes.decode("0103502").fa
        == "مقدار وارد شده در فیلد «واحد اندازه‌گیری (mu)» جز مقادیر مجاز نیست."
    )
    assert codes.decode("00045").fa == "فیلد «مبلغ مالیات بر ارزش افزوده (vam)» خالی است."


def test_what_may_be_tried_again():
    assert codes.decode("4102").retry == "now"
    assert codes.decode("5119").retry == codes.decode("05139").retry == "later"
    assert codes.decode("4103").retry == "no"


def test_every_content_code_is_told_in_both_languages():
    for name in FIELDS:
        for kind in "012345":
            texts = codes.explain(codes.content_code(kind, name, "01"), name)
            assert re.search("[\u0600-\u06ff]", texts.fa) and texts.fa.endswith("."), name
            assert not re.search("[\u0600-\u06ff]", texts.en) and texts.en.endswith("."), name


def test_no_arabic_letters():
    tables = [
        *codes._CALL.values(),
        *codes._TRANSPORT.values(),
        *(spec[-2:] for spec in FIELDS.values()),
    ]
    assert not re.search("[يكى]", "".join(fa for fa, _ in tables))
