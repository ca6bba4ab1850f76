"""Random invoices of every type and pattern, and single-field changes to them, from a seed.

``Generator(seed).invoice()`` gives an invoice whose sums the library computed; ``mutate`` changes one value of it.
Edge cases come often: zero discounts, discounts of everything, fractions that are cut off, 18 digits.
"""

import copy
import random
from decimal import Decimal

from odoo.addons.aria_moadian.lib import amounts
from odoo.addons.aria_moadian.lib.constants import (
    FIELDS,
    FROZEN_BY_REFERENCE,
    MATRIX,
    MATRIX_COLUMNS,
    UNITS,
)
from odoo.addons.aria_moadian.lib.taxid import make_inno, make_taxid

from .wire import DAY_MS, NOW_MS

MEMORIES = ("A11216", "DEF5GH", "ZZ9999")
LEGAL = ("14003778990", "10100302746", "10660111880", "10380284790", "10100387143")
PEOPLE = ("0499370899", "0790419904", "0084575948", "0684159414")
GOODS = ("2710000138624", "2720000098765", "2330001234567")
WEIRD = (
    *(
        None,
        "",
        " ",
        "x",
        "۱۲۳",
        "0",
        0,
        1,
        2,
        3,
        5,
        7,
        11,
        -1,
        10**18 - 1,
        10**18,
        True,
        False,
        [],
        {},
    ),
    *(
        Decimal("0.1"),
        Decimal("1.23456789"),
        Decimal("0.000000001"),
        Decimal("1E+3"),
        1.0,
        1.5,
        "1627",
        "a\x01b",
    ),
)


