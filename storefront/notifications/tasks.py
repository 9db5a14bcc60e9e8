"""Letters are sent one by one."""

import smtplib
from typing import Any

from celery import shared_task

from storefront.lib import clock, due
from storefront.notifications import sending
from storefront.notifications.models import Letter


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
