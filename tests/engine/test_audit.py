"""History that was touched outside the engine is named, place by place; history that wasn't is proved."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.dml import UpdateBase

from caseloop.rotation import reseal
from engine import audit
from engine.chain import Chain
from engine.commands import SetVariables
from engine.db.tables import history_event, process_instance
from engine.errors import Invalid, NotFound, VaultError
from engine.proof import Fault, Verdict
from engine.vault import KeyRing
from tests.engine.conftest import NINE, Bench
from tests.engine.test_instances import one_task


def tamper(bench: Bench, *statements: UpdateBase) -> None:
    """Change the database as its administrator could, who has no key of ours."""
    with bench.db.engine.connect() as connection:
        if bench.db.dialect == "postgresql":
            connection.exec_driver_sql("SET session_replication_role = replica")
        else:
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
            named = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            for name in connection.exec_driver_sql(named).scalars().all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.invalidate()


def event(instance: Any, seq: int) -> tuple[Any, Any]:
    """The condition of one event's row."""
    return history_event.c.instance_id == instance.id, history_event.c.seq == seq


def row(bench: Bench, instance: Any, seq: int) -> dict[str, Any]:
    with bench.db.reading() as tx:
        return dict(tx.execute(select(history_event).where(*event(instance, seq))).one()._mapping)


def change(instance: Any, seq: int, **values: Any) -> UpdateBase:
    return update(history_event).where(*event(instance, seq)).values(**values)


def change_instance(instance: Any, **values: Any) -> UpdateBase:
    return update(process_instance).where(process_instance.c.id == instance.id).values(**values)


def renumber(instance: Any, *pairs: tuple[int, int]) -> list[UpdateBase]:
    steps = [(old, 1000 + new) for old, new in pairs] + [(1000 + new, new) for _, new in pairs]
    return [update(history_event).where(*event(instance, old)).values({"seq": new}) for old, new in steps]


def verify(bench: Bench, **options: Any) -> list[Verdict]:
    return list(audit.verify(bench.db, bench.vault, **options))


def breaks(bench: Bench, **options: Any) -> list[tuple[int | None, Fault]]:
    return [(each.seq, each.fault) for verdict in verify(bench, **options) for each in verdict.breaks]


def anchor(bench: Bench) -> list[str]:
    return list(audit.take_anchor(bench.db, now=bench.clock.now()))


@pytest.fixture
def case(bench: Bench) -> Any:
    """A finished instance between two open ones."""
    bench.start(one_task(), key="K-0", who="Bo")
    instance = bench.start(one_task(), key="K-1", who="An")
    bench.clock.advance(minutes=5)
    bench.do(instance, "handle", {"done": True})
    bench.start(one_task(), key="K-2", who="Cy")
    return instance


@pytest.fixture
def length(bench: Bench, case: Any) -> int:
    return len(bench.history(case))


def test_an_untouched_history_is_proved(bench: Bench, case: Any, length: int) -> None:
    found = verify(bench)
    assert [(each.case, each.breaks) for each in found] == [("K-0", ()), ("K-1", ()), ("K-2", ())]
    assert (found[1].events, found[1].older) == (length, 0)
    assert length > 10


@pytest.mark.parametrize("column", ["type", "at", "recorded_at", "by", "activity_id", "token_id"])
def test_a_changed_column_is_named_with_its_place(bench: Bench, case: Any, column: str) -> None:
    other = NINE - timedelta(days=1) if column.endswith("at") else "ActivityLeft2"
    tamper(bench, change(case, 5, **{column: other}))
    assert breaks(bench) == [(5, Fault.CHANGED)]


def test_a_column_that_was_emptied_is_named(bench: Bench, case: Any, length: int) -> None:
    seq = next(seq for seq, each in enumerate(bench.history(case)) if each.activity_id)
    tamper(bench, change(case, seq, activity_id=None))
    assert breaks(bench) == [(seq, Fault.CHANGED)]


def test_a_changed_byte_of_the_data_is_named(bench: Bench, case: Any) -> None:
    sealed = row(bench, case, 5)["data_sealed"]
    tamper(bench, change(case, 5, data_sealed=sealed[:-1] + bytes([sealed[-1] ^ 1])))
    assert breaks(bench) == [(5, Fault.UNREADABLE)]


