"""Sellers' pictures: known by content, measured before they are decoded, re-encoded, kept."""

import io
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath
from secrets import token_hex

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, default_storage
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
STEPS = (320, 640, 960, 1600)
LONGEST = STEPS[-1]
NEAR = 0.9  # a size this close to the whole picture is not worth a file of its own
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
    """A picture made anew in up to four sizes, without anything but what is seen.

    `digest` names the file it was made of, so that the same file is kept once. `webp` and `jpeg`
    hold the sizes by their width, `width` and `height` are those of the largest.
    """

    digest: str
    width: int
    height: int
    webp: dict[int, bytes]
    jpeg: dict[int, bytes]

    @property
    def widths(self) -> list[int]:
        return sorted(self.webp)

    @property
    def body(self) -> bytes:
        """The largest WebP."""
        return self.webp[self.width]


def widths_of(width: int) -> list[int]:
    """Give the sizes that a picture of this width is kept in, smallest first; it is the last."""
    return [*(step for step in STEPS if step < width * NEAR), width]


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
    sizes = {width: _narrowed(clean, width) for width in widths_of(clean.width)}
    return Upload(
        digest=sha256(body).hexdigest(),
        width=clean.width,
        height=clean.height,
        webp={width: _written(each, "WEBP") for width, each in sizes.items()},
        jpeg={width: _written(_on_white(each), "JPEG") for width, each in sizes.items()},
    )


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


def _narrowed(image: Image.Image, width: int) -> Image.Image:
    if width == image.width:
        return image
    height = max(1, round(image.height * width / image.width))
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)


def _on_white(image: Image.Image) -> Image.Image:
    """JPEG knows no transparency: what shows through is white paper."""
    if image.mode != "RGBA":
        return image
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _written(image: Image.Image, form: str) -> bytes:
    paper = io.BytesIO()
    image.save(paper, form, quality=QUALITY)
    return paper.getvalue()


ENDS = (".webp", ".jpg")


def file_names(name: str, widths: Iterable[int]) -> list[str]:
    """Give every file that a kept picture consists of; an old one is a single file."""
    path = PurePosixPath(name)
    stem = path.stem.rpartition("-")[0]
    sizes = list(widths)
    if not sizes or not stem:
        return [name]
    return [str(path.with_name(f"{stem}-{width}{end}")) for width in sizes for end in ENDS]


def store(upload: Upload, folder: str) -> str:
    """Write all sizes of a picture under a name no other picture has; the largest WebP's name."""
    stem = f"{folder}/{upload.digest[:2]}/{upload.digest[:32]}{token_hex(4)}"
    for sizes, end in zip((upload.webp, upload.jpeg), ENDS, strict=True):
        for width, body in sizes.items():
            default_storage.save(f"{stem}-{width}{end}", ContentFile(body))
    return f"{stem}-{upload.width}{ENDS[0]}"


def erase(name: str, widths: Sequence[int], storage: Storage = default_storage) -> None:
    """Delete the files of a picture once its row is certainly gone."""

    def delete() -> None:
        for each in file_names(name, widths):
            storage.delete(each)

    transaction.on_commit(delete)


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
    picture = Picture(
        variant=variant,
        position=position,
        digest=upload.digest,
        image=store(upload, "pictures"),
        width=upload.width,
        height=upload.height,
        widths=upload.widths,
    )
    picture.save(force_insert=True)
    return picture


@transaction.atomic
def move(picture: Picture, *, to: int) -> None:
    """Put a picture at a place among the pictures of its variant, counted from 0; 0 is the first.

    Locks: the variant.
    """
    locks.row(Variant.objects.all(), picture.variant_id)
    others = Picture.objects.filter(variant=picture.variant_id).exclude(pk=picture.pk)
    rows = list(others.order_by("position", "pk"))
    rows.insert(max(to, 0), picture)
    for position, row in enumerate(rows, 1):
        row.position = position
    Picture.objects.bulk_update(rows, ["position"])


def remove(picture: Picture) -> None:
    """Take a picture away; its files go once that is certain, unless others show them too."""
    name, widths = str(picture.image.name), list(picture.widths)
    picture.delete()
    if not Picture.objects.filter(image=name).exists():
        erase(name, widths, picture.image.storage)
