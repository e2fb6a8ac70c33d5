"""What people write as a reason: it is there, and it isn't a book."""

from __future__ import annotations

import pytest

from desk.errors import AnswersInvalid
from desk.texts import LONGEST_REASON, require_reason, require_short_reason
from desk.wordings import REQUIRED, TOO_LONG_REASON


def test_a_reason_is_required_and_has_a_longest_length():
    require_reason("x" * LONGEST_REASON)
    for given, why in (("  ", REQUIRED), ("x" * (LONGEST_REASON + 1), TOO_LONG_REASON)):
        with pytest.raises(AnswersInvalid) as refused:
            require_reason(given, "wanted")
        assert refused.value.errors == {"wanted": why}


def test_a_reason_that_may_be_left_out_may_not_be_too_long_either():
    require_short_reason("")
    with pytest.raises(AnswersInvalid):
        require_short_reason("x" * (LONGEST_REASON + 1))
