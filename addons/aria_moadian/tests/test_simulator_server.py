"""The simulator's door: nonces, tokens, certificates, envelopes, keys, inquiries."""

import base64
import datetime
import json
import uuid

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from odoo.addons.aria_moadian.simulator import taxid as taxids
from odoo.addons.aria_moadian.simulator.authority import Authority

from .wire import (  # noqa: F401
    BUYER,
    DAY_MS,
    MEMORY,
    NOW_MS,
    PERSON,
    SELLER,
    Client,
    Signatory,
    codes,
    encrypt,
    fixture_client,
    fixture_simulator,
    invoice,
)

VECTORS = [
    "DEF5GH0481F000000000C2",
    "DEF5GH0481F0000001FED8",
    "DEF5GH0481F009956F7211",
    "A1121604C220002F095011",
    "A1112K04D1271489087018",
    "A111DW04E8300004349008",
    "A111DW04E8300003CC4EA5",
    "A111OK04D361200E8DB214",
]
OTHER_MEMORY = "B22327"


def code_of(answer):
    status, value = answer
    return status, value["errors"][0]["code"]


def call(client, token):
    return client.http("GET", "server-information", token=token)


@pytest.mark.parametrize("text", VECTORS)
def test_published_tax_numbers(text):
    number = taxids.read(text)
    assert taxids.write(*number) == text
    for digit in "0123456789":
        assert (taxids.read(text[:21] + digit) is None) == (digit != text[21])


def test_wrong_tax_number_is_refused():
    assert taxids.read("A278W604C8000000004744") is None
    assert taxids.read(VECTORS[0].lower()) is None
    assert taxids.read(VECTORS[0] + "0") is None


# -- nonces and tokens


def test_a_nonce_works_once(client):
    token = client.token()
    assert call(client, token)[0] == 200
    assert code_of(call(client, token)) == (401, "4102")


def test_a_nonce_is_used_up_by_a_refused_call(client):
    nonce = client.nonce()
    assert code_of(call(client, client.token(nonce, client_id="ZZZZZZ"))) == (401, "4110")
    assert code_of(call(client, client.token(nonce))) == (401, "4102")


def test_a_nonce_expires_with_the_clock(simulator, client):
    for wait, expected in ((29, 200), (31, 401)):
        nonce = client.nonce()
        simulator.clock.advance(seconds=wait)
        assert call(client, client.token(nonce))[0] == expected
    assert code_of(call(client, client.token("made-up"))) == (401, "4102")


@pytest.mark.parametrize(
    ("life", "status"), [("9", 400), ("10", 200), ("200", 200), ("201", 400), ("x", 400)]
)
def test_life_of_a_nonce_has_limits(client, life, status):
    answer = client.http("GET", "nonce", {"timeToLive": life})
    assert answer[0] == status
    if status == 400:
        assert code_of(answer) == (400, "4146")


def test_expiry_is_told_with_nine_digits(client):
    text = client.http("GET", "nonce", {"timeToLive": "60"})[1]["expDate"]
    assert text == "2025-10-09T08:54:20.000000000Z"


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({"alg": "RS512"}, "4130"),
        ({"alg": "none"}, "4130"),
        ({"crit": None}, "4130"),
        ({"crit": ["sigT", "exp"]}, "4130"),
        ({"kid": "1"}, "4130"),
        ({"x5c": None}, "4135"),
        ({"x5c": []}, "4136"),
        ({"x5c": ["not base64!"]}, "4136"),
        ({"x5c": ["QUJD"]}, "4136"),
        ({"sigT": None}, "4130"),
        ({"sigT": "2025-10-09T08:53:20.000Z"}, "4131"),
        ({"sigT": "2025-10-09T08:37:20Z"}, "4131"),
        ({"sigT": "2025-10-09T12:23:20Z"}, "4131"),
        ({"sigT": "yesterday"}, "4131"),
    ],
)
def test_headers_of_a_token(client, header, code):
    assert code_of(call(client, client.token(**header))) == (401, code)


