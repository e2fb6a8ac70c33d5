"""The decision tables against the source's examples: priorities, routing, limits, and the effective limits of all kinds."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from desk.calendars import AroundTheClock, weekly_hours
from desk.clocks import Anchors, Calendars, strictest_targets
from tests.processes.test_package import shipped

ZONE = ZoneInfo("Asia/Shanghai")
CALENDARS = Calendars(
    around_the_clock=AroundTheClock(zone=ZONE), business=weekly_hours("Mon–Fri 09:00–12:00, 13:30–18:00", "Asia/Shanghai")
)
PACKAGE = shipped("1.0")
TYPES = ("inquiry", "complaint", "suggestion", "transaction")
PRIORITIES = ("urgent", "normal", "low")
TUESDAY = datetime(2024, 3, 5, 9, tzinfo=ZONE)


def decide(decision: str, **inputs: Any) -> Any:
    return PACKAGE.decisions[decision].evaluate(decision, inputs)


def classify(**intake: Any) -> dict[str, Any]:
    return decide("classify", intake={"urgency": "normal", "scope": "person", **intake}).value


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_both_versions_share_their_tables(version):
    for table in ("classify.dmn", "route.dmn", "targets.dmn"):
        assert shipped(version).files[table] == PACKAGE.files[table]


# -- classify: R18 to R23, C7


@pytest.mark.parametrize(
    ("request_", "type_", "priority"),
    [
        pytest.param(
            {"type": "complaint", "usage_blocked": True, "description": "APP无法登录"}, "complaint", "urgent", id="APP无法登录"
        ),
        pytest.param({"type": "inquiry", "description": "如何开通信用卡"}, "inquiry", "normal", id="如何开通信用卡"),
        pytest.param({"type": "suggestion", "description": "增加夜间客服"}, "suggestion", "low", id="增加夜间客服"),
    ],
)
def test_the_three_examples_of_the_source_are_classified_as_there(request_, type_, priority):
    answer = classify(**request_)
    assert (answer["type"], answer["priority"]) == (type_, priority)


@pytest.mark.parametrize("type_", TYPES)
def test_an_upset_customer_or_blocked_use_is_urgent_whatever_the_type(type_):
    assert classify(type=type_, emotional=True)["priority"] == "urgent"
    assert classify(type=type_, usage_blocked=True, urgency="low")["priority"] == "urgent"


def test_a_group_never_lowers_and_may_raise():
    for type_, urgency, flag in product(TYPES, PRIORITIES, (True, False)):
        intake = {"type": type_, "urgency": urgency, "usage_blocked": flag}
        one, group = (PRIORITIES.index(classify(**intake, scope=scope)["priority"]) for scope in ("person", "group"))
        assert group <= one, intake
    assert classify(type="complaint", scope="group")["priority"] == "urgent"
    assert classify(type="transaction", scope="group", urgency="low")["priority"] == "normal"


def test_a_product_fault_keeps_its_type_and_asks_for_technicians():
    answer = classify(type="complaint", subtype="product_fault")
    assert (answer["type"], answer["subtype"], answer["needs_tech"]) == ("complaint", "product_fault", True)
    assert classify(type="inquiry", subtype="product_info")["needs_tech"] is False


def test_the_answer_tells_which_row_fired_and_why():
    result = decide("classify", intake={"type": "complaint", "usage_blocked": True})
    assert {(hit.decision_id, hit.index) for hit in result.hits} == {("priority", 1), ("technical_fault", 2)}
    assert result.value["explanation"] == "客户无法正常使用服务或产品，判为紧急"


def rows_that_fire(decision: str, inputs: list[dict[str, Any]]) -> dict[str, set[int]]:
    fired: dict[str, set[int]] = {}
    for given in inputs:
        for hit in decide(decision, **given).hits:
            fired.setdefault(hit.decision_id, set()).add(hit.index)
    return fired


def test_every_row_of_every_table_can_fire():
    keys = ("type", "subtype", "urgency", "scope", "usage_blocked", "emotional")
    values = (TYPES, ("product_fault", None), PRIORITIES, ("person", "group"), (True, False), (True, False))
    intakes = [{"intake": dict(zip(keys, chosen, strict=True))} for chosen in product(*values)]
    assert rows_that_fire("classify", intakes) == {"priority": set(range(1, 9)), "technical_fault": {1, 2, 3}}
    cases = [
        {"classification": {"type": t, "priority": p, "needs_tech": n}, "case": {"team": "service", "channel": channel, **who}}
        for t, p, n, channel in product(TYPES, PRIORITIES, (True, False), ("phone", "email"))
        for who in ({"tier": "vip", "tags": []}, {"tier": "standard", "tags": ["quick_lane"]}, {})
    ]
    assert rows_that_fire("route", cases) == {"route": set(range(1, 9))}
    assert rows_that_fire("targets", cases) == {"targets": set(range(1, 20))}


# -- route: R34 to R39


@pytest.mark.parametrize(
    ("type_", "team", "skill"),
    [
        ("inquiry", "service-b", None),
        ("complaint", "complaints", "complaint"),
        ("suggestion", "product", None),
        ("transaction", "business", None),
        ("something new", "business", None),
    ],
)
def test_each_type_goes_to_its_team(type_, team, skill):
    classification = {"type": type_, "priority": "normal", "needs_tech": False}
    route = decide("route", classification=classification, case={"team": "service-b"}).value
    assert (route["team"], route["skill"], route["technical_team"]) == (team, skill, "technical")


def test_a_technical_fault_stays_with_the_complaint_specialists():
    classification = {"type": "complaint", "priority": "urgent", "needs_tech": True}
    assert decide("route", classification=classification, case={"team": None}).value["team"] == "complaints"


@pytest.mark.parametrize(
    ("type_", "who", "team"),
    [
        ("inquiry", {"tags": ["refund", "quick_lane"]}, "technical"),
        ("inquiry", {"tags": ["refund"]}, "service-b"),
        ("complaint", {"tags": ["quick_lane"]}, "complaints"),
        ("suggestion", {"tier": "key_account"}, "service-b"),
        ("suggestion", {"tier": "standard"}, "product"),
    ],
)
def test_tier_and_tags_choose_the_team(type_, who, team):
    classification = {"type": type_, "priority": "normal", "needs_tech": False}
    assert decide("route", classification=classification, case={"team": "service-b", **who}).value["team"] == team


# -- targets: R20 to R22, R29 to R31, C1 to C5, C13


def limits(type_: str, priority: str, channel: str = "phone", **who: Any) -> dict[str, datetime]:
    classification = {"type": type_, "priority": priority, "needs_tech": False}
    rows = decide("targets", classification=classification, case={"channel": channel, **who}).value
    targets = strictest_targets(rows, Anchors(received_at=TUESDAY), CALENDARS)
    return {name: target.due_at for name, target in targets.clocks.items()}


THREE_WORKING_DAYS = datetime(2024, 3, 8, 18, tzinfo=ZONE)


def after(**duration: float) -> datetime:
    return TUESDAY + timedelta(**duration)


RESPOND = {
    "inquiry": (after(minutes=15), after(hours=1), after(hours=4)),
    "complaint": (after(minutes=15), after(hours=1), after(hours=1)),
    "suggestion": (after(minutes=15), after(hours=1), after(hours=4)),
    "transaction": (after(minutes=15), after(hours=1), after(hours=4)),
}
SOLVE = {
    "inquiry": (after(hours=2), after(hours=24), THREE_WORKING_DAYS),
    "complaint": (after(hours=2), after(hours=24), after(hours=48)),
    "suggestion": (after(hours=2), after(hours=24), THREE_WORKING_DAYS),
    "transaction": (after(hours=2), after(hours=24), THREE_WORKING_DAYS),
}
TRANSFER = (after(hours=1), after(hours=12), after(hours=24))


@pytest.mark.parametrize("who", [{}, {"tier": "standard", "tags": []}], ids=["unknown", "standard"])
@pytest.mark.parametrize(("type_", "priority"), list(product(TYPES, PRIORITIES)))
def test_the_effective_limits_are_those_of_the_reconciled_table(type_, priority, who):
    rank, due = PRIORITIES.index(priority), limits(type_, priority, **who)
    assert due["respond"] == RESPOND[type_][rank]
    assert due["solve"] == SOLVE[type_][rank]
    assert due.get("transfer") == (TRANSFER[rank] if type_ in ("inquiry", "complaint") else None)
    assert due.get("follow_up") == (after(hours=72) if type_ == "complaint" else None)
    assert due.get("pickup") == (after(minutes=5) if type_ == "inquiry" else None)


def test_only_live_questions_have_to_be_picked_up():
    assert "pickup" not in limits("inquiry", "normal", channel="email")


@pytest.mark.parametrize("tier", ["vip", "key_account"])
@pytest.mark.parametrize(("type_", "priority"), list(product(TYPES, PRIORITIES)))
def test_who_is_more_than_standard_is_promised_more_and_never_less(type_, priority, tier):
    usual, due = limits(type_, priority), limits(type_, priority, tier=tier, tags=[])
    assert due["respond"] == min(usual["respond"], after(minutes=30))
    assert all(due[name] <= usual[name] for name in usual)
    solve = (after(hours=1), after(hours=8), datetime(2024, 3, 7, 18, tzinfo=ZONE))[PRIORITIES.index(priority)]
    assert due["solve"] == min(usual["solve"], solve)


@pytest.mark.parametrize("type_", TYPES)
def test_the_quick_lane_is_for_questions_and_complaints(type_):
    due = limits(type_, "normal", tier="standard", tags=["quick_lane"])
    quick = (after(minutes=15), after(hours=4))
    assert ((due["respond"], due["solve"]) == quick) is (type_ in ("inquiry", "complaint"))
