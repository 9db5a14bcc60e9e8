"""The wire of the two customs windows."""

import os
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from logistics.customs import matching, windows
from logistics.customs.gateways import ceb, fts, receipts
from logistics.customs.matching import NotMatching
from storefront.lib import clock, http, xml
from tests.logistics.story import Outside

SHARED = Path(os.environ.get("SHARED_DATA", Path(__file__).resolve().parents[3] / "shared/data"))
SCHEMA = SHARED / "ceb_a_2018" / "xsd" / "出口业务节点报文.xsd"
LIMIT = Decimal("5000.00")
FIRM = ceb.Firm("91230100MADEM00010", "松花江（演示）")


def goods(**facts: object) -> ceb.Goods:
    plain = {
        "item_no": "SKU-1",
        "name": "智能手机",
        "model": "HONOR|X9b|8/256",
        "barcode": "6901234567892",
        "hs_code": "8517130000",
        "unit_1": "001",
        "unit_2": "035",
        "quantity": 1,
        "price": Decimal("1499.00"),
        "net_kg": Decimal("0.350"),
    }
    return ceb.Goods(**{**plain, **facts})


def paper(**facts: object) -> ceb.Paper:
    parties = ceb.Parties(
        platform=FIRM,
        seller=ceb.Firm("914403000000000017", "深圳演示"),
        owner=ceb.Firm("914403000000000017", "深圳演示"),
        logistics=FIRM,
        payment=ceb.Firm("", "YooKassa"),
        agent=FIRM,
        dxp="DXPENT0000000001",
    )
    plain = {
        "reference": "E-LX300000009CN-1",
        "order_no": "612048835-1",
        "waybill_no": "LX300000009CN",
        "mode": "9610",
        "customs_code": "1924",
        "traffic": "air",
        "voyage": "flight-hrb-svx",
        "parties": parties,
        "pay_no": "2d1c",
        "paid_at": datetime(2026, 11, 21, 7, 30, 1, tzinfo=UTC),
        "freight": Decimal("35.00"),
        "gross_kg": Decimal("0.420"),
        "goods": (goods(),),
        "is_simplified": True,
        "made_at": datetime(2026, 11, 21, 18, 0, tzinfo=UTC),
    }
    return ceb.Paper(**{**plain, **facts})


def bonded() -> ceb.Paper:
    parties = replace(paper().parties, warehouse=FIRM, account_book="T1901W000001")
    return paper(mode="1210", parties=parties, is_simplified=False)


def text(body: bytes, name: str) -> str:
    return xml.text(xml.parse(body), f".//ceb:{name}", {"ceb": receipts.NS})


@pytest.fixture(scope="session")
def schema() -> etree.XMLSchema:
    if not SCHEMA.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"the official schema is not at {SCHEMA}")
        pytest.skip(f"NOT CHECKED against the official schema: it is not at {SCHEMA}")
    return etree.XMLSchema(etree.parse(str(SCHEMA)))


@pytest.mark.parametrize("made", [paper(), bonded(), paper(goods=(goods(), goods(unit_2="")))])
def test_messages_fit_the_official_schema(schema: etree.XMLSchema, made: ceb.Paper) -> None:
    for body in ceb.write(made).values():
        schema.assertValid(xml.parse(body))


def test_messages_say_what_the_worked_example_says() -> None:
    messages = ceb.write(paper())

    assert text(messages["CEB303"], "goodsValue") == "1499.00"
    assert text(messages["CEB403"], "charge") == "1499.00"
    assert text(messages["CEB403"], "accountingDate") == "20261121153001"
    assert text(messages["CEB505"], "grossWeight") == "0.420"
    listed = messages["CEB603"]
    expected = {
        "customsCode": "1924",
        "ieFlag": "E",
        "ieDate": "20261122",
        "statisticsFlag": "A",
        "tradeMode": "9610",
        "trafMode": "5",
        "country": "344",
        "gcode": "8517000000",
        "qty1": "1",
        "unit1": "001",
        "qty2": "0.350",
        "unit2": "035",
    }
    assert {name: text(listed, name) for name in expected} == expected


def test_bonded_goods_name_their_warehouse_and_the_whole_code() -> None:
    listed = ceb.write(bonded())["CEB603"]

    assert text(listed, "tradeMode") == "1210"
    assert text(listed, "emsNo") == "T1901W000001"
    assert text(listed, "iacCode") == FIRM.code
    assert text(listed, "gcode") == "8517130000"


def test_the_same_paper_has_the_same_ids_and_a_new_attempt_has_others() -> None:
    again = paper(reference="E-LX300000009CN-2")

    once, twice = ceb.write(paper()), ceb.write(paper())
    assert [once[kind] for kind in paper().documents] == [twice[kind] for kind in paper().documents]
    assert paper().guid("CEB603") != again.guid("CEB603")
    assert paper().guid("CEB603").isupper()


def spoiled(kind: str, name: str, value: str) -> dict[str, bytes]:
    """The four messages with one field of one of them changed."""
    messages = ceb.write(paper())
    root = xml.parse(messages[kind])
    node = root.find(f".//{{{receipts.NS}}}{name}")
    assert node is not None
    node.text = value
    return {**messages, kind: xml.dump(root)}


