"""Amounts of lines and totals, to the Rial.

Follows sections 8-13 to 8-64 of RC_IITP.IS V7.9 (section 7 of the fact sheet). Two rules govern everything:
amounts are **cut off**, never rounded (general rule 1, p. 23), at the decimals of their field: 0 for Rial, 4 for
currency, 8 for prices; and totals are sums of what the lines say after cutting. Only integers and ``Decimal``
are used. Amounts are Rial, rates are percent (``vra`` 10 is ten percent), weights kilograms.
"""

from decimal import ROUND_DOWN, Context, Decimal, InvalidOperation

from .constants import (
    CURRENCY,
    EXCHANGE,
    EXPORT,
    FIELDS,
    GOLD,
    GOLD_VAT_RATE,
    MIXED,
    OIL,
    SALE,
    TICKET,
)

# Wide enough for the product of two numbers of 26 digits and a rate: nothing is rounded on the way
_EXACT = Context(prec=90, rounding=ROUND_DOWN)
_DIGITS = 30  # on either side of the point; the longest field has 18
_PERCENT = Decimal(100)
_TAX_BASES = {GOLD: "tcpbs", EXPORT: "ssrv"}


def number(value, name="number"):
    """Return ``value`` as an exact ``Decimal``.

    Takes ``int``, ``Decimal``, text in Latin digits, and ``float`` by its shortest text (0.1 is 0.1).

    :raises ValueError: naming the field when it is no finite number
    """
    if isinstance(value, Decimal):
        found = value
    elif isinstance(value, bool) or not str(value).isascii():  # Decimal would take Persian digits
        raise ValueError(f"{name}: {value!r} is not a number.")
    else:
        try:
            found = Decimal(str(value))
        except InvalidOperation:
            raise ValueError(f"{name}: {value!r} is not a number.") from None
    if (
        not found.is_finite()
        or abs(found.adjusted()) > _DIGITS
        or found.as_tuple().exponent < -_DIGITS
    ):
        raise ValueError(f"{name}: {value!r} is not a number of a bearable size.")
    return found


def truncate(value, places=0):
    """Return ``value`` cut off after ``places`` decimals: an ``int`` for 0, else a ``Decimal``; no rounding.

    ``truncate(Decimal("727272.7"))`` is 727272.
    """
    if not isinstance(value, Decimal):
        value = number(value)
    if not places:
        return int(value)
    return _EXACT.quantize(value, Decimal(1).scaleb(-places))


def plain(value):
    """Return a whole ``Decimal`` as ``int`` and any other without trailing zeros, as JSON wants them."""
    if value == value.to_integral_value():
        return int(value)
    return value.normalize(_EXACT)


def compute_line(line: dict, inp: int = SALE) -> dict:
    """Return a copy of a line with every computed field of its pattern filled in.

    What is needed of ``am``, ``fee``, ``dis``, ``vra`` (most patterns), ``cfee``, ``exr``,
    ``cpr``, ``sovat`` (2), ``consfee``, ``spro``, ``bros`` (3), ``ssrv`` (7), ``adis`` (11), ``vba`` (9); and
    ``odr``/``odam``, ``olr``/``olam`` for other taxes and sums, by rate or fixed. A missing discount, rate or
    fee is 0. Computed fields that were given are replaced.

    :param inp: pattern of the invoice
    :raises ValueError: naming the field that is missing or no number
    """
    found = _with_defaults(
        {key: value for key, value in line.items() if value not in (None, "")}, inp
    )
    for name, formula in line_formulas(inp).items():
        value = formula(found)
        if value is None or (
            name in ("cfee", "fee") and not value
        ):  # optional, and too small to be written
            found.pop(name, None)
        else:
            found[name] = value
    return {name: _tidy(name, value) for name, value in found.items()}


