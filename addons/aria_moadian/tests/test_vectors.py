"""Every figure of the fact file that was published or measured, one by one, by the section it stands in.

Each runs against the library; what the simulator computes by itself is asked as well. Not here, as the fact file does
not print them: the sample token of RC_TICS p. 13 with its key, and the payload of the signed receipt of p. 36.
"""

import base64
import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from odoo.addons.aria_moadian.lib import amounts, client, codes, constants, packet, rules
from odoo.addons.aria_moadian.lib.taxid import make_inno, make_taxid, parse_taxid, verhoeff
from odoo.addons.aria_moadian.simulator import taxid as simulated
from odoo.addons.aria_moadian.simulator.content import check as simulator_check

from .lib_common import GOLDEN, NOW, certificate, golden, server_key, signing_key

DAY_MS = 86_400_000
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def day_of(text):
    return (datetime.fromisoformat(f"{text}T00:00:00+00:00") - EPOCH).days


# ---------------------------------------------------------------------- 5.1: tax numbers
@pytest.mark.parametrize(
    ("text", "memory", "day", "serial"),
    [
        pytest.param("DEF5GH0481F000000000C2", "DEF5GH", "2020-07-20", 12, id="1 DCPS appendix 1"),
        pytest.param("DEF5GH0481F0000001FED8", "DEF5GH", "2020-07-20", 8173, id="2 DCPS"),
        pytest.param("DEF5GH0481F009956F7211", "DEF5GH", "2020-07-20", 2572613409, id="3 DCPS"),
        pytest.param("A1121604C220002F095011", "A11216", "2023-05-13", 49321217, id="4 TICS p. 20"),
        pytest.param(
            "A1112K04D1271489087018", "A1112K", "2024-01-08", 486548735745, id="5 TICS p. 36"
        ),
        pytest.param("A111DW04E8300004349008", "A111DW", "2025-01-11", 4409600, id="6 TICS p. 44"),
        pytest.param("A111DW04E8300003CC4EA5", "A111DW", "2025-01-11", 3982570, id="7 TICS p. 44"),
        pytest.param(
            "A111OK04D361200E8DB214", "A111OK", "2024-02-13", 77324671777, id="8 TICS p. 36, signed"
        ),
    ],
)
def test_tax_number(text, memory, day, serial):
    assert make_taxid(memory, day_of(day) * DAY_MS, serial) == text
    assert parse_taxid(text) == (memory, day_of(day), serial, int(text[-1]))
    assert simulated.read(text) == (memory, day_of(day), serial)
    assert simulated.write(memory, day_of(day), serial) == text


def test_tax_number_of_the_official_sample_by_its_moment():
    assert make_taxid("A11216", 1683997837988, 49321217) == "A1121604C220002F095011"


def test_tax_number_of_the_signed_receipt_lies_on_the_day_it_was_received():
    received = datetime(2024, 2, 13, 11, 52, 42, 982000, timezone.utc)
    assert parse_taxid("A111OK04D361200E8DB214").day == (received - EPOCH).days


def test_masked_sample_of_the_packages_has_a_wrong_digit():
    with pytest.raises(ValueError, match="it has to be 7"):
        parse_taxid("A278W604C8000000004744")


def test_verhoeff_of_the_official_unit_test():
    assert verhoeff("123") == 3


def test_highest_serial_of_ten_hexadecimal_digits():
    assert make_inno(1_099_511_627_775) == "FFFFFFFFFF"
    assert parse_taxid(make_taxid("A11216", 0, 1_099_511_627_775)).serial == 1_099_511_627_775


def test_serial_of_the_official_sample_goes_in_hexadecimal():
    assert make_inno(49321217) == "0002F09501"  # TICS p. 20 prints the decimal 49321217


def test_midnight_in_tehran_lies_on_the_day_before():
    midnight = datetime(2023, 5, 14, tzinfo=timezone(timedelta(hours=3, minutes=30)))
    number = make_taxid("A11216", int(midnight.timestamp() * 1000), 1)
    assert parse_taxid(number).day == day_of("2023-05-13")


# ---------------------------------------------------------------------- 6.4 and 7: amounts
def test_golden_invoice_of_tics_p_20():
    assert amounts.compute_invoice(golden()) == GOLDEN
    assert rules.check(golden(), NOW) == []
    assert simulator_check(golden(), NOW) == []


@pytest.mark.parametrize(
    ("fee", "vam", "total"),
    [
        pytest.param(7_272_727, 727_272, 7_999_999, id="JG issue 32, first"),
        pytest.param(13_636_364, 1_363_636, 15_000_000, id="JG issue 32, second"),
    ],
)
def test_amounts_of_the_live_service(fee, vam, total):
    line = amounts.compute_line({"am": 1, "fee": fee, "vra": 10})
    assert (line["vam"], line["tsstam"]) == (vam, total)


