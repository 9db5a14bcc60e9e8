"""Dead code: functions, classes, methods, names of a module and settings that nobody names.

A name is used where it is read in the product or its benchmarks, stands in a string that is a
name, a path or a lookup, or in a template; not where a test alone reads it, nor within itself.
What a library calls by its name is used: the class that we derive from has it.
"""

import ast
import importlib
import operator
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import django
from allauth.account.app_settings import AppSettings
from celery.app import defaults as celery
from django.apps import AppConfig
from django.conf import global_settings

from storefront.management.programs import ROOT
from storefront.management.upkeep import tree

WORD = re.compile(r"[^\W\d]\w*")
# A string that may name things: no sentence, but a name, a path, a lookup, a list of such.
NAMES = re.compile(r"[-\w.:/,#* ()=\[\]]+")
# Called by whoever the decorator hands the function to.
HANDED_OVER = re.compile(r"register|receiver|router\.|api\.|hookimpl|fixture|validator|serializer")
# Read by Django and its libraries by these names, though no class of theirs has them.
CALLED = {
    *("urlpatterns", "ROOT_URLCONF", "Command", "_", "CELERY_DB_REUSE_MAX"),
    *("USERNAME_FIELD", "EMAIL_FIELD", "create_superuser", "get_short_name", "empty_value_display"),
    # Checks of numbers that partners give; their vectors are tests, no form asks for them yet.
    *("is_ogrn", "is_russian_account", "is_container", "is_station", "is_russian_barcode", "awb"),
    "ALLAUTH",  # words for the gatherer of texts alone
    "door_at",  # when two ways are the same is asked by tests alone
}
SETTINGS = "storefront/settings.py"
# Found by Django, Celery or Python by where they lie.
FOUND = re.compile(r"/(__init__|__main__|apps|tasks|wsgi)\.py|/(migrations|commands|templatetags)/")
LIBRARIES = ("WHITENOISE_", "UNFOLD", "CONTENT_SECURITY_POLICY")


@dataclass(frozen=True)
class Definition:
    """A name that is given to something in a module or a class."""

    path: str
    line: int
    name: str
    owner: str
    is_handed_over: bool

    def __str__(self) -> str:
        whole = f"{self.owner}.{self.name}" if self.owner else self.name
        return f"{self.path}:{self.line} {whole} is used by nobody"


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storefront.settings")
    django.setup()
    sys.path.insert(0, str(ROOT))
    defined, used, imported = _read()
    dead = [each for each in defined if each.name not in used and not _is_called_for(each)]
    findings = [*map(str, dead), *_settings(used), *_modules(used, imported)]
    return tree.tell(findings, what="dead names")


def _read() -> tuple[list[Definition], set[str], set[str]]:
    defined: list[Definition] = []
    used: set[str] = set()
    imported: set[str] = set()
    for path in tree.named(".py", under=(*tree.PRODUCT, "benchmarks", "manage.py")):
        module = ast.parse(tree.text(path))
        used.update(_uses(module, set()))
        imported.update(_imports(module))
        ours = path.startswith(tree.PRODUCT) and "/migrations/" not in path
        if ours and path != SETTINGS:
            defined += _definitions(path, module.body, "")
    for path in tree.named(
        ".html", ".svg", ".txt", ".yml", "Dockerfile", "Makefile", "pyproject.toml", ".sql"
    ):
        used.update(WORD.findall(tree.text(path)))
    return defined, used, imported


