"""What a buyer does at the acquirer's, on the page or by the control: pay, fail, give up."""

from __future__ import annotations

import sqlite3
from typing import Any

from storefront.sandbox import parties
from storefront.sandbox.acquirer import borrowers, cards, payments
from storefront.sandbox.acquirer.cards import Entered
from storefront.sandbox.acquirer.payments import Payment
from storefront.sandbox.clock import Moment
from storefront.sandbox.world import World

_TRIES = 3


def by_card(
    world: World, page: sqlite3.Connection, payment: Payment, entered: Entered, moment: Moment
) -> str:
    """Try a card: "paid", "code" if the bank wants one, or why the card was refused."""
    card = entered.card
    payment.body["attempt"] = {
        "number": card.number,
        "month": entered.month,
        "year": entered.year,
        "tries": 0,
    }
    payment.body.pop("declined", None)
    if card.three_d_secure:
        payments.save(page, payment)
        return "code"
    return _charge(world, page, payment, moment, checked=False)


def by_code(
    world: World, page: sqlite3.Connection, payment: Payment, code: str, moment: Moment
) -> str:
    """Give the code: "paid", "code" if it was wrong and may be tried again, or the refusal."""
    attempt = payment.body.get("attempt")
    if attempt is None:
        return "none"
    if code.strip() == cards.CODE:
        return _charge(world, page, payment, moment, checked=True)
    attempt["tries"] += 1
    if attempt["tries"] < _TRIES:
        payments.save(page, payment)
        return "code"
    return _decline(page, payment, "3d_secure_failed")


def by_sbp(world: World, page: sqlite3.Connection, payment: Payment, moment: Moment) -> str:
    """Pay in the bank's application: "paid", or why the bank refused."""
    refused = parties.refusal(page, payment.shop, "charge")
    if refused:
        return _decline(page, payment, refused)
    story = world.retold("operation", payment.number)
    payments.succeed(
        world,
        page,
        payment,
        moment,
        {
            "payment_method": {
                "type": "sbp",
                "id": payment.id,
                "saved": False,
                "title": "СБП",
                "sbp_operation_id": story.ident().replace("-", "").upper(),
                "payer_bank_details": {"bank_id": "100000000007", "bic": "044525974"},
            },
            "authorization_details": {"rrn": _digits(story.dice.random(), 12)},
        },
    )
    return "paid"


def by_instalments(
    world: World,
    page: sqlite3.Connection,
    payment: Payment,
    asked: borrowers.Asked,
    moment: Moment,
) -> str:
    """Ask a bank to lend the price: "paid", or why it would not."""
    refused = asked.borrower.declines_with or parties.refusal(page, payment.shop, "charge")
    if refused:
        return _decline(page, payment, refused)
    dice = world.retold("operation", payment.number).dice
    payments.succeed(
        world,
        page,
        payment,
        moment,
        {
            "payment_method": {
                "type": "installments",
                "id": payment.id,
                "saved": False,
                "title": f"Рассрочка на {asked.months} мес.",
            },
            "authorization_details": {"rrn": _digits(dice.random(), 12)},
        },
    )
    return "paid"


def give_up(world: World, page: sqlite3.Connection, payment: Payment, moment: Moment) -> None:
    """Leave without paying: the payment ends, with the last refusal as its reason if any."""
    declined = payment.body.get("declined")
    payments.cancel(
        world,
        page,
        payment,
        moment,
        party="payment_network" if declined else "yoo_money",
        reason=declined or "expired_on_confirmation",
    )


def _charge(
    world: World, page: sqlite3.Connection, payment: Payment, moment: Moment, *, checked: bool
) -> str:
    attempt = payment.body["attempt"]
    refused = cards.known()[attempt["number"]].declines_with
    refused = refused or parties.refusal(page, payment.shop, "charge")
    if refused:
        return _decline(page, payment, refused)
    del payment.body["attempt"]
    payments.succeed(world, page, payment, moment, _details(world, payment, attempt, checked))
    return "paid"


def _decline(page: sqlite3.Connection, payment: Payment, reason: str) -> str:
    payment.body["declined"] = reason
    payment.body.pop("attempt", None)
    payments.save(page, payment)
    return reason


def _details(
    world: World, payment: Payment, attempt: dict[str, Any], checked: bool
) -> dict[str, Any]:
    number = attempt["number"]
    dice = world.retold("operation", payment.number).dice
    return {
        "payment_method": {
            "type": "bank_card",
            "id": payment.id,
            "saved": False,
            "title": f"Bank card *{number[-4:]}",
            "card": {
                "first6": number[:6],
                "last4": number[-4:],
                "expiry_month": attempt["month"],
                "expiry_year": attempt["year"],
                "card_type": "MIR",
                "issuer_country": "RU",
            },
        },
        "authorization_details": {
            "rrn": _digits(dice.random(), 12),
            "auth_code": _digits(dice.random(), 6),
            "three_d_secure": {"applied": checked},
        },
    }


def _digits(chance: float, length: int) -> str:
    return f"{int(chance * 10**length):0{length}d}"