def test_rounded_amounts_were_refused_live():
    invoice = golden()
    invoice["body"][0].update(
        am=1, fee=7272727, prdis=7272727, dis=0, adis=7272727, vra=10, vam=727273, tsstam=8000000
    )
    invoice["header"].update(tprdis=7272727, tdis=0, tadis=7272727, tvam=727273, tbill=8000000)
    ours = {(finding.code, finding.path) for finding in rules.check(invoice, NOW)}
    theirs = {(finding.code, finding.path) for finding in simulator_check(invoice, NOW)}
    assert ("02045", "body[0].vam") in ours
    assert ours == theirs


def test_three_lines_of_the_benchmark():
    rows = [(3, 4_500_000, 0), (10, 850_000, 500_000), (1, 12_000_000, 1_000_000)]
    body = [{"am": am, "fee": fee, "dis": dis, "vra": 10} for am, fee, dis in rows]
    header = amounts.compute_invoice({"header": {"inp": 1}, "body": body})["header"]
    wanted = {
        "tprdis": 34_000_000,
        "tdis": 1_500_000,
        "tadis": 32_500_000,
        "tvam": 3_250_000,
        "tbill": 35_750_000,
    }
    assert {name: header[name] for name in wanted} == wanted


def test_gold_pays_ten_percent_of_its_fees():
    line = amounts.compute_line({"am": 1, "fee": 1000, "vra": 0, "consfee": 7, "spro": 8}, 3)
    assert (line["tcpbs"], line["vam"]) == (15, 1)


def test_cash_share_is_multiplied_before_it_is_divided():
    header = {"setm": 3, "cap": 6500, "tadis": 19500}
    line = {"tsstam": 21255, "vam": 1755}
    assert amounts.share_of_cash(header, line, "tsstam") == 7085
    assert amounts.share_of_cash(header, line, "vam") == 585


# ---------------------------------------------------------------------- 10: identifiers
@pytest.mark.parametrize("text", ["0499370899", "0790419904", "0084575948", "0684159414"])
def test_national_codes(text):
    assert rules.is_national_code(text)


@pytest.mark.parametrize("text", ["0684159415", "0200203041", "0000000000", "1111111111"])
def test_national_codes_that_are_none(text):
    assert not rules.is_national_code(text)


@pytest.mark.parametrize(
    "text", ["14003778990", "10100302746", "10660111880", "10380284790", "10100387143"]
)
def test_legal_ids(text):
    assert rules.is_legal_id(text)


@pytest.mark.parametrize("text", ["11111111111", "10380284792"])
def test_legal_ids_that_are_none(text):
    assert not rules.is_legal_id(text)


def test_persian_digits_are_no_identifier():
    assert not rules.is_legal_id("۱۴۰۰۳۷۷۸۹۹۰")


# ---------------------------------------------------------------------- 10: units
def test_units():
    assert len(constants.UNITS) == 102
    assert (constants.UNITS["1627"], constants.UNITS["164"], constants.UNITS["1612"]) == (
        "عدد",
        "کیلوگرم",
        "عدل",
    )


# ---------------------------------------------------------------------- 2: addresses, moments, limits
def test_addresses():
    assert constants.PRODUCTION_URL == "https://tp.tax.gov.ir/requestsmanager"
    assert constants.SANDBOX_URL == "https://sandboxrc.tax.gov.ir/requestsmanager"
    assert constants.API_PATH == "/api/v2"


def test_moment_of_a_query():
    moment = datetime(2023, 5, 14, tzinfo=timezone(timedelta(hours=3, minutes=30)))
    assert client.format_moment(moment) == "2023-05-14T00:00:00.000000000+03:30"


def test_limits():
    assert (constants.MAX_PACKETS, constants.MAX_INQUIRY_IDS, constants.MAX_INQUIRY_DAYS) == (
        1000,
        100,
        7,
    )
    assert (constants.NONCE_LIFE, constants.DEFAULT_NONCE_LIFE) == ((10, 200), 30)


# ---------------------------------------------------------------------- 3: packets
def decoded(segment):
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


def test_header_of_a_signature():
    signed_at = datetime(2023, 5, 13, 17, 10, 37, tzinfo=timezone.utc)
    jws = packet.sign(golden(), signing_key(), certificate(), signed_at)
    head, body, signature = jws.split(".")
    header = json.loads(decoded(head))
    assert set(header) - {"typ", "cty"} == {"alg", "x5c", "sigT", "crit"}
    assert (header["alg"], header["crit"], header["sigT"]) == (
        "RS256",
        ["sigT"],
        "2023-05-13T17:10:37Z",
    )
    assert "\n" not in header["x5c"][0]
    assert json.loads(decoded(body)) == GOLDEN
    assert len(decoded(signature)) == 256  # RSA-2048


