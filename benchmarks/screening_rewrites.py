"""Listed names as strangers rewrite them: other systems of transliteration, scripts, Chinese ways.

Every table here is of this file alone; the shop's are never read, so that it cannot be tuned to
them. Sources: ISO 9:1995, GOST 7.79-2000 system B, BGN/PCGN 1947, DIN 1460, national practice of
German, French and Polish newspapers, Wade-Giles, Palladius, Kontsevich, ELOT 743.
"""

import random
import re
from collections.abc import Callable, Iterator

from screening_names import cyrillic, turned

Way = Callable[[str, random.Random], str]
CYRILLIC = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"


def system(text: str) -> dict[str, str]:
    """A system that gives each Russian letter, in order; `-` for nothing."""
    return dict(zip(CYRILLIC, (one.replace("-", "") for one in text.split()), strict=True))


def table(text: str) -> dict[str, str]:
    """What stands before and after each colon."""
    return {before: after for before, _, after in (one.partition(":") for one in text.split())}


SYSTEMS = {
    "ISO 9": system("a b v g d e ë ž z i j k l m n o p r s t u f h c č š ŝ ʺ y ʹ è û â"),
    "GOST B": system(
        "a b v g d e yo zh z i j k l m n o p r s t u f x cz ch sh shh `` y` ` e` yu ya"
    ),
    "BGN": system("a b v g d e yë zh z i y k l m n o p r s t u f kh ts ch sh shch ” y ’ e yu ya"),
    "scholarly": system("a b v g d e ë ž z i j k l m n o p r s t u f x c č š šč ʺ y ʹ è ju ja"),
}
NEWSPAPERS = {
    "German": system(
        "a b w g d e jo sch s i i k l m n o p r s t u f ch z tsch sch schtsch - y - e ju ja"
    ),
    "French": system(
        "a b v g d e io j z i ï k l m n o p r s t ou f kh ts tch ch chtch - y - e iou ia"
    ),
    "Polish": system("a b w g d e jo ż z i j k l m n o p r s t u f ch c cz sz szcz - y - e ju ja"),
}
RUSSIAN = (
    *(("shch", "щ"), ("sch", "щ"), ("sh", "ш"), ("ch", "ч"), ("zh", "ж"), ("kh", "х")),
    *(("ts", "ц"), ("iya", "ия"), ("ya", "я"), ("ia", "ия"), ("yu", "ю"), ("iu", "ю"), ("yo", "ё")),
    *(("ye", "е"), ("iy", "ий"), ("ay", "ай"), ("ey", "ей"), ("oy", "ой"), ("uy", "уй")),
    *(("ai", "ай"), ("ei", "ей"), ("y", "ы"), ("w", "в"), ("x", "кс"), ("q", "к"), ("j", "дж")),
)
SLAVIC = re.compile(r"(ov|ev|in|enko|sk[iy]y?|skii|ich|ova|eva|ina|skaya|yuk|chuk)$", re.IGNORECASE)
BELARUSIAN = (
    *(("shch", "шч"), ("sh", "ш"), ("ch", "ч"), ("zh", "ж"), ("kh", "х"), ("ts", "ц"), ("ya", "я")),
    *(("yu", "ю"), ("yo", "ё"), ("ye", "е"), ("dz", "дз"), ("i", "і"), ("y", "ы"), ("w", "ў")),
    *(("h", "г"), ("x", "кс"), ("q", "к"), ("j", "дж")),
)
SERBIAN = (
    *(("dzh", "џ"), ("dj", "ђ"), ("lj", "љ"), ("nj", "њ"), ("sh", "ш"), ("ch", "ч"), ("zh", "ж")),
    *(("kh", "х"), ("ts", "ц"), ("ya", "ја"), ("yu", "ју"), ("y", "и"), ("j", "ј"), ("w", "в")),
    *(("x", "кс"), ("q", "к")),
)
GREEK = (
    *(("sch", "σ"), ("sh", "σ"), ("ch", "τσ"), ("kh", "χ"), ("th", "θ"), ("ph", "φ"), ("zh", "ζ")),
    *(("ts", "τσ"), ("ou", "ου"), ("oo", "ου"), ("gh", "γ"), ("b", "μπ"), ("d", "ντ"), ("g", "γκ")),
    *(("j", "τζ"), ("u", "ου"), ("w", "ου"), ("y", "ι"), ("c", "κ"), ("q", "κ"), ("x", "ξ")),
    *zip("aefhiklmnoprstvz", "αεφχικλμνοπρστβζ", strict=True),
)
GEORGIAN = (
    *(("sh", "შ"), ("ch", "ჩ"), ("zh", "ჟ"), ("kh", "ხ"), ("gh", "ღ"), ("ts", "ც"), ("dz", "ძ")),
    *(("ph", "ფ"), ("th", "თ"), ("x", "ქს"), ("y", "ი"), ("w", "ვ")),
    *zip("abgdevztilmnoprsufqkjhc", "აბგდევზტილმნოპრსუფყკჯჰკ", strict=True),
)
ARMENIAN = (
    *(("sh", "շ"), ("ch", "չ"), ("zh", "ժ"), ("kh", "խ"), ("gh", "ղ"), ("ts", "ծ"), ("dz", "ձ")),
    *(("th", "թ"), ("ph", "փ"), ("u", "ու"), ("x", "քս"), ("w", "վ")),
    *zip("abgdevztilmnoprsfqkjhyc", "աբգդեվզտիլմնոպրսֆքկջհյկ", strict=True),
)
HEBREW = (
    *(("sh", "ש"), ("ch", "ח"), ("kh", "ח"), ("ts", "צ"), ("th", "ת"), ("ph", "פ"), ("gh", "ג")),
    *(("zh", "ז"), ("dh", "ד"), ("ee", "י"), ("oo", "ו"), ("ou", "ו"), ("x", "קס"), ("e", "")),
    *zip("abcdfghijklmnopqrstuvwyz", "אבקדפגהיגקלמנופקרסטוווי" + "ז", strict=True),
)
ARABIC = (
    *(("ce", "سي"), ("ci", "سي")),
    *(("sh", "ش"), ("kh", "خ"), ("th", "ث"), ("dh", "ذ"), ("gh", "غ"), ("ch", "تش"), ("zh", "ج")),
    *(("ph", "ف"), ("ts", "تس"), ("ee", "ي"), ("oo", "و"), ("ou", "و"), ("x", "كس")),
    *zip("bcdfghjklmnpqrstvwyz", "بكدفغهجكلمنبقرستفوي" + "ز", strict=True),
)
LETTERS = {"p": "پ", "g": "گ", "v": "و", "k": "ک", "ch": "چ", "zh": "ژ"}
PERSIAN = tuple((group, LETTERS.get(group, said)) for group, said in ARABIC)
VOWELS = dict(zip("aeiou", "اييوو", strict=True))
SYLLABLES = r"(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(?:i?[ae]ng?|i?ao?|i?u|[uü]?ai?|ei|ou?|ong|iong|"
SYLLABLES += r"ing?|u?i|u?an|un|uang|ue|uo|e|er|u|ü)"
PALLADIUS = table(
    "b:б p:п m:м f:ф d:д t:т n:н l:л g:г k:к h:х zh:чж ch:ч sh:ш r:ж z:цз c:ц s:с j:цз q:ц x:с :"
)
PALLADIUS_FINALS = table(
    "a:а o:о e:э ai:ай ei:эй ao:ао ou:оу an:ань en:энь ang:ан eng:эн ong:ун i:и ia:я ie:е "
    "iao:яо iu:ю ian:янь in:инь iang:ян ing:ин iong:юн u:у ua:уа uo:о uai:уай ui:уй uan:уань "
    "un:унь uang:уан ue:юэ"
)
PALLADIUS_ALONE = table(
    "yi:и ya:я ye:е yao:яо you:ю yan:янь yin:инь yang:ян ying:ин yong:юн yu:юй yue:юэ "
    "yuan:юань yun:юнь wu:у wa:ва wo:во wai:вай wei:вэй wan:вань wen:вэнь wang:ван weng:вэн "
    "hui:хуэй"
)
GILES = table("b:p p:p' d:t t:t' g:k k:k' zh:ch ch:ch' j:ch q:ch' x:hs r:j z:ts c:ts'")
GILES_FINALS = {"ong": "ung", "ian": "ien", "ie": "ieh", "ue": "üeh", "iong": "iung", "uo": "o"}
GILES_ALONE = {"yi": "i", "ye": "yeh", "yan": "yen", "you": "yu", "yu": "yü", "yuan": "yüan"}
INITIAL = re.compile(r"^(zh|ch|sh|[bpmfdtnlgkhjqxrzcs]?)(.*)$")
TONES = dict(zip("aeiou", ("āáǎà", "ēéěè", "īíǐì", "ōóǒò", "ūúǔù"), strict=True))
KOREAN = table(
    "kim:Ким ri:Ли pak:Пак choe:Цой jong:Чон kang:Кан han:Хан jo:Чо yun:Юн jang:Чан rim:Лим "
    "o:О so:Со il:Иль un:Ын song:Сон chol:Чхоль hyok:Хёк yong:Ён kwang:Кван su:Су ho:Хо "
    "nam:Нам myong:Мён chun:Чхун sok:Сок ung:Ун hak:Хак hui:Хи jin:Чин jun:Чжун won:Вон "
    "man:Ман ryong:Рён kyong:Кён thae:Тхэ tae:Тхэ guk:Гук kuk:Кук ik:Ик mun:Мун u:У gun:Гын "
    "kil:Киль"
)