def test_both_forms_of_the_header_are_taken(client):
    assert call(client, client.token(typ="jose", cty="text/plain"))[0] == 200
    assert call(client, client.token(sigT="2025-10-09T08:39:20Z"))[0] == 200


def test_line_breaks_in_the_certificate_are_refused(client):
    text = base64.encodebytes(base64.b64decode(client.signatory.der())).decode()
    assert code_of(call(client, client.token(x5c=[text]))) == (401, "4136")


@pytest.mark.parametrize(
    "payload",
    [
        b"[]",
        b"{}",
        b"not json",
        b'{"nonce":"x","clientId":"A11216","more":"1"}',
        b'{"nonce":1,"clientId":"A11216"}',
    ],
)
def test_claims_of_a_token(client, payload):
    assert code_of(call(client, client.signatory.sign(payload))) == (401, "4101")


def test_a_token_that_is_not_utf8(client):
    assert code_of(call(client, client.signatory.sign(b"\xff\xfe"))) == (401, "4134")


@pytest.mark.parametrize("token", [None, "abc", "a.b", "a.b.c", "é.b.c", "....", "e30.e30.e30"])
def test_no_token_at_all(client, token):
    status, code = code_of(
        client.http("GET", "server-information", token=token and token.encode().decode("latin-1"))
    )
    assert (status, code) in ((401, "4130"), (401, "4135"))


def test_a_changed_payload_is_noticed(client):
    header, _payload, signature = client.token().split(".")
    other = client.token().split(".")[1]
    assert code_of(call(client, f"{header}.{other}.{signature}")) == (401, "4133")


def test_the_key_of_another_certificate(simulator, client):
    key = rsa.generate_private_key(65537, 2048)
    other = Signatory(
        simulator.authority.issue(SELLER, *_days(simulator, -1, 10), key), simulator.clock
    )
    other.certificate = client.signatory.certificate
    client.signatory = other
    assert code_of(call(client, client.token())) == (401, "4133")


# -- certificates


def _days(simulator, begin, end):
    day = datetime.timedelta(days=1)
    return simulator.clock.now() + begin * day, simulator.clock.now() + end * day


def _with(simulator, client, credentials):
    client.signatory = Signatory(credentials, simulator.clock)
    return code_of(call(client, client.token()))


def test_certificate_of_somebody_else(simulator, client):
    assert _with(
        simulator, client, simulator.authority.issue(BUYER, *_days(simulator, -1, 10))
    ) == (401, "4103")


@pytest.mark.parametrize(("begin", "end"), [(-10, -1), (1, 10)])
def test_certificate_out_of_its_time(simulator, client, begin, end):
    assert _with(
        simulator, client, simulator.authority.issue(SELLER, *_days(simulator, begin, end))
    ) == (401, "4131")


def test_certificate_expires_with_the_clock(simulator, client):
    assert call(client, client.token())[0] == 200
    simulator.clock.advance(days=731)
    assert code_of(call(client, client.token())) == (401, "4131")


def test_certificate_of_an_unknown_authority(simulator, client):
    stranger = Authority.make(simulator.clock.now(), rsa.generate_private_key(65537, 2048))
    assert _with(simulator, client, stranger.issue(SELLER, *_days(simulator, -1, 10))) == (
        401,
        "4131",
    )


def test_a_taxpayer_issues_no_certificates(simulator, client):
    owner = client.signatory
    forger = Authority(owner.key, owner.certificate)
    forged = Signatory(forger.issue(BUYER, *_days(simulator, -1, 10)), simulator.clock)
    simulator.enroll(OTHER_MEMORY, BUYER)
    client.signatory = forged
    token = client.token(client_id=OTHER_MEMORY, x5c=[forged.der(), owner.der()])
    assert code_of(call(client, token)) == (401, "4131")


