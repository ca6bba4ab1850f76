"""Rules: the official sample, one invoice of each pattern, and what is wrong when it is changed."""

import pytest

from odoo.addons.aria_moadian.lib import amounts, constants
from odoo.addons.aria_moadian.lib.rules import (
    blocking,
    check,
    find_duplicates,
    is_legal_id,
    is_national_code,
)
from odoo.addons.aria_moadian.lib.taxid import make_taxid

from .lib_common import NOW, SAMPLES, golden, invoice

DAY = constants.DAY_MS
REMOVE = object()


def found(sample, now=NOW, **options):
    return [(finding.code, finding.path) for finding in check(sample, now, **options)]


def changed(sample=None, **values):
    """Return an invoice with values of the header changed; ``REMOVE`` takes one out."""
    sample = sample or golden()
    for name, value in values.items():
        if value is REMOVE:
            sample["header"].pop(name, None)
        else:
            sample["header"][name] = value
    return sample


def line_changed(sample=None, **values):
    sample = sample or golden()
    for name, value in values.items():
        if value is REMOVE:
            sample["body"][0].pop(name, None)
        else:
            sample["body"][0][name] = value
    return sample


def test_official_sample_is_right():
    assert check(golden()) == check(golden(), NOW) == []


@pytest.mark.parametrize("inp", SAMPLES)
def test_every_pattern_has_a_right_invoice(inp):
    assert [str(finding) for finding in check(SAMPLES[inp](), NOW)] == []


@pytest.mark.parametrize("inp", [1, 3, 9, 13])
def test_simple_invoices_need_no_buyer(inp):
    sample = SAMPLES[inp]()
    sample = changed(sample, inty=2, tob=REMOVE, tinb=REMOVE, setm=REMOVE)
    assert found(sample) == []


@pytest.mark.parametrize("inp", SAMPLES)
def test_every_required_field_is_missed(inp):
    for name, row in constants.MATRIX.items():
        column = constants.MATRIX_COLUMNS.index((1, inp))
        section = constants.FIELDS[name].section
        if (
            row.replace(" ", "")[column] != "R"
            or section == constants.GOODS
            or name in ("inty", "inp", "ins")
        ):
            continue
        sample = SAMPLES[inp]()
        values = sample["header"] if section == "header" else sample["body"][0]
        path = f"header.{name}" if section == "header" else f"body[0].{name}"
        del values[name]
        codes = found(sample)
        assert (f"00{constants.FIELDS[name].number or '000'}", path) in codes, name


@pytest.mark.parametrize("inp", SAMPLES)
def test_every_amount_one_rial_off_is_refused(inp):
    sample = SAMPLES[inp]()
    computed = {*amounts.line_formulas(inp)} & set(sample["body"][0])
    for name in computed - {"fee", "cfee"}:
        value = sample["body"][0][name]
        assert (f"02{constants.FIELDS[name].number}", f"body[0].{name}") in found(
            line_changed(SAMPLES[inp](), **{name: value + 1})
        )
    for name in {*amounts.header_formulas(sample["header"])} & set(sample["header"]):
        severity = "1" if name == "tdis" else "0"
        assert (f"{severity}2{constants.FIELDS[name].number}", f"header.{name}") in found(
            changed(SAMPLES[inp](), **{name: sample["header"][name] + 1})
        )


