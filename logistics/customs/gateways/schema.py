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
def load(folder: str, root: str) -> etree.XMLSchema:
    """The schema in a folder that declares a root element, whatever its file is called.

    Raises: NoSchema.
    """
    for path in sorted(Path(folder).glob("*.xsd")):
        tree = etree.parse(str(path))
        if tree.find(f"{{{XSD}}}element[@name='{root}']") is not None:
            return etree.XMLSchema(tree)
    raise NoSchema(f"no schema in {folder} declares {root}")


def check(root: etree._Element) -> None:
    """Hold a message against the schema of CEB_SCHEMA_DIR; nothing, where none is configured.

    Raises: NotBySchema, naming the element; NoSchema.
    """
    if not settings.CEB_SCHEMA_DIR:
        return
    schema = load(settings.CEB_SCHEMA_DIR, "CEB303Message")
    if not schema.validate(root):
        raise wrong(schema)


def wrong(schema: etree.XMLSchema) -> NotBySchema:
    """What a schema has just said, with the element it names."""
    first = schema.error_log.last_error  # type: ignore[attr-defined]  # the stubs lack it
    name = (first.path or "").rpartition("/")[2].partition(":")[2].partition("[")[0]
    text = _("%(field)s: %(why)s") % {"field": name, "why": first.message[:300]}
    return NotBySchema(text, field=name)
