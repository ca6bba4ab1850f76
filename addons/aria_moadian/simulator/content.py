"""What the server says of the content of one invoice, by itself (no look at what it holds of others).

``check(invoice, now_ms)`` returns findings in the order they were found. A code is S K FFF DD (EC table 7):
S 0 error, 1 warning; K the kind below; FFF the number of the field; DD a detail, only for the kinds 1 and 3.
"""

import re
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from ..lib.constants import UNITS
from . import taxid as taxids
from .arithmetic import HEADER_RULES, LINE_RULES, Values, holds
from .schema import (
    BUYER_FIELDS,
    DAYS,
    FREE_BUYER_PATTERNS,
    NO_PAYMENT_PATTERNS,
    NO_RETURN_PATTERNS,
    ONE_LINE_PATTERNS,
    SECTIONS,
    TYPE_TWO_PATTERNS,
    obligations,
)

MISSING, STRUCTURE, LOGIC, MISMATCH, OUTSIDE, DUPLICATE = range(6)
NOT_ALLOWED, ENUM, TYPE, SHAPE, EXCLUSIVE, LIMIT, DECIMALS, NOT_JSON = 1, 2, 3, 4, 5, 6, 9, 10
DAY_MS = 86_400_000
FUTURE_SLACK_MS = 30_000
IRAN = "033"
MEMBERS = {"header": "500", "body": "600", "payments": "700", "extension": "800"}
# A cancellation copies the rest from what it cancels.
CANCEL_NEEDS = {"taxid", "indatim", "irtaxid", "ins", "tins"}
PURITY_MAX = 1000
# no field has more on either side of the point
MOST_DIGITS = 40


class Finding(NamedTuple):
    code: str
    path: str

    @property
    def severity(self):
        return "warning" if self.code[0] == "1" else "error"


class Malformed(Exception):
    """A value breaks the kind of its field; carries the detail of the code."""


# -- kinds of values ------------------------------------------------------------------------------------------------


def _number(value):
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise Malformed(TYPE)
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, Decimal):
        _bearable(value)
    return Fraction(value)


def _bearable(value):
    """Refuse what would fill the memory as a fraction, before it is one."""
    if not value.is_finite():
        raise Malformed(TYPE)
    if value.adjusted() > MOST_DIGITS:
        raise Malformed(LIMIT)
    _sign, digits, exponent = value.as_tuple()
    zeros = len(digits) - len("".join(map(str, digits)).rstrip("0"))
    if exponent + zeros < -MOST_DIGITS and value:
        raise Malformed(DECIMALS)


def _integer(value):
    number = _number(value)
    if number.denominator != 1:
        raise Malformed(TYPE)
    return number


def _text(value):
    if not isinstance(value, str):
        raise Malformed(TYPE)
    return value


def _kind_enum(value, arg):
    number = _integer(value)
    if number not in map(int, arg.split(",")):
        raise Malformed(ENUM)
    return number


def _kind_int(value, arg):
    number = _integer(value)
    if not 10 ** (int(arg) - 1) <= number < 10 ** int(arg):
        raise Malformed(LIMIT)
    return number


def _kind_dec(value, arg):
    number = _number(value)
    whole, decimals = map(int, arg.split(","))
    if not 0 <= number < 10**whole:
        raise Malformed(LIMIT)
    if (number * 10**decimals).denominator != 1:
        raise Malformed(DECIMALS)
    return number


def _kind_pos(value, arg):
    number = _kind_dec(value, arg)
    if number == 0:
        raise Malformed(EXCLUSIVE)
    return number


def _pattern(arg, one):
    if "-" in arg:
        low, high = arg.split("-")
        return f"{one}{{{low},{high}}}"
    return "|".join(f"{one}{{{length}}}" for length in arg.split(","))


def _kind_text(one):
    def kind(value, arg):
        if not re.fullmatch(_pattern(arg, one), _text(value), re.DOTALL):
            raise Malformed(SHAPE)
        return value

    return kind


def _kind_unit(value, _arg):
    if _text(value) not in UNITS:
        raise Malformed(ENUM)
    return value


def _kind_list(value, _arg):
    if not isinstance(value, list):
        raise Malformed(TYPE)
    return value


KINDS = {
    "enum": _kind_enum,
    "int": _kind_int,
    "dec": _kind_dec,
    "pos": _kind_pos,
    "dig": _kind_text("[0-9]"),
    "hex": _kind_text("[0-9a-fA-F]"),
    "cur": _kind_text("[A-Z]"),
    "cap": _kind_text("[A-Z0-9]"),
    "str": _kind_text("[^\x00-\x1f\x7f]"),
    "unit": _kind_unit,
    "list": _kind_list,
}


