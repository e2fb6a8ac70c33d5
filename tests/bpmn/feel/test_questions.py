"""What plain Python answers instead of FEEL is what FEEL would have said."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpmn.feel import AskedOnce, Unplain, ValuesOnce, parse, to_python
from tests.support.examples import examples

NOON = datetime(2026, 1, 5, 12, 0, 0, 250, UTC)
PLAIN = [
    'clock("solve").due_at',
    'clock("solve").at(0.75)',
    ' clock("solve").at(1) ',
    'if clocks.solve.escalated = true then null else clock("solve").due_at',
    'if late = true then null else clock("team:it").at(0.5)',
]
OTHER = [
    'clock("solve")',
    "clock(name).due_at",
    'clock("solve").due_at + duration("PT1H")',
    'clock("sol\\"ve").due_at',
    'if late = false then null else clock("solve").due_at',
    'if not(late) then null else clock("solve").due_at',
    'clock("solve").at(0.75, 1)',
    'if true = true then null else clock("solve").due_at',
    'clock("solve").due_at.year',
]


@pytest.mark.parametrize("text", PLAIN)
def test_what_most_timers_ask_is_a_question(text):
    assert parse(text).question is not None


@pytest.mark.parametrize("text", OTHER)
def test_whatever_else_they_ask_takes_feel(text):
    assert parse(text).question is None


INSTANTS = st.builds(lambda minutes: NOON + timedelta(minutes=minutes), st.integers(-(10**7), 10**7))
ANSWERS = st.one_of(
    st.none(),
    INSTANTS,
    st.sampled_from(
        [True, "late", Decimal("1.5"), 7, [NOON], {"at": NOON}, NOON.replace(tzinfo=None), date(2026, 1, 5), timedelta(hours=1)]
    ),
    st.sampled_from([NOON.astimezone(timezone(timedelta(hours=8))), NOON.astimezone(ZoneInfo("Asia/Shanghai"))]),
)
FLAGS = st.sampled_from([True, False, None, "true", 1, [True], {"escalated": True}, [{"escalated": True}]])


@examples(100)
@given(text=st.sampled_from(PLAIN), due_at=ANSWERS, at=ANSWERS | st.just("no function"), flag=FLAGS, late=FLAGS)
def test_a_question_is_answered_as_feel_answers_it_or_not_at_all(text, due_at, at, flag, late):
    entry = at if at == "no function" else lambda part: at if part < 1 else due_at
    functions = {"clock": lambda name: {"due_at": due_at, "at": entry} if name == "solve" else None}
    variables = {"clocks": {"solve": {"escalated": flag}}, "late": late}
    expression = parse(text)
    expected = to_python(expression.evaluate(variables, functions=functions))
    try:
        answer = expression.question.answer(variables, functions)
    except Unplain:
        return
    assert (answer, type(answer)) == (expected, type(expected))


def test_an_instant_in_utc_is_answered_without_feel():
    functions = {"clock": lambda name: {"due_at": NOON, "at": lambda part: NOON if part == Decimal("0.75") else None}}
    assert [parse(text).question.answer({}, functions) for text in PLAIN[:4]] == [NOON, NOON, None, NOON]


def test_many_expressions_over_the_same_state_ask_and_convert_once():
    asked, read = [], []

    class Reading(dict):
        def __getitem__(self, name):
            read.append(name)
            return super().__getitem__(name)

    values = ValuesOnce(Reading(grace="PT1H"))
    functions = {"clock": AskedOnce("clock", lambda name: asked.append(name) or {"due_at": NOON})}
    texts = ['clock("solve").due_at + duration(grace)', 'clock("solve").due_at - duration(grace)', 'clock("respond").due_at']
    found = [to_python(parse(text).evaluate(values, functions=functions)) for text in [*texts, *texts]]
    assert found == [NOON + timedelta(hours=1), NOON - timedelta(hours=1), NOON] * 2
    assert (asked, read) == (["solve", "respond"], ["grace"])


def test_one_and_true_are_different_arguments():
    functions = {"say": AskedOnce("say", lambda value: repr(value))}
    assert parse("[say(1), say(true), say(1)]").evaluate({}, functions=functions) == ["1", "True", "1"]
