"""The control: who is registered, by which script they play, and what really arrived."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from typing import Any

from storefront.sandbox import amounts, books, mail, papers, parties, world
from storefront.sandbox.acquirer import borrowers, buyers, cards, payments, sbp
from storefront.sandbox.acquirer.cards import Entered
from storefront.sandbox.acquirer.errors import Refused
from storefront.sandbox.acquirer.payments import Payment
from storefront.sandbox.pages import layout
from storefront.sandbox.pages.layout import Look, Markup
from storefront.sandbox.papers import Paper
from storefront.sandbox.routing import Routes
from storefront.sandbox.stories import usual_shares
from storefront.sandbox.wire import Problem, Reply, Request, as_json

_LISTED = 1000
_KINDS = {
    "consignments": ("consignment",),
    "parcels": ("parcel",),
    "customs": ("message", "declaration"),
    "transfers": ("transfer",),
    "deals": ("deal",),
}


def _page(request: Request) -> Reply:
    with request.world.books.read() as page:
        counts = _counts(page)
        registered = parties.everyone(page)
        shares = world.shares(page)
    known = [f"{name}: {books.dump(body)}" for name, body in registered.items()]
    items = layout.join(Markup(f"<li><code>{layout.escaped(line)}</code></li>") for line in known)
    listed = Markup(f"<ul>{items}</ul>") if known else Markup("<p>Никто не записан.</p>")
    values = {
        "books": _rows(counts),
        "shares": _rows({name: str(share) for name, share in shares.items()}),
        "parties": listed,
    }
    return layout.page("control.html", Look("ru", "Пульт", house="world"), values)


def _rows(found: dict[str, Any]) -> Markup:
    return layout.join(
        Markup(f'<tr><td>{layout.escaped(name)}</td><td class="n">{value}</td></tr>')
        for name, value in found.items()
    )


def _counts(page: sqlite3.Connection) -> dict[str, int]:
    tables = ("payments", "refunds", "notices", "mails")
    found = {
        name: int(page.execute(f"SELECT count(*) AS n FROM {name}").fetchone()["n"])
        for name in tables
    }
    for name, kinds in _KINDS.items():
        found[name] = sum(papers.how_many(page, kind) for kind in kinds)
    return found


def _get_party(request: Request) -> Reply:
    with request.world.books.read() as page:
        return as_json(parties.known(page, request.parts["id"]))


def _put_party(request: Request) -> Reply:
    changes = request.json()
    with request.world.books.write() as page:
        return as_json(parties.register(page, request.parts["id"], changes))


def _delete_party(request: Request) -> Reply:
    with request.world.books.write() as page:
        parties.forget(page, request.parts["id"])
    return as_json({})


def _reset(request: Request) -> Reply:
    request.world.books.wipe()
    return as_json({"status": "empty"})


def _get_shares(request: Request) -> Reply:
    with request.world.books.read() as page:
        return as_json(world.shares(page))


def _put_shares(request: Request) -> Reply:
    changes = request.json()
    if set(changes) == {"all"}:
        changes = dict.fromkeys(usual_shares(), changes["all"])
    for name, value in changes.items():
        if name not in usual_shares():
            raise Problem(422, "bad_field", f"there is no share {name}", name)
        if not isinstance(value, (int, float)) or not 0 <= value <= 1:
            raise Problem(422, "bad_field", "a share lies between 0 and 1", name)
    with request.world.books.write() as page:
        changed = {**world.shares(page), **changes}
        page.execute(
            "INSERT INTO settings VALUES ('shares', ?)"
            " ON CONFLICT (name) DO UPDATE SET body = excluded.body",
            (books.dump(changed),),
        )
    return as_json(changed)


def _pay(request: Request) -> Reply:
    """Do what a buyer would do on the page."""
    body, sandbox = request.json(), request.world
    try:
        with sandbox.books.write() as page:
            payment = payments.settle(sandbox, page, request.parts["id"], request.moment)
            if not payment.is_open:
                raise Problem(409, "not_open", f"the payment is {payment.status}")
            outcome = _bought(request, page, payment, body)
    except Refused as refused:
        raise Problem(refused.status, "not_found", str(refused)) from None
    return as_json(
        {
            "outcome": outcome if outcome in ("paid", "canceled") else "declined",
            "reason": None if outcome in ("paid", "canceled") else outcome,
            "payment": payments.form(sandbox, payment),
        }
    )


def _bought(
    request: Request, page: sqlite3.Connection, payment: Payment, body: dict[str, Any]
) -> str:
    sandbox, moment, wanted = request.world, request.moment, body.get("outcome", "paid")
    if wanted == "cancel":
        buyers.give_up(sandbox, page, payment, moment)
        return "canceled"
    method = body.get("method") or ("bank_card" if body.get("card") else payment.method)
    if method == "sbp":
        return buyers.by_sbp(sandbox, page, payment, moment)
    if method == "installments":
        borrower = borrowers.known().get(str(body.get("borrower") or "79000000001"))
        if borrower is None:
            raise Problem(422, "bad_field", "this is no test borrower", "borrower")
        asked = borrowers.Asked(borrower, "6")
        return buyers.by_instalments(sandbox, page, payment, asked, moment)
    card = cards.known().get(str(body.get("card") or "2200000000000012"))
    if card is None:
        raise Problem(422, "bad_field", "this is no test card", "card")
    entered = Entered(card, "12", "2030")
    outcome = buyers.by_card(sandbox, page, payment, entered, moment)
    code = "0" if wanted == "wrong_code" else cards.CODE
    while outcome == "code":
        outcome = buyers.by_code(sandbox, page, payment, code, moment)
    return outcome


def _books_payments(request: Request) -> Reply:
    shop = request.query.get("shop", "")
    where, values = ("shop = ?", (shop,)) if shop else ("1 = 1", ())
    with request.world.books.read() as page:
        totals = page.execute(
            "SELECT count(*) AS created, total(captured) AS captured, total(refunded) AS refunded"
            f" FROM payments WHERE {where}",
            values,
        ).fetchone()
        states = page.execute(
            f"SELECT status, count(*) AS n FROM payments WHERE {where} GROUP BY status", values
        ).fetchall()
        refunds = page.execute(f"SELECT count(*) AS n FROM refunds WHERE {where}", values)
        replays = page.execute(f"SELECT total(replays) AS n FROM replies WHERE {where}", values)
        listed = page.execute(
            f"SELECT * FROM payments WHERE {where} ORDER BY number DESC LIMIT {_LISTED}", values
        ).fetchall()
        found = dict.fromkeys(("pending", "waiting_for_capture", "succeeded", "canceled"), 0)
        found.update({row["status"]: row["n"] for row in states})
        answer = {
            "created": totals["created"],
            **found,
            "captured": amounts.show(int(totals["captured"])),
            "refunded": amounts.show(int(totals["refunded"])),
            "refunds": refunds.fetchone()["n"],
            "idempotence_replays": int(replays.fetchone()["n"]),
        }
    forms = [payments.form(request.world, payments.from_row(row)) for row in listed]
    return as_json({**answer, "payments": forms})


def _books_papers(name: str) -> Callable[[Request], Reply]:
    def listed(request: Request) -> Reply:
        with request.world.books.read() as page:
            counts = {kind: papers.how_many(page, kind) for kind in _KINDS[name]}
            found = [
                _shown(paper)
                for kind in _KINDS[name]
                for paper in papers.listed(page, kind, _LISTED)
            ]
        return as_json({"count": sum(counts.values()), "counts": counts, name: found})

    return listed


def _shown(paper: Paper) -> dict[str, Any]:
    return {
        "kind": paper.kind,
        "party": paper.owner,
        "reference": paper.reference,
        "made_at": paper.made_at,
        **paper.body,
    }


def _books_notices(request: Request) -> Reply:
    with request.world.books.read() as page:
        rows = page.execute(
            "SELECT shop, event, object, url, attempts, delivered, outcome, due_at IS NOT NULL AS"
            f" is_open FROM notices ORDER BY id DESC LIMIT {_LISTED}"
        ).fetchall()
        delivered = page.execute("SELECT total(delivered) AS n FROM notices").fetchone()["n"]
        count = page.execute("SELECT count(*) AS n FROM notices").fetchone()["n"]
    listed = [dict(row) for row in rows]
    return as_json({"count": count, "delivered": int(delivered), "notices": listed})


def _books_mails(request: Request) -> Reply:
    limit = request.query.get("limit", "100")
    with request.world.books.read() as page:
        found = mail.newest(
            page, request.query.get("to", ""), int(limit) if limit.isdigit() else 100
        )
    shown = [
        {
            "id": row["id"],
            "from": row["sender"],
            "to": json.loads(row["recipients"]),
            "subject": row["subject"],
            "text": mail.part(mail.parsed(row["raw"]), "plain"),
            "received_at": row["received_at"],
        }
        for row in found
    ]
    return as_json({"count": len(shown), "mails": shown})


def _sbp_link(request: Request) -> Reply:
    try:
        payment = payments.find(request.world, request.parts["id"], request.moment)
    except Refused as refused:
        raise Problem(refused.status, "not_found", str(refused)) from None
    return as_json({"link": sbp.link(request.world, payment)})


ROUTES: Routes = [
    ("GET", "/_/", _page),
    ("GET", "/_/shops/{id}", _get_party),
    ("PUT", "/_/shops/{id}", _put_party),
    ("DELETE", "/_/shops/{id}", _delete_party),
    ("POST", "/_/reset", _reset),
    ("GET", "/_/shares", _get_shares),
    ("PUT", "/_/shares", _put_shares),
    ("POST", "/_/pay/{id}", _pay),
    ("GET", "/_/pay/{id}/sbp", _sbp_link),
    ("GET", "/_/books/payments", _books_payments),
    ("GET", "/_/books/notices", _books_notices),
    ("GET", "/_/books/mails", _books_mails),
    *(("GET", f"/_/books/{name}", _books_papers(name)) for name in _KINDS),
]
