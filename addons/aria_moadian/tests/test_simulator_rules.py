"""Every rule of the content: a packet that passes, and the same one refused with the right code."""

import copy
from decimal import Decimal
from fractions import Fraction

import pytest

from odoo.addons.aria_moadian.simulator import taxid as taxids
from odoo.addons.aria_moadian.simulator.arithmetic import cut
from odoo.addons.aria_moadian.simulator.content import check

from . import patterns
from .wire import (  # noqa: F401
    BUYER,
    DAY_MS,
    MEMORY,
    NOW_MS,
    codes,
    fixture_client,
    fixture_simulator,
    invoice,
    line,
)

GONE = object()


def changed(document, changes):
    """Return a copy in which paths like ``header.tvam`` or ``0.vam`` (line 0) got a value; GONE takes one out."""
    document = copy.deepcopy(document)
    for path, value in changes.items():
        place, _dot, name = path.partition(".")
        owner = document["body"][int(place)] if place.isdigit() else document
        if name and not place.isdigit():
            owner = document[place]
        if value is GONE:
            del owner[name or place]
        else:
            owner[name or place] = value
    return document


def late(days, **header):
    return invoice(indatim=NOW_MS - int(days * DAY_MS), **header)


# name: (sound invoice, changes, codes)
CASES = {
    # structure
    "unknown field of the header": (patterns.sale, {"header.foo": 1}, ["0100001"]),
    "unknown field of a line": (patterns.sale, {"0.hs": "1"}, ["0100001"]),
    "unknown member": (patterns.sale, {"extra": []}, ["0100001"]),
    "something in extension": (patterns.sale, {"extension": [{"a": 1}]}, ["0100001"]),
    "no header": (patterns.sale, {"header": GONE}, ["00500"]),
    "header is a list": (patterns.sale, {"header": []}, ["0150003"]),
    "body is an object": (patterns.sale, {"body": {}}, ["0160003"]),
    "line is a number": (patterns.sale, {"body": [1]}, ["0160003", "00600"]),
    "payments are an object": (patterns.sale, {"payments": {}}, ["0170003"]),
    "extension is an object": (patterns.sale, {"extension": {}}, ["0180003"]),
    "null": (patterns.sale, {"header.scln": None}, ["0101803"]),
    "null in a required field": (patterns.sale, {"header.tins": None}, ["0100903"]),
    "empty text": (patterns.sale, {"0.sstt": ""}, ["0103404"]),
    "empty unit": (patterns.sale, {"0.mu": ""}, ["0103502"]),
    "unknown unit": (patterns.sale, {"0.mu": "9999"}, ["0103502"]),
    "unit as a number": (patterns.sale, {"0.mu": 164}, ["0103503"]),
    "text for a number": (patterns.sale, {"0.dis": "500"}, ["0104203"]),
    "truth for a number": (patterns.sale, {"header.setm": True}, ["0102803"]),
    "fraction of a Rial": (patterns.sale, {"0.dis": Decimal("500.5")}, ["0104209"]),
    "nine decimals": (patterns.sale, {"0.am": Decimal("2.000000001")}, ["0103609"]),
    "three decimals of a rate": (patterns.sale, {"0.vra": Decimal("9.001")}, ["0104409"]),
    "negative": (patterns.sale, {"0.dis": -1}, ["0104206"]),
    "nineteen digits": (patterns.sale, {"0.dis": 10**18}, ["0104206"]),
    "no quantity": (patterns.sale, {"0.am": 0}, ["0103605"]),
    "no price": (patterns.sale, {"0.fee": 0}, ["0103705"]),
    "no amount": (patterns.sale, {"0.prdis": 0}, ["0104105"]),
    "purity over a thousand": (patterns.gold, {"0.cui": Decimal("1000.01")}, ["0107806"]),
    "no purity": (patterns.gold, {"0.cui": 0}, ["0107805"]),
    "twelve digits of goods": (patterns.sale, {"0.sstid": "271000013862"}, ["0103304"]),
    "Persian digits": (patterns.sale, {"header.tins": "۱۴۰۰۳۷۷۸۹۹۰"}, ["0100904"]),
    "control character": (patterns.sale, {"0.sstt": "a\x00"}, ["0103404"]),
    "long description": (patterns.sale, {"0.sstt": "x" * 401}, ["0103404"]),
    "long note": (patterns.sale, {"header.nti1": "x" * 31}, ["0100004"]),
    "currency in small letters": (patterns.export, {"0.cut": "usd"}, ["0103904"]),
    "serial that is no hex": (patterns.sale, {"header.inno": "1"}, ["0100504"]),
    "short time": (patterns.sale, {"header.indatim": 1}, ["0100206"]),
    "settlement 4": (patterns.sale, {"header.setm": 4}, ["0102802"]),
    "buyer kind 5": (patterns.sale, {"header.tob": 5}, ["0101002"]),
    "type 3": (patterns.sale, {"header.inty": 3}, ["0100402"]),
    "pattern 10": (patterns.sale, {"header.inp": 10}, ["0100702"]),
    "subject 5": (patterns.sale, {"header.ins": 5}, ["0100802"]),
    "payment method 9": (patterns.sale, {"payments": [{"pmt": 9}]}, ["0107502"]),
    "day of thirteen digits": (patterns.sale, {"payments": [{"pdt": 5}]}, ["0106606"]),
    # presence
    "no body": (patterns.sale, {"body": GONE}, ["00600"]),
    "empty body": (patterns.sale, {"body": []}, ["00600"]),
    "no tax number": (patterns.sale, {"header.taxid": GONE}, ["00001"]),
    "no seller": (patterns.sale, {"header.tins": GONE}, ["00009"]),
    "no settlement": (patterns.sale, {"header.setm": GONE}, ["00028"]),
    "no total": (patterns.sale, {"header.tbill": GONE}, ["00027"]),
    "no VAT": (patterns.sale, {"0.vam": GONE}, ["00045"]),
    "no discount": (patterns.sale, {"0.dis": GONE}, ["00042"]),
    "no goods": (patterns.sale, {"0.sstid": GONE}, ["00033"]),
    "company without economic number": (patterns.sale, {"header.tinb": GONE}, ["00012"]),
    "person without code": (patterns.person, {"header.bid": GONE}, ["00011"]),
    "person without postal code": (patterns.person, {"header.bpc": GONE}, ["00014"]),
    "mixed without cash": (patterns.mixed, {"header.cap": GONE, "header.tvop": GONE}, ["00029"]),
    "mixed without credit": (patterns.mixed, {"header.insp": GONE}, ["00030"]),
    "contract without number": (patterns.contract, {"header.crn": GONE}, ["00020"]),
    "bill without id": (patterns.bill, {"header.billid": GONE}, ["00021"]),
    "ticket without flight": (patterns.ticket, {"header.ft": GONE}, ["00016"]),
    "ticket without passenger": (patterns.ticket, {"header.bid": GONE}, ["00011"]),
    "currency without rate": (patterns.currency, {"0.exr": GONE}, ["00040"]),
    "gold without fee": (patterns.gold, {"0.consfee": GONE}, ["00052"]),
    "export without currency": (patterns.export, {"0.cut": GONE}, ["00039"]),
    "export without value": (patterns.export, {"header.torv": GONE}, ["00070"]),
    "export without weight": (patterns.export, {"header.tonw": GONE}, ["00069"]),
    "waybill without number": (patterns.waybill, {"header.lno": GONE}, ["00000"]),
    "waybill without city of Iran": (patterns.waybill, {"header.oci": GONE}, ["00000"]),
    "waybill on the road without driver": (patterns.waybill, {"header.did": GONE}, ["00000"]),
    "waybill without goods": (patterns.waybill, {"header.sg": []}, ["00000"]),
    "insurance without policy": (patterns.insurance, {"header.in": GONE}, ["00000"]),
    "exchange without notice": (patterns.exchange, {"header.asn": GONE}, ["00000"]),
    "oil with neither rate nor base": (patterns.oil, {"0.vba": GONE}, ["00044"]),
    "tax without title": (patterns.levied, {"0.odt": GONE}, ["00046"]),
    "legal sum without title": (patterns.levied, {"0.olt": GONE}, ["00049"]),
    # outside the pattern: warnings
    "flight in a sale": (patterns.sale, {"header.ft": 1}, ["14016"]),
    "reference of an original": (
        patterns.sale,
        {"header.irtaxid": "A1121604C220002F095011"},
        ["14006"],
    ),
    "cash in a credit sale": (patterns.sale, {"header.cap": 1}, ["14029"]),
    "settlement in type 2": (patterns.simple, {"header.setm": 1}, ["14028"]),
    "making fee in a sale": (patterns.sale, {"0.consfee": 1}, ["14052"]),
    "late without being late": (patterns.sale, {"header.indati2m": NOW_MS}, ["14003"]),
    "payments of an export": (patterns.export, {"payments": [{"pv": 1}]}, ["14700"]),
    # sums
    "Rial too much of amount": (
        patterns.sale,
        {"0.prdis": 20001, "0.dis": 501, "header.tprdis": 7292728, "header.tdis": 501},
        ["02041"],
    ),
    "VAT rounded up": (
        patterns.sale,
        {"1.vam": 727273, "1.tsstam": 8000000, "header.tvam": 729028, "header.tbill": 8021255},
        ["02045"],
    ),
    "VAT of the line": (patterns.sale, {"0.vam": 1756}, ["02045", "02059", "02025"]),
    "discount over the amount": (patterns.sale, {"0.dis": 20001}, ["02042", "02043", "12023"]),
    "after discount": (patterns.sale, {"0.adis": 19501}, ["02043", "02059", "02024"]),
    "total of the line": (patterns.sale, {"0.tsstam": 21256}, ["02059", "02027"]),
    "total before discount": (patterns.sale, {"header.tprdis": 1}, ["02022"]),
    "total discount": (patterns.sale, {"header.tdis": 1}, ["12023"]),
    "total after discount": (patterns.sale, {"header.tadis": 1}, ["02024"]),
    "total VAT": (patterns.sale, {"header.tvam": 1}, ["02025"]),
    "total of other taxes": (patterns.sale, {"header.todam": 1}, ["02026"]),
    "total": (patterns.sale, {"header.tbill": 1}, ["02027"]),
    "article 17 over VAT": (patterns.sale, {"header.tax17": 729028}, ["12032"]),
    "currency of the price": (
        patterns.sale,
        {"0.exr": 3, "0.cfee": Decimal("3333.3334")},
        ["12038"],
    ),
    "other tax": (patterns.levied, {"0.odam": 303}, ["02048", "02059", "02026"]),
    "other tax without VAT": (
        patterns.chain,
        {"0.odt": "x", "0.odam": 1, "0.tsstam": 19501, "header.todam": 1, "header.tbill": 19501},
        ["02048"],
    ),
    "cash": (patterns.mixed, {"header.cap": 6501}, ["02029", "12056"]),
    "no credit": (patterns.mixed, {"header.insp": 0}, ["02029", "02030"]),
    "cash of the line": (patterns.mixed, {"0.cop": 7086}, ["12056"]),
    "VAT of the cash": (patterns.mixed, {"0.vop": 586}, ["12057", "12031"]),
    "total VAT of the cash": (patterns.mixed, {"header.tvop": 586}, ["12031"]),
    "VAT of currency": (patterns.currency, {"0.vam": 100503}, ["02045", "02059", "02025"]),
    "base over the bounds": (patterns.currency, {"0.sovat": 60300051}, ["02000", "02045"]),
    "base under the bounds": (patterns.currency, {"0.sovat": 1005020, "0.vam": 100502}, ["02000"]),
    "bought dearer than sold": (patterns.currency, {"0.cpr": 600001}, ["02000"]),
    "amount of currency": (
        patterns.currency,
        {"0.prdis": 60300051, "0.dis": 51, "header.tprdis": 60300051, "header.tdis": 51},
        ["02041"],
    ),
    "fees of gold": (patterns.gold, {"0.tcpbs": 304}, ["02055", "02043"]),
    "making fee as dear as gold": (patterns.gold, {"0.consfee": 1000003}, ["02052", "02055"]),
    "two tickets in a line": (patterns.ticket, {"0.am": 2}, ["02036"]),
    "amount of a ticket": (patterns.ticket, {"0.fee": 10001}, ["02041"]),
    "VAT of an export": (patterns.export, {"0.vra": 9}, ["02044", "02045"]),
    "price of an export": (patterns.export, {"0.fee": Decimal("33333333.66666667")}, ["12037"]),
    "total of an export": (patterns.export, {"header.tbill": 1}, ["02027"]),
    "weight of an export": (patterns.export, {"header.tonw": 1}, ["02069"]),
    "values of an export": (
        patterns.export,
        {"header.torv": 1, "header.tocv": 1},
        ["02070", "02027", "02071"],
    ),
    "VAT of oil": (patterns.oil, {"0.vam": 100}, ["02045", "02059", "02025"]),
    "VAT in a chain": (patterns.chain, {"0.vra": 9}, ["02044", "02045"]),
    "paid more than billed": (
        patterns.sale,
        {"payments": [{"pv": 1}], "header.setm": 2},
        ["12076"],
    ),
    "pattern of type 2": (patterns.simple, {"header.inp": 7}, ["02007"]),
    # identities
    "check digit": (patterns.sale, {"header.taxid": "A1121604F920000000001" + "0"}, ["0300101"]),
    "serial of another": (patterns.sale, {"header.inno": "0000000002"}, ["1300501"]),
    "seller that cannot be": (patterns.sale, {"header.tins": "11111111111"}, ["0300901"]),
    "buyer that cannot be": (patterns.sale, {"header.tinb": "10100302747"}, ["0301201"]),
    "company's id that cannot be": (patterns.sale, {"header.bid": "10100302747"}, ["1301101"]),
    "person's code that cannot be": (patterns.person, {"header.bid": "0499370898"}, ["0301101"]),
    "company's id of a person": (patterns.person, {"header.bid": BUYER}, ["0301101"]),
}


