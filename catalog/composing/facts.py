"""The typed properties of a card as sentences want them, whatever the language."""

import re
from dataclasses import dataclass
from typing import Any

from catalog import attributes, words
from catalog.models import Product


@dataclass(frozen=True)
class Facts:
    """What a title and a description are made of."""

    kind: str
    brand: str
    brand_zh: str
    model: str
    specs: dict[str, Any]

    def figure(self, key: str) -> float | int | None:
        """A number above nothing; what is no number says nothing."""
        value = self.specs.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return value if value > 0 else None

    def has(self, key: str) -> bool:
        return self.specs.get(key) is True

    def word(self, key: str) -> str:
        """A text as it was given."""
        value = self.specs.get(key)
        return value.strip() if isinstance(value, str) else ""

    def choice(self, key: str) -> str:
        """The key of a chosen value; one nobody knows is none."""
        row = attributes.meant(key, self.word(key)) if self.word(key) else None
        return row.key if row else ""

    def chosen(self, key: str, language: str) -> str:
        """A chosen value in a language; an unknown one as it was given."""
        row = attributes.meant(key, self.word(key)) if self.word(key) else None
        return str(getattr(row, f"title_{language}")) if row else self.word(key)

    def tells(self, text: object) -> bool:
        """Whether the model's own name says a figure or a word already: `Nexode 65W` says 65."""
        plain, name = words.fold(str(text)), words.fold(self.model)
        if plain.replace(" ", "").isdigit():
            return re.search(rf"(?<!\d){re.escape(plain)}(?!\d)", name) is not None
        return f" {plain} " in f" {name} "


def of(card: Product) -> Facts:
    """Read a card; its brand must be set."""
    brand = card.brand
    return Facts(card.kind, brand.name, brand.name_zh or brand.name, card.model, card.specs or {})


def sentence(*clauses: str, between: str = ", ", stop: str = ".") -> str:
    """Put clauses into a sentence; empty ones are left out, and without any there is none."""
    said = between.join(clause for clause in clauses if clause)
    return f"{said[0].upper()}{said[1:]}{stop}" if said else ""
