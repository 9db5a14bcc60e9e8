"""Transfers, deals and statements, on the business clock."""

from decimal import Decimal

import pytest
from lxml import etree

from tests.sandbox.conftest import order_payment

BIC = "SNGHCNBH"
RUB, CNY = "40702810000000000007", "40702156000000000007"
NOON = "2026-11-23T09:00:00Z"
MONTH_LATER = "2026-12-23T09:00:00Z"
P1 = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
P2 = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.002.001.12"}
C53 = {"c": "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"}


def pain001(message="PAY-1", values=("1299.00", "60.50"), control=None, count=None, currency="CNY"):
    total = sum(Decimal(value) for value in values)
    transfers = "".join(
        f"<CdtTrfTxInf><PmtId><InstrId>I{n}</InstrId><EndToEndId>{message}-{n}</EndToEndId></PmtId>"
        f'<Amt><InstdAmt Ccy="{currency}">{value}</InstdAmt></Amt>'
        f"<Cdtr><Nm>Lianhua Digital (demo)</Nm></Cdtr>"
        f"<CdtrAcct><Id><Othr><Id>6222020000000{n}</Id></Othr></Id></CdtrAcct>"
        f"<RmtInf><Ustrd>week 48</Ustrd></RmtInf></CdtTrfTxInf>"
        for n, value in enumerate(values, 1)
    )
    return (
        f'<Document xmlns="{P1}"><CstmrCdtTrfInitn><GrpHdr><MsgId>{message}</MsgId>'
        f"<CreDtTm>2026-11-23T12:00:00+03:00</CreDtTm><NbOfTxs>{count or len(values)}</NbOfTxs>"
        f"<CtrlSum>{control or total}</CtrlSum><InitgPty><Nm>Sungari</Nm></InitgPty></GrpHdr>"
        f"<PmtInf><PmtInfId>{message}-A</PmtInfId><PmtMtd>TRF</PmtMtd>"
        f"<ReqdExctnDt><Dt>2026-11-23</Dt></ReqdExctnDt><Dbtr><Nm>Sungari</Nm></Dbtr>"
        f"<DbtrAcct><Id><Othr><Id>{CNY}</Id></Othr></Id></DbtrAcct>{transfers}</PmtInf>"
        f"</CstmrCdtTrfInitn></Document>"
    ).encode()


def send(sandbox, body, at=NOON):
    return sandbox.post(f"/banks/{BIC}/pain001", data=body, at=at)


def states(sandbox, message="PAY-1", at=MONTH_LATER):
    answer = sandbox.get(f"/banks/{BIC}/pain002/{message}", at=at)
    root = etree.fromstring(answer.content)
    return (
        root.findtext(".//p:GrpSts", namespaces=P2),
        [found.text for found in root.iterfind(".//p:TxSts", P2)],
        [found.text for found in root.iterfind(".//p:StsRsnInf/p:Rsn/p:Cd", P2)],
    )


def statement(sandbox, day, account=CNY, at=MONTH_LATER):
    answer = sandbox.get(f"/banks/{BIC}/camt053?on={day}&account={account}", at=at)
    assert answer.status_code == 200, answer.text
    root = etree.fromstring(answer.content)

    def signed(element):
        units = Decimal(element.findtext("c:Amt", namespaces=C53))
        return -units if element.findtext("c:CdtDbtInd", namespaces=C53) == "DBIT" else units

    before, after = (signed(found) for found in root.iterfind(".//c:Bal", C53))
    entries = [
        (found.findtext(".//c:EndToEndId", namespaces=C53), signed(found))
        for found in root.iterfind(".//c:Ntry", C53)
    ]
    assert before + sum(units for _, units in entries) == after
    return before, entries, after


def all_entries(sandbox, account=CNY, first="2026-11-20", days=30):
    from datetime import date, timedelta

    start, found, last = date.fromisoformat(first), [], None
    for n in range(days):
        before, entries, after = statement(sandbox, start + timedelta(days=n), account)
        assert last in (None, before)
        found += entries
        last = after
    return found


def test_transfers_are_received_settled_and_credited(sandbox):
    answer = send(sandbox, pain001())

    assert answer.status_code == 202
    assert answer.json() == {"message_id": "PAY-1", "status": "RCVD", "transactions": 2}
    assert states(sandbox, at=NOON) == ("RCVD", ["RCVD", "RCVD"], [])
    assert states(sandbox) == ("ACCC", ["ACCC", "ACCC"], [])
    assert sorted(all_entries(sandbox)) == [
        ("PAY-1-1", Decimal("-1299.00")),
        ("PAY-1-2", Decimal("-60.50")),
    ]


