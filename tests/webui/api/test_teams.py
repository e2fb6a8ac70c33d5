"""Teams, people's attendance and giving cases over HTTP, with the rights of the desk."""

from __future__ import annotations

import pytest

from desk.collaboration.contributions import Asked
from tests.support.product import Product
from tests.support.programs import Program, program

CALM = {"type": "inquiry", "subtype": "product_info", "usage_blocked": False, "order_number": ""}
OFFICE = {"hours": "Mon-Fri 09:00-12:00, 13:30-18:00", "zone": "Asia/Shanghai", "days": {"2026-02-16": ""}}


@pytest.fixture
def wang(product: Product) -> Program:
    """A program of the supervisor."""
    return program(product, "wang")


def put(caller: Program, path: str, body: dict):
    return caller.send("PUT", path, json=body)


def test_teams_tell_who_is_there_what_they_carry_and_their_calendar(product: Product, wang: Program):
    product.open_case()
    found = {one["key"]: one for one in wang.get("/teams").json["items"]}
    assert (found["complaints"]["load"], found["complaints"]["cases"], found["complaints"]["calendar"]) == (
        3,
        {"urgent": 1},
        None,
    )
    members = {one["login"]: one for one in wang.get("/teams/complaints").json["members"]}
    assert (members["li"]["availability"], members["li"]["load"]) == ("available", 3)
    zhao = program(product, "zhao")
    assert [one["key"] for one in zhao.get("/teams").json["items"]] == ["service"]
    assert (zhao.get("/teams/complaints").status_code, wang.get("/teams/nowhere").status_code) == (403, 404)


def test_a_teams_line_is_read_and_given_out(product: Product, wang: Program):
    put(program(product, "tech"), "/people/tech/availability", {"availability": "away"})
    number = product.open_case()
    assert wang.post(f"/cases/{number}/transfer", {"team": "technical", "reason": "hard"}).json["assignee"] is None
    [waiting] = wang.get("/teams/technical/line").json["items"]
    assert (waiting["number"], waiting["priority"], waiting["taker"]) == (number, "urgent", None)
    put(program(product, "tech"), "/people/tech/availability", {"availability": "available"})
    assert wang.post("/teams/technical/line/give-out", {}).json == {"given": 1}
    assert program(product, "li").post("/teams/technical/line/give-out", {}).status_code == 403


def test_shifts_and_their_dates_are_read_and_set_and_nothing_is_overwritten_unseen(product: Product, wang: Program):
    before = wang.get("/teams/service/shift").json
    assert (before["hours"], before["days"]) == (None, {})
    after = put(wang, "/teams/service/shift", {**OFFICE, "read": before["read"]}).json
    assert {name: after[name] for name in OFFICE} == OFFICE
    late = put(wang, "/teams/service/shift", {**OFFICE, "read": before["read"]})
    assert (late.status_code, late.json["code"]) == (409, "shift_changed")
    own = put(wang, "/people/zhao/shift", {"hours": "Mon-Sun 18:00-24:00"}).json["shift"]
    assert own["hours"] == "Mon-Sun 18:00-24:00"
    assert put(wang, "/people/zhao/shift", {"hours": "some day"}).status_code == 422
    assert put(wang, "/people/zhao/shift", {**OFFICE, "days": {"2026-02-31": ""}}).json["fields"].keys() == {"days"}
    assert put(program(product, "zhao"), "/people/zhao/shift", {"hours": None}).status_code == 403


def test_people_turn_their_switch_and_enter_leave_with_who_stands_in(product: Product, wang: Program):
    zhao = program(product, "zhao")
    until = "2026-01-05T11:00:00+08:00"
    person = put(zhao, "/people/zhao/availability", {"availability": "busy", "until": until}).json
    assert (person["availability"], person["availability_until"]) == ("busy", "2026-01-05T03:00:00+00:00")
    ask = {"from_at": "2026-01-06T09:00+08:00", "until_at": "2026-01-08T18:00+08:00", "open_work": "hand_over"}
    entered = zhao.post("/people/zhao/leave", {**ask, "delegate": "li"})
    assert (entered.status_code, entered.json["delegate"]) == (201, "li")
    assert zhao.post("/people/zhao/leave", ask).status_code == 422
    assert [one["id"] for one in wang.get("/people/zhao").json["leave"]] == [entered.json["id"]]
    assert zhao.get("/people/li").status_code == 403
    assert zhao.post(f"/leave/{entered.json['id']}/cancel").status_code == 204
    assert zhao.get("/people/zhao").json["leave"] == []


def test_a_team_gets_another_calendar_by_who_heads_it(product: Product, wang: Program):
    number = product.open_case()
    product.desk.contributions.ask(number, [Asked(team="technical", wanted="look", limit="4bh")], by="wang")
    choice = {"calendar": "berlin-office", "note": "they work in Berlin", "read": 0}
    assert put(program(product, "tech"), "/teams/technical/calendar", choice).status_code == 403
    chosen = put(wang, "/teams/technical/calendar", choice).json
    assert (chosen["calendar"], chosen["history"][0]["by"]) == ("berlin-office", "wang")
    assert put(wang, "/teams/technical/calendar", {**choice, "calendar": None}).json["code"] == "team_calendar_changed"
    assert put(wang, "/teams/technical/calendar", {**choice, "calendar": "nowhere"}).status_code == 404
    product.work()
    clock = next(one for one in wang.get(f"/cases/{number}/clocks").json["items"] if one["name"] == "team:technical:1")
    assert (clock["calendar"], clock["due_at"]) == ("team:technical", "2026-01-05T12:00:00+00:00")


def test_a_case_is_given_to_somebody_anew_by_the_rule_and_to_another_team(product: Product, wang: Program):
    number = product.open_case(**CALM)
    now = wang.get(f"/cases/{number}/assignment").json
    assert {row["login"] for row in now["considered"]} >= {"li", "zhao"}
    other = {"li": "zhao", "zhao": "li"}[now["assignee"]]
    give = {"assignee": other, "reason": "knows it", "revision": now["revision"]}
    assert wang.post(f"/cases/{number}/give", give).json == {"number": number, "assignee": other}
    assert wang.post(f"/cases/{number}/give", {**give, "assignee": now["assignee"]}).status_code == 409
    revision = wang.get(f"/cases/{number}/assignment").json["revision"]
    anew = wang.post(f"/cases/{number}/assign-anew", {"reason": "ill", "revision": revision}).json
    assert anew["assignee"] not in (None, other)
    given = wang.post(f"/cases/{number}/transfer", {"team": "technical", "reason": "too hard"}).json
    assert given == {"number": number, "assignee": "tech"}
    assert wang.get(f"/cases/{number}").json["team"] == "technical"
    assert program(product, "business").get(f"/cases/{number}/assignment").status_code == 404
