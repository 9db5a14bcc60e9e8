"""Words that are no part of a name's likeness: legal forms, titles, particles; other readings.

They are dated rows of reference with a source; here they become one object that matching uses.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from . import folding, scripts

HAN = "\u3400-\u9fff"


@dataclass(frozen=True)
class Words:
    """The words that hold on a day.

    `forms` maps a legal form to its short name; `spellings` a syllable to the one it stands for;
    `readings` a language to what its Chinese letters, or words of them, are read as.
    """

    forms: Mapping[str, str] = field(default_factory=dict)
    titles: frozenset[str] = frozenset()
    particles: frozenset[str] = frozenset()
    spellings: Mapping[str, str] = field(default_factory=dict)
    readings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    tokens: dict[tuple[str, str, bool], Any] = field(default_factory=dict, repr=False)  # made once

    @cached_property
    def form_pattern(self) -> re.Pattern[str] | None:
        """Any legal form, the longest first; Chinese ones need no gap around them."""
        longest = sorted(self.forms, key=len, reverse=True)
        chinese = [re.escape(one) for one in longest if re.search(f"[{HAN}]", one)]
        spaced = [re.escape(one) for one in longest if not re.search(f"[{HAN}]", one)]
        parts = [rf"(?<!\w)(?:{'|'.join(spaced)})(?!\w)"] if spaced else []
        parts += ["|".join(chinese)] if chinese else []
        return re.compile("|".join(parts)) if parts else None

    @cached_property
    def form_sounds(self) -> frozenset[str]:
        """How the words of legal forms sound, and with one letter left out of the long ones."""
        parts = {word for form in self.forms for word in form.split()}
        plain = {
            latin
            for word in parts
            for script, run in scripts.runs(word)
            if script in (scripts.LATIN, scripts.CYRILLIC) and len(word) > 2
            for latin in scripts.latin(run, script)[:1]
        }
        said = plain | {folding.sound(latin) for latin in plain}
        return frozenset(key for one in said for key in form_keys(one))


@lru_cache(maxsize=65536)
def form_keys(said: str) -> frozenset[str]:
    """Under what a legal form is known when a finger slipped."""
    if len(said) < 6:
        return frozenset({said})
    return frozenset({said, *(said[:place] + said[place + 1 :] for place in range(len(said)))})


def made(rows: Iterable[tuple[str, str, str, str]]) -> Words:
    """The words of rows (kind, text, stands for, language)."""
    forms: dict[str, str] = {}
    spellings: dict[str, str] = {}
    readings: dict[str, dict[str, str]] = {}
    sets: dict[str, set[str]] = {"TITLE": set(), "PARTICLE": set()}
    for kind, text, meaning, language in rows:
        if kind == "FORM":
            forms[text] = meaning
        elif kind == "SPELLING":
            spellings[text] = meaning
        elif kind == "READING":
            readings.setdefault(language, {})[text] = meaning
        else:
            sets[kind].add(text)
    return Words(
        forms=forms,
        titles=frozenset(sets["TITLE"]),
        particles=frozenset(sets["PARTICLE"]),
        spellings=spellings,
        readings=readings,
    )
