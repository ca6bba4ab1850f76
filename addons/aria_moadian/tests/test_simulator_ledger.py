"""What the simulator says of an invoice in the light of others, and what becomes of it with time."""

import copy

import pytest

from .patterns import BUYER_OUT
from .wire import (  # noqa: F401
    BUYER,
    DAY_MS,
    MEMORY,
    NOW_MS,
    SELLER,
    Client,
    codes,
    fixture_client,
    fixture_simulator,
    invoice,
    line,
    referring,
)

OTHER_MEMORY = "B22327"
DAY_S = DAY_MS // 1000
OTHER_GOODS = "2720000098765"


def accepted(client, document):
    assert client.codes(document) == []
    return document


def status(client, document):
    """Return the invoice's status as the client learns it."""
    query = {"taxIds": [document["header"]["taxid"]]}
    return client.call("GET", "inquiry-invoice-status", query)[1][0]["invoiceStatus"]


def react(simulator, document, reaction="APPROVED"):
    simulator.react(document["header"]["taxid"], reaction)


# -- numbers are used once


def test_the_same_invoice_twice(simulator, client):
    document = accepted(client, invoice())
    assert client.codes(document) == ["05001"]
    assert len(simulator.report()["invoices"]) == 1


def test_the_same_invoice_twice_in_one_post(client):
    results = client.send(invoice(), invoice())
    assert [codes(result) for result in results] == [[], ["05001"]]


def test_a_serial_on_another_day(client):
    accepted(client, invoice(1))
    assert client.codes(invoice(1, indatim=NOW_MS - DAY_MS)) == ["0300101"]


def test_the_serial_of_a_refused_invoice_is_used_up(client):
    assert client.codes(invoice(1, tvam=1)) == ["02025"]
    assert client.codes(invoice(1)) == ["0300101"]
    assert client.codes(invoice(2)) == []


def test_tax_number_of_another_memory(client):
    assert client.codes(invoice(memory=OTHER_MEMORY)) == ["0300101"]


def test_seller_of_another_memory(client):
    assert client.codes(invoice(tins=BUYER)) == ["0300901"]


def test_uid_used_twice_names_the_first(client):
    packets = [client.packet(invoice(1)), client.packet(invoice(2, tvam=1))]
    packets[1]["header"]["requestTraceId"] = packets[0]["header"]["requestTraceId"]
    for packet in packets:
        client.post([packet])
    assert client.inquire([packets[0]["header"]["requestTraceId"]])[0]["status"] == "SUCCESS"


# -- registers


def test_table_of_goods(simulator, client):
    assert client.codes(invoice(1)) == []
    simulator.settings.open_goods = False
    assert client.codes(invoice(2)) == ["0303301"]
    simulator.set_goods("2710000138624", [9])
    assert client.codes(invoice(3)) == []
    simulator.set_goods("2710000138624", [10])
    assert client.codes(invoice(4)) == ["0304401"]


def test_seller_who_was_not_called_up_charges_no_tax(simulator, client):
    simulator.set_memory(MEMORY, vat=0)
    assert client.codes(invoice(1)) == ["0304401"]
    assert client.codes(invoice(2, [line(vra=0)])) == []


def test_register_of_taxpayers(simulator, client):
    simulator.set_taxpayer(BUYER, "NOT_ALLOCATED")
    assert client.codes(invoice(1)) == ["0301201"]
    simulator.set_taxpayer(BUYER, "ACTIVE")
    assert client.codes(invoice(2)) == []
    simulator.settings.open_register = False
    assert client.codes(invoice(3)) == []
    assert client.codes(invoice(4, tinb="10660111880", bid="10660111880")) == ["0301201"]


# -- deadlines


def test_deadline_is_counted_to_arrival(simulator, client):
    simulator.settings.processing_ms = 3 * DAY_MS
    packet = client.packet(invoice(indatim=NOW_MS - 11 * DAY_MS))
    client.post([packet])
    simulator.clock.advance_ledger(days=3)
    simulator.settings.processing_ms = 0
    assert client.inquire([packet["header"]["requestTraceId"]])[0]["status"] == "SUCCESS"


def test_deadline_moves_with_the_clock(simulator, client):
    simulator.clock.advance_ledger(days=13)
    assert client.codes(invoice(1)) == ["02002"]
    late = invoice(2, insr=1, indati2m=NOW_MS + 12 * DAY_MS)
    assert client.codes(late) == []
    assert [row["article9"] for row in simulator.report()["invoices"]] == [1]


# -- reactions


@pytest.mark.parametrize("reaction", ["APPROVED", "REJECTED"])
def test_buyer_reacts(simulator, client, reaction):
    document = accepted(client, invoice())
    assert status(client, document) == "AWAITING_REACTION"
    react(simulator, document, reaction)
    assert status(client, document) == reaction
    with pytest.raises(ValueError, match="does not wait"):
        react(simulator, document)


