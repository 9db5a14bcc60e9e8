"""What stands between a right password and being signed in."""

from allauth.account.stages import LoginStage
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from storefront.accounts import second


class SecondStage(LoginStage):  # type: ignore[misc]  # allauth has no types
    """Whoever set a second step up is not signed in before he has taken it."""

    key = "second_step"
    urlname = "second_ask"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        if not second.has(self.login.user):
            return None, True
        return HttpResponseRedirect(reverse(self.urlname)), True
