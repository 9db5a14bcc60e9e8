"""The life of a firm's application: written, sent, mended, decided; approved, it is a seller."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePath

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.text import slugify
from django.utils.translation import gettext as _

from catalog import checking, members
from catalog.dated import holding
from catalog.models import (
    ApplicationEvent,
    ApplicationPaper,
    Margin,
    Seller,
    SellerApplication,
    SellerEvent,
    SellerMember,
)
from catalog.papers import Document
from storefront.lib import due, identifiers, locks
from storefront.lib.refusal import Refusal

State = SellerApplication.State
Kind = ApplicationPaper.Kind
MOVES: dict[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.SUBMITTED}),
    State.SUBMITTED: frozenset({State.RETURNED, State.APPROVED, State.REFUSED}),
    State.RETURNED: frozenset({State.SUBMITTED}),
    State.APPROVED: frozenset(),
    State.REFUSED: frozenset(),
}
assert set(MOVES) == set(State)
assert set(State) - {State.DRAFT} == frozenset().union(*MOVES.values())

OPEN = (State.DRAFT, State.SUBMITTED, State.RETURNED)
MINE = (State.DRAFT, State.RETURNED)
MOST_PAPERS = 8
FIELDS = (
    *("name_zh", "name_ru", "name_en", "about_zh", "uscc", "licence", "city", "zone"),
    *("legal_person", "contact_name", "contact_phone", "cnaps", "bank_name", "bank_account"),
)


class WrongState(Refusal):
    """The application is not where this could be done."""

    code = "wrong_application_state"


class NotComplete(Refusal):
    """Some checks fail; `failed` names them."""

    code = "application_not_complete"

    def __init__(self, failed: list[checking.Check]) -> None:
        names = ", ".join(check.label for check in failed)
        super().__init__(_("The application is not complete yet: %(names)s.") % {"names": names})
        self.failed = failed


class TooManyPapers(Refusal):
    """There is no room for more papers."""

    code = "too_many_papers"


class NoCommission(Refusal):
    """The tables of the house hold no commission for new sellers on this day."""

    code = "no_commission"


@dataclass(frozen=True)
class Paper:
    """A document that was handed in, for what, and as what file."""

    kind: Kind
    name: str
    document: Document


def of(user_id: int) -> SellerApplication | None:
    """The application this person works on, else the last that was decided."""
    rows = SellerApplication.objects.filter(user=user_id)
    return rows.filter(state__in=OPEN).first() or rows.order_by("-pk").first()


@transaction.atomic
def save(user_id: int, facts: Mapping[str, str], *, actor: str, now: datetime) -> SellerApplication:
    """Keep what was typed, whatever it is worth; begins an application when none is open.

    Locks: the application.
    Raises: WrongState, while the desk looks at it.
    """
    row = SellerApplication.objects.filter(user=user_id, state__in=OPEN).first()
    if row is None:
        row = _begin(user_id, actor=actor, now=now)
    row = _mine(row)
    said = {name: facts[name] for name in FIELDS if name in facts}
    SellerApplication.objects.filter(pk=row.pk).update(**said)
    row.refresh_from_db()
    return row


def _begin(user_id: int, *, actor: str, now: datetime) -> SellerApplication:
    try:
        with transaction.atomic():
            row = SellerApplication.objects.create(user_id=user_id, created_at=now)
    except IntegrityError:  # two windows: the other one was first
        return SellerApplication.objects.get(user=user_id, state__in=OPEN)
    _record(row, "BEGUN", actor=actor, now=now)
    return row


def _mine(application: SellerApplication) -> SellerApplication:
    row = locks.row(SellerApplication.objects.all(), application.pk)
    if row.state not in MINE:
        raise WrongState(_("The application is with the desk: it cannot be changed now."))
    return row


@transaction.atomic
def add_paper(application: SellerApplication, paper: Paper, *, now: datetime) -> ApplicationPaper:
    """Lay a document in; the same one for the same purpose is kept once.

    Locks: the application.
    Raises: WrongState; TooManyPapers.
    """
    row = _mine(application)
    digest = paper.document.digest
    known = row.papers.filter(kind=paper.kind, digest=digest).first()
    if known is not None:
        return known
    if row.papers.count() >= MOST_PAPERS:
        raise TooManyPapers(_("At most %(most)s papers.") % {"most": MOST_PAPERS})
    name = f"{digest[:2]}/{digest}{paper.document.ending}"
    return ApplicationPaper.objects.create(
        application=row,
        kind=paper.kind,
        name=shown_name(paper.name, paper.document.ending),
        file=ContentFile(paper.document.body, name),
        digest=digest,
        given_at=now,
    )


def shown_name(name: str, ending: str) -> str:
    """The name the applicant gave, with the ending of what it is."""
    stem = "".join(sign for sign in PurePath(name).stem if sign.isprintable() and sign not in '"\\')
    return f"{stem[:100] or 'paper'}{ending}"


@transaction.atomic
def drop_paper(paper: ApplicationPaper) -> None:
    """Take a document out; its file goes once that is certain.

    Locks: the application.
    Raises: WrongState.
    """
    _mine(paper.application)
    name, storage = str(paper.file.name), paper.file.storage
    paper.delete()
    transaction.on_commit(lambda: storage.delete(name))


def checks(application: SellerApplication) -> list[checking.Check]:
    """What a machine can say about an application; the applicant and the desk see the same."""
    given = set(application.papers.values_list("kind", flat=True))
    return checking.run(application, is_known=_is_known(application), papers=given)


def failing(application: SellerApplication) -> list[checking.Check]:
    """The checks that stand against sending."""
    return [check for check in checks(application) if check.is_needed and not check.passed]


def is_uscc(application: SellerApplication) -> bool:
    """Whether the credit code is one by its check digit."""
    return identifiers.is_uscc(application.uscc)


def _is_known(application: SellerApplication) -> bool:
    """Whether the firm sells here already, or somebody else has applied for it."""
    if not application.uscc:
        return False
    applied = SellerApplication.objects.filter(
        Q(state=State.SUBMITTED) | Q(state=State.RETURNED), uscc=application.uscc
    )
    others = applied.exclude(pk=application.pk)
    return Seller.objects.filter(uscc=application.uscc).exists() or others.exists()


@transaction.atomic
def submit(application: SellerApplication, *, actor: str, now: datetime) -> SellerApplication:
    """Hand an application to the desk; handed in already, nothing happens.

    Locks: the application.
    Raises: NotComplete; WrongState, once it is decided.
    """
    row = locks.row(SellerApplication.objects.all(), application.pk)
    if row.state == State.SUBMITTED:
        return row
    failed = failing(row)
    if failed and row.state in MINE:
        raise NotComplete(failed)
    try:
        with transaction.atomic():
            return _move(row, State.SUBMITTED, actor=actor, now=now, reason="", submitted_at=now)
    except IntegrityError as error:  # the same firm, handed in by another at this moment
        raise NotComplete([checking.taken()]) from error


def give_back(
    application: SellerApplication, *, reason: str, actor: str, now: datetime
) -> SellerApplication:
    """Return an application to be mended.

    Locks: the application.
    Raises: WrongState, unless it waits for the desk.
    """
    return _decide(application, State.RETURNED, reason=reason, actor=actor, now=now)


def refuse(
    application: SellerApplication, *, reason: str, actor: str, now: datetime
) -> SellerApplication:
    """Refuse an application for good; the person may apply anew.

    Locks: the application.
    Raises: WrongState, unless it waits for the desk.
    """
    return _decide(application, State.REFUSED, reason=reason, actor=actor, now=now)


@transaction.atomic
def _decide(
    application: SellerApplication, to: State, *, reason: str, actor: str, now: datetime
) -> SellerApplication:
    row = locks.row(SellerApplication.objects.all(), application.pk)
    facts = {"reason": reason, "decided_at": now, "decided_by": actor}
    return _move(row, to, actor=actor, now=now, **facts)


@transaction.atomic
def approve(application: SellerApplication, *, actor: str, now: datetime) -> Seller:
    """Make a seller of an application, with the applicant as its owner.

    Locks: the application.
    Raises: WrongState, unless it waits for the desk; NotComplete, if a check fails now;
    NoCommission; as `members.seat`.
    """
    row = locks.row(SellerApplication.objects.all(), application.pk)
    _check(row, State.APPROVED)
    failed = failing(row)
    if failed:
        raise NotComplete(failed)
    seller = _seller(row, on=now.date())
    seller.save(force_insert=True)
    detail = {"application": row.pk, "commission_bps": seller.commission_bps}
    SellerEvent.objects.create(
        seller=seller, kind=SellerEvent.Kind.JOINED, actor=actor, happened_at=now, detail=detail
    )
    owner = SellerMember.Role.OWNER
    members.seat(seller, user_id=row.user_id, role=owner, actor=actor, now=now)
    facts = {"seller": seller, "reason": "", "decided_at": now, "decided_by": actor}
    _move(row, State.APPROVED, actor=actor, now=now, **facts)
    return seller


def _seller(row: SellerApplication, *, on: date) -> Seller:
    same = (*("name_zh", "uscc", "licence", "city", "zone", "about_zh"),)
    bank = ("cnaps", "bank_name", "bank_account")
    english = row.name_en or row.name_ru or row.name_zh
    return Seller(
        slug=_slug(row),
        name_ru=row.name_ru or english,
        name_en=english,
        commission_bps=commission_bps(on),
        joined_on=on,
        **{name: getattr(row, name) for name in (*same, *bank)},
    )


def _slug(row: SellerApplication) -> str:
    """The firm's English name in an address; the second of a name carries its credit code."""
    plain = slugify(row.name_en)[:40].strip("-") or f"firm-{row.uscc[-10:].lower()}"
    taken = Seller.objects.filter(slug=plain).exists()
    return f"{plain}-{row.uscc[-6:].lower()}" if taken else plain


