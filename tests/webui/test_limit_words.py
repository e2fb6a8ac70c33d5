"""How long limits are, in words of both languages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bpmn.wording import Wording
from desk.clocks import Cause
from desk.clocks.explaining import ClockStep
from webui.i18n import format_hours
from webui.limits.clock_words import step_text
from webui.limits.limit_words import row_limit


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("15 min", "15 分钟", "15 min"),
        ("1 h", "1 小时", "1 h"),
        ("3 wd", "3 个工作日", "3 working days"),
        ("1 bh", "1 个工作小时", "1 working hour"),
        ("50 %", "解决时限的 50%", "50 % of the solution's limit"),
    ],
)
def test_a_rows_limit_is_said_in_the_viewers_language(app, text, zh, en):
    for code, expected in (("zh", zh), ("en", en)):
        with app.test_request_context(headers={"Accept-Language": code}):
            assert row_limit(text) == expected


@pytest.mark.parametrize(("minutes", "said"), [(0, "0 min"), (45, "45 min"), (60, "1 h"), (450, "7 h 30 min"), (4320, "72 h")])
def test_time_of_a_calendar_is_never_told_in_days(app, minutes, said):
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert format_hours(timedelta(minutes=minutes)) == said


def test_a_pause_that_goes_on_is_told_without_an_end(app):
    told = {"since": datetime(2026, 11, 22, 13, 51, tzinfo=UTC), "reasons": "customer", "minutes": 3.0}
    with app.test_request_context(headers={"Accept-Language": "zh"}):
        said = step_text(ClockStep(code="still_paused", arguments=told), str)
    assert said.startswith("自 11-22 21:51 起暂停（")
    assert said.endswith("至今 3 分钟的日历时间不计。")


def test_an_edited_calendar_says_when_it_was_due_before_and_names_the_calendar_as_the_studio_does(app):
    at = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
    told = {"at": at, "by": "", "cause": Cause.CALENDAR_EDITED, "calendar": "business"}
    told["calendar_name"] = Wording("Office hours in China", "中国工作日")
    dues = {"due_before": at.replace(day=25), "due_after": at.replace(day=27)}
    with app.test_request_context(headers={"Accept-Language": "zh"}):
        said = step_text(ClockStep(code="calendar_edited", arguments=told | dues), str)
        assert "（中国工作日）" in said
    assert "原定 11-25 10:00 到期，现为 11-27 10:00。" in said
