"""What sellers type: goods, prices, pictures."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.files import File
from django.utils.translation import gettext_lazy as _

from catalog import (
    asking,
    classifying,
    colours,
    columns,
    editing,
    goods,
    imports,
    listings,
    shelves,
    uploads,
)
from catalog.cells import BadCell, Reader
from catalog.goods import Goods, Problem
from catalog.models import Battery, Brand, Kind, Offer, Product, Variant

from . import specs

CARD = ("category", "brand", "model")
TEXTS = ("title_zh", "title_ru", "title_en", "description_zh", "description_ru", "description_en")
LOOKS = ("colour", "ram_gb", "storage_gb")
SIZES = ("net_weight_g", "weight_g", "length_mm", "width_mm", "height_mm")
PAPERS = ("hs_code", "origin", "battery_kind", "battery_wh", "fsb_notification", "barcode")
FACTS = (*SIZES, *PAPERS)
SALE = ("article", "price_cny", "quantity")
CLEARABLE = ("hs_code", "origin", "fsb_notification", "barcode", *TEXTS)
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

    kind = forms.ChoiceField(choices=Kind.choices, required=False, widget=forms.HiddenInput)
    category = forms.ChoiceField(label=_("Category"))
    brand = _cell("brand", _("Brand"))
    model = _cell("model", _("Model"), help=_("Without the brand: Galaxy S24 Ultra"))
    title_zh = _cell("title_zh", _("Chinese title"), required=False)
    title_ru = _cell(
        "title_ru",
        _("Russian title"),
        required=False,
        help=_("Left empty, titles are made of kind, brand, model and properties."),
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
        kind: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.card, self.variant, self.offer = card, variant, offer
        self.owns_variant = self.owns_card = self.may_rename = False
        self.goods_kind = self._kind(kind)
        if offer:
            self._may_edit(offer)
        for name in self._settled():
            del self.fields[name]
        if self._tells_card():
            self.fields.update(specs.fields(self.goods_kind))
        self._choices()
        for name, names in (("brand", "brands"), ("colour", "colours")):
            if name in self.fields:
                self.fields[name].widget.attrs["list"] = names
        if offer and "quantity" in self.fields:
            self.fields["quantity"].label = _("More pieces for Shenzhen")

    def _kind(self, asked: str) -> str:
        """The kind of goods: of the card, as it was chosen, or the first one of the shelf."""
        if self.offer:
            return str(self.offer.variant.product.kind)
        if self.card:
            return str(self.card.kind)
        said = str(self.data.get("kind") or asked)
        shelf = shelves.category(str(self.data.get("category", "")))
        found = goods.find_shelf("", said) if said in Kind.values else None
        if shelf and (found is None or found.pk != shelf.pk):
            return str(shelf.kind)
        return said if found else ""

    def _may_edit(self, offer: Offer) -> None:
        self.owns_variant = editing.owns_variant(offer)
        self.owns_card = self.owns_variant and editing.owns_card(offer)
        self.may_rename = self.owns_card and editing.may_rename(offer)

    def _tells_card(self) -> bool:
        return self.owns_card if self.offer else not self.card

    def _settled(self) -> Iterable[str]:
        if self.offer:
            card = () if self.owns_card else TEXTS
            own = () if self.owns_variant else (*LOOKS, *FACTS)
            model = () if self.may_rename else ("model",)
            return ("article", "kind", "category", "brand", *model, *card, *own)
        known = ("kind", *CARD, *TEXTS) if self.card else ()
        return (*known, *LOOKS, *FACTS) if self.variant else known

    def _choices(self) -> None:
        if "category" in self.fields:
            known = shelves.categories()
            parents = {shelf.parent_id for shelf in known}
            leaves = [(s.slug, s.title) for s in known if s.pk not in parents]
            self.fields["category"].choices = [("", "—"), *leaves]  # type: ignore[attr-defined]
            shelf = goods.find_shelf("", self.goods_kind)
            self.fields["category"].initial = shelf.slug if shelf else ""
            self.fields["kind"].initial = self.goods_kind
        if "hs_code" in self.fields:
            codes = [(row.code, row.code) for row in classifying.search("", self.goods_kind)]
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
    def spec_fields(self) -> list[forms.BoundField]:
        return self.group(*(name for name in self.fields if name.startswith(specs.PREFIX)))

    @property
    def size_fields(self) -> list[forms.BoundField]:
        return self.group(*SIZES)

    @property
    def paper_fields(self) -> list[forms.BoundField]:
        """All papers but the tariff code, which is looked for in a table of its own."""
        return self.group(*PAPERS[1:])

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
        card = self.offer.variant.product if self.offer else None
        said.specs = specs.given(self.cleaned_data, card.specs if card else {})
        said.shape = {
            name: value for name, value in said.specs.items() if name in goods.DRAWN and value
        }
        self._settle(said)
        return said

    def _is_said(self, name: str) -> bool:
        return name in CLEARABLE or self.cleaned_data[name] not in (None, "")

    def _settle(self, said: Goods) -> None:
        """Add what is known from the card and the variant that were chosen."""
        for part in (said.facts, said.card):
            part.update({name: part[name] or "" for name in CLEARABLE if name in part})
        if self.offer:  # an article keeps to its goods; what they are is put right by `editing`
            for name in ("kind", "category", *CARD, *LOOKS):
                said.identity.pop(name, None)
            return
        said.card = {name: text for name, text in said.card.items() if text}
        if self.card:
            said.identity |= {"brand": self.card.brand.name, "model": self.card.model}
            said.identity |= {"category": self.card.category.slug, "kind": self.card.kind}
        elif "category" in said.identity:
            said.identity["kind"] = self.goods_kind
        if self.variant:
            names = {"colour": "colour_en", "ram_gb": "ram_gb", "storage_gb": "storage_gb"}
            said.identity |= {name: getattr(self.variant, at) for name, at in names.items()}
            said.facts |= {name: getattr(self.variant, name) for name in FACTS}

    def label(self) -> editing.Label:
        """What the goods are called, as it shall be; what is not asked stays."""
        said = self.cleaned_data
        return editing.Label(
            model=said.get("model") or "",
            colour=said.get("colour") or "",
            ram_gb=said.get("ram_gb"),
            storage_gb=said.get("storage_gb"),
            has_look="colour" in self.fields,
        )

    def refuse(self, problems: Iterable[Problem]) -> None:
        """Show beside the fields what the shop would not take."""
        for problem in problems:
            column = problem.column if problem.column in self.fields else None
            self.add_error(column, problem.text)


def initial(offer: Offer) -> dict[str, Any]:
    """What the form for an offer begins with."""
    variant, card = offer.variant, offer.variant.product
    return {
        "price_cny": asking.plain(offer),
        "model": card.model,
        **{name: getattr(variant, name) for name in LOOKS},
        **{name: getattr(card, name) for name in TEXTS},
        **{name: getattr(variant, name) for name in FACTS},
        **specs.initial(card.kind, card.specs),
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
