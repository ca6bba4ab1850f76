"""Lines of an invoice of Odoo as lines of the electronic invoice, by its pattern.

Most lines go one by one. Fees of gold (making, profit, commission) and the margin of a sale of currency are lines of
their own in Odoo, so that the books tax them as the law does; here they join the line they belong to: the nearest
before them. Tickets and waybills have a line for each unit. Negative lines become discounts of the others.
"""

import re
from collections import defaultdict
from decimal import ROUND_CEILING, Decimal

from .lib import amounts
from .lib.constants import (
    BODY,
    CURRENCY,
    EXCHANGE,
    EXPORT,
    FIELDS,
    GOLD,
    GOLD_VAT_RATE,
    MATRIX,
    MATRIX_COLUMNS,
    OIL,
    SINGLE_UNIT_PATTERNS,
)
from .sentences import Unfit, in_both

EXACT = 10**14  # Rial; from there on the floats of Odoo round to other whole numbers
CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
MOST_UNITS = 500  # lines that one line of tickets may become
GOLD_FEES = ("consfee", "spro", "bros")
MARGIN = "margin"
JOINING = {GOLD: GOLD_FEES, CURRENCY: (MARGIN,)}
LITRE = "1637"  # the code of the unit; sums of VAT by quantity are by the litre
LEADING = {GOLD: "gold", CURRENCY: "currency"}


def is_inside(name, inty, inp):
    """Return whether a pattern of a type has a field at all."""
    return MATRIX[name].replace(" ", "")[MATRIX_COLUMNS.index((inty, inp))] != "-"


