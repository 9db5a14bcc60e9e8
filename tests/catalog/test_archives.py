"""Pictures find their goods by the names that sellers give them."""

import zipfile

import pytest
from django.utils import translation

from catalog import archives, uploads
from catalog.archives import Member
from tests.factories import tables

ARTICLES = {"art-1": 1, "art-1-2": 2, "红米13": 3}


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("ART-1.jpg", (1, 1)),
        ("art-1_2.PNG", (1, 2)),
        ("ART-1 (3).webp", (1, 3)),
        ("ART-1(3).webp", (1, 3)),
        ("ART-1-2.jpg", (2, 1)),  # an article of its own goes before a number
        ("ART-1-2_4.jpg", (2, 4)),
        ("photos/ART-1/5.jpg", (1, 5)),
        ("ART-1/main.jpg", (1, 0)),
        ("ART-1/IMG_0042.jpg", (1, 42)),
        ("红米13.jpg", (3, 1)),
        ("红米13_2.jpg", (3, 2)),
        ("ART-12.jpg", None),
        ("ART.jpg", None),
        ("ART-9/1.jpg", None),
    ],
)
def test_name_says_whose_picture_it_is(name, place):
    assert archives.place(name, ARTICLES) == place


@pytest.mark.parametrize(
    "name", ["../ART-1.jpg", "/etc/ART-1.jpg", "a/../../ART-1.jpg", "C:/ART-1.jpg"]
)
def test_name_that_leads_out_of_the_archive_is_refused(name):
    assert archives.wrong(Member(0, name, 10)) == "The name leads out of the archive."


def test_picture_that_says_it_is_too_large_is_not_opened():
    assert archives.wrong(Member(0, "a.jpg", uploads.MOST_BYTES + 1)) == "Larger than 8 MB."
    assert archives.wrong(Member(0, "a.jpg", uploads.MOST_BYTES)) == ""


def test_chinese_names_are_read_and_chaff_is_left_out(tmp_path):
    target = tmp_path / "pictures.zip"
    with zipfile.ZipFile(target, "w") as made:
        for name in ("红米13.jpg", "__MACOSX/._红米13.jpg", "folder/", ".DS_Store", "a\\b.jpg"):
            info = zipfile.ZipInfo(name)
            made.writestr(info, b"" if name.endswith("/") else b"x")
    body = target.read_bytes()
    # The same name as a Chinese Windows writes it: in GB18030, without the mark of UTF-8.
    utf8, gb = "红米13".encode(), "红米13".encode("gb18030")
    old = tmp_path / "old.zip"
    with zipfile.ZipFile(old, "w") as made:
        made.writestr("name13.jpg", b"x")
    old.write_bytes(old.read_bytes().replace(b"name", gb[:4]))

    assert utf8 in body
    assert [one.name for one in archives.members(target)] == ["红米13.jpg", "a/b.jpg"]
    assert [one.name for one in archives.members(old)] == ["红米13.jpg"]


def test_archive_without_pictures_is_refused(tmp_path):
    target = tmp_path / "empty.zip"
    tables.archive({"__MACOSX/x": b""}, target)
    with pytest.raises(archives.BadArchive, match="empty"):
        archives.members(target)


def test_locked_picture_is_refused_by_name(tmp_path):
    target = tmp_path / "locked.zip"
    body = bytearray(tables.archive({"A-1.png": tables.picture()}))
    body[6] |= 1  # says in both places that it is encrypted
    body[body.rindex(b"PK\x01\x02") + 8] |= 1
    target.write_bytes(body)

    (member,) = archives.members(target)
    with pytest.raises(uploads.BadPicture, match="damaged"):
        archives.body(target, member)


def test_picture_is_looked_at_by_content_not_by_name():
    archives.look(tables.picture("JPEG"))
    for body in (b"<svg/>", b"GIF89a\0\0", tables.picture("PNG")[:20], b""):
        with pytest.raises(uploads.BadPicture):
            archives.look(body)
