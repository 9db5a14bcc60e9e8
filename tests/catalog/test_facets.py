"""Choices and their counts, held against the goods looked at one by one."""

from datetime import UTC, datetime
from decimal import Decimal
from random import Random

import pytest

from catalog.search import Choice, Span, facets, piles
from catalog.search.piles import Row

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
BRANDS = ("xiaomi", "samsung", "apple")
COLOURS = ("black", "white", "blue")


def some_goods(seed: int, number: int = 60) -> list[Row]:
    dice = Random(seed)
    return [
        Row(
            pk=pk,
            category_id=1,
            brand=dice.choice(BRANDS),
            category="smartphones",
            best_price_cny=Decimal(dice.randrange(100, 900_000)) / 100,
            harbin_quantity=dice.choice((0, 0, 5)),
            rating=dice.choice((None, Decimal("4.5"), Decimal("3.9"), Decimal("2.0"))),
            sold_quantity=dice.randrange(50),
            released=dice.choice(("2025-09", "2024", "")),
            listed_at=NOW,
            facets={
                "ram": dice.sample((6, 8, 12), dice.randrange(3)),
                "storage": [dice.choice((128, 256))],
                "colour": dice.sample(COLOURS, dice.randrange(1, 3)),
                "seller": [dice.choice(("boris", "vera"))],
                "five_g": dice.random() < 0.5,
                "nfc": dice.random() < 0.5,
                "screen": dice.choice((0, 61, 67)),
                "battery": dice.randrange(3000, 7000),
                "carriage": ["built_in/8517130000"],
            },
            is_prominent=True,
        )
        for pk in range(1, number + 1)
    ]


def fits(row: Row, choice: Choice, leave: str = "") -> bool:
    """The same rules, told plainly for one good."""
    facts = row.facets
    rules = {
        "brand": not choice.brand or row.brand in choice.brand,
        "category": not choice.category or row.category in choice.category,
        "harbin": "harbin" not in choice.flags or row.harbin_quantity > 0,
        "rating": choice.rating is None or (row.rating or 0) >= choice.rating,
        "price": within(row.best_price_cny, choice.price),
        "screen": within(Decimal(facts["screen"]) / 10 or None, choice.screen),
        "battery": within(Decimal(facts["battery"]), choice.battery),
        "ways": choice.ways is None or piles.carriage(row) in choice.ways,
    }
    for name in ("colour", "seller", "ram", "storage"):
        wanted = getattr(choice, name)
        rules[name] = not wanted or bool(set(wanted) & set(facts[name]))
    for name in ("five_g", "nfc"):
        rules[name] = name not in choice.flags or facts[name]
    return all(holds for name, holds in rules.items() if name != leave)


def within(number: Decimal | None, span: Span) -> bool:
    if not span:
        return True
    if number is None:
        return False
    return (span.low is None or number >= span.low) and (span.high is None or number <= span.high)


HARBIN = "harbin/built_in/8517130000"
CHOICES = [
    Choice(),
    Choice(brand=("xiaomi", "apple")),
    Choice(colour=("black",), ram=(8, 12)),
    Choice(flags=frozenset({"five_g", "nfc"}), storage=(256,)),
    Choice(price=Span(Decimal("1000.005"), Decimal("5000")), seller=("boris",)),
    Choice(rating=Decimal("3.9"), flags=frozenset({"harbin"})),
    Choice(screen=Span(Decimal("6.5"), None), battery=Span(None, Decimal(5000)), brand=("apple",)),
    Choice(ways=frozenset({HARBIN}), colour=("white", "blue")),
    Choice(ways=frozenset()),
    Choice(category=("tablets",)),
    Choice(brand=("nobody",), price=Span(Decimal("-5"), Decimal("99999999"))),
]


@pytest.fixture(autouse=True)
def _named(db) -> None:
    """Names of brands and sellers are read from their tables."""


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_each_choice_is_counted_without_itself(choice, seed):
    goods = some_goods(seed)
    counts = facets.count([facets.narrow(piles.lay(goods), choice)])

    def left(facet: str) -> list[Row]:
        return [row for row in goods if fits(row, choice, leave=facet)]

    def tally(facet: str, values) -> dict[str, int]:
        found: dict[str, int] = {}
        for row in left(facet):
            for value in values(row):
                found[str(value)] = found.get(str(value), 0) + 1
        return found

    assert counts.total == len(left(""))
    assert counts.brand == tally("brand", lambda row: [row.brand])
    assert counts.category == tally("category", lambda row: [row.category])
    for name in ("colour", "seller", "ram", "storage"):
        assert getattr(counts, name) == tally(name, lambda row, name=name: row.facets[name])
    for name in ("five_g", "nfc"):
        assert counts.flags.get(name, 0) == sum(row.facets[name] for row in left(name))
    assert counts.flags.get("harbin", 0) == sum(row.harbin_quantity > 0 for row in left("harbin"))
    assert counts.ways == tally("ways", lambda row: [piles.carriage(row)])
    stars = {
        text: number
        for text in ("4.5", "4", "3")
        if (number := sum((row.rating or 0) >= Decimal(text) for row in left("rating")))
    }
    assert counts.rating == stars


@pytest.mark.parametrize("choice", CHOICES)
def test_numbers_reach_as_far_as_the_other_choices_let_them(choice):
    goods = some_goods(4)
    counts = facets.count([facets.narrow(piles.lay(goods), choice)])

    def span(facet: str, number) -> Span:
        found = [number(row) for row in goods if fits(row, choice, leave=facet) and number(row)]
        return Span(min(found), max(found)) if found else Span()

    assert counts.price == span("price", lambda row: row.best_price_cny)
    assert counts.screen == span("screen", lambda row: Decimal(row.facets["screen"]) / 10)
    assert counts.battery == span("battery", lambda row: Decimal(row.facets["battery"]))


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("order", ["popular", "cheap", "dear", "new"])
@pytest.mark.parametrize("sorted_below", [0, 10_000])
def test_a_walked_order_is_the_sorted_one(choice, order, sorted_below, monkeypatch):
    goods = sorted(some_goods(5), key=lambda row: (-piles.popularity(row), -row.pk))
    pile = piles.lay(goods)
    piles.arrange(pile)
    monkeypatch.setattr(piles, "SORTED", sorted_below)
    keys = {
        "popular": lambda row: (-piles.popularity(row), -row.pk),
        "cheap": lambda row: (row.best_price_cny, -row.pk),
        "dear": lambda row: (-row.best_price_cny, row.pk),
        "new": lambda row: (-int(row.released.replace("-", "").ljust(6, "0")), -row.pk),
    }

    found = facets.narrow(pile, choice).found

    wanted = sorted((row for row in goods if fits(row, choice)), key=keys[order])
    assert [pile.ids[place] for place in pile.places(found, order)] == [row.pk for row in wanted]
