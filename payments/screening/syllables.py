"""Chinese syllables: what is one, how Russian writes it (Palladius), how names are parted."""

from dataclasses import dataclass
from functools import lru_cache

from .tables import table

# Source: Hanyu Pinyin (GB/T 16159-2012) and the Palladius system as used on Russian maps of China.
INITIALS = table(
    "b:б p:п m:м f:ф d:д t:т n:н l:л g:г k:к h:х j:цз q:ц x:с zh:чж ch:ч sh:ш r:ж z:цз c:ц s:с"
)
FINALS = table(
    "a:а o:о e:э ai:ай ei:эй ao:ао ou:оу an:ань en:энь ang:ан eng:эн ong:ун i:и ia:я ie:е "
    "iao:яо iu:ю ian:янь in:инь iang:ян ing:ин iong:юн u:у ua:уа uo:о uai:уай ui:уй "
    "uan:уань un:унь uang:уан v:юй ve:юэ van:юань vn:юнь"
)
ALONE = table(
    "yi:и ya:я ye:е yao:яо you:ю yan:янь yin:инь yang:ян ying:ин yong:юн wu:у wa:ва wo:во "
    "wai:вай wei:вэй wan:вань wen:вэнь wang:ван weng:вэн yu:юй yue:юэ yuan:юань yun:юнь "
    "a:а ai:ай an:ань ang:ан ao:ао e:э en:энь er:эр ou:оу o:о"
)
BY_J = ("i", "ia", "ie", "iao", "iu", "ian", "in", "iang", "ing", "iong")
BY_Y = {"u": "юй", "ue": "юэ", "uan": "юань", "un": "юнь"}
BY_ZH = (
    *("a", "e", "i", "ai", "ei", "ao", "ou", "an", "en", "ang", "eng", "ong"),
    *("u", "ua", "uo", "uai", "ui", "uan", "un", "uang"),
)
PLAIN = tuple(one for one in FINALS if one not in ("v", "ve", "van", "vn"))
SURNAME_READINGS = table(
    "单:shan 解:xie 曾:zeng 仇:qiu 查:zha 盖:ge 任:ren 朴:piao 区:ou 尉:wei 乐:yue 翟:zhai 缪:miao"
)


def _table() -> dict[str, str]:
    """Each syllable of pinyin with its Russian writing."""
    made = {**ALONE}
    for initial, russian in INITIALS.items():
        if initial in ("j", "q", "x"):
            made |= {initial + one: russian + FINALS[one] for one in BY_J}
            made |= {initial + one: russian + said for one, said in BY_Y.items()}
        elif initial in ("zh", "ch", "sh", "r", "z", "c", "s"):
            made |= {initial + one: russian + FINALS[one] for one in BY_ZH}
            made[initial + "i"] = russian + ("и" if len(initial) > 1 or initial == "r" else "ы")
        else:
            made |= {initial + one: russian + FINALS[one] for one in PLAIN}
    made |= {"hui": "хуэй", "lv": "люй", "nv": "нюй", "lu": "лу", "lve": "люэ", "bo": "бо"}
    return made


RUSSIAN = _table()
SYLLABLES = frozenset(RUSSIAN)
LONGEST = max(map(len, SYLLABLES))
FROM_RUSSIAN: dict[str, str] = {}
for _latin, _russian in RUSSIAN.items():
    FROM_RUSSIAN.setdefault(_russian, _latin)
FROM_RUSSIAN |= {"си": "xi", "хуй": "hui", "цзы": "zi", "ци": "qi", "цзи": "ji", "вэ": "wei"}
MOST_SYLLABLES = 4

# Source: Wade and Giles as the Republic of China used it on passports, signs left out, so that
# ch is zh, ch, j or q.
GILES_INITIALS = table(
    "zh:ch ch:ch sh:sh b:p d:t g:k j:ch q:ch x:hs r:j z:ts c:ts p:p t:t k:k m:m f:f n:n l:l h:h s:s"
)
GILES_FINALS = table("ong:ung ian:ien ie:ieh iong:iung ue:ueh e:e er:erh ui:ui")
GILES_ALONE = table("yi:i ye:yeh yan:yen you:yu yong:yung yue:yueh er:erh")


def _in_giles(one: str) -> set[str]:
    """How a syllable of pinyin is written there."""
    initial = next((some for some in GILES_INITIALS if one.startswith(some)), "")
    final = one[len(initial) :]
    if not initial:
        return {GILES_ALONE.get(one, one)}
    said = GILES_INITIALS[initial]
    if final == "i" and initial in ("zh", "ch", "sh", "r"):
        return {said + "ih"}
    if final == "i" and initial in ("z", "c", "s"):
        return {"szu", "ssu"} if initial == "s" else {"tzu"}
    if final == "uo":
        return {said + ("uo" if initial in ("g", "k", "h", "sh") else "o")}
    if final == "e" and initial in ("g", "k", "h"):
        return {said + "o"}
    if final == "ui" and initial in ("g", "k"):
        return {said + "uei"}
    return {said + GILES_FINALS.get(final, final)}


def _giles() -> dict[str, tuple[str, ...]]:
    made: dict[str, list[str]] = {}
    for one in sorted(SYLLABLES):
        for said in _in_giles(one):
            made.setdefault(said.replace("v", "u"), []).append(one)
    return {said: tuple(ones) for said, ones in made.items()}


GILES = _giles()


@lru_cache(maxsize=65536)
def parted(word: str) -> tuple[str, ...]:
    """A word of pinyin in its syllables, the longest first; nothing, if it is no such word."""
    return _parted(word, SYLLABLES, LONGEST)


@lru_cache(maxsize=65536)
def from_palladius(word: str) -> str:
    """A Chinese word in Russian letters, in pinyin; empty, if it is none."""
    found = _parted(word, frozenset(FROM_RUSSIAN), 6)
    return "".join(FROM_RUSSIAN[one] for one in found) if len(found) <= 3 else ""


@dataclass(frozen=True)
class Read:
    """A word of other letters in pinyin: the ways it may be meant, and of how many syllables."""

    ways: tuple[str, ...] = ()
    count: int = 0

    def __bool__(self) -> bool:
        return bool(self.ways)


@lru_cache(maxsize=65536)
def from_giles(word: str) -> Read:
    """A word in the letters of Wade and Giles without their signs, in pinyin; of two at most."""
    if word in GILES:
        return Read(GILES[word], 1)
    for size in range(min(6, len(word) - 1), 0, -1):
        first, second = word[:size], word[size:]
        if first in GILES and second in GILES:
            return Read(tuple(one + two for one in GILES[first] for two in GILES[second]), 2)
    return Read()


def _parted(word: str, known: frozenset[str], longest: int) -> tuple[str, ...]:
    if not word:
        return ()
    for size in range(min(longest, len(word)), 0, -1):
        if word[:size] not in known:
            continue
        if size == len(word):
            return (word,)
        rest = _parted(word[size:], known, longest)
        if rest and len(rest) < MOST_SYLLABLES:
            return (word[:size], *rest)
    return ()
