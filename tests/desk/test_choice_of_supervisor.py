"""Who follows up a missed target."""

from __future__ import annotations

from dataclasses import replace

from desk.escalating.choice import Escalated, Missed, escalate
from desk.model import Agent, Role, Team


def person(login: str, **more) -> Agent:
    basics = {"name": login, "shown_as": login, "team_keys": (), "skills": (), "language": "zh", "email": ""}
    rest = {"active": True, "available": True, "capacity": 10, "password_is_temporary": False, "revision": 1}
    return Agent(**{"login": login, "role": Role.SUPERVISOR, **basics, **rest, **more})


TEAMS = {"service": Team(key="service", name="客服一组", name_en="Service 1", supervisor="wang", deputy="sun")}
PEOPLE = {login: person(login) for login in ("wang", "sun", "qian")}
MISSED = Missed(clock="respond", round=1, owner="li", team="service")


def test_a_missed_target_goes_to_the_supervisor_of_the_team():
    answer = escalate(MISSED, TEAMS, PEOPLE)
    assert (answer.supervisor, answer.level, str(answer.reason)) == ("wang", 1, "respond was missed: supervisor of service")


def test_an_absent_supervisor_is_replaced_by_the_deputy_then_by_others():
    away = PEOPLE | {"wang": person("wang", available=False)}
    assert escalate(MISSED, TEAMS, away).supervisor == "sun"
    both = away | {"sun": person("sun", active=False)}
    assert escalate(MISSED, TEAMS, both).supervisor == "qian"


def test_nobody_follows_up_the_own_case_and_nobody_is_told_twice():
    assert escalate(replace(MISSED, owner="wang"), TEAMS, PEOPLE).supervisor == "sun"
    before = (Escalated(clock="respond", round=1, level=1, supervisor="wang"),)
    again = escalate(replace(MISSED, before=before), TEAMS, PEOPLE)
    assert (again.supervisor, again.level) == ("sun", 2)
    assert escalate(replace(MISSED, before=before, round=2), TEAMS, PEOPLE).supervisor == "wang"


def test_without_any_supervisor_the_queue_is_alarmed():
    answer = escalate(MISSED, {}, {})
    assert answer.supervisor is None
    assert "alarm" in str(answer.reason)