def test_header_of_an_encryption():
    kid = "6a2bcd88-a871-4245-a393-2843eafe6e02"  # as in the published samples
    jwe = packet.encrypt("text", server_key().public_key(), kid)
    head, wrapped, iv, _content, tag = jwe.split(".")
    assert json.loads(decoded(head)) == {"alg": "RSA-OAEP-256", "enc": "A256GCM", "kid": kid}
    assert (len(decoded(wrapped)), len(iv), len(decoded(tag))) == (512, 16, 16)
    oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
    assert len(server_key().decrypt(decoded(wrapped), oaep)) == 32


# ---------------------------------------------------------------------- 9: codes
@pytest.mark.parametrize(
    ("code", "field", "severity"),
    [
        ("0300101", "taxid", "error"),
        ("02002", "indatim", "error"),
        ("0100504", "inno", "error"),
        ("1300501", "inno", "warning"),
        ("0101104", "bid", "error"),
        ("0103502", "mu", "error"),
        ("0303301", "sstid", "error"),
        ("0304401", "vra", "error"),
        ("0301201", "tinb", "error"),
        ("0300601", "irtaxid", "error"),
        ("0300902", "tins", "error"),
        ("00600", "body", "error"),
        ("0301", "taxid", "error"),
        ("0202", "indatim", "error"),
        ("012802", "setm", "error"),
        ("011107", "bid", "error"),
    ],
)
def test_codes_that_are_seen_often(code, field, severity):
    found = codes.decode(code)
    assert (found.field, found.severity, found.kind) == (field, severity, "content")
    assert found.fa and found.en


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("taxid", "001"),
        ("inno", "005"),
        ("ins", "008"),
        ("tinb", "012"),
        ("tprdis", "022"),
        ("tbill", "027"),
        ("setm", "028"),
        ("sstid", "033"),
        ("am", "036"),
        ("vam", "045"),
        ("tsstam", "059"),
        ("iinn", "060"),
        ("cdcn", "067"),
        ("nw", "072"),
        ("pmt", "075"),
        ("cui", "078"),
        ("tinc", "079"),
    ],
)
def test_numbers_of_fields(name, number):
    assert constants.FIELDS[name].number == number


@pytest.mark.parametrize(
    "code",
    [
        *("4100", "4101", "4102", "4103", "4110", "4120", "4130", "4131", "4132", "4133", "4134"),
        *("4135", "4136", "4137", "4140", "4141", "4142", "4143", "4144", "4145", "4146", "4147"),
        *("4148", "4160", "4162", "4163", "4164", "4170", "4171", "5119", "5129", "5139", "5199"),
        *("04111", "04130", "04131", "04132", "04133", "04134", "04148", "04150", "04152"),
        *("04153", "05139", "05151", "05159"),
    ],
)
def test_codes_of_calls_and_transport(code):
    found = codes.decode(code)
    assert found.kind in ("call", "transport")
    assert "ناشناخته" not in found.fa


def test_only_a_used_nonce_is_tried_again_at_once():
    assert codes.decode("4102").retry == "now"
    assert codes.decode("4103").retry == "no"
    assert codes.decode("5119").retry == "later"


# ---------------------------------------------------------------------- 8: deadlines
@pytest.mark.parametrize(("days", "late"), [(11, False), (13, True)])
def test_twelve_days_to_send(days, late):
    found = rules.check(golden(), GOLDEN["header"]["indatim"] + days * DAY_MS)
    assert any(finding.path == "header.indatim" for finding in found) == late


def test_late_invoice_of_article_nine():
    invoice, now = golden(), GOLDEN["header"]["indatim"] + 20 * DAY_MS
    invoice["header"].update(insr=1, indati2m=now)
    assert rules.check(invoice, now) == []
    assert simulator_check(invoice, now) == []


# ---------------------------------------------------------------------- 6: forms of fields
@pytest.mark.parametrize(
    ("name", "kind", "size"),
    [
        ("tbill", "decimal", (18, 0)),
        ("am", "decimal", (18, 8)),
        ("fee", "decimal", (18, 8)),
        ("cfee", "decimal", (14, 4)),
        ("exr", "decimal", (18, 8)),
        ("vra", "decimal", (3, 2)),
        ("tonw", "decimal", (15, 8)),
        ("cui", "decimal", (4, 2)),
        ("vba", "decimal", (18, 4)),
        ("asd", "int", (5, 0)),
        ("pdt", "int", (13, 0)),
        ("indatim", "int", (13, 0)),
    ],
)
def test_sizes_of_numbers(name, kind, size):
    assert (constants.FIELDS[name].kind, constants.FIELDS[name].size) == (kind, size)


def test_currency_keeps_four_decimals():
    assert amounts.truncate(Decimal("200.00019"), 4) == Decimal("200.0001")