def test_buyer_says_nothing(simulator, client):
    document = accepted(client, invoice())
    simulator.clock.advance_ledger(days=30)
    assert status(client, document) == "AWAITING_REACTION"
    simulator.clock.advance_ledger(seconds=1)
    assert status(client, document) == "SYSTEMIC_APPROVED"
    with pytest.raises(ValueError, match="does not wait"):
        react(simulator, document, "REJECTED")


def test_only_two_reactions(simulator, client):
    document = accepted(client, invoice())
    with pytest.raises(ValueError, match="APPROVED or REJECTED"):
        react(simulator, document, "CANCELED")
    with pytest.raises(ValueError, match="does not wait"):
        simulator.react("unknown", "APPROVED")


def test_nobody_reacts_to_type_2(client):
    document = accepted(client, invoice(inty=2, setm=None, **BUYER_OUT))
    assert status(client, document) == "NO_NEED_REACTION"


def test_unauthorised_buyer_cannot_react(simulator, client):
    simulator.set_taxpayer(BUYER, "PERMANENT_UNAUTHORIZE")
    document = accepted(client, invoice())
    assert status(client, document) == "IMPOSSIBLE_REACTION"


def test_status_of_an_unknown_invoice(simulator, client):
    (answer,) = client.call("GET", "inquiry-invoice-status", {"taxIds": ["x"]})[1]
    assert answer == {
        "taxId": "x",
        "invoiceStatus": None,
        "article6Status": None,
        "error": "NOT_FOUND",
    }
    document = accepted(client, invoice())
    simulator.set_memory(MEMORY, article6="EXCEEDED")
    query = {"taxIds": [document["header"]["taxid"]]}
    assert client.call("GET", "inquiry-invoice-status", query)[1][0]["article6Status"] == "EXCEEDED"


# -- corrections


def test_correction_cancels_what_it_corrects_once_approved(simulator, client):
    old = accepted(client, invoice(1))
    new = accepted(client, referring(old, 2, 2, [line(3, 10000, 500)]))
    assert (status(client, old), status(client, new)) == ("AWAITING_REACTION", "AWAITING_REACTION")
    react(simulator, new)
    assert (status(client, old), status(client, new)) == ("CANCELED", "APPROVED")


def test_rejected_correction_changes_nothing(simulator, client):
    old = accepted(client, invoice(1))
    new = accepted(client, referring(old, 2, 2))
    react(simulator, new, "REJECTED")
    assert status(client, old) == "AWAITING_REACTION"
    assert client.codes(referring(old, 2, 3)) == []


def test_correction_by_silence(simulator, client):
    old = accepted(client, invoice(1))
    new = accepted(client, referring(old, 2, 2))
    simulator.clock.advance_ledger(days=31)
    assert (status(client, new), status(client, old)) == ("SYSTEMIC_APPROVED", "CANCELED")


def test_correction_of_type_2_works_at_once(client):
    old = accepted(client, invoice(1, inty=2, setm=None, **BUYER_OUT))
    new = accepted(client, referring(old, 2, 2, [line(1)], inty=2, setm=None))
    assert (status(client, old), status(client, new)) == ("CANCELED", "NO_NEED_REACTION")


def test_two_corrections_at_once(client):
    old = accepted(client, invoice(1))
    accepted(client, referring(old, 2, 2))
    assert client.codes(referring(old, 2, 3)) == ["0300601"]
    assert client.codes(referring(old, 4, 4, [line(1)])) == ["0300601"]


def test_chain_of_corrections(simulator, client):
    old = accepted(client, invoice(1))
    new = accepted(client, referring(old, 2, 2))
    assert client.codes(referring(new, 2, 3)) == ["0300601"]
    react(simulator, new)
    assert client.codes(referring(old, 2, 4)) == ["0300601"]
    newest = accepted(client, referring(new, 2, 5))
    react(simulator, newest)
    assert [status(client, document) for document in (old, new, newest)] == [
        "CANCELED",
        "CANCELED",
        "APPROVED",
    ]


@pytest.mark.parametrize("taxid", ["A1121604F9200000000630", "A1121604C220002F095011"])
def test_reference_that_does_not_exist(client, taxid):
    document = referring(invoice(1), 2, 2, irtaxid=taxid)
    assert client.codes(document) == ["0300601"]


def test_reference_of_another_seller(simulator, client):
    credentials = simulator.enroll(OTHER_MEMORY, BUYER)
    other = Client(simulator, credentials, OTHER_MEMORY)
    old = accepted(other, invoice(1, memory=OTHER_MEMORY, tins=BUYER))
    assert client.codes(referring(old, 2, 2)) == ["0300902"]


def test_correction_dated_before_its_reference(client):
    old = accepted(client, invoice(1))
    assert client.codes(referring(old, 2, 2, indatim=NOW_MS - 1000)) == ["02002"]


