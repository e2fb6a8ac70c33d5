"""Messages on their way: nothing lost, each once, and a channel in trouble is nobody else's trouble."""

from __future__ import annotations

from datetime import timedelta
from threading import Event, Thread
from types import SimpleNamespace

import pytest
from sqlalchemy.exc import DBAPIError

from desk.calendarsource import StoredCalendars
from desk.context import DeskContext
from desk.model import Agent, Role
from desk.notification.announcing import Announcer
from desk.notification.channel_book import ChannelBook, Entry
from desk.notification.coming_back import ComingBack
from desk.notification.courier import LEASE, Courier
from desk.notification.outages import Outages, rests
from desk.notification.ports import Message, Refused, Sent, TryLater, Way
from desk.store import deliveries, notices, people
from desk.store.deliveries import DeliveryState, NewDelivery, Overdue, reference_of
from engine.errors import Unavailable
from engine.testing import FakeChance, FakeClock
from handlers.channels.http import Http
from handlers.channels.webhook import Webhook
from tests.support.channels import SECRET, serving
from tests.support.product import MORNING

pytestmark = pytest.mark.stored
AWAY = TryLater(reason="h.example answered 500. It is tried again.")


class Noted:
    """A channel that notes what it is given, and answers as it is told."""

    way = Way.MAIL

    def __init__(self) -> None:
        self.sent: list[tuple[str, Message]] = []
        self.answer = Sent(said="noted")

    def send(self, message, key):
        self.sent.append((key, message))
        return self.answer