@pytest.mark.parametrize("make", patterns.ALL)
def test_sound_invoice_of_every_pattern(make):
    assert check(make(), NOW_MS) == []


@pytest.mark.parametrize("name", CASES)
def test_rule(name):
    make, changes, expected = CASES[name]
    assert check(make(), NOW_MS) == []
    found = check(changed(make(), changes), NOW_MS)
    assert sorted(finding.code for finding in found) == sorted(expected)


def test_every_rule_through_the_door(simulator, client):
    """The same cases as packets: what passes is kept, what is refused is not, with the same codes."""
    broken = [
        changed(CASES[name][0](serial), CASES[name][1])
        for serial, name in enumerate(CASES, 1)
        if name not in ("check digit", "serial of another")
    ]
    expected = [
        CASES[name][2] for name in CASES if name not in ("check digit", "serial of another")
    ]
    results = client.send(*broken)
    for result, want in zip(results, expected, strict=True):
        refused = any(code[0] == "0" for code in want)
        assert result["status"] == ("FAILED" if refused else "SUCCESS")
        assert sorted(codes(result)) == sorted(want)
    sound = [make(serial) for serial, make in enumerate(patterns.ALL, 1000)]
    assert [(result["status"], codes(result)) for result in client.send(*sound)] == [
        ("SUCCESS", [])
    ] * len(sound)


