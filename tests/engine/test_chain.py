"""Links bind every part of an event, and no two events share the bytes that a link is made from."""

from __future__ import annotations

import hmac
from datetime import timedelta, timezone
from typing import Any

import pytest

from engine.chain import Chain, Link
from engine.vault import KeyRing
from tests.engine.conftest import NINE

CHAIN = Chain(KeyRing({1: bytes(32)}, index_key=bytes(range(32))))
HEAD = CHAIN.genesis(7, "story", "K-1")
EVENT = Link(
    instance_id=7, seq=0, type="TaskClaimed", at=NINE, recorded_at=NINE, by="li", activity_id="handle", token_id="3", data=b"{}"
)


@pytest.mark.parametrize(
    "part",
    [{"instance_id": 8}, {"seq": 1}, {"type": "TaskReleased"}, {"at": NINE + timedelta(microseconds=1)},
     {"recorded_at": NINE - timedelta(microseconds=1)}, {"by": "wu"}, {"activity_id": None}, {"activity_id": ""},
     {"token_id": "4"}, {"data": b"{} "}],
)  # fmt: skip
def test_a_link_binds_every_part(part: dict[str, Any]) -> None:
    assert CHAIN.link(HEAD, EVENT._replace(**part)) != CHAIN.link(HEAD, EVENT)


def test_text_moved_from_one_part_to_the_next_is_another_event() -> None:
    one, other = EVENT._replace(by="ab", activity_id="c"), EVENT._replace(by="a", activity_id="bc")
    assert CHAIN.link(HEAD, one) != CHAIN.link(HEAD, other)


def test_nothing_is_another_thing_than_no_text() -> None:
    assert CHAIN.link(HEAD, EVENT._replace(token_id=None)) != CHAIN.link(HEAD, EVENT._replace(token_id=""))


def test_the_same_instant_in_another_zone_is_the_same_event() -> None:
    elsewhere = NINE.astimezone(timezone(timedelta(hours=8)))
    assert CHAIN.link(HEAD, EVENT._replace(at=elsewhere)) == CHAIN.link(HEAD, EVENT)


def test_a_chain_stays_what_it_was_when_it_was_first_written() -> None:
    """These bytes are in databases of our users: another way to make them breaks every chain."""
    assert CHAIN.link(HEAD, EVENT).hex() == "b6e25d8bc85a80eb2bce77739e2adda985b23aadcbc818e41879697837c758c8"
    assert CHAIN.head(CHAIN.link(HEAD, EVENT)).hex() == "b5f4610202c871ce28464f869b081d0c3e0d6033b3cfc2e886dfe195240e6deb"


def test_a_link_alone_tells_no_head() -> None:
    link = CHAIN.link(HEAD, EVENT)
    assert CHAIN.head(link) not in {link, Chain(KeyRing.generate()).head(link)}


def test_the_digest_is_the_hmac_of_the_standard_library() -> None:
    vault = KeyRing({1: bytes(32)}, index_key=bytes(range(32)))
    link = CHAIN.link(HEAD, EVENT)
    assert CHAIN.head(link) == hmac.digest(vault.derived_key("history chain 1"), b"head\0" + link, "sha256")
