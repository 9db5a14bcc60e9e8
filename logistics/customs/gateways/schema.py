"""The official schema, where its folder is configured: the last judge before sending."""

from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from lxml import etree

from .messages import WrongPaper

XSD = "http://www.w3.org/2001/XMLSchema"


class NotBySchema(WrongPaper):
    """The official schema does not take a message."""

    code = "not_by_schema"


class NoSchema(RuntimeError):
    """A folder is configured, and no schema of such messages lies in it."""


@cache
def _by_file(path: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(path)))


@cache
def _file(folder: str, root: str) -> Path | None:
    """The file in a folder that declares a root element, whatever it is called."""
    for path in sorted(Path(folder).glob("*.xsd")):
        if etree.parse(str(path)).find(f"{{{XSD}}}element[@name='{root}']") is not None:
            return path
    return None


def load(folder: str, root: str) -> etree.XMLSchema:
    """The schema in a folder that declares a root element.

    Raises: NoSchema.
    """
    path = _file(folder, root)
    if path is None:
        raise NoSchema(f"no schema in {folder} declares {root}")
    return _by_file(path)


def check(root: etree._Element) -> None:
    """Hold a message against the schema of CEB_SCHEMA_DIR; nothing, where none is configured.

    A message that this edition does not have (returns, in that of 2018) is not held against it.
    Raises: NotBySchema, naming the element; NoSchema.
    """
    if not settings.CEB_SCHEMA_DIR:
        return
    load(settings.CEB_SCHEMA_DIR, "CEB303Message")  # a folder without any is a mistake
    try:
        schema = load(settings.CEB_SCHEMA_DIR, etree.QName(root).localname)
    except NoSchema:
        return
    if not schema.validate(root):
        raise wrong(schema)


def wrong(schema: etree.XMLSchema) -> NotBySchema:
    """What a schema has just said, with the element it names."""
    first = schema.error_log.last_error  # type: ignore[attr-defined]  # the stubs lack it
    name = (first.path or "").rpartition("/")[2].partition(":")[2].partition("[")[0]
    text = _("%(field)s: %(why)s") % {"field": name, "why": first.message[:300]}
    return NotBySchema(text, field=name)
