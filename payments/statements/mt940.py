"""MT940: the customer statement of SWIFT, with the liberties that banks take with it."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from .statement import BadField, Line, Missing, Mixed, Statement, Unbalanced, Unrecognised

FORM = "MT940"
TAG = re.compile(r"^:(\d{2}[A-Z]?|NS):", re.MULTILINE)
END = re.compile(r"^-(\}.*|X*)?\s*$", re.MULTILINE)
START = re.compile(r"^:20:", re.MULTILINE)
# Source: SWIFT MT940 field specifications; the amount may lack its comma, the reference of the
# account owner may be longer than 16: both stand in statements of Dutch banks.
BALANCE = re.compile(r"([CD])(\d{6})([A-Z]{3})(\d{1,15}(?:,\d{0,5})?)\s*")
MOVE = re.compile(
    r"(?P<value>\d{6})(?P<entry>\d{4})?\s*(?P<mark>R?[CD])(?P<funds>[A-Z])?"
    r"(?P<amount>\d{1,15}(?:,\d{0,5})?)(?P<kind>[A-Z][A-Z0-9 ]{3})?"
    r"(?P<reference>(?:(?!//)[^\n])*)(?://(?P<bank>[^\n]*))?(?P<more>(?:\n.*)*)"
)
EREF = re.compile(r"(?:/EREF/|EREF\+)([^/?\n]{1,35})")
UETR = re.compile(r"/UETR/([0-9a-fA-F-]{36})")
NAME = re.compile(r"/NAME/([^/\n]{1,70})")
PART = re.compile(r"\?(\d{2})([^?]*)")
NOTHING = frozenset({"", "NONREF", "NOTPROVIDED"})


@dataclass
class Page:
    """One message: the fields of a statement, or of a part of it."""

    account: str
    number: str
    currency: str
    from_on: date
    until_on: date
    opening: Decimal
    closing: Decimal
    is_first: bool
    is_last: bool
    lines: list[Line] = field(default_factory=list)


Fields = list[tuple[str, str]]


def read(text: str) -> list[Statement]:
    """Every statement of a file; the pages of one are put together.

    Raises: BadStatement, naming the field.
    """
    pages = [_page(fields) for fields in _messages(text)]
    if not pages:
        raise Unrecognised("there is no field :20:, so no MT940")
    return [_joined(group) for group in _groups(pages)]


def _messages(text: str) -> Iterator[Fields]:
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    starts = [found.start() for found in START.finditer(plain)]
    for start, stop in zip(starts, [*starts[1:], len(plain)], strict=False):
        yield _fields(plain[start:stop])


def _fields(message: str) -> Fields:
    end = END.search(message)
    body = message[: end.start()] if end else message
    tags = list(TAG.finditer(body))
    stops = [*(found.start() for found in tags[1:]), len(body)]
    return [
        (found.group(1), body[found.end() : stop].strip("\n"))
        for found, stop in zip(tags, stops, strict=False)
    ]


def _page(fields: Fields) -> Page:
    first = dict(reversed(fields))
    name = " ".join(first["20"].split())
    opening = _balance(first, ("60F", "60M"), name)
    closing = _balance(first, ("62F", "62M"), name)
    account = first.get("25", "").strip().split("/")[-1].strip()
    if not account:
        raise Missing(f"{name}: field 25 is missing")
    if opening.currency != closing.currency:
        raise Mixed(f"{name}: opens in {opening.currency}, closes in {closing.currency}")
    number = " ".join((first.get("28C") or first.get("28") or name).split()) or name
    return Page(
        account=account,
        number=number,
        currency=opening.currency,
        from_on=opening.on,
        until_on=closing.on,
        opening=opening.price,
        closing=closing.price,
        is_first="60F" in first,
        is_last="62F" in first,
        lines=list(_lines(fields)),
    )


@dataclass(frozen=True)
class Balance:
    currency: str
    price: Decimal
    on: date


def _balance(first: dict[str, str], tags: tuple[str, ...], name: str) -> Balance:
    tag = next((one for one in tags if one in first), "")
    if not tag:
        raise Missing(f"{name}: field {tags[0]} is missing")
    found = BALANCE.match(first[tag])
    if found is None:
        raise BadField(f"{name}: :{tag}:{first[tag][:40]} is no balance")
    mark, on, currency, amount = found.groups()
    price = _decimal(amount)
    return Balance(currency, -price if mark == "D" else price, _day(on, tag))


def _lines(fields: Fields) -> Iterator[Line]:
    move, texts = "", []
    for tag, text in [*fields, ("62", "")]:
        if tag in ("86", "NS"):
            texts.append(text)
        elif tag == "61" or tag.startswith("62"):
            if move:
                yield _line(move, "\n".join(texts))
            move, texts = (text if tag == "61" else ""), []


def _line(text: str, more: str) -> Line:
    found = MOVE.fullmatch(text)
    if found is None:
        raise BadField(f":61:{text[:60]!r} is no movement")
    value = _day(found["value"], "61")
    price = _decimal(found["amount"])
    is_debit = found["mark"] in ("D", "RC")
    flat = more.replace("\n", "")
    parts = dict(PART.findall(flat))
    mine, bank = found["reference"].strip(), (found["bank"] or "").strip()
    return Line(
        booked_on=_entry_day(value, found["entry"]),
        value_on=value,
        price=-price if is_debit else price,
        reference="" if bank in NOTHING else bank,
        end_to_end=_end_to_end(flat, mine),
        uetr=_first(UETR, flat).lower(),
        counterparty=(parts.get("32", "") + parts.get("33", "")).strip() or _first(NAME, flat),
        counterparty_account=parts.get("31", "").strip(),
        text=_text(found["more"], more, parts),
        code=(found["kind"] or "").strip(),
    )


def _end_to_end(flat: str, mine: str) -> str:
    named = _first(EREF, flat)
    return named or ("" if mine in NOTHING or mine == "EREF" else mine)


def _text(own: str, more: str, parts: dict[str, str]) -> str:
    """What it was for: the subfields 20-29 and 60-63 where there are such, else all of it."""
    told = [text for key, text in sorted(parts.items()) if key[0] in "26"]
    return " ".join(" ".join([own, *(told or [more])]).split())


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return " ".join(found.group(1).split()) if found else ""


def _groups(pages: list[Page]) -> Iterator[list[Page]]:
    """Pages that belong together: one account, and none but the last closes for good."""
    group: list[Page] = []
    for page in pages:
        if group and (page.is_first or page.account != group[-1].account or group[-1].is_last):
            yield group
            group = []
        group.append(page)
    yield group


def _joined(pages: list[Page]) -> Statement:
    first, last = pages[0], pages[-1]
    for before, after in itertools.pairwise(pages):
        if (before.closing, before.currency) != (after.opening, after.currency):
            raise Unbalanced(
                f"{after.number}: opens with {after.opening}, the page before it closed with"
                f" {before.closing}"
            )
    number = first.number if len(pages) == 1 else first.number.split("/")[0]
    return Statement(
        form=FORM,
        account=first.account,
        currency=first.currency,
        number=number,
        from_on=first.from_on,
        until_on=last.until_on,
        opening=first.opening,
        closing=last.closing,
        lines=tuple(line for page in pages for line in page.lines),
    )


def _decimal(text: str) -> Decimal:
    whole, _comma, part = text.partition(",")
    return Decimal(f"{whole}.{part or '0'}")


def _day(text: str, tag: str) -> date:
    year = int(text[:2])
    try:
        return date(year + (1900 if year >= 80 else 2000), int(text[2:4]), int(text[4:6]))
    except ValueError as error:
        raise BadField(f":{tag}:{text} is no day") from error


def _entry_day(value: date, text: str | None) -> date:
    """The day of booking has no year: the one that is nearest to the day of value."""
    if not text:
        return value
    month, day = int(text[:2]), int(text[2:])
    year = value.year + (month < 3 and value.month > 10) - (month > 10 and value.month < 3)
    try:
        return date(year, month, day)
    except ValueError as error:
        raise BadField(f":61:{text} is no day of booking") from error
