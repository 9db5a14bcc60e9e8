"""camt.053.001.02 to .08: the statement of an account as ISO 20022 has it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from lxml import etree

from storefront.lib import xml

from .statement import BadField, BadStatement, Line, Missing, Mixed, Statement, Unrecognised

FORM = re.compile(r"urn:iso:std:iso:20022:tech:xsd:(camt\.053\.001\.0[2-8])")
# Source: ISO 20022 external code set, balance type.
OPENINGS, CLOSINGS = ("OPBD", "PRCD"), ("CLBD",)
PLAIN = re.compile(r"\d{1,18}(\.\d{1,5})?|\.\d{1,5}")
# An entry that is only announced moves no money yet.
BOOKED = "BOOK"
# Source: ISO 20022 external code set, sub-family of bank transactions.
CHARGE = "CHRG"


@dataclass(frozen=True)
class Reader:
    """Finds elements in the namespace of its document."""

    namespace: str

    def all(self, node: etree._Element, path: str) -> list[etree._Element]:
        return node.findall("/".join(f"{{{self.namespace}}}{name}" for name in path.split("/")))

    def text(self, node: etree._Element, *paths: str) -> str:
        """The text of the first of these paths that has any."""
        for path in paths:
            for found in self.all(node, path):
                text = " ".join((found.text or "").split())
                if text:
                    return text
        return ""


def read(body: bytes) -> list[Statement]:
    """Every statement of a file, one or more.

    Raises: BadStatement, naming the element.
    Source: ISO 20022 message definitions camt.053.001.02 to camt.053.001.08.
    """
    try:
        root = xml.parse(body)
    except xml.BadXml as error:
        raise BadStatement(f"not readable XML: {error}") from error
    found = FORM.fullmatch(etree.QName(root).namespace or "")
    if found is None or etree.QName(root).localname != "Document":
        raise Unrecognised(f"{root.tag} is no camt.053 of the versions 02 to 08")
    reader = Reader(etree.QName(root).namespace or "")
    nodes = reader.all(root, "BkToCstmrStmt/Stmt")
    if not nodes:
        raise Missing("Stmt: the file has no statement")
    return [_statement(reader, node, found.group(1)) for node in nodes]


def _statement(reader: Reader, node: etree._Element, form: str) -> Statement:
    number = reader.text(node, "ElctrncSeqNb", "LglSeqNb", "Id")
    account = reader.text(node, "Acct/Id/IBAN", "Acct/Id/Othr/Id", "Acct/Id/PrtryAcct/Id")
    if not account:
        raise Missing(f"{number}: Acct/Id is missing")
    balances = _balances(reader, node)
    opening = _balance(balances, OPENINGS, number)
    closing = _balance(balances, CLOSINGS, number)
    lines = [line for entry in reader.all(node, "Ntry") for line in _lines(reader, entry)]
    currencies = {
        opening.currency,
        closing.currency,
        reader.text(node, "Acct/Ccy") or opening.currency,
        *(currency for currency, _line in lines),
    }
    if len(currencies) != 1:
        raise Mixed(f"{number}: {' '.join(sorted(currencies))} in one statement")
    since, until = _days(reader, node, opening.on, closing.on)
    return Statement(
        form=form,
        account=account,
        currency=opening.currency,
        number=number or f"{since}-{until}",
        from_on=since,
        until_on=until,
        opening=opening.price,
        closing=closing.price,
        lines=tuple(line for _currency, line in lines),
    )


@dataclass(frozen=True)
class Balance:
    """A balance of one kind."""

    code: str
    currency: str
    price: Decimal
    on: date


def _balances(reader: Reader, node: etree._Element) -> list[Balance]:
    found = []
    for one in reader.all(node, "Bal"):
        currency, price = _money(reader, one, "Bal")
        code = reader.text(one, "Tp/CdOrPrtry/Cd", "Tp/CdOrPrtry/Prtry")
        found.append(Balance(code, currency, price, _day(reader, one, "Dt", "Bal/Dt")))
    return found


def _balance(balances: list[Balance], codes: tuple[str, ...], number: str) -> Balance:
    for code in codes:
        for one in balances:
            if one.code == code:
                return one
    raise Missing(f"{number}: balance {codes[0]} is missing")


def _days(reader: Reader, node: etree._Element, first: date, last: date) -> tuple[date, date]:
    """The days it says it is about; without such a saying, those of its balances."""
    since = reader.text(node, "FrToDt/FrDtTm")
    until = reader.text(node, "FrToDt/ToDtTm")
    if since and until:
        return _date(since, "FrToDt"), _date(until, "FrToDt")
    return min(first, last), last


def _lines(reader: Reader, node: etree._Element) -> Iterator[tuple[str, Line]]:
    """An entry's movements: one, or each of a batch whose parts make up the whole."""
    if reader.text(node, "Sts/Cd", "Sts") != BOOKED:
        return
    currency, price = _money(reader, node, "Ntry")
    parts = reader.all(node, "NtryDtls/TxDtls")
    prices = [_part(reader, one, currency, price) for one in parts]
    if len(parts) > 1 and None not in prices and sum(filter(None, prices)) == price:
        for one, share in zip(parts, prices, strict=True):
            yield currency, _line(reader, node, one, share or Decimal(0))
        return
    only = parts[0] if parts else node
    fee = _included(reader, node, only, currency)
    if fee:
        # The entry holds the transfer and its fee in one sum: they are two movements.
        told = _line(reader, node, only, fee)
        yield currency, replace(told, code=CHARGE, text=f"fee: {told.text}".strip())
    if price != fee:
        yield currency, _line(reader, node, only, price - fee)


