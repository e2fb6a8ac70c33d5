"""The deciders: thin over the desk's rules, pure, and each with its reason. `gather` is proved by the stories of the process."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from desk.assignment import Candidate
from desk.calendars import AroundTheClock, weekly_hours
from desk.clocks import Calendars
from desk.facts import EscalationFacts
from desk.limits.limit_errors import TargetRowInvalid
from desk.model import Agent, Role, Team
from engine.errors import Invalid
from engine.ports import HandlerCall
from handlers.assign import Assign, Known
from handlers.escalate import Escalate
from handlers.escalate import Known as Escalating
from handlers.service_clocks import NewRound, ServiceClocks

ZONE = ZoneInfo("Asia/Shanghai")
HALF_PAST_NINE = datetime(2023, 10, 1, 9, 30, tzinfo=ZONE)
CALENDARS = Calendars(around_the_clock=AroundTheClock(zone=ZONE), business=weekly_hours("Mon–Fri 09:00–18:00", "Asia/Shanghai"))
ROWS = [
    {"clock": "respond", "amount": 15, "unit": "min", "anchor": "received", "source": "紧急：15分钟内响应"},
    {"clock": "respond", "amount": 1, "unit": "h", "anchor": "received", "source": "投诉：1小时内确认收到"},
    {"clock": "solve", "amount": 2, "unit": "h", "anchor": "received", "source": "紧急：2小时内解决"},
    {"clock": "transfer", "amount": 1, "unit": "h", "anchor": "received", "source": "紧急：需转交的1小时内转交"},
]


def call(inputs: dict[str, Any], now: datetime = HALF_PAST_NINE, **headers: str) -> HandlerCall:
    return HandlerCall(
        handler="decider",
        instance_id=1,
        business_key="NR20231001001",
        process_key="customer-service",
        version="1.0",
        activity_id="node",
        activity_name="Node",
        inputs=inputs,
        headers=headers,
        now=now,
    )


def local(hour: int, minute: int = 0) -> datetime:
    return HALF_PAST_NINE.replace(hour=hour, minute=minute)


# -- assign


def candidates(*logins: str, **one: Any) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(login=login, team_keys=frozenset({"complaints"}), skills=frozenset({"complaint"}), **one) for login in logins
    )


ROUTED = {
    "route": {"team": "complaints", "skill": "complaint", "fallback_team": "service"},
    "classification": {"priority": "urgent"},
}


def test_the_routing_row_chooses_the_team_and_each_candidate_is_recorded():
    busy, free = (
        Candidate(login=name, team_keys=frozenset({"complaints"}), skills=frozenset({"complaint"}), load=load)
        for name, load in (("bo", 3), ("li", 0))
    )
    decision = Assign().decide(call(ROUTED), Known(candidates=(busy, free), previous_owner=None))
    asked = {"team": "complaints", "skill": "complaint", "level": 1, "fallback_team": "service", "avoid": []}
    assert decision.result == {"assignee": "li", "team": "complaints", "reason": decision.reason, "wanted": asked}
    assert {one["login"] for one in decision.considered} == {"bo", "li"}
    assert "least loaded" in decision.reason


def test_a_case_that_comes_back_goes_to_whom_it_knows():
    decision = Assign().decide(call(ROUTED), Known(candidates=candidates("bo", "li"), previous_owner="li"))
    assert (decision.result["assignee"], decision.reason) == ("li", "handled it before")


def test_nobody_fit_offers_the_task_to_the_whole_team():
    decision = Assign().decide(call(ROUTED), Known(candidates=candidates("li", available=False), previous_owner=None))
    assert decision.result["assignee"] is None
    assert decision.result["team"] == "complaints"


def test_the_agent_complained_about_never_gets_the_case():
    inputs = {**ROUTED, "intake": {"about_agent": "li"}}
    decision = Assign().decide(call(inputs), Known(candidates=candidates("li", "bo"), previous_owner="li"))
    assert decision.result["assignee"] == "bo"
    assert [one["obstacle"] for one in decision.considered] == ["", "excluded"]


@pytest.mark.parametrize("level", [0, 6, True, "high"])
def test_a_level_that_there_is_not_points_to_the_routing_table(level):
    with pytest.raises(Invalid, match="level from 1 to 5"):
        Assign().decide(call({"route": {**ROUTED["route"], "level": level}}), Known(candidates=(), previous_owner=None))


def test_a_route_without_a_team_points_to_the_routing_table():
    with pytest.raises(Invalid, match="routing table"):
        Assign().decide(call({"route": None}), Known(candidates=(), previous_owner=None))


# -- service-clocks, new-round


def test_the_clocks_run_from_the_receipt_not_from_the_entry():
    inputs = {"target_rows": ROWS, "case": {"received_at": HALF_PAST_NINE}}
    decision = ServiceClocks(lambda _tx: CALENDARS, ZONE).decide(call(inputs, now=local(9, 50)), CALENDARS)
    assert decision.result["respond"]["due_at"] == local(9, 45)
    assert decision.result["solve"]["due_at"] == local(11, 30)
    assert decision.result["round"] == 1
    assert len(decision.considered) == 4
    assert "紧急：15分钟内响应" in decision.reason


@pytest.mark.parametrize(("said", "warned"), [("0.75", local(11, 0)), ("0.5", local(10, 30)), ("1", local(11, 30))])
def test_the_diagram_says_when_to_warn(said, warned):
    inputs = {"target_rows": ROWS, "case": {"received_at": HALF_PAST_NINE}}
    decision = ServiceClocks(lambda _tx: CALENDARS, ZONE).decide(call(inputs, warnFraction=said), CALENDARS)
    assert decision.result["solve"]["warn_at"] == warned


@pytest.mark.parametrize("said", ["0", "1.5", "soon", "-1"])
def test_a_warning_outside_the_limit_names_node_and_header(said):
    with pytest.raises(Invalid, match="Node: header 'warnFraction'"):
        ServiceClocks(lambda _tx: CALENDARS, ZONE).decide(call({"target_rows": ROWS}, warnFraction=said), CALENDARS)


def test_the_diagram_says_whether_a_transfer_without_a_row_is_timed():
    inputs = {"target_rows": ROWS[:3], "case": {"received_at": HALF_PAST_NINE}}
    decider = ServiceClocks(lambda _tx: CALENDARS, ZONE)
    assert "transfer" not in decider.decide(call(inputs), CALENDARS).result
    assert decider.decide(call(inputs, defaultTransfer="true"), CALENDARS).result["transfer"]["due_at"] == local(10, 30)
    with pytest.raises(Invalid, match="Node: header 'defaultTransfer'"):
        decider.decide(call(inputs, defaultTransfer="perhaps"), CALENDARS)


def test_each_clock_says_its_limit_so_that_it_can_be_kept_as_a_record():
    inputs = {"target_rows": ROWS, "case": {"received_at": HALF_PAST_NINE}}
    solve = ServiceClocks(lambda _tx: CALENDARS, ZONE).decide(call(inputs), CALENDARS).result["solve"]
    assert (solve["limit"], solve["anchor"]) == ({"amount": "2", "unit": "h", "calendar": "24x7"}, "received")


def test_a_row_that_cannot_be_read_names_itself():
    rows = [{"clock": "solve", "amount": 2, "unit": "weeks", "source": "两周内解决"}]
    with pytest.raises(TargetRowInvalid, match="两周内解决"):
        ServiceClocks(lambda _tx: CALENDARS, ZONE).decide(call({"target_rows": rows}), CALENDARS)


@pytest.mark.parametrize("none", [[], None])
def test_without_any_row_the_limits_of_normal_cases_hold_and_say_so(none):
    decision = ServiceClocks(lambda _tx: CALENDARS, ZONE).decide(
        call({"target_rows": none, "case": {"received_at": HALF_PAST_NINE}}), CALENDARS
    )
    dues = {name: clock["due_at"] for name, clock in decision.result.items() if name != "round"}
    assert dues == {"respond": local(10, 30), "solve": local(9, 30) + timedelta(days=1)}
    assert "no row applies" in decision.reason


def test_a_row_with_amount_0_says_that_nothing_is_timed():
    rows = [{"clock": "solve", "amount": 0, "unit": "h", "source": "不计时"}]
    decision = ServiceClocks(lambda _tx: CALENDARS, ZONE).decide(call({"target_rows": rows}), CALENDARS)
    assert decision.result == {"round": 1}
    assert "nothing is timed" in decision.reason


def test_a_new_round_times_the_solution_from_now_and_the_response_no_more():
    before = {"round": 1, "solve": {"due_at": local(11, 30), "escalated": True}}
    decision = NewRound(lambda _tx: CALENDARS, ZONE).decide(
        call({"target_rows": ROWS, "clocks": before}, now=local(14)), CALENDARS
    )
    assert decision.result.keys() == {"solve", "round"}
    assert decision.result["round"] == 2
    assert decision.result["solve"]["due_at"] == local(16)
    assert "escalated" not in decision.result["solve"]


# -- escalate


def agent(login: str, role: Role = Role.SUPERVISOR, **changes: Any) -> Agent:
    values = {
        "name": login, "shown_as": login, "team_keys": (), "skills": (), "language": "zh", "email": "", "active": True,
        "available": True, "capacity": 10, "password_is_temporary": False, "revision": 1,
    }  # fmt: skip
    return Agent(login=login, role=role, **{**values, **changes})


def facts(*people: Agent) -> Escalating:
    teams = {"complaints": Team(key="complaints", name="投诉专员", name_en="Complaints", supervisor="wang", deputy="sun")}
    case = SimpleNamespace(owner="li", team="service", round=1)
    return Escalating(facts=EscalationFacts(case=case, before=(), teams=teams, people={one.login: one for one in people}))


ASSIGNED = {"assignment": {"assignee": "li", "team": "complaints"}, "clocks": {"round": 2}}


def test_the_supervisor_of_the_assigned_team_is_told_which_clock_was_missed():
    decision = Escalate().decide(call(ASSIGNED, clock="solve"), facts(agent("wang"), agent("sun")))
    assert decision.result == {"supervisor": "wang", "level": 1, "clock": "solve", "round": 2}
    assert decision.reason.startswith("solve was missed")


def test_an_absent_supervisor_is_replaced_by_the_deputy_and_nobody_by_the_queue():
    away = agent("wang", available=False)
    assert Escalate().decide(call(ASSIGNED, clock="solve"), facts(away, agent("sun"))).result["supervisor"] == "sun"
    assert Escalate().decide(call(ASSIGNED, clock="solve"), facts(away)).result["supervisor"] is None


def test_an_escalation_that_names_no_clock_is_refused():
    with pytest.raises(Invalid, match="header 'clock' is missing"):
        Escalate().decide(call(ASSIGNED), facts(agent("wang")))


def test_deciding_twice_gives_the_same_answer():
    inputs = {"target_rows": ROWS, "case": {"received_at": HALF_PAST_NINE}}
    decider, asked = ServiceClocks(lambda _tx: CALENDARS, ZONE), call(inputs)
    assert decider.decide(asked, CALENDARS) == decider.decide(asked, CALENDARS)
    assert decider.decide(asked, CALENDARS).result["solve"]["due_at"] - HALF_PAST_NINE == timedelta(hours=2)
