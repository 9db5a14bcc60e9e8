"""What a desk weighs as it is sent, packed: markup, styles, scripts, and the letters of icons."""

import gzip
import re
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpResponse

MOST = 150 * 1024
ICONS = "unfold/fonts/material-symbols/Material-Symbols-Outlined.woff2"
LINKED = re.compile(r'(?:src|href)="/static/([^"?]+\.(?:css|js))"')


def packed(content: bytes) -> int:
    return len(gzip.compress(content))


@cache
def of_file(name: str) -> int:
    return packed(Path(finders.find(name)).read_bytes())


def weights(response: HttpResponse) -> dict[str, int]:
    """Bytes of the page and of each file that it asks for."""
    names = {*LINKED.findall(response.content.decode()), ICONS}
    return {"page": packed(response.content)} | {name: of_file(name) for name in sorted(names)}
