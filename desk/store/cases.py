"""Cases: what the process and the desk know of the customer's matter."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, func, or_, select, true, update

from desk import tables
from desk.errors import CaseNotFound
from desk.model import Case, CaseState
from desk.store.sealing import index, seal, unseal
from desk.tables import CONTACT, DESCRIPTION, ORDER, PRODUCT
from engine.db import tables as engine_tables
from engine.db.queries import OPEN_TASKS
from engine.db.statements import Statement, given, insert_into
from engine.errors import StaleRevision
from engine.model import TaskState
from engine.ports import Transaction
from engine.vault import KeyRing

MOST_OWNERS = 5
_COLUMNS = [tables.case.c[field] for field in Case.__slots__]


_row = tables.case.c
_CHANGING = tuple(field for field in Case.__slots__ if field not in ("number", "revision"))
_ONE_QUERY = select(*_COLUMNS).where(_row.number == given(_row.number))
_ONE = Statement(_ONE_QUERY)
# "no key": who only adds rows that refer to the case needn't wait
_LOCKED = Statement(_ONE_QUERY.with_for_update(key_share=True))
_SAVED = Statement(
    update(tables.case)
    .where(_row.number == given(_row.number, "was_number"), _row.revision == given(_row.revision, "was_revision"))
    .values({name: given(_row[name]) for name in (*_CHANGING, "revision")})
    .returning(*_COLUMNS)
)
_WAITS = select(tables.assignment.c.case_number).where(
    tables.assignment.c.case_number == _row.number, tables.assignment.c.waiting_since.is_not(None)
)
_OWNERS = Statement(
    select(_row.owner)
    .where(_row.customer_id == given(_row.customer_id), _row.number != given(_row.number), _row.owner.is_not(None))
    .where(_row.state.in_((CaseState.OPEN, CaseState.IN_PROGRESS)), ~_WAITS.exists())
    .order_by(_row.received_at.desc(), _row.number.desc())
    .limit(MOST_OWNERS)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What the customer said, in clear."""

    contact: str
    description: str
    order_number: str
    product: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Readable:
    """Which cases a person may read: all of them, or those of the own teams and those that they have part in.

    Without a `login` there is no own part.
    """

    everything: bool
    login: str | None
    team_keys: Collection[str]

    def condition(self) -> ColumnElement[bool]:
        """As a condition on the table of cases."""
        case, task, offered = tables.case, engine_tables.user_task, engine_tables.user_task_group
        if self.everything:
            return true()
        if self.login is None:
            return case.c.team.in_(list(self.team_keys))
        # sets that are found once by index, not conditions that are asked of every case
        held = select(task.c.business_key).where(task.c.state.in_(list(TaskState)), task.c.assignee == self.login)
        to_teams = select(offered.c.task_id).where(offered.c.group_key.in_(list(self.team_keys)))
        free = (task.c.state.in_(OPEN_TASKS), task.c.assignee.is_(None))
        open_to_me = select(task.c.business_key).where(*free, task.c.id.in_(to_teams))
        called = or_(task.c.assignee == self.login, and_(*free, task.c.id.in_(to_teams)))
        part = or_(case.c.number.in_(held), case.c.number.in_(open_to_me), case.c.number.in_(_callers(called)))
        mine = or_(case.c.owner == self.login, case.c.created_by == self.login)
        return or_(case.c.team.in_(list(self.team_keys)), mine, part)


def _callers(tasks: ColumnElement[bool]) -> Select[tuple[str]]:
    """The business keys of the instances above those called instances that have such a task."""
    task, instance = engine_tables.user_task, engine_tables.process_instance
    below = select(task.c.instance_id).where(task.c.business_key.contains("/"), tasks)
    columns = (instance.c.id, instance.c.parent_id, instance.c.business_key)
    chain = select(*columns).where(instance.c.id.in_(below)).cte(recursive=True)
    above = instance.alias()
    chain = chain.union(select(above.c.id, above.c.parent_id, above.c.business_key).join(chain, above.c.id == chain.c.parent_id))
    return select(chain.c.business_key)


