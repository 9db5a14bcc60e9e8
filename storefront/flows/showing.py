"""Pictures of an archive are put beside the goods they are named after."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from catalog import archives, importing, previews, uploads
from catalog.archives import Member
from catalog.goods import Goods
from catalog.importing import Line
from catalog.models import ImportJob, Offer
from catalog.outcomes import Fate
from catalog.sheets import Row
from storefront.flows import selling
from storefront.lib.refusal import Refusal

BATCH = 4  # a picture is made anew in several sizes: seconds, not milliseconds
State = ImportJob.State


def lines(job: ImportJob) -> Iterator[Line]:
    """Give the files of an archive by article and number, each with what its name has wrong.

    Raises: BadArchive.
    """
    articles = dict(Offer.objects.filter(seller=job.seller_id).values_list("article", "pk"))
    small = {article.lower(): pk for article, pk in articles.items()}
    found = [
        (one, archives.place(one.name, small)) for one in archives.members(importing.path(job))
    ]
    seen: dict[tuple[int, int], str] = {}
    count: Counter[int] = Counter()
    for member, place in sorted(found, key=_order):
        wrong = archives.wrong(member) or _misplaced(member, place, seen, count)
        offer = place[0] if place else 0
        yield Line(Row(member.at + 1, [member.name, str(member.size), str(offer), wrong]))


def _order(one: tuple[Member, tuple[int, int] | None]) -> tuple[int, int, str]:
    member, place = one
    return (*(place or (0, 0)), member.name)


def _misplaced(
    member: Member,
    place: tuple[int, int] | None,
    seen: dict[tuple[int, int], str],
    count: Counter[int],
) -> str:
    if place is None:
        return _("The name is no article number of yours.")
    other = seen.setdefault(place, member.name)
    if place[1] and other != member.name:
        return _("“%(name)s” is this picture already.") % {"name": other}
    count[place[0]] += 1
    if count[place[0]] > uploads.MOST_PICTURES:
        return _("At most %(most)s pictures of one article.") % {"most": uploads.MOST_PICTURES}
    return ""


def take(job: ImportJob, batch: importing.Batch) -> None:
    """Take some pictures; each is kept by itself, and the same file again changes nothing."""
    offers = Offer.objects.select_related("variant__product").in_bulk(
        [int(line.row.cells[2]) for line in batch.lines]
    )
    counts: Counter[str] = Counter()
    refused, new = [], list(job.preview.get("new", []))
    for line in batch.lines:
        fate, said = _take_one(job, line, offers, batch.now)
        counts[fate.value] += 1
        refused += [(line.row, said)] if said.problems else []
        if fate == Fate.IMPORTED and len(new) < previews.SHOWN:
            article = offers[int(line.row.cells[2])].article
            new.append({"line": line.row.line, "article": article, "name": line.row.cells[0]})
    with transaction.atomic(durable=True):
        previews.keep_refused(job, refused)
        importing.count(job, batch, counts, preview={"new": new})


def _take_one(
    job: ImportJob, line: Line, offers: Mapping[int, Offer], now: datetime
) -> tuple[Fate, Goods]:
    name, size, offer, wrong = line.row.cells
    said = Goods(line.row.line)
    if wrong:
        said.refuse("", "bad_name", wrong)
        return Fate.REFUSED, said
    member = Member(line.row.line - 1, name, int(size))
    try:
        is_new = _show(job, member, offers[int(offer)], now)
    except Refusal as refusal:
        said.refuse("", refusal.code, str(refusal))
        return Fate.REFUSED, said
    return (Fate.IMPORTED if is_new else Fate.UNCHANGED), said


def _show(job: ImportJob, member: Member, offer: Offer, now: datetime) -> bool:
    """Raises: BadPicture, NotYours, TooManyPictures."""
    body = archives.body(importing.path(job), member)
    if job.state == State.CHECKING:
        selling.check_own(offer)
        archives.look(body)
        return archives.is_new(offer.variant, body)
    return selling.show(offer, [uploads.encode(body)], actor=job.actor, now=now) > 0
