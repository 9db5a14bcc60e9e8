"""The statement of a day, drawn up when it is over: camt.053.001.08, MT940 or the text of 1C."""

from __future__ import annotations

from datetime import date

from lxml import etree

from storefront.sandbox import amounts
from storefront.sandbox.acquirer import registry
from storefront.sandbox.banks import accounts, forms, iso
from storefront.sandbox.banks.accounts import Entry
from storefront.sandbox.routing import Routes
from storefront.sandbox.wire import Problem, Reply, Request, as_xml

_NS = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
_FIRST = date(2025, 1, 1)
_CODES = {
    "payout": ("RCDT", "OTHR"),
    "deal": ("ICDT", "OTHR"),
    "transfer": ("ICDT", "XBCT"),
    "return": ("RCDT", "RRTN"),
    "fee": ("ICDT", "CHRG"),
}


def _get(request: Request) -> Reply:
    told = _told(request)
    return as_xml(
        _statement(told.bic, told.account, told.currency, told.day, told.before, told.entries)
    )


def _in_form(request: Request) -> Reply:
    form = request.query.get("form", "camt053")
    if form == "mt940":
        return forms.mt940(_told(request))
    if form == "1c":
        return forms.onec(_told(request), request.query.get("encoding", "windows"))
    if form == "camt053":
        return _get(request)
    raise Problem(422, "bad_field", "form is camt053, mt940 or 1c", "form")


def _told(request: Request) -> forms.Told:
    day, bic = registry.day_of(request), request.parts["bic"]
    account = request.query.get("account") or accounts.DEMO_ACCOUNTS["RUB"]
    if day >= request.moment.banking_day:
        raise Problem(404, "not_yet", f"the statement of {day} is drawn up when the day is over")
    with request.world.books.read() as page:
        return forms.Told(
            bic=bic,
            account=account,
            currency=accounts.currency_of(page, bic, account),
            number=(day - _FIRST).days + 1,
            day=day,
            before=accounts.opening(page, bic, account, day),
            entries=accounts.entries(page, bic, account, day),
        )


def _statement(
    bic: str, account: str, currency: str, day: date, before: int, found: list[Entry]
) -> etree._Element:
    root = iso.document(_NS)
    body = iso.add(root, "BkToCstmrStmt")
    head = iso.add(body, "GrpHdr")
    iso.add(head, "MsgId", f"{account[-12:]}-{day:%Y%m%d}")
    iso.add(head, "CreDtTm", f"{day}T23:59:59+03:00")
    shown = iso.add(body, "Stmt")
    iso.add(shown, "Id", f"{account}-{day:%Y%m%d}")
    iso.add(shown, "ElctrncSeqNb", str((day - _FIRST).days + 1))
    iso.add(shown, "CreDtTm", f"{day}T23:59:59+03:00")
    span = iso.add(shown, "FrToDt")
    iso.add(span, "FrDtTm", f"{day}T00:00:00+03:00")
    iso.add(span, "ToDtTm", f"{day}T23:59:59+03:00")
    kept = iso.add(shown, "Acct")
    iso.add(kept, "Id/Othr/Id", account)
    iso.add(kept, "Ccy", currency)
    iso.add(kept, "Svcr/FinInstnId/BICFI", bic)
    _balance(shown, "OPBD", currency, before, day)
    _balance(shown, "CLBD", currency, before + sum(entry.units for entry in found), day)
    for entry in found:
        _entry(shown, entry)
    return root


def _balance(parent: etree._Element, code: str, currency: str, units: int, day: date) -> None:
    shown = iso.add(parent, "Bal")
    iso.add(shown, "Tp/CdOrPrtry/Cd", code)
    _amount(shown, units, currency)
    iso.add(shown, "Dt/Dt", day.isoformat())


def _entry(parent: etree._Element, entry: Entry) -> None:
    shown = iso.add(parent, "Ntry")
    iso.add(shown, "NtryRef", entry.reference[-35:])
    _amount(shown, entry.units, entry.currency)
    iso.add(shown, "Sts/Cd", "BOOK")
    iso.add(shown, "BookgDt/Dt", entry.booked_on.isoformat())
    iso.add(shown, "ValDt/Dt", entry.booked_on.isoformat())
    iso.add(shown, "AcctSvcrRef", entry.reference[-35:])
    family, below = _CODES[entry.body["kind"]]
    domain = iso.add(shown, "BkTxCd/Domn")
    iso.add(domain, "Cd", "PMNT")
    kind = iso.add(domain, "Fmly")
    iso.add(kind, "Cd", family)
    iso.add(kind, "SubFmlyCd", below)
    _details(shown, entry)


def _details(parent: etree._Element, entry: Entry) -> None:
    shown = iso.add(parent, "NtryDtls/TxDtls")
    names = iso.add(shown, "Refs")
    iso.add(names, "EndToEndId", entry.body["end_to_end"])
    if entry.body.get("uetr"):
        iso.add(names, "UETR", entry.body["uetr"])
    _amount(shown, entry.units, entry.currency)
    side = "Cdtr" if entry.units < 0 else "Dbtr"
    iso.add(shown, f"RltdPties/{side}/Pty/Nm", entry.body["party"])
    if entry.body["text"]:
        iso.add(shown, "RmtInf/Ustrd", entry.body["text"][:140])
    if entry.body.get("reason"):
        iso.add(shown, "RtrInf/Rsn/Cd", entry.body["reason"])


def _amount(parent: etree._Element, units: int, currency: str) -> None:
    iso.add(parent, "Amt", amounts.show(abs(units))).set("Ccy", currency)
    iso.add(parent, "CdtDbtInd", "DBIT" if units < 0 else "CRDT")


ROUTES: Routes = [
    ("GET", "/banks/{bic}/camt053", _get),
    ("GET", "/banks/{bic}/statement", _in_form),
]
