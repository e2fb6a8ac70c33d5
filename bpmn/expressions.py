"""The narrow door to FEEL for diagrams and forms: is a text valid, and what is its value."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from bpmn.feel import FeelError, FeelSyntaxError, parse, to_python
from bpmn.wording import Wording


def feel_problem(text: str) -> Wording | None:
    """Say in plain words why a text is not FEEL; None when it is."""
    try:
        _parsed(text)
    except FeelSyntaxError as error:
        return Wording(str(error), error.in_chinese())
    except FeelError as error:
        return Wording(str(error), str(error))
    return None


def feel_names(text: str) -> frozenset[str]:
    """Return the top-level names that a valid FEEL text reads."""
    return _parsed(text).names


def feel_calls(text: str) -> frozenset[str]:
    """Return the names that a valid FEEL text calls as functions without FEEL having them."""
    return _parsed(text).calls


def feel_value(text: str, context: Mapping[str, Any]) -> Any:
    """Return a FEEL text's value as plain Python; raises bpmn.feel.FeelError."""
    return to_python(_parsed(text).evaluate(context))


@lru_cache(maxsize=2048)
def _parsed(text: str) -> Any:
    return parse(text)
