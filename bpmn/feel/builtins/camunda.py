"""Functions that Camunda 8 adds to the standard, so that its users' expressions run here."""

from __future__ import annotations

from decimal import Decimal

from bpmn.feel import regex
from bpmn.feel.builtins.lists import distinct_values, list_contains
from bpmn.feel.builtins.registry import builtin
from bpmn.feel.numbers import whole
from bpmn.feel.runtime import Run
from bpmn.feel.temporal import FeelDate, FeelDateTime, days_in_month


@builtin("is defined(value:)")
def is_defined(value: object) -> bool:
    """Whether it isn't null; an unknown variable is null here."""
    return value is not None


@builtin("get or else(value:, default:)")
def get_or_else(value: object, default: object) -> object:
    return default if value is None else value


@builtin("is empty(list: list)")
def is_empty(items: list) -> bool:
    return not items


@builtin("is blank(string: string)")
def is_blank(text: str) -> bool:
    return not text.strip()


@builtin("trim(string: string)")
def trim(text: str) -> str:
    return text.strip()


@builtin("extract(string: string, pattern: string)", wants_run=True)
def extract(run: Run, text: str, pattern: str) -> list[str]:
    """All matches of the pattern."""
    run.spend(len(text) // 8)
    return [match.group() for match in regex.compiled(pattern).finditer(text)]


@builtin("partition(list: list, size: number)")
def partition(items: list, size: Decimal) -> list | None:
    """The list cut into lists of that size; the last one may be shorter."""
    step = whole(size)
    if not step or step < 0:
        return None
    return [items[start : start + step] for start in range(0, len(items), step)]


@builtin("duplicate values(list: list)", wants_run=True)
def duplicate_values(run: Run, items: list) -> list:
    """The values that come more than once, each once."""
    run.spend(len(items) * len(items) // 8)
    return distinct_values(run, [item for index, item in enumerate(items) if list_contains(run, items[:index], item)])


@builtin("last day of month(date: date|date and time)")
def last_day_of_month(value: FeelDate | FeelDateTime) -> FeelDate:
    date = value.date if isinstance(value, FeelDateTime) else value
    return FeelDate(date.year, date.month, days_in_month(date.year, date.month))
