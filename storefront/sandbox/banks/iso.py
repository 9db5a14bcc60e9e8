"""Builds ISO 20022 documents: every element in the namespace of its document."""

from __future__ import annotations

from lxml import etree


def document(namespace: str) -> etree._Element:
    """Begin a document."""
    return etree.Element(f"{{{namespace}}}Document", nsmap={None: namespace})  # type: ignore[dict-item]


def add(parent: etree._Element, path: str, text: str | None = None) -> etree._Element:
    """Add an element, or a path of them, with a text in the last; give back the last."""
    namespace = etree.QName(parent).namespace
    for name in path.split("/"):
        parent = etree.SubElement(parent, f"{{{namespace}}}{name}")
    parent.text = text
    return parent
