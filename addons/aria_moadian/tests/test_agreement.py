"""The library and the simulator are two implementations: they agree on random invoices, and on what is wrong.

``./aria bench moadian-agreement`` asks about 100,000; here a few thousand, always the same.
"""

import pytest

from .agreement import disagreements, opinions
from .generator import Generator
from .patterns import simple
from .wire import invoice

SEEDS = (1404, 1405)
INVOICES = 1000


@pytest.mark.parametrize("seed", SEEDS)
def test_both_find_the_same(seed):
    found, seen = disagreements(seed, INVOICES)
    assert not found, "\n".join(found)
    # the invoices are worth asking about: every type, pattern and subject, and most changes do harm
    kinds = {name for name in seen if name.startswith("type")}
    assert len(kinds) > 40
    assert seen["changed and found"] > INVOICES / 2
    assert len([code for code in seen if code[0] in "01"]) > 150


def test_the_same_seed_gives_the_same_invoices():
    first, second = Generator(7), Generator(7)
    for _number in range(50):
        document = first.invoice()
        assert document == second.invoice()
        assert first.mutate(document) == second.mutate(document)
    assert Generator(8).invoice() != Generator(7).invoice()


def test_a_disagreement_would_be_seen():
    document = invoice()
    document["body"][0]["vam"] += 1
    ours, theirs = opinions(document)
    assert ours == theirs != []
    assert opinions(invoice()) == ([], [])


def test_products_longer_than_any_field_are_compared_too():
    """Quantity and price of eighteen digits each: what a rule expects has thirty-six."""
    document = invoice()
    document["body"][0].update(am=999_999_999_999_999_999, fee=999_999_999_999_999_999)
    ours, theirs = opinions(document)
    assert ("02041", "body[0].prdis") in ours
    assert ours == theirs


def test_settlement_outside_the_pattern_is_ignored_with_payments():
    """An invoice of type 2 has no settlement: one that is given all the same limits no payment."""
    document = simple()
    document["header"]["setm"] = 2
    document["payments"] = [{"pv": 100}]
    ours, theirs = opinions(document)
    assert ours == theirs == [("14028", "header.setm")]
