"""The library's client at the simulator: what one side writes the other reads."""

import datetime

import pytest

from odoo.addons.aria_moadian.lib import amounts, keys, packet, rules
from odoo.addons.aria_moadian.lib.client import MoadianClient, NotSent, OutcomeUnknown, Refused
from odoo.addons.aria_moadian.lib.taxid import make_inno, make_taxid
from odoo.addons.aria_moadian.simulator import Simulator

from .wire import BUYER, MEMORY, SELLER

UTC = datetime.timezone.utc


@pytest.fixture
def simulator():
    with Simulator() as running:
        yield running


@pytest.fixture
def service(simulator):
    credentials = simulator.enroll(MEMORY, SELLER)
    key = keys.load_private_key(credentials.key_pem)
    certificate = keys.load_certificates(credentials.certificate_pem)
    with MoadianClient(simulator.base_url, MEMORY, key, certificate) as client:
        # a port may have been that of an earlier simulator
        client.forget_server_key()
        yield client


def make(simulator, serial, **header):
    now = simulator.clock.now_ms()
    values = {
        "inty": 1,
        "inp": 1,
        "ins": 1,
        "setm": 2,
        "tins": SELLER,
        "tob": 2,
        "tinb": BUYER,
        "indatim": now,
    }
    values.update(taxid=make_taxid(MEMORY, now, serial), inno=make_inno(serial), **header)
    row = {"sstid": "2710000138624", "mu": "1627", "am": 1, "fee": 7272727, "vra": 10}
    document = amounts.compute_invoice({"header": values, "body": [row]})
    assert rules.check(document, now) == []
    return document


def test_from_key_to_receipt(simulator, service):
    packets = [service.make_packet(make(simulator, serial)) for serial in range(1, 4)]
    receipts = service.send(packets)
    results = service.inquiry_by_reference([receipt.reference_number for receipt in receipts])
    assert [result.status for result in results] == ["SUCCESS"] * 3
    assert service.verify_receipt(results[0])["taxId"] == make(simulator, 1)["header"]["taxid"]
    calls = simulator.report()["calls"]
    assert (calls["GET server-information"], calls["POST invoice"], calls["GET nonce"]) == (1, 1, 3)


def test_refusal_is_read(simulator, service):
    document = make(simulator, 1)
    document["header"]["tvam"] += 1
    (result,) = service.inquiry_by_uid([service.send([service.make_packet(document)])[0].uid])
    assert (result.status, [message.code for message in result.errors]) == ("FAILED", ["02025"])
    foreseen = rules.check(document, simulator.clock.now_ms())
    assert [finding.code for finding in foreseen] == ["02025"]


def test_other_resources(simulator, service):
    assert service.fiscal_information()["nationalId"] == SELLER
    assert service.taxpayer(BUYER)["taxpayerStatus"] == "ACTIVE"
    assert service.taxpayer_info(BUYER)["taxpayerCallStatus"] is True
    assert service.article6_status(SELLER, 1000, "14041") == {"article6RemainStatus": True}
    document = make(simulator, 1)
    service.send([service.make_packet(document)])
    taxid = document["header"]["taxid"]
    assert service.invoice_status([taxid])[taxid]["invoiceStatus"] == "AWAITING_REACTION"
    assert service.register_payment(taxid, 1000, datetime.datetime.now(UTC), "CASH") == []
    assert [
        message.code
        for message in service.register_payment(taxid, 10**9, datetime.datetime.now(UTC), "CASH")
    ]
    now = simulator.clock.now()
    assert (
        len(service.inquiry(now - datetime.timedelta(hours=1), now + datetime.timedelta(hours=1)))
        == 1
    )


def test_bus_of_the_government(simulator, service):
    with MoadianClient(
        simulator.base_url, MEMORY, service._key, service._certificate, token_header="Token"
    ) as bus:
        assert bus.fiscal_information()["nationalId"] == SELLER


def test_rotation_without_grace(simulator, service):
    document = make(simulator, 1)
    service.send([service.make_packet(document)])
    simulator.rotate_key(grace=False)
    refused = service.send([service.make_packet(make(simulator, 2))])
    (result,) = service.inquiry_by_uid([refused[0].uid])
    assert [message.code for message in result.errors] == ["04150"]
    service.forget_server_key()
    (taken,) = service.send([service.make_packet(make(simulator, 3))])
    assert service.inquiry_by_uid([taken.uid])[0].status == "SUCCESS"


@pytest.mark.parametrize(
    "kind", ["lost_answer", "error_after", "malformed", "html", "huge", "wrong_shape"]
)
def test_outcome_unknown_then_inquiry(simulator, service, kind):
    content = service.make_packet(make(simulator, 1))
    simulator.faults.add(kind, on="invoice", times=1, status=503 if kind != "html" else 200)
    with pytest.raises(OutcomeUnknown):
        service.send([content])
    (result,) = service.inquiry_by_uid([content["header"]["requestTraceId"]])
    assert result.status == "SUCCESS"


def test_hanging_server(simulator, service):
    content = service.make_packet(make(simulator, 1))
    simulator.faults.add("hang", on="invoice", seconds=30)
    service._timeout = (1, 0.3)
    with pytest.raises(OutcomeUnknown):
        service.send([content])
    assert simulator.report()["packets"] == {}


def test_stopped_server(simulator, service):
    content = service.make_packet(make(simulator, 1))
    address = simulator.base_url
    with Simulator() as other:
        service.base_url = other.base_url
    with pytest.raises((NotSent, OutcomeUnknown)):
        service.send([content])
    service.base_url = address
    assert service.send([content])


def test_foreign_memory_is_refused(simulator, service):
    simulator.enroll("B22327", BUYER)
    service.client_id = "B22327"
    with pytest.raises(Refused) as caught:
        service.fiscal_information()
    assert caught.value.status == 401


def test_doubled_rows_of_an_answer(simulator, service):
    simulator.faults.add("duplicate")
    content = service.make_packet(make(simulator, 1))
    receipts = service.send([content])
    assert {receipt.uid for receipt in receipts} == {content["header"]["requestTraceId"]}
    results = service.inquiry_by_uid([content["header"]["requestTraceId"]])
    assert {result.status for result in results} == {"SUCCESS"}


def test_receipt_of_another_is_noticed(simulator, service):
    (receipt,) = service.send([service.make_packet(make(simulator, 1))])
    (result,) = service.inquiry_by_uid([receipt.uid])
    simulator.rotate_key()
    service.forget_server_key()
    with pytest.raises(packet.PacketFault):
        service.verify_receipt(result)
