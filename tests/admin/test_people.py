"""Who did it stands at the desks by name where it was one of us, and without where not."""

import pytest

from storefront.accounts.models import User
from storefront.admin import people
from storefront.lib import kept

pytestmark = pytest.mark.django_db


def test_staff_are_named_and_nobody_else() -> None:
    kept.forget()
    clerk = User.objects.create_user("clerk@example.com", "word", name="Вера", is_staff=True)
    buyer = User.objects.create_user("buyer@example.com", "word", name="Анна")

    assert people.named(f"user:{clerk.pk}") == "Вера"
    assert "Анна" not in people.named(f"user:{buyer.pk}")
    assert str(buyer.pk) in people.named(f"user:{buyer.pk}")
    assert people.named("task:<sweep>") == "<code>task:&lt;sweep&gt;</code>"
    assert people.named("") == "—"
