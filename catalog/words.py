"""What people type and what they mean by it: scripts, keyboards, spoken model names."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LONGEST = 100
MOST_WORDS = 10

# How Russians write the names of series that the makers write in Latin.
SPOKEN = {
    "айфон": "iphone",
    "афон": "iphone",
    "айфоны": "iphone",
    "айпад": "ipad",
    "аирподс": "airpods",
    "эйрподс": "airpods",
    "аирподы": "airpods",
    "галакси": "galaxy",
    "гэлакси": "galaxy",
    "гелакси": "galaxy",
    "саундкор": "soundcore",
    "ноут": "note",
    "нот": "note",
    "ноте": "note",
    "про": "pro",
    "плюс": "plus",
    "макс": "max",
    "ультра": "ultra",
    "мини": "mini",
    "лайт": "lite",
    "эйр": "air",
    "аир": "air",
    "пад": "pad",
    "таб": "tab",
    "вотч": "watch",
    "бадс": "buds",
    "бэнд": "band",
    "турбо": "turbo",
    "матепад": "matepad",
    "мейт": "mate",
    "пура": "pura",
    "нова": "nova",
    "фолд": "fold",
    "флип": "flip",
    "нео": "neo",
    "норд": "nord",
    "пенсил": "pencil",
    "магсейф": "magsafe",
}
SERIES = frozenset(SPOKEN) | frozenset(SPOKEN.values()) | {"airpods", "ipad"}

KIND_WORDS = {
    "phone": "телефон смартфон мобильный сотовый мобильник phone smartphone 手机",
    "tablet": "планшет планшетник tablet 平板",
    "earbuds": "наушники беспроводные tws bluetooth earbuds 耳机",
    "headphones": "наушники накладные bluetooth headphones 耳机",
    "watch": "часы смарт-часы умные watch 手表",
    "band": "браслет фитнес-браслет band 手环",
    "charger": "зарядка зарядное устройство адаптер блок питания charger 充电器",
    "power_bank": "повербанк пауэрбанк пауербанк powerbank power bank внешний аккумулятор 充电宝",
    "cable": "кабель провод шнур cable 数据线",
    "stylus": "стилус перо ручка stylus 手写笔",
    "keyboard": "клавиатура keyboard 键盘",
    "case": "чехол накладка бампер case 保护壳",
    "hub": "хаб концентратор переходник hub 扩展坞",
    "speaker": "колонка портативная speaker 音箱",
}

_LATIN_KEYS = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_RUSSIAN_KEYS = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_TO_RUSSIAN = str.maketrans(_LATIN_KEYS, _RUSSIAN_KEYS)
_TO_LATIN = str.maketrans(_RUSSIAN_KEYS, _LATIN_KEYS)
_LOOKS_LIKE = str.maketrans("авекмнорстух", "abekmhopctyx")
_SOUNDS_LIKE = str.maketrans("абвгдезийклмнопрстуфх", "abvgdezijklmnoprstufh")

_SIGNS = re.compile(r"[^\w]+|_")
_HAN = re.compile(r"[\u3400-\u9fff]+")
_CYRILLIC = re.compile(r"[а-я]")
_STUCK = re.compile(r"([^\W\d_]{3,})(\d\w*)")
_WITH_UNIT = re.compile(r"(\d+)(?:гб|gb|тб|tb|g|г)")


@dataclass(frozen=True)
class Term:
    """One word of a query: any of these phrases will do; the last is what the makers write."""

    phrases: tuple[str, ...]
    is_prefix: bool = False


def fold(text: str) -> str:
    """Bring a text to plain words: small letters, е for ё, `plus` for +, no signs."""
    plain = unicodedata.normalize("NFKC", text).lower().replace("ё", "е").replace("+", " plus ")
    return " ".join(_SIGNS.sub(" ", plain).split())


def indexed(text: str) -> str:
    """Fold a text for the index; Chinese has no spaces, so pairs of signs stand as words too."""
    return _HAN.sub(lambda run: f" {run[0]} {' '.join(_pairs(run[0]))} ", fold(text))


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]


def other_keyboard(text: str) -> str:
    """Read a text as if the keyboard had stood on the other script: cfvceyu is самсунг."""
    small = text.lower()
    return small.translate(_TO_LATIN if _CYRILLIC.search(small) else _TO_RUSSIAN)


def read(text: str, aliases: Mapping[str, str], *, typing: bool = False) -> list[Term]:
    """Take a query apart into terms that must all be found.

    `aliases` gives for a folded name people use the folded name of the brand. The last word may
    be a beginning; a bare number only while somebody is still typing.
    """
    tokens = _tokens(_with_brands(fold(text[:LONGEST]), aliases))[:MOST_WORDS]
    last = len(tokens) - 1
    return [
        Term(
            _phrases(token, aliases, is_last=at == last),
            at == last and (typing or (len(token) > 1 and not token.isdigit())),
        )
        for at, token in enumerate(tokens)
    ]


def _with_brands(text: str, aliases: Mapping[str, str]) -> str:
    """Names of several words, and Chinese names, which stand among other signs."""
    for alias in sorted(aliases, key=len, reverse=True):
        if _HAN.search(alias):
            text = text.replace(alias, f" {aliases[alias]} ")
        elif " " in alias:
            text = re.sub(rf"(?<!\w){re.escape(alias)}(?!\w)", aliases[alias], text)
    return text


def _tokens(text: str) -> list[str]:
    found: list[str] = []
    for token in text.split():
        found += _pairs(token) if _HAN.fullmatch(token) else [token]
    return found


def _phrases(token: str, aliases: Mapping[str, str], *, is_last: bool) -> tuple[str, ...]:
    found = [token, *_codes(token), *_unstuck(token, aliases)]
    found += [SPOKEN[token]] if token in SPOKEN else _beginnings(token, is_last=is_last)
    if token not in SERIES:
        found += _brands(token, aliases, is_last=is_last)
    return tuple(dict.fromkeys(found))


def _codes(token: str) -> list[str]:
    """А54 typed in Cyrillic is A54; С25 may be C25 or S25. 256гб is 256."""
    unit = _WITH_UNIT.fullmatch(token)
    if unit:
        return [unit[1]]
    if _CYRILLIC.search(token) and any(sign.isdigit() for sign in token):
        return [token.translate(_LOOKS_LIKE), token.translate(_SOUNDS_LIKE)]
    return []


def _unstuck(token: str, aliases: Mapping[str, str]) -> list[str]:
    """iphone16 is iphone 16."""
    parts = _STUCK.fullmatch(token)
    if not parts:
        return []
    name = SPOKEN.get(parts[1]) or aliases.get(parts[1]) or parts[1]
    return [f"{name} {parts[2]}"]


def _beginnings(token: str, *, is_last: bool) -> list[str]:
    """айф is on its way to айфон."""
    if not is_last or len(token) < 3:
        return []
    return list({SPOKEN[word]: word for word in SPOKEN if word.startswith(token)})[:2]


def _brands(token: str, aliases: Mapping[str, str], *, is_last: bool) -> list[str]:
    if token in aliases:
        return [aliases[token]]
    if not is_last or len(token) < 3:
        return []
    meant = (
        brand
        for alias, brand in aliases.items()
        if alias.startswith(token) and alias not in SERIES and " " not in alias
    )
    return list(dict.fromkeys(meant))[:2]


def spoken(text: str) -> list[str]:
    """Give the Russian words for the words of a model, for the search by likeness."""
    words = set(fold(text).split())
    return [russian for russian, latin in SPOKEN.items() if latin in words]


def query(terms: Iterable[Term]) -> str:
    """Write terms for to_tsquery; words hold letters and digits alone, so nothing needs quotes."""
    return " & ".join(f"({' | '.join(_written(term))})" for term in terms)


def _written(term: Term) -> list[str]:
    star = ":*" if term.is_prefix else ""
    return [f"({' & '.join(phrase.split())}{star})" for phrase in term.phrases]


def as_makers_write(terms: Iterable[Term]) -> str:
    return " ".join(term.phrases[-1] for term in terms)


def mend(text: str, known: Mapping[str, Iterable[str]]) -> str:
    """Replace each mistyped word by the nearest of the words known for it.

    Words without a near one stay as they are.
    """
    return " ".join(_nearest(word, list(known.get(word, ()))) for word in fold(text).split())


def _nearest(word: str, known: list[str]) -> str:
    if word in known:
        return word
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return close[0] if close else word
