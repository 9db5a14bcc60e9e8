"""Currency deals: rubles for yuan at the central bank's rate plus the bank's own part."""

from __future__ import annotations

import random
import sqlite3
from datetime import timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

from storefront.sandbox import amounts, centralbank, clock, papers, parties
from storefront.sandbox.banks import accounts, tariffs
from storefront.sandbox.banks.accounts import Entry
from storefront.sandbox.papers import Paper
from storefront.sandbox.routing import Routes
from storefront.sandbox.stories import Story
from storefront.sandbox.wire import Problem, Reply, Request, as_json, text_of

# Source: assumption; what a Russian bank takes over the central bank's rate on yuan.
_MARGIN = Decimal("0.006")
_MARGINS = tuple(Decimal(margin) for margin in ("0.003", "0.0045", "0.006", "0.008"))
_PLACES = Decimal("0.0001")
_OFFER_LIVES = timedelta(minutes=15)


def _post(request: Request) -> Reply:
    body, bic = request.json(), request.parts["bic"]
    reference = text_of(body, "reference", 35)
    with request.world.books.write() as page:
        known = papers.seen(page, "deal", bic, reference, request.digest)
        if known:
            return as_json(known.body)
        refused = parties.refusal(page, f"banks.{bic}", "deal")
        if refused:
            raise Problem(409, refused, "the bank does not make this deal")
        deal = _deal(request, page, body, reference)
    return as_json(deal, 201)


def _deal(
    request: Request, page: sqlite3.Connection, body: dict[str, Any], reference: str
) -> dict[str, Any]:
    sold, bought, rate = _terms(request, body)
    story = request.world.story(page, "deal")
    bic, made_at = request.parts["bic"], clock.show(request.moment.business)
    deal = {
        "deal": f"D{story.number:08d}",
        "reference": reference,
        "rate": str(rate),
        "sold": amounts.money(sold[0], sold[1]),
        "bought": amounts.money(bought[0], bought[1]),
        "executed_at": made_at,
    }
    moves = ((-sold[0], sold[1], "from_account"), (bought[0], bought[1], "to_account"))
    for units, currency, name in moves:
        account = body.get(name) or accounts.DEMO_ACCOUNTS[currency]
        text = f"Сделка D{story.number:08d}: {amounts.show(sold[0])} {sold[1]} по курсу {rate}"
        details = {"kind": "deal", "end_to_end": reference, "text": text, "party": bic}
        entry = Entry(
            f"{bic}-D{story.number:08d}-{currency}",
            currency,
            request.moment.business,
            units,
            details,
        )
        accounts.book(page, bic, str(account), entry)
    _charge(request, page, body, deal, story)
    paper = Paper("deal", bic, reference, story.number, made_at, deal)
    papers.keep(page, paper, request.digest)
    return deal


def _charge(
    request: Request,
    page: sqlite3.Connection,
    body: dict[str, Any],
    deal: dict[str, Any],
    story: Story,
) -> None:
    """Debit what the pair of banks on the way takes, from the account that the deal sells from."""
    sold, via = deal["sold"], body.get("via", [])
    units = amounts.minor(sold["value"])
    fee = tariffs.fee(units, via=via, currency=sold["currency"], story=story)
    if not fee:
        return
    details = {
        "kind": "fee",
        "end_to_end": deal["reference"],
        "text": f"Комиссия по сделке {deal['deal']}",
        "party": via[0],
    }
    bic = request.parts["bic"]
    entry = Entry(
        f"{bic}-{deal['deal']}-F", sold["currency"], request.moment.business, -fee, details
    )
    account = body.get("from_account") or accounts.DEMO_ACCOUNTS[sold["currency"]]
    accounts.book(page, bic, str(account), entry)


_Side = tuple[int, str]


def _terms(request: Request, body: dict[str, Any]) -> tuple[_Side, _Side, Decimal]:
    """Work out what is sold and bought, and at how many rubles for a yuan.

    Rounding: the rate to four places in the bank's favour, the other side half up to its
    minor unit, once.
    """
    sell, buy = _side(body, "sell"), _side(body, "buy")
    pair = {sell["currency"], buy["currency"]}
    if pair != {"RUB", "CNY"}:
        raise Problem(422, "bad_field", "the bank deals in RUB against CNY", "sell.currency")
    if ("value" in sell) == ("value" in buy):
        raise Problem(422, "bad_field", "just one side carries the value", "buy.value")
    buys, sells = _both_ways(request, _margin(request, body))
    rate = sells if sell["currency"] == "RUB" else buys
    given, other = (sell, buy) if "value" in sell else (buy, sell)
    units = _units(given, "sell" if given is sell else "buy")
    factor = rate if given["currency"] == "CNY" else 1 / rate
    counter = int((units * factor).quantize(Decimal(1), ROUND_HALF_UP))
    known = {given["currency"]: units, other["currency"]: counter}
    return _both(sell, known), _both(buy, known), rate


def _both_ways(request: Request, margin: Decimal) -> tuple[Decimal, Decimal]:
    """For how many rubles the bank buys a yuan, and for how many it sells one."""
    middle = centralbank.rate(request.world.environment, "CNY", request.moment.banking_day)
    buys = (middle * (1 - margin)).quantize(_PLACES, ROUND_FLOOR)
    return buys, (middle * (1 + margin)).quantize(_PLACES, ROUND_CEILING)


def _rates(request: Request) -> Reply:
    """What the bank offers now, good for a quarter of an hour; nothing is bought by asking."""
    buys, sells = _both_ways(request, _MARGIN)
    offered_at = request.moment.business
    return as_json(
        {
            "bank": request.parts["bic"],
            "currency": "CNY",
            "buys": str(buys),
            "sells": str(sells),
            "offered_at": clock.show(offered_at),
            "valid_until": clock.show(offered_at + _OFFER_LIVES),
        }
    )


def _margin(request: Request, body: dict[str, Any]) -> Decimal:
    """What a pair of banks takes over the central bank's rate: each its own, the same each time."""
    via = body.get("via", [])
    if not via:
        return _MARGIN
    if not isinstance(via, list) or not all(isinstance(bic, str) for bic in via):
        raise Problem(422, "bad_field", "via lists BICs", "via")
    dice = random.Random(f"{request.world.environment.seed}:margin:{'-'.join(via)}")
    return dice.choice(_MARGINS)


def _both(side: dict[str, Any], known: dict[str, int]) -> _Side:
    return known[side["currency"]], side["currency"]


def _side(body: dict[str, Any], name: str) -> dict[str, Any]:
    found = body.get(name)
    if not isinstance(found, dict) or found.get("currency") not in ("RUB", "CNY"):
        raise Problem(422, "bad_field", f"{name} needs a currency, RUB or CNY", f"{name}.currency")
    return found


def _units(side: dict[str, Any], name: str) -> int:
    try:
        return amounts.minor(side["value"])
    except ValueError as wrong:
        raise Problem(422, "bad_field", str(wrong), f"{name}.value") from None


def _get(request: Request) -> Reply:
    with request.world.books.read() as page:
        found = papers.get(page, "deal", request.parts["bic"], request.parts["reference"])
    return as_json(found.body)


ROUTES: Routes = [
    ("GET", "/banks/{bic}/rates", _rates),
    ("POST", "/banks/{bic}/deals", _post),
    ("GET", "/banks/{bic}/deals/{reference}", _get),
]
