"""Tokens of sellers' systems, and answers kept by idempotency keys."""

from datetime import UTC, datetime, timedelta

import pytest

from catalog import access
from catalog.models import AccessReply, AccessToken
from tests.factories import catalog as make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
KEPT = timedelta(hours=72)


def asked(key: str = "k", body: str = "a", kept_for: timedelta = KEPT) -> access.Asked:
    return access.Asked(key, access.digest(body), kept_for)


def issue(seller=None, **facts) -> tuple[AccessToken, str]:
    plain = {"name": "ERP", "actor": "user:1", "now_wall": NOW}
    return access.issue(seller or make.seller(), **{**plain, **facts})


def test_secret_has_256_bits_and_is_kept_nowhere():
    token, secret = issue()

    assert secret.startswith("sgr_")
    assert len(secret) == 4 + 43
    row = AccessToken.objects.filter(pk=token.pk).values().get()
    assert secret not in map(str, row.values())
    assert secret[4:] not in str(row)
    assert secret.endswith(row["hint"])
    assert issue(token.seller)[1] != secret


def test_token_is_found_by_its_secret_and_by_nothing_else():
    token, secret = issue()

    found = access.find(secret, now_wall=NOW)

    assert found == token
    assert found.seller == token.seller
    for wrong in (
        "",
        "sgr_",
        secret[:-1],
        secret + "x",
        secret[4:],
        token.digest,
        "sgr_" + "ж" * 43,
    ):
        assert access.find(wrong, now_wall=NOW) is None


def test_last_day_of_use_is_noted_once_a_day(django_assert_num_queries):
    token, secret = issue()

    access.find(secret, now_wall=NOW)
    with django_assert_num_queries(1):
        access.find(secret, now_wall=NOW + timedelta(hours=1))
    token.refresh_from_db()
    assert token.used_on == NOW.date()

    access.find(secret, now_wall=NOW + timedelta(days=1))
    token.refresh_from_db()
    assert token.used_on == (NOW + timedelta(days=1)).date()


def test_revoked_token_opens_nothing_and_stays_on_record():
    token, secret = issue()

    assert access.revoke(token, now_wall=NOW)
    assert not access.revoke(token, now_wall=NOW + timedelta(days=1))

    assert access.find(secret, now_wall=NOW) is None
    token.refresh_from_db()
    assert token.revoked_at == NOW
    assert list(access.live(token.seller)) == []


def test_a_seller_has_twenty_tokens_at_most():
    seller = make.seller()
    tokens = [issue(seller)[0] for _n in range(access.MOST_TOKENS)]

    with pytest.raises(access.TooManyTokens):
        issue(seller)
    assert AccessToken.objects.count() == access.MOST_TOKENS

    access.revoke(tokens[0], now_wall=NOW)
    issue(seller)


def test_first_asker_answers_and_the_others_get_his_answer():
    seller = make.seller()

    claim = access.claim(seller, asked(), now_wall=NOW)
    assert isinstance(claim, access.Claim)
    assert access.keep(claim, status=201, body='{"a":1}')

    reply = access.claim(seller, asked(), now_wall=NOW + timedelta(seconds=1))
    assert isinstance(reply, AccessReply)
    assert (reply.status, reply.body) == (201, '{"a":1}')


def test_key_belongs_to_one_request_and_one_seller():
    seller = make.seller()
    access.claim(seller, asked(), now_wall=NOW)

    with pytest.raises(access.KeyReused):
        access.claim(seller, asked(body="b"), now_wall=NOW)
    assert isinstance(access.claim(make.seller(), asked(body="b"), now_wall=NOW), access.Claim)


def test_second_asker_is_told_when_to_come_back():
    seller = make.seller()
    access.claim(seller, asked(), now_wall=NOW)

    with pytest.raises(access.StillRunning) as told:
        access.claim(seller, asked(), now_wall=NOW + timedelta(seconds=20))

    assert told.value.facts["seconds"] == 40


def test_crash_frees_its_key_after_the_lease_and_the_dead_answer_counts_no_more():
    seller = make.seller()
    dead = access.claim(seller, asked(), now_wall=NOW)

    later = access.claim(seller, asked(), now_wall=NOW + access.LEASE)

    assert isinstance(later, access.Claim)
    assert not access.keep(dead, status=200, body="the dead man's")
    access.release(dead)
    assert access.keep(later, status=200, body="the living one's")
    assert AccessReply.objects.get().body == "the living one's"


def test_released_key_is_free_at_once():
    seller = make.seller()
    access.release(access.claim(seller, asked(), now_wall=NOW))

    assert isinstance(access.claim(seller, asked(body="b"), now_wall=NOW), access.Claim)


def test_answers_are_forgotten_after_their_time_and_swept_away_by_new_ones():
    seller = make.seller()
    for key in ("old", "older"):
        access.keep(access.claim(seller, asked(key), now_wall=NOW), status=200, body="1")
    later = NOW + KEPT

    assert isinstance(access.claim(seller, asked("old", "b"), now_wall=later), access.Claim)
    access.claim(seller, asked("new"), now_wall=later + timedelta(seconds=1))

    assert set(AccessReply.objects.values_list("key", flat=True)) == {"old", "new"}
