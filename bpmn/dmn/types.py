"""Item definitions: the types that a model names. They may refer to each other in any order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree

from bpmn.feel import FeelSyntaxError, parse_unary_tests
from bpmn.feel.runtime import Run, Scope
from bpmn.feel.types import (
    ANY,
    SIMPLE_TYPES,
    ConstrainedType,
    ContextType,
    FeelType,
    FunctionType,
    ListType,
)
from bpmn.xml import local_name

_OLD_NAMES = {"dateTime": "date and time", "dayTimeDuration": "days and time duration"} | {
    "yearMonthDuration": "years and months duration",
    "boolean": "boolean",
}


class TypeNames(Mapping[str, FeelType]):
    """Types by name, built from their item definitions when first asked for. `imported` has names with a prefix."""

    def __init__(
        self, definitions: Mapping[str, etree._Element], names: frozenset[str], imported: Mapping[str, FeelType]
    ) -> None:
        self._definitions = definitions
        self._names = names
        self._known: dict[str, FeelType] = dict(imported)
        self._open: set[str] = set()

    def __getitem__(self, name: str) -> FeelType:
        if name not in self._known:
            self._known[name] = self._resolved(name)
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter({*self._known, *self._definitions})

    def __len__(self) -> int:
        return len({*self._known, *self._definitions})

    def named(self, name: str | None) -> FeelType:
        """The type of that name, built-in or from the model; any type when there is none, or when it holds itself."""
        if not name:
            return ANY
        for candidate in (name, name.partition(":")[2], name.rpartition(".")[2]):
            if candidate in self:
                return self[candidate]
            built_in = SIMPLE_TYPES.get(_OLD_NAMES.get(candidate, candidate))
            if built_in:
                return ANY if built_in.name == "Any" else built_in
        return ANY

    def _resolved(self, name: str) -> FeelType:
        definition = self._definitions[name]
        if name in self._open:
            return ANY
        self._open.add(name)
        try:
            return self._from_definition(definition)
        finally:
            self._open.discard(name)

    def _from_definition(self, definition: etree._Element) -> FeelType:
        of = self._base(definition)
        of = self._constrained(of, definition, "allowedValues")
        if definition.get("isCollection") == "true":
            of = ListType(of)
        return self._constrained(of, definition, "typeConstraint")

    def _base(self, definition: etree._Element) -> FeelType:
        parts = {part: list(definition.iterchildren(f"{{*}}{part}")) for part in ("itemComponent", "functionItem")}
        if parts["itemComponent"]:
            return ContextType({part.get("name"): self._from_definition(part) for part in parts["itemComponent"]})
        if parts["functionItem"]:
            return self._function(parts["functionItem"][0])
        reference = next((content for content in definition if local_name(content) == "typeRef"), None)
        return self.named((reference.text or "").strip() if reference is not None else definition.get("typeRef"))

    def _function(self, item: etree._Element) -> FunctionType:
        parameters = tuple(self.named(part.get("typeRef")) for part in item if local_name(part) == "parameters")
        return FunctionType(parameters, self.named(item.get("outputTypeRef")))

    def _constrained(self, of: FeelType, definition: etree._Element, part: str) -> FeelType:
        text = next(("".join(found.itertext()).strip() for found in definition.iterchildren(f"{{*}}{part}")), "")
        if not text:
            return of
        try:
            tests = parse_unary_tests(text, names=self._names)
        except FeelSyntaxError:
            return of

        def allows(value: object, run: Run) -> bool | None:
            return tests.test(value, Scope({}, run))

        return ConstrainedType(of, allows)
