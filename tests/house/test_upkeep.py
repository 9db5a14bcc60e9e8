"""The checks of what grows stale find what is planted, and nothing in what is sound."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from storefront.management.upkeep import links, papers, tree, unseen, unused

KEPT = (tree.files, tree.text, links._places, links._names, links._anchors, links._tests)
KEPT += (links._sources, links._tails, papers._papers, papers._said)
KEPT += (unseen._strings, unseen._markup, unseen._shown, unseen._strings_but_urls)
SOUND = {
    "README.md": """# Shop

`make test` runs `tests/test_cart.py`, see [locks](docs/locks.md#all-of-them).
`manage.py sell --all` sells. `PORT` is where it listens.

## Settings

| `PORT` | where |
""",
    "docs/locks.md": "# Locks\n\n## All of them\n\nMeasured on 1.1.: `benchmarks/bench_a.py`\n",
    "benchmarks/bench_a.py": '"""Measure."""\n',
    "benchmarks/README.md": "`benchmarks/bench_a.py` writes `a.json`\n",
    "benchmarks/a.json": '{"rows": [{"p95_ms": 7.25, "share": 0.9486}], "goods": 30592}',
    "docs/cart.md": "`benchmarks/a.json`: of 30 592\n\n| 7.3 | 94.9 % |\n|---|---|\n\nNot 7.4.\n",
    "manage.py": "",
    "Makefile": "test: ## every test\n\tpytest\n",
    "docker-compose.yml": "",
    "storefront/settings.py": 'PORT = os.environ.get("PORT")\n',
    "storefront/urls.py": 'path("", views.home, name="home")\n',
    "storefront/views.py": 'render("shop/home.html")\n',
    "storefront/management/commands/sell.py": 'add_argument("--all")\n',
    "storefront/static/storefront/css/base.css": ".wrap { color: red; }\n",
    "templates/shop/home.html": '<link href="base.css"><a class="wrap" href="{% url "home" %}">',
    "tests/test_cart.py": "def test_cart(): ...\n",
}
NEW_VARIABLE = "environ.get(" + '"NEW_URL")'  # in two parts: the tests are read for variables too
PLANTED = [
    ("docs/locks.md", "[gone](gone.md)", "gone.md: there is no such file"),
    ("docs/locks.md", "[gone](../README.md#gone)", "#gone: there is no such heading"),
    ("docs/locks.md", "`storefront/gone.py`", "there is no such file"),
    ("docs/locks.md", "`views.gone`", "there is no such name in that module"),
    ("docs/locks.md", "`test_gone`", "there is no such test"),
    ("docs/locks.md", "`manage.py gone`", "there is no such command"),
    ("docs/locks.md", "`manage.py sell --gone`", "it has no such option"),
    ("docs/locks.md", "`make gone`", "there is no such word"),
    ("docs/locks.md", "# More\n\nMeasured on 2.2.: 7 ms", "no command in this section"),
    ("docs/locks.md", "\n`benchmarks/a.json`\nsays 7.35 ms", "7.35 is not in benchmarks/a.json"),
    ("docs/locks.md", "\nOf `benchmarks/a.json`:\n\n| 30 593 |", "30 593 is not in"),
    ("docs/locks.md", "## All of them", "stands twice"),
    ("README.md", "| `GONE_URL` | where |", "nobody reads the variable GONE_URL"),
    ("storefront/settings.py", NEW_VARIABLE, "NEW_URL is described nowhere"),
    ("storefront/management/commands/new.py", "", "manage.py new is described nowhere"),
    ("Makefile", "new: ## something", "make new is described nowhere"),
    ("benchmarks/b.json", "{}", "does not say what measured it"),
    ("templates/shop/gone.html", "", "gone.html is shown by nobody"),
    ("storefront/static/storefront/js/gone.js", "", "gone.js is loaded by nobody"),
    ("storefront/static/storefront/css/base.css", ".gone { }", ".gone is the class of nothing"),
    ("storefront/urls.py", 'path("x", views.x, name="gone")', "gone is led to from nowhere"),
]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A small house in which everything is used and described."""
    for name, text in SOUND.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(tree, "ROOT", tmp_path)
    _forget()
    yield tmp_path
    _forget()


def _forget() -> None:
    for each in KEPT:
        each.cache_clear()


def checked(capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    failed = links.main() + papers.main() + unseen.main()
    return failed, capsys.readouterr().out


def test_a_sound_house_is_left_in_peace(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    failed, said = checked(capsys)

    assert failed == 0, said


@pytest.mark.parametrize(("path", "line", "found"), PLANTED)
def test_what_is_stale_is_found(
    path: str, line: str, found: str, checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (checkout / path).parent.mkdir(parents=True, exist_ok=True)
    with (checkout / path).open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")

    failed, said = checked(capsys)

    assert failed == 1
    assert found in said


def test_a_name_is_used_where_it_is_read_and_not_by_itself():
    source = '''
"""The word alone in a text of words."""
def told(): return told()
def asked(): return other.asked()
shown = 1
DUE = {"task": "app.tasks.run", "query": "lane__code"}
'''

    used = set(unused._uses(ast.parse(source), set()))

    assert {"asked", "run", "lane", "code"} <= used
    assert not {"told", "shown", "alone"} & used


def test_a_file_that_nobody_imports_is_found(checkout: Path) -> None:
    (checkout / "storefront" / "gone.py").write_text("")
    module = ast.parse("from storefront import views\nfrom .settings import text")
    _forget()

    stray = list(unused._modules({"urls"}, set(unused._imports(module))))

    assert stray == ["storefront/gone.py is imported by nobody"]


def test_what_git_ignores_is_not_ours(checkout: Path) -> None:
    for words in (["init", "-q"], ["add", "README.md"]):
        subprocess.run(["git", *words], cwd=checkout, check=True)
    (checkout / ".gitignore").write_text("docs/\n")
    _forget()

    assert "README.md" in tree.files()
    assert "docs/locks.md" not in tree.files()
