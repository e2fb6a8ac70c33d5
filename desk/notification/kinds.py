"""The kinds of notice, one for each template that people of the house get: which must be had, and which can't wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """`must` can't be turned off in the app. `urgent` goes at once, also in quiet hours and to who wants a digest."""

    must: bool = False
    urgent: bool = False


KINDS: Mapping[str, Kind] = {
    "assigned": Kind(must=True),
    "reassigned": Kind(must=True),
    "contact_customer": Kind(must=True),
    "customer_message": Kind(must=True),
    "reopened": Kind(must=True),
    "urged": Kind(must=True),
    "merged": Kind(must=True),
    "escalated": Kind(must=True),
    "queue_alarm": Kind(must=True, urgent=True),
    "undeliverable": Kind(must=True),
    "left_untouched": Kind(must=True),
    "answering": Kind(must=True),
    "nobody_answers": Kind(must=True, urgent=True),
    "response_warning": Kind(),
    "solution_warning": Kind(),
    "follow_up_due": Kind(must=True),
    "next_response_due": Kind(must=True),
    "feedback_due": Kind(),
    "team_limit_missed": Kind(must=True),
    "promise_broken": Kind(must=True),
    "contribution_asked": Kind(must=True),
    "contribution_overdue": Kind(must=True),
    "contribution_withdrawn": Kind(must=True),
    "contribution_warning": Kind(),
    "contribution_done": Kind(),
    "contribution_passed_on": Kind(),
    "technical_done": Kind(),
    "approval_done": Kind(),
    "dissatisfied_late": Kind(),
    "suggestions_handed_over": Kind(),
}
OTHER = Kind()
_SAME_KIND: Mapping[str, str] = {"answering_line": "answering", "queue_alarm_above": "queue_alarm", "offered": "assigned"}
"""Templates that tell otherwise what another one tells, of many cases, a higher level or a whole team, say: what is chosen for
that one holds for both.
"""


def name_of_kind(template: str) -> str:
    """The kind of notice that a template is, by which people choose and channels subscribe."""
    return _SAME_KIND.get(template, template)


def kind_of(template: str) -> Kind:
    """What holds for a template; one that isn't listed can be turned off and can wait."""
    return KINDS.get(name_of_kind(template), OTHER)
