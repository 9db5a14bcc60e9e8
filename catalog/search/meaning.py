"""What each piece of a text means: the ways in which goods may say it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from catalog.words import Term, Way, codes, folding, keyboards, sounds, spoken, stems, units
from catalog.words.parsing import Item, parse
from catalog.words.spoken import Group

from . import opening
from .guessing import COMMON, SURE, Guess

WEIGHTS = {
    "maker": 1.2,
    "series": 1.2,
    "kind": 1.0,
    "feature": 0.6,
    "colour": 0.5,
    "letter": 1.0,
    "measure": 0.8,
    "code": 1.5,
    "number": 1.2,
    "name": 1.05,
    "word": 0.9,
    "unknown": 0.3,
}
WEAK, HEARD, BEGUN, MENDED, APART, LAYOUT = 0.2, 0.1, 0.25, 0.3, 0.1, 0.1
BEGUN_TYPING = 0.08  # while somebody types, a word is hardly ever whole
UNSURE = 0.1  # a word for two kinds says less about either
SAME = 0.04  # another word for the same: the one that was typed comes first
MOST_BEGUN = 16
LONG_NUMBER = 5
SHORT_CODE = 1.1  # many makers have an A54: the maker says more
PURPOSE = frozenset({"для", "на", "под", "к", "с", "со", "без", "dlya", "for", "with"})
ROMAN = {"2": "ii", "3": "iii", "4": "iv"}
ARABIC = {roman: number for number, roman in ROMAN.items()}
SHORT_WORD = 3
FEW = 300  # goods; a Latin word of so few says more than the kind
LETTERS = 6  # at the beginning of an article number
DECIMAL = re.compile(r"(\d{1,2})[.,](\d{1,2})")
AND = "и"
DERIVED = 6  # letters; of a shorter word too little is left without its ending
ENDING = 3  # letters of a stem that another word made of the same root has otherwise


def terms(guess: Guess) -> list[Term]:
    """Give what must be found for a text, in its order; words that say nothing are left out."""
    items = [each for item in parse(guess.text) for each in opening.opened(item, guess)]
    found: list[Term] = []
    at = 0
    while at < len(items):
        length, term = _phrase(items, at, guess)
        found.append(term or _single(items[at], guess, is_last=at == len(items) - 1))
        at += length
    meant = list(_without_makers(_with_purpose(found)))
    telling = [
        term
        for at, term in enumerate(meant)
        if term.typed not in guess.table.stop or (not guess.typing and _ends_name(meant, at))
    ]
    return telling or meant


def _ends_name(meant: Sequence[Term], at: int) -> bool:
    """A short word after a name that nothing but a colour follows is a letter of the model: хтс
    дизайр с."""
    is_letter = len(meant[at].typed) == 1 and at > 0 and meant[at - 1].role in spoken.NAMES
    return is_letter and all(term.role == "colour" for term in meant[at + 1 :])


def _without_makers(found: Sequence[Term]) -> Sequence[Term]:
    """A word of the maker is not the kind: cooler master makes more than coolers."""
    makers = {
        word
        for term in found
        for way in term.ways
        if term.role == "maker" and len(way.words) > 1
        for word in way.words
        if folding.has_latin(word)
    }
    return [_without(term, makers) if term.kinds and makers else term for term in found]


def _without(term: Term, words: set[str]) -> Term:
    return replace(term, ways=tuple(way for way in term.ways if not words.issuperset(way.words)))


def _with_purpose(found: Sequence[Term]) -> list[Term]:
    """A kind after для or с is not what is asked for, but what that is good for or comes with."""
    meant: list[Term] = []
    for term in found:
        serves = bool(meant) and meant[-1].typed in PURPOSE and any(each.kinds for each in meant)
        if serves and term.kinds:
            term = replace(term, kinds=(), role="feature", weight=WEIGHTS["feature"])
        meant.append(term)
    return meant


def _phrase(items: list[Item], at: int, guess: Guess) -> tuple[int, Term | None]:
    """The longest known phrase that begins here, if it has more than one word."""
    for length in range(min(guess.table.longest, len(items) - at), 1, -1):
        part = items[at : at + length]
        if any(item.sort not in ("word", "number", "code") for item in part):
            continue
        groups = guess.table.by_form.get(tuple(stems.stem(item.text) for item in part))
        if groups:
            typed = tuple(item.text for item in part)
            return length, _named(" ".join(typed), Way(typed), groups)
    if at + 1 == len(items):
        return 1, None
    spelled = _spelled(items[at:], guess)
    if spelled[1]:
        return spelled
    item, after = items[at : at + 2]
    term = _joined(item, after, guess) or _letter(item, after, guess)
    return (2 if term else 1), term


def _joined(item: Item, after: Item, guess: Guess) -> Term | None:
    """Two words that together sound like one of the shop: экспресс мьюзик is xpressmusic."""
    heard = guess.heard_joined(item.text, after.text)
    if not heard:
        return None
    ways = [Way((each,), HEARD + (1 - near) / 2) for each, near in heard]
    ways.append(Way((item.text, after.text)))
    return Term(f"{item.text} {after.text}", _clean(ways), "word", WEIGHTS["word"])


def _spelled(items: list[Item], guess: Guess) -> tuple[int, Term | None]:
    """Letters said one after another, and the number after them: джи эс is gs."""
    letters = [_said_letter(item, guess) for item in items]
    number = letters.index("") if "" in letters else len(letters)
    if number < 2:
        return 1, None
    name = "".join(letters[:number])
    ways = [Way((name,))]
    if number < len(items) and items[number].sort == "number":
        ways = [Way((name + items[number].text,)), Way((name, items[number].text), APART)]
        number += 1
    typed = " ".join(item.text for item in items[:number])
    return number, Term(typed, _clean(ways), "code", SHORT_CODE)


def _said_letter(item: Item, guess: Guess) -> str:
    if item.sort != "word" or len(item.text) < 2:
        return ""
    said = (group.key for group in guess.groups(item.text) if group.role == "letter")
    return next((letter for letter in said if len(letter) == 1 and letter.isalpha()), "")


def _letter(item: Item, after: Item, guess: Guess) -> Term | None:
    """A letter beside a number belongs to it, and so do the letters of an article number: s 24 is
    s24, 1 x is 1x, lfspk 03 begins lfspk03bk."""
    is_first = item.sort == "word" and after.sort == "number"
    is_last = item.sort == "number" and _is_letter(after) and after.text not in guess.table.stop
    is_article = is_first and _is_of_article(item.text, guess)
    if not (is_first and _is_letter(item)) and not is_last and not is_article:
        return None
    joined, letter, number = f"{item.text}{after.text}", item.text, after.text
    ways = [Way((way,)) for way in codes.ways(joined)]
    ways += [Way((way,), APART / 2, is_prefix=True) for way in codes.ways(joined) if is_article]
    ways += [Way((way, number), APART) for way in codes.ways(letter) if is_first]
    ways += [Way((letter, way), APART) for way in codes.ways(number) if is_last]
    return Term(f"{letter} {number}", tuple(ways), "code", WEIGHTS["code"])


def _is_letter(item: Item) -> bool:
    return item.sort == "word" and len(item.text) == 1 and item.text != AND


def _is_of_article(word: str, guess: Guess) -> bool:
    """Say whether hardly any goods have these letters as a word."""
    is_short = 1 < len(word) <= LETTERS and folding.has_latin(word)
    is_bare = is_short and word not in guess.mended and not guess.is_spoken(word)
    return is_bare and 0 < guess.known.goods(word) < COMMON


def _single(item: Item, guess: Guess, *, is_last: bool) -> Term:
    if item.sort == "measure":
        return _measure(item)
    groups = guess.groups(item.text) if item.sort == "code" else []
    if groups:
        return _named(item.text, Way((item.text,)), groups)
    if item.sort in ("code", "number"):
        return _code(item, guess, is_last=is_last)
    if item.sort == "chinese":
        return Term(item.text, (Way(tuple(folding.pairs(item.text))),), "word", WEIGHTS["word"])
    return _word(item.text, guess, is_last=is_last)


def _measure(item: Item) -> Term:
    digits = tuple(part for part in codes.steps(item.text) if part.isdigit())
    ways = [Way(item.pieces)]
    if len(item.pieces) == 1:
        ways += [Way((each,)) for each in units.same(item.pieces[0])]
    if len(item.pieces) > 1 or item.loose:
        ways.append(Way(digits if len(item.pieces) > 1 else (item.text,), APART))
    if item.loose:
        steps = tuple(codes.steps(item.text))
        ways += [Way((way,), APART) for way in codes.ways("".join(steps))]
        ways += [Way(steps, 2 * APART)] if len(item.text) > SHORT_WORD else []
    return Term(item.text, _clean(ways), "measure", WEIGHTS["measure"])


def _code(item: Item, guess: Guess, *, is_last: bool) -> Term:
    pieces = item.pieces or (item.text,)
    joined = "".join(pieces)
    is_long = len(joined) >= LONG_NUMBER
    is_open = is_long or (item.sort == "code" and len(joined) > 2)
    ways = [Way((way,)) for way in codes.ways(joined)]
    if _may_be_roman(pieces):
        ways.append(Way((f"{joined[:-1]}{ROMAN[joined[-1]]}",), APART))
    if is_long and joined.isdigit():
        ways.append(Way((joined.lstrip("0"),)))  # scanners and tables differ on leading zeros
    if is_open or (is_last and guess.typing):
        ways += [Way((way,), APART / 2, is_prefix=True) for way in codes.ways(joined)]
    if len(pieces) > 1:
        for parts in (pieces, tuple(map(codes.latin, pieces))):
            # Of a short one the parts stand in many goods, far from each other.
            ways.append(Way(parts, APART, is_phrase=len(joined) <= SHORT_WORD))
    if item.sort == "code":
        ways += _on_other_keyboard(joined, guess)
    ways += _without_unit(item.text, joined)
    weight = WEIGHTS[item.sort] if is_long else min(WEIGHTS[item.sort], SHORT_CODE)
    return Term(item.text, _clean(ways), item.sort, weight)


def _without_unit(text: str, joined: str) -> list[Way]:
    """A size of memory and inches are often said as bare numbers: 3.5, 256."""
    if decimal := DECIMAL.fullmatch(text):
        return [Way((f"u{decimal[1]}d{decimal[2]}in",), APART)]
    return [Way((f"u{joined}gb",))] if joined in units.SIZES else []


def _may_be_roman(pieces: Sequence[str]) -> bool:
    """Say whether makers may write a number in Roman signs: galaxy s3 is galaxy siii."""
    return pieces[-1] in ROMAN and (len(pieces) == 1 or len(pieces[0]) == 1)


def _on_other_keyboard(code: str, guess: Guess) -> list[Way]:
    """f54 may have been А54, ф54 may have been A54: surely so when the words around were."""
    cost = LAYOUT if guess.is_switched else 2 * LAYOUT
    other = keyboards.other_keyboard(code)
    return [Way((way,), cost) for way in codes.ways(other) if way.isalnum()][:4]


def _word(word: str, guess: Guess, *, is_last: bool) -> Term:
    groups = guess.groups(word)
    ways = [Way((word,))]
    unsure = BEGUN if is_last and guess.typing else HEARD
    ways += [Way((each,), unsure + (1 - near) / 2) for each, near in guess.heard(word)]
    mended = guess.mended.get(word)
    if mended and not groups:
        groups = guess.groups(mended)
        ways += [Way((mended,), MENDED)]
        ways += [Way((each,), MENDED) for each in _alike(word, guess)]
    if not groups:
        groups = [group for each in guess.heard(word, sure=SURE) for group in guess.groups(each[0])]
    begun = _Begun() if not is_last else _begun(word, guess)
    if groups:
        return _named(word, ways[0], groups, [*ways[1:], *begun.ways])
    looks = _by_look(word) + [Way((each,), APART) for each in guess.spelled(word)]
    ways += [*looks, *_derived(word, guess)]
    known = guess.known.holds(word) or bool(guess.heard(word) or looks) or word in guess.sure
    role = "word" if known or begun.ways else "unknown"
    is_name = role == "word" and _is_name(word, guess)
    weight = WEIGHTS["name" if is_name else role]
    return Term(word, _clean([*ways, *begun.ways]), role, weight, begun.kinds)


def _is_name(word: str, guess: Guess) -> bool:
    """Say whether a word among Russian ones is a name that few goods have."""
    is_latin = len(word) >= SHORT_WORD and folding.has_latin(word)
    return is_latin and guess.known.goods(word) < FEW


def _by_look(word: str) -> list[Way]:
    """A few Cyrillic letters may be the name of a model: ха is xa."""
    if word in ARABIC:
        return [Way((ARABIC[word],), APART)]
    if len(word) > SHORT_WORD or not folding.has_cyrillic(word):
        return []
    return [Way((way,), LAYOUT) for way in codes.ways(word)[1:]]


def _derived(word: str, guess: Guess) -> list[Way]:
    """Words of the same root, for a word that few goods have: потолочный, потолок."""
    stem = stems.stem(word)
    is_told = guess.is_spoken(word) or guess.known.goods(word) >= opening.WORDLY
    if is_told or len(stem) < DERIVED or not folding.has_cyrillic(word):
        return []
    return [Way((stem[: max(len(stem) - ENDING, DERIVED - 1)],), MENDED, is_prefix=True)]


def _alike(word: str, guess: Guess) -> list[str]:
    """Other words nearly as near to a mistyped one as the best."""
    near = {
        known.word: sounds.closeness(word, known.word) for known in guess.known.alike.get(word, ())
    }
    best = max(near.values(), default=0)
    return [each for each, nearness in near.items() if nearness >= max(best - 0.05, 0.6)][:3]


@dataclass
class _Begun:
    """What a word may be the beginning of."""

    ways: list[Way] = field(default_factory=list)
    kinds: tuple[str, ...] = ()


def _begun(word: str, guess: Guess) -> _Begun:
    """айф is on its way to айфон."""
    if len(word) < 2 or (guess.is_known(word) and not guess.typing):
        return _Begun()
    cost = BEGUN_TYPING if guess.typing else BEGUN
    ways = [Way((word,), BEGUN, is_prefix=True)] if len(word) > 2 else []
    begun = [known.word for known in guess.known.alike.get(word, ()) if _begins(known.word, word)]
    heard = sounds.roman(word)
    begun += [known.word for known in guess.known.alike.get(heard, ()) if _begins(known.word, word)]
    ways += [Way((each,), cost) for each in begun]
    kinds: dict[str, None] = {}
    for name in guess.names_begun(word) if len(word) > 2 else ():
        for group in guess.table.by_form.get((stems.stem(name),), ()):
            is_kind = group.role == "kind"
            kinds.update({group.key: None} if is_kind else {})
            ways += [] if is_kind else [Way(_key(group), cost)]
            for form in group.forms if is_kind else ():
                ways.append(Way(form, cost if form[0].startswith(word) else BEGUN))
    return _Begun(list(dict.fromkeys(ways))[:MOST_BEGUN], tuple(kinds))


def _key(group: Group) -> spoken.Phrase:
    return spoken.phrase(group.key)


def _begins(known: str, word: str) -> bool:
    return known.startswith((word, sounds.roman(word)))


def _named(typed: str, first: Way, groups: list[Group], more: Iterable[Way] = ()) -> Term:
    """A term of a known name: all forms of the group will do."""
    ways = [first]
    same = SAME if sum(group.role == "kind" for group in groups) < 2 else UNSURE
    for group in groups:
        key = spoken.phrase(group.key)
        if group.role in spoken.NAMES:
            ways += [Way(key), *_in_latin(group)]
            if len(key) > 1:
                ways.append(Way(("".join(key),)))
            continue
        ways += [Way(form, same) for form in group.forms]
        ways += [Way(form, WEAK) for form in group.weak]
        if group.role == "kind":
            ways.append(Way((f"kind{group.key.replace('_', '').replace(' ', '')}",)))
    kinds = tuple(group.key for group in groups if group.role == "kind")
    role = max((group.role for group in groups), key=lambda role: WEIGHTS[role])
    return Term(typed, _clean([*ways, *more]), role, WEIGHTS[role], kinds)


def _in_latin(group: Group) -> list[Way]:
    """Other names that makers write on their goods: hp is hewlett packard."""
    others = (form for form in group.forms if group.role == "maker")
    return [Way(form, SAME) for form in others if all(map(folding.has_latin, form))]


def _clean(ways: Iterable[Way]) -> tuple[Way, ...]:
    """Each way once, the cheapest of equals; words are letters and digits alone."""
    found: dict[tuple[tuple[str, ...], bool], Way] = {}
    for way in ways:
        words = tuple(part for word in way.words for part in folding.fold(word).split())
        if words and (words, way.is_prefix) not in found:
            found[words, way.is_prefix] = replace(way, words=words)
    return tuple(sorted(found.values(), key=lambda way: way.cost))
