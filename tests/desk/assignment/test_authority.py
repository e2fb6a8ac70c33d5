"""Who may approve what, and who is asked."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from desk.collaboration.authority import Asked, Grant, first_approver, may_approve
from desk.model import Agent, Role, Team


def person(login: str, role: Role = Role.AGENT, **more: Any) -> Agent:
    basics = {"name": login, "shown_as": login, "team_keys": (), "skills": (), "language": "zh", "email": "", "capacity": 10}
    rest = {"active": True, "available": True, "password_is_temporary": False, "revision": 1}
    return Agent(login=login, role=role, **{**basics, **rest, **more})


PEOPLE = {
    one.login: one
    for one in (
        person("li"),
        person("senior"),
        person("wang", Role.SUPERVISOR),
        person("sun", Role.SUPERVISOR),
        person("boss", Role.ADMIN),
    )
}
TEAM = Team(key="service", name="客服一组", name_en="Service 1", supervisor="wang", deputy="sun")
GRANTS = (
    Grant(kind="refund", role=Role.SUPERVISOR, up_to=Decimal(500)),
    Grant(kind="refund", role=Role.ADMIN),
    Grant(kind="refund", login="senior", up_to=Decimal(200)),
    Grant(kind="refund", login="sun", up_to=Decimal(2000)),
)


@pytest.mark.parametrize(
    ("login", "kind", "amount", "may"),
    [
        ("wang", "refund", 500, True),
        ("wang", "refund", Decimal("500.01"), False),
        ("sun", "refund", 2000, True),
        ("senior", "refund", 200, True),
        ("li", "refund", 1, False),
        ("boss", "refund", 10**9, True),
        ("wang", "gift", 10**9, True),
        ("li", "gift", None, False),
        ("wang", "refund", None, True),
    ],
)
def test_authority_is_of_a_kind_up_to_an_amount_of_a_role_or_a_person(login, kind, amount, may):
    assert may_approve(PEOPLE[login], kind, None if amount is None else Decimal(amount), GRANTS) is may


def ask(amount: int, *, by: str = "li", kind: str = "refund", away=(), people=PEOPLE, team=TEAM):
    return first_approver(Asked(kind=kind, amount=Decimal(amount), by=by, team="service"), team, people, GRANTS, away)


def test_the_first_on_the_way_up_with_enough_authority_is_asked_once():
    assert (ask(400).login, ask(400).reason.code) == ("wang", "team_supervisor")
    assert (ask(1500).login, ask(1500).reason.code) == ("sun", "team_deputy")
    answer = ask(5000)
    assert (answer.login, answer.reason.code) == ("boss", "has_authority")
    assert [(one["login"], one["obstacle"]) for one in answer.considered] == [
        ("wang", "lacks_authority"),
        ("sun", "lacks_authority"),
        ("senior", "lacks_authority"),
        ("boss", ""),
    ]


def test_nobody_approves_what_they_asked_for():
    assert ask(100, by="wang").login == "sun"


def test_who_is_away_or_on_leave_is_passed_over():
    assert ask(100, away=("wang",)).login == "sun"
    assert ask(100, people=PEOPLE | {"wang": person("wang", Role.SUPERVISOR, available=False)}).login == "sun"


def test_without_a_supervisor_the_smallest_authority_that_suffices_is_asked():
    assert ask(100, team=None).login == "senior"
    assert ask(300, team=None).login == "wang"


def test_without_anybody_it_is_offered_to_all():
    answer = ask(10**6, people={"li": PEOPLE["li"]}, team=None)
    assert (answer.login, answer.reason.code) == (None, "nobody_has_authority")
