"""Library and simulator, two implementations of one instruction, asked about the same random invoices."""

from collections import Counter
from decimal import Decimal

from odoo.addons.aria_moadian.lib import rules
from odoo.addons.aria_moadian.simulator.content import check
from odoo.addons.aria_moadian.simulator.opening import strict_json

from .generator import Generator
from .wire import NOW_MS, dumps


def opinions(document, now_ms=NOW_MS):
    """Return the sorted (code, path) of the library, and of the simulator that reads what is sent."""
    ours = sorted((finding.code, finding.path) for finding in rules.check(document, now_ms))
    sent = strict_json(dumps(document), parse_float=Decimal)
    theirs = sorted((finding.code, finding.path) for finding in check(sent, now_ms))
    return ours, theirs


def disagreements(seed, count, limit=20):
    """Ask about ``count`` sound invoices and as many changed ones; return (descriptions, statistics)."""
    generator = Generator(seed)
    found, seen = [], Counter()
    for _number in range(count):
        document = generator.invoice()
        ours, theirs = opinions(document)
        header = document["header"]
        kind = f"type {header.get('inty')} pattern {header.get('inp')} subject {header['ins']}"
        seen[kind] += 1
        if ours or theirs:
            found.append(f"sound, {kind}: library {ours}, simulator {theirs}, {document}")
        changed, what = generator.mutate(document)
        ours, theirs = opinions(changed)
        seen["changed and found" if theirs else "changed without harm"] += 1
        seen.update(code for code, _path in theirs)
        if ours != theirs:
            found.append(f"{kind}, {what}: library {ours}, simulator {theirs}")
        if len(found) >= limit:
            break
    return found, seen