def commission_bps(on: date) -> int:
    """The commission that sellers who join on a day begin with.

    Units: basis points.
    Raises: NoCommission.
    """
    rows = Margin.objects.filter(holding(on), kind=Margin.Kind.COMMISSION)
    row = rows.order_by("-valid_from").first()
    if row is None:
        raise NoCommission(_("No commission is set for new sellers on this day."))
    return row.rate_bps


def note_opened(paper: ApplicationPaper, *, actor: str, now: datetime) -> None:
    """Record that somebody of the desk looked at a document."""
    _record(paper.application, "PAPER_OPENED", actor=actor, now=now, paper=paper.kind)


def _check(row: SellerApplication, to: State) -> None:
    here = State(row.state)
    if to not in MOVES[here]:
        text = _("The application is “%(state)s”: this cannot be done now.")
        raise WrongState(text % {"state": here.label}, state=str(here))


def _move(
    row: SellerApplication, to: State, *, actor: str, now: datetime, **facts: object
) -> SellerApplication:
    """Write a move down; the applicant hears of every one by mail."""
    _check(row, to)
    SellerApplication.objects.filter(pk=row.pk).update(state=to, **facts)
    reason = str(facts.get("reason", ""))
    _record(row, to.value, actor=actor, now=now, **({"reason": reason} if reason else {}))
    row.refresh_from_db()
    due.plan(row, due.now_for(SellerApplication))
    due.wake(SellerApplication.DUE_TASK, id=row.pk)
    return row


def _record(row: SellerApplication, kind: str, *, actor: str, now: datetime, **detail: str) -> None:
    ApplicationEvent.objects.create(
        application=row,
        kind=ApplicationEvent.Kind(kind),
        actor=actor,
        happened_at=now,
        detail={**detail},
    )


def history(application: SellerApplication) -> Iterable[ApplicationEvent]:
    """What happened, newest first, as the applicant may know it."""
    return application.events.exclude(kind="PAPER_OPENED").order_by("-pk")
