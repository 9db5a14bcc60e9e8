"""What a trial shows a seller: counts, rows that change something, rows that are refused."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from catalog import columns, labels
from catalog.goods import Goods, Problem
from catalog.models import ImportJob, RefusedRow
from catalog.outcomes import Fate, Outcome
from catalog.sheets import Row

SHOWN = 20
LONGEST = 160
KEEPS_CARD = "keeps_card"
Pair = tuple[Row, Goods]


def counts(pairs: Iterable[Pair], outcomes: Iterable[Outcome]) -> dict[str, int]:
    """Count the rows of a batch by what became of them."""
    found: Counter[str] = Counter()
    for outcome in outcomes:
        found[outcome.fate.value] += outcome.fate != Fate.REFUSED
        found[KEEPS_CARD] += outcome.keeps_card and outcome.fate != Fate.REFUSED
    found[Fate.REFUSED.value] += sum(bool(said.problems) for _row, said in pairs)
    return {name: count for name, count in found.items() if count}


def add(preview: dict[str, Any], outcomes: Iterable[Outcome]) -> dict[str, Any]:
    """Give the preview with the first rows of a batch that bring or change something."""
    new, changed = list(preview.get("new", [])), list(preview.get("changed", []))
    for outcome in outcomes:
        if outcome.fate == Fate.IMPORTED and len(new) < SHOWN:
            new.append(_new(outcome.goods))
        elif outcome.fate == Fate.UPDATED and len(changed) < SHOWN:
            changed.append(_changed(outcome))
    return {**preview, "new": new, "changed": changed}


def _new(goods: Goods) -> dict[str, Any]:
    said = goods.identity
    memory = "/".join(str(said[name]) for name in ("ram_gb", "storage_gb") if name in said)
    name = [said.get("brand"), said.get("model"), memory, said.get("colour")]
    return {
        "line": goods.line,
        "article": goods.article,
        "name": " ".join(filter(None, name)),
        "price": str(goods.price or ""),
        "quantity": goods.quantity,
    }


def _changed(outcome: Outcome) -> dict[str, Any]:
    return {
        "line": outcome.goods.line,
        "article": outcome.goods.article,
        "changes": [
            [column, _text(before), _text(after)]
            for column, (before, after) in outcome.changes.items()
        ],
    }


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return "" if value is None else str(value)[:LONGEST]


def keep_refused(job: ImportJob, pairs: Iterable[Pair]) -> None:
    """Keep the refused rows of a batch, with reasons in the language of the one who sent them."""
    RefusedRow.objects.bulk_create(
        RefusedRow(
            job=job,
            line=row.line,
            cells=row.cells,
            problems=[[problem.column, problem.text] for problem in said.problems],
        )
        for row, said in pairs
        if said.problems
    )


def reason(line: int, problems: Sequence[Sequence[str]]) -> str:
    """Why a row was refused, with its line and columns."""
    parts = [f"{labels.of(column)}: {text}" if column else text for column, text in problems]
    return _("line %(line)s: %(what)s") % {"line": line, "what": "; ".join(parts)}


def plain(problems: Iterable[Problem]) -> list[tuple[str, str]]:
    return [(problem.column, problem.text) for problem in problems]


def table(
    headings: Sequence[str], rows: Iterable[tuple[int, Sequence[str], Sequence[Sequence[str]]]]
) -> tuple[list[str], Iterable[list[str]]]:
    """Give refused rows as they came, with the reason behind; an old reason is left out."""
    kept = [at for at, name in enumerate(headings) if name != columns.REASON]
    lines = (
        [*(cells[at] for at in kept), reason(line, problems)] for line, cells, problems in rows
    )
    return [*(headings[at] for at in kept), columns.REASON], lines
