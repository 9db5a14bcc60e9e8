"""What is held about a person: told, given as a file, erased."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from storefront.flows import personal as people
from storefront.forms.personal import ErasureForm
from storefront.lib import clock

from ._fresh import password_typed


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@password_typed
def personal(request: HttpRequest) -> HttpResponse:
    """What is held, what the law keeps and until when; the button that erases the rest."""
    user: Any = request.user
    form = ErasureForm(request.POST or None)
    if form.is_valid():
        try:
            people.erase(user, now=clock.now())
        except people.StillNeeded as refusal:
            form.add_error(None, str(refusal))
        else:
            logout(request)
            messages.success(request, _("Your account and what it held are erased."))
            return redirect("home")
    page = {"tab": "account", "form": form, "kept": people.kept(user, now=clock.now())}
    return render(request, "account/personal.html", page)


@require_GET
@never_cache
@password_typed
def personal_file(request: HttpRequest) -> HttpResponse:
    """Everything as one file that programs read too."""
    user: Any = request.user
    shape = {"ensure_ascii": False, "indent": 2}
    answer = JsonResponse(people.gather(user), encoder=DjangoJSONEncoder, json_dumps_params=shape)
    answer["Content-Disposition"] = 'attachment; filename="sungari-my-data.json"'
    return answer
