"""What sellers type to ask other prices for a while."""

import re
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from catalog import asking, columns
from catalog.cells import BadCell
from catalog.models import Offer, Seller
from catalog.promotions import MOST_GOODS, Plan
from orders.days import CHINA

AT = "%Y-%m-%dT%H:%M"
LONGEST_LIST = 200_000
PARTS = re.compile(r"[\t;；,，]+|\s+")
SHOWN = 5
HUNDRED = Decimal(100)


class ShenzhenTime(forms.DateTimeField):
    """An instant as the clocks of Shenzhen show it."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=AT)

    def to_python(self, value: Any) -> datetime | None:
        with timezone.override(CHINA):
            return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, datetime):
            return value.astimezone(CHINA).replace(tzinfo=None)
        return value


class Number(forms.DecimalField):
    """A decimal with a point or a comma, with or without its sign."""

    widget = forms.TextInput(attrs={"inputmode": "decimal"})

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip(" %％¥￥元\u00a0").replace(",", ".").replace("，", ".")
        return super().to_python(text)


class TimedForm(forms.Form):
    """The name, the times and the goods of anything that holds for a while."""

    title = forms.CharField(label=_("Name"), max_length=120, help_text=_("Only you see it."))
    starts_at = ShenzhenTime(
        label=_("Starts, Shenzhen time"), required=False, help_text=_("Left empty: at once.")
    )
    ends_at = ShenzhenTime(
        label=_("Ends, Shenzhen time"),
        required=False,
        help_text=_("Left empty: until you stop it."),
    )
    articles = forms.CharField(
        label=_("Article numbers"),
        required=False,
        max_length=LONGEST_LIST,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "class": "code"}),
    )

    def __init__(self, *args: Any, seller: Seller, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seller = seller
        self.offers: list[Offer] = []
        self.picked: set[int] = set()

    @property
    def times(self) -> list[forms.BoundField]:
        return [self["starts_at"], self["ends_at"]]

    @property
    def sizes(self) -> list[forms.BoundField]:
        """How much is taken off; a price list says it beside its goods."""
        return [self[name] for name in ("percent", "amount", "most_pieces") if name in self.fields]

    def plan(self, *, now: datetime) -> Plan:
        """Nothing starts in the past."""
        given = self.cleaned_data
        return Plan(
            title=given["title"],
            starts_at=max(given["starts_at"] or now, now),
            ends_at=given["ends_at"],
        )

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        starts_at, ends_at = given.get("starts_at"), given.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", _("The end must be later than the start."))
        self._choose(given.get("articles", ""))
        if "articles" not in self.errors and not 0 < len(self.offers) <= MOST_GOODS:
            text = gettext("Choose between one and %(most)s goods.") % {"most": MOST_GOODS}
            self.add_error("articles", text)
        return given

    def _choose(self, text: str) -> None:
        """Find the goods that were pasted and those that were ticked."""
        pasted = [part for part in PARTS.split(text) if part]
        self.offers = sorted(
            {row.pk: row for row in self._find(pasted, self.picked).values()}.values(),
            key=lambda row: row.article,
        )

    def _find(self, articles: Iterable[str], keys: Iterable[int]) -> dict[str, Offer]:
        """The seller's offers by article number in small letters; what is unknown is told."""
        wanted = dict.fromkeys(articles)
        rows: Any = Offer.objects.filter(seller=self.seller)
        rows = rows.select_related("variant__product").annotate(low=Lower("article"))
        named = Q(low__in=[article.lower() for article in wanted]) | Q(pk__in=list(keys))
        known: dict[str, Offer] = {}
        for row in rows.filter(named).order_by("pk"):
            if row.article in wanted or row.low not in known:
                known[row.low] = row
        missing = [article for article in wanted if article.lower() not in known]
        if missing:
            text = ngettext(
                "You have no goods with the number %(articles)s.",
                "You have no goods with %(count)s of the numbers: %(articles)s.",
                len(missing),
            )
            facts = {"count": len(missing), "articles": ", ".join(missing[:SHOWN])}
            self.add_error("articles", text % facts)
        return known


