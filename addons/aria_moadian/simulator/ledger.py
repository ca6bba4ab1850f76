"""What the server says of an invoice in the light of the others it holds, and what becomes of them.

Rules of references, reuse, registers and reactions (IITP sections 5 and 8; circulars on the buyer's 30 days).
"""

import json
from decimal import Decimal
from fractions import Fraction

from . import taxid as taxids
from .content import (
    DAY_MS,
    DUPLICATE,
    LOGIC,
    MISMATCH,
    Finding,
    is_article_nine,
    is_economic_number,
)
from .opening import strict_json
from .schema import NO_VAT_PATTERNS, SECTIONS

AWAITING, CANCELED, REJECTED = "AWAITING_REACTION", "CANCELED", "REJECTED"
NO_NEED, IMPOSSIBLE, SYSTEMIC = "NO_NEED_REACTION", "IMPOSSIBLE_REACTION", "SYSTEMIC_APPROVED"
STANDING = ("APPROVED", SYSTEMIC, NO_NEED)
UNAUTHORISED = ("TEMPORARY_UNAUTHORIZE", "PERMANENT_UNAUTHORIZE")
GENERAL, SELLER_DIFFERS = 1, 2


def _code(kind, name, detail=None, severity=0):
    number = next(fields[name].number for fields in SECTIONS.values() if name in fields)
    return f"{severity}{kind}{number}" + ("" if detail is None else f"{detail:02d}")


def _lines(document):
    return document.get("body") or []


