"""What people say of goods: reviews, questions, answers."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog import questions, uploads
from orders import reviews

STARS = [(mark, "★" * mark) for mark in range(5, 0, -1)]


class _Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class FewPictures(forms.FileField):
    """Up to four pictures, each made anew; what is wrong is said by the file's name."""

    def clean(self, data: Any, initial: Any = None) -> tuple[uploads.Upload, ...]:
        files = [file for file in (data if isinstance(data, list | tuple) else [data]) if file]
        if len(files) > reviews.MOST_PICTURES:
            text = gettext("At most %(most)s pictures.") % {"most": reviews.MOST_PICTURES}
            raise forms.ValidationError(text)
        taken, problems = [], []
        for file in files:
            try:
                taken.append(uploads.encode(file.read(uploads.MOST_BYTES + 1)))
            except uploads.BadPicture as bad:
                problems.append(f"{file.name}: {bad}")
        if problems:
            raise forms.ValidationError(problems)
        return tuple(taken)


class ReviewForm(forms.Form):
    """An opinion on goods that were received."""

    line = forms.IntegerField(widget=forms.HiddenInput)
    rating = forms.TypedChoiceField(
        label=_("Rating"),
        coerce=int,
        choices=STARS,
        error_messages={"required": _("Choose from one to five stars.")},
    )
    title = forms.CharField(label=_("In a few words"), max_length=120, required=False)
    text = forms.CharField(
        label=_("Your opinion"),
        max_length=3000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    pictures = FewPictures(
        label=_("Pictures"),
        required=False,
        help_text=_("Up to four; JPEG, PNG or WebP, up to 8 MB each."),
        widget=_Files(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )

    @property
    def stars(self) -> list[dict[str, Any]]:
        """The marks with what was chosen."""
        chosen = str(self["rating"].value() or "")
        return [
            {"mark": mark, "stars": stars, "chosen": str(mark) == chosen} for mark, stars in STARS
        ]


class AskForm(forms.Form):
    """A question to whoever sells the goods."""

    text = forms.CharField(
        label=_("Your question"),
        min_length=questions.SHORTEST,
        max_length=questions.LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Sellers read Russian and Chinese. Please no names, phones or links."),
    )


class AnswerForm(forms.Form):
    """What a seller answers."""

    text = forms.CharField(
        label=_("Your answer"),
        min_length=2,
        max_length=questions.LONGEST_ANSWER,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