def compute_invoice(invoice: dict) -> dict:
    """Return a copy of an invoice with the computed fields of every line and the totals of the header.

    ``invoice`` is ``{"header": {...}, "body": [...], "payments": [...]}``; the header says the pattern (``inp``,
    1 when missing) and the settlement. When it is mixed (``setm`` 3), one of ``cap`` and ``insp`` is needed, the
    other follows (the credit split concerns the price; tax counts as paid); ``cop``, ``vop`` and ``tvop`` too.
    An invoice without lines (a cancellation) is returned as it is.

    :raises ValueError: naming the field that is missing or no number
    """
    header = dict(invoice.get("header") or {})
    inp = header.get("inp", SALE)
    lines = []
    for index, line in enumerate(invoice.get("body") or []):
        try:
            lines.append(compute_line(line, inp))
        except ValueError as error:
            raise ValueError(f"body[{index}].{error}") from None
    if lines:
        for name, formula in header_formulas(header).items():
            value = formula(header, lines)
            if value is not None:
                header[name] = value
        _add_shares(header, lines)
    header = {name: _tidy(name, value) for name, value in header.items()}
    payments = [
        {name: _tidy(name, value) for name, value in payment.items()}
        for payment in invoice.get("payments") or []
    ]
    return {**invoice, "header": header, "body": lines, "payments": payments}


# ------------------------------------------------------------------ lines
def line_formulas(inp):
    """Return {field: function of the line} in the order of computation; a function may answer None (not sent)."""
    formulas = dict(_PRICES.get(inp, _USUAL_PRICES))
    formulas["vam"] = _VAT.get(inp, _vat)
    for rate, amount, title in (("odr", "odam", "odt"), ("olr", "olam", "olt")):
        if inp != EXCHANGE:
            formulas[amount] = _other_sum(inp, rate, amount, title)
    formulas["tsstam"] = _export_total if inp == EXPORT else _total
    return formulas


def _with_defaults(line, inp):
    if inp == OIL and "vba" in line:
        line.pop("vra", None)  # outside the pattern where the goods have a base amount
    else:
        line.setdefault("vra", 0)
    if inp not in (EXPORT, EXCHANGE):
        line.setdefault("dis", 0)
    if inp == GOLD:
        for name in ("consfee", "spro", "bros"):
            line.setdefault(name, 0)
    if inp == EXPORT and "ssrv" not in line and "fee" in line:
        line["ssrv"] = _price(line)
    return line


def _get(values, name):
    if values.get(name) in (None, ""):
        raise ValueError(f"{name}: a value is missing.")
    return number(values[name], name)


def _get_or_zero(values, name):
    return number(values[name], name) if values.get(name) not in (None, "") else Decimal(0)


def product(*factors):
    """Return the exact product of decimals, however many digits it has."""
    found = Decimal(1)
    for factor in factors:
        found = _EXACT.multiply(found, factor)
    return found


def _sum(values):
    found = Decimal(0)
    for value in values:
        found = _EXACT.add(found, value)
    return found


def _share(base, rate):
    return _EXACT.divide(product(base, rate), _PERCENT)


def _quotient(line, dividend, divisor, places):
    below = _get(line, divisor)
    return truncate(_EXACT.divide(_get(line, dividend), below), places) if below else None


def _price(line):
    return truncate(product(_get(line, "am"), _get(line, "fee")))


def _currency_price(line):
    return truncate(product(_get(line, "cfee"), _get(line, "exr")))


def _ticket_price(line):
    return truncate(_get(line, "fee"))


def _currency_of_fee(line):
    return _quotient(line, "fee", "exr", 4) if "exr" in line else line.get("cfee")


def _export_fee(line):
    return _quotient(line, "ssrv", "am", 8)


def _gold_fees(line):
    return plain(_sum(_get(line, name) for name in ("consfee", "spro", "bros")))


def _after_discount(line):
    return plain(_EXACT.subtract(_get(line, "prdis"), _get(line, "dis")))


def _gold_after_discount(line):
    before = _EXACT.add(_get(line, "prdis"), _get(line, "tcpbs"))
    return plain(_EXACT.subtract(before, _get(line, "dis")))


def _vat(line):
    return truncate(_share(_get(line, "adis"), _get(line, "vra")))


def _export_vat(line):
    return truncate(_share(_get(line, "ssrv"), _get(line, "vra")))


def _currency_vat(line):
    return truncate(_share(_get(line, "sovat"), _get(line, "vra")))


def _gold_vat(line):
    fees = _share(_get(line, "tcpbs"), Decimal(GOLD_VAT_RATE))
    return truncate(_EXACT.add(fees, _share(_get(line, "prdis"), _get(line, "vra"))))


def _oil_vat(line):
    return truncate(product(_get(line, "am"), _get(line, "vba"))) if "vba" in line else _vat(line)


