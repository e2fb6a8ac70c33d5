"""What lint says: where, what, and the way out, in English and in Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Protocol

from bpmn.wording import Wording


class Severity(StrEnum):
    """An error stops a deployment, a warning does not, an info is for whoever wants it better still."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that lint found. `element_id` and `line` are "" and 0 where a whole file is meant."""

    rule: str
    severity: Severity
    file: str
    element_id: str
    element_name: str
    line: int
    message: str
    way_out: str
    message_zh: str
    way_out_zh: str

    def text(self, language: str = "en") -> str:
        """Return message and way out in a language."""
        if language.startswith("zh"):
            return f"{self.message_zh}。{self.way_out_zh}" if self.way_out_zh else self.message_zh
        return f"{self.message}. {self.way_out}" if self.way_out else self.message

    @property
    def order(self) -> tuple[Any, ...]:
        """Errors before warnings, then by file, line and element."""
        rank = list(Severity).index(self.severity)
        return rank, self.file, self.line, self.element_id, self.rule, self.message


class Located(Protocol):
    """Anything of a diagram that has an id, a name and a line."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def line(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something is, when no node, flow or process stands for it."""

    id: str = ""
    name: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What a rule yields; lint adds the rule's name, its severity and the file (unless `file` says another)."""

    at: Located
    message: Wording
    way_out: Wording
    params: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    file: str | None = None

    def as_finding(self, rule: str, severity: Severity, file: str) -> Finding:
        """Return the finding, every sentence filled in."""
        params = {"name": self.at.name or self.at.id, **self.params}
        return Finding(
            rule=rule,
            severity=severity,
            file=self.file or file,
            element_id=self.at.id,
            element_name=self.at.name or self.at.id,
            line=self.at.line,
            message=self.message.fill("en", params),
            way_out=self.way_out.fill("en", params),
            message_zh=self.message.fill("zh", params),
            way_out_zh=self.way_out.fill("zh", params),
        )
