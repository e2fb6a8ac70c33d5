"""Whatever people of the house are told, they are told by the ways that they chose: use cases know no way of their own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from desk.context import DeskSettings
from desk.notification.preferences import Preferences, When
from tests.desk.conftest import BASE_URL, BILLING_DAY, Office, local

pytestmark = pytest.mark.usefixtures("post")


@pytest.fixture
def desk_settings() -> DeskSettings:
    return DeskSettings(base_url=BASE_URL, untouched_after=timedelta(minutes=10), tell_supervisor_after=1)


def handed(office: Office) -> str:
    number = office.open()
    office.desk.work.reassign(office.task(number).id, assignee="wang", by="admin", reason="李娜请假")
    return number


def untouched(office: Office) -> str:
    number = office.open()
    office.at("09:41")
    return number


def in_line(office: Office) -> str:
    for agent in office.desk.people.agents():
        office.desk.people.change_agent(agent.login, by="test", revision=agent.revision, available=agent.login == "wang")
    number = office.open({**BILLING_DAY, "received_at": ""}, by="chen")
    office.clock.advance(minutes=1)
    office.run()
    return number


def dissatisfied_late(office: Office) -> str:
    number = office.open()
    office.resolve(number)
    token = office.desk.surveys.invite(number).token
    office.at("10:00", "2023-10-05")
    office.desk.surveys.answer(token, {"rating": "dissatisfied", "comment": "根本没解决"})
    return number


def suggested(office: Office) -> str:
    office.open({**BILLING_DAY, "received_at": "", "type": "suggestion"})
    office.desk.suggestions.hand_over("supervisors", local("2023-10-01T00:00"), local("2023-10-02T00:00"), by="wang")
    return "/suggestions/1"


CAUSES = {
    "reassigned": handed,
    "left_untouched": untouched,
    "answering": in_line,
    "dissatisfied_late": dissatisfied_late,
    "suggestions_handed_over": suggested,
}


def with_mail(office: Office) -> None:
    office.desk.people.change_agent("wang", by="admin", revision=office.desk.people.agent("wang").revision, email="w@example.org")


def mails(office: Office, mail, kind: str) -> list:
    office.desk.courier.run_until_idle()
    subjects = {notice.subject for notice in office.desk.notices.of("wang", limit=200) if notice.template == kind}
    return [one for one in mail.letters if one.subject in subjects]


@pytest.mark.parametrize("kind", CAUSES)
def test_it_is_in_the_app_and_leaves_by_mail_with_a_link(office, mail, kind):
    with_mail(office)
    told = CAUSES[kind](office)
    (one,) = mails(office, mail, kind)
    assert (one.to, told in one.text, "http://desk.example/" in one.text) == ("w@example.org", True, True)


def test_whoever_wants_no_mail_of_it_gets_none(office, mail):
    with_mail(office)
    office.desk.choosing.choose("wang", Preferences(choices={"reassigned": {"mail": When.OFF}}))
    handed(office)
    assert mails(office, mail, "reassigned") == []
    assert "reassigned" in {one.template for one in office.desk.notices.of("wang")}


def test_a_digest_speaks_in_the_analysts_words(office, mail):
    with_mail(office)
    office.desk.choosing.choose("wang", Preferences(choices={"reassigned": {"mail": When.DIGEST}}))
    texts = {"subject": "今日摘要（$count）", "text": "您好：\n$list", "details": ""}
    office.desk.template_texts.edit("digest", "zh", texts, by="analyst")
    number = office.open({**BILLING_DAY, "received_at": ""})
    office.desk.work.reassign(office.task(number).id, assignee="wang", by="admin", reason="李娜请假")
    office.at("09:01", "2023-10-02")
    (digest,) = [one for one in mail.letters if one.subject.startswith("今日摘要")]
    assert digest.subject == "今日摘要（1）"
    assert digest.text.startswith("您好：\n· 案件任务已转给您")