def _included(
    reader: Reader, entry: etree._Element, node: etree._Element, currency: str
) -> Decimal:
    """What of an entry's sum is charges, credit above zero; those booked apart are none of it."""
    records = reader.all(node, "Chrgs/Rcrd") or reader.all(entry, "Chrgs/Rcrd")
    found = Decimal(0)
    for record in records:
        if reader.text(record, "ChrgInclInd") not in ("true", "1"):
            continue
        if any(one.get("Ccy") != currency for one in reader.all(record, "Amt")):
            continue
        price = _decimal(reader.text(record, "Amt"), "Chrgs/Rcrd/Amt")
        found += _signed(price, reader.text(record, "CdtDbtInd") or "DBIT", "Chrgs/Rcrd")
    return found


def _part(reader: Reader, node: etree._Element, currency: str, whole: Decimal) -> Decimal | None:
    """What a transaction of a batch moved, if it says so in the currency of the account."""
    for path in ("Amt", "AmtDtls/TxAmt/Amt"):
        for found in reader.all(node, path):
            if found.get("Ccy") != currency:
                return None
            price = _decimal(found.text, "TxDtls/Amt")
            mark = reader.text(node, "CdtDbtInd")
            return price.copy_sign(whole) if not mark else _signed(price, mark, "TxDtls")
    return None


def _line(reader: Reader, entry: etree._Element, node: etree._Element, price: Decimal) -> Line:
    booked = _day(reader, entry, "BookgDt", "Ntry/BookgDt")
    side = "Cdtr" if price < 0 else "Dbtr"
    texts = [reader.text(entry, "AddtlNtryInf"), *_remittance(reader, node)]
    return Line(
        booked_on=booked,
        value_on=_day(reader, entry, "ValDt", "Ntry/ValDt", default=booked),
        price=price,
        reference=_reference(reader, entry, node),
        end_to_end=_given(reader.text(node, "Refs/EndToEndId")),
        uetr=reader.text(node, "Refs/UETR").lower(),
        counterparty=reader.text(
            node, f"RltdPties/{side}/Pty/Nm", f"RltdPties/{side}/Nm", f"RltdPties/{side}/Agt/Nm"
        ),
        counterparty_account=reader.text(
            node, f"RltdPties/{side}Acct/Id/IBAN", f"RltdPties/{side}Acct/Id/Othr/Id"
        ),
        text=" ".join(filter(None, texts)),
        code=reader.text(node, "RtrInf/Rsn/Cd", "RtrInf/RtrRsn/Cd")
        or reader.text(entry, "BkTxCd/Domn/Fmly/SubFmlyCd", "BkTxCd/Prtry/Cd"),
    )


def _reference(reader: Reader, entry: etree._Element, node: etree._Element) -> str:
    parts = (reader.text(node, "Refs/AcctSvcrRef"), reader.text(entry, "AcctSvcrRef"))
    return next(filter(None, parts), "") or reader.text(entry, "NtryRef")


def _given(text: str) -> str:
    return "" if text == "NOTPROVIDED" else text


def _remittance(reader: Reader, node: etree._Element) -> list[str]:
    plain = [" ".join((one.text or "").split()) for one in reader.all(node, "RmtInf/Ustrd")]
    return plain or [
        reader.text(node, "RmtInf/Strd/CdtrRefInf/Ref", "RmtInf/Strd/CdtrRefInf/CdtrRef")
    ]


def _money(reader: Reader, node: etree._Element, name: str) -> tuple[str, Decimal]:
    found = reader.all(node, "Amt")
    if not found:
        raise Missing(f"{name}/Amt is missing")
    currency = found[0].get("Ccy", "")
    if not re.fullmatch("[A-Z]{3}", currency):
        raise BadField(f"{name}/Amt: {currency!r} is no currency")
    price = _decimal(found[0].text, f"{name}/Amt")
    return currency, _signed(price, reader.text(node, "CdtDbtInd"), name)


def _signed(price: Decimal, mark: str, name: str) -> Decimal:
    if mark not in ("CRDT", "DBIT"):
        raise BadField(f"{name}/CdtDbtInd: {mark!r} is neither CRDT nor DBIT")
    return -price if mark == "DBIT" else price


def _decimal(text: str | None, name: str) -> Decimal:
    plain = (text or "").strip()
    if not PLAIN.fullmatch(plain):
        raise BadField(f"{name}: {plain[:40]!r} is no amount")
    try:
        return Decimal(plain)
    except InvalidOperation as error:
        raise BadField(f"{name}: {plain[:40]!r} is no amount") from error


def _day(
    reader: Reader, node: etree._Element, path: str, name: str, *, default: date | None = None
) -> date:
    text = reader.text(node, f"{path}/Dt", f"{path}/DtTm")
    if not text:
        if default is None:
            raise Missing(f"{name} is missing")
        return default
    return _date(text, name)


def _date(text: str, name: str) -> date:
    try:
        return datetime.fromisoformat(text).date()
    except ValueError as error:
        raise BadField(f"{name}: {text[:40]!r} is no day") from error
