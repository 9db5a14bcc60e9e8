"""Which goods may not go which way."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.utils.translation import gettext as _

from catalog.dated import holding
from catalog.models import Restriction, Variant, language
from storefront.lib import kept
from storefront.lib.refusal import Refusal

EVERY_WAY = "*"


class Restricted(Refusal):
    """These goods may not go this way."""

    code = "restricted"


def rules(on: date) -> list[Restriction]:
    """Give the rules of a day; a process asks the database once a minute."""
    return list(_rules(on))


@kept.for_a_minute
def _rules(on: date) -> tuple[Restriction, ...]:
    return tuple(Restriction.objects.filter(holding(on)).order_by("pk"))


def forbidden(
    variant: Variant, *, mode: str, on: date, rules: Sequence[Restriction] | None = None
) -> Restriction | None:
    """Give the first rule that keeps goods off a way, or nothing.

    Raises: nothing; `check` refuses.
    """
    known = _rules_of(on) if rules is None else rules
    return next((rule for rule in known if _meets(rule, variant, mode)), None)


_rules_of = rules


def modes_forbidden(
    *, battery_kind: str, hs_code: str, modes: Iterable[str], rules: Sequence[Restriction]
) -> frozenset[str]:
    """Give the ways that goods with these facts may not take."""
    facts = Variant(battery_kind=battery_kind, hs_code=hs_code)
    return frozenset(mode for mode in modes if any(_meets(rule, facts, mode) for rule in rules))


def reason(rule: Restriction) -> str:
    """Say why, in the reader's language."""
    return str(getattr(rule, f"reason_{language()}"))


def check(variants: Iterable[Variant], *, mode: str, on: date) -> None:
    """Let goods pass, or not.

    Raises: Restricted, with the rule's reason, for the first goods that may not go this way.
    """
    known = rules(on)
    for variant in variants:
        rule = forbidden(variant, mode=mode, on=on, rules=known)
        if rule is not None:
            text = _("These goods cannot go this way: %(reason)s") % {"reason": reason(rule)}
            raise Restricted(text, rule=rule.rule, source=rule.source, variant=variant.slug)


def _meets(rule: Restriction, variant: Variant, mode: str) -> bool:
    """An empty condition of a rule holds for all goods."""
    return (
        rule.mode in (mode, EVERY_WAY)
        and rule.battery_kind in ("", variant.battery_kind)
        and variant.hs_code.startswith(rule.hs_prefix)
    )
