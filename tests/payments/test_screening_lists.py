"""Lists of sanctions are read in their forms, kept in versions, and compared."""

import gzip
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from payments.models import ListedName, ListedParty, ListKind, SanctionsList, ScreeningRun
from payments.screening import eu, ofac, taking, un
from payments.screening.entries import FIRM, PERSON, STRONG, WEAK, BadList
from tests.payments import lists
from tests.payments.conftest import shared_data

EU_HEADING = [f"c{n}" for n in range(60)]
for place, name in {
    1: "Entity_LogicalId",
    8: "Entity_SubjectType_ClassificationCode",
    19: "NameAlias_WholeName",
    54: "BirthDate_BirthDate",
}.items():
    EU_HEADING[place] = name
EU_XML = """<export xmlns="http://eu.europa.ec/fpi/fsd/export"><sanctionEntity logicalId="13"
 euReferenceNumber="EU.27.28"><subjectType code="person" classificationCode="P"/>
 <nameAlias wholeName="Ivan Testov" strong="true"/><nameAlias wholeName="Vanya" strong="false"/>
 <nameAlias firstName="Иван" lastName="Тестов"/>
 <citizenship countryDescription="RUSSIAN FEDERATION"/><birthdate yearRangeFrom="1970"
 yearRangeTo="1972"/><identification identificationTypeCode="passport" number="12 345678"/>
 </sanctionEntity></export>"""


def eu_row(uid: str, kind: str, name: str, born: str = "") -> str:
    cells = [""] * 60
    cells[1], cells[8], cells[19], cells[54] = uid, kind, name, born
    return ";".join(cells)


def test_fixed_columns_of_ofac():
    first, second, third = ofac.read([lists.sdn(*lists.FIRST)])

    assert (first.kind, second.kind, third.kind) == (PERSON, FIRM, PERSON)
    assert first.names[0].text == "Ivan Petrovich TESTOV"
    assert [birth.day for birth in first.births] == ["1970-05-01"]
    assert ("Passport", "123456789") in first.numbers
    assert [(name.text, name.quality) for name in second.names[1:]] == [("LATEST", WEAK)]
    assert second.numbers == (("Tax ID No.", "7707083893"),)
    assert (third.births[0].first, third.countries) == (1980, ("China",))


def test_aliases_addresses_and_long_remarks_of_ofac_join_by_number():
    alt = b'1,9,"aka","TESTOFF, Vanya",-0- \r\n1,10,"aka","X",-0- \r\n'
    add = b'1,5,-0- ,"Moscow","Russia",-0- \r\n'
    more = b'1,"; alt. DOB 1971."\r\n'

    entry = next(ofac.read([lists.sdn(*lists.FIRST), alt, add, more]))

    assert [(name.text, name.quality) for name in entry.names[1:]][:1] == [
        ("Vanya TESTOFF", STRONG)
    ]
    assert "Russia" in entry.countries
    assert {birth.first for birth in entry.births} == {1970, 1971}


def test_the_united_nations_tell_the_own_script():
    (entry,) = un.read([lists.un(("7", "IVAN TESTOV", "Иван Тестов"))])

    assert [(name.text, name.quality) for name in entry.names] == [
        ("IVAN TESTOV", "PRIMARY"),
        ("Иван Тестов", STRONG),
        ("Nick", WEAK),
    ]
    assert (entry.births[0].first, entry.births[0].last) == (1960, 1962)


def test_the_union_in_a_table_and_in_xml():
    rows = [";".join(EU_HEADING), eu_row("13", "P", "Ivan Testov", "1970-05-01")]
    rows += [eu_row("13", "P", "Иван Тестов"), eu_row("14", "E", "Ladoga LLC")]
    table = ("\ufeff" + "\r\n".join(rows)).encode()

    person, firm = eu.read([table])
    (same,) = eu.read([EU_XML.encode()])

    assert [name.text for name in person.names] == ["Ivan Testov", "Иван Тестов"]
    assert (person.kind, firm.kind, person.births[0].day) == (PERSON, FIRM, "1970-05-01")
    assert [name.quality for name in same.names] == ["PRIMARY", WEAK, STRONG]
    assert (same.births[0].last, same.numbers) == (1972, (("passport", "12345678"),))


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (ListKind.OFAC_SDN, b""),
        (ListKind.OFAC_SDN, b"a,b,c\r\n"),
        (ListKind.OFAC_SDN, b'1,9,"aka","X",-0- \r\n'),
        (ListKind.OFAC_SDN, lists.sdn(lists.FIRST[0]) + b"2,3\r\n"),
        (ListKind.OFAC_SDN, lists.sdn(lists.FIRST[0], lists.FIRST[0])[:-1] + b"x,1\r\n"),
        (ListKind.UN, b"<html/>"),
        (ListKind.UN, b"<CONSOLIDATED_LIST>"),
        (ListKind.UN, b"<CONSOLIDATED_LIST/>"),
        (ListKind.UN, b'<!DOCTYPE a [<!ENTITY b "c">]><CONSOLIDATED_LIST>&b;</CONSOLIDATED_LIST>'),
        (ListKind.EU, b"a;b;c\r\n"),
        (ListKind.EU, b"\xff\xfe"),
        (ListKind.EU, b"<export><sanctionEntity/></export>"),
    ],
)
def test_what_is_no_list_is_refused(kind, body):
    with pytest.raises(BadList):
        taking.read(kind, [body])


