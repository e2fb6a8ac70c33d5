"""What is wrong with a calendar's document or a year's file: all of it at once, each with its place, in two languages."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from bpmn.wording import Wording
from engine.errors import Invalid

MOST_PROBLEMS = 50
MOST_DAYS_OF_RANGE = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing to mend. `place` is a path into the document, such as `weekly.Mon` or `layers[0].dates.2024-02-09`."""

    place: str
    wording: Wording
    params: Mapping[str, object] = field(default_factory=dict)

    def text(self, language: str = "en") -> str:
        said = self.wording.fill(language, self.params)
        return f"{self.place}: {said}" if self.place else said


class CalendarInvalid(Invalid):
    """A calendar's document, or a year's file, that can't be used. `problems` are in the order of the document."""

    code = "calendar_invalid"

    def __init__(self, what: str, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems[:MOST_PROBLEMS])
        super().__init__(f"{what} can't be used. {self.text()}", what=what, problems=[one.text() for one in self.problems])

    def text(self, language: str = "en") -> str:
        """All problems in a language."""
        return " ".join(problem.text(language) for problem in self.problems)


NOT_TOML = Wording("this isn't TOML ({fact}).", "这不是 TOML 格式（{fact}）。")
UNREADABLE_DATE = Wording(
    "{text} isn't a date; write 2024-02-09, or 2024-02-09/2024-02-12 for a range.",
    "{text} 不是日期；请写 2024-02-09，区间请写 2024-02-09/2024-02-12。",
)
ENDS_FIRST = Wording("the range {text} ends before it starts.", "区间 {text} 的结束早于开始。")
TOO_LONG = Wording("the range {text} is longer than {most} days.", "区间 {text} 超过 {most} 天。")


def read_toml(text: str, what: str) -> dict[str, Any]:
    """Raises CalendarInvalid when the text isn't TOML."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise CalendarInvalid(what, [Problem(place="", wording=NOT_TOML, params={"fact": error})]) from error


def place_of(path: Sequence[str | int]) -> str:
    """A path in words: `layers[0].dates.2024-02-09`."""
    steps = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in path]
    return "".join(steps).removeprefix(".")


def read_dates(text: str, place: str, problems: list[Problem]) -> Iterator[date]:
    """The dates of `2024-02-09`, or of the range `2024-02-09/2024-02-12`. What is wrong goes to `problems`; none when full."""
    if len(problems) >= MOST_PROBLEMS:
        return
    begin, slash, end = text.partition("/")
    try:
        first, last = date.fromisoformat(begin), date.fromisoformat(end if slash else begin)
    except ValueError:
        problems.append(Problem(place=place, wording=UNREADABLE_DATE, params={"text": repr(text[:40])}))
        return
    if last < first:
        problems.append(Problem(place=place, wording=ENDS_FIRST, params={"text": text}))
        return
    days = (last - first).days + 1
    if days > MOST_DAYS_OF_RANGE:
        problems.append(Problem(place=place, wording=TOO_LONG, params={"text": text, "most": MOST_DAYS_OF_RANGE}))
        return
    yield from (first + timedelta(days=n) for n in range(days))
