"""The piles a process keeps in its memory, each until its category changes."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import attrgetter

from django.db import connection

from catalog.models import Stack, StackColumn

from . import piles, stacks
from .piles import Pile

# A stack so small is laid by whoever reads it, so that a small shop is never behind.
SMALL = 2_000
MOST_KEPT = 500

Key = tuple[str, int, int]  # database, stack, version

_kept: "OrderedDict[Key, Pile]" = OrderedDict()


def current(categories: Sequence[int] = ()) -> list[Pile]:
    """Give the piles of some categories, or of all, as the shop is now.

    One statement; another for what was laid since this process looked, and another for what
    was changed and is small enough to be laid here. A large one is shown as it was laid last.
    """
    asked = Stack.objects.filter(category__in=categories) if categories else Stack.objects.all()
    found = list(asked.order_by("category"))
    _lay_small([one for one in found if _is_stale(one) and _key(one, one.marks) not in _kept])
    _load([one for one in found if not _has(one)])
    return [pile for one in found if (pile := _take(one)) is not None and pile.size]


def _is_stale(stack: Stack) -> bool:
    return stack.version != stack.marks and stack.quantity <= SMALL


def _key(stack: Stack, version: int) -> Key:
    return connection.settings_dict["NAME"], stack.pk, version


def _has(stack: Stack) -> bool:
    return any(_key(stack, version) in _kept for version in (stack.marks, stack.version))


def _take(stack: Stack) -> Pile | None:
    for version in (stack.marks, stack.version):
        key = _key(stack, version)
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    return None


def _keep(stack: Stack, version: int, pile: Pile) -> None:
    """The older versions of a stack go; then what was not asked for the longest."""
    key = _key(stack, version)
    pile.category_id = stack.category_id
    for old in [old for old in _kept if old[:2] == key[:2]]:
        del _kept[old]
    _kept[key] = pile
    while len(_kept) > MOST_KEPT:
        _kept.popitem(last=False)


def _lay_small(stale: Sequence[Stack]) -> None:
    """If they turn out not to be small, the worker is waited for."""
    if not stale:
        return
    most = SMALL * len(stale)
    rows = list(stacks.rows(category__in=[one.category_id for one in stale], most=most + 1))
    if len(rows) > most:
        return
    shelves = {slug: list(goods) for slug, goods in groupby(rows, attrgetter("category_id"))}
    for one in stale:
        _keep(one, one.marks, piles.lay(shelves.get(one.category_id, [])))


def _load(missing: Iterable[Stack]) -> None:
    wanted = {one.pk: one for one in missing}
    columns = StackColumn.objects.filter(stack__in=wanted).order_by("stack")
    names = ("stack_id", "stack__version", "facet", "value", "quantity", "data")
    read = columns.values_list(*names).iterator() if wanted else ()
    for (pk, version), rows in groupby(read, lambda row: row[:2]):
        _keep(wanted[pk], version, stacks.unpack(row[2:] for row in rows))


def forget() -> None:
    """Let this process read every stack anew."""
    _kept.clear()
