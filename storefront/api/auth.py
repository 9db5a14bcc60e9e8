"""Who asks: a seller's system, by its token, and not too often."""

import time
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security import HttpBearer

from catalog import access
from catalog.models import AccessToken, Seller
from storefront.lib import clock

from .errors import TooMany

WINDOW = 60


@dataclass(frozen=True)
class Caller:
    """A seller's system: whatever it asks for is looked for among the seller's own rows."""

    token: AccessToken
    seller: Seller

    @property
    def actor(self) -> str:
        return f"token:{self.token.pk}"


class Bearer(HttpBearer):
    """A secret that the seller's owner made at the seller's desk."""

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        found = access.find(token, now_wall=clock.wall())
        if found is None:
            return None
        _count(found)
        return Caller(found, found.seller)


def caller(request: HttpRequest) -> Caller:
    """Whom `Bearer` let in."""
    found = request.auth  # type: ignore[attr-defined]  # set by Ninja
    assert isinstance(found, Caller)
    return found


def _count(token: AccessToken) -> None:
    """Count the requests of a minute; without the cache nobody is counted and all may ask.

    Raises: TooMany.
    """
    minute, second = divmod(int(time.time()), WINDOW)
    key = f"api:{token.pk}:{minute}"
    cache.add(key, 0, timeout=2 * WINDOW)
    try:
        count = cache.incr(key)
    except ValueError:  # the cache has forgotten the key between the two
        return
    if count > settings.API_REQUESTS_A_MINUTE:
        text = _("More than %(most)s requests in a minute: wait a little.")
        raise TooMany(text % {"most": settings.API_REQUESTS_A_MINUTE}, seconds=WINDOW - second)
