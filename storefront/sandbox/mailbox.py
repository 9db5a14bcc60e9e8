"""Pages of the mailbox: every mail the shop sent, with links one can follow."""

from __future__ import annotations

import json
from typing import Any

from storefront.sandbox import clock, mail
from storefront.sandbox.pages import layout
from storefront.sandbox.pages.layout import Look, Markup
from storefront.sandbox.routing import Routes
from storefront.sandbox.wire import Problem, Reply, Request

_SHOWN = 200
_FRAME_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:;"
    " style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'self'"
)


def _list(request: Request) -> Reply:
    to = request.query.get("to", "")
    with request.world.books.read() as page:
        found = mail.newest(page, to, _SHOWN)
    lines = [layout.fill("_mail_line.html", **_named(row)) for row in found]
    empty = Markup('<p class="lead">Писем пока нет.</p>')
    listed = layout.fill("_mail_list.html", lines=layout.join(lines)) if lines else empty
    values = {"listed": listed, "count": len(found)}
    return layout.page("mail_list.html", Look("ru", "Почта", house="world"), values)


def _named(row: dict[str, Any]) -> dict[str, object]:
    return {
        "id": row["id"],
        "subject": row["subject"] or "(без темы)",
        "to": ", ".join(json.loads(row["recipients"])),
        "sender": row["sender"],
        "at": row["received_at"],
        "shown_at": _moscow(row["received_at"]),
    }


def _moscow(text: str) -> str:
    return f"{clock.parse(text).astimezone(clock.MOSCOW):%d.%m.%Y, %H:%M} МСК"


def _show(request: Request) -> Reply:
    row = _row(request)
    message = mail.parsed(row["raw"])
    text = mail.part(message, "plain")
    has_html = bool(mail.part(message, "html"))
    frame = layout.fill("_mail_frame.html", id=row["id"]) if has_html else Markup("")
    shown = Markup(f'<div class="mail-text">{layout.linked(text)}</div>') if text else Markup("")
    title = row["subject"] or "Письмо"
    values = {**_named(row), "text": shown, "frame": frame}
    return layout.page("mail.html", Look("ru", title, house="world"), values)


def _html(request: Request) -> Reply:
    """Hand out the HTML part alone; its policy lets it show itself and open links, no more."""
    text = mail.part(mail.parsed(_row(request)["raw"]), "html")
    if not text:
        raise Problem(404, "not_found", "this mail has no HTML part")
    body = f'<!doctype html><meta charset="utf-8"><base target="_blank">{text}'
    headers = (
        ("Content-Security-Policy", _FRAME_POLICY),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
    )
    return Reply(body.encode(), kind="text/html; charset=utf-8", headers=headers)


def _row(request: Request) -> dict[str, Any]:
    number = request.parts["id"]
    with request.world.books.read() as page:
        row = page.execute(
            "SELECT * FROM mails WHERE id = ?", (number if number.isdigit() else -1,)
        ).fetchone()
    if row is None:
        raise Problem(404, "not_found", f"no mail {number}")
    return dict(row)


ROUTES: Routes = [
    ("GET", "/mail/", _list),
    ("GET", "/mail/{id}", _show),
    ("GET", "/mail/{id}/html", _html),
]
