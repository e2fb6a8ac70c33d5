"""What is carried over from the intake of one case to that of the next."""

from __future__ import annotations

import pytest

from desk.casework.successors import fitting
from engine.errors import FormInvalid
from tests.desk.conftest import PACKAGE

ANSWERS = {"channel": "phone", "customer_name": "张三", "type": "inquiry", "urgency": "normal", "description": "支付又失败了"}


def test_answers_that_the_present_form_takes_no_more_are_left_out():
    found = fitting(PACKAGE.forms["intake"], {**ANSWERS, "once_asked": "x", "subtype": "no longer there"})
    assert found == ANSWERS


def test_what_the_present_form_needs_and_nobody_answered_is_told():
    with pytest.raises(FormInvalid, match="type"):
        fitting(PACKAGE.forms["intake"], {key: value for key, value in ANSWERS.items() if key != "type"})


def test_a_process_without_a_form_takes_all():
    assert fitting(None, ANSWERS) == ANSWERS
