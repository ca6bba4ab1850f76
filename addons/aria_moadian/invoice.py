"""From an invoice of Odoo to the dictionary that the organisation wants, amounts exact to the Rial.

The amount after discount is Odoo's own (in Rial, of the posted line); everything else is computed by ``lib.amounts``,
which cuts off where Odoo rounds. What then differs from the books is at most a Rial or two for each line and is shown.
"""

import re
from decimal import Decimal

from .invoice_lines import GOLD_FEES, Lines, filled, is_inside
from .invoice_payments import paid_of, payment_rows
from .lib import amounts
from .lib.constants import (
    CANCELLATION,
    CASH,
    CORRECTION,
    CREDIT,
    CURRENCY,
    DAY_MS,
    EXCHANGE,
    EXPORT,
    FOREIGNER,
    FROZEN_BY_REFERENCE,
    LATE,
    LEGAL,
    MIXED,
    NO_PAYMENT_PATTERNS,
    NO_RETURN_PATTERNS,
    OIL,
    ORIGINAL,
    PARTNERSHIP,
    PERSON,
    RETURN,
    SALE,
    TYPE_FULL,
    TYPE_PATTERNS,
    TYPE_SIMPLE,
)
from .moments import TEHRAN, issue_moment, milliseconds
from .particulars import PARTICULARS
from .sentences import Unfit

QUANTITY = {CURRENCY: "cfee"}  # what of a line comes back
# what tells that a line of a credit note is a line of the invoice; else goods, price and VAT
SAME = {
    CURRENCY: ("sstid", "exr", "vra"),
    EXPORT: ("sstid", "vra"),
    EXCHANGE: ("sstid", "vra"),
    OIL: ("sstid", "fee", "vra", "vba"),
}
WHOLE_ONLY = (*NO_RETURN_PATTERNS, CURRENCY)  # a sale of currency has no quantity that could shrink
KEPT_BY_RETURN = (
    "inty",
    "inp",
    *(name for name in PARTICULARS if name not in FROZEN_BY_REFERENCE),
)
KEPT_BY_LINE = (
    *("sstid", "sstt", "mu", "fee", "cut", "exr", "vra", "vba", "odt", "odr", "olt", "olr", "cui"),
)


