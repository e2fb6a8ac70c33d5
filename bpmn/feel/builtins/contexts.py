"""Functions over contexts."""

from __future__ import annotations

from bpmn.feel.builtins.registry import builtin
from bpmn.feel.runtime import Run


@builtin("get value(m: context, key: string)")
def get_value(m: dict, key: str) -> object:
    return m.get(key)


@builtin("get value(context: context, keys: list)")
@builtin("get value(m: context, key: list)")
def get_value_by_path(m: dict, keys: list) -> object:
    value: object = m
    for key in keys:
        value = value.get(key) if isinstance(value, dict) and isinstance(key, str) else None
    return value


@builtin("get entries(m: context)")
def get_entries(m: dict) -> list:
    return [{"key": key, "value": value} for key, value in m.items()]


@builtin("context(entries: list)")
def context(entries: list) -> dict | None:
    result: dict[str, object] = {}
    for entry in entries:
        if not (isinstance(entry, dict) and isinstance(entry.get("key"), str) and "value" in entry):
            return None
        if entry["key"] in result:
            return None
        result[entry["key"]] = entry["value"]
    return result


@builtin("context put(context: context, key: string, value:)")
def context_put(context: dict, key: str, value: object) -> dict:
    return {**context, key: value}


@builtin("context put(context: context, keys: list, value:)", wants_run=True)
@builtin("context put(context: context, key: list, value:)", wants_run=True)
def context_put_at_path(run: Run, context: dict, keys: list, value: object) -> dict | None:
    """A copy with the value at the end of a path; null when the path is empty or leads through something else."""
    if not keys or not all(isinstance(key, str) for key in keys):
        return None
    copies = [dict(context)]
    for key in keys[:-1]:
        inner = copies[-1].get(key)
        if not isinstance(inner, dict):
            return None
        run.spend(len(inner))
        copies.append(dict(inner))
        copies[-2][key] = copies[-1]
    copies[-1][keys[-1]] = value
    return copies[0]


@builtin("context merge(contexts: list)", wants_run=True)
def context_merge(run: Run, contexts: list) -> dict | None:
    result: dict[str, object] = {}
    for context in contexts:
        if not isinstance(context, dict):
            return None
        run.spend(len(context))
        result.update(context)
    return result