def test_amounts_are_cut_and_never_rounded():
    assert cut(Fraction("727272.7")) == 727272
    assert cut(Fraction("727272.99999"), 4) == Fraction("727272.9999")
    assert cut(Fraction("-1.5")) == -1


@pytest.mark.parametrize(("rate", "vam", "total"), [(10, 727272, 7999999), (9, 654545, 7927272)])
def test_published_truncation(rate, vam, total):
    document = invoice(1, [line(1, 7_272_727, 0, rate)])
    assert (document["body"][0]["vam"], document["header"]["tbill"]) == (vam, total)
    assert check(document, NOW_MS) == []


def test_published_benchmark_lines():
    rows = [
        line(3, 4_500_000, 0, 10),
        line(10, 850_000, 500_000, 10),
        line(1, 12_000_000, 1_000_000, 10),
    ]
    document = invoice(1, rows)
    header = document["header"]
    assert [header[name] for name in ("tprdis", "tdis", "tadis", "tvam", "tbill")] == [
        34_000_000,
        1_500_000,
        32_500_000,
        3_250_000,
        35_750_000,
    ]
    assert check(document, NOW_MS) == []


def test_official_sample():
    header = {
        "taxid": "A1121604C220002F095011",
        "indatim": 1683997837988,
        "inty": 1,
        "inp": 1,
        "ins": 1,
        "tins": "14003778990",
        "tob": 2,
        "bid": BUYER,
        "tinb": BUYER,
        "tprdis": 20000,
        "tdis": 500,
        "tadis": 19500,
        "tvam": 1755,
        "todam": 0,
        "tbill": 21255,
        "setm": 2,
    }
    assert check({"header": header, "body": [line()], "payments": []}, 1683997837988) == []


