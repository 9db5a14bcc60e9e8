"""What the floor prints, as PDF for a browser and as ZPL for a label printer."""

from collections.abc import Callable, Sequence
from datetime import datetime

from . import customs, papers, pdf, zpl
from .papers import NoSuchLabel
from .sheets import Sheet

PAPERS: dict[str, Callable[[str, datetime], list[Sheet]]] = {
    "parcel": papers.parcel,
    "cn23": customs.cn23,
    "bag": papers.bag,
    "manifest": papers.manifest,
}

__all__ = ["NoSuchLabel", "make", "render"]


def make(kind: str, number: str, *, now: datetime) -> list[Sheet]:
    """The sheets of a paper by its kind and the number of what it is for.

    Raises: NoSuchLabel.
    """
    paper = PAPERS.get(kind)
    if paper is None:
        raise NoSuchLabel(kind)
    return paper(number, now)


def render(made: Sequence[Sheet], form: str) -> bytes:
    """Write sheets down, as `pdf` or `zpl`."""
    return pdf.render(made) if form == "pdf" else zpl.render(made)
