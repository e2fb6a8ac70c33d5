"""E45: reports are cut at local midnight and at ISO weeks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from desk.periods import PeriodKind, period_of, periods

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("at", "kind", "key"),
    [
        ("2024-03-05T15:59:59", PeriodKind.DAY, "2024-03-05"),
        ("2024-03-05T16:00:00", PeriodKind.DAY, "2024-03-06"),
        ("2024-12-29T16:00:00", PeriodKind.WEEK, "2025-W01"),
        ("2021-01-02T00:00:00", PeriodKind.WEEK, "2020-W53"),
        ("2024-02-29T16:00:00", PeriodKind.MONTH, "2024-03"),
        ("2023-12-31T16:00:00", PeriodKind.YEAR, "2024"),
    ],
)
def test_e45_an_instant_belongs_to_the_period_of_its_local_day(at, kind, key):
    period = period_of(datetime.fromisoformat(at).replace(tzinfo=UTC), kind, SHANGHAI)
    assert period.key == key
    assert period.holds(datetime.fromisoformat(at).replace(tzinfo=UTC))


@pytest.mark.parametrize("kind", list(PeriodKind))
@pytest.mark.parametrize("zone", [SHANGHAI, BERLIN, ZoneInfo("America/Havana")])
def test_e45_periods_follow_each_other_without_gap_or_overlap(kind, zone):
    start = datetime(2023, 12, 20, 12, tzinfo=UTC)
    found = list(periods(start, start + timedelta(days=800), kind, zone))
    assert all(earlier.ends_at == later.starts_at for earlier, later in pairwise(found))
    assert len({period.key for period in found}) == len(found)
    assert all(period_of(period.starts_at, kind, zone) == period for period in found)


def test_e45_a_day_of_clock_change_is_as_long_as_it_is():
    day = period_of(datetime(2024, 3, 31, 12, tzinfo=UTC), PeriodKind.DAY, BERLIN)
    assert day.ends_at - day.starts_at == timedelta(hours=23)
