"""The gate: who may sell and be paid. Only people clear a hit, a score never does."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.models import Seller, SellerApplication, SellerEvent
from orders import holds, terms
from orders.models import Hold, Order
from payments.models import Decision, Hit, SanctionsList, ScreenedParty
from storefront.lib import locks
from storefront.lib.refusal import Refusal

from . import parties, running
from .parties import Key

Verdict = Decision.Verdict
LEAST_REASON = 5


class Standing(StrEnum):
    """How a party or a hit stands; only CLEAR lets through."""

    CLEAR = "clear"
    NOT_SCREENED = "not_screened"
    OPEN = "open"
    WAITING = "waiting"
    LISTED = "listed"


WORST = (Standing.LISTED, Standing.NOT_SCREENED, Standing.OPEN, Standing.WAITING, Standing.CLEAR)


class NotClear(Refusal):
    """Screening does not let a party through; the standing is among the facts."""

    code = "not_clear"


class SamePerson(Refusal):
    """A clearance needs two people."""

    code = "same_person"


class NoReason(Refusal):
    """A decision without a reason is none."""

    code = "no_reason"


class NothingToSecond(Refusal):
    """No clearance waits for a second person."""

    code = "nothing_to_second"


def of_hit(hit: Hit) -> Standing:
    """How a hit stands after everything people decided."""
    standing = Standing.OPEN
    for one in sorted(hit.decisions.all(), key=lambda row: row.pk):
        if one.verdict == Verdict.SAME:
            standing = Standing.LISTED
        elif one.seconds_id or not one.needs_second:
            standing = Standing.CLEAR
        elif standing != Standing.LISTED:  # a match stays one until both have spoken
            standing = Standing.WAITING
    return standing


def hits(party: ScreenedParty) -> Iterable[Hit]:
    """The hits that hold today: neither the party nor the list's entry has changed since."""
    rows = Hit.objects.filter(party=party, party_digest=party.digest, entry__until=None)
    return rows.prefetch_related("decisions").order_by("-score_bps", "pk")


def standing(party: ScreenedParty, against: str) -> Standing:
    """How a party stands; `against` is the key of today's ground."""
    found = {of_hit(hit) for hit in hits(party)}
    if party.against != against:
        found.add(Standing.NOT_SCREENED)
    return next((one for one in WORST if one in found), Standing.CLEAR)


def stands(party: ScreenedParty, *, now: datetime) -> Standing:
    """How a party stands today, only looking."""
    on = running.ground(on=now.date())
    return standing(party, on.key) if on.key else Standing.CLEAR


def check(keys: Iterable[Key], *, now: datetime) -> Standing:
    """How parties stand, by the worst of them; who was not screened yet soon is.

    Without any list there is nothing to be held against, and everybody is clear.
    """
    return _check(keys, running.ground(on=now.date()), now)


def _check(keys: Iterable[Key], on: running.Ground, now: datetime) -> Standing:
    if not on.key:
        return Standing.CLEAR
    rows = parties.note(keys, now=now)
    found = {standing(row, on.key) for row in rows}
    if Standing.NOT_SCREENED in found:
        running.open_run("parties that were met", now=now)
    return next((one for one in WORST if one in found), Standing.CLEAR)


def clear(kind: str, key: str, *, now: datetime) -> bool:
    """Whether one party is clear: held against every current list, and no hit stands."""
    return check([(kind, key)], now=now) is Standing.CLEAR


def not_clear(sellers: Iterable[Seller], *, until: object, now: datetime) -> set[int]:
    """The sellers that may not be paid now; why is told once a period among their events."""
    held, on = set(), running.ground(on=now.date())
    for seller in sellers:
        found = _check(parties.of_firm(seller.uscc, seller.cnaps), on, now)
        if found is Standing.CLEAR:
            continue
        held.add(seller.pk)
        detail = {"until": str(until), "screening": str(found)}
        if not seller.events.filter(kind="PAYOUT_LEFT_OUT", detail=detail).exists():
            SellerEvent.objects.create(
                seller=seller,
                kind=SellerEvent.Kind.PAYOUT_LEFT_OUT,
                actor=running.ACTOR,
                happened_at=now,
                detail=detail,
            )
    return held


