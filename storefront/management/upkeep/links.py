"""Dead links: what the papers lead to and name must be there.

Checked are links and anchors between papers, and every path, command, word of make and test that
stands in code type. Addresses outside are looked at for their form alone.
"""

import re
import sys
from collections.abc import Iterator
from functools import cache
from urllib.parse import urlsplit

from storefront.management.upkeep import tree

LINK = re.compile(r"\[(?:[^\]\[]|\[[^\]]*\])*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
PATH = re.compile(r"[\w.-]+(?:/[\w.-]+)*/?")
ENDINGS = {
    *("py", "md", "html", "css", "js", "csv", "json", "yml", "toml", "sql", "txt", "svg", "tsv"),
    *("lock", "xml", "po"),
}
TEST = re.compile(r"test_\w+")
# What is made when the shop runs, or lies in what others send.
MADE = {
    *("secrets.json", "clock.json", "payment.waiting_for_capture"),
    *("consolidated.xml", "cons_add.csv", "cons_alt.csv", "cons_comments.csv"),
}
MEMBER = re.compile(r"(?:[a-z_]+/)*([a-z_]+)\.([a-z_]+)(?:\(.*)?")


def main() -> int:
    papers = tree.named(".md")
    findings = [line for path in papers for line in _of(path)]
    return tree.tell(findings, what=f"dead links in {len(papers)} papers")


def _of(path: str) -> Iterator[str]:
    text = tree.text(path)
    for number, line in enumerate(_unfenced(text).splitlines(), 1):
        where = f"{path}:{number}"
        for target in LINK.findall(line):
            if why := _dead(path, target):
                yield f"{where} {target}: {why}"
        for code in CODE.findall(line):
            yield from (f"{where} {name}: {why}" for name, why in _missing(path, code))


def _unfenced(text: str) -> str:
    """The text with its fenced blocks left out, its lines where they were."""
    return FENCE.sub(lambda one: "\n" * one[0].count("\n"), text)


def _dead(path: str, target: str) -> str:
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return "" if parts.scheme in {"https", "http", "mailto"} and parts.netloc else "no address"
    folder = path.rpartition("/")[0]
    wanted = _joined(folder, parts.path) if parts.path else path
    if wanted not in _places():
        return "there is no such file"
    if parts.fragment and parts.fragment not in _anchors(wanted):
        return "there is no such heading"
    return ""


def _joined(folder: str, path: str) -> str:
    whole: list[str] = []
    for part in [*folder.split("/"), *path.split("/")]:
        if part == "..":
            whole.pop()
        elif part not in {"", "."}:
            whole.append(part)
    return "/".join(whole)


@cache
def _places() -> frozenset[str]:
    """Every file, and every folder with a file in it."""
    found = set(tree.files())
    for path in tree.files():
        parts = path.split("/")
        found.update("/".join(parts[:length]) for length in range(1, len(parts)))
    return frozenset(found)


@cache
def _names() -> frozenset[str]:
    """The last parts of all paths: a paper may leave out what its sentence has said."""
    return frozenset(path.rpartition("/")[2] for path in _places())


@cache
def _anchors(path: str) -> frozenset[str]:
    headings = re.findall(r"^#+ +(.+?) *$", _unfenced(tree.text(path)), re.MULTILINE)
    return frozenset(re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings)


@cache
def _tests() -> str:
    return "\n".join(tree.text(path) for path in tree.named(".py", under=("tests/",)))


def _missing(path: str, code: str) -> Iterator[tuple[str, str]]:
    """Names in code type that nothing has: a file, a test, a command, a word of make."""
    for word in code.split():
        name = word.strip(",;:()").removeprefix("./")
        member = MEMBER.fullmatch(name)
        if PATH.fullmatch(name) and _is_a_path(name):
            if not _is_there(path, name):
                yield name, "there is no such file"
        elif member and not _is_a_member(*member.groups()):
            yield name, "there is no such name in that module"
        elif TEST.fullmatch(name) and name not in _tests() and f"{name}.py" not in _names():
            yield name, "there is no such test"
    yield from _no_commands(code)


def _no_commands(code: str) -> Iterator[tuple[str, str]]:
    for command, words in re.findall(r"manage\.py (\w+)([^`]*)", code):
        if command in commands():
            source = tree.text(f"storefront/management/commands/{command}.py")
            flags = re.findall(r"(?<!\w)--[a-z-]+", words)
            yield from ((one, "it has no such option") for one in flags if one not in source)
        elif command not in DJANGO:
            yield command, "there is no such command"
    for word in re.findall(r"\bmake ([a-z]+)\b", code):
        if not re.search(rf"^{word}:", tree.text("Makefile"), re.MULTILINE):
            yield f"make {word}", "there is no such word"


DJANGO = {"migrate", "makemigrations", "collectstatic", "check", "shell", "createsuperuser"}


def commands() -> set[str]:
    folder = "storefront/management/commands/"
    return {path.removeprefix(folder)[:-3] for path in tree.named(".py", under=(folder,))}


def _is_a_path(name: str) -> bool:
    """A name with an ending that files of ours have, or a folder of ours with something in it."""
    last = name.rpartition("/")[2]
    ending = last.rpartition(".")[2] if "." in last.lstrip(".") else ""
    return ending in ENDINGS or name.partition("/")[0] in {*tree.PRODUCT, "tests", "benchmarks"}


def _is_there(path: str, name: str) -> bool:
    name = name.rstrip("/.")
    places = (name, _joined(path.rpartition("/")[0], name))
    if any(place in _places() for place in places) or name in MADE:
        return True
    if "/" not in name:
        program = f"{name.removesuffix('.json')}.py"  # it writes its figures beside itself
        return name in _names() or name in _sources() or program in _names()
    return any(one.endswith(f"/{name}") for one in _places())


@cache
def _tails() -> frozenset[str]:
    """The last two parts of all paths."""
    return frozenset("/".join(path.split("/")[-2:]) for path in _places())


def _is_a_member(module: str, name: str) -> bool:
    """`flows/payment.settle` is what a module has; what is no module of ours is not asked."""
    found = [*tree.named(f"/{module}.py", f"/{module}/__init__.py", under=tree.PRODUCT)]
    folder = [one for one in tree.named(".py", under=tree.PRODUCT) if f"/{module}/" in one]
    text = "\n".join(map(tree.text, [*found, *folder]))
    whole = f"{module}.{name}"
    known = not found or name in ENDINGS or whole in MADE or whole in _sources()
    return known or bool(re.search(rf"\b{name}\b", text)) or f"{module}/{name}" in _tails()


@cache
def _sources() -> frozenset[str]:
    """Names with a dot in the code: files that others send, or that it makes."""
    python = tree.named(".py", under=(*tree.PRODUCT, "benchmarks"))
    text = "\n".join(map(tree.text, python))
    return frozenset(re.findall(r"[\w-]+\.\w+", text))


if __name__ == "__main__":
    sys.exit(main())
