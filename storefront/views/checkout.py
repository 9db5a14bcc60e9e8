"""One page to order and pay, and the way back from the acquirer."""

import re
import secrets
from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.debug import sensitive_post_parameters

from logistics.composition import Basket, PointClosed
from orders import lifecycle, quotes
from orders.models import Cart, City, Quote
from orders.quotes import QuoteExpired, QuoteMoved
from payments import charges
from storefront import context
from storefront.flows import checkout as flow
from storefront.flows import payment
from storefront.forms.checkout import CheckoutForm
from storefront.forms.papers import PapersForm
from storefront.lib import clock
from storefront.lib.refusal import Refusal
from storefront.templatetags.money import rubles

from . import showing
from .cart import mine
from .identity import papers_form
from .orders import actor_of, allow, visible


@sensitive_post_parameters()
def checkout(request: HttpRequest) -> HttpResponse:
    """Recipient, way, payment and the sum; sending it places the order."""
    found, city = mine(request), context.city(request)
    if found is None or city is None:
        return redirect("cart")
    form = _form(request, city)
    try:
        if request.method == "POST" and form.is_valid():
            return _agree(request, found, form)
        return _show(request, found, city, form)
    except flow.OrderedAlready as known:
        return redirect("order", number=known.order.number)
    except (QuoteMoved, QuoteExpired, PointClosed, charges.NotOffered) as moved:
        messages.warning(request, str(moved))
        return _show(request, found, city, form)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("cart")


def _form(request: HttpRequest, city: City) -> CheckoutForm:
    if "show" in request.POST:
        return CheckoutForm(initial=request.POST.dict(), city=city)
    if request.method == "POST":
        papers = papers_form(request, empty_permitted=True)
        return CheckoutForm(request.POST, city=city, papers=papers)
    user_id = request.user.pk if request.user.is_authenticated else None
    known = flow.known_address(user_id, city=city)
    return CheckoutForm(initial=known, city=city)


def _show(request: HttpRequest, found: Cart, city: City, form: CheckoutForm) -> HttpResponse:
    quote, basket = _quoted(request, found, city)
    ways = charges.ways(quote.total.amount, on=clock.now().date())
    form.offer(ways.methods, rubles(ways.instalments_from))
    page = {
        "form": form,
        "form_key": request.POST.get("form_key") or secrets.token_urlsafe(16),
        "quote": quote,
        "basket": basket,
        "groups": showing.lanes(basket),
        **showing.points(request, basket, city),
        "duties": showing.duties(basket),
        "papers": _papers(request, form, basket),
    }
    return render(request, "checkout/checkout.html", page)


def _quoted(request: HttpRequest, found: Cart, city: City) -> tuple[Quote, Basket]:
    """A quote as chosen; to the door, where the chosen point does not take the goods."""
    chosen = showing.chosen(request)
    ask = partial(flow.quote, found, city=city, chosen=chosen, now=clock.now(), wall=clock.wall())
    try:
        return ask(point=showing.point(request))
    except PointClosed as closed:
        messages.warning(request, str(closed))
        return ask()


def _papers(request: HttpRequest, form: CheckoutForm, basket: Basket) -> PapersForm | None:
    """The part of the page for the recipient's papers, where a way needs them."""
    if form.papers is not None and form.papers.errors:
        return form.papers
    if not flow.asks_papers(basket, now=clock.now()):
        return None
    return form.papers or papers_form(request)


def _agree(request: HttpRequest, found: Cart, form: CheckoutForm) -> HttpResponse:
    """Order what was quoted for the visitor's own cart; a stranger's quote or key is unknown."""
    user_id = request.user.pk if request.user.is_authenticated else None
    agreement = flow.Agreement(
        quote_id=str(quotes.find(found, request.POST.get("quote", "")).pk),
        digest=request.POST.get("digest", ""),
        method=form.cleaned_data["method"],
        contact=_contact(form, user_id),
        form_key=_form_key(request, found),
        person=form.person(),
        chosen=showing.chosen(request),
        point=showing.point(request),
    )
    actor = actor_of(request)
    order = flow.agree(agreement, actor=actor, now=clock.now(), wall=clock.wall())
    allow(request, order)
    request.session["cart_quantity"] = 0
    return redirect("order_pay", number=order.number)


def _contact(form: CheckoutForm, user_id: int | None) -> lifecycle.Contact:
    given = form.cleaned_data
    return lifecycle.Contact(
        **{key: given[key] for key in ("recipient", "phone", "email", "postcode", "street")},
        language=get_language() or "ru",
        user_id=user_id,
    )


def _form_key(request: HttpRequest, found: Cart) -> str:
    """The key of the form that was sent, good for the visitor's own cart alone."""
    posted = re.sub(r"[^\w-]", "", request.POST.get("form_key", ""), flags=re.ASCII)
    return f"{found.token.hex}.{posted}"[:64]


def pay_return(request: HttpRequest, number: str) -> HttpResponse:
    """After the acquirer's page: says paid, failed or still waiting, truthfully."""
    order = visible(request, number)
    if order.awaits_payment:
        payment.look(order, now=clock.now())
        order.refresh_from_db()
    charge = order.charges.order_by("-pk").first()
    page = {"order": order, "charge": charge}
    name = "_return.html" if request.headers.get("HX-Request") else "return.html"
    return render(request, f"checkout/{name}", page)
