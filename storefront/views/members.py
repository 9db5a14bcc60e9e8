"""The people of a seller: his owner invites them, gives them roles and sends them away."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalog import members as people
from catalog.models import Seller, SellerInvitation, SellerMember
from storefront.flows import joining
from storefront.forms.applying import InviteForm, RoleForm
from storefront.lib import clock
from storefront.lib.refusal import Refusal

from ._desk import actor, key, owner_page
from .refusals import told_on

Role = SellerMember.Role


@require_http_methods(["GET", "HEAD", "POST"])
@owner_page
@told_on("seller_members")
def members(request: HttpRequest, seller: Seller) -> HttpResponse:
    """Who acts for the seller, who is invited, and what each may do."""
    action = ACTIONS.get(request.POST.get("action", ""))
    if request.method == "POST" and action:
        return action(request, seller)
    return _page(request, seller, InviteForm())


def _page(request: HttpRequest, seller: Seller, form: InviteForm) -> HttpResponse:
    page = {
        "tab": "members",
        "seller": seller.name,
        "members": people.of(seller),
        "invitations": people.open_invitations(seller, wall=clock.wall()),
        "roles": Role.choices,
        "form": form,
    }
    return render(request, "seller/members.html", page)


def _invite(request: HttpRequest, seller: Seller) -> HttpResponse:
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _page(request, seller, form)
    given = form.cleaned_data
    times = {"now": clock.now(), "wall": clock.wall()}
    try:
        joining.invite(
            seller, given["email"], role=Role(given["role"]), actor=actor(request), **times
        )
    except Refusal as refusal:
        form.add_error("email", str(refusal))
        return _page(request, seller, form)
    messages.success(request, _("The invitation goes out by mail."))
    return redirect("seller_members")


def _change(request: HttpRequest, seller: Seller) -> HttpResponse:
    member, form = _member(request, seller), RoleForm(request.POST)
    if form.is_valid():
        role = Role(form.cleaned_data["role"])
        joining.change_role(member, role, actor=actor(request), now=clock.now())
        messages.success(request, _("Saved."))
    return redirect(_after(request, member))


def _remove(request: HttpRequest, seller: Seller) -> HttpResponse:
    member = _member(request, seller)
    joining.remove(member, actor=actor(request), now=clock.now())
    messages.success(request, _("The seat is taken away: this person's desk is closed."))
    return redirect(_after(request, member))


def _after(request: HttpRequest, member: SellerMember) -> str:
    """Who changed his own seat may not see this page any more."""
    return "home" if member.user_id == request.user.pk else "seller_members"


def _take_back(request: HttpRequest, seller: Seller) -> HttpResponse:
    pk = request.POST.get("invitation", "")
    rows = SellerInvitation.objects.filter(seller=seller)
    row = get_object_or_404(rows, pk=key(pk))
    joining.take_back(row, actor=actor(request), now=clock.now(), wall=clock.wall())
    messages.success(request, _("The invitation is taken back."))
    return redirect("seller_members")


def _member(request: HttpRequest, seller: Seller) -> SellerMember:
    pk = request.POST.get("member", "")
    rows = SellerMember.objects.filter(seller=seller)
    return get_object_or_404(rows, pk=key(pk))


ACTIONS: dict[str, Callable[[HttpRequest, Seller], HttpResponse]] = {
    "invite": _invite,
    "role": _change,
    "remove": _remove,
    "take_back": _take_back,
}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def join(request: HttpRequest, token: str) -> HttpResponse:
    """An invitation: who invites, to what, and one button."""
    email = getattr(request.user, "email", "")
    try:
        invitation = people.find(token, email=email, wall=clock.wall())
        if request.method != "POST":
            return render(request, "seller/join.html", {"invitation": invitation})
        seat = _take_up(request, invitation)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("account")
    return redirect("seller_today" if seat else "account")


def _take_up(request: HttpRequest, invitation: SellerInvitation) -> SellerMember | None:
    user_id = int(request.user.pk or 0)
    return joining.take_up(invitation, user_id=user_id, now=clock.now(), wall=clock.wall())