def _other_sum(inp, rate, amount, title):
    """Return the formula of another tax or legal sum: by rate, or fixed; 0 without VAT (table 45, row 9)."""
    base = _TAX_BASES.get(inp, "adis")

    def formula(line):
        if all(line.get(name) in (None, "") for name in (rate, amount, title)):
            return None
        if "vra" in line and not _get(line, "vra"):
            return 0
        if line.get(rate) not in (None, ""):
            return truncate(_share(_get(line, base), _get(line, rate)))
        return truncate(_get_or_zero(line, amount))

    return formula


def _total(line, base="adis"):
    others = [_get_or_zero(line, name) for name in ("odam", "olam")]
    return plain(_sum([_get(line, base), _get(line, "vam"), *others]))


def _export_total(line):
    return _total(line, "ssrv")


_USUAL_PRICES = {"cfee": _currency_of_fee, "prdis": _price, "adis": _after_discount}
_PRICES = {
    CURRENCY: {"prdis": _currency_price, "adis": _after_discount},
    GOLD: {
        "cfee": _currency_of_fee,
        "prdis": _price,
        "tcpbs": _gold_fees,
        "adis": _gold_after_discount,
    },
    TICKET: {"cfee": _currency_of_fee, "prdis": _ticket_price, "adis": _after_discount},
    EXPORT: {"fee": _export_fee},
    EXCHANGE: {},
}
_VAT = {
    CURRENCY: _currency_vat,
    GOLD: _gold_vat,
    OIL: _oil_vat,
    EXPORT: _export_vat,
}


# ------------------------------------------------------------------ totals
def header_formulas(header):
    """Return {field: function of (header, lines)} in the order of computation; None means: not sent."""
    inp = header.get("inp", SALE)
    if inp == EXPORT:
        formulas = {"torv": _sum_of("ssrv"), "tocv": _sum_of("sscv"), "tonw": _sum_of("nw")}
    elif inp == EXCHANGE:
        formulas = {"tadis": _sum_of("adis")}
    else:
        formulas = {"tprdis": _sum_of("prdis"), "tdis": _sum_of("dis"), "tadis": _sum_of("adis")}
    formulas["tvam"] = _sum_of("vam")
    if inp != EXCHANGE:
        formulas["todam"] = _other_sums
    formulas["tbill"] = _export_bill if inp == EXPORT else _sum_of("tsstam")
    if header.get("setm") == MIXED:
        known, other = ("insp", "cap") if header.get("cap") in (None, "") else ("cap", "insp")
        formulas[other] = _rest_of(known)
    return formulas


def _sum_of(name):
    def formula(header, lines):
        values = [_get(line, name) for line in lines if line.get(name) not in (None, "")]
        return plain(_sum(values)) if values else None

    return formula


def _other_sums(header, lines):
    return plain(_sum(_get_or_zero(line, name) for line in lines for name in ("odam", "olam")))


def _export_bill(header, lines):
    return plain(_sum(_get(header, name) for name in ("torv", "tvam", "todam")))


def _rest_of(known):
    """Return the formula of the cash or credit part, when the other is known: what the price leaves."""

    def formula(header, lines):
        parts = [_get_or_zero(header, "todam"), _get_or_zero(header, "tvam"), _get(header, known)]
        return plain(_EXACT.subtract(_get(header, "tbill"), _sum(parts)))

    return formula


def share_of_cash(header, line, name):
    """Return ``cop`` (name "tsstam") or ``vop`` ("vam") of a line: its part of the cash; None without a base."""
    base = _get_or_zero(header, "tadis")
    if header.get("setm") != MIXED or not base:
        return None
    return truncate(_EXACT.divide(product(_get(line, name), _get(header, "cap")), base))


def _add_shares(header, lines):
    shares = [share_of_cash(header, line, "vam") for line in lines]
    if None in shares:
        return
    for line, share in zip(lines, shares, strict=True):
        line.update(cop=share_of_cash(header, line, "tsstam"), vop=share)
    header["tvop"] = sum(shares)


def _tidy(name, value):
    """Return numbers as they are sent: whole ones as ``int``, others as ``Decimal`` without trailing zeros."""
    field = FIELDS.get(name)
    if (
        field is None
        or field.kind not in ("int", "decimal")
        or value in (None, "")
        or isinstance(value, int)
    ):
        return value
    return plain(number(value, name))
