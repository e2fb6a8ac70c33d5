"""Repeating times: read strictly, without drift."""

from datetime import UTC, datetime, timedelta

import pytest

from bpmn.cycles import read_cycle

NINE = datetime(2026, 1, 31, 9, tzinfo=UTC)


def instants(text: str, most: int = 5) -> list[str]:
    """The first instants of a cycle that begins at nine."""
    cycle, found, at = read_cycle(text), [], NINE - timedelta(microseconds=1)
    while len(found) < most and (following := cycle.next_after(at, begun_at=NINE)):
        found.append(f"{following:%m-%d %H:%M}")
        at = following
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("R3/PT1H", ["01-31 10:00", "01-31 11:00", "01-31 12:00"]),
        ("R/PT90M", ["01-31 10:30", "01-31 12:00", "01-31 13:30", "01-31 15:00", "01-31 16:30"]),
        ("R2/P1W", ["02-07 09:00", "02-14 09:00"]),
        ("R3/P1M", ["02-28 09:00", "03-31 09:00", "04-30 09:00"]),
        ("R1/P1Y", ["01-31 09:00"]),
        ("R2/2026-01-31T18:00:00+08:00/PT1H", ["01-31 10:00", "01-31 11:00"]),
        ("R3/2026-01-31T09:00:00Z/PT1H", ["01-31 09:00", "01-31 10:00", "01-31 11:00"]),
        ("R3/2020-01-01T00:00:00Z/PT1H", []),
        ("R0/PT1H", []),
    ],
)
def test_the_instants_of_a_cycle(text: str, expected: list[str]) -> None:
    assert instants(text) == expected


def test_a_cycle_that_began_long_ago_goes_on_in_its_old_step() -> None:
    late = NINE + timedelta(days=3650, minutes=7)
    assert read_cycle("R/PT1H").next_after(late, begun_at=NINE) == NINE + timedelta(days=3650, hours=1)


def test_a_cycle_ends_with_the_calendar() -> None:
    assert read_cycle("R/P999Y").next_after(datetime(9998, 1, 1, tzinfo=UTC), begun_at=NINE) is None


@pytest.mark.parametrize(
    "text",
    ["", "R3", "PT1H", "R3/PT0S", "R3/P", "R3/PT", "R-1/PT1H", "R3/P1M2D", "0 0 9 * * MON", "R3/2026-01-01/PT1H/x", "R3/-PT1H"],
)
def test_what_is_no_cycle_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match="gives"):
        read_cycle(text)


def test_a_start_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        read_cycle("R3/2026-01-01T09:00:00/PT1H")
