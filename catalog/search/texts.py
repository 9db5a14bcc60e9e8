"""The words a product is found by."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db.models.expressions import RawSQL

from catalog.models import Offer, Product
from catalog.words import codes, folding, terms, units

CONFIGS = ("russian", "simple")
LONGEST = 300  # signs of `search_text`, which is read for every candidate
MEASURES = {
    "screen_inch": "in",
    "battery_mah": "mah",
    "charge_w": "w",
    "refresh_hz": "hz",
    "main_camera_mp": "mp",
}
# What people call a property that they give in numbers: камера 108 мп, экран 6.7.
CALLED = {
    "screen_inch": "экран диагональ screen",
    "battery_mah": "аккумулятор батарея battery",
    "refresh_hz": "экран частота",
    "main_camera_mp": "камера camera",
}
FLAGS = {"five_g": "5g", "nfc": "nfc", "noise_cancelling": "anc шумоподавление"}


def vector(product: Product, offers: Sequence[Offer]) -> RawSQL:
    """Weigh the words: brand and model over titles over properties over descriptions.

    Codes, measures and the words of the model marked as such stand in the simple form alone.
    """
    name = _name(product)
    titles = f"{product.title_ru} {product.title_zh} {product.title_en}"
    told = f"{product.description_ru} {product.description_zh} {product.description_en}"
    own = [*_bare(name), *_strong(name), *_articles(offers)]
    facts = [*_facts(product, offers), *_called(product, offers)]
    spoken = {"A": name, "B": titles, "C": " ".join(facts), "D": told}
    plain = {"A": own, "B": [*_bare(titles), _kind(product)], "C": _measures(product, offers)}
    parts = [
        (config, folding.indexed(text), weight)
        for weight, text in spoken.items()
        for config in CONFIGS
    ]
    parts += [("simple", " ".join(words), weight) for weight, words in plain.items()]
    said = [part for part in parts if part[1].strip()]
    # One expression of its own: to build as many of Django's costs more than to store the words.
    whole = " || ".join(["setweight(to_tsvector(%s::regconfig, %s), %s)"] * len(said))
    return RawSQL(whole or "''::tsvector", [value for part in said for value in part])  # noqa: S611


def likeness(product: Product, offers: Sequence[Offer]) -> str:
    """The words that ranking looks at: brand | model | titles | properties."""
    brand, model = folding.fold(product.brand.name), folding.fold(product.model)
    known = set(f"{brand} {model}".split())
    titles = folding.fold(f"{product.title_ru} {product.title_en}").split()
    title = " ".join(dict.fromkeys(titles)) if set(titles) - known else ""
    facts = folding.fold(" ".join(_facts(product, offers))).split()
    rest = dict.fromkeys([*_measures(product, offers), *facts])
    return f"{brand}|{model}|{title}|{' '.join(rest)}"[:LONGEST]


def words_of(product: Product, offers: Sequence[Offer]) -> list[str]:
    """The words that slips of the pen are held against."""
    titles = f"{product.title_ru} {product.title_en}"
    text = f"{_name(product)} {titles} {' '.join(_facts(product, offers))}"
    found = folding.fold(text).split()
    runs = codes.runs(folding.plain(text))
    glued = [part for run in runs if not folding.has_digit(run) for part in codes.indexed(run)]
    return list(dict.fromkeys([*found, *glued]))


def _name(product: Product) -> str:
    return f"{product.brand.name} {product.brand.name_zh} {product.model}"


def _bare(text: str) -> list[str]:
    """Codes and measures in a text."""
    small = folding.plain(text)
    return [*codes.indexed(small), *units.indexed(small)]


def _strong(name: str) -> list[str]:
    words = [*folding.indexed(name).split(), *codes.indexed(folding.plain(name))]
    forms = dict.fromkeys(form for word in words for form in {word, *terms.lexemes(word)})
    return [f"{terms.STRONG}{form}" for form in forms]


def _articles(offers: Iterable[Offer]) -> list[str]:
    """Article numbers and barcodes, whole and in parts."""
    found: dict[str, None] = {}
    for offer in offers:
        article = folding.plain(offer.article)
        found.update(dict.fromkeys([*codes.indexed(article), *folding.fold(article).split()]))
        if offer.variant.barcode:
            found.setdefault(offer.variant.barcode)
            found.setdefault(offer.variant.barcode.lstrip("0"))
    return list(found)


def _kind(product: Product) -> str:
    return f"{terms.KIND}{product.kind.replace('_', '')}"


def _facts(product: Product, offers: Iterable[Offer]) -> list[str]:
    """Values that people search for; a bare yes is told by its name."""
    facts = product.specs
    found = [str(value) for value in facts.values() if value and not isinstance(value, bool)]
    found += [word for key, word in FLAGS.items() if facts.get(key)]
    looks = {
        f"{offer.variant.colour_ru} {offer.variant.colour_en} {offer.variant.colour_zh}"
        for offer in offers
    }
    return found + sorted(looks)


def _called(product: Product, offers: Iterable[Offer]) -> list[str]:
    found = [names for key, names in CALLED.items() if product.specs.get(key)]
    if any(offer.variant.ram_gb or offer.variant.storage_gb for offer in offers):
        found.append("память memory")
    return found


def _measures(product: Product, offers: Iterable[Offer]) -> list[str]:
    """Properties with their units as words, memory and storage of every variant."""
    found: dict[str, None] = {}
    for key, unit in MEASURES.items():
        value = product.specs.get(key)
        if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            found.update(dict.fromkeys(units.near(units.word(Decimal(str(value)), unit))))
    for offer in offers:
        for size in filter(None, (offer.variant.ram_gb, offer.variant.storage_gb)):
            found.update(dict.fromkeys([*units.near(units.word(Decimal(size), "gb")), str(size)]))
    return list(found)
