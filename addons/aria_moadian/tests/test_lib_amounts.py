"""Amounts: published examples, each pattern, cutting off instead of rounding."""

from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest

from odoo.addons.aria_moadian.lib.amounts import compute_invoice, compute_line, number, truncate

from .lib_common import GOLDEN, SAMPLES, golden


def test_official_sample():
    computed = compute_invoice(golden())
    assert computed == GOLDEN
    line = compute_line({"am": 2, "fee": 10000, "dis": 500, "vra": 9})
    assert {name: line[name] for name in ("prdis", "adis", "vam", "tsstam")} == {
        "prdis": 20000,
        "adis": 19500,
        "vam": 1755,
        "tsstam": 21255,
    }


@pytest.mark.parametrize(
    ("fee", "vam", "total"), [(7272727, 727272, 7999999), (13636364, 1363636, 15000000)]
)
def test_amounts_that_the_live_service_took(fee, vam, total):
    line = compute_line({"am": 1, "fee": fee, "vra": 10})
    assert (line["vam"], line["tsstam"]) == (vam, total)


def test_three_lines_with_discounts():
    header = compute_invoice(
        {
            "header": {"setm": 1},
            "body": [
                {"am": 3, "fee": 4500000, "vra": 10},
                {"am": 10, "fee": 850000, "dis": 500000, "vra": 10},
                {"am": 1, "fee": 12000000, "dis": 1000000, "vra": 10},
            ],
        }
    )["header"]
    assert header == {
        "setm": 1,
        "tprdis": 34000000,
        "tdis": 1500000,
        "tadis": 32500000,
        "tvam": 3250000,
        "todam": 0,
        "tbill": 35750000,
    }


def test_totals_sum_what_lines_say_after_cutting():
    line = {"am": 1, "fee": 7272727, "vra": 10}
    header = compute_invoice({"header": {}, "body": [line] * 10})["header"]
    assert header["tvam"] == 7272720  # and not 7272727


def test_numbers_are_cut_off_toward_zero():
    assert truncate(Decimal("727272.7")) == 727272
    assert truncate(Decimal("-727272.7")) == -727272
    assert truncate("1.99999", 4) == Decimal("1.9999")
    assert truncate(0.1, 2) == Decimal("0.10")
    assert isinstance(truncate(5.9), int)


def test_quantity_and_price_with_all_their_digits():
    line = compute_line({"am": "123456789012345678.12345678", "fee": "9.99999999", "vra": "9.99"})
    exact = Fraction("123456789012345678.12345678") * Fraction("9.99999999")
    assert line["prdis"] == exact.numerator // exact.denominator
    vam = line["prdis"] * Fraction("9.99") / 100
    assert line["vam"] == vam.numerator // vam.denominator


def test_sale_of_currency():
    line = SAMPLES[2]()["body"][0]
    assert (line["prdis"], line["adis"], line["vam"], line["tsstam"]) == (
        60000000,
        60000000,
        100000,
        60100000,
    )


def test_gold():
    sample = SAMPLES[3]()
    line = sample["body"][0]
    assert (line["prdis"], line["tcpbs"], line["adis"]) == (100000000, 10000000, 110000000)
    # ten percent of the fees is fixed, the rate of the line is for the metal
    assert line["vam"] == 1000000 + 10000000
    assert line["tsstam"] == 121000000
    assert sample["header"]["tadis"] == 110000000


def test_gold_free_of_tax_still_pays_for_the_making():
    line = compute_line({"am": 1, "fee": 1000, "vra": 0, "consfee": 99, "spro": 0, "bros": 0}, 3)
    assert (line["vam"], line["tsstam"]) == (9, 1108)


def test_air_ticket_costs_its_fee():
    line = SAMPLES[6]()["body"][0]
    assert (line["prdis"], line["vam"], line["tsstam"]) == (15000000, 1500000, 16500000)


def test_export():
    sample = SAMPLES[7]()
    line, header = sample["body"][0], sample["header"]
    assert line["fee"] == Decimal("3333333.33333333")
    assert (line["vam"], line["tsstam"]) == (0, 100000000)
    assert "prdis" not in line and "tadis" not in header
    assert (header["torv"], header["tbill"], header["tonw"]) == (100000000, 100000000, 20)
    assert header["tocv"] == Decimal("166.6667")


def test_export_value_from_the_price():
    line = compute_line({"am": 3, "fee": "33.5", "sscv": 1}, 7)
    assert (line["ssrv"], line["fee"]) == (100, Decimal("33.33333333"))


def test_oil_with_a_base_for_each_litre_has_no_rate():
    line = SAMPLES[9]()["body"][0]
    assert line["vam"] == 12345
    assert "vra" not in line
    assert compute_line({"am": 1, "fee": 15000, "vra": 10}, 9)["vam"] == 1500


def test_exchange_has_the_value_of_the_deal_only():
    sample = SAMPLES[11]()
    assert sample["body"][0]["tsstam"] == 5000000
    assert sample["header"]["tadis"] == sample["header"]["tbill"] == 5000000
    assert not {"tprdis", "tdis", "todam"} & set(sample["header"])


