"""The variables of an instance as a step sees them: each is opened when it is first read, for a step reads few of many."""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from typing import Any


class Variables(MutableMapping[str, Any]):
    """Values by name. `sealed` are those that are kept already; `open_value` gives the value of one."""

    def __init__(self, sealed: dict[str, bytes], open_value: Callable[[bytes], Any]) -> None:
        self._sealed = sealed
        self._open_value = open_value
        self._opened: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._opened:
            self._opened[name] = self._open_value(self._sealed[name])
        return self._opened[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self._sealed.setdefault(name, b"")
        self._opened[name] = value

    def __delitem__(self, name: str) -> None:
        del self._sealed[name]
        self._opened.pop(name, None)

    def __contains__(self, name: object) -> bool:
        return name in self._sealed

    def __iter__(self) -> Iterator[str]:
        return iter(self._sealed)

    def __len__(self) -> int:
        return len(self._sealed)