def test_the_same_file_twice_is_once(sandbox):
    send(sandbox, pain001())
    again = send(sandbox, pain001())
    other = send(sandbox, pain001(values=("5.00",)))

    assert (again.status_code, other.status_code) == (200, 409)
    assert other.json()["error"] == "DU01"
    assert len(all_entries(sandbox)) == 2


def test_a_closed_account_is_rejected_and_never_debited(sandbox):
    sandbox.script(f"banks.{BIC}", refuse=[{"what": "transfer", "reason": "AC04", "times": 1}])
    send(sandbox, pain001())

    assert states(sandbox) == ("PART", ["RJCT", "ACCC"], ["AC04"])
    assert all_entries(sandbox) == [("PAY-1-2", Decimal("-60.50"))]


def test_a_stopped_transfer_is_debited_and_given_back(sandbox):
    sandbox.script(f"banks.{BIC}", refuse=[{"what": "transfer", "reason": "RR04", "times": 1}])
    send(sandbox, pain001(values=("1299.00",)))

    assert states(sandbox) == ("RJCT", ["RJCT"], ["RR04"])
    assert [units for _, units in all_entries(sandbox)] == [Decimal("-1299.00"), Decimal("1299.00")]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (pain001(control="1.00"), "AM10"),
        (pain001(count=3), "AM18"),
        (pain001(values=("1.001",)), "AM09"),
        (pain001(currency="USD"), "AM03"),
        (pain001(message="x" * 36), "FF01"),
        (b"<Document/>", "FF01"),
        (b"<Document", "bad_xml"),
        (b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "bad_xml"),
    ],
)
def test_a_wrong_file_is_refused_with_its_code_and_kept_nowhere(sandbox, body, code):
    answer = send(sandbox, body)

    assert (answer.status_code, answer.json()["error"]) == (400, code)
    assert sandbox.get("/_/books/transfers").json()["count"] == 0


def test_rubles_are_sold_for_yuan_above_the_central_banks_rate(sandbox):
    asked = {
        "reference": "FX-1",
        "sell": {"currency": "RUB"},
        "buy": {"value": "1299.00", "currency": "CNY"},
    }
    made = sandbox.post(f"/banks/{BIC}/deals", json=asked, at=NOON)
    again = sandbox.post(f"/banks/{BIC}/deals", json=asked, at=MONTH_LATER)
    deal = made.json()
    root = etree.fromstring(
        sandbox.get("/cbr/scripts/XML_daily.asp?date_req=23/11/2026", at=NOON).content
    )
    middle = root.findtext("Valute[CharCode='CNY']/VunitRate").replace(",", ".")

    assert (made.status_code, again.status_code, again.json()) == (201, 200, deal)
    assert deal["bought"] == {"value": "1299.00", "currency": "CNY"}
    assert Decimal("1.006") <= Decimal(deal["rate"]) / Decimal(middle) < Decimal("1.0061")
    sold = (Decimal("1299.00") * Decimal(deal["rate"])).quantize(Decimal("0.01"))
    assert abs(Decimal(deal["sold"]["value"]) - sold) <= Decimal("0.01")
    assert statement(sandbox, "2026-11-23", RUB)[1] == [("FX-1", -Decimal(deal["sold"]["value"]))]
    assert statement(sandbox, "2026-11-23", CNY)[1] == [("FX-1", Decimal("1299.00"))]
    assert sandbox.get(f"/banks/{BIC}/deals/FX-1").json() == deal


def test_a_deal_under_a_used_reference_is_refused(sandbox):
    asked = {
        "reference": "FX-1",
        "sell": {"currency": "RUB"},
        "buy": {"value": "1.00", "currency": "CNY"},
    }
    sandbox.post(f"/banks/{BIC}/deals", json=asked)
    asked["buy"]["value"] = "2.00"

    assert sandbox.post(f"/banks/{BIC}/deals", json=asked).status_code == 409


def test_a_statement_comes_when_the_day_is_over_in_moscow(sandbox):
    path = f"/banks/{BIC}/camt053?on=2026-11-23&account={RUB}"

    early = sandbox.get(path, at="2026-11-23T20:59:59Z")
    late = sandbox.get(path, at="2026-11-23T21:00:00Z")

    assert (early.status_code, early.json()["error"], late.status_code) == (404, "not_yet", 200)


