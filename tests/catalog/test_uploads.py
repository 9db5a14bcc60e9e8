"""Sellers' pictures: what is taken, what is refused, what is left of a file."""

import io
import struct
import subprocess
import sys
import zlib

import pytest
from django.template.loader import render_to_string
from PIL import Image

from catalog import pictures, uploads
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


def test_every_size_goes_with_the_picture_and_no_other(
    tmp_path, django_capture_on_commit_callbacks
):
    variant = make.variant()
    first, second = (uploads.encode(picture(colour=name)) for name in ("red", "blue"))
    row, other = uploads.keep(variant, [first, second])
    names = set(uploads.file_names(other.image.name, other.widths))
    assert len(names) == 4
    assert len([each for each in tmp_path.rglob("*") if each.is_file()]) == 8

    with django_capture_on_commit_callbacks(execute=True):
        uploads.remove(row)

    left = {str(each.relative_to(tmp_path)) for each in tmp_path.rglob("*") if each.is_file()}
    assert left == names
    assert Picture.objects.get() == other


def test_the_same_file_of_two_variants_is_kept_apart(django_capture_on_commit_callbacks):
    upload = uploads.encode(picture())
    (one,), (other,) = (uploads.keep(make.variant(), [upload]) for _n in range(2))

    with django_capture_on_commit_callbacks(execute=True):
        uploads.remove(one)

    assert other.image.storage.exists(other.image.name)


def test_picture_stored_before_sizes_were_kept_still_shows(settings):
    source = pictures.sources("pictures/ab/old.webp", [], width=640, height=480)

    assert source.fallback == "/media/pictures/ab/old.webp"
    assert (source.webp_srcset, source.jpeg_srcset) == ("", "")
    assert uploads.file_names("pictures/ab/old.webp", []) == ["pictures/ab/old.webp"]


@pytest.mark.parametrize(
    ("width", "widths"),
    [
        (50, [50]),
        (320, [320]),
        (340, [340]),
        (700, [320, 700]),
        (720, [320, 640, 720]),
        (1200, [320, 640, 960, 1200]),
        (1600, [320, 640, 960, 1600]),
    ],
)
def test_picture_is_kept_in_at_most_four_sizes_never_larger_than_it_is(width, widths):
    upload = uploads.encode(picture(size=(width, 60)))

    assert upload.widths == widths == uploads.widths_of(width)
    for form, sizes in (("WEBP", upload.webp), ("JPEG", upload.jpeg)):
        for each, body in sizes.items():
            made = Image.open(io.BytesIO(body))
            assert (made.format, made.width) == (form, each)


def test_sources_name_the_files_that_are_kept(tmp_path):
    (row,) = uploads.keep(make.variant(), [uploads.encode(picture(size=(2000, 1000)))])

    source = pictures.sources_of(row)

    assert (source.width, source.height) == (1600, 800)
    told = [part.split() for part in f"{source.webp_srcset}, {source.jpeg_srcset}".split(", ")]
    for url, width in told:
        file = tmp_path / url.removeprefix("/media/")
        with Image.open(file) as image:
            assert f"{image.width}w" == width
    assert source.fallback.endswith("-640.jpg")
    assert len(told) == 8


def test_transparent_picture_has_white_paper_behind_its_jpeg():
    paper = io.BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(paper, "PNG")

    upload = uploads.encode(paper.getvalue())

    assert Image.open(io.BytesIO(upload.jpeg[50])).getpixel((25, 25)) == (255, 255, 255)


def test_pictures_take_the_place_they_are_given():
    variant = make.variant()
    made = [uploads.encode(picture(colour=name)) for name in ("red", "blue", "green")]
    red, blue, green = uploads.keep(variant, made)

    uploads.move(green, to=0)
    assert list(variant.pictures.order_by("position")) == [green, red, blue]

    uploads.move(green, to=99)
    uploads.move(red, to=1)
    assert list(variant.pictures.order_by("position")) == [blue, red, green]


def test_component_shows_both_kinds_of_picture():
    (row,) = uploads.keep(make.variant(), [uploads.encode(picture(size=(800, 400)))])
    about = {"alt": "<b>", "sizes": "50vw"}

    own = render_to_string(
        "components/picture.html", {"sources": pictures.sources_of(row), **about}
    )
    drawn = render_to_string("components/picture.html", {"sources": pictures.plain("/x.svg")})

    assert own.count("srcset=") == 2
    assert 'width="800" height="400"' in own
    assert 'alt="&lt;b&gt;"' in own
    assert "<picture>" not in drawn
    assert 'src="/x.svg"' in drawn


MEASURED = """
import sys, time
from django.conf import settings
settings.configure(USE_I18N=False, INSTALLED_APPS=["django.contrib.contenttypes",
    "django.contrib.auth", "catalog"], AUTH_USER_MODEL="auth.User", MEDIA_ROOT="/nonexistent")
import django; django.setup()
from catalog import uploads
body = sys.stdin.buffer.read()
started = time.monotonic()
try:
    uploads.encode(body)
    print("taken")
except uploads.BadPicture as refusal:
    print(refusal)
seconds = time.monotonic() - started
(peak,) = (line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(seconds, int(peak.split()[1]) // 1024)
"""


def bomb() -> bytes:
    """A whole and valid PNG of 20 000 x 20 000 pixels: small on disk, 1.2 GB in memory."""
    side = 20_000
    packer = zlib.compressobj(9)
    line = b"\0" + bytes(side * 3)
    row = b"".join(packer.compress(line) for _n in range(side)) + packer.flush()

    def chunk(name: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + check

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", row) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (bomb, "More than 25 million pixels."),
        (lambda: SVG, "Not a JPEG, PNG or WebP picture."),
        (lambda: b"\xff\xd8\xff" + b"x" * 7_000_000, "Not a JPEG, PNG or WebP picture."),
    ],
    ids=["20 000 x 20 000 PNG", "an SVG named .jpg", "a JPEG in name alone"],
)
def test_hostile_file_is_refused_within_two_seconds_and_150_megabytes(body, told):
    answer = subprocess.run(
        [sys.executable, "-c", MEASURED], input=body(), capture_output=True, check=True, timeout=60
    )

    said, figures = answer.stdout.decode().splitlines()
    seconds, megabytes = map(float, figures.split())
    assert said == told
    assert seconds < 2
    assert megabytes < 150


SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script>'
    + b" " * 1_000_000
    + b"</svg>"
)
