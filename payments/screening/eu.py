"""The consolidated list of the European Union: its table of semicolons, or its XML.

Source: the Financial Sanctions Files of the European Commission, versions 1.0 and 1.1; columns as
read by open readers of these files, for the service asks for a token.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from .entries import FIRM, PERSON, PRIMARY, STRONG, WEAK, BadList, Draft, Entry
from .un import parsed

# Where a column stands when the heading names it otherwise.
PLACES = {
    "Entity_LogicalId": 1,
    "Entity_EU_ReferenceNumber": 2,
    "Entity_Remark": 6,
    "Entity_SubjectType": 7,
    "Entity_SubjectType_ClassificationCode": 8,
    "Entity_Regulation_Programme": 14,
    "NameAlias_LastName": 16,
    "NameAlias_FirstName": 17,
    "NameAlias_MiddleName": 18,
    "NameAlias_WholeName": 19,
    "Address_CountryDescription": 43,
    "BirthDate_BirthDate": 54,
    "BirthDate_Year": 57,
    "Citizenship_CountryDescription": -1,
    "Identification_Number": -1,
    "Identification_TypeDescription": -1,
}
LEAST_COLUMNS = 20


def read(bodies: list[bytes]) -> Iterator[Entry]:
    """The entries of one file, whichever of the two forms it is in.

    Raises: BadList.
    """
    if len(bodies) != 1:
        raise BadList("the list of the European Union is one file")
    body = bodies[0]
    drafts = _of_xml(body) if body.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<" else _of_table(body)
    for draft in drafts:
        entry = draft.made()
        if entry is not None:
            yield entry


@dataclass(frozen=True)
class Row:
    cells: list[str]
    places: dict[str, int]

    def __getitem__(self, column: str) -> str:
        place = self.places[column]
        return self.cells[place].strip() if 0 <= place < len(self.cells) else ""


def _of_table(body: bytes) -> Iterator[Draft]:
    """Rows tell of an entry together: one per alias, address or birth."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadList("the table is not UTF-8") from error
    rows = csv.reader(io.StringIO(text), delimiter=";")
    try:
        heading = next(rows, [])
        if len(heading) < LEAST_COLUMNS:
            raise BadList(f"the heading has {len(heading)} columns; the Union's has over 50")
        named = {name.strip(): place for place, name in enumerate(heading)}
        places = {name: named.get(name, place) for name, place in PLACES.items()}
        drafts: dict[str, Draft] = {}
        for cells in rows:
            row = Row(cells, places)
            uid = row["Entity_LogicalId"]
            if uid:
                _tell(drafts.setdefault(uid, Draft(uid)), row)
    except csv.Error as error:
        raise BadList(f"not a table: {error}") from error
    yield from drafts.values()


def _tell(draft: Draft, row: Row) -> None:
    subject = row["Entity_SubjectType"] + row["Entity_SubjectType_ClassificationCode"]
    if subject:
        draft.kind = PERSON if subject.lower().startswith("p") else FIRM
    parts = ("FirstName", "MiddleName", "LastName")
    whole = row["NameAlias_WholeName"] or " ".join(row[f"NameAlias_{one}"] for one in parts)
    draft.name(whole, STRONG if draft.names else PRIMARY)
    if row["BirthDate_BirthDate"]:
        draft.born_on(row["BirthDate_BirthDate"])
    elif row["BirthDate_Year"]:
        draft.born(row["BirthDate_Year"])
    draft.add("countries", [row["Address_CountryDescription"]])
    draft.add("countries", [row["Citizenship_CountryDescription"]])
    draft.add("programmes", [row["Entity_Regulation_Programme"], row["Entity_EU_ReferenceNumber"]])
    draft.number(row["Identification_TypeDescription"], row["Identification_Number"])
    draft.remarks = draft.remarks or row["Entity_Remark"]


def _of_xml(body: bytes) -> Iterator[Draft]:
    root = parsed(body)
    if etree.QName(root).localname != "export":
        raise BadList(f"the root is {etree.QName(root).localname}, not export")
    for node in root.iterfind("{*}sanctionEntity"):
        yield _draft(node)


def _draft(node: etree._Element) -> Draft:
    uid = node.get("logicalId", "")
    if not uid:
        raise BadList("an entity has no logicalId")
    subject = node.find("{*}subjectType")
    code = "" if subject is None else subject.get("classificationCode", subject.get("code", ""))
    draft = Draft(uid, PERSON if code.lower().startswith("p") else FIRM)
    for alias in node.iterfind("{*}nameAlias"):
        parts = ("firstName", "middleName", "lastName")
        whole = alias.get("wholeName") or " ".join(alias.get(one, "") for one in parts)
        good = STRONG if draft.names else PRIMARY
        draft.name(whole, WEAK if alias.get("strong") == "false" else good)
    for birth in node.iterfind("{*}birthdate"):
        if birth.get("birthdate"):
            draft.born_on(birth.get("birthdate", ""))
        else:
            first = birth.get("yearRangeFrom") or birth.get("year")
            draft.born(first, birth.get("yearRangeTo"))
    for path in ("{*}citizenship", "{*}address"):
        told = (one.get("countryDescription", "") for one in node.iterfind(path))
        draft.add("countries", (one for one in told if one != "UNKNOWN"))
    for paper in node.iterfind("{*}identification"):
        draft.number(paper.get("identificationTypeCode", ""), paper.get("number", ""))
    for regulation in node.iterfind("{*}regulation"):
        draft.add("programmes", [regulation.get("programme", "")])
    draft.add("programmes", [node.get("euReferenceNumber", "")])
    draft.remarks = " ".join(one.text or "" for one in node.iterfind("{*}remark"))
    return draft
