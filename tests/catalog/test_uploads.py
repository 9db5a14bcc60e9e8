"""Sellers' pictures: what is taken, what is refused, what is left of a file."""

import io
import struct
import zlib

import pytest
from PIL import Image

from catalog import uploads
from catalog.models import Picture
from tests.factories import catalog as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def picture(form="JPEG", size=(640, 480), colour="teal", **options) -> bytes:
    paper = io.BytesIO()
    Image.new("RGB", size, colour).save(paper, form, **options)
    return paper.getvalue()


def with_place() -> bytes:
    """A photograph that tells where it was taken and lies on its side."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Secret Maker"
    exif.get_ifd(0x8825)[1] = "N"
    return picture(exif=exif)


def huge_png(side: int) -> bytes:
    """A small file that says it is far larger than it is."""
    body = picture("PNG", size=(8, 8))
    head = b"IHDR" + struct.pack(">II", side, side) + body[24:29]
    return body[:12] + head + struct.pack(">I", zlib.crc32(head)) + body[33:]


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_picture_is_made_anew_as_webp(form):
    upload = uploads.encode(picture(form, size=(3000, 1000)))

    made = Image.open(io.BytesIO(upload.body))
    assert (made.format, made.size) == ("WEBP", (1600, 533))


def test_nothing_of_the_camera_stays_and_the_picture_stands_upright():
    upload = uploads.encode(with_place())

    made = Image.open(io.BytesIO(upload.body))
    assert made.size == (480, 640)
    assert dict(made.getexif()) == {}
    assert b"Secret Maker" not in upload.body


def test_see_through_picture_stays_see_through():
    paper = io.BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(paper, "PNG")

    made = Image.open(io.BytesIO(uploads.encode(paper.getvalue()).body))

    assert made.mode == "RGBA"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "Not a JPEG, PNG or WebP picture."),
        (b"<html><script>alert(1)</script></html>", "Not a JPEG, PNG or WebP picture."),
        (picture("GIF"), "Not a JPEG, PNG or WebP picture."),
        (picture("BMP"), "Not a JPEG, PNG or WebP picture."),
        (b"", "Not a JPEG, PNG or WebP picture."),
        (b"\xff\xd8\xff\xe0 not really", "Not a JPEG, PNG or WebP picture."),
        (picture()[:-300], "The file is damaged."),
        (picture("PNG", size=(5001, 5000)), "More than 25 million pixels."),
        (huge_png(6_000), "More than 25 million pixels."),
        (huge_png(30_000), "More than 25 million pixels."),
        (b"x" * (8 * 1024 * 1024 + 1), "Larger than 8 MB."),
    ],
    ids=[
        "svg",
        "html",
        "gif",
        "bmp",
        "empty",
        "half head",
        "cut",
        "wide",
        "large",
        "bomb",
        "heavy",
    ],
)
def test_file_that_is_no_fit_picture_is_refused(body, reason, settings):
    settings.LANGUAGE_CODE = "en"
    with pytest.raises(uploads.BadPicture, match=reason):
        uploads.encode(body)


def test_html_behind_a_picture_does_not_survive():
    made = uploads.encode(picture() + b"<script>alert(1)</script>")

    assert b"script" not in made.body


def test_same_file_is_kept_once_and_the_order_stays():
    variant = make.variant()
    red, blue = (uploads.encode(picture(colour=name)) for name in ("red", "blue"))

    uploads.keep(variant, [red])
    kept = uploads.keep(variant, [blue, red, blue])

    assert len(kept) == 1
    rows = Picture.objects.order_by("position").values_list("digest", "width", "height")
    assert list(rows) == [(red.digest, 640, 480), (blue.digest, 640, 480)]


def test_ninth_picture_is_refused_and_none_of_its_company_kept():
    variant = make.variant()
    many = [uploads.encode(picture(size=(50 + n, 50))) for n in range(9)]
    uploads.keep(variant, many[:7])

    with pytest.raises(uploads.TooManyPictures):
        uploads.keep(variant, many[7:])

    assert Picture.objects.count() == 7


def test_file_goes_with_its_last_picture(tmp_path, django_capture_on_commit_callbacks):
    (row,) = uploads.keep(make.variant(), [uploads.encode(picture())])
    assert len(list(tmp_path.rglob("*.webp"))) == 1

    with django_capture_on_commit_callbacks(execute=True):
        uploads.remove(row)

    assert list(tmp_path.rglob("*.webp")) == []
    assert not Picture.objects.exists()
