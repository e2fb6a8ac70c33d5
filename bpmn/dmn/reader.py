"""From the bytes of a DMN file to a model in which every expression is parsed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from lxml import etree

from bpmn.dmn.boxed import BoxReader
from bpmn.dmn.elements import Decision, DecisionService, Element, InputData, KnowledgeModel, Reference
from bpmn.dmn.errors import MalformedDecisions
from bpmn.dmn.model import DecisionModel
from bpmn.dmn.reading import Problem, Reading, child, children, expression_in
from bpmn.dmn.types import TypeNames
from bpmn.feel.types import FeelType, FunctionType
from bpmn.xml import local_name, parse_xml

_NAMED = frozenset(
    (
        "inputData",
        "decision",
        "businessKnowledgeModel",
        "decisionService",
        "itemComponent",
        "variable",
        "informationItem",
        "column",
        "output",
        "import",
    )
)
_REQUIREMENTS = ("informationRequirement", "knowledgeRequirement")


def read_decisions(xml: bytes, *, source: str = "", imports: Iterable[DecisionModel] = (), strict: bool = True) -> DecisionModel:
    """Read a model. `source` names the file in messages; `imports` are models that this one may import.

    With `strict` off, parts that can't be parsed become null and are listed in the model's `problems`.
    Raises MalformedDecisions, naming the first problem and listing all, and bpmn.xml's errors for unsafe XML.
    """
    root = parse_xml(xml, source=source)
    if local_name(root) != "definitions" or "DMN" not in root.tag:
        raise MalformedDecisions(
            "this is no DMN file",
            source=source,
            line=root.sourceline,
            way_out="Choose a file whose outermost element is DMN's <definitions>",
            fact_zh="这不是 DMN 文件",
            way_out_zh="请选择最外层元素为 DMN <definitions> 的文件",
        )
    try:
        return _ModelReader(root, source, {model.namespace: model for model in imports}).model(strict=strict)
    except RecursionError:
        raise MalformedDecisions("the types refer to each other in too long a chain", source=source) from None


def imported_namespaces(xml: bytes, *, source: str = "") -> tuple[str, tuple[str, ...]]:
    """The namespace of a model and those of the models that it imports, to read them in order."""
    root = parse_xml(xml, source=source)
    imports = (element.get("namespace") or "" for element in children(root, "import"))
    return root.get("namespace") or "", tuple(imports)


class _ModelReader:
    def __init__(self, root: etree._Element, source: str, available: Mapping[str, DecisionModel]) -> None:
        self._root = root
        self._source = source
        self._problems: list[Problem] = []
        self._imports = self._imported(available)
        self._names = self._all_names()
        definitions = {item.get("name") or "": item for item in children(root, "itemDefinition")}
        self._types = TypeNames(definitions, self._names, self._imported_types())
        self._reading = self._new_reading()

    def model(self, *, strict: bool) -> DecisionModel:
        elements = {element.id: element for element in map(self._element, self._root) if element}
        self._check_references(elements)
        self._check_circles(elements)
        if strict and self._problems:
            raise self._rejection()
        return DecisionModel(
            namespace=self._root.get("namespace") or "",
            name=self._root.get("name") or "",
            source=self._source,
            elements=elements,
            types=self._types,
            imports=self._imports,
            phrases=self._names,
            problems=tuple(problem.message for problem in self._problems),
        )

    def _imported(self, available: Mapping[str, DecisionModel]) -> dict[str, DecisionModel]:
        found = {}
        for element in children(self._root, "import"):
            namespace = element.get("namespace") or ""
            if namespace in available:
                found[element.get("name") or ""] = available[namespace]
            elif "DMN" in (element.get("importType") or "DMN"):
                message = f"the model {namespace}, which this one imports, is missing; add it"
                message_zh = f"缺少被导入的模型 {namespace}，请添加"
                self._problems.append(Problem(line=element.sourceline, message=message, message_zh=message_zh))
        return found

    def _imported_types(self) -> dict[str, FeelType]:
        return {
            f"{label}.{name}" if label else name: of for label, model in self._imports.items() for name, of in model.types.items()
        }

    def _all_names(self) -> frozenset[str]:
        own = {element.get("name") for element in self._root.iter() if local_name(element) in _NAMED}
        own |= {element.get("iteratorVariable") for element in self._root.iter("{*}for", "{*}some", "{*}every")}
        imported = (model.phrases for model in self._imports.values())
        return frozenset(name for name in own if name).union(*imported)

    def _new_reading(self) -> Reading:
        return Reading(names=self._names, types=self._types)

    def _element(self, element: etree._Element) -> Element | None:
        read = self._READERS.get(local_name(element))
        if read is None:
            return None
        self._reading = self._new_reading()
        result = read(self, element)
        self._problems += self._reading.problems
        return result

    def _input_data(self, element: etree._Element) -> InputData:
        return InputData(**_identity(element), type=self._variable_type(element))

    def _decision(self, element: etree._Element) -> Decision:
        identity = _identity(element)
        boxes = BoxReader(self._reading, identity["id"], identity["name"])
        box = expression_in(element)
        node = boxes.compiled(box) if box is not None else None
        return Decision(
            **identity,
            type=self._variable_type(element),
            requires=self._references(element),
            expression=node,
            tables=tuple(boxes.tables),
            reads=frozenset(self._reading.reads),
        )

    def _knowledge(self, element: etree._Element) -> KnowledgeModel:
        identity = _identity(element)
        logic = child(element, "encapsulatedLogic")
        boxes = BoxReader(self._reading, identity["id"], identity["name"])
        function = boxes.function(logic) if logic is not None else None
        parameters, body = function or ((), None)
        return KnowledgeModel(
            **identity,
            type=self._result_type(element, logic),
            requires=self._references(element),
            parameters=parameters,
            body=body,
        )

    def _result_type(self, element: etree._Element, logic: etree._Element | None) -> FeelType:
        """What a function returns: the result of its function type, or the type named at its logic."""
        of = self._variable_type(element)
        if isinstance(of, FunctionType):
            return of.result or self._types.named(None)
        return self._reading.type_of(logic)

    def _service(self, element: etree._Element) -> DecisionService:
        of = self._variable_type(element)
        return DecisionService(
            **_identity(element),
            type=(of.result or self._types.named(None)) if isinstance(of, FunctionType) else of,
            outputs=self._links(element, "outputDecision"),
            input_data=self._links(element, "inputData"),
            input_decisions=self._links(element, "inputDecision"),
        )

    def _variable_type(self, element: etree._Element) -> FeelType:
        return self._reading.type_of(child(element, "variable"))

    def _references(self, element: etree._Element) -> tuple[Reference, ...]:
        links = (link for requirement in children(element, *_REQUIREMENTS) for link in requirement)
        return tuple(self._reference(link) for link in links if local_name(link))

    def _links(self, element: etree._Element, name: str) -> tuple[Reference, ...]:
        return tuple(self._reference(link) for link in children(element, name))

    def _reference(self, link: etree._Element) -> Reference:
        namespace, _, target = (link.get("href") or "").rpartition("#")
        return Reference(id=target, model="" if namespace == self._root.get("namespace") else namespace)

    def _check_references(self, elements: Mapping[str, Element]) -> None:
        """Drop nothing silently: every requirement must lead to an element of this model or of an imported one."""
        known = {model.namespace: model.elements for model in self._imports.values()} | {"": elements}
        for key, element in list(elements.items()):
            for reference in _references_of(element):
                if reference.id not in known.get(reference.model, {}):
                    place = f" of the model {reference.model}" if reference.model else ""
                    message = f"`{element.name}` requires {reference.id!r}{place}, which is missing; add it"
                    message_zh = f"“{element.name}”需要 {reference.id!r}，但找不到它，请添加"
                    self._problems.append(Problem(line=None, message=message, message_zh=message_zh))
                    elements[key] = _without_logic(elements[key])

    def _check_circles(self, elements: Mapping[str, Element]) -> None:
        """No decision may need its own result. Knowledge models may call themselves."""
        decisions = {key: element for key, element in elements.items() if isinstance(element, Decision)}
        settled: set[str] = set()
        while ready := [
            key
            for key, decision in decisions.items()
            if all(need.model or need.id in settled or need.id not in decisions for need in decision.requires)
        ]:
            settled.update(ready)
            decisions = {key: decision for key, decision in decisions.items() if key not in settled}
        if decisions:
            names = ", ".join(f"`{decision.name}`" for decision in decisions.values())
            message = f"{names} require each other in a circle; remove one of the requirements"
            message_zh = f"{names} 相互依赖形成循环，请去掉其中一个依赖"
            self._problems.append(Problem(line=None, message=message, message_zh=message_zh))

    def _rejection(self) -> MalformedDecisions:
        messages = tuple(problem.message for problem in self._problems)
        more = f" (and {len(messages) - 1} more)" if len(messages) > 1 else ""
        return MalformedDecisions(
            f"{messages[0]}{more}",
            problems=messages,
            source=self._source,
            line=self._problems[0].line,
            way_out="Correct it in the decision editor",
            fact_zh=self._problems[0].message_zh + (f"（另有 {len(messages) - 1} 处）" if more else ""),
            way_out_zh="请在决策编辑器中修正",
        )

    _READERS: ClassVar[dict] = {
        "inputData": _input_data,
        "decision": _decision,
        "businessKnowledgeModel": _knowledge,
        "decisionService": _service,
    }


def _identity(element: etree._Element) -> dict[str, str]:
    name = element.get("name") or element.get("id") or ""
    return {"id": element.get("id") or name, "name": name}


def _references_of(element: Element) -> tuple[Reference, ...]:
    if isinstance(element, Decision | KnowledgeModel):
        return element.requires
    if isinstance(element, DecisionService):
        return (*element.outputs, *element.input_data, *element.input_decisions)
    return ()


def _without_logic(element: Element) -> Element:
    """The element with null for its result, when what it needs is missing."""
    if isinstance(element, KnowledgeModel):
        return KnowledgeModel(id=element.id, name=element.name, parameters=element.parameters)
    if isinstance(element, DecisionService):
        return DecisionService(id=element.id, name=element.name)
    return Decision(id=element.id, name=element.name, type=element.type)
