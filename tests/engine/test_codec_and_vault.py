"""Values keep their types, sealed values keep their secrets."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import codec, history
from engine.errors import Invalid, SettingsInvalid, VaultError
from engine.history import HandlerDecided, HistoryEvent, TaskCreated
from engine.vault import KeyRing

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.dates()
    | st.datetimes(timezones=st.just(UTC))
    | st.timedeltas()
)
KEYS = st.text() | st.sampled_from(["$", "v", "typename", "__class__"])
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)


def typed(value: Any) -> Any:
    """The value with its types spelled out, because 1 == True == 1.0."""
    if isinstance(value, dict):
        return {key: typed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [typed(item) for item in value]
    return type(value).__name__, str(value)


@given(VALUES)
def test_every_value_comes_back_with_its_type(value: Any) -> None:
    assert typed(codec.decode(codec.encode(value))) == typed(value)


@pytest.mark.parametrize(
    "value",
    [object(), {1: "x"}, {"a": {1, 2}}, float("nan"), Decimal("Infinity"), datetime(2023, 10, 1), b"x"],  # noqa: DTZ001
)
def test_what_cannot_be_kept_is_refused_with_the_way_out(value: Any) -> None:
    with pytest.raises(Invalid, match=r"\."):
        codec.encode(value)


def test_endless_nesting_is_refused() -> None:
    value: list[Any] = []
    for _ in range(5000):
        value = [value]
    with pytest.raises(Invalid, match="nested more than"):
        codec.encode(value)


def test_every_kind_of_event_comes_back() -> None:
    kinds = [kind for kind in vars(history).values() if isinstance(kind, type) and issubclass(kind, HistoryEvent)]
    assert len(kinds) > 20
    decided = HandlerDecided(
        at=datetime(2023, 10, 1, tzinfo=UTC), by="engine", activity_id="assign", token_id="t1", handler="assign",
        result={"assignee": "li", "due_at": datetime(2023, 10, 2, tzinfo=UTC)}, reason="least loaded",
        considered=({"login": "li", "load": 1},),
    )  # fmt: skip
    created = TaskCreated(
        at=datetime(2023, 10, 1, tzinfo=UTC), task_id=1, name="处理", assignee=None, candidate_groups=("a", "b"), properties={}
    )
    for event in (decided, created):
        again = codec.decode_event(
            type(event).__name__,
            codec.encode_event(event),
            at=event.at,
            by=event.by,
            activity_id=event.activity_id,
            token_id=event.token_id,
        )
        assert again == event


def test_a_sealed_text_tells_nothing_and_opens_again() -> None:
    ring = KeyRing.generate()
    sealed = ring.seal_text("13812345678", context=b"contact")
    assert b"138" not in sealed
    assert ring.open_text(sealed, context=b"contact") == "13812345678"
    assert ring.seal_text("13812345678", context=b"contact") != sealed


def test_a_changed_byte_another_context_or_another_ring_is_refused() -> None:
    ring = KeyRing.generate()
    sealed = ring.seal_text("x", context=b"contact")
    for wrong in (sealed[:-1] + bytes([sealed[-1] ^ 1]), b"", b"plain text of some length that nobody sealed"):
        with pytest.raises(VaultError):
            ring.open(wrong, context=b"contact")
    with pytest.raises(VaultError, match="changed outside"):
        ring.open(sealed, context=b"name")
    with pytest.raises(VaultError):
        KeyRing.generate().open(sealed, context=b"contact")


def test_a_rotated_ring_opens_the_old_and_seals_with_the_new() -> None:
    old = KeyRing.generate()
    sealed = old.seal_text("x")
    fresh = old.rotated()
    assert fresh.open_text(sealed) == "x"
    assert KeyRing.key_id(fresh.seal_text("x")) == 2
    with pytest.raises(VaultError, match="Key 2 isn't in the key file"):
        old.open(fresh.seal_text("x"))
    assert fresh.blind_index("138", purpose="phone") == old.blind_index("138", purpose="phone")


def test_blind_indexes_of_other_purposes_differ() -> None:
    ring = KeyRing.generate()
    assert ring.blind_index("138", purpose="phone") != ring.blind_index("138", purpose="number")
    assert ring.blind_index("138", purpose="phone") != KeyRing.generate().blind_index("138", purpose="phone")


def test_a_key_file_is_private_and_survives_saving(tmp_path: Path) -> None:
    path, ring = tmp_path / "keys.json", KeyRing.generate()
    ring.save(path)
    assert path.stat().st_mode & 0o077 == 0
    assert KeyRing.from_file(path).open_text(ring.seal_text("x")) == "x"


@pytest.mark.parametrize("content", ["", "{}", "[]", json.dumps({"keys": {"1": "AAAA"}, "index_key": "AAAA"})])
def test_a_damaged_key_file_says_so(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(content)
    with pytest.raises(SettingsInvalid):
        KeyRing.from_file(path)
    with pytest.raises(SettingsInvalid, match="doesn't exist"):
        KeyRing.from_file(tmp_path / "none.json")


def test_durations_and_dates_are_told_apart() -> None:
    assert codec.decode(codec.encode([timedelta(days=1), date(2023, 10, 1)])) == [timedelta(days=1), date(2023, 10, 1)]