def test_intermediate_certificate_may_be_appended(simulator, client):
    anchor = simulator.authority.certificate.public_bytes(serialization.Encoding.DER)
    token = client.token(x5c=[client.signatory.der(), base64.b64encode(anchor).decode()])
    assert call(client, token)[0] == 200


def test_revoked_certificate(simulator, client):
    simulator.revoke(client.signatory.certificate.serial_number)
    assert code_of(call(client, client.token())) == (401, "4131")


def test_small_keys_are_refused(simulator, client):
    key = rsa.generate_private_key(65537, 1024)
    assert _with(
        simulator, client, simulator.authority.issue(SELLER, *_days(simulator, -1, 9), key)
    ) == (401, "4132")


def test_registered_key_withdrawn(simulator, client):
    simulator.set_memory(MEMORY, key_valid=0)
    assert code_of(call(client, client.token())) == (401, "4137")


def test_memory_in_a_token(client):
    assert code_of(call(client, client.token(client_id="A1"))) == (400, "4148")
    assert code_of(call(client, client.token(client_id="ZZZZZZ"))) == (401, "4110")


# -- information


def test_server_key_is_long_and_usable(simulator, client):
    answer = client.call("GET", "server-information")[1]
    (entry,) = answer["publicKeys"]
    key = serialization.load_der_public_key(base64.b64decode(entry["key"]))
    assert (key.key_size, entry["algorithm"], entry["purpose"]) == (4096, "RSA", 1)
    assert answer["serverTime"] == NOW_MS
    assert entry["id"] == simulator.active_key()[0]


def test_fiscal_information(simulator, client):
    answer = client.call("GET", "fiscal-information", {"memoryId": MEMORY})[1]
    assert (answer["fiscalStatus"], answer["nationalId"], answer["economicCode"]) == (
        "ACTIVE",
        SELLER,
        SELLER,
    )
    simulator.enroll(OTHER_MEMORY, BUYER)
    assert code_of(client.call("GET", "fiscal-information", {"memoryId": OTHER_MEMORY})) == (
        403,
        "4160",
    )
    assert code_of(client.call("GET", "fiscal-information", {"memoryId": "x"})) == (400, "4148")
    assert code_of(client.call("GET", "fiscal-information", {"memoryId": "ZZZZZZ"})) == (
        401,
        "4110",
    )


def test_taxpayer(simulator, client):
    assert client.call("GET", "taxpayer", {"economicCode": BUYER})[1]["taxpayerStatus"] == "ACTIVE"
    assert code_of(client.call("GET", "taxpayer", {"economicCode": "123"})) == (404, "4171")
    assert code_of(client.call("GET", "taxpayer", {"economicCode": "11111111111"})) == (404, "4170")
    simulator.set_taxpayer(BUYER, "DEACTIVATED")
    assert (
        client.call("GET", "taxpayer", {"economicCode": BUYER})[1]["taxpayerStatus"]
        == "DEACTIVATED"
    )


def test_resources_of_the_official_kit(simulator, client):
    assert client.call("GET", "taxpayer-info", {"economicCode": BUYER})[1] == {
        "taxpayerName": f"مؤدی {BUYER}",
        "taxpayerProfileStatus": 1,
        "taxpayerCallStatus": True,
        "taxpayerArticle2Status": False,
    }
    query = {"economicCode": SELLER, "vatValue": "1000", "period": "14041"}
    assert client.call("GET", "taxpayer-article6-status", query)[1] == {
        "article6RemainStatus": True
    }
    simulator.set_memory(MEMORY, article6="EXCEEDED")
    assert client.call("GET", "taxpayer-article6-status", query)[1] == {
        "article6RemainStatus": False
    }
    assert code_of(client.call("GET", "taxpayer-article6-status", {**query, "vatValue": "x"})) == (
        400,
        "4147",
    )


def test_unknown_resources(client):
    assert code_of(client.call("GET", "nothing")) == (401, "4100")
    assert code_of(client.call("PUT", "invoice")) == (401, "4100")


