"""Texts as plain words: small letters, no signs, Chinese in pairs."""

import re
import unicodedata

_SIGNS = re.compile(r"[^\w]+|_")
_HAN = re.compile(r"[\u3400-\u9fff]+")
_CYRILLIC = re.compile(r"[а-я]")
_LATIN = re.compile(r"[a-z]")
_CHINESE_LATIN = re.compile(r"(?<=[\u3400-\u9fff])(?=[a-z0-9])|(?<=[a-z0-9])(?=[\u3400-\u9fff])")


def plain(text: str) -> str:
    """Bring a text to small letters of one form, е for ё; signs stay."""
    return unicodedata.normalize("NFKC", text).lower().replace("ё", "е")


def fold(text: str) -> str:
    """Bring a text to plain words: small letters, е for ё, `plus` for +, no signs."""
    return " ".join(_SIGNS.sub(" ", plain(text).replace("+", " plus ")).split())


def indexed(text: str) -> str:
    """Fold a text for the index; Chinese has no spaces, so pairs of signs stand as words too."""
    return _HAN.sub(lambda run: f" {run[0]} {' '.join(pairs(run[0]))} ", fold(text))


def pairs(run: str) -> list[str]:
    """Give the pairs of neighbouring signs of a Chinese run."""
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]


def spaced(text: str) -> str:
    """Part Chinese from the Latin and the digits it is written together with."""
    return _CHINESE_LATIN.sub(" ", text)


def is_chinese(word: str) -> bool:
    return bool(_HAN.fullmatch(word))


def has_cyrillic(word: str) -> bool:
    return bool(_CYRILLIC.search(word))


def has_latin(word: str) -> bool:
    return bool(_LATIN.search(word))


def has_digit(word: str) -> bool:
    return any(sign.isdigit() for sign in word)