def test_correction_keeps_type_and_pattern(client):
    old = accepted(client, invoice(1))
    assert client.codes(referring(old, 2, 2, inp=14, lines=[line(vra=0)])) == ["0300701", "0304401"]
    assert client.codes(referring(old, 2, 3, inty=2, setm=None)) == ["0300401"]


def test_lines_of_a_correction(client):
    old = accepted(client, invoice(1, [line(), line(1, sstid=OTHER_GOODS)]))
    swapped = [line(), line(1, sstid="2720000000001")]
    assert client.codes(referring(old, 2, 2, swapped)) == ["0303301"]
    rate = [line(vra=10), line(1, sstid=OTHER_GOODS)]
    assert client.codes(referring(old, 2, 3, rate)) == ["0304401"]
    # as the live sandbox does, against the letter of the instruction
    more = [*copy.deepcopy(old["body"]), line(1, sstid="2720000000001")]
    new = referring(old, 2, 4, more)
    assert client.codes(new) == ["1303301"]


def test_a_line_may_go(client):
    old = accepted(client, invoice(1, [line(), line(1, sstid=OTHER_GOODS)]))
    assert client.codes(referring(old, 2, 2, [line()])) == []


# -- returns


def test_return_of_a_part(simulator, client):
    old = accepted(client, invoice(1, [line(3), line(1, sstid=OTHER_GOODS)]))
    new = accepted(client, referring(old, 4, 2, [line(2)]))
    react(simulator, new)
    assert status(client, old) == "CANCELED"
    assert client.codes(referring(new, 4, 3, [line(1)])) == []


def test_returns_that_are_none(client):
    old = accepted(client, invoice(1, [line(3)]))
    assert client.codes(referring(old, 4, 2, [line(3)])) == ["0303601"]
    assert client.codes(referring(old, 4, 3, [line(4)])) == ["0303601"]
    assert client.codes(referring(old, 4, 4, [line(2, 10001)])) == ["0303701"]
    assert client.codes(referring(old, 4, 5, [line(2), line(1, sstid=OTHER_GOODS)])) == ["0303301"]
    assert client.codes(referring(old, 4, 6, [])) == sorted(client.codes(referring(old, 4, 7, [])))
    assert "00600" in client.codes(referring(old, 4, 8, []))


# -- cancellations


@pytest.mark.parametrize("reaction", [None, "APPROVED", "REJECTED"])
def test_cancellation_in_any_status(simulator, client, reaction):
    old = accepted(client, invoice(1))
    if reaction:
        react(simulator, old, reaction)
    new = accepted(client, referring(old, 3, 2))
    assert (status(client, old), status(client, new)) == ("CANCELED", "NO_NEED_REACTION")


def test_cancelled_is_cancelled(client):
    old = accepted(client, invoice(1))
    gone = accepted(client, referring(old, 3, 2))
    assert client.codes(referring(old, 3, 3)) == ["0300601"]
    assert client.codes(referring(old, 2, 4)) == ["0300601"]
    assert client.codes(referring(gone, 3, 5)) == ["0300601"]


def test_cancellation_takes_pending_corrections_along(simulator, client):
    old = accepted(client, invoice(1))
    rejected = accepted(client, referring(old, 2, 2))
    react(simulator, rejected, "REJECTED")
    pending = accepted(client, referring(old, 2, 3))
    accepted(client, referring(old, 3, 4))
    assert [status(client, document) for document in (old, rejected, pending)] == ["CANCELED"] * 3


def test_cancellation_of_a_pending_correction_alone(client):
    old = accepted(client, invoice(1))
    new = accepted(client, referring(old, 2, 2))
    accepted(client, referring(new, 3, 3))
    assert (status(client, old), status(client, new)) == ("AWAITING_REACTION", "CANCELED")
    assert client.codes(referring(old, 2, 4)) == []


def test_corrected_invoice_cannot_be_cancelled(simulator, client):
    old = accepted(client, invoice(1))
    new = accepted(client, referring(old, 2, 2))
    react(simulator, new)
    assert client.codes(referring(old, 3, 3)) == ["0300601"]
    accepted(client, referring(new, 3, 4))


def test_cancellation_keeps_the_sums_of_what_it_cancels(simulator, client):
    old = accepted(client, invoice(1))
    accepted(client, referring(old, 3, 2))
    first, second = simulator.report()["invoices"]
    assert (second["tbill"], second["tvam"], second["inp"], second["buyer"]) == (
        first["tbill"],
        first["tvam"],
        first["inp"],
        BUYER,
    )


def test_report_with_documents(simulator, client):
    accepted(client, invoice(1))
    client.codes(invoice(2, tvam=1))
    report = simulator.report(documents=True)
    assert '"sstid": "2710000138624"' in report["invoices"][0]["document"]
    assert report["invoices"][0]["tins"] == SELLER
    assert report["refused"][0]["findings"] == [{"code": "02025", "path": "header.tvam"}]
    assert report["packets"] == {"SUCCESS": 1, "FAILED": 1}