def spelled(name: str, pairs: tuple[tuple[str, str], ...], drop: str = "'`’‘.") -> str:
    """A name letter by letter in another script, the groups of letters first."""
    text = "".join(one for one in name.lower() if one not in drop)
    made, place = "", 0
    while place < len(text):
        for group, said in pairs:
            if text.startswith(group, place):
                made, place = made + said, place + len(group)
                break
        else:
            made, place = made + text[place], place + 1
    return made


def through_russian(name: str, letters: dict[str, str]) -> str:
    """A Latin name as a Russian passport has it, in another system's Latin letters."""
    russian = cyrillic(name, RUSSIAN).lower()
    return " ".join(
        "".join(letters.get(letter, letter) for letter in word).capitalize()
        for word in russian.split()
    )


def slavic(letters: dict[str, str]) -> Way:
    def write(name: str, _chance: random.Random) -> str:
        words = name.split()
        if len(words) < 2 or chinese(name) or not any(map(SLAVIC.search, words)):
            return ""
        return through_russian(name, letters)

    return write


def hebrew(name: str, _chance: random.Random) -> str:
    lasts = str.maketrans("כמנפצ", "ךםןףץ")
    words = spelled(re.sub(r"(.)\1", r"\1", name.lower()).replace("-", " "), HEBREW).split()
    # A vowel a inside a word is not written.
    words = [word[0] + word[1:-1].replace("א", "") + word[-1] for word in words if word]
    return " ".join(word[:-1] + word[-1].translate(lasts) for word in words)


