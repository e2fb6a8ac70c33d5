"""What a scope remembers of the activities that completed in it and can be compensated, the latest last.

Only activities with a handler, and what such activities stand in, are remembered; a scope that is withdrawn forgets all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from engine.spiff.errors import SnapshotRefused
from engine.spiff.happenings import Happening, RunForgotten


class Undoable(Protocol):
    """What is asked of a node here; `body` is only there where `holds_runs`."""

    bpmn_id: str
    has_own_variables: bool
    holds_runs: bool
    remembers: bool
    has_handler: bool
    compensation: object | None
    body: Undoable


class Announcer(Protocol):
    """What is asked of a workflow here."""

    def announce(self, happening: Happening) -> None: ...


class Holder(Protocol):
    """What is asked of a token here."""

    id: str
    task_spec: Undoable
    workflow: Announcer
    scope: Holder
    done: list[Completed]


@dataclass(slots=True, kw_only=True, eq=False)
class Completed:
    """One completed run of an activity: its token, and what completed inside it. `begun` once its handler was let in."""

    node: Undoable
    token_id: str
    inner: list[Completed]
    begun: bool = False


def remember(token: Holder) -> None:
    """A token is through: let its scope remember what could be compensated of it."""
    node, inner, token.done = token.task_spec, token.done, []
    if node.has_handler:
        forget(token.workflow, inner)
        inner = []
    if not inner and node.compensation is None:
        return
    if token.scope.task_spec.remembers:
        token.scope.done.append(Completed(node=node, token_id=token.id, inner=inner))
    else:
        forget(token.workflow, inner)


def forget(workflow: Announcer, records: Iterable[Completed]) -> None:
    """These will not be compensated any more; what was kept for their runs may go."""
    for record in records:
        forget(workflow, record.inner)
        if record.node.has_own_variables:
            workflow.announce(RunForgotten(token_id=record.token_id))


def has_run(records: Iterable[Completed], token_id: str) -> bool:
    """Whether the run of this token is among what is remembered."""
    return any(record.token_id == token_id or has_run(record.inner, token_id) for record in records)


def take(scope: Holder, activity_id: str | None) -> list[Completed]:
    """Move what a scope remembers of one activity, or of all, out of its memory."""
    taken: list[Completed] = []
    left: list[Completed] = []
    for record in scope.done:
        (taken if activity_id in (None, record.node.bpmn_id) else left).append(record)
    scope.done = left
    return taken


def path_to_next(records: list[Completed]) -> list[Completed]:
    """What is compensated next, after what it stands in; the latest that completed is the first to be compensated."""
    path: list[Completed] = []
    while records:
        path.append(records[-1])
        records = [] if path[-1].node.compensation else path[-1].inner
    return path


def not_begun(records: Iterable[Completed]) -> list[Completed]:
    """What of these still waits for its compensation."""
    left = [record for record in records if not record.begun]
    for record in left:
        record.inner = not_begun(record.inner)
    return left


def to_rows(records: Iterable[Completed]) -> list[list]:
    """The stored form: [activity id, token id], with [rows inside, begun] added where there is such."""
    return [_row(record) for record in records]


def _row(record: Completed) -> list:
    plain = [record.node.bpmn_id, record.token_id]
    return [*plain, to_rows(record.inner), int(record.begun)] if record.inner or record.begun else plain


def from_rows(nodes: Mapping[str, Undoable], rows: Iterable[list], *, inside: Undoable) -> list[Completed]:
    """The records that `to_rows` wrote, of what completed inside a node. Raises SnapshotRefused."""
    return [_record(nodes, inside, *row) for row in rows]


def _record(
    nodes: Mapping[str, Undoable], inside: Undoable, activity_id: str, token_id: str, inner: Iterable[list] = (), begun: int = 0
) -> Completed:
    node = nodes.get(activity_id)
    if node is None:
        raise SnapshotRefused(f"{activity_id}, which token {token_id} completed, is not in this process definition")
    if inside.holds_runs and inside.bpmn_id == activity_id:
        node = inside.body
    return Completed(node=node, token_id=token_id, inner=from_rows(nodes, inner, inside=node), begun=bool(begun))
