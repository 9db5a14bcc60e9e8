"""Make judged queries by rule from rows chosen at random, so that a new set is one number away.

    python benchmarks/search_strangers.py --seed 4711 [--each 12] > FILE.tsv
    python benchmarks/bench_search.py --judgements FILE.tsv

The rules know nothing of what the search can do. A phone is asked for by its maker and model; goods
of the Russian catalogue by their kind, maker and one sign of their own. Right is, for
    a phone       every goods with the words of maker and model, each whole
    an article    every goods whose title has the code, its signs and spaces left out
    a barcode     the goods that bear it
    a spec        every goods of this maker with these properties
    other goods   every goods with the maker and the sign of their own
What is asked is then spoiled in one way: spoken, mistyped, typed on the other keyboard, glued,
split, written with letters that look the same, in Latin letters, numbers as words.
"""

import argparse
import random
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import search_corpus as corpus  # noqa: E402
from catalog.words.folding import fold  # noqa: E402

Row = dict[str, str]
Asked = tuple[str, str]  # query, right
MAKERS = {
    "Samsung": "самсунг", "Apple": "эпл", "Huawei": "хуавей", "Honor": "хонор", "LG": "элджи",
    "Nokia": "нокиа", "Motorola": "моторола", "Google": "гугл", "Sony": "сони", "HTC": "хтс",
    "BlackBerry": "блэкберри", "alcatel": "алкатель",
}  # fmt: skip
SPOKEN = {
    "galaxy": "галакси", "iphone": "айфон", "ipad": "айпад", "watch": "вотч", "note": "нот",
    "pro": "про", "plus": "плюс", "max": "макс", "mini": "мини", "lite": "лайт", "tab": "таб",
    "ultra": "ультра", "xperia": "иксперия", "desire": "дизайр", "one": "ван", "lumia": "люмия",
    "mate": "мейт", "nova": "нова", "enjoy": "энджой", "moto": "мото", "edge": "эдж",
    "play": "плей",
    "power": "пауэр", "optimus": "оптимус", "view": "вью", "pop": "поп", "pixel": "пиксель",
    "ascend": "асенд", "mediapad": "медиапад", "wave": "вейв", "star": "стар", "ace": "эйс",
    "active": "актив", "duos": "дуос", "classic": "классик", "slide": "слайд", "curve": "курв",
    "fold": "фолд", "flip": "флип", "premium": "премиум", "compact": "компакт", "style": "стайл",
    "se": "се", "music": "мьюзик", "smart": "смарт", "young": "янг", "core": "кор",
    "prime": "прайм",
}  # fmt: skip
LAYOUT = dict(
    zip("йцукенгшщзхъфывапролджэячсмитьбю", "qwertyuiop[]asdfghjkl;'zxcvbnm,.", strict=True)
)
OTHER = {latin: russian for russian, latin in LAYOUT.items()}
LOOKALIKE = dict(zip("abcehkmoptx", "авсенкмортх", strict=True))
LATIN = {
    **dict(zip("абвгдезийклмнопрстуфцыэ", "abvgdezijklmnoprstufcye", strict=True)),
    "ж": "zh", "х": "h", "ч": "ch", "ш": "sh", "щ": "sch", "ю": "yu", "я": "ya", "ъ": "", "ь": "",
}  # fmt: skip
NUMBERS = {
    "2": "два", "3": "три", "4": "четыре", "5": "пять", "6": "шесть", "7": "семь", "8": "восемь",
    "9": "девять", "10": "десять", "11": "одиннадцать", "12": "двенадцать", "20": "двадцать",
}  # fmt: skip
NEIGHBOURS = ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю", "qwertyuiop", "asdfghjkl", "zxcvbnm")
CODE = re.compile(r"\b(?=[a-z0-9-]*[a-z])(?=[a-z0-9-]*\d)[a-z0-9][a-z0-9-]{4,}[a-z0-9]\b")
MEASURE = re.compile(r"\d+(?:gb|mb|tb|mah|inch|mhz|ghz|rpm|dpi|ms|w|v|va|port|pin)|\d+x\d+.*")
FEW = 6


