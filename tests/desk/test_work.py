"""What agents do with a case, and what they may not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from desk.errors import AnswersInvalid, CaseClosed, CaseNotFound, HelpPending, NotAwaited, NoWorkHeld, RightMissing
from engine.errors import Forbidden, StaleRevision, TaskAlreadyClaimed, TaskNotOpen, TaskNotYours
from tests.desk.conftest import BILLING_DAY, Office, local

NOTE = {"stage": "问题排查", "content": "联系技术部", "next_action": "等待技术修复"}


def case_of(office: Office, number: str):
    return office.desk.cases.case(number, viewer="wang").case


def clock_of(office: Office, number: str, name: str):
    return next(clock for clock in office.desk.cases.case(number, viewer="wang").clocks if clock.name == name)


def test_an_assigned_case_is_open_until_its_agent_claims_it(office):
    number = office.open()
    assert (case_of(office, number).state, case_of(office, number).owner) == ("open", "li")
    office.desk.work.claim(office.task(number).id, by="li")
    assert case_of(office, number).state == "in_progress"


def test_claiming_is_no_response_but_a_call_is(office):
    number = office.open()
    office.at("09:35")
    office.desk.work.claim(office.task(number).id, by="li")
    assert clock_of(office, number, "respond").verdict == "running"
    office.at("09:40")
    office.desk.work.start(office.task(number).id, by="li")
    clock = clock_of(office, number, "respond")
    assert (clock.verdict, clock.stopped_at, clock.left) == ("on_time", local("2023-10-01T09:40"), None)


def test_the_first_reply_stops_the_response_and_a_note_does_not(office):
    number = office.open()
    office.at("09:35")
    office.desk.work.note(number, "客户很着急", by="li")
    assert case_of(office, number).first_response_at is None
    office.at("09:44")
    assert office.desk.work.reply(number, "我们正在处理", by="li", message_id="m1")
    assert not office.desk.work.reply(number, "我们正在处理", by="li", message_id="m1")
    office.at("09:50")
    office.desk.work.reply(number, "已找到原因", by="li")
    assert case_of(office, number).first_response_at == local("2023-10-01T09:44")
    assert "supervise" not in office.activities(number)


def test_an_unanswered_urgent_case_goes_to_the_supervisor_at_its_due_instant_once(office):
    number = office.open()
    office.clock.set(local("2023-10-02T09:30"))
    office.run()
    office.run()
    escalated = [task for task in office.desk.inbox.of_case(number) if task.activity_id == "supervise"]
    assert {task.created_at for task in escalated} == {local("2023-10-01T09:45"), local("2023-10-01T11:30")}
    assert {task.assignee for task in escalated} == {"wang"}
    assert clock_of(office, number, "respond").verdict == "breached"
    office.desk.work.reply(number, "抱歉让您久等", by="li")
    assert clock_of(office, number, "respond").verdict == "late"


def test_work_done_after_the_due_instant_but_before_anybody_looked_is_late(office):
    number = office.open()
    office.desk.work.start(office.task(number).id, by="li")
    office.clock.set(local("2023-10-01T12:00"))
    office.desk.work.complete(office.task(number).id, {"content": "已修复", "outcome": "resolved"}, by="li")
    clock = clock_of(office, number, "solve")
    assert (clock.verdict, clock.due_at) == ("late", local("2023-10-01T11:30"))
    assert office.task(number, "supervise").created_at == local("2023-10-01T11:30")


def test_a_task_of_another_is_not_claimed_and_a_stale_page_is_told(office):
    number = office.open()
    task = office.task(number)
    with pytest.raises(TaskAlreadyClaimed, match="held by li"):
        office.desk.work.claim(task.id, by="wang")
    held = office.desk.work.claim(task.id, by="li", revision=task.revision)
    office.desk.work.release(task.id, by="li", revision=held.revision)
    with pytest.raises(Forbidden, match="offered to complaints"):
        office.desk.work.claim(task.id, by="wang")
    with pytest.raises(StaleRevision):
        office.desk.work.claim(task.id, by="li", revision=held.revision)


def test_the_head_of_the_team_owns_what_was_given_back_until_somebody_takes_it(office):
    number = office.open()
    held = office.desk.work.claim(office.task(number).id, by="li")
    office.desk.work.release(held.id, by="li", revision=held.revision)
    assert (office.task(number).assignee, case_of(office, number).owner) == (None, "wang")
    office.desk.work.reassign(held.id, assignee="zhao", by="wang", reason="李娜请假")
    assert case_of(office, number).owner == "zhao"


def test_the_task_of_a_case_that_somebody_cannot_see_does_not_exist_for_them(office):
    number = office.open()
    with pytest.raises(CaseNotFound):
        office.desk.work.claim(office.task(number).id, by="tech")
    assert office.task(number).assignee == "li"


def test_handing_over_moves_the_ownership_and_tells_the_new_owner(office):
    number = office.open()
    task = office.task(number)
    with pytest.raises(RightMissing, match="zhao may not reassign"):
        office.desk.work.reassign(task.id, assignee="zhao", by="zhao", reason="我来")
    with pytest.raises(AnswersInvalid, match="reason is required"):
        office.desk.work.reassign(task.id, assignee="zhao", by="wang", reason=" ")
    office.desk.work.reassign(task.id, assignee="zhao", by="wang", reason="李娜请假")
    assert case_of(office, number).owner == "zhao"
    (notice,) = [one for one in office.desk.notices.of("zhao") if one.template == "reassigned"]
    assert (notice.case_number, "李娜请假" in notice.body) == (number, True)


def test_a_case_comes_back_to_who_took_it_over(office):
    number = office.open()
    office.desk.work.reassign(office.task(number).id, assignee="zhao", by="wang", reason="李娜请假")
    office.desk.work.claim(office.task(number).id, by="zhao")
    asked = {"content": "请提供截图", "next_action": "等待客户", "outcome": "wait_customer"}
    asked |= {"wait_until": "2023-10-02T09:00", "question": "请提供截图"}
    office.desk.work.complete(office.task(number).id, asked, by="zhao")
    office.run()
    assert office.activities(number) == set()
    assert office.desk.work.customer_message(number, "截图在此", message_id="mail-1")
    assert not office.desk.work.customer_message(number, "截图在此", message_id="mail-1")
    assert (office.task(number).assignee, case_of(office, number).owner) == ("zhao", "zhao")


def test_a_customer_who_does_not_answer_is_reminded_of_by_local_wall_time(office):
    number = office.open()
    asked = {"content": "请提供截图", "next_action": "等待客户", "outcome": "wait_customer"}
    asked |= {"wait_until": "2023-10-01T10:00", "question": "请提供截图"}
    office.resolve(number, **asked)
    office.at("09:59")
    assert office.activities(number) == set()
    office.at("10:00")
    assert office.activities(number) == {"handle"}
    assert "supervise" not in office.activities(number)


def test_help_of_technicians_leaves_the_owner_and_must_end_before_the_case_is_resolved(office):
    number = office.open()
    desk = office.desk
    desk.work.start(office.task(number).id, by="li")
    desk.work.request_technical_help(number, reason="支付接口故障", by="li")
    assert office.activities(number) == {"handle", "contribute"}
    with pytest.raises(HelpPending, match="协办"):
        desk.work.complete(office.task(number).id, {"content": "好了", "outcome": "resolved"}, by="li")
    desk.work.claim(office.task(number, "contribute").id, by="tech")
    assert case_of(office, number).owner == "li"
    desk.work.complete(office.task(number, "contribute").id, NOTE | {"outcome": "resolved"}, by="tech")
    office.resolve(number)
    assert case_of(office, number).state == "resolved"


def test_a_case_is_not_resolved_and_given_to_technicians_at_the_same_moment(office):
    number = office.open()
    office.desk.work.start(office.task(number).id, by="li")
    task_id = office.task(number).id

    def attempt(act) -> str:
        try:
            act()
        except (HelpPending, NotAwaited) as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(max_workers=2) as pool:
        finish = pool.submit(
            attempt, lambda: office.desk.work.complete(task_id, {"content": "好了", "outcome": "resolved"}, by="li")
        )
        ask = pool.submit(attempt, lambda: office.desk.work.request_technical_help(number, reason="支付接口故障", by="li"))
    assert (finish.result(), ask.result()) in {("done", "not_awaited"), ("help_pending", "done")}


def test_help_is_asked_for_by_the_owner_while_the_case_is_handled(office):
    number = office.open(BILLING_DAY | {"received_at": ""})
    with pytest.raises(RightMissing, match="zhao may not ask for technical help"):
        office.desk.work.request_technical_help(number, reason="?", by="zhao")
    office.resolve(number)
    with pytest.raises(NotAwaited, match="takes no technical help now"):
        office.desk.work.request_technical_help(number, reason="支付接口故障", by="li")


def test_a_row_that_is_not_final_names_the_next_action(office):
    number = office.open()
    with pytest.raises(NoWorkHeld, match="holds no task"):
        office.desk.work.log_progress(number, NOTE, by="li")
    office.desk.work.claim(office.task(number).id, by="li")
    with pytest.raises(AnswersInvalid, match="next_action is required until"):
        office.desk.work.log_progress(number, {"content": "联系技术部"}, by="li")
    with pytest.raises(AnswersInvalid, match="content is required"):
        office.desk.work.log_progress(number, {"next_action": "等待"}, by="li")
    assert office.desk.tables.progress_table(number) == []


@pytest.mark.parametrize(
    ("started", "fact"),
    [("2023-10-01T09:29", "before the request was received"), ("2023-10-01T11:00", "in the future"), ("x", "date")],
)
def test_work_starts_after_the_receipt_and_not_in_the_future(office, started, fact):
    number = office.open()
    office.at("09:40")
    office.desk.work.claim(office.task(number).id, by="li")
    with pytest.raises(AnswersInvalid, match=fact):
        office.desk.work.log_progress(number, NOTE | {"work_started_at": started}, by="li")


def test_a_second_row_without_a_start_is_a_moment_not_the_whole_time_since_the_claim(office):
    number = office.open()
    office.desk.work.claim(office.task(number).id, by="li")
    office.at("09:40")
    office.desk.work.log_progress(number, NOTE, by="li")
    office.at("10:00")
    office.desk.work.log_progress(number, NOTE, by="li")
    assert [row["处理时间"] for row in office.desk.tables.progress_table(number)] == ["09:30-09:40", "10:00"]


def test_a_task_is_completed_by_its_holder_once(office):
    number = office.open()
    done = {"content": "好了", "outcome": "resolved"}
    task = office.task(number)
    with pytest.raises(TaskNotYours, match="Claim it first"):
        office.desk.work.complete(task.id, done, by="li")
    office.resolve(number)
    with pytest.raises(TaskNotOpen, match="completed"):
        office.desk.work.complete(task.id, done, by="li")


def test_who_has_no_part_in_a_case_cannot_talk_in_it(office):
    number = office.open()
    with pytest.raises(CaseNotFound):
        office.desk.work.note(number, "?", by="chen")
    with pytest.raises(RightMissing, match="analyst may not talk"):
        office.desk.work.note(number, "?", by="analyst")
    with pytest.raises(AnswersInvalid, match="text is required"):
        office.desk.work.reply(number, " ", by="li")


def test_a_closed_case_can_only_be_read(office):
    number = office.open(BILLING_DAY | {"received_at": ""})
    office.resolve(number)
    office.desk.surveys.answer(office.desk.surveys.invite(number).token, {"rating": "satisfied"})
    office.run()
    assert case_of(office, number).state == "closed"
    for act in (
        lambda: office.desk.work.reply(number, "您好", by="li"),
        lambda: office.desk.work.note(number, "备注", by="li"),
        lambda: office.desk.work.request_approval(number, reason="退款", by="li"),
    ):
        with pytest.raises(CaseClosed, match="can only be read"):
            act()


def test_an_analyst_is_given_no_case_and_sees_none(office):
    number = office.open()
    with pytest.raises(RightMissing, match="analyst may not work on cases"):
        office.desk.work.reassign(office.task(number).id, assignee="analyst", by="wang", reason="says what to change")
    office.at("10:15")
    by_analyst = office.desk.intake.open_case(BILLING_DAY, by="analyst", team="service")
    with pytest.raises(CaseNotFound):
        office.desk.cases.case(by_analyst, viewer="analyst")


def test_progress_sent_twice_is_one_row_also_when_it_is_sent_at_once(office):
    number = office.open()
    office.desk.work.claim(office.task(number).id, by="li")
    with ThreadPoolExecutor(4) as threads:
        rows = list(threads.map(lambda _: office.desk.work.log_progress(number, NOTE, by="li", message_id="once"), range(4)))
    assert sum(row is not None for row in rows) == 1
    assert len(office.desk.tables.progress_table(number)) == 1
