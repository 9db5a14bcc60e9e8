"""What an operator may do: one function, asked about first, told of after, and written down."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from unfold import widgets
from unfold.enums import ActionVariant

from storefront.lib import clock
from storefront.lib.refusal import Refusal

MOST_SHOWN = 50  # a whole page of a list


@dataclass(frozen=True)
class Hands:
    """Who acts, and when on the clock of the business."""

    actor: str
    now: datetime


class Nothing(forms.Form):
    """A deed that asks for nothing but a yes."""


class Reason(forms.Form):
    """A deed that must be explained."""

    text = forms.CharField(max_length=300, widget=widgets.UnfoldAdminTextareaWidget({"rows": 3}))

    def __init__(self, *args: Any, label: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = label or _("Reason")


@dataclass(frozen=True)
class Deed:
    """How one action is offered: its words, its form, the rows it suits and how they are named.

    `begins` fills the form in advance, when it is about one row.
    """

    title: Any
    question: Any = ""
    form: type[forms.Form] = Nothing
    suits: Callable[[Any], bool] = bool
    shown: Callable[[Any], object] = str
    begins: Callable[[Any], dict[str, Any]] | None = None
    icon: str = ""
    is_grave: bool = False


Act = Callable[[Any, Any, dict[str, Any], Hands], object]


def deed(described: Deed) -> Callable[[Act], Callable[..., HttpResponse]]:
    """Make an action of a function that takes (row, answers, hands).

    The same method serves the list (a queryset) and the page of one row (its key). Refusals of
    the trade become messages; every row done leaves an entry in the admin's log.
    """

    def decorate(act: Act) -> Callable[..., HttpResponse]:
        @wraps(act)
        def method(desk, request: HttpRequest, queryset=None, object_id=None) -> HttpResponse:
            if not desk.has_deed_permission(request):
                raise PermissionDenied
            rows = _rows(desk, request, queryset, object_id)
            known = described.begins(rows[0]) if described.begins and len(rows) == 1 else None
            answers = described.form(
                request.POST if "sure" in request.POST else None, initial=known
            )
            if "sure" in request.POST and answers.is_valid():
                _carry_out(desk, request, rows, act, described, answers.cleaned_data)
                return HttpResponseRedirect(_back(desk, object_id))
            return _ask(desk, request, rows, described, answers, object_id)

        method.__name__ = act.__name__
        return _offered(method, described)

    return decorate


def leads(described: Deed) -> Callable[[Callable[[Any, Any], str]], Callable[..., HttpResponse]]:
    """Make an action of a function that says of a row where its own form is."""

    def decorate(where: Callable[[Any, Any], str]) -> Callable[..., HttpResponse]:
        @wraps(where)
        def method(desk, request: HttpRequest, object_id: str) -> HttpResponse:
            if not desk.has_deed_permission(request):
                raise PermissionDenied
            (row,) = _rows(desk, request, None, object_id)
            is_offered = described.suits(row)
            return HttpResponseRedirect(where(desk, row) if is_offered else _back(desk, object_id))

        return _offered(method, described)

    return decorate


def _offered(method: Callable[..., HttpResponse], described: Deed) -> Callable[..., HttpResponse]:
    method.deed = described
    method.short_description = described.title
    method.allowed_permissions = ["deed"]
    method.attrs = {}
    method.icon = described.icon
    method.variant = ActionVariant.DANGER if described.is_grave else ActionVariant.DEFAULT
    return method


def suits(method: Callable[..., Any], row: Model) -> bool:
    """Whether an action may be done to a row as it is now."""
    described = getattr(method, "deed", None)
    return described is None or described.suits(row)


def _rows(desk, request: HttpRequest, queryset, object_id) -> list[Model]:
    if queryset is not None:
        return list(queryset)
    row = desk.get_object(request, object_id)
    if row is None:
        raise Http404
    return [row]


def _back(desk, object_id) -> str:
    options = desk.model._meta
    name = f"admin:{options.app_label}_{options.model_name}"
    if object_id is None:
        return reverse(f"{name}_changelist")
    return reverse(f"{name}_change", args=[object_id])


def _carry_out(
    desk, request: HttpRequest, rows: Sequence[Model], act: Act, described: Deed, answers
) -> None:
    hands = Hands(actor=f"user:{request.user.pk}", now=clock.now())
    done = 0
    for row in rows:
        try:
            act(desk, row, answers, hands)
        except Refusal as refusal:
            messages.error(request, f"{row}: {refusal}")
            continue
        desk.log_change(request, row, str(described.title))
        done += 1
    if done:
        words = ngettext("%(deed)s: %(count)d row", "%(deed)s: %(count)d rows", done)
        messages.success(request, words % {"deed": described.title, "count": done})


def _ask(
    desk, request: HttpRequest, rows: Sequence[Model], described: Deed, answers, object_id
) -> HttpResponse:
    context = {
        **desk.admin_site.each_context(request),
        "title": described.title,
        "opts": desk.model._meta,
        "deed": described,
        "form": answers,
        "rows": [described.shown(row) for row in rows[:MOST_SHOWN]],
        "more": max(0, len(rows) - MOST_SHOWN),
        "keys": [row.pk for row in rows] if object_id is None else [],
        "key_name": ACTION_CHECKBOX_NAME,
        "action": request.POST.get("action", ""),
        "select_across": request.POST.get("select_across", "0"),
        "back": _back(desk, object_id),
    }
    return TemplateResponse(request, "admin/deed.html", context)