# -- packets


@pytest.mark.parametrize("body", [b"", b"nothing", b"{}", b"[]", b'[{"a":1,"a":2}]', b"[NaN]"])
def test_body_of_a_post(client, body):
    assert code_of(client.call("POST", "invoice", body=body)) == (400, "4144")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda p: p.pop("payload"), "4145"),
        (lambda p: p.update(payload=None), "4145"),
        (lambda p: p.pop("header"), "4145"),
        (lambda p: p["header"].pop("fiscalId"), "4145"),
        (lambda p: p["header"].update(requestTraceId=5), "4145"),
        (lambda p: p["header"].update(requestTraceId="1234"), "4162"),
    ],
)
def test_envelope_of_a_packet(client, change, code):
    packet = {"payload": "x", "header": {"requestTraceId": str(uuid.uuid4()), "fiscalId": MEMORY}}
    change(packet)
    assert code_of(client.post([packet])) == (400, code)


def test_limits_of_a_post(client):
    rows = [
        {"payload": "x", "header": {"requestTraceId": str(uuid.uuid4()), "fiscalId": MEMORY}}
        for _number in range(1001)
    ]
    assert code_of(client.post(rows)) == (400, "4143")
    assert client.post(rows[:1000])[0] == 200
    assert code_of(client.post([rows[0], rows[0]])) == (400, "4163")


def test_a_sound_packet(simulator, client):
    document = invoice()
    (result,) = client.send(document)
    assert (result["status"], result["data"]) == (
        "SUCCESS",
        {"error": [], "warning": [], "success": True},
    )
    assert (result["packetType"], result["fiscalId"]) == ("receive_invoice_confirm", MEMORY)
    (kept,) = simulator.report()["invoices"]
    assert (kept["taxid"], kept["tbill"], kept["uid"]) == (
        document["header"]["taxid"],
        21255,
        result["uid"],
    )


def test_receipt_verifies_with_the_published_key(simulator, client):
    (result,) = client.send(invoice())
    head, payload, signature = result["sign"].split(".")
    raw = [base64.urlsafe_b64decode(part + "===") for part in (head, payload, signature)]
    key = simulator.active_key()[1].public_key()
    key.verify(raw[2], f"{head}.{payload}".encode(), padding.PKCS1v15(), hashes.SHA256())
    claims = json.loads(raw[1])
    assert set(json.loads(raw[0])) == {"alg", "sigT"}
    assert (claims["referenceNumber"], claims["clientId"]) == (result["referenceNumber"], MEMORY)
    assert claims["receivedDate"] == "2025-10-09T08:53:20.000Z"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"alg": "RSA-OAEP"}, "04152"),
        ({"enc": "A128GCM"}, "04152"),
        ({"zip": "DEF"}, "04152"),
        ({"iv": b"0" * 16}, "04153"),
        ({"kid": "another"}, "04150"),
        ({"kid": None}, "04150"),
    ],
)
def test_encryption_of_a_packet(client, options, code):
    packet = client.packet(invoice(), **options)
    assert client.post([packet])[0] == 200
    (result,) = client.inquire([packet["header"]["requestTraceId"]])
    assert (result["status"], codes(result), result["sign"]) == ("FAILED", [code], "")


@pytest.mark.parametrize("part", range(5))
def test_a_changed_segment_does_not_open(client, part):
    packet = client.packet(invoice())
    parts = packet["payload"].split(".")
    parts[part] = parts[part][:-3] + ("AAA" if not parts[part].endswith("AAA") else "BBB")
    packet["payload"] = ".".join(parts)
    client.post([packet])
    (result,) = client.inquire([packet["header"]["requestTraceId"]])
    assert codes(result) == ["04150"]