class InvoiceBuilder(Lines):
    """Builds one invoice; ``build()`` for an original, ``build_return`` and ``build_cancellation`` for references."""

    def __init__(self, move, now):
        self.move, self.now = move, now
        self.env, self.company = move.env, move.company_id
        self.inp = move._get_aria_moadian_pattern()
        self.taken = {}  # {line of a reference: {fee of gold: what of it comes back}}
        self.notes = []  # what is told beside the findings: {"fa": …, "en": …} each

    # ------------------------------------------------------------------ whole documents
    def build(self):
        """Return the invoice of an original sale, without number."""
        self._check_currency()
        self._tell_left_out()
        lines = self._lines()
        if not lines:
            raise Unfit(
                self.env,
                lambda env: env._(
                    "No line of the invoice has both a price and a quantity; there is nothing to send."
                ),
                "body",
            )
        header = {**self._header(ORIGINAL), **self._buyer()}
        header.update(inp=self.inp, **self._particulars(header["inty"]))
        if header["inty"] == TYPE_FULL:
            header["setm"] = CASH
        invoice = amounts.compute_invoice({"header": header, "body": lines, "payments": []})
        if header["inty"] == TYPE_FULL:
            invoice = self._settle(invoice)
        if self.inp not in NO_PAYMENT_PATTERNS:
            invoice["payments"] = payment_rows(self.move, invoice["header"], self.now)
        return invoice

    def build_correction(self, reference, original):
        """Return the invoice that corrects another: all of it as it is now, without the buyer, who cannot change.

        :param reference: the content of the packet referred to
        :param original: the content of the original, which is the only one that names the buyer
        :raises Unfit: when something changed that only a cancellation and a new invoice can change
        """
        invoice = self.build()
        self._demand_same(invoice, reference, original)
        header = {
            name: value
            for name, value in invoice["header"].items()
            if name not in FROZEN_BY_REFERENCE
        }
        header["ins"] = CORRECTION
        header.update(self._reference(reference, milliseconds(self.now)))
        return {**invoice, "header": header}

    def _demand_same(self, invoice, reference, original):
        new, old = invoice["header"], original["header"]
        kept = all(new.get(name) == old.get(name) for name in ("tob", "tinb", "bid"))
        kind = all(new.get(name) == reference["header"].get(name) for name in ("inty", "inp"))
        rates = {line["sstid"]: _comparable(line, "vra") for line in reference["body"]}
        now = {line.get("sstid"): _comparable(line, "vra") for line in invoice["body"]}
        replaced = set(now) - set(rates) and set(rates) - set(now)
        taxed = any(rate != rates.get(sstid, rate) for sstid, rate in now.items())
        for changed, tell in (
            (not kept, lambda env: env._("the buyer")),
            (not kind, lambda env: env._("type or pattern of the invoice")),
            (replaced, lambda env: env._("a goods/service id")),
            (taxed, lambda env: env._("a rate of VAT")),
        ):
            if changed:
                raise Unfit(
                    self.env,
                    lambda env, tell=tell: env._(
                        "A correction cannot change %(what)s; cancel the invoice by a credit note and make a new one.",
                        what=tell(env),
                    ),
                )

    def build_cancellation(self, reference):
        """Return the invoice that cancels another: number, time, seller and reference are all it says."""
        header = self._header(CANCELLATION)
        header.update(self._reference(reference, header["indatim"]))
        return {"header": header, "body": [], "payments": []}

    def build_return(self, reference, remaining):
        """Return the invoice of what is left after a return: the lines of the reference, with what remains of each.

        :param reference: the content of the packet referred to
        :param remaining: what :meth:`remaining` returned
        :raises Unfit: where the pattern knows no return of a part
        """
        old = reference["header"]
        if self.inp in WHOLE_ONLY:
            raise self._whole_only()
        header = {
            **self._header(RETURN),
            **{name: old[name] for name in KEPT_BY_RETURN if name in old},
        }
        header.update(self._reference(reference, header["indatim"]))
        if "setm" in old:
            header["setm"] = old["setm"] if old["setm"] != MIXED else CREDIT
        lines = [
            _reduced(line, remaining[index], self.taken.get(index, {}))
            for index, line in enumerate(reference["body"])
            if remaining[index]
        ]
        return amounts.compute_invoice({"header": header, "body": lines, "payments": []})

    def remaining(self, reference):
        """Return {index of a line of the reference: quantity left} after this credit note.

        :raises Unfit: when a line of the credit note is none of the reference's, or takes back more than was sold
        """
        self.inp = int(reference["header"].get("inp", SALE))
        self.taken = {}
        name = QUANTITY.get(self.inp, "am")
        left = {index: Decimal(str(line[name])) for index, line in enumerate(reference["body"])}
        leading = iter(self.sold())
        for row in self._lines():
            line = next(leading)
            index = self._matching(row, reference["body"], left, name)
            if index is None:
                raise self._whole_only() if self.inp in WHOLE_ONLY else self._unmatched(line)
            left[index] -= row[name]
            for fee in GOLD_FEES:
                back = self.taken.setdefault(index, {})
                back[fee] = back.get(fee, 0) + row.get(fee, 0)
        return left

    def _unmatched(self, line):
        return Unfit(
            self.env,
            lambda env: env._(
                "The line “%(line)s” of the credit note is none of the invoice's (goods/service id, price, VAT),"
                " or takes back more than is left; a changed price needs a cancellation and a new invoice.",
                line=line.name,
            ),
            "body",
        )

    def _whole_only(self):
        return Unfit(
            self.env,
            lambda env: env._(
                "An invoice of the pattern “%(pattern)s” is not returned in part: correct the invoice itself, or take"
                " all of it back.",
                pattern=self.move._aria_pattern_name(self.inp, env),
            ),
        )

    def _matching(self, row, lines, left, quantity):
        names = SAME.get(self.inp, ("sstid", "fee", "vra"))
        wanted = [_comparable(row, name) for name in names]
        for index, line in enumerate(lines):
            if (
                left[index] >= row[quantity]
                and [_comparable(line, name) for name in names] == wanted
            ):
                return index
        return None

    # ------------------------------------------------------------------ header
    def _header(self, subject):
        seller = self.company.partner_id
        issued = milliseconds(
            issue_moment(self.move.invoice_date or self.now.astimezone(TEHRAN).date(), self.now)
        )
        header = {
            "indatim": issued,
            "ins": subject,
            "tins": seller.aria_economic_code or seller.aria_national_id,
        }
        if subject != CANCELLATION:
            header["sbc"] = seller.aria_moadian_branch
        return filled(header)

    def _particulars(self, inty):
        """Return what the header of this pattern says beside amounts and people: contract, flight, waybill, …"""
        return filled(
            {
                name: read(self.move)
                for name, read in PARTICULARS.items()
                if is_inside(name, inty, self.inp)
            }
        )

    def late_fields(self, header, deadline_days):
        """Return ``insr`` and ``indati2m`` when the deadline has passed (article 9), else nothing."""
        now = milliseconds(self.now)
        if now - header["indatim"] <= deadline_days * DAY_MS:
            return {}
        return {"insr": LATE, "indati2m": now}

    def _reference(self, reference, issued):
        old = reference["header"]
        return {"irtaxid": old["taxid"], "indatim": max(issued, old["indatim"])}

    def _buyer(self):
        buyer = self.move.commercial_partner_id
        kind = buyer._get_aria_moadian_kind()
        found = {
            "tob": kind,
            "tinb": buyer.aria_economic_code
            or (buyer.aria_national_id if kind in (LEGAL, PARTNERSHIP) else None),
            "bid": buyer.aria_national_id,
            "bpc": buyer.zip if re.fullmatch("[0-9]{10}", buyer.zip or "") else None,
            "bbc": buyer.aria_moadian_branch,
        }
        if self.inp in (EXPORT, EXCHANGE) or self._is_simple(kind, found):
            found = {}
        return filled(
            {"inty": TYPE_FULL if found or self.inp in (EXPORT, EXCHANGE) else TYPE_SIMPLE, **found}
        )

    def _is_simple(self, kind, found):
        """A person who gives no number gets an invoice of the second type, where the pattern has one."""
        anonymous = not found["tinb"] and not (found["bid"] and found["bpc"])
        return kind in (PERSON, FOREIGNER) and anonymous and self.inp in TYPE_PATTERNS[TYPE_SIMPLE]

    def _settle(self, invoice):
        """Return the invoice with its settlement: as chosen, else by what is paid and when it is due."""
        header, chosen = invoice["header"], self.move.aria_moadian_settlement
        price = header.get("tadis", header.get("torv", 0))
        at_once = max(self._paid(), self._due_at_once())
        cash = min(at_once - header["tvam"] - header.get("todam", 0), price)
        if chosen in ("cash", "credit"):
            header["setm"] = CASH if chosen == "cash" else CREDIT
        elif cash >= price:
            header["setm"] = CASH
        elif cash > 0:
            header.update(setm=MIXED, cap=cash)
            return amounts.compute_invoice(invoice)
        else:
            due = self.move.invoice_date_due or self.move.invoice_date
            header["setm"] = CREDIT if due and due > self.move.invoice_date else CASH
        return invoice

    def _due_at_once(self):
        """Return what the payment terms ask for on the day of the invoice, in Rial; nothing without a later part."""
        parts = [line for line in self.move.line_ids if line.display_type == "payment_term"]
        day = self.move.invoice_date or self.now.astimezone(TEHRAN).date()
        now = [line for line in parts if (line.date_maturity or day) <= day]
        return int(sum(abs(Decimal(str(line.balance))) for line in now))

    def _paid(self):
        """Return what is paid in Rial: what the books know, and payments that have no entry yet."""
        rest = abs(Decimal(str(self.move.amount_residual_signed)))
        booked = abs(Decimal(str(self.move.amount_total_signed))) - rest
        return int(booked + min(rest, self._unbooked()))

    def _unbooked(self):
        if not self.move.matched_payment_ids:
            return 0
        return sum(paid.amount for paid in paid_of(self.move) if not paid.booked)

    def _check_currency(self):
        if self.company.currency_id.name != "IRR":
            raise Unfit(
                self.env,
                lambda env: env._(
                    "The books of %(company)s are in %(currency)s; the tax organisation takes Rial (IRR) only.",
                    company=self.company.name,
                    currency=self.company.currency_id.name,
                ),
            )


def _comparable(row, name):
    value = row.get(name, 0)
    return value if isinstance(value, str) else amounts.number(value)


def _reduced(line, quantity, taken):
    """Return the inputs of a line with a smaller quantity; the discount shrinks in proportion, cut off.

    :param taken: {fee of gold: what of it came back}
    """
    kept = {name: line[name] for name in KEPT_BY_LINE if name in line}
    share = quantity / Decimal(line["am"])
    for name in ("dis", "odam", "olam"):
        rate = {"odam": "odr", "olam": "olr"}.get(name)
        if line.get(name) and rate not in line:
            kept[name] = amounts.truncate(line[name] * share)
    for name in GOLD_FEES:
        if name in line:
            kept[name] = max(line[name] - taken.get(name, 0), 0)
    return {**kept, "am": quantity}
