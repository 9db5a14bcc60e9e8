"""A buyer's own page."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from orders.models import Order
from storefront.accounts.models import Address


@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Who I am here, my addresses, my latest orders."""
    user_id = request.user.pk
    latest = Order.objects.for_buyer(user_id).select_related("city").order_by("-pk")[:3]
    addresses = Address.objects.filter(user=user_id).order_by("-used_at")
    page = {"tab": "account", "orders": latest, "addresses": addresses}
    return render(request, "account/account.html", page)
