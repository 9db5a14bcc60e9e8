"""camt.053 of the versions 02 to 08: what is read of it, and what is refused by name."""

from datetime import date
from decimal import Decimal
from itertools import product

import pytest

from payments.statements import camt053, reading
from payments.statements.statement import (
    BadField,
    BadStatement,
    Missing,
    Mixed,
    TooLarge,
    Unbalanced,
    Unrecognised,
)
from tests.payments.conftest import shared_data

VERSIONS = [f"{number:02d}" for number in range(2, 9)]


def entry(price: str = "100.00", mark: str = "CRDT", status: str = "BOOK", **parts: str) -> str:
    details = parts.get("details", "<Refs><EndToEndId>FX-2026-11-23-1</EndToEndId></Refs>")
    return (
        f"<Ntry><Amt Ccy='RUB'>{price}</Amt><CdtDbtInd>{mark}</CdtDbtInd>"
        f"<Sts><Cd>{status}</Cd></Sts><BookgDt><Dt>2026-11-23</Dt></BookgDt>"
        f"<AcctSvcrRef>B-1</AcctSvcrRef><NtryDtls><TxDtls>{details}</TxDtls></NtryDtls></Ntry>"
    )


def statement(
    *entries: str, version: str = "08", opening: str = "10.00", closing: str = ""
) -> bytes:
    closing = closing or "110.00"
    balances = "".join(
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='RUB'>{price}</Amt>"
        f"<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-23</Dt></Dt></Bal>"
        for code, price in (("OPBD", opening), ("CLBD", closing))
    )
    return (
        f"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}'>"
        f"<BkToCstmrStmt><Stmt><Id>S</Id><ElctrncSeqNb>7</ElctrncSeqNb>"
        f"<Acct><Id><Othr><Id>40702810000000000007</Id></Othr></Id></Acct>"
        f"{balances}{''.join(entries)}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_is_read(version: str) -> None:
    (found,) = reading.read(statement(entry(), version=version))

    assert found.form == f"camt.053.001.{version}"
    assert (found.account, found.currency, found.number) == ("40702810000000000007", "RUB", "7")
    assert (found.opening, found.closing) == (Decimal("10.00"), Decimal("110.00"))
    assert (found.from_on, found.until_on) == (date(2026, 11, 23), date(2026, 11, 23))
    (line,) = found.lines
    assert (line.price, line.direction, line.end_to_end) == (100, "CRDT", "FX-2026-11-23-1")
    assert (line.reference, line.booked_on, line.value_on) == (
        "B-1",
        date(2026, 11, 23),
        date(2026, 11, 23),
    )


@pytest.mark.parametrize("version", ["01", "09", "10"])
def test_other_versions_are_not_guessed_at(version: str) -> None:
    with pytest.raises(Unrecognised, match=f"camt.053.001.{version}"):
        reading.read(statement(entry(), version=version))


def test_a_debit_lowers_and_what_is_only_announced_moves_nothing() -> None:
    (found,) = reading.read(
        statement(
            entry("30.00", "DBIT"),
            entry("999.00", status="PDNG"),
            opening="50.00",
            closing="20.00",
        )
    )

    assert [line.price for line in found.lines] == [Decimal("-30.00")]


def test_the_parts_of_a_batch_are_lines_of_their_own() -> None:
    parts = (
        "<Refs><EndToEndId>P-000001</EndToEndId><UETR>8A562C67-CA16-48BA-B074-65581BE6F001</UETR>"
        "</Refs><Amt Ccy='RUB'>60.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></TxDtls><TxDtls>"
        "<Refs><EndToEndId>P-000002</EndToEndId></Refs><Amt Ccy='RUB'>40.00</Amt>"
        "<CdtDbtInd>CRDT</CdtDbtInd>"
        "<RltdPties><Dbtr><Pty><Nm>ООО Река</Nm></Pty></Dbtr></RltdPties>"
    )

    (found,) = reading.read(statement(entry(details=parts)))

    assert [(line.end_to_end, line.price) for line in found.lines] == [
        ("P-000001", 60),
        ("P-000002", 40),
    ]
    assert found.lines[0].uetr == "8a562c67-ca16-48ba-b074-65581be6f001"
    assert found.lines[1].counterparty == "ООО Река"


def test_a_batch_whose_parts_do_not_make_it_up_is_one_line() -> None:
    parts = "<Amt Ccy='RUB'>60.00</Amt></TxDtls><TxDtls><Amt Ccy='RUB'>41.00</Amt>"

    (found,) = reading.read(statement(entry(details=parts)))

    assert [line.price for line in found.lines] == [100]


def test_what_does_not_add_up_is_refused_with_the_difference() -> None:
    with pytest.raises(Unbalanced, match=r"off by 0\.01 RUB"):
        reading.read(statement(entry(), closing="110.01"))


@pytest.mark.parametrize(
    ("body", "error", "where"),
    [
        (statement(entry("1e9")), BadField, "Ntry/Amt"),
        (statement(entry("-1.00")), BadField, "Ntry/Amt"),
        (statement(entry(mark="BOTH")), BadField, "CdtDbtInd"),
        (statement(entry()).replace(b"<Cd>CLBD</Cd>", b"<Cd>CLAV</Cd>"), Missing, "CLBD"),
        (statement(entry()).replace(b"40702810000000000007", b""), Missing, "Acct/Id"),
        (statement(entry().replace("'RUB'", "'EUR'")), Mixed, "EUR RUB"),
        (
            statement(entry()).replace(b"<Dt>2026-11-23</Dt>", b"<Dt>2026-13-23</Dt>"),
            BadField,
            "Bal",
        ),
        (statement(entry())[:-20], BadStatement, "XML"),
        (b"<a/>", Unrecognised, "no camt"),
    ],
)
def test_a_bad_file_is_refused_by_name(body: bytes, error: type, where: str) -> None:
    with pytest.raises(error, match=where):
        reading.read(body)


BOMB = b"""<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]><Document>&d;</Document>"""
READS = b"""<?xml version="1.0"?><!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>&x;</BkToCstmrStmt>
</Document>"""
CALLS = READS.replace(b"file:///etc/passwd", b"http://127.0.0.1:1/x")


@pytest.mark.parametrize("body", [BOMB, READS, CALLS], ids=["bomb", "file", "net"])
def test_entities_are_refused(body: bytes) -> None:
    with pytest.raises(BadStatement, match=r"(document type|XML)") as refused:
        reading.read(body)

    assert "root:" not in str(refused.value)


def test_a_file_over_the_limit_is_refused_before_it_is_read() -> None:
    with pytest.raises(TooLarge):
        reading.read(b"<Document>" + b" " * reading.LIMIT)


def test_every_sample_adds_up_or_is_refused_by_name() -> None:
    """The 17 bodies that are no camt.053 of these versions, and what each of the others is."""
    told = {}
    for file in sorted(shared_data("bank_camt_a_genkgo").glob("*.xml")):
        try:
            found = reading.read(file.read_bytes())
        except BadStatement as refused:
            told[file.name] = refused.code
        else:
            told[file.name] = f"{len(found)} read"
            for one in found:
                assert one.opening + sum(line.price for line in one.lines) == one.closing

    others = {name: code for name, code in told.items() if name.startswith(("camt052", "camt054"))}
    assert set(others.values()) == {"unrecognised"}
    mine = {name: code for name, code in told.items() if name not in others}
    assert mine == {
        "camt053.v2.all-balance-types.xml": "unbalanced",
        "camt053.v2.five.decimals.xml": "unbalanced",
        "camt053.v2.minimal.ultimate.xml": "mixed",
        "camt053.v2.minimal.xml": "mixed",
        "camt053.v2.multi.statement.xml": "2 read",
        "camt053.v2.with-account-name.xml": "missing",
        "camt053.v2.with-party-ids.xml": "mixed",
        "camt053.v2.wrong.xml": "missing",
        "camt053.v3.xml": "mixed",
        "camt053.v4.xml": "mixed",
        "camt053.v8.xml": "mixed",
        "camt53.only-Dt-with-DtTm.xml": "missing",
    }


@pytest.mark.parametrize("sample", ["minimal", "v3", "v4", "v8"])
def test_the_samples_of_each_version_are_read_once_their_currencies_agree(sample: str) -> None:
    """They carry balances in four currencies; with one, everything else of them is understood."""
    name = "camt053.v2.minimal.xml" if sample == "minimal" else f"camt053.{sample}.xml"
    body = (shared_data("bank_camt_a_genkgo") / name).read_bytes()
    for currency in (b"SEK", b"CHF", b"JPY"):
        body = body.replace(b'Ccy="' + currency + b'"', b'Ccy="EUR"')

    (found,) = camt053.read(body)

    assert (found.account, found.number) == ("NL26VAYB8060476890", "12312")
    assert (found.opening, found.closing) == (Decimal("18.15"), Decimal("-27.00"))
    (line,) = found.lines
    assert (line.price, line.booked_on, line.value_on) == (
        Decimal("8.85"),
        date(2014, 12, 31),
        date(2015, 1, 2),
    )
    assert line.counterparty == "NAME NAME"
    assert line.counterparty_account == "NL56AGDH9619008421"
    assert line.text == "4654654654654654"


def test_no_cut_of_a_file_makes_anything_but_a_refusal() -> None:
    whole = statement(entry(), entry("5.00"), closing="115.00")
    for length, junk in product(range(0, len(whole), 7), (b"", b"\x00", b"]]>")):
        with pytest.raises(BadStatement):
            reading.read(whole[:length] + junk)


@pytest.mark.parametrize("where", ["entry", "transaction"])
def test_charges_within_an_entry_are_a_movement_of_their_own(where: str) -> None:
    charges = (
        "<Chrgs><Rcrd><Amt Ccy='RUB'>15.60</Amt><CdtDbtInd>DBIT</CdtDbtInd>"
        "<ChrgInclInd>{}</ChrgInclInd></Rcrd></Chrgs>"
    )
    names = "<Refs><EndToEndId>PAY-20261214-1-1</EndToEndId></Refs>"

    def lines(included: str) -> list[tuple[str, Decimal]]:
        told = charges.format(included)
        plain = entry("1210.68", "DBIT", details=names + (told if where == "transaction" else ""))
        if where == "entry":
            plain = plain.replace("<NtryDtls>", f"{told}<NtryDtls>")
        (found,) = reading.read(statement(plain, opening="2000.00", closing="789.32"))
        assert {line.end_to_end for line in found.lines} == {"PAY-20261214-1-1"}
        return [(line.code, line.price) for line in found.lines]

    assert lines("true") == [("CHRG", Decimal("-15.60")), ("", Decimal("-1195.08"))]
    assert lines("false") == [("", Decimal("-1210.68"))]
