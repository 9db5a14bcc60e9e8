"""pain.001.001.09: the file that tells our bank whom to pay."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from lxml import etree

from storefront.lib import identifiers, xml

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
# Source: ISO 20022 external code set, purpose: purchase and sale of goods.
GOODS = "GDDS"
# Source: the Latin set banks agree on for references (EPC217-08, "SEPA character set").
REFERENCE = re.compile(r"[A-Za-z0-9+?/:().,'-]{1,35}")
BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")
ACCOUNT = re.compile(r"[A-Za-z0-9]{1,34}")
DIGITS = 18
CENT = Decimal("0.01")
MOST_BANKS = 3


class BadPayment(ValueError):
    """A field that no bank would take."""


@dataclass(frozen=True)
class Debtor:
    """Who pays, from which account of which bank."""

    name: str
    account: str
    currency: str
    bic: str


@dataclass(frozen=True)
class Credit:
    """One transfer to an account at a Chinese bank, known by its CNAPS code.

    `via` are the BICs of at most three banks it goes by, in their order.
    """

    end_to_end: str
    uetr: UUID
    price: Decimal
    creditor: str
    account: str
    cnaps: str
    text: str
    via: tuple[str, ...] = ()


def build(
    message: str, *, debtor: Debtor, credits: Sequence[Credit], made_at: datetime, on: date
) -> bytes:
    """Make the file; the same arguments give the same bytes.

    Money: in the currency of the debtor's account, charges shared.
    Time: `made_at` is written in UTC.
    Raises: BadPayment, naming the element.
    """
    _check(message, debtor, credits)
    root = etree.Element(f"{{{NAMESPACE}}}Document", nsmap={None: NAMESPACE})  # type: ignore[dict-item]
    body = _add(root, "CstmrCdtTrfInitn")
    head = _add(body, "GrpHdr")
    _add(head, "MsgId", message)
    _add(head, "CreDtTm", f"{made_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")
    _sums(head, credits)
    _add(head, "InitgPty/Nm", debtor.name)
    block = _add(body, "PmtInf")
    _add(block, "PmtInfId", message)
    _add(block, "PmtMtd", "TRF")
    _add(block, "BtchBookg", "false")
    _sums(block, credits)
    _add(block, "ReqdExctnDt/Dt", on.isoformat())
    _add(block, "Dbtr/Nm", debtor.name)
    account = _add(block, "DbtrAcct")
    _add(account, "Id/Othr/Id", debtor.account)
    _add(account, "Ccy", debtor.currency)
    _add(block, "DbtrAgt/FinInstnId/BICFI", debtor.bic)
    _add(block, "ChrgBr", "SHAR")
    for credit in credits:
        _transfer(_add(block, "CdtTrfTxInf"), credit, debtor.currency)
    return xml.dump(root)


def _transfer(parent: etree._Element, credit: Credit, currency: str) -> None:
    names = _add(parent, "PmtId")
    _add(names, "InstrId", credit.end_to_end)
    _add(names, "EndToEndId", credit.end_to_end)
    _add(names, "UETR", str(credit.uetr))
    _add(parent, "Amt/InstdAmt", f"{credit.price:.2f}").set("Ccy", currency)
    for number, bic in enumerate(credit.via, start=1):
        _add(parent, f"IntrmyAgt{number}/FinInstnId/BICFI", bic)
    member = _add(parent, "CdtrAgt/FinInstnId/ClrSysMmbId")
    _add(member, "ClrSysId/Cd", "CNAPS")
    _add(member, "MmbId", credit.cnaps)
    _add(parent, "Cdtr/Nm", credit.creditor)
    _add(parent, "CdtrAcct/Id/Othr/Id", credit.account)
    _add(parent, "Purp/Cd", GOODS)
    if credit.text:
        _add(parent, "RmtInf/Ustrd", credit.text)


def _sums(parent: etree._Element, credits: Sequence[Credit]) -> None:
    _add(parent, "NbOfTxs", str(len(credits)))
    _add(parent, "CtrlSum", f"{sum((credit.price for credit in credits), Decimal(0)):.2f}")


def _add(parent: etree._Element, path: str, text: str | None = None) -> etree._Element:
    for name in path.split("/"):
        parent = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    parent.text = text
    return parent


def _check(message: str, debtor: Debtor, credits: Sequence[Credit]) -> None:
    _match("MsgId", message, REFERENCE)
    _line("Dbtr/Nm", debtor.name, 140)
    _match("DbtrAcct", debtor.account, ACCOUNT)
    _match("DbtrAgt/BICFI", debtor.bic, BIC)
    if not credits:
        raise BadPayment("CdtTrfTxInf: there is none")
    if len({credit.end_to_end for credit in credits}) != len(credits):
        raise BadPayment("EndToEndId: one stands twice")
    for credit in credits:
        _check_credit(credit)
    _digits("CtrlSum", sum((credit.price for credit in credits), Decimal(0)))


def _check_credit(credit: Credit) -> None:
    _match("EndToEndId", credit.end_to_end, REFERENCE)
    _line("Cdtr/Nm", credit.creditor, 140)
    _match("CdtrAcct", credit.account, ACCOUNT)
    if not identifiers.is_cnaps(credit.cnaps):
        raise BadPayment(f"MmbId: {credit.cnaps!r} is no CNAPS code")
    if credit.uetr.version != 4:
        raise BadPayment("UETR: not a random UUID")
    if credit.text:
        _line("Ustrd", credit.text, 140)
    if len(credit.via) > MOST_BANKS:
        raise BadPayment(f"IntrmyAgt: {len(credit.via)} banks are too many")
    for bic in credit.via:
        _match("IntrmyAgt/BICFI", bic, BIC)
    _digits("InstdAmt", credit.price)


def _digits(name: str, price: Decimal) -> None:
    """The schema gives a sum eighteen digits; we use two of them behind the point."""
    if not price.is_finite() or price <= 0 or price.adjusted() > DIGITS:
        raise BadPayment(f"{name}: {price} cannot be paid")
    if price != price.quantize(CENT) or len(str(int(price.scaleb(2)))) > DIGITS:
        raise BadPayment(f"{name}: {price} cannot be paid")


def _match(name: str, text: str, pattern: re.Pattern[str]) -> None:
    if not pattern.fullmatch(text):
        raise BadPayment(f"{name}: {text!r} is not allowed")


def _line(name: str, text: str, limit: int) -> None:
    if not text.strip() or len(text) > limit or not text.isprintable():
        raise BadPayment(f"{name}: {text!r} is not a line of 1..{limit} characters")
