"""Names that are one name in several scripts, orders and spellings, and names that are not."""

import csv
from pathlib import Path

import pytest

from payments.screening import matching, names, words
from payments.screening.adjusting import Facts, adjusted
from payments.screening.judging import FIRM, PERSON, PRIMARY, WEAK, Listed
from tests.payments.conftest import shared_data

REVIEW = 0.85
TABLE = Path(__file__).parents[2] / "payments/reference/screening_words.csv"


@pytest.fixture(scope="session")
def known_words() -> words.Words:
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return words.made((r["kind"], r["text"], r["meaning"], r["language"]) for r in rows)


def best(known: words.Words, query: str, listed: str, *, kind: str = PERSON, **more: str) -> float:
    """The score of a query against a list of one name."""
    index = matching.built([Listed(1, 1, listed, more.get("quality", PRIMARY), kind)], known)
    hits = index.search(query, least=0, kind=more.get("ours", kind))
    return hits[0].score if hits else 0.0


@pytest.mark.parametrize(
    ("query", "listed"),
    [
        ("Александр Лукашенко", "Alyaksandr LUKASHENKA"),
        ("ЛУКАШЕНКО Александр Григорьевич", "Alyaksandr Grigorievich LUKASHENKO"),
        ("Хорхе Гарсия", "Jorge GARCIA"),
        ("Юрий Щербаков", "Jurij SHCHERBAKOV"),
        ("Yevgeniy Prigozhin", "Evgeny PRIGOZHIN"),
        ("Євген Пригожин", "Yevgeniy Viktorovich PRIGOZHIN"),
        ("Си Цзиньпин", "XI Jinping"),
        ("Ли Фанвэй", "Fangwei LI"),
        ("李芳伟", "LI, Fangwei"),
        ("李芳伟", "Fang Wei LI"),
        ("金正恩", "KIM Jong Un"),
        ("김정은", "Kim Jong Un"),
        ("Ким Чен Ын", "KIM Jong Un"),
        ("محمد حسن", "Mohammed HASSAN"),
        ("Мохаммед бин Салман", "Muhammad Salman"),
        ("Abdulrahman Qasim", "Abd al-Rahman KASIM"),
        ("Al-Shanti Jamila", "Jamileh Abdullah AL-SHANTI"),
        ("Виктор Буt", "Viktor BUT"),
        ("PUTIN, V. V.", "V. V. Putin"),
        ("山田太郎", "Yamada Taro"),
    ],
)
def test_one_name_is_known_again(known_words, query, listed):
    assert best(known_words, query, listed) >= REVIEW


@pytest.mark.parametrize(
    ("query", "listed"),
    [
        ("ООО «Ладога Менеджмент»", "LADOGA MENEDZHMENT LLC"),
        ("Ладога Менеджмент", "OBSHCHESTVO S OGRANICHENNOY OTVETSTVENNOSTYU LADOGA MENEDZHMENT"),
        ("Dandong Hongxiang Industrial Co., Ltd.", "DANDONG HONGXIANG INDUSTRIAL CO LTD"),
        ("丹东鸿祥实业发展有限公司", "丹东鸿祥实业发展有限责任公司"),
        ("Sin-Mex Importadora", "SIN-MEX IMPORTADORA, S.A. DE C.V."),
        ("АО «Концерн Ижмаш»", "OPEN JOINT STOCK COMPANY 'KONTSERN IZHMASH'"),
    ],
)
def test_one_firm_is_known_again_in_another_form(known_words, query, listed):
    assert best(known_words, query, listed, kind=FIRM) >= REVIEW


@pytest.mark.parametrize(
    ("query", "listed"),
    [
        ("Иван Иванов", "Ivan PETROV"),
        ("Иван Сергеевич Петров", "Ivan Nikolaevich PETROV"),
        ("Сергей Петров", "Ivan PETROV"),
        ("Петров", "Ivan PETROV"),
        ("Иван", "Ivan PETROV"),
        ("李明", "LIN Min"),
        ("孙伟畅", "Wei SUN"),
        ("王国伟", "Guowang WEI"),
        ("张伟", "Mohammed ALI"),
    ],
)
def test_two_names_stay_two(known_words, query, listed):
    assert best(known_words, query, listed) < REVIEW


def test_chinese_letters_are_more_than_their_reading(known_words):
    """The same letters are the same name; the reading alone is less; other letters less still."""
    same = best(known_words, "王伟", "王伟")
    read = best(known_words, "王伟", "WANG Wei")
    other = best(known_words, "王伟", "汪薇")

    assert same == 1.0
    assert same > read > other >= REVIEW


def test_a_weak_alias_counts_whole_and_never_in_part(known_words):
    whole = best(known_words, "Абу Али", "Abu Ali", quality=WEAK)
    part = best(known_words, "Abu Ali Hasan", "Abu Ali", quality=WEAK)

    assert REVIEW <= whole < 0.9
    assert part < REVIEW


def test_another_kind_of_party_takes_a_tenth_away(known_words):
    assert best(known_words, "Ivan Petrov", "Ivan PETROV", ours=FIRM) == pytest.approx(0.9)


def test_a_name_is_bounded(known_words):
    assert len(names.ready("а " * 5000, known_words)[0].tokens) <= names.MOST_WORDS
    assert names.ready("...", known_words) == []


def test_pairs_of_scripts_from_outside(known_words):
    """Source: sanctions_match_pairs; at least 19 in 20 reach the review threshold."""
    file = shared_data("sanctions_match_pairs") / "cross_script_pairs.csv"
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    pairs = list(csv.reader(line for line in lines if not line.startswith("#")))

    missed = [row[:2] for row in pairs if best(known_words, row[0], row[1]) < REVIEW]

    assert len(pairs) > 20
    assert len(missed) <= len(pairs) * 0.05, missed


def test_a_day_of_birth_lifts_and_another_year_lowers():
    ours = Facts("OWNER", "1", ("Ivan Petrov",), True, births=("1970-05-01",), countries=("RU",))

    def after(*births: tuple[int, int, str], score: float = 0.9) -> float:
        return adjusted(score, ours, {"births": births}, least=REVIEW).score

    assert after((1970, 1970, "1970-05-01")) == pytest.approx(0.95)
    assert after((1965, 1971, "")) == pytest.approx(0.93)
    assert after((1950, 1950, "")) == pytest.approx(0.75)
    assert after() == 0.9
    assert after((1950, 1950, ""), score=1.0) >= REVIEW  # circumstances never clear such a name


def test_an_equal_number_is_conclusive_whatever_the_name():
    ours = Facts("SELLER", "1", ("X",), False, numbers=("91420112711981060J",))
    theirs = {"numbers": [["USCCC", "91420112711981060j"]], "births": []}

    found = adjusted(0.1, ours, theirs, least=REVIEW)

    assert (found.score, found.is_conclusive) == (1.0, True)
