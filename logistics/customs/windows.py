"""The two customs windows as one kind of thing: write a paper, hand it in, listen."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from django.utils.translation import gettext as _

from logistics.models import Declaration
from storefront.lib import http

from . import answers, matching, modes, papers, vault
from .gateways import ceb, fts, messages, receipts
from .gateways.messages import WrongPaper
from .gateways.receipts import Outcome, Receipt

TAIL = re.compile(r"\[[0-9A-Fa-f-]{36}\]$")  # the window repeats the guid of the message


class BadPaper(WrongPaper):
    """The window will not take the paper as it is."""

    code = "bad_paper"


@dataclass(frozen=True)
class Message:
    """One message as it is kept."""

    kind: str
    guid: str
    body: str


@dataclass(frozen=True)
class Heard:
    """What a window has said so far, and what that comes to.

    `word` is pending, held, released, rejected or refused, `code` the decision behind it, if the
    window gives codes; `messages` carry when they were sent.
    """

    word: str
    at: datetime | None
    reason: str
    number: str
    messages: tuple[tuple[Message, datetime], ...]
    status: int = 0
    port_number: str = ""
    code: str = ""


Ours = Mapping[str, Message]
Known = Iterable[Message]


class Window(Protocol):
    """How declarations speak to a customs window."""

    source: str
    least: timedelta
    most: timedelta
    together: int  # papers that are asked about in one call

    def write(self, declaration: Declaration) -> list[Message]:
        """What must be sent. Raises: WrongPaper."""

    def send(self, ours: Ours) -> str:
        """Hand it in; the number given at once, if any. Raises: BadPaper; those of lib.http."""

    def listen(self, papers: Sequence[tuple[Ours, Known]]) -> list[Heard]:
        """What it has answered to each. Raises: the errors of lib.http; BadXml."""


@dataclass(frozen=True)
class _Asked:
    """A paper while its window is asked: what it said before, and what is new."""

    ours: Ours
    found: dict[str, list[Receipt]]
    fresh: list[tuple[Message, datetime]]

    def is_accepted(self, kind: str) -> bool:
        return receipts.verdict(one.status for one in self.found.get(kind, [])) == "accepted"


class Chinese:
    """The documents of the mode; the list goes in when they are received."""

    source = "customs.cn"
    least, most = timedelta(minutes=8), timedelta(hours=4)
    together = Declaration.DUE_TOGETHER["EXPORT SENT"]

    def write(self, declaration: Declaration) -> list[Message]:
        paper = papers.export_paper(declaration)
        on = declaration.made_at.date()
        mode = modes.named(paper.mode, value=paper.value, on=on)
        bodies = ceb.write(paper)
        matching.check(bodies, simplified_up_to=mode.simplified_yuan)
        return [Message(kind, paper.guid(kind), body.decode()) for kind, body in bodies.items()]

    def send(self, ours: Ours) -> str:
        for kind in _documents(ours):
            hand_in(ours[kind])
        return ""

    def listen(self, papers: Sequence[tuple[Ours, Known]]) -> list[Heard]:
        asked = [_Asked(ours, sorted_by_message(known), []) for ours, known in papers]
        documents = [(one, kind) for one in asked for kind in _documents(one.ours)]
        self._hear([(one, kind) for one, kind in documents if not one.is_accepted(kind)])
        whole = [one for one in asked if all(map(one.is_accepted, _documents(one.ours)))]
        self._hear([(one, ceb.INVENTORY) for one in whole])
        return [sum_up(one.found, one.fresh) for one in asked]

    def _hear(self, wanted: Sequence[tuple[_Asked, str]]) -> None:
        """Ask for the receipts of messages; one the window never saw is handed in."""
        answers = ceb.ask([one.ours[kind].guid for one, kind in wanted])
        for one, kind in wanted:
            given = answers.get(one.ours[kind].guid)
            if given is None:
                hand_in(one.ours[kind])
            for receipt in given or []:
                one.found.setdefault(kind, []).append(receipt)
                answer = messages.forms()[kind].answer
                one.fresh.append((Message(answer, receipt.key, receipt.body), receipt.at))


def hand_in(message: Message) -> None:
    """Put a message into its envelope and hand it in. Raises: the errors of lib.http."""
    known = papers.firms()
    sender, receiver = known["dxp"].code, known["customs"].code
    body = message.body.encode()
    ceb.send(message.kind, message.guid, body, sender=sender, receiver=receiver)


def plain(info: str) -> str:
    """What a window says, without the guid it repeats."""
    return TAIL.sub("", info)


def _documents(ours: Ours) -> list[str]:
    return [kind for kind in ours if kind != ceb.INVENTORY]


def sorted_by_message(known: Known) -> dict[str, list[Receipt]]:
    """What was kept, read again, by the message it answers."""
    kinds = {form.answer: kind for kind, form in messages.forms().items()}
    found: dict[str, list[Receipt]] = {}
    for message in known:
        if message.kind in kinds:
            found.setdefault(kinds[message.kind], []).append(receipts.again(message.body))
    return found


def sum_up(
    found: Mapping[str, list[Receipt]], fresh: Iterable[tuple[Message, datetime]] = ()
) -> Heard:
    """What all receipts of a paper come to: a function of their set alone.

    The list decides, unless one of its documents is rejected before it is released or refused.
    """
    outcomes = {kind: receipts.outcome(answers) for kind, answers in found.items()}
    listed = outcomes.get(ceb.INVENTORY, Outcome("pending"))
    wrong = [one for kind, one in sorted(outcomes.items()) if one.word == "rejected"]
    decisive = listed
    if wrong and listed.word not in ("released", "refused"):
        decisive = wrong[0]
    return Heard(
        word=decisive.word,
        at=decisive.at,
        reason="" if decisive.word == "released" else plain(decisive.info),
        number=listed.number,
        messages=tuple(fresh),
        status=decisive.status,
        port_number=listed.port_number,
    )


class Russian:
    """One declaration, and the marks upon it."""

    source = "customs.ru"
    least, most = timedelta(minutes=20), timedelta(hours=4)
    together = Declaration.DUE_TOGETHER["IMPORT SENT"]  # each asked about in a call of its own
    kind = "1006275E"  # Source: the album of formats of the FTS, ExpressCargoDeclaration
    answer = "1006347E"

    def write(self, declaration: Declaration) -> list[Message]:
        body = fts.write(papers.import_paper(declaration))
        return [Message(self.kind, declaration.reference, body.decode())]

    def send(self, ours: Ours) -> str:
        paper = ours[self.kind]
        try:
            return fts.send(self._whole(paper))
        except http.Refused as refusal:
            if refusal.status != 422:
                raise
            why = _("The window does not take the paper: %(why)s") % {"why": refusal.body[:300]}
            raise BadPaper(why) from refusal

    def _whole(self, paper: Message) -> bytes:
        """The paper as it goes out: with the recipient's papers, if it wants them.

        Raises: BadPaper, if they are not here.
        """
        body = paper.body.encode()
        subject = fts.subject_of(body)
        if not subject:
            return body
        try:
            person = vault.disclose(subject, actor="task:customs", reason=paper.guid)
        except vault.CannotRead as missing:
            raise BadPaper(_("The recipient's papers are not here.")) from missing
        return fts.fill(body, person.as_told())

    def listen(self, papers: Sequence[tuple[Ours, Known]]) -> list[Heard]:
        return [self._listen(ours) for ours, _known in papers]

    def _listen(self, ours: Ours) -> Heard:
        marks = fts.ask(ours[self.kind].guid)
        if marks is None:
            self.send(ours)
        last = self._last(marks or [])
        code = last.code if last else ""
        return Heard(
            word=answers.verdict(code),
            at=last.at if last else None,
            reason=last.reason if last else "",
            number="",
            messages=tuple(
                (Message(self.answer, mark.key[:60], mark.body), mark.at) for mark in marks or []
            ),
            code=code,
        )

    def _last(self, marks: list[fts.Mark]) -> fts.Mark | None:
        """The decision that stands: one that ends the paper, else the latest; in any order."""
        decided = [mark for mark in marks if mark.code]
        ends = [mark for mark in decided if answers.verdict(mark.code) in {"released", "refused"}]
        return max(ends or decided, key=lambda mark: mark.at, default=None)


WINDOWS: dict[str, Window] = {
    Declaration.Direction.EXPORT: Chinese(),
    Declaration.Direction.IMPORT: Russian(),
}
