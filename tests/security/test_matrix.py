"""Every address against every role: a new address without a stated policy fails here."""

from collections.abc import Iterable, Iterator
from zlib import crc32

import pytest
from django.db import connection, transaction
from django.http import HttpResponse

from tests.security import addresses, policy
from tests.security.world import ROLES, World

pytestmark = pytest.mark.xdist_group("matrix")  # one worker makes the world, once
PLACES = {place.name: place for place in addresses.walk()}
DOORS = policy.doors()
EVERY = {  # what every answer carries; the desks have scripts of their own (docs/adr)
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
POLICY = {"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"}
SANDBOX = {"default-src 'none'", "sandbox"}  # of files that people have sent
SAME_FOR_ALL = {"picture", "media"}  # a picture has one address in every shop window
# Looking at these is written down, asks the acquirer how the payment stands, or (allauth) takes
# the address of a person nobody wrote down before.
LOOKS_WRITTEN_DOWN = {"admin:catalog_sellerapplication_paper", "pay_return", "account_email"}
# What Anna typed of herself; buyers, sellers and strangers read it nowhere.
PERSONAL = (
    "Анна Тестова",
    "+79120000",
    "ул. Тестовая",
    "anna@example.com",
    "271828",
    "500100732259",
)
OTHERS = {"anonymous", "gleb", "boris", "lin"}
HIDDEN = ("session", "csrftoken")
TOLD = ("INSERT", "UPDATE", "DELETE")


def test_every_address_has_a_stated_policy_and_none_is_stated_in_vain():
    assert {place.name for place in addresses.walk()} == set(DOORS)


def test_every_role_is_outside_of_some_door_and_inside_of_another():
    for role in ROLES:
        assert {role in door.inside for door in DOORS.values()} == {True, False}


class Visit:
    """Questions at doors, each with what it wrote, and undone: a secret link opens a session."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.written: list[str] = []

    def ask(self, role: str, method: str, name: str) -> HttpResponse:
        self.written = []
        path = addresses.path(self.world, PLACES[name])
        before = transaction.savepoint()  # no atomic block: flows want theirs to be the outermost
        with connection.execute_wrapper(self._note):
            answer = self.world.client(role).generic(method, path)
        transaction.savepoint_rollback(before)
        return answer

    def _note(self, execute, sql, params, many, context):
        if sql.startswith(TOLD) and "django_session" not in sql:
            self.written.append(sql[:90])
        return execute(sql, params, many, context)


@pytest.fixture
def visit(world: World) -> Visit:
    return Visit(world)


def faults(visit: Visit, role: str, method: str, name: str) -> Iterator[str]:
    """What is wrong with the answer at a door."""
    door = DOORS[name]
    answer = visit.ask(role, method, name)
    asked = f"{role} {method} {name}"
    if not is_expected(answer, door.expects(role, method)):
        where = answer.headers.get("Location", "")
        yield f"{asked}: {answer.status_code} {where}, not {door.expects(role, method)}"
    is_shut = role not in door.inside or method not in door.methods
    if visit.written and (is_shut or method == "GET") and name not in LOOKS_WRITTEN_DOWN:
        yield f"{asked} wrote {visit.written}"
    yield from (f"{asked}: {fault}" for fault in bare(answer, role, name))
    page = b"".join(answer).decode(errors="replace")
    if role in OTHERS:
        yield from (f"{asked} tells {word}" for word in PERSONAL if word in page)


def is_expected(answer: HttpResponse, expected: Iterable[policy.Answer]) -> bool:
    where = answer.headers.get("Location", "")
    return any(
        answer.status_code == one
        if isinstance(one, int)
        else answer.status_code == 302 and where.startswith(one)
        for one in expected
    )


def bare(answer: HttpResponse, role: str, name: str) -> Iterator[str]:
    """What an answer lacks of its headers."""
    for header, value in EVERY.items():
        if answer.headers.get(header) != value:
            yield f"{header} is {answer.headers.get(header)}"
    told = set(answer.headers.get("Content-Security-Policy", "").split("; "))
    if not (told >= POLICY or told >= SANDBOX):
        yield f"the policy is {told}"
    kept = answer.headers.get("Cache-Control", "")
    if (
        role != "anonymous"
        and name not in SAME_FOR_ALL
        and not {"private", "no-store"} & words(kept)
    ):
        yield f"a shared cache may keep it: {kept}"
    if "public" in kept and answer.cookies:
        yield "a shared cache would keep a cookie"
    for cookie in answer.cookies.values():
        if cookie.key in HIDDEN and not (cookie["httponly"] and cookie["samesite"] == "Lax"):
            yield f"the cookie {cookie.key} is open to scripts or other sites"


def words(header: str) -> set[str]:
    return set(header.replace(" ", "").split(","))


def sampled() -> list[str]:
    """Every address that somebody wrote, and of each desk one of those that Django wrote."""
    desks = {name: name.replace("/", "_").split("_")[1] for name in policy.standard()}
    every = sorted(DOORS, key=lambda name: crc32(name.encode()))
    one_each = {desks[name]: name for name in every if name in desks}
    apps = set(one_each.values())
    return [name for name in DOORS if name not in desks or name in apps]


def a_wrong_role(name: str) -> str | None:
    outside = sorted(DOORS[name].outside.keys() - {"anonymous"})
    return outside[crc32(name.encode()) % len(outside)] if outside else None


def test_a_stranger_and_one_wrong_role_are_kept_out_of_each_address(visit):
    found: list[str] = []
    for name in sampled():
        found += faults(visit, "anonymous", "GET", name)
        role = a_wrong_role(name)
        method = "POST" if "POST" in DOORS[name].methods else "GET"
        found += faults(visit, role, method, name) if role else []

    assert found == []


@pytest.mark.soak
@pytest.mark.parametrize("role", ROLES)
def test_every_address_answers_a_role_as_its_policy_says(visit, role):
    found = [fault for name in DOORS for fault in faults(visit, role, "GET", name)]
    for name, door in DOORS.items():
        if role not in door.inside and "POST" in door.methods:
            found += faults(visit, role, "POST", name)

    assert found == []


def test_only_machines_post_without_the_token_of_a_form():
    """Their calls carry secrets of their own, and no cookie opens anything for them.

    The document of the interface is for looking: whether it is exempt changes nothing."""
    exempt = {place.name for place in addresses.walk() if place.is_exempt} | {"api:openapi"}

    interface = {place.name for place in addresses.walk() if place.route.startswith("api/")}
    assert exempt == {"webhook", "carrier_webhook"} | interface
