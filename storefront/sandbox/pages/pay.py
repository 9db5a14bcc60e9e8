"""The pages a buyer sees at the acquirer's."""

from __future__ import annotations

from collections.abc import Mapping

from storefront.sandbox import clock
from storefront.sandbox.acquirer import borrowers, cards
from storefront.sandbox.acquirer.payments import Payment
from storefront.sandbox.pages import layout, words
from storefront.sandbox.pages.layout import Look, Markup
from storefront.sandbox.wire import Headers, Reply, Request

_REFRESH_SECONDS = 5
_TRIES = 3


def card(
    request: Request, payment: Payment, typed: Mapping[str, str], wrong: dict[str, str]
) -> Reply:
    """Show the card form with what was typed, and what is wrong beside each field."""
    locale = _locale(payment)
    fields: dict[str, object] = {}
    for name in ("number", "expiry", "cvc", "holder"):
        fields[f"v_{name}"] = typed.get(name, "")
        fields[f"a_{name}"], fields[f"e_{name}"] = _error(locale, name, wrong.get(name, ""))
    return _page(
        "card.html",
        payment,
        title=words.say(locale, "pay_title"),
        summary=_summary(request, payment),
        methods_row=_methods(payment, "bank_card"),
        declined=_declined(payment),
        problem=_problem(locale) if wrong else "",
        pay=words.say(locale, "pay_button", price=words.price(locale, payment.amount)),
        cards=_test_cards(locale, payment),
        cards_open=Markup("open") if "number" in wrong else "",
        **fields,
    )


def code(payment: Payment) -> Reply:
    """Ask for the code of the bank that issued the card."""
    locale = _locale(payment)
    attempt = payment.body["attempt"]
    left = _TRIES - attempt["tries"]
    wrong = words.say(locale, "code_wrong", left=left) if attempt["tries"] else ""
    return _page(
        "code.html",
        payment,
        title=words.say(locale, "code_title"),
        lead=words.say(locale, "code_lead", last4=attempt["number"][-4:]),
        shop_id=payment.shop,
        price=words.price(locale, payment.amount),
        described=" code-error" if wrong else "",
        invalid=Markup('aria-invalid="true"') if wrong else "",
        error=Markup(f'<p class="error" id="code-error" role="alert">{layout.escaped(wrong)}</p>')
        if wrong
        else "",
    )


def qr(request: Request, payment: Payment) -> Reply:
    """Show the QR code, refreshing by itself until the buyer asks it not to."""
    locale = _locale(payment)
    is_still = "still" in request.query
    address = f"/pay/{payment.id}?method=sbp"
    return _page(
        "sbp.html",
        payment,
        title=words.say(locale, "sbp_title"),
        summary=_summary(request, payment),
        methods_row=_methods(payment, "sbp"),
        declined=_declined(payment),
        alt=words.say(locale, "sbp_alt", price=words.price(locale, payment.amount)),
        refresh_address=address if is_still else f"{address}&still=1",
        refresh_word=words.say(locale, "moving" if is_still else "still"),
        is_moving=not is_still,
    )


def instalments(
    request: Request, payment: Payment, typed: Mapping[str, str], wrong: Mapping[str, str]
) -> Reply:
    """Show the form of instalments with what was typed, and what is wrong beside each field."""
    locale = _locale(payment)
    a_phone, e_phone = _error(locale, "phone", wrong.get("phone", ""))
    a_months, e_months = _error(locale, "months", wrong.get("months", ""))
    return _page(
        "instalments.html",
        payment,
        title=words.say(locale, "instalments_title"),
        summary=_summary(request, payment),
        declined=_declined(payment),
        problem=_problem(locale) if wrong else "",
        v_phone=typed.get("phone", ""),
        a_phone=a_phone,
        e_phone=e_phone,
        a_months=a_months,
        e_months=e_months,
        months=_months(locale, payment, typed.get("months", borrowers.MONTHS[0])),
        borrowers=_test_borrowers(locale, payment),
    )


