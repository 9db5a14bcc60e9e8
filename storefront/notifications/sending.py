"""From facts of an order to letters, and letters to the mail server."""

from datetime import date, datetime

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from logistics import closures, outlook
from orders import tokens
from orders.models import OrderEvent
from storefront.lib import due

from . import disputes, joining
from .models import Letter

TEMPLATES = {
    "PLACED": ["placed"],
    "PAID": ["paid"],
    "CANCELLED": ["cancelled"],
    "PROMISE_MOVED": ["promise_moved"],
    "DELAYED": ["delayed"],
    "TROUBLE": ["trouble"],
    "READY_FOR_PICKUP": ["ready_for_pickup"],
    "REROUTED": ["rerouted"],
    "CLEARED": ["cleared"],
    "DELIVERED": ["delivered"],
    "REFUNDED": ["refunded"],
    "COMPENSATED": ["compensated"],
    "FAILED": ["failed"],
    "IDENTITY_ASKED": ["papers"],
    "IDENTITY_REMINDED": ["papers"],
    "DISPUTE_OPENED": ["dispute", disputes.TO_SELLER],
    "DISPUTE_ANSWERED": ["dispute"],
    "DISPUTE_DECIDED": ["dispute", disputes.TO_SELLER],
    "DISPUTE_RETURNED": ["dispute", disputes.TO_SELLER],
    "DISPUTE_NOT_RETURNED": ["dispute", disputes.TO_SELLER],
    "DISPUTE_WITHDRAWN": ["dispute", disputes.TO_SELLER],
}
BATCH = 200


@transaction.atomic(durable=True)
def announce(*, wall: datetime) -> int:
    """Make a letter of every fact that buyers hear of; the others are only ticked off.

    Locks: the events, skipping those another sweeper holds.
    """
    events = list(
        OrderEvent.objects.filter(announced_at=None)
        .select_for_update(skip_locked=True, of=("self",), no_key=True)
        .select_related("order")
        .order_by("pk")[:BATCH]
    )
    letters = [
        Letter(
            event=event,
            template=template,
            language=joining.LANGUAGE if template == disputes.TO_SELLER else event.order.language,
            due_at=wall,
        )
        for event in events
        for template in TEMPLATES.get(event.kind, ())
    ]
    Letter.objects.bulk_create(letters, ignore_conflicts=True)
    OrderEvent.objects.filter(pk__in=[event.pk for event in events]).update(announced_at=wall)
    return len(letters)


def send(letter: Letter, *, wall: datetime) -> None:
    """Send a claimed letter; twice is rare but possible, when the process dies in between.

    Raises: OSError, smtplib.SMTPException.
    """
    if letter.template == disputes.TO_SELLER:
        disputes.tell_seller(letter.event)
    else:
        _tell_buyer(letter)
    with transaction.atomic(durable=True):
        due.finish(letter, at=None)
        Letter.objects.filter(pk=letter.pk).update(sent_at=wall)


def _tell_buyer(letter: Letter) -> None:
    order = letter.event.order
    with translation.override(letter.language):
        path = reverse("order_guest", args=[tokens.guest(order.form_key)])
    link = f"{settings.SITE_URL}{path}"
    given: dict[str, object] = {
        "order": order,
        "event": letter.event,
        "paid_back": disputes.price(letter.event),
        "closed": closures.words(letter.event.detail),
        "lines": list(order.lines.order_by("position")),
        "deliveries": list(order.deliveries.order_by("position")),
        "link": link,
    }
    with translation.override(letter.language):
        given |= _facts(letter.event)
        subject = render_to_string(f"emails/{letter.template}.subject.txt", given).strip()
        text = render_to_string(f"emails/{letter.template}.txt", given)
        html = render_to_string(f"emails/{letter.template}.html", given)
    mail = EmailMultiAlternatives(subject, text, to=[order.email])
    mail.attach_alternative(html, "text/html")
    mail.send()


def _facts(event: OrderEvent) -> dict[str, object]:
    """What an event of a parcel says, as days and words of the current language."""
    days = {
        name: date.fromisoformat(event.detail[name])
        for name in ("expected_on", "until_on", "kept_until")
        if event.detail.get(name)
    }
    return {**days, "trouble": outlook.words(str(event.detail.get("trouble", "")))}
