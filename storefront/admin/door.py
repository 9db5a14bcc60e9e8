"""The door of the desks: one place to sign in, the reader's language, the time of Harbin."""

from functools import wraps
from urllib.parse import urlencode

from django.apps import apps
from django.conf import settings
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from orders import days

from . import words


def hang(site: AdminSite) -> None:
    """Put these hinges on a site, the way Django and allauth tell to replace a site's login."""
    site.login = sign_in
    site.admin_view = _spoken(site.admin_view)
    site.index_title = _("Today")
    for label, name in words.APPS.items():
        apps.get_app_config(label).verbose_name = name


def sign_in(request: HttpRequest, extra_context=None) -> HttpResponse:
    """Send people to the one sign-in page, which counts wrong tries; strangers stay outside."""
    if request.user.is_authenticated and not request.user.is_staff:
        raise PermissionDenied
    wanted = request.GET.get("next") or reverse("admin:index")
    if request.user.is_authenticated:
        return HttpResponseRedirect(reverse("admin:index"))
    return HttpResponseRedirect(f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': wanted})}")


def language_of(request: HttpRequest) -> str:
    """What the switch was set to last, else what this person's account says."""
    known = dict(settings.LANGUAGES)
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    own = getattr(request.user, "language", "")
    return next((one for one in (chosen, own) if one in known), settings.LANGUAGE_CODE)


def _spoken(admin_view):
    """The shop's languages stand in the address, which gives an address without one no choice."""

    @wraps(admin_view)
    def guard(view, cacheable=False):
        guarded = admin_view(view, cacheable)

        @wraps(guarded)
        def inner(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            language = language_of(request)
            with translation.override(language), timezone.override(days.CHINA):
                response = guarded(request, *args, **kwargs)
                if not getattr(response, "is_rendered", True):
                    response.render()
            response.headers.setdefault("Content-Language", language)
            return response

        return inner

    return guard
