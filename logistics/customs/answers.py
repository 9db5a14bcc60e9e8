"""What the Russian window decides, by the table of its codes, in the reader's words."""

from logistics.models import CustomsAnswer
from storefront.lib import kept

Word = CustomsAnswer.Word
ENDS = {Word.RELEASED: "released", Word.REFUSED: "refused"}
ASKS = frozenset({Word.DOCUMENTS, Word.DUTY})


@kept.for_a_minute
def known() -> dict[str, CustomsAnswer]:
    """Every decision by its code."""
    return {row.code: row for row in CustomsAnswer.objects.all()}


def verdict(code: str) -> str:
    """What a decision comes to for the paper: released, refused or held; pending for no decision.

    A code the table does not know holds the parcel until somebody has read it.
    """
    if not code:
        return "pending"
    row = known().get(code)
    return ENDS.get(Word(row.word), "held") if row else "held"


def for_buyer(code: str) -> str:
    row = known().get(code)
    return row.for_buyer if row else ""


def for_desk(code: str) -> str:
    row = known().get(code)
    return row.for_desk if row else code


def asks_us(code: str) -> bool:
    """Whether the window waits for something from us: papers or a payment."""
    row = known().get(code)
    return row is not None and row.word in ASKS
