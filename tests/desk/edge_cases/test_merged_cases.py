"""E38 through the product: two cases of the same matter become one."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from desk import tables
from desk.errors import CaseClosed, MergeRefused, RightMissing, SurveyOver
from desk.model import CaseState, Verdict
from desk.store import assignments, cases
from desk.store.links import LinkKind
from engine.errors import StaleRevision
from tests.desk.conftest import BILLING_DAY, local

EARLIER, LATER = "2023-10-01T09:30", "2023-10-01T10:00"


@pytest.fixture
def pair(office):
    """The case that goes, received earlier and answered, and the one that stays."""
    going = office.open(received_at=EARLIER)
    office.at("09:40")
    office.desk.work.log_call(going, "已致电", by="wang")
    office.at("10:00")
    staying = office.open(received_at=LATER, description="还是支付失败")
    return going, staying


def view(office, number):
    return office.desk.cases.case(number, viewer="wang")


def clock(office, number, name):
    return next(one for one in view(office, number).clocks if one.name == name)


def merge(office, going, into, *, by="wang", **how):
    merged = office.desk.merging.merge(going, into, by=by, reason="同一件事", **how)
    office.run()
    return merged


@pytest.mark.stored
def test_e38_the_case_that_stays_keeps_the_earlier_receipt_the_earlier_answer_and_both_conversations(office, pair):
    going, staying = pair
    office.desk.work.customer_message(going, "截图见附件", message_id="shot")
    merge(office, going, staying)
    kept = view(office, staying).case
    assert (kept.received_at, kept.first_response_at) == (local(EARLIER), local("2023-10-01T09:40"))
    assert clock(office, staying, "respond").verdict is Verdict.ON_TIME
    assert clock(office, staying, "solve").due_at == local("2023-10-01T11:30")
    said = [(item.kind, item.details.get("case")) for item in office.desk.cases.timeline(staying, viewer="wang")]
    assert {("call", going), ("customer", going), ("took_in", None)} <= set(said)


@pytest.mark.stored
def test_e38_the_case_that_goes_ends_counts_nowhere_and_says_where_it_went(office, pair):
    going, staying = pair
    merge(office, going, staying)
    gone = view(office, going)
    assert gone.case.state is CaseState.CLOSED
    assert {(one.state, one.verdict) for one in gone.clocks} == {("void", Verdict.VOID)}
    assert [(one.number, one.kind, one.other) for one in gone.links] == [(going, LinkKind.MERGED, staying)]
    assert office.activities(going) == set()
    office.at("09:00", "2023-10-09")
    assert office.desk.escalations.of_case(going, viewer="wang") == []
    verdicts = {why.name: why.verdicts[-1].excluded for why in office.desk.timing.why(going, viewer="wang")}
    assert set(verdicts.values()) == {"merged"}


def test_e38_what_nobody_answered_is_timed_on_and_an_answer_ends_it(office, pair):
    going, staying = pair
    moved = office.desk.merging.preview(going, staying, viewer="wang").moved
    foreseen = next(one for one in moved if one.clock == "next_response")
    merge(office, going, staying)
    assert clock(office, staying, "next_response").due_at == foreseen.after == local("2023-10-01T10:15")
    office.at("10:05")
    office.desk.work.log_call(staying, "已致电", by="wang")
    assert clock(office, staying, "next_response").verdict is Verdict.ON_TIME


def test_e38_later_replies_and_calls_go_to_the_case_that_stays(office, pair):
    going, staying = pair
    merge(office, going, staying)
    assert office.desk.incoming.take(going, "好了吗？", message_id="later").number == staying
    office.desk.work.reply(going, "正在处理", by="wang")
    said = [item.text for item in office.desk.cases.timeline(staying, viewer="wang") if "case" not in item.details]
    assert {"好了吗？", "正在处理"} <= set(said)


def test_e38_the_conversation_tells_the_last_of_both_cases_in_order(office, pair):
    going, staying = pair
    for minute, number in enumerate((going, staying, going)):
        office.at(f"10:1{minute}")
        office.desk.work.customer_message(number, f"第{minute}条", message_id=f"said-{minute}")
    merge(office, going, staying)
    said = office.desk.cases.conversation(staying, viewer="wang", most=2)
    assert [(item.text, item.details.get("case")) for item in said] == [("第1条", None), ("第2条", going)]


def test_e38_a_survey_of_the_case_that_goes_is_withdrawn(office, pair):
    going, staying = pair
    office.resolve(going)
    token = office.desk.surveys.invite(going).token
    merge(office, going, staying)
    with pytest.raises(SurveyOver):
        office.desk.surveys.answer(token, {"rating": "dissatisfied"})


def test_e38_circles_closed_cases_and_stale_pages_are_refused(office, pair):
    going, staying = pair
    with pytest.raises(MergeRefused):
        merge(office, going, going)
    with pytest.raises(StaleRevision):
        merge(office, going, staying, revision=view(office, going).case.revision - 1)
    merge(office, going, staying)
    with pytest.raises(MergeRefused, match="lead back"):
        merge(office, staying, going)
    with pytest.raises(MergeRefused, match="already"):
        merge(office, going, staying)
    other = office.open(received_at="2023-10-01T10:00")
    office.desk.timing.leave_out(other, reason="spam", note="广告", by="wang")
    with pytest.raises(CaseClosed):
        merge(office, staying, other)


def test_e38_only_supervisors_merge_what_others_own_or_other_customers_sent(office, pair):
    going, staying = pair
    other = office.open(BILLING_DAY, received_at="")
    with pytest.raises(RightMissing):
        merge(office, other, staying, by="li" if view(office, other).case.owner != "li" else "chen")
    assert office.desk.merging.preview(other, staying, viewer="wang").others
    assert [case.number for case in office.desk.merging.candidates(going, viewer="wang")] == [staying]


def test_e38_the_preview_says_what_would_become_of_the_clocks_and_changes_nothing(office, pair):
    going, staying = pair
    seen = office.desk.merging.preview(going, staying, viewer="wang")
    assert (seen.received_at, seen.messages, len(seen.tasks)) == (local(EARLIER), 1, 1)
    assert {moved.clock: moved.answered for moved in seen.moved} == {"respond": True, "solve": False, "next_response": False}
    assert view(office, staying).case.received_at == local(LATER)
    assert view(office, going).case.open


def test_e38_a_merge_opens_nothing_of_what_was_said(office, pair):
    with office.engine.db.transaction() as tx:
        tx.execute(update(tables.entry).values(text_sealed=b"can't be opened"))
    assert office.desk.merging.preview(*pair, viewer="wang").messages == 1
    assert merge(office, *pair).first_response_at == local("2023-10-01T09:40")


def test_e38_nothing_is_merged_into_what_is_solved(office, pair):
    going, staying = pair
    office.resolve(staying)
    with pytest.raises(MergeRefused, match="solved already"):
        merge(office, going, staying)
    assert office.desk.merging.candidates(going, viewer="wang") == []


def test_e38_who_is_kept_from_the_case_that_goes_is_kept_from_the_one_that_stays(office, pair):
    going, staying = pair
    office.desk.lines.keep_from(going, "chen", by="wang")
    merge(office, going, staying)
    with office.engine.db.reading() as tx:
        assert "chen" in assignments.kept_from(tx, staying)


def test_e38_a_complaint_about_somebody_is_not_merged_into_a_case_of_theirs(office, pair):
    going, staying = pair
    office.desk.lines.keep_from(going, view(office, staying).case.owner, by="wang")
    with pytest.raises(MergeRefused, match="kept from"):
        merge(office, going, staying)


def test_e38_what_the_customer_was_promised_is_to_be_kept_by_the_case_that_stays(office, pair):
    going, staying = pair
    office.desk.promising.promise(going, due_at=local("2023-10-01T11:00"), reason="银行核对中", by="wang")
    assert [one.due_at for one in office.desk.merging.preview(going, staying, viewer="wang").promises] == [
        local("2023-10-01T11:00")
    ]
    merge(office, going, staying)
    assert office.desk.promising.of_case(going, viewer="wang") == []
    (kept,) = office.desk.promising.of_case(staying, viewer="wang")
    assert kept.promise.stands


def test_e38_a_case_that_missed_a_limit_is_merged_by_supervisors_only(office, pair):
    going, staying = pair
    assert (view(office, going).case.owner, view(office, staying).case.owner) == ("li", "li")
    office.at("12:00")
    with pytest.raises(RightMissing, match="missed a limit"):
        merge(office, going, staying, by="li")
    merge(office, going, staying)


def test_e38_a_link_says_its_reason_only_to_who_may_read_both_cases(office, pair):
    going, staying = pair
    merge(office, going, staying)
    with office.engine.db.transaction() as tx:
        cases.save(tx, cases.case(tx, staying), owner="chen")
    assert [one.reason for one in view(office, staying).links] == ["同一件事"]
    assert [(one.number, one.reason) for one in office.desk.cases.case(staying, viewer="chen").links] == [(going, "")]
