"""The front door: what this is, whether it is alive, and the static files."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from storefront.sandbox import clock
from storefront.sandbox.pages import layout
from storefront.sandbox.pages.layout import Look
from storefront.sandbox.routing import Routes
from storefront.sandbox.wire import Problem, Reply, Request, as_json

_STATIC = Path(__file__).parent / "static"
_KINDS = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}


def _home(request: Request) -> Reply:
    values = {
        "business": clock.show(request.moment.business),
        "wall": clock.show(request.moment.wall),
        "seed": request.world.environment.seed,
    }
    return layout.page("home.html", Look("ru", "Песочница", house="world"), values)


def _health(request: Request) -> Reply:
    with request.world.books.read() as page:
        page.execute("SELECT 1 FROM counters LIMIT 1")
    return as_json({"status": "ok", "business": clock.show(request.moment.business)})


@cache
def _files() -> dict[str, tuple[bytes, str]]:
    """Read the static files once; only these can be asked for."""
    return {
        path.name: (path.read_bytes(), _KINDS[path.suffix])
        for path in _STATIC.iterdir()
        if path.suffix in _KINDS
    }


def _static(request: Request) -> Reply:
    found = _files().get(request.parts["name"])
    if found is None:
        raise Problem(404, "not_found", "no such file")
    headers = (("Cache-Control", "max-age=300"), ("X-Content-Type-Options", "nosniff"))
    return Reply(found[0], kind=found[1], headers=headers)


ROUTES: Routes = [
    ("GET", "/", _home),
    ("GET", "/healthz", _health),
    ("GET", "/static/{name}", _static),
]
