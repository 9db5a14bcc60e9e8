"""Mails to people who want to sell here: how their application stands, and offered seats."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from catalog import members
from catalog.models import SellerApplication, SellerInvitation
from storefront.lib import due

LANGUAGE = "zh-hans"  # sellers work in Chinese; the pages behind the links have every language


def tell_applicant(application: SellerApplication, *, wall: datetime) -> None:
    """Write to the applicant where his application stands now.

    Raises: OSError, smtplib.SMTPException, Zombie.
    """
    is_approved = application.state == SellerApplication.State.APPROVED
    page = "seller_today" if is_approved else "seller_apply"
    given = {"application": application, "link": _link(page)}
    _send("application", given, to=application.user.email)
    with transaction.atomic(durable=True):
        due.finish(application, at=None)


def invite(invitation: SellerInvitation, *, wall: datetime) -> None:
    """Send the link of an invitation that still stands.

    Raises: OSError, smtplib.SMTPException, Zombie.
    """
    is_over = invitation.taken_at or invitation.taken_back_at or invitation.valid_until <= wall
    if not is_over:
        link = _link("seller_join", members.secret(invitation.key))
        _send("invitation", {"invitation": invitation, "link": link}, to=invitation.email)
    with transaction.atomic(durable=True):
        due.finish(invitation, at=None)


def _link(page: str, *words: str) -> str:
    with translation.override(LANGUAGE):
        return f"{settings.SITE_URL}{reverse(page, args=words)}"


def _send(template: str, given: dict[str, Any], *, to: str) -> None:
    given = {"language": LANGUAGE, **given}
    with translation.override(LANGUAGE):
        subject = render_to_string(f"emails/{template}.subject.txt", given).strip()
        text = render_to_string(f"emails/{template}.txt", given)
        html = render_to_string(f"emails/{template}.html", given)
    mail = EmailMultiAlternatives(subject, text, to=[to])
    mail.attach_alternative(html, "text/html")
    mail.send()