def arabic(name: str, chance: random.Random, *, share: float, pairs=ARABIC, article="ال") -> str:
    """As a newspaper would: so large a share of the vowels inside words is written."""
    words = []
    for word in re.sub(r"(.)\1", r"\1", name.lower().replace("aa", "a")).replace("-", " ").split():
        if word in ("al", "el", "ul") and article:
            words.append(article)
            continue
        text = spelled(word, pairs)
        made = ""
        for place, letter in enumerate(text):
            if letter not in VOWELS:
                made += letter
            elif place == 0:
                made += "ا" + ("" if letter in "ae" else VOWELS[letter] if letter == "i" else "و")
            elif place == len(text) - 1:
                made += chance.choice("اة") if letter in "ae" else VOWELS[letter]
            elif chance.random() < share:
                made += VOWELS[letter]
        words.append(made)
    return " ".join(words).replace("ال ", "ال")


def syllables(word: str) -> list[str]:
    """A word of pinyin in syllables, or nothing."""
    found = re.fullmatch(rf"(?:{SYLLABLES})+", word.lower())
    if not found or len(word) > 14:
        return []
    best: list[list[str]] = []

    def part(rest: str, done: list[str]) -> None:
        if not rest:
            best.append(done)
        if len(done) > 2 or best:
            return
        for size in range(min(6, len(rest)), 0, -1):
            if readable(rest[:size]):
                part(rest[size:], [*done, rest[:size]])

    part(word.lower(), [])
    return best[0] if best else []


