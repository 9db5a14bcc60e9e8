"""The WSGI application: from a request to a reply, and never to a traceback."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote_to_bytes

from storefront.sandbox import (
    centralbank,
    control,
    home,
    mailbox,
    reckoning,
)
from storefront.sandbox.acquirer import api, chargebacks, hosted, registry
from storefront.sandbox.banks import deals, statements, transfers
from storefront.sandbox.carriers import (
    cdek,
    cdek_hooks,
    consignments,
    events,
    parcels,
    ruspost,
    ruspost_soap,
)
from storefront.sandbox.clock import BadInstant
from storefront.sandbox.customs import chinese, russian
from storefront.sandbox.routing import Router
from storefront.sandbox.server import CUT, Application
from storefront.sandbox.wire import Problem, Reply, Request, as_json, status_line
from storefront.sandbox.world import World

_ROUTES = [
    route
    for drawer in (
        home,
        api,
        hosted,
        chargebacks,
        registry,
        centralbank,
        transfers,
        deals,
        statements,
        chinese,
        russian,
        ruspost,
        ruspost_soap,
        cdek,
        cdek_hooks,
        consignments,
        parcels,
        events,
        mailbox,
        control,
        reckoning,
    )
    for route in drawer.ROUTES
]


def build(world: World) -> Application:
    """Make the application of one sandbox."""
    router = Router(_ROUTES)

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        reply = _reply(router, world, environ)
        line = CUT if reply.cut else status_line(reply.status)
        start_response(line, [("Content-Type", reply.kind), *reply.headers])
        return [reply.body]

    return application


def _reply(router: Router, world: World, environ: dict[str, Any]) -> Reply:
    try:
        request = Request(
            method=environ["REQUEST_METHOD"],
            path=unquote_to_bytes(environ["PATH_INFO"]).decode("utf-8", "replace"),
            query_text=environ["QUERY_STRING"],
            environ=environ,
            body=environ["wsgi.input"].read(),
            world=world,
            moment=world.clock.now(environ.get("HTTP_X_BUSINESS_TIME", "")),
        )
        return router.answer(request)
    except Problem as problem:
        return as_json(problem.body, problem.status)
    except BadInstant as wrong:
        return as_json({"error": "bad_instant", "detail": str(wrong), "field": None}, 400)
    except Exception:
        traceback.print_exc(file=sys.stderr)
        body = {"error": "internal", "detail": "the sandbox itself failed", "field": None}
        return as_json(body, 500)
