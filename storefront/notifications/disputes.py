"""Mails about disputes to sellers, and what letters of money say."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from djmoney.money import Money

from catalog.models import SellerMember
from orders.models import OrderEvent
from payments.models import Dispute

from .joining import LANGUAGE

TO_SELLER = "dispute_seller"


def price(event: OrderEvent) -> Money | None:
    """The rubles an event speaks of."""
    told = event.detail.get("price")
    return Money(told, "RUB") if told else None


def tell_seller(event: OrderEvent) -> None:
    """Write to everybody at the seller's desk how a dispute stands.

    Raises: OSError, smtplib.SMTPException.
    """
    dispute = Dispute.objects.select_related("seller", "line").get(pk=event.detail["dispute"])
    members = SellerMember.objects.filter(seller=dispute.seller).select_related("user")
    people = [member.user.email for member in members.order_by("pk")]
    if not people:
        return
    with translation.override(LANGUAGE):
        path = reverse("seller_dispute", args=[dispute.pk])
        given = {
            "language": LANGUAGE,
            "event": event,
            "dispute": dispute,
            "link": f"{settings.SITE_URL}{path}",
        }
        subject = render_to_string(f"emails/{TO_SELLER}.subject.txt", given).strip()
        text = render_to_string(f"emails/{TO_SELLER}.txt", given)
        html = render_to_string(f"emails/{TO_SELLER}.html", given)
    for address in people:
        mail = EmailMultiAlternatives(subject, text, to=[address])
        mail.attach_alternative(html, "text/html")
        mail.send()
