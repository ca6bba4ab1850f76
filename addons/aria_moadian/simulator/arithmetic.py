"""The sums of an invoice, with zero tolerance: every amount is cut off at its decimals, never rounded.

Each rule names one field, and compares what was sent with what follows from the other values sent. A rule whose
operands are missing or malformed says nothing: that was said already. Exact fractions, where the client uses
decimals: two implementations check each other.
"""

from fractions import Fraction

from .schema import NO_VAT_PATTERNS, ONE_PIECE_PATTERNS


class Unknown(Exception):
    """An operand of a rule was not sent, or was refused."""


class Values:
    """The sound numbers of one section; asking for another one, or for one that was refused, raises Unknown."""

    def __init__(self, numbers, refused=()):
        self.numbers = numbers
        self.refused = refused

    def __contains__(self, name):
        return name in self.numbers

    def __getitem__(self, name):
        if name not in self.numbers:
            raise Unknown(name)
        return self.numbers[name]

    def optional(self, name):
        """Return a number, or 0 where none was sent."""
        if name in self.refused:
            raise Unknown(name)
        return self.numbers.get(name, Fraction(0))


def cut(value, decimals=0):
    """Cut a fraction off toward zero at so many decimals."""
    scaled = value * 10**decimals
    whole = abs(scaled.numerator) // scaled.denominator
    return Fraction(whole if scaled >= 0 else -whole, 10**decimals)


# -- one line; every rule gets (line, header, pattern) and returns whether the line is right -----------------------


def _am(line, _header, inp):
    return inp not in ONE_PIECE_PATTERNS or line["am"] == 1


def _prdis(line, _header, inp):
    if inp == 2:
        return line["prdis"] == cut(line["cfee"] * line["exr"])
    if inp == 6:
        return line["prdis"] == cut(line["fee"])
    return line["prdis"] == cut(line["am"] * line["fee"])


def _dis(line, _header, _inp):
    return line["dis"] <= line["prdis"]


def _adis(line, _header, inp):
    making = line["tcpbs"] if inp == 3 else 0
    return line["adis"] == line["prdis"] + making - line["dis"]


def _vra(line, _header, inp):
    return inp not in NO_VAT_PATTERNS or line["vra"] == 0


def _vam(line, _header, inp):
    if inp == 9 and "vba" in line:
        return line["vam"] == cut(line["am"] * line["vba"])
    rate = line["vra"] / 100
    if inp == 3:
        due = line["tcpbs"] / 10 + line["prdis"] * rate
    else:
        due = line[{2: "sovat", 7: "ssrv"}.get(inp, "adis")] * rate
    return line["vam"] == cut(due)


def _levy(line, inp, rate, amount):
    if "vra" in line and line["vra"] == 0:
        return line[amount] == 0
    if rate not in line:
        return True
    base = line["tcpbs"] if inp == 3 else line["ssrv"] if inp == 7 else line["adis"]
    return line[amount] == cut(base * line[rate] / 100)


def _odam(line, _header, inp):
    return _levy(line, inp, "odr", "odam")


def _olam(line, _header, inp):
    return _levy(line, inp, "olr", "olam")


def _tsstam(line, _header, inp):
    goods = line["ssrv"] if inp == 7 else line["adis"]
    return line["tsstam"] == goods + line["vam"] + line.optional("odam") + line.optional("olam")


def _cfee(line, _header, inp):
    if line["cfee"] == 0:
        return False
    return inp in (2, 7) or line["cfee"] == cut(line["fee"] / line["exr"], 4)


def _cpr(line, _header, inp):
    return inp != 2 or line["cpr"] < line["exr"]


def _sovat(line, _header, inp):
    if inp != 2:
        return True
    lowest = cut(line["cfee"] * (line["exr"] - line["cpr"]))
    return lowest <= line["sovat"] <= cut(line["cfee"] * line["exr"])


def _tcpbs(line, _header, inp):
    return inp != 3 or line["tcpbs"] == line["consfee"] + line["spro"] + line["bros"]


def _consfee(line, _header, inp):
    return inp != 3 or line["consfee"] < line["prdis"]


def _export_fee(line, _header, inp):
    return inp != 7 or line["fee"] == cut(line["ssrv"] / line["am"], 8)


def _share(line, header, part, whole):
    if header.optional("setm") != 3 or header["tadis"] == 0:
        return True
    return line[part] == cut(line[whole] * header["cap"] / header["tadis"])


def _cop(line, header, _inp):
    return _share(line, header, "cop", "tsstam")


def _vop(line, header, _inp):
    return _share(line, header, "vop", "vam")


def _not_zero(name):
    return lambda values, *_rest: values[name] != 0


LINE_RULES = {
    "am": _am,
    "prdis": _prdis,
    "dis": _dis,
    "adis": _adis,
    "vra": _vra,
    "vam": _vam,
    "odam": _odam,
    "olam": _olam,
    "tsstam": _tsstam,
    "cfee": _cfee,
    "cpr": _cpr,
    "sovat": _sovat,
    "tcpbs": _tcpbs,
    "consfee": _consfee,
    "fee": _export_fee,
    "cop": _cop,
    "vop": _vop,
    **{name: _not_zero(name) for name in ("ssrv", "sscv", "nw")},
}

# -- the whole; every rule gets (header, lines, pattern) -------------------------------------------------------------


def _sum(lines, name):
    return sum((line[name] for line in lines), Fraction(0))


def _loose_sum(lines, *names):
    return sum((line.optional(name) for line in lines for name in names), Fraction(0))


def _total(name, of, positive=False):
    def rule(header, lines, _inp):
        if positive and header[name] == 0:
            return False
        return header[name] == _sum(lines, of)

    return rule


def _todam(header, lines, _inp):
    return header["todam"] == _loose_sum(lines, "odam", "olam")


def _tbill(header, lines, inp):
    if inp == 7:
        return header["tbill"] == header["torv"] + header["tvam"] + header["todam"]
    return header["tbill"] == _sum(lines, "tsstam")


def _tonw(header, lines, _inp):
    return header["tonw"] != 0 and header["tonw"] == _loose_sum(lines, "nw")


def _tvop(header, lines, _inp):
    return header["tvop"] == _loose_sum(lines, "vop")


def _tax17(header, _lines, _inp):
    return header["tax17"] <= header["tvam"]


def _cap(header, _lines, inp):
    others = 0 if inp == 11 else header["todam"]  # outside the pattern of the exchange
    price = header["tbill"] - others - header["tvam"]
    return 0 < header["cap"] < header["tbill"] and header["cap"] == price - header["insp"]


def _insp(header, _lines, _inp):
    return (
        0 < header["insp"] < header["tbill"] and header["cap"] + header["insp"] <= header["tbill"]
    )


HEADER_RULES = {
    "tprdis": _total("tprdis", "prdis", positive=True),
    "tdis": _total("tdis", "dis"),
    "tadis": _total("tadis", "adis"),
    "tvam": _total("tvam", "vam"),
    "todam": _todam,
    "tbill": _tbill,
    "torv": _total("torv", "ssrv", positive=True),
    "tocv": _total("tocv", "sscv", positive=True),
    "tonw": _tonw,
    "tvop": _tvop,
    "tax17": _tax17,
    "cap": _cap,
    "insp": _insp,
}


def holds(rule, *args):
    """Return whether a rule holds, or cannot be judged."""
    try:
        return rule(*args)
    except (Unknown, ZeroDivisionError):
        return True
