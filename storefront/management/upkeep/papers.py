"""What the papers say and what is there: figures, commands, words of make, variables, benchmarks.

A measured figure stands in a section that names the command which makes it anew. A paragraph that
names a program of `benchmarks/` or what it keeps, and the table under it, tell no figure that is
not kept there. Every command, word and variable that is there is described, and every one that is
described is there.
"""

import json
import re
import sys
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from storefront.management.upkeep import links, tree

PAPERS = ("README.md", "docs/", "benchmarks/README.md")
HEADING = re.compile(r"^#+ ", re.MULTILINE)
MEASURED = re.compile(
    r"\bmeasured on\b|\bmedian\b|\bp95\b|\bp99\b|\ba second\b(?= of|,| \(|;)|\brecall\b"
    r"|\d (?:m?s|MB|GB) (?:by the clock|of CPU)|\bquiet machine\b|\bbusy machine\b|\btook \d",
    re.IGNORECASE,
)
SOURCE = re.compile(r"benchmarks/\w+\.py|make soak|manage\.py \w+|tests/[\w/]+\.py")
KEPT = re.compile(r"benchmarks/(\w+)\.(?:json|py)")
# With a fraction, or a thousand and more; no dates, addresses or powers.
FIGURE = re.compile(r"(?<![\w.^/-])(\d{1,3}(?: \d{3})+|\d+\.\d+)(?![\w.])")
READ = re.compile(
    r"""(?:text|flag|number|secret|_number|get|environ|env)[\[(]\w*,?\s*"([A-Z_]{2,})\""""
)
CAPITALS = re.compile(r"[A-Z][A-Z_]*[A-Z]")
# Of the system, of web servers, of the tests' own processes; and those only compose passes on.
FOREIGN = re.compile(r"PATH|HTTP_\w*|PATH_INFO|QUERY_STRING|REQUEST_METHOD|REMOTE_ADDR|CONTENT_\w+")
INNER = re.compile(
    r"TEST_\w+|PYTEST_\w+|DJANGO_\w+|BENCH_\w+|CENTRE_\w+|SUNGARI_\w+|LC_ALL|NAME|MAKEFILE_LIST"
)


def main() -> int:
    findings = [*_figures(), *_quoted(), *_commands(), *_words(), *_variables()]
    findings += [*_benchmarks(), *_twice()]
    return tree.tell(findings, what="things the papers say wrong or not at all")


@cache
def _papers() -> dict[str, str]:
    return {path: tree.text(path) for path in tree.named(".md", under=PAPERS)}


def _figures() -> Iterator[str]:
    """Sections that tell what was measured and not by what."""
    for path, text in _papers().items():
        for start, section in _sections(text):
            found = MEASURED.search(section)
            if found and re.search(r"\d", section) and not SOURCE.search(section):
                number = text.count("\n", 0, start + found.start()) + 1
                yield f"{path}:{number} “{found[0]}”: no command in this section makes the figure"


def _sections(text: str) -> Iterator[tuple[int, str]]:
    starts = [0, *(one.start() for one in HEADING.finditer(text) if one.start()), len(text)]
    for start, end in pairwise(starts):
        yield start, text[start:end]


def _quoted() -> Iterator[str]:
    """Figures that stand beside the name of a measurement and are not in what it kept."""
    kept = set(tree.named(".json", under=("benchmarks/",)))
    for path, text in _papers().items():
        for start, passage in _passages(text):
            names = {f"benchmarks/{name}.json" for name in KEPT.findall(passage)} & kept
            known = [one for name in names for one in _numbers(json.loads(tree.text(name)))]
            for figure in FIGURE.finditer(passage) if known else ():
                if not any(_is(figure[1], one) for one in known):
                    number = text.count("\n", 0, start + figure.start()) + 1
                    yield f"{path}:{number} {figure[1]} is not in {' '.join(sorted(names))}"


