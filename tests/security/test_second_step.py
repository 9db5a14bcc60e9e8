"""Codes of a telephone, sessions of those who work here, and what ends them."""

import base64
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from storefront.accounts import apps, groups, second
from storefront.accounts.models import SecondStep, User
from storefront.lib import clock
from tests.admin.world import PASSWORD

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=2)
SECOND, ASK, LOGIN = "/account/second/", "/account/second/ask/", "/account/login/"


@pytest.fixture(autouse=True)
def _standing_clock():
    cache.clear()
    with clock.simulated(NOW):
        yield


def person(group: str, **more) -> User:
    groups.load()
    user = User.objects.create_user(f"{group}@example.com", PASSWORD, **more)
    user.groups.add(Group.objects.get(name=group))
    return user


@pytest.fixture
def operator() -> User:
    return person("operator", is_staff=True)


def signed_in(user: User) -> Client:
    """A browser of somebody who typed his password."""
    client = Client()
    client.post(LOGIN, {"login": user.email, "password": PASSWORD})
    return client


def code(secret: str, at: datetime = NOW) -> str:
    return second.code_at(secret, int(at.timestamp()) // 30)


def set_up(client: Client) -> tuple[str, list[str]]:
    """The secret of the telephone and the codes of the paper, as the pages give them."""
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", client.get(SECOND).content.decode())[1]
    page = client.post(SECOND, {"code": code(secret)}).content.decode()
    return secret, re.findall(r"<code>([a-z2-7]{5}-[a-z2-7]{5})</code>", page)


@pytest.mark.parametrize(
    ("seconds", "digits"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_standard(seconds, digits):
    """RFC 6238, appendix B, SHA-1: the last six of its eight digits."""
    secret = base64.b32encode(b"12345678901234567890").decode()

    assert second.code_at(secret, seconds // 30) == digits


def test_a_password_alone_opens_nothing_once_a_second_step_is_set_up(operator):
    before, client = signed_in(operator), signed_in(operator)
    secret, papers = set_up(client)
    assert client.get("/admin/").status_code == 200
    assert before.get("/admin/").status_code == 302, "a session without the code has ended"
    row = SecondStep.objects.get()
    assert secret.encode() not in bytes(row.sealed)
    assert len(papers) == 10

    late = Client()
    answer = late.post(LOGIN, {"login": operator.email, "password": PASSWORD})

    assert answer.url == ASK
    assert late.get("/account/").status_code == 302
    assert late.post(ASK, {"code": code(secret)}).status_code == 200, "it was used up at set-up"
    with clock.simulated(LATER):
        assert late.post(ASK, {"code": f" {code(secret, LATER)} "}).url == "/admin/"
    for expected in (302, 200):
        other = signed_in(operator)
        assert other.post(ASK, {"code": papers[3].upper()}).status_code == expected


def test_five_wrong_codes_shut_the_second_step_for_a_while(operator):
    secret, _papers = set_up(signed_in(operator))
    for _number in range(5):
        cache.clear()  # what counts is a row
        assert signed_in(operator).post(ASK, {"code": "000000"}).status_code == 200
    for wait, expected in ((LATER, 200), (NOW + timedelta(minutes=16), 302)):
        cache.clear()
        with clock.simulated(wait):
            answer = signed_in(operator).post(ASK, {"code": code(secret, wait)})
            assert answer.status_code == expected


def test_the_step_between_password_and_code_is_open_to_nobody_else():
    assert Client().get(ASK).url == LOGIN


def test_desks_are_shut_without_a_second_step_where_the_house_wants_one(operator, settings):
    settings.STAFF_SECOND_FACTOR = True
    client, mei = signed_in(operator), signed_in(person("floor"))

    assert client.get("/admin/").url == SECOND
    assert client.get("/zh-hans/staff/").url == f"/zh-hans{SECOND}"
    part = client.get("/admin/", headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Redirect"]) == (204, SECOND)
    assert mei.get("/staff/").status_code == 200, "hands on a shared device carry no telephone"
    set_up(client)
    assert client.get("/admin/").status_code == 200
    assert client.post("/admin/logout/").status_code == 200


def test_a_shop_that_serves_people_is_warned_of_desks_with_a_password_alone(settings):
    settings.STAFF_SECOND_FACTOR, settings.DEMO = False, False
    assert [one.id for one in apps.second_factor()] == ["accounts.W001"]

    settings.STAFF_SECOND_FACTOR = True
    assert apps.second_factor() == []


@pytest.mark.parametrize(
    ("group", "minutes", "desk"), [("operator", 31, "/admin/"), ("floor", 61, "/staff/")]
)
def test_desks_left_alone_are_shut(group, minutes, desk):
    client = signed_in(person(group, is_staff=group == "operator"))
    session = client.session
    session["seen"] -= 60 * (minutes - 2)
    session.save()
    client.get(desk, headers={"HX-Request": "true"})
    assert client.session["seen"] == session["seen"], "a page that asks by itself is nobody"

    session["seen"] -= 120
    session.save()

    assert client.get(desk).url == f"{LOGIN}?next={desk}"
    assert client.get("/account/").status_code == 302


def test_desks_are_shut_at_the_end_of_a_shift(operator):
    client = signed_in(operator)
    session = client.session
    session["since"] -= 12 * 3600 + 1
    session.save()

    assert client.get("/admin/").url == f"{LOGIN}?next=/admin/"


def test_a_hand_at_the_desk_keeps_it_open(operator):
    client = signed_in(operator)
    session = client.session
    session["seen"] -= 60 * 20
    session.save()

    assert client.get("/admin/").status_code == 200
    assert client.session["seen"] > session["seen"]


def test_a_new_password_ends_the_other_sessions(operator):
    thief, client = signed_in(operator), signed_in(operator)
    change = {
        "oldpassword": PASSWORD,
        "password1": "quite-another-1",
        "password2": "quite-another-1",
    }

    client.post(reverse("account_change_password"), change)

    assert thief.get("/account/").status_code == 302
    assert client.get("/account/").status_code == 200


def edited(user: User, **changed) -> dict:
    """The form of a user's desk, as the browser would send it."""
    form = {"email": user.email, "name": user.name, "language": user.language, "is_active": "on"}
    form |= {"is_staff": "on", "groups": [group.pk for group in user.groups.all()]}
    return form | changed


@pytest.mark.parametrize("right", ["groups", "is_staff", "nothing"])
def test_a_change_of_rights_ends_every_session_at_once(operator, right):
    boss = signed_in(User.objects.create_superuser("root@example.com", PASSWORD))
    client = signed_in(operator)
    new = {"groups": [Group.objects.get(name="customs").pk], "is_staff": "", "nothing": ""}
    form = edited(operator)
    form |= {} if right == "nothing" else {right: new[right]}

    answer = boss.post(f"/admin/accounts/user/{operator.pk}/change/", form)

    assert answer.status_code == 302, answer.context["errors"]
    assert (client.get("/account/").status_code == 200) == (right == "nothing")


def test_who_lost_his_telephone_is_let_in_by_a_superuser(operator):
    client = signed_in(operator)
    set_up(client)
    boss = signed_in(User.objects.create_superuser("root@example.com", PASSWORD))

    deed = reverse("admin:accounts_user_forget_telephone", args=[operator.pk])
    boss.post(deed, {"sure": "1", "text": "lost"})

    assert not SecondStep.objects.exists()
    assert client.get("/account/").status_code == 302
    assert signed_in(operator).get("/admin/").status_code == 200


def test_the_second_step_is_taken_away_with_a_code_alone(operator):
    client = signed_in(operator)
    _secret, papers = set_up(client)

    client.post(SECOND, {"code": "123456", "drop": "1"})
    assert SecondStep.objects.exists()
    client.post(SECOND, {"code": papers[0], "drop": "1"})

    assert not SecondStep.objects.exists()
    assert client.get("/account/").status_code == 200


def test_a_session_signed_in_long_ago_types_the_password_before_it_sets_one_up(operator):
    client = Client()
    client.force_login(operator, backend="django.contrib.auth.backends.ModelBackend")

    assert client.get(SECOND).url.startswith("/account/reauthenticate/")
