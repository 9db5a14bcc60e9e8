"""Every column and field of the desks is named in the language of who works there."""

import re
from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets, label_for_field
from django.test import RequestFactory
from django.utils import translation

from storefront.accounts.models import User

LATIN = re.compile(r"[A-Za-z .,/-]+")
SHORT = {
    "BIC",
    "UN/LOCODE",
    "CNAPS",
    "UETR",
    "GUID",
    "INN",
    "UID",
    "IP",
    "E-mail",
    "e-mail",
    "Email",
}


def labels() -> Iterator[tuple[str, str]]:
    asked = RequestFactory().get("/admin/")
    asked.user = User(is_superuser=True, is_active=True)
    for model, desk in admin.site._registry.items():
        fields = flatten_fieldsets(desk.get_fieldsets(asked, model()))
        parts = [(one(model, admin.site), one.fields or ()) for one in desk.inlines]
        for owner, names in [(desk, [*desk.list_display, *fields]), *parts]:
            for name in names:
                if name != "action_checkbox":
                    yield (
                        f"{owner.model.__name__}.{name}",
                        str(label_for_field(name, owner.model, owner)),
                    )


@pytest.mark.parametrize("language", ["ru", "zh-hans"])
def test_no_label_is_left_in_english(language: str) -> None:
    with translation.override(language):
        found = {where: label for where, label in labels() if LATIN.fullmatch(label)}

    assert {where: label for where, label in found.items() if label not in SHORT} == {}