def test_other_taxes_by_rate_or_fixed():
    line = compute_line(
        {"am": 1, "fee": 1999, "vra": 10, "odt": "عوارض", "odr": "2.5", "olt": "صندوق", "olam": 7}
    )
    assert (line["odam"], line["olam"]) == (49, 7)
    assert line["tsstam"] == 1999 + 199 + 49 + 7


def test_other_taxes_are_zero_where_there_is_no_vat():
    line = compute_line(
        {"am": 1, "fee": 1999, "vra": 0, "odt": "عوارض", "odr": "2.5", "olt": "صندوق", "olam": 7}
    )
    assert (line["odam"], line["olam"], line["tsstam"]) == (0, 0, 1999)


def test_other_taxes_of_gold_stand_on_the_fees():
    line = compute_line(
        {"am": 1, "fee": 10**6, "vra": 10, "consfee": 1000, "odt": "عوارض", "odr": 5}, 3
    )
    assert line["odam"] == 50


@pytest.mark.parametrize("given", [{"cap": 10000000}, {"insp": 22500000}])
def test_mixed_settlement(given):
    line = {"am": 1, "fee": 32500000, "vra": 10}
    sample = compute_invoice({"header": {"setm": 3, **given}, "body": [line]})
    header = sample["header"]
    # the split concerns the price; tax counts as paid
    assert (header["cap"], header["insp"]) == (10000000, 22500000)
    assert header["cap"] + header["insp"] == header["tadis"]
    assert sample["body"][0]["cop"] == 35750000 * 10000000 // 32500000
    assert sample["body"][0]["vop"] == header["tvop"] == 1000000


def test_cash_carries_no_split():
    header = compute_invoice({"header": {"setm": 1}, "body": [{"am": 1, "fee": 10}]})["header"]
    assert not {"cap", "insp", "tvop"} & set(header)


def test_currency_of_a_price():
    line = compute_line({"am": 1, "fee": 1000000, "cut": "USD", "exr": 650000})
    assert line["cfee"] == Decimal("1.5384")
    assert "cfee" not in compute_line({"am": 1, "fee": 1, "cut": "USD", "exr": 650000})
    assert "cfee" not in compute_line({"am": 1, "fee": 1, "exr": 0})


def test_cancellation_has_nothing_to_compute():
    cancellation = {"header": {"ins": 3}, "body": [], "payments": []}
    assert compute_invoice(cancellation) == cancellation


def test_what_was_given_is_left_alone():
    line = {"am": 1, "fee": 10, "vra": 10}
    header = {"setm": 1}
    compute_invoice({"header": header, "body": [line]})
    assert line == {"am": 1, "fee": 10, "vra": 10}
    assert header == {"setm": 1}


def test_numbers_come_out_as_they_are_sent():
    line = compute_line({"am": "2.50", "fee": 10.0, "vra": Decimal("10.00")})
    assert (line["am"], line["fee"], line["vra"]) == (Decimal("2.5"), 10, 10)
    assert all(type(line[name]) is int for name in ("fee", "vra", "prdis", "vam"))


@pytest.mark.parametrize(
    "value", [None, "", "abc", "۱۲", True, float("nan"), float("inf"), "1e400", [], "1" * 40]
)
def test_what_is_no_number_is_refused_by_name(value):
    with pytest.raises(ValueError, match="fee"):
        compute_line({"am": 1, "fee": value})
    with pytest.raises(ValueError, match=r"body\[1\]\.fee"):
        compute_invoice({"header": {}, "body": [{"am": 1, "fee": 1}, {"am": 1, "fee": value}]})


def test_latin_digits_only():
    # Decimal itself would take Persian digits
    assert Decimal("۱۲") == 12
    with pytest.raises(ValueError, match="not a number"):
        number("۱۲")


def test_against_exact_fractions_on_random_lines():
    random = Random(1405)
    for _ in range(2000):
        am, fee = (
            Fraction(random.randint(1, 10**9), 10**4),
            Fraction(random.randint(1, 10**14), 10**3),
        )
        vra, odr = (
            Fraction(random.choice((0, 900, 1000, 1234)), 100),
            Fraction(random.randint(0, 999), 100),
        )
        prdis = int(am * fee)
        dis = random.randint(0, prdis)
        decimals = {"am": am, "fee": fee, "vra": vra, "odr": odr}
        line = compute_line(
            {name: _decimal(value) for name, value in decimals.items()} | {"dis": dis, "odt": "x"}
        )
        adis = prdis - dis
        vam, odam = int(adis * vra / 100), int(adis * odr / 100) if vra else 0
        found = [line[name] for name in ("prdis", "adis", "vam", "odam", "tsstam")]
        assert found == [prdis, adis, vam, odam, adis + vam + odam]


def _decimal(fraction):
    return Decimal(fraction.numerator) / Decimal(fraction.denominator)