def _months(locale: str, payment: Payment, chosen: str) -> Markup:
    lines = []
    for months in borrowers.MONTHS:
        monthly = -(-payment.amount // int(months))
        text = words.say(locale, "months_each", months=months, price=words.price(locale, monthly))
        mark = " selected" if months == chosen else ""
        lines.append(f'<option value="{months}"{mark}>{layout.escaped(text)}</option>')
    return Markup("".join(lines))


def _test_borrowers(locale: str, payment: Payment) -> Markup:
    lines = []
    for found in borrowers.known().values():
        meaning = words.say(locale, "card_approved")
        if found.declines_with:
            reason = _reason(locale, found.declines_with)
            meaning = words.say(locale, "card_declined", reason=reason)
        link = f'<a href="/pay/{payment.id}?borrower={found.phone}">{found.shown}</a>'
        lines.append(f"<li>{link}<span>{layout.escaped(meaning)}</span></li>")
    return Markup("".join(lines))


def done(payment: Payment) -> Reply:
    """Say how the payment ended, and show the way back."""
    locale = _locale(payment)
    heading = words.say(locale, f"done_{payment.status}")
    return _page(
        "done.html",
        payment,
        title=heading,
        heading=heading,
        picture=payment.status,
        price=words.price(locale, payment.captured or payment.amount),
        back=payment.body["confirmation"]["return_url"],
    )


def _page(template: str, payment: Payment, title: str, **values: object) -> Reply:
    headers: Headers = ()
    if values.pop("is_moving", False):
        # A header, not a meta element: the page may be asked to stand still.
        headers = (("Refresh", f"{_REFRESH_SECONDS}; url=/pay/{payment.id}?method=sbp"),)
    back = (payment.body["confirmation"]["return_url"],)
    look = Look(_locale(payment), title, back, headers)
    return layout.page(template, look, {"id": payment.id, **values})


def _locale(payment: Payment) -> str:
    return str(payment.body["confirmation"]["locale"])


def _summary(request: Request, payment: Payment) -> Markup:
    locale = _locale(payment)
    left = clock.parse(payment.expires_at) - request.moment.wall
    minutes = max(0, int(left.total_seconds()) // 60)
    return layout.fill(
        "_summary.html",
        price=words.price(locale, payment.amount),
        description=payment.body["description"],
        shop_id=payment.shop,
        short_id=payment.id[:8],
        time_left=words.say(locale, "minutes_left", minutes=minutes),
        **{key: words.say(locale, key) for key in ("to_pay", "shop", "payment_number")},
    )


def _methods(payment: Payment, current: str) -> Markup:
    """Offer both methods where the shop left the choice to the buyer."""
    if payment.method or not payment.body["capture"]:
        return Markup("")
    locale = _locale(payment)
    links = []
    for method, key in (("bank_card", "method_card"), ("sbp", "method_sbp")):
        mark = ' aria-current="page"' if method == current else ""
        word = layout.escaped(words.say(locale, key))
        links.append(f'<a href="/pay/{payment.id}?method={method}"{mark}>{word}</a>')
    label = layout.escaped(words.say(locale, "methods"))
    return Markup(f'<nav class="methods" aria-label="{label}">{"".join(links)}</nav>')


def _declined(payment: Payment) -> Markup:
    reason = payment.body.get("declined")
    if not reason:
        return Markup("")
    locale = _locale(payment)
    title = layout.escaped(words.say(locale, "declined_title"))
    why = layout.escaped(_reason(locale, reason))
    advice = layout.escaped(words.say(locale, "declined_help"))
    return Markup(f'<div class="alert" role="alert"><b>{title}: {why}.</b> {advice}</div>')


def _reason(locale: str, reason: str) -> str:
    return words.all_of(locale).get(reason, reason)


def _problem(locale: str) -> Markup:
    text = layout.escaped(words.say(locale, "form_wrong"))
    return Markup(f'<p class="alert" role="alert">{text}</p>')


def _error(locale: str, name: str, wrong: str) -> tuple[Markup, Markup]:
    """Make the attributes of a field and the line under it."""
    if not wrong:
        return Markup(""), Markup("")
    text = layout.escaped(words.say(locale, wrong))
    return (
        Markup(f'aria-invalid="true" aria-describedby="{name}-error"'),
        Markup(f'<p class="error" id="{name}-error">{text}</p>'),
    )


def _test_cards(locale: str, payment: Payment) -> Markup:
    lines = []
    for found in cards.known().values():
        address = f"/pay/{payment.id}?method=bank_card&amp;card={found.number}"
        meaning = layout.escaped(_meaning(locale, found))
        lines.append(f'<li><a href="{address}">{found.shown}</a><span>{meaning}</span></li>')
    return Markup("".join(lines))


def _meaning(locale: str, found: cards.Card) -> str:
    if not found.declines_with:
        return words.say(locale, "card_3ds" if found.three_d_secure else "card_approved")
    reason = _reason(locale, found.declines_with)
    key = "card_3ds_then" if found.three_d_secure else "card_declined"
    return words.say(locale, key, reason=reason)
