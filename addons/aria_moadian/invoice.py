"""From an invoice of Odoo to the dictionary that the organisation wants, amounts exact to the Rial.

The amount after discount is Odoo's own (in Rial, of the posted line); everything else is computed by ``lib.amounts``,
which cuts off where Odoo rounds. What then differs from the books is at most a Rial or two for each line and is shown.
"""

import re
from collections import defaultdict
from datetime import datetime, time, timedelta, timezone
from decimal import Decimal

from .lib import amounts
from .lib.constants import (
    CANCELLATION,
    CASH,
    CORRECTION,
    CREDIT,
    DAY_MS,
    EXCHANGE,
    EXPORT,
    FOREIGNER,
    FROZEN_BY_REFERENCE,
    LATE,
    LEGAL,
    MIXED,
    ORIGINAL,
    PARTNERSHIP,
    PERSON,
    RETURN,
    SALE,
    TYPE_FULL,
    TYPE_PATTERNS,
    TYPE_SIMPLE,
)
from .sentences import Unfit, in_both

# Iran has no summer time since 1401; older dates are never sent
TEHRAN = timezone(timedelta(hours=3, minutes=30))
EXACT = 10**14  # Rial; from there on the floats of Odoo round to other whole numbers
CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


def milliseconds(moment):
    """Return an aware datetime as Unix milliseconds."""
    return int(moment.timestamp() * 1000)


def issue_moment(date, now):
    """Return when an invoice of a date was issued: now if it is of today in Tehran, else noon of its day there."""
    if date == now.astimezone(TEHRAN).date():
        return now
    return datetime.combine(date, time(12), TEHRAN)


