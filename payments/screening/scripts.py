"""Names of other scripts in Latin letters, as passports, lists and newspapers write them."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache
from importlib import import_module
from types import ModuleType

from . import alphabets, consonants, syllables
from .tables import spaced, table

LATIN, CYRILLIC, HAN, HANGUL, KANA = "latin", "cyrillic", "han", "hangul", "kana"
ARABIC, HEBREW, GREEK, THAI, OTHER = "arabic", "hebrew", "greek", "thai", "other"
GEORGIAN, ARMENIAN, INDIC = "georgian", "armenian", "indic"
BARE = frozenset({ARABIC, HEBREW, THAI})  # written with few vowels or none
RANGES = (
    (0x0041, 0x024F, LATIN),
    (0x1E00, 0x1EFF, LATIN),
    (0x0370, 0x03FF, GREEK),
    (0x1F00, 0x1FFF, GREEK),
    (0x0400, 0x052F, CYRILLIC),
    (0x0530, 0x058F, ARMENIAN),
    (0x0590, 0x05FF, HEBREW),
    (0x0600, 0x06FF, ARABIC),
    (0x0750, 0x077F, ARABIC),
    (0x08A0, 0x08FF, ARABIC),
    (0x0900, 0x0DFF, INDIC),
    (0x0E00, 0x0E7F, THAI),
    (0x10A0, 0x10FF, GEORGIAN),
    (0x1200, 0x137F, INDIC),
    (0x1C90, 0x1CBF, GEORGIAN),
    (0x3040, 0x30FF, KANA),
    (0x3400, 0x4DBF, HAN),
    (0x4E00, 0x9FFF, HAN),
    (0x20000, 0x2FA1F, HAN),
    (0xAC00, 0xD7AF, HANGUL),
)

# Source: ICAO Doc 9303-3 (8th edition), section 6, part B; BGN/PCGN 1947 and ISO 9 differ from it
# in letters that folding makes equal. Ukrainian, Belarusian and Serbian letters stand beside.
ICAO = {
    **dict(zip("абвгдезиклмнопрстуфы", "abvgdeziklmnoprstufy", strict=True)),
    **table(
        "ё:e ж:zh й:i х:kh ц:ts ч:ch ш:sh щ:shch ъ: ь: э:e ю:iu я:ia і:i ї:i є:ie ґ:g ў:u ј:j "
        "љ:lj њ:nj ћ:c ђ:dj џ:dzh ѓ:gj ќ:kj ѕ:dz ө:o ү:u ұ:u қ:k ғ:g ң:ng ә:a һ:h ҳ:h ҷ:j ӣ:i "
        "ӯ:u ҹ:j ҝ:g"
    ),
}
UKRAINIAN = {**ICAO, "г": "h", "и": "y", "е": "e", "ё": "io", "х": "h", "ц": "c"}
# Source: the Greek passport transcription, ELOT 743; practical consonants.
GREEK_LETTERS = dict(
    zip(
        "αβγδεζηικλμνξοπρσςτυφχω",
        spaced("a v g d e z i i k l m n x o p r s s t i f h o"),
        strict=True,
    )
) | {"θ": "th", "ψ": "ps"}
GREEK_PAIRS = (
    *(("ου", "ou"), ("αυ", "av"), ("ευ", "ev"), ("μπ", "b"), ("ντ", "nt"), ("γγ", "ng")),
    *(("γκ", "g"), ("ει", "i"), ("οι", "i"), ("αι", "e")),
)
# As others than Greeks write foreign names: Vladimir, Jong.
GREEK_FOREIGN = (
    *(("ουα", "va"), ("ουε", "ve"), ("ουι", "vi")),
    *(("ντ", "d"), ("τζ", "j"), ("τσ", "ch"), ("γκ", "g"), ("μπ", "b"), ("ου", "ou"), ("γγ", "ng")),
    *(("αυ", "av"), ("ευ", "ev")),
)
LEADS = spaced("k kk n d tt r m p pp s ss * j jj ch k t p h")
VOWELS = spaced("a ae ya yae o e yo ye o wa wae oe yo u wo we wi yu u ui i")
TAILS = spaced("* k k k n n n t l k m p l l p l m p p t t ng t t k t p t")
LEADS_RR = spaced("g kk n d tt r m b pp s ss * j jj ch k t p h")
VOWELS_RR = spaced("a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i")


@lru_cache(maxsize=8192)
def script_of(letter: str) -> str:
    """The script of one letter."""
    code = ord(letter)
    return next((name for low, high, name in RANGES if low <= code <= high), OTHER)


def runs(token: str) -> Iterator[tuple[str, str]]:
    """The parts of a token that are of one script each, in order."""
    start = 0
    for place in range(1, len(token) + 1):
        if place == len(token) or script_of(token[place]) != script_of(token[start]):
            yield script_of(token[start]), token[start:place]
            start = place


@lru_cache(maxsize=65536)
def latin(token: str, script: str) -> tuple[str, ...]:
    """How a token of a script may stand in Latin letters, the likeliest first."""
    if script in BARE:
        return (_bare(token),)
    write = WRITERS.get(script)
    return tuple(dict.fromkeys(filter(None, write(token)))) if write else (token,)


def letters(token: str) -> tuple[str, ...]:
    """What a word of a script without vowels writes, without an article and with it."""
    found = (consonants.lean(_without_article(token)), consonants.lean(token))
    return tuple(dict.fromkeys(filter(None, found)))


def readings(token: str) -> list[str]:
    """The readings of Chinese letters, one syllable each, without tones; surnames as surnames."""
    return [_plain(one) for one in _pinyin(token)]


@cache
def _library() -> ModuleType:
    """The readings of Chinese names, taken up by the first who asks: they hold some 60 MB."""
    return import_module("pypinyin")


@lru_cache(maxsize=16384)
def _pinyin(token: str) -> tuple[str, ...]:
    library = _library()
    read = library.lazy_pinyin(token, style=library.Style.NORMAL, v_to_u=False, errors="ignore")
    surname = syllables.SURNAME_READINGS.get(token[0])
    return tuple([surname, *read[1:]] if surname and len(token) <= 4 else read)


def _spelled(token: str, table: dict[str, str]) -> str:
    return "".join(table.get(letter, "") for letter in token)


WRITTEN = {"S": "sh", "C": "ch", "J": "j"}


def _bare(token: str) -> str:
    """Roughly, for people to read and for the table of spellings."""
    first = (consonants.SAYS[letter][0] for letter in consonants.lean(_without_article(token)))
    return "".join(WRITTEN.get(one, one) for one in first)


def _without_article(token: str) -> str:
    return token[2:] if token.startswith("ال") and len(token) > 4 else token


def _cyrillic(token: str) -> Iterator[str]:
    yield _spelled(token, ICAO)
    if any(letter in token for letter in "гихц"):
        yield _spelled(token, UKRAINIAN)
    if "ё" in token:
        yield _spelled(token.replace("ё", "йо"), ICAO)
    if "дж" in token:
        yield _spelled(token.replace("дж", "j"), ICAO)
    if "х" in token:
        yield _spelled(token.replace("х", "h"), ICAO)
    chinese = syllables.from_palladius(token)
    if chinese:
        yield chinese


def _greek(token: str) -> Iterator[str]:
    bare = "".join(one for one in unicodedata.normalize("NFD", token) if not _is_mark(one))
    for pairs in (GREEK_PAIRS, GREEK_FOREIGN):
        text = bare
        for pair, sound in pairs:
            text = text.replace(pair, sound)
        said = "".join(GREEK_LETTERS.get(letter, letter) for letter in text)
        yield said
        if len(said) > 5 and said.endswith("os"):
            yield said[:-2]


def _hangul(token: str) -> Iterator[str]:
    for leads, vowels in ((LEADS, VOWELS), (LEADS_RR, VOWELS_RR), (LEADS_RR, VOWELS)):
        yield "".join(_syllable(letter, leads, vowels) for letter in token)


def _syllable(letter: str, leads: list[str], vowels: list[str]) -> str:
    number = ord(letter) - 0xAC00
    lead, rest = divmod(number, 588)
    vowel, tail = divmod(rest, 28)
    return (leads[lead] + vowels[vowel] + TAILS[tail]).replace("*", "")


def _kana(token: str) -> str:
    """By the names that Unicode gives the letters: HIRAGANA LETTER KA, KATAKANA LETTER SMALL YA."""
    said = ""
    for letter in token:
        name = unicodedata.name(letter, "").lower()
        one = name.rpartition(" ")[2] if " letter " in name else ""
        if " small y" in name and len(said) > 1:
            one, said = one[1:] if said.endswith(("shi", "chi", "ji")) else one, said[:-1]
        said += KANA_SAID.get(one, one)
    return said


KANA_SAID = {"si": "shi", "ti": "chi", "tu": "tsu", "hu": "fu", "zi": "ji", "sya": "sha"}
LETTERS = table(
    "ø:o ł:l đ:dj ß:ss æ:ae œ:oe ı:i ə:a þ:th ð:d č:ch ć:ch ç:ch š:sh ş:sh ș:sh ž:zh ż:zh "
    "ğ:g ñ:n ț:ts ţ:ts"
)


# Letters of ISO 9 that other languages use otherwise: a second reading, not the first.
ISO_9 = table("â:ya û:yu ŝ:shch ĵ:dzh ĉ:ch")


def _latin(token: str) -> Iterator[str]:
    yield _plain(token)
    if any(letter in ISO_9 for letter in token):
        yield _plain("".join(ISO_9.get(letter, letter) for letter in token))


@lru_cache(maxsize=65536)
def _plain(token: str) -> str:
    """Latin letters without marks."""
    spelled = "".join(LETTERS.get(letter, letter) for letter in unicodedata.normalize("NFC", token))
    parts = unicodedata.normalize("NFD", spelled)
    return re.sub(r"[^a-z0-9]", "", "".join(one for one in parts if not _is_mark(one)))


WRITERS: dict[str, Callable[[str], Iterable[str]]] = {
    LATIN: _latin,
    CYRILLIC: _cyrillic,
    HANGUL: _hangul,
    GREEK: _greek,
    KANA: lambda token: (_kana(token),),
    GEORGIAN: alphabets.georgian,
    ARMENIAN: alphabets.armenian,
    INDIC: alphabets.indic,
}


def _is_mark(letter: str) -> bool:
    return unicodedata.category(letter) == "Mn"
