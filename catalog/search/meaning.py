"""What each piece of a text means: the ways in which goods may say it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from catalog.words import Term, Way, codes, folding, keyboards, sounds, spoken, stems, units
from catalog.words.parsing import Item, parse
from catalog.words.spoken import Group

from .guessing import SURE, Guess

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
    "word": 0.9,
    "unknown": 0.3,
}
WEAK, HEARD, BEGUN, MENDED, APART, LAYOUT = 0.2, 0.1, 0.25, 0.3, 0.1, 0.1
BEGUN_TYPING = 0.08  # while somebody types, a word is hardly ever whole
SAME = 0.04  # another word for the same: the one that was typed comes first
MOST_BEGUN = 16
HEARD_WHOLE = 0.8  # a word heard as near as this is not two words run together
LONGEST_TAIL = 2  # letters between a name and a number
MOST_TIED = 4  # pieces; what has more is an article number
WORDLY = 30  # in so many goods letters beside digits are a word, not the beginning of a code
LONG_NUMBER = 5
SHORT_CODE = 1.1  # many makers have an A54: the maker says more
PURPOSE = frozenset({"для", "на", "под", "к", "dlya", "for"})
ROMAN = {"2": "ii", "3": "iii", "4": "iv"}
ARABIC = {roman: number for number, roman in ROMAN.items()}
SHORT_WORD = 3
AND = "и"
DERIVED = 6  # letters; of a shorter word too little is left without its ending
ENDING = 3  # letters of a stem that another word made of the same root has otherwise


def terms(guess: Guess) -> list[Term]:
    """Give what must be found for a text, in its order; words that say nothing are left out."""
    items = [each for item in parse(guess.text) for each in _opened(item, guess)]
    found: list[Term] = []
    at = 0
    while at < len(items):
        length, term = _phrase(items, at, guess)
        found.append(term or _single(items[at], guess, is_last=at == len(items) - 1))
        at += length
    meant = _with_purpose(found)
    telling = [term for term in meant if term.typed not in guess.table.stop]
    return telling or meant


def _with_purpose(found: Sequence[Term]) -> list[Term]:
    """A kind after для is not what is asked for, but what that is good for."""
    meant: list[Term] = []
    for term in found:
        serves = bool(meant) and meant[-1].typed in PURPOSE and any(each.kinds for each in meant)
        if serves and term.kinds:
            term = replace(term, kinds=(), role="feature", weight=WEIGHTS["feature"])
        meant.append(term)
    return meant


def _opened(item: Item, guess: Guess) -> Iterable[Item]:
    """Part what was run together, codes with words in them and Chinese with names in it."""
    if item.sort == "chinese":
        return _parted(item.text, guess)
    if item.sort == "code" and not _groups(item.text, guess):
        pieces = _untied(item.pieces, guess)
        if any(_is_name(piece, guess) for piece in pieces):
            return _pieces(replace(item, pieces=pieces), guess)
    if item.sort == "word" and (not guess.is_known(item.text) or guess.is_rare(item.text)):
        parts = guess.split(item.text)
        is_word = guess.is_known(item.text) and spoken.stemmed(parts) not in guess.table.by_form
        is_word = is_word or (not all(map(guess.is_form, parts)) and _is_heard(item.text, guess))
        if parts and not is_word:
            return [Item("word", part) for part in parts]
    return [item]


def _is_heard(word: str, guess: Guess) -> bool:
    return bool(guess.heard(word, sure=HEARD_WHOLE))


def _untied(pieces: Sequence[str], guess: Guess) -> tuple[str, ...]:
    """Give letters that were run on a name back to the number after them: pocox7 is poco x7."""
    found: list[str] = []
    for piece, after in zip(pieces, (*pieces[1:], ""), strict=True):
        is_letters = after.isdigit() and piece.isalpha() and len(pieces) <= MOST_TIED
        found += _tail(piece, guess) if is_letters else (piece,)
    return tuple(found)


def _tail(piece: str, guess: Guess) -> tuple[str, ...]:
    if _is_made_of_names(piece, guess):
        return (piece,)
    for at in range(len(piece) - 1, max(len(piece) - LONGEST_TAIL, 2) - 1, -1):
        if _is_made_of_names(piece[:at], guess):
            return piece[:at], piece[at:]
    return (piece,)


def _is_made_of_names(word: str, guess: Guess) -> bool:
    parts = guess.split(word) or (word,)
    return all(guess.is_form(part) and _is_of_maker(part, guess) for part in parts)


def _is_of_maker(word: str, guess: Guess) -> bool:
    return any(group.role in ("maker", "series") for group in _groups(word, guess))


def _is_name(piece: str, guess: Guess) -> bool:
    """Say whether letters beside digits are a word rather than a part of the code."""
    if not piece.isalpha() or len(piece) < 3:
        return False
    if guess.is_spoken(piece) or bool(guess.split(piece)):
        return True
    return len(piece) > 3 and guess.known.goods(piece) >= WORDLY


def _pieces(item: Item, guess: Guess) -> Iterable[Item]:
    """айфон15про is three words, redmi13c is redmi and 13c."""
    found: list[Item] = []
    rest: list[str] = []
    for piece in (*item.pieces, ""):
        if piece and not _is_name(piece, guess):
            rest.append(piece)
            continue
        if rest:
            sort = "code" if len(rest) > 1 else ("number" if rest[0].isdigit() else "word")
            found.append(Item(sort, "".join(rest), tuple(rest)))
            rest = []
        if piece:
            parts = () if guess.known.goods(piece) >= WORDLY else guess.split(piece)
            found += [Item("word", part) for part in parts or (piece,)]
    return found


def _parted(run: str, guess: Guess) -> Iterable[Item]:
    """Find known names in a Chinese run, the longest first; the rest stays as it is."""
    at = 0
    plain = ""
    found: list[Item] = []
    while at < len(run):
        name = next(
            (run[at:end] for end in range(len(run), at, -1) if _names(run[at:end], guess)), ""
        )
        if name and plain:
            found.append(Item("chinese", plain))
        if name:
            found.append(Item("word", name))
        plain = "" if name else plain + run[at]
        at += len(name) or 1
    return [*found, Item("chinese", plain)] if plain else found


def _names(text: str, guess: Guess) -> bool:
    return (text,) in guess.table.by_form


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
    return spelled if spelled[1] else _letter(items[at], items[at + 1])


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
    said = (group.key for group in _groups(item.text, guess) if group.role == "letter")
    return next((letter for letter in said if len(letter) == 1 and letter.isalpha()), "")


def _letter(item: Item, after: Item) -> tuple[int, Term | None]:
    """A letter before a number belongs to it: s 24 is s24."""
    if item.sort != "word" or len(item.text) > 1 or item.text == AND or after.sort != "number":
        return 1, None
    ways = [Way((way,)) for way in codes.ways(f"{item.text}{after.text}")]
    ways += [Way((letter, after.text), APART) for letter in codes.ways(item.text)]
    return 2, Term(f"{item.text} {after.text}", tuple(ways), "code", WEIGHTS["code"])


def _single(item: Item, guess: Guess, *, is_last: bool) -> Term:
    if item.sort == "measure":
        return _measure(item)
    groups = _groups(item.text, guess) if item.sort == "code" else []
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
        ways += [Way((way,), APART) for way in codes.ways("".join(codes.steps(item.text)))]
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
    if joined in units.SIZES:
        ways.append(Way((f"u{joined}gb",)))
    weight = WEIGHTS[item.sort] if is_long else min(WEIGHTS[item.sort], SHORT_CODE)
    return Term(item.text, _clean(ways), item.sort, weight)


def _may_be_roman(pieces: Sequence[str]) -> bool:
    """Say whether makers may write a number in Roman signs: galaxy s3 is galaxy siii."""
    return pieces[-1] in ROMAN and (len(pieces) == 1 or len(pieces[0]) == 1)


def _on_other_keyboard(code: str, guess: Guess) -> list[Way]:
    """f54 may have been А54, ф54 may have been A54: surely so when the words around were."""
    cost = LAYOUT if guess.is_switched else 2 * LAYOUT
    other = keyboards.other_keyboard(code)
    return [Way((way,), cost) for way in codes.ways(other) if way.isalnum()][:4]


def _word(word: str, guess: Guess, *, is_last: bool) -> Term:
    groups = _groups(word, guess)
    ways = [Way((word,))]
    unsure = BEGUN if is_last and guess.typing else HEARD
    ways += [Way((each,), unsure + (1 - near) / 2) for each, near in guess.heard(word)]
    mended = guess.mended.get(word)
    if mended and not groups:
        groups = _groups(mended, guess)
        ways += [Way((mended,), MENDED)]
        ways += [Way((each,), MENDED) for each in _alike(word, guess)]
    if not groups:
        groups = [
            group for each in guess.heard(word, sure=SURE) for group in _groups(each[0], guess)
        ]
    begun = _Begun() if not is_last else _begun(word, guess)
    if groups:
        return _named(word, ways[0], groups, [*ways[1:], *begun.ways])
    looks = _by_look(word)
    ways += [*looks, *_derived(word, guess)]
    known = guess.known.holds(word) or bool(guess.heard(word) or looks) or word in guess.sure
    role = "word" if known or begun.ways else "unknown"
    return Term(word, _clean([*ways, *begun.ways]), role, WEIGHTS[role], begun.kinds)


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
    is_told = guess.is_spoken(word) or guess.known.goods(word) >= WORDLY
    if is_told or len(stem) < DERIVED or not folding.has_cyrillic(word):
        return []
    return [Way((stem[: max(len(stem) - ENDING, DERIVED - 1)],), MENDED, is_prefix=True)]


def _groups(word: str, guess: Guess) -> list[Group]:
    return guess.table.by_form.get((stems.stem(word),), [])


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
    for group in groups:
        key = spoken.phrase(group.key)
        if group.role in spoken.NAMES:
            ways.append(Way(key))
            if len(key) > 1:
                ways.append(Way(("".join(key),)))
            continue
        ways += [Way(form, SAME) for form in group.forms]
        ways += [Way(form, WEAK) for form in group.weak]
        if group.role == "kind":
            ways.append(Way((f"kind{group.key.replace('_', '').replace(' ', '')}",)))
    kinds = tuple(group.key for group in groups if group.role == "kind")
    role = max((group.role for group in groups), key=lambda role: WEIGHTS[role])
    return Term(typed, _clean([*ways, *more]), role, WEIGHTS[role], kinds)


def _clean(ways: Iterable[Way]) -> tuple[Way, ...]:
    """Each way once, the cheapest of equals; words are letters and digits alone."""
    found: dict[tuple[tuple[str, ...], bool], Way] = {}
    for way in ways:
        words = tuple(part for word in way.words for part in folding.fold(word).split())
        if words and (words, way.is_prefix) not in found:
            found[words, way.is_prefix] = replace(way, words=words)
    return tuple(sorted(found.values(), key=lambda way: way.cost))
