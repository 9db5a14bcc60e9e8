"""A firm applies to sell here: one page to write on, then one that says how it stands."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from catalog import applications, papers
from catalog.models import ApplicationPaper, SellerApplication, SellerMember
from storefront.flows import joining
from storefront.forms.applying import ApplicationForm, initial
from storefront.lib import clock

from ._desk import actor, key
from .refusals import told_on

State = SellerApplication.State
TONES = {
    State.DRAFT: "plain",
    State.SUBMITTED: "river",
    State.RETURNED: "warn",
    State.APPROVED: "good",
    State.REFUSED: "bad",
}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@told_on("seller_apply")
def apply(request: HttpRequest) -> HttpResponse:
    """Write an application, or read how it stands; who sells here already goes to his desk."""
    if SellerMember.objects.filter(user=request.user.pk).exists():
        return redirect("seller_today")
    last = applications.of(int(request.user.pk or 0))
    mine = last if last and last.state in applications.MINE else None
    is_over = last is None or last.state in (State.REFUSED, State.APPROVED)
    if last and not mine and not (is_over and request.GET.get("anew")):
        return render(request, "seller/application.html", _facts(last))
    if request.method == "POST":
        return _write(request)
    return _page(request, mine, ApplicationForm(initial=initial(last)))


def _write(request: HttpRequest) -> HttpResponse:
    """Keep all that can be kept; then say what is wrong, or send."""
    form = ApplicationForm(request.POST, request.FILES)
    form.is_valid()
    kept = joining.keep(
        int(request.user.pk or 0), form.facts, actor=actor(request), now=clock.now()
    )
    _papers(request, form, kept)
    if request.POST.get("action") == "submit":
        _send(request, form, kept)
    if form.errors:
        return _page(request, kept, form)
    messages.success(request, _told(request))
    return redirect("seller_apply")


def _papers(request: HttpRequest, form: ApplicationForm, row: SellerApplication) -> None:
    """Lay papers in and take others out; where there is no room, the field says so."""
    for paper in form.papers:
        try:
            joining.lay_in(row, paper, now=clock.now())
        except applications.TooManyPapers as refusal:
            form.add_error(form.place(paper), str(refusal))
    unwanted = key(request.POST.get("drop", ""))
    if unwanted:
        joining.drop(get_object_or_404(row.papers, pk=unwanted))


def _send(request: HttpRequest, form: ApplicationForm, row: SellerApplication) -> None:
    """Send what has no mistake; of anything else, say every mistake at once."""
    if form.errors:
        form.tell(applications.failing(row))
        return
    try:
        joining.submit(row, actor=actor(request), now=clock.now())
    except applications.NotComplete as refusal:
        form.tell(refusal.failed)


def _told(request: HttpRequest) -> str:
    if request.POST.get("action") == "submit":
        return _("The application is sent. You will hear of it by mail.")
    return _("Saved. You can go on whenever you like.")


def _page(
    request: HttpRequest, row: SellerApplication | None, form: ApplicationForm
) -> HttpResponse:
    page = _facts(row) | {"form": form}
    return render(request, "seller/apply.html", page)


def _facts(row: SellerApplication | None) -> dict[str, Any]:
    """The application with its papers, checks and history."""
    if row is None:
        return {"application": None}
    return {
        "application": row,
        "tone": TONES[State(row.state)],
        "papers": list(row.papers.order_by("kind", "pk")),
        "checks": applications.checks(row),
        "history": applications.history(row),
    }


@require_GET
@login_required
def paper(request: HttpRequest, pk: int) -> FileResponse:
    """Give an applicant his own document back; nobody else finds it here."""
    mine = ApplicationPaper.objects.filter(application__user=request.user.pk)
    return given(get_object_or_404(mine, pk=pk))


def given(row: ApplicationPaper) -> FileResponse:
    """A document as a file to keep, never as a page of ours."""
    response = FileResponse(row.file.open("rb"), as_attachment=True, filename=row.name)
    response["Content-Type"] = papers.content_type(str(row.file.name))
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
