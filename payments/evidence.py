"""Files that sides lay in: checked by what they hold, kept in private, few of them."""

from datetime import datetime
from pathlib import PurePosixPath

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from catalog import papers
from orders import lifecycle, terms
from storefront.lib import locks
from storefront.lib.refusal import Refusal

from .models import Chargeback, ChargebackFile, Dispute, DisputeFile


class TooManyFiles(Refusal):
    """There is no room for more files of this side."""

    code = "too_many_files"


class Late(Refusal):
    """Nothing can be added any more."""

    code = "late_evidence"


@transaction.atomic
def of_dispute(
    dispute: Dispute, document: papers.Document, *, side: str, name: str, now: datetime
) -> DisputeFile:
    """Keep a picture or PDF of one side; the same file again is the first one.

    Locks: the order row; the dispute.
    Raises: Late, TooManyFiles.
    """
    lifecycle.lock(dispute.delivery.order_id)
    fresh = locks.row(Dispute.objects.all(), dispute.pk)
    mine = fresh.files.filter(side=side)
    known = mine.filter(digest=document.digest).first()
    if known is not None:
        return known
    _check(fresh.state in ("OPEN", "ANSWERED"), mine.count(), key="dispute_files", now=now)
    row = DisputeFile(
        dispute=fresh,
        side=DisputeFile.Side(side),
        name=name[:200],
        digest=document.digest,
        added_at=now,
    )
    _save(row, f"{fresh.pk}/{side.lower()}-", document)
    return row


@transaction.atomic
def of_chargeback(
    chargeback: Chargeback, document: papers.Document, *, name: str, actor: str, now: datetime
) -> ChargebackFile:
    """Keep a picture or PDF for the buyer's bank; the same file again is the first one.

    Locks: the order row; the chargeback.
    Raises: Late, TooManyFiles.
    """
    lifecycle.lock(chargeback.charge.order_id)
    fresh = locks.row(Chargeback.objects.all(), chargeback.pk)
    known = fresh.files.filter(digest=document.digest).first()
    if known is not None:
        return known
    is_open = fresh.state == Chargeback.State.RECEIVED and not fresh.answer
    _check(is_open, fresh.files.count(), key="chargeback_files", now=now)
    row = ChargebackFile(
        chargeback=fresh, name=name[:200], digest=document.digest, added_at=now, added_by=actor
    )
    _save(row, f"{fresh.pk}/", document)
    return row


def document(row: DisputeFile) -> papers.Document:
    """A kept file, as it would be laid in again."""
    with row.file.open("rb") as opened:
        return papers.Document(opened.read(), PurePosixPath(str(row.file.name)).suffix, row.digest)


def room_for_bank(chargeback: Chargeback) -> int:
    """How many more files the answer to a bank takes."""
    most = terms.value("chargeback_files", on=chargeback.received_at.date())
    return max(most - chargeback.files.count(), 0)


def _check(is_open: bool, count: int, *, key: str, now: datetime) -> None:
    if not is_open:
        raise Late(_("Nothing can be added any more."))
    most = terms.value(key, on=now.date())
    if count >= most:
        raise TooManyFiles(_("At most %(most)s files.") % {"most": most})


def _save(row: DisputeFile | ChargebackFile, prefix: str, document: papers.Document) -> None:
    name = f"{prefix}{document.digest[:32]}{document.ending}"
    row.file.save(name, ContentFile(document.body), save=False)
    row.save(force_insert=True)
