"""A request comes in: number, customer, times, and nothing half done."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from desk.casework.numbering import give_back, next_number
from desk.errors import AgentNotFound, AnswersInvalid, TeamNotFound
from desk.masking import normal_contact
from desk.store import numbering
from engine.errors import FormInvalid
from tests.desk.conftest import BILLING_DAY, SHANGHAI, local


def test_numbers_restart_at_local_midnight(office):
    office.clock.set(local("2023-10-01T23:59"))
    late = office.open(received_at="2023-10-01T23:58")
    office.clock.set(local("2023-10-02T00:00"))
    assert (late, office.open()) == ("NR20231001001", "NR20231002001")


def test_a_number_that_no_case_got_is_the_next_one_unless_a_later_one_was_drawn(office):
    with office.engine.db.transaction() as tx:
        drawn = [next_number(tx, office.clock.now(), SHANGHAI) for _ in range(2)]
        give_back(tx, drawn[0])
        assert next_number(tx, office.clock.now(), SHANGHAI).endswith("003")
        give_back(tx, "NR20231001003")
        assert next_number(tx, office.clock.now(), SHANGHAI).endswith("003")


def test_after_999_a_number_grows_by_a_digit(office):
    with office.engine.db.transaction() as tx:
        drawn = {numbering.next_of_day(tx, "20231001") for _ in range(999)}
    assert len(drawn) == 999
    assert office.open() == "NR202310011000"


def test_fifty_cases_at_once_get_fifty_numbers(office):
    with ThreadPoolExecutor(max_workers=10) as pool:
        numbers = list(pool.map(lambda _: office.desk.intake.open_case(BILLING_DAY | {"received_at": ""}, by="zhao"), range(50)))
    assert sorted(numbers) == [f"NR20231001{n:03d}" for n in range(1, 51)]


def test_a_late_entry_keeps_its_true_time_and_is_flagged(office):
    office.clock.set(local("2023-10-01T11:00"))
    case = office.desk.cases.case(office.open(), viewer="li").case
    assert case.received_at == local("2023-10-01T09:30")
    assert case.entered_at == local("2023-10-01T11:00")
    assert case.late_entry
    assert case.first_response_at is None


@pytest.mark.parametrize(
    ("received_at", "fact"),
    [
        ("2023-10-01T12:00", "lies in the future"),
        ("2021-10-01T09:30", "more than a year back"),
        ("noon", "isn't a date and time"),
    ],
)
def test_an_impossible_time_of_receipt_is_refused(office, received_at, fact):
    with pytest.raises(AnswersInvalid, match=fact) as caught:
        office.open(received_at=received_at)
    assert "received_at" in caught.value.errors
    assert caught.value.text("zh").startswith("received_at ")


def test_a_refused_form_leaves_no_case_and_no_gap_in_the_numbers(office):
    with pytest.raises(FormInvalid, match="description"):
        office.open(description="")
    with pytest.raises(FormInvalid):
        office.open(surprise="field")
    with pytest.raises(FormInvalid, match="customer_name"):
        office.open(customer_name={"typename": "datetime"})
    assert office.open() == "NR20231001001"


def test_the_team_is_the_agents_home_team_unless_named(office):
    desk = office.desk
    assert desk.cases.case(office.open(BILLING_DAY | {"received_at": ""}), viewer="wang").case.team == "service"
    with pytest.raises(TeamNotFound, match="moon"):
        desk.intake.open_case(BILLING_DAY, by="li", team="moon")
    with pytest.raises(TeamNotFound):
        desk.intake.open_case(BILLING_DAY, by="analyst")
    with pytest.raises(AgentNotFound):
        desk.intake.open_case(BILLING_DAY, by="stranger")


def test_a_customer_is_recognised_by_any_spelling_of_the_phone_before_the_case_is_saved(office):
    office.open()
    (match,) = office.desk.intake.matching_customers("+86 138-1234-5678")
    assert (match.name, match.contact) == ("张*", "138****5678")
    assert office.desk.intake.matching_customers("13812345679") == []
    assert office.desk.intake.matching_customers("") == []


def test_a_known_customer_is_not_entered_twice_but_a_family_may_share_a_phone(office):
    desk = office.desk
    first, again = office.open(), office.open(customer_kind="new")
    views = [desk.cases.case(number, viewer="wang").case for number in (first, again)]
    assert views[0].customer_id == views[1].customer_id
    assert views[1].customer_kind == "existing"
    sister = desk.cases.case(office.open(customer_name="张丽"), viewer="wang").case
    assert sister.customer_id != views[0].customer_id


def test_an_anonymous_nickname_is_enough(office):
    view = office.desk.cases.case(office.open(customer_name="夜猫子", customer_contact=""), viewer="wang")
    assert (view.customer, view.contact) == ("夜*", "")


@pytest.mark.parametrize(
    ("spelled", "normal"),
    [("+86 138-1234-5678", "13812345678"), ("0086 13812345678", "13812345678"), (" Ana@Example.ORG ", "ana@example.org")],
)
def test_one_spelling_for_each_contact(spelled, normal):
    assert normal_contact(spelled) == normal


def test_the_database_holds_no_contact_name_or_description_in_clear(office):
    number = office.open()
    office.desk.work.note(number, "客户说密码是12345", by="li")
    office.resolve(number, content="处理内容很私密", customer_feedback="非常感谢")
    secrets = ["13812345678", "张三", "支付失败", "DD20231001001", "密码是12345", "处理内容很私密", "非常感谢"]
    stored = "".join(_everything(office))
    assert [secret for secret in secrets if secret in stored] == []


def _everything(office):
    """Each value of each desk and engine table as text, packages apart."""
    with office.engine.db.reading() as tx:
        if tx.dialect.name == "sqlite":
            names = "SELECT name FROM sqlite_master WHERE type = 'table'"
        else:
            names = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        for table in tx.execute(text(names)).scalars().all():
            if table in ("deployment_file", "desk_draft_file"):
                continue
            for row in tx.execute(text(f'SELECT * FROM "{table}"')):
                for value in row:
                    yield bytes(value).decode("utf-8", "replace") if isinstance(value, bytes | memoryview) else str(value)


def test_a_form_with_an_offset_means_that_instant(office):
    case = office.desk.cases.case(office.open(received_at="2023-10-01T01:29:00Z"), viewer="li").case
    assert case.received_at == datetime(2023, 10, 1, 1, 29, tzinfo=UTC)
    assert case.received_at.astimezone(SHANGHAI).hour == 9


def test_what_a_later_request_tells_of_a_known_customer_is_kept(office):
    office.open()
    numbered = office.open(customer_number="C10025")
    assert office.desk.cases.case(numbered, viewer="wang").customer_number == "C****5"
    assert len(office.desk.intake.matching_customers(contact="13812345678", number="C10025")) == 1


def test_a_customers_number_counts_for_more_than_a_shared_phone(office):
    father, son = office.open(customer_number="C10025"), office.open(customer_name="张小三", customer_number="C10026")
    ids = {number: office.desk.cases.case(number, viewer="wang").case.customer_id for number in (father, son)}
    again = office.open(customer_name="张小三", customer_number="C10025")
    assert office.desk.cases.case(again, viewer="wang").case.customer_id == ids[father] != ids[son]


def test_a_complaint_about_somebody_of_us_never_comes_to_them(office):
    number = office.open(about_agent="李娜")
    assert office.task(number).assignee != "li"
    with pytest.raises(AnswersInvalid, match="about_agent"):
        office.open(about_agent="没有这个人")
