"""User tasks and cases over HTTP, with the rights and checks of the desk."""

from __future__ import annotations

import pytest

from desk.model import Scope
from tests.support.product import INTAKE, Product
from tests.support.programs import Program, program

DONE = {"content": "已修复", "outcome": "resolved", "solution": "已修复"}


@pytest.fixture
def li(product: Product) -> Program:
    """A program of agent Li."""
    return program(product, "li")


@pytest.fixture
def task(product: Product) -> dict:
    number = product.open_case()
    found = product.task_of(number)
    return {"id": found.id, "revision": found.revision, "number": number, "assignee": found.assignee}


def test_a_case_is_opened_once_per_key_and_read_masked(product: Product, li: Program):
    order = {"form": INTAKE, "team": "service"}
    first = li.post("/cases", order, **{"Idempotency-Key": "call-17"})
    again = li.post("/cases", order, **{"Idempotency-Key": "call-17"})
    assert (first.status_code, again.json) == (201, first.json)
    other = li.post("/cases", {**order, "form": {**INTAKE, "order_number": "DD2"}}, **{"Idempotency-Key": "call-17"})
    assert (other.status_code, other.json["code"]) == (409, "key_used_otherwise")
    case = li.get(f"/cases/{first.json['number']}").json
    assert (case["customer"], case["contact"], case["state"]) == ("张*", "138****5678", "open")
    assert [each["number"] for each in li.get("/cases").json["items"]] == [first.json["number"]]


def test_a_phone_number_within_a_description_is_masked(product: Product, li: Program):
    described = {**INTAKE, "description": "请回电13987654321"}
    number = li.post("/cases", {"form": described, "team": "service"}).json["number"]
    assert li.get(f"/cases/{number}").json["description"] == "请回电139****4321"


def test_answers_that_do_not_fit_the_form_are_told_field_by_field(product: Product, li: Program):
    before = product.rows()
    answer = li.post("/cases", {"form": {**INTAKE, "type": "poem", "colour": "red"}})
    assert answer.status_code == 422
    assert set(answer.json["fields"]) == {"type", "colour"}
    assert {name: rows for name, rows in product.rows().items() if "token" not in name} == {
        name: rows for name, rows in before.items() if "token" not in name
    }


def test_cases_come_in_pages_newest_first(product: Product, li: Program):
    numbers = [product.open_case() for _ in range(3)]
    first = li.get("/cases", limit=2).json
    rest = li.get("/cases", limit=2, cursor=first["next"]).json
    assert [each["number"] for each in first["items"] + rest["items"]] == sorted(numbers, reverse=True)
    assert rest["next"] is None
    assert li.get("/cases", state="closed").json["items"] == []


def test_a_case_of_others_does_not_exist(product: Product):
    number = product.open_case()
    stranger = program(product, "tech")
    assert stranger.get(f"/cases/{number}").status_code == 404
    assert stranger.get("/cases/NR1").status_code == 404


def test_an_agent_lists_claims_and_completes_the_own_task(product: Product, task: dict):
    owner = program(product, task["assignee"])
    (listed,) = owner.get("/tasks").json["items"]
    assert (listed["id"], listed["state"]) == (task["id"], "created")
    shown = owner.get(f"/tasks/{task['id']}").json
    assert shown["form"]["components"]
    assert shown["may_claim"]
    claimed = owner.post(f"/tasks/{task['id']}/claim", {"revision": listed["revision"]}).json
    assert (claimed["state"], claimed["assignee"]) == ("claimed", task["assignee"])
    wrong = owner.post(f"/tasks/{task['id']}/complete", {"data": {"outcome": "poem"}, "revision": claimed["revision"]})
    assert (wrong.status_code, wrong.json["code"]) == (422, "answers_invalid")
    released = owner.post(f"/tasks/{task['id']}/release", {}).json
    assert released["state"] == "created"
    claimed = owner.post(f"/tasks/{task['id']}/claim", {}).json
    done = owner.post(f"/tasks/{task['id']}/complete", {"data": DONE, "revision": claimed["revision"]})
    assert (done.status_code, done.json["state"]) == (200, "completed")


def test_a_stale_revision_is_refused_with_the_task_as_it_is_now(product: Product, task: dict):
    owner = program(product, task["assignee"])
    claimed = owner.post(f"/tasks/{task['id']}/claim", {}).json
    answer = owner.post(f"/tasks/{task['id']}/complete", {"data": DONE, "revision": claimed["revision"] - 1})
    assert (answer.status_code, answer.json["code"]) == (409, "stale_revision")
    assert answer.json["changes"] == claimed


