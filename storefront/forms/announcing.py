"""What a seller announces to the border warehouse, and what the floor finds of it."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.models import Offer, Seller
from logistics.models import Stock
from logistics.stocking import advices

from .disputes import Evidence

TYPED = "pieces-"


class AnnounceForm(forms.Form):
    """Goods by article with their pieces, the regime and the day."""

    regime = forms.ChoiceField(
        label=_("Regime"),
        choices=Stock.Regime.choices,
        widget=forms.RadioSelect,
        initial=Stock.Regime.DOMESTIC,
        help_text=_("Bonded goods come under their own customs paper: announce them apart."),
    )
    expected_on = forms.DateField(
        label=_("Expected in Harbin"), widget=forms.DateInput(attrs={"type": "date"})
    )
    goods = forms.CharField(
        label=_("Goods"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=_("A line for each: article, then pieces."),
    )
    note = forms.CharField(
        label=_("Note for the warehouse"),
        required=False,
        max_length=200,
        help_text=_("Carrier, waybill, how many cartons."),
    )
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)

    use_required_attribute = False

    def __init__(self, *args: Any, seller: Seller, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offers = Offer.objects.filter(seller=seller)
        self.pieces: dict[int, int] = {}

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        wanted, problems = _lines(given.get("goods", ""))
        known = dict(self._offers.filter(article__in=wanted).values_list("article", "pk"))
        problems += [
            gettext("You have no goods with the article %(article)s.") % {"article": article[:60]}
            for article in wanted
            if article not in known
        ]
        if problems:
            self.add_error("goods", problems[:10])
        self.pieces = {known[name]: count for name, count in wanted.items() if name in known}
        self._take_typed()
        return given

    def _take_typed(self) -> None:
        """The pieces typed beside found goods count instead of those of the list."""
        typed = {
            name.removeprefix(TYPED): value.strip()
            for name, value in self.data.items()
            if name.startswith(TYPED) and value.strip() and len(name) < len(TYPED) + 19
        }
        own = set(self._offers.filter(pk__in=filter(str.isdecimal, typed)).values_list("pk"))
        for name, value in typed.items():
            if name.isdecimal() and (int(name),) in own and value.isdecimal():
                self.pieces[int(name)] = int(value[:9])
        self.pieces = {pk: count for pk, count in self.pieces.items() if count}

    @property
    def said(self) -> advices.Announcement:
        """What was announced, as the warehouse takes it."""
        given = self.cleaned_data
        return advices.Announcement(
            regime=given["regime"],
            expected_on=given["expected_on"],
            pieces=self.pieces,
            key=given["key"],
            note=given["note"],
        )


def _lines(text: str) -> tuple[dict[str, int], list[str]]:
    """Articles with their pieces; one named twice counts together."""
    found: dict[str, int] = {}
    problems = []
    for line in filter(None, map(str.strip, text.splitlines())):
        article, _space, count = line.replace("\t", " ").rpartition(" ")
        article = article.strip(" ,;:")
        if article and count.isdecimal() and len(count) <= 6:
            found[article] = found.get(article, 0) + int(count)
        else:
            problems.append(gettext("Not an article and pieces: %(line)s") % {"line": line[:60]})
    return found, problems


class FoundForm(forms.Form):
    """What a worker found of one line of a notice."""

    whole = forms.IntegerField(
        label=_("Whole pieces"), required=False, min_value=0, max_value=99_999
    )
    numbers = forms.CharField(
        label=_("IMEI of each piece"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "inputmode": "numeric"}),
    )
    damaged = forms.IntegerField(
        label=_("Damaged pieces"), required=False, min_value=0, max_value=99_999
    )
    pictures = Evidence(required=False)
    note = forms.CharField(label=_("What is damaged"), required=False, max_length=200)
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)

    use_required_attribute = False

    def __init__(self, *args: Any, is_numbered: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pictures = self.fields["pictures"]
        pictures.label = gettext("Picture of damage")
        pictures.help_text = gettext("A picture is a JPEG or PNG file.")
        pictures.widget.attrs["accept"] = "image/jpeg,image/png"
        if not is_numbered:
            del self.fields["numbers"]

    @property
    def found(self) -> advices.Found:
        """What was found, as the warehouse takes it; scanned numbers count themselves."""
        given = self.cleaned_data
        numbers = given.get("numbers", "").split()
        return advices.Found(
            key=given["key"],
            whole=len(numbers) if given["whole"] is None else given["whole"],
            damaged=given["damaged"] or 0,
            numbers=numbers,
            pictures=[document for _name, document in given["pictures"] or ()],
            note=given["note"],
        )
