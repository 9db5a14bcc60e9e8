"""Listed names as others would write them, and ordinary names that must not be taken for them.

The ways of writing are made here by tables of their own, not by those of the shop.
"""

import csv
import gzip
import os
import random
import re
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("SHARED_DATA", ROOT.parent / "shared" / "data"))

# Four ways into Cyrillic: letter by letter, as newspapers do, as a Ukrainian does, and carelessly.
LETTERS = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz",
        re.split(" ", "а б ц д е ф г х и й к л м н о п к р с т у в в кс ы з"),
        strict=True,
    )
)
PRACTICAL = (
    *(("shch", "щ"), ("sch", "ш"), ("sh", "ш"), ("ch", "ч"), ("zh", "ж"), ("kh", "х"), ("ts", "ц")),
    *(("gh", "г"), ("ph", "ф"), ("th", "т"), ("dh", "д"), ("ya", "я"), ("yu", "ю"), ("yo", "ё")),
    *(("ye", "е"), ("iy", "ий"), ("ee", "и"), ("oo", "у"), ("ou", "у"), ("ck", "к"), ("qu", "к")),
    *(("ce", "се"), ("ci", "си"), ("c", "к"), ("q", "к"), ("x", "кс"), ("w", "в"), ("j", "дж")),
    *(("y", "и"),),
)
UKRAINIAN = (
    *(("sh", "ш"), ("ch", "ч"), ("zh", "ж"), ("kh", "х"), ("ts", "ц"), ("gh", "г"), ("ph", "ф")),
    *(("th", "т"), ("g", "ґ"), ("h", "г"), ("y", "и"), ("i", "і"), *PRACTICAL),
)
CARELESS = (("kh", "к"), ("th", "т"), ("aa", "а"), ("ii", "и"), ("uu", "у"), *PRACTICAL)
SLIPS = "aeiourstlnmkdbg"
ARTICLES = re.compile(r"\b(al|el|ul|as|ar|an|ad|az)[- ](?=\w)", re.IGNORECASE)
SONS = re.compile(r"\b(bin|ibn|ben|bint) ", re.IGNORECASE)
SERVANT = re.compile(r"\babd(u|a|e)l[- ]?(?=\w{3})", re.IGNORECASE)
FORMS = (
    *(("LIMITED", "LTD"), ("LTD", "LIMITED"), ("COMPANY", "CO"), ("CO", "COMPANY"), ("LLC", "")),
    *(("S.A.", "SA"), ("LTDA.", "Limitada"), ("CORPORATION", "CORP"), ("CORP", "Corporation")),
    *(("OOO", "LLC"), ("OAO", "JSC"), ("INC", ""), ("GMBH", "GmbH & Co KG"), ("CO., LTD.", "")),
)
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈"
    "钟姜崔谭陆范汪廖石金贾韦夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤"
)
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英玉兰秀珍华梅建国志飞鹏鑫波斌莉宇浩凯健俊帆雪帅慧旭宁婷龙林晶欢颖红"
    "佳倩阳亮成琴畅云洁峰柳淑春海燕晨冬荣瑞莹雷东琳欣博彬坤岩文利楠瑜璐凤金小晓子梓涵一诺雨轩浩然思远嘉怡昊天"
)

LATIN = re.split(
    " ",
    "Huaxing Tianyuan Ruida Xinghe Longteng Baolai Zhongyi Hengtai Jinrui Mingyang Haoyu Shengda "
    "Yonghui Guangming Xinda Fuyuan Kaida Lianhe Bowen Chenxi Dongfeng Nanfang Xingye Taihe",
)


def cyrillic(name: str, pairs: tuple[tuple[str, str], ...] = ()) -> str:
    """A Latin name in Cyrillic: first the groups of letters, then the rest one by one."""
    text = re.sub(r"['`\u2019\u2018.]", "", name.lower())
    for group, said in pairs:
        text = text.replace(group, said)
    return "".join(LETTERS.get(letter, letter) for letter in text).title()


def turned(name: str) -> str:
    """The last word first, in capitals, as forms ask for it."""
    *first, last = name.split()
    return f"{last.upper()}, {' '.join(first)}"


def without_middle(name: str, _chance: random.Random) -> str:
    words = name.split()
    return f"{words[0]} {words[-1]}" if len(words) > 2 else ""


