"""Who is told what, by which way, and that it happens once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from desk.errors import AnswersInvalid
from desk.notification.channel_book import Entry
from engine.errors import FormInvalid
from engine.ports import Done, Fail
from handlers.archive import Archive
from handlers.channels.mail import Mail
from handlers.mail import MailRefused, MailUnavailable
from handlers.notify import Notify
from handlers.survey import InviteToSurvey
from tests.handlers.conftest import call

RESULT = {"solution": "支付接口已修复", "result": "resolved"}
SUPERVISOR = {"to": "supervisor", "template": "reopened"}


@pytest.fixture
def number(office):
    """A case with the owner li, whose first notice is read."""
    number = office.open(customer_contact="zhang@example.org")
    office.desk.notices.mark_read("li")
    return number


class Telling:
    """The handler, and after it the courier."""

    name = "notify"

    def __init__(self, office, post):
        self._office, self._notify = office, Notify(office.desk.context, post)

    def do(self, told):
        outcome = self._notify.do(told)
        self._office.desk.courier.run_until_idle()
        return outcome


@pytest.fixture
def notify(office, post):
    return Telling(office, post)


def sent(office, number):
    return office.desk.deliveries.of_case(number, viewer="admin")


def unread(office, login):
    return list(office.desk.notices.of(login, unread_only=True))


def with_email(office, login, address):
    agent = office.desk.people.agent(login)
    office.desk.people.change_agent(login, by="admin", revision=agent.revision, email=address)


def test_the_same_key_tells_once_however_often_the_job_runs(office, notify, number, mail):
    for _ in range(2):
        assert isinstance(notify.do(call(office, number, "notify", **SUPERVISOR)), Done)
    assert len(unread(office, "wang")) == 1


def test_once_in_a_round_holds_across_jobs(office, notify, number):
    for key in ("job-1", "job-2"):
        notify.do(call(office, number, "notify", key=key, to="owner", template="solution_warning", once="round"))
    assert [notice.template for notice in unread(office, "li")] == ["solution_warning"]


def test_the_customer_with_an_address_gets_a_mail(office, notify, number, mail):
    outcome = notify.do(call(office, number, "notify", inputs=RESULT, to="customer", template="result"))
    assert outcome == Done(result={"told": ["customer"], "by": "mail"})
    assert [letter.to for letter in mail.letters] == ["zhang@example.org"]
    assert "支付接口已修复" in mail.letters[0].text
    (delivery,) = sent(office, number)
    assert (delivery.state, delivery.template, delivery.recipient) == ("sent", "result", "zhang@example.org")


def test_a_customer_is_written_to_in_their_language_by_whoever_writes(office, notify, post, mail):
    number = office.open(customer_contact="ann@example.org", customer_language="en")
    notify.do(call(office, number, "notify", inputs=RESULT, to="customer", template="result"))
    office.desk.promising.promise(number, due_at=office.clock.now() + timedelta(minutes=30), reason="a supplier", by="wang")
    InviteToSurvey(office.desk.context, office.desk.surveys, post).do(call(office, number, "survey"))
    office.desk.courier.run_until_idle()
    told = [letter for letter in mail.letters if letter.to == "ann@example.org"]
    assert [letter.text.partition(",")[0] for letter in told] == ["Hello"] * 3
    again = office.open(customer_contact="ann@example.org", customer_name="张三")
    notify.do(call(office, again, "notify", key="job-2", inputs=RESULT, to="customer", template="result"))
    assert mail.letters[-1].subject == f"The result of your request ({again})"


def test_what_came_out_is_said_in_the_readers_language_and_a_persons_words_as_they_stand(office, notify, mail):
    number = office.open(customer_contact="ann@example.org", customer_language="en")
    told = {"to": "customer", "template": "result"}
    for key, inputs in (
        ("unsaid", {"solution": "您的需求已处理完毕", "result": "resolved"}),
        ("own-code", {"solution": "处理", "result": "wait_customer"}),
    ):
        notify.do(call(office, number, "notify", key=key, at="tell_customer", inputs=inputs, **told))
        notify.do(call(office, number, "notify", key=f"{key}-zh", at="tell_customer", inputs=inputs, language="zh", **told))
    unsaid, chinese, own_code, own_code_chinese = (letter.text for letter in mail.letters)
    assert f"(number {number}): solved." in unsaid
    assert "Solution: Your request has been handled" in unsaid
    assert "处理结果：已解决" in chinese
    assert "解决方案：您的需求已处理完毕" in chinese
    assert f"(number {number}): Wait for the customer." in own_code
    assert "Solution: 处理" in own_code
    assert "处理结果：等待客户补充信息" in own_code_chinese


def test_a_language_that_we_do_not_write_is_refused_at_intake(office):
    with pytest.raises((AnswersInvalid, FormInvalid)):
        office.open(customer_language="fr")


def test_a_sent_mail_is_not_sent_again(office, notify, number, mail):
    for _ in range(2):
        notify.do(call(office, number, "notify", inputs=RESULT, to="customer", template="result"))
    assert len(mail.letters) == 1


def test_the_customer_with_a_phone_is_called_by_the_owner(office, notify, mail):
    number = office.open()
    office.desk.notices.mark_read("li")
    notify.do(call(office, number, "notify", inputs=RESULT, to="customer", template="result"))
    told = unread(office, "li")
    assert [notice.template for notice in told] == ["contact_customer"]
    assert "支付接口已修复" in told[0].body
    assert mail.letters == []


def test_a_refused_customers_address_falls_back_to_the_owner(office, notify, number, mail):
    mail.failure = MailRefused("no such mailbox")
    notify.do(call(office, number, "notify", inputs=RESULT, to="customer", template="result"))
    assert [notice.template for notice in unread(office, "li")] == ["contact_customer"]
    assert [delivery.state for delivery in sent(office, number)] == ["failed"]


def test_a_mail_server_that_is_away_keeps_the_mail_waiting_and_the_case_going(office, notify, number, mail):
    mail.failure = MailUnavailable("away")
    assert isinstance(notify.do(call(office, number, "notify", inputs=RESULT, to="customer", template="result")), Done)
    assert [(one.state, one.detail) for one in sent(office, number)] == [("waiting", "away")]
    mail.failure = None
    office.at("09:31")
    assert len(mail.letters) == 1
    assert [(one.state, one.attempts) for one in sent(office, number)] == [("sent", 2)]
    assert unread(office, "li") == []


def test_staff_with_an_address_get_a_mail_without_the_customers_words(office, notify, number, mail):
    with_email(office, "li", "li@example.org")
    notify.do(call(office, number, "notify", to="owner", template="assigned"))
    assert [letter.to for letter in mail.letters] == ["li@example.org"]
    assert "APP支付失败" not in mail.letters[0].text
    assert "APP支付失败" in unread(office, "li")[0].body


@pytest.mark.parametrize(("language", "whom"), [("zh", "致：李娜\n案件"), ("en", "To: 李娜\nCase")])
def test_a_channel_of_many_says_to_whom_it_was_told(office, notify, number, mail, language, whom):
    entry = Entry(name="room", channel=Mail(mailer=mail), subscribes=frozenset({"assigned"}), language=language)
    office.desk.channels.add(entry)
    notify.do(call(office, number, "notify", to="owner", template="assigned"))
    assert [letter.text.startswith(whom) for letter in mail.letters] == [True]
    assert "李娜" not in unread(office, "li")[0].body


def test_a_mail_that_has_to_wait_does_not_keep_the_notice(office, notify, number, mail):
    with_email(office, "li", "li@example.org")
    mail.failure = MailUnavailable("away")
    notify.do(call(office, number, "notify", to="owner", template="assigned"))
    assert len(unread(office, "li")) == 1


def test_a_missing_variable_is_an_incident_at_once(office, notify, number):
    outcome = notify.do(call(office, number, "notify", to="customer", template="result"))
    assert isinstance(outcome, Fail)
    assert outcome.permanent
    assert "solution" in outcome.reason


@pytest.mark.parametrize("wait_until", ["2023-10-02T12:00:00+08:00", datetime(2023, 10, 2, 4, tzinfo=UTC)])
def test_an_instant_is_told_as_wall_time_whether_a_form_or_an_expression_gave_it(office, notify, number, mail, wait_until):
    inputs = {"question": "订单号是多少？", "wait_until": wait_until}
    notify.do(call(office, number, "notify", inputs=inputs, to="customer", template="question"))
    assert "请在 2023-10-02 12:00 前" in mail.letters[0].text


def test_what_is_no_instant_is_an_incident_at_once(office, notify, number):
    inputs = {"question": "订单号是多少？", "wait_until": "soon"}
    outcome = notify.do(call(office, number, "notify", inputs=inputs, to="customer", template="question"))
    assert outcome.permanent
    assert "wait_until is 'soon'" in outcome.reason


@pytest.mark.parametrize("headers", [{"to": "everybody", "template": "assigned"}, {"to": "owner", "template": "asigned"}, {}])
def test_a_header_that_means_nothing_names_the_node(office, notify, number, headers):
    outcome = notify.do(call(office, number, "notify", **headers))
    assert isinstance(outcome, Fail)
    assert outcome.permanent
    assert outcome.reason.startswith("Node: header")


def test_the_survey_link_goes_to_the_customer_and_a_repeat_sends_the_same(office, post, number, mail):
    survey = InviteToSurvey(office.desk.context, office.desk.surveys, post)
    first, second = (survey.do(call(office, number, "survey", key=key)) for key in ("job-1", "job-2"))
    office.run()
    assert first == second
    assert first.result["by"] == "mail"
    assert len(mail.letters) == 1
    token = mail.letters[0].text.split("/survey/")[1].split()[0]
    assert office.desk.surveys.show(token).form.id == "survey"
    assert token not in str(first.result)


def test_the_archive_counts_what_it_could_read(office, number):
    office.at("09:40")
    office.desk.work.claim(office.task(number).id, by="li")
    office.desk.work.note(number, "查过日志", by="li")
    office.desk.work.log_progress(number, {"content": "排查", "next_action": "修复"}, by="li")
    counted = Archive(office.desk.context).do(call(office, number, "archive")).result
    assert {key: counted[key] for key in ("rounds", "progress_rows", "messages", "answers")} == {
        "rounds": 1,
        "progress_rows": 1,
        "messages": 1,
        "answers": 0,
    }


def test_a_reply_reaches_who_left_a_mail_address_once(office, notify, number, mail):
    office.engine.handlers["notify"] = notify
    for _ in range(2):
        office.desk.work.reply(number, "支付已恢复，请再试一次。", by="li", message_id="click-1")
    office.run()
    replies = [letter for letter in mail.letters if "支付已恢复" in letter.text]
    assert [letter.to for letter in replies] == ["zhang@example.org"]
    assert number in replies[0].subject


def test_a_reply_to_who_left_a_phone_number_is_only_noted(office, notify, mail):
    number = office.open(customer_contact="13812345678")
    office.engine.handlers["notify"] = notify
    office.desk.work.reply(number, "稍后致电。", by="li")
    office.run()
    assert not [letter for letter in mail.letters if "稍后致电" in letter.text]