class Stuck(Noted):
    """A channel that doesn't come back before it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.reached, self.let_go = Event(), Event()

    def send(self, message, key):
        self.reached.set()
        self.let_go.wait(30)
        return super().send(message, key)


class House:
    """A courier on a database, a clock that we move."""

    def __init__(self, database, vault):
        self.clock = FakeClock(MORNING)
        self.db, self.vault = database, vault
        calendars = StoredCalendars("Asia/Shanghai")
        self.context = DeskContext(
            engine=SimpleNamespace(db=database), vault=vault, clock=self.clock, chance=FakeChance(), calendars=calendars
        )
        self.book = ChannelBook()
        self.courier = self.another()

    def another(self):
        announcer = Announcer(self.context, self.book)
        coming_back, outages = ComingBack(self.context, self.book, announcer), Outages(self.context, announcer)
        return Courier(self.context, self.book, coming_back, outages)

    def promise(self, *keys, channel="it", **how):
        for key in keys:
            message = Message(to="zhang@example.org", subject=key, text="…", template="assigned", at=self.clock.now())
            new = NewDelivery(idempotency_key=key, channel=channel, message=message, **{"not_before": self.clock.now(), **how})
            self.db.run(lambda tx, new=new: deliveries.promise(tx, self.vault, new, self.clock.now()))

    def states(self):
        with self.db.reading() as tx:
            chosen = {"channel": None, "state": None, "case_number": None}
            found = deliveries.page(tx, self.vault, **chosen, offset=0, limit=100)
        return {one.idempotency_key: one.state for one in found}

    def pass_time(self, **span):
        self.clock.set(self.clock.now() + timedelta(**span))
        self.courier.run_until_idle()


@pytest.fixture
def house(database, vault):
    return House(database, vault)


@pytest.fixture
def noted(house):
    channel = Noted()
    house.book.add(Entry(name="it", channel=channel))
    return channel


def test_the_same_key_is_promised_and_sent_once(house, noted):
    house.promise("a", "a")
    for courier in (house.courier, house.another()):
        courier.run_until_idle()
    assert [key for key, _ in noted.sent] == ["a"]
    assert house.states() == {"a": "sent"}


def test_what_a_courier_died_with_is_sent_by_the_next_when_its_lease_is_over(house, noted):
    house.promise("a")
    until = MORNING + LEASE
    house.db.run(lambda tx: deliveries.lease(tx, house.vault, "it", now=MORNING, until=until, limit=5))
    house.courier.run_until_idle()
    assert noted.sent == []
    house.pass_time(seconds=LEASE.total_seconds())
    assert [key for key, _ in noted.sent] == ["a"]


def test_an_hour_of_500_is_survived_and_then_each_message_arrives_once(house):
    with serving(MORNING.timestamp()) as service:
        http = Http(inner_hosts=("127.0.0.1",))
        hook = Webhook(url=f"{service.url}/hook", secret=SECRET, http=http, clock=house.clock)
        house.book.add(Entry(name="it", channel=hook))
        service.status = 500
        keys = [f"notice-{number}" for number in range(8)]
        house.promise(*keys)
        for _ in range(60):
            house.pass_time(minutes=1)
        assert set(house.states().values()) == {"waiting"}
        assert 10 < service.asked < 40
        service.status, service.now = 200, house.clock.now().timestamp() + 60
        for _ in range(15):
            house.pass_time(minutes=1)
            service.now = house.clock.now().timestamp() + 60
        assert set(house.states().values()) == {"sent"}
        assert sorted(service.keys()) == sorted(reference_of(key) for key in keys)


def test_a_channel_that_hangs_keeps_back_no_other(house):
    stuck, free = Stuck(), Noted()
    house.book.add(Entry(name="stuck", channel=stuck))
    house.book.add(Entry(name="free", channel=free))
    house.promise("a", channel="stuck")
    stop = Event()
    running = Thread(target=house.courier.run, args=(stop,))
    running.start()
    try:
        assert stuck.reached.wait(30)
        house.promise("b", channel="free")
        assert _in_time(lambda: house.states()["b"] == "sent")
        assert house.states()["a"] == "waiting"
    finally:
        stuck.let_go.set()
        stop.set()
        running.join()


def _in_time(holds):
    pause = Event()
    return any(holds() or pause.wait(0.05) for _ in range(600))


def test_a_refused_message_fails_for_good_and_says_why(house, noted):
    noted.answer = Refused(reason="550 no such mailbox")
    house.promise("a")
    house.pass_time(hours=2)
    assert house.states() == {"a": "failed"}
    assert len(noted.sent) == 1


def test_after_a_day_in_vain_a_message_is_given_up(house, noted):
    noted.answer = TryLater(reason="away")
    house.promise("a")
    for _ in range(25):
        house.pass_time(hours=1)
    assert house.states() == {"a": "failed"}


def test_whoever_lost_the_lease_settles_nothing(house, noted):
    house.promise("a")
    until = MORNING + LEASE
    for held in (until, until + LEASE):
        house.db.run(lambda tx, held=held: deliveries.lease(tx, house.vault, "it", now=held - LEASE, until=held, limit=1))

    def settle(held_until):
        failed = {"detail": "x", "at": until, "held_until": held_until}
        return house.db.run(lambda tx: deliveries.settle(tx, house.vault, "a", DeliveryState.FAILED, **failed))

    assert not settle(until)
    assert house.states() == {"a": "waiting"}
    assert settle(until + LEASE)
    assert house.states() == {"a": "failed"}


def test_a_message_that_is_hastened_stays_with_who_sends_it(house, noted):
    house.promise("a")
    house.db.run(lambda tx: deliveries.lease(tx, house.vault, "it", now=MORNING, until=MORNING + LEASE, limit=1))
    house.db.run(lambda tx: deliveries.hasten(tx, "a", MORNING))
    house.courier.run_until_idle()
    assert noted.sent == []


def test_messages_of_a_channel_that_is_gone_are_overdue_after_a_while(house):
    house.promise("a", channel="gone")
    house.pass_time(minutes=9)
    with house.db.reading() as tx:
        assert deliveries.overdue(tx, house.clock.now()) == {}
    house.pass_time(minutes=1)
    with house.db.reading() as tx:
        assert deliveries.overdue(tx, house.clock.now()) == {
            "gone": Overdue(waiting=1, since=MORNING, first_at=MORNING, tried_at=None)
        }


def told(house, login):
    with house.db.reading() as tx:
        found = notices.of_person(tx, house.vault, login, limit=10, unread_only=False)
        return [one.template for one in reversed(found)], rests(tx, "it")


def employ(house, login, role):
    basics = {"name": login, "shown_as": login, "team_keys": (), "skills": (), "language": "en", "email": ""}
    rest = {"active": True, "available": True, "capacity": 1, "password_is_temporary": False, "revision": 1}
    house.db.run(lambda tx: people.add_agent(tx, Agent(login=login, role=role, **basics, **rest), "no hash"))


def test_each_administrator_is_told_once_that_a_channel_rests_and_once_that_it_works_again(house, noted):
    employ(house, "root", Role.ADMIN)
    employ(house, "wang", Role.SUPERVISOR)
    house.promise("a", "b")
    noted.answer = AWAY
    house.courier.run_until_idle()
    assert told(house, "root") == ([], False)
    house.promise("c")
    house.courier.run_until_idle()
    assert told(house, "root") == (["channel_rests"], True)
    house.courier = house.another()
    for _ in range(4):
        house.pass_time(minutes=10)
    assert told(house, "root") == (["channel_rests"], True)
    house.courier, noted.answer = house.another(), Sent(said="noted")
    for _ in range(3):
        house.pass_time(minutes=10)
    assert told(house, "root") == (["channel_rests", "channel_works"], False)
    noted.answer = AWAY
    house.promise("d", "e", "f")
    house.pass_time(minutes=10)
    assert told(house, "root") == (["channel_rests", "channel_works", "channel_rests"], True)
    assert told(house, "wang")[0] == []


def test_a_channel_that_only_refuses_is_not_said_to_work_again(house, noted):
    employ(house, "root", Role.ADMIN)
    noted.answer = AWAY
    house.promise("a", "b", "c")
    house.courier.run_until_idle()
    noted.answer = Refused(reason="401 who are you")
    house.pass_time(minutes=20)
    assert set(house.states().values()) == {"failed"}
    assert told(house, "root") == (["channel_rests"], True)
    noted.answer = Sent(said="noted")
    house.promise("d")
    house.courier.run_until_idle()
    assert told(house, "root") == (["channel_rests", "channel_works"], False)


def test_whichever_courier_sends_again_tells_that_a_channel_works_again(house, noted):
    employ(house, "root", Role.ADMIN)
    house.promise("a")
    house.courier.run_until_idle()
    noted.answer, another = AWAY, house.another()
    house.promise("b", "c", "d")
    another.run_until_idle()
    assert told(house, "root") == (["channel_rests"], True)
    noted.answer = Sent(said="noted")
    house.pass_time(minutes=1)
    assert told(house, "root") == (["channel_rests", "channel_works"], False)


def test_what_was_not_tried_is_given_back_even_if_nobody_can_be_told_that_the_channel_rests(house, noted):
    employ(house, "root", Role.ADMIN)
    noted.answer = AWAY
    house.promise("a", "b", "c", "d")
    rename(house, "desk_notice", "away")
    with pytest.raises((DBAPIError, Unavailable)):
        house.courier.run_until_idle()
    rename(house, "away", "desk_notice")
    with house.db.reading() as tx:
        assert deliveries.any_due(tx, now=house.clock.now(), channel="it", in_digest=False)
    house.pass_time(minutes=1)
    assert told(house, "root") == (["channel_rests"], True)


def rename(house, before, after):
    house.db.run(lambda tx: tx.exec_driver_sql(f"ALTER TABLE {before} RENAME TO {after}"))


def test_an_adapter_with_a_mistake_in_it_loses_nothing(house, noted):
    noted.send = None
    house.promise("a")
    house.courier.run_until_idle()
    assert house.states() == {"a": "waiting"}


def test_a_message_that_may_not_leave_yet_waits(house, noted):
    house.promise("a", not_before=MORNING + timedelta(hours=1))
    house.courier.run_until_idle()
    assert noted.sent == []
    house.pass_time(hours=1)
    assert [key for key, _ in noted.sent] == ["a"]


def test_what_gathered_for_a_person_is_one_message(house, noted):
    evening = MORNING + timedelta(hours=8)
    house.promise("a", "b", "c", not_before=evening, in_digest=True, login="li")
    house.promise("d", not_before=evening, in_digest=True, login="wang")
    house.pass_time(hours=8)
    house.another().run_until_idle()
    assert len(noted.sent) == 2
    digest = next(message for _, message in noted.sent if "3" in message.subject)
    assert [line for line in digest.text.split("\n") if line.startswith("·")] == ["· a", "· b", "· c"]
    assert [house.states()[key] for key in "abcd"] == [DeliveryState.GATHERED] * 4
