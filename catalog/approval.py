"""Who lets an offer into the shop: a person, or a rule that knows seller, model and market."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from statistics import median
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from catalog import listings, snapshots
from catalog.dated import holding
from catalog.models import ApprovalRule, Offer, Product, RefusalReason, Seller
from catalog.snapshots import Change
from storefront.lib import locks
from storefront.lib.refusal import Refusal

State = Offer.State
ACCEPTED = (State.LIVE, State.PAUSED)
WHOLE_BPS = 10_000
LONGEST = 300


class ChangedMeanwhile(Refusal):
    """The seller has changed the offer since the operator looked at it."""

    code = "changed_meanwhile"


@dataclass(frozen=True)
class Verdict:
    """The rule that approves an offer, or the reasons why a person must look at it."""

    rule: str
    reasons: list[str]
    inputs: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """What the rules ask about one offer.

    Money: CNY of one piece; `market` is None where nobody else sells the model.
    """

    approved: int
    days: int
    is_known_model: bool
    price: Decimal
    market: Decimal | None
    new_facts: bool
    unread_texts: bool
    new_pictures: bool

    def is_in_band(self, band_bps: int) -> bool:
        """Whether the price is at most so far from the market's, both ends included."""
        if self.market is None:
            return False
        return abs(self.price - self.market) * WHOLE_BPS <= band_bps * self.market


@dataclass(frozen=True)
class _Sold:
    """An offer that is in the shop or paused: the company an offer is seen in."""

    pk: int
    variant_id: int
    price: Decimal
    is_live: bool
    customs: tuple[str, ...]


@dataclass(frozen=True)
class _Records:
    """Everything that is asked of the database for a batch of offers."""

    standings: Mapping[int, int]
    sold: Mapping[int, Sequence[_Sold]]
    approved: Mapping[int, snapshots.Snapshot]


def consider(offer: Offer, now: datetime) -> Verdict:
    """Ask whether a rule would approve an offer; nothing is changed."""
    (row,) = snapshots.with_goods(Offer.objects.filter(pk=offer.pk))
    return _judge(row, _rules(now.date()), _records([row]), on=now.date())


def settle(offers: Iterable[Offer], now: datetime) -> list[Offer]:
    """Let those offers in review into the shop that meet an active rule; the others wait.

    The decision is an event with the rule, its inputs and what was approved.
    Locks: the offers in review by key, then their products by key; the caller's transaction.
    """
    keys, rules = {offer.pk for offer in offers}, _rules(now.date())
    least = min((rule.least_approved for rule in rules), default=None)
    if least is None or not keys:
        return []
    sellers = Seller.objects.filter(offers__in=keys, is_open=True).values_list("pk", flat=True)
    known = [pk for pk, count in _standings(set(sellers)).items() if count >= least]
    rows = Offer.objects.filter(pk__in=keys, seller__in=known, state=State.REVIEW)
    held = [row.pk for row in locks.rows(rows)] if known else []
    return _settle(held, rules, now=now) if held else []


def _settle(keys: Sequence[int], rules: Sequence[ApprovalRule], *, now: datetime) -> list[Offer]:
    rows = list(snapshots.with_goods(Offer.objects.filter(pk__in=keys).order_by("pk")))
    records = _records(rows)
    locks.rows(Product.objects.filter(pk__in={row.variant.product_id for row in rows}))
    settled = []
    for row in rows:
        verdict = _judge(row, rules, records, on=now.date())
        if not verdict.rule:
            continue
        facts = {"rule": verdict.rule, "inputs": verdict.inputs, "snapshot": snapshots.take(row)}
        try:
            actor = f"rule:{verdict.rule}"
            settled.append(listings.approve(row, actor=actor, now=now, facts=facts))
        except Refusal:
            continue  # a person will see what is missing
    return settled


@transaction.atomic
def approve(offer: Offer, *, actor: str, now: datetime, seen_at: datetime | None = None) -> Offer:
    """Let an offer into the shop by a person's word: its texts count as read from then on.

    Locks: the offer, then its product.
    Raises: ChangedMeanwhile, if it was changed after `seen_at`; as `listings.approve`.
    """
    row = locks.row(Offer.objects.all(), offer.pk)
    if seen_at is not None and row.updated_at > seen_at:
        raise ChangedMeanwhile(_("The seller has changed this offer meanwhile: look at it again."))
    (row,) = snapshots.with_goods(Offer.objects.filter(pk=offer.pk))
    facts = {"snapshot": snapshots.take(row)}
    approved = listings.approve(row, actor=actor, now=now, facts=facts)
    given, read = Product.Text.GIVEN, Product.Text.REVIEWED
    for name in ("russian_text", "chinese_text"):
        card = Product.objects.filter(pk=row.variant.product_id, **{name: given})
        card.update(**{name: read})
    return approved


def refuse(
    offer: Offer, *, reasons: Sequence[RefusalReason], text: str, actor: str, now: datetime
) -> Offer:
    """Send an offer back with reasons from the list and words of one's own, told in Chinese.

    Raises: WrongState, unless it is in review.
    """
    told = "；".join(filter(None, [*(reason.title_zh for reason in reasons), text.strip()]))
    facts = {"reasons": [reason.key for reason in reasons], "text": text.strip()}
    return listings.refuse(offer, reason=told[:LONGEST], actor=actor, now=now, facts=facts)


def compare(offer: Offer) -> list[Change]:
    """Lay an offer beside what was approved of it last, fact by fact."""
    (row,) = snapshots.with_goods(Offer.objects.filter(pk=offer.pk))
    before = snapshots.approved([offer.pk]).get(offer.pk, {})
    return snapshots.compare(before, snapshots.take(row))