@pytest.mark.parametrize(
    ("kind", "name", "value", "field"),
    [
        ("CEB303", "orderNo", "612048835-2", "orderNo"),
        ("CEB303", "goodsValue", "1500.00", "goodsValue"),
        ("CEB303", "itemNo", "SKU-2", "itemNo"),
        ("CEB303", "qty", "2", "totalPrice"),
        ("CEB303", "gnum", "2", "gnum"),
        ("CEB403", "charge", "1498.99", "charge"),
        ("CEB403", "currency", "344", "currency"),
        ("CEB403", "orderNo", "1", "orderNo"),
        ("CEB505", "grossWeight", "0.421", "grossWeight"),
        ("CEB505", "packNo", "2", "packNo"),
        ("CEB505", "logisticsNo", "LX300000012CN", "logisticsNo"),
        ("CEB603", "netWeight", "0.500", "netWeight"),
        ("CEB603", "price", "1400.00", "totalPrice"),
        ("CEB603", "unit2", "", "qty2"),
        ("CEB603", "tradeMode", "1210", "iacCode"),
        ("CEB603", "gcode", "85171300", "gcode"),
        ("CEB603", "fCurrency", "344", "currency"),
        ("CEB603", "grossWeight", "heavy", "grossWeight"),
    ],
)
def test_papers_that_contradict_each_other_name_the_field(
    kind: str, name: str, value: str, field: str
) -> None:
    matching.check(ceb.write(paper()), simplified_up_to=LIMIT)

    with pytest.raises(NotMatching) as wrong:
        matching.check(spoiled(kind, name, value), simplified_up_to=LIMIT)

    assert wrong.value.facts["field"] == field
    assert field in str(wrong.value)


def test_a_simplified_list_ends_at_5000_yuan() -> None:
    dear = (goods(price=Decimal("5000.01")),)

    just = ceb.write(paper(goods=(goods(price=LIMIT),)))
    matching.check(just, simplified_up_to=LIMIT)
    matching.check(ceb.write(paper(goods=dear, is_simplified=False)), simplified_up_to=LIMIT)
    with pytest.raises(NotMatching) as wrong:
        matching.check(ceb.write(paper(goods=dear)), simplified_up_to=LIMIT)

    assert wrong.value.facts["field"] == "statisticsFlag"


@pytest.mark.parametrize(
    ("statuses", "word"),
    [
        ([], "pending"),
        ([2], "pending"),
        ([120, 2], "accepted"),
        ([2, 120, 399], "accepted"),
        ([500, 120], "held"),
        ([800, 500, 120, 2], "released"),
        ([800, 100], "released"),
        ([2, 100], "rejected"),
        ([-621001], "rejected"),
        ([-301010], "accepted"),
        ([-301014], "pending"),
        ([501, 120], "refused"),
    ],
)
def test_receipts_in_any_order_come_to_the_same(statuses: list[int], word: str) -> None:
    assert receipts.verdict(statuses) == word
    assert receipts.verdict([*reversed(statuses), *statuses]) == word


def test_receipts_are_read_with_their_time_in_beijing() -> None:
    node = (
        "<ceb:InventoryReturn><ceb:invtNo>19242026E000000001</ceb:invtNo>"
        "<ceb:returnStatus>800</ceb:returnStatus><ceb:returnTime>20261121180000000"
        "</ceb:returnTime><ceb:returnInfo>放行</ceb:returnInfo></ceb:InventoryReturn>"
    )
    body = f'<ceb:CEB604Message xmlns:ceb="{receipts.NS}" guid="x">{node}{node}</ceb:CEB604Message>'

    first, second = receipts.read(body.encode())

    assert first.status == 800
    assert first.at == datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
    assert first.number == "19242026E000000001"
    assert first.key == second.key


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>no</html>",
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        f'<c:CEB604Message xmlns:c="{receipts.NS}"><c:A/></c:CEB604Message>'.encode(),
    ],
)
def test_what_is_no_receipt_is_refused(body: bytes) -> None:
    with pytest.raises(xml.BadXml):
        receipts.read(body)


def test_a_message_sent_twice_is_one_and_an_unknown_one_is_said_to_be(outside: Outside) -> None:
    said = ceb.write(paper())

    for kind, body in [*said.items(), *said.items()]:
        windows.hand_in(windows.Message(kind, paper().guid(kind), body.decode()))

    guid = paper().guid("CEB303")
    assert ceb.ask([guid, "00000000-0000-0000-0000-000000000000"]) == {guid: []}
    assert outside.messages() == sorted(said)


def declaration(**facts: object) -> fts.Paper:
    item = fts.Item("8517130000", "Смартфон", 1, Decimal("0.350"), Decimal("1299.00"))
    plain = {
        "reference": "I-LX300000009CN-1",
        "track": "LX300000009CN",
        "customs_code": "10502110",
        "city": "Екатеринбург",
        "gross_kg": Decimal("0.420"),
        "duty": Decimal("0.00"),
        "items": (item,),
    }
    return fts.Paper(**{**plain, **facts})


def test_the_russian_window_takes_a_declaration_once_and_marks_it(outside: Outside) -> None:
    body = fts.write(declaration())

    number = fts.send(body)
    again = fts.send(body)
    clock.set_virtual(datetime(2026, 11, 24, 4, 0, tzinfo=UTC))
    marks = fts.ask("I-LX300000009CN-1")

    assert number == again
    assert number.startswith("10502110/231126/")
    assert marks is not None
    assert [mark.mark for mark in marks] == ["REGISTERED", "RELEASED"]
    assert [mark.code for mark in marks] == ["", "10"]
    assert fts.ask("I-LX300000012CN-1") is None


def test_the_russian_window_names_what_it_does_not_take(outside: Outside) -> None:
    with pytest.raises(http.Refused) as refused:
        fts.send(fts.write(declaration(customs_code="1")))

    assert refused.value.status == 422
    assert "CustomsCode" in refused.value.body
