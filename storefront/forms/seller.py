"""What sellers type: goods, prices, pictures."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.files import File
from django.utils.translation import gettext_lazy as _

from catalog import colours, columns, imports, listings, shelves, uploads
from catalog.cells import BadCell, Reader
from catalog.goods import Goods, Problem
from catalog.models import Battery, Brand, HsCode, Offer, Product, Variant

CARD = ("category", "brand", "model")
TEXTS = ("title_zh", "title_ru", "title_en", "description_zh", "description_ru", "description_en")
LOOKS = ("colour", "ram_gb", "storage_gb")
SIZES = ("net_weight_g", "weight_g", "length_mm", "width_mm", "height_mm")
PAPERS = ("hs_code", "origin", "battery_kind", "battery_wh", "fsb_notification", "barcode")
FACTS = (*SIZES, *PAPERS)
SALE = ("article", "price_cny", "quantity")
CLEARABLE = ("hs_code", "origin", "fsb_notification", "barcode", *TEXTS[3:])
PLACE_OF = {"size": "length_mm"}  # where the form says what `listings.missing` names otherwise


class CellField(forms.CharField):
    """Read as a cell of a table is: with its unit, in either style of digits."""

    def __init__(self, reader: Reader, **options: Any) -> None:
        super().__init__(**options)
        self.reader = reader

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return self.reader(text)
        except BadCell as bad:
            raise forms.ValidationError(str(bad), code=bad.code) from bad


def _cell(name: str, label: Any, *, mode: str = "text", help: Any = "", **more: Any) -> CellField:
    readers = {**columns.IDENTITY, **columns.CARD, **columns.FACTS}
    widget = forms.TextInput(attrs={"inputmode": mode, "autocomplete": "off"})
    return CellField(
        readers[name][0],
        label=label,
        help_text=help,
        **{"widget": widget, "max_length": 200, **more},
    )


class ProductForm(forms.Form):
    """Goods as a seller lists or changes them; fields that are settled already are left out.

    The names are those of a table's columns, so that problems of either find their field.
    """

    category = forms.ChoiceField(label=_("Category"))
    brand = _cell("brand", _("Brand"))
    model = _cell("model", _("Model"), help=_("Without the brand: Galaxy S24 Ultra"))
    title_zh = _cell("title_zh", _("Chinese title"), required=False)
    title_ru = _cell(
        "title_ru",
        _("Russian title"),
        required=False,
        help=_("Left empty, titles are made of kind, brand and model."),
    )
    title_en = _cell("title_en", _("English title"), required=False)
    description_zh = forms.CharField(
        label=_("Chinese description"), required=False, max_length=4000, widget=forms.Textarea
    )
    description_ru = forms.CharField(
        label=_("Russian description"), required=False, max_length=4000, widget=forms.Textarea
    )
    description_en = forms.CharField(
        label=_("English description"), required=False, max_length=4000, widget=forms.Textarea
    )

    colour = _cell("colour", _("Colour"), required=False)
    ram_gb = _cell("ram_gb", _("Memory, GB"), mode="numeric", required=False)
    storage_gb = _cell("storage_gb", _("Storage, GB"), mode="numeric", required=False)

    net_weight_g = _cell(
        "net_weight_g", _("Net weight, g"), mode="decimal", help=_("The goods without packaging.")
    )
    weight_g = _cell("weight_g", _("Weight with box, g"), mode="decimal")
    length_mm = _cell("length_mm", _("Box length, mm"), mode="decimal")
    width_mm = _cell("width_mm", _("Box width, mm"), mode="decimal")
    height_mm = _cell("height_mm", _("Box height, mm"), mode="decimal")
    hs_code = forms.ChoiceField(label=_("HS code"), required=False)
    origin = _cell(
        "origin", _("Country of origin"), required=False, help=_("Two letters, such as CN.")
    )
    battery_kind = forms.ChoiceField(
        label=_("Battery"), choices=Battery.choices, initial=Battery.BUILT_IN
    )
    battery_wh = _cell("battery_wh", _("Battery, Wh"), mode="decimal", required=False)
    fsb_notification = _cell(
        "fsb_notification",
        _("FSB notification"),
        required=False,
        help=_("Needed of everything with radio: the number of the notification."),
    )
    barcode = _cell("barcode", _("Barcode"), mode="numeric", required=False)

    article = _cell(
        "article", _("Article number"), help=_("Your own number of these goods, used once.")
    )
    price_cny = _cell("price_cny", _("Price, ¥"), mode="decimal")
    quantity = _cell("quantity", _("Pieces in Shenzhen"), mode="numeric", required=False)

    def __init__(
        self,
        *args: Any,
        card: Product | None = None,
        variant: Variant | None = None,
        offer: Offer | None = None,
        is_own: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.card, self.variant, self.offer = card, variant, offer
        for name in self._settled(is_own=is_own):
            del self.fields[name]
        self._choices()
        for name, names in (("brand", "brands"), ("colour", "colours")):
            if name in self.fields:
                self.fields[name].widget.attrs["list"] = names
        if offer and "quantity" in self.fields:
            self.fields["quantity"].label = _("More pieces for Shenzhen")

    def _settled(self, *, is_own: bool) -> Iterable[str]:
        if self.offer:
            kept = () if is_own else (*TEXTS, *FACTS)
            return ("article", *CARD, *LOOKS, *kept)
        card = (*CARD, *TEXTS) if self.card else ()
        return (*card, *LOOKS, *FACTS) if self.variant else card

    def _choices(self) -> None:
        if "category" in self.fields:
            known = shelves.categories()
            parents = {shelf.parent_id for shelf in known}
            leaves = [(s.slug, s.title) for s in known if s.pk not in parents]
            self.fields["category"].choices = [("", "—"), *leaves]  # type: ignore[attr-defined]
        if "hs_code" in self.fields:
            codes = [
                (row.code, f"{row.code} {row.title}") for row in HsCode.objects.order_by("code")
            ]
            self.fields["hs_code"].choices = [("", "—"), *codes]  # type: ignore[attr-defined]

    def group(self, *names: str) -> list[forms.BoundField]:
        return [self[name] for name in names if name in self.fields]

    @property
    def card_fields(self) -> list[forms.BoundField]:
        return self.group(*CARD)

    @property
    def text_fields(self) -> list[forms.BoundField]:
        return self.group(*TEXTS)

    @property
    def texts_wrong(self) -> bool:
        """Whether something among the folded texts must be seen."""
        return any(name in self.errors for name in TEXTS)

    @property
    def look_fields(self) -> list[forms.BoundField]:
        return self.group(*LOOKS)

    @property
    def size_fields(self) -> list[forms.BoundField]:
        return self.group(*SIZES)

    @property
    def paper_fields(self) -> list[forms.BoundField]:
        return self.group(*PAPERS)

    @property
    def sale_fields(self) -> list[forms.BoundField]:
        return self.group(*SALE)

    @property
    def brands(self) -> list[str]:
        return list(Brand.objects.order_by("name").values_list("name", flat=True))

    @property
    def colours(self) -> list[str]:
        return colours.names()

    @property
    def submits(self) -> bool:
        """Whether the goods are sent for approval with this."""
        return self.data.get("action") == "submit"

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("weight_g") and given["weight_g"] < (given.get("net_weight_g") or 0):
            self.add_error("weight_g", _("The weight with box is less than the net weight."))
        if given.get("price_cny") is not None and given["price_cny"] <= 0:
            self.add_error("price_cny", _("The price must be above zero."))
        if self.submits and not self.errors and "hs_code" in self.fields:
            for name in listings.missing(imports.variant_of(self.goods(), self.card or Product())):
                self.add_error(PLACE_OF.get(name, name), _("Needed for approval."))
        return given

    def goods(self) -> Goods:
        """What was typed, as one row of a table says it."""
        given = {name: value for name, value in self.cleaned_data.items() if self._is_said(name)}
        article = self.offer.article if self.offer else given.pop("article", "")
        said = Goods(line=0, article=article)
        said.identity = {name: given[name] for name in columns.IDENTITY if name in given}
        said.card = {name: given[name] for name in TEXTS if name in given}
        said.facts = {name: given[name] for name in FACTS if name in given}
        self._settle(said)
        return said

    def _is_said(self, name: str) -> bool:
        return name in CLEARABLE or self.cleaned_data[name] not in (None, "")

    def _settle(self, said: Goods) -> None:
        """Add what is known from the card and the variant that were chosen."""
        for part in (said.facts, said.card):
            part.update({name: part[name] or "" for name in CLEARABLE if name in part})
        if self.card:
            said.identity |= {"brand": self.card.brand.name, "model": self.card.model}
            said.identity |= {"category": self.card.category.slug, "kind": self.card.kind}
        shelf = shelves.category(said.identity.get("category", ""))
        if shelf and not self.card:
            said.identity["kind"] = shelf.kind
        if self.variant:
            names = {"colour": "colour_en", "ram_gb": "ram_gb", "storage_gb": "storage_gb"}
            said.identity |= {name: getattr(self.variant, at) for name, at in names.items()}
            said.facts |= {name: getattr(self.variant, name) for name in FACTS}

    def refuse(self, problems: Iterable[Problem]) -> None:
        """Show beside the fields what the shop would not take."""
        for problem in problems:
            column = problem.column if problem.column in self.fields else None
            self.add_error(column, problem.text)


def initial(offer: Offer) -> dict[str, Any]:
    """What the form for an offer begins with."""
    variant, card = offer.variant, offer.variant.product
    return {
        "price_cny": offer.price.amount,
        **{name: getattr(card, name) for name in TEXTS},
        **{name: getattr(variant, name) for name in FACTS},
    }


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class PicturesField(forms.FileField):
    """Several pictures, each made anew; what is wrong is said by the file's name."""

    def clean(self, data: Any, initial: Any = None) -> list[uploads.Upload]:
        given = data if isinstance(data, list | tuple) and data else [None]
        files = [super(PicturesField, self).clean(file, initial) for file in given]
        if len(files) > uploads.MOST_PICTURES:
            text = _("At most %(most)s pictures at once.")
            raise forms.ValidationError(text, params={"most": uploads.MOST_PICTURES})
        taken, problems = [], []
        for file in files:
            try:
                taken.append(_encode(file))
            except uploads.BadPicture as bad:
                problems.append(f"{file.name}: {bad}")
        if problems:
            raise forms.ValidationError(problems)
        return taken


def _encode(file: "File[bytes]") -> uploads.Upload:
    """One byte more than allowed is read: enough to refuse, never more."""
    return uploads.encode(file.read(uploads.MOST_BYTES + 1))


class PicturesForm(forms.Form):
    pictures = PicturesField(
        label=_("Pictures"),
        help_text=_("JPEG, PNG or WebP, up to 8 MB and 25 million pixels each, at most 8."),
        widget=ManyFiles(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