@pytest.mark.parametrize("payload", ["", "a.b.c", "a.b.c.d.e", "....", "é" * 9])
def test_what_is_no_jwe(client, payload):
    packet = {
        "payload": payload or " ",
        "header": {"requestTraceId": str(uuid.uuid4()), "fiscalId": MEMORY},
    }
    client.post([packet])
    assert codes(client.inquire([packet["header"]["requestTraceId"]])[0]) == ["04150"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("not a jws", "04130"),
        ({"alg": "HS256"}, "04130"),
        ({"sigT": "2025-10-08T08:53:20Z"}, "04131"),
    ],
)
def test_signature_of_a_packet(client, content, code):
    jws = content if isinstance(content, str) else client.signatory.sign(invoice(), **content)
    packet = client.packet(jws)
    client.post([packet])
    assert codes(client.inquire([packet["header"]["requestTraceId"]])[0]) == [code]


def test_packet_signed_for_the_memory_of_another(simulator, client):
    other = Client(simulator, simulator.enroll(OTHER_MEMORY, BUYER), OTHER_MEMORY)
    packet = client.packet(invoice(), memory=OTHER_MEMORY)
    assert client.post([packet])[0] == 200
    assert codes(other.inquire([packet["header"]["requestTraceId"]])[0]) == ["04132"]


def test_two_memories_of_one_owner_in_one_post(simulator, client):
    simulator.enroll(OTHER_MEMORY, SELLER)
    packets = [
        client.packet(invoice()),
        client.packet(invoice(memory=OTHER_MEMORY), memory=OTHER_MEMORY),
    ]
    assert client.post(packets)[0] == 200
    assert [row["memory"] for row in simulator.report()["invoices"]] == [MEMORY, OTHER_MEMORY]


def test_memory_that_is_unknown_or_inactive(simulator, client):
    packets = [client.packet(invoice(), memory=memory) for memory in ("ZZZZZZ", "zz")]
    client.post(packets)
    assert [row["findings"][0]["code"] for row in simulator.report()["refused"]] == [
        "04133",
        "04148",
    ]
    simulator.set_memory(MEMORY, active=0)
    assert client.codes(invoice()) == ["04133"]
    assert (
        client.call("GET", "fiscal-information", {"memoryId": MEMORY})[1]["fiscalStatus"]
        == "DEACTIVE"
    )


@pytest.mark.parametrize(
    "text", [b"nothing", b'{"header":{},"header":{}}', b"[", b'{"header":NaN}', b"[" * 9000]
)
def test_content_that_is_not_json(client, text):
    assert client.codes(client.signatory.sign(text)) == ["0100010"]


def test_errors_at_once_where_asked_for(simulator, client):
    simulator.settings.inline_errors = True
    assert code_of(client.post([client.packet(invoice(), alg="RSA1_5")])) == (400, "04152")
    assert simulator.report()["packets"] == {}


# -- keys change


def test_rotation_with_grace(simulator, client):
    before = client.packet(invoice(1))
    simulator.rotate_key()
    assert (
        client.call("GET", "server-information")[1]["publicKeys"][0]["id"]
        == simulator.active_key()[0]
    )
    after = client.packet(invoice(2))
    client.post([before, after])
    assert simulator.report()["packets"] == {"SUCCESS": 2}


def test_rotation_without_grace(simulator, client):
    before = client.packet(invoice(1))
    simulator.rotate_key(grace=False)
    client.post([before, client.packet(invoice(2))])
    assert simulator.report()["packets"] == {"FAILED": 1, "SUCCESS": 1}
    assert simulator.report()["refused"][0]["findings"][0]["code"] == "04150"


def test_wrong_key_under_the_right_name(simulator, client):
    key_id, _key = simulator.active_key()
    stranger = rsa.generate_private_key(65537, 2048).public_key()
    payload = encrypt(client.signatory.sign(invoice()), stranger, key_id)
    packet = {
        "payload": payload,
        "header": {"requestTraceId": str(uuid.uuid4()), "fiscalId": MEMORY},
    }
    client.post([packet])
    assert codes(client.inquire([packet["header"]["requestTraceId"]])[0]) == ["04150"]


