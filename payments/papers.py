"""Taking in what banks and acquirers say: kept as it came, twice is once, the refused aside."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from storefront.lib import locks, money

from .models import (
    BankAccount,
    BankStatement,
    Paper,
    Registry,
    RegistryLine,
    StatementLine,
)
from .statements import reading, registry
from .statements.statement import LIMIT, BadField, BadStatement, Line, Statement

CENT = Decimal("0.01")


class UnknownAccount(BadStatement):
    """A statement of an account that is none of ours."""

    code = "unknown_account"


class Differs(BadStatement):
    """A statement or a register that is here already, with another content."""

    code = "differs"


class Overlaps(BadStatement):
    """Its days are in another statement already."""

    code = "overlaps"


@dataclass(frozen=True)
class Taken:
    """What came of a file; `reason` is empty unless it was refused, and then nothing is in it."""

    paper: Paper
    new: int = 0
    known: int = 0
    lines: int = 0
    remarks: tuple[str, ...] = ()

    @property
    def reason(self) -> str:
        return self.paper.reason


def take_statements(body: bytes, *, name: str, actor: str, now: datetime) -> Taken:
    """Take a bank's file in, whole or not at all; a refused one is kept aside with its reason.

    Locks: the account, so that two files of one account come one after the other.
    """

    def keep(paper: Paper, found: list[Statement]) -> Taken:
        kept = [_statement(one, paper, now) for one in found]
        new = [row for row in kept if row is not None]
        lines = sum(len(one.lines) for one, row in zip(found, kept, strict=True) if row)
        remarks = [remark for row in new for remark in remarks_on(row)]
        return Taken(paper, len(new), len(kept) - len(new), lines, tuple(remarks))

    def form(found: list[Statement]) -> str:
        return found[0].form

    return _take(_Paper(body, name, actor, now), reading.read, form, keep)


@dataclass(frozen=True)
class Day:
    """Whose register, and of which day."""

    provider: str
    shop: str
    on: date


def take_registry(body: bytes, day: Day, *, name: str, actor: str, now: datetime) -> Taken:
    """Take an acquirer's register of a day in; a refused one is kept aside with its reason."""

    def keep(paper: Paper, rows: list[registry.Row]) -> Taken:
        is_new = _registry(rows, day, paper, now)
        return Taken(paper, int(is_new), int(not is_new), len(rows) if is_new else 0)

    # Two days without operations are the same bytes: the day belongs to what is told apart.
    given = _Paper(body, name, actor, now, f"{day.provider} {day.shop} {day.on}")
    return _take(given, registry.read, lambda rows: registry.FORM, keep)


@dataclass(frozen=True)
class _Paper:
    body: bytes
    name: str
    actor: str
    now: datetime
    about: str = ""

    def row(self, **fields: str) -> Paper:
        return Paper(
            digest=hashlib.sha256(self.about.encode() + self.body).hexdigest(),
            name=self.name[:200],
            body=self.body[:LIMIT],
            actor=self.actor,
            received_at=self.now,
            **fields,
        )


def _take(
    given: _Paper,
    read: Callable[[bytes], Any],
    form: Callable[[Any], str],
    keep: Callable[[Paper, Any], Taken],
) -> Taken:
    try:
        found = read(given.body)
        with transaction.atomic():
            paper = given.row(outcome=Paper.Outcome.TAKEN, form=form(found))
            known = Paper.objects.taken().filter(digest=paper.digest).first()
            if known is not None:
                return Taken(known, known=_count(known))
            paper.save(force_insert=True)
            return keep(paper, found)
    except BadStatement as refused:
        return Taken(_aside(given, refused))
    except IntegrityError:
        # Taken in by somebody else this very moment.
        known = Paper.objects.taken().filter(digest=given.row().digest).first()
        if known is None:
            raise
        return Taken(known, known=_count(known))


def _count(paper: Paper) -> int:
    return paper.statements.count() + paper.registries.count()


def _aside(given: _Paper, refused: BadStatement) -> Paper:
    row = given.row(outcome=Paper.Outcome.REFUSED, reason=refused.code, detail=str(refused)[:300])
    known = Paper.objects.filter(
        digest=row.digest, reason=row.reason, outcome=Paper.Outcome.REFUSED
    ).first()
    if known is None:
        row.save(force_insert=True)
    return known or row


def _statement(found: Statement, paper: Paper, now: datetime) -> BankStatement | None:
    """Write a statement down; None, if the account has it already, in whatever form it came."""
    account = BankAccount.objects.filter(number=found.account, currency=found.currency).first()
    if account is None:
        raise UnknownAccount(f"{found.account} {found.currency} is no account of ours")
    account = locks.row(BankAccount.objects.all(), account.pk)
    fine = _in_minor_units(found)
    if _is_known(fine, account):
        return None
    row = BankStatement.objects.create(
        account=account,
        paper=paper,
        number=found.number[:60],
        from_on=found.from_on,
        until_on=found.until_on,
        opening=fine.opening,
        closing=fine.closing,
        taken_at=now,
    )
    StatementLine.objects.bulk_create(
        _line(line, row, position) for position, line in enumerate(fine.lines, start=1)
    )
    return row


