"""How a refusal of the trade becomes words on a page."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, ParamSpec, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from storefront.lib.refusal import Refusal

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def told_on(page: str) -> Callable[[View[P]], View[P]]:
    """A refusal inside of the view is shown as a message on that page."""

    def decorate(view: View[P]) -> View[P]:
        def wrapped(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            try:
                return view(request, *args, **kwargs)
            except Refusal as refusal:
                messages.error(request, str(refusal))
                return redirect(reverse(page, kwargs=kwargs or None))

        return cast(View[P], update_wrapper(wrapped, view))

    return decorate


def back(request: HttpRequest, *, otherwise: str) -> str:
    """The page the visitor came from, if it is ours; a word without a slash is no page."""
    wanted = request.POST.get("next") or request.headers.get("Referer", "")
    if "/" in wanted and url_has_allowed_host_and_scheme(
        wanted, {request.get_host()}, request.is_secure()
    ):
        return wanted
    return reverse(otherwise)
