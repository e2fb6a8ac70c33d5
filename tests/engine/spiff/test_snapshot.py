"""The stored form: small, equal for equal flows, and refused when anything about it does not fit."""

import re
from pathlib import Path

import pytest

from engine.spiff import SnapshotRefused, TokenFlow, compile_process
from tests.engine.spiff.diagrams import CUSTOMER_SERVICE, chain, end, message, process, race, start, timer
from tests.engine.spiff.player import Player

FIXTURES = Path(__file__).parent / "fixtures"
OTHER = compile_process(process(start(), end(), chain("start", "end")), "p")


def refusal(snapshot: bytes, spec=None) -> str:
    with pytest.raises(SnapshotRefused) as refused:
        TokenFlow.load(spec or compile_process(CUSTOMER_SERVICE, "p"), snapshot, conditions=lambda *asked: True)
    return refused.value.reason


@pytest.fixture
def snapshot() -> bytes:
    return Player(CUSTOMER_SERVICE).complete("classify", "assign").flow.snapshot()


def test_equal_flows_give_equal_bytes(snapshot):
    assert Player(CUSTOMER_SERVICE).complete("classify", "assign").flow.snapshot() == snapshot


def test_it_holds_rows_for_open_tokens_and_nothing_of_the_diagram(snapshot):
    assert len(snapshot) < 350
    assert b"archive" not in snapshot


def test_another_definition_is_refused(snapshot):
    assert "belongs to process definition" in refusal(snapshot, OTHER)


def test_another_format_is_refused(snapshot):
    assert "has format 99" in refusal(snapshot.replace(b"flow 1 ", b"flow 99 ", 1))


def test_every_single_changed_byte_is_noticed(snapshot):
    for place in range(len(snapshot)):
        changed = bytearray(snapshot)
        changed[place] ^= 1
        refusal(bytes(changed))


@pytest.mark.parametrize("rubbish", [b"", b"\n", b"{}", b"\xff\xfe\n\x00", b"caseloop-token-flow 1\n[]"])
def test_rubbish_is_refused(rubbish):
    assert "not a token flow" in refusal(rubbish)


def test_a_damaged_end_is_refused(snapshot):
    assert "damaged" in refusal(snapshot[:-1])


def test_a_snapshot_is_stable_text_that_an_upgrade_must_still_read():
    flows = chain("start", "w", "m", "end") + chain("w", "t", "end")
    player = Player(process(start(), race("w"), message("m"), timer("t"), end(), flows))
    head, body = player.flow.snapshot().split(b"\n")
    assert re.fullmatch(rb"caseloop-token-flow 1 [0-9a-f]{64} [0-9a-f]{32}", head)
    assert body == b'[5,false,[],[["t2","w",null,"s",null],["t3","m","t2","w","w-m"],["t4","t","t2","w","w-t"]]]'


def test_an_ended_and_a_cancelled_instance_stay_what_they_are_after_loading():
    ended = Player(process(start(), timer("t"), end(), chain("start", "t", "end"))).fire("t")
    stopped = Player(process(start(), timer("t"), end(), chain("start", "t", "end"))).cancel()
    for _ in range(2):
        ended._save_and_load()
        stopped._save_and_load()
    assert ended.flow.ended
    assert not stopped.flow.ended


def stored_flow(name: str) -> TokenFlow:
    """What an earlier version has stored; a fixture is never made anew."""
    diagram, _, _ = name.partition("_")
    spec = compile_process((FIXTURES / f"{diagram}.bpmn").read_bytes(), "p")
    stored = (FIXTURES / f"{name}.snapshot").read_bytes()
    flow = TokenFlow.load(spec, stored, conditions=lambda *asked: True)
    assert flow.snapshot() == stored
    return flow


def first(flow: TokenFlow, activity: str) -> str:
    return next(token.token_id for token in flow.waiting() if token.activity_id == activity)


def test_a_snapshot_of_an_earlier_version_is_still_read_and_continued():
    flow = stored_flow("round_1")
    flow.complete("t7")
    flow.deliver(first(flow, "answered"))
    assert flow.ended


def test_a_snapshot_with_runs_and_event_sub_processes_is_still_read_and_continued():
    flow = stored_flow("runs_1")
    for activity in ("y", "help", "x", "y", "help", "each"):
        flow.complete(first(flow, activity))
    whole = first(flow, "ask")
    flow.complete(next(token.token_id for token in flow.waiting() if token.activity_id == "ask" and token.kind == "work"))
    flow.complete(whole)
    assert flow.ended
    late = stored_flow("runs_1")
    late.fire_timer(first(late, "late"))
    assert [token.activity_id for token in late.waiting()] == ["stop", "look"]