class Lines:
    """The part of the builder that makes lines; ``move``, ``env``, ``company``, ``inp`` and ``notes`` are the builder's."""

    # ------------------------------------------------------------------ which lines
    def sold(self):
        """Return the lines of Odoo that lead the lines of the electronic invoice, one for each of them, in order."""
        lines = [
            line
            for line in self._product_lines()
            if self._target(line) >= 0 and self._role(line) not in JOINING.get(self.inp, ())
        ]
        if self.inp not in SINGLE_UNIT_PATTERNS:
            return lines
        return [line for line in lines for _unit in range(self._units(line))]

    def _product_lines(self):
        # a list: a recordset that was filtered or sorted forgets what to read ahead for the other invoices
        lines = [line for line in self._goods_lines() if line.price_unit and line.quantity]
        return sorted(lines, key=lambda line: (line.sequence, line.id))

    def _goods_lines(self):
        return [line for line in self.move.invoice_line_ids if line.display_type == "product"]

    def _role(self, line):
        return line.product_id.product_tmpl_id.aria_moadian_role or None

    def _units(self, line):
        """Return of how many units a line of tickets or waybills is; one when they cannot be counted."""
        quantity = Decimal(str(line.quantity))
        whole = quantity == quantity.to_integral_value() and 0 < quantity <= MOST_UNITS
        return int(quantity) if whole else 1

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

    # ------------------------------------------------------------------ whole body
    def _lines(self):
        """Return the rows of the electronic invoice, deductions spread over them."""
        rows, deductions = [], []
        for line, joined in self._gathered():
            if self._target(line) < 0:
                deductions.append(line)
            elif self.inp in SINGLE_UNIT_PATTERNS:
                rows += self._single_units(line)
            else:
                rows.append(self._line(line, joined))
        for line in deductions:
            self._spread_discount(line, rows)
        return rows

    def _gathered(self):
        """Return [(line, lines that join it)]; whatever fits no line of the pattern is refused."""
        lines, found, waiting = self._product_lines(), [], []
        joining, leading = JOINING.get(self.inp, ()), LEADING.get(self.inp)
        for line in lines:
            role = self._role(line)
            if role in joining:
                (found[-1][1] if found else waiting).append(line)
            elif leading and role != leading and self._target(line) >= 0:
                raise self._stranger(line)
            else:
                found.append((line, []))
        if waiting:
            if not found:
                raise self._stranger(waiting[0])
            found[0][1].extend(waiting)
        return found

    def _stranger(self, line):
        return Unfit(
            self.env,
            lambda env: env._(
                "“%(line)s” does not fit an invoice of this pattern; give it the right kind on the product, or sell it by"
                " an invoice of its own.",
                line=line.name,
            ),
            "body",
        )

    # ------------------------------------------------------------------ one line
    def _target(self, line):
        """Return the amount after discount in Rial as the books have it; negative for a deduction."""
        return int(Decimal(str(line.balance)).to_integral_value()) * (
            -1 if self.move.move_type == "out_invoice" else 1
        )

    def _line(self, line, joined=()):
        for each in (line, *joined):
            self._check_line(each)
        row = {**self._goods(line), **self._currency(line), **self._taxes(line)}
        fill = {
            EXPORT: self._fill_export,
            EXCHANGE: self._fill_exchange,
            CURRENCY: self._fill_currency,
            GOLD: self._fill_gold,
        }.get(self.inp, self._fill_usual)
        fill(row, line, joined)
        return self._inside(filled(row))

    def _inside(self, row):
        """Return a row without the fields that its pattern does not have."""
        inty = MATRIX_COLUMNS[0][0]  # lines of type 2 have the fields of type 1
        return {
            name: value
            for name, value in row.items()
            if FIELDS[name].section != BODY or is_inside(name, inty, self.inp)
        }

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

    def _goods(self, line):
        return {
            "sstid": line._get_aria_sstid(),
            "sstt": CONTROL.sub(" ", line.name or line.product_id.display_name or "").strip()[:400],
            "mu": line.product_uom_id.aria_moadian_code,
            "am": Decimal(str(line.quantity)),
            "fee": self._price(line),
        }

    def _fill_usual(self, row, line, _joined):
        if line.discount:
            before = amounts.truncate(amounts.product(row["am"], row["fee"]))
            row["dis"] = max(before - abs(self._target(line)), 0)

    def _fill_export(self, row, line, _joined):
        currency_value = amounts.truncate(Decimal(str(abs(line.price_subtotal))), 4)
        row.update(ssrv=abs(self._target(line)), sscv=currency_value, vra=0)
        row.pop("fee")

    def _fill_exchange(self, row, line, _joined):
        row["adis"] = abs(self._target(line))

    def _fill_gold(self, row, line, joined):
        self._fill_usual(row, line, joined)
        row["cui"] = amounts.number(line.product_id.aria_moadian_purity or 0) or None
        for fee in joined:
            self._demand_gold_vat(fee)
            role = self._role(fee)
            row[role] = row.get(role, 0) + abs(self._target(fee))

    def _demand_gold_vat(self, fee):
        """The organisation charges 10 % on fees of gold and nothing else, whatever the books say."""
        taxes = self._taxes(fee)
        if taxes != {"vra": GOLD_VAT_RATE}:
            raise Unfit(
                self.env,
                lambda env: env._(
                    "“%(line)s” has to carry a VAT of %(rate)s %% and no other tax: so the organisation computes it.",
                    line=fee.name,
                    rate=GOLD_VAT_RATE,
                ),
                "body",
            )

    def _fill_currency(self, row, line, joined):
        """The price is what the currency cost and the margin on it; only the margin bears VAT."""
        bought, margin = abs(self._target(line)), sum(abs(self._target(each)) for each in joined)
        sold = line.product_id.aria_moadian_currency_id
        if not (sold and margin):
            raise self._no_margin(line, sold)
        amount = Decimal(str(line.quantity))
        row.update(self._taxes(joined[0]))
        # cut off after eight decimals the rate would lose a Rial of the price
        rate = (Decimal(bought + margin) / amount).quantize(Decimal("1e-8"), ROUND_CEILING)
        row.update(cfee=amount, cut=sold.name, exr=rate, sovat=margin)
        row["cpr"] = amounts.truncate(Decimal(bought) / amount, 8)

    def _no_margin(self, line, sold):
        if not sold:
            return Unfit(
                self.env,
                lambda env: env._(
                    "Say on the product of “%(line)s” which currency it is.", line=line.name
                ),
                "body",
            )
        return Unfit(
            self.env,
            lambda env: env._(
                "“%(line)s” needs a line of the margin after it: the currency itself stands at what it cost, the margin bears"
                " the VAT.",
                line=line.name,
            ),
            "body",
        )

    def _single_units(self, line):
        """Return a row for each unit of a line, the discount divided among them."""
        row, count = self._line(line), self._units(line)
        if count == 1:
            return [row]
        before = count * amounts.truncate(row["fee"])
        discount = max(before - abs(self._target(line)), 0) if line.discount else 0
        return [{**row, "am": Decimal(1), "dis": share} for share in divide(discount, count)]

    # ------------------------------------------------------------------ prices and taxes
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
        base = Decimal(0)
        for tax in line.tax_ids.flatten_taxes_hierarchy():
            if tax.aria_moadian_kind in (False, "none"):
                continue
            kind, amount = tax.aria_moadian_kind, Decimal(str(tax.amount))
            titles[kind].append(tax.invoice_label or tax.name)
            if kind == "vat" and tax.amount_type == "fixed":
                base += amount * self._rate()
            elif tax.amount_type == "fixed":
                sums[kind] += amount * Decimal(str(line.quantity)) * self._rate()
            else:
                rates[kind] += amount
        row = self._litre_base(line, base, rates["vat"]) if base else {"vra": rates["vat"]}
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

    def _litre_base(self, line, base, rate):
        """Return the VAT by the litre of oil products; a fixed sum of VAT is nothing else anywhere."""
        if self.inp != OIL or rate or line.product_uom_id.aria_moadian_code != LITRE:
            raise Unfit(
                self.env,
                lambda env: env._(
                    "“%(line)s” carries VAT as a fixed sum; only oil products sold by the litre do (pattern “%(pattern)s”,"
                    " unit litre), without a rate of VAT beside it.",
                    line=line.name,
                    pattern=self.move._aria_pattern_name(OIL, env),
                ),
                "body",
            )
        return {"vba": amounts.truncate(base, 4)}

    # ------------------------------------------------------------------ deductions
    def _spread_discount(self, line, rows):
        """Spread a negative line over the rows with its rate of VAT, as discounts in proportion."""
        self._check_line(line)
        rest, taxes = -self._target(line), self._taxes(line)
        # VAT by the litre does not follow the price: a deduction without VAT fits it
        same = [row for row in rows if row.get("vra", 0) == taxes.get("vra") and "fee" in row]
        rooms = [room(amounts.compute_line(each, self.inp)) for each in same]
        if rest > sum(rooms):
            raise Unfit(
                self.env,
                lambda env: env._(
                    "The line “%(line)s” deducts more than the other lines with the same tax are worth; correct it.",
                    line=line.name,
                ),
                "body",
            )
        total = sum(rooms)
        shares = [space * rest // total for space in rooms] if total else []
        rest -= sum(shares)
        for index, space in enumerate(rooms):
            more = min(rest, space - shares[index])
            rest -= more
            same[index]["dis"] = same[index].get("dis", 0) + shares[index] + more


def room(line):
    """Return how much a discount of a computed line may still grow; fees of gold have none."""
    return line["prdis"] - line["dis"]


def divide(amount, count):
    """Return ``count`` whole parts of an amount, as equal as they can be."""
    part, more = divmod(int(amount), count)
    return [part + (index >= count - more) for index in range(count)]


def filled(values):
    """Return values without what is empty; a zero is a value."""
    return {
        name: value
        for name, value in values.items()
        if value not in (None, "") and value is not False
    }
