"""Letters are sent one by one."""

import smtplib
from typing import Any

from celery import shared_task

from catalog.models import SellerApplication, SellerInvitation
from storefront.lib import clock, due
from storefront.notifications import joining, sending, settling
from storefront.notifications.models import Letter, SellerLetter


@shared_task(name="storefront.notifications.tasks.drive_letter")
def drive_letter(*, id: int, **_: Any) -> None:
    """Send a letter."""
    letter = due.claim(Letter, id)
    if letter is None:
        return
    try:
        sending.send(letter, wall=clock.wall())
    except (OSError, smtplib.SMTPException) as error:
        due.retry(letter, error)


@shared_task(name="storefront.notifications.tasks.tell_seller")
def tell_seller(*, id: int, **_: Any) -> None:
    """Write to a seller about his money."""
    letter = due.claim(SellerLetter, id)
    if letter is None:
        return
    try:
        with due.fenced():
            settling.send(letter, wall=clock.wall())
    except (OSError, smtplib.SMTPException) as error:
        due.retry(letter, error)


@shared_task(name="storefront.notifications.tasks.tell_applicant")
def tell_applicant(*, id: int, **_: Any) -> None:
    """Write to an applicant how his application stands."""
    application = due.claim(SellerApplication, id)
    if application is None:
        return
    try:
        with due.fenced():
            joining.tell_applicant(application, wall=clock.wall())
    except (OSError, smtplib.SMTPException) as error:
        due.retry(application, error)


@shared_task(name="storefront.notifications.tasks.send_invitation")
def send_invitation(*, id: int, **_: Any) -> None:
    """Send the link of an invitation."""
    invitation = due.claim(SellerInvitation, id)
    if invitation is None:
        return
    try:
        with due.fenced():
            joining.invite(invitation, wall=clock.wall())
    except (OSError, smtplib.SMTPException) as error:
        due.retry(invitation, error)
