"""Sellers' pictures: known by content, measured before they are decoded, re-encoded, kept."""

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from catalog.models import Picture, Variant
from storefront.lib import locks
from storefront.lib.refusal import Refusal

MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 25_000_000
MOST_PICTURES = 8
LONGEST = 1600
QUALITY = 82
FORMATS = ("JPEG", "PNG", "WEBP")
BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, MemoryError)


class BadPicture(Refusal):
    """The file is no picture of the kinds and sizes that are taken."""

    code = "bad_picture"


class TooManyPictures(Refusal):
    """There is no room for more pictures of this variant."""

    code = "too_many_pictures"


@dataclass(frozen=True)
class Upload:
    """A picture made anew: WebP without anything but what is seen.

    `digest` names the file it was made of, so that the same file is kept once.
    """

    body: bytes
    digest: str


def encode(body: bytes) -> Upload:
    """Make a picture anew from a JPEG, PNG or WebP file, turned upright, at most 1600 pixels long.

    Raises: BadPicture.
    """
    if len(body) > MOST_BYTES:
        raise BadPicture(_("Larger than %(most)s MB.") % {"most": MOST_BYTES >> 20})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        image = _opened(body)
        try:
            image.thumbnail((LONGEST, LONGEST))
            upright = ImageOps.exif_transpose(image)
            plain = upright.convert("RGBA" if _is_see_through(upright) else "RGB")
        except BROKEN as error:
            raise BadPicture(_("The file is damaged.")) from error
    # A copy of the pixels alone: whatever else the file carried stays behind.
    clean = Image.frombytes(plain.mode, plain.size, plain.tobytes())
    paper = io.BytesIO()
    clean.save(paper, "WEBP", quality=QUALITY)
    return Upload(paper.getvalue(), sha256(body).hexdigest())


def _opened(body: bytes) -> Image.Image:
    """Open a file by its content and check its size in pixels, before anything is decoded."""
    try:
        image = Image.open(io.BytesIO(body), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise _too_many_pixels() from error
    except BROKEN as error:
        raise BadPicture(_("Not a JPEG, PNG or WebP picture.")) from error
    if image.width * image.height > MOST_PIXELS:
        raise _too_many_pixels()
    return image


def _too_many_pixels() -> BadPicture:
    most = {"most": MOST_PIXELS // 1_000_000}
    return BadPicture(_("More than %(most)s million pixels.") % most)


def _is_see_through(image: Image.Image) -> bool:
    return "A" in image.getbands() or "transparency" in image.info


@transaction.atomic
def keep(variant: Variant, uploads: Sequence[Upload]) -> list[Picture]:
    """Put pictures behind those a variant has; one it has already is not kept again.

    Locks: the variant.
    Raises: TooManyPictures, and then keeps none.
    """
    locks.row(Variant.objects.all(), variant.pk)
    known = set(variant.pictures.values_list("digest", flat=True))
    new = {upload.digest: upload for upload in uploads if upload.digest not in known}
    if len(known) + len(new) > MOST_PICTURES:
        text = _("At most %(most)s pictures; there are %(have)s already.")
        raise TooManyPictures(text % {"most": MOST_PICTURES, "have": len(known)})
    last = variant.pictures.aggregate(last=Max("position"))["last"] or 0
    return [
        _keep(variant, upload, position) for position, upload in enumerate(new.values(), last + 1)
    ]


def _keep(variant: Variant, upload: Upload, position: int) -> Picture:
    name = f"{upload.digest[:2]}/{upload.digest}.webp"
    file = ContentFile(upload.body, name)
    picture = Picture(variant=variant, position=position, digest=upload.digest, image=file)
    picture.save(force_insert=True)
    return picture


def remove(picture: Picture) -> None:
    """Take a picture away; its file goes once that is certain, unless others show it too."""
    name, storage = str(picture.image.name), picture.image.storage
    picture.delete()
    if not Picture.objects.filter(image=name).exists():
        transaction.on_commit(lambda: storage.delete(name))
