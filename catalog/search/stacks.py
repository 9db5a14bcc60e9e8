"""The stacks of the categories: marked when a good changes, laid anew by a worker."""

from array import array
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from catalog.models import Product, Stack, StackColumn
from storefront.lib import clock, due, locks

from . import bitmaps, piles, vocabulary
from .bitmaps import Digits
from .piles import Pile, Row

# So many goods of the whole shop are prominent: words are looked for among them first.
PROMINENT = 10_000
LEAST_PROMINENT = 200
GOODS_A_SECOND = 5_000  # a stack waits that laying it be worth it, a second for so many goods
BATCH = 2_000

WORDS = 0x0D5  # the number of the lock under which words are counted
LIST = "list"
ANY = "#"
LISTS = dict.fromkeys(("ids", "popularity", "prices", "listings"), "q")
LISTS |= dict.fromkeys(("by_id", "cheap", "new"), "i")

MARK = """
INSERT INTO catalog_stack
    (category_id, marks, version, quantity, due_at, attempt, failures, last_error)
SELECT id, nextval('catalog_stack_marks'), 0, 0, %(wall)s, 0, 0, ''
FROM catalog_category WHERE id = %(category)s
ON CONFLICT (category_id) DO UPDATE SET
    marks = excluded.marks,
    due_at = LEAST(catalog_stack.due_at, excluded.due_at
        + catalog_stack.quantity / %(pace)s * interval '1 second')
"""


def mark(category_id: int) -> None:
    """Say that a good of a category has changed; its stack is laid anew soon.

    No hint is sent: a small stack is laid by its readers, a large one waits anyhow.
    Who is laying it keeps his lease: he finds at his end that the mark is another.
    Time: the wall clock. A stack that waits already waits no longer.
    Locks: the stack, to the end of the transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            MARK, {"category": category_id, "wall": clock.wall(), "pace": GOODS_A_SECOND}
        )


def lay(stack: Stack, *, now: datetime) -> None:
    """Lay a claimed stack and give it back; it stays due when it was marked meanwhile.

    Once a day the words of the goods are counted again.
    Locks: the goods that become prominent or cease to be, in batches; at the end the stack.
    Raises: due.Zombie, if the lease was lost.
    """
    prominent: set[int] = set()
    pile = piles.lay(_noting(rows(category=stack.category_id), prominent))
    piles.arrange(pile)
    _raise_and_lower(pile, prominent, _share(stack, pile.size))
    is_new_day = stack.laid_at is None or stack.laid_at.date() != now.date()
    with transaction.atomic():
        due.finish(stack, at=None)
        _store(stack, pile, now)
    if is_new_day:
        _count_words()


def restack(*, now: datetime) -> int:
    """Lay every stale stack now; the number of them.

    All are counted first: how many goods of each are prominent hangs on how many the others have.
    """
    stale = Stack.objects.exclude(version=F("marks"))
    ids = list(stale.order_by("pk").values_list("pk", flat=True))
    stale.update(due_at=clock.wall(), quantity=Coalesce(Subquery(_listed()), 0))
    for pk in ids:
        stack = due.claim(Stack, pk)
        if stack is not None:
            with due.fenced():
                lay(stack, now=now)
    return len(ids)


def _listed() -> QuerySet[Product, int]:
    goods = Product.objects.listed().filter(category=OuterRef("category")).order_by()
    return goods.values("category").annotate(number=Count("pk")).values_list("number", flat=True)


def rows(*, most: int | None = None, **asked: Any) -> Iterator[Row]:
    """Read listed goods category by category, the most popular of each first, in batches."""
    goods = Product.objects.listed().filter(**asked)
    order = ("category", "-sold_quantity", "-released", "-pk")
    read = goods.order_by(*order).values_list(*piles.COLUMNS)[:most]
    return map(Row._make, read.iterator(chunk_size=BATCH))


def _noting(goods: Iterable[Row], prominent: set[int]) -> Iterator[Row]:
    for row in goods:
        if row.is_prominent:
            prominent.add(row.pk)
        yield row


def _share(stack: Stack, size: int) -> int:
    """How many goods of a stack are prominent: all in a small shop, else by its part of it."""
    others = Stack.objects.exclude(pk=stack.pk).aggregate(all=Sum("quantity"))["all"] or 0
    if size + others <= PROMINENT:
        return size
    return max(PROMINENT * size // (size + others), LEAST_PROMINENT)


def _raise_and_lower(pile: Pile, prominent: set[int], share: int) -> None:
    """A good that was prominent stays so a little longer, lest those at the edge go to and fro."""
    lower = prominent.difference(pile.ids[: share + share // 4])
    higher = set(pile.ids[:share]) - prominent
    changed = sorted(lower | higher)
    for start in range(0, len(changed), BATCH):
        with transaction.atomic():
            batch = Product.objects.filter(pk__in=changed[start : start + BATCH])
            ids = {good.pk for good in locks.rows(batch)}
            Product.objects.filter(pk__in=ids & lower).update(is_prominent=False)
            Product.objects.listed().filter(pk__in=ids & higher).update(is_prominent=True)


@transaction.atomic
def _count_words() -> None:
    """One worker at a time: two would wait for each other's words."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [WORDS])
        if cursor.fetchone()[0]:
            vocabulary.count_again()


def _store(stack: Stack, pile: Pile, now: datetime) -> None:
    """Write a stack down. What was marked since it was claimed keeps it due."""
    soon = clock.wall() + timedelta(seconds=pile.size // GOODS_A_SECOND)
    Stack.objects.filter(pk=stack.pk).update(
        version=stack.marks,
        due_at=Case(When(~Q(marks=stack.marks), then=Value(soon))),
        quantity=pile.size,
        laid_at=now,
    )
    stack.columns.all().delete()
    columns = [
        StackColumn(stack=stack, facet=facet, value=value, quantity=quantity, data=data)
        for facet, value, quantity, data in _columns(pile)
    ]
    StackColumn.objects.bulk_create(columns, batch_size=100)


def _columns(pile: Pile) -> Iterator[tuple[str, str, int, bytes]]:
    for facet, values in pile.columns.items():
        for value, bits in values.items():
            yield facet, value, bits.bit_count(), bitmaps.write(bits, pile.size)
    for facet, number in pile.numbers.items():
        named = {ANY: number.has} | {f"{ANY}{at}": ones for at, ones in enumerate(number.ones)}
        for value, bits in named.items():
            yield facet, value, bits.bit_count(), bitmaps.write(bits, pile.size)
    for name in LISTS:
        yield LIST, name, pile.size, pile.lists[name].tobytes()


def unpack(columns: Iterable[tuple[str, str, int, memoryview]]) -> Pile:
    """Put a stored stack up in memory."""
    pile = Pile()
    digits: dict[str, dict[str, int]] = {}
    for facet, value, quantity, data in columns:
        if facet == LIST:
            pile.lists[value] = array(LISTS[value], bytes(data))
        elif value.startswith(ANY):
            digits.setdefault(facet, {})[value] = bitmaps.read(data)
        else:
            pile.columns.setdefault(facet, {})[value] = bitmaps.read(data)
            pile.quantities.setdefault(facet, {})[value] = quantity
    for facet, found in digits.items():
        ones = tuple(found[f"{ANY}{at}"] for at in range(len(found) - 1))
        pile.numbers[facet] = Digits(found[ANY], ones)
    return pile
