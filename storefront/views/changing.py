"""Where a seller is paid: the account used, another one proposed, and what became of it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalog import members
from catalog.models import Seller
from orders import terms
from payments import settlement
from payments.models import AccountChange
from payments.settlement import changes
from storefront.flows import changing
from storefront.forms.applying import BankForm
from storefront.lib import clock

from ._desk import actor, finance_page, key
from ._fresh import password_typed
from .refusals import told_on

State = AccountChange.State
TONES = {
    State.PROPOSED: "river",
    State.CONFIRMED: "warn",
    State.IN_FORCE: "good",
    State.REFUSED: "bad",
    State.WITHDRAWN: "plain",
}
MOST_SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
@finance_page
@told_on("seller_account")
def account(request: HttpRequest, seller: Seller) -> HttpResponse:
    """The account, what waits to take its place, and the button that stops it."""
    mine = AccountChange.objects.filter(seller=seller)
    if request.method == "POST":
        row = get_object_or_404(mine, pk=key(request.POST.get("change", "")))
        changing.withdraw(row, actor=actor(request), now=clock.now(), wall=clock.wall())
        messages.success(request, _("The change is withdrawn: everything stays as it was."))
        return redirect("seller_account")
    rows = list(mine.order_by("-pk")[:MOST_SHOWN])
    waiting = next((row for row in rows if row.is_open), None)
    people = {f"user:{one.user_id}": one.user.email for one in members.of(seller)}
    page = _facts(seller) | {
        "waiting": waiting,
        "proposer": people.get(waiting.proposed_by, "") if waiting else "",
        "current": changes.current(seller),
        "history": [(row, TONES[State(row.state)]) for row in rows],
    }
    return render(request, "seller/account.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@finance_page
@password_typed
@told_on("seller_account")
def change(request: HttpRequest, seller: Seller) -> HttpResponse:
    """Propose another account; the password is asked first, if it was typed some time ago."""
    form = BankForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            changing.propose(
                seller,
                changes.Details(**form.cleaned_data),
                actor=actor(request),
                now=clock.now(),
                wall=clock.wall(),
            )
        except changes.WrongDetails as refusal:
            form.tell(refusal.failed)
        else:
            messages.success(request, _("Proposed: our finance desk checks it and calls you."))
            return redirect("seller_account")
    return render(request, "seller/account_change.html", _facts(seller) | {"form": form})


def _facts(seller: Seller) -> dict[str, object]:
    """The account as it is, and why the bank gave its last payout back."""
    return {
        "tab": "money",
        "seller": seller.name,
        "firm": seller,
        "bounced": settlement.bounced([seller.pk]).get(seller.pk, ""),
        "cooling_hours": terms.value(changes.COOLING, on=clock.now().date()),
    }
