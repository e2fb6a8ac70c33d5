"""What goes wrong outside, or in what analysts write, stops nobody's work and loses nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from benchmarks.office.mailbox import Mailbox
from bpmn.package import ProcessPackage
from desk.calendars.problems import CalendarInvalid
from desk.notification.channel_book import Entry
from desk.store.deliveries import Delivery, DeliveryState
from handlers.channels.http import Answer, Http
from handlers.channels.mail import Mail
from handlers.channels.webhook import Webhook
from handlers.mail import Mailer
from tests.desk.conftest import BILLING_DAY, PACKAGE, Office, keep_deployed, local
from tests.support.channels import SECRET, Service, serving

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Nothing here depends on the kind of database, and both have tests of the same parts."""

PATIENT = Http(inner_hosts=("127.0.0.1",))
IMPATIENT = replace(PATIENT, read_seconds=0.15)
HOOK, MAIL = "hook", "email"
BILLING = {**BILLING_DAY, "received_at": "2023-10-01T09:30"}
BY_MAIL = {**BILLING, "customer_contact": "wangwu@example.org", "preferred_channel": "email", "channel": "email"}


class Sender:
    """What sends to the webhook; it waits patiently, for an impatient one would take a busy machine for one that hangs."""

    def __init__(self) -> None:
        self.http = PATIENT

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        return self.http.post(url, body, headers)


@pytest.fixture
def sender() -> Sender:
    return Sender()


@pytest.fixture
def hook(office: Office, sender: Sender) -> Iterator[Service]:
    """Another program's webhook, which is told of every assignment."""
    with serving(office.clock.now().timestamp()) as service:
        channel = Webhook(url=f"{service.url}/hook", secret=SECRET, http=sender, clock=office.clock)
        office.desk.channels.add(Entry(name=HOOK, channel=channel, subscribes=frozenset({"assigned"})))
        yield service


def pass_minutes(office: Office, minutes: int, *services: Service) -> None:
    for _ in range(minutes):
        office.clock.advance(minutes=1)
        for service in services:
            service.now = office.clock.now().timestamp()
        office.run()


def sent_to(office: Office, channel: str) -> list[Delivery]:
    return office.desk.deliveries.page(by="wang", channel=channel).deliveries


def states(office: Office, channel: str) -> set[DeliveryState]:
    return {one.state for one in sent_to(office, channel)}


def works_through(office: Office, number: str) -> None:
    """The case is taken, solved and rated as on any other day."""
    office.resolve(number)
    office.desk.surveys.answer(office.desk.surveys.invite(number).token, {"rating": "satisfied"})
    office.run()
    assert office.desk.cases.case(number, viewer="wang").case.state == "closed"


def test_a_webhook_that_answers_500_for_an_hour_gets_each_notice_once_and_keeps_nobody_from_work(
    office: Office, hook: Service
) -> None:
    hook.status = 500
    numbers = [office.open(customer_name=f"客户{index}") for index in range(3)]
    works_through(office, numbers[0])
    pass_minutes(office, 60, hook)
    [stuck] = office.desk.deliveries.stuck(by="wang")
    assert (stuck.channel, stuck.waiting) == (HOOK, 3)
    assert all("500" in one.detail for one in sent_to(office, HOOK))
    assert hook.asked < 30
    assert office.desk.incidents.open(viewer="wang") == []
    hook.status = 200
    pass_minutes(office, 12, hook)
    assert sorted(each["case"] for each in hook.taken) == numbers
    assert len(set(hook.keys())) == len(hook.keys())
    assert states(office, HOOK) == {DeliveryState.SENT}
    assert office.desk.deliveries.stuck(by="wang") == []


def test_a_webhook_that_hangs_is_left_alone_and_tried_again_under_the_same_key(
    office: Office, hook: Service, sender: Sender
) -> None:
    hook.hang_seconds, sender.http = 2.0, IMPATIENT
    numbers = [office.open(customer_name=f"客户{index}") for index in range(2)]
    pass_minutes(office, 3, hook)
    works_through(office, numbers[0])
    assert states(office, HOOK) == {DeliveryState.WAITING}
    hook.hang_seconds, sender.http = 0.0, PATIENT
    pass_minutes(office, 12, hook)
    assert states(office, HOOK) == {DeliveryState.SENT}
    # what hung may have been taken all the same: the receiver knows a repeat by its key
    assert {each["case"] for each in hook.taken} == set(numbers)
    assert len(set(hook.keys())) == len(numbers)


def test_mail_waits_for_a_mail_server_that_is_away_and_then_arrives_once(office: Office) -> None:
    mailbox = Mailbox()
    mailer = Mailer.from_url(mailbox.url, sender="desk@example.org")
    office.desk.channels.add(Entry(name=MAIL, channel=Mail(mailer=mailer)))
    number = office.open(BY_MAIL)
    holder = office.task(number).assignee
    office.desk.work.claim(office.task(number).id, by=holder)
    office.desk.work.reply(number, "账单日可以在 APP 中修改。", by=holder)
    pass_minutes(office, 30)
    assert states(office, MAIL) == {DeliveryState.WAITING}
    assert all("doesn't answer" in one.detail for one in sent_to(office, MAIL))
    with mailbox.open():
        pass_minutes(office, 12)
    assert states(office, MAIL) == {DeliveryState.SENT}
    idents = [mail.message_id for mail in mailbox.received]
    assert len(set(idents)) == len(idents)
    assert {mail.to for mail in mailbox.received} == {"wangwu@example.org"}


