"""The interface of sellers' own systems: REST under /api/v1/, described by its OpenAPI document."""

import re

from django.urls import URLPattern, URLResolver, path, re_path
from ninja import NinjaAPI

from . import documents, errors, orders, prices, products, reference, stock
from .auth import Bearer
from .door import Reader, Writer, guarded, unknown

ABOUT = """\
A seller's own system lists goods, sets prices, tells of pieces and hands over what was sold.

Every request carries `Authorization: Bearer sgr_…`; the owner makes such a token at the seller's
desk. A token sees and changes only its own seller's rows: whatever is another's is 404.

Money is a decimal in a string with its currency, weights are grams, measures millimetres, instants
ISO 8601 in UTC. Lists are read by `after` and `limit`. Every write needs an `Idempotency-Key`.
What goes wrong is told as `application/problem+json` (RFC 9457) in the language of Accept-Language.
"""

api = NinjaAPI(
    title="Sungari for sellers",
    version="1.0.0",
    description=ABOUT,
    openapi_url=None,
    docs_url=None,
    auth=Bearer(),
    parser=Reader(),
    renderer=Writer(),
    servers=[{"url": "/"}],
)
errors.register(api)
for part in (reference, products, prices, stock, orders):
    api.add_router("", part.router)


def _addresses() -> list[URLPattern | URLResolver]:
    """Ninja's addresses behind our door, without its start page; whatever else is asked is 404."""
    views = [one for one in api.urls[0] if isinstance(one, URLPattern)]
    ours = [one for one in views if one.name != "api-root"]
    guard = [_behind_the_door(one) for one in ours]
    document = path("openapi.json", guarded(documents.served(api)), name="openapi")
    return [document, *guard, re_path("", guarded(unknown))]


def _behind_the_door(address: URLPattern) -> URLPattern:
    path = "/api/v1/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(address.pattern))

    def known(method: str) -> frozenset[str] | None:
        return documents.queries(api).get((method, path))

    return URLPattern(address.pattern, guarded(address.callback, known), name=address.name)


addresses = _addresses()