# -- identifiers ----------------------------------------------------------------------------------------------------


def is_legal_id(text):
    """Return whether 11 digits are a legal person's national id."""
    digits = [int(char) for char in text]
    shift = digits[9] + 2
    total = sum(
        (digit + shift) * weight
        for digit, weight in zip(digits, (29, 27, 23, 19, 17) * 2, strict=False)
    )
    return len(set(digits)) > 1 and total % 11 % 10 == digits[10]


def is_national_code(text):
    """Return whether 10 digits are a person's national code."""
    digits = [int(char) for char in text]
    rest = sum(digit * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return len(set(digits)) > 1 and digits[9] == (rest if rest < 2 else 11 - rest)


def is_economic_number(text):
    """Return whether a text may be an economic number: 11 digits of a legal person, 14 of others."""
    return len(text) == 14 or is_legal_id(text)


BUYER_ID = {1: (10, is_national_code), 2: (11, is_legal_id), 3: (11, None), 4: (12, None)}


# -- the check ------------------------------------------------------------------------------------------------------


class Check:
    """One invoice under examination; ``findings`` grows."""

    def __init__(self, invoice, now_ms, limit_days):
        self.invoice = invoice
        self.now_ms = now_ms
        self.limit_ms = limit_days * DAY_MS
        self.findings = []
        self.duty = {}

    def add(self, kind, field, path, detail=None, severity=0):
        tail = "" if detail is None else f"{detail:02d}"
        self.findings.append(Finding(f"{severity}{kind}{field}{tail}", path))

    # structure

    def run(self):
        if not isinstance(self.invoice, dict):
            self.add(STRUCTURE, "000", "", NOT_JSON)
            return self.findings
        self._unknown(self.invoice, MEMBERS, "")
        self.raw_header = self._object("header")
        self.header = self._read("header", self.raw_header, "header")
        self._read_lists()
        self.sound = all(self._known(name) for name in ("inty", "inp", "ins"))
        if self.sound:
            self._pattern_rules()
        self._times()
        self._numbers()
        return self.findings

    def _known(self, name):
        return name in self.header or (name != "ins" and self.header.get("ins") == 3)

    def _unknown(self, value, known, path):
        for name in value:
            if name not in known:
                self.add(STRUCTURE, "000", f"{path}.{name}".lstrip("."), NOT_ALLOWED)

    def _object(self, name):
        value = self.invoice.get(name)
        if name not in self.invoice:
            self.add(MISSING, MEMBERS[name], name)
        elif not isinstance(value, dict):
            self.add(STRUCTURE, MEMBERS[name], name, TYPE)
        return value if isinstance(value, dict) else {}

    def _list(self, name, owner=None, number=None):
        value = (owner or self.invoice).get(name, [])
        if not isinstance(value, list):
            self.add(STRUCTURE, number or MEMBERS[name], name, TYPE)
            return []
        rows = []
        for index, row in enumerate(value):
            if isinstance(row, dict):
                rows.append((f"{name}[{index}]", row))
            else:
                self.add(STRUCTURE, number or MEMBERS[name], f"{name}[{index}]", TYPE)
        return rows

    def _read_lists(self):
        self.raw_lines = self._list("body")
        self.lines = [self._read("body", row, path) for path, row in self.raw_lines]
        self.raw_payments = self._list("payments")
        self.payments = [self._read("payments", row, path) for path, row in self.raw_payments]
        for path, row in self._list("extension"):
            self._unknown(row, (), path)

    def _read(self, section, raw, path):
        """Return the sound values of an object; what breaks its kind becomes a finding."""
        fields = SECTIONS[section]
        self._unknown(raw, fields, path)
        sound = {}
        for name, value in raw.items():
            if name in fields:
                self._read_field(fields[name], value, f"{path}.{name}", sound)
        return sound

    def _read_field(self, field, value, path, sound):
        try:
            sound[field.name] = KINDS[field.kind](value, field.arg)
            if field.name == "cui" and sound["cui"] > PURITY_MAX:
                del sound["cui"]
                raise Malformed(LIMIT)
        except Malformed as error:
            self.add(STRUCTURE, field.number, path, error.args[0])

    # presence

    def _pattern_rules(self):
        self.ins = int(self.header["ins"])
        if self.ins == 3:
            self._cancel_presence()
            return
        self.inty, self.inp = int(self.header["inty"]), int(self.header["inp"])
        if self._pattern_exists():
            self._presence()
            self._arithmetic()
            self._buyer_id()

    def _pattern_exists(self):
        if self.inty == 2 and self.inp not in TYPE_TWO_PATTERNS:
            self.add(LOGIC, SECTIONS["header"]["inp"].number, "header.inp")
            return False
        if self.ins == 4 and self.inp in NO_RETURN_PATTERNS:
            self.add(LOGIC, SECTIONS["header"]["ins"].number, "header.ins")
        return True

    def _cancel_presence(self):
        for name in CANCEL_NEEDS:
            self._need("header", self.raw_header, name, "R", "header")
        for name in ("inty", "inp", *BUYER_FIELDS):
            self._need("header", self.raw_header, name, "-", "header")

    def _need(self, section, raw, name, letter, path):
        number = SECTIONS[section][name].number
        if letter == "R" and name not in raw:
            self.add(MISSING, number, f"{path}.{name}")
        elif letter == "-" and name in raw:
            self.add(OUTSIDE, number, f"{path}.{name}", severity=1)

    def _presence(self):
        self.duty = dict(obligations("header", self.inty, self.inp))
        self._decide_header()
        for name, letter in self.duty.items():
            self._need("header", self.raw_header, name, letter, "header")
        if not self.raw_lines and isinstance(self.invoice.get("body", []), list):
            self.add(MISSING, MEMBERS["body"], "body")
        self.line_duties = [self._line_presence(path, row) for path, row in self.raw_lines]
        if self.raw_payments and self.inp in NO_PAYMENT_PATTERNS:
            self.add(OUTSIDE, MEMBERS["payments"], "payments", severity=1)
        if self.inp == 8:
            self._loaded_goods()

    def _loaded_goods(self):
        number = SECTIONS["header"]["sg"].number
        rows = self._list("sg", self.header, number) if "sg" in self.header else []
        for path, row in rows:
            self._read("sg", row, f"header.{path}")
            for name in SECTIONS["sg"]:
                self._need("sg", row, name, "R", f"header.{path}")
        if self.header.get("sg") == []:
            self.add(MISSING, number, "header.sg")

    def _decide_header(self):
        """Turn the letters C into R, O or -, by the conditions of the instruction."""
        duty, header = self.duty, self.header
        duty["irtaxid"] = "-" if self.ins == 1 else "R"
        for name in ("cap", "insp"):
            if duty[name] == "C":
                duty[name] = "R" if header.get("setm") == 3 else "-"
        duty["insr"] = duty["indati2m"] = "O"  # judged with the clock, in _times
        if duty["tonw"] == "C":
            duty["tonw"] = "R" if any("nw" in row for _path, row in self.raw_lines) else "O"
        if self.inp == 8:
            self._decide_road()
        if self.ins == 1:
            self._decide_buyer()
        else:
            duty.update(dict.fromkeys(BUYER_FIELDS, "-"))
            if duty["bpn"] == "C":
                duty["bpn"] = "O"

    def _decide_road(self):
        self.duty["oci"] = "R" if self.header.get("ocu") == IRAN else "O"
        self.duty["dci"] = "R" if self.header.get("dco") == IRAN else "O"
        self.duty["did"] = "R" if self.header.get("lt") == 1 else "O"
        self.duty["rid"] = "O"

    def _decide_buyer(self):
        duty, raw = self.duty, self.raw_header
        needs_bid = needs_tinb = needs_bpc = False
        kind = self.header.get("tob")
        if self.inty == 2 or self.inp in FREE_BUYER_PATTERNS:
            pass
        elif self.inp == 6:
            needs_bid = self.header.get("ft") == 1 and "bpn" not in raw
        elif kind in (2, 3):
            needs_tinb = True
        elif kind in (1, 4) and self.inp == 2:
            needs_bid = "bpn" not in raw
        elif kind in (1, 4) and "tinb" not in raw:
            needs_bid = needs_bpc = True
        for name, needed in (("bid", needs_bid), ("tinb", needs_tinb), ("bpc", needs_bpc)):
            duty[name] = "R" if needed or duty[name] == "R" else duty[name].replace("C", "O")
        duty["bpn"] = duty["bpn"].replace("C", "O")

    def _line_presence(self, path, row):
        duty = dict(obligations("body", self.inty, self.inp))
        if duty["vra"] == "C":  # oil: a rate, or a base for each litre
            duty["vra"] = "-" if "vba" in row else "R"
        for name in ("nw", "vba"):
            duty[name] = duty[name].replace("C", "O")
        for title, rate, amount in (("odt", "odr", "odam"), ("olt", "olr", "olam")):
            if duty[title] != "C":
                continue
            charged = title in row or bool(row.get(rate)) or bool(row.get(amount))
            duty[title] = duty[amount] = "R" if charged else "O"
            duty[rate] = "O"
        for name, letter in duty.items():
            self._need("body", row, name, letter, path)
        return duty

    # sums

    def _numbers_of(self, sound, duty, raw):
        inside = {name for name in raw if duty.get(name, "O") != "-"}
        numbers = {
            name: sound[name] for name in inside & set(sound) if isinstance(sound[name], Fraction)
        }
        return Values(numbers, inside - set(sound))

    def _arithmetic(self):
        header = self._numbers_of(self.header, self.duty, self.raw_header)
        rows = zip(self.raw_lines, self.lines, self.line_duties, strict=True)
        lines = []
        for (path, raw), line, duty in rows:
            lines.append(self._numbers_of(line, duty, raw))
            self._apply(LINE_RULES, "body", duty, path, (lines[-1], header, self.inp))
        if lines:
            self._apply(HEADER_RULES, "header", self.duty, "header", (header, lines, self.inp))
        if self.inp not in NO_PAYMENT_PATTERNS:
            self._payment_sums(header)
        if self.inp in ONE_LINE_PATTERNS and len(lines) > 1:
            self.add(LOGIC, SECTIONS["body"]["sstid"].number, "body[1].sstid")

    def _apply(self, rules, section, duty, path, args):
        values = args[0]
        for name, rule in rules.items():
            if name in values and not holds(rule, *args):
                severity = 0 if duty[name] == "R" else 1
                self.add(LOGIC, SECTIONS[section][name].number, f"{path}.{name}", severity=severity)

    def _payment_sums(self, header):
        if "tbill" not in header or "setm" in header.refused:
            return
        most = 0 if header.optional("setm") == 2 else header["tbill"]
        for (path, _row), payment in zip(self.raw_payments, self.payments, strict=True):
            if payment.get("pv", 0) > most:
                self.add(LOGIC, SECTIONS["payments"]["pv"].number, f"{path}.pv", severity=1)

    # identities

    def _mismatch(self, name, required=True):
        self.add(
            MISMATCH, SECTIONS["header"][name].number, f"header.{name}", 1, 0 if required else 1
        )

    def _buyer_id(self):
        if self.ins != 1:
            return
        header = self.header
        length, sound = BUYER_ID.get(header.get("tob"), (None, None))
        bid = header.get("bid")
        if bid and length and (len(bid) != length or (sound and not sound(bid))):
            self._mismatch("bid", self.duty["bid"] == "R")
        if "tinb" in header and not is_economic_number(header["tinb"]):
            self._mismatch("tinb", self.duty["tinb"] == "R")

    def _numbers(self):
        header = self.header
        if "tins" in header and not is_economic_number(header["tins"]):
            self._mismatch("tins")
        reference = header.get("irtaxid") if header.get("ins") != 1 else None
        if reference and (reference == header.get("taxid") or not taxids.read(reference)):
            self._mismatch("irtaxid")
        if "taxid" not in header:
            return
        number = taxids.read(header["taxid"])
        day = header["indatim"] // DAY_MS if "indatim" in header else None
        if number is None or (day is not None and number.day != day):
            self._mismatch("taxid")
        inno = header.get("inno")
        if number and inno and int(inno, 16) != number.serial:
            self._mismatch("inno", required=False)

    # times

    def _times(self):
        header, now = self.header, self.now_ms
        if "indatim" not in header:
            return
        name = DAYS.get(header.get("inp"))
        if name and header.get(name, 0) > header["indatim"] // DAY_MS:
            severity = 0 if self.duty.get(name, "R") == "R" else 1
            self.add(LOGIC, SECTIONS["header"][name].number, f"header.{name}", severity=severity)
        if now is None:
            return
        issued = header["indatim"]
        if issued > now + FUTURE_SLACK_MS:
            self.add(LOGIC, SECTIONS["header"]["indatim"].number, "header.indatim")
        elif now - issued > self.limit_ms:
            self._late(issued)
        else:
            for name in ("insr", "indati2m"):
                self._need("header", self.raw_header, name, "-", "header")

    def _late(self, issued):
        if self.header.get("insr") != 1:
            self.add(LOGIC, SECTIONS["header"]["indatim"].number, "header.indatim")
            return
        self._need("header", self.raw_header, "indati2m", "R", "header")
        registered = self.header.get("indati2m")
        if registered is None:
            return
        if not (issued <= registered <= self.now_ms and self.now_ms - registered <= self.limit_ms):
            self.add(LOGIC, SECTIONS["header"]["indati2m"].number, "header.indati2m")


def check(invoice, now_ms=None, limit_days=12):
    """Return the findings on one invoice (decoded JSON); without ``now_ms`` times are not judged."""
    return Check(invoice, now_ms, limit_days).run()


def is_article_nine(invoice, now_ms, limit_days=12):
    """Return whether an accepted invoice came late, by the rule of article 9."""
    header = invoice["header"]
    return header.get("insr") == 1 and now_ms - header["indatim"] > limit_days * DAY_MS