def test_rounding_half_up_is_refused_as_the_live_service_does():
    sample = invoice(1, [{"fee": 7272727}])
    assert found(sample) == []
    sample["body"][0]["vam"] = 727273
    assert ("02045", "body[0].vam") in found(sample)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"tins": "1400377899"}, "0100904"),
        ({"tins": "14003778991"}, "0300901"),
        ({"tins": 14003778990}, "0100903"),
        ({"tins": "۱۴۰۰۳۷۷۸۹۹۰"}, "0100904"),
        ({"tins": None}, "0100903"),
        ({"tins": ""}, "0100904"),
        ({"inty": 3}, "0100402"),
        ({"inty": True}, "0100403"),
        ({"inty": "1"}, "0100403"),
        ({"inp": 10}, "0100702"),
        ({"inp": 12}, "0100702"),
        ({"inty": 2, "inp": 4}, "02007"),
        ({"ins": 5}, "0100802"),
        ({"inno": "1"}, "0100504"),
        ({"inno": "0049321217"}, "1300501"),
        ({"inno": "0002F09502"}, "1300501"),
        ({"taxid": "A1121604C220002F095012"}, "0300101"),
        ({"taxid": "a1121604c220002f095011"}, "0100104"),
        ({"taxid": "A1121604C220002F09501"}, "0100104"),
        ({"tob": 5}, "0101002"),
        ({"bid": "10100302747"}, "1301101"),
        ({"bid": "0499370899"}, "1301101"),
        ({"bid": "123"}, "0101104"),
        ({"tinb": "10100302747"}, "0301201"),
        ({"tinb": REMOVE}, "00012"),
        ({"tob": 1, "tinb": REMOVE, "bid": REMOVE}, "00011"),
        ({"tob": 1, "tinb": REMOVE, "bid": "0499370899"}, "00014"),
        ({"tob": 1, "tinb": REMOVE, "bid": "0499370898", "bpc": "1" * 10}, "0301101"),
        ({"setm": 4}, "0102802"),
        ({"setm": 3}, "00029"),
        ({"cap": 1}, "14029"),
        ({"insp": 1}, "14030"),
        ({"tbill": -1}, "0102706"),
        ({"tbill": 10**18}, "0102706"),
        ({"tbill": 21255.5}, "0102709"),
        ({"tbill": "21255"}, "0102703"),
        ({"tbill": float("nan")}, "0102703"),
        ({"tax17": 1756}, "12032"),
        ({"irtaxid": "A1121604C220002F095011"}, "14006"),
        ({"billid": "1"}, "14021"),
        ({"surprise": 1}, "0100001"),
        ({"nti1": "x" * 31}, "0100004"),
        ({"nti1": "one\ntwo"}, "0100004"),
        ({"indatim": 168399783798}, "0100206"),
        ({"indatim": 1683997837988.5}, "0100203"),
    ],
)
def test_header(change, code):
    assert code in [finding.code for finding in check(changed(**change), NOW)]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"sstid": "271000013862"}, "0103304"),
        ({"mu": "1"}, "0103502"),
        ({"mu": ""}, "0103502"),
        ({"am": 0}, "0103605"),
        ({"am": -2}, "0103606"),
        ({"am": "2"}, "0103603"),
        ({"am": 2.123456789}, "0103609"),
        ({"fee": 0}, "0103705"),
        ({"dis": 20001, "adis": -1}, "02042"),
        ({"dis": 20001, "adis": -1}, "0104306"),
        ({"vra": 9.125}, "0104409"),
        ({"vra": 1000}, "0104406"),
        ({"cut": "usd"}, "0103904"),
        ({"ssrv": 5}, "14073"),
        ({"consfee": 5}, "14052"),
        ({"odr": 5}, "00048"),
        ({"odam": 5}, "00046"),
        ({"hs": 5}, "0100001"),
        ({"sstt": "x" * 401}, "0103404"),
    ],
)
def test_lines(change, code):
    assert code in [finding.code for finding in check(line_changed(**change), NOW)]


def test_severity_follows_the_obligation():
    findings = check(changed(tdis=501, surprise=1), NOW)
    assert {finding.code: finding.severity for finding in findings} == {
        "12023": "warning",
        "0100001": "error",
    }
    assert [finding.code for finding in blocking(findings)] == ["0100001"]


def test_findings_speak_both_languages():
    finding = check(line_changed(vam=1756))[0]
    assert finding["code"] == finding.code == "02045"
    assert "مبلغ مالیات بر ارزش افزوده" in finding.fa
    assert "1756" in finding.fa and "1755" in finding.fa
    assert "has to be 1755" in finding.en
    assert finding.field_name == "vam"


def test_units_of_a_newer_list():
    assert found(line_changed(mu="16999"), units={"16999"}) == []


@pytest.mark.parametrize("invoice_", [None, [], "text", 5])
def test_what_is_no_invoice(invoice_):
    assert found(invoice_) == [("0100010", "")]


@pytest.mark.parametrize("name", ["header", "body", "payments"])
def test_hostile_sections(name):
    for value in (None, 5, "x", [None], [5], {"a": 1}):
        sample = golden()
        sample[name] = value
        assert name == "payments" and value == [] or blocking(check(sample, NOW))


def test_no_lines():
    sample = golden()
    sample["body"] = []
    assert found(sample) == [("00600", "body")]


