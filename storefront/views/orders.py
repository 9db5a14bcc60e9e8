"""A buyer's orders: the way of each, payment, cancelling, reviews."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from logistics import points, timeline
from orders import lifecycle
from orders.models import Order
from orders.states import CancelReason
from payments.models import Charge, Receipt
from storefront.flows import cancellation, identifying, payment
from storefront.forms.opinions import ReviewForm
from storefront.lib import clock

from . import _disputes
from .refusals import told_on

MOST_ALLOWED = 20


def actor_of(request: HttpRequest) -> str:
    """Who does it: a buyer with a login, or a guest of this session."""
    return f"user:{request.user.pk}" if request.user.is_authenticated else "guest"


def allow(request: HttpRequest, order: Order) -> None:
    """Let this session see an order: it placed it, or came by the secret link."""
    numbers = [order.number, *request.session.get("orders", [])]
    request.session["orders"] = list(dict.fromkeys(numbers))[:MOST_ALLOWED]


def mine(request: HttpRequest) -> QuerySet[Order]:
    """The orders this visitor may see; what he may not see does not exist."""
    numbers = request.session.get("orders", [])
    user_id = request.user.pk if request.user.is_authenticated else None
    return Order.objects.for_visitor(user_id, numbers).select_related("city")


def visible(request: HttpRequest, number: str) -> Order:
    """One of them.

    Raises: Http404.
    """
    rows = mine(request).select_related("identity")
    return get_object_or_404(rows, number=number.replace("-", ""))


def orders(request: HttpRequest) -> HttpResponse:
    """Every order of this visitor, newest first."""
    found = mine(request).prefetch_related("lines", "deliveries").order_by("-pk")[:100]
    return render(request, "account/orders.html", {"orders": found, "tab": "orders"})


def order(request: HttpRequest, number: str) -> HttpResponse:
    """The way of an order from payment to the door; its fragment refreshes itself."""
    return show(request, visible(request, number))


def show(
    request: HttpRequest, found: Order, *, review_form: ReviewForm | None = None
) -> HttpResponse:
    """The page of an order; a review that was not taken stays in its form."""
    deliveries = list(found.deliveries.order_by("position"))
    page = {
        "order": found,
        "story": timeline.tell(found),
        "lines": _lines(found, review_form),
        "deliveries": deliveries,
        "point": points.of(found),
        "protected": [
            _disputes.of_delivery(delivery) for delivery in deliveries if delivery.delivered_at
        ],
        "refunds": _disputes.refunds(found),
        "receipts": Receipt.objects.shown(found),
        "can_cancel": cancellation.may_cancel(found),
        "papers": identifying.of_order(found),
    }
    name = "_way.html" if request.headers.get("HX-Request") else "order.html"
    return render(request, f"account/{name}", page)


def _lines(order: Order, sent: ReviewForm | None) -> list[dict[str, Any]]:
    """The lines, each with the form of its review."""
    rows = order.lines.select_related("seller", "delivery", "offer__variant__product", "review")
    typed = str(sent["line"].value()) if sent else ""
    lines = []
    for line in rows.order_by("position"):
        form = ReviewForm(initial={"line": line.pk})
        if sent is not None and typed == str(line.pk):
            form = sent
        form.auto_id = f"review-{line.pk}-%s"
        lines.append({"line": line, "review_form": form})
    return lines


def guest(request: HttpRequest, token: str) -> HttpResponse:
    """The secret link of the confirmation mail: it opens a session and leaves the address."""
    found = lifecycle.by_token(token)
    if found is None:
        raise Http404
    allow(request, found)
    return redirect("order", number=found.number)


def pay(request: HttpRequest, number: str) -> HttpResponse:
    """On to the acquirer's page as soon as it exists; until then a page that waits."""
    found = visible(request, number)
    charge = found.charges.order_by("-pk").first()
    if not found.awaits_payment or charge is None:
        return redirect("order", number=found.number)
    if charge.state == Charge.State.CANCELLED:
        return redirect("pay_return", number=found.number)
    if charge.page_url:
        if request.headers.get("HX-Request"):
            return HttpResponse(headers={"HX-Redirect": charge.page_url})
        return redirect(charge.page_url)
    name = "_waiting.html" if request.headers.get("HX-Request") else "waiting.html"
    return render(request, f"checkout/{name}", {"order": found})


@require_POST
@told_on("order")
def pay_again(request: HttpRequest, number: str) -> HttpResponse:
    """A new attempt after the last one failed."""
    found = visible(request, number)
    payment.again(found, actor="buyer", wall=clock.wall())
    return redirect("order_pay", number=found.number)


@require_POST
@told_on("order")
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    """The buyer has changed his mind."""
    found = visible(request, number)
    actor = actor_of(request)
    cancellation.cancel(found, reason=CancelReason.BUYER, actor=actor, now=clock.now())
    messages.success(request, _("The order is cancelled. Paid money goes back to where it was."))
    return redirect("order", number=found.number)
