"""What was meant by words that nobody knows: the other keyboard, slips, words run together."""

from itertools import pairwise

from catalog.words import codes, folding, keyboards, numerals, parsing, sounds, stems, units
from catalog.words.spoken import Group, Table

from . import parting, vocabulary

HEARD = 0.7  # how near to the ear a word of the other script must be
MENDED, MENDED_SHORT = 0.65, 0.75  # how near to the eye a mistyped word must be
SHORT = 6  # letters; in a shorter word one slip is all
SURE = 0.75
SPOKEN = 0.8
COMMON = 3  # goods, fewer may be a slip in a title
NAME = 1_000  # goods that a spoken name counts for
SHORT_PART = 3
RARE = 5  # letters; a shorter word is near to too many others
JOINED = 8  # letters of two words that may be one
SPELLED = 12  # letters
TAIL = 2  # letters of a model run on a name
KEYS = frozenset("[];'`")  # signs that are letters on the other keyboard


class Guess:
    """A text, the words of the shop it was held against, and what it was read as."""

    def __init__(self, text: str, table: Table, *, typing: bool) -> None:
        self.text = numerals.in_digits(text[: parsing.LONGEST])
        self.table = table
        self.typing = typing
        self.chunks = self.text.split()
        self.switched = [keyboards.other_keyboard(chunk) for chunk in self.chunks]
        self.words = parsing.letters(parsing.parse(self.text))
        self.known = vocabulary.Vocabulary()
        self.is_switched = False
        self.mended: dict[str, str] = {}
        self.sure: set[str] = set()  # those mended words that hardly mean anything else

    def ask(self) -> None:
        """Look words up, choose the keyboard, and look up more where that was not enough."""
        others = parsing.letters(parsing.parse(" ".join(self.switched)))
        asked = [*self.words, *others]
        self.known = vocabulary.ask(asked, [*asked, *self._pairs()])
        self._choose_keyboard()
        puzzling = [word for word in self.words if self._is_puzzling(word)]
        last = self._last()
        begun = self._looks(last) if last in puzzling or (last and self.typing) else []
        if puzzling or begun:
            looks = [(word, look) for word in puzzling for look in self._looks(word)[:2]]
            parts = [part for word in puzzling for part in parting.pieces(word)]
            vocabulary.ask_more(self.known, looks, [(look, look) for look in begun], parts)
        if last and not self._turn_last(last):
            puzzling = [word for word in puzzling if word != last or not self._begins(last)]
        for word in puzzling:
            if word in self.words:
                self._mend(word)

    def _is_puzzling(self, word: str) -> bool:
        """Say whether nothing is known of a word; one that nearly is a spoken name is mended."""
        if len(word) < SHORT_PART or (self.is_known(word) and not self.is_rare(word)):
            return False
        best = self._spoken_near(word)
        if not best and self._tailed(word):
            return False
        if self.is_known(word):
            self.mended.update({word: best} if best else {})
            return False
        if best:
            self.mended[word] = best
            self.sure.add(word)
            return False
        return not self.heard(word, sure=SURE)

    def _spoken_near(self, word: str) -> str:
        """The spoken name that is very near to a word."""
        near = self._names_near(word, 1)
        best = max(near, key=lambda name: near[name], default="")
        return best if best and near[best] >= SPOKEN else ""

    def _names_near(self, word: str, longer: int) -> dict[str, float]:
        """Spoken names of the same script and about the same letters, and how near they are."""
        letters, cyrillic = set(word), folding.has_cyrillic(word)
        found = {}
        for length in range(len(word) - longer, len(word) + longer + 1):
            for name, own in self.table.names.get((cyrillic, length), ()):
                if len(letters & own) * 3 >= max(len(letters), len(own)) * 2:
                    found[name] = self._likeness(word, name)
        return found

    def _last(self) -> str:
        """The word that may be only begun."""
        last = self.words[-1] if self.words else ""
        return last if len(last) > 1 and self.text.endswith(last) else ""

    def _begins(self, word: str) -> bool:
        """Say whether a known word or name begins like this."""
        looks = tuple(self._looks(word)[:2])
        if any(known.word.startswith(looks) for look in looks for known in self._alike(look)):
            return True
        return len(word) > 2 and bool(self.names_begun(word))

    def names_begun(self, word: str) -> list[str]:
        """Spoken names that begin like this."""
        known = self.table.names.values()
        return [name for names in known for name, _letters in names if name.startswith(word)]

    def _alike(self, word: str) -> list[vocabulary.Known]:
        return self.known.alike.get(word, [])

    def _turn_last(self, last: str) -> bool:
        """Read the word that is still being typed on the other keyboard, if only there it begins
        a word."""
        other = self.switched[-1]
        if self.is_known(last) or self._begins(last) or not self._begins(other):
            return False
        self._read([*self.chunks[:-1], other])
        return True

    def is_known(self, word: str) -> bool:
        return self.is_spoken(word) or self.known.holds(word) or units.is_unit(word)

    def is_rare(self, word: str) -> bool:
        """Say whether a known word may as well be a slip in the title of some goods."""
        is_other = self.is_spoken(word) or units.is_unit(word)
        return len(word) >= RARE and not is_other and self.known.goods(word) < COMMON

    def is_form(self, word: str) -> bool:
        """Say whether a word is a spoken name to the letter."""
        sort = folding.has_cyrillic(word), len(word)
        return any(name == word for name, _letters in self.table.names.get(sort, ()))

    def is_spoken(self, word: str) -> bool:
        is_part = stems.stem(word) in self.table.parts
        return word in self.table.stop or is_part or bool(self.groups(word))

    def groups(self, word: str) -> list[Group]:
        """Give what a word is the name of; a letter has no other forms than those it is said in."""
        found = self.table.by_form.get((stems.stem(word),), [])
        meant = [group for group in found if group.role != "letter" or (word,) in group.forms]
        # One stem may have a noun and an adjective in it: чернила and черный.
        is_adjective = stems.is_adjective(word)
        alike = [group for group in meant if _has_alike(group, word, is_adjective)]
        return alike or meant

    def _pairs(self) -> list[str]:
        """Neighbours that may be one name of two words: neither means anything else."""
        return [one + other for one, other in pairwise(self.words) if self._may_be_one(one, other)]

    def _may_be_one(self, word: str, after: str) -> bool:
        is_long = len(word) + len(after) >= JOINED
        is_bare = is_long and self._is_bare(word) and self._is_bare(after)
        return is_bare and not (self.groups(word) and self.groups(after))

    def _is_bare(self, word: str) -> bool:
        if not folding.has_cyrillic(word) or len(word) < SHORT_PART:
            return False
        groups = self.groups(word)
        is_spoken = self.is_spoken(word)
        return all(group.role == "series" for group in groups) if groups else not is_spoken

    def heard_joined(self, word: str, after: str) -> list[tuple[str, float]]:
        """Give words of the shop that two neighbours sound like when they are said together."""
        are_known = self.known.holds(word) and self.known.holds(after)
        may_be = not are_known and self._may_be_one(word, after)
        return self.heard(word + after, sure=SURE) if may_be else []

    def heard(self, word: str, *, sure: float = HEARD) -> list[tuple[str, float]]:
        """Give words of the other script that sound like this one, the nearest first."""
        cyrillic = folding.has_cyrillic(word)
        near = {
            known.word: sounds.closeness(word, known.word)
            for known in self._alike(word)
            if folding.has_cyrillic(known.word) != cyrillic
        }
        found = [(each, nearness) for each, nearness in near.items() if nearness >= sure]
        return sorted(found, key=lambda pair: -pair[1])[:4]

    def split(self, word: str) -> parting.Parts:
        """Part words that were run together: redminote is redmi note."""
        if word in self.mended or self.is_spoken(word):
            return ()
        return self._tailed(word) or parting.part(word, self._goods)

    def spelled(self, word: str) -> list[str]:
        """Read a word that nobody knows letter by letter: джипи is gp."""
        if self.is_known(word) or not folding.has_cyrillic(word) or len(word) > SPELLED:
            return []
        found: dict[int, str] = {0: ""}
        for end in range(1, len(word) + 1):
            start = next((at for at in found if word[at:end] in self.table.letters), None)
            if start is not None:
                found[end] = found[start] + self.table.letters[word[start:end]]
        return [found[len(word)]] if len(found.get(len(word), "")) > 1 else []

    def _tailed(self, word: str) -> parting.Parts:
        """Part a name from the letters of a model run on it: iphonese is iphone se."""
        name, tail = word[:-TAIL], word[-TAIL:]
        is_name = any(group.role in ("maker", "series") for group in self.groups(name))
        is_tail = any(group.role == "letter" for group in self.groups(tail))
        is_parted = not self.is_known(word) and is_name and is_tail and self.is_form(name)
        return (name, tail) if is_parted else ()

    def _goods(self, word: str) -> int:
        goods = self.known.goods(word) + NAME * self.is_spoken(word)
        return goods if goods >= COMMON else 0

    def _looks(self, word: str) -> list[str]:
        """How a word may be written: as it is, as it is heard, on the other keyboard."""
        heard = sounds.roman(word) if folding.has_cyrillic(word) else word
        other = keyboards.other_keyboard(word)
        return [look or word for look in (word, heard, other)]

    def _choose_keyboard(self) -> None:
        """Read chunks on the other keyboard when only there they are words."""
        choices = [self._sides(*pair) for pair in zip(self.chunks, self.switched, strict=True)]
        if "other" not in choices:
            return
        chunks = []
        for chunk, other, choice in zip(self.chunks, self.switched, choices, strict=True):
            chunks.append(chunk if choice == "plain" else other)
        self._read(chunks)

    def _read(self, chunks: list[str]) -> None:
        self.chunks, self.text = chunks, numerals.in_digits(" ".join(chunks))
        self.words = parsing.letters(parsing.parse(self.text))
        self.is_switched = True

    def _sides(self, chunk: str, other: str) -> str:
        """On which keyboard a chunk is words: plain, other, or either."""
        mine = parsing.letters(parsing.parse(chunk))
        theirs = parsing.letters(parsing.parse(other))
        has_key = not KEYS.isdisjoint(chunk)
        if not has_key and mine and all(map(self.is_known, mine)):
            return "plain"
        if theirs and all(len(word) >= SHORT_PART and self._is_name(word) for word in theirs):
            return "other"
        is_short = len("".join(theirs)) < SHORT_PART and not folding.has_digit(chunk)
        if codes.is_code(chunk) or (has_key and folding.has_digit(chunk)):
            is_theirs = has_key or folding.has_cyrillic(chunk)
            turns = _is_measure(other) or (is_theirs and codes.is_code(other))
        else:
            turns = bool(theirs) and is_short
        return "either" if turns else "plain"

    def _is_name(self, word: str) -> bool:
        return self.is_known(word) or self._spoken_near(word) != ""

    def _mend(self, word: str) -> None:
        """Take the word of the shop or the spoken name that is nearest to a mistyped one.

        Two words run together are parted rather than mended, unless one word is very near.
        """
        near = {name: near + 0.02 for name, near in self._names_near(word, 2).items()}
        for known in self._alike(word):
            likeness = self._likeness(word, known.word) + min(known.goods, 1_000) / 50_000
            near[known.word] = max(likeness, near.get(known.word, 0))
        best = max(near, key=lambda name: near[name], default="")
        needed = MENDED_SHORT if len(word) < SHORT else MENDED
        if best and near[best] >= (SPOKEN if self.split(word) else needed):
            self.mended[word] = best
            if near[best] >= SPOKEN:
                self.sure.add(word)

    @staticmethod
    def _likeness(word: str, other: str) -> float:
        if folding.has_cyrillic(word) == folding.has_cyrillic(other):
            longest = max(len(word), len(other))
            return 1 - sounds.distance(word, other) / longest
        return sounds.closeness(word, other) - 0.05

    @property
    def corrected(self) -> str:
        """What to say that was looked for; nothing if it was what was typed."""
        mended = {word: best for word, best in self.mended.items() if not self.is_known(word)}
        words = folding.fold(self.text).split()
        if not self.is_switched and mended.keys().isdisjoint(words):
            return ""
        return " ".join(mended.get(word, word) for word in words)


def _has_alike(group: Group, word: str, is_adjective: bool) -> bool:
    stem = stems.stem(word)
    own = (form[0] for form in group.forms if len(form) == 1 and stems.stem(form[0]) == stem)
    return any(stems.is_adjective(form) == is_adjective for form in own)


def _is_measure(chunk: str) -> bool:
    return any(item.sort == "measure" for item in parsing.parse(chunk))
