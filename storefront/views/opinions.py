"""Buyers review and ask, sellers answer."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from catalog import questions
from catalog.models import Product, Seller
from orders import reviews
from orders.models import OrderLine, Review
from storefront.flows import opinions
from storefront.forms.opinions import AnswerForm, AskForm, ReviewForm
from storefront.lib import clock
from storefront.lib.refusal import Refusal

from . import _desk, _opinions
from . import orders as order_pages
from ._desk import actor, listing_page
from .refusals import told_on


@require_POST
@told_on("order")
def review(request: HttpRequest, number: str) -> HttpResponse:
    """An opinion on goods that were received."""
    found = order_pages.visible(request, number)
    form = ReviewForm(request.POST, request.FILES)
    if not form.is_valid():
        return order_pages.show(request, found, review_form=form)
    given = form.cleaned_data
    line = get_object_or_404(OrderLine.objects.filter(order=found), pk=given.pop("line"))
    written = opinions.review(line, reviews.Opinion(**given), now=clock.now())
    if written.state == Review.State.SHOWN:
        messages.success(request, _("Thank you. Your review is on the page of the goods."))
    else:
        messages.success(request, _("Thank you. Your review is shown once a person has seen it."))
    return redirect("order", number=found.number)


@require_GET
def of_product(request: HttpRequest, slug: str) -> HttpResponse:
    """Every review of a product."""
    product = get_object_or_404(Product.objects.filter(is_listed=True), slug=slug)
    number = request.GET.get("page", "")
    page = reviews.shown(product.pk, int(number) if number.isdecimal() and len(number) < 6 else 1)
    context = {
        "product": product,
        "reviews": _opinions.shown_reviews(page),
        "review_figures": reviews.Figures(product.rating, product.rating_count),
        "page": page,
    }
    return render(request, "shop/reviews.html", context)


@require_POST
def ask(request: HttpRequest, slug: str) -> HttpResponse:
    """A signed-in buyer's question to whoever sells the goods."""
    product = get_object_or_404(Product.objects.filter(is_listed=True), slug=slug)
    address = reverse("product", args=[slug]) + "#questions"
    if not request.user.is_authenticated:
        return redirect_to_login(address)
    form = AskForm(request.POST)
    try:
        if not form.is_valid():
            raise questions.BadWords(_words(form))
        text = form.cleaned_data["text"]
        opinions.ask(product, text, asker_id=request.user.pk, now=clock.now())
    except Refusal as refusal:
        request.session[_opinions.KEPT] = request.POST.get("text", "")[: questions.LONGEST]
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Your question is with the sellers. The answer is shown here."))
    return redirect(address)


def _words(form: AskForm | AnswerForm) -> str:
    """What the form says is wrong, in one line."""
    return " ".join(map(str, form.errors["text"]))


@require_GET
@listing_page
def desk(request: HttpRequest, seller: Seller) -> HttpResponse:
    """Questions that wait and reviews of what was sold."""
    return _desk_page(request, seller, show=request.GET.get("show", ""))


def _desk_page(
    request: HttpRequest, seller: Seller, *, show: str, wrong: dict[str, Any] | None = None
) -> HttpResponse:
    is_review = show == "reviews"
    rows = reviews.for_seller(seller) if is_review else questions.for_seller(seller)
    shown = _desk.page(request, rows)
    page = {
        "tab": "opinions",
        "seller": seller.name,
        "show": "reviews" if is_review else "questions",
        "page": shown,
        "rows": _rows(shown, is_review=is_review),
        "waiting": questions.waiting(seller),
        "figures": reviews.of_seller(seller),
        "address": f"?show={'reviews' if is_review else 'questions'}&",
        **(wrong or {}),
    }
    return render(request, "seller/opinions.html", page)


def _rows(shown: Any, *, is_review: bool) -> list[dict[str, Any]]:
    told = _opinions.shown_reviews(shown) if is_review else _opinions.shown_questions(shown)
    return [{"row": row, "said": said} for row, said in zip(shown, told, strict=True)]


@require_POST
@listing_page
def answer(request: HttpRequest, seller: Seller, kind: str, pk: int) -> HttpResponse:
    """A seller's answer; what is refused stays in its field."""
    said = get_object_or_404(_answerable(seller, kind), pk=pk)
    form = AnswerForm(request.POST)
    try:
        if not form.is_valid():
            raise questions.BadWords(_words(form))
        text = form.cleaned_data["text"]
        opinions.answer(said, seller, text, actor=actor(request), now=clock.now())
    except Refusal as refusal:
        wrong = {"wrong": pk, "typed": request.POST.get("text", ""), "reason": str(refusal)}
        return _desk_page(request, seller, show=kind, wrong=wrong)
    messages.success(request, _("The answer is shown in the shop."))
    return redirect(reverse("seller_opinions") + f"?show={kind}")


def _answerable(seller: Seller, kind: str) -> Any:
    if kind == "questions":
        return questions.for_seller(seller)
    if kind == "reviews":
        return reviews.for_seller(seller)
    raise Http404
