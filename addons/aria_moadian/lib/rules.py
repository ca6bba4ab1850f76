"""The rules of the invoice instruction, judged before anything is sent.

Follows RC_IITP.IS V7.9, parts 5 to 8, and the structure of codes of RC_TXPS.EC V02, table 7 (sections 6 to 9 of
the fact sheet). A finding has the code the organisation would answer with, so that a refusal can be understood
and foreseen by the same table. Severity follows the obligation of the field: what is wrong in a required field
refuses the invoice, in an optional one it is a warning; a value of the wrong form always refuses (p. 23).

What only the organisation knows is not judged here: the list of goods, the taxpayers, the state of a reference.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal

from . import amounts
from .codes import content_code, describe, explain
from .constants import (
    BAD_PATTERN,
    BODY,
    BUYER_ID_DIGITS,
    CANCELLATION,
    CHAIN,
    CREDIT,
    CURRENCY,
    DAY_MS,
    DEFAULT_DEADLINE_DAYS,
    DUPLICATE,
    EXCHANGE,
    EXCLUSIVE_LIMIT,
    EXPORT,
    FIELDS,
    FOREIGNER,
    FROZEN_BY_REFERENCE,
    FUTURE_SLACK_MS,
    GOLD,
    GOODS,
    HEADER,
    IRAN,
    LATE,
    LEGAL,
    LIMIT,
    LOGIC,
    MATRIX,
    MATRIX_COLUMNS,
    MISSING,
    MIXED,
    NO_PAYMENT_PATTERNS,
    NO_RETURN_PATTERNS,
    NO_VAT_PATTERNS,
    NOT_IN_ENUM,
    NOT_JSON,
    ORIGINAL,
    OUTSIDE,
    PARTNERSHIP,
    PAYMENT,
    PERSON,
    RETURN,
    SECTION_NUMBERS,
    SINGLE_UNIT_PATTERNS,
    STRUCTURE,
    SYSTEM,
    TICKET,
    TOO_MANY_DECIMALS,
    TYPE_FULL,
    TYPE_PATTERNS,
    UNITS,
    UNKNOWN_FIELD,
    WAYBILL,
    WRONG_TYPE,
)
from .taxid import parse_taxid

_PATTERNS = {name: re.compile(spec.pattern) for name, spec in FIELDS.items() if spec.pattern}
_SECTIONS = {
    section: {name for name, spec in FIELDS.items() if spec.section == section}
    for section in (HEADER, BODY, PAYMENT, GOODS)
}
_OBLIGATIONS = {
    column: {name: row.replace(" ", "")[index] for name, row in MATRIX.items()}
    for index, column in enumerate(MATRIX_COLUMNS)
}
_POSITIVE = ("am", "fee", "exr", "prdis", "cui", "cpr")  # zero breaks their form
_NOT_ZERO = ("cfee", "ssrv", "sscv", "nw", "tprdis", "torv", "tocv", "tonw")  # zero breaks a rule
_CANCELLATION_NEEDS = ("taxid", "indatim", "irtaxid", "ins", "tins")
_OTHER_SUMS = (("odt", "odr", "odam"), ("olt", "olr", "olam"))
_PURITY_MAX = 1000


@dataclass(frozen=True)
class Finding:
    """One thing wrong with an invoice: ``code`` (S K FFF DD), ``path`` (``body[0].vam``), ``severity``.

    ``severity`` is "error" (the invoice would be refused) or "warning". ``fa`` and ``en`` say what is wrong, in
    whole sentences. Attributes can be read as keys too.
    """

    code: str
    path: str
    fa: str = field(default="", compare=False)
    en: str = field(default="", compare=False)

    @property
    def severity(self):
        return "warning" if self.code.startswith("1") else "error"

    @property
    def field_name(self):
        """The name of the field at the end of the path: ``vam`` of ``body[0].vam``."""
        return re.sub(r"\[\d+\]$", "", self.path.rsplit(".", 1)[-1])

    def __getitem__(self, name):
        return getattr(self, name)


def check(
    invoice, now_ms=None, *, deadline_days=DEFAULT_DEADLINE_DAYS, units=None, reference=None
) -> list:
    """Return what is wrong with an invoice, a list of :class:`Finding`; empty when nothing is.

    :param invoice: ``{"header": {...}, "body": [...], "payments": [...]}`` as it will be sent
    :param now_ms: Unix time in milliseconds at which it will arrive; without it times are not judged
    :param deadline_days: days between ``indatim`` and arrival after which ``insr`` 1 is needed
    :param units: the codes of units of measure that are known; those of the published list when missing
    :param reference: the invoice that ``irtaxid`` names, when it is at hand; the change is then judged too
    """
    checker = _Checker(invoice, now_ms, deadline_days * DAY_MS, UNITS if units is None else units)
    checker.run()
    if reference and checker.ins in (2, 3, 4):
        checker.compare(reference)
    return checker.findings


def blocking(findings):
    """Return those of the findings that would refuse the invoice."""
    return [finding for finding in findings if finding.severity == "error"]


def is_national_code(text):
    """Return whether ten Latin digits are the national code of a person (control digit; not ten equal ones)."""
    if not re.fullmatch("[0-9]{10}", text or "") or len(set(text)) == 1:
        return False
    rest = (
        sum(int(digit) * weight for digit, weight in zip(text, range(10, 1, -1), strict=False)) % 11
    )
    return int(text[9]) == (rest if rest < 2 else 11 - rest)


def is_legal_id(text):
    """Return whether eleven Latin digits are the national id of a legal person (control digit)."""
    if not re.fullmatch("[0-9]{11}", text or "") or len(set(text)) == 1:
        return False
    digits = [int(char) for char in text]
    weights = (29, 27, 23, 19, 17) * 2
    rest = (
        sum(
            (digit + digits[9] + 2) * weight for digit, weight in zip(digits, weights, strict=False)
        )
        % 11
    )
    return digits[10] == rest % 10


class _Checker:
    """The judgement of one invoice. ``findings`` grows; only values of a right form are used in rules."""

    def __init__(self, invoice, now_ms, limit_ms, units):
        self.invoice, self.now_ms, self.limit_ms, self.units = invoice, now_ms, limit_ms, units
        self.findings = []
        self.header, self.lines, self.payments, self.duty = {}, [], [], {}
        self.ins = self.inty = self.inp = None

    # -------------------------------------------------------------- findings
    def add(self, kind, path, detail="", severity="0", number=None, fa="", en=""):
        name = re.sub(r"\[\d+\]$", "", path.rsplit(".", 1)[-1])
        code = content_code(kind, name if number is None else None, detail, severity, number)
        texts = describe(kind, name, detail)
        self.findings.append(
            Finding(code, path, f"{texts.fa} {fa}".strip(), f"{texts.en} {en}".strip())
        )

    def logic(self, path, duty="R", fa="", en=""):
        # two rules of a field may fail at once; its code is given once
        if not any(finding.path == path and finding.code[1] == LOGIC for finding in self.findings):
            self.add(LOGIC, path, severity="0" if duty == "R" else "1", fa=fa, en=en)

    # -------------------------------------------------------------- the whole
    def run(self):
        if not isinstance(self.invoice, dict):
            self.add(STRUCTURE, "", NOT_JSON, number="000")
            return
        self._refuse_unknown(self.invoice, [*SECTION_NUMBERS][1:], "")
        self.header = self._read_header()
        self.lines = self._read_rows(BODY)
        self.payments = self._read_rows(PAYMENT)
        for path, row, _ in self._rows("extension"):
            self._refuse_unknown(row, (), path)
        self.ins, self.inty, self.inp = (self.header.get(name) for name in ("ins", "inty", "inp"))
        if self.ins == CANCELLATION:
            self._judge_cancellation()
        elif None not in (self.ins, self.inty, self.inp):
            self._judge_pattern()
        self._judge_times()
        self._judge_numbers()

    def _judge_pattern(self):
        if self.inp not in TYPE_PATTERNS[self.inty]:
            self.logic("header.inp")
            return
        if self.ins == RETURN and self.inp in NO_RETURN_PATTERNS:
            self.logic("header.ins")
        self._judge_presence()
        self._judge_lines()
        self._judge_totals()
        self._judge_payments()
        if self.ins == ORIGINAL:
            self._judge_buyer()

    # -------------------------------------------------------------- form of values
    def _refuse_unknown(self, values, known, path):
        for name in values:
            if name not in known:
                self.add(STRUCTURE, f"{path}.{name}".lstrip("."), UNKNOWN_FIELD, number="000")

    def _read_header(self):
        raw = self.invoice.get(HEADER)
        if HEADER not in self.invoice:
            self.add(MISSING, HEADER)
        elif not isinstance(raw, dict):
            self.add(STRUCTURE, HEADER, WRONG_TYPE)
        self.raw_header = raw if isinstance(raw, dict) else {}
        return self._read(self.raw_header, HEADER, HEADER)

    def _rows(self, name, owner=None, path=None):
        """Yield (path, row, index) of the objects in a list; the rest becomes findings."""
        values = (self.invoice if owner is None else owner).get(name, [])
        path = path or name
        if not isinstance(values, list):
            self.add(STRUCTURE, path, WRONG_TYPE)
            return
        for index, row in enumerate(values):
            if isinstance(row, dict):
                yield f"{path}[{index}]", row, index
            else:
                self.add(STRUCTURE, f"{path}[{index}]", WRONG_TYPE)

    def _read_rows(self, section):
        return [(path, row, self._read(row, section, path)) for path, row, _ in self._rows(section)]

    def _read(self, raw, section, path):
        """Return the values of a right form; each other one becomes a finding."""
        self._refuse_unknown(raw, _SECTIONS[section], path)
        sound = {}
        for name, value in raw.items():
            if name in _SECTIONS[section]:
                detail = self._fault(name, value)
                if detail:
                    self.add(STRUCTURE, f"{path}.{name}", detail)
                else:
                    sound[name] = value if isinstance(value, str | list) else amounts.number(value)
        return sound

    def _fault(self, name, value):
        """Return the detail of what breaks the form of a value, or None."""
        spec = FIELDS[name]
        if spec.kind == "list":
            return None if isinstance(value, list) else WRONG_TYPE
        if spec.kind == "text":
            return self._fault_of_text(name, value)
        return _fault_of_number(name, spec, value)

    def _fault_of_text(self, name, value):
        if not isinstance(value, str):
            return WRONG_TYPE
        if name == "mu":
            return None if value in self.units else NOT_IN_ENUM
        return None if _PATTERNS[name].fullmatch(value) else BAD_PATTERN

    # -------------------------------------------------------------- presence
    def _judge_cancellation(self):
        self._need(self.raw_header, HEADER, dict.fromkeys(_CANCELLATION_NEEDS, "R"))
        self._need(
            self.raw_header, HEADER, dict.fromkeys(("inty", "inp", *FROZEN_BY_REFERENCE), "-")
        )

    def _need(self, raw, path, duty):
        for name, letter in duty.items():
            if letter == "R" and name not in raw:
                self.add(MISSING, f"{path}.{name}")
            elif letter == "-" and name in raw:
                self.add(OUTSIDE, f"{path}.{name}", severity="1")

    def _duties(self, section):
        table = _OBLIGATIONS[self.inty, self.inp]
        return {name: table[name] for name in _SECTIONS[section]}

    def _judge_presence(self):
        self.duty = self._duties(HEADER)
        self._decide_header()
        self._need(self.raw_header, HEADER, self.duty)
        if not self.lines and isinstance(self.invoice.get(BODY, []), list):
            self.add(MISSING, BODY)
        if self.payments and self.inp in NO_PAYMENT_PATTERNS:
            self.add(OUTSIDE, PAYMENT, severity="1")
        if self.inp == WAYBILL and "sg" in self.header:
            self._judge_goods()

    def _decide_header(self):
        """Turn what is required under a condition (C) into required, optional or outside."""
        duty, header = self.duty, self.header
        duty["irtaxid"] = "-" if self.ins == ORIGINAL else "R"
        duty["insr"] = duty["indati2m"] = "O"  # judged with the clock
        for name in ("cap", "insp"):
            if duty[name] == "C":
                duty[name] = "R" if header.get("setm") == MIXED else "-"
        if duty["tonw"] == "C":
            duty["tonw"] = "R" if any("nw" in row for _, row, _ in self.lines) else "O"
        if self.inp == WAYBILL:
            duty["oci"] = "R" if header.get("ocu") == IRAN else "O"
            duty["dci"] = "R" if header.get("dco") == IRAN else "O"
            duty["did"] = "R" if header.get("lt") == 1 else "O"
        if self.ins == ORIGINAL:
            duty.update(dict.fromkeys(self._needed_of_buyer(), "R"))
        else:
            duty.update(dict.fromkeys(FROZEN_BY_REFERENCE, "-"))
        duty.update({name: "O" for name, letter in duty.items() if letter == "C"})

    def _needed_of_buyer(self):
        """Return the fields that name the buyer of an original (table 11, rows 2 to 16)."""
        kind, raw = self.header.get("tob"), self.raw_header
        if self.inp == TICKET:
            return ("bid",) if self.header.get("ft") == 1 and "bpn" not in raw else ()
        if self.inty != TYPE_FULL or self.duty["tinb"] != "C":
            return ()
        if kind in (LEGAL, PARTNERSHIP):
            return ("tinb",)
        if kind not in (PERSON, FOREIGNER):
            return ()
        if self.inp == CURRENCY:
            return () if "bpn" in raw else ("bid",)
        return () if "tinb" in raw else ("bid", "bpc")

    def _judge_goods(self):
        rows = list(self._rows("sg", self.header, "header.sg"))
        if not self.header["sg"]:
            self.add(MISSING, "header.sg")
        for path, row, _ in rows:
            self._read(row, GOODS, path)
            self._need(row, path, self._duties(GOODS))

    def _line_duties(self, row):
        duty = self._duties(BODY)
        if duty["vra"] == "C":  # a rate, or a base for each litre
            duty["vra"] = "-" if "vba" in row else "R"
        for title, rate, amount in _OTHER_SUMS:
            if duty[title] == "C":
                charged = title in row or bool(row.get(rate)) or bool(row.get(amount))
                duty[title] = duty[amount] = "R" if charged else "O"
        return {name: "O" if letter == "C" else letter for name, letter in duty.items()}

    # -------------------------------------------------------------- arithmetic
    def _judge_lines(self):
        self.line_duties = []
        for path, row, sound in self.lines:
            duty = self._line_duties(row)
            self.line_duties.append(duty)
            self._need(row, path, duty)
            values = _inside(sound, duty, row)
            self._compare_with(amounts.line_formulas(self.inp), values, (values,), path, duty)
            self._judge_line(path, values, duty)
        if self.inp in (EXCHANGE, CHAIN) and len(self.lines) > 1:
            self.logic("body[1].sstid", **_ONE_LINE)

    def _compare_with(self, formulas, values, arguments, path, duty):
        for name, formula in formulas.items():
            if name not in values:
                continue
            try:
                expected = formula(*arguments)
            except ValueError:
                continue  # what is missing was found already
            if expected is not None and Decimal(expected) != values[name]:
                self.logic(f"{path}.{name}", duty[name], **_difference(values[name], expected))

    def _judge_line(self, path, values, duty):
        def refuse_unless(holds, name, **texts):
            if not holds:
                self.logic(f"{path}.{name}", duty[name], **texts)

        if self.inp in SINGLE_UNIT_PATTERNS and "am" in values:
            refuse_unless(values["am"] == 1, "am", **_ONE_UNIT)
        if self.inp in NO_VAT_PATTERNS and "vra" in values:
            refuse_unless(values["vra"] == 0, "vra")
        if {"dis", "prdis"} <= set(values):
            refuse_unless(values["dis"] <= values["prdis"], "dis")
        if self.inp == GOLD and {"consfee", "prdis"} <= set(values):
            refuse_unless(values["consfee"] < values["prdis"], "consfee")
        if self.inp == CURRENCY:
            self._judge_currency(values, refuse_unless)
        for name in _NOT_ZERO:
            refuse_unless(values.get(name, 1) != 0, name)
        self._judge_shares(path, values, duty)

    def _judge_currency(self, values, refuse_unless):
        if {"cpr", "exr"} <= set(values):
            refuse_unless(values["cpr"] < values["exr"], "cpr")
        if {"sovat", "cfee", "exr", "cpr"} <= set(values):
            lowest = amounts.product(values["cfee"], values["exr"] - values["cpr"])
            highest = amounts.product(values["cfee"], values["exr"])
            within = amounts.truncate(lowest) <= values["sovat"] <= amounts.truncate(highest)
            refuse_unless(within, "sovat")

    def _judge_shares(self, path, values, duty):
        header = _inside(self.header, self.duty, self.raw_header)
        for name, whole in (("cop", "tsstam"), ("vop", "vam")):
            if name in values and {"cap", "tadis"} <= set(header) and whole in values:
                expected = amounts.share_of_cash(header, values, whole)
                if expected is not None and expected != values[name]:
                    self.logic(f"{path}.{name}", duty[name], **_difference(values[name], expected))

    def _judge_totals(self):
        values = _inside(self.header, self.duty, self.raw_header)
        if not self.lines:
            return
        lines = [
            _inside(sound, duty, row)
            for (_, row, sound), duty in zip(self.lines, self.line_duties, strict=True)
        ]
        formulas = amounts.header_formulas({**values, "inp": self.inp})
        formulas = {
            name: formula for name, formula in formulas.items() if name not in ("cap", "insp")
        }
        formulas = {
            name: formula for name, formula in formulas.items() if self._is_complete(name, lines)
        }
        self._compare_with(formulas, values, (values, lines), HEADER, self.duty)
        if "tvop" in values:
            self._compare_with({"tvop": _sum_of_vop}, values, (values, lines), HEADER, self.duty)
        if "tonw" in values and not any("nw" in row for _, row, _ in self.lines):
            self.logic("header.tonw", self.duty["tonw"])  # a weight of nothing
        for name in _NOT_ZERO:
            if values.get(name, 1) == 0:
                self.logic(f"header.{name}", self.duty[name])
        if {"tax17", "tvam"} <= set(values) and values["tax17"] > values["tvam"]:
            self.logic("header.tax17", self.duty["tax17"])
        self._judge_settlement(values)

    def _is_complete(self, name, lines):
        """Whether every line has what a total sums: a missing amount was found already."""
        needed = _SUMMED.get(name)
        return needed is None or all(needed in line for line in lines)

    def _judge_settlement(self, values):
        needed = {"cap", "insp", "tbill", "tvam"} | ({"todam"} if self.inp != EXCHANGE else set())
        if not needed <= set(values):
            return
        cap, insp, total = values["cap"], values["insp"], values["tbill"]
        price = total - values.get("todam", 0) - values["tvam"]
        if not 0 < cap < total or cap != price - insp:
            self.logic("header.cap", self.duty["cap"], **_difference(cap, price - insp))
        if not 0 < insp < total or cap + insp > total:
            self.logic("header.insp", self.duty["insp"])

    def _judge_payments(self):
        values = _inside(self.header, self.duty, self.raw_header)
        settlement = values.get("setm")  # where the pattern has none, what is given is ignored
        if self.inp in NO_PAYMENT_PATTERNS or "tbill" not in values or settlement is _REFUSED:
            return
        most = 0 if settlement == CREDIT else values["tbill"]
        for path, _, sound in self.payments:
            if sound.get("pv", 0) > most:
                self.logic(f"{path}.pv", "O")

    # -------------------------------------------------------------- identities
    def _mismatch(self, path, duty="R"):
        self.add(SYSTEM, path, "01", "0" if duty == "R" else "1")

    def _judge_buyer(self):
        header = self.header
        bid, kind = header.get("bid"), header.get("tob")
        if bid and kind and not _is_identifier_of(kind, bid):
            self._mismatch("header.bid", self.duty["bid"])
        if "tinb" in header and not _is_economic_number(header["tinb"]):
            self._mismatch("header.tinb", self.duty["tinb"])

    def _judge_numbers(self):
        header = self.header
        if "tins" in header and not _is_economic_number(header["tins"]):
            self._mismatch("header.tins")
        if "taxid" in header:
            self._judge_taxid(header)
        named = header.get("irtaxid") if self.ins != ORIGINAL else None
        if named and (named == header.get("taxid") or not _parsed(named)):
            self._mismatch("header.irtaxid")

    def _judge_taxid(self, header):
        parts = _parsed(header["taxid"])
        if parts is None or header.get("indatim", parts.day * DAY_MS) // DAY_MS != parts.day:
            self._mismatch("header.taxid")
        if parts and "inno" in header and header["inno"].upper() != parts.inno:
            self._mismatch("header.inno", "O")

    # -------------------------------------------------------------- times
    def _judge_times(self):
        header, now = self.header, self.now_ms
        if "indatim" not in header:
            return
        self._judge_days(header)
        if now is None:
            return
        if header["indatim"] > now + FUTURE_SLACK_MS:
            self.logic("header.indatim", **_FUTURE)
        elif now - header["indatim"] > self.limit_ms:
            self._judge_late()
        else:
            self._need(self.raw_header, HEADER, {"insr": "-", "indati2m": "-"})

    def _judge_days(self, header):
        """Dates of customs and exchange may not lie after the invoice (8-11, 8-80); both are days."""
        day = header["indatim"] // DAY_MS
        for name, pattern in (("cdcd", EXPORT), ("asd", EXCHANGE)):
            if self.inp == pattern and header.get(name, 0) > day:
                self.logic(f"header.{name}", self.duty.get(name, "R"))

    def _judge_late(self):
        header = self.header
        if header.get("insr") != LATE:
            self.logic("header.indatim", **_TOO_LATE)
            return
        self._need(self.raw_header, HEADER, {"indati2m": "R"})
        registered = header.get("indati2m")
        if registered is None:
            return
        if (
            not header["indatim"] <= registered <= self.now_ms
            or self.now_ms - registered > self.limit_ms
        ):
            self.logic("header.indati2m")

    # -------------------------------------------------------------- against the reference
    def compare(self, reference):
        """Judge the change that a correction, return or cancellation makes (sections 5 and 8-6)."""
        old = reference.get(HEADER) or {}
        header = self.header
        if header.get("irtaxid") != old.get("taxid") or old.get("ins") == CANCELLATION:
            self._mismatch("header.irtaxid")
        if "tins" in header and header["tins"] != old.get("tins"):
            self.add(SYSTEM, "header.tins", "02")
        if "indatim" in header and header["indatim"] < old.get("indatim", 0):
            self.logic("header.indatim", **_BEFORE_REFERENCE)
        if self.ins == CANCELLATION:
            return
        for name in ("inty", "inp"):
            if name in header and header[name] != old.get(name, header[name]):
                self._mismatch(f"header.{name}")
        self._compare_lines(reference.get(BODY) or [])

    def _compare_lines(self, old_lines):
        before, after = _by_goods(old_lines), _by_goods([sound for _, _, sound in self.lines])
        for path, _, sound in self.lines:
            goods = sound.get("sstid")
            if not goods:
                continue
            if goods not in before:
                replaced = set(before) - set(after)
                self._mismatch(f"{path}.sstid", "R" if self.ins == RETURN or replaced else "O")
            elif "vra" in sound and sound["vra"] not in before[goods]["rates"]:
                self._mismatch(f"{path}.vra")
        if self.ins == RETURN:
            self._compare_quantities(before, after)

    def _compare_quantities(self, before, after):
        for path, _, sound in self.lines:
            goods = sound.get("sstid")
            if goods in before and after[goods]["am"] > before[goods]["am"]:
                self.logic(f"{path}.am", **_GROWN)
            if goods in before and "fee" in sound and sound["fee"] not in before[goods]["prices"]:
                self.logic(f"{path}.fee", **_OTHER_PRICE)
        if sum(row["am"] for row in after.values()) >= sum(row["am"] for row in before.values()):
            self.logic("body[0].am", **_NOTHING_RETURNED)


def find_duplicates(invoices):
    """Return findings (index, Finding) for tax numbers that stand twice in a list of invoices."""
    seen, found = set(), []
    for index, invoice in enumerate(invoices):
        taxid = (invoice.get(HEADER) or {}).get("taxid")
        if taxid in seen:
            texts = explain(code := content_code(DUPLICATE, "taxid"), "taxid")
            found.append((index, Finding(code, "header.taxid", texts.fa, texts.en)))
        seen.add(taxid)
    return found


# ------------------------------------------------------------------ helpers
_SUMMED = {
    "tprdis": "prdis", "tdis": "dis", "tadis": "adis", "tvam": "vam", "torv": "ssrv", "tocv": "sscv", "tbill": "tsstam",
}  # fmt: skip
_ONE_LINE = {
    "fa": "در این الگو صورتحساب تنها یک ردیف می‌تواند داشته باشد.",
    "en": "An invoice of this pattern may have one line only.",
}
_ONE_UNIT = {
    "fa": "در این الگو مقدار هر ردیف یک است.",
    "en": "The quantity of a line is one in this pattern.",
}
_FUTURE = {
    "fa": "تاریخ صدور در آینده است.",
    "en": "The date of issue lies in the future.",
}
_TOO_LATE = {
    "fa": "مهلت ارسال گذشته است؛ آن را به عنوان صورتحساب موضوع ماده ۹ (insr برابر ۱) بفرستید.",
    "en": "The deadline has passed; send it as an invoice of article 9 (insr 1).",
}
_BEFORE_REFERENCE = {
    "fa": "تاریخ صدور پیش از تاریخ صورتحساب مرجع است.",
    "en": "The date of issue lies before that of the reference.",
}
_GROWN = {
    "fa": "مقدار در برگشت از فروش نمی‌تواند از صورتحساب مرجع بیشتر باشد.",
    "en": "A return cannot leave more than the reference sold.",
}
_OTHER_PRICE = {
    "fa": "مبلغ واحد در برگشت از فروش نمی‌تواند تغییر کند.",
    "en": "A return cannot change the unit price.",
}
_NOTHING_RETURNED = {
    "fa": "مقداری برگشت داده نشده است.",
    "en": "Nothing was returned.",
}


def _difference(given, expected):
    given, expected = _readable(given), _readable(expected)
    return {
        "fa": f"مقدار ثبت‌شده {given} است و باید {expected} باشد.",
        "en": f"It is {given} and has to be {expected}.",
    }


def _readable(value):
    found = amounts.plain(Decimal(value))  # what a rule expects may have more digits than any field
    return str(found) if isinstance(found, int) else f"{found:f}"


def _fault_of_number(name, spec, value):
    """Return the detail of what breaks the form of a number, or None."""
    if isinstance(value, str):
        return WRONG_TYPE
    try:
        found = amounts.number(value, name)
    except ValueError:
        return (
            LIMIT
            if isinstance(value, int | Decimal) and not isinstance(value, bool)
            else WRONG_TYPE
        )
    if spec.kind == "int":
        return _fault_of_integer(spec, found)
    if found < 0 or found >= Decimal(10) ** spec.size[0] or (name == "cui" and found > _PURITY_MAX):
        return LIMIT
    if -amounts.number(amounts.plain(found)).as_tuple().exponent > spec.size[1]:
        return TOO_MANY_DECIMALS
    return EXCLUSIVE_LIMIT if name in _POSITIVE and not found else None


def _fault_of_integer(spec, found):
    if found != found.to_integral_value():
        return WRONG_TYPE
    if spec.enum:
        allowed = TYPE_PATTERNS if spec is FIELDS["inty"] else spec.enum
        return None if found in allowed else NOT_IN_ENUM
    return None if 10 ** (spec.size[0] - 1) <= found < 10 ** spec.size[0] else LIMIT


class _Values(dict):
    """Values of a right form. One that was refused is no 0: a rule that asks for it gets a ``ValueError``."""

    def __init__(self, values, refused):
        # EXTENDS 'dict'
        super().__init__(values)
        self.refused = refused

    def get(self, name, default=None):
        # EXTENDS 'dict'
        return _REFUSED if name in self.refused else super().get(name, default)

    def __missing__(self, name):
        raise ValueError(f"{name}: the value was refused.")


_REFUSED = object()


def _inside(sound, duty, raw):
    """Return the values that the pattern takes: the service ignores the others."""
    inside = {name: value for name, value in sound.items() if duty.get(name) != "-"}
    return _Values(inside, {name for name in raw if name not in sound and duty.get(name) != "-"})


def _sum_of_vop(_header, lines):
    return sum(line["vop"] for line in lines if line.get("vop") is not None)


def _is_identifier_of(kind, text):
    if len(text) != BUYER_ID_DIGITS[int(kind)]:
        return False
    return {PERSON: is_national_code, LEGAL: is_legal_id}.get(int(kind), bool)(text)


def _is_economic_number(text):
    return len(text) == 14 or is_legal_id(text)


def _parsed(text):
    try:
        return parse_taxid(text)
    except ValueError:
        return None


def _by_goods(lines):
    """Return {sstid: quantity, rates and prices} of lines."""
    found = {}
    for line in lines:
        row = found.setdefault(
            line.get("sstid"), {"am": Decimal(0), "rates": set(), "prices": set()}
        )
        row["am"] += amounts.number(line.get("am", 0))
        row["rates"].add(amounts.number(line.get("vra", 0)))
        row["prices"].add(amounts.number(line.get("fee", 0)))
    return found
