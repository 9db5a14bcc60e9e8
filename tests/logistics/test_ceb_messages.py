"""Every CEB message is by the table, by the official schema, and agrees with its neighbours."""

import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import translation
from lxml import etree

from logistics.customs import matching, modes
from logistics.customs.gateways import ceb, envelope, messages, schema, signing, sm2
from logistics.customs.gateways.messages import BadField, Node
from logistics.models import CustomsMode
from storefront.lib import xml
from tests.logistics.test_gateways import FIRM, SCHEMA, bonded, goods, paper
from tests.logistics.test_gateways import schema as official  # noqa: F401

XSD = {"x": "http://www.w3.org/2001/XMLSchema"}
WAYS = {"air": "1924", "rail": "0609", "road": "1925", "river": "1903", "post": "1922"}
UNITS = (("001", "035"), ("007", "035"), ("011", ""), ("035", ""))
NAMES = ("智能手机", "平板电脑", "耳机 «Pro» & <Max>", "充电器", "移动电源")


def simulated(number: int, dice: random.Random) -> ceb.Paper:
    """One parcel of the demo: whom it goes to, how, and what lies in it, drawn by lot."""
    made = paper().made_at + timedelta(minutes=number)
    buyer = dice.choice(list(CustomsMode.Buyer))
    lines = tuple(line(dice) for _line in range(dice.choice((1, 1, 1, 2, 3, 7))))
    traits = modes.Traits(
        buyer, buyer == CustomsMode.Buyer.CONSUMER and dice.random() < 0.3, total(lines)
    )
    try:
        mode = modes.choose(traits, on=made.date())
    except modes.NoMode:
        lines = (goods(price=Decimal("49.90")),)
        mode = modes.choose(replace(traits, value=total(lines)), on=made.date())
    way = dice.choice(list(WAYS))
    parties = bonded().parties if mode.code == "1210" else paper().parties
    net = sum((one.net_kg for one in lines), Decimal(0))
    return paper(
        reference=f"E-LX{number:09d}CN-1",
        order_no=f"{number:09d}-1",
        waybill_no=f"LX{number:09d}CN",
        mode=mode.code,
        customs_code=WAYS[way],
        traffic=way,
        parties=parties,
        freight=Decimal(dice.randrange(0, 90_000)) / 100,
        gross_kg=net + Decimal(dice.randrange(1, 900)) / 1000,
        goods=lines,
        is_simplified=mode.is_simplified,
        made_at=made,
        documents=mode.documents,
        order_type=mode.order_type,
        code_digits=mode.code_digits,
    )


def line(dice: random.Random) -> ceb.Goods:
    unit_1, unit_2 = dice.choice(UNITS)
    return goods(
        item_no=f"SKU-{dice.randrange(10**6)}",
        name=dice.choice(NAMES),
        barcode=dice.choice(("", "6901234567892")),
        unit_1=unit_1,
        unit_2=unit_2,
        quantity=dice.randrange(1, 12),
        price=Decimal(dice.randrange(1, 700_000)) / 100,
        net_kg=Decimal(dice.randrange(1, 9000)) / 1000,
    )


def total(lines: tuple[ceb.Goods, ...]) -> Decimal:
    return sum((one.total for one in lines), Decimal(0))


def hold_against(schema: etree.XMLSchema, count: int) -> set[tuple[str, str, str]]:
    """So many parcels, each valid and matching; what of modes, forms and ways was met."""
    dice = random.Random(1)
    met = set()
    for number in range(count):
        made = simulated(number, dice)
        said = ceb.write(made)
        up_to = modes.named(made.mode, value=made.value, on=made.made_at.date()).simplified_yuan
        matching.check(said, simplified_up_to=up_to)
        assert set(said) == {*made.documents, "CEB603"}
        for body in said.values():
            schema.assertValid(xml.parse(body))
        met.add((made.mode, "A" if made.is_simplified else "B", made.traffic))
    return met


EVERY = {
    (mode, flag, way)
    for mode, flag in (("9610", "A"), ("9610", "B"), ("1210", "B"), ("9710", "A"), ("9810", "A"))
    for way in WAYS
}


@pytest.mark.django_db
def test_parcels_of_every_mode_are_valid_and_match(official: etree.XMLSchema) -> None:  # noqa: F811
    met = hold_against(official, 60)

    assert {mode for mode, _flag, _way in met} == {"9610", "1210", "9710", "9810"}
    assert {way for _mode, _flag, way in met} == set(WAYS)


