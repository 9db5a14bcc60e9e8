"""What is offered while somebody types: goods, and words to go on with."""

from dataclasses import dataclass

from catalog import shelves
from catalog.models import Product
from catalog.words import folding, keyboards, sounds

from . import candidates, ranking, reading, vocabulary

SUGGESTED = 6
LOOKED_AT = 60
COMPLETED = 3
SHORTEST = 2


@dataclass(frozen=True)
class Completion:
    """A text to go on with; `kind` is brand, category or query, `slug` that of the first two."""

    text: str
    kind: str
    slug: str = ""


def suggest(text: str) -> list[Product]:
    """Give the likeliest goods for a text that is still being typed."""
    if len(folding.fold(text)) < SHORTEST:
        return []
    readings = reading.understand(text, typing=True)[:2]
    gathered = candidates.gather(readings, most=LOOKED_AT)
    if gathered.reading is None:
        return []
    order = ranking.arrange(gathered.ranked, readings[gathered.reading])
    return list(candidates.products(order[:SUGGESTED]))


def complete(text: str) -> list[Completion]:
    """Give brands and shelves that begin like the last word, and the words that goods have."""
    *before, last = folding.fold(text).split() or [""]
    if len(last) < SHORTEST or not last.isalpha():
        return []
    ways = list(dict.fromkeys((last, sounds.roman(last), keyboards.other_keyboard(last))))
    found = [] if before else [*_brands(ways), *_shelves(ways)]
    known = vocabulary.Vocabulary()
    vocabulary.ask_more(known, [], [(way, way) for way in ways if way.isalpha()])
    words = sorted(
        (each for near in known.alike.values() for each in near),
        key=lambda each: (-each.goods, each.word),
    )
    said = {completion.text.lower() for completion in found}
    for each in words:
        whole = " ".join((*before, each.word))
        if each.word != last and whole not in said:
            found.append(Completion(whole, "query"))
    return found[:COMPLETED]


def _brands(ways: list[str]) -> list[Completion]:
    """Brands by any of their names, one at most."""
    own = shelves.brands()
    for alias, name in shelves.aliases().items():
        if alias.startswith(tuple(ways)) and name in own:
            return [Completion(own[name][1], "brand", own[name][0])]
    return []


def _shelves(ways: list[str]) -> list[Completion]:
    for shelf in shelves.categories():
        titles = (folding.fold(title) for title in (shelf.title_ru, shelf.title_en))
        if any(title.startswith(tuple(ways)) for title in titles):
            return [Completion(shelf.title, "category", shelf.slug)]
    return []