@pytest.mark.parametrize("damage", [{"data_sealed": b"torn"}, {"type": "Unheard"}, {"type": "TaskCompleted"}])
def test_reading_a_damaged_history_names_the_event(bench: Bench, case: Any, damage: dict[str, Any]) -> None:
    tamper(bench, change(case, 0, **damage))
    with pytest.raises(VaultError, match=f"Event 0 in the history of process instance {case.id} can't be read"):
        bench.history(case)


def test_sealed_data_of_another_event_is_named(bench: Bench, case: Any) -> None:
    tamper(bench, change(case, 0, data_sealed=row(bench, case, 1)["data_sealed"]))
    assert breaks(bench) == [(0, Fault.CHANGED)]


def test_a_changed_link_is_named_once(bench: Bench, case: Any) -> None:
    tamper(bench, change(case, 5, hash=bytes(32)))
    assert breaks(bench) == [(5, Fault.CHANGED)]


def test_two_swapped_events_are_named_as_out_of_order(bench: Bench, case: Any) -> None:
    tamper(bench, *renumber(case, (4, 7), (7, 4)))
    found = [each for verdict in verify(bench) for each in verdict.breaks]
    assert [(each.seq, each.fault) for each in found] == [(4, Fault.MOVED), (7, Fault.MOVED)]
    assert "written as event 7" in str(found[0])


def test_two_neighbours_swapped_are_named_as_out_of_order(bench: Bench, case: Any) -> None:
    tamper(bench, *renumber(case, (4, 5), (5, 4)))
    assert breaks(bench) == [(4, Fault.MOVED), (5, Fault.MOVED)]


def test_a_deleted_event_is_missing_and_the_rest_is_proved(bench: Bench, case: Any) -> None:
    tamper(bench, delete(history_event).where(*event(case, 5)), change(case, 8, by="somebody"))
    assert breaks(bench) == [(5, Fault.MISSING), (8, Fault.CHANGED)]


def test_a_deleted_last_event_is_missing(bench: Bench, case: Any, length: int) -> None:
    tamper(bench, delete(history_event).where(*event(case, length - 1)))
    assert breaks(bench) == [(length - 1, Fault.MISSING)]


def test_cutting_off_the_end_and_its_count_shows_at_the_head(bench: Bench, case: Any, length: int) -> None:
    link_before = row(bench, case, length - 2)["hash"]
    tamper(
        bench,
        delete(history_event).where(*event(case, length - 1)),
        change_instance(case, history_length=length - 1, history_hash=link_before),
    )
    assert breaks(bench) == [(None, Fault.HEAD)]


def test_events_written_after_a_cut_show_it_for_ever(bench: Bench) -> None:
    instance = bench.start(one_task(), who="An")
    length = len(bench.history(instance))
    link_before = row(bench, instance, length - 2)["hash"]
    tamper(
        bench,
        delete(history_event).where(*event(instance, length - 1)),
        change_instance(instance, history_length=length - 1, history_hash=link_before),
    )
    with bench.db.transaction() as tx:
        bench.engine.set_variables(tx, SetVariables(instance_id=instance.id, values={"who": "Bo"}, by="ana", reason="moved"))
    assert breaks(bench) == [(length - 1, Fault.CHANGED)]


def test_a_whole_history_that_is_gone_is_missing(bench: Bench, case: Any, length: int) -> None:
    tamper(bench, delete(history_event).where(history_event.c.instance_id == case.id))
    assert breaks(bench) == [(0, Fault.MISSING)]


def test_an_added_event_is_named(bench: Bench, case: Any, length: int) -> None:
    tamper(bench, insert(history_event).values(**{**row(bench, case, 5), "seq": length}))
    assert breaks(bench) == [(length, Fault.CHANGED), (None, Fault.HEAD)]


def test_an_event_added_without_a_link_is_named(bench: Bench, case: Any, length: int) -> None:
    tamper(
        bench,
        insert(history_event).values(**{**row(bench, case, 5), "seq": length, "hash": None}),
        change_instance(case, history_length=length + 1),
    )
    assert breaks(bench) == [(length, Fault.UNCHAINED)]


