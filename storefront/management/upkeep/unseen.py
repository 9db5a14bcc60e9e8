"""What no page shows: templates, template tags, static files, classes of sheets, addresses."""

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import allauth
import django
import unfold

from storefront.management.upkeep import tree

TEMPLATES, STATIC = "templates/", "storefront/static/storefront/"
LIBRARIES = [Path(str(one.__file__)).parent for one in (django, allauth, unfold)]
# Asked for from outside: by people's monitors, browsers and the systems of others.
CALLED_FROM_OUTSIDE = {"healthz", "readyz", "deepz", "metrics", "webhook", "carrier_webhook"}
ASKED_BY_NAME = {"403.html", "403_csrf.html", "404.html", "500.html"}  # by Django
WORD = re.compile(r"[\w-]+")
HOLE = "\0"


def main() -> int:
    found = [*_templates(), *_tags(), *_static(), *_classes(), *_addresses()]
    return tree.tell(found, what="things no page shows")


@cache
def _strings() -> frozenset[str]:
    """Every string of the product's code; what is put into it when it runs is a hole."""
    found: set[str] = set()
    for path in tree.named(".py", under=tree.PRODUCT):
        if "/migrations/" not in path:
            for node in ast.walk(ast.parse(tree.text(path))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.add(node.value)
                elif isinstance(node, ast.JoinedStr):
                    found.add("".join(_part(one) for one in node.values))
    return frozenset(found)


def _part(one: ast.expr) -> str:
    return str(one.value) if isinstance(one, ast.Constant) else HOLE


@cache
def _markup() -> str:
    return "\n".join(tree.text(path) for path in _pages())


def _pages() -> list[str]:
    return tree.named(".html", ".txt", ".svg", ".xml", ".webmanifest", under=(TEMPLATES,))


@cache
def _shown() -> frozenset[str]:
    """Every word that may become a class or a name of a file: of pages, scripts and code."""
    scripts = "\n".join(tree.text(path) for path in tree.named(".js", under=(STATIC,)))
    return frozenset(WORD.findall(_markup() + scripts + "\n".join(_strings())))


def _templates() -> Iterator[str]:
    quoted = set(re.findall(r"""["']([\w/.-]+\.\w+)["']""", _markup())) | _strings()
    holed = [_pattern(text) for text in _strings() if HOLE in text and "/" in text]
    for page in (path.removeprefix(TEMPLATES) for path in _pages()):
        named = page in quoted or _is_a_library_s(page)
        stem = page.rpartition("/")[2].partition(".")[0]
        composed = stem in _shown() and any(one.fullmatch(page) for one in holed)
        mail = page.startswith("emails/") and stem in _shown()
        if not (named or composed or mail):
            yield f"{TEMPLATES}{page} is shown by nobody"


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(re.escape(text).replace(re.escape(HOLE), r"[\w/.-]*"))


def _is_a_library_s(page: str) -> bool:
    """Does a library ask for it, or does it stand in place of a page of theirs?"""
    if page in ASKED_BY_NAME:
        return True
    folders = ("templates", "contrib/admin/templates", "forms/templates")
    return any((root / folder / page).exists() for root in LIBRARIES for folder in folders)


def _tags() -> Iterator[str]:
    for path in tree.named(".py", under=("storefront/templatetags/",)):
        for node in ast.walk(ast.parse(tree.text(path))):
            if isinstance(node, ast.FunctionDef):
                name = _registered(node)
                if name and not re.search(rf"(\||%\s?){name}\b", _markup()):
                    yield f"{path}:{node.lineno} {name} stands on no page"


def _registered(node: ast.FunctionDef) -> str:
    """By which name a function stands on pages, if it may."""
    for one in map(ast.unparse, node.decorator_list):
        if one.startswith("register."):
            named = re.search(r"""name=["'](\w+)""", one)
            return named[1] if named else node.name
    return ""


def _static() -> Iterator[str]:
    asked = _markup() + "\n".join(_strings())
    asked += "\n".join(tree.text(path) for path in tree.named(".css", ".js", under=(STATIC,)))
    for path in tree.named("", under=(STATIC,)):
        if path.rpartition("/")[2] not in asked:
            yield f"{path} is loaded by nobody"


def _classes() -> Iterator[str]:
    composed = set(re.findall(r"([\w-]+-)(?:\{[{%]|\0)", _markup() + "\0".join(_strings())))
    known = _shown() | _of_unfold()
    for path in tree.named(".css", under=(f"{STATIC}css/",)):
        for number, line in enumerate(_selectors(tree.text(path)).splitlines(), 1):
            for name in re.findall(r"\.([a-zA-Z][\w-]*)", line):
                prefix, _dash, rest = name.partition("-")
                made = prefix in {"column", "field"} and rest in known  # Unfold's, of a field
                if name not in known and not made and not name.startswith(tuple(composed)):
                    yield f"{path}:{number} .{name} is the class of nothing"


def _selectors(sheet: str) -> str:
    """A sheet without remarks and properties, its lines where they were."""
    inner = re.compile(r"/\*.*?\*/|\{[^{}]*\}", re.DOTALL)
    return inner.sub(lambda one: "\n" * one[0].count("\n"), sheet)


def _of_unfold() -> frozenset[str]:
    """Words of the templates of the admin, whose classes our sheet for it speaks of."""
    pages = [page for root in LIBRARIES[2:] for page in (root / "templates").rglob("*.html")]
    return frozenset(WORD.findall("\n".join(page.read_text("utf-8") for page in pages)))


def _addresses() -> Iterator[str]:
    for path in tree.named(".py", under=("storefront/urls.py", "storefront/api/")):
        for name in re.findall(r'\bname="(\w+)"', tree.text(path)):
            again = re.compile(rf"""["':]{name}["']""")
            elsewhere = any(name in text.split(":") for text in _strings_but_urls())
            if name not in CALLED_FROM_OUTSIDE and not again.search(_markup()) and not elsewhere:
                yield f"{path}: the address {name} is led to from nowhere"


@cache
def _strings_but_urls() -> frozenset[str]:
    """Strings of the code other than those of the table of addresses."""
    found: set[str] = set()
    for path in tree.named(".py", under=tree.PRODUCT):
        if path != "storefront/urls.py" and "/migrations/" not in path:
            found.update(re.findall(r'"([\w:]+)"', tree.text(path)))
    return frozenset(found)


if __name__ == "__main__":
    sys.exit(main())
