"""What stands in the cells of the desks: tags, figures, links, ages and masked people."""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from storefront.lib import money
from storefront.templatetags.money import rubles, whole, yuan

Column = Callable[[Any, Any], Any]
NOTHING = "\u2014"
DOT = "\u2022"


def tag(text: object, tone: str = "") -> SafeString:
    """A word in a coloured box; tones: good, warn, bad, river or none."""
    return format_html('<span class="tag {}">{}</span>', tone, text)


def figure(text: object) -> SafeString:
    """A number, right-aligned by its class."""
    return format_html('<span class="n">{}</span>', text)


def lines(texts: list[Any]) -> SafeString | str:
    """Several things, one below the other."""
    if not texts:
        return NOTHING
    return format_html_join("", '<span class="line">{}</span>', ((text,) for text in texts))


def pairs(rows: list[tuple[Any, Any]]) -> SafeString | str:
    """Names and what belongs to each, as a small table."""
    told = format_html_join("", '<tr><th scope="row">{}</th><td class="n">{}</td></tr>', rows)
    return format_html('<table class="desk-table pairs"><tbody>{}</tbody></table>', told)


def page(label: str, pk: object) -> str:
    """The address of a row's page; `label` is `app.model`."""
    return reverse(f"admin:{label.replace('.', '_')}_change", args=[pk])


def listing(label: str, **filters: object) -> str:
    """The address of a list, filtered."""
    address = reverse(f"admin:{label.replace('.', '_')}_changelist")
    return f"{address}?{urlencode(filters)}" if filters else address


def link(row: Model, text: object | None = None) -> SafeString:
    """A link to the page of a row."""
    address = page(row._meta.label_lower, row.pk)
    return format_html('<a class="to" href="{}">{}</a>', address, row if text is None else text)


def priced(field: str, title: Any) -> Column:
    """A column of money in the shape of its currency."""

    @display(description=title, ordering=field)
    def column(self, row: Any) -> SafeString | str:
        return amount(getattr(row, field))

    return column


def amount(value: Any) -> SafeString | str:
    """Money as people read it."""
    if value is None:
        return NOTHING
    return figure(yuan(value) if str(value.currency) == "CNY" else rubles(value))


def units(count: int, currency: str) -> SafeString:
    """Minor units of a ledger as money."""
    return summed(money.from_minor(count, currency), currency)


def summed(value: Decimal, currency: str) -> SafeString:
    """A sum in the shape of its currency; of another one than ours, with its code."""
    shown = {"RUB": rubles, "CNY": yuan}.get(currency)
    return figure(shown(value) if shown else f"{value} {currency}")


STATE = gettext_lazy("state")


def stated(tones: Mapping[str, str], field: str = "state", title: Any = STATE) -> Column:
    """A column with a state in its colour."""

    @display(description=title, ordering=field)
    def column(self, row: Any) -> SafeString:
        return tag(getattr(row, f"get_{field}_display")(), tones.get(getattr(row, field), ""))

    return column


def counted(field: str, title: Any) -> Column:
    """A column of whole numbers, right-aligned."""

    @display(description=title, ordering=field)
    def column(self, row: Any) -> SafeString | str:
        value = getattr(row, field)
        return NOTHING if value is None else figure(whole(value))

    return column


def plain(field: str, title: Any) -> Column:
    """A column as it is, under a name of its own where the model has none."""

    @display(description=title, ordering=field)
    def column(self, row: Any) -> Any:
        value = getattr(row, field)
        if isinstance(value, Model):
            return link(value)
        if isinstance(value, date):
            return moment(value) if isinstance(value, datetime) else day(value)
        told = getattr(row, f"get_{field}_display", None)
        return (told() if told else value) or NOTHING

    return column


def number() -> Column:
    """The column of the number a row is asked for by."""

    @display(description="\u2116", ordering="pk")
    def column(self, row: Any) -> int:
        return row.pk

    return column


def decimal(value: Decimal) -> SafeString:
    """A bare number with the point of the page's language, without idle noughts."""
    return figure(pointed(f"{value.normalize():f}"))


def pointed(text: str) -> str:
    """Digits with the point of the page's language."""
    return text.replace(".", formats.get_format("DECIMAL_SEPARATOR"))


def dated(field: str, title: Any) -> Column:
    """A column of instants, short, in the time zone of the desk."""

    @display(description=title, ordering=field)
    def column(self, row: Any) -> str:
        return moment(getattr(row, field))

    return column


def detailed() -> Column:
    """A column of the facts an event was recorded with."""

    @display(description=gettext_lazy("detail"))
    def column(self, row: Any) -> SafeString | str:
        return lines([f"{name}: {value}" for name, value in sorted(row.detail.items())])

    return column


def stored(field: str, title: Any) -> Column:
    """A field of JSON on its page, readable in every script."""

    @display(description=title)
    def column(self, row: Any) -> SafeString:
        return block(json.dumps(getattr(row, field), ensure_ascii=False, indent=2))

    return column


def moment(instant: datetime | None) -> str:
    """`23.11 12:00`: day, month and time where the desk stands."""
    if instant is None:
        return NOTHING
    return f"{timezone.localtime(instant):%d.%m.%y\u00a0%H:%M}"


def month(first_on: date) -> str:
    """The name of a month, with its year."""
    return formats.date_format(first_on, "YEAR_MONTH_FORMAT")


def day(on: date | None) -> str:
    return NOTHING if on is None else f"{on:%d.%m.%y}"


def span(length: timedelta) -> str:
    """`3 d 4 h`, `4 h 10 min`, `10 min`: how long, in two units at most."""
    minutes = abs(int(length.total_seconds())) // 60
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return _("%(days)d d %(hours)d h") % {"days": days, "hours": hours}
    if hours:
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": rest}
    return _("%(minutes)d min") % {"minutes": rest}


def block(text: object) -> SafeString:
    """A message as it was, its line breaks kept."""
    return format_html('<pre class="body" tabindex="0">{}</pre>', text)


def email(address: str) -> str:
    """`a***@\u2026`"""
    return f"{address[:1]}***@\u2026" if address else NOTHING


def phone(number: str) -> str:
    """`+7912\u2022\u2022\u20221234`; short ones are hidden whole."""
    if not number:
        return NOTHING
    return f"{number[:5]}{DOT * 3}{number[-4:]}" if len(number) > 10 else DOT * 3


def person(name: str) -> str:
    """`А. Т.`: the initials of a name."""
    return " ".join(f"{part[0]}." for part in name.split()) or NOTHING


def percent(bps: int) -> SafeString:
    """Basis points as a percentage, `7 %`, `7.5 %`."""
    return figure(f"{bps / 100:g}\u00a0%")