def test_a_changed_head_is_named(bench: Bench, case: Any) -> None:
    tamper(bench, change_instance(case, history_hash=bytes(32)))
    assert breaks(bench) == [(None, Fault.HEAD)]


def test_a_changed_count_is_named(bench: Bench, case: Any, length: int) -> None:
    tamper(bench, change_instance(case, history_length=length - 1))
    assert breaks(bench) == [(None, Fault.HEAD)]


def test_the_history_of_another_case_proves_nothing(bench: Bench, case: Any, length: int) -> None:
    other = bench.start(one_task(), key="K-3", who="Di")
    bench.do(other, "handle", {"done": False})
    foreign = [row(bench, other, seq) for seq in range(len(bench.history(other)))]
    with bench.db.reading() as tx:
        head = tx.execute(select(process_instance.c.history_hash).where(process_instance.c.id == other.id)).scalar_one()
    tamper(
        bench,
        delete(history_event).where(history_event.c.instance_id == case.id),
        insert(history_event).values([{**each, "instance_id": case.id} for each in foreign]),
        change_instance(case, history_length=len(foreign), history_hash=head),
    )
    assert {fault for seq, fault in breaks(bench) if seq is not None} == {Fault.CHANGED}
    assert len(breaks(bench)) == len(foreign)


def test_another_number_for_a_case_breaks_its_first_event(bench: Bench, case: Any) -> None:
    tamper(bench, change_instance(case, business_key="K-9"))
    assert breaks(bench) == [(0, Fault.CHANGED)]


def refused(bench: Bench, statement: UpdateBase) -> bool:
    with bench.db.engine.begin() as connection, pytest.raises(IntegrityError, match="only grows"):
        connection.execute(statement)
    return True


def test_the_database_itself_refuses_to_change_or_delete_an_event(bench: Bench, case: Any) -> None:
    before = row(bench, case, 5)
    for column in history_event.columns:
        if column.name not in ("data_sealed", "seq", "instance_id"):
            assert refused(bench, change(case, 5, **{column.name: before[column.name]}))
    assert refused(bench, delete(history_event).where(*event(case, 5)))
    assert refused(bench, update(history_event).where(*event(case, 5)).values({"seq": 99}))
    assert refused(bench, update(history_event).where(*event(case, 5)).values(instance_id=99))
    assert row(bench, case, 5) == before


def test_new_keys_break_no_chain(bench: Bench, case: Any) -> None:
    ring = bench.vault.rotated()
    with bench.db.transaction() as tx:
        assert reseal(tx, ring, history_event) > 20
    with bench.db.reading() as tx:
        sealed = tx.execute(select(history_event.c.data_sealed)).scalars()
        assert {KeyRing.key_id(each) for each in sealed} == {ring.newest}
    assert [each.breaks for each in audit.verify(bench.db, ring)] == [(), (), ()]


def test_another_key_proves_nothing(bench: Bench, case: Any) -> None:
    head = Chain(bench.vault).genesis(1, "p", "K-1")
    assert head != Chain(KeyRing.generate()).genesis(1, "p", "K-1")
    assert head == Chain(bench.vault.rotated()).genesis(1, "p", "K-1")


def older(bench: Bench, instance: Any, upto: int) -> list[UpdateBase]:
    """As if the first events had been written before there was a chain."""
    return [change(instance, seq, hash=None) for seq in range(upto)]


def test_events_older_than_the_chain_are_counted_and_no_break(bench: Bench) -> None:
    instance = bench.start(one_task(), who="An")
    length = len(bench.history(instance))
    tamper(bench, *older(bench, instance, length), change_instance(instance, history_hash=None))
    assert [(each.older, each.breaks) for each in verify(bench)] == [(length, ())]
    bench.do(instance, "handle", {"done": True})
    bench.start(one_task(), key="K-2", who="Cy")
    found = verify(bench)
    assert [(each.older, each.breaks) for each in found] == [(length, ()), (0, ())]
    assert found[0].events > length


def test_links_taken_away_from_a_case_of_the_chains_time_are_named(bench: Bench, case: Any, length: int) -> None:
    tamper(bench, *older(bench, case, length), change_instance(case, history_hash=None))
    assert breaks(bench) == [(seq, Fault.UNCHAINED) for seq in range(length)]


