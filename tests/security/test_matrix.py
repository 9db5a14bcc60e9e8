"""Every address against every role: a new address without a stated policy fails here."""

import base64
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from itertools import islice
from zlib import crc32

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.urls import is_valid_path, resolve

from tests.security import addresses, policy
from tests.security.fuzzing import Form, Pair, encoded, forms
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
OTHERS = {"anonymous", "gleb", "boris", "lin", "authority"}
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
    page = readable(b"".join(answer))
    if role in OTHERS:
        yield from (f"{asked} tells {word}" for word in PERSONAL if word in page)


def readable(body: bytes) -> str:
    """The words of an answer, also those packed into a workbook or a PDF."""
    parts = [body]
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            parts = [book.read(name) for name in book.namelist()]
    if body.startswith(b"%PDF"):
        parts += map(unpacked, re.findall(rb"stream\r?\n(.*?)\r?\n?endstream", body, re.DOTALL))
    return b"\n".join(parts).decode(errors="replace")


def unpacked(stream: bytes) -> bytes:
    try:
        text = stream.strip()
        packed = base64.a85decode(text, adobe=True) if text.endswith(b"~>") else text
        return zlib.decompress(packed)
    except (ValueError, zlib.error):
        return stream


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


def seen(visit: Visit, names: list[str]) -> Iterator[tuple[str, Form]]:
    """Each form of these addresses once, with somebody who may see it."""
    known = set()
    for name in names:
        door = DOORS[name]
        role = next((one for one in ROLES if one in door.inside), None)
        if role is None or "GET" not in door.methods:
            continue
        answer = visit.ask(role, "GET", name)
        page = b"".join(answer) if answer.status_code == 200 else b""
        for form in forms(addresses.path(visit.world, PLACES[name]), page):
            key = (form.method, shape(form.path), tuple(name for name, _value in form.fields))
            if key not in known and form.fields:
                known.add(key)
                yield role, form


def shape(path: str) -> str:
    """A path without what names a row: a thousand rows have one form."""
    found = resolve(path) if is_valid_path(path) else None
    return found.view_name or found.route if found else path


def broken(visit: Visit, role: str, form: Form, given: Iterable[tuple[str, bytes, list[Pair]]]):
    """What made a form choke."""
    for name, value, pairs in given:
        query = encoded(pairs)
        posted = {"data": query, "content_type": "application/x-www-form-urlencoded"}
        asked = posted if form.method == "POST" else {"QUERY_STRING": query.decode()}
        before = transaction.savepoint()
        answer = visit.world.client(role).generic(form.method, form.path, **asked)
        transaction.savepoint_rollback(before)
        if answer.status_code >= 500:
            yield f"{role} {form.method} {form.path} {name}={value[:30]!r}: {answer.status_code}"


def test_no_form_chokes_on_a_hostile_word(visit):
    """A few of all forms, each with a few of all words."""
    names = [name for name in DOORS if crc32(name.encode()) % 60 == 0]
    found = []
    for role, form in seen(visit, names):
        turn = crc32(form.path.encode()) % 29
        found += broken(visit, role, form, islice(form.bodies(), turn, None, 89))

    assert found == []


@pytest.mark.soak
@pytest.mark.parametrize("part", range(8))
def test_no_form_chokes_on_any_hostile_word(visit, part):
    """Every form there is, with every fourth of all words in each of its fields."""
    names = [name for name in DOORS if crc32(name.encode()) % 8 == part]
    found = []
    for role, form in seen(visit, names):
        found += broken(visit, role, form, islice(form.bodies(), part % 4, None, 4))

    assert found == []


def test_only_machines_post_without_the_token_of_a_form():
    """Their calls carry secrets of their own, and no cookie opens anything for them.

    The document of the interface is for looking: whether it is exempt changes nothing."""
    exempt = {place.name for place in addresses.walk() if place.is_exempt} | {"api:openapi"}

    interface = {place.name for place in addresses.walk() if place.route.startswith("api/")}
    assert exempt == {"webhook", "carrier_webhook"} | interface