def insert_case(tx: Transaction, vault: KeyRing, case: Case, matter: Matter) -> None:
    """Keep a new case."""
    values = {
        **{field: getattr(case, field) for field in Case.__slots__},
        "contact_sealed": seal(vault, matter.contact, CONTACT),
        "description_sealed": seal(vault, matter.description, DESCRIPTION),
        "order_sealed": seal(vault, matter.order_number, ORDER),
        "order_index": index(vault, matter.order_number, ORDER),
        "product_sealed": seal(vault, matter.product, PRODUCT),
    }
    insert_into(tables.case, tuple(values)).run(tx, **values)


def case(tx: Transaction, number: str, *, readable: Readable | None = None, lock: bool = False) -> Case:
    """One case; `lock` keeps other writers of it waiting. Raises CaseNotFound, also when `readable` leaves it out."""
    if readable is None:
        found = (_LOCKED if lock else _ONE).one_or_none(tx, number=number)
    else:
        query = select(*_COLUMNS).where(tables.case.c.number == number, readable.condition())
        row = tx.execute(query.with_for_update(key_share=True) if lock else query).one_or_none()
        found = dict(row._mapping) if row else None
    if found is None:
        raise CaseNotFound(number)
    return _case(found)


def owners_of_customer(tx: Transaction, case: Case) -> tuple[str, ...]:
    """Who owns other cases of the same customer on which work goes on, the newest received first, at most MOST_OWNERS.

    What waits in a line is nobody's work.
    """
    return tuple(dict.fromkeys(_OWNERS.column(tx, customer_id=case.customer_id, number=case.number)))


def readable_among(tx: Transaction, numbers: Collection[str], readable: Readable) -> frozenset[str]:
    """Which of the cases a person may read."""
    number = tables.case.c.number
    return frozenset(tx.execute(select(number).where(number.in_(list(numbers)), readable.condition())).scalars())


def open_of_customer(tx: Transaction, case: Case, readable: Readable, limit: int) -> list[Case]:
    """Other cases of the same customer and process on which work goes on, the newest received first."""
    table = tables.case.c
    same = (table.customer_id == case.customer_id, table.number != case.number, table.process_key == case.process_key)
    query = select(*_COLUMNS).where(*same, table.state.in_((CaseState.OPEN, CaseState.IN_PROGRESS)), readable.condition())
    ordered = query.order_by(table.received_at.desc(), table.number.desc()).limit(limit)
    return [_case(row) for row in tx.execute(ordered).mappings()]


def of_customers(tx: Transaction, customer_ids: Collection[int], limit: int) -> list[Case]:
    """The cases of these customers, the newest received first."""
    query = select(*_COLUMNS).where(tables.case.c.customer_id.in_(list(customer_ids)))
    ordered = query.order_by(tables.case.c.received_at.desc(), tables.case.c.number.desc()).limit(limit)
    return [_case(row) for row in tx.execute(ordered).mappings()]


def found_locked(tx: Transaction, number: str) -> Case | None:
    """The case with that number, with other writers of it kept waiting; None when a business key is no case of ours."""
    row = _LOCKED.one_or_none(tx, number=number)
    return _case(row) if row else None


def known(tx: Transaction, number: str) -> bool:
    """Whether a business key is a case of ours."""
    return tx.execute(select(tables.case.c.number).where(tables.case.c.number == number)).first() is not None


def save(tx: Transaction, case: Case, **changes: Any) -> Case:
    """Change columns of a case that was read before. Raises StaleRevision when somebody was faster."""
    values = {name: changes.get(name, getattr(case, name)) for name in _CHANGING} | {"revision": case.revision + 1}
    row = _SAVED.one_or_none(tx, **values, was_number=case.number, was_revision=case.revision)
    if row is None:
        current = tx.execute(select(tables.case.c.revision).where(tables.case.c.number == case.number)).scalar_one_or_none()
        raise StaleRevision(f"Case {case.number}", read=case.revision, current=current)
    return _case(row)


