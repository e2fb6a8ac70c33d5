"""Every reason that the desk's rules give can be said in Chinese; what isn't known is shown as it was given."""

from __future__ import annotations

import string
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import entry_points

import pytest

from desk.assignment import Candidate, Wanted, assign
from desk.assignment.eligibility import OBSTACLES as OBSTACLE_CODES
from desk.clocks import Cause
from desk.escalating.choice import Missed, escalate
from desk.model import Role
from desk.reasons import SENTENCES
from webui.casework.reasons import CHANGES, REASONS, obstacle, reason, request_for, why_changed
from webui.casework.why_words import DONE_BY_SYSTEM, done_by_system, followed
from webui.notification.delivery_words import last_word

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
BUSY, FREE = {"load": 9}, {"load": 1}


@pytest.fixture
def chinese(product):
    with product.app.test_request_context(headers={"Accept-Language": "zh"}):
        yield


def a_candidate(login: str, **facts) -> Candidate:
    return Candidate(**{"login": login, "team_keys": frozenset({"service"}), "skills": frozenset({"complaint"})} | facts)


def is_chinese(text: str) -> bool:
    return bool(set(text) - set(string.printable)) and "with skill" not in text and "team" not in text


@pytest.mark.parametrize(
    ("wanted", "candidates"),
    [
        ({}, [a_candidate("li")]),
        ({"skill": "complaint"}, [a_candidate("li", **FREE), a_candidate("zhao", **BUSY)]),
        ({"skill": "complaint"}, [a_candidate("li"), a_candidate("zhao")]),
        ({"fallback_team": "service", "team": "complaints"}, [a_candidate("li")]),
        ({"previous_owner": "li"}, [a_candidate("li"), a_candidate("zhao")]),
        ({}, []),
    ],
)
def test_each_reason_of_an_assignment_is_said_in_chinese(chinese, wanted, candidates):
    given = assign(Wanted(**{"team": "service", "priority": "normal"} | wanted), candidates, NOON).reason
    assert is_chinese(reason(str(given), given.code, given.arguments)), given
    assert reason(str(given)) == reason(str(given), given.code, given.arguments), "history that is older than codes"


def test_each_obstacle_is_said_in_chinese(chinese):
    candidates = [
        a_candidate("a", active=False), a_candidate("b", available=False), a_candidate("c", skills=frozenset()),
        a_candidate("d", load=10), a_candidate("e"),
    ]  # fmt: skip
    wanted = Wanted(team="service", priority="normal", skill="complaint", avoid=frozenset({"e"}))
    for each in assign(wanted, candidates, NOON).considered:
        assert is_chinese(obstacle(each)), each


def test_each_new_way_to_be_chosen_is_said_in_chinese(chinese):
    wanted = Wanted(team="service", priority="normal", skill="complaint", familiar=("li",))
    li, zhao = a_candidate("li"), a_candidate("zhao", levels={"complaint": 5}, load=2, capacity=20)
    absent = replace(li, on_leave=True, delegate="zhao")
    said = [assign(wanted, people, NOON).reason for people in ([li, zhao], [absent, zhao])]
    said.append(assign(replace(wanted, familiar=()), [replace(li, capacity=20, load=2), zhao], NOON).reason)
    assert [one.code for one in said] == ["knows_customer", "stands_in", "best_score"]
    for given in said:
        assert is_chinese(reason(str(given), given.code, given.arguments)), given
    assert "李娜" in reason("", said[1].code, said[1].arguments)


@pytest.mark.parametrize("code", OBSTACLE_CODES)
def test_every_obstacle_has_words(chinese, code):
    assert is_chinese(obstacle({"obstacle": code, "skill": "complaint", "level": 2}))


def test_a_level_that_nobody_tells_is_said_without_a_number(chinese):
    assert obstacle({"obstacle": "lacks_level", "skill": "complaint"}) == "“投诉”技能等级不够"


@pytest.mark.parametrize(
    "old", ["inactive", "away", "excluded", "lacks skill complaint", "at capacity", "owns the case", "was told before"]
)
def test_an_obstacle_that_is_older_than_codes_is_said_in_chinese(chinese, old):
    assert is_chinese(obstacle({"obstacle": old})), old


def test_who_could_have_got_it_has_no_obstacle(chinese):
    assert obstacle({"obstacle": ""}) == ""
    assert obstacle({"obstacle": "on the moon"}) == "on the moon"


def test_each_reason_of_an_escalation_is_said_in_chinese(chinese, product):
    teams = {team.key: team for team in product.desk.people.teams()}
    people = {agent.login: agent for agent in product.desk.people.agents()}
    nobody = {login: agent for login, agent in people.items() if agent.role is not Role.SUPERVISOR}
    for known in (people, nobody):
        missed = Missed(team="service", owner="li", round=1, clock="respond", before=())
        given = escalate(missed, teams, known).reason
        assert is_chinese(reason(str(given), given.code, given.arguments)), given
        assert reason(str(given)) == reason(str(given), given.code, given.arguments), "history that is older than codes"


def test_every_code_of_the_desk_has_words():
    assert set(REASONS) == set(SENTENCES)


def test_an_unknown_reason_is_shown_as_it_was_given(chinese):
    assert reason("because of the weather") == "because of the weather"


def test_a_request_names_what_was_asked_for(chinese):
    assert request_for("technical help: 接口返回 500") == ("技术协助", "接口返回 500")
    assert request_for("something else: why") == ("", "something else: why")


@pytest.mark.parametrize("text", [*CHANGES, "paused: third_party", "left out: spam", *Cause])
def test_why_a_timer_moved_is_said_in_chinese(chinese, text):
    assert is_chinese(why_changed(text)), text


def test_what_a_person_wrote_is_shown_as_it_was_written(chinese):
    assert [why_changed(text) for text in ("ill", "paused: whatever", "")] == ["ill", "paused: whatever", ""]


def test_what_moves_a_timer_is_said_in_chinese_once_and_a_variable_of_ones_own_by_its_name(chinese):
    assert [each.text for each in followed(("clock", "clocks", "invitation", "parcel"))] == [
        "服务时钟",
        "满意度调研邀请",
        "parcel",
    ]


def test_every_handler_of_the_house_is_said_in_chinese(chinese):
    ours = {each.name for each in entry_points(group="caseloop.handlers") if each.value.startswith("handlers.")}
    assert set(DONE_BY_SYSTEM) == ours
    assert all(is_chinese(done_by_system(name).text) for name in ours)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("127.0.0.1 answered 500. It is tried again.", "127.0.0.1 答复：500。系统会重试。"),
        ("h.example answered 404. Check the channel's settings.", "h.example 答复：404。请检查该渠道的设置。"),
        ("h.example took it", "h.example 已接收。"),
        (
            "Mail server h.example:25 doesn't answer (refused). It is tried again.",
            "h.example:25 没有应答（refused）。系统会重试。",
        ),
    ],
)
def test_the_last_word_about_a_delivery_is_said_in_chinese(chinese, said, told):
    assert last_word(said) == (told, "")


def test_what_only_an_adapter_can_say_stays_english(chinese):
    assert last_word("550 no such mailbox") == ("550 no such mailbox", "en")
    assert last_word("") == ("", "")
