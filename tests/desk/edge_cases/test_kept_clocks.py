"""E13 to E16, E20 to E24, E33, E37, E43, E44, E46 as the product lives them: diagram, engine, tables. Zone Asia/Shanghai."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError

from desk import tables
from desk.collaboration.contributions import Asked
from desk.errors import AnswersInvalid, RightMissing
from desk.limits.limit_errors import ClockHeldByProcess, NothingToPause
from desk.limits.promises import PromiseState
from desk.limits.reclassifying import NewClass
from desk.store import cases, clocks
from engine.commands import RefreshLookups
from engine.db import queries
from engine.history import TimerFired, TimerMoved
from tests.desk.conftest import Office, local

pytestmark = pytest.mark.stored
ASKED = {"content": "请提供截图", "next_action": "等待客户", "outcome": "wait_customer", "wait_until": "2023-10-03T09:00"}
OCTOBER_1 = "2023-10-01"


def clock(office: Office, number: str, name: str = "solve", round: int | None = None):
    found = [one for one in office.desk.cases.case(number, viewer="wang").clocks if one.name == name]
    return found[-1] if round is None else next(one for one in found if one.round == round)


def happened(office: Office, number: str, kind: type) -> list:
    with office.engine.db.reading() as tx:
        instance = queries.instance_by_key(tx, number)
        return [event for event in queries.history(tx, office.engine.vault, instance.id) if isinstance(event, kind)]


def events_of(office: Office, number: str, name: str = "solve") -> list[str]:
    with office.engine.db.reading() as tx:
        return [type(event).__name__ for one in clocks.kept(tx, [number]) if one.row.name == name for event in one.events]


def asked(office: Office, number: str, at: str = "10:00") -> None:
    """The owner answers and asks the customer something; the case waits."""
    office.at(at)
    office.desk.work.start(office.task(number).id, by="li")
    office.desk.work.complete(office.task(number).id, ASKED, by="li")
    office.run()


def supervised(office: Office, number: str) -> list:
    return [event.at for event in happened(office, number, TimerFired) if event.activity_id == "solve_breach"]


def test_e13_e15_a_case_that_waits_for_its_customer_breaches_only_by_the_time_that_counted(office):
    number = office.open(received_at="2023-10-01T09:30")
    asked(office, number)
    waiting = clock(office, number)
    assert (waiting.state, waiting.paused_for, waiting.due_at) == ("paused", ("customer",), None)
    assert waiting.left == timedelta(minutes=90)
    assert clock(office, number, "follow_up").state == "running"
    office.at("15:00")
    assert supervised(office, number) == []
    office.desk.work.customer_message(number, "截图在附件中", message_id="mail-1")
    office.run()
    with office.engine.db.reading() as tx:
        (solve,) = [one for one in clocks.kept(tx, [number]) if one.row.name == "solve"]
    assert (solve.events[-1].reason, solve.events[-1].because) == ("customer", "customer_message")
    assert clock(office, number).due_at == local("2023-10-01T16:30")
    office.at("16:29")
    assert supervised(office, number) == []
    office.at("09:00", day="2023-10-02")
    assert supervised(office, number) == [local("2023-10-01T16:30")]
    assert clock(office, number).breached_at == local("2023-10-01T16:30")


def test_e14_a_paused_clock_stops_in_one_step_with_what_had_counted(office):
    number = office.open()
    office.at("09:40")
    office.desk.work.start(office.task(number).id, by="li")
    office.desk.timing.pause(number, reason="third_party", until=local("2023-10-02T09:00"), by="li")
    office.at("20:00")
    office.desk.work.complete(office.task(number).id, {"content": "已修复", "outcome": "resolved"}, by="li")
    assert (clock(office, number).verdict, clock(office, number).state) == ("on_time", "stopped")
    assert events_of(office, number) == ["ClockStarted", "ClockPaused", "ClockStopped"]


def test_e15_no_timer_fires_during_a_pause_by_hand_also_when_the_worker_comes_late(office):
    number = office.open()
    office.at("09:40")
    office.desk.work.start(office.task(number).id, by="li")
    office.desk.timing.pause(number, reason="parts", until=local("2023-10-01T12:00"), by="li", note="等待配件")
    office.clock.set(local("2023-10-01T11:45"))
    office.run()
    assert supervised(office, number) == []
    office.desk.timing.resume(number, by="wang")
    moves = [(move.due_at, move.lookup) for move in happened(office, number, TimerMoved) if move.activity_id == "solve_breach"]
    assert moves == [(None, "clock"), (local("2023-10-01T13:35"), "clock")]
    office.at("14:00")
    assert supervised(office, number) == [local("2023-10-01T13:35")]


def test_a_pause_ends_at_the_date_up_to_which_it_was_to_last(office):
    number = office.open()
    office.at("09:40")
    office.desk.work.start(office.task(number).id, by="li")
    office.desk.timing.pause(number, reason="appointment", until=local("2023-10-01T12:00"), by="li")
    office.at("12:30")
    assert clock(office, number).due_at == local("2023-10-01T13:50")


def test_e16_any_message_of_the_customer_resumes_and_a_machines_does_not(office):
    number = office.open()
    office.at("09:40")
    office.desk.work.start(office.task(number).id, by="li")
    office.desk.timing.pause(number, reason="customer", until=local("2023-10-02T09:00"), by="li")
    office.clock.set(local("2023-10-01T09:50"))
    away = {"Auto-Submitted": "auto-replied"}
    office.desk.work.customer_message(number, "我正在休假", message_id="mail-1", headers=away)
    assert clock(office, number).paused
    office.clock.set(local("2023-10-01T10:00"))
    office.desk.work.customer_message(number, "好的", message_id="chat-2")
    assert clock(office, number).due_at == local("2023-10-01T11:50")


def test_a_pause_that_the_process_makes_is_not_ended_by_hand(office):
    number = office.open()
    asked(office, number)
    with pytest.raises(ClockHeldByProcess, match="waits for customer"):
        office.desk.timing.resume(number, by="wang")


def test_who_may_pause_and_what_cannot_be(office):
    number = office.open(type="inquiry", usage_blocked=False)
    other = {"li": "zhao", "zhao": "li"}[office.task(number).assignee or ""]
    until = local("2023-10-02T09:00")
    with pytest.raises(RightMissing):
        office.desk.timing.pause(number, reason="customer", until=until, by=other)
    with pytest.raises(NothingToPause):
        office.desk.timing.pause(number, reason="internal", until=until, by="wang")


def test_e20_closing_does_not_change_when_a_case_was_solved(office):
    number = office.open()
    office.at("11:10")
    office.resolve(number)
    solved = clock(office, number)
    office.at("11:10", day="2023-10-09")
    assert office.desk.cases.case(number, viewer="wang").case.state == "closed"
    assert clock(office, number) == solved


def test_e21_a_raised_priority_leaves_at_least_the_grace_and_moves_the_timers_at_once(office):
    number = office.open(type="inquiry", usage_blocked=False, received_at="2023-10-01T09:00")
    assert clock(office, number).due_at == local("2023-10-02T09:00")
    office.at("12:00")
    case = office.desk.reclassifying.reclassify(number, NewClass(priority="urgent"), reason="客户无法登录", by="wang")
    assert case.priority == "urgent"
    assert clock(office, number).due_at == local("2023-10-01T12:30")
    office.at("12:31")
    assert supervised(office, number) == [local("2023-10-01T12:30")]


def test_e22_only_a_supervisor_lowers_and_what_was_missed_stays_missed(office):
    number = office.open()
    office.at("12:00")
    with pytest.raises(RightMissing):
        office.desk.reclassifying.reclassify(number, NewClass(priority="normal"), reason="误判", by="li")
    office.desk.reclassifying.reclassify(number, NewClass(priority="normal"), reason="误判", by="wang")
    lowered = clock(office, number)
    assert (lowered.due_at, lowered.breached_at) == (local("2023-10-02T09:30"), local("2023-10-01T11:30"))
    office.resolve(number)
    assert clock(office, number).verdict == "late"


def test_e23_another_type_brings_and_takes_away_limits(office):
    number = office.open(type="inquiry", usage_blocked=False)
    assert "follow_up" not in {one.name for one in office.desk.cases.case(number, viewer="wang").clocks}
    office.desk.reclassifying.reclassify(number, NewClass(type="complaint"), reason="客户投诉", by="wang")
    assert clock(office, number, "follow_up").due_at == local("2023-10-04T09:30")
    office.desk.reclassifying.reclassify(number, NewClass(type="inquiry"), reason="误判", by="wang")
    assert clock(office, number, "follow_up").state == "void"


def test_e23_a_higher_tier_shortens_the_limits_of_all_running_cases_of_a_customer_and_of_the_next_ones(office):
    number = office.open(type="inquiry", usage_blocked=False, received_at="2023-10-01T09:00")
    other = office.open(type="inquiry", usage_blocked=False, received_at="2023-10-01T09:30")
    office.at("12:00")
    owner = office.task(number).assignee or ""
    with pytest.raises(RightMissing, match="another tier"):
        office.desk.reclassifying.reclassify(number, NewClass(tier="vip"), reason="签约客户", by=owner)
    with pytest.raises(AnswersInvalid, match="standard, vip, key_account"):
        office.desk.reclassifying.reclassify(number, NewClass(tier="gold"), reason="签约客户", by="wang")
    case = office.desk.reclassifying.reclassify(number, NewClass(tier="vip"), reason="签约客户", by="wang")
    assert case.tier == "vip"
    solve = next(why for why in office.desk.timing.why(number, viewer="wang") if why.name == "solve")
    assert solve.state.due_at == local("2023-10-01T17:00")
    [changed] = [step for step in solve.steps if step.arguments.get("cause") == "tier_changed"]
    assert {row["source"] for row in changed.arguments["considered"]} >= {"一般：24小时内解决", "贵宾和大客户：一般的8小时内解决"}
    assert office.desk.cases.case(other, viewer="wang").case.tier == "standard"
    office.run()
    again = office.open(type="inquiry", usage_blocked=False, received_at="2023-10-01T12:00")
    assert office.desk.cases.case(again, viewer="wang").case.tier == "vip"
    assert office.desk.cases.case(other, viewer="wang").case.tier == "vip"
    assert clock(office, other).due_at == local("2023-10-01T17:30")


def test_e23_a_case_that_cannot_follow_a_tier_keeps_back_no_other_and_follows_later(office):
    numbers = [office.open(type="inquiry", usage_blocked=False) for _ in range(4)]
    of_bad = (tables.clock.c.case_number == numbers[1], tables.clock.c.name == "solve")
    with office.engine.db.transaction() as tx:
        tx.execute(update(tables.clock).where(*of_bad).values(state="unknown"))
    for tier in ("key_account", "vip"):
        office.desk.reclassifying.reclassify(numbers[0], NewClass(tier=tier), reason="签约客户", by="wang")
    office.at("11:00")
    with office.engine.db.reading() as tx:
        assert [cases.case(tx, number).tier for number in numbers] == ["vip", "standard", "vip", "vip"]
    with office.engine.db.transaction() as tx:
        tx.execute(update(tables.clock).where(*of_bad).values(state="running"))
    office.at("11:10")
    with office.engine.db.reading() as tx:
        assert [cases.case(tx, number).tier for number in numbers] == ["vip"] * 4
    office.at("11:20")
    with office.engine.db.reading() as tx:
        assert tx.execute(select(tables.tier_change)).all() == []


def test_e22_an_owner_drops_no_limit_by_another_class(office):
    number = office.open(type="complaint", usage_blocked=False)
    owner = office.task(number).assignee or ""
    with pytest.raises(RightMissing, match="more time"):
        office.desk.reclassifying.reclassify(number, NewClass(type="inquiry"), reason="误判", by=owner)
    assert clock(office, number, "follow_up").state == "running"
    office.desk.reclassifying.reclassify(number, NewClass(type="inquiry"), reason="误判", by="wang")
    assert clock(office, number, "follow_up").state == "void"


def test_e23_tags_change_the_limits_too_and_taking_time_back_is_for_supervisors(office):
    number = office.open(type="inquiry", usage_blocked=False)
    owner = office.task(number).assignee or ""
    case = office.desk.reclassifying.reclassify(number, NewClass(tags=["Quick Lane"]), reason="密码重置", by=owner)
    assert (case.tags, clock(office, number).due_at) == (("quick_lane",), local("2023-10-01T13:30"))
    with pytest.raises(RightMissing, match="more time"):
        office.desk.reclassifying.reclassify(number, NewClass(tags=[]), reason="误判", by=owner)
    assert office.desk.reclassifying.reclassify(number, NewClass(tags=[]), reason="误判", by="wang").tags == ()
    assert clock(office, number).due_at == local("2023-10-02T09:30")


def test_e24_the_customers_clocks_go_on_when_a_case_changes_hands(office):
    number = office.open()
    before = clock(office, number)
    office.desk.work.reassign(office.task(number).id, assignee="tech", by="wang", reason="技术问题")
    assert clock(office, number) == before


def test_e33_after_a_down_time_each_limit_was_missed_at_its_due_instant_in_their_order(office):
    number = office.open()
    office.at("09:00", day="2023-10-03")
    fired = [(event.activity_id, event.at) for event in happened(office, number, TimerFired)]
    assert [one for one in fired if one[0].endswith("_breach")] == [
        ("respond_breach", local("2023-10-01T09:45")),
        ("solve_breach", local("2023-10-01T11:30")),
    ]


def test_e37_the_next_answer_is_timed_from_the_first_unanswered_message(office):
    number = office.open()
    office.desk.work.customer_message(number, "在吗？", message_id="m1")
    assert events_of(office, number, "next_response") == []
    office.at("09:40")
    office.desk.work.start(office.task(number).id, by="li")
    office.clock.set(local("2023-10-01T09:50"))
    office.desk.work.customer_message(number, "还没好？", message_id="m2")
    office.clock.set(local("2023-10-01T09:55"))
    office.desk.work.customer_message(number, "？？", message_id="m3")
    assert clock(office, number, "next_response").due_at == local("2023-10-01T10:05")
    office.clock.set(local("2023-10-01T10:04"))
    office.desk.work.reply(number, "正在修复", by="li")
    assert clock(office, number, "next_response").verdict == "on_time"
    office.desk.work.customer_message(number, "好了吗", message_id="m4")
    assert clock(office, number, "next_response:2").state == "running"


def test_e37_work_that_began_before_the_message_answers_it_only_when_it_is_done(office):
    number = office.open()
    office.at("09:40")
    office.desk.work.start(office.task(number).id, by="li")
    office.clock.set(local("2023-10-01T10:30"))
    office.desk.work.customer_message(number, "还没好？", message_id="m1")
    office.clock.set(local("2023-10-01T11:00"))
    office.desk.work.log_progress(number, {"content": "仍在排查", "next_action": "修复"}, by="li")
    asked = clock(office, number, "next_response")
    assert (asked.stopped_at, asked.verdict) == (local("2023-10-01T11:00"), "late")


def test_c5_a_follow_up_is_not_late_because_the_solution_was(office):
    number = office.open()
    office.at("12:00", day="2023-10-05")
    office.resolve(number)
    assert clock(office, number, "follow_up").due_at == local("2023-10-06T12:00")
    office.at("15:00", day="2023-10-05")
    office.desk.surveys.answer(office.desk.surveys.invite(number).token, {"rating": "satisfied"})
    assert clock(office, number, "follow_up").verdict == "on_time"
    assert clock(office, number, "solve").verdict == "late"


def test_e43_a_case_that_is_spam_leaves_all_statistics_and_its_timers(office):
    number = office.open()
    with pytest.raises(RightMissing):
        office.desk.timing.leave_out(number, reason="spam", note="广告", by="li")
    office.desk.timing.leave_out(number, reason="spam", note="广告", by="wang")
    view = office.desk.cases.case(number, viewer="wang")
    assert view.case.state == "closed"
    assert {one.verdict for one in view.clocks} == {"void"}
    office.at("12:00")
    assert happened(office, number, TimerFired) == []


def test_e44_a_verdict_is_a_fact_with_versions_and_events_only_grow(office):
    number = office.open()
    office.at("11:10")
    office.resolve(number)
    why = {(one.name, one.round): one for one in office.desk.timing.why(number, viewer="wang")}
    (fact,) = why["solve", 1].verdicts
    assert (fact.verdict, fact.elapsed, fact.stopped_at) == ("on_time", timedelta(minutes=100), local("2023-10-01T11:10"))
    for statement in (delete(tables.clock_event), update(tables.clock_event).values(reason="other")):
        with pytest.raises(DatabaseError, match="only grows"), office.engine.db.transaction() as tx:
            tx.execute(statement)


def test_e46_clocks_hang_on_the_case_not_on_the_version_of_its_process(office):
    number = office.open()
    before = clock(office, number)
    with office.engine.db.transaction() as tx:
        instance = queries.instance_by_key(tx, number)
        tx.execute(update(tables.case).where(tables.case.c.number == number).values(version="9.9"))
        office.engine.refresh(tx, RefreshLookups(instance_id=instance.id, names=("clock",), by="test", reason="moved"))
    assert clock(office, number) == before
    office.at("11:31")
    assert supervised(office, number) == [local("2023-10-01T11:30")]


def test_e41_a_promise_moves_no_limit_and_is_kept_by_the_solution(office):
    number = office.open()
    office.at("10:00")
    limits = clock(office, number).due_at
    office.desk.promising.promise(number, due_at=local("2023-10-01T15:00"), reason="等待供应商", by="li")
    assert clock(office, number).due_at == limits
    office.desk.promising.promise(number, due_at=local("2023-10-01T16:00"), reason="供应商延迟", by="wang")
    office.at("14:00")
    office.resolve(number)
    first, second = (one.promise for one in office.desk.promising.of_case(number, viewer="wang"))
    assert (first.state_at(office.clock.now()), first.apology) == (PromiseState.WITHDRAWN, "供应商延迟")
    assert (second.state_at(office.clock.now()), second.approved_by) == (PromiseState.KEPT, "wang")
    assert clock(office, number).verdict == "late"


def test_the_owner_is_told_once_when_a_follow_up_or_an_answer_is_due(office):
    number = office.open()
    office.at("09:40")
    office.desk.work.start(office.task(number).id, by="li")
    office.desk.work.customer_message(number, "还没好？", message_id="m2")
    for hour in ("10:00", "10:05"):
        office.at(hour)
    office.at("11:00")
    office.at("09:31", day="2023-10-04")
    told = [one.template for one in office.desk.notices.of("li") if one.template.endswith("_due")]
    assert sorted(told) == ["follow_up_due", "next_response_due"]


def test_e24_each_department_has_a_clock_of_its_own_and_the_customers_goes_on(office):
    number = office.open()
    office.at("09:40")
    office.desk.work.start(office.task(number).id, by="li")
    due_at = clock(office, number).due_at
    [first] = office.desk.contributions.ask(number, [Asked(team="technical", wanted="排查", limit="1h")], by="li")
    office.at("09:55")
    office.desk.contributions.pass_on(first.id, team="business", reason="与系统无关", by="tech")
    office.at("10:05")
    second = office.desk.contributions.of_case(number, viewer="wang")[-1].contribution
    office.desk.contributions.pass_on(second.id, team="technical", reason="确实是系统", by="business")
    found = {one.name: one for one in office.desk.cases.case(number, viewer="wang").clocks if one.name.startswith("team:")}
    assert {name: one.started_at for name, one in found.items()} == {
        "team:technical:1": local("2023-10-01T09:40"),
        "team:business:1": local("2023-10-01T09:55"),
        "team:technical:2": local("2023-10-01T10:05"),
    }
    assert [found[name].stopped_at for name in ("team:technical:1", "team:business:1", "team:technical:2")] == [
        local("2023-10-01T09:55"),
        local("2023-10-01T10:05"),
        None,
    ]
    assert (clock(office, number).due_at, clock(office, number).state) == (due_at, "running")
