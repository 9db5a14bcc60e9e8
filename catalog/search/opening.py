"""A text taken further apart: what was run together, names in codes, names in Chinese."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from catalog.words import spoken
from catalog.words.parsing import Item

from .guessing import Guess

HEARD_WHOLE = 0.8  # a word heard as near as this is not two words run together
LONGEST_TAIL = 2  # letters between a name and a number
MOST_TIED = 4  # pieces; what has more is an article number
WORDLY = 30  # in so many goods letters beside digits are a word, not the beginning of a code


def opened(item: Item, guess: Guess) -> Iterable[Item]:
    """Part what was run together, codes with words in them and Chinese with names in it."""
    if item.sort == "chinese":
        return _parted(item.text, guess)
    if item.sort == "code" and not guess.groups(item.text):
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
    return any(group.role in ("maker", "series") for group in guess.groups(word))


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