def readable(one: str) -> bool:
    return bool(one in PALLADIUS_ALONE or _russian(one))


def _russian(one: str) -> str:
    if one in PALLADIUS_ALONE:
        return PALLADIUS_ALONE[one]
    initial, final = INITIAL.fullmatch(one).groups()  # type: ignore[union-attr]
    if final not in PALLADIUS_FINALS or (not initial and one not in ("ai", "an", "ao", "ou", "e")):
        return ""
    if final == "i" and initial in ("z", "c", "s"):
        return PALLADIUS[initial] + "ы"
    if initial in ("j", "q", "x") and final in ("u", "uan", "un", "ue"):
        soft = {"u": "юй", "uan": "юань", "un": "юнь", "ue": "юэ"}[final]
        return PALLADIUS[initial] + soft
    return PALLADIUS[initial] + PALLADIUS_FINALS[final]


def _giles(one: str, *, signs: bool) -> str:
    if one in GILES_ALONE:
        said = GILES_ALONE[one]
    elif one[0] in "yw" or one in ("an", "ai", "ao", "ou"):
        said = one.replace("ong", "ung")
    else:
        initial, final = INITIAL.fullmatch(one).groups()  # type: ignore[union-attr]
        if final == "i" and initial in ("zh", "ch", "sh", "r"):
            final = "ih"
        elif final == "i" and initial in ("z", "c", "s"):
            return {"z": "tzu", "c": "tz'u" if signs else "tzu", "s": "szu"}[initial]
        elif initial in ("j", "q", "x") and final in ("u", "uan", "un"):
            final = "ü" + final[1:]
        elif final == "uo" and initial in ("g", "k", "h", "sh"):
            final = "uo"
        elif final == "e" and initial in ("g", "k", "h"):
            final = "o"
        else:
            final = GILES_FINALS.get(final, final)
        said = GILES.get(initial, initial) + final
    return said if signs else said.replace("'", "").replace("ü", "u")


def chinese(name: str) -> list[list[str]]:
    """The syllables of each word, if the whole name is pinyin of a usual length."""
    words = [word for word in re.split(r"[\s,-]+", name) if word]
    parts = [syllables(word) for word in words]
    if not all(parts) or not 2 <= sum(map(len, parts)) <= 3 or not 2 <= len(words) <= 3:
        return []
    return parts


def of_chinese(write: Callable[[list[str], random.Random], str], between: str = "") -> Way:
    def way(name: str, chance: random.Random) -> str:
        parts = chinese(name)
        made = [between.join(write([one], chance) for one in word) for word in parts]
        return " ".join(word[:1].upper() + word[1:] for word in made)

    return way


def split_or_joined(name: str, chance: random.Random) -> str:
    parts = chinese(name)
    if not parts:
        return ""
    gap = chance.choice([" ", "-", ""])
    return " ".join(gap.join(word).capitalize() for word in parts)


def toned(one: str, chance: random.Random) -> str:
    vowel = next((letter for letter in "aoeiu" if letter in one), "")
    return one.replace(vowel, chance.choice(TONES[vowel]), 1) if vowel else one


def korean(name: str, _chance: random.Random) -> str:
    words = [word.lower() for word in re.split(r"[\s-]+", name)]
    if not 2 <= len(words) <= 3 or not all(word in KOREAN for word in words):
        return ""
    return " ".join(KOREAN[word] for word in words)


