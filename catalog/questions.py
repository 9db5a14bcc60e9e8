"""Questions of buyers, and what sellers answer."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from catalog import moderating
from catalog.models import Offer, Product, Question, Seller
from storefront.lib import locks
from storefront.lib.refusal import Refusal

State = Question.State
MOVES: dict[State, frozenset[State]] = {
    State.ASKED: frozenset({State.SHOWN, State.HIDDEN}),
    State.SHOWN: frozenset({State.HIDDEN}),
    State.HIDDEN: frozenset({State.ASKED, State.SHOWN}),
}
assert set(MOVES) == set(State)

SHORTEST, LONGEST = 8, 600
LONGEST_ANSWER = 2000
DAY = timedelta(days=1)
MOST_A_DAY = 5
MOST_UNANSWERED = 2


class BadWords(Refusal):
    """Too short, too long, or with something that has no place in the shop."""

    code = "bad_words"


class TooMany(Refusal):
    """This buyer has asked a lot already."""

    code = "too_many_questions"


class NotYours(Refusal):
    """Only who sells the goods may answer, and only one seller does."""

    code = "not_yours"


class WrongState(Refusal):
    """The question is not where this could be done."""

    code = "wrong_question_state"


@transaction.atomic
def ask(product: Product, text: str, *, asker_id: int, now: datetime) -> Question:
    """Keep a question; the sellers of the product see it at once, the shop once it is answered.

    The same words of the same buyer are one question.
    Time: business. Locks: the product.
    Raises: BadWords, TooMany.
    """
    words = _checked(text, shortest=SHORTEST, longest=LONGEST)
    locks.row(Product.objects.all(), product.pk)
    own = Question.objects.filter(asker=asker_id)
    same = own.filter(product=product, text=words).first()
    if same is not None:
        return same
    _check_pace(own, product, now)
    return Question.objects.create(
        product_id=product.pk, asker_id=asker_id, text=words, asked_at=now
    )


def _check_pace(own: QuerySet[Question], product: Product, now: datetime) -> None:
    if own.filter(asked_at__gt=now - DAY).count() >= MOST_A_DAY:
        text = _("At most %(most)s questions a day. Please come back tomorrow.")
        raise TooMany(text % {"most": MOST_A_DAY})
    if own.filter(product=product, state=State.ASKED).count() >= MOST_UNANSWERED:
        raise TooMany(_("Your earlier questions about these goods still wait for an answer."))


def _checked(text: str, *, shortest: int, longest: int) -> str:
    words = moderating.plain(text)
    if not shortest <= len(words) <= longest:
        limits = {"shortest": shortest, "longest": longest}
        raise BadWords(_("From %(shortest)s to %(longest)s characters.") % limits)
    found = moderating.worries(words)
    if found:
        raise BadWords(_("Please leave out: %(what)s.") % {"what": ", ".join(found)})
    return words


@transaction.atomic
def answer(question: Question, seller: Seller, text: str, *, actor: str, now: datetime) -> Question:
    """Answer a question and show both; who has answered may put his words better.

    Locks: the question.
    Raises: BadWords, NotYours, WrongState.
    """
    words = _checked(text, shortest=2, longest=LONGEST_ANSWER)
    row = locks.row(Question.objects.all(), question.pk)
    if row.state == State.HIDDEN:
        raise WrongState(_("The question was taken down."))
    if row.seller_id not in (None, seller.pk):
        raise NotYours(_("Another seller has answered already."))
    if not for_seller(seller).filter(pk=row.pk).exists():
        raise NotYours(_("Only who sells these goods may answer."))
    return _store(row, State.SHOWN, seller=seller, answer=words, answered_at=now, answered_by=actor)


@transaction.atomic
def hide(question: Question, *, reason: str) -> Question:
    """Take a question and its answer down.

    Locks: the question.
    Raises: WrongState, if it is hidden already.
    """
    row = locks.row(Question.objects.all(), question.pk)
    return _move(row, State.HIDDEN, hidden_because=reason[:300])


@transaction.atomic
def show(question: Question) -> Question:
    """Bring a hidden question back: into the shop, if it was answered, else to the sellers.

    Locks: the question.
    Raises: WrongState, if it is not hidden.
    """
    row = locks.row(Question.objects.all(), question.pk)
    return _move(row, State.SHOWN if row.answer else State.ASKED, hidden_because="")


def _move(row: Question, to: State, **facts: object) -> Question:
    if to not in MOVES[State(row.state)]:
        text = _("The question is “%(state)s”: this cannot be done now.")
        raise WrongState(text % {"state": row.get_state_display()})
    return _store(row, to, **facts)


def _store(row: Question, to: State, **facts: object) -> Question:
    Question.objects.filter(pk=row.pk).update(state=to, **facts)
    row.refresh_from_db()
    return row


def shown(product_id: int) -> QuerySet[Question]:
    """The answered questions of a product, newest answers first, with who answered."""
    rows = Question.objects.filter(product=product_id, state=State.SHOWN)
    return rows.select_related("seller").order_by("-answered_at", "-pk")


def for_seller(seller: Seller) -> QuerySet[Question]:
    """The questions a seller may answer or has answered, the waiting ones first, oldest first."""
    sold = Offer.objects.filter(seller=seller, state__in=("LIVE", "PAUSED"))
    mine = Q(seller=seller) | Q(seller__isnull=True, product__in=sold.values("variant__product"))
    rows = Question.objects.filter(mine).exclude(state=State.HIDDEN)
    return rows.select_related("product").order_by(
        F("answered_at").desc(nulls_first=True), "asked_at", "pk"
    )


def waiting(seller: Seller) -> int:
    """How many questions wait for this seller or one of his rivals."""
    return for_seller(seller).filter(state=State.ASKED).count()
