"""What was said about papers: our messages and every answer, kept as they were."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from logistics.models import Declaration, DeclarationMessage

from .windows import Heard, Message


@dataclass(frozen=True)
class Told:
    """What was said about a paper so far: our messages by kind, and every answer kept."""

    ours: dict[str, Message]
    theirs: list[Message]

    def knows(self, heard: Heard) -> bool:
        known = {(message.kind, message.guid) for message in self.theirs}
        return known.issuperset((message.kind, message.guid) for message, _at in heard.messages)


def of(rows: Sequence[Declaration]) -> dict[int, Told]:
    """All that was sent and heard of papers so far; one query."""
    found = {row.pk: Told({}, []) for row in rows}
    for one in DeclarationMessage.objects.filter(declaration__in=found).order_by("pk"):
        message = Message(one.kind, one.guid, one.body)
        if one.is_ours:
            found[one.declaration_id].ours[one.kind] = message
        else:
            found[one.declaration_id].theirs.append(message)
    return found


def keep(
    told: Iterable[tuple[Declaration, Iterable[tuple[Message, datetime]]]],
    *,
    is_ours: bool = False,
) -> None:
    """Store messages as they were, with their instants; what came before is not stored again."""
    DeclarationMessage.objects.bulk_create(
        [
            DeclarationMessage(
                declaration=declaration,
                kind=message.kind,
                guid=message.guid,
                is_ours=is_ours,
                body=message.body,
                moved_at=at,
            )
            for declaration, messages in told
            for message, at in messages
        ],
        ignore_conflicts=True,
    )
