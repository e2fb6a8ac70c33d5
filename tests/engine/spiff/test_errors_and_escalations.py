"""Errors and escalations: from a diagram's events or a handler's answer to whoever catches them, saved and loaded meanwhile."""

import pytest

from engine.spiff import ActivityLeft, NotCaught, TokenNotWaiting
from tests.engine.spiff.diagrams import (
    an_error,
    an_escalation,
    boundary,
    chain,
    end,
    error_end,
    escalation_end,
    escalation_throw,
    event_sub,
    on_start,
    parallel,
    process,
    receive,
    service,
    start,
    sub,
    timer,
    user,
)
from tests.engine.spiff.player import Player


def failing(*more: str, code: str = "lost") -> tuple[str, ...]:
    """A sub-process in which one task leads to an error end while another is open."""
    inner = (start("s"), parallel("f"), user("go"), error_end("oops", code), user("other"), end("e"))
    flows = chain("s", "f", "go", "oops") + chain("f", "other", "e")
    return start(), sub("sub", *inner, flows, *more), end(), chain("start", "sub", "end")


def caught_by(ident: str, definition: str, on: str = "sub", **how: bool) -> str:
    path, last = f"{ident}-path", f"{ident}-end"
    return boundary(ident, on, definition, **how) + user(path) + end(last) + chain(ident, path, last)


def test_an_error_end_withdraws_its_sub_process_and_goes_on_at_the_boundary():
    player = Player(process(*failing(), caught_by("c", an_error("lost")))).complete("go")
    assert player.open == ["c-path"]
    assert set(player.cancelled) == {"other", "sub"}
    assert player.happened(ActivityLeft)[-2:] == ["oops", "c"]
    assert player.complete("c-path").ends == [("c-end",)]


def test_the_exact_code_is_preferred_to_one_that_catches_all():
    both = caught_by("all", an_error()) + caught_by("exact", an_error("lost")) + caught_by("no", an_error("late"))
    assert Player(process(*failing(), both)).complete("go").open == ["exact-path"]
    assert Player(process(*failing(code="late"), caught_by("all", an_error()))).complete("go").open == ["all-path"]


def test_an_error_that_its_sub_process_does_not_catch_goes_on_outward():
    inner = "".join(failing()[1:2])
    outer = sub("outer", start("os"), inner, caught_by("no", an_error("late")), end("oe"), chain("os", "sub", "oe"))
    player = Player(process(start(), outer, caught_by("c", an_error("lost"), on="outer"), end(), chain("start", "outer", "end")))
    assert player.complete("go").open == ["c-path"]
    assert set(player.cancelled) == {"other", "sub", "outer"}


def test_an_error_that_nobody_catches_sticks_and_never_counts_as_completed():
    player = Player(process(*failing(), caught_by("c", an_error("late")))).complete("go")
    assert "nothing around it catches" in player.stuck[0]
    assert player.open == ["oops", "other"]
    assert player.retry("oops").open == ["oops", "other"]
    top = Player(process(start(), user("go"), error_end("oops", "lost"), chain("start", "go", "oops"))).complete("go")
    assert top.open == ["oops"]
    assert not top.flow.ended


@pytest.mark.parametrize("work", [service, user, receive])
def test_work_may_end_with_an_error_that_its_boundary_catches(work):
    diagram = process(start(), work("w"), end(), caught_by("c", an_error("lost"), on="w"), chain("start", "w", "end"))
    player = Player(diagram)
    assert player.flow.catcher(player.token("w"), "lost").activity_id == "c"
    assert player.flow.catcher(player.token("w"), "late") is None
    assert player.throw("w", "lost").open == ["c-path"]
    assert player.cancelled == ["w"]


def test_an_error_of_work_that_nobody_catches_changes_nothing():
    player = Player(process(start(), service("w"), end(), chain("start", "w", "end")))
    before = player.flow.snapshot()
    with pytest.raises(NotCaught, match="lost"):
        player.flow.throw_error(player.token("w"), "lost")
    assert player.flow.snapshot() == before
    with pytest.raises(TokenNotWaiting):
        player.flow.throw_error("t99", "lost")


def test_an_error_sub_process_takes_over_its_whole_scope():
    handling = event_sub("rescue", on_start("rs", an_error("lost")), user("mend"), end("re"), chain("rs", "mend", "re"))
    player = Player(process(*failing(handling), caught_by("c", an_error()))).complete("go")
    assert player.open == ["mend"]
    assert set(player.cancelled) == {"other"}
    assert player.complete("mend").ends == [("end",)], "the sub-process goes on as if it had done its work"


def test_an_error_sub_process_of_the_process_itself_ends_it():
    handling = event_sub("rescue", on_start("rs", an_error()), user("mend"), end("re"), chain("rs", "mend", "re"))
    player = Player(process(*failing(), handling)).complete("go")
    assert player.open == ["mend"]
    assert player.complete("mend").ends == [("rescue",)]


def test_an_error_thrown_while_mending_goes_further_out():
    handling = event_sub("rescue", on_start("rs", an_error()), error_end("again", "lost"), chain("rs", "again"))
    player = Player(process(*failing(handling), caught_by("c", an_error()))).complete("go")
    assert player.open == ["c-path"]


@pytest.mark.parametrize("interrupting", [True, False])
def test_an_escalation_in_passing_is_caught_with_or_without_interrupting(interrupting):
    inner = (start("s"), escalation_throw("up", "help"), user("go"), end("e"), chain("s", "up", "go", "e"))
    catch = caught_by("c", an_escalation("help"), interrupting=interrupting)
    player = Player(process(start(), sub("sub", *inner), catch, end(), chain("start", "sub", "end")))
    assert player.open == (["c-path"] if interrupting else ["c-path", "go"])


def test_an_escalation_end_that_does_not_interrupt_ends_its_token():
    inner = (start("s"), escalation_end("up", "help"), chain("s", "up"))
    catch = caught_by("c", an_escalation(), interrupting=False)
    player = Player(process(start(), sub("sub", *inner), catch, user("after"), end(), chain("start", "sub", "after", "end")))
    assert player.open == ["after", "c-path"]


def test_an_escalation_that_nobody_catches_goes_on():
    line = (start(), escalation_throw("up", "help"), user("a"), escalation_end("top", "more"), chain("start", "up", "a", "top"))
    player = Player(process(*line))
    assert player.open == ["a"]
    assert player.complete("a").ends == [("top",)]


@pytest.mark.parametrize("interrupting", [True, False])
def test_an_escalation_sub_process_runs_beside_or_instead(interrupting):
    start_event = on_start("hs", an_escalation("help"), interrupting=interrupting)
    helping = event_sub("helping", start_event, user("assist"), end("he"), chain("hs", "assist", "he"))
    flows = chain("start", "up", "go", "end")
    player = Player(process(start(), escalation_throw("up", "help"), user("go"), end(), flows, helping))
    assert player.open == (["assist"] if interrupting else ["assist", "go"])
    if not interrupting:
        player.complete("go")
    assert player.complete("assist").flow.ended


def test_an_error_is_never_caught_as_an_escalation():
    handling = event_sub("helping", on_start("hs", an_escalation()), user("assist"), end("he"), chain("hs", "assist", "he"))
    assert Player(process(*failing(handling))).complete("go").open == ["oops", "other"]


def test_a_timer_on_the_sub_process_is_withdrawn_when_an_error_leaves_it():
    extra = timer("t") + chain("f", "t", "e")
    player = Player(process(*failing(extra), caught_by("c", an_error()))).complete("go")
    assert player.open == ["c-path"]
    assert "t" in player.cancelled
