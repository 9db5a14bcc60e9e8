"""Titles and descriptions composed from typed properties, and who stands behind each text."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog import search
from catalog.models import Product
from storefront.lib import locks
from storefront.lib.refusal import Refusal

from . import chinese, english, facts, russian

State = Product.Text
TONGUES = {"ru": russian, "zh": chinese, "en": english}
STATES = {"ru": "russian_text", "zh": "chinese_text", "en": "english_text"}
REVIEWED = ("ru", "zh")  # the languages that a person reads before they count as good
TITLE = 200
ABOUT = 4000


class NoTitle(Refusal):
    """Goods without a title cannot be found."""

    code = "no_title"


def titles(card: Product) -> dict[str, str]:
    """Give the title of a card in each language, made of what it is and what it can."""
    said = facts.of(card)
    return {f"title_{name}": each.title(said)[:TITLE] for name, each in TONGUES.items()}


def descriptions(card: Product) -> dict[str, str]:
    """Give the description of a card in each language, made of its properties."""
    said = facts.of(card)
    return {f"description_{name}": each.about(said)[:ABOUT] for name, each in TONGUES.items()}


def dress(card: Product, given: Iterable[str] = ()) -> set[str]:
    """Settle who stands behind each text and compose what nobody has written.

    `given` names the titles and descriptions that the seller has just changed on the card: with
    words in them they wait for a reader, emptied they are composed again. A text that was given
    or reviewed is never composed over; a title that is missing always is. Texts of a card that is
    not stored yet are all to be composed, but for those given. Nothing is stored: gives the names
    of the fields that changed.
    """
    changed = set(given)
    if card._state.adding:
        for state in STATES.values():
            setattr(card, state, State.COMPOSED)
    before = {name: getattr(card, name) for name in _fields()}
    composed = {**titles(card), **descriptions(card)}
    for tongue, state in STATES.items():
        names = (f"title_{tongue}", f"description_{tongue}")
        if changed.intersection(names):
            is_given = any(getattr(card, name) for name in names)
            setattr(card, state, State.GIVEN if is_given else State.COMPOSED)
        for name in names:
            is_free = getattr(card, state) == State.COMPOSED
            if is_free or (name.startswith("title") and not getattr(card, name)):
                setattr(card, name, composed[name])
    return {name for name in _fields() if getattr(card, name) != before[name]}


def _fields() -> list[str]:
    texts = [f"{part}_{tongue}" for tongue in TONGUES for part in ("title", "description")]
    return [*texts, *STATES.values()]


@transaction.atomic
def review(
    product: Product, *, tongue: str, texts: dict[str, str], actor: str, now: datetime
) -> dict[str, Any]:
    """Let a text of a card stand as read, as it is or changed: `title` and `description`.

    Gives what was there before and what is there now, for the log.
    Locks: the product.
    Raises: NoTitle.
    """
    title, about = texts.get("title", "").strip(), texts.get("description", "").strip()
    if not title:
        raise NoTitle(_("The title must not be empty."))
    row = locks.row(Product.objects.all(), product.pk)
    after = {f"title_{tongue}": title[:TITLE], f"description_{tongue}": about[:ABOUT]}
    before = {name: getattr(row, name) for name in after}
    state = STATES[tongue]
    for name, value in (*after.items(), (state, State.REVIEWED)):
        setattr(row, name, value)
    row.save(update_fields=[*after, state])
    search.touch([row.pk])
    changes = {name: [before[name], value] for name, value in after.items()}
    changed = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    return {"tongue": tongue, "actor": actor, "at": now.isoformat(), "changed": changed}


def compose_again(product: Product, *, tongue: str) -> Product:
    """Give a text back to the composer, as if its seller had emptied it.

    Locks: the product.
    """
    with transaction.atomic():
        row = locks.row(Product.objects.select_related("brand"), product.pk)
        names = (f"title_{tongue}", f"description_{tongue}")
        for name in names:
            setattr(row, name, "")
        changed = dress(row, names)
        row.save(update_fields=sorted(changed | {STATES[tongue]}))
        search.touch([row.pk])
    return row
