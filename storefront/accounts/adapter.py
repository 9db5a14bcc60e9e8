"""How allauth makes our users, what it asks of them, and what it notes when they sign in."""

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language

from storefront.accounts import desks, second


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Sign-up by e-mail; the language of the page and the desks of the person are remembered."""

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:
        user.language = get_language() or "ru"
        return super().save_user(request, user, form, commit=commit)

    def get_login_stages(self) -> list[str]:
        return [f"storefront.accounts.stages.{name}" for name in ("AddressStage", "SecondStage")]

    def post_login(self, request: HttpRequest, user: Any, **facts: Any) -> HttpResponse:
        request.session["desks"] = noted = desks.desks(user)
        request.session["second"] = second.has(user)
        request.session["since"] = int(time.time())
        if noted["admin"] or noted["staff"]:
            request.session["seen"] = request.session["since"]
        response: HttpResponse = super().post_login(request, user, **facts)
        return response

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Who has a desk begins there, unless he was on his way to another page."""
        page = desks.first(request.session.get("desks", {}))
        return reverse(page) if page else str(super().get_login_redirect_url(request))