def meet(order: Order, *, now: datetime) -> None:
    """Have the recipient of a large order screened soon."""
    limit = terms.value("screening_recipient_rub", on=now.date())
    if order.total.amount >= limit and SanctionsList.objects.exists():
        parties.note([(ScreenedParty.Kind.RECIPIENT, order.number)], now=now)
        running.open_run("parties that were met", now=now)


def of_application(application: SellerApplication, *, now: datetime) -> Standing:
    """How a firm, its people and its bank stand."""
    return check(parties.of_firm(application.uscc, application.cnaps), now=now)


def require(application: SellerApplication, *, now: datetime) -> None:
    """Let a firm become a seller only if it, its people and its bank are clear.

    Raises: NotClear.
    """
    require_clear(parties.of_firm(application.uscc, application.cnaps), now=now)


def require_clear(keys: Iterable[Key], *, now: datetime) -> None:
    """Go on only if every one of the parties is clear.

    Raises: NotClear.
    """
    found = check(keys, now=now)
    if found is not Standing.CLEAR:
        raise NotClear(TEXTS[found](), standing=str(found))


TEXTS = {
    Standing.NOT_SCREENED: lambda: _(
        "This firm is being held against the lists of sanctions: try again in a minute."
    ),
    Standing.OPEN: lambda: _("Screening found a likeness that nobody has looked at yet."),
    Standing.WAITING: lambda: _("A clearance of screening waits for a second person."),
    Standing.LISTED: lambda: _("Screening found a listed party: this is blocked."),
}


@transaction.atomic
def decide(hit: Hit, verdict: Verdict, *, reason: str, actor: str, now: datetime) -> Decision:
    """Say whether a hit is the listed party; a grave clearance waits for a second person.

    Locks: the order of a recipient, then the party.
    Raises: NoReason.
    """
    _lock(hit)
    second = terms.value("screening_second_bps", on=now.date())
    grave = hit.is_conclusive or hit.score_bps >= second or of_hit(hit) is Standing.LISTED
    return _record(
        hit,
        verdict,
        reason=reason,
        actor=actor,
        now=now,
        needs_second=verdict == Verdict.OTHER and grave,
    )


@transaction.atomic
def second(hit: Hit, *, reason: str, actor: str, now: datetime) -> Decision:
    """Confirm the clearance of somebody else.

    Locks: as `decide`.
    Raises: NothingToSecond; SamePerson; NoReason.
    """
    _lock(hit)
    first = hit.decisions.order_by("-pk").first()
    if first is None or not first.needs_second or first.seconds_id:
        raise NothingToSecond(_("No clearance of this hit waits for a second person."))
    if first.decided_by == actor:
        raise SamePerson(_("Somebody else must confirm a clearance of yours."))
    return _record(hit, Verdict.OTHER, reason=reason, actor=actor, now=now, seconds=first)


def _record(
    hit: Hit,
    verdict: Verdict,
    *,
    reason: str,
    actor: str,
    now: datetime,
    needs_second: bool = False,
    seconds: Decision | None = None,
) -> Decision:
    if len(reason.strip()) < LEAST_REASON:
        raise NoReason(_("Say why, in a few words."))
    version = SanctionsList.objects.filter(kind=hit.entry.kind).order_by("-pk").first()
    made = Decision.objects.create(
        hit=hit,
        verdict=verdict,
        reason=reason.strip()[:300],
        needs_second=needs_second,
        seconds=seconds,
        first_by=seconds.decided_by if seconds else "",
        decided_by=actor,
        decided_at=now,
        list=version or hit.list,
    )
    _let_go(hit.party, actor=actor, now=now)
    return made


def _lock(hit: Hit) -> None:
    locks.row(ScreenedParty.objects.all(), hit.party_id)


def _let_go(party: ScreenedParty, *, actor: str, now: datetime) -> None:
    """Lift the stop sign of an order whose recipient is clear now."""
    if party.kind != ScreenedParty.Kind.RECIPIENT:
        return
    if any(of_hit(hit) is not Standing.CLEAR for hit in hits(party)):
        return
    open_ones = Hold.objects.filter(order__number=party.key, reason="SCREENING", lifted_at=None)
    for hold in open_ones:
        holds.lift(hold, answer="screening: somebody else", actor=actor, now=now)