@pytest.mark.django_db
def test_versions_keep_what_was_added_removed_and_changed():
    first = lists.take().version
    changed = (1, "TESTOV, Ivan Petrovich", lists.PERSON, "DOB 02 May 1970.")
    new = (4, "NOVYI, Test", lists.PERSON, "")

    taken = lists.take(changed, lists.FIRST[1], new, on=date(2026, 11, 8))

    version = taken.version
    assert taken.is_new
    assert (first.added, first.removed, first.changed) == (3, 0, 0)
    assert (version.added, version.removed, version.changed) == (1, 1, 1)
    current = ListedParty.objects.filter(until=None)
    assert sorted(current.values_list("uid", "since_id")) == [
        ("1", version.pk),
        ("2", first.pk),
        ("4", version.pk),
    ]
    assert ListedParty.objects.filter(until=version).count() == 2
    assert ListedName.objects.filter(party__uid="2").count() == 2


@pytest.mark.django_db
def test_the_same_version_twice_changes_nothing():
    first = lists.take()

    again = lists.take(now=lists.NOW)

    assert (again.is_new, again.version) == (False, first.version)
    assert SanctionsList.objects.count() == 1
    assert ScreeningRun.objects.count() == 1


@pytest.mark.django_db
def test_an_older_version_and_one_that_lost_half_are_refused():
    lists.take()

    with pytest.raises(BadList, match="newer"):
        lists.take(lists.FIRST[0], on=date(2026, 10, 1))
    with pytest.raises(BadList, match="1 entries"):
        lists.take(lists.FIRST[0], on=date(2026, 11, 8))
    assert lists.take(lists.FIRST[0], on=date(2026, 11, 8), shrinks=True).version.removed == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE payments_sanctionslist SET entries = 0",
        "DELETE FROM payments_listedname",
        "UPDATE payments_listedname SET text = 'x'",
        "DELETE FROM payments_listedparty",
        "UPDATE payments_listedparty SET uid = 'x'",
        "UPDATE payments_listedparty SET until_id = NULL",
        "TRUNCATE payments_sanctionslist CASCADE",
    ],
)
def test_what_a_list_said_cannot_be_changed(statement):
    from django.db import connection

    lists.take()

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert ListedParty.objects.filter(uid="1").count() == 1


@pytest.mark.django_db
def test_the_command_takes_packed_files_and_tells_the_difference(tmp_path):
    file = tmp_path / "sdn.csv.gz"
    file.write_bytes(gzip.compress(lists.sdn(*lists.FIRST)))
    told = StringIO()

    for _ in range(2):
        call_command("import_sanctions", "ofac-sdn", file, published="2026-11-01", stdout=told)

    assert told.getvalue().splitlines() == [
        "OFAC_SDN 2026-11-01 taken in: 3 entries, 4 names; 3 added, 0 removed, 0 changed",
        "OFAC_SDN 2026-11-01 known already: 3 entries, 4 names; 3 added, 0 removed, 0 changed",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "day", "words"),
    [
        ("narnia", None, "none of"),
        ("un", "soon", "not a day"),
        ("un", None, "no such|No such"),
        ("eu", None, "No such"),
    ],
)
def test_the_command_refuses_in_one_line(tmp_path, kind, day, words):
    with pytest.raises(CommandError, match=words) as refused:
        call_command("import_sanctions", kind, tmp_path / "absent", published=day)
    assert "\n" not in str(refused.value)


def test_real_lists_are_read_whole():
    """Source: sanctions_ofac_a_2019 and sanctions_un_a_2018, counted by their README."""
    folder = shared_data("sanctions_ofac_a_2019")
    un_body = (shared_data("sanctions_un_a_2018") / "consolidated.xml.gz").read_bytes()

    def parts(*names: str) -> list[bytes]:
        return [gzip.decompress((folder / f"{name}.csv.gz").read_bytes()) for name in names]

    main = taking.read(ListKind.OFAC_SDN, parts("sdn", "alt", "add", "sdn_comments"))
    rest = taking.read(
        ListKind.OFAC_CONS, parts("cons_prim", "cons_alt", "cons_add", "cons_comments")
    )
    nations = taking.read(ListKind.UN, [gzip.decompress(un_body)])

    assert (len(main), len(rest), len(nations)) == (7379, 442, 703 + 390)
    assert sum(entry.kind == PERSON for entry in nations) == 703
