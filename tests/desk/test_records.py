"""Where the time of a case went, and how cells are written."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from desk.casework.records import description_cell, timings_of
from desk.instants import span
from desk.store.cases import Matter
from desk.store.progress import ProgressRow
from tests.desk.conftest import SHANGHAI, local

NINE = local("2023-10-01T09:00")


def row(start: int, end: int, by: str = "li") -> ProgressRow:
    """Work from and to these minutes after nine."""
    at = [NINE + timedelta(minutes=minutes) for minutes in (start, end)]
    texts = {"stage": "", "content": "", "customer_feedback": "", "next_action": ""}
    return ProgressRow(case_number="NR1", round=1, task_id=1, by=by, started_at=at[0], ended_at=at[1], final=False, **texts)


def test_a_case_without_work_has_no_total():
    timings = timings_of(NINE, None, [])
    assert (timings.response_minutes, timings.total_minutes, timings.touch_minutes, timings.wait_minutes) == (None, None, 0, None)


def test_two_people_at_once_count_twice_as_work_and_once_against_waiting():
    timings = timings_of(NINE, NINE, [row(10, 40), row(20, 60, by="tech"), row(50, 55)])
    assert (timings.total_minutes, timings.touch_minutes, timings.wait_minutes) == (60, 75, 10)


@pytest.mark.parametrize(
    ("start", "end", "cell"),
    [
        ("2023-10-01T09:40", "2023-10-01T10:00", "09:40-10:00"),
        ("2023-10-01T11:10", "2023-10-01T11:10", "11:10"),
        ("2023-10-01T23:50", "2023-10-02T00:10", "2023-10-01 23:50-2023-10-02 00:10"),
    ],
)
def test_a_span_of_work_is_local_wall_time(start, end, cell):
    assert span(*(datetime.fromisoformat(f"{at}+08:00") for at in (start, end)), SHANGHAI) == cell


def test_the_description_names_the_order_once():
    def matter(description: str) -> Matter:
        return Matter(contact="", description=description, order_number="DD1", product="")

    assert description_cell(matter("支付失败")) == "支付失败,订单号DD1"
    assert description_cell(matter("支付失败,订单号DD1")) == "支付失败,订单号DD1"
