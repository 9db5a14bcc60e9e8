"""Files of banks and acquirers, written for tests, and what is taken in of them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from payments import papers
from payments.papers import Day, Taken

NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
RUB, CNY = "40702810000000000007", "40702156000000000007"
DAY = date(2026, 11, 23)
HEADING = "kind,id,payment_id,at,gross,fee,net,currency,description"


def line(price: str, reference: str = "", **parts: str) -> str:
    """An entry of a camt.053."""
    mark = "DBIT" if price.startswith("-") else "CRDT"
    text = parts.get("text", "")
    return (
        f"<Ntry><Amt Ccy='{parts.get('currency', 'RUB')}'>{price.lstrip('-')}</Amt>"
        f"<CdtDbtInd>{mark}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>"
        f"<BookgDt><Dt>{parts.get('on', DAY)}</Dt></BookgDt><NtryDtls><TxDtls>"
        f"<Refs><EndToEndId>{reference or 'NOTPROVIDED'}</EndToEndId></Refs>"
        f"<RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
    )


def camt(
    prices: Sequence[tuple[str, str]] = (),
    *,
    account: str = RUB,
    on: date = DAY,
    since: date | None = None,
    opening: str = "0.00",
    number: int = 0,
    text: str = "",
) -> bytes:
    """A day of an account, or several, as camt.053.001.08: (sum, our reference) of each entry."""
    currency = "CNY" if account == CNY else "RUB"
    closing = Decimal(opening) + sum((Decimal(price) for price, _name in prices), Decimal(0))
    entries = "".join(
        line(price, name, currency=currency, on=str(on), text=text) for price, name in prices
    )
    return (
        "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'><BkToCstmrStmt><Stmt>"
        f"<Id>{account}-{on}</Id><ElctrncSeqNb>{number or on.toordinal()}</ElctrncSeqNb>"
        f"<Acct><Id><Othr><Id>{account}</Id></Othr></Id></Acct>"
        f"{_balance('OPBD', Decimal(opening), currency, since or on)}"
        f"{_balance('CLBD', closing, currency, on)}{entries}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def _balance(code: str, price: Decimal, currency: str, on: date) -> str:
    mark = "DBIT" if price < 0 else "CRDT"
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='{currency}'>"
        f"{abs(price)}</Amt><CdtDbtInd>{mark}</CdtDbtInd><Dt><Dt>{on}</Dt></Dt></Bal>"
    )


def statement(*args: object, now: datetime = NOW, **fields: object) -> Taken:
    """A day of an account, taken in."""
    body = camt(*args, **fields)
    return papers.take_statements(body, name="camt.xml", actor="user:vera", now=now)


def row(
    kind: str, object_id: str, gross: str, fee: str = "0.00", *, payment: str = "", **parts: str
) -> str:
    """A row of a register."""
    net = Decimal(0) if kind == "receipt" else Decimal(gross) - Decimal(fee)
    currency, order = parts.get("currency", "RUB"), parts.get("order", "")
    at = parts.get("at", "2026-11-23T10:00:00Z")
    return f"{kind},{object_id},{payment or object_id},{at},{gross},{fee},{net},{currency},{order}"


def register(*rows: str) -> bytes:
    return "\n".join([HEADING, *rows, ""]).encode()


def registry(*rows: str, on: date = DAY, shop: str = "100500", now: datetime = NOW) -> Taken:
    """A day's register, taken in."""
    about = Day("yookassa", shop, on)
    return papers.take_registry(
        register(*rows), about, name=f"{on}.csv", actor="user:vera", now=now
    )
