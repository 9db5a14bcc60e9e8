"""The people of a seller on their page, and who may open which page of the desk."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from catalog import members
from catalog.models import SellerInvitation, SellerMember
from storefront import urls
from storefront.accounts.models import User
from storefront.lib import clock
from tests.factories import catalog as make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
ALL, LISTING, FINANCE, OWNER = "OLF", "OL", "OF", "O"
ROLES = {"O": "OWNER", "L": "LISTING", "F": "FINANCE"}
# Who may open each page of the desk; a page that is not named here fails the test below.
MAY = {
    "seller_today": ALL,
    "seller_orders": ALL,
    "seller_disputes": ALL,
    "seller_dispute": ALL,
    "seller_dispute_file": ALL,
    "seller_products": LISTING,
    "seller_product_add": LISTING,
    "seller_product_edit": LISTING,
    "seller_stock": LISTING,
    "seller_notices": LISTING,
    "seller_notice": LISTING,
    "seller_notice_add": LISTING,
    "seller_notice_cancel": LISTING,
    "seller_notice_picture": ALL,
    "seller_hand_over": LISTING,
    "seller_money": FINANCE,
    "seller_account": FINANCE,
    "seller_account_change": FINANCE,
    "seller_members": OWNER,
    "seller_codes": LISTING,
    "seller_imports": LISTING,
    "seller_import": LISTING,
    "seller_import_try": LISTING,
    "seller_import_start": LISTING,
    "seller_import_drop": LISTING,
    "seller_import_progress": LISTING,
    "seller_import_refused": LISTING,
    "seller_export": LISTING,
    "seller_opinions": LISTING,
    "seller_answer": LISTING,
    "seller_prices": LISTING,
    "seller_promotion_add": LISTING,
    "seller_price_list_add": LISTING,
    "seller_price": LISTING,
    "seller_price_stop": LISTING,
    "seller_statement": FINANCE,
    "seller_statement_file": FINANCE,
    "seller_access": OWNER,
    "seller_access_revoke": OWNER,
}
KEYS = {"pk": 0, "token": "x", "kind": "prices", "form": "csv", "file": 1, "number": "0"}
FOR_ANYBODY = {"seller_apply", "seller_paper", "seller_join"}


@pytest.fixture(autouse=True)
def _monday_noon(db) -> Iterator[None]:
    with clock.simulated(NOW):
        yield


@pytest.fixture
def boris():
    return make.seller()


def person(seller=None, role="OWNER", email="") -> tuple[Client, User]:
    user = User.objects.create(email=email or f"{role.lower()}@example.com")
    if seller:
        SellerMember.objects.create(user=user, seller=seller, role=role)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client, user


def at(name: str, **where) -> str:
    with translation.override("en"):
        return reverse(name, kwargs=where)


def addresses() -> dict[str, str]:
    """Every page of the desk by its name, with keys that no row has."""
    return {
        pattern.name: at(
            pattern.name, **{key: KEYS[key] for key in pattern.pattern.regex.groupindex}
        )
        for pattern in urls.selling
    }


def text(answer) -> str:
    return answer.content.decode()


def test_every_page_of_the_desk_says_for_whom_it_is():
    assert set(addresses()) - FOR_ANYBODY == set(MAY)


def is_shut(answer) -> bool:
    """No such page, before its rows are looked for: a page that is open says so by its template."""
    return answer.status_code == 404 and getattr(answer.wsgi_request, "seat", None) is None


@pytest.mark.parametrize("name", sorted(MAY))
@pytest.mark.parametrize("letter", sorted(ROLES))
def test_each_role_opens_its_pages_and_no_other(boris, name, letter):
    client, _user = person(boris, ROLES[letter])

    for ask in (client.get, client.post):
        answer = ask(addresses()[name])
        is_wrong_way = answer.status_code == 405
        assert is_wrong_way or is_shut(answer) is (letter not in MAY[name]), name


@pytest.mark.parametrize("name", sorted(MAY))
def test_no_page_of_the_desk_is_for_strangers_and_buyers(name):
    address = addresses()[name]
    buyer, _user = person(email="gleb@example.com")

    for ask in ("get", "post"):
        stranger = getattr(Client(), ask)(address)
        answer = getattr(buyer, ask)(address)
        if 405 in (stranger.status_code, answer.status_code):
            continue
        assert (stranger.status_code, "/login/" in stranger["Location"]) == (302, True)
        if name == "seller_today":
            assert answer["Location"] == at("seller_apply")
        else:
            assert answer.status_code == 404


@pytest.mark.parametrize("letter", sorted(ROLES))
def test_tabs_lead_nobody_to_a_shut_page(boris, letter):
    client, _user = person(boris, ROLES[letter])

    tabs = text(client.get(at("seller_today"))).partition('<nav class="tabs"')[2]
    tabs = tabs.partition("</nav>")[0]

    for name, address in addresses().items():
        if name in MAY and f'href="{address}"' in tabs:
            assert letter in MAY[name], name
    for name in ("seller_products", "seller_opinions", "seller_money", "seller_members"):
        assert (f'href="{at(name)}"' in tabs) is (letter in MAY[name]), name


def test_listing_reads_nothing_of_money(boris):
    client, _user = person(boris, "LISTING")
    owner, _owner = person(boris, "OWNER")

    assert "Owed to you" in text(owner.get(at("seller_today")))
    assert "Owed to you" not in text(client.get(at("seller_today")))


def test_the_owner_invites_and_the_invited_takes_his_seat(boris):
    owner, _user = person(boris)
    ling, user = person(email="ling@example.com")

    answer = owner.post(
        at("seller_members"), {"action": "invite", "email": "Ling@example.com", "role": "LISTING"}
    )
    assert answer["Location"] == at("seller_members")
    row = SellerInvitation.objects.get()
    assert (row.email, row.role, row.due_at) == ("ling@example.com", "LISTING", NOW)
    assert "ling@example.com" in text(owner.get(at("seller_members")))

    link = at("seller_join", token=members.secret(row.key))
    assert Client().get(link)["Location"] == f"/en/account/login/?next={link}"
    assert boris.name in text(ling.get(link))
    assert not SellerMember.objects.filter(user=user).exists()

    for _time in range(2):
        assert ling.post(link)["Location"] == at("seller_today")
    assert SellerMember.objects.get(user=user).role == "LISTING"
    page = text(ling.get(at("seller_today")))
    assert f'href="{at("seller_today")}"' in page.partition("<main")[0]


def test_a_link_of_another_opens_nothing(boris):
    owner, _user = person(boris)
    owner.post(
        at("seller_members"), {"action": "invite", "email": "ling@example.com", "role": "LISTING"}
    )
    gleb, user = person(email="gleb@example.com")
    link = at("seller_join", token=members.secret(SellerInvitation.objects.get().key))

    for ask in (gleb.get, gleb.post):
        answer = ask(link, follow=True)
        assert boris.name not in text(answer)
        assert "no longer valid" in text(answer)
    assert not SellerMember.objects.filter(user=user).exists()


def test_a_bad_invitation_is_said_beside_the_field(boris):
    owner, user = person(boris)

    for email, words in (
        ("not an address", "valid email"),
        (user.email, "This person acts for you already."),
    ):
        given = {"action": "invite", "email": email, "role": "LISTING"}
        answer = owner.post(at("seller_members"), given)
        assert answer.status_code == 200
        assert words in text(answer)
        assert f'value="{email}"' in text(answer)
    given = {"action": "invite", "email": "a@example.com", "role": "KING"}
    assert "role" in owner.post(at("seller_members"), given).context["form"].errors
    assert not SellerInvitation.objects.exists()


def test_an_invitation_is_taken_back(boris):
    owner, _user = person(boris)
    given = {"action": "invite", "email": "ling@example.com", "role": "LISTING"}
    owner.post(at("seller_members"), given)
    row = SellerInvitation.objects.get()

    owner.post(at("seller_members"), {"action": "take_back", "invitation": row.pk})

    row.refresh_from_db()
    assert (row.taken_back_at, row.due_at) == (NOW, None)
    assert "ling@example.com" not in text(owner.get(at("seller_members")))


def test_roles_are_changed_and_seats_taken_away_at_once(boris):
    owner, _user = person(boris)
    ling, user = person(boris, "LISTING")
    seat = SellerMember.objects.get(user=user)
    assert ling.get(at("seller_products")).status_code == 200

    owner.post(at("seller_members"), {"action": "role", "member": seat.pk, "role": "FINANCE"})
    assert ling.get(at("seller_products")).status_code == 404
    assert ling.get(at("seller_money")).status_code == 200

    owner.post(at("seller_members"), {"action": "remove", "member": seat.pk})
    assert ling.get(at("seller_money")).status_code == 404
    assert list(boris.events.order_by("pk").values_list("kind", flat=True)) == [
        "ROLE_CHANGED",
        "REMOVED",
    ]


def test_the_last_owner_stays_and_reads_why(boris):
    owner, user = person(boris)
    seat = SellerMember.objects.get(user=user)

    for given in (
        {"action": "remove", "member": seat.pk},
        {"action": "role", "member": seat.pk, "role": "LISTING"},
    ):
        answer = owner.post(at("seller_members"), given, follow=True)
        assert "The last owner stays" in text(answer)
    assert SellerMember.objects.get(user=user).role == "OWNER"


def test_people_of_another_seller_are_out_of_reach(boris):
    owner, _user = person(boris)
    _theirs, user = person(make.seller(), "LISTING")
    seat = SellerMember.objects.get(user=user)

    for action in ("role", "remove"):
        given = {"action": action, "member": seat.pk, "role": "OWNER"}
        assert owner.post(at("seller_members"), given).status_code == 404
    assert owner.post(at("seller_members"), {"action": "remove", "member": "x"}).status_code == 404
    assert SellerMember.objects.get(pk=seat.pk).role == "LISTING"


def test_the_page_costs_as_many_queries_with_twenty_people_as_with_one(
    boris, django_assert_num_queries, django_assert_max_num_queries
):
    owner, _user = person(boris)
    owner.get(at("seller_members"))
    with django_assert_max_num_queries(10) as first:
        owner.get(at("seller_members"))
    cost = len(first)

    for number in range(19):
        person(boris, "LISTING", email=f"person-{number}@example.com")
        given = {"action": "invite", "email": f"more-{number}@example.com", "role": "LISTING"}
        owner.post(at("seller_members"), given)
    with django_assert_num_queries(cost):
        text(owner.get(at("seller_members")))
