"""Reads a pain.001.001.09 file and refuses what a bank would refuse at the door."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from storefront.sandbox import amounts
from storefront.sandbox.wire import Problem

_NS = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
_P = {"p": _NS}


@dataclass(frozen=True)
class Transfer:
    """One transfer of a file. Money: minor units of its currency; `via` BICs of banks between."""

    instruction: str
    end_to_end: str
    units: int
    currency: str
    debtor_account: str
    creditor: str
    text: str
    via: tuple[str, ...] = ()
    uetr: str = ""


@dataclass(frozen=True)
class Order:
    """One file."""

    message_id: str
    payment_information: str
    transfers: list[Transfer]


def read(root: etree._Element) -> Order:
    """Read a file.

    Raises: Problem 400 with the ISO code of what is wrong and the path of the element.
    """
    if root.tag != f"{{{_NS}}}Document":
        raise Problem(400, "FF01", "the file is no pain.001.001.09", "Document")
    body = root.find("p:CstmrCdtTrfInitn", _P)
    if body is None:
        raise Problem(400, "FF01", "CstmrCdtTrfInitn is missing", "CstmrCdtTrfInitn")
    message = _text(body, "GrpHdr/MsgId", 35)
    blocks = body.findall("p:PmtInf", _P)
    if not blocks:
        raise Problem(400, "FF01", "there is no PmtInf", "PmtInf")
    transfers = []
    for block in blocks:
        found = [_transfer(block, element) for element in block.findall("p:CdtTrfTxInf", _P)]
        if block.find("p:CtrlSum", _P) is not None:
            _sums(block, "PmtInf", found)
        transfers += found
    _sums(body, "GrpHdr", transfers, "GrpHdr/")
    _unique(transfers)
    return Order(message, _text(blocks[0], "PmtInfId", 35), transfers)


def _transfer(block: etree._Element, element: etree._Element) -> Transfer:
    amount = element.find("p:Amt/p:InstdAmt", _P)
    if amount is None:
        raise Problem(400, "AM09", "InstdAmt is missing", "CdtTrfTxInf/Amt/InstdAmt")
    currency = amount.get("Ccy", "")
    if currency not in ("CNY", "RUB"):
        raise Problem(400, "AM03", f"currency {currency!r} is not dealt in", "InstdAmt@Ccy")
    try:
        units = amounts.minor((amount.text or "").strip())
    except ValueError as wrong:
        raise Problem(400, "AM09", str(wrong), "CdtTrfTxInf/Amt/InstdAmt") from None
    account = _account(element, "CdtrAcct")
    if not account.isalnum() or len(account) > 34:
        raise Problem(400, "AC03", f"{account!r} is not an account", "CdtTrfTxInf/CdtrAcct")
    return Transfer(
        instruction=_text(element, "PmtId/InstrId", 35, needed=False),
        end_to_end=_text(element, "PmtId/EndToEndId", 35),
        units=units,
        currency=currency,
        debtor_account=_account(block, "DbtrAcct"),
        creditor=_text(element, "Cdtr/Nm", 140),
        text=_text(element, "RmtInf/Ustrd", 140, needed=False),
        via=_via(element),
        uetr=_text(element, "PmtId/UETR", 36, needed=False),
    )


def _via(element: etree._Element) -> tuple[str, ...]:
    names = (f"IntrmyAgt{number}/FinInstnId/BICFI" for number in (1, 2, 3))
    found = (_text(element, name, 11, needed=False) for name in names)
    return tuple(filter(None, found))


def _account(parent: etree._Element, name: str) -> str:
    iban = _text(parent, f"{name}/Id/IBAN", 34, needed=False)
    return iban or _text(parent, f"{name}/Id/Othr/Id", 34)


def _sums(parent: etree._Element, name: str, found: list[Transfer], where: str = "") -> None:
    count = _text(parent, f"{where}NbOfTxs", 15, needed=bool(where))
    if count and count != str(len(found)):
        detail = f"NbOfTxs is {count}, there are {len(found)} transactions"
        raise Problem(400, "AM18", detail, f"{name}/NbOfTxs")
    shown = _text(parent, f"{where}CtrlSum", 20, needed=False)
    total = sum(transfer.units for transfer in found)
    try:
        same = not shown or amounts.minor(shown) == total
    except ValueError:
        same = False
    if not same:
        detail = f"CtrlSum is {shown}, the transactions sum to {amounts.show(total)}"
        raise Problem(400, "AM10", detail, f"{name}/CtrlSum")


def _unique(transfers: list[Transfer]) -> None:
    if not transfers:
        raise Problem(400, "FF01", "there is no CdtTrfTxInf", "CdtTrfTxInf")
    names = [transfer.end_to_end for transfer in transfers]
    double = next((name for name in names if names.count(name) > 1), None)
    if double is not None:
        raise Problem(400, "DU04", f"EndToEndId {double!r} stands twice", "PmtId/EndToEndId")


def _text(parent: etree._Element, path: str, limit: int, *, needed: bool = True) -> str:
    found = parent.find("/".join(f"p:{name}" for name in path.split("/")), _P)
    text = (found.text or "").strip() if found is not None else ""
    if (needed and not text) or len(text) > limit:
        raise Problem(400, "FF01", f"{path} must have 1..{limit} characters", path)
    return text
