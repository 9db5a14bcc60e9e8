"""Buyers' banks that take payments back: raised, answered by the finance desk, won or lost."""

import json
import random
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from orders.models import Order
from payments import chargebacks, notices, providers
from payments.models import Bearer, Charge, Chargeback
from storefront.flows import disputes as flow
from storefront.lib import clock, http
from storefront.lib.refusal import Refusal
from storefront.management import finance
from storefront.management.driver import Driver

DAY = timedelta(days=1)
# How many of a thousand payments a bank takes back soon, and after the seller was paid.
SOON, LATE = 15, 15
REASONS = ("fraud", "not_received", "not_as_described", "credit_not_processed", "other")
ANSWERED, WON = 0.75, 0.6


class Takings:
    """Lets banks of buyers take money back in the sandbox, and tells the shop of it."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver

    def expect(self, order: Order, luck: int, *, now: datetime) -> None:
        """Let the bank of an order's buyer do what it will."""
        chance = random.Random(f"taking:{luck}")  # noqa: S311  seeded on purpose
        drawn = chance.randrange(1000)
        if drawn < SOON + LATE:
            days = chance.randrange(2, 20) if drawn < SOON else chance.randrange(45, 75)
            self.driver.at(now + days * DAY, lambda at: self._take(order.pk, chance, at))

    def _take(self, order_id: int, chance: random.Random, now: datetime) -> None:
        charges = Charge.objects.filter(order=order_id, state=Charge.State.CAPTURED)
        charge = charges.order_by("pk").first()
        if charge is None:
            return
        asked: dict[str, Any] = {"reason": chance.choice(REASONS)}
        if chance.random() < 0.3:
            asked["amount"] = f"{charge.price.amount / 2:.2f}"
        told = _ask(f"{charge.provider_id}", asked)
        self._tell("chargeback.created", told)
        if chance.random() < ANSWERED:
            answers = now + chance.randrange(1, 6) * DAY
            self.driver.at(answers, lambda at: self._answer(told["id"], chance, at))
        decides = now + chance.randrange(7, 20) * DAY
        self.driver.at(decides, lambda at: self._decide(told["id"], chance, at))

    def _tell(self, event: str, told: dict[str, Any]) -> None:
        """What is simulated the sandbox does not send by itself: its notice is handed over."""
        body = json.dumps({"type": "notification", "event": event, "object": told}).encode()
        notices.keep(providers.FIRST, body, source="127.0.0.1", now_wall=clock.wall())

    def _answer(self, ident: str, chance: random.Random, now: datetime) -> None:
        row = Chargeback.objects.select_related("charge__order").get(provider_id=ident)
        bearer = chance.choice((row.bearer, row.bearer, row.bearer, *Bearer.values))
        try:
            chargebacks.assign(row, bearer=bearer, actor=finance.ASKS, now=now)
            files = flow.evidence_of(row)
            flow.answer_bank(row, "Goods were handed over.", files, actor=finance.ASKS, now=now)
        except Refusal:
            return  # the bank has decided already

    def _decide(self, ident: str, chance: random.Random, now: datetime) -> None:
        row = Chargeback.objects.get(provider_id=ident)
        is_won = chance.random() < WON and row.state == Chargeback.State.ANSWERED
        told = _ask(f"{ident}/decide", {"outcome": "won" if is_won else "lost"})
        if chance.random() < 0.5:
            self._tell("chargeback.updated", told)  # the other half is found by asking


def _ask(path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = http.call("POST", f"{settings.SANDBOX_PUBLIC_URL}/_/chargebacks/{path}", json=body)
    told: dict[str, Any] = json.loads(answer.body)
    return told