def _imports(module: ast.Module) -> Iterator[str]:
    """The last parts of what is imported: modules, and names out of them."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import | ast.ImportFrom):
            whole = [each.name for each in node.names]
            whole += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            yield from (part for name in whole for part in name.split("."))


def _modules(used: set[str], imported: set[str]) -> Iterator[str]:
    """Files that nobody imports, names in the settings or finds by their folder."""
    for path in tree.named(".py", under=tree.PRODUCT):
        stem = path.rpartition("/")[2].removesuffix(".py")
        found = FOUND.search(path) or stem in {*used, *imported}
        if not found:
            yield f"{path} is imported by nobody"


def _uses(node: ast.AST, within: set[str]) -> Iterator[str]:
    """Names that are read below a node, but for those of the definitions around it."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str) and NAMES.fullmatch(node.value):
            yield from WORD.findall(node.value)
            yield from (part for part in node.value.split("__") if part)
        return
    if (name := _read_here(node)) and name not in within:
        yield name.removeprefix(".")
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        within = {*within, node.name}
    for child in _children(node):
        yield from _uses(child, within)


def _read_here(node: ast.AST) -> str:
    """The name that is read; with a dot, where it may be another thing than the one around it."""
    if not isinstance(getattr(node, "ctx", None), ast.Load):
        return ""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        mine = isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"}
        return node.attr if mine else f".{node.attr}"
    return ""


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """What lies below a node, without its docstring."""
    body = getattr(node, "body", None)
    first = body[0] if isinstance(body, list) and body else None
    for child in ast.iter_child_nodes(node):
        is_text = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
        if child is not first or not is_text:
            yield child


def _definitions(path: str, body: list[ast.stmt], owner: str) -> Iterator[Definition]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            handed = any(HANDED_OVER.search(ast.unparse(one)) for one in node.decorator_list)
            yield Definition(path, node.lineno, node.name, owner, handed)
            if isinstance(node, ast.ClassDef) and node.name != "Meta":
                yield from _definitions(path, node.body, f"{owner}.{node.name}".lstrip("."))
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    yield Definition(path, node.lineno, target.id, owner, False)
        elif isinstance(node, ast.If | ast.Try):
            yield from _definitions(path, node.body, owner)


def _is_called_for(each: Definition) -> bool:
    """Does a library, the language or a framework's way of naming ask for it?"""
    if each.is_handed_over or each.name in CALLED or each.name.startswith("__"):
        return True
    try:
        module = importlib.import_module(each.path.removesuffix(".py").replace("/", "."))
    except ImportError:
        return False  # what cannot be imported is used by nobody
    if not each.owner:
        return _is_found_by_django(getattr(module, each.name, None))
    owner = operator.attrgetter(each.owner)(module)
    if any(hasattr(base, each.name) for base in _foreign_bases(owner)):
        return True
    fields = {**getattr(owner, "base_fields", {}), **getattr(owner, "model_fields", {})}
    return each.name.removeprefix("clean_") in fields or _is_a_choice(owner)


def _is_found_by_django(one: object) -> bool:
    return isinstance(one, type) and issubclass(one, AppConfig)


def _foreign_bases(owner: object) -> Iterator[type]:
    """Classes of libraries behind a class of ours, or behind one that it is mixed into."""
    if isinstance(owner, type):
        for one in (owner, *owner.__subclasses__()):
            yield from (base for base in one.__mro__[:-1] if not _is_ours(base))


def _is_ours(one: type) -> bool:
    return one.__module__.partition(".")[0] in tree.PRODUCT


def _is_a_choice(owner: object) -> bool:
    """States and kinds are kept and come from outside: one that is not named may be in a row."""
    return any(base.__name__ == "Choices" for base in getattr(owner, "__mro__", ()))


def _settings(used: set[str]) -> Iterator[str]:
    """Settings and their helpers that neither we nor a library reads."""
    foreign = {f"CELERY_{key.upper()}" for key in celery.SETTING_KEYS} | _of_allauth()
    for each in _definitions(SETTINGS, ast.parse(tree.text(SETTINGS)).body, ""):
        known = hasattr(global_settings, each.name) or each.name in {*foreign, *CALLED}
        if each.name not in used and not known and not each.name.startswith(LIBRARIES):
            yield str(each)


def _of_allauth() -> set[str]:
    """Its settings are attributes of an object, made of their names behind this prefix."""
    return {f"ACCOUNT_{name}" for name in dir(AppSettings)}


if __name__ == "__main__":
    sys.exit(main())
