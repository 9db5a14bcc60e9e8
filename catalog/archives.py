"""ZIP archives of pictures: measured before they are unpacked, each picture named by article."""

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import TypeVar

from django.utils.translation import gettext as _
from PIL import Image

from catalog import uploads
from catalog.models import Variant
from storefront.lib.refusal import Refusal

MOST_BYTES = 300 * 1024 * 1024
MOST_MEMBERS = 5_000
MOST_UNPACKED = 600 * 1024 * 1024
TIGHTEST = 200
SMALL = 1024 * 1024
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
CHAFF = frozenset({".ds_store", "thumbs.db", "desktop.ini", "__macosx"})
UTF8 = 0x800
NUMBER = re.compile(r"(.+?)[\s_\-.]*\(?(\d{1,2})\)?")
# All that zipfile and zlib say of damaged archives, or of packing and ciphers they do not know.
BROKEN = (
    *(zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, OSError),
    *(RuntimeError, IndexError),
)
Found = TypeVar("Found")


class BadArchive(Refusal):
    """The archive as a whole cannot be read; nothing was taken from it."""

    code = "bad_archive"


@dataclass(frozen=True)
class Member:
    """One file of an archive, by the name people see; `at` is its place in the archive's list."""

    at: int
    name: str
    size: int


def members(path: Path) -> list[Member]:
    """List the files of an archive, without folders and what systems leave behind.

    Raises: BadArchive, also where it is packed to do harm.
    """
    if path.stat().st_size > MOST_BYTES:
        most = {"most": MOST_BYTES >> 20}
        raise BadArchive(_("The archive is larger than %(most)s MB.") % most)
    with path.open("rb") as file:
        if file.read(4) not in ZIP:
            raise BadArchive(_("This is no ZIP archive."))
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except BROKEN as error:
        raise BadArchive(_("The archive is cut or damaged.")) from error
    _measure(infos)
    found = [Member(at, shown(info), info.file_size) for at, info in enumerate(infos)]
    kept = [one for one in found if not infos[one.at].is_dir() and not _is_chaff(one.name)]
    if not kept:
        raise BadArchive(_("The archive is empty."))
    return kept


def _measure(infos: list[zipfile.ZipInfo]) -> None:
    """The list may lie, but no member gives more bytes than it says: zipfile stops there."""
    if len(infos) > MOST_MEMBERS:
        most = {"most": MOST_MEMBERS}
        raise BadArchive(_("The archive holds more than %(most)s files; cut it in parts.") % most)
    tight = any(info.file_size > max(SMALL, TIGHTEST * info.compress_size) for info in infos)
    if tight or sum(info.file_size for info in infos) > MOST_UNPACKED:
        raise BadArchive(_("The archive unpacks to far more than it holds; it is refused."))


def shown(info: zipfile.ZipInfo) -> str:
    """The name as it was written: Chinese systems write GB18030 where the standard says cp437."""
    name = info.filename
    if info.flag_bits & UTF8 or name.isascii():
        return name.replace("\\", "/")
    try:
        return name.encode("cp437").decode("gb18030").replace("\\", "/")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return name.replace("\\", "/")


def _is_chaff(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return any(part.lower() in CHAFF or part.startswith("._") for part in parts)


def place(name: str, articles: Mapping[str, Found]) -> tuple[Found, int] | None:
    """Give whose picture it is by its name, and which one, 0 for any; None, if no article is meant.

    `ART-1.jpg`, `ART-1_2.png`, `ART-1 (2).webp` and whatever lies in a folder `ART-1`; articles
    are given in small letters.
    """
    path = PurePosixPath(name)
    stem = path.stem.strip().lower()
    if stem in articles:
        return articles[stem], 1
    numbered = NUMBER.fullmatch(stem)
    if numbered and numbered[1] in articles:
        return articles[numbered[1]], int(numbered[2])
    folder = next((part.strip().lower() for part in reversed(path.parts[:-1])), "")
    if folder not in articles:
        return None
    digits = re.findall(r"\d+", stem)
    return articles[folder], int(digits[-1][:6]) if digits else 0


def wrong(member: Member) -> str:
    """Say what is wrong with a file before it is opened; nothing, if nothing is."""
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts or ":" in member.name:
        return _("The name leads out of the archive.")
    if member.size > uploads.MOST_BYTES:
        return _("Larger than %(most)s MB.") % {"most": uploads.MOST_BYTES >> 20}
    return ""


def body(path: Path, member: Member) -> bytes:
    """Unpack one file.

    Raises: BadPicture, where it is damaged or locked.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            info = archive.infolist()[member.at]
            with archive.open(info) as file:
                return file.read(uploads.MOST_BYTES + 1)
    except BROKEN as error:
        raise uploads.BadPicture(_("The file is damaged.")) from error


def look(body: bytes) -> None:
    """Look at the first part of a picture: its kind and how many pixels it says it has.

    Raises: BadPicture.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns long before it refuses
            image = Image.open(io.BytesIO(body), formats=uploads.FORMATS)
        pixels = image.width * image.height
    except Image.DecompressionBombError:
        pixels = uploads.MOST_PIXELS + 1
    except (*BROKEN, SyntaxError) as error:
        raise uploads.BadPicture(_("Not a JPEG, PNG or WebP picture.")) from error
    if pixels > uploads.MOST_PIXELS:
        most = {"most": uploads.MOST_PIXELS // 1_000_000}
        raise uploads.BadPicture(_("More than %(most)s million pixels.") % most)


def is_new(variant: Variant, body: bytes) -> bool:
    """Whether a variant does not have this very picture yet."""
    return not variant.pictures.filter(digest=sha256(body).hexdigest()).exists()