def initials(name: str, _chance: random.Random) -> str:
    words = name.split()
    if not 2 <= len(words) <= 3 or len(words[-1]) < 4:
        return ""
    return f"{words[-1]} {' '.join(f'{word[0]}.' for word in words[:-1])}"


def honoured(name: str, chance: random.Random) -> str:
    return f"{chance.choice(['Mr.', 'Dr.', 'Sheikh', 'Haji', 'Eng.', 'Col.'])} {name}"


def run_together(name: str, chance: random.Random) -> str:
    """A hyphen or a gap left out, as forms without room for it do."""
    if "-" in name:
        return name.replace("-", chance.choice(["", " "]))
    words = name.split()
    if len(words) < 3:
        return ""
    at = chance.randrange(len(words) - 1)
    return " ".join([*words[:at], words[at] + words[at + 1].lower(), *words[at + 2 :]])


def first_letter(name: str, chance: random.Random) -> str:
    """A slip at the beginning or the end of a word, or a letter taken for a digit."""
    words = name.split()
    long = [n for n, word in enumerate(words) if len(word) > 5 and word.isalpha()]
    if len(words) < 2 or not long:
        return ""
    at = chance.choice(long)
    word = words[at]
    words[at] = chance.choice(
        [
            word[1] + word[0] + word[2:],
            word[1:],
            word[0] + word,
            word[:-2] + word[-1] + word[-2],
            word[:-1],
            re.sub("[oO]", "0", word, count=1),
            re.sub("[lI]", "1", word, count=1),
        ]
    )
    made = " ".join(words)
    return made if made != name else ""


PEOPLE: dict[str, Way] = {
    **{f"Latin, {title}": slavic(letters) for title, letters in (SYSTEMS | NEWSPAPERS).items()},
    "Cyrillic, Belarusian": lambda name, _: cyrillic(name, BELARUSIAN),
    "Cyrillic, Serbian": lambda name, _: cyrillic(name, SERBIAN),
    "Greek": lambda name, _: spelled(name, GREEK).title(),
    "Georgian": lambda name, _: spelled(name, GEORGIAN),
    "Armenian": lambda name, _: spelled(name, ARMENIAN).title(),
    "Hebrew": hebrew,
    "Arabic, few vowels": lambda name, chance: arabic(name, chance, share=0.3),
    "Arabic, all vowels": lambda name, chance: arabic(name, chance, share=1.0),
    "Persian, half the vowels": lambda name, chance: arabic(name, chance, share=0.5, pairs=PERSIAN),
    "Palladius": of_chinese(lambda one, _: _russian(one[0])),
    "Palladius, turned": lambda name, chance: turned(PEOPLE["Palladius"](name, chance) or "a"),
    "Wade-Giles": of_chinese(lambda one, _: _giles(one[0], signs=True), "-"),
    "Wade-Giles, no signs": of_chinese(lambda one, _: _giles(one[0], signs=False), " "),
    "pinyin, tones as marks": of_chinese(lambda one, chance: toned(one[0], chance)),
    "pinyin, tones as digits": of_chinese(lambda one, chance: f"{one[0]}{chance.randrange(1, 5)}"),
    "pinyin, split or joined": split_or_joined,
    "Kontsevich": korean,
    "initials": initials,
    "Cyrillic, initials": lambda name, chance: cyrillic(initials(name, chance), RUSSIAN),
    "with a title": honoured,
    "run together": run_together,
    "a slip at an end": first_letter,
    "Cyrillic, a slip at an end": lambda name, chance: cyrillic(
        first_letter(name, chance), RUSSIAN
    ),
}


def rewritten(name: str, chance: random.Random) -> Iterator[tuple[str, str]]:
    """A listed person's name in every way that changes it and that suits it."""
    for way, write in PEOPLE.items():
        text = write(name, chance).strip(" ,")
        if len(text.split()) > 1 and text != name:
            yield way, text
