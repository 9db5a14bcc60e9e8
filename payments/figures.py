"""What a finance officer reads first: the period, and all that waits for her, counted."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    Count,
    DateTimeField,
    Exists,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    When,
)
from django.db.models.functions import Coalesce

from orders import days
from storefront.lib import money

from . import jobs
from .models import (
    AccountChange,
    BankAccount,
    Break,
    Chargeback,
    Dispute,
    Job,
    ManualPosting,
    Payout,
    Registry,
    Seal,
    Settlement,
)

NONE = Decimal("0.00")
DEADLINE = Case(
    When(state="OPEN", then=F("answer_until")),
    When(state="RETURNING", then=F("return_until")),
    output_field=DateTimeField(),
)
UNANSWERED = Q(state="RECEIVED", answer="")


@dataclass(frozen=True)
class Waiting:
    """Rows that wait for a person: how many, since when the oldest, and how many yuan."""

    rows: int
    oldest_at: datetime | None = None
    yuan: Decimal = NONE


@dataclass(frozen=True)
class Period:
    """What the statements of a period say.

    Money: yuan; `owed` is what the statements above zero say, `owing` those below, negative.
    """

    until: date
    statements: int
    owed: Decimal
    owing: Decimal


@dataclass(frozen=True)
class Standing:
    """The payouts of a period in one state."""

    state: str
    payouts: int
    yuan: Decimal


@dataclass(frozen=True)
class Broken:
    """Open breaks of one kind."""

    kind: str
    breaks: int
    overdue: int
    oldest_at: datetime


@dataclass(frozen=True)
class Paper:
    """The last paper of a source; `missing_days` of which nothing is here though they are over."""

    source: str
    key: int | None
    last_on: date | None
    taken_at: datetime | None
    missing_days: int


@dataclass(frozen=True)
class Books:
    """The last seal, what the last closing said, and the day that should be sealed by now."""

    wanted: date
    seal: Seal | None
    outcome: str

    @property
    def is_sealed(self) -> bool:
        """Whether the day that should be sealed is, and nothing was found broken."""
        fresh = self.seal is not None and self.seal.day >= self.wanted
        return fresh and not self.outcome.startswith("BROKEN")


def periods(most: int) -> list[Period]:
    """The last periods that have statements, the newest first; one query."""
    rows = Settlement.objects.values("period_until").annotate(
        statements=Count("pk"),
        owed=Coalesce(Sum("net_units", filter=Q(net_units__gt=0)), 0),
        owing=Coalesce(Sum("net_units", filter=Q(net_units__lt=0)), 0),
    )
    return [
        Period(
            row["period_until"],
            row["statements"],
            money.from_minor(row["owed"], "CNY"),
            money.from_minor(row["owing"], "CNY"),
        )
        for row in rows.order_by("-period_until")[:most]
    ]


def payouts(until: date) -> list[Standing]:
    """The payouts of a period by state, in the order of their life; one query."""
    rows = Payout.objects.filter(period_until=until).order_by().values_list("state")
    found = {
        state: Standing(state, count, yuan)
        for state, count, yuan in rows.annotate(count=Count("pk"), yuan=Sum("money"))
    }
    return [found[state] for state in Payout.State.values if state in found]


def next_payouts() -> Job | None:
    """The planned run of payouts; one query."""
    planned = Job.objects.filter(kind=Job.Kind.PAYOUTS, due_at__isnull=False)
    return planned.order_by("run_on").first()


def payout_turn(turn: str) -> Q:
    """The payouts that wait for the `first` person, for the `second`, or that came `back`.

    What came back and was sent again, or is counted by a later statement, waits for nobody.
    """
    if turn != "back":
        asked = Q(asked_by="")
        return Q(state="WAITING") & (asked if turn == "first" else ~asked)
    later = Settlement.objects.filter(
        seller=OuterRef("seller"), period_until__gt=OuterRef("period_until")
    )
    again = Payout.objects.filter(predecessor=OuterRef("pk"))
    return Q(state="RETURNED") & ~Exists(later) & ~Exists(again)


def waiting_payouts() -> dict[str, Waiting]:
    """Payouts by whose turn it is; one query."""
    since = {"first": "made_at", "second": "made_at", "back": "ended_at"}
    rows = Payout.objects.filter(state__in=["WAITING", "RETURNED"])
    counted = {turn: payout_turn(turn) for turn in since}
    found = rows.aggregate(
        **{f"{turn}_rows": Count("pk", filter=turns) for turn, turns in counted.items()},
        **{f"{turn}_yuan": Sum("money", filter=turns) for turn, turns in counted.items()},
        **{f"{turn}_oldest": Min(since[turn], filter=turns) for turn, turns in counted.items()},
    )
    return {
        turn: Waiting(found[f"{turn}_rows"], found[f"{turn}_oldest"], found[f"{turn}_yuan"] or NONE)
        for turn in since
    }


def waiting_postings() -> Waiting:
    """Postings by hand that wait for a second person; one query."""
    open_ones = ManualPosting.objects.filter(decision=ManualPosting.Decision.NONE)
    return Waiting(**open_ones.aggregate(rows=Count("pk"), oldest_at=Min("asked_at")))


def waiting_accounts() -> Waiting:
    """Accounts that sellers proposed and nobody has decided about; one query."""
    open_ones = AccountChange.objects.filter(state=AccountChange.State.PROPOSED)
    return Waiting(**open_ones.aggregate(rows=Count("pk"), oldest_at=Min("proposed_at")))


def dispute_turn(turn: str, *, now: datetime, until: datetime) -> Q:
    """Disputes to `decide`, for a `second` person, or by what another has to do: `overdue`,
    `today` (up to `until`), `later`.
    """
    states = {"decide": Q(state="ANSWERED"), "second": Q(state="PROPOSED")}
    return states.get(turn) or _by_deadline("deadline", turn, now=now, until=until)


def chargeback_turn(turn: str, *, now: datetime, until: datetime) -> Q:
    """Chargebacks not answered yet by what is left of the time: `overdue`, `today`, `later`."""
    return UNANSWERED & _by_deadline("evidence_until", turn, now=now, until=until)


def _by_deadline(field: str, turn: str, *, now: datetime, until: datetime) -> Q:
    return {
        "overdue": Q(**{f"{field}__lt": now}),
        "today": Q(**{f"{field}__gte": now, f"{field}__lt": until}),
        "later": Q(**{f"{field}__gte": until}),
    }[turn]


def with_deadline(disputes: QuerySet[Any]) -> QuerySet[Any]:
    """Disputes with the moment until which the seller must answer or the goods be back."""
    told: QuerySet[Any] = disputes.annotate(deadline=DEADLINE)
    return told


DISPUTE_TURNS = ("decide", "second", "overdue", "today", "later")
CHARGEBACK_TURNS = ("overdue", "today", "later")


def disputes(*, now: datetime, until: datetime) -> dict[str, Waiting]:
    """Open disputes by whose turn it is and by deadline; one query."""
    turns = {turn: dispute_turn(turn, now=now, until=until) for turn in DISPUTE_TURNS}
    return _by_turn(with_deadline(Dispute.objects.open()), turns, "opened_at")


def chargebacks(*, now: datetime, until: datetime) -> dict[str, Waiting]:
    """Chargebacks that wait for our answer, by deadline; one query."""
    turns = {turn: chargeback_turn(turn, now=now, until=until) for turn in CHARGEBACK_TURNS}
    return _by_turn(Chargeback.objects.filter(UNANSWERED), turns, "received_at")


def _by_turn(rows: QuerySet[Any], turns: dict[str, Q], since: str) -> dict[str, Waiting]:
    found = rows.aggregate(
        **{f"{turn}_rows": Count("pk", filter=wanted) for turn, wanted in turns.items()},
        **{f"{turn}_oldest": Min(since, filter=wanted) for turn, wanted in turns.items()},
    )
    return {turn: Waiting(found[f"{turn}_rows"], found[f"{turn}_oldest"]) for turn in turns}


def breaks(*, on: date) -> list[Broken]:
    """Open breaks by kind, the most first; one query. Time: `on` is the day in Moscow."""
    rows = Break.objects.open().values("kind")
    counted = rows.annotate(
        breaks=Count("pk"),
        overdue=Count("pk", filter=Q(due_on__lt=on)),
        oldest_at=Min("found_at"),
    )
    return [Broken(**row) for row in counted.order_by("-breaks", "kind")]


def papers(*, now: datetime) -> list[Paper]:
    """The last statement of each account, the last register of each shop; two queries.

    Time: the papers of a day are expected from the hour at which the next day's job asks for them.
    """
    wanted = _day_over(now, jobs.HOURS[Job.Kind.PAPERS])
    accounts = BankAccount.objects.annotate(
        last_on=Max("statements__until_on"), taken=Max("statements__taken_at")
    )
    shops = Registry.objects.order_by("provider", "shop").values_list("provider", "shop")
    return [
        *(
            Paper(_name(one), one.pk, one.last_on, one.taken, _missing(one.last_on, wanted))
            for one in accounts.order_by("pk")
        ),
        *(
            Paper(f"{provider} {shop}", None, last_on, taken, _missing(last_on, wanted))
            for provider, shop, last_on, taken in shops.annotate(
                last_on=Max("registry_on"), taken=Max("taken_at")
            )
        ),
    ]


def _name(account: BankAccount) -> str:
    """A bank, a currency and the end of the number, which read the same in every language."""
    return f"{account.bic} {account.currency} \u2026{account.number[-4:]}"


def books(*, now: datetime) -> Books:
    """How the books of the last day were closed; two queries."""
    closed = Job.objects.filter(kind=Job.Kind.BOOKS, done_at__isnull=False).order_by("-run_on")
    return Books(
        wanted=_day_over(now, jobs.HOURS[Job.Kind.BOOKS]),
        seal=Seal.objects.order_by("-day").first(),
        outcome=closed.values_list("outcome", flat=True).first() or "",
    )


def _day_over(now: datetime, hour: Any) -> date:
    """The last day whose morning after has come to an hour of Moscow."""
    here = now.astimezone(days.MOSCOW)
    return here.date() - timedelta(days=1 if here.time() >= hour else 2)


def _missing(last_on: date | None, wanted: date) -> int:
    return 0 if last_on is None else max(0, (wanted - last_on).days)