def test_the_acquirer_pays_out_the_register_on_the_next_day(sandbox):
    payment = order_payment(sandbox, at=NOON)
    sandbox.post(f"/_/pay/{payment['id']}", json={}, at=NOON).raise_for_status()

    assert statement(sandbox, "2026-11-23", RUB)[1] == []
    before, entries, after = statement(sandbox, "2026-11-24", RUB)
    assert (before, after) == (0, Decimal("17136.36"))
    assert entries == [("REG-shop-2026-11-23", Decimal("17136.36"))]
    assert statement(sandbox, "2026-11-25", RUB)[0] == Decimal("17136.36")


@pytest.mark.parametrize("form", ["camt053", "mt940", "1c", "1c&encoding=dos"])
def test_every_form_of_a_day_tells_the_same(sandbox, form):
    from payments.statements import reading

    payment = order_payment(sandbox, at="2026-11-22T09:00:00Z")
    sandbox.post(f"/_/pay/{payment['id']}", json={}, at="2026-11-22T09:00:00Z").raise_for_status()
    asked = {
        "reference": "FX-2026-11-23-1",
        "sell": {"currency": "RUB"},
        "buy": {"value": "1299.00", "currency": "CNY"},
    }
    deal = sandbox.post(f"/banks/{BIC}/deals", json=asked, at=NOON).json()

    path = f"/banks/{BIC}/statement?form={form}&on=2026-11-23&account={RUB}"
    (found,) = reading.read(sandbox.get(path, at=MONTH_LATER).content)

    sold = Decimal(deal["sold"]["value"])
    assert (found.account, found.currency, found.opening) == (RUB, "RUB", 0)
    assert [line.price for line in found.lines] == [Decimal("17136.36"), -sold]
    assert found.closing == Decimal("17136.36") - sold
    for line, reference in zip(
        found.lines, ("REG-shop-2026-11-22", "FX-2026-11-23-1"), strict=True
    ):
        assert reference in (line.end_to_end, *line.text.split())


def test_a_form_nobody_knows_is_refused(sandbox):
    answers = [
        sandbox.get(f"/banks/{BIC}/statement?on=2026-11-23&form={form}", at=MONTH_LATER)
        for form in ("pdf", "1c&encoding=utf8")
    ]

    assert [answer.status_code for answer in answers] == [422, 422]


def test_the_tariff_is_the_terms_of_the_pairs_of_banks():
    import csv
    from pathlib import Path

    from storefront.sandbox.banks import tariffs

    reference = Path(__file__).resolve().parents[2] / "payments" / "reference"

    def rows(table):
        return csv.DictReader((reference / f"{table}.csv").read_text("utf-8").splitlines())

    bics = {row["code"]: row["bic"] for row in rows("correspondent_banks")}
    terms = {
        (bics[row["russian"]], bics[row["chinese"]], row["currency"]): (
            int(Decimal(row["fee"]) * 100),
            int(row["fee_bps"]),
        )
        for row in rows("correspondences")
    }
    assert dict(tariffs.tariff()) == terms


def test_the_books_come_to_what_was_captured_kept_paid_out_and_dealt(sandbox):
    payment = order_payment(sandbox, at=NOON)
    sandbox.post(f"/_/pay/{payment['id']}", json={}, at=NOON).raise_for_status()
    asked = {
        "reference": "FX-1",
        "sell": {"currency": "RUB"},
        "buy": {"value": "1000.00", "currency": "CNY"},
    }
    deal = sandbox.post(f"/banks/{BIC}/deals", json=asked, at=NOON).json()

    told = sandbox.get("/_/books/accounts", at=MONTH_LATER).json()

    sold = int(Decimal(deal["sold"]["value"]) * 100)
    assert [(row["account"], row["currency"], row["units"]) for row in told["accounts"]] == [
        (CNY, "CNY", 100_000),
        (RUB, "RUB", 1_713_636 - sold),
    ]
    assert told["shops"] == [
        {
            "shop": "shop",
            "captured": 1_763_000,
            "fee": 49_364,
            "refunded": 0,
            "taken": 0,
            "restored": 0,
            "paid_out": 1_713_636,
            "registered": 1_713_636,
        }
    ]
