"""One evaluation of a decision model: values of decisions are worked out once, when somebody requires them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar, Protocol

from bpmn.dmn.elements import Decision, DecisionService, Element, InputData, KnowledgeModel, Reference
from bpmn.dmn.errors import DecisionsInCircle
from bpmn.dmn.hits import DecisionRun
from bpmn.feel import to_feel
from bpmn.feel.expression import host_functions
from bpmn.feel.nodes import user_function
from bpmn.feel.runtime import Run, Scope
from bpmn.feel.types import coerced
from bpmn.feel.values import Function

_PENDING = object()


class Knowledge(Protocol):
    """What an evaluation asks of a decision model: its namespace, its elements by id, other models by their name here."""

    @property
    def namespace(self) -> str: ...
    @property
    def elements(self) -> Mapping[str, Element]: ...
    @property
    def imports(self) -> Mapping[str, Knowledge]: ...


class Evaluation:
    """`given` are values of inputs and decisions by id that are fixed from outside, as by a decision service."""

    def __init__(
        self,
        model: Knowledge,
        inputs: Mapping[str, object],
        run: DecisionRun,
        functions: Mapping[str, Callable],
        given: Mapping[str, object] | None = None,
    ) -> None:
        self._model = model
        self._inputs = inputs
        self._run = run
        self._functions = functions
        self._values: dict[str, object] = dict(given or {})
        self._imported: dict[str, Evaluation] = {}

    def outcome(self, element: Element) -> object:
        """The value of a decision or input; of a function, its result for the inputs as arguments."""
        value = self.value(element)
        if isinstance(element, Decision | InputData) or not isinstance(value, Function):
            return value
        return value.invoke(self._run, [to_feel(self._inputs.get(name)) for name in value.parameters])

    def value(self, element: Element) -> object:
        """The element's value, or the function that it is."""
        if element.id not in self._values:
            self._values[element.id] = _PENDING
            self._values[element.id] = self._RULES[type(element)](self, element)
        if self._values[element.id] is _PENDING:
            raise DecisionsInCircle(element.id)
        return self._values[element.id]

    def _input(self, element: InputData) -> object:
        return coerced(to_feel(self._inputs.get(element.name)), element.type, self._run)

    def _decision(self, element: Decision) -> object:
        if element.expression is None:
            return None
        scope = Scope(self._required(element.requires), self._run, self._undeclared(element))
        return coerced(element.expression(scope), element.type, self._run)

    def _knowledge(self, element: KnowledgeModel) -> Function | None:
        if element.body is None:
            return None
        names: dict[str, object] = {}
        function = user_function(
            element.name, element.parameters, element.type, lambda run: Scope(names, run, self._outermost()), element.body
        )
        names[element.name] = function
        self._values[element.id] = function
        names.update(self._required(element.requires))
        return function

    def _service(self, element: DecisionService) -> Function:
        parameters = [self._find(reference) for reference in (*element.input_data, *element.input_decisions)]
        outputs = [self._find(reference) for reference in element.outputs]

        def call(run: Run, arguments: list) -> object:
            given = {
                parameter.id: coerced(argument, parameter.type, run)
                for parameter, argument in zip(parameters, arguments, strict=True)
            }
            run.enter()
            inner = Evaluation(self._model, {}, self._run, self._functions, given)
            values = {output.name: inner.value(output) for output in outputs}
            run.leave()
            return coerced(values if len(values) > 1 else next(iter(values.values()), None), element.type, run)

        return Function(element.name, tuple(parameter.name for parameter in parameters), call)

    def _required(self, references: tuple[Reference, ...]) -> dict[str, object]:
        names: dict[str, object] = {}
        for reference in references:
            if reference.model:
                label, inner = self._import(reference.model)
                element = inner._find(Reference(id=reference.id))
                holder = names.setdefault(label, {}) if label else names
                holder[element.name] = inner.value(element)
            else:
                element = self._find(reference)
                names[element.name] = self.value(element)
        return names

    def _import(self, namespace: str) -> tuple[str, Evaluation]:
        label, model = next((name, model) for name, model in self._model.imports.items() if model.namespace == namespace)
        if namespace not in self._imported:
            inputs = self._inputs.get(label)
            known = inputs if isinstance(inputs, Mapping) else self._inputs
            self._imported[namespace] = Evaluation(model, known, self._run, self._functions)
        return label, self._imported[namespace]

    def _find(self, reference: Reference) -> Element:
        return self._model.elements[reference.id]

    def _undeclared(self, element: Decision) -> Scope:
        """Inputs that no input data declares: tables of Camunda read variables without declaring them."""
        declared = {other.name for other in self._model.elements.values()}
        names = {name: to_feel(self._inputs[name]) for name in element.reads if name in self._inputs and name not in declared}
        return Scope(names, self._run, self._outermost())

    def _outermost(self) -> Scope:
        return Scope(host_functions(self._functions), self._run)

    _RULES: ClassVar[dict] = {
        InputData: _input,
        Decision: _decision,
        KnowledgeModel: _knowledge,
        DecisionService: _service,
    }
