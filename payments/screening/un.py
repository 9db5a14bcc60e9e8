"""The consolidated list of the United Nations Security Council, in its XML.

Source: https://scsanctions.un.org/resources/xml/en/consolidated.xml and its schema.
"""

from collections.abc import Iterator

from lxml import etree

from storefront.lib import xml

from .entries import FIRM, PERSON, STRONG, WEAK, BadList, Draft, Entry

LIMIT = 64 * 1024 * 1024
PARTS = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")


def read(bodies: list[bytes]) -> Iterator[Entry]:
    """The entries of one file.

    Raises: BadList.
    """
    if len(bodies) != 1:
        raise BadList("the list of the United Nations is one file")
    root = parsed(bodies[0])
    if etree.QName(root).localname != "CONSOLIDATED_LIST":
        raise BadList(f"the root is {etree.QName(root).localname}, not CONSOLIDATED_LIST")
    for path, kind in (("INDIVIDUALS/INDIVIDUAL", PERSON), ("ENTITIES/ENTITY", FIRM)):
        for node in root.iterfind(path):
            entry = _draft(node, kind).made()
            if entry is not None:
                yield entry


def parsed(body: bytes) -> etree._Element:
    """The root of a list's XML.

    Raises: BadList.
    """
    try:
        return xml.parse(body, limit=LIMIT)
    except xml.BadXml as error:
        raise BadList(f"not XML that may be read here: {error}") from error


def _draft(node: etree._Element, kind: str) -> Draft:
    what = "INDIVIDUAL" if kind == PERSON else "ENTITY"
    draft = Draft(xml.text(node, "DATAID"), kind)
    if not draft.uid:
        raise BadList("an entry has no DATAID")
    draft.name(" ".join(xml.text(node, part) for part in PARTS))
    draft.name(xml.text(node, "NAME_ORIGINAL_SCRIPT"), STRONG)
    for alias in node.iterfind(f"{what}_ALIAS"):
        quality = WEAK if xml.text(alias, "QUALITY").lower() == "low" else STRONG
        for text in xml.text(alias, "ALIAS_NAME").split(";"):
            draft.name(text, quality)
    for birth in node.iterfind(f"{what}_DATE_OF_BIRTH"):
        if xml.text(birth, "DATE"):
            draft.born_on(xml.text(birth, "DATE"))
        elif xml.text(birth, "YEAR"):
            draft.born(xml.text(birth, "YEAR"))
        else:
            draft.born(xml.text(birth, "FROM_YEAR"), xml.text(birth, "TO_YEAR"))
    _around(draft, node, what)
    return draft


def _around(draft: Draft, node: etree._Element, what: str) -> None:
    draft.add("countries", (xml.text(one, ".") for one in node.iterfind("NATIONALITY/VALUE")))
    places = node.iterfind(f"{what}_ADDRESS")
    draft.add("countries", (xml.text(one, "COUNTRY") for one in places))
    for paper in node.iterfind(f"{what}_DOCUMENT"):
        draft.number(xml.text(paper, "TYPE_OF_DOCUMENT"), xml.text(paper, "NUMBER"))
    reference = xml.text(node, "REFERENCE_NUMBER")
    draft.add("programmes", [xml.text(node, "UN_LIST_TYPE"), reference])
    draft.remarks = xml.text(node, "COMMENTS1")