def test_settlement_in_two_parts():
    sample = invoice(1, [{"fee": 32500000}], setm=3, cap=10000000)
    assert found(sample) == []
    assert ("02029", "header.cap") in found(changed(sample, cap=10000001))
    assert ("02029", "header.cap") in found(changed(sample, cap=0))
    sample = invoice(1, [{"fee": 32500000}], setm=3, cap=10000000)
    assert ("12056", "body[0].cop") in found(line_changed(sample, cop=5))


def test_export_carries_no_vat():
    assert ("02044", "body[0].vra") in found(line_changed(SAMPLES[7](), vra=10))


def test_gold_fees():
    sample = invoice(3, [{"am": 1, "fee": 1000, "consfee": 1000}])
    assert ("02052", "body[0].consfee") in found(sample)


def test_currency_margin():
    line = {"am": None, "fee": None, "cfee": 100, "cut": "USD", "exr": 600000, "cpr": 590000}
    assert found(invoice(2, [{**line, "sovat": 1000000}])) == []
    assert ("02000", "body[0].sovat") in found(invoice(2, [{**line, "sovat": 999999}]))
    assert ("02000", "body[0].sovat") in found(invoice(2, [{**line, "sovat": 60000001}]))
    assert ("02000", "body[0].cpr") in found(
        invoice(2, [{**line, "cpr": 600000, "sovat": 1000000}])
    )


def test_one_ticket_for_each_line():
    sample = invoice(6, [{"fee": 15000000, "am": 2}], ft=2)
    assert ("02036", "body[0].am") in found(sample)


def test_passenger_of_a_domestic_flight():
    assert ("00011", "header.bid") in found(changed(SAMPLES[6](), bid=REMOVE))
    assert found(changed(SAMPLES[6](), bid=REMOVE, bpn="A12345678")) == []
    assert found(changed(SAMPLES[6](), bid=REMOVE, ft=2)) == []


def test_exchange_and_chain_have_one_line():
    sample = SAMPLES[11]()
    sample["body"] *= 2
    sample = amounts.compute_invoice(sample)
    assert found(sample) == [("02033", "body[1].sstid")]


def test_waybill_conditions():
    assert ("00000", "header.oci") in found(changed(SAMPLES[8](), oci=REMOVE))
    assert ("00000", "header.did") in found(changed(SAMPLES[8](), lt=1))
    sample = SAMPLES[8]()
    sample["header"]["sg"] = [{"sgid": "2" * 13, "x": 1}]
    assert set(found(sample)) == {("0100001", "header.sg[0].x"), ("00000", "header.sg[0].sgt")}


def test_payments():
    sample = golden()
    sample["payments"] = [{"pmt": 3, "pv": 100, "pdt": 1683997837988}]
    assert found(sample) == [("12076", "payments[0].pv")]  # on credit nothing is paid
    sample["header"]["setm"] = 1
    assert found(sample) == []
    sample["payments"][0]["pv"] = 21256
    assert found(sample) == [("12076", "payments[0].pv")]
    sample = SAMPLES[7]()
    sample["payments"] = [{"pv": 0}]
    assert found(sample) == [("14700", "payments")]


# ---------------------------------------------------------------------- times
def test_future():
    issued = golden()["header"]["indatim"]
    assert found(golden(), issued - 30_000) == []
    assert found(golden(), issued - 30_001) == [("02002", "header.indatim")]


def test_deadline():
    issued = golden()["header"]["indatim"]
    assert found(golden(), issued + 12 * DAY) == []
    assert found(golden(), issued + 12 * DAY + 1) == [("02002", "header.indatim")]
    assert found(golden(), issued + 12 * DAY, deadline_days=7) == [("02002", "header.indatim")]


def test_late_by_article_nine():
    issued = golden()["header"]["indatim"]
    now = issued + 40 * DAY
    assert found(changed(insr=1), now) == [("00003", "header.indati2m")]
    assert found(changed(insr=1, indati2m=now - DAY), now) == []
    for moment in (issued - 1, now + 1, now - 12 * DAY - 1):
        assert found(changed(insr=1, indati2m=moment), now) == [("02003", "header.indati2m")]
    # in time, both are outside the pattern
    assert found(changed(insr=1, indati2m=NOW)) == [
        ("14000", "header.insr"),
        ("14003", "header.indati2m"),
    ]


def test_day_of_the_tax_number():
    assert found(changed(indatim=1683997837988 - DAY)) == [("0300101", "header.taxid")]


