"""Numbers as people say them: тридцать два гига is 32 гига, пять тысяч is 5000."""

from . import units

_UNITS = {
    "один": 1, "одна": 1, "два": 2, "две": 2, "три": 3, "четыре": 4, "пять": 5, "шесть": 6,
    "семь": 7, "восемь": 8, "девять": 9,
}  # fmt: skip
_TEENS = {
    "десять": 10, "одиннадцать": 11, "двенадцать": 12, "тринадцать": 13, "четырнадцать": 14,
    "пятнадцать": 15, "шестнадцать": 16, "семнадцать": 17, "восемнадцать": 18,
    "девятнадцать": 19,
}  # fmt: skip
_TENS = {
    "двадцать": 20, "тридцать": 30, "сорок": 40, "пятьдесят": 50, "шестьдесят": 60,
    "семьдесят": 70, "восемьдесят": 80, "девяносто": 90,
}  # fmt: skip
_HUNDREDS = {
    "сто": 100, "двести": 200, "триста": 300, "четыреста": 400, "пятьсот": 500, "шестьсот": 600,
    "семьсот": 700, "восемьсот": 800, "девятьсот": 900,
}  # fmt: skip
_THOUSAND = frozenset({"тысяча", "тысячи", "тысяч", "тыс"})
# Each sort of number word and what may follow it in one number.
_RANKS = (_HUNDREDS, _TENS, _TEENS, _UNITS)
_AFTER = {0: (1, 2, 3), 1: (3,), 2: (), 3: ()}


def in_digits(text: str) -> str:
    """Write numbers of several words in digits; of one word before a unit or after a letter.

    A single word elsewhere stays: it may be a name, and the spoken names know it.
    """
    words = text.split()
    found: list[str] = []
    at = 0
    while at < len(words):
        length, number = _number(words, at)
        if length > 1 or (length and _is_figure(words, at)):
            found.append(str(number))
        else:
            found += words[at : at + max(length, 1)]
        at += max(length, 1)
    return " ".join(found) if found != words else text


def _is_figure(words: list[str], at: int) -> bool:
    before = words[at - 1] if at else ""
    after = words[at + 1] if at + 1 < len(words) else ""
    return (len(before) == 1 and "a" <= before <= "z") or (len(after) > 1 and units.is_unit(after))


def _number(words: list[str], at: int) -> tuple[int, int]:
    """How many words from here on are one number, and which."""
    length, number = _below_thousand(words, at)
    if at + length < len(words) and words[at + length] in _THOUSAND and length:
        more, rest = _below_thousand(words, at + length + 1)
        return length + 1 + more, number * 1000 + rest
    return length, number


def _below_thousand(words: list[str], at: int) -> tuple[int, int]:
    number, length = 0, 0
    allowed: tuple[int, ...] = (0, 1, 2, 3)
    while at + length < len(words):
        word = words[at + length]
        rank = next((rank for rank in allowed if word in _RANKS[rank]), None)
        if rank is None:
            break
        number += _RANKS[rank][word]
        allowed = _AFTER[rank]
        length += 1
    return length, number
