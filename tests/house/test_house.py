"""The rules of the house that an import linter cannot see."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.db.models import Field

ROOT = Path(settings.BASE_DIR)
PACKAGES = ["storefront", "catalog", "orders", "payments", "logistics"]
STAGES = ["catalog", "orders", "payments", "logistics", "notifications"]
BANNED = {"utils", "helpers", "common", "core", "base", "misc", "services", "managers", "handlers"}
OWNERS = {"orders/lifecycle.py", "payments/", "logistics/", "catalog/listings.py"}


def sources(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return sorted(path for path in found if not path.name.endswith("_tables.py"))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of code of a function, without its docstring."""
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def foreign_keys() -> list[tuple[type, Field]]:
    return [
        (model, field)
        for model in apps.get_models()
        if model._meta.app_label in STAGES
        for field in model._meta.get_fields()
        if field.concrete and field.remote_field
    ]


@pytest.mark.parametrize(
    ("model", "field"), foreign_keys(), ids=lambda part: getattr(part, "__name__", str(part))
)
def test_foreign_key_points_to_an_earlier_stage(model, field):
    target = field.related_model
    if target._meta.label == settings.AUTH_USER_MODEL:
        return
    here, there = model._meta.app_label, target._meta.app_label
    assert there in STAGES
    assert STAGES.index(there) <= STAGES.index(here)


def test_no_generic_foreign_key():
    generic = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in STAGES
        for field in model._meta.private_fields
        if isinstance(field, GenericForeignKey)
    ]
    assert generic == []


def test_python_file_is_short_enough():
    long = {
        str(path.relative_to(ROOT)): count
        for path in sources(*PACKAGES, "tests", "benchmarks")
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert long == {}


def test_whose_days_these_are_is_said_once():
    stages = [path for path in sources(*STAGES) if "migrations" not in path.parts]
    pages = [path for path in (ROOT / "templates").rglob("*.*") if path.is_file()]
    named = {
        str(path.relative_to(ROOT))
        for path in (*stages, *pages)
        if re.search(r"[\"'](Europe/Moscow|Asia/Shanghai)[\"']", path.read_text(encoding="utf-8"))
    }
    assert named == {"orders/days.py", "logistics/customs/gateways/messages.py"}  # an adapter


def test_function_is_short_enough():
    limit = {"storefront/views": 20}
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name} {length(node)}"
        for path in sources(*PACKAGES)
        if "migrations" not in path.parts
        for node in functions(path)
        if length(node) > (limit.get("/".join(path.relative_to(ROOT).parts[:2]), 40))
    ]
    assert long == []


def test_template_is_short_enough():
    long = {
        str(path.relative_to(ROOT)): count
        for path in (ROOT / "templates").rglob("*.*")
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 150
    }
    assert long == {}


def test_lib_stays_small_and_is_lent_to_two():
    files = sources("storefront/lib")
    counts = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert max(counts.values()) <= 200
    assert sum(counts.values()) <= 1000
    text = {path: path.read_text(encoding="utf-8") for path in sources(*PACKAGES)}
    for module in (path.stem for path in files if path.stem != "__init__"):
        users = {
            path.relative_to(ROOT).parts[0]
            if path.relative_to(ROOT).parts[0] != "storefront"
            else "/".join(path.relative_to(ROOT).parts[:2])
            for path, body in text.items()
            if re.search(rf"storefront\.lib(\.{module}\b| import [^\n]*\b{module}\b)", body)
            or (re.search(rf"from \. import [^\n]*\b{module}\b", body) and "lib" in path.parts)
        }
        assert len(users) >= 2, f"storefront/lib/{module}.py is used by {users}"


def test_no_forbidden_file_name():
    bad = [str(path) for path in sources(*PACKAGES) if path.stem in BANNED]
    assert bad == []


def test_every_module_says_what_it_answers_for():
    silent = [
        str(path.relative_to(ROOT))
        for path in sources(*PACKAGES)
        if path.read_text(encoding="utf-8").strip()
        and ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) is None
    ]
    assert silent == []


def test_state_is_assigned_only_where_its_machine_lives():
    stray = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sources(*PACKAGES)
        if not any(str(path.relative_to(ROOT)).startswith(owner) for owner in OWNERS)
        and "sandbox" not in path.parts
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(r"\.state = ", line)
    ]
    assert stray == []


def test_no_clock_below_the_edge():
    edges = ("views", "tasks", "management", "sandbox", "embedded", "lib")
    stray = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sources(*PACKAGES)
        if not any(edge in part for part in path.relative_to(ROOT).parts for edge in edges)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if "timezone.now(" in line or "datetime.now(" in line
    ]
    assert stray == []


def test_no_lower_stage_names_a_later_one_in_a_query():
    later = {
        "catalog": "order charge shipment stock reservation delivery",
        "orders": "charge shipment stock reservation refund declaration",
        "payments": "shipment stock reservation declaration departure",
    }
    stray = [
        f"{path.relative_to(ROOT)}:{number} {word}"
        for stage, words in later.items()
        for path in sources(stage)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        for word in words.split()
        if re.search(rf"""["'(]{word}s?__\w""", line)
    ]
    assert stray == []


def test_no_inline_script_or_style_in_templates():
    bad = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in (ROOT / "templates").rglob("*.html")
        if "emails" not in path.parts and "admin" not in path.parts
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(r"<script(?![^>]*\ssrc=)(?![^>]*application/ld)|\sstyle=|\son\w+=", line)
    ]
    assert bad == []


def test_translators_find_every_word():
    """The gatherer of words knows `gettext` by its own name and by `_`, and by no other."""
    aliased = re.compile(r"\b(?:n?p?gettext(?:_lazy)?) as (?!_$)\w+", re.MULTILINE)
    found = [str(path) for path in sources(*PACKAGES) if aliased.search(path.read_text("utf-8"))]

    assert found == []
