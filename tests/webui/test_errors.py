"""Every kind of error has its status, its words in both languages, and its form for page, fragment and program."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from bpmn.errors import MalformedXml
from bpmn.forms import FieldError, FormRejected
from desk.errors import AnswersInvalid, RequestSentTwice, TokenInvalid
from desk.wordings import REQUIRED
from engine import errors as engine_errors
from webui.errors import TABLE

WITHOUT_TEXT = (FormRejected, TokenInvalid)
CLAIMED = engine_errors.TaskAlreadyClaimed(7, holder="bo")


def raising(app, error):
    def view():
        raise error

    app.add_url_rule("/fails", endpoint="fails", view_func=view)
    return app.test_client()


@pytest.mark.parametrize(("kind", "status"), [row for row in TABLE.items() if row[0] not in WITHOUT_TEXT])
def test_each_kind_has_its_status(app, kind, status):
    assert raising(app, kind("x is not so")).get("/fails").status_code == status


def test_a_rejected_form_names_its_fields_in_the_viewers_language(app):
    client = raising(app, FormRejected({"cause": FieldError(code="required")}, form_id="handle"))
    answer = client.get("/fails", headers={"Accept": "application/json", "Accept-Language": "zh"})
    assert answer.status_code == 422
    assert answer.json["error"]["fields"] == {"cause": ["此项必填。"]}


def test_the_desks_own_sentences_come_in_the_viewers_language(app):
    client = raising(app, AnswersInvalid({"reason": REQUIRED}))
    told = client.get("/fails", headers={"Accept": "application/json", "Accept-Language": "zh"}).json["error"]
    assert told["fields"] == {"reason": ["此项必填。"]}


def test_a_subclass_is_answered_like_its_nearest_base(app):
    assert raising(app, CLAIMED).get("/fails").status_code == 409


def test_a_known_code_is_said_in_the_viewers_language(app):
    client = raising(app, CLAIMED)
    assert "任务 7 由 bo 处理" in client.get("/fails", headers={"Accept-Language": "zh"}).text
    assert "held by bo" in client.get("/fails", headers={"Accept-Language": "en"}).text


def test_a_file_that_cannot_be_read_speaks_both_languages(app):
    client = raising(app, MalformedXml("no such tag", fact_zh="没有这个标签", line=3))
    assert "第 3 行：没有这个标签" in client.get("/fails").text
    assert client.get("/fails").status_code == 422


def test_a_program_gets_json_with_the_stable_code(app):
    answer = raising(app, CLAIMED).get("/fails", headers={"Accept": "application/json", "Accept-Language": "en"})
    assert answer.json["error"]["code"] == "task_already_claimed"
    assert answer.json["error"]["status"] == 409


def test_field_errors_reach_the_program_by_field(app):
    error = engine_errors.FormInvalid("handle", {"cause": ["is required"], "minutes": "is not a number"})
    told = raising(app, error).get("/fails", headers={"Accept": "application/json"}).json["error"]
    assert told["fields"] == {"cause": ["is required"], "minutes": ["is not a number"]}


def test_htmx_gets_a_fragment_for_the_place_of_messages(app):
    answer = raising(app, CLAIMED).get("/fails", headers={"HX-Request": "true"})
    assert answer.headers["HX-Retarget"] == "#flash"
    assert "<html" not in answer.text


def test_an_unforeseen_error_gives_a_number_to_report_and_no_insides(app):
    answer = raising(app, KeyError("secret detail")).get("/fails", headers={"Accept": "application/json"})
    assert answer.status_code == 500
    assert len(answer.json["error"]["incident_id"]) == 8
    assert "secret detail" not in answer.text


def test_the_log_of_an_unforeseen_error_names_the_page_and_not_its_key(app):
    def view(token):
        raise KeyError(token[:0])

    app.add_url_rule("/fails/<token>", endpoint="fails", view_func=view)
    with capture_logs() as logged:
        app.test_client().get("/fails/a-secret-key")
    assert logged[0]["page"] == "/fails/<token>"
    assert "a-secret-key" not in str({**logged[0], "exc_info": ""})


def test_what_does_not_answer_is_told_without_its_address(app):
    client = raising(app, engine_errors.Unavailable("connection to server at 10.0.0.3 failed"))
    for language, told in (("en", "Try again in a minute"), ("zh", "请")):
        answer = client.get("/fails", headers={"Accept": "application/json", "Accept-Language": language})
        assert answer.status_code == 503
        assert told in answer.json["error"]["message"]
        assert "10.0.0.3" not in answer.text


def test_an_unknown_address_is_a_page_with_a_way_back(client):
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert 'href="/"' in answer.text


def test_a_request_sent_twice_is_not_called_somebody_elses_change(app):
    client = raising(app, RequestSentTwice())
    assert "sent twice at the same moment" in client.get("/fails", headers={"Accept-Language": "en"}).text
    assert "同一请求在同一时刻提交了两次" in client.get("/fails", headers={"Accept-Language": "zh"}).text


def test_a_field_is_named_as_its_form_names_it(product):
    number = product.open_case()
    answer = product.visitor("li", language="zh").post(
        f"/cases/{number}/say/reply", {"text": " "}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 422
    assert "<strong>正文</strong>: 此项必填" in answer.text
