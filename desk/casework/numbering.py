"""Case numbers NRyyyymmddNNN: the local day and a counter that restarts at local midnight and grows past 999 by a digit."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from desk.store import numbering
from engine.ports import Transaction

_DAY = len("yyyymmdd")
_NUMBER = re.compile(r"NR\d{11,}", re.ASCII)


def is_number(text: str) -> bool:
    """Whether a text is a case's number, drawn already or not."""
    return _NUMBER.fullmatch(text) is not None


def next_number(tx: Transaction, now: datetime, zone: ZoneInfo) -> str:
    """Draw the next number of the local day."""
    day = f"{now.astimezone(zone):%Y%m%d}"
    return f"NR{day}{numbering.next_of_day(tx, day):03d}"


def give_back(tx: Transaction, number: str) -> None:
    """Take back a number that no case got, unless a later one was drawn already: then it is never used."""
    day = number[len("NR") :][:_DAY]
    numbering.take_back(tx, day, int(number[len("NR") + _DAY :]))
