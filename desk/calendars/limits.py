"""Limits: promised lengths such as `15min`, `2h`, `4bh` and `3wd`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from desk.limits.limit_errors import LimitInvalid

UNITS = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "bh": timedelta(hours=1)}
WORKING_DAYS = "wd"
BUSINESS_UNITS = frozenset({"bh", WORKING_DAYS})
"""Units that mean a business calendar when none is named."""

MOST = 100_000
_LIMIT = re.compile(r"([+-]?\d{1,9}(?:\.\d{1,6})?)\s*([a-z]+)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """`amount` (more than zero) of `unit`: min, h or bh of the calendar's open time, or wd, its working days.

    Around the clock, min and h are time elapsed. bh is h; it says that business hours are meant, whatever calendar that is.
    """

    amount: Fraction
    unit: str

    def __str__(self) -> str:
        return f"{float(self.amount):g}{self.unit}"


def read_limit(text: str) -> Limit:
    """Read a limit. Raises LimitInvalid, also for 0: a target of 0 means that there is no clock."""
    match = _LIMIT.fullmatch(text.strip())
    if match is None or match[2] not in (*UNITS, WORKING_DAYS):
        raise LimitInvalid(text, "can't be read; write for example 15min, 2h, 4bh (working hours) or 3wd (working days)")
    amount, unit = Fraction(match[1]), match[2]
    if amount < 0:
        raise LimitInvalid(text, "is negative; write how much time may pass, for example 2h")
    if amount == 0:
        raise LimitInvalid(text, "is no time at all, which means no clock; write at least 1min or 1wd")
    if amount > MOST:
        raise LimitInvalid(text, f"is too long; write at most {MOST}{unit}")
    if unit == WORKING_DAYS and amount.denominator != 1:
        raise LimitInvalid(text, "has a part of a day; working days are whole, use bh for parts")
    return Limit(amount=amount, unit=unit)