class InvoiceBuilder:
    """Builds one invoice; ``build()`` for an original, ``build_return`` and ``build_cancellation`` for references."""

    def __init__(self, move, now):
        self.move, self.now = move, now
        self.env, self.company = move.env, move.company_id
        self.inp = int(move.aria_moadian_pattern or SALE)
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
        header["inp"] = self.inp
        if header["inty"] == TYPE_FULL:
            header["setm"] = CASH
        invoice = amounts.compute_invoice({"header": header, "body": lines, "payments": []})
        if header["inty"] == TYPE_FULL:
            invoice = self._settle(invoice)
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
        :param remaining: {index of its line: quantity that is left (Decimal)}
        """
        old = reference["header"]
        header = {
            **self._header(RETURN),
            **{name: old[name] for name in ("inty", "inp") if name in old},
        }
        header.update(self._reference(reference, header["indatim"]))
        if "setm" in old:
            header["setm"] = old["setm"] if old["setm"] != MIXED else CREDIT
        lines = [
            _reduced(line, remaining[index])
            for index, line in enumerate(reference["body"])
            if remaining[index]
        ]
        return amounts.compute_invoice({"header": header, "body": lines, "payments": []})

    def remaining(self, reference):
        """Return {index of a line of the reference: quantity left} after this credit note.

        :raises Unfit: when a line of the credit note is none of the reference's, or takes back more than was sold
        """
        left = {index: Decimal(str(line["am"])) for index, line in enumerate(reference["body"])}
        for line in self._product_lines():
            row = self._line(line)
            index = self._matching(row, reference["body"], left)
            if index is None:
                raise Unfit(
                    self.env,
                    lambda env, line=line: env._(
                        "The line “%(line)s” of the credit note is none of the invoice's (goods/service id, price, VAT),"
                        " or takes back more than is left; a changed price needs a cancellation and a new invoice.",
                        line=line.name,
                    ),
                )
            left[index] -= row["am"]
        return left

    def _matching(self, row, lines, left):
        wanted = [_comparable(row, name) for name in ("sstid", "fee", "vra")]
        for index, line in enumerate(lines):
            if (
                left[index] >= row["am"]
                and [_comparable(line, name) for name in ("sstid", "fee", "vra")] == wanted
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
        return _filled(header)

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
        }
        if self.inp in (EXPORT, EXCHANGE) or self._is_simple(kind, found):
            found = {}
        return _filled(
            {"inty": TYPE_FULL if found or self.inp in (EXPORT, EXCHANGE) else TYPE_SIMPLE, **found}
        )

    def _is_simple(self, kind, found):
        """A person who gives no number gets an invoice of the second type, where the pattern has one."""
        anonymous = not found["tinb"] and not (found["bid"] and found["bpc"])
        return kind in (PERSON, FOREIGNER) and anonymous and self.inp in TYPE_PATTERNS[TYPE_SIMPLE]

    def _settle(self, invoice):
        """Return the invoice with its settlement: as chosen, else by what is paid and when it is due."""
        header, chosen = invoice["header"], self.move.aria_moadian_settlement
        paid = self._paid()
        price = header.get("tadis", header.get("torv", 0))
        cash = min(paid - header["tvam"] - header.get("todam", 0), price)
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

    def _paid(self):
        return int(
            abs(Decimal(str(self.move.amount_total_signed)))
            - abs(Decimal(str(self.move.amount_residual_signed)))
        )

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

    # ------------------------------------------------------------------ lines
    def _lines(self):
        rows = [(line, self._line(line)) for line in self._product_lines()]
        positive = [(line, row) for line, row in rows if self._target(line) >= 0]
        lines = [row for _, row in positive]
        for line, row in rows:
            if self._target(line) < 0:
                self._spread_discount(line, row, lines)
        return lines

    def _product_lines(self):
        # a list: a recordset that was filtered or sorted forgets what to read ahead for the other invoices
        lines = [line for line in self._goods_lines() if line.price_unit and line.quantity]
        return sorted(lines, key=lambda line: (line.sequence, line.id))

    def _goods_lines(self):
        return [line for line in self.move.invoice_line_ids if line.display_type == "product"]

    def _tell_left_out(self):
        """Tell of lines without price or quantity: the organisation takes none."""
        for line in self._goods_lines():
            if not (line.price_unit and line.quantity):
                self._note(
                    lambda env, line=line: env._(
                        "The line “%(line)s” has no price or no quantity and is not sent.",
                        line=line.name or line.product_id.display_name or "",
                    )
                )

    def _note(self, tell):
        self.notes.append(in_both(self.env, tell))

    def _target(self, line):
        """Return the amount after discount in Rial as the books have it; negative for a deduction."""
        return int(Decimal(str(line.balance)).to_integral_value()) * (
            -1 if self.move.move_type == "out_invoice" else 1
        )

    def _check_line(self, line):
        """Refuse what cannot be told exactly, or not at all."""
        if not 0 <= line.discount <= 100:
            raise Unfit(
                self.env,
                lambda env: env._(
                    "The line “%(line)s” has a discount of %(discount)g %%; type one from 0 to 100, or change the price.",
                    line=line.name,
                    discount=line.discount,
                ),
                "body",
            )
        if max(abs(line.balance), abs(line.price_unit), abs(line.quantity)) >= EXACT:
            raise Unfit(
                self.env,
                lambda env: env._(
                    "The line “%(line)s” has an amount beyond %(limit)s, which cannot be kept to the Rial; divide it.",
                    line=line.name,
                    limit=f"{EXACT:,}",
                ),
                "body",
            )

    def _line(self, line):
        self._check_line(line)
        taxes = self._taxes(line)
        row = {
            "sstid": line.product_id.product_tmpl_id._get_aria_sstid() if line.product_id else None,
            "sstt": CONTROL.sub(" ", line.name or line.product_id.display_name or "").strip()[:400],
            "mu": line.product_uom_id.aria_moadian_code,
            "am": Decimal(str(line.quantity)),
            "fee": self._price(line),
            **self._currency(line),
            **taxes,
        }
        target = abs(self._target(line))
        if self.inp == EXPORT:
            row.update(
                ssrv=target, sscv=amounts.truncate(Decimal(str(abs(line.price_subtotal))), 4), vra=0
            )
            row.pop("fee")
        elif line.discount:
            row["dis"] = max(amounts.truncate(amounts.product(row["am"], row["fee"])) - target, 0)
        return _filled(row)

    def _price(self, line):
        """Return the price of one unit in Rial, before discount and without taxes, with at most eight decimals."""
        price = Decimal(str(line.price_unit))
        included = [tax for tax in line.tax_ids.flatten_taxes_hierarchy() if tax.price_include]
        rate = sum(
            (Decimal(str(tax.amount)) for tax in included if tax.amount_type == "percent"),
            Decimal(0),
        )
        price = price / (1 + rate / 100)
        return amounts.truncate(price * self._rate(), 8)

    def _rate(self):
        """Return how many Rial one unit of the invoice's currency is worth."""
        if self.move.currency_id == self.company.currency_id:
            return Decimal(1)
        return Decimal(str(round(1 / self.move.invoice_currency_rate, 8)))

    def _currency(self, line):
        if self.move.currency_id == self.company.currency_id:
            return {}
        return {"cut": self.move.currency_id.name, "exr": self._rate()}

    def _taxes(self, line):
        """Return rates and fixed sums of a line's taxes by their kind."""
        rates, sums, titles = defaultdict(Decimal), defaultdict(Decimal), defaultdict(list)
        for tax in line.tax_ids.flatten_taxes_hierarchy():
            if tax.aria_moadian_kind in (False, "none"):
                continue
            kind, amount = tax.aria_moadian_kind, Decimal(str(tax.amount))
            titles[kind].append(tax.invoice_label or tax.name)
            if tax.amount_type == "fixed":
                sums[kind] += amount * Decimal(str(line.quantity)) * self._rate()
            else:
                rates[kind] += amount
        row = {"vra": rates["vat"]}
        for kind, title, rate, total in (
            ("other", "odt", "odr", "odam"),
            ("legal", "olt", "olr", "olam"),
        ):
            if titles[kind]:
                row[title] = CONTROL.sub(" ", "، ".join(titles[kind]))[:255]
                row.update(
                    {rate: rates[kind]} if rates[kind] else {total: amounts.truncate(sums[kind])}
                )
        return row

    def _spread_discount(self, line, row, lines):
        """Spread a negative line over the lines with its rate of VAT, as discounts in proportion."""
        rest = -self._target(line)
        same = [each for each in lines if each.get("vra") == row.get("vra") and "fee" in each]
        rooms = [amounts.compute_line(each, self.inp)["adis"] for each in same]
        if rest > sum(rooms):
            raise Unfit(
                self.env,
                lambda env: env._(
                    "The line “%(line)s” deducts more than the other lines with the same tax are worth; correct it.",
                    line=line.name,
                ),
            )
        total = sum(rooms)
        shares = [room * rest // total for room in rooms] if total else []
        rest -= sum(shares)
        for index, room in enumerate(rooms):
            more = min(rest, room - shares[index])
            rest -= more
            same[index]["dis"] = same[index].get("dis", 0) + shares[index] + more


def _filled(values):
    """Return values without what is empty; a zero is a value."""
    return {
        name: value
        for name, value in values.items()
        if value not in (None, "") and value is not False
    }


def _comparable(row, name):
    value = row.get(name, 0)
    return value if isinstance(value, str) else amounts.number(value)


def _reduced(line, quantity):
    """Return the inputs of a line with a smaller quantity; the discount shrinks in proportion, cut off."""
    kept = {
        name: line[name]
        for name in (
            "sstid",
            "sstt",
            "mu",
            "fee",
            "cut",
            "exr",
            "vra",
            "vba",
            "odt",
            "odr",
            "olt",
            "olr",
            "consfee",
        )
        if name in line
    }
    share = quantity / Decimal(line["am"])
    for name in ("dis", "odam", "olam"):
        if (
            line.get(name)
            and not (name == "odam" and "odr" in line)
            and not (name == "olam" and "olr" in line)
        ):
            kept[name] = amounts.truncate(line[name] * share)
    return {**kept, "am": quantity}
