"""1CClientBankExchange: the text that Russian banks and accounting programs exchange."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from .statement import (
    BadField,
    BadStatement,
    Line,
    Missing,
    Mixed,
    Statement,
    Unbalanced,
    Unrecognised,
)

FORM = "1CClientBankExchange"
HEAD = "1CClientBankExchange"
ENCODINGS = {"windows": "cp1251", "dos": "cp866"}
PLAIN = re.compile(r"-?\d{1,15}([.,]\d{1,2})?")
# Source: digits six to eight of an account are its currency (Bank of Russia, 579-P): 810 in
# settlement, the others as in ISO 4217.
CURRENCIES = {"810": "RUB", "643": "RUB", "156": "CNY", "840": "USD", "978": "EUR"}
SECTIONS = {"СекцияРасчСчет": "КонецРасчСчет", "СекцияДокумент": "КонецДокумента"}

Section = dict[str, str]


class NoStatement(BadStatement):
    """A file of payment orders that goes to a bank, not one that comes from it."""

    code = "no_statement"


def decode(body: bytes) -> str:
    """The text, in the encoding that the file names and its bytes agree with.

    Raises: Unrecognised; BadField, if it names one that is not cp1251 or cp866.
    """
    known = ("cp1251", "cp866")
    read = [body.decode(name, "replace") for name in known]
    found = [re.search(r"^Кодировка=(\w+)\s*$", text, re.MULTILINE) for text in read]
    for name, text, said in zip(known, read, found, strict=True):
        if said is None:
            continue
        wanted = ENCODINGS.get(said.group(1).lower())
        if wanted is None:
            raise BadField(f"Кодировка={said.group(1)}: neither Windows nor DOS")
        # Cyrillic words were found in this one; a file that names the other one is mistaken.
        if wanted == name or "Секция" in text:
            return text
    raise Unrecognised("no encoding makes its words Russian")


def read(text: str) -> list[Statement]:
    """Every account of a file with its documents, both ways.

    Raises: BadStatement; NoStatement, if it carries no balances.
    Source: 1C, "Format of exchange with the client of a bank", version 1.03, design notes 3.6.
    """
    lines = [line.strip() for line in text.splitlines()]
    if not lines or lines[0].lstrip("\ufeff") != HEAD:
        raise Unrecognised(f"the first line is not {HEAD}")
    sections = list(_sections(lines))
    accounts = [section for name, section in sections if name == "СекцияРасчСчет"]
    papers = [section for name, section in sections if name == "СекцияДокумент"]
    if not accounts:
        raise NoStatement("it has no СекцияРасчСчет: orders to a bank, not its statement")
    if "КонецФайла" not in lines:
        raise Missing("КонецФайла: the file was cut off")
    found = [_statement(section, papers) for section in _merged(accounts)]
    _all_taken(papers, {one.account for one in found})
    return found


def _sections(lines: list[str]) -> Iterator[tuple[str, Section]]:
    name, section = "", {}
    for number, line in enumerate(lines, start=1):
        key, _equals, value = line.partition("=")
        if key in SECTIONS:
            if name:
                raise BadField(f"line {number}: {key} inside of {name}")
            name, section = key, {"": value.strip()}
        elif name and key == SECTIONS[name]:
            yield name, section
            name = ""
        elif name and key:
            section.setdefault(key, value.strip())
    if name:
        raise Missing(f"{SECTIONS[name]}: a section has no end")


def _merged(accounts: list[Section]) -> list[Section]:
    """One section per account: banks write one per day, each going on where the last ended."""
    found: dict[str, Section] = {}
    for section in accounts:
        account = _needed(section, "РасчСчет")
        known = found.get(account)
        if known is None:
            found[account] = dict(section)
            continue
        if _price(known, "КонечныйОстаток") != _price(section, "НачальныйОстаток"):
            raise Unbalanced(f"{account}: one day does not open with what the last closed with")
        known["КонечныйОстаток"] = section["КонечныйОстаток"]
        known["ДатаКонца"] = _needed(section, "ДатаКонца")
        for total in ("ВсегоПоступило", "ВсегоСписано"):
            if total in known and total in section:
                known[total] = f"{_price(known, total) + _price(section, total)}"
    return list(found.values())


def _statement(section: Section, papers: list[Section]) -> Statement:
    account = _needed(section, "РасчСчет")
    currency = CURRENCIES.get(account[5:8], "")
    if not currency:
        raise BadField(f"РасчСчет={account[:40]}: its currency is unknown")
    since, until = _day(section, "ДатаНачала"), _day(section, "ДатаКонца")
    lines = [line for paper in papers for line in _lines(paper, account)]
    _check_totals(section, lines)
    return Statement(
        form=FORM,
        account=account,
        currency=currency,
        number=f"{since:%Y%m%d}-{until:%Y%m%d}",
        from_on=since,
        until_on=until,
        opening=_price(section, "НачальныйОстаток"),
        closing=_price(section, "КонечныйОстаток"),
        lines=tuple(lines),
    )


def _check_totals(section: Section, lines: list[Line]) -> None:
    """What it says came and went is what its documents say; a silent file says nothing."""
    came = sum((line.price for line in lines if line.price > 0), Decimal(0))
    went = -sum((line.price for line in lines if line.price < 0), Decimal(0))
    for name, total in (("ВсегоПоступило", came), ("ВсегоСписано", went)):
        if section.get(name) and _price(section, name) != total:
            raise Unbalanced(f"{name}={section[name]}: its documents make {total}")


def _lines(paper: Section, account: str) -> Iterator[Line]:
    """The movement of a document on an account: out, in, or both between our own."""
    price = _price(paper, "Сумма")
    if price <= 0:
        raise BadField(f"Сумма={paper['Сумма']}: not more than nothing")
    for side, other, sign in (("Плательщик", "Получатель", -1), ("Получатель", "Плательщик", 1)):
        if _own(paper, side) == account:
            yield _line(paper, price * sign, side, other)


def _own(paper: Section, side: str) -> str:
    return paper.get(f"{side}Счет") or paper.get(f"{side}РасчСчет", "")


def _line(paper: Section, price: Decimal, side: str, other: str) -> Line:
    made = _day(paper, "Дата")
    moved = "ДатаСписано" if side == "Плательщик" else "ДатаПоступило"
    booked = _day(paper, moved) if paper.get(moved) else made
    return Line(
        booked_on=booked,
        value_on=booked,
        price=price,
        reference=_needed(paper, "Номер"),
        end_to_end=paper.get("Код", ""),
        counterparty=paper.get(f"{other}1") or paper.get(other, ""),
        counterparty_account=_own(paper, other),
        text=" ".join(
            paper.get("НазначениеПлатежа", "").split()
            or [text for n in range(1, 7) if (text := paper.get(f"НазначениеПлатежа{n}"))]
        ),
        code=paper.get("ВидОплаты", ""),
    )


def _all_taken(papers: list[Section], accounts: set[str]) -> None:
    for paper in papers:
        if not {_own(paper, "Плательщик"), _own(paper, "Получатель")} & accounts:
            raise Mixed(f"document {paper.get('Номер', '?')} is of none of its accounts")


def _needed(section: Section, name: str) -> str:
    value = section.get(name, "")
    if not value:
        raise Missing(f"{name} is missing")
    return value


def _price(section: Section, name: str) -> Decimal:
    text = _needed(section, name)
    if not PLAIN.fullmatch(text):
        raise BadField(f"{name}={text[:40]} is no amount")
    return Decimal(text.replace(",", "."))


def _day(section: Section, name: str) -> date:
    text = _needed(section, name)
    try:
        day, month, year = (int(part) for part in text.split("."))
        return date(year, month, day)
    except ValueError as error:
        raise BadField(f"{name}={text[:40]} is no day") from error
