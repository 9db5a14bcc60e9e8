"""What sellers say of their tables: the file, what its columns mean, what holds for all rows."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog import archives, columns, labels, sheets, shelves
from catalog.cells import BadCell
from catalog.models import Battery, HsCode, ImportJob

MEGABYTE = 1 << 20
ACCEPTED = {"table": ".csv,.tsv,.txt,.xlsx", "archive": ".zip"}


class FileForm(forms.Form):
    """One file of one kind; `too_large` is told by the handler that did not read it."""

    def __init__(
        self, data: Any = None, files: Any = None, *, kind: str, too_large: int = 0
    ) -> None:
        super().__init__(data, files, auto_id=f"{kind.lower()}-%s")
        self.kind, self.too_large = kind, too_large
        self.place = "archive" if kind == ImportJob.Kind.PICTURES else "table"
        most = (archives if self.place == "archive" else sheets).MOST_BYTES // MEGABYTE
        words = _("ZIP") if self.place == "archive" else _("CSV or Excel (.xlsx)")
        self.fields[self.place] = forms.FileField(
            label=_("File"),
            help_text=_("%(what)s, up to %(most)s MB") % {"what": words, "most": most},
            widget=forms.FileInput(attrs={"accept": ACCEPTED[self.place]}),
        )

    @property
    def file_field(self) -> forms.BoundField:
        return self[self.place]

    def full_clean(self) -> None:
        super().full_clean()
        if self.is_bound and self.too_large:
            del self.errors[self.place]
            text = _("The file is larger than %(most)s MB.")
            most = {"most": self.too_large // MEGABYTE}
            self.add_error(self.place, forms.ValidationError(text, params=most))

    def refuse(self, text: str) -> None:
        """Show beside the field why the file cannot be read."""
        self.add_error(self.place, text)


class ColumnsForm(forms.Form):
    """What each column of a table is read as, and values that hold for every row."""

    def __init__(self, *args: Any, job: ImportJob, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.job = job
        options = _options(job.kind)
        said = job.mapping.get("columns", [])
        for at, heading in enumerate(job.headings):
            self.fields[f"c{at}"] = forms.ChoiceField(
                label=heading or _("column %(number)s") % {"number": at + 1},
                choices=options,
                required=False,
                initial=next(iter(said[at] if at < len(said) else []), ""),
            )
        fixed = job.mapping.get("fixed", {})
        for name in self._fixable():
            self.fields[f"f_{name}"] = _fixed(name, fixed.get(name, ""))

    def _fixable(self) -> tuple[str, ...]:
        return columns.FIXABLE if self.job.kind == ImportJob.Kind.GOODS else ()

    @property
    def lines(self) -> Iterator[dict[str, Any]]:
        """Each column with its first cells and its field."""
        for at in range(len(self.job.headings)):
            samples = [row[at] for row in self.job.samples if at < len(row) and row[at]]
            yield {"field": self[f"c{at}"], "samples": list(dict.fromkeys(samples))}

    @property
    def is_strange(self) -> bool:
        """Whether no heading says anything of goods: it may be quite another file."""
        return not any(self[f"c{at}"].value() for at in range(len(self.job.headings)))

    @property
    def fixed_fields(self) -> list[forms.BoundField]:
        return [self[f"f_{name}"] for name in self._fixable()]

    @property
    def has_fixed(self) -> bool:
        """Whether the values for all rows must be seen."""
        names = [f"f_{name}" for name in self._fixable()]
        return any(self[name].value() or name in self.errors for name in names)

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        seen: dict[str, str] = {}
        for at in range(len(self.job.headings)):
            column = given.get(f"c{at}", "").partition(" ")[0]
            if column and column in seen:
                other = {"other": self.fields[seen[column]].label}
                text = _("“%(other)s” is read as this already.")
                self.add_error(f"c{at}", forms.ValidationError(text, params=other))
            seen.setdefault(column, f"c{at}")
        if "article" not in seen:
            raise forms.ValidationError(_("Say which column holds the article number."))
        return given

    def mapping(self) -> dict[str, Any]:
        """What was said, in the form that imports keep it in."""
        given = self.cleaned_data
        said = [given[f"c{at}"] for at in range(len(self.job.headings))]
        taken = {name.partition(" ")[0] for name in said}
        fixed = {name: given[f"f_{name}"] for name in self._fixable()}
        return {
            "columns": [[name] if name else [] for name in said],
            "fixed": {name: value for name, value in fixed.items() if value and name not in taken},
        }


class FixedField(forms.CharField):
    """A value for all rows, read as a cell would be, kept as it was written."""

    def __init__(self, column: str, **options: Any) -> None:
        super().__init__(**options)
        self.column = column

    def clean(self, value: Any) -> str:
        text = str(super().clean(value) or "")
        if text:
            try:
                columns.PART_OF[self.column][self.column][0](text)
            except BadCell as bad:
                raise forms.ValidationError(str(bad), code=bad.code) from bad
        return text


def _fixed(name: str, value: str) -> forms.Field:
    choices = _choices(name)
    if choices:
        known = [("", "—"), *choices]
        return forms.ChoiceField(
            label=labels.of(name), choices=known, required=False, initial=value
        )
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    return FixedField(
        name, label=labels.of(name), required=False, initial=value, max_length=200, widget=widget
    )


def _choices(name: str) -> list[tuple[str, Any]]:
    if name == "category":
        known = shelves.categories()
        parents = {shelf.parent_id for shelf in known}
        return [(shelf.slug, shelf.title) for shelf in known if shelf.pk not in parents]
    if name == "hs_code":
        return [(row.code, f"{row.code} {row.title}") for row in HsCode.objects.order_by("code")]
    if name == "battery_kind":
        return [(kind.value, kind.label) for kind in Battery]
    return []


def _options(kind: str) -> list[Any]:
    """Groups of ways to read a column; one without a name is no group."""
    found: list[Any] = [("", _("is not read"))]
    for title, ways in labels.options(kind):
        found += [(title, ways)] if title else ways
    return found