def _in_minor_units(found: Statement) -> Statement:
    """The same with two places; what is finer than a kopeck is no money of ours."""
    if found.currency not in money.SCALE:
        raise BadField(f"{found.number}: {found.currency} is not kept here")
    return replace(
        found,
        opening=_cents(found.opening, found.number),
        closing=_cents(found.closing, found.number),
        lines=tuple(replace(line, price=_cents(line.price, found.number)) for line in found.lines),
    )


def _cents(price: Decimal, number: str) -> Decimal:
    if price != price.quantize(CENT):
        raise BadField(f"{number}: {price} is finer than its currency")
    return price.quantize(CENT)


def _is_known(found: Statement, account: BankAccount) -> bool:
    """Whether the account has these days already, as they are here.

    Raises: Differs; Overlaps.
    """
    near = BankStatement.objects.filter(
        account=account, from_on__lte=found.until_on, until_on__gte=found.from_on
    )
    for row in near.order_by("pk"):
        if (row.from_on, row.until_on) == (found.from_on, found.until_on):
            if _signature(row) == _told(found):
                return True
            # A bank may close a day twice: the second then goes on where the first ended.
            goes_on = row.number != found.number and row.closing == found.opening
            if not goes_on:
                raise Differs(f"{found.number}: statement {row.number} of these days differs")
        elif row.from_on < found.until_on and found.from_on < row.until_on:
            raise Overlaps(f"{found.number}: its days are in statement {row.number}")
    return False


Told = tuple[Decimal, Decimal, list[tuple[date, Decimal]]]


def _signature(row: BankStatement) -> Told:
    lines = row.lines.values_list("booked_on", "price")
    return row.opening, row.closing, sorted(lines)


def _told(found: Statement) -> Told:
    lines = sorted((line.booked_on, line.price) for line in found.lines)
    return found.opening, found.closing, lines


def _line(line: Line, row: BankStatement, position: int) -> StatementLine:
    return StatementLine(
        statement=row,
        account=row.account,
        position=position,
        booked_on=line.booked_on,
        value_on=line.value_on,
        price=line.price,
        units=money.to_minor(line.price, row.account.currency),
        reference=line.reference[:60],
        end_to_end=line.end_to_end[:60],
        uetr=line.uetr[:36],
        counterparty=line.counterparty[:160],
        counterparty_account=line.counterparty_account[:40],
        text=line.text[:500],
        code=line.code[:40],
    )


def remarks_on(statement: BankStatement) -> list[str]:
    """What does not go on from the statement before: a broken chain, a gap in the numbers."""
    before = (
        BankStatement.objects.filter(account=statement.account_id)
        .exclude(pk=statement.pk)
        .filter(until_on__lte=statement.until_on, from_on__lte=statement.from_on)
        .order_by("-until_on", "-pk")
        .first()
    )
    if before is None:
        return []
    remarks = []
    if before.closing != statement.opening:
        remarks.append(
            f"chain broken: {statement.number} opens with {statement.opening},"
            f" {before.number} closed with {before.closing}"
        )
    last, this = _whole(before.number), _whole(statement.number)
    if last and this and before.until_on.year == statement.until_on.year and this != last + 1:
        remarks.append(f"gap in numbers: {this} comes after {last}")
    return remarks


def goes_on(before: BankStatement, after: BankStatement) -> bool:
    """Whether the bank itself says that nothing lies between two: by number and by balance."""
    if before.closing != after.opening:
        return False
    last, this = _whole(before.number), _whole(after.number)
    is_first = this == 1 and before.until_on.year < after.until_on.year
    return bool(last and this) and (this == last + 1 or is_first)


def _whole(number: str) -> int:
    """The number of a numbered statement; nothing for those that are named otherwise."""
    first = number.split("/")[0]
    return int(first) if first.isdigit() and len(first) < 8 else 0


def _registry(rows: list[registry.Row], day: Day, paper: Paper, now: datetime) -> bool:
    known = Registry.objects.filter(
        provider=day.provider, shop=day.shop, registry_on=day.on
    ).first()
    if known is not None:
        raise Differs(f"the register of {day.on} is here already and differs")
    moved = [row for row in rows if row.kind != "RECEIPT" and row.currency == "RUB"]
    gross = sum((row.gross for row in moved), Decimal(0))
    fee = sum((row.fee for row in moved), Decimal(0))
    kept = Registry.objects.create(
        provider=day.provider,
        shop=day.shop,
        registry_on=day.on,
        paper=paper,
        gross=gross,
        fee=fee,
        net=gross - fee,
        taken_at=now,
    )
    RegistryLine.objects.bulk_create(
        RegistryLine(
            registry=kept,
            position=position,
            kind=row.kind,
            object_id=row.object_id,
            payment_id=row.payment_id,
            order_number=row.order_number,
            happened_at=row.happened_at,
            gross=row.gross,
            fee=row.fee,
            currency=row.currency,
        )
        for position, row in enumerate(rows, start=1)
    )
    return True
