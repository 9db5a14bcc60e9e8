"""Mails to sellers about their money: statements, payouts, another account to be paid to."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from catalog.models import SellerMember
from payments.models import AccountChange, Payout, ReturnReason, Settlement
from storefront.lib import due, money

from .joining import LANGUAGE
from .models import SellerLetter

LOOKS_BACK = timedelta(days=14)  # after a longer silence the desk tells it, no mail does
READERS = (SellerMember.Role.OWNER, SellerMember.Role.FINANCE)
Kind = SellerLetter.Kind


@transaction.atomic(durable=True)
def announce(*, now: datetime, wall: datetime) -> int:
    """Make a letter of every statement, and of every payout that arrived or came back.

    Two queries and an insert; swept after each periodic job, so losing one loses nothing.
    """
    since, told = now - LOOKS_BACK, SellerLetter.objects.all()
    made = Settlement.objects.filter(~Exists(told.filter(settlement=OuterRef("pk"))))
    ended = Payout.objects.filter(
        ~Exists(told.filter(payout=OuterRef("pk"), kind=OuterRef("state"))),
        state__in=[Kind.CREDITED, Kind.RETURNED],
        ended_at__gte=since,
    )
    letters = [
        *(
            SellerLetter(kind=Kind.STATEMENT, settlement=row, due_at=wall)
            for row in made.filter(made_at__gte=since).order_by("pk")
        ),
        *(
            SellerLetter(kind=Kind(row.state), payout=row, due_at=wall)
            for row in ended.order_by("pk")
        ),
    ]
    SellerLetter.objects.bulk_create(letters, ignore_conflicts=True)
    return len(letters)


def tell_change(change: AccountChange, *, wall: datetime) -> None:
    """Have a letter written of where a change of account stands now; once for each step.

    The caller is in the transaction of the step.
    """
    about = {"kind": Kind(change.state), "change": change}
    letter, is_new = SellerLetter.objects.get_or_create(**about, defaults={"due_at": wall})
    if is_new:
        due.wake(SellerLetter.DUE_TASK, id=letter.pk)


def send(letter: SellerLetter, *, wall: datetime) -> None:
    """Write to everybody at the seller's desk who may see its money.

    Of another account everybody there hears: whoever knows nothing of it should be able to say so.
    Raises: OSError, smtplib.SMTPException, Zombie.
    """
    seats = SellerMember.objects.filter(seller=letter.seller)
    readers = seats if letter.change else seats.filter(role__in=READERS)
    people = list(readers.order_by("pk").values_list("user__email", flat=True))
    if people:
        _send(letter, people)
    with transaction.atomic(durable=True):
        due.finish(letter, at=None)
        SellerLetter.objects.filter(pk=letter.pk).update(sent_at=wall)


def _send(letter: SellerLetter, people: list[str]) -> None:
    template = "account" if letter.change else "settled"
    with translation.override(LANGUAGE):
        given = {"language": LANGUAGE, "letter": letter, **_facts(letter)}
        subject = render_to_string(f"emails/{template}.subject.txt", given).strip()
        text = render_to_string(f"emails/{template}.txt", given)
        html = render_to_string(f"emails/{template}.html", given)
    for address in people:
        mail = EmailMultiAlternatives(subject, text, to=[address])
        mail.attach_alternative(html, "text/html")
        mail.send()


def _facts(letter: SellerLetter) -> dict[str, object]:
    """The sum, the period and the page of a letter; why the bank sent money back."""
    settlement, payout = letter.settlement, letter.payout
    if letter.change is not None:
        return {"change": letter.change, "link": _link("seller_account")}
    if settlement is not None:
        total, until = money.from_minor(settlement.net_units, "CNY"), settlement.period_until
        return {"sum": total, "until": until, "link": _link("seller_statement", settlement.pk)}
    assert payout is not None, "a letter is about one of the three"
    known = ReturnReason.objects.filter(code=payout.reason).first() if payout.reason else None
    is_theirs = known is not None and known.remedy == ReturnReason.Remedy.SELLER
    return {
        "sum": payout.money,
        "until": payout.period_until,
        "link": _link("seller_account" if is_theirs else "seller_money"),
        "reason": known.title if known else payout.reason,
        "is_theirs": is_theirs,
    }


def _link(page: str, *words: object) -> str:
    return f"{settings.SITE_URL}{reverse(page, args=words)}"
