"""The second step of signing in: set up, asked for, renewed, taken away."""

from typing import Any

from allauth.account.internal.decorators import login_stage_required
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from storefront.accounts import second as steps
from storefront.accounts.stages import SecondStage
from storefront.forms.second import CodeForm
from storefront.lib import clock

from ._fresh import password_typed

SHARED = "second_shared"  # of a telephone that has not shown a code yet, in the session alone


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters()
@password_typed
def second(request: HttpRequest) -> HttpResponse:
    """What is set up, or how to do it; codes for the paper are shown on one answer alone."""
    user: Any = request.user
    form = CodeForm(request.POST or None)
    page: dict[str, Any] = {"form": form, "papers": []}
    if form.is_valid():
        try:
            page |= {"papers": _done(request, form.cleaned_data["code"]), "form": CodeForm()}
        except steps.WrongCode as refusal:
            form.add_error("code", str(refusal))
    page["is_set"] = steps.has(user)
    if not page["is_set"]:
        page["secret"] = request.session.setdefault(SHARED, steps.new_secret())
        page["picture"] = steps.picture(user, page["secret"])
    return render(request, "account/second.html", page)


def _done(request: HttpRequest, code: str) -> list[str]:
    """Do what the button says; the codes for the paper, where there are new ones.

    Raises: WrongCode.
    """
    user: Any = request.user
    wall, papers, is_kept = clock.wall(), [], True
    if not steps.has(user):
        secret = request.session.get(SHARED) or steps.new_secret()
        papers = steps.set_up(user, secret, code, wall=wall)
    elif "drop" in request.POST:
        steps.check(user, code, wall=wall)
        steps.take_away(user)
        is_kept = False
        messages.success(request, _("The second step is taken away."))
    else:
        steps.check(user, code, wall=wall)
        papers = steps.new_papers(user)
    update_session_auth_hash(request, user)
    request.session["second"] = is_kept
    request.session.pop(SHARED, None)
    return papers


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@login_stage_required(SecondStage.key, "account_login")  # type: ignore[untyped-decorator]
def ask(request: HttpRequest) -> HttpResponse:
    """The code, of somebody whose password was right; only then is he signed in."""
    stage: Any = request._login_stage  # type: ignore[attr-defined]  # set by the decorator
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            steps.check(stage.login.user, form.cleaned_data["code"], wall=clock.wall())
        except steps.WrongCode as refusal:
            form.add_error("code", str(refusal))
        else:
            answer: HttpResponse = stage.exit()
            return answer
    return render(request, "account/second_ask.html", {"form": form})
