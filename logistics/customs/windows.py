"""The two customs windows as one kind of thing: write a paper, hand it in, listen."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from django.utils.translation import gettext as _

from logistics.models import Declaration
from storefront.lib import http
from storefront.lib.refusal import Refusal

from . import answers, matching, papers, vault
from .gateways import ceb, fts, receipts

TAIL = re.compile(r"\[[0-9A-Fa-f-]{36}\]$")  # the window repeats the guid of the message


class BadPaper(Refusal):
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
    code: str = ""


Ours = Mapping[str, Message]
Known = Iterable[tuple[str, str]]


class Window(Protocol):
    """How declarations speak to a customs window."""

    source: str
    least: timedelta
    most: timedelta

    def write(self, declaration: Declaration) -> list[Message]:
        """What must be sent. Raises: NotMatching."""

    def send(self, ours: Ours) -> str:
        """Hand it in; the number given at once, if any. Raises: BadPaper; those of lib.http."""

    def listen(self, ours: Ours, known: Known) -> Heard:
        """What it has answered. Raises: the errors of lib.http; BadXml."""


class Chinese:
    """Four messages; the list goes in when the three documents are received."""

    source = "customs.cn"
    least, most = timedelta(minutes=8), timedelta(hours=4)

    def write(self, declaration: Declaration) -> list[Message]:
        paper = papers.export_paper(declaration)
        bodies = ceb.write(paper)
        matching.check(bodies)
        return [Message(kind, paper.guid(kind), body.decode()) for kind, body in bodies.items()]

    def send(self, ours: Ours) -> str:
        for kind in ceb.DOCUMENTS:
            ceb.send(ours[kind].body.encode())
        return ""

    def listen(self, ours: Ours, known: Known) -> Heard:
        statuses: dict[str, set[int]] = {kind: set() for kind in ceb.ANSWERS}
        kinds = {answer: kind for kind, answer in ceb.ANSWERS.items()}
        for answer, guid in known:
            if answer in kinds:
                statuses[kinds[answer]].add(int(guid.split("@")[0]))
        heard: dict[str, list[receipts.Receipt]] = {}
        for kind in ceb.DOCUMENTS:
            if receipts.verdict(statuses[kind]) != "accepted":
                self._hear(kind, ours, heard, statuses)
        if all(receipts.verdict(statuses[kind]) == "accepted" for kind in ceb.DOCUMENTS):
            self._hear(ceb.INVENTORY, ours, heard, statuses)
        return self._sum_up(heard, statuses)

    def _hear(
        self,
        kind: str,
        ours: Ours,
        heard: dict[str, list[receipts.Receipt]],
        statuses: dict[str, set[int]],
    ) -> None:
        """Ask for the receipts of a message; one the window never saw is handed in."""
        answers = ceb.ask(ours[kind].guid)
        if answers is None:
            ceb.send(ours[kind].body.encode())
        heard[kind] = answers or []
        statuses[kind] |= {one.status for one in heard[kind]}

    def _sum_up(
        self, heard: dict[str, list[receipts.Receipt]], statuses: dict[str, set[int]]
    ) -> Heard:
        words = {kind: receipts.verdict(found) for kind, found in statuses.items()}
        word = "rejected" if "rejected" in words.values() else words[ceb.INVENTORY]
        answers = [one for found in heard.values() for one in found]
        decisive = [one for one in answers if receipts.verdict([one.status]) == word]
        last = max(decisive, key=lambda one: one.at, default=None)
        return Heard(
            word=word,
            at=last.at if last else None,
            reason="" if last is None or word == "released" else TAIL.sub("", last.info),
            number=next((one.number for one in answers if one.number), ""),
            messages=tuple(
                (Message(ceb.ANSWERS[kind], one.key, one.body), one.at)
                for kind, found in heard.items()
                for one in found
            ),
        )


class Russian:
    """One declaration, and the marks upon it."""

    source = "customs.ru"
    least, most = timedelta(minutes=20), timedelta(hours=4)
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

    def listen(self, ours: Ours, known: Known) -> Heard:
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
