"""A real list against names written otherwise and against ordinary ones; more in benchmarks/."""

import gzip
import random

import pytest

from benchmarks import screening_names
from payments.models import ListKind
from payments.screening import matching, taking
from payments.screening.entries import PERSON, WEAK, Entry
from payments.screening.judging import Listed
from tests.payments.conftest import shared_data
from tests.payments.test_screening_names import REVIEW, known_words  # noqa: F401  a fixture


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    body = (shared_data("sanctions_un_a_2018") / "consolidated.xml.gz").read_bytes()
    return taking.read(ListKind.UN, [gzip.decompress(body)])


@pytest.fixture(scope="module")
def index(entries, known_words) -> matching.Index:  # noqa: F811
    return matching.built(
        (
            Listed(number, 0, alias.text, alias.quality, entry.kind)
            for number, entry in enumerate(entries)
            for alias in entry.names
        ),
        known_words,
    )


def test_listed_names_written_otherwise_are_found(entries, index):
    chance = random.Random(17)
    asked = found = 0
    for number in chance.sample(range(len(entries)), 80):
        entry = entries[number]
        name = next(one.text for one in entry.names if one.quality != WEAK)
        if not name.isascii() or len(name.split()) < 2:
            continue
        is_person = entry.kind == PERSON
        ways = screening_names.written_otherwise(name, is_person=is_person, chance=chance)
        for _way, text in ways:
            hits = index.search(text, least=REVIEW, kind=entry.kind)
            asked += 1
            found += any(hit.listed.entry == number for hit in hits)

    assert asked > 400
    assert found / asked >= 0.95


def test_ordinary_people_are_left_alone(index):
    chance = random.Random(17)
    russians = screening_names.russians(shared_data("ru_names_petrovich"), 250, chance)
    chinese = screening_names.chinese(250, chance)

    alarms = [
        name for name in (*russians, *chinese) if index.search(name, least=REVIEW, kind=PERSON)
    ]

    assert len(alarms) <= 5, alarms
