"""Translations are compiled when, and only when, they are newer."""

import gettext
import os
from pathlib import Path

from storefront.management import translations

PO = """\
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "Cart"
msgstr "{word}"
"""


def test_only_newer_translations_are_compiled(tmp_path: Path) -> None:
    folder = tmp_path / "ru" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    po, mo = folder / "django.po", folder / "django.mo"
    po.write_text(PO.format(word="Корзина"))

    assert translations.compile_all(tmp_path) == [mo]
    assert translations.compile_all(tmp_path) == []
    assert read(mo) == "Корзина"

    po.write_text(PO.format(word="Тележка"))
    later = mo.stat().st_mtime + 1
    os.utime(po, (later, later))
    assert translations.compile_all(tmp_path) == [mo]
    assert read(mo) == "Тележка"


def read(mo: Path) -> str:
    with mo.open("rb") as file:
        return gettext.GNUTranslations(file).gettext("Cart")