@pytest.mark.soak
@pytest.mark.django_db
def test_a_thousand_parcels_over_every_mode_and_way(official: etree.XMLSchema) -> None:  # noqa: F811
    assert hold_against(official, 1000) == EVERY


def test_the_table_has_the_elements_of_the_schema_in_their_order(
    official: etree.XMLSchema,  # noqa: F811
) -> None:
    tree = etree.parse(str(SCHEMA))
    tables = {name for form in messages.forms().values() for name in (form.head, form.line)}
    tables |= {form.node for form in messages.forms().values() if not form.head}
    tables |= {form.answer_node for form in messages.forms().values()} | {"BaseTransfer"}
    held = 0
    for table in sorted(tables - {""}):
        path = f"x:element[@name='{table}']/x:complexType/x:sequence/x:element"
        meant = tree.findall(path, XSD)
        if meant:
            held += 1
            assert [one.name for one in messages.fields(table)] == [e.get("name") for e in meant]
            needed = [e.get("minOccurs") != "0" for e in meant]
            assert [one.is_needed for one in messages.fields(table)] == needed
    assert held == 25


@pytest.mark.parametrize(
    ("element", "value", "why"),
    [
        ("itemNo", "X" * 31, "C..30"),
        ("itemNo", "", "missing"),
        ("price", Decimal("1.000001"), "N19,5"),
        ("price", Decimal("-1"), "N19,5"),
        ("unit", "01", "C3"),
        ("itemName", "名" * 251, "C..250"),
    ],
)
def test_an_element_that_does_not_fit_its_form_is_named(
    element: str, value: object, why: str
) -> None:
    one = paper()
    head = {**ceb._facts(one), "guid": one.guid("x")}
    good = ceb._line(one.goods[0], one)

    node = Node(head, [{**good, element: value}])
    with translation.override("en"), pytest.raises(BadField) as wrong:
        ceb.finish("CEB303", [node], guid=one.guid("y"), parties=one.parties)

    assert wrong.value.facts["field"] == element
    assert why in str(wrong.value)


def test_a_configured_schema_is_asked_before_sending(
    settings: object,
    official: etree.XMLSchema,  # noqa: F811
) -> None:
    settings.CEB_SCHEMA_DIR = str(SCHEMA.parent)
    root = xml.parse(ceb.write(paper())["CEB303"])
    root.append(etree.SubElement(root, f"{{{messages.NS}}}Strange"))

    with pytest.raises(schema.NotBySchema) as wrong:
        schema.check(root)

    assert wrong.value.facts["field"] == "Strange"


def test_what_a_person_mended_stands_in_the_list() -> None:
    mended = paper(
        goods=(goods(), goods()), amended={"gmodel/2": "HONOR|X9b|12/256", "wrapType": "6"}
    )

    listed = xml.parse(ceb.write(mended)["CEB603"])

    found = [node.text for node in listed.iter(f"{{{messages.NS}}}gmodel")]
    assert found == ["HONOR|X9b|8/256", "HONOR|X9b|12/256"]
    assert xml.text(listed, ".//ceb:wrapType", messages.NAMESPACES) == "6"


def test_a_signature_is_the_known_one_and_holds_for_nothing_else() -> None:
    """The example of GB/T 32918.5, annex A."""
    key = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
    chance = 0x59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21

    made = sm2.sign(key, b"message digest", chance=chance)

    assert made.hex().upper() == (
        "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
        "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"
    )
    assert sm2.is_signed(sm2.public(key), b"message digest", made)
    assert not sm2.is_signed(sm2.public(key), b"another message", made)
    assert not sm2.is_signed(sm2.public(sm2.new_key()), b"message digest", made)


def test_what_must_be_signed_is_and_nobody_to_sign_is_said(settings: object) -> None:
    said = ceb.write(paper())
    signed = {kind for kind, body in said.items() if b"SignatureValue" in body}
    settings.CUSTOMS_SIGNER = ""

    with pytest.raises(signing.NoSigner):
        ceb.write(paper())

    assert signed == {"CEB603"}


def test_an_envelope_comes_out_as_it_went_in(official: etree.XMLSchema) -> None:  # noqa: F811
    put = envelope.Envelope(
        paper().guid("x"), "DXPENT0000000001", ["DXPLGS0000000001"], paper().made_at,
        "CEB303Message", ceb.write(paper())["CEB303"],
    )  # fmt: skip

    sealed = envelope.wrap(put)

    assert envelope.unwrap_all(sealed) == [put]
    schema.load(str(SCHEMA.parent), "DxpMsg").assertValid(xml.parse(sealed))
    assert FIRM.code.encode() not in sealed