def test_eighteen_digits():
    row = line(1, 909_090_909_090_909_090, 0, 10)
    document = invoice(1, [row])
    assert document["header"]["tbill"] == 999_999_999_999_999_999
    assert check(document, NOW_MS) == []
    document = invoice(1, [line(1, 999_999_999_999_999_999, 0, 10)])
    assert {finding.code for finding in check(document, NOW_MS)} == {"0105906", "0102706"}


@pytest.mark.parametrize(
    "number", [Decimal("1e999999999"), Decimal("1e-999999999"), Decimal("NaN"), float("inf")]
)
def test_hostile_numbers(number):
    document = invoice()
    document["body"][0]["dis"] = number
    (code,) = {finding.code for finding in check(document, NOW_MS)}
    assert code in ("0104206", "0104209", "0104203")


@pytest.mark.parametrize("document", [None, [], "text", 5, {}, {"header": None, "body": None}])
def test_hostile_documents(document):
    assert any(finding.severity == "error" for finding in check(document, NOW_MS))


# -- times


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (late(0), []),
        (late(12), []),
        (late(12.01), ["02002"]),
        (late(-0.0001), []),
        (late(-0.001), ["02002"]),
        (late(20, insr=1, indati2m=NOW_MS - DAY_MS), []),
        (late(20, insr=1), ["00003"]),
        (late(20, indati2m=NOW_MS), ["02002"]),
        (late(20, insr=1, indati2m=NOW_MS - 13 * DAY_MS), ["02003"]),
        (late(20, insr=1, indati2m=NOW_MS + 1), ["02003"]),
        (late(20, insr=1, indati2m=NOW_MS - 21 * DAY_MS), ["02003"]),
        (late(1, insr=1, indati2m=NOW_MS), ["14003", "14000"]),
        (late(20, insr=2), ["0100002", "02002"]),
    ],
)
def test_deadline(document, expected):
    found = [finding.code for finding in check(document, NOW_MS)]
    assert sorted(found) == sorted(expected)