def test_somebody_elses_task_is_refused_as_in_the_desk(product: Product, task: dict):
    owner = program(product, task["assignee"])
    owner.post(f"/tasks/{task['id']}/claim", {})
    supervisor = program(product, "wang")
    answer = supervisor.post(f"/tasks/{task['id']}/claim", {})
    assert (answer.status_code, answer.json["changes"]["assignee"]) == (409, task["assignee"])
    assert supervisor.post(f"/tasks/{task['id']}/complete", {"data": DONE, "revision": 1}).status_code == 403
    assert owner.get("/tasks", scope="all").status_code == 403
    assert [each["id"] for each in owner.get("/tasks", scope="team").json["items"]] == [task["id"]]
    assert owner.get("/tasks", scope="free").json["items"] == []
    stranger = program(product, "tech")
    assert stranger.post(f"/tasks/{task['id']}/claim", {}).status_code == 404


def test_a_supervisor_hands_a_task_on(product: Product, task: dict):
    to = "zhao" if task["assignee"] != "zhao" else "li"
    answer = program(product, "wang").post(f"/tasks/{task['id']}/reassign", {"assignee": to, "reason": "balance"})
    assert (answer.status_code, answer.json["assignee"]) == (200, to)
    unknown = program(product, "wang").post(f"/tasks/{task['id']}/reassign", {"assignee": "nobody", "reason": "x"})
    assert unknown.status_code == 404


HOSTILE = {
    "no json": b"{",
    "utf-16": '{"revision": 1}'.encode("utf-16"),
    "latin": b'{"x": "\xe4"}',
    "nan": b'{"revision": NaN}',
    "infinite": b'{"data": {"x": 1e999}, "revision": 1}',
    "endless": b"9" * 5000,
    "deep": b"[" * 100_000,
    "nested": b'{"data": {"a": ' + b"[" * 60 + b"]" * 60 + b'}, "revision": 1}',
    "surrogate": b'{"data": {"x": "\\ud800"}, "revision": 1}',
    "surrogate key": b'{"data": {"\\ud800": 1}, "revision": 1}',
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_body_that_is_no_json_of_ours_is_refused(product: Product, task: dict, li: Program, case: str):
    path = f"/tasks/{task['id']}/complete"
    answer = li.send("POST", path, data=HOSTILE[case], content_type="application/json")
    assert (answer.status_code, answer.json["code"]) == (400, "body_not_json")


@pytest.mark.parametrize(
    "body",
    [
        [],
        7,
        {},
        {"data": {}, "revision": "1"},
        {"data": {}, "revision": -1},
        {"data": {}, "revision": 10**30},
        {"data": {}, "revision": True},
        {"data": [], "revision": 1},
        {"data": {}, "revision": 1, "more": 1},
        {"data": {"a\x00b": 1}, "revision": 1},
        {"data": {"": 1}, "revision": 1},
    ],
)
def test_a_body_of_another_shape_says_what_is_wrong(product: Product, task: dict, li: Program, body):
    answer = li.post(f"/tasks/{task['id']}/complete", body)
    assert (answer.status_code, answer.json["code"]) == (422, "parameters_wrong")
    assert answer.json["fields"]


def test_addresses_methods_and_types_that_are_not_ours_are_refused_in_the_same_form(product: Product, li: Program):
    answers = {
        404: li.get("/nothing"),
        405: li.send("DELETE", "/tasks"),
        415: li.send("POST", "/tasks/1/claim", data=b"x=1", content_type="application/x-www-form-urlencoded"),
        413: li.send("POST", "/tasks/1/claim", data=b'"' + b"x" * 3_000_000 + b'"', content_type="application/json"),
    }
    for status, answer in answers.items():
        assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
        assert answer.json["status"] == status
    assert "GET" in answers[405].headers["Allow"]
    assert li.get(f"/tasks/{10**25}").status_code == 404


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "limit=1&limit=2", "scope=his", "colour=red", "business_key=a%00b"]
)
def test_a_query_that_is_not_ours_says_what_is_wrong(li: Program, query: str):
    answer = li.send("GET", f"/tasks?{query}")
    assert answer.status_code == 422
    assert list(answer.json["fields"]) == [query.partition("=")[0]]


def test_refusals_are_english_whatever_the_browser_asks_for(product: Product):
    answer = program(product, "li", Scope.READ).send("GET", "/tasks/999", headers={"Accept-Language": "zh", "Cookie": "lang=zh"})
    assert answer.json["title"] == "Nothing here"
    assert answer.json["detail"].isascii()


