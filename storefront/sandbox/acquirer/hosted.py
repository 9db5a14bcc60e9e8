"""The acquirer's page: card form, 3-D Secure, QR code, and the way back to the shop."""

from __future__ import annotations

from collections.abc import Mapping

from storefront.sandbox.acquirer import borrowers, buyers, cards, payments, sbp
from storefront.sandbox.acquirer.errors import Refused
from storefront.sandbox.acquirer.payments import Payment
from storefront.sandbox.pages import layout, pay, words
from storefront.sandbox.pages.layout import Look
from storefront.sandbox.routing import Handler, Routes
from storefront.sandbox.wire import Reply, Request, see_other


def _known(handler: Handler) -> Handler:
    """Show a page instead of an error where the payment does not exist."""

    def checked(request: Request) -> Reply:
        try:
            return handler(request)
        except Refused as refused:
            look = Look("ru", words.say("ru", "gone_title"), status=refused.status)
            return layout.page("gone.html", look, {})

    return checked


@_known
def _show(request: Request) -> Reply:
    payment = payments.find(request.world, request.parts["id"], request.moment)
    if payment.status == "succeeded" and request.query.get("method") == "sbp":
        # Whoever waited beside the QR code is taken back without a further click.
        return see_other(payment.body["confirmation"]["return_url"], 302)
    if not payment.is_open:
        return pay.done(payment)
    if _method(request, payment) == "sbp":
        return pay.qr(request, payment)
    if payment.method == "installments":
        known = borrowers.known().get(request.query.get("borrower", ""))
        return pay.instalments(request, payment, {"phone": known.shown} if known else {}, {})
    chosen = cards.known().get(request.query.get("card", ""))
    typed = {"number": chosen.shown, "expiry": "12/30", "cvc": "123"} if chosen else {}
    return pay.card(request, payment, typed, {})


def _method(request: Request, payment: Payment) -> str:
    """The method the shop asked for; where it left the choice, the one the buyer looks at."""
    return payment.method or request.query.get("method", "")


@_known
def _card(request: Request) -> Reply:
    entered, wrong = cards.read(request.form, request.moment.wall)
    if entered is None:
        return _wrong_form(request, request.form, wrong)
    world, moment = request.world, request.moment
    with world.books.write() as page:
        payment = payments.settle(world, page, request.parts["id"], moment)
        if not payment.is_open or payment.method in ("sbp", "installments"):
            return see_other(f"/pay/{payment.id}")
        outcome = buyers.by_card(world, page, payment, entered, moment)
    if outcome == "code":
        return see_other(f"/pay/{payment.id}/3ds")
    return _after(payment, outcome)


def _wrong_form(request: Request, typed: Mapping[str, str], wrong: dict[str, str]) -> Reply:
    payment = payments.find(request.world, request.parts["id"], request.moment)
    if not payment.is_open:
        return see_other(f"/pay/{payment.id}")
    kept = {name: typed.get(name, "") for name in ("number", "expiry", "holder")}
    return pay.card(request, payment, kept, wrong)


def _after(payment: Payment, outcome: str) -> Reply:
    """Back to the shop with a paid payment, back to the form with a refused one."""
    if outcome == "paid":
        return see_other(payment.body["confirmation"]["return_url"], 302)
    return see_other(f"/pay/{payment.id}")


@_known
def _ask_code(request: Request) -> Reply:
    payment = payments.find(request.world, request.parts["id"], request.moment)
    if not payment.is_open or "attempt" not in payment.body:
        return see_other(f"/pay/{payment.id}")
    return pay.code(payment)


@_known
def _take_code(request: Request) -> Reply:
    world, moment = request.world, request.moment
    with world.books.write() as page:
        payment = payments.settle(world, page, request.parts["id"], moment)
        if not payment.is_open or "attempt" not in payment.body:
            return see_other(f"/pay/{payment.id}")
        outcome = buyers.by_code(world, page, payment, request.form.get("code", ""), moment)
    if outcome == "code":
        return pay.code(payment)
    return _after(payment, outcome)


@_known
def _pay_sbp(request: Request) -> Reply:
    world, moment = request.world, request.moment
    with world.books.write() as page:
        payment = payments.settle(world, page, request.parts["id"], moment)
        if not payment.is_open or payment.method not in ("", "sbp") or not payment.body["capture"]:
            return see_other(f"/pay/{payment.id}")
        outcome = buyers.by_sbp(world, page, payment, moment)
    return _after(payment, outcome)


@_known
def _instalments(request: Request) -> Reply:
    asked, wrong = borrowers.read(request.form)
    world, moment = request.world, request.moment
    with world.books.write() as page:
        payment = payments.settle(world, page, request.parts["id"], moment)
        if not payment.is_open or payment.method != "installments":
            return see_other(f"/pay/{payment.id}")
        if asked is None:
            return pay.instalments(request, payment, request.form, wrong)
        outcome = buyers.by_instalments(world, page, payment, asked, moment)
    return _after(payment, outcome)


@_known
def _give_up(request: Request) -> Reply:
    world, moment = request.world, request.moment
    with world.books.write() as page:
        payment = payments.settle(world, page, request.parts["id"], moment)
        if payment.is_open:
            buyers.give_up(world, page, payment, moment)
    return see_other(payment.body["confirmation"]["return_url"], 302)


@_known
def _qr(request: Request) -> Reply:
    payment = payments.find(request.world, request.parts["id"], request.moment)
    drawn = sbp.picture(request.world, payment)
    return Reply(drawn, kind="image/svg+xml", headers=(("Cache-Control", "no-store"),))


ROUTES: Routes = [
    ("GET", "/pay/{id}", _show),
    ("POST", "/pay/{id}/card", _card),
    ("GET", "/pay/{id}/3ds", _ask_code),
    ("POST", "/pay/{id}/3ds", _take_code),
    ("POST", "/pay/{id}/sbp", _pay_sbp),
    ("POST", "/pay/{id}/installments", _instalments),
    ("POST", "/pay/{id}/cancel", _give_up),
    ("GET", "/pay/{id}/qr.svg", _qr),
]
