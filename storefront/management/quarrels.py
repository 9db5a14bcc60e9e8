"""What buyers do once they have the goods: seeded contentment, disputes, returns, refunds."""

import io
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from PIL import Image

from catalog import papers
from orders.models import Delivery, Order
from payments import disputes, giving, settlement
from payments.models import Bearer, Dispute
from payments.settlement import deductions
from storefront.flows import disputes as flow
from storefront.flows import returns
from storefront.lib import money
from storefront.lib.refusal import Refusal
from storefront.management import finance
from storefront.management.driver import Driver

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
PATIENCE = 90  # so many days a buyer waits for his goods before he forgets what he wanted
# How many of a thousand buyers do what with goods they have got.
STORIES = {"content": 680, "confirms": 170, "disputes": 80, "sends back": 40, "is given": 30}
KINDS = {
    Dispute.Kind.DAMAGED: Bearer.CARRIER,
    Dispute.Kind.DEFECTIVE: Bearer.SELLER,
    Dispute.Kind.NOT_AS_DESCRIBED: Bearer.SELLER,
    Dispute.Kind.OTHER_GOODS: Bearer.SELLER,
    Dispute.Kind.INCOMPLETE: Bearer.PLATFORM,
}
PENALISED = (Dispute.Kind.NOT_AS_DESCRIBED, Dispute.Kind.OTHER_GOODS)
OUTCOMES = {"FULL": 40, "PARTIAL": 40, "NONE": 20}
Deed = Callable[[Delivery, random.Random, datetime], None]


