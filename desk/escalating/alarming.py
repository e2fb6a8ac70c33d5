"""Whom the alarm of a level without a person of its own reaches: a pure rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from desk.model import Agent
from desk.store.escalations import KeptEscalation

ALARM, ALARM_ABOVE = "queue_alarm", "queue_alarm_above"
"""The templates: when nobody was told of the limit, and when somebody was at a lower level."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """`agents` are alarmed; `told` are those whom lower levels of the same limit told, by name."""

    agents: tuple[Agent, ...]
    told: tuple[str, ...]

    @property
    def template(self) -> str:
        return ALARM_ABOVE if self.told else ALARM


def alarm(
    kept: KeptEscalation, levels: Sequence[KeptEscalation], supervisors: Sequence[Agent], people: Mapping[str, Agent]
) -> Alarm | None:
    """All supervisors but those whom a lower level told when this one was due already, after a down-time or of a case that was
    entered late: that they didn't answer is no news yet. None when that leaves nobody. `levels` are all of the case.
    """
    below = [one for one in levels if _is_below(one, kept) and one.told_at]
    just_told = {one.supervisor for one in below if one.told_at and one.told_at >= kept.at}
    agents = () if None in just_told else tuple(one for one in supervisors if one.login not in just_told)
    if just_told and not agents:
        return None
    names = dict.fromkeys(people[one.supervisor].name for one in below if one.supervisor in people)
    return Alarm(agents=agents, told=tuple(names))


def _is_below(one: KeptEscalation, kept: KeptEscalation) -> bool:
    return (one.clock, one.round) == (kept.clock, kept.round) and one.level < kept.level
