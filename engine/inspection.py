"""Where an instance stands, for who repairs it: its tokens and where they may be moved, its data, what it waits for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from engine.db import queries
from engine.definition import Definition
from engine.errors import VaultError
from engine.model import (
    OPEN_INSTANCES,
    Incident,
    InstanceState,
    Job,
    MessageSubscription,
    ProcessInstance,
    Suspension,
    Timer,
)
from engine.ports import Transaction
from engine.spiff import SnapshotRefused, TokenFlow
from engine.vault import KeyRing


class Deployments(Protocol):
    """What looking at an instance asks of the engine."""

    vault: KeyRing

    def definition(self, deployment_id: int, tx: Transaction | None = None) -> Definition: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenToken:
    """A token that waits. `kind` is that of engine.spiff's Waiting; `targets` are the activities to which it may be moved."""

    token_id: str
    activity_id: str
    kind: str
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An instance as it was saved. `problem` says why its tokens or variables can't be read, if they can't."""

    instance: ProcessInstance
    suspension: Suspension | None
    tokens: tuple[OpenToken, ...]
    variables: Mapping[str, Any]
    timers: tuple[Timer, ...]
    jobs: tuple[Job, ...]
    subscriptions: tuple[MessageSubscription, ...]
    incidents: tuple[Incident, ...]
    problem: str = ""


def standing(tx: Transaction, engine: Deployments, instance_id: int) -> Standing:
    """Where an instance stands, read without keeping anybody away. Raises NotFound."""
    instance = queries.instance(tx, instance_id)
    problem, tokens, variables = "", (), {}
    try:
        tokens = _tokens(tx, engine, instance)
        variables = queries.variables(tx, engine.vault, instance_id)
    except (SnapshotRefused, VaultError) as error:
        problem = error.message
    suspended = instance.state is InstanceState.SUSPENDED
    return Standing(
        instance=instance,
        suspension=queries.suspension(tx, engine.vault, instance_id) if suspended else None,
        tokens=tokens,
        variables=variables,
        timers=tuple(queries.timers(tx, instance_id)),
        jobs=tuple(queries.jobs(tx, instance_id=instance_id)),
        subscriptions=tuple(queries.subscriptions(tx, instance_id=instance_id)),
        incidents=tuple(queries.incidents(tx, engine.vault, instance_id=instance_id)),
        problem=problem,
    )


def _tokens(tx: Transaction, engine: Deployments, instance: ProcessInstance) -> tuple[OpenToken, ...]:
    if instance.state not in OPEN_INSTANCES:
        return ()
    spec = engine.definition(instance.deployment_id, tx).spec
    flow = TokenFlow.load(spec, queries.snapshot(tx, instance.id), conditions=_nothing_moves)
    return tuple(
        OpenToken(
            token_id=each.token_id,
            activity_id=each.activity_id,
            kind=each.kind,
            targets=tuple(flow.targets(each.token_id)),
        )
        for each in flow.waiting()
    )


def _nothing_moves(flow_id: str, expression: str, token_id: str) -> bool:
    raise AssertionError("a flow that is only looked at asks no condition")
