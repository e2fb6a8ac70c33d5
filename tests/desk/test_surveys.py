"""The customer's opinion: asked once a round, answered once, never by a mail scanner."""

from __future__ import annotations

import pytest

from desk.errors import SurveyOver, SurveyUnknown
from engine.errors import FormInvalid
from tests.desk.conftest import Office, local


def resolved(office: Office) -> tuple[str, str]:
    """A resolved case and the token of its survey."""
    number = office.open()
    office.at("09:40")
    office.resolve(number)
    return number, office.desk.surveys.invite(number).token


def state_of(office: Office, number: str):
    case = office.desk.cases.case(number, viewer="wang").case
    return case.state, case.round


def test_asking_again_gives_the_same_invitation_and_another_round_another(office):
    number, token = resolved(office)
    assert office.desk.surveys.invite(number).token == token
    assert len(token) >= 43
    office.desk.surveys.answer(token, {"rating": "dissatisfied"})
    office.run()
    office.resolve(number)
    assert office.desk.surveys.invite(number).token != token


def test_looking_records_nothing_and_shows_nothing_of_the_case(office):
    number, token = resolved(office)
    for _ in range(3):
        view = office.desk.surveys.show(token)
    assert view.form.id == "survey"
    assert office.desk.tables.survey_table([number]) == []
    assert number not in str(view)


def test_an_answer_before_the_process_waits_for_it_is_in_time(office):
    number = office.open()
    office.at("09:40")
    by = office.task(number).assignee
    office.desk.work.claim(office.task(number).id, by=by)
    office.desk.work.complete(office.task(number).id, {"content": "已解决", "outcome": "resolved"}, by=by)
    # the mail with the link is out, its job isn't settled yet
    office.desk.surveys.answer(office.desk.surveys.invite(number).token, {"rating": "dissatisfied", "comment": "太快了"})
    office.run()
    assert state_of(office, number) == ("open", 2)
    (opinion,) = office.desk.surveys.opinions(number)
    assert not opinion.late
    assert not [one for one in office.desk.notices.of("wang") if one.template == "dissatisfied_late"]


def test_satisfied_closes_the_case(office):
    number, token = resolved(office)
    office.desk.surveys.answer(token, {"rating": "satisfied"})
    office.run()
    assert state_of(office, number) == ("closed", 1)
    assert office.activities(number) == set()


def test_dissatisfied_opens_a_second_round_with_its_own_solution_clock(office):
    number, token = resolved(office)
    office.at("10:00")
    office.desk.surveys.answer(token, {"rating": "dissatisfied", "comment": "还是不能支付"})
    office.run()
    assert state_of(office, number) == ("open", 2)
    assert office.task(number).assignee == "li"
    clocks = office.desk.cases.case(number, viewer="li").clocks
    of_round = {(clock.round, clock.name): clock for clock in clocks}
    assert of_round[1, "solve"].verdict == "on_time"
    assert of_round[2, "solve"].due_at == local("2023-10-01T12:00")
    assert (2, "respond") not in of_round
    assert any(one.template == "reopened" for one in office.desk.notices.of("wang"))


def test_an_unanswered_case_is_closed_and_a_late_complaint_still_reaches_the_supervisor(office):
    number, token = resolved(office)
    office.at("09:41", "2023-10-04")
    assert state_of(office, number) == ("closed", 1)
    office.at("10:00", "2023-10-05")
    office.desk.surveys.answer(token, {"rating": "dissatisfied", "comment": "根本没解决"})
    assert [one.case_number for one in office.desk.notices.of("wang") if one.template == "dissatisfied_late"] == [number]
    (row,) = office.desk.tables.survey_table([number])
    assert row["服务评价(满意/一般/不满意)"] == "不满意"


def test_a_survey_is_answered_once(office):
    _, token = resolved(office)
    office.desk.surveys.answer(token, {"rating": "neutral"})
    for act in (lambda: office.desk.surveys.answer(token, {"rating": "satisfied"}), lambda: office.desk.surveys.show(token)):
        with pytest.raises(SurveyOver, match="has been answered"):
            act()


def test_an_expired_and_an_unknown_link_say_so(office):
    _, token = resolved(office)
    office.clock.advance(days=14, seconds=1)
    with pytest.raises(SurveyOver, match="has expired"):
        office.desk.surveys.show(token)
    with pytest.raises(SurveyUnknown, match="isn't valid"):
        office.desk.surveys.show(token + "x")


@pytest.mark.parametrize("data", [{}, {"rating": "great"}, {"rating": "satisfied", "typename": "x"}, {"rating": ["satisfied"]}])
def test_an_answer_that_the_form_does_not_allow_is_refused_and_can_be_given_again(office, data):
    number, token = resolved(office)
    with pytest.raises(FormInvalid):
        office.desk.surveys.answer(token, data)
    office.desk.surveys.answer(token, {"rating": "satisfied"})
    office.run()
    assert state_of(office, number) == ("closed", 1)


def test_without_words_the_table_shows_the_ratings_of_each_dimension(office):
    number, token = resolved(office)
    office.desk.surveys.answer(token, {"rating": "neutral", "speed": "dissatisfied", "result": "satisfied"})
    (row,) = office.desk.tables.survey_table([number])
    assert row["评价维度(响应速度/处理结果/服务态度)"] == "响应速度不满意,处理结果满意"
    assert row["改进建议(可选)"] == "无"
