"""One sound invoice of every pattern, with figures worked out by hand."""

from decimal import Decimal

from .wire import BUYER, PERSON, SELLER, invoice, line

BUYER_OUT = {"tob": None, "bid": None, "tinb": None}


def sale(serial=1, **header):
    return invoice(serial, [line(), line(1, 7_272_727, 0, 10, sstt="شرح")], **header)


def person(serial=1, **header):
    return invoice(serial, **{"tob": 1, "bid": PERSON, "tinb": None, "bpc": "1234567890", **header})


def mixed(serial=1, **header):
    # adis 19,500, cash 6,500: a third of 21,255 is 7,085, of 1,755 it is 585
    rows = [line(cop=7085, vop=585)]
    return invoice(serial, rows, **{"setm": 3, "cap": 6500, "insp": 13000, "tvop": 585, **header})


def levied(serial=1, **header):
    rows = [
        line(odt="عوارض", odr=Decimal("1.55"), odam=302, olt="وجوه", olam=700, tsstam=21255 + 1002)
    ]
    return invoice(serial, rows, **header)


def simple(serial=1, **header):
    return invoice(serial, **{"inty": 2, "setm": None, **BUYER_OUT, **header})


def currency(serial=1, **header):
    # 100.5 × 600,000.5 = 60,300,050.25; profit 100.5 × 10,000.25 = 1,005,025.125
    row = {
        "sstid": "2710000138624",
        "cfee": Decimal("100.5"),
        "cut": "EUR",
        "exr": Decimal("600000.5"),
        "cpr": Decimal("590000.25"),
        "sovat": 1005025,
        "prdis": 60300050,
        "dis": 50,
        "adis": 60300000,
        "vra": 10,
        "vam": 100502,
        "tsstam": 60400502,
    }
    return invoice(serial, [row], inp=2, **header)


def gold(serial=1, **header):
    # fee, profit and commission 303: 30.3, and 10 % of 1,000,003: 100,000.3; together 100,030.6
    row = line(1, 1000003, 3, 10, consfee=100, spro=101, bros=102, tcpbs=303, cui=Decimal("750.00"))
    row.update(adis=1000303, vam=100030, tsstam=1100333)
    return invoice(serial, [row], inp=3, **header)


def gold_simple(serial=1, **header):
    values = {"inty": 2, "setm": None, **BUYER_OUT, **header}
    return {**gold(serial), "header": invoice(serial, gold()["body"], inp=3, **values)["header"]}


def contract(serial=1, **header):
    return invoice(serial, inp=4, crn="123456789012", **header)


def bill(serial=1, **header):
    return invoice(serial, inp=5, billid="1234567890123", **header)


def ticket(serial=1, **header):
    return invoice(
        serial, [line(1)], **{"inp": 6, "ft": 1, "tob": 1, "bid": PERSON, "tinb": None, **header}
    )


def export(serial=1, **header):
    row = {
        "sstid": "2710000138624",
        "mu": "164",
        "am": 3,
        "fee": Decimal("33333333.66666666"),
        "cut": "USD",
        "exr": 500000,
        "ssrv": 100000001,
        "sscv": Decimal("200.0001"),
        "nw": Decimal("12.5"),
        "vra": 0,
        "vam": 0,
        "tsstam": 100000001,
    }
    sums = {
        "torv": 100000001,
        "tocv": Decimal("200.0001"),
        "tonw": Decimal("12.5"),
        "tvam": 0,
        "todam": 0,
    }
    return invoice(
        serial, [row], **{"inp": 7, **BUYER_OUT, **sums, "tbill": 100000001, "setm": 1, **header}
    )


def waybill(serial=1, **header):
    row = line(1)
    del row["mu"]
    goods = [{"sgid": "2710000138624", "sgt": "بار"}]
    own = {
        "lno": "12",
        "ocu": "033",
        "oci": "1",
        "dco": "033",
        "dci": "2",
        "tid": SELLER,
        "rid": BUYER,
    }
    return invoice(
        serial,
        [row],
        **{"inp": 8, **own, "lt": 1, "cno": "12ع345", "did": PERSON, "sg": goods, **header},
    )


def oil(serial=1, **header):
    row = line(3, 1000, 0, 0, vba=Decimal("33.3333"), vam=99, tsstam=3099)
    del row["vra"]
    return invoice(serial, [row], inp=9, **header)


def exchange(serial=1, **header):
    row = {
        "sstid": "2710000138624",
        "mu": "164",
        "am": 2,
        "adis": 500,
        "vra": 0,
        "vam": 0,
        "tsstam": 500,
    }
    sums = {"tadis": 500, "tvam": 0, "tbill": 500}
    return invoice(
        serial,
        [row],
        **{"inp": 11, "asn": "99", "asd": 20370, **BUYER_OUT, "tob": 2, **sums, **header},
    )


def insurance(serial=1, **header):
    return invoice(serial, **{"inp": 13, "in": "1234567890", **header})


def chain(serial=1, **header):
    return invoice(serial, [line(2, 10000, 500, 0)], inp=14, **header)


ALL = (
    *(sale, person, mixed, levied, simple, currency, gold, gold_simple, contract, bill),
    *(ticket, export, waybill, oil, exchange, insurance, chain),
)
