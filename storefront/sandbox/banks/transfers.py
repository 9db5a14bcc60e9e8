"""Transfers: pain.001 in, checked; pain.002 out, as far as each transfer has come."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any, NamedTuple

from lxml import etree

from storefront.sandbox import clock, papers, parties
from storefront.sandbox.banks import accounts, answers, iso, pain001, tariffs
from storefront.sandbox.banks.accounts import Entry
from storefront.sandbox.banks.pain001 import Order, Transfer
from storefront.sandbox.papers import Paper
from storefront.sandbox.routing import Routes
from storefront.sandbox.stories import Story
from storefront.sandbox.wire import Reply, Request, as_json, as_xml

_NS = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.12"


def _post(request: Request) -> Reply:
    bic = request.parts["bic"]
    order = pain001.read(request.xml())
    with request.world.books.write() as page:
        known = papers.seen(page, "transfer", bic, order.message_id, request.digest)
        status = 202
        if known:
            status = 200
        else:
            _accept(request, page, bic, order)
    answer = {
        "message_id": order.message_id,
        "status": "RCVD",
        "transactions": len(order.transfers),
    }
    return as_json(answer, status)


def _accept(request: Request, page: sqlite3.Connection, bic: str, order: Order) -> None:
    now = request.moment.business
    stories = []
    for transfer in order.transfers:
        story = request.world.story(page, "transaction")
        reason = _trouble(request, page, story, transfer)
        steps = _steps(story, now, reason)
        fee = tariffs.fee(transfer.units, via=transfer.via, currency=transfer.currency, story=story)
        _book(page, bic, transfer, _Course(steps, reason, fee))
        stories.append(
            {
                "instruction": transfer.instruction,
                "end_to_end": transfer.end_to_end,
                "amount": transfer.units,
                "currency": transfer.currency,
                "creditor": transfer.creditor,
                "via": list(transfer.via),
                "reason": reason,
                "steps": [[clock.show(at), status] for at, status in steps],
            }
        )
    number = request.world.story(page, "transfer").number
    body = {"payment_information": order.payment_information, "transactions": stories}
    paper = Paper("transfer", bic, order.message_id, number, clock.show(now), body)
    papers.keep(page, paper, request.digest)


_Steps = list[tuple[datetime, str]]


class _Course(NamedTuple):
    """How a transfer goes. Units: `fee` in the minor unit of its currency."""

    steps: _Steps
    reason: str
    fee: int


def _trouble(request: Request, page: sqlite3.Connection, story: Story, transfer: Transfer) -> str:
    """The code a transfer comes to nothing with: scripted for us or a bank on its way, or drawn."""
    bics = (request.parts["bic"], *transfer.via)
    told = (parties.refusal(page, f"banks.{bic}", "transfer") for bic in bics)
    scripted = next(filter(None, told), "")
    times = answers.strictness(request.world.environment.seed, transfer.via)
    # Drawn in any case, so that a script changes nothing else.
    found = answers.drawn(story, times=times)
    return scripted or found


def _steps(story: Story, now: datetime, reason: str) -> _Steps:
    """Draw how a transfer goes: credited, never debited, or debited and given back."""
    settling = now + story.takes("bank_received_to_settling")
    if reason and not answers.is_returned(reason):
        return [(now, "RCVD"), (now + story.takes("bank_rejected"), "RJCT")]
    if reason:
        back = settling + story.takes("bank_returned")
        return [(now, "RCVD"), (settling, "ACSP"), (back, "RJCT")]
    credited = settling + story.takes("bank_settling_to_credited")
    return [(now, "RCVD"), (settling, "ACSP"), (credited, "ACCC")]


def _book(page: sqlite3.Connection, bic: str, transfer: Transfer, course: _Course) -> None:
    """Debit the transfer and its fee when it settles; credit it, but no fee, when it comes back."""
    details = {
        "kind": "transfer",
        "end_to_end": transfer.end_to_end,
        "uetr": transfer.uetr,
        "text": transfer.text,
        "party": transfer.creditor,
    }
    number = accounts.next_reference(page, bic)

    def write(mark: str, at: datetime, units: int, **other: str) -> None:
        entry = Entry(f"{number}-{mark}", transfer.currency, at, units, {**details, **other})
        accounts.book(page, bic, transfer.debtor_account, entry)

    for at, status in course.steps:
        if status == "ACSP":
            write("D", at, -transfer.units)
            if course.fee:
                told = {"text": f"Fee for {transfer.end_to_end}", "party": transfer.via[0]}
                write("F", at, -course.fee, kind="fee", **told)
        if status == "RJCT" and answers.is_returned(course.reason):
            write("R", at, transfer.units, kind="return", reason=course.reason)


def _get(request: Request) -> Reply:
    with request.world.books.read() as page:
        paper = papers.get(page, "transfer", request.parts["bic"], request.parts["message"])
    return as_xml(_report(paper, request.moment.business))


def _report(paper: Paper, now: datetime) -> etree._Element:
    root = iso.document(_NS)
    report = iso.add(root, "CstmrPmtStsRpt")
    head = iso.add(report, "GrpHdr")
    iso.add(head, "MsgId", f"R{paper.number:08d}")
    iso.add(head, "CreDtTm", clock.show(now))
    states = [status_at(told, now) for told in paper.body["transactions"]]
    original = iso.add(report, "OrgnlGrpInfAndSts")
    iso.add(original, "OrgnlMsgId", paper.reference)
    iso.add(original, "OrgnlMsgNmId", "pain.001.001.09")
    iso.add(original, "OrgnlNbOfTxs", str(len(states)))
    iso.add(original, "GrpSts", states[0] if len(set(states)) == 1 else "PART")
    information = iso.add(report, "OrgnlPmtInfAndSts")
    iso.add(information, "OrgnlPmtInfId", paper.body["payment_information"])
    for told, state in zip(paper.body["transactions"], states, strict=True):
        _transaction(information, told, state)
    return root


def _transaction(parent: etree._Element, told: dict[str, Any], state: str) -> None:
    shown = iso.add(parent, "TxInfAndSts")
    if told["instruction"]:
        iso.add(shown, "OrgnlInstrId", told["instruction"])
    iso.add(shown, "OrgnlEndToEndId", told["end_to_end"])
    iso.add(shown, "TxSts", state)
    if state == "RJCT":
        why = iso.add(shown, "StsRsnInf")
        iso.add(why, "Rsn/Cd", told["reason"])
        iso.add(why, "AddtlInf", answers.text(told["reason"]))


def status_at(told: dict[str, Any], now: datetime) -> str:
    """Say how far a transfer has come."""
    reached = [status for at, status in told["steps"] if clock.parse(at) <= now]
    # A transfer is received the moment it comes, whatever clock the question is asked by.
    return str(reached[-1]) if reached else "RCVD"


ROUTES: Routes = [
    ("POST", "/banks/{bic}/pain001", _post),
    ("GET", "/banks/{bic}/pain002/{message}", _get),
]