class Ledger:
    """The rules over a Book; ``reaction_days`` and ``limit_days`` are settings of the service."""

    def __init__(self, book, settings):
        self.book = book
        self.settings = settings

    # -- acceptance

    def judge(self, invoice, memory):
        """Return the findings that need the server's data, and take the serial."""
        findings = []
        header = invoice["header"]
        self._identity(header, memory, findings)
        if not any(finding.severity == "error" for finding in findings):
            self._goods(invoice, memory, findings)
            if header.get("ins") == 1:
                self._buyer(header, findings)
            else:
                self._reference(invoice, findings)
        return findings

    def _add(self, findings, code, path):
        findings.append(Finding(code, path))

    def _identity(self, header, memory, findings):
        number = taxids.read(header["taxid"])
        if number.memory != memory["id"]:
            self._add(findings, _code(MISMATCH, "taxid", GENERAL), "header.taxid")
            return
        if header["tins"] != memory["economic"]:
            self._add(findings, _code(MISMATCH, "tins", GENERAL), "header.tins")
        if self.book.invoice(header["taxid"]):
            self._add(findings, _code(DUPLICATE, "taxid"), "header.taxid")
        elif self.book.use_serial(memory["id"], number.serial, header["taxid"]):
            self._add(findings, _code(MISMATCH, "taxid", GENERAL), "header.taxid")

    def burn(self, header, memory):
        """Take the serial of a refused invoice: it is never to be used again."""
        number = taxids.read(header["taxid"]) if isinstance(header.get("taxid"), str) else None
        if number and number.memory == memory["id"]:
            self.book.use_serial(memory["id"], number.serial, header["taxid"])

    def _goods(self, invoice, memory, findings):
        exempt = not memory["vat"] or invoice["header"].get("inp") in NO_VAT_PATTERNS
        for index, line in enumerate(_lines(invoice)):
            row = self.book.row("SELECT rates FROM goods WHERE sstid = ?", (line.get("sstid"),))
            if row is None and not self.settings.open_goods:
                self._add(findings, _code(MISMATCH, "sstid", GENERAL), f"body[{index}].sstid")
            rates = {Decimal(rate) for rate in json.loads(row["rates"])} if row else None
            allowed = {Decimal(0)} if exempt else rates
            if "vra" in line and allowed is not None and line["vra"] not in allowed:
                self._add(findings, _code(MISMATCH, "vra", GENERAL), f"body[{index}].vra")

    def taxpayer(self, economic):
        """Return the register's row of an economic number, or None; an open register knows all that may exist."""
        row = self.book.row("SELECT * FROM taxpayers WHERE economic = ?", (economic,))
        if row:
            return dict(row)
        if (
            self.settings.open_register
            and len(economic) in (11, 14)
            and is_economic_number(economic)
        ):
            name = f"مؤدی {economic}"
            return {
                "economic": economic,
                "name": name,
                "national_id": economic[:11],
                "status": "ACTIVE",
            }
        return None

    def _buyer(self, header, findings):
        tinb = header.get("tinb")
        row = self.taxpayer(tinb) if tinb else None
        if tinb and (row is None or row["status"] == "NOT_ALLOCATED"):
            self._add(findings, _code(MISMATCH, "tinb", GENERAL), "header.tinb")

    # -- references

    def _reference(self, invoice, findings):
        header = invoice["header"]
        old = self.book.invoice(header["irtaxid"])
        if old is None or not self._may_refer(old, header["ins"]):
            self._add(findings, _code(MISMATCH, "irtaxid", GENERAL), "header.irtaxid")
            return
        if old["tins"] != header["tins"]:
            self._add(findings, _code(MISMATCH, "tins", SELLER_DIFFERS), "header.tins")
        if old["indatim"] > header["indatim"]:
            self._add(findings, _code(LOGIC, "indatim"), "header.indatim")
        if header["ins"] != 3:
            self._compare(old, invoice, findings)

    def _may_refer(self, old, ins):
        if old["reaction"] == CANCELED or old["ins"] == 3:
            return False
        if ins == 3:
            return True
        others = self.book.referring(old["taxid"])
        if old["ins"] != 1:
            return old["reaction"] in STANDING and not others
        return all(other["reaction"] == REJECTED for other in others)

    def _compare(self, old, invoice, findings):
        header = invoice["header"]
        for name in ("inty", "inp"):
            if old[name] != header[name]:
                self._add(findings, _code(MISMATCH, name, GENERAL), f"header.{name}")
        before = strict_json(old["document"], parse_float=Decimal)
        (self._compare_return if header["ins"] == 4 else self._compare_correction)(
            before, invoice, findings
        )

    def _compare_correction(self, before, after, findings):
        rates = {line["sstid"]: line.get("vra") for line in _lines(before)}
        gone = set(rates) - {line["sstid"] for line in _lines(after)}
        for index, line in enumerate(_lines(after)):
            if line["sstid"] not in rates:
                # one more line is tolerated with a warning; one in the place of another is not
                code = _code(MISMATCH, "sstid", GENERAL, severity=0 if gone else 1)
                self._add(findings, code, f"body[{index}].sstid")
            elif line.get("vra") != rates[line["sstid"]]:
                self._add(findings, _code(MISMATCH, "vra", GENERAL), f"body[{index}].vra")

    def _compare_return(self, before, after, findings):
        sold, prices = _quantities(before), _prices(before)
        kept = _quantities(after)
        for index, line in enumerate(_lines(after)):
            key, path = line["sstid"], f"body[{index}]"
            if key not in sold:
                self._add(findings, _code(MISMATCH, "sstid", GENERAL), f"{path}.sstid")
            elif kept[key] > sold[key]:
                self._add(findings, _code(MISMATCH, "am", GENERAL), f"{path}.am")
            elif _price(line) not in prices[key]:
                self._add(findings, _code(MISMATCH, "fee", GENERAL), f"{path}.fee")
        if kept == sold:
            self._add(findings, _code(MISMATCH, "am", GENERAL), "body")

    # -- what becomes of it

    def store(self, packet, invoice, text):
        """Put an accepted invoice into the book and let it work on what it refers to."""
        header = invoice["header"]
        old = (
            self.book.invoice(header["irtaxid"])
            if "irtaxid" in header and header["ins"] != 1
            else None
        )
        values = {
            name: _plain(header.get(name, old[name] if old else None))
            for name in ("taxid", "tins", "inty", "inp", "ins", "indatim", "setm", "tbill", "tvam")
        }
        values["irtaxid"] = old["taxid"] if old else None
        values["buyer"] = old["buyer"] if old else header.get("tinb") or header.get("bid")
        late = is_article_nine(invoice, packet["ledger"], self.settings.deadline_days)
        document = old["document"] if header["ins"] == 3 and old else text
        values.update(
            packet=packet["id"], memory=packet["memory"], placed=packet["ledger"], document=document
        )
        values.update(article9=int(late), reaction=self._first_reaction(values))
        self.book.add_invoice(values)
        self._effect(values)

    def _first_reaction(self, values):
        if values["ins"] == 3 or values["inty"] == 2 or not values["buyer"]:
            return NO_NEED
        row = self.taxpayer(values["buyer"])
        return IMPOSSIBLE if row and row["status"] in UNAUTHORISED else AWAITING

    def _effect(self, values):
        """Cancel what a standing correction or a cancellation refers to."""
        if not values["irtaxid"] or values["reaction"] not in STANDING:
            return
        self.book.set_reaction(values["irtaxid"], CANCELED)
        if values["ins"] == 3:
            for other in self.book.referring(values["irtaxid"]):
                self.book.set_reaction(other["taxid"], CANCELED)

    def settle(self, ledger_ms):
        """Approve by the system what its buyer left alone for too long."""
        before = ledger_ms - self.settings.reaction_days * DAY_MS
        query = "SELECT * FROM invoices WHERE reaction = 'AWAITING_REACTION' AND placed < ? ORDER BY placed"
        with self.book.transaction():
            for row in self.book.rows(query, (before,)):
                self._react(row, SYSTEMIC)

    def react(self, taxid, reaction, ledger_ms):
        """Let the buyer react; ValueError where nothing waits for that."""
        if reaction not in ("APPROVED", REJECTED):
            raise ValueError(f"{reaction}: a buyer says APPROVED or REJECTED.")
        self.settle(ledger_ms)
        with self.book.transaction():
            row = self.book.invoice(taxid)
            if row is None or row["reaction"] != AWAITING:
                raise ValueError(f"{taxid} does not wait for a reaction.")
            self._react(row, reaction)

    def _react(self, row, reaction):
        # cancelled meanwhile, with the invoice it refers to
        if self.book.invoice(row["taxid"])["reaction"] == AWAITING:
            self.book.set_reaction(row["taxid"], reaction)
            self._effect({**dict(row), "reaction": reaction})


def _plain(value):
    """Return a number as SQLite keeps it: whole ones as int."""
    return int(value) if isinstance(value, Decimal) else value


def _quantities(document):
    totals = {}
    for line in _lines(document):
        totals[line["sstid"]] = totals.get(line["sstid"], 0) + Fraction(
            line.get("am", line.get("cfee", 0))
        )
    return totals


def _price(line):
    value = line.get("fee", line.get("exr"))
    return None if value is None else Fraction(value)


def _prices(document):
    prices = {}
    for line in _lines(document):
        prices.setdefault(line["sstid"], set()).add(_price(line))
    return prices