def _passages(text: str) -> Iterator[tuple[int, str]]:
    """Paragraphs, each with the table that follows it; what a paper says of a file is no figure."""
    blocks = list(re.finditer(r"(?:.+\n?)+", text))
    for block, after in pairwise([*blocks, None]):
        if block and not block[0].startswith("|"):
            table = after[0] if after and after[0].startswith("|") else ""
            yield block.start(), text[block.start() : block.end()] + "\n" + table


def _numbers(kept: object) -> Iterator[float]:
    """Every number that a measurement kept, those in its names as well."""
    if isinstance(kept, dict):
        for name, one in kept.items():
            yield from map(float, re.findall(r"\d+", name))
            yield from _numbers(one)
    elif isinstance(kept, list):
        for one in kept:
            yield from _numbers(one)
    elif isinstance(kept, int | float):
        yield float(kept)


def _is(figure: str, number: float) -> bool:
    """Whether a figure is the number, rounded as it is written; also in per cent."""
    places = len(figure.partition(".")[2])
    most = 10**-places / 2 + 1e-9
    return any(abs(number * scale - float(figure.replace(" ", ""))) <= most for scale in (1, 100))


@cache
def _said() -> str:
    return "\n".join(_papers().values())


def _commands() -> Iterator[str]:
    for name in sorted(links.commands() - {"__init__"}):
        if not re.search(rf"(manage\.py |`){name}\b", _said()):
            yield f"manage.py {name} is described nowhere"


def _words() -> Iterator[str]:
    for word in re.findall(r"^([a-z]+):.*##", tree.text("Makefile"), re.MULTILINE):
        if word != "help" and not re.search(rf"\bmake {word}\b", _said()):
            yield f"make {word} is described nowhere"


def _variables() -> Iterator[str]:
    read = _read()
    said = set(CAPITALS.findall(" ".join(re.findall(r"`([^`\n]+)`", _said()))))
    yield from (f"the variable {name} is described nowhere" for name in sorted(read - said))
    for name in sorted(_promised() - read):
        yield f"README.md: nobody reads the variable {name}"


def _read() -> set[str]:
    """The variables that our programs and tests read."""
    found = set()
    for path in tree.named(".py", under=(*tree.PRODUCT, "benchmarks", "tests", "manage.py")):
        text = tree.text(path)
        if "environ" in text or path.endswith(("settings.py", "environment.py")):
            found.update(READ.findall(text))
    found.update(re.findall(r"^([A-Z]+) \?=", tree.text("Makefile"), re.MULTILINE))
    found.update(re.findall(r"\$\{([A-Z_]+)", tree.text("docker-compose.yml")))
    found.update(re.findall(r"\$\(([A-Z]+_[A-Z]+)\)", tree.text("Makefile")))
    return {name for name in found if not FOREIGN.fullmatch(name) and not INNER.fullmatch(name)}


def _promised() -> set[str]:
    """The variables of the table of settings in README: its first column."""
    table = tree.text("README.md").partition("## Settings")[2]
    firsts = re.findall(r"^\| ?([^|]*`[^|]*)\|", table, re.MULTILINE)
    return set(CAPITALS.findall(" ".join(firsts)))


def _benchmarks() -> Iterator[str]:
    """Each figure that is kept and each program that measures has its row."""
    rows = tree.text("benchmarks/README.md")
    for path in tree.named(".json", under=("benchmarks/",)):
        name = re.sub(r"_\d+\.json", "_<units>.json", path.rpartition("/")[2])
        if f"`{name}`" not in rows:
            yield f"{path}: benchmarks/README.md does not say what measured it"
    for path in tree.named(".py", under=("benchmarks/bench_", "benchmarks/rehearse_")):
        if path not in rows:
            yield f"{path}: benchmarks/README.md does not know it"


def _twice() -> Iterator[str]:
    """A heading that stands twice in one paper, which joining two changes leaves behind."""
    for path, text in _papers().items():
        headings = re.findall(r"^#+ .+$", text, re.MULTILINE)
        for one in sorted({one for one in headings if headings.count(one) > 1}):
            yield f"{path}: “{one}” stands twice"


if __name__ == "__main__":
    sys.exit(main())