# -- inquiries


def test_in_progress_for_the_first_inquiries(simulator, client):
    simulator.settings.in_progress_inquiries = 2
    packet = client.packet(invoice())
    client.post([packet])
    uid = packet["header"]["requestTraceId"]
    results = [client.inquire([uid])[0] for _number in range(3)]
    assert [result["status"] for result in results] == ["IN_PROGRESS", "IN_PROGRESS", "SUCCESS"]
    assert (results[0]["data"], results[0]["packetType"]) == ({}, "invoice.v01")


def test_processing_takes_time(simulator, client):
    simulator.settings.processing_ms = 5000
    packet = client.packet(invoice())
    client.post([packet])
    uid = packet["header"]["requestTraceId"]
    assert client.inquire([uid])[0]["status"] == "IN_PROGRESS"
    simulator.clock.advance(seconds=5)
    assert client.inquire([uid])[0]["status"] == "SUCCESS"


def test_inquiry_by_reference(client):
    answer = client.post([client.packet(invoice())])[1]["result"][0]
    assert set(answer) == {"uid", "packetType", "referenceNumber", "data"}
    query = {"referenceIds": [answer["referenceNumber"], "unknown"]}
    found, missing = client.call("GET", "inquiry-by-reference-id", query)[1]
    assert (found["status"], found["uid"]) == ("SUCCESS", answer["uid"])
    assert (missing["status"], missing["referenceNumber"], missing["data"]) == (
        "NOT_FOUND",
        "unknown",
        {},
    )


def test_inquiry_sees_a_day_unless_told(simulator, client):
    packet = client.packet(invoice())
    client.post([packet])
    uid = packet["header"]["requestTraceId"]
    simulator.clock.advance(days=2)
    assert client.inquire([uid])[0]["status"] == "NOT_FOUND"
    start = "2025-10-09T00:00:00.000000000+03:30"
    query = {"uidList": [uid], "fiscalId": MEMORY, "start": start}
    assert client.call("GET", "inquiry-by-uid", query)[1][0]["status"] == "SUCCESS"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (
            {"start": "2025-10-09T00:00:00.000000000Z", "end": "2025-10-08T00:00:00.000000000Z"},
            "4140",
        ),
        (
            {"start": "2025-10-01T00:00:00.000000000Z", "end": "2025-10-08T00:00:01.000000000Z"},
            "4164",
        ),
        ({"start": "2025-10-09T00:00:00Z"}, "4147"),
        ({"start": "2025-13-09T00:00:00.000000000Z"}, "4147"),
        ({"status": "DONE"}, "4142"),
        ({"pageNumber": "0"}, "4147"),
        ({"pageSize": "x"}, "4147"),
    ],
)
def test_window_of_an_inquiry(client, query, code):
    assert code_of(client.call("GET", "inquiry", query)) == (400, code)


def test_inquiry_by_time_has_pages(client):
    client.send(*[invoice(number) for number in range(1, 13)], invoice(13, tins=BUYER))
    assert len(client.call("GET", "inquiry")[1]) == 10
    assert len(client.call("GET", "inquiry", {"pageNumber": 2})[1]) == 3
    assert len(client.call("GET", "inquiry", {"pageSize": 100, "status": "FAILED"})[1]) == 1


def test_inquiry_has_a_limit(client):
    query = {"uidList": [str(uuid.uuid4()) for _number in range(101)], "fiscalId": MEMORY}
    assert code_of(client.call("GET", "inquiry-by-uid", query)) == (400, "4141")
    assert code_of(client.call("GET", "inquiry-by-uid", {"fiscalId": MEMORY})) == (400, "4147")


