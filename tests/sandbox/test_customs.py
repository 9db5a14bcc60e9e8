"""The two customs windows: what matches is released, what does not names its field."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from lxml import etree

from logistics.customs.gateways import signing
from logistics.customs.gateways.envelope import Envelope, wrap

SIGNER = signing.Demo()
OPENING = {"appType": "1", "appTime": "20261123120000", "appStatus": "2"}
BEYOND = [
    (
        "CEB605",
        "InvtCancel",
        {
            "customsCode": "1924",
            "copNo": "X-1-1",
            "invtNo": "19242026E000000099",
            "reason": "wrong goods",
            "agentCode": "91230100MA1CDEMO1X",
            "agentName": "Sungari",
            "ebcCode": "91230100MA1CDEMO1X",
            "ebcName": "Sungari",
        },
        "-623003",
    ),
]
NS = "http://www.chinaport.gov.cn/ceb"
C = {"c": NS}
NOON = "2026-11-23T04:00:00Z"
HOUR_LATER = "2026-11-23T05:00:00Z"
NEXT_WEEK = "2026-11-30T04:00:00Z"
USCC = "91230100MA1CDEMO1X"

ORDER = {
    "appType": "1", "appTime": "20261123120000", "appStatus": "2", "orderType": "E",
    "orderNo": "612048835-1", "ebpCode": USCC, "ebpName": "Sungari", "ebcCode": USCC,
    "ebcName": "Sungari", "goodsValue": "1499.00", "freight": "35.00", "currency": "142",
}  # fmt: skip
ORDER_LINE = {
    "gnum": "1", "itemNo": "SKU-1", "itemName": "智能手机", "barCode": "6901234567892",
    "unit": "001", "currency": "142", "qty": "1", "price": "1499.00", "totalPrice": "1499.00",
}  # fmt: skip
RECEIPT = {
    "appType": "1", "appTime": "20261123120000", "appStatus": "2", "ebpCode": USCC,
    "ebpName": "Sungari", "ebcCode": USCC, "ebcName": "Sungari", "orderNo": "612048835-1",
    "payName": "现金支付", "charge": "1534.00", "currency": "142",
    "accountingDate": "20261123120000",
}  # fmt: skip
WAYBILL = {
    "appType": "1", "appTime": "20261123120000", "appStatus": "2", "logisticsCode": USCC,
    "logisticsName": "Sungari", "logisticsNo": "LX000000015CN", "freight": "35.00",
    "insuredFee": "0", "currency": "142", "grossWeight": "0.42", "packNo": "1",
    "goodsInfo": "智能手机",
}  # fmt: skip
LIST = {
    "appType": "1", "appTime": "20261123120000", "appStatus": "2", "customsCode": "1924",
    "ebpCode": USCC, "ebpName": "Sungari", "orderNo": "612048835-1", "logisticsCode": USCC,
    "logisticsName": "Sungari", "logisticsNo": "LX000000015CN", "copNo": "COP1", "ieFlag": "E",
    "portCode": "1924", "ieDate": "20261123", "statisticsFlag": "A", "agentCode": USCC,
    "agentName": "Sungari", "ebcCode": USCC, "ebcName": "Sungari", "ownerCode": "NO",
    "ownerName": "Lianhua", "tradeMode": "9610", "trafMode": "5", "billNo": "26200000011",
    "country": "344", "POD": "344", "freight": "35.00", "fCurrency": "142", "fFlag": "3",
    "insuredFee": "0", "iCurrency": "142", "iFlag": "3", "wrapType": "2", "packNo": "1",
    "grossWeight": "0.42", "netWeight": "0.35",
}  # fmt: skip
LIST_LINE = {
    "gnum": "1", "itemNo": "SKU-1", "gcode": "8517000000", "gname": "智能手机",
    "gmodel": "品牌/型号", "barCode": "6901234567892", "country": "344", "currency": "142",
    "qty": "1", "qty1": "1", "qty2": "0.35", "unit": "001", "unit1": "001", "unit2": "035",
    "price": "1499.00", "totalPrice": "1499.00",
}  # fmt: skip
TRANSFER = {
    "copCode": USCC, "copName": "Sungari", "dxpMode": "DXP", "dxpId": "DXPENT0000024685",
}  # fmt: skip


def element(parent, name, fields):
    made = etree.SubElement(parent, f"{{{NS}}}{name}")
    for key, text in fields.items():
        etree.SubElement(made, f"{{{NS}}}{key}").text = text
    return made


def message(kind, *, guid="", transfer=True, line=None, **changes):
    root = etree.Element(f"{{{NS}}}{kind}Message", nsmap={"ceb": NS})
    root.set("guid", guid or str(uuid.uuid4()).upper())
    root.set("version", "1.0")
    own = {"guid": str(uuid.uuid4()).upper()}
    heads = {"CEB303": ORDER, "CEB403": RECEIPT, "CEB505": WAYBILL, "CEB603": LIST}
    fields = {key: text for key, text in {**own, **heads[kind], **changes}.items() if text}
    if kind in ("CEB403", "CEB505"):
        element(root, "Receipts" if kind == "CEB403" else "Logistics", fields)
    else:
        name = "Order" if kind == "CEB303" else "Inventory"
        node = etree.SubElement(root, f"{{{NS}}}{name}")
        element(node, f"{name}Head", fields)
        usual = ORDER_LINE if kind == "CEB303" else LIST_LINE
        element(node, f"{name}List", {**usual, **(line or {})})
    if transfer:
        element(root, "BaseTransfer", TRANSFER)
    if kind == "CEB603":
        signing.sign(root, SIGNER)
    return etree.tostring(root)


def send(sandbox, body, at=NOON):
    answer = sandbox.post("/customs/cn/messages", data=body, at=at)
    assert answer.status_code in (200, 202), answer.text
    return answer.json()["guid"]


def receipts(sandbox, guid, at=NEXT_WEEK):
    answer = sandbox.get(f"/customs/cn/receipts?guid={guid}", at=at)
    root = etree.fromstring(answer.content)
    return [
        (node.findtext("c:returnStatus", namespaces=C), node.findtext("c:returnInfo", namespaces=C))
        for node in root
    ]


def last(sandbox, guid):
    return receipts(sandbox, guid)[-1]


def three_documents(sandbox, **changes):
    for kind in ("CEB303", "CEB403", "CEB505"):
        given = changes.get(kind, {})
        assert last(sandbox, send(sandbox, message(kind, **given)))[0] == "120"


def test_documents_are_received_and_a_list_that_matches_is_released(sandbox):
    three_documents(sandbox)
    guid = send(sandbox, message("CEB603"), HOUR_LATER)

    answer = sandbox.get(f"/customs/cn/receipts?guid={guid}", at=NEXT_WEEK)
    root = etree.fromstring(answer.content)

    assert root.tag == f"{{{NS}}}CEB604Message"
    assert [status for status, _ in receipts(sandbox, guid)] == ["2", "120", "399", "800"]
    assert receipts(sandbox, guid, HOUR_LATER) == []
    released = root[-1]
    assert released.findtext("c:invtNo", namespaces=C) == "19242026E000000001"
    assert released.findtext("c:preNo", namespaces=C) == "B20261123000000001"
    assert released.findtext("c:orderNo", namespaces=C) == "612048835-1"
    assert released.findtext("c:returnTime", namespaces=C).startswith("20261123")


@pytest.mark.parametrize(
    ("kind", "change", "field"),
    [
        ("CEB303", {"goodsValue": "1500.00"}, "totalPrice"),
        ("CEB303", {"line": {"itemNo": "SKU-2"}}, "itemNo"),
        ("CEB403", {"charge": "1499.00"}, "charge"),
        ("CEB505", {"grossWeight": "0.43"}, "grossWeight"),
        ("CEB505", {"packNo": "2"}, "packNo"),
        ("CEB505", {"logisticsNo": "LX000000029CN"}, "logisticsNo"),
        ("CEB303", {"orderNo": "another"}, "orderNo"),
    ],
)
def test_a_list_that_differs_is_rejected_naming_the_field(sandbox, kind, change, field):
    three_documents(sandbox, **{kind: change})

    status, text = last(sandbox, send(sandbox, message("CEB603"), HOUR_LATER))

    assert status == "100"
    assert text.startswith(f"{field}:")


def test_a_list_must_bear_a_signature_that_holds(sandbox):
    three_documents(sandbox)
    whole = message("CEB603")

    changed = last(sandbox, send(sandbox, whole.replace(b"1499.00", b"1499.01"), HOUR_LATER))
    bare = message("CEB603")
    bare = bare[: bare.index(b"<ds:Signature ")] + bare[bare.index(b"</ds:Signature>") + 15 :]
    absent = last(sandbox, send(sandbox, bare, HOUR_LATER))

    assert changed == ("-621029", changed[1])
    assert changed[1].startswith("DigestValue")
    assert absent[0] == "-621029"
    assert absent[1].startswith("Signature")


def test_an_envelope_is_opened_and_a_wrong_one_refused(sandbox):
    inner = message("CEB303")
    made_at = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
    good = Envelope(
        "X-1", "DXPENT0000000001", ["DXPLGS0000000001"], made_at, "CEB303Message", inner
    )

    taken = sandbox.post("/customs/cn/messages", data=wrap(good), at=NOON)
    lost = replace(good, receivers=["DXPLGS0000000002"])
    other = replace(good, kind="CEB403Message")

    assert taken.status_code == 202
    assert last(sandbox, taken.json()["guid"])[0] == "120"
    for wrong, code in ((lost, "dxp_2001"), (other, "dxp_0002")):
        answer = sandbox.post("/customs/cn/messages", data=wrap(wrong), at=NOON)
        assert (answer.status_code, answer.json()["error"]) == (400, code)


def test_what_names_no_released_list_is_refused_by_receipt(sandbox):
    for kind, node, fields, code in BEYOND:
        root = etree.Element(f"{{{NS}}}{kind}Message", nsmap={"ceb": NS})
        root.set("guid", str(uuid.uuid4()).upper())
        root.set("version", "1.0")
        own = {"guid": str(uuid.uuid4()).upper(), **OPENING}
        element(root, node, {**own, **fields})
        element(root, "BaseTransfer", TRANSFER)
        signing.sign(root, SIGNER)

        status, text = last(sandbox, send(sandbox, etree.tostring(root)))

        assert status == code
        assert text.startswith("invtNo")


def test_a_list_before_its_documents_is_rejected_and_may_come_again(sandbox):
    early = send(sandbox, message("CEB603"))
    three_documents(sandbox)
    later = send(sandbox, message("CEB603"), HOUR_LATER)

    assert last(sandbox, early)[0] == "100"
    assert last(sandbox, later)[0] == "800"


@pytest.mark.parametrize(
    ("changes", "starts"),
    [
        ({"goodsValue": "12,5"}, "goodsValue:"),
        ({"orderType": ""}, "orderType: is missing"),
        ({"surprise": "1"}, "surprise:"),
        ({"transfer": False}, "BaseTransfer:"),
        ({"line": {"gnum": "2"}}, "gnum:"),
        ({"currency": "CNYX"}, "currency:"),
    ],
)
def test_a_message_of_the_wrong_form_gets_a_negative_receipt(sandbox, changes, starts):
    status, text = last(sandbox, send(sandbox, message("CEB303", **changes)))

    assert status == "-301008"
    assert text.startswith(starts)


def test_a_number_that_exists_is_said_to_exist(sandbox):
    three_documents(sandbox)
    codes = [
        last(sandbox, send(sandbox, message(kind)))[0] for kind in ("CEB303", "CEB403", "CEB505")
    ]

    assert codes == ["-301010", "-401007", "-504015"]


def test_a_change_replaces_what_was_received_until_it_is_declared(sandbox):
    three_documents(sandbox, CEB505={"grossWeight": "0.43"})
    changed = send(sandbox, message("CEB505", appType="2", grossWeight="0.42"))
    released = send(sandbox, message("CEB603"), HOUR_LATER)
    late = send(sandbox, message("CEB505", appType="2", grossWeight="0.43"), NEXT_WEEK)

    assert last(sandbox, changed)[0] == "120"
    assert last(sandbox, released)[0] == "800"
    late_at = "2026-12-07T04:00:00Z"
    assert receipts(sandbox, late, late_at)[-1][0] == "-504016"


def test_a_message_twice_is_once(sandbox):
    body = message("CEB303", guid="0D5A7C1E-2B3F-4A6D-8E9F-0123456789AB")
    send(sandbox, body)
    again = sandbox.post("/customs/cn/messages", data=body, at=NOON)
    other = sandbox.post(
        "/customs/cn/messages",
        data=message("CEB303", guid="0D5A7C1E-2B3F-4A6D-8E9F-0123456789AB"),
    )

    assert (again.status_code, other.status_code) == (200, 409)
    assert sandbox.get("/_/books/customs").json()["counts"]["message"] == 1


def test_an_inspection_ends_in_release(sandbox):
    three_documents(sandbox)
    sandbox.script("customs.cn", refuse=[{"what": "hold", "reason": "x", "times": 1}])

    guid = send(sandbox, message("CEB603"), HOUR_LATER)

    assert [status for status, _ in receipts(sandbox, guid)] == ["2", "120", "500", "800"]


def test_a_scripted_rejection_comes_once_and_receipts_repeat(sandbox):
    three_documents(sandbox)
    sandbox.put("/_/shares", json={"receipt_repeated": 1})
    script = [{"what": "inventory", "reason": "gname: 过于笼统", "times": 1}]
    sandbox.script("customs.cn", refuse=script)

    first = send(sandbox, message("CEB603"), HOUR_LATER)
    second = send(sandbox, message("CEB603"), HOUR_LATER)

    assert [status for status, _ in receipts(sandbox, first)] == ["2", "120", "100"] * 2
    assert [status for status, _ in receipts(sandbox, second)] == ["2", "120", "399", "800"] * 2


@pytest.mark.parametrize(
    "body", [b"", b"<a/>", b"<ceb", f'<CEB303Message xmlns="{NS}" guid="x"/>'.encode()]
)
def test_what_is_no_message_is_refused_at_the_door(sandbox, body):
    assert sandbox.post("/customs/cn/messages", data=body).status_code == 400


def declaration(reference="D-1", **changes):
    fields = {
        "Reference": reference,
        "TrackNumber": "LX000000015CN",
        "CustomsCode": "10502110",
        "RecipientCity": "Екатеринбург",
        "GrossWeight": "0.420",
        "TNVEDCode": "8517130000",
        "NetWeight": "0.350",
        **changes,
    }
    outer = "".join(
        f"<{name}>{fields[name]}</{name}>"
        for name in ("Reference", "TrackNumber", "CustomsCode", "RecipientCity", "GrossWeight")
    )
    return (
        f'<ExpressCargoDeclaration>{outer}<DutyPaid currency="RUB">0.00</DutyPaid><Goods><Item>'
        f"<Numeric>1</Numeric><TNVEDCode>{fields['TNVEDCode']}</TNVEDCode>"
        f"<Description>Смартфон</Description><Quantity>1</Quantity>"
        f"<NetWeight>{fields['NetWeight']}</NetWeight>"
        f'<Value currency="CNY">1499.00</Value></Item></Goods></ExpressCargoDeclaration>'
    ).encode()


def declare(sandbox, body, at=NOON):
    return sandbox.post("/customs/ru/declarations", data=body, at=at)


def marks(sandbox, reference="D-1", at=NEXT_WEEK):
    found = sandbox.get(f"/customs/ru/declarations/{reference}", at=at).json()["marks"]
    return [(mark["mark"], mark["decision_code"]) for mark in found]


def test_a_declaration_is_registered_and_released(sandbox):
    made = declare(sandbox, declaration())
    again = declare(sandbox, declaration())
    other = declare(sandbox, declaration(TNVEDCode="8471300000"))

    assert made.json() == {"reference": "D-1", "number": "10502110/231126/0000001"}
    assert [made.status_code, again.status_code, other.status_code] == [202, 200, 409]
    assert marks(sandbox, at=NOON) == []
    assert marks(sandbox) == [("REGISTERED", ""), ("RELEASED", "10")]
    many = sandbox.post("/customs/ru/marks", json={"references": ["D-1", "?"]}, at=NEXT_WEEK)
    assert [mark["mark"] for mark in many.json()["marks"]["D-1"]] == ["REGISTERED", "RELEASED"]
    shown = sandbox.get("/customs/ru/declarations/D-1?format=xml", at=NEXT_WEEK)
    root = etree.fromstring(shown.content)
    assert [found.text for found in root.iter("Mark")] == ["REGISTERED", "RELEASED"]


def test_declarations_are_held_or_refused_by_script(sandbox):
    script = [
        {"what": "hold", "reason": "Требуется чек", "times": 1},
        {"what": "declaration", "reason": "Не для личного пользования", "times": 1},
    ]
    sandbox.script("customs.ru", refuse=script)
    declare(sandbox, declaration("D-1"))
    declare(sandbox, declaration("D-2"))

    assert marks(sandbox, "D-1") == [("REGISTERED", ""), ("REFUSED", "90")]
    assert marks(sandbox, "D-2") == [("REGISTERED", ""), ("HOLD", "92"), ("RELEASED", "10")]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"CustomsCode": "105"}, "CustomsCode"),
        ({"TNVEDCode": "85171"}, "TNVEDCode"),
        ({"NetWeight": "0.5"}, "NetWeight"),
        ({"GrossWeight": "NaN"}, "GrossWeight"),
        ({"RecipientCity": ""}, "RecipientCity"),
    ],
)
def test_a_wrong_declaration_names_its_element(sandbox, changes, field):
    answer = declare(sandbox, declaration(**changes))

    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert sandbox.get("/_/books/customs").json()["count"] == 0
