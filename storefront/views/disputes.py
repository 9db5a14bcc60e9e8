"""A buyer confirms what he has, or disputes it; his seller answers."""

from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from catalog.models import Seller
from orders.days import CHINA
from orders.models import Delivery, Order
from payments import disputes as trade
from payments.models import Dispute, DisputeFile
from storefront.flows import disputes as flow
from storefront.flows import returns
from storefront.forms.disputes import AnswerForm, ClaimForm, EvidenceForm
from storefront.lib import clock
from storefront.lib.refusal import Refusal

from . import _desk, _disputes
from ._desk import seller_page
from .orders import actor_of, visible
from .refusals import told_on


def _delivery(order: Order, position: int) -> Delivery:
    return get_object_or_404(order.deliveries.all(), position=position)


def _of_buyer(request: HttpRequest, number: str, pk: int) -> Dispute:
    order = visible(request, number)
    rows = Dispute.objects.select_related("delivery__order__city", "line", "seller")
    return get_object_or_404(rows, delivery__order=order, pk=pk)


@require_POST
def confirm(request: HttpRequest, number: str, position: int) -> HttpResponse:
    """All is well: the money goes to the seller."""
    order = visible(request, number)
    try:
        returns.confirm(_delivery(order, position), actor=actor_of(request), now=clock.now())
        messages.success(request, _("Thank you. The seller gets his money now."))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("order", number=order.number)


@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest, number: str, position: int) -> HttpResponse:
    """The form of a claim; what is refused stays in it."""
    order = visible(request, number)
    delivery = _delivery(order, position)
    form = ClaimForm(request.POST or None, request.FILES or None, delivery=delivery)
    if request.method == "POST" and form.is_valid():
        files = form.cleaned_data["papers"]
        try:
            made = flow.open(delivery, form.claim, files, actor=actor_of(request), now=clock.now())
            return redirect("dispute", number=order.number, pk=made.pk)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
    if request.method != "POST" and not trade.may_open(delivery):
        return redirect("order", number=order.number)
    page = {"order": order, "delivery": delivery, "form": form, "tab": "orders"}
    return render(request, "account/dispute_open.html", page)


@require_GET
def dispute(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """How a dispute stands."""
    return _shown(request, _of_buyer(request, number, pk), EvidenceForm())


def _shown(request: HttpRequest, row: Dispute, form: EvidenceForm) -> HttpResponse:
    page = _disputes.shown(row) | {"order": row.delivery.order, "form": form, "tab": "orders"}
    return render(request, "account/dispute.html", page)


@require_POST
def add(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """More pictures and papers of the buyer."""
    row = _of_buyer(request, number, pk)
    form = EvidenceForm(request.POST, request.FILES)
    if not form.is_valid():
        return _shown(request, row, form)
    try:
        flow.add(row, form.cleaned_data["papers"], side="BUYER", now=clock.now())
    except Refusal as refusal:
        form.add_error("papers", str(refusal))
        return _shown(request, row, form)
    return redirect("dispute", number=row.delivery.order.number, pk=pk)


@require_POST
@told_on("dispute")
def withdraw(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """The buyer lets it be."""
    row = _of_buyer(request, number, pk)
    flow.withdraw(row, actor=actor_of(request), now=clock.now())
    messages.success(request, _("The dispute is withdrawn."))
    return redirect("order", number=row.delivery.order.number)


@require_GET
def file(request: HttpRequest, number: str, pk: int, file: int) -> FileResponse:
    """A file of either side, for the buyer."""
    row = _of_buyer(request, number, pk)
    return _disputes.given(get_object_or_404(DisputeFile.objects.filter(dispute=row), pk=file))


def _of_seller(seller: Seller, pk: int) -> Dispute:
    rows = Dispute.objects.for_seller(seller).select_related("delivery__order", "line", "seller")
    return get_object_or_404(rows, pk=pk)


@require_GET
@seller_page
def desk(request: HttpRequest, seller: Seller) -> HttpResponse:
    """The disputes of a seller's goods, those that wait for him first."""
    rows = Dispute.objects.for_seller(seller).select_related("line", "delivery__order")
    rows = rows.order_by(F("closed_at").desc(nulls_first=True), "answer_until", "pk")
    page = _desk.page(request, rows)
    shown = [{"row": row, "tone": _disputes.TONES[row.state]} for row in page]
    context = {"tab": "disputes", "seller": seller.name, "page": page, "rows": shown}
    return render(request, "seller/disputes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@seller_page
def answer(request: HttpRequest, seller: Seller, pk: int) -> HttpResponse:
    """A dispute as its seller sees it, and his answer; what is refused stays in the form."""
    row = _of_seller(seller, pk)
    form = AnswerForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            flow.answer(
                row, given["text"], given["papers"], actor=_desk.actor(request), now=clock.now()
            )
            return redirect("seller_dispute", pk=pk)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
    page = {"tab": "disputes", "seller": seller.name, "form": form, "zone": CHINA.key}
    return render(request, "seller/dispute.html", _disputes.shown(row) | page)


@require_GET
@seller_page
def seller_file(request: HttpRequest, seller: Seller, pk: int, file: int) -> Any:
    """A file of either side, for the seller."""
    row = _of_seller(seller, pk)
    return _disputes.given(get_object_or_404(DisputeFile.objects.filter(dispute=row), pk=file))