def mistyped(name: str, chance: random.Random) -> str:
    """One slip of a finger in one of the longer words."""
    words = name.split()
    long = [n for n, word in enumerate(words) if len(word) > 4 and word.isalpha()]
    if not long or len(words) < 2:
        return ""
    at = chance.choice(long)
    word, place = words[at], chance.randrange(1, len(words[at]) - 1)
    slip = chance.choice(SLIPS)
    words[at] = chance.choice(
        [
            word[:place] + word[place + 1] + word[place] + word[place + 2 :],
            word[:place] + word[place + 1 :],
            word[:place] + slip + word[place:],
            word[:place] + slip + word[place + 1 :],
        ]
    )
    return " ".join(words)


def arabic_way(name: str, chance: random.Random) -> str:
    """Articles joined or dropped, `bin` dropped, Abd al apart or together."""
    changed = SERVANT.sub(chance.choice(["Abd al-", "Abdul ", "Abdel"]), name)
    changed = SONS.sub(chance.choice(["", "ibn "]), changed)
    changed = ARTICLES.sub(chance.choice(["", "Al ", "al"]), changed)
    return changed if changed != name else ""


def firm_way(name: str, chance: random.Random) -> str:
    """Another legal form or none, other case and signs."""
    for form, other in FORMS:
        if re.search(rf"(?<!\w){re.escape(form)}(?!\w)", name, re.IGNORECASE):
            name = re.sub(rf"(?<!\w){re.escape(form)}(?!\w)", other, name, flags=re.IGNORECASE)
            break
    name = name.replace("&", "and") if chance.random() < 0.5 else name.replace(" AND ", " & ")
    return re.sub(r"[,.\"]+", " ", name).strip().title()


PERSON_WAYS: dict[str, Callable[[str, random.Random], str]] = {
    "Cyrillic, letter by letter": lambda name, chance: cyrillic(name),
    "Cyrillic, as newspapers": lambda name, chance: cyrillic(name, PRACTICAL),
    "Cyrillic, Ukrainian": lambda name, chance: cyrillic(name, UKRAINIAN),
    "Cyrillic, careless, turned": lambda name, chance: turned(cyrillic(name, CARELESS)),
    "Latin, turned": lambda name, chance: turned(name),
    "Latin, shuffled": lambda name, chance: " ".join(
        chance.sample(name.split(), len(name.split()))
    ),
    "no middle name": without_middle,
    "Cyrillic, no middle name": lambda name, chance: cyrillic(
        without_middle(name, chance), PRACTICAL
    ),
    "a slip": mistyped,
    "Cyrillic, a slip": lambda name, chance: cyrillic(mistyped(name, chance), PRACTICAL),
    "articles and sons": arabic_way,
}
FIRM_WAYS: dict[str, Callable[[str, random.Random], str]] = {
    "firm, other form": firm_way,
    "firm, Cyrillic": lambda name, chance: cyrillic(name, PRACTICAL),
    "firm, a slip": mistyped,
}


def written_otherwise(
    name: str, *, is_person: bool, chance: random.Random
) -> Iterator[tuple[str, str]]:
    """A listed name in every way that changes it."""
    for way, write in (PERSON_WAYS if is_person else FIRM_WAYS).items():
        text = write(name, chance)
        if text and text != name:
            yield way, text


def russians(folder: Path, count: int, chance: random.Random) -> list[str]:
    """Ordinary Russians: surname and first name of one gender, half of them with a patronymic."""
    parts = {kind: {"мр": [], "жр": []} for kind in ("surnames", "firstnames", "midnames")}  # type: dict[str, dict[str, list[str]]]
    for kind, genders in parts.items():
        with gzip.open(folder / f"{kind}.gender.tsv.gz", "rt", encoding="utf-8-sig") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                for gender in genders:
                    if gender in row["gender"]:
                        genders[gender].append(row["lemma"].title())
    made = []
    for _ in range(count):
        gender = chance.choice(["мр", "жр"])
        words = [
            chance.choice(parts["surnames"][gender]),
            chance.choice(parts["firstnames"][gender]),
        ]
        if chance.random() < 0.5:
            words.append(chance.choice(parts["midnames"][gender]))
        made.append(" ".join(words))
    return made


def chinese(count: int, chance: random.Random) -> list[str]:
    """Ordinary Chinese: of Faker's zh_CN where it is installed, or composed here.

    Composed ones are of common surnames and common letters of given names; the commoner a surname,
    the oftener it is drawn.
    """
    if find_spec("faker"):
        faker = import_module("faker").Faker("zh_CN")
        faker.seed_instance(chance.randrange(1 << 30))
        return [faker.name() for _ in range(count)]
    weights = [1 / (place + 8) for place in range(len(SURNAMES))]
    return [
        chance.choices(SURNAMES, weights)[0]
        + "".join(chance.sample(GIVEN, 1 if chance.random() < 0.15 else 2))
        for _ in range(count)
    ]
