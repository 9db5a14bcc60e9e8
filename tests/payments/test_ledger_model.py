"""The ledger against a model that is too small to be wrong: seeded, and by Hypothesis."""

import random
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payments import books, ledger
from payments.ledger import Leg
from payments.models import Account, BalanceSnapshot, Entry, Journal, Seal

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
FIRST_DAY = date(2026, 11, 22)
MOVES = ["post", "post", "post", "repeat", "misuse", "reverse", "cut", "seal", "look"]
PURPOSES = ["bank", "buyer_funds", "fx_position", "seller_payable", "margin"]
pytestmark = pytest.mark.django_db


class Model:
    """Balances in a dictionary, journals in another: what the ledger should come to."""

    def __init__(self) -> None:
        self.standing: dict[str, int] = defaultdict(int)
        self.journals: dict[str, list[Leg]] = {}
        self.reversed: set[str] = set()
        self.entries = 0
        self.kept: dict[str, int] = {}
        self.sealed: list[int] = []

    def take(self, key: str, legs: list[Leg]) -> None:
        if key in self.journals:
            return
        self.journals[key] = legs
        self.entries += len(legs)
        for leg in legs:
            self.standing[leg.code] += leg.units


def some_legs(dice: random.Random) -> list[Leg]:
    """Two to eight legs of one or two currencies, balanced nine times in ten."""
    legs = []
    for currency in dice.sample(["RUB", "CNY"], dice.choice([1, 2])):
        units = [dice.randint(-(10**9), 10**9) or 1 for _ in range(dice.randint(1, 3))]
        rest = -sum(units) if dice.random() < 0.95 else 1
        legs += [
            Leg(dice.choice(PURPOSES), currency, value, dice.choice(["", "boris", "gleb"]))
            for value in [*units, rest]
            if value
        ]
    return legs


def is_journal(legs: list[Leg]) -> bool:
    sums: dict[str, int] = defaultdict(int)
    for leg in legs:
        sums[leg.currency] += leg.units
    return len(legs) >= 2 and not any(sums.values())


def play(seed: int, steps: int) -> tuple[Model, dict[str, int]]:
    """Post, repeat, misuse, take back, cut, seal, look at random; the model says what must come."""
    dice, model = random.Random(seed), Model()
    did: dict[str, int] = defaultdict(int)
    for step in range(steps):
        move = dice.choice(MOVES) if model.journals else "post"
        did[move] += 1
        if move == "post":
            _post(dice, model, f"{seed}-{step}")
        elif move == "cut":
            _cut(model)
        elif move == "seal":
            _seal(model)
        elif move == "look":
            _look(model, dice.choice(list(model.standing)))
        else:
            USES[move](model, dice.choice(list(model.journals)))
    return model, did


def _post(dice: random.Random, model: Model, key: str) -> None:
    legs = some_legs(dice)
    if is_journal(legs):
        post(key, legs)
        model.take(key, legs)
    else:
        with pytest.raises(ledger.Unbalanced):
            post(key, legs)


def _reverse(model: Model, key: str) -> None:
    journal = Journal.objects.get(key=key)
    if key in model.reversed:
        with pytest.raises(ledger.AlreadyReversed):
            take_back(journal, f"again-{key}")
        return
    take_back(journal, f"un{key}")
    model.reversed.add(key)
    model.take(f"un{key}", [leg.mirrored() for leg in model.journals[key]])


def _repeat(model: Model, key: str) -> None:
    if key.startswith("un"):
        take_back(Journal.objects.get(key=key.removeprefix("un")), key)
    else:
        post(key, model.journals[key])


def _misuse(model: Model, key: str) -> None:
    with pytest.raises(ledger.KeyReused):
        post(key, [Leg("other", "RUB", 1), Leg("bank", "RUB", -1)])


USES = {"repeat": _repeat, "misuse": _misuse, "reverse": _reverse}


def _cut(model: Model) -> None:
    ledger.snapshot(ledger.cut())
    model.kept = dict(model.standing)


def _seal(model: Model) -> None:
    day = FIRST_DAY + timedelta(days=len(model.sealed))
    made = ledger.seal(day, upto=ledger.cut(), now=NOW)
    assert made.entries_count == model.entries - sum(model.sealed)
    model.sealed.append(made.entries_count)


def _look(model: Model, code: str) -> None:
    account = Account.objects.get(code=code)
    units = ledger.balance(account.purpose, account.currency, account.party)
    assert units == ledger.page(account, size=3).closing == model.standing[code]


def post(key: str, legs: list[Leg]) -> Journal:
    return ledger.post("test", key=key, legs=legs, occurred_at=NOW, actor="a", source="s")


def take_back(journal: Journal, key: str) -> Journal:
    return ledger.reverse(journal, key=key, occurred_at=NOW, actor="a", source="s")


def sum_of(code: str) -> int:
    """What stands on an account by its entries alone, without any snapshot."""
    return Entry.objects.filter(account__code=code).aggregate(units=Sum("units"))["units"]


def agree(model: Model) -> None:
    found = {row.code: row.units for row in ledger.trial_balance()}
    assert found == dict(model.standing)
    assert set(Journal.objects.values_list("key", flat=True)) == set(model.journals)
    assert Entry.objects.count() == model.entries
    assert {row[0]: row[1] for row in Account.objects.standing().values_list("code", "units")} == (
        {code: sum_of(code) for code in model.standing}
    )
    last = BalanceSnapshot.objects.order_by("account", "-upto").distinct("account")
    assert dict(last.values_list("account__code", "units")) == model.kept
    assert list(Seal.objects.order_by("day").values_list("entries_count", flat=True)) == (
        model.sealed
    )
    assert ledger.broken_seals() == []
    assert [one for one in books.checks() if one[0].startswith("ledger") and one[2]] == []
    for currency in ("RUB", "CNY"):
        assert sum(units for code, units in found.items() if f".{currency}" in code) == 0


@pytest.mark.parametrize("seed", range(2))
def test_the_ledger_agrees_with_its_model(seed: int, check_now: Callable[[], None]) -> None:
    model, did = play(seed, 150)

    check_now()
    assert min(did.values()) > 5
    agree(model)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(50))
def test_the_ledger_agrees_with_its_model_for_long(
    seed: int, check_now: Callable[[], None]
) -> None:
    model, did = play(seed, 2_000)

    check_now()
    assert min(did.values()) > 100
    agree(model)


one_leg = st.tuples(
    st.sampled_from(PURPOSES), st.sampled_from(["RUB", "CNY"]), st.integers(-(10**15), 10**15)
)


@given(st.lists(one_leg, max_size=6), st.booleans())
@settings(
    max_examples=40,
    deadline=timedelta(seconds=5),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_only_what_balances_is_taken(
    check_now: Callable[[], None], parts: list[tuple[str, str, int]], is_mended: bool
) -> None:
    legs = [Leg(*part) for part in parts]
    if is_mended:
        legs += [Leg("rest", leg.currency, -leg.units) for leg in legs]
    before = {row.code: row.units for row in ledger.trial_balance()}
    key = f"hypothesis-{Journal.objects.count()}"

    real = [leg for leg in legs if leg.units]
    if is_journal(real):
        post(key, legs)
        check_now()
        assert ledger.find(key).entries.count() == len(real)
    else:
        with pytest.raises(ledger.Unbalanced):
            post(key, legs)
        assert {row.code: row.units for row in ledger.trial_balance()} == before