def with_targets(office: Office, old: str, new: str) -> None:
    table = PACKAGE.to_files()["targets.dmn"].decode()
    assert old in table
    deploy_targets(office, table.replace(old, new))


def deploy_targets(office: Office, table: str) -> None:
    """Deploy and roll out a version whose limits differ, past the checks of deploying."""
    files = {**PACKAGE.to_files(), "targets.dmn": table.encode()}
    manifest = files["process.toml"].decode().replace('version = "1.0"', 'version = "1.0.1"')
    keep_deployed(office.engine, ProcessPackage.from_files({**files, "process.toml": manifest.encode()}), office.clock.now())
    office.desk.rollout.assign("customer-service", "1.0.1", None, by="analyst")


def test_a_case_for_which_no_row_applies_is_promised_what_a_normal_one_is(office: Office) -> None:
    with_targets(office, "<text>classification.priority</text>", '<text>"none of these"</text>')
    number = office.open(type="transaction", usage_blocked=False)
    clocks = {clock.name: clock for clock in office.desk.cases.case(number, viewer="wang").clocks}
    assert {name: clock.due_at for name, clock in clocks.items()} == {
        "respond": local("2023-10-01T10:30"),
        "solve": local("2023-10-02T09:30"),
    }
    assert "no row applies" in clocks["solve"].source
    works_through(office, number)


def test_a_case_that_nobody_times_is_worked_on_as_any_other(office: Office) -> None:
    table = PACKAGE.to_files()["targets.dmn"].decode()
    rows = [part for part in table.split("<rule ")[1:] if '"solve"' in part]
    for row in rows:
        table = table.replace(row, re.sub(r"(out_2\"><text>)\d+", r"\g<1>0", row))
    deploy_targets(office, table)
    number = office.open()
    assert {clock.name for clock in office.desk.cases.case(number, viewer="wang").clocks} == {"respond", "transfer", "follow_up"}
    works_through(office, number)
    assert office.desk.incidents.open(viewer="wang") == []


def test_a_row_that_can_only_be_seen_wrong_when_it_is_used_asks_a_person_and_stops_no_other_case(office: Office) -> None:
    with_targets(office, "<text>15</text>", "<text>0 - 1</text>")
    broken = office.open()
    sound = office.open(BILLING)
    works_through(office, sound)
    [view] = office.desk.incidents.open(viewer="wang")
    assert view.incident.business_key == broken
    assert "紧急：15分钟内响应" in view.incident.message
    assert "-1" in view.incident.message
    shown = office.desk.operations.view(view.incident.instance_id, viewer="wang")
    rows = next(one.value for one in shown.variables if one.name == "target_rows")
    mended = json.dumps([{**row, "amount": int(row["amount"]) if row["amount"] > 0 else 15} for row in rows])
    seen = {"by": "wang", "reason": "时限表有误", "revision": shown.standing.instance.revision}
    office.desk.operations.set_variable(view.incident.instance_id, "target_rows", mended, **seen)
    assert office.desk.incidents.retry(view.incident.id, by="wang")
    office.run()
    respond = next(one for one in office.desk.cases.case(broken, viewer="wang").clocks if one.name == "respond")
    assert respond.due_at == local("2023-10-01T09:45")
    assert office.desk.incidents.open(viewer="wang") == []
    works_through(office, broken)


def test_a_night_without_workers_and_with_a_clock_set_back_loses_no_breach(office: Office) -> None:
    number = office.open()
    office.clock.set(office.clock.now() - timedelta(minutes=3))
    office.run()
    office.at("09:00", day="2023-10-02")
    clocks = {clock.name: clock for clock in office.desk.cases.case(number, viewer="wang").clocks}
    assert {clock.name: clock.breached_at for clock in clocks.values() if clock.name in ("respond", "solve")} == {
        "respond": local("2023-10-01T09:45"),
        "solve": local("2023-10-01T11:30"),
    }


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"weekly": {}}, "no weekday opens"),
        ({"weekly": {"Mon": ["09:00-12:00", "11:00-18:00"]}}, "overlap"),
        ({"zone": "Mars/Olympus"}, "isn't a time zone"),
        ({"layers": [{"key": "team", "dates": {"2023-10-32": {"spans": [], "name": {"en": "x", "zh": "x"}}}}]}, "isn't a date"),
    ],
)
def test_a_calendar_that_cannot_be_used_is_refused_as_a_whole_and_what_counted_goes_on(
    office: Office, change: dict[str, object], said: str
) -> None:
    studio = office.desk.calendars
    draft = studio.draft("cn-office", by="wang")
    with pytest.raises(CalendarInvalid, match=said):
        studio.replace("cn-office", json.dumps({**draft.document, **change}), read=draft.revision, by="wang")
    again = studio.draft("cn-office", by="wang")
    assert (again.document, again.revision) == (draft.document, draft.revision)
    number = office.open({**BILLING, "type": "suggestion"})
    solve = next(one for one in office.desk.cases.case(number, viewer="wang").clocks if one.name == "solve")
    assert solve.due_at == local("2023-10-09T18:00")