class Quarrels:
    """Lets buyers, sellers and operators fall out and settle it, by the real flows."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self._deeds: dict[str, Deed] = {
            "confirms": self._confirm,
            "disputes": self._dispute,
            "sends back": self._send_back,
            "is given": self._wait_and_give,
        }

    def expect(self, order: Order, luck: int, *, now: datetime) -> None:
        """Let the buyer of an order do what he will once a delivery of it is with him."""
        chance = random.Random(f"quarrel:{luck}")  # noqa: S311  seeded on purpose
        story = chance.choices(list(STORIES), list(STORIES.values()))[0]
        deed = self._deeds.get(story)
        if deed is not None:
            self._look(order.pk, deed, chance, now + 4 * DAY)

    def _look(self, order: int, deed: Deed, chance: random.Random, at: datetime) -> None:
        """Every second day, until the goods are there."""
        until = at + PATIENCE * DAY

        def look(now: datetime) -> None:
            first = Delivery.objects.filter(order=order, cancelled_at=None).order_by("position")
            delivery = first.select_related("order").first()
            if delivery is None or now > until or delivery.order.state == "CANCELLED":
                return
            if delivery.delivered_at is None:
                self.driver.at(now + 2 * DAY, look)
            else:
                deed(delivery, chance, now)

        self.driver.at(at, look)

    def _confirm(self, delivery: Delivery, chance: random.Random, now: datetime) -> None:
        try:
            returns.confirm(delivery, actor="guest", now=now)
        except Refusal:
            return  # stopped: somebody else has to decide about this order first

    def _wait_and_give(self, delivery: Delivery, chance: random.Random, now: datetime) -> None:
        """An operator gives a piece or the freight back, often after the seller was paid."""
        wait = chance.randrange(2, 45) * DAY
        self.driver.at(now + wait, lambda at: self._give(delivery.pk, chance, at))

    def _give(self, delivery_id: int, chance: random.Random, now: datetime) -> None:
        delivery = Delivery.objects.select_related("order").get(pk=delivery_id)
        line = chance.choice(list(delivery.lines.order_by("position")))
        bearer = chance.choice((Bearer.SELLER, Bearer.PLATFORM, Bearer.CARRIER))
        freight = delivery.freight.amount if chance.random() < 0.4 else Decimal(0)
        wish = giving.Wish({} if freight else {line.position: 1}, freight, bearer)
        try:
            returns.give(delivery, wish, actor=finance.OPERATOR, now=now)
        except Refusal:
            return  # too much for one person, or given back already

    def _dispute(self, delivery: Delivery, chance: random.Random, now: datetime) -> None:
        wanted = chance.choice((Dispute.Wanted.REFUND, Dispute.Wanted.PARTIAL))
        self._open(delivery, wanted, chance, now)

    def _send_back(self, delivery: Delivery, chance: random.Random, now: datetime) -> None:
        self._open(delivery, Dispute.Wanted.RETURN, chance, now)

    def _open(self, delivery: Delivery, wanted: str, chance: random.Random, now: datetime) -> None:
        line = chance.choice(list(delivery.lines.order_by("position")))
        is_whole = chance.random() < 0.3
        claim = disputes.Claim(
            kind=chance.choice(list(KINDS)),
            wanted=wanted,
            text="Посмотрите на фотографии.",
            line=None if is_whole else line,
            quantity=0 if is_whole else chance.randint(1, line.quantity),
        )
        files = [("photo.jpg", picture(chance))]
        try:
            dispute = flow.open(delivery, claim, files, actor="guest", now=now)
        except Refusal:
            return  # the money was released already
        if chance.random() < 0.1:
            self.driver.at(now + 2 * DAY, lambda at: self._withdraw(dispute, at))
        if chance.random() < 0.6:
            answers = now + chance.randrange(20, 100) * HOUR
            self.driver.at(answers, lambda at: self._answer(dispute, chance, at))
        decided = now + chance.randrange(125, 170) * HOUR
        self.driver.at(decided, lambda at: self._decide(dispute.pk, chance, at))

    def _withdraw(self, dispute: Dispute, now: datetime) -> None:
        try:
            flow.withdraw(dispute, actor="guest", now=now)
        except Refusal:
            return

    def _answer(self, dispute: Dispute, chance: random.Random, now: datetime) -> None:
        files = [("packing.jpg", picture(chance))]
        try:
            flow.answer(dispute, "发货前已检查。", files, actor=finance.SELLER, now=now)
        except Refusal:
            return  # withdrawn, or decided without him

    def _decide(self, dispute_id: int, chance: random.Random, now: datetime) -> None:
        dispute = Dispute.objects.get(pk=dispute_id)
        if dispute.state not in ("OPEN", "ANSWERED"):
            return
        verdict = self._verdict(dispute, chance)
        try:
            flow.decide(dispute, verdict, actor=finance.OPERATOR, now=now)
        except Refusal:  # given back by other ways meanwhile: there is nothing left to decide
            flow.decide(dispute, _nothing(), actor=finance.OPERATOR, now=now)
        self._follow(dispute_id, verdict, chance, now)

    def _verdict(self, dispute: Dispute, chance: random.Random) -> disputes.Verdict:
        outcome = chance.choices(list(OUTCOMES), list(OUTCOMES.values()))[0]
        if outcome == "NONE":
            return _nothing()
        paid = dispute.line.price_rub.amount if dispute.line else Decimal(0)
        part = money.share(paid, 1000 * chance.randint(1, 5))
        is_return = dispute.wanted == Dispute.Wanted.RETURN
        freight = dispute.delivery.freight.amount if chance.random() < 0.3 else Decimal(0)
        if outcome == "PARTIAL" and not part + freight:
            outcome = "FULL"
        return disputes.Verdict(
            outcome=outcome,
            text="Решено по фотографиям.",
            bearer=KINDS[Dispute.Kind(dispute.kind)],
            goods=part if outcome == "PARTIAL" else Decimal(0),
            freight=freight,
            with_return=is_return and outcome == "FULL",
        )

    def _follow(
        self, dispute_id: int, verdict: disputes.Verdict, chance: random.Random, now: datetime
    ) -> None:
        """What a decision brings with it: a second person, goods on their way, a penalty."""
        dispute = Dispute.objects.get(pk=dispute_id)
        if dispute.state == "PROPOSED":
            is_granted = chance.random() < 0.85
            self.driver.at(
                now + DAY, lambda at: self._agree(dispute_id, is_granted, verdict, chance, at)
            )
        elif dispute.state == "RETURNING" and chance.random() < 0.8:
            back = now + chance.randrange(6, 25) * DAY
            self.driver.at(back, lambda at: self._returned(dispute, at))
        elif dispute.state == "CLOSED" and verdict.bearer == Bearer.SELLER:
            self._penalise(dispute, now)

    def _agree(
        self,
        dispute_id: int,
        is_granted: bool,
        verdict: disputes.Verdict,
        chance: random.Random,
        now: datetime,
    ) -> None:
        dispute = Dispute.objects.get(pk=dispute_id)
        try:
            flow.agree(dispute, is_granted=is_granted, actor=finance.SECOND_OPERATOR, now=now)
        except Refusal:  # a bank took the money meanwhile
            flow.agree(dispute, is_granted=False, actor=finance.SECOND_OPERATOR, now=now)
            is_granted = False
        if is_granted:
            self._follow(dispute_id, verdict, chance, now)
        else:
            fresh = Dispute.objects.get(pk=dispute_id)
            flow.decide(fresh, _nothing(), actor=finance.OPERATOR, now=now)

    def _returned(self, dispute: Dispute, now: datetime) -> None:
        try:
            flow.returned(dispute, actor=finance.FLOOR, now=now)
        except Refusal:
            return  # a bank took the money meanwhile

    def _penalise(self, dispute: Dispute, now: datetime) -> None:
        granted = dispute.decisions.exclude(outcome="NONE")
        if dispute.kind not in PENALISED or dispute.seller is None or not granted.exists():
            return
        price = deductions.penalty_price("not_as_described", on=now.date())
        settlement.penalise(
            dispute.seller,
            price,
            key=f"dispute:{dispute.pk}",
            source=f"dispute {dispute.pk}",
            actor=finance.OPERATOR,
            now=now,
            line=dispute.line,
        )


def _nothing() -> disputes.Verdict:
    return disputes.Verdict("NONE", "Товар соответствует описанию.")


def picture(chance: random.Random) -> papers.Document:
    """A photograph, as somebody lays it in."""
    colour = (chance.randrange(256), chance.randrange(256), chance.randrange(256))
    body = io.BytesIO()
    Image.new("RGB", (48, 36), colour).save(body, "JPEG")
    return papers.read(body.getvalue())