def test_without_a_clock_times_are_not_judged():
    assert check(late(400)) == []


def test_another_deadline():
    assert check(late(8), NOW_MS, limit_days=7) != []
    assert check(late(8), NOW_MS, limit_days=9) == []


# -- subjects


def subject(ins, **header):
    values = {
        "ins": ins,
        "irtaxid": taxids.write(MEMORY, NOW_MS // DAY_MS, 1),
        **patterns.BUYER_OUT,
        **header,
    }
    return invoice(2, **values)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (subject(2), []),
        (subject(4), []),
        (subject(2, irtaxid=None), ["00006"]),
        (subject(2, irtaxid="short"), ["0100604"]),
        (subject(2, tinb=BUYER), ["14012"]),
        (subject(2, bid=BUYER, tob=2), ["14011", "14010"]),
        (subject(3, inty=None, inp=None), []),
        (subject(3), ["14004", "14007"]),
        (subject(3, inty=None, inp=None, irtaxid=None), ["00006"]),
        (subject(3, inty=None, inp=None, tins=None), ["00009"]),
        (
            changed(
                patterns.export(2),
                {"header.ins": 4, "header.irtaxid": subject(4)["header"]["irtaxid"]},
            ),
            ["02008"],
        ),
    ],
)
def test_subjects(document, expected):
    assert sorted(finding.code for finding in check(document, NOW_MS)) == sorted(expected)


def test_cancellation_needs_no_lines():
    document = subject(3, inty=None, inp=None)
    del document["body"]
    assert check(document, NOW_MS) == []