class PromotionForm(TimedForm):
    """Less of the price for some goods."""

    percent = Number(
        label=_("Discount, %"),
        required=False,
        min_value=Decimal("0.01"),
        max_value=Decimal("99.99"),
        decimal_places=2,
    )
    amount = Number(
        label=_("or discount, ¥"),
        required=False,
        min_value=Decimal("0.01"),
        decimal_places=2,
        help_text=_("Of each piece."),
    )
    most_pieces = forms.IntegerField(
        label=_("Pieces at most"),
        required=False,
        min_value=1,
        max_value=1_000_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text=_("Of all goods together; left empty: no limit."),
    )
    offer = forms.TypedMultipleChoiceField(required=False, coerce=int)

    field_order = ("title", "percent", "amount", "most_pieces", "starts_at", "ends_at", "articles")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["articles"].help_text = _("One in a line, or separated by commas.")
        ticks = forms.SelectMultiple()
        picked: list[str] = ticks.value_from_datadict(self.data, self.files, "offer") or []
        keys = [key for key in picked if key.isascii() and key.isdecimal() and len(key) < 19]
        self.picked = {int(key) for key in keys}
        self.fields["offer"].choices = [(key, key) for key in keys]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        both = (given.get("percent"), given.get("amount"))
        if not {"percent", "amount"} & self.errors.keys() and (both[0] is None) == (
            both[1] is None
        ):
            self.add_error("percent", _("Give either a part of the price or an amount, not both."))
        return given

    def discount(self) -> asking.Discount:
        given = self.cleaned_data
        if given["percent"] is None:
            return asking.Discount(amount=given["amount"])
        return asking.Discount(rate_bps=int(given["percent"] * HUNDRED))


class PriceListForm(TimedForm):
    """Other prices for some goods."""

    field_order = ("title", "starts_at", "ends_at", "articles")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["articles"].label = _("Article numbers with prices")
        self.fields["articles"].help_text = _(
            "One in a line, the price in yuan behind it: LH-17-12256-WH 3799. "
            "Two columns copied from a table will do."
        )
        self.prices: dict[int, Decimal] = {}
        self.typed = {
            int(name[6:]): text.strip()
            for name, text in (self.data.items() if self.is_bound else ())
            if re.fullmatch(r"price-\d{1,18}", name) and text.strip()
        }

    def _choose(self, text: str) -> None:
        lines = self._pasted(text)
        known = self._find(lines, self.typed)
        for article, cell in lines.items():
            if article.lower() in known:
                self._price(known[article.lower()], cell)
        for row in known.values():
            if row.pk in self.typed and row.pk not in self.prices:
                self._price(row, self.typed[row.pk])
        self.offers = sorted(
            (row for row in known.values() if row.pk in self.prices), key=lambda row: row.article
        )

    def _pasted(self, text: str) -> dict[str, str]:
        """The price cell of each article number."""
        found, bare = {}, []
        for line in filter(None, map(str.strip, text.splitlines())):
            parts = [part for part in re.split(r"[\t;；]+|\s+", line) if part]
            if len(parts) < 2:
                bare.append(line)
                continue
            found[" ".join(parts[:-1])] = parts[-1]
        if bare:
            text = gettext("No price stands behind %(articles)s.")
            self.add_error("articles", text % {"articles": ", ".join(bare[:SHOWN])})
        return found

    def _price(self, offer: Offer, cell: str) -> None:
        try:
            self.prices[offer.pk] = columns.IDENTITY["price_cny"][0](cell)
            asking.check(self.prices[offer.pk])
        except (BadCell, asking.WrongPrice) as bad:
            self.add_error("articles", f"{offer.article}: {bad}")
