"""How long limits are, in words of both languages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from webui.i18n import format_hours
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
