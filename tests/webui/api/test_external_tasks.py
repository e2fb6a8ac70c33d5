"""External tasks over HTTP: what a program of any language does."""

from __future__ import annotations

from tests.support.product import Product
from tests.support.programs import SHIPPING, Program, program
from tests.support.versions import a_version

FETCH = "/external-tasks/fetch-and-lock"


def begun(admin: Program, **variables) -> dict:
    order = {"process_key": SHIPPING, "business_key": "B-1", "variables": variables}
    return admin.post("/instances", order).json


def fetched(admin: Program, worker: str = "w1", **more) -> list[dict]:
    return admin.post(FETCH, {"worker": worker, "topics": ["parcels"], **more}).json["tasks"]


def held(task: dict, worker: str = "w1", **more) -> dict:
    return {"worker": worker, "attempt": task["attempt"], **more}


def test_a_program_fetches_and_completes_a_task_and_a_person_goes_on(admin: Program, shipping: Product):
    instance = begun(admin, weight=3)
    (task,) = fetched(admin)
    assert (task["inputs"], task["headers"], task["business_key"]) == ({"weight": 3}, {"lang": "zh"}, "B-1")
    done = admin.post(f"/external-tasks/{task['id']}/complete", held(task, variables={"parcel": "P1"}))
    assert (done.status_code, done.data) == (204, b"")
    events = admin.get(f"/instances/{instance['id']}/history", limit=200).json["items"]
    assert [event["by"] for event in events if event["type"] == "JobDone"] == ["admin"]
    assert [task["activity_id"] for task in admin.get("/tasks", scope="all", process_key=SHIPPING).json["items"]] == ["look"]


def test_who_is_given_a_customers_contact_is_logged_at_the_case(product: Product):
    a_version(product, "9.0", {'type="notify"': 'type="external:mails"'}, None)
    number = product.open_case()
    (task,) = program(product).post(FETCH, {"worker": "w1", "topics": ["mails"]}).json["tasks"]
    assert task["inputs"]["intake"]["customer_contact"] == "13812345678"
    (logged,) = product.desk.cases.disclosures(number, viewer="wang")
    assert (logged.by, logged.reason) == ("admin", f"mails: {task['activity_name']}")


def test_who_comes_late_is_told_what_happened(admin: Program, shipping: Product):
    begun(admin)
    (task,) = fetched(admin)
    shipping.clock.advance(seconds=61)
    fetched(admin, "w2")
    late = admin.post(f"/external-tasks/{task['id']}/complete", held(task))
    assert (late.status_code, late.json["code"]) == (409, "external_task_lost")
    assert late.json["details"] == {"task_id": task["id"], "state": "leased", "holder": "w2", "attempt": 2}


def test_a_task_fails_into_an_incident_that_is_retried_over_the_api(admin: Program, shipping: Product):
    begun(admin)
    (task,) = fetched(admin)
    path = f"/external-tasks/{task['id']}/fail"
    assert admin.post(path, held(task, reason="rain", retries=1, retry_seconds=0)).json == {"state": "available"}
    (task,) = fetched(admin)
    assert admin.post(path, held(task, reason="rain", retries=0)).json == {"state": "failed"}
    (incident,) = admin.get("/incidents").json["items"]
    assert "rain" in incident["message"]
    assert admin.post(f"/incidents/{incident['id']}/retry").json == {"went_on": True}
    assert fetched(admin)
    again = admin.post(f"/incidents/{incident['id']}/retry")
    assert again.status_code == 409


def test_an_error_takes_the_way_that_the_diagram_draws(admin: Program, shipping: Product):
    instance = begun(admin)
    (task,) = fetched(admin)
    assert admin.post(f"/external-tasks/{task['id']}/error", held(task, error_code="lost")).status_code == 204
    assert admin.get(f"/instances/{instance['id']}").json["state"] == "completed"


def test_a_lock_is_extended_and_given_back(admin: Program, shipping: Product):
    begun(admin)
    (task,) = fetched(admin, lock_seconds=10)
    extended = admin.post(f"/external-tasks/{task['id']}/extend", held(task, seconds=600)).json
    assert extended["lease_until"] > task["lease_until"]
    shipping.clock.advance(seconds=60)
    assert fetched(admin, "w2") == []
    assert admin.post(f"/external-tasks/{task['id']}/unlock", held(task)).status_code == 204
    assert len(fetched(admin, "w2")) == 1


def test_types_survive_the_way_out_and_back(admin: Program, shipping: Product):
    instant = {"$": "datetime", "v": "2026-01-05T01:30:00+00:00"}
    instance = begun(admin, due=instant, price={"$": "decimal", "v": "1.10"})
    (task,) = fetched(admin)
    assert task["inputs"]["due"] == instant
    admin.post(f"/external-tasks/{task['id']}/complete", held(task, variables=task["inputs"]))
    found = admin.get(f"/instances/{instance['id']}/variables").json["variables"]
    assert found["ship"] == task["inputs"] == {"due": instant, "price": {"$": "decimal", "v": "1.10"}}


def test_jobs_tell_who_holds_what(admin: Program, shipping: Product):
    instance = begun(admin)
    fetched(admin)
    (job,) = admin.get("/jobs", topic="parcels", instance_id=instance["id"]).json["items"]
    assert (job["state"], job["lease_owner"], job["handler"]) == ("leased", "w1", "external:parcels")