def test_customs_date_after_the_invoice():
    assert found(changed(SAMPLES[7](), cdcd=19490)) == []
    assert found(changed(SAMPLES[7](), cdcd=19491)) == [("12068", "header.cdcd")]
    assert found(changed(SAMPLES[11](), asd=19491)) == [("02000", "header.asd")]


# ---------------------------------------------------------------------- references
BUYER = {"tob": REMOVE, "bid": REMOVE, "tinb": REMOVE}


def referring(ins, base=None, **values):
    sample = changed(base or golden(), ins=ins, irtaxid=golden()["header"]["taxid"], **BUYER)
    sample["header"]["taxid"] = make_taxid("A11216", sample["header"]["indatim"], 49321218)
    return changed(sample, **values)


def test_correction_of_the_price():
    sample = amounts.compute_invoice(line_changed(referring(2), fee=9000))
    assert found(sample, reference=golden()) == []


def test_references_are_needed_and_must_be_readable():
    assert found(referring(2, irtaxid=REMOVE)) == [("00006", "header.irtaxid")]
    assert found(referring(2, irtaxid="A278W604C8000000004744")) == [("0300601", "header.irtaxid")]


def test_buyer_is_outside_in_references():
    assert found(referring(2, tinb="10100302746")) == [("14012", "header.tinb")]


def test_cancellation_is_short():
    sample = {
        "header": {
            name: referring(3)["header"][name]
            for name in ("taxid", "indatim", "irtaxid", "ins", "tins")
        },
        "body": [],
        "payments": [],
    }
    assert found(sample, reference=golden()) == []
    sample["header"]["inp"] = 1
    assert found(sample) == [("14007", "header.inp")]


def test_return_keeps_what_was_not_returned():
    sample = amounts.compute_invoice(line_changed(referring(4), am=1, dis=250))
    assert found(sample, reference=golden()) == []
    assert ("02036", "body[0].am") in found(referring(4), reference=golden())
    grown = amounts.compute_invoice(line_changed(referring(4), am=3))
    assert ("02036", "body[0].am") in found(grown, reference=golden())
    dearer = amounts.compute_invoice(line_changed(referring(4), am=1, fee=20000))
    assert ("02037", "body[0].fee") in found(dearer, reference=golden())


def test_goods_rate_and_seller_stay():
    other = amounts.compute_invoice(line_changed(referring(2), sstid="2710000138625"))
    assert ("0303301", "body[0].sstid") in found(other, reference=golden())
    rate = amounts.compute_invoice(line_changed(referring(2), vra=10))
    assert ("0304401", "body[0].vra") in found(rate, reference=golden())
    seller = referring(2, tins="10100302746")
    assert ("0300902", "header.tins") in found(seller, reference=golden())
    earlier = golden()
    earlier["header"]["indatim"] += 1
    assert ("02002", "header.indatim") in found(referring(2), reference=earlier)


def test_goods_that_are_added_are_a_warning():
    sample = referring(2)
    sample["body"].append({**sample["body"][0], "sstid": "2710000138625"})
    assert found(amounts.compute_invoice(sample), reference=golden()) == [
        ("1303301", "body[1].sstid")
    ]


@pytest.mark.parametrize("inp", [7, 8, 11])
def test_patterns_without_returns(inp):
    sample = changed(
        SAMPLES[inp](), ins=4, irtaxid="A1121604C220002F095011", tob=REMOVE, tinb=REMOVE
    )
    assert ("02008", "header.ins") in found(sample)


def test_duplicates():
    assert [(index, finding.code) for index, finding in find_duplicates([golden(), golden()])] == [
        (1, "05001")
    ]


# ---------------------------------------------------------------------- identifiers
@pytest.mark.parametrize("text", ["0499370899", "0790419904", "0084575948", "0684159414"])
def test_national_codes(text):
    assert is_national_code(text)


@pytest.mark.parametrize(
    "text", ["0684159415", "0200203041", "0000000000", "1111111111", "049937089", "", None]
)
def test_no_national_codes(text):
    assert not is_national_code(text)


@pytest.mark.parametrize(
    "text", ["14003778990", "10100302746", "10660111880", "10380284790", "10100387143"]
)
def test_legal_ids(text):
    assert is_legal_id(text)


@pytest.mark.parametrize("text", ["11111111111", "10380284792", "1038028479", "۱۴۰۰۳۷۷۸۹۹۰", None])
def test_no_legal_ids(text):
    assert not is_legal_id(text)