class Stranger:
    """Someone with a list of goods and bad manners at the keyboard."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.phones = [row for row in corpus.phones() if row["name"].partition(" ")[0] in MAKERS]
        self.goods = [row for row in corpus.catalogue() if row["UPCEAN"].strip()]
        self.codes: dict[str, list[Row]] = defaultdict(list)
        for row in self.goods:
            for code in set(CODE.findall(row["Name"].lower())):
                self.codes[code].append(row)
        self.kinds: dict[str, Callable[[], Asked]] = {
            "alias": self.spoken, "typo": self.mistyped, "layout": self.other_keyboard,
            "glued": self.glued, "split": self.split, "lookalike": self.lookalike,
            "spec": self.spec, "article": self.article, "part": self.part, "barcode": self.barcode,
            "translit": self.in_latin, "number": self.number, "goods": self.plain_goods,
        }  # fmt: skip

    def ask(self, each: int) -> Iterator[tuple[str, str, str]]:
        """So many different queries of every kind."""
        for kind, make in self.kinds.items():
            seen: set[str] = set()
            while len(seen) < each:
                query, right = make()
                if query and query not in seen:
                    seen.add(query)
                    yield query, kind, right

    def phone(self) -> tuple[list[str], str]:
        """Maker and model as words, and what is right for them."""
        row = self.dice.choice(self.phones)
        while re.search(r"\d\.\d", row["name"]):  # 10.5 is a measure, not two words
            row = self.dice.choice(self.phones)
        words = fold(re.sub(r"\(.*", "", row["name"])).split()
        return words, "~" + " ".join(f"={word}" for word in dict.fromkeys(words))

    def thing(self) -> tuple[list[str], str]:
        """Kind, maker and a sign of goods of the catalogue."""
        while True:
            row = self.dice.choice(self.goods)
            words, maker = fold(row["Name"]).split(), fold(row["BrandName"])
            own = [word for word in words[1:7] if re.fullmatch(r"(?=\D*\d)[a-z0-9]{3,}", word)]
            own = [word for word in own if not MEASURE.fullmatch(word)]
            if re.fullmatch("[а-я]{5,}", words[0]) and maker in words and own:
                return [words[0], maker, own[0]], f"~{maker} {own[0]}"

    def spoken(self) -> Asked:
        words, right = self.phone()
        said = [*map(self._maker, words[:1]), *(SPOKEN.get(word, word) for word in words[1:])]
        drop = said[1:] if words[1] in SPOKEN and self.dice.random() < 1 / 3 else said
        return " ".join(drop if len(drop) > 1 else said), right

    @staticmethod
    def _maker(word: str) -> str:
        return next(said for maker, said in MAKERS.items() if fold(maker) == word)

    def mistyped(self) -> Asked:
        words, right = self.dice.choice((self._spoken_words, self.thing))()
        long = [place for place, word in enumerate(words) if len(word) > 4 and word.isalpha()]
        if not long:
            return "", right
        place = self.dice.choice(long)
        words[place] = self._slip(words[place])
        return " ".join(words), right

    def _spoken_words(self) -> tuple[list[str], str]:
        query, right = self.spoken()
        return query.split(), right

    def _slip(self, word: str) -> str:
        at = self.dice.randrange(1, len(word) - 1)
        row = next((keys for keys in NEIGHBOURS if word[at] in keys), word[at])
        beside = row[max(row.find(word[at]) - 1, 0)] if row[0] != word[at] else row[1:2]
        return self.dice.choice((
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + beside + word[at + 1 :],
        ))  # fmt: skip

    def other_keyboard(self) -> Asked:
        query, right = self.dice.choice((self.spoken, self.plain_goods, self._as_written))()
        if re.search("[а-я]", query):
            return "".join(LAYOUT.get(sign, sign) for sign in query), right
        return "".join(OTHER.get(sign, sign) for sign in query), right

    def _as_written(self) -> Asked:
        words, right = self.phone()
        return " ".join(words), right

    def glued(self) -> Asked:
        query, right = self.dice.choice((self.spoken, self._as_written))()
        words = query.split()
        at = self.dice.randrange(1, len(words))
        return " ".join([*words[: at - 1], words[at - 1] + words[at], *words[at + 1 :]]), right

    def split(self) -> Asked:
        query, right = self.dice.choice((self.spoken, self._as_written))()
        places = [found.start() + 1 for found in re.finditer(r"[a-z](?=\d)|\d(?=[a-z])", query)]
        if not places:
            return "", right
        at = self.dice.choice(places)
        return query[:at] + self.dice.choice(" -") + query[at:], right

    def lookalike(self) -> Asked:
        query, right = self.dice.choice((self.article, self._as_written))()
        words = query.split()
        codes = [n for n, word in enumerate(words) if re.search(r"\d", word)]
        codes = [n for n in codes if set(words[n]) & set(LOOKALIKE)]
        if not codes:
            return "", right
        at = self.dice.choice(codes)
        words[at] = "".join(LOOKALIKE.get(sign, sign) for sign in words[at])
        return " ".join(words), right

    def spec(self) -> Asked:
        row = self.dice.choice(self.phones)
        maker = row["name"].partition(" ")[0]
        specs = corpus._specs(row, corpus._number(row["size"]) or 0)
        said, right = self._facts(specs, corpus._sizes(row["internal"]))
        if not said:
            return "", ""
        facts = self.dice.sample(list(zip(said, right, strict=True)), min(2, len(said)))
        return (
            " ".join((MAKERS[maker], *(fact for fact, _key in facts))),
            " ".join((f"~={fold(maker)}", *(key for _fact, key in facts))),
        )

    def _facts(
        self, specs: dict[str, Any], sizes: list[dict[str, int]]
    ) -> tuple[list[str], list[str]]:
        said, right = [], []
        for key, units, short in (
            ("battery_mah", ("мач", "mah", "мАч"), "mah"), ("charge_w", ("вт", "w", "ватт"), "w"),
            ("screen_inch", ("дюйма", '"', "дюймов"), "in"), ("refresh_hz", ("гц", "герц"), "hz"),
            ("main_camera_mp", ("мп", "мегапикселей", "mp"), "mp"),
        ):  # fmt: skip
            if key in specs:
                number = f"{float(specs[key]):g}"
                said.append(number + self.dice.choice((" ", "")) + self.dice.choice(units))
                right.append("=" + number.replace(".", "d") + short)
        if sizes and "ram_gb" in sizes[0]:
            ram, storage = sizes[0]["ram_gb"], sizes[0]["storage_gb"]
            said.append(
                self.dice.choice(("{}/{}", "{}+{}", "{} {} гб", "{}гб {}гб")).format(ram, storage)
            )
            right.append(f"={ram}gb ={storage}gb")
        return said, right

    def article(self) -> Asked:
        return self._code(lambda code: code)

    def part(self) -> Asked:
        """The beginning of a code, no shorter than six signs."""
        return self._code(lambda code: code[: max(6, len(code) * 2 // 3)])

    def _code(self, cut: Callable[[str], str]) -> Asked:
        code = self.dice.choice(list(self.codes))
        query = cut(code).strip("-")
        bare = re.sub(r"\W", "", query)
        having = [row for row in self.goods if bare in re.sub(r"\W", "", row["Name"].lower())]
        if MEASURE.fullmatch(code) or len(bare) < FEW or len(having) > FEW:
            return "", ""
        barcodes = "|".join(row["UPCEAN"].strip()[:14] for row in having)
        return self.dice.choice((query, query, query.upper(), query.replace("-", " "))), barcodes

    def barcode(self) -> Asked:
        code = self.dice.choice(self.goods)["UPCEAN"].strip()[:14]
        spaced = f"{code[:1]} {code[1:7]} {code[7:]}" if len(code) == len("4006381333931") else code
        return self.dice.choice((code, code, spaced)), code

    def in_latin(self) -> Asked:
        words, right = self.thing()
        return " ".join("".join(LATIN.get(sign, sign) for sign in word) for word in words), right

    def number(self) -> Asked:
        query, right = self.spoken()
        words = query.split()
        if not set(words[1:]) & set(NUMBERS):
            return "", right
        return " ".join((words[0], *(NUMBERS.get(word, word) for word in words[1:]))), right

    def plain_goods(self) -> Asked:
        words, right = self.thing()
        return " ".join(words), right


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--each", type=int, default=12, help="queries of each kind")
    asked = parser.parse_args()
    print("query\tkind\tright")
    for query, kind, right in Stranger(asked.seed).ask(asked.each):
        print(f"{query}\t{kind}\t{right}")


if __name__ == "__main__":
    main()
