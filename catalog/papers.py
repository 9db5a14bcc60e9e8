"""Documents of applicants: known by content, pictures made anew, PDFs without anything active."""

import io
import re
import warnings
import zlib
from dataclasses import dataclass
from hashlib import sha256

from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from catalog import uploads
from storefront.lib.refusal import Refusal

MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 25_000_000
MOST_INFLATED = 32 * 1024 * 1024
QUALITY = 88
TYPES = {".pdf": "application/pdf", ".jpg": "image/jpeg", ".png": "image/png"}
# Source: ISO 32000-1, 12.6.4 (actions), 7.11.4 (embedded files), 13 (multimedia), 12.7.8 (XFA):
# what a reader would run, open or send of its own accord. None of it belongs on a scanned paper.
ACTIVE = re.compile(
    rb"/(JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData|GoToR|GoToE|"
    rb"Movie|Rendition)(?![A-Za-z0-9])"
)
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
STREAM = re.compile(rb"(?<!end)stream\r?\n")
COMPRESSED = re.compile(rb"/ObjStm(?![A-Za-z0-9])")
PLAIN_FILTER = re.compile(rb"/Filter\s*\[?\s*/FlateDecode\s*\]?")


class BadPaper(Refusal):
    """The file is no document of the kinds that are taken."""

    code = "bad_paper"


@dataclass(frozen=True)
class Document:
    """A document as it is kept; `digest` names the file it was made of."""

    body: bytes
    ending: str
    digest: str


def read(body: bytes) -> Document:
    """Take a PDF, JPEG or PNG by what it holds, whatever its name says.

    Raises: BadPaper.
    """
    if len(body) > MOST_BYTES:
        raise BadPaper(_("Larger than %(most)s MB.") % {"most": MOST_BYTES >> 20})
    digest = sha256(body).hexdigest()
    if body.startswith(b"%PDF-"):
        _check_pdf(body)
        return Document(body, ".pdf", digest)
    kept, ending = _picture(body)
    return Document(kept, ending, digest)


def content_type(name: str) -> str:
    """The type a kept document is given out with."""
    return next(
        (kind for ending, kind in TYPES.items() if name.endswith(ending)),
        "application/octet-stream",
    )


def _picture(body: bytes) -> tuple[bytes, str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            image = Image.open(io.BytesIO(body), formats=("JPEG", "PNG"))
        except Image.DecompressionBombError as error:
            raise _too_many_pixels() from error
        except uploads.BROKEN as error:
            raise BadPaper(_("Not a PDF, JPEG or PNG file.")) from error
        if image.width * image.height > MOST_PIXELS:
            raise _too_many_pixels()
        ending = ".jpg" if image.format == "JPEG" else ".png"
        try:
            upright = ImageOps.exif_transpose(image).convert("RGB")
        except uploads.BROKEN as error:
            raise BadPaper(_("The file is damaged.")) from error
    # A copy of the pixels alone: whatever else the file carried stays behind.
    clean = Image.frombytes(upright.mode, upright.size, upright.tobytes())
    sheet = io.BytesIO()
    clean.save(sheet, "JPEG" if ending == ".jpg" else "PNG", quality=QUALITY)
    return sheet.getvalue(), ending


def _too_many_pixels() -> BadPaper:
    most = {"most": MOST_PIXELS // 1_000_000}
    return BadPaper(_("More than %(most)s million pixels.") % most)


def _check_pdf(body: bytes) -> None:
    """Refuse a PDF that is cut, locked or active; what cannot be looked into is refused too."""
    if b"%%EOF" not in body[-1024:]:
        raise BadPaper(_("The file is damaged."))
    plain = _unescaped(body)
    if re.search(rb"/Encrypt(?![A-Za-z0-9])", plain):
        raise BadPaper(_("The PDF is locked with a password: save it without one."))
    if ACTIVE.search(plain) or any(ACTIVE.search(part) for part in _compressed_objects(body)):
        raise BadPaper(_("The PDF holds scripts, actions or other files: print it to a new PDF."))


def _unescaped(text: bytes) -> bytes:
    """Names may be written with `#4A` for `J`; readers see through it, so do we."""
    return ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), text)


def _compressed_objects(body: bytes) -> list[bytes]:
    """Inflate the streams that hold objects, in all at most so many bytes."""
    parts, left = [], MOST_INFLATED
    for start in STREAM.finditer(body):
        heading = body[: start.start()].rpartition(b" obj")[2]
        if not COMPRESSED.search(_unescaped(heading)):
            continue
        part = _inflated(_unescaped(heading), body[start.end() :], left)
        left -= len(part)
        parts.append(_unescaped(part))
    return parts


def _inflated(heading: bytes, body: bytes, most: int) -> bytes:
    if b"/Filter" not in heading:
        return body[: body.find(b"endstream")]
    unreadable = BadPaper(_("This kind of PDF cannot be checked: print it to a new PDF."))
    if not PLAIN_FILTER.search(heading) or b"/DecodeParms" in heading:
        raise unreadable
    try:
        part = zlib.decompressobj().decompress(body, most + 1)
    except zlib.error as error:
        raise unreadable from error
    if len(part) > most:
        raise unreadable
    return part
