"""Reasons in history that is older than their codes: English sentences of the desk's rules, as code and arguments."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_WHERE = r"(?P<team>[\w-]+)(?: \(fallback for (?P<instead>[\w-]+)\))?(?: with skill (?P<skill>[\w-]+))?"
_LOAD = r": (?P<load>\d+) of (?P<capacity>\d+)"
_MISSED = r"(?:(?P<clock>\w+) was missed: )?"
_REASONS = (
    (rf"the only one free in {_WHERE}", "only_one_free"),
    (rf"least loaded in {_WHERE}{_LOAD}", "least_loaded"),
    (rf"waited longest among the least loaded in {_WHERE}{_LOAD}", "waited_longest"),
    (r"handled it before", "handled_before"),
    (r"nobody of (?P<team>[\w-]+) is free and fit; offered to the whole team", "nobody_free"),
    (rf"{_MISSED}supervisor of (?P<team>[\w-]+)", "team_supervisor"),
    (rf"{_MISSED}deputy of (?P<team>[\w-]+)", "team_deputy"),
    (rf"{_MISSED}another supervisor", "another_supervisor"),
    (rf"{_MISSED}no supervisor can take it; alarm to the queue of supervisors", "no_supervisor"),
)
_OBSTACLES = (
    (r"lacks skill (?P<skill>[\w-]+)", "lacks_skill"),
    (r"at capacity", "at_capacity"),
    (r"owns the case", "owns_case"),
    (r"was told before", "told_before"),
)


def coded_reason(text: str) -> tuple[str, Mapping[str, Any]]:
    """Code and arguments of an old reason; the code is "" for a sentence that isn't the desk's."""
    return _coded(text, _REASONS)


def coded_obstacle(text: str) -> tuple[str, Mapping[str, Any]]:
    """Code and arguments of an old obstacle; one that was a code already has the code ""."""
    return _coded(text, _OBSTACLES)


def _coded(text: str, patterns: tuple[tuple[str, str], ...]) -> tuple[str, Mapping[str, Any]]:
    for pattern, code in patterns:
        if found := re.fullmatch(pattern, text):
            return code, {name: value for name, value in found.groupdict().items() if value}
    return "", {}