def test_links_taken_away_from_the_first_events_are_named_by_the_next(bench: Bench) -> None:
    instance = bench.start(one_task(), who="An")
    tamper(bench, *older(bench, instance, 2))
    assert breaks(bench) == [(2, Fault.CHANGED)]


def test_only_the_numbers_asked_for_are_checked(bench: Bench, case: Any) -> None:
    tamper(bench, change(case, 5, by="somebody"))
    assert [each.case for each in verify(bench, keys=["K-0", "K-2"])] == ["K-0", "K-2"]
    assert breaks(bench, keys=["K-1"]) == [(5, Fault.CHANGED)]
    with pytest.raises(NotFound, match="K-7"):
        verify(bench, keys=["K-1", "K-7"])


def test_since_leaves_out_what_was_recorded_before(bench: Bench, case: Any) -> None:
    assert [each.case for each in verify(bench, since=NINE + timedelta(minutes=1))] == ["K-1", "K-2"]


def test_many_cases_are_checked_batch_by_batch(bench: Bench, case: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "BATCH", 1)
    monkeypatch.setattr("engine.db.chained.PAGE", 2)
    assert [(each.case, each.breaks) for each in verify(bench, anchor=audit.read_anchor(anchor(bench)))] == [
        ("K-0", ()), ("K-1", ()), ("K-2", ())
    ]  # fmt: skip


def test_a_history_may_grow_beyond_its_anchor(bench: Bench) -> None:
    instance = bench.start(one_task(), who="An")
    kept = anchor(bench)
    bench.do(instance, "handle", {"done": True})
    assert breaks(bench, anchor=audit.read_anchor(kept)) == []


def test_an_anchor_shows_a_cut_that_put_the_old_head_back(bench: Bench) -> None:
    instance = bench.start(one_task(), who="An")
    with bench.db.reading() as tx:
        before = tx.execute(select(process_instance)).one()
    bench.do(instance, "handle", {"done": True})
    kept = anchor(bench)
    tamper(
        bench,
        delete(history_event).where(history_event.c.seq >= before.history_length),
        change_instance(instance, history_length=before.history_length, history_hash=before.history_hash),
    )
    assert breaks(bench) == []
    assert breaks(bench, anchor=audit.read_anchor(kept)) == [(None, Fault.ANCHOR)]


def test_an_anchor_shows_a_case_that_is_gone(bench: Bench, case: Any) -> None:
    kept = anchor(bench)
    tamper(
        bench,
        delete(history_event).where(history_event.c.instance_id >= case.id),
        delete(process_instance).where(process_instance.c.id >= case.id),
    )
    found = [each for verdict in verify(bench, anchor=audit.read_anchor(kept)) for each in verdict.breaks]
    assert [(each.case, each.fault) for each in found] == [("K-1", Fault.ANCHOR), ("K-2", Fault.ANCHOR)]


def test_an_anchor_shows_a_chain_written_anew_with_the_keys(bench: Bench, case: Any) -> None:
    kept = anchor(bench)
    forged = json.loads(kept[2]) | {"head": "00" * 32}
    digestless = [kept[0], kept[1], json.dumps(forged), *kept[3:]]
    with pytest.raises(Invalid, match="digest"):
        verify(bench, anchor=audit.read_anchor(digestless))


@pytest.mark.parametrize(("lines", "why"), [([], "isn't an anchor"), (["{}"], "can't be read"), (["hello"], "can't be read")])
def test_what_is_no_anchor_is_refused(bench: Bench, lines: list[str], why: str) -> None:
    with pytest.raises(Invalid, match=why):
        verify(bench, anchor=audit.read_anchor(lines))


def test_an_anchor_that_ends_too_early_is_refused(bench: Bench, case: Any) -> None:
    with pytest.raises(Invalid, match="too early"):
        verify(bench, anchor=audit.read_anchor(anchor(bench)[:-1]))


def test_what_an_anchor_tells_makes_no_head(bench: Bench, case: Any) -> None:
    with bench.db.reading() as tx:
        heads = tx.execute(select(process_instance.c.history_hash)).scalars().all()
    assert all(head.hex() not in line for head in heads for line in anchor(bench))
