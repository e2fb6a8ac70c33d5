"""Live notices: who is told, what a page that was away missed, how many streams there may be."""

from __future__ import annotations

from threading import Event

import pytest

from webui import live
from webui.notification.notices import end_streams


class Notices:
    """Notices by id, as the hub looks at them."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, str]] = []
        self.looks = 0

    def look(self, after):
        self.looks += 1
        return sorted(row for row in self.rows if row[0] > after)


@pytest.fixture
def notices():
    return Notices()


def hub_of(notices, most=3):
    return live.Hub(notices.look, most=most, look_seconds=0.005)


def after(stream):
    return stream.news.get(timeout=30)


def test_only_whom_it_concerns_is_told_and_only_what_is_new(notices):
    notices.rows = [(7, "li"), (8, "wang")]
    hub = hub_of(notices)
    li, wang = hub.open("li", 8), hub.open("wang", 8)
    notices.rows += [(9, "li"), (10, "wang")]
    assert (after(li), after(wang)) == (9, 10)
    for stream in (li, wang):
        hub.close(stream)
        assert after(stream) is None


def test_a_smaller_id_that_is_committed_later_is_told_too(notices):
    hub = hub_of(notices)
    li = hub.open("li", 8)
    notices.rows.append((10, "li"))
    assert after(li) == 10
    notices.rows.append((9, "li"))
    assert after(li) == 9
    hub.close(li)


def test_the_first_stream_too_many_is_refused_and_a_closed_one_makes_room(notices):
    hub = hub_of(notices, most=2)
    first = hub.open("a", 0)
    assert hub.open("b", 0)
    assert hub.open("c", 0) is None
    hub.close(first)
    assert hub.open("c", 0)


def test_a_persons_oldest_stream_makes_way(notices):
    hub = hub_of(notices, most=10)
    streams = [hub.open("li", 0) for _ in range(4)]
    assert after(streams[0]) is None
    notices.rows.append((1, "li"))
    assert [after(stream) for stream in streams[1:]] == [1, 1, 1]


def test_when_all_are_taken_a_persons_own_oldest_stream_makes_way(notices):
    hub = hub_of(notices, most=3)
    wangs, first, second = hub.open("wang", 0), hub.open("li", 0), hub.open("li", 0)
    third = hub.open("li", 0)
    assert after(first) is None
    notices.rows.extend([(1, "li"), (2, "wang")])
    assert [after(second), after(third), after(wangs)] == [1, 1, 2]


def test_of_who_has_several_one_makes_way_for_who_has_none(notices):
    hub = hub_of(notices, most=3)
    wangs, first, second = hub.open("wang", 0), hub.open("li", 0), hub.open("li", 0)
    assert hub.open("chen", 0)
    assert after(first) is None
    assert hub.open("zhao", 0) is None
    notices.rows.extend([(1, "li"), (2, "wang")])
    assert [after(second), after(wangs)] == [1, 2]


def test_a_stream_that_made_way_comes_again_later(notices):
    hub = hub_of(notices, most=1)
    first = hub.open("li", 0)
    hub.open("li", 0)
    assert list(live.events(hub, first, missed=False)) == ["retry: 5000\n\n", "retry: 60000\n\n"]


def test_pages_that_are_let_go_come_again_soon_and_nobody_new_is_told(notices):
    hub = hub_of(notices)
    li = hub.open("li", 0)
    hub.end()
    assert list(live.events(hub, li, missed=False)) == ["retry: 5000\n\n"]
    assert hub.open("wang", 0) is None


def test_nobody_looks_while_nobody_listens(notices):
    hub = hub_of(notices)
    hub.close(hub.open("li", 0))
    pause = Event()
    assert any(hub._thread is None or pause.wait(0.01) for _ in range(1000))
    stream = hub.open("li", 0)
    notices.rows.append((1, "li"))
    assert after(stream) == 1


def test_events_have_ids_a_heartbeat_and_an_end_that_frees_the_place(notices):
    hub = hub_of(notices, most=1)
    stream = hub.open("li", 0)
    told = live.events(hub, stream, missed=True, heartbeat_seconds=0.001)
    assert next(told) == "retry: 5000\n\n"
    assert "event: notice" in next(told)
    assert next(told) == ": here\n\n"
    stream.news.put(5)
    assert any("id: 5\nevent: notice\n" in event for event in told)
    told.close()
    assert hub.open("wang", 0)


def test_the_stream_tells_a_browser_what_it_missed(product):
    product.app.extensions["caseloop-live"] = live.Hub(product.desk.notices.after, most=1)
    visitor = product.visitor("li")
    product.open_case()
    answer = visitor.get("/notices/stream", headers={"Last-Event-ID": "0"}, buffered=False)
    assert answer.mimetype == "text/event-stream"
    parts = iter(answer.response)
    assert b"retry" in next(parts)
    assert b"event: notice" in next(parts)
    answer.close()


def test_an_application_that_ends_lets_go_of_its_pages(product):
    product.app.extensions["caseloop-live"] = live.Hub(product.desk.notices.after, most=1)
    visitor = product.visitor("li")
    listening = visitor.get("/notices/stream", buffered=False)
    end_streams(product.app)
    assert b"".join(listening.response) == b"retry: 5000\n\n"
    assert visitor.get("/notices/stream").status_code == 429


def test_without_places_the_stream_is_refused_and_strangers_are_not_told(product):
    assert product.app.test_client().get("/notices/stream").status_code in (303, 401)
    assert product.visitor("li").get("/notices/stream").status_code == 429
