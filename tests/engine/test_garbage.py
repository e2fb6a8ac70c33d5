"""The collector rests while many values are held, and only then."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from engine.garbage import collector_resting


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    was_enabled = gc.isenabled()
    gc.enable()
    yield
    (gc.enable if was_enabled else gc.disable)()


def test_the_collector_rests_within_the_block_and_works_after_it():
    with collector_resting():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_the_collector_works_again_after_a_block_that_failed():
    with pytest.raises(LookupError), collector_resting():
        raise LookupError
    assert gc.isenabled()


def test_the_collector_works_after_blocks_of_two_threads_that_overlap():
    first, second = collector_resting(), collector_resting()
    first.__enter__(), second.__enter__()
    first.__exit__(None, None, None), second.__exit__(None, None, None)
    assert gc.isenabled()


def test_a_collector_that_was_turned_off_stays_off():
    gc.disable()
    with collector_resting():
        pass
    assert not gc.isenabled()
