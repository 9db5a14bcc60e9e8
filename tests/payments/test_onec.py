"""1CClientBankExchange in both code pages, and what is refused by name."""

from datetime import date
from decimal import Decimal

import pytest

from payments.statements import onec, reading
from payments.statements.statement import (
    BadField,
    BadStatement,
    Missing,
    Mixed,
    Unbalanced,
    Unrecognised,
)
from tests.payments.conftest import shared_data

OURS, THEIRS = "40702810000000000007", "40702810700000000042"


def paper(price: str = "100.00", *, to_us: bool = True, number: str = "77") -> str:
    payer, payee = (THEIRS, OURS) if to_us else (OURS, THEIRS)
    return "\n".join(
        [
            "СекцияДокумент=Платежное поручение", f"Номер={number}", "Дата=23.11.2026",
            f"Сумма={price}", f"ПлательщикСчет={payer}", f"ПолучательСчет={payee}",
            "ДатаСписано=23.11.2026" if not to_us else "ДатаПоступило=24.11.2026",
            "Плательщик1=ООО Река", "Получатель1=ООО Сунгари",
            "НазначениеПлатежа=Возмещение по реестру REG-1", "КонецДокумента",
        ]
    )  # fmt: skip


def text(
    *papers: str,
    opening: str = "10.00",
    closing: str = "110.00",
    encoding: str = "Windows",
    more: str = "",
) -> str:
    return "\r\n".join(
        "\n".join(
            [
                "1CClientBankExchange", "ВерсияФормата=1.03", f"Кодировка={encoding}",
                "СекцияРасчСчет", "ДатаНачала=23.11.2026", "ДатаКонца=24.11.2026",
                f"РасчСчет={OURS}", f"НачальныйОстаток={opening}", more,
                f"КонечныйОстаток={closing}", "КонецРасчСчет", *papers, "КонецФайла", "",
            ]
        ).splitlines()
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "used"),
    [("Windows", "cp1251"), ("DOS", "cp866"), ("DOS", "cp1251"), ("Windows", "cp866")],
)
def test_both_code_pages_are_read_whatever_the_file_says(said: str, used: str) -> None:
    (found,) = reading.read(text(paper(), encoding=said).encode(used))

    assert (found.account, found.currency) == (OURS, "RUB")
    assert (found.from_on, found.until_on) == (date(2026, 11, 23), date(2026, 11, 24))
    (line,) = found.lines
    assert (line.price, line.reference, line.counterparty) == (100, "77", "ООО Река")
    assert (line.booked_on, line.counterparty_account) == (date(2026, 11, 24), THEIRS)
    assert line.text == "Возмещение по реестру REG-1"


def test_both_ways_are_counted() -> None:
    body = text(paper("100.00"), paper("30,50", to_us=False), closing="79.50")

    (found,) = reading.read(body.encode("cp1251"))

    assert [line.price for line in found.lines] == [Decimal("100.00"), Decimal("-30.50")]


def test_a_section_for_each_day_is_one_statement() -> None:
    day = text(paper(), closing="60.00").split("СекцияДокумент")[0].split("СекцияРасчСчет")[1]
    second = "СекцияРасчСчет" + day.replace("=10.00", "=60.00", 1).replace(
        "60.00", "110.00", 2
    ).replace("=110.00", "=60.00", 1)
    body = text(paper(), closing="60.00").replace("СекцияДокумент", second + "СекцияДокумент", 1)

    (found,) = reading.read(body.encode("cp1251"))

    assert (found.opening, found.closing) == (10, 110)


@pytest.mark.parametrize(
    ("body", "error", "where"),
    [
        (text(paper(), closing="110.01"), Unbalanced, "off by 0.01"),
        (text(paper(), more="ВсегоПоступило=99.00"), Unbalanced, "ВсегоПоступило=99.00"),
        (text(paper("1e3")), BadField, "Сумма=1e3"),
        (text(paper("0.00"), closing="10.00"), BadField, "not more than nothing"),
        (text(paper().replace("23.11.2026", "31.02.2026")), BadField, "31.02.2026"),
        (text(paper().replace(OURS, "40702810300000000099")), Mixed, "document 77"),
        (text(paper()).replace("КонецДокумента", ""), Missing, "no end"),
        (text(paper()).replace("КонецФайла", ""), Missing, "cut off"),
        (text(paper(), encoding="UTF"), BadField, "neither Windows nor DOS"),
        (text(paper()).replace(OURS, "40702999000000000007"), BadField, "currency"),
        ("1CClientBankExchange\nhello", Unrecognised, "Russian"),
    ],
)
def test_a_bad_file_is_refused_by_name(body: str, error: type, where: str) -> None:
    with pytest.raises(error, match=where):
        reading.read(body.encode("cp1251"))


def test_the_samples_are_refused_by_name() -> None:
    """One is orders to a bank; the other was cut to 3 of its documents and made anonymous."""
    folder = shared_data("bank_1c_clientbank")

    with pytest.raises(onec.NoStatement):
        reading.read((folder / "to_bank.txt").read_bytes())
    with pytest.raises(Unbalanced, match=r"ВсегоПоступило=616050\.00: its documents make"):
        reading.read((folder / "kl_to_1c.txt").read_bytes())


def test_the_sample_is_read_once_its_documents_are_of_its_account() -> None:
    body = (shared_data("bank_1c_clientbank") / "kl_to_1c.txt").read_bytes().decode("cp1251")
    whole = body.replace("40702810000000077777", "40702810000000074935")
    whole = whole.replace("ВсегоПоступило=616050.00", "").replace("ВсегоСписано=789647.44", "")

    (found,) = reading.parse(whole.encode("cp1251"))

    assert (found.account, found.opening) == ("40702810000000074935", Decimal("252842.49"))
    assert found.closing == Decimal("79245.05")
    assert found.lines[0].price == Decimal("-6936.00")
    assert len(found.lines) == body.count("СекцияДокумент=")
    assert found.lines[0].text.startswith('Оплата стоимости пакета услуг "Всё по делу"')


def test_no_cut_of_a_file_makes_anything_but_a_refusal() -> None:
    whole = text(paper(), paper(to_us=False), closing="10.00").encode("cp1251")
    for length in range(0, len(whole) - 13, 11):
        with pytest.raises(BadStatement):
            reading.read(whole[:length])
