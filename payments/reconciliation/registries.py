"""The acquirer's registers against our charges and refunds."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Q

from orders import days, terms
from payments.models import (
    Break,
    ChargeFact,
    Match,
    MatchPart,
    Refund,
    Registry,
    RegistryLine,
)
from storefront.lib import money

from . import breaks, comparing
from .breaks import Seen
from .comparing import Found, Item, Key, Knowledge

SOURCE = Break.Source.REGISTRY
# What a fact of ours is called in a register.
FACTS = {"CAPTURED": "PAYMENT", "CHARGEBACK": "CHARGEBACK", "RESTORED": "RESTORED"}
REFUNDS_LIVING = ("READY", "SENT", "DONE")
RECEIPTS_LOOKED_AT = timedelta(days=10)
ANSWERED = Q(breaks__state="CLOSED")


@transaction.atomic
def reconcile(provider: str, *, actor: str, now: datetime) -> tuple[int, int]:
    """Compare all that is not matched yet; how many were matched, and how many breaks opened.

    Time: an operation that one side alone has is missing in the other once the register of a
    later day is here; what happened before the first register is not compared.
    """
    known = Registry.objects.filter(provider=provider).order_by("registry_on")
    first, last = known.first(), known.last()
    if first is None or last is None:
        return 0, 0
    since, today = first.registry_on, days.of_books(now)
    theirs = list(_theirs(provider))
    ours = [*_facts(provider, since), *_refunds(provider, since)]
    found = comparing.compare(theirs, ours, _knowledge(theirs, ours, last.registry_on, today))
    _match(found.pairs, actor, now)
    seen = [_seen(one) for one in found.breaks]
    opened = breaks.open_all(seen, now=now)
    still = [one.key for one in seen]
    _heal(still, found.pairs, actor, now)
    looked_at = [item.pk for item in theirs if item.kind == "RECEIPT"]
    bare = Break.objects.filter(kind="BARE_RECEIPT", registry_line__in=looked_at)
    breaks.heal(bare, still, actor=actor, now=now)
    return len(found.pairs), len(opened)


def _theirs(provider: str) -> Iterator[Item]:
    lines = RegistryLine.objects.filter(registry__provider=provider, part=None)
    recent = Q(registry__registry_on__gte=_receipts_since(provider))
    lines = lines.filter(~Q(kind="RECEIPT") | recent).exclude(ANSWERED)
    for line in lines.select_related("registry").order_by("pk"):
        yield Item(
            pk=line.pk,
            kind=line.kind,  # type: ignore[arg-type]
            object_id=line.object_id,
            payment_id=line.payment_id,
            order_number=line.order_number,
            units=_units(line.gross, line.currency),
            fee=_units(line.fee, line.currency),
            currency=line.currency,
            on=line.registry.registry_on,
        )


def _receipts_since(provider: str) -> date:
    last = Registry.objects.filter(provider=provider).latest("registry_on")
    return last.registry_on - RECEIPTS_LOOKED_AT


def _facts(provider: str, since: date) -> Iterator[Item]:
    facts = ChargeFact.objects.filter(
        charge__provider=provider,
        kind__in=FACTS,
        part=None,
        money__gt=0,
        happened_at__gte=_midnight(since),
    ).exclude(ANSWERED)
    for fact in facts.select_related("charge__order").order_by("pk"):
        is_payment = fact.kind == "CAPTURED"
        currency = fact.money.currency.code
        units = _units(fact.money.amount, currency)
        operation = fact.operation.removeprefix(f"{provider}:")
        yield Item(
            pk=fact.pk,
            kind=FACTS[fact.kind],  # type: ignore[arg-type]
            # Two captures of one payment are one operation told twice.
            object_id=fact.charge.provider_id if is_payment else operation,
            payment_id=fact.charge.provider_id,
            order_number=fact.charge.order.number,
            units=-units if fact.kind == "CHARGEBACK" else units,
            fee=_units(fact.fee.amount, currency),
            currency=currency,
            on=days.of_books(fact.happened_at),
        )


def _refunds(provider: str, since: date) -> Iterator[Item]:
    refunds = Refund.objects.filter(
        Q(done_at=None) | Q(done_at__gte=_midnight(since)),
        charge__provider=provider,
        state__in=REFUNDS_LIVING,
        part=None,
    ).exclude(ANSWERED)
    # What a bank kept went another way than by a refund: its line is the chargeback's.
    refunds = refunds.exclude(reason=Refund.Reason.CHARGEBACK)
    for refund in refunds.select_related("charge__order").order_by("pk"):
        done_at = refund.done_at or days.begins(since)
        currency = refund.price.currency.code
        yield Item(
            pk=refund.pk,
            kind="REFUND",
            object_id=refund.provider_id or f"asked-{refund.key}",
            payment_id=refund.charge.provider_id,
            order_number=refund.charge.order.number,
            units=-_units(refund.price.amount, currency),
            fee=None,
            currency=currency,
            on=days.of_books(done_at),
            is_open=refund.state != Refund.State.DONE,
        )


def _units(value: Decimal, currency: str) -> int:
    # A currency the ledger does not know is a break by itself; its sum is only shown.
    if currency not in money.SCALE:
        return int(value.scaleb(2))
    return money.to_minor(value, currency)


def _midnight(day: date) -> datetime:
    return days.begins(day).astimezone(UTC)


def _knowledge(theirs: list[Item], ours: list[Item], last: date, today: date) -> Knowledge:
    wait = timedelta(days=terms.value("missing_after_days", on=today))
    return Knowledge(
        complete_until=last - wait,
        matched=_matched([*theirs, *ours]),
        captured=_captured(theirs),
        within={
            "PAYMENT": terms.value("heard_within_days", on=today),
            "CHARGEBACK": terms.value("heard_within_days", on=today),
            "RESTORED": terms.value("heard_within_days", on=today),
            "REFUND": terms.value("refunded_within_days", on=today),
        },
    )


def _matched(items: list[Item]) -> frozenset[Key]:
    lines = RegistryLine.objects.filter(
        part__isnull=False, object_id__in={item.object_id for item in items}
    )
    return frozenset(lines.values_list("kind", "object_id"))


def _captured(theirs: list[Item]) -> frozenset[str]:
    wanted = {item.payment_id for item in theirs if item.kind == "RECEIPT"}
    facts = ChargeFact.objects.filter(kind="CAPTURED", charge__provider_id__in=wanted)
    return frozenset(facts.values_list("charge__provider_id", flat=True))


def _match(pairs: list[tuple[Item, Item]], actor: str, now: datetime) -> None:
    made = Match.objects.bulk_create(
        Match(
            rule=Match.Rule.OPERATION,
            score=100,
            reason=f"{one.object_id}: {money.from_minor(one.units, one.currency)} {one.currency}",
            currency=one.currency,
            actor=actor,
            made_at=now,
        )
        for one, _other in pairs
    )
    MatchPart.objects.bulk_create(
        part
        for match, (one, other) in zip(made, pairs, strict=True)
        for part in (
            MatchPart(match=match, side="THEIRS", units=one.units, registry_line_id=one.pk),
            MatchPart(match=match, side="OURS", units=other.units, **_about(other)),
        )
    )


def _about(item: Item) -> dict[str, int]:
    return {"refund_id" if item.kind == "REFUND" else "fact_id": item.pk}


def _seen(found: Found) -> Seen:
    one, other = found.theirs, found.ours
    item = one or other
    assert item is not None
    name = f"line:{one.pk}" if one else f"{'refund' if item.kind == 'REFUND' else 'fact'}:{item.pk}"
    about: dict[str, int] = {}
    if one is not None:
        about["registry_line_id"] = one.pk
    if other is not None:
        about |= _about(other)
    return Seen(
        key=f"registry:{found.kind}:{name}",
        kind=found.kind,
        source=SOURCE,
        theirs=_told(one),
        ours=_told(other),
        order_number=(other or item).order_number,
        units=found.units,
        currency=item.currency,
        about=about,
    )


def _told(item: Item | None) -> str:
    if item is None:
        return ""
    sum_of = Decimal(item.units).scaleb(-2)
    return f"{item.kind.lower()} {item.object_id} {sum_of} {item.currency} {item.on}"


def _heal(still: list[str], pairs: list[tuple[Item, Item]], actor: str, now: datetime) -> None:
    """What was missing and then came is no break; a differing fee, day or order stays one."""
    waiting = ("MISSING_OURS", "MISSING_THEIRS", "UNASKED_REFUND", "LATE_CHARGEBACK")
    lines = [one.pk for one, _other in pairs]
    facts = [other.pk for _one, other in pairs if other.kind != "REFUND"]
    refunds = [other.pk for _one, other in pairs if other.kind == "REFUND"]
    about = Q(registry_line__in=lines) | Q(fact__in=facts) | Q(refund__in=refunds)
    breaks.heal(
        Break.objects.filter(about, source=SOURCE, kind__in=waiting), still, actor=actor, now=now
    )
