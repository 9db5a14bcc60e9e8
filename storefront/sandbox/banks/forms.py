"""The statement of a day in the older forms: MT940, and the text of 1C in two code pages."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from storefront.sandbox import amounts
from storefront.sandbox.banks.accounts import Entry
from storefront.sandbox.wire import Problem, Reply

_ENCODINGS = {"windows": ("cp1251", "Windows"), "dos": ("cp866", "DOS")}


@dataclass(frozen=True)
class Told:
    """What a statement tells. Money: minor units, credit above zero."""

    bic: str
    account: str
    currency: str
    number: int
    day: date
    before: int
    entries: list[Entry]

    @property
    def after(self) -> int:
        """What stands on the account when the day is over."""
        return self.before + sum(entry.units for entry in self.entries)


def mt940(told: Told) -> Reply:
    """Write the statement as SWIFT's MT940."""
    lines = [
        f":20:{told.day:%y%m%d}{told.account[-6:]}",
        f":25:{told.bic}/{told.account}",
        f":28C:{told.number:05d}/001",
        f":60F:{_balance(told.before, told)}",
    ]
    for entry in told.entries:
        mark = "D" if entry.units < 0 else "C"
        price = amounts.show(abs(entry.units)).replace(".", ",")
        booked = entry.booked_on
        kind = "NCHG" if entry.body["kind"] == "fee" else "NTRF"
        lines.append(
            f":61:{booked:%y%m%d}{booked:%m%d}{mark}{price}{kind}NONREF//{entry.reference[-16:]}"
        )
        uetr = f"/UETR/{entry.body['uetr']}" if entry.body.get("uetr") else ""
        about = f"/EREF/{entry.body['end_to_end']}{uetr}/NAME/{entry.body['party']}/REMI/"
        folded = textwrap.wrap(f"{about}{entry.body['text']}", 65, break_on_hyphens=False)
        lines += [f":86:{folded[0]}", *folded[1:6]]
    lines += [f":62F:{_balance(told.after, told)}", "-", ""]
    return Reply("\r\n".join(lines).encode(), kind="text/plain; charset=utf-8")


def _balance(units: int, told: Told) -> str:
    price = amounts.show(abs(units)).replace(".", ",")
    return f"{'D' if units < 0 else 'C'}{told.day:%y%m%d}{told.currency}{price}"


def onec(told: Told, encoding: str) -> Reply:
    """Write the statement as 1CClientBankExchange 1.03.

    Raises: Problem 422, for an encoding that is neither windows nor dos.
    """
    if encoding not in _ENCODINGS:
        raise Problem(422, "bad_field", "encoding is windows or dos", "encoding")
    codec, name = _ENCODINGS[encoding]
    body = "\r\n".join([*_head(told, name), *_papers(told), "КонецФайла", ""])
    return Reply(body.encode(codec, "replace"), kind=f"text/plain; charset={codec}")


def _head(told: Told, encoding: str) -> list[str]:
    came = sum(entry.units for entry in told.entries if entry.units > 0)
    went = -sum(entry.units for entry in told.entries if entry.units < 0)
    days = [f"ДатаНачала={told.day:%d.%m.%Y}", f"ДатаКонца={told.day:%d.%m.%Y}"]
    account = f"РасчСчет={told.account}"
    return [
        "1CClientBankExchange",
        "ВерсияФормата=1.03",
        f"Кодировка={encoding}",
        "Отправитель=Банк (песочница)",
        *days,
        account,
        "СекцияРасчСчет",
        *days,
        account,
        f"НачальныйОстаток={amounts.show(told.before)}",
        f"ВсегоПоступило={amounts.show(came)}",
        f"ВсегоСписано={amounts.show(went)}",
        f"КонечныйОстаток={amounts.show(told.after)}",
        "КонецРасчСчет",
    ]


def _papers(told: Told) -> Iterator[str]:
    for entry in told.entries:
        us, them = ("Плательщик", "Получатель") if entry.units < 0 else ("Получатель", "Плательщик")
        moved = "ДатаСписано" if entry.units < 0 else "ДатаПоступило"
        day = f"{entry.booked_on:%d.%m.%Y}"
        is_fee = entry.body["kind"] == "fee"
        yield f"СекцияДокумент={'Банковский ордер' if is_fee else 'Платежное поручение'}"
        yield f"ВидОплаты={'17' if is_fee else '01'}"
        yield f"Номер={entry.reference[-20:]}"
        yield f"Дата={day}"
        yield f"Сумма={amounts.show(abs(entry.units))}"
        yield f"{us}Счет={told.account}"
        yield f"{them}1={entry.body['party']}"
        yield f"{moved}={day}"
        yield f"НазначениеПлатежа={entry.body['end_to_end']} {entry.body['text']}"
        yield "КонецДокумента"
