"""Scripts that write consonants: a word of theirs beside one with vowels.

A short vowel is not written at all, a long one by a letter that may also be a consonant, and some
letters are read one way by Arabs, another by Persians, a third in Cairo. So letters are laid
beside sounds one by one, each with what it may say and what it costs to be wrong.
"""

from functools import lru_cache

from .folding import DOUBLED
from .tables import table

# What a letter may say, in the letters of `folding.sound`, the likeliest first.
ARABIC = table(
    "ا:aeiou ع:aeiou ئ:iea ؤ:uo و:vuo ي:iea ه:hae ة:aeh ب:bp پ:pb ت:t ث:ts ج:Jg چ:CJ ح:h خ:hk "
    "د:dt ذ:dz ر:r ز:zJ ژ:Jz س:sz ش:SCs ص:s ض:dz ط:t ظ:zd غ:gh ف:fvp ق:kg ك:kg ک:kg گ:gk ل:l م:m "
    "ن:n ہ:hae ھ:h ۀ:ae ڈ:d ٹ:t ڑ:r ټ:t ډ:d ښ:Sh ڼ:n ځ:zJ څ:sC ږ:Jg ړ:r ں:n ے:iea ې:ei ۇ:u ۆ:o ڤ:v "
    "ڭ:n ە:ae"
)
HEBREW = table(
    "א:aeiou ע:aeiou ו:vuo י:iea ה:hae ב:bv ג:gJ ד:d ז:zJ ח:hC ט:t כ:kh ך:kh ל:l מ:m ם:m נ:n ן:n "
    "ס:s פ:pf ף:fp צ:sC ץ:sC ק:k ר:r ש:Ss ת:t"
)
THAI = table(
    "ก:kg ข:k ค:k ฆ:k ง:n จ:JC ฉ:C ช:C ซ:s ฌ:C ญ:in ฎ:d ฏ:t ฐ:t ฑ:t ฒ:t ณ:n ด:dt ต:t ถ:t ท:t ธ:t "
    "น:n บ:bp ป:p ผ:p ฝ:f พ:p ฟ:f ภ:p ม:m ย:i ร:rln ล:ln ว:vu ศ:s ษ:s ส:s ห:h ฬ:l ฮ:h อ:aeou"
)
SAYS = {**ARABIC, **HEBREW, **THAI}
VOWELS = frozenset("aeiou")
LOOSE = frozenset("aeiouhv")  # not in a frame: often left out or written by weak letters
# Letters that stand for one another over countries share a class.
CLASSES = (("bpf", "B"), ("tdszSC", "T"), ("kgJ", "K"), ("l", "L"), ("m", "M"), ("n", "N"))
CLASS = {letter: name for letters, name in CLASSES for letter in letters} | {"r": "R"}
CLASS |= {letter: CLASS[said[0]] for letter, said in SAYS.items() if said and said[0] not in LOOSE}
SHORT_VOWEL, SECOND_READING, LOOSE_SOUND, DOUBLE = 0.06, 0.1, 0.3, 0.15
UNSAID = {"ا": 0.12, "ع": 0.1, "א": 0.05, "ע": 0.1, "ئ": 0.1, "ؤ": 0.1, "อ": 0.05}
WEAK_UNSAID, OTHER_VOWEL = 0.22, 0.22
ALIKE, LONE = 0.97, 0.93  # of two scripts nothing is sure, of one consonant less


def lean(letters: str) -> str:
    """The letters that say something; groups that write one sound as one letter."""
    text = letters.replace("تش", "چ").replace("تس", "س").replace("دج", "ج")
    return "".join(letter for letter in text if letter in SAYS)


@lru_cache(maxsize=262144)
def frame(word: str) -> str:
    """The classes of the consonants of a sound, or of letters of such a script."""
    return DOUBLED.sub(r"\1", "".join(CLASS.get(letter, "") for letter in word))


@lru_cache(maxsize=1 << 18)
def likeness(letters: str, said: str) -> float:
    """How alike letters of such a script and a sound are, 0 to 1."""
    ours, theirs = frame(letters), frame(said)
    strong = max(len(ours), len(theirs))
    worth = 1 - _cost(letters, said) / max(strong, 2)
    return max(0.0, min(worth, ALIKE if strong > 1 else LONE))


def _cost(letters: str, said: str) -> float:
    """The least it costs to read the letters as the sound."""
    row = [0.0]
    for before, sound in zip(" " + said, said, strict=False):
        row.append(row[-1] + _unwritten(sound, before))
    before = " "
    for letter in letters:
        unsaid = DOUBLE if letter == before else _unsaid(letter)
        fresh = [row[0] + unsaid]
        for place, sound in enumerate(said):
            previous = said[place - 1] if place else " "
            fresh.append(
                min(
                    row[place] + _read(letter, sound),
                    row[place + 1] + unsaid,
                    fresh[place] + _unwritten(sound, previous),
                )
            )
        row, before = fresh, letter
    return row[-1]


def _unwritten(sound: str, before: str) -> float:
    if sound in VOWELS:
        return SHORT_VOWEL
    if sound == before:
        return DOUBLE
    return LOOSE_SOUND if sound in LOOSE else 1.0


def _unsaid(letter: str) -> float:
    if letter in UNSAID:
        return UNSAID[letter]
    return WEAK_UNSAID if SAYS[letter][0] in LOOSE else 1.0


def _read(letter: str, sound: str) -> float:
    says = SAYS[letter]
    if sound == says[0] or (sound in VOWELS and sound in says):
        return 0.0
    if sound in says:
        return SECOND_READING
    return OTHER_VOWEL if sound in VOWELS and says[-1] in VOWELS else 1.0
