"""The words of the shop: learned from goods as they are indexed, asked when a query is read."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from catalog.words import folding, sounds, stems

SHORTEST, LONGEST = 2, 40
SAMPLED = 20_000
NEAR_SOUND = 12
NEAR_PREFIX = 6
NEAR_LOOK = 8
LIKENESS = "0.25"


@dataclass(frozen=True)
class Known:
    """A word of the shop and the number of goods it stands in."""

    word: str
    stem: str
    goods: int


@dataclass
class Vocabulary:
    """The words of the shop that bear on one query."""

    by_word: dict[str, Known] = field(default_factory=dict)
    by_stem: dict[str, list[Known]] = field(default_factory=dict)
    alike: dict[str, list[Known]] = field(default_factory=dict)

    def holds(self, word: str) -> bool:
        return word in self.by_word or stems.stem(word) in self.by_stem

    def goods(self, word: str) -> int:
        return sum(known.goods for known in self.by_stem.get(stems.stem(word), ()))

    def put(self, known: Known) -> None:
        if known.word not in self.by_word:
            self.by_word[known.word] = known
            self.by_stem.setdefault(known.stem, []).append(known)


_learned: dict[str, set[str]] = {}  # by database, what this process knows to be there
MOST_LEARNED = 200_000

LEARN = """
INSERT INTO catalog_word (word, stem, roman, sounds, goods)
SELECT word, stem, roman, string_to_array(sounds, ',')::varchar[], 1
FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[]) AS fresh(word, stem, roman, sounds)
ON CONFLICT DO NOTHING
"""


def learn(words: Iterable[str]) -> None:
    """Add words that the shop does not know yet; rows that are there are left alone.

    Locks: none on words that are known.
    """
    here = _learned.setdefault(str(connection.settings_dict["NAME"]), set())
    fresh = sorted({word for word in words if word not in here and is_word(word)})
    if not fresh:
        return
    stemmed = [stems.stem(word) for word in fresh]
    roman = [sounds.roman(word) for word in fresh]
    keys = [",".join(sounds.keys(word)) for word in fresh]
    with connection.cursor() as cursor:
        cursor.execute(LEARN, [fresh, stemmed, roman, keys])
    transaction.on_commit(lambda: _remember(here, fresh))


def _remember(here: set[str], words: list[str]) -> None:
    if len(here) > MOST_LEARNED:
        here.clear()
    here.update(words)


def is_word(word: str) -> bool:
    in_one_script = folding.has_cyrillic(word) != folding.has_latin(word)
    return SHORTEST <= len(word) <= LONGEST and word.isalpha() and in_one_script


COUNT_AGAIN = """
WITH sampled AS MATERIALIZED (
    SELECT search_text FROM catalog_product TABLESAMPLE SYSTEM (%s) WHERE is_listed
),
counted AS (
    SELECT word, count(*) * %s AS goods
    FROM sampled CROSS JOIN LATERAL (
        SELECT DISTINCT unnest(string_to_array(translate(search_text, '|', ' '), ' ')) AS word
    ) split GROUP BY word
)
UPDATE catalog_word SET goods = greatest(1, round(counted.goods))
FROM counted
WHERE catalog_word.word = counted.word AND catalog_word.goods <> greatest(1, round(counted.goods))
"""


def count_again() -> None:
    """Measure anew in how many goods each word stands, on a sample of bounded size."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT greatest(reltuples, 1) FROM pg_class WHERE relname = %s", [TABLE])
        share = min(SAMPLED / cursor.fetchone()[0], 1)
        cursor.execute(COUNT_AGAIN, [share * 100, 1 / share])


TABLE = "catalog_product"

# First the words as they were typed and those of the same stem; then, for each word asked by its
# sound, the ones that look most like what is heard.
BY_SOUND = """
SELECT '' AS asked, word, stem, goods FROM catalog_word
WHERE word = ANY(%(exact)s) OR stem = ANY(%(stems)s)
UNION ALL
SELECT heard.asked, near.word, near.stem, near.goods
FROM unnest(%(asked)s::text[], %(roman)s::text[], %(keys)s::text[]) AS heard(asked, roman, keys)
CROSS JOIN LATERAL (
    SELECT word, stem, goods FROM catalog_word
    WHERE sounds && string_to_array(heard.keys, ',')::varchar[]
    ORDER BY similarity(roman, heard.roman) DESC, goods DESC, word LIMIT %(most)s
) near
"""

# The threshold is set inside of the statement that needs it: one round trip, and no connection
# keeps it. The words depend on the row that sets it, so it is set before they are compared.
BY_LOOK = """
WITH asked AS MATERIALIZED (
    SELECT unnest(%(asked)s::text[]) AS asked, unnest(%(look)s::text[]) AS look,
           set_config('pg_trgm.similarity_threshold', %(likeness)s, true) AS threshold
)
SELECT asked.asked, near.word, near.stem, near.goods FROM asked CROSS JOIN LATERAL (
    SELECT word, stem, goods FROM catalog_word WHERE word %% asked.look
    ORDER BY similarity(word, asked.look) DESC, goods DESC, word LIMIT %(most)s
) near
UNION ALL
SELECT begun.asked, near.word, near.stem, near.goods
FROM unnest(%(begun)s::text[], %(likes)s::text[]) AS begun(asked, pattern)
CROSS JOIN LATERAL (
    SELECT word, stem, goods FROM catalog_word WHERE word LIKE begun.pattern
    ORDER BY goods DESC, word LIMIT %(begins)s
) near
UNION ALL
SELECT '', word, stem, goods FROM catalog_word WHERE word = ANY(%(exact)s)
"""


def ask(exact: Iterable[str], heard: Iterable[str]) -> Vocabulary:
    """Look words up as they are, and some by their sound; one statement."""
    whole = list(dict.fromkeys(exact))
    by_sound = [(word, sounds.keys(word)) for word in dict.fromkeys(heard)]
    by_sound = [(word, keys) for word, keys in by_sound if keys]
    given = {
        "exact": whole,
        "stems": list(dict.fromkeys(stems.stem(word) for word in whole)),
        "asked": [word for word, _keys in by_sound],
        "roman": [sounds.roman(word) for word, _keys in by_sound],
        "keys": [",".join(keys) for _word, keys in by_sound],
        "most": NEAR_SOUND,
    }
    return _gather(Vocabulary(), BY_SOUND, given)


def ask_more(
    into: Vocabulary,
    looks: Iterable[tuple[str, str]],
    begun: Iterable[tuple[str, str]],
    exact: Iterable[str] = (),
) -> None:
    """Look up what resembles words nobody knows, and what begins like a word; one statement.

    Both come as pairs: what was typed, and the writing of it to look for.
    """
    given_looks, given_begun = list(looks), list(begun)
    given = {
        "asked": [asked for asked, _look in given_looks],
        "look": [look for _asked, look in given_looks],
        "begun": [asked for asked, _begin in given_begun],
        "likes": [f"{begin}%" for _asked, begin in given_begun],
        "exact": list(dict.fromkeys(exact)),
        "likeness": LIKENESS,
        "most": NEAR_LOOK,
        "begins": NEAR_PREFIX,
    }
    _gather(into, BY_LOOK, given)


def _gather(into: Vocabulary, statement: str, given: dict[str, Any]) -> Vocabulary:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        for asked, word, stem, goods in cursor.fetchall():
            known = Known(word, stem, goods)
            if asked:
                into.alike.setdefault(asked, []).append(known)
            else:
                into.put(known)
    return into
