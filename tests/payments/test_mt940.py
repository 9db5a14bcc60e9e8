"""MT940: the samples of eleven banks, pages put together, and what is refused by name."""

from datetime import date
from decimal import Decimal

import pytest

from payments.statements import reading
from payments.statements.statement import (
    BadField,
    BadStatement,
    Missing,
    Mixed,
    Statement,
    Unbalanced,
    Unrecognised,
)
from tests.payments.conftest import shared_data


def message(
    *lines: str, opening: str = "C261123RUB10,00", closing: str = "C261123RUB110,", **tags: str
) -> str:
    return "\n".join(
        [
            ":20:ST1", f":25:{tags.get('account', 'SNGHCNBH/40702810000000000007')}",
            f":28C:{tags.get('number', '327/1')}", f":{tags.get('first', '60F')}:{opening}", *lines,
            f":{tags.get('last', '62F')}:{closing}", "-", "",
        ]
    )  # fmt: skip


MOVE = ":61:2611231123C100,00NTRFFX-2026-11-23-1//B-1"


def read(*messages: str) -> list[Statement]:
    return reading.read("".join(messages).encode())


def test_a_statement_is_read() -> None:
    (found,) = read(message(MOVE, ":86:/ORDP//NAME/OOO Reka/REMI/invoice 7"))

    assert (found.form, found.account, found.number) == ("MT940", "40702810000000000007", "327/1")
    assert (found.opening, found.closing, found.currency) == (Decimal(10), Decimal(110), "RUB")
    (line,) = found.lines
    assert (line.price, line.end_to_end, line.reference) == (100, "FX-2026-11-23-1", "B-1")
    assert (line.counterparty, line.booked_on) == ("OOO Reka", date(2026, 11, 23))


@pytest.mark.parametrize(
    ("mark", "price"),
    [("C", 100), ("D", -100), ("RC", -100), ("RD", 100), ("CR", 100), ("DN", -100)],
)
def test_marks_say_which_way_it_went(mark: str, price: int) -> None:
    closing = "C261123RUB110," if price > 0 else "D261123RUB90,"

    (found,) = read(message(MOVE.replace("C100", f"{mark}100"), closing=closing))

    assert [line.price for line in found.lines] == [price]


def test_days_of_booking_fall_into_the_nearest_year() -> None:
    lines = [":61:2612310102C50,00NTRFNONREF", ":61:2701021231C50,00NTRFNONREF"]

    (found,) = read(message(*lines, closing="C270102RUB110,00"))

    assert [(line.value_on, line.booked_on) for line in found.lines] == [
        (date(2026, 12, 31), date(2027, 1, 2)),
        (date(2027, 1, 2), date(2026, 12, 31)),
    ]


def test_pages_are_one_statement() -> None:
    first = message(MOVE, last="62M")
    second = message(
        MOVE, opening="C261123RUB110,00", closing="C261123RUB210,00", first="60M", number="327/2"
    )

    (found,) = read(first, second)

    assert (found.number, found.opening, found.closing, len(found.lines)) == ("327", 10, 210, 2)


def test_a_page_that_does_not_go_on_is_refused() -> None:
    first = message(MOVE, last="62M")
    second = message(MOVE, opening="C261123RUB111,", closing="C261123RUB211,", first="60M")

    with pytest.raises(Unbalanced, match="opens with 111"):
        read(first, second)


@pytest.mark.parametrize(
    ("text", "error", "where"),
    [
        (message(MOVE, closing="C261123RUB110,01"), Unbalanced, "off by 0.01 RUB"),
        (message(MOVE, closing="C261123CNY110,00"), Mixed, "opens in RUB, closes in CNY"),
        (message(MOVE, closing="110"), BadField, ":62F:110"),
        (message(":61:nonsense"), BadField, "no movement"),
        (message(MOVE.replace("2611231123", "2613231123")), BadField, "261323"),
        (message(MOVE.replace("2611231123", "2611231332")), BadField, "booking"),
        (message(MOVE, account=""), Missing, "field 25"),
        (message(MOVE).replace(":62F:", ":64:"), Missing, "62F"),
        (message(MOVE).replace(":20:ST1\n", ""), Unrecognised, ":20:"),
        ("hello", Unrecognised, "neither"),
        ("", Unrecognised, "neither"),
    ],
)
def test_a_bad_file_is_refused_by_name(text: str, error: type, where: str) -> None:
    with pytest.raises(error, match=where):
        read(text)


def test_every_sample_adds_up_or_is_refused_by_name() -> None:
    """All fields 61 of every file are there; some samples were made anonymous out of balance."""
    told: dict[str, list[str]] = {}
    root = shared_data("bank_mt940_a")
    files = sorted([*root.rglob("*.sta"), *root.rglob("*.940.txt")])
    for file in files:
        body, name = file.read_bytes(), str(file.relative_to(root))
        try:
            found = reading.parse(body)
        except BadStatement as refused:
            told[name] = [refused.code]
            continue
        assert sum(len(one.lines) for one in found) == body.replace(b"\r", b"").count(b"\n:61:")
        told[name] = [_verdict(one) for one in found]

    assert told == {
        "ASNB/0708271685_09022020_164516.940.txt": ["read"] * 31,
        **{
            f"cmxl/{part}.sta": ["unrecognised"]
            for part in (
                "account_balance_credit", "account_balance_debit", "account_identification_iban",
                "account_identification_legacy", "available_balance", "closing_balance",
                "statement_details", "statement_line", "statement_number",
            )
        },
        "cmxl/reference.sta": ["missing"],
        "cmxl/mt940.sta": ["read", "read", "bad_field"],
        "jejik/abnamro.sta": ["unbalanced", "unbalanced"],
        "jejik/generic.sta": ["read", "read"],
        "jejik/ing.sta": ["unbalanced"],
        "jejik/knab.sta": ["read", "unbalanced"],
        "jejik/postfinance.sta": ["unbalanced"],
        "jejik/rabobank-iban.sta": ["read", "read"],
        "jejik/rabobank.sta": ["unbalanced", "read", "unbalanced", "read"],
        "jejik/sns.sta": ["read", "read"],
        "jejik/triodos.sta": ["unbalanced"],
        "mBank/mt940.sta": ["read"],
        "mBank/mt942.sta": ["missing"],
        "mBank/with_newline_in_tnr.sta": ["unbalanced"],
        "sberbank/171011_01234945.sta": ["read"],
    }  # fmt: skip


def _verdict(found: Statement) -> str:
    try:
        reading.check(found)
    except BadStatement as refused:
        return refused.code
    assert found.opening + sum(line.price for line in found.lines) == found.closing
    return "read"


def test_subfields_of_a_german_purpose_are_understood() -> None:
    body = (shared_data("bank_mt940_a") / "cmxl" / "mt940.sta").read_bytes()

    second = reading.parse(body)[1]

    assert [(line.price, line.counterparty) for line in second.lines] == [
        (-800, "MUELLER"),
        (3000, "MUELLER"),
    ]
    assert second.lines[0].text == "Miete November"
