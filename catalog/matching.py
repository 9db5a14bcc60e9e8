"""Which card and which variant is meant, and what a new one is called."""

from collections.abc import Iterable, Mapping
from hashlib import sha256

from django.db.models import QuerySet
from django.utils.text import slugify

from catalog import colours, words
from catalog.models import Brand, Product, Variant

SLUG = 90


def model_name(model: str, *makers: str) -> str:
    """A model without its maker in front of it: `Samsung Galaxy S20` gives `Galaxy S20`."""
    name = " ".join(model.split())
    for maker in sorted(makers, key=len, reverse=True):
        rest = name[len(maker) :].strip()
        if maker and rest and name.lower().startswith(maker.lower()) and _is_apart(maker, name):
            return rest
    return name


def _is_apart(maker: str, name: str) -> bool:
    """Latin names end at a space, so that `HTCx` is not `x` of HTC; Chinese ones need none."""
    return not maker.isascii() or name[len(maker)].isspace()


def same(model: str, *makers: str) -> str:
    """What the spellings of one model have in common, with its maker in front of it or without."""
    plain = model_name(model, *makers)
    return words.fold(plain) or plain.lower()


def brand_slug(name: str) -> str:
    """Give a new brand its address; what Latin letters do not tell stands in a digest."""
    folded = words.fold(name)
    plain = slugify(name)[:50]
    if plain and plain == folded.replace(" ", "-"):
        return plain
    return f"{plain[:40].strip('-')}-{_digest(folded)}".strip("-")


def card_slug(brand: Brand, model: str, taken: Iterable[str]) -> str:
    """Give a new card its address; one that is taken by another model gets a digest behind it."""
    plain = slugify(f"{brand.slug} {model.replace('+', ' plus')}")[:SLUG]
    known = set(taken)
    if plain != brand.slug and plain not in known:
        return plain
    return f"{plain}-{_digest(same(model))}"


def variant_slug(card: Product, variant: Variant, taken: Iterable[str]) -> str:
    """Give a new variant its address, by memory and colour."""
    memory = variant.memory.replace("/", "-")
    plain = "-".join(filter(None, (card.slug, memory, variant.colour_key)))[:150]
    return plain if plain not in set(taken) else f"{plain}-{_digest(repr(identity(variant)))}"


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:8]


Identity = tuple[str, int | None, int | None]


def identity(variant: Variant) -> Identity:
    """What a variant differs by from the others of its card."""
    return variant.colour_key, variant.ram_gb, variant.storage_gb


def find(wanted: Variant, known: Iterable[Variant]) -> Variant | None:
    """Give the variant of a card that is meant: the same memory, and colour by name or by key."""
    near = [v for v in known if (v.ram_gb, v.storage_gb) == (wanted.ram_gb, wanted.storage_gb)]
    name = colours.fold(wanted.colour_en)
    named = (v for v in near if colours.fold(v.colour_en) == name)
    keyed = (v for v in near if v.colour_key == wanted.colour_key)
    return next(named, None) or next(keyed, None)


def is_colour(variant: Variant, text: str) -> bool:
    """Tell whether a name, in any of our languages, means the colour of a variant."""
    colour = colours.read(text)
    meant = (text, colour.colour_en, colour.colour_key)
    own = (variant.colour_ru, variant.colour_zh, variant.colour_en, variant.colour_key)
    return not set(map(colours.fold, meant)).isdisjoint(map(colours.fold, own))


def brands(names: Iterable[str]) -> Mapping[str, Brand]:
    """Give the brands that are known by these names; others are missing in the answer."""
    known: dict[str, Brand] = {}
    for brand in Brand.objects.all():
        for alias in (brand.name, brand.name_zh, brand.slug):
            known.setdefault(words.fold(alias), brand)
    known.pop("", None)
    return {name: known[words.fold(name)] for name in names if words.fold(name) in known}


def cards(text: str) -> QuerySet[Product]:
    """Give the cards whose names have all of these words, for sellers to choose from."""
    found = Product.objects.select_related("brand", "category")
    for word in words.fold(text).split():
        found = found.filter(search_text__contains=word)
    return found.order_by("-sold_quantity", "title_en", "pk")


def brand_names() -> Mapping[str, str]:
    """Give for every folded name of a brand, spoken ones among them, the brand's own name."""
    found: dict[str, str] = {}
    for name, name_zh, others in Brand.objects.values_list("name", "name_zh", "aliases"):
        for alias in (name, name_zh, *others):
            found.setdefault(words.fold(alias), name)
    found.pop("", None)
    return found
