"""The groups of choices beside a list of goods, each option with its count."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import formats
from django.utils.translation import gettext as _

from catalog import colours, pricing, shelves
from catalog.models import Brand, Seller
from catalog.search import RATINGS, Choice, Counts, Span
from storefront.forms import choosing
from storefront.templatetags import dates

from ._groups import FLAG, Arrival, Facet, Group, Option, Range

MANY = "multicolour"
TERABYTES = {1024: 1, 2048: 2}


@dataclass(frozen=True)
class Look:
    """What the groups are made from."""

    counts: Counts
    choice: Choice
    given: choosing.Given
    tariff: pricing.Tariff | None
    arrivals: list[Arrival]
    with_shelves: bool
    with_sellers: bool


def make(look: Look) -> list[Group]:
    """Give the groups in which there is something to choose, in the order of the page."""
    groups = [
        _where(look),
        _when(look),
        _shelves(look),
        _price(look),
        _brands(look),
        _memories("ram", _("Memory"), look),
        _memories("storage", _("Storage"), look),
        _measure("screen", _("Screen"), "\u2033", look),
        _measure("battery", _("Battery"), _("mAh"), look),
        _connection(look),
        _colours(look),
        _ratings(look),
        _sellers(look),
    ]
    plain = Choice() if look.with_sellers else Choice(seller=look.choice.seller)
    is_narrowed = look.choice != plain
    return [group for group in groups if group and _is_choice(group, is_narrowed=is_narrowed)]


def _is_choice(group: Group, *, is_narrowed: bool) -> bool:
    """A single brand is no choice, unless others have gone because of another choice."""
    if isinstance(group, Range):
        return True
    is_flag = bool(group.options) and group.options[0].value == FLAG
    return len(group.options) > 1 or (bool(group.options) and (is_narrowed or is_flag))


def _where(look: Look) -> Facet:
    return Facet("where", _("Where it is"), _flags(look, {"harbin": _("In Harbin now")}))


def _connection(look: Look) -> Facet:
    labels = {"five_g": "5G", "nfc": "NFC"}
    return Facet("connection", _("Connection"), _flags(look, labels))


def _flags(look: Look, labels: Mapping[str, str]) -> list[Option]:
    options = (
        Option(name, FLAG, label, look.counts.flags.get(name, 0), name in look.choice.flags)
        for name, label in labels.items()
    )
    return [option for option in options if option.count or option.checked]


def _when(look: Look) -> Facet | None:
    chosen = choosing.within(look.given)
    options = [
        Option(
            "within",
            str(one.days),
            _("by %(day)s") % {"day": dates.day(one.on)},
            one.count,
            one.days == chosen,
        )
        for one in look.arrivals
        if one.count or one.days == chosen
    ]
    return _single("within", _("Arrives"), options)


def _ratings(look: Look) -> Facet | None:
    options = [
        Option(
            "rating",
            value,
            _("%(rating)s and up") % {"rating": formats.number_format(value)},
            look.counts.rating.get(value, 0),
            look.choice.rating is not None and value == look.given.get("rating"),
        )
        for value in RATINGS
    ]
    return _single("rating", _("Rating"), [one for one in options if one.count or one.checked])


def _single(key: str, title: str, options: list[Option]) -> Facet | None:
    """Of these only one may hold; the first takes the choice back."""
    if not options:
        return None
    is_free = not any(option.checked for option in options)
    free = Option(key, "", _("Any"), 0, is_free)
    return Facet(key, title, [free, *options], single=True)


def _shelves(look: Look) -> Facet | None:
    """The shelves in the order of the shop, those of one main shelf together."""
    if not look.with_shelves:
        return None
    options, before = [], None
    for shelf in shelves.categories():
        count, checked = look.counts.category.get(shelf.slug, 0), shelf.slug in look.choice.category
        if not count and not checked:
            continue
        above = shelf.parent.title if shelf.parent else ""
        heading = above if above != before else ""
        option = Option("category", shelf.slug, shelf.title, count, checked, above=heading)
        options.append(option)
        before = above
    return Facet("category", _("Category"), options)


def _brands(look: Look) -> Facet:
    known = look.counts.names
    gone = [slug for slug in look.choice.brand if slug not in known]
    rows = Brand.objects.filter(slug__in=gone) if gone else ()
    names = {**known, **{row.slug: row.name for row in rows}}
    return Facet("brand", _("Brand"), _words("brand", look, names))


def _sellers(look: Look) -> Facet | None:
    if not look.with_sellers:
        return None
    known = look.counts.names
    gone = [slug for slug in look.choice.seller if slug not in known]
    rows = Seller.objects.filter(slug__in=gone) if gone else ()
    names = {**known, **{row.slug: row.name for row in rows}}
    return Facet("seller", _("Seller"), _words("seller", look, names))


def _colours(look: Look) -> Facet:
    families = {family.key: family for family in colours.families()}
    names = {key: family.title for key, family in families.items()}
    paints = {key: MANY if key == MANY else family.hex for key, family in families.items()}
    return Facet("colour", _("Colour"), _words("colour", look, names, paints))


def _words(
    name: str, look: Look, names: Mapping[str, str], paints: Mapping[str, str] | None = None
) -> list[Option]:
    counted, chosen = getattr(look.counts, name), getattr(look.choice, name)
    known = {**dict.fromkeys((value for value in chosen if value in names), 0), **counted}
    options = (
        Option(
            name,
            value,
            names.get(value, value),
            count,
            value in chosen,
            (paints or {}).get(value, ""),
        )
        for value, count in known.items()
        if count or value in chosen
    )
    return sorted(options, key=lambda option: (-option.count, option.label))


def _memories(name: str, title: str, look: Look) -> Facet:
    counted, chosen = getattr(look.counts, name), getattr(look.choice, name)
    known = {**dict.fromkeys(map(str, chosen), 0), **counted}
    options = [
        Option(name, value, memory(int(value)), known[value], int(value) in chosen)
        for value in sorted(known, key=int)
        if known[value] or int(value) in chosen
    ]
    return Facet(name, title, options)


def memory(gigabytes: int) -> str:
    """Write so much memory as people say it."""
    if gigabytes in TERABYTES:
        return _("%(number)s TB") % {"number": TERABYTES[gigabytes]}
    return _("%(number)s GB") % {"number": gigabytes}


def _price(look: Look) -> Range | None:
    if look.tariff is None:
        return None
    rubles, scale = look.tariff.rubles, None
    low, high = look.counts.price.low, look.counts.price.high
    if low is not None and high is not None:
        scale = choosing.scale(rubles(low), rubles(high), finest="10")
    return _range(_Ends("price", _("Price"), "\u20bd", ("from", "to")), look, scale)


def _measure(key: str, title: str, unit: str, look: Look) -> Range | None:
    span: Span = getattr(look.counts, key)
    low, high, scale = span.low, span.high, None
    if low is not None and high is not None:
        scale = choosing.scale(low, high, finest="0.1" if key == "screen" else "50")
    return _range(_Ends(key, title, unit, (f"{key}_from", f"{key}_to")), look, scale)


@dataclass(frozen=True)
class _Ends:
    key: str
    title: str
    unit: str
    names: tuple[str, str]


def _range(ends: _Ends, look: Look, scale: choosing.Scale | None) -> Range | None:
    """What was chosen stays to be taken back, though nothing be left to choose between."""
    low, high = (look.given.get(name, "").strip()[: choosing.LONGEST_NUMBER] for name in ends.names)
    if scale is None and not low and not high:
        return None
    mode = "decimal" if ends.key == "screen" else "numeric"
    return Range(ends.key, ends.title, ends.unit, ends.names, (low, high), scale, mode)