def test_nobody_sees_the_packets_of_another(simulator, client):
    answer = client.post([client.packet(invoice())])[1]["result"][0]
    other = Client(simulator, simulator.enroll(OTHER_MEMORY, BUYER), OTHER_MEMORY)
    query = {"referenceIds": [answer["referenceNumber"]]}
    assert other.call("GET", "inquiry-by-reference-id", query)[1][0]["status"] == "NOT_FOUND"
    query = {"uidList": [answer["uid"]], "fiscalId": MEMORY}
    assert code_of(other.call("GET", "inquiry-by-uid", query)) == (403, "4160")
    assert other.call("GET", "inquiry")[1] == []
    statuses = other.call(
        "GET", "inquiry-invoice-status", {"taxIds": [invoice()["header"]["taxid"]]}
    )[1]
    assert statuses[0]["error"] == "ACCESS_DENIED"


def test_at_most_fifty_messages(client):
    document = invoice()
    document["header"].update({f"field{number}": 1 for number in range(60)})
    (result,) = client.send(document)
    found = codes(result)
    assert (len(found), found[-1]) == (51, "00000")


def test_messages_are_persian(client):
    (result,) = client.send(invoice(tvam=1))
    entry = result["data"]["error"][0]
    assert entry == {
        "code": "02025",
        "message": "مقدار فیلد «مجموع مالیات بر ارزش افزوده» از لحاظ قواعد محاسباتی و منطقی معتبر نیست.",
        "errorType": "ERROR",
    }


# -- payments


def notice(taxid, **values):
    return json.dumps(
        {
            "taxId": taxid,
            "paidAmount": 1000,
            "paymentDate": NOW_MS,
            "paymentMethod": "CASH",
            "terminalNumber": "1",
            "referenceNumber": "1",
            **values,
        }
    ).encode()


def test_payment_notice(simulator, client):
    credit, cash = invoice(1), invoice(2, setm=1)
    client.send(credit, cash)
    taxid = credit["header"]["taxid"]
    assert client.call("POST", "invoice-payment", body=notice(taxid))[1] == {
        "requestStatus": "SUCCESS",
        "error": [],
    }
    for body, code in (
        (notice(cash["header"]["taxid"]), "02028"),
        (notice("unknown"), "0300101"),
        (notice(taxid, paymentMethod="GOLD"), "0107502"),
        (notice(taxid, paidAmount=0), "0107605"),
        (notice(taxid, paidAmount=20256), "02076"),
    ):
        answer = client.call("POST", "invoice-payment", body=body)[1]
        assert (answer["requestStatus"], answer["error"][0]["code"]) == ("FAILED", code)
    assert (
        client.call("POST", "invoice-payment", body=notice(taxid, paidAmount=20255))[1][
            "requestStatus"
        ]
        == "SUCCESS"
    )
    assert simulator.report()["payments"] == [
        {"taxid": taxid, "amount": 1000},
        {"taxid": taxid, "amount": 20255},
    ]
    assert code_of(client.call("POST", "invoice-payment", body=b"[")) == (400, "4147")


def test_calls_are_counted(simulator, client):
    client.send(invoice())
    calls = simulator.report()["calls"]
    assert (calls["GET nonce"], calls["POST invoice"], calls["packets"]) == (2, 1, 1)


def test_person_signs_for_the_own_memory(simulator):
    credentials = simulator.enroll("C33438", PERSON, "04993708990001")
    client = Client(simulator, credentials, "C33438")
    subject = x509.load_pem_x509_certificate(credentials.certificate_pem).subject.rfc4514_string()
    assert PERSON in subject
    assert client.codes(invoice(memory="C33438", tins="04993708990001")) == []
    assert client.codes(invoice(2, memory="C33438", tins=SELLER)) == ["0300901"]


def test_day_of_the_tax_number_is_that_of_utc(client):
    late = NOW_MS - NOW_MS % DAY_MS - 1
    assert client.codes(invoice(indatim=late)) == []
    wrong = invoice(2, indatim=late)
    wrong["header"]["taxid"] = taxids.write(MEMORY, late // DAY_MS + 1, 2)
    assert client.codes(wrong) == ["0300101"]
