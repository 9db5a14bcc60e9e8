"""The tokens of a seller's own systems: made, named and revoked by the owner, shown once."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from catalog import access
from catalog.models import AccessToken, Seller
from storefront.forms.access import TokenForm
from storefront.lib import clock

from ._desk import actor, owner_page


@require_http_methods(["GET", "HEAD", "POST"])
@owner_page
def tokens(request: HttpRequest, seller: Seller) -> HttpResponse:
    """The tokens there are; a new one's secret stands on the answer to its form alone."""
    form, secret = TokenForm(request.POST or None), ""
    if form.is_valid():
        name = form.cleaned_data["name"]
        try:
            made = access.issue(seller, name=name, actor=actor(request), now_wall=clock.wall())
            secret, form = made[1], TokenForm()
        except access.TooManyTokens as refusal:
            form.add_error("name", str(refusal))
    page = {"tab": "access", "seller": seller.name, "form": form, "secret": secret}
    page["tokens"] = list(access.live(seller))
    return render(request, "seller/access.html", page)


@require_POST
@owner_page
def revoke(request: HttpRequest, seller: Seller, pk: int) -> HttpResponse:
    """A token opens nothing any more; a second click says the same."""
    token = get_object_or_404(AccessToken.objects.filter(seller=seller), pk=pk)
    access.revoke(token, now_wall=clock.wall())
    messages.success(request, _("The token “%(name)s” is revoked.") % {"name": token.name})
    return redirect("seller_access")