def test_alive_and_ready_need_no_token(product: Product):
    visitor = product.app.test_client()
    assert visitor.get("/api/v1/health").json == {"status": "ok"}
    assert visitor.get("/api/v1/ready").json == {"status": "ready"}


def test_ready_says_no_while_the_database_is_away(product: Product):
    product.services.db.dispose()
    path = product.services.settings.home / "caseloop.db"
    path.rename(path.with_suffix(".away"))
    path.mkdir()
    answer = product.app.test_client().get("/api/v1/ready")
    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")
    assert product.app.test_client().get("/api/v1/health").status_code == 200


def test_a_customers_message_is_taken_once_and_says_to_which_case_it_came(product: Product, li: Program):
    number = product.open_case()
    message = {"text": "还有一张截图", "message_id": "mail-7", "headers": {"Subject": "Re: 支付"}, "channel": "email"}
    answers = [li.post(f"/cases/{number}/messages", message).json for _ in range(2)]
    assert answers == [{"number": number, "taken": taken, "opened": False} for taken in (True, False)]
    assert li.get(f"/cases/{number}").json["links"] == []


def test_cases_are_merged_and_both_say_so(product: Product):
    going, staying, wang = product.open_case(), product.open_case(), program(product, "wang")
    order = {"into": staying, "reason": "同一件事，见13987654321"}
    for field, number in (("revision", going), ("into_revision", staying)):
        read = wang.get(f"/cases/{number}").json["revision"]
        late = wang.post(f"/cases/{going}/merge", {**order, field: read + 1})
        assert (late.status_code, late.json["code"]) == (409, "stale_revision"), field
        order[field] = read
    merged = wang.post(f"/cases/{going}/merge", order)
    assert [each["reason"] for each in merged.json["links"]] == ["同一件事，见139****4321"]
    assert (merged.status_code, merged.json["number"]) == (200, staying)
    assert [(each["number"], each["kind"], each["other"]) for each in merged.json["links"]] == [(going, "merged", staying)]
    again = wang.post(f"/cases/{going}/merge", {"into": staying, "reason": "同一件事"})
    assert (again.status_code, again.json["code"]) == (409, "merge_refused")


def test_a_message_is_split_off_by_its_id_and_texts_are_masked(product: Product):
    number, wang = product.open_case(), program(product, "wang")
    product.desk.work.customer_message(number, "另外请回电13987654321", message_id="else")
    said = wang.get(f"/cases/{number}/conversation").json["items"]
    assert [(each["kind"], each["text"]) for each in said] == [("customer", "另外请回电139****4321")]
    split = wang.post(f"/cases/{number}/split", {"entry_id": said[0]["id"], "type": "inquiry"})
    assert (split.status_code, wang.get(f"/cases/{split.json['number']}").json["type"]) == (201, "inquiry")


def test_tier_and_tags_are_given_with_a_case_changed_with_a_reason_and_searched_by(product: Product, li: Program):
    wang, order = program(product, "wang"), {"form": {**INTAKE, "customer_tier": "vip", "tags": "Refund"}, "team": "service"}
    assert (li.post("/cases", order).status_code, li.post("/cases", order).json["code"]) == (403, "right_missing")
    number = wang.post("/cases", order).json["number"]
    assert wang.get(f"/cases/{number}").json["tags"] == ["refund"]
    assert [each["tier"] for each in wang.get("/cases", tier="vip", tag="refund").json["items"]] == ["vip"]
    assert wang.get("/cases", tier="standard").json["items"] == []
    unknown = wang.post(f"/cases/{number}/class", {"tier": "gold", "reason": "签约"})
    assert (unknown.status_code, "standard, vip, key_account" in str(unknown.json["fields"])) == (422, True)
    answer = wang.post(f"/cases/{number}/class", {"tier": "key_account", "tags": ["quick lane"], "reason": "签约"})
    assert answer.status_code == 200
    case = wang.get(f"/cases/{number}").json
    assert (case["tier"], case["tags"]) == ("key_account", ["quick_lane"])


def test_programs_count_their_messages_apart_and_an_id_of_another_case_is_refused(product: Product, li: Program):
    first, second, wang = product.open_case(), product.open_case(), program(product, "wang")
    message = {"text": "还有一张截图", "message_id": "1"}
    assert [each.post(f"/cases/{first}/messages", message).json["taken"] for each in (li, wang)] == [True, True]
    other = li.post(f"/cases/{second}/messages", message)
    assert (other.status_code, other.json["code"]) == (409, "message_id_used_otherwise")
    assert wang.get(f"/cases/{second}/conversation").json["items"] == []
