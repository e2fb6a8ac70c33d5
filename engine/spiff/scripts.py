"""The only evaluation that a diagram may cause: the condition of a sequence flow, answered by the caller.

SpiffWorkflow evaluates through the workflow's script engine or directly through its environment. Both are replaced,
so that no text of a diagram ever reaches Python's `eval` or `exec`, whatever road it takes.
"""

from dataclasses import dataclass
from typing import NoReturn, Protocol

from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.script_engine.python_environment import BasePythonScriptEngineEnvironment

from engine.spiff.errors import ConditionFailed, EvaluationRefused


class Conditions(Protocol):
    """Answers whether a conditional flow is open for a token. Raises ConditionFailed when there is no yes or no."""

    def __call__(self, flow_id: str, expression: str, token_id: str) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowCondition:
    """The condition of one sequence flow: its text with the leading `=`, blank space at both ends cut off."""

    flow_id: str
    expression: str


def _refuse(what: object) -> NoReturn:
    raise EvaluationRefused(f"The diagram asked to run {str(what)[:200]!r}; only conditions of sequence flows may run.")


class _NoEnvironment(BasePythonScriptEngineEnvironment):
    def evaluate(self, expression, context, external_context=None) -> NoReturn:
        _refuse(expression)

    def execute(self, script, context, external_context=None) -> NoReturn:
        _refuse(script)

    def call_service(self, context, **kwargs) -> NoReturn:
        _refuse(kwargs)


class ConditionsOnly(PythonScriptEngine):
    """A script engine that knows conditions of sequence flows and refuses all else."""

    def __init__(self, conditions: Conditions) -> None:
        super().__init__(environment=_NoEnvironment())
        self._conditions = conditions

    def evaluate(self, task, expression, external_context=None) -> bool:
        if not isinstance(expression, FlowCondition):
            _refuse(expression)
        answer = self._conditions(expression.flow_id, expression.expression, task.id)
        if answer is not True and answer is not False:
            raise ConditionFailed(
                f'the condition of flow "{expression.flow_id}" gave {type(answer).__name__} instead of yes or no'
            )
        return answer

    def execute(self, task, script, external_context=None) -> NoReturn:
        _refuse(script)

    def call_service(self, task, **kwargs) -> NoReturn:
        _refuse(kwargs)