def changes(offer: Offer) -> list[Change]:
    """Tell what differs from what was approved last; of new goods, everything."""
    return [row for row in compare(offer) if row.differs]


def has_other_facts(offer: Offer) -> bool:
    """Whether customs would be told otherwise than was approved; unknown of old approvals."""
    before = snapshots.approved([offer.pk]).get(offer.pk)
    return before is not None and _customs(before) != snapshots.customs(offer.variant)


def _customs(snapshot: snapshots.Snapshot) -> tuple[str, ...]:
    return tuple(snapshot.get(name, "") for name in snapshots.CUSTOMS)


def _rules(on: date) -> list[ApprovalRule]:
    rows = ApprovalRule.objects.filter(holding(on), is_active=True)
    return list(rows.order_by("least_approved", "pk"))


def _standings(sellers: set[int]) -> dict[int, int]:
    """Count the accepted offers of each seller."""
    rows = Offer.objects.filter(seller__in=sellers, state__in=ACCEPTED).values_list("seller")
    return dict.fromkeys(sellers, 0) | dict(rows.annotate(count=Count("pk")).order_by())


def _records(offers: Sequence[Offer]) -> _Records:
    cards = {offer.variant.product_id for offer in offers}
    rows = Offer.objects.filter(variant__product__in=cards, state__in=ACCEPTED)
    sold = defaultdict(list)
    for row in rows.select_related("variant", "seller"):
        is_live = row.state == State.LIVE and row.seller.is_open
        facts = snapshots.customs(row.variant)
        one = _Sold(row.pk, row.variant_id, row.price.amount, is_live, facts)
        sold[row.variant.product_id].append(one)
    return _Records(
        _standings({offer.seller_id for offer in offers}),
        sold,
        snapshots.approved(offer.pk for offer in offers),
    )


def _case(offer: Offer, records: _Records, *, on: date) -> Case:
    variant, card = offer.variant, offer.variant.product
    others = [one for one in records.sold.get(card.pk, ()) if one.pk != offer.pk]
    before = records.approved.get(offer.pk)
    facts = snapshots.customs(variant)
    known = {one.customs for one in others} if before is None else {_customs(before)}
    is_shared = any(one.variant_id == variant.pk for one in others)
    seen = _pictures(before) if before else None if is_shared else set()
    return Case(
        approved=records.standings.get(offer.seller_id, 0),
        days=(on - offer.seller.joined_on).days,
        is_known_model=bool(others) or before is not None,
        price=offer.price.amount,
        market=_market(others, variant.pk),
        new_facts=facts not in known,
        unread_texts=Product.Text.GIVEN in (card.russian_text, card.chinese_text),
        new_pictures=seen is not None and not _pictures(snapshots.take(offer)) <= seen,
    )


def _pictures(snapshot: snapshots.Snapshot) -> set[str]:
    return set(snapshot.get(snapshots.PICTURES, "").split("\n")) - {""}


def _market(others: Iterable[_Sold], variant_id: int) -> Decimal | None:
    """The middle price of the variant's other offers in the shop, else of the model's."""
    live = [one for one in others if one.is_live]
    same = [one.price for one in live if one.variant_id == variant_id]
    prices = same or [one.price for one in live]
    return Decimal(median(prices)) if prices else None


def _judge(offer: Offer, rules: Sequence[ApprovalRule], records: _Records, *, on: date) -> Verdict:
    """The first rule that is met, or what the nearest one lacks."""
    if not rules:
        return Verdict("", [_("No rule of approval is active.")])
    case = _case(offer, records, on=on)
    lacks = [(rule, _lacks(rule, case)) for rule in rules]
    for rule, reasons in lacks:
        if not reasons:
            return Verdict(rule.rule, [], _inputs(rule, case))
    return Verdict("", min((reasons for _rule, reasons in lacks), key=len))


def _inputs(rule: ApprovalRule, case: Case) -> dict[str, Any]:
    """What the decision was made of, for its history."""
    return {
        "approved": f"{case.approved} >= {rule.least_approved}",
        "days": f"{case.days} >= {rule.least_days}",
        "price": str(case.price),
        "market": str(case.market),
        "band_bps": rule.band_bps,
        "known_model": case.is_known_model,
    }


def _lacks(rule: ApprovalRule, case: Case) -> list[str]:
    found = [*_of_the_seller(rule, case), *_of_the_price(rule, case)]
    if rule.needs_known_model and not case.is_known_model:
        found.append(_("The model is new in the shop."))
    if case.new_facts:
        found.append(_("Nobody has approved these facts for customs and carriers."))
    if case.unread_texts:
        found.append(_("Nobody has read the seller's texts."))
    if case.new_pictures and not rule.takes_new_pictures:
        found.append(_("Nobody has seen the pictures."))
    return found


def _of_the_seller(rule: ApprovalRule, case: Case) -> list[str]:
    found = []
    if case.approved < rule.least_approved:
        text = _("The seller has %(have)s approved offers; the rule asks for %(need)s.")
        found.append(text % {"have": case.approved, "need": rule.least_approved})
    if case.days < rule.least_days:
        text = _("The seller is here for %(have)s days; the rule asks for %(need)s.")
        found.append(text % {"have": case.days, "need": rule.least_days})
    return found


def _of_the_price(rule: ApprovalRule, case: Case) -> list[str]:
    if case.market is None:
        return [_("There is no market price to compare with.")]
    if case.is_in_band(rule.band_bps):
        return []
    text = _("The price ¥%(price)s is further from the market price ¥%(market)s than allowed.")
    return [text % {"price": case.price, "market": case.market}]


def switch(rule: ApprovalRule, *, is_active: bool) -> None:
    """Let a rule decide from now on, or no more; what it has decided stays."""
    ApprovalRule.objects.filter(pk=rule.pk).update(is_active=is_active)
