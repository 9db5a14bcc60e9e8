"""The cart."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orders import carts
from orders.models import Cart
from storefront import context
from storefront.flows import checkout as flow
from storefront.forms.cart import LineForm
from storefront.lib import clock
from storefront.lib.refusal import Refusal

from . import showing
from .refusals import back


def mine(request: HttpRequest) -> Cart | None:
    """The cart of this session."""
    return carts.find(request.session.get("cart"))


def cart(request: HttpRequest) -> HttpResponse:
    """Lines by seller, the sum, and how far the free limit of duty is."""
    found = mine(request)
    lines = carts.lines(found) if found else []
    refusal, basket = "", None
    city = context.city(request)
    if found and lines and city:
        try:
            basket = flow.price(found, city=city, chosen={}, now=clock.now())
        except Refusal as error:
            refusal = str(error)
    page = {"sellers": showing.by_seller(lines, basket), "basket": basket, "refusal": refusal}
    return render(request, "cart/cart.html", {**page, "duties": showing.duties(basket)})


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Put pieces of an offer into the cart."""
    form = LineForm(request.POST)
    now = clock.wall()
    if not form.is_valid():
        messages.error(request, _("This could not be put into the cart."))
        return redirect(back(request, otherwise="cart"))
    user_id = request.user.pk if request.user.is_authenticated else None
    found = mine(request) or carts.open(user_id=user_id, now=now)
    request.session["cart"] = str(found.token)
    return _store(request, found, form, verb=carts.put)


@require_POST
def update(request: HttpRequest) -> HttpResponse:
    """Change or remove a line."""
    form = LineForm(request.POST)
    found = mine(request)
    if found is None or not form.is_valid():
        return redirect("cart")
    return _store(request, found, form, verb=carts.set_quantity)


def _store(request: HttpRequest, found: Cart, form: LineForm, *, verb: carts.Verb) -> HttpResponse:
    given = form.cleaned_data
    try:
        pieces = verb(found, given["offer"], quantity=given["quantity"], now=clock.wall())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(back(request, otherwise="cart"))
    request.session["cart_quantity"] = pieces
    return redirect("cart")
