"""Pages before which the password is asked again, if it was typed some time ago."""

import time
from collections.abc import Callable

from allauth.account.decorators import reauthentication_required
from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]
FRESH = 300  # seconds


def _is_stale(request: HttpRequest) -> bool:
    since: int = request.session.get("since", 0)
    return not request.user.is_authenticated or time.time() - since > FRESH


password_typed: Callable[[View], View] = reauthentication_required(enabled=_is_stale)
