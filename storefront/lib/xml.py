"""XML from and to strangers: no entities, no network, a size limit."""

from lxml import etree

LIMIT = 8 * 1024 * 1024


class BadXml(ValueError):
    """Not XML that may be read here."""


def parse(body: bytes, *, limit: int = LIMIT) -> etree._Element:
    """Read a document.

    Raises: BadXml, if it is not well formed, too large, or declares a document type.
    """
    if len(body) > limit:
        raise BadXml(f"over {limit} bytes")
    reader = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True
    )
    try:
        root = etree.fromstring(body, reader)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BadXml(str(error)) from error
    if b"<!DOCTYPE" in body:
        raise BadXml("a document type is not allowed")
    return root


def text(node: etree._Element, path: str, namespaces: dict[str, str] | None = None) -> str:
    """The text of the first node on a path, stripped; empty, if there is none."""
    return (node.findtext(path, default="", namespaces=namespaces) or "").strip()


def dump(root: etree._Element) -> bytes:
    """The document in UTF-8 with its declaration."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")
