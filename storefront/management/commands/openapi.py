"""Write the OpenAPI document of the sellers' interface, as it is committed in docs/."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.test import RequestFactory
from django.urls import resolve, reverse

FILE = Path("docs") / "openapi.json"


class Command(BaseCommand):
    help = (
        "Writes docs/openapi.json, the description of the interface for sellers' own systems, "
        "as /api/v1/openapi.json serves it. With --check nothing is written: exit 1 if the file "
        "is not what is served."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="compare only")

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.BASE_DIR / FILE
        document = served()
        if not options["check"]:
            path.write_text(document, encoding="utf-8")
            self.stdout.write(f"{FILE}: {len(document)} characters")
        elif not path.exists() or path.read_text(encoding="utf-8") != document:
            raise CommandError(f"{FILE} is not what is served: run manage.py openapi")


def served() -> str:
    """What the site answers to a request for the document."""
    path = reverse("api:openapi")
    view, args, kwargs = resolve(path)
    answer = view(RequestFactory().get(path), *args, **kwargs)
    return str(answer.content.decode())
