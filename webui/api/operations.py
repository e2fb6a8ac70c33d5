"""How an operation of the API is declared: once, beside its view. The declaration checks its requests and describes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jsonschema import Draft202012Validator

from desk.model import Scope
from desk.tokens import Caller
from webui.api.shapes import ID, Schema, text

PROBLEMS_OF_ALL = (422, 503)
PROBLEMS_OF_CALLERS = (401, 403)
PROBLEMS_OF_BODIES = (400, 413, 415)
PROBLEMS_OF_CHANGES = (404, 409, 410)
JSON, ZIP = "application/json", "application/zip"
KEY_HEADER = "Idempotency-Key"
KEY = text(80, pattern="^[\\x21-\\x7e]+$")
PAGING: Mapping[str, Schema] = {
    "limit": {"type": "integer", "minimum": 1, "maximum": 200, "default": 50},
    "cursor": text(400, pattern="^[A-Za-z0-9_-]+$"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request that was checked: who calls, and the parts of it as the operation declares them."""

    caller: Caller | None
    path: Mapping[str, Any]
    query: Mapping[str, Any]
    body: Any
    key: str | None

    @property
    def by(self) -> str:
        """The login of the agent for whom the caller acts; only operations with a scope may ask."""
        assert self.caller is not None
        return self.caller.agent.login


Answer = tuple[int, Any] | Any
View = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method on one address.

    `path` names its parts in braces; a part whose name ends in _id is a number. Without a `scope` it is open to everybody;
    `roles` are those of the pages that show the same (administrators have them all). `answers` maps a status to its schema,
    None for no body. With `creates` the header Idempotency-Key is taken.
    """

    method: str
    path: str
    view: View
    scope: Scope | None
    roles: tuple[str, ...] = ()
    parts: Mapping[str, Schema] = field(default_factory=dict)
    query: Mapping[str, Schema] = field(default_factory=dict)
    body: Schema | None = None
    media_type: str = JSON
    creates: bool = False
    answers: Mapping[int, Schema | None] = field(default_factory=dict)
    validator: Draft202012Validator = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "validator", Draft202012Validator(self.body or {}))

    @property
    def name(self) -> str:
        return self.view.__name__

    @property
    def words(self) -> tuple[str, str]:
        """Summary and description: the first line of the view's docstring, and the whole."""
        told = " ".join((self.view.__doc__ or "").split())
        return told.partition(". ")[0].rstrip("."), told

    @property
    def tag(self) -> str:
        """The resource: the module in which the operation stands."""
        return self.view.__module__.rpartition(".")[2].replace("_", " ")

    @property
    def path_parts(self) -> dict[str, Schema]:
        """The schema of each named part of the path."""
        names = [part[1:-1] for part in self.path.split("/") if part.startswith("{")]
        return {name: self.parts.get(name, ID) for name in names}

    @property
    def rule(self) -> str:
        """The path as Flask writes it."""
        return self.path.replace("{", "<").replace("}", ">")

    @property
    def problems(self) -> tuple[int, ...]:
        """The statuses with which it may refuse."""
        found = set(PROBLEMS_OF_ALL)
        found.update(PROBLEMS_OF_CALLERS if self.scope else ())
        found.update(PROBLEMS_OF_BODIES if self.body is not None else ())
        found.update(PROBLEMS_OF_CHANGES if self.method != "GET" else ())
        found.update((404,) if self.path_parts or self.scope else ())
        return tuple(sorted(found))


Resource = Sequence[Operation]
