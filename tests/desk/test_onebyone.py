"""A chore's many small things: what is logged of one that fails, and its memory under threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from structlog.testing import capture_logs

from desk.onebyone import MOST_LEFT_ALONE, OneByOne
from engine.errors import Invalid

pytestmark = [pytest.mark.stored, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
SAID = "李雷 13812345678"


@pytest.mark.parametrize("error", [Invalid(f"{SAID} is no answer."), ValueError(SAID)])
def test_a_failure_is_logged_by_its_kind_and_quotes_no_customer(office, error):
    def fails(_tx) -> int:
        raise error

    with capture_logs() as logged:
        assert OneByOne(office.desk.context, "not_done").do("NR1", fails) == 0
    (told,) = [one for one in logged if one["event"] == "not_done"]
    assert (told["case"], told["reason"]) == ("NR1", "invalid" if isinstance(error, Invalid) else "ValueError")
    assert told.get("where", "test_onebyone.py:").startswith("test_onebyone.py:")
    assert SAID not in str(logged)
    assert "exc_info" not in told


def test_threads_share_the_memory_of_what_failed(office):
    pieces = OneByOne(office.desk.context, "not_done")

    def work(thread: int) -> None:
        for number in range(200):
            pieces.failed(f"NR{thread}-{number}", ValueError())
            assert f"NR{thread}-{number}" in pieces.left_alone

    with capture_logs(), ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert len(pieces.left_alone) == 800 < MOST_LEFT_ALONE
