"""What stands between a right password and being signed in."""

from allauth.account.models import EmailAddress
from allauth.account.stages import EmailVerificationStage, LoginStage
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from storefront.accounts import second


class AddressStage(EmailVerificationStage):  # type: ignore[misc]  # allauth has no types
    """Whoever made his account himself proves its address by a code, before it opens anything.

    So signing up answers the same whether an account is there or not. An account made by the
    house has no address to prove.
    """

    def handle(self) -> tuple[HttpResponse | None, bool]:
        user = self.login.user
        if user is not None and not EmailAddress.objects.filter(user=user).exists():
            return None, True
        answer: tuple[HttpResponse | None, bool] = super().handle()
        return answer


class SecondStage(LoginStage):  # type: ignore[misc]  # allauth has no types
    """Whoever set a second step up is not signed in before he has taken it."""

    key = "second_step"
    urlname = "second_ask"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        if not second.has(self.login.user):
            return None, True
        return HttpResponseRedirect(reverse(self.urlname)), True
