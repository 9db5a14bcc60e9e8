"""The page where a buyer gives the recipient's papers, and sees what of them is kept."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from logistics.customs import identities
from storefront.flows import identifying
from storefront.forms.papers import PapersForm
from storefront.lib import clock

from .orders import actor_of, visible
from .refusals import told_on


def papers_form(request: HttpRequest, **kwargs: Any) -> PapersForm:
    """The form, filled by what was sent; what is kept is never put into it."""
    today = clock.now().date()
    data = request.POST if request.method == "POST" and "show" not in request.POST else None
    return PapersForm(data, prefix="papers", today=today, texts=identities.texts(today), **kwargs)


@never_cache
@sensitive_post_parameters()
@told_on("order")
def identity(request: HttpRequest, number: str) -> HttpResponse:
    """Passport and INN of an order whose way needs them; for anybody else there is no such page."""
    found = visible(request, number)
    papers = identifying.of_order(found)
    if papers is None:
        raise Http404
    if "withdraw" in request.POST:
        identifying.withdraw(found, actor=actor_of(request), now=clock.now())
        messages.success(request, _("The papers are erased."))
        return redirect("order_papers", number=found.number)
    form = papers_form(request)
    person = form.person() if request.method == "POST" and form.is_valid() else None
    if person is None:
        page = {"order": found, "papers": papers, "form": form}
        return render(request, "account/identity.html", page)
    identifying.give(found, person, actor=actor_of(request), now=clock.now())
    messages.success(request, _("Thank you. The papers are kept safe; the parcel goes on."))
    return redirect("order", number=found.number)
