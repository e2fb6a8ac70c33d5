"""Process instances, deployments, messages, incidents and jobs over HTTP."""

from __future__ import annotations

import io
import zipfile

import pytest

from tests.support.product import INTAKE, Product
from tests.support.programs import SHIPPING, Program, program, shipping_package

ORDER = {"process_key": SHIPPING, "business_key": "B-1", "variables": {"order": "A-7"}}


def zipped(files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def sent(admin: Program, data: bytes, content_type: str = "application/zip"):
    return admin.send("POST", "/deployments", data=data, content_type=content_type)


# -- deployments


def test_a_package_is_deployed_as_a_zip_file_and_can_be_started(admin: Program):
    answer = sent(admin, zipped(shipping_package("2.0").to_files()))
    assert answer.status_code == 201
    assert (answer.json["key"], answer.json["version"], answer.json["deployed_by"]) == (SHIPPING, "2.0", "admin")
    assert admin.get(f"/deployments/{answer.json['id']}").json["files"] == ["process.toml", "story.bpmn"]
    assert admin.get(f"/definitions/{SHIPPING}").json["version"] == "2.0"
    assert admin.post("/instances", ORDER).json["version"] == "2.0"
    assert sent(admin, zipped(shipping_package("2.0").to_files())).json["id"] == answer.json["id"]


def test_a_version_with_other_content_is_refused(admin: Program):
    files = shipping_package().to_files()
    files["process.toml"] += b"# more"
    answer = sent(admin, zipped(files))
    assert (answer.status_code, answer.json["code"]) == (409, "version_exists")


def test_findings_of_a_package_are_told_one_by_one(admin: Program):
    files = shipping_package("3.0").to_files()
    files["story.bpmn"] = files["story.bpmn"].replace(b"external:parcels", b"nobody")
    answer = sent(admin, zipped(files))
    assert (answer.status_code, answer.json["code"]) == (422, "deployment_refused")
    assert answer.json["findings"][0]["element_id"] == "ship"


BOMB = {"process.toml": b"", "story.bpmn": bytes(30 * 1024 * 1024)}
FILES = {"process.toml": b"x" * 2000}


def misplaced() -> bytes:
    """A zip file whose directory says that a file stands farther away than a machine can seek."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("process.toml", b"x")
        archive.filelist[0].header_offset = 2**64 - 10
    return packed.getvalue()


BAD_ZIPS = {
    "bzip2": zipped(FILES, zipfile.ZIP_BZIP2),
    "lzma": zipped(FILES, zipfile.ZIP_LZMA).replace(b"x" * 10, b""),
    "broken bzip2": zipped(FILES, zipfile.ZIP_BZIP2).replace(b"BZh9", b"BZh0"),
    "misplaced": misplaced(),
    "no zip": b"PK nonsense",
    "empty": b"",
    "cut": zipped({"process.toml": b"x" * 1000})[:60],
    "bomb": zipped(BOMB),
    "path": zipped({"../../etc/x.bpmn": b"x"}),
    "folder": zipped({"folder/process.toml": b"x"}),
    "kind": zipped({"process.toml": b"", "run.sh": b""}),
    "many": zipped({f"n{n}.md": b"" for n in range(300)}),
    "no manifest": zipped({"story.bpmn": b"<x/>"}),
}


@pytest.mark.parametrize("case", BAD_ZIPS)
def test_a_zip_file_that_could_do_harm_is_refused(admin: Program, shipping: Product, case: str):
    before = len(shipping.rows()["deployment"])
    answer = sent(admin, BAD_ZIPS[case])
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert answer.json["detail"]
    assert len(shipping.rows()["deployment"]) == before


def test_a_package_of_another_media_type_or_too_large_is_refused(admin: Program):
    assert sent(admin, b"{}", "application/json").status_code == 415
    assert sent(admin, bytes(7 * 1024 * 1024)).status_code == 413


# -- instances


def test_an_instance_is_started_and_looked_at(admin: Program):
    started = admin.post("/instances", ORDER)
    assert started.status_code == 201
    instance = started.json
    assert (instance["business_key"], instance["state"], instance["version"]) == ("B-1", "active", "1.0")
    assert admin.get(f"/instances/{instance['id']}").json == instance
    assert admin.get(f"/instances/{instance['id']}/variables").json == {"variables": {"order": "A-7"}}
    events = admin.get(f"/instances/{instance['id']}/history", limit=200).json["items"]
    assert (events[0]["type"], events[0]["by"]) == ("InstanceStarted", "admin")
    assert [event["seq"] for event in events] == sorted(event["seq"] for event in events)


def test_the_same_order_with_its_key_starts_one_instance(admin: Program):
    first = admin.post("/instances", ORDER, **{"Idempotency-Key": "k1"})
    again = admin.post("/instances", ORDER, **{"Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json["id"] == again.json["id"]
    other = admin.post("/instances", {**ORDER, "business_key": "B-2"}, **{"Idempotency-Key": "k1"})
    assert (other.status_code, other.json["code"]) == (409, "key_used_otherwise")


def test_a_business_key_is_taken_once(admin: Program):
    admin.post("/instances", ORDER)
    again = admin.post("/instances", ORDER)
    assert (again.status_code, again.json["code"]) == (409, "instance_exists")


def test_cases_are_not_started_behind_the_desks_back(admin: Program):
    answer = admin.post("/instances", {**ORDER, "process_key": "customer-service"})
    assert (answer.status_code, answer.json["code"]) == (409, "opens_by_intake")


@pytest.mark.parametrize("key", ["NR20261121001", "NR20991231001", "NR20261121001/ask"])
def test_no_other_process_gets_the_number_of_a_case(admin: Program, key: str):
    answer = admin.post("/instances", {**ORDER, "business_key": key})
    assert (answer.status_code, answer.json["code"]) == (409, "belongs_to_case")


def test_what_is_not_deployed_is_not_found(admin: Program):
    assert admin.post("/instances", {**ORDER, "process_key": "nothing"}).status_code == 404
    assert admin.post("/instances", {**ORDER, "version": "9.9"}).status_code == 404
    assert admin.get("/definitions/nothing").status_code == 404


def test_lists_come_in_pages_that_leave_nothing_out_and_repeat_nothing(admin: Program):
    for number in range(5):
        admin.post("/instances", {**ORDER, "business_key": f"B-{number}"})
    seen, query = [], {"process_key": SHIPPING, "limit": 2}
    while True:
        page = admin.get("/instances", **query).json
        seen += [each["business_key"] for each in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert seen == [f"B-{number}" for number in range(5)]
    assert [each["business_key"] for each in admin.get("/instances", business_key="B-3").json["items"]] == ["B-3"]


@pytest.mark.parametrize("cursor", ["x", "e30", "LTE", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "dHJ1ZQ", "W1tbW1tb"])
def test_a_cursor_that_no_page_gave_is_refused(admin: Program, cursor: str):
    for path in ("/instances", "/tasks", "/cases", "/jobs"):
        answer = admin.get(path, cursor=cursor)
        assert (answer.status_code, answer.json["code"]) == (422, "cursor_unknown")


def test_variables_are_changed_with_a_reason_that_stays_in_the_history(admin: Program):
    instance = admin.post("/instances", ORDER).json
    path = f"/instances/{instance['id']}"
    changed = admin.patch(f"{path}/variables", {"variables": {"order": "A-8"}, "reason": "mistyped"})
    assert changed.json["revision"] > instance["revision"]
    events = admin.get(f"{path}/history", limit=200).json["items"]
    told = [(e["by"], e["data"]["value"], e["data"]["reason"]) for e in events if e["type"] == "VariableSet"]
    assert told[-1] == ("admin", "A-8", "mistyped")
    assert admin.patch(f"{path}/variables", {"variables": {"order": "A-8"}, "reason": " "}).status_code == 422


def test_an_instance_is_cancelled_once(admin: Program):
    instance = admin.post("/instances", ORDER).json
    path = f"/instances/{instance['id']}/cancel"
    assert admin.post(path, {"reason": "wrong order"}).json["state"] == "cancelled"
    assert admin.post(path, {"reason": "wrong order"}).status_code == 409


def test_data_of_a_case_has_the_customer_masked_and_is_for_who_leads(product: Product):
    number = product.open_case()
    admin = program(product)
    (instance,) = admin.get("/instances", business_key=number).json["items"]
    path = f"/instances/{instance['id']}"
    told = [admin.get(f"{path}/history", limit=200), admin.get(f"{path}/variables")]
    for answer in told:
        assert answer.status_code == 200
        assert INTAKE["customer_contact"] not in answer.text
        assert INTAKE["customer_name"] not in repr(answer.json)
    assert "138****5678" in told[1].text


# -- messages and signals


def test_what_was_read_masked_is_not_written_back(product: Product):
    product.open_case()
    wang = program(product, "wang")
    path = f"/instances/{wang.get('/instances').json['items'][0]['id']}/variables"
    read, before = wang.get(path).json["variables"], product.rows()
    refused = wang.patch(path, {"variables": {"intake": read["intake"]}, "reason": "mistyped"})
    assert (refused.status_code, refused.json["code"]) == (403, "variable_withheld")
    assert product.rows() == before
    assert wang.patch(path, {"variables": {"route": read["route"]}, "reason": "mistyped"}).status_code == 200


@pytest.mark.parametrize(
    "clocks", [{"solve": {"due_at": "tomorrow"}}, {"solve": {"due_at": 5, "source": {}}}, {"round": 10**30}, {"round": "x"}, 5]
)
def test_whatever_stands_in_a_variable_its_case_can_be_read(product: Product, clocks):
    number = product.open_case()
    wang, page = program(product, "wang"), product.visitor("wang")
    path = f"/instances/{wang.get('/instances').json['items'][0]['id']}"
    assert wang.patch(f"{path}/variables", {"variables": {"clocks": clocks}, "reason": "mistyped"}).status_code == 200
    for address in (f"/cases/{number}", f"/cases/{number}?tab=why", f"/cases/{number}?tab=history", path):
        assert page.get(address).status_code == 200, address


def test_a_message_is_brought_once_to_who_waits_for_it(admin: Program):
    instance = admin.post("/instances", ORDER).json
    (task,) = admin.post("/external-tasks/fetch-and-lock", {"worker": "w", "topics": ["parcels"]}).json["tasks"]
    admin.post(f"/external-tasks/{task['id']}/complete", {"worker": "w", "attempt": 1})
    message = {"name": "payment", "correlation_key": "A-7", "data": {"amount": 5}, "message_id": "m1"}
    assert admin.post("/messages", message).json == {"correlated": False}
    (look,) = admin.get("/tasks", scope="all", process_key=SHIPPING).json["items"]
    admin.post(f"/tasks/{look['id']}/reassign", {"assignee": "admin", "reason": "test"})
    look = admin.post(f"/tasks/{look['id']}/claim", {}).json
    admin.post(f"/tasks/{look['id']}/complete", {"data": {}, "revision": look["revision"]})
    assert admin.post("/messages", message).json == {"correlated": True}
    assert admin.post("/messages", message).json == {"correlated": True}
    assert admin.get(f"/instances/{instance['id']}").json["state"] == "completed"


def test_a_signal_that_nobody_awaits_reaches_nobody(admin: Program):
    assert admin.post("/signals", {"name": "red", "data": {}}).json == {"instances": 0}


def test_a_message_that_comes_early_is_kept_for_its_time(admin: Program):
    message = {"name": "payment", "correlation_key": "A-7", "message_id": "m1", "ttl_seconds": 60}
    assert admin.post("/messages", message).json == {"correlated": True}
    assert admin.post("/messages", {**message, "ttl_seconds": 0}).status_code == 422


# -- operating


def test_an_instance_rests_and_goes_on(admin: Program):
    instance = admin.post("/instances", ORDER).json
    path = f"/instances/{instance['id']}"
    assert admin.post(f"{path}/suspend", {"reason": "flood"}).json["state"] == "suspended"
    assert admin.post("/external-tasks/fetch-and-lock", {"worker": "w", "topics": ["parcels"]}).json["tasks"] == []
    refused = admin.post(f"{path}/suspend", {"reason": "flood"})
    assert (refused.status_code, refused.json["code"]) == (409, "instance_suspended")
    assert admin.post(f"{path}/resume", {"reason": "dry"}).json["state"] == "active"
    assert admin.post(f"{path}/resume", {"reason": "dry"}).status_code == 409
    assert len(admin.post("/external-tasks/fetch-and-lock", {"worker": "w", "topics": ["parcels"]}).json["tasks"]) == 1


def test_a_token_is_moved_past_an_external_task_whose_program_is_told(admin: Program):
    instance = admin.post("/instances", ORDER).json
    path = f"/instances/{instance['id']}"
    (task,) = admin.post("/external-tasks/fetch-and-lock", {"worker": "w", "topics": ["parcels"]}).json["tasks"]
    events = admin.get(f"{path}/history", limit=200).json["items"]
    token = next(event["token_id"] for event in events if event["type"] == "JobCreated")
    order = {"token_id": token, "activity_id": "look", "reason": "shipped by hand", "revision": instance["revision"]}
    stale = admin.post(f"{path}/move", {**order, "revision": instance["revision"] + 1})
    assert (stale.status_code, stale.json["code"]) == (409, "stale_revision")
    assert admin.post(f"{path}/move", order).json["revision"] > instance["revision"]
    assert [each["activity_id"] for each in admin.get("/tasks", scope="all", process_key=SHIPPING).json["items"]] == ["look"]
    late = admin.post(f"/external-tasks/{task['id']}/complete", {"worker": "w", "attempt": 1})
    assert (late.status_code, late.json["details"]["state"]) == (409, "cancelled")