def touch(tx: Transaction, number: str) -> None:
    """Count a change of what is shown with a case, though no column of its own changed. Its instance must be locked."""
    tx.execute(update(tables.case).where(_row.number == number).values(revision=_row.revision + 1))


def counts(tx: Transaction, process_key: str) -> dict[tuple[str, CaseState], int]:
    """How many cases of a process there are, by version and state."""
    version, state = tables.case.c.version, tables.case.c.state
    query = select(version, state, func.count()).where(tables.case.c.process_key == process_key).group_by(version, state)
    return {(row[0], CaseState(row[1])): row[2] for row in tx.execute(query)}


def matters(tx: Transaction, vault: KeyRing, numbers: Collection[str]) -> dict[str, Matter]:
    """What the customers of these cases said, by number."""
    query = select(tables.case).where(tables.case.c.number.in_(list(numbers)))
    return {
        row.number: Matter(
            contact=unseal(vault, row.contact_sealed, CONTACT),
            description=unseal(vault, row.description_sealed, DESCRIPTION),
            order_number=unseal(vault, row.order_sealed, ORDER),
            product=unseal(vault, row.product_sealed, PRODUCT),
        )
        for row in tx.execute(query)
    }


def cases(tx: Transaction, numbers: Collection[str]) -> dict[str, Case]:
    """Cases by number; unknown numbers are left out."""
    query = select(*_COLUMNS).where(tables.case.c.number.in_(list(numbers)))
    return {row.number: _case(row._mapping) for row in tx.execute(query)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which cases a list shows; None means any."""

    states: Collection[CaseState] | None = None
    type: str | None = None
    priority: str | None = None
    team: str | None = None
    owner: str | None = None
    process_key: str | None = None
    version: str | None = None
    tier: str | None = None
    tag: str | None = None
    entered_from: datetime | None = None
    entered_until: datetime | None = None
    text: TextFilter | None = None
    after: tuple[datetime, str] | None = None
    """The last case of the page before, by receipt and number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFilter:
    """What a searched text can stand for."""

    number: str
    order_index: bytes | None
    customer_ids: Sequence[int]


def found(tx: Transaction, wanted: Filter, readable: Readable, *, limit: int, offset: int) -> tuple[list[Case], int]:
    """A page of cases, the newest received first, and how many there are in all."""
    where = [readable.condition(), *_conditions(wanted)]
    total = tx.execute(select(func.count()).select_from(tables.case).where(*where)).scalar_one()
    query = select(*_COLUMNS).where(*where).order_by(tables.case.c.received_at.desc(), tables.case.c.number.desc())
    return [_case(row._mapping) for row in tx.execute(query.limit(limit).offset(offset))], total


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    table = tables.case.c
    conditions = [
        table[name] == value
        for name in ("type", "priority", "team", "owner", "process_key", "version", "tier")
        if (value := getattr(wanted, name)) is not None
    ]
    if wanted.tag is not None:
        conditions.append(cast(table.tags, String).contains(json.dumps(wanted.tag), autoescape=True))
    if wanted.states is not None:
        conditions.append(table.state.in_(wanted.states))
    if wanted.entered_from is not None:
        conditions.append(table.entered_at >= wanted.entered_from)
    if wanted.entered_until is not None:
        conditions.append(table.entered_at < wanted.entered_until)
    if wanted.after is not None:
        received_at, number = wanted.after
        same = and_(table.received_at == received_at, table.number < number)
        conditions.append(or_(table.received_at < received_at, same))
    if wanted.text is not None:
        conditions.append(_text_condition(wanted.text))
    return conditions


def _text_condition(text: TextFilter) -> ColumnElement[bool]:
    table = tables.case.c
    alternatives = [table.customer_id.in_(text.customer_ids)]
    if text.number:
        alternatives.append(table.number.contains(text.number, autoescape=True))
    if text.order_index is not None:
        alternatives.append(table.order_index == text.order_index)
    return or_(*alternatives)


def _case(row: Mapping[str, Any]) -> Case:
    return Case(**{**row, "state": CaseState(row["state"]), "tags": tuple(row["tags"])})
