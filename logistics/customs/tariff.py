"""Which rule of duty holds on a day."""

from datetime import date

from catalog.dated import holding
from logistics.models import DutyRule
from storefront.lib import kept

from .duties import Rule


class NoRule(LookupError):
    """No rule of duty is known for a day: reference rows are missing."""


def rule_for(on: date) -> Rule:
    """The rule of duty on goods for personal use that holds on a day.

    Of several active ones the youngest holds: row A stays without end until row B is switched on.

    Raises: NoRule.
    """
    rows = DutyRule.objects.filter(holding(on), is_active=True)
    row = rows.order_by("-valid_from").first()
    if row is None:
        raise NoRule(f"no rule of duty for {on}")
    return _as_rule(row)


@kept.for_a_minute
def named(rule: str) -> tuple[Rule, str]:
    """A rule by its name, also one that holds no more, and the kind of declaration it asks for.

    Raises: NoRule.
    """
    row = DutyRule.objects.filter(rule=rule).first()
    if row is None:
        raise NoRule(f"no rule of duty is named {rule}")
    return _as_rule(row), row.paper_kind


def _as_rule(row: DutyRule) -> Rule:
    return Rule(**{name: getattr(row, name) for name in Rule.__dataclass_fields__})
