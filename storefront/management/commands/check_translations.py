"""Is every text of the product there in Russian and Chinese, and nothing else?"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import to_locale

# Texts stand in English in the code; every other language of the settings has a catalogue.
LANGUAGES = [to_locale(code) for code, _name in settings.LANGUAGES if code != "en"]
FOLDERS = ("storefront", "catalog", "orders", "payments", "logistics", "templates")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "sandbox", "static", "demo")
SHOWN = 20


class Command(BaseCommand):
    help = (
        "Gathers every text from code and templates, as makemessages does, and compares it with "
        "the catalogues of ru and zh_Hans. Exit code 1, if a translation is missing, unsure, or of "
        "a text that is nowhere any more. "
        "Needs GNU gettext."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if shutil.which("xgettext") is None:
            raise CommandError("GNU gettext is missing: apt-get install gettext")
        with tempfile.TemporaryDirectory() as folder:
            wrong = _wrong(Path(folder))
        for line in wrong[:SHOWN]:
            self.stdout.write(line)
        if wrong:
            raise CommandError(f"{len(wrong)} translations are missing, unsure or dead")
        self.stdout.write("every text is translated, and no other")


def _wrong(folder: Path) -> list[str]:
    """Texts and translations without each other, gathered afresh in a copy of the tree."""
    for name in FOLDERS:
        shutil.copytree(settings.BASE_DIR / name, folder / name, ignore=LEFT_OUT)
    words = [word for language in LANGUAGES for word in ("-l", language)]
    command = [sys.executable, "-m", "django", "makemessages", *words, "--no-location"]
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CommandError(f"makemessages failed: {done.stderr.strip()[-500:]}")
    return [line for language in LANGUAGES for line in _gaps(folder, language)]


def _gaps(folder: Path, language: str) -> list[str]:
    path = folder / "storefront" / "locale" / language / "LC_MESSAGES" / "django.po"
    catalogue = polib.pofile(str(path))
    missing = [*catalogue.untranslated_entries(), *catalogue.fuzzy_entries()]
    gaps = [f"{language}: {entry.msgid!r}" for entry in missing if not entry.obsolete]
    return gaps + [f"{language}, dead: {each.msgid!r}" for each in catalogue.obsolete_entries()]
