"""What a process keeps for a minute."""

import pytest
from django.db import connection

from storefront.lib import kept


@pytest.fixture
def asked():
    kept.forget()
    yield []
    kept.forget()


def test_an_answer_is_asked_once_a_minute(asked, monkeypatch):
    monkeypatch.setattr(kept, "minute", lambda: 1)

    @kept.for_a_minute
    def answer(what):
        asked.append(what)
        return what * 2

    assert [answer(3), answer(3), answer(4)] == [6, 6, 8]
    monkeypatch.setattr(kept, "minute", lambda: 2)
    assert answer(3) == 6
    assert asked == [3, 4, 3]


def test_the_answers_of_two_databases_are_kept_apart(asked, monkeypatch):
    monkeypatch.setattr(kept, "minute", lambda: 1)

    @kept.for_a_minute
    def answer():
        asked.append(connection.settings_dict["NAME"])
        return len(asked)

    here = answer()
    monkeypatch.setitem(connection.settings_dict, "NAME", "another")
    assert (here, answer(), answer()) == (1, 2, 2)