class Generator:
    """Everything follows from the seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.serial = 0

    # values

    def _digits(self, low, high=None):
        length = self.random.randint(low, high or low)
        return "".join(self.random.choice("0123456789") for _place in range(length))

    def _amount(self):
        """Return a whole amount; sometimes one of nearly 18 digits, often one that leaves fractions."""
        pick = self.random.random()
        if pick < 0.05:
            return self.random.randint(10**14, 10**15)
        if pick < 0.1:
            return self.random.randint(1, 9)
        return self.random.randint(1, 10 ** self.random.randint(2, 11))

    def _decimal(self, whole, places):
        value = Decimal(self.random.randint(1, 10 ** (whole + places))).scaleb(-places)
        return value if self.random.random() < 0.5 else max(value.to_integral_value(), Decimal(1))

    def _quantity(self):
        return self.random.choice((1, 1, 2, 3, 10, self._decimal(3, 8), self._decimal(4, 2)))

    def _rate(self):
        return self.random.choice(
            (0, 9, 10, 10, 10, Decimal("9.5"), Decimal("0.01"), Decimal("33.33"))
        )

    def _discount(self, total):
        pick = self.random.random()
        if pick < 0.5:
            return 0
        return total if pick < 0.55 else self.random.randint(0, total)

    # lines

    def line(self, inty, inp):
        """Return the inputs of one line of a pattern."""
        row = {"sstid": self.random.choice(GOODS), "vra": 0 if inp in (7, 11, 14) else self._rate()}
        self._fill_price(row, inp)
        if self.random.random() < 0.3:
            row["sstt"] = self.random.choice(("شرح کالا", "x" * 400, "a b"))
        if self._letter("mu", inty, inp) == "R" or (
            self._letter("mu", inty, inp) != "-" and self._often()
        ):
            row["mu"] = self.random.choice(list(UNITS))
        if row.get("vra") and inp != 11 and self.random.random() < 0.3:
            self._fill_levies(row)
        if (
            inp not in (2, 7, 11)
            and self.random.random() < 0.15
            and self._letter("exr", inty, inp) != "-"
        ):
            row.update(cut="EUR", exr=self._decimal(6, 8), cfee=1)
        return row

    def _often(self):
        return self.random.random() < 0.7

    def _letter(self, name, inty, inp):
        return MATRIX[name].replace(" ", "")[MATRIX_COLUMNS.index((inty, inp))]

    def _fill_price(self, row, inp):
        if inp == 2:
            self._fill_currency(row)
        elif inp == 7:
            self._fill_export(row)
        elif inp == 11:
            row.update(am=self._quantity(), adis=self._amount())
        else:
            row.update(am=1 if inp in (6, 8) else self._quantity(), fee=self._fee())
            total = amounts.truncate(Decimal(row["am"]) * Decimal(row["fee"]))
            if not total:
                row.update(am=1, fee=1)
                total = 1
            row["dis"] = self._discount(total)
            if inp == 3:
                self._fill_gold(row, total)
            if inp == 9 and self._often():
                row["vba"] = self._decimal(4, 4)
                del row["vra"]

    def _fee(self):
        return self._amount() if self.random.random() < 0.7 else self._decimal(9, 8)

    def _fill_currency(self, row):
        bought = self._decimal(6, 8)
        row.update(
            cfee=self._decimal(5, 4), cut="USD", cpr=bought, exr=bought + self._decimal(4, 8)
        )
        low = amounts.truncate(row["cfee"] * (row["exr"] - row["cpr"]))
        high = amounts.truncate(row["cfee"] * row["exr"])
        row["sovat"] = self.random.choice((low, high, self.random.randint(low, high)))
        if not high:
            row.update(cfee=1, exr=2, cpr=1, sovat=1)
            high = 2
        row["dis"] = self._discount(high)

    def _fill_export(self, row):
        row.update(
            am=self._quantity(),
            ssrv=self._amount(),
            sscv=self._decimal(6, 4),
            cut="USD",
            exr=self._decimal(6, 8),
        )
        if self._often():
            row["nw"] = self._decimal(5, 8)

    def _fill_gold(self, row, total):
        row["consfee"] = self.random.randint(0, total - 1)
        row.update(spro=self.random.randint(0, 10**6), bros=self.random.randint(0, 10**6))
        if self._often():
            row["cui"] = Decimal(self.random.randint(1, 100000)).scaleb(-2)

    def _fill_levies(self, row):
        for title, rate, amount in (("odt", "odr", "odam"), ("olt", "olr", "olam")):
            pick = self.random.random()
            if pick < 0.4:
                row.update({title: "عوارض", rate: self._rate()})
            elif pick < 0.7:
                row.update({title: "عوارض", amount: self.random.randint(0, 10**6)})

    # header

    def invoice(self):
        """Return one sound invoice: its sums have at most 18 digits."""
        while True:
            document = self._invoice()
            if max(self._sums(document)) < 10**18:
                return document

    def _sums(self, document):
        yield from (document["header"].get(name, 0) for name in ("tbill", "tprdis"))
        for row in document["body"]:
            yield max(row.get("prdis", 0), row["tsstam"])

    def _invoice(self):
        inty, inp = self.random.choice(MATRIX_COLUMNS)
        self.serial += self.random.randint(1, 5)
        late = self.random.random() < 0.05
        indatim = NOW_MS - self.random.randint(0, 12 * DAY_MS) - (20 * DAY_MS if late else 0)
        memory = self.random.choice(MEMORIES)
        header = {
            "taxid": make_taxid(memory, indatim, self.serial),
            "indatim": indatim,
            "inno": make_inno(self.serial),
            "inty": inty,
            "inp": inp,
            "ins": 1,
            "tins": self.random.choice(LEGAL),
        }
        if late:
            header.update(insr=1, indati2m=NOW_MS - self.random.randint(0, 12 * DAY_MS))
        self._fill_buyer(header, inty, inp)
        self._fill_pattern(header, inp)
        count = 1 if inp in (11, 14) else self.random.choice((1, 1, 2, 3, 8))
        lines = [self.line(inty, inp) for _number in range(count)]
        if inty == 1:
            self._fill_settlement(header, lines, inp)
        document = amounts.compute_invoice({"header": header, "body": lines, "payments": []})
        self._finish(document, inp)
        if self.random.random() < 0.2:
            self._refer(document, inp)
        return document

    def _refer(self, document, inp):
        """Make it a correction, cancellation or return."""
        header = document["header"]
        ins = self.random.choice((2, 3) if inp in (7, 8, 11) else (2, 3, 4))
        day = header["indatim"] - self.random.randint(0, 10**9)
        header.update(ins=ins, irtaxid=make_taxid(header["taxid"][:6], day, self.serial + 10**6))
        for name in (*FROZEN_BY_REFERENCE, *(("inty", "inp") if ins == 3 else ())):
            header.pop(name, None)
        if ins == 3 and self._often():
            for name in set(header) - {
                "taxid",
                "indatim",
                "indati2m",
                "insr",
                "inno",
                "irtaxid",
                "ins",
                "tins",
            }:
                del header[name]
            document.update(body=[], payments=[])

    def _finish(self, document, inp):
        header = document["header"]
        if header.get("tvam") and inp != 7 and self.random.random() < 0.1:
            header["tax17"] = self.random.randint(0, int(header["tvam"]))
        if inp not in (7, 11) and header.get("setm") != 2 and self.random.random() < 0.2:
            document["payments"] = [
                {"pmt": self.random.randint(1, 8), "pv": int(header["tbill"]), "pdt": NOW_MS}
            ]

    def _fill_buyer(self, header, inty, inp):
        if (inty == 2 or inp in (5, 7, 11)) and self._often():
            if self._letter("tob", inty, inp) == "R":
                header["tob"] = 2
            return
        kind = self.random.choice((1, 2, 3, 4))
        header["tob"] = kind
        if kind in (2, 3):
            header["tinb"] = header["bid"] = self.random.choice(LEGAL)
        else:
            header["bid"] = self.random.choice(PEOPLE) if kind == 1 else self._digits(12)
            header["bpc"] = self._digits(10)
            if inp == 14:
                header["tinb"] = self._digits(14)

    def _fill_pattern(self, header, inp):
        today = header["indatim"] // DAY_MS
        values = {
            4: lambda: {"crn": self._digits(1, 12)},
            5: lambda: {"billid": self._digits(1, 19)},
            6: lambda: {"ft": self.random.choice((1, 2))},
            7: lambda: {"scc": self._digits(5), "cdcn": "C-12", "cdcd": today - 1},
            8: self._waybill,
            11: lambda: {"asn": self._digits(1, 30), "asd": today},
            13: lambda: {"in": self._digits(9, 12)},
        }
        header.update(values.get(inp, dict)())

    def _waybill(self):
        goods = [{"sgid": self.random.choice(GOODS), "sgt": "بار"}]
        values = {
            "lno": self._digits(1, 18),
            "tid": LEGAL[0],
            "rid": LEGAL[1],
            "lt": 1,
            "did": PEOPLE[0],
            "cno": "12ع345",
        }
        return {**values, "ocu": "033", "oci": "21", "dco": "368", "sg": goods}

    def _fill_settlement(self, header, lines, inp):
        header["setm"] = self.random.choice((1, 2, 3))
        if header["setm"] != 3:
            return
        trial = amounts.compute_invoice({"header": {**header, "setm": 1}, "body": lines})
        price = int(
            trial["header"]["tbill"] - trial["header"]["tvam"] - trial["header"].get("todam", 0)
        )
        if price < 3:
            header["setm"] = 1
        else:
            header["cap"] = self.random.randint(1, price - 1)

    # changes

    def mutate(self, document):
        """Return (copy with one value changed, what was changed)."""
        document = copy.deepcopy(document)
        owners = [
            ("header", document["header"]),
            *((f"body[{i}]", row) for i, row in enumerate(document["body"])),
        ]
        owners += [(f"payments[{i}]", row) for i, row in enumerate(document["payments"])]
        owners += [(f"sg[{i}]", row) for i, row in enumerate(document["header"].get("sg", []))]
        path, owner = self.random.choice(owners)
        name = self._change(owner, path.partition("[")[0])
        return document, f"{path}.{name} = {owner.get(name, 'gone')!r}"

    def _change(self, owner, section):
        pick = self.random.random()
        name = self.random.choice(sorted(owner)) if owner else "x"
        if pick < 0.2:
            owner.pop(name, None)
        elif pick < 0.5:
            owner[name] = self.random.choice(WEIRD)
        elif pick < 0.8:
            owner[name] = self._nudged(owner.get(name))
        else:
            fields = [field for field, spec in FIELDS.items() if spec.section == section]
            name = self.random.choice([*fields, "unknown"])
            owner[name] = self._value_for(name)
        return name

    def _nudged(self, value):
        if isinstance(value, str) and value:
            place = self.random.randrange(len(value))
            return value[:place] + self.random.choice("0123456789ABZ") + value[place + 1 :]
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return value + self.random.choice((1, -1, 2, Decimal("0.00000001"), Decimal("0.1")))
        return 1

    def _value_for(self, name):
        spec = FIELDS.get(name)
        if spec is None or self.random.random() < 0.1:
            return self.random.choice(WEIRD)
        if spec.enum:
            return self.random.choice(spec.enum)
        if spec.kind == "int":
            return self.random.randint(10 ** (spec.size[0] - 1), 10 ** spec.size[0] - 1)
        if spec.kind == "decimal":
            return self._decimal(min(spec.size[0], 9), spec.size[1])
        return self.random.choice(
            ("USD", self._digits(4), self._digits(10), self._digits(11), LEGAL[0], PEOPLE[1])
        )
