"""A seller's rows become cards, variants and offers, many at a time; twice is once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from moneyed import Money

from catalog import asking, cells, colours, composing, listings, matching, search, shelves
from catalog.goods import Goods
from catalog.models import Brand, Offer, OfferEvent, Product, Seller, Variant
from catalog.outcomes import Fate, Outcome
from storefront.lib import clock, locks

State = Offer.State
TEXTS = frozenset(
    {"title_ru", "title_zh", "title_en", "description_ru", "description_zh", "description_en"}
)
CARD_FIELDS = (
    *sorted(TEXTS),
    *("russian_text", "chinese_text", "english_text"),
    *("released", "category_id", "kind", "specs", "shape"),
)
FACT_FIELDS = (
    *("hs_code", "origin", "net_weight_g", "weight_g", "length_mm", "width_mm", "height_mm"),
    *("battery_kind", "battery_wh", "fsb_notification", "barcode"),
)
PUBLISHED = frozenset({State.REVIEW, State.LIVE, State.PAUSED})
CardKey = tuple[int, str]
Changed = tuple[Offer, dict[str, Any], dict[str, Any]]
Placed = tuple[Outcome, Product]


@dataclass
class _Batch:
    seller: Seller
    actor: str
    now: datetime
    told: set[int]
    submits: bool
    known: dict[str, Offer]
    brands: dict[str, Brand]
    events: list[OfferEvent] = field(default_factory=list)
    prices: dict[int, Decimal] = field(default_factory=dict)
    complete: dict[tuple[Any, ...], list[str]] = field(default_factory=dict)

    def record(self, offer: Offer, kind: str, **detail: str) -> None:
        self.events.append(
            OfferEvent(
                offer=offer,
                kind=OfferEvent.Kind(kind),
                actor=self.actor,
                happened_at=self.now,
                detail=detail,
            )
        )

    def missing(self, variant: Variant) -> list[str]:
        """As `listings.missing`, asked once for variants that do not differ in it."""
        key = (
            *(variant.hs_code, variant.origin, variant.battery_kind),
            *(bool(variant.battery_wh), bool(variant.fsb_notification)),
        )
        if key not in self.complete:
            self.complete[key] = listings.missing(variant)
        return self.complete[key]


def write(
    rows: Sequence[Goods],
    *,
    seller: Seller,
    actor: str,
    now: datetime,
    told: set[int] | None = None,
    submits: bool = True,
) -> list[Outcome]:
    """Write a batch of rows in a fixed number of statements, each whole or not at all.

    Goods that are complete ask for review, others stay drafts, all of them unless it `submits`.
    Facts of a card or variant that others sell too stay as they are. `told` keeps, over the
    batches of one file, the cards that were told already: the first row of a card tells it.
    Locks: the seller, his offers by key, brands by key, then products by key; inside the
    caller's transaction.
    """
    locks.row(Seller.objects.all(), seller.pk)
    mine = Offer.objects.filter(seller=seller, article__in={goods.article for goods in rows})
    locks.rows(mine)
    # Not joined: in the middle of a great import the planner's figures are those of before it.
    rows_of = mine.prefetch_related("variant__product__brand")
    known = {offer.article: offer for offer in rows_of}
    names = {goods.identity["brand"] for goods in rows if "brand" in goods.identity}
    brands = dict(matching.brands(names))
    batch = _Batch(seller, actor, now, set() if told is None else told, submits, known, brands)
    outcomes = [Outcome(goods, offer=known.get(goods.article)) for goods in rows]
    changed = _compare(batch, [outcome for outcome in outcomes if outcome.offer])
    pairs = _place(batch, [outcome for outcome in outcomes if not outcome.offer])
    _lock_cards(changed, pairs)
    _store(batch, changed)
    asking.reprice_many(batch.prices, actor=actor, now=now)
    _make_offers(batch, _make_variants(pairs))
    for outcome in outcomes:
        if outcome.goods.problems:
            outcome.fate = Fate.REFUSED
    OfferEvent.objects.bulk_create(batch.events)
    return outcomes


def _lock_cards(changed: Sequence[Changed], pairs: Sequence[Placed]) -> None:
    """All of them at once: another seller may have the same goods in the opposite order."""
    keys = {offer.variant.product_id for offer, _facts, _card in changed}
    locks.rows(Product.objects.filter(pk__in=keys | {card.pk for _outcome, card in pairs}))


def _compare(batch: _Batch, outcomes: Sequence[Outcome]) -> list[Changed]:
    """Find out what is there otherwise; nothing is stored."""
    shared, common = _of_others(batch)
    changed: list[Changed] = []
    for outcome in outcomes:
        offer, goods = outcome.offer, outcome.goods
        assert offer is not None
        _agree(batch, offer, goods)
        facts = _differences(offer.variant, goods.facts)
        is_shared = bool(facts) and offer.variant_id in shared
        facts = {} if is_shared else facts
        _check(batch, offer, facts, goods)
        if goods.problems:
            continue
        card = _card_differences(batch, offer.variant.product, goods)
        is_common = bool(card) and offer.variant.product_id in common
        card = {} if is_common else card
        outcome.keeps_card = is_shared or is_common
        outcome.note(offer.variant, facts)
        outcome.note(offer.variant.product, card)
        outcome.reprice(asking.plain(offer))
        if outcome.changes:
            outcome.fate = Fate.UPDATED
            changed.append((offer, facts, card))
        if "price_cny" in outcome.changes and goods.price is not None:
            batch.prices[offer.pk] = goods.price
    return changed


def _of_others(batch: _Batch) -> tuple[set[int], set[int]]:
    """The variants and the cards of this batch that others sell too."""
    variants = [offer.variant for offer in batch.known.values()]
    others = Offer.objects.exclude(seller=batch.seller)
    shared = set(others.filter(variant__in=variants).values_list("variant_id", flat=True))
    cards = {variant.product_id for variant in variants}
    sold_by_others = others.filter(variant__product__in=cards)
    return shared, set(sold_by_others.values_list("variant__product_id", flat=True))


def _agree(batch: _Batch, offer: Offer, goods: Goods) -> None:
    """An article keeps to its goods: other goods need an article of their own."""
    variant, said = offer.variant, goods.identity
    brand = batch.brands.get(said.get("brand", ""))
    is_other_brand = "brand" in said and (brand is None or brand.pk != variant.product.brand_id)
    is_other_model = "model" in said and _key(goods, variant.product.brand) != _card_key(
        variant.product, variant.product.brand
    )
    is_other_memory = any(
        name in said and said[name] != getattr(variant, name) for name in ("ram_gb", "storage_gb")
    )
    is_other_colour = "colour" in said and not matching.is_colour(variant, said["colour"])
    if is_other_brand or is_other_model or is_other_memory or is_other_colour:
        text = _("This article number belongs to “%(title)s” already.")
        goods.refuse("article", "other_goods", text % {"title": variant.product.title})


def _differences(row: Variant | Product, said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if getattr(row, name) != value}


def _card_differences(batch: _Batch, card: Product, goods: Goods) -> dict[str, Any]:
    """What the first row of a card in this file says otherwise than the card."""
    if card.pk in batch.told:
        return {}
    batch.told.add(card.pk)
    said = _card(goods, card)
    # Paragraphs and no-break spaces of a text do not come back in a cell.
    same = {name for name in TEXTS & set(said) if cells.one_line(getattr(card, name)) == said[name]}
    return _differences(card, {name: value for name, value in said.items() if name not in same})


def _card(goods: Goods, card: Product | None = None) -> dict[str, Any]:
    said = {**goods.card}
    if "category" in goods.identity:
        shelf = shelves.category(goods.identity["category"])
        assert shelf is not None, "the row was read with this category"
        said |= {"category_id": shelf.pk, "kind": goods.identity["kind"]}
    old = (card.specs, card.shape) if card else ({}, {})
    return {**said, "specs": {**old[0], **goods.specs}, "shape": {**old[1], **goods.shape}}


def _check(batch: _Batch, offer: Offer, facts: dict[str, Any], goods: Goods) -> None:
    """What is published must stay complete, and a box weigh more than what is in it."""
    variant = offer.variant
    after = Variant(**{name: facts.get(name, getattr(variant, name)) for name in FACT_FIELDS})
    if after.weight_g < after.net_weight_g:
        text = _("The weight with box is less than the net weight.")
        goods.refuse("weight_g", "gross_under_net", text)
    if facts and State(offer.state) in PUBLISHED:
        for name in batch.missing(after):
            goods.refuse(name, "needed", _("This is needed for goods in the shop."))


def _store(batch: _Batch, changed: Sequence[Changed]) -> None:
    """Bring what is there up to date."""
    if not changed:
        return
    search.touch({offer.variant.product_id for offer, _facts, _card in changed})
    for offer, facts, card in changed:
        offer.updated_at = batch.now
        for row, values in ((offer.variant, facts), (offer.variant.product, card)):
            for name, value in values.items():
                setattr(row, name, value)
        if card:
            composing.dress(offer.variant.product, card)
    offers = [offer for offer, _facts, _card in changed]
    Offer.objects.bulk_update(offers, ["updated_at"])
    variants = [offer.variant for offer, facts, _card in changed if facts]
    Variant.objects.bulk_update(variants, FACT_FIELDS)
    cards = [offer.variant.product for offer, _facts, card in changed if card]
    Product.objects.bulk_update(cards, [name.removesuffix("_id") for name in CARD_FIELDS])
    again = [offer for offer, facts, card in changed if facts or card]
    _submit(batch, [offer for offer in again if not batch.missing(offer.variant)])


def _submit(batch: _Batch, offers: Sequence[Offer]) -> None:
    """Other facts than the ones that were approved must be looked at again."""
    may = [offer for offer in offers if State.REVIEW in listings.MOVES[State(offer.state)]]
    if not batch.submits:
        may = [offer for offer in may if State(offer.state) in PUBLISHED]
    keys = [offer.pk for offer in may]
    Offer.objects.filter(pk__in=keys).update(state=State.REVIEW, refusal="", updated_at=batch.now)
    for offer in may:
        batch.record(offer, "SUBMITTED")
    asking.refresh(keys, now=batch.now, because=batch.actor)


def _place(batch: _Batch, outcomes: Sequence[Outcome]) -> list[Placed]:
    """Find or make the cards of new goods."""
    for outcome in outcomes:
        outcome.goods.need()
    fresh = [outcome for outcome in outcomes if not outcome.goods.problems]
    if not fresh:
        return []
    _make_brands(batch, {outcome.goods.identity["brand"] for outcome in fresh})
    cards = _make_cards(batch, [outcome.goods for outcome in fresh])
    return [(outcome, cards[_said_key(batch, outcome.goods)]) for outcome in fresh]


def _make_brands(batch: _Batch, names: set[str]) -> None:
    missing = {matching.brand_slug(name): name for name in names if name not in batch.brands}
    Brand.objects.bulk_create(
        [Brand(slug=slug, name=name) for slug, name in sorted(missing.items())],
        ignore_conflicts=True,
    )
    # Whoever makes cards of a brand holds its row, so that no card is made twice.
    batch.brands.update(matching.brands(names))
    locks.rows(Brand.objects.filter(pk__in={brand.pk for brand in batch.brands.values()}))


def _model(brand: Brand, goods: Goods) -> str:
    typed = goods.identity.get("brand", "")
    return matching.model_name(goods.identity["model"], typed, brand.name, brand.name_zh)


def _key(goods: Goods, brand: Brand) -> CardKey:
    return brand.pk, matching.same(_model(brand, goods))


def _said_key(batch: _Batch, goods: Goods) -> CardKey:
    return _key(goods, batch.brands[goods.identity["brand"]])


def _card_key(card: Product, brand: Brand) -> CardKey:
    """A card may have been named with its brand in front of the model."""
    return brand.pk, matching.same(card.model, brand.name, brand.name_zh)


def _make_cards(batch: _Batch, rows: Sequence[Goods]) -> dict[CardKey, Product]:
    """Find or make the card of each row."""
    wanted = {_said_key(batch, goods): goods for goods in reversed(rows)}
    drafts = {key: _draft(batch, goods) for key, goods in wanted.items()}
    slugs = {draft.slug for draft in drafts.values()}
    brands = {draft.brand_id: draft.brand for draft in drafts.values()}
    spelled = Q(low__in=_spellings(drafts.values())) | Q(slug__in=slugs)
    near = Product.objects.annotate(low=Lower("model")).filter(spelled, brand__in=brands)
    at = clock.wall()
    cards = {_card_key(card, brands[card.brand_id]): card for card in near}
    taken = set(Product.objects.filter(slug__in=slugs).values_list("slug", flat=True))
    new = {key: draft for key, draft in drafts.items() if key not in cards}
    for draft in new.values():
        draft.slug = matching.card_slug(draft.brand, draft.model, taken)
        draft.due_at = at  # so that other sellers find the card, too
        taken.add(draft.slug)
    Product.objects.bulk_create(new.values())
    batch.told.update(card.pk for card in new.values())
    return cards | new


def _spellings(drafts: Iterable[Product]) -> set[str]:
    plain = {(draft.brand.name.lower(), draft.model.lower()) for draft in drafts}
    return {model for _brand, model in plain} | {f"{brand} {model}" for brand, model in plain}


def _draft(batch: _Batch, goods: Goods) -> Product:
    brand = batch.brands[goods.identity["brand"]]
    model = _model(brand, goods)
    said = _card(goods)
    card = Product(brand=brand, model=model, slug=matching.card_slug(brand, model, ()), **said)
    composing.dress(card, said)
    return card


def _make_variants(rows: Sequence[Placed]) -> list[tuple[Outcome, Variant]]:
    """Find or make the variant of each row."""
    if not rows:
        return []
    groups: dict[int, list[Variant]] = {card.pk: [] for _outcome, card in rows}
    for variant in Variant.objects.filter(product__in=groups).order_by("position", "pk"):
        groups[variant.product_id].append(variant)
    found, new = [], []
    for outcome, card in rows:
        group = groups[card.pk]
        wanted = variant_of(outcome.goods, card)
        known = matching.find(wanted, group)
        outcome.keeps_card = known is not None and bool(_differences(known, outcome.goods.facts))
        if known is None:
            wanted.position = len(group)
            new.append(wanted)
            group.append(wanted)
        found.append((outcome, known or wanted))
    slugs = {matching.variant_slug(variant.product, variant, ()) for variant in new}
    taken = set(Variant.objects.filter(slug__in=slugs).values_list("slug", flat=True))
    for variant in new:
        variant.slug = matching.variant_slug(variant.product, variant, taken)
        taken.add(variant.slug)
    Variant.objects.bulk_create(new)
    return found


def variant_of(goods: Goods, card: Product) -> Variant:
    """The variant a row tells of, not stored; what it is silent about is empty."""
    colour = colours.read(goods.identity.get("colour", ""))
    facts = {"hs_code": "", "origin": "", **goods.facts}
    memory = {name: goods.identity.get(name) for name in ("ram_gb", "storage_gb")}
    return Variant(product=card, **vars(colour), **memory, **facts)


def _make_offers(batch: _Batch, pairs: Sequence[tuple[Outcome, Variant]]) -> None:
    """Put new goods into the shop."""
    if not pairs:
        return
    held = Offer.objects.filter(seller=batch.seller, variant__in=[v.pk for _outcome, v in pairs])
    articles = dict(held.values_list("variant_id", "article"))
    made = []
    for outcome, variant in pairs:
        goods = outcome.goods
        if variant.pk in articles:
            text = _("You sell these goods already under article number %(article)s.")
            goods.refuse("article", "sold_already", text % {"article": articles[variant.pk]})
            continue
        articles[variant.pk] = goods.article
        is_complete = batch.submits and not batch.missing(variant)
        outcome.offer = Offer(
            seller=batch.seller,
            variant=variant,
            article=goods.article,
            state=State.REVIEW if is_complete else State.DRAFT,
            updated_at=batch.now,
        )
        outcome.offer.price = Money(goods.price, listings.YUAN)
        outcome.fate = Fate.IMPORTED
        made.append(outcome.offer)
    Offer.objects.bulk_create(made)
    for offer in made:
        batch.record(offer, "CREATED", price=str(offer.price.amount))
        if offer.state == State.REVIEW:
            batch.record(offer, "SUBMITTED")
