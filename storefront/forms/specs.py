"""Fields for the typed properties of a kind of goods."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from catalog import attributes
from catalog.cells import BadCell
from catalog.models import Attribute

PREFIX = "spec-"
Type = Attribute.Type
# Told elsewhere on the form, or by the drawing alone.
ELSEWHERE = frozenset(
    {"colour", "ram_gb", "storage_gb", "weight_g", "gross_weight_g", "battery_wh", "battery_kind"}
    | {"origin", "released", "camera_layout", "front_cut"}
)


class SpecField(forms.CharField):
    """A property, read with its unit in any language."""

    def __init__(self, attribute: Attribute, kind: str) -> None:
        unit = f", {attribute.unit}" if attribute.unit else ""
        super().__init__(
            label=f"{attribute.title}{unit}",
            required=False,
            max_length=200,
            widget=_widget(attribute),
        )
        self.attribute, self.kind = attribute, kind

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return attributes.read(self.kind, self.attribute.key, text)
        except BadCell as bad:
            raise forms.ValidationError(str(bad), code=bad.code) from bad


def _widget(attribute: Attribute) -> forms.Widget:
    if attribute.data_type == Type.BOOL:
        return forms.Select(choices=[("", "—"), ("1", _("yes")), ("0", _("no"))])
    if attribute.data_type == Type.CHOICE:
        known = [(row.key, row.title) for row in attributes.choices(attribute.key)]
        return forms.Select(choices=[("", "—"), *known])
    mode = "decimal" if attribute.data_type == Type.NUMBER else "text"
    return forms.TextInput(attrs={"inputmode": mode, "autocomplete": "off"})


def fields(kind: str) -> dict[str, SpecField]:
    """Give the fields of a kind, in the order of its properties."""
    rows = [row for row in attributes.of(kind) if row.key not in ELSEWHERE]
    return {f"{PREFIX}{row.key}": SpecField(row, kind) for row in rows}


def initial(kind: str, specs: Mapping[str, Any]) -> dict[str, Any]:
    """Give what the fields begin with; an older text of a choice is shown as the choice."""
    found = {}
    for row in attributes.of(kind):
        value = specs.get(row.key)
        if row.data_type == Type.BOOL:
            value = {True: "1", False: "0"}.get(value) if isinstance(value, bool) else None
        elif row.data_type == Type.CHOICE and value:
            known = attributes.meant(row.key, str(value))
            value = known.key if known else None
        found[f"{PREFIX}{row.key}"] = value
    return found


def given(cleaned: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """Give what was said of the properties; one that was emptied is taken away."""
    said = {
        name.removeprefix(PREFIX): value
        for name, value in cleaned.items()
        if name.startswith(PREFIX)
    }
    return {
        key: value
        for key, value in said.items()
        if value is not None or known.get(key) not in (None, "")
    }
