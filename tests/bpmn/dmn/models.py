"""Small decision models, written short."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def definitions(*parts: str, namespace: str = "urn:test") -> bytes:
    return f'<definitions xmlns="{DMN}" namespace="{namespace}" name="test">{"".join(parts)}</definitions>'.encode()


def table(
    inputs: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    outputs: Sequence[str] = ("result",),
    policy: str = "UNIQUE",
    extra: str = "",
    allowed: dict[str, str] | None = None,
    priorities: str = "",
    default: str = "",
) -> str:
    """A table whose rows hold first the input cells, then the output cells."""
    allowed = allowed or {}
    columns = "".join(
        f"<input><inputExpression><text>{escape(name)}</text></inputExpression>"
        + (f"<inputValues><text>{escape(allowed[name])}</text></inputValues>" if name in allowed else "")
        + "</input>"
        for name in inputs
    )
    results = "".join(
        f"<output name={quoteattr(name)}>"
        + (f"<outputValues><text>{escape(priorities)}</text></outputValues>" if priorities else "")
        + (f"<defaultOutputEntry><text>{escape(default)}</text></defaultOutputEntry>" if default else "")
        + "</output>"
        for name in outputs
    )
    lines = "".join(_rule(index, row, len(inputs)) for index, row in enumerate(rows, 1))
    return f'<decisionTable hitPolicy="{policy}" {extra}>{columns}{results}{lines}</decisionTable>'


def _rule(index: int, row: Sequence[str], width: int) -> str:
    cells = [
        f"<{tag}><text>{escape(text)}</text></{tag}>"
        for position, text in enumerate(row)
        for tag in ["inputEntry" if position < width else "outputEntry"]
    ]
    return f'<rule id="row_{index}"><description>why {index}</description>{"".join(cells)}</rule>'


def literal(text: str, attributes: str = "") -> str:
    return f"<literalExpression {attributes}><text>{escape(text)}</text></literalExpression>"


def decision(id_: str, logic: str, *, name: str = "", needs: Sequence[str] = (), type_: str = "") -> str:
    """A decision that needs other elements, given as `decision:id`, `input:id` or `knowledge:id`."""
    variable = f'<variable name="{name or id_}" typeRef="{type_}"/>' if type_ else ""
    return f'<decision id="{id_}" name="{name or id_}">{variable}{"".join(map(_need, needs))}{logic}</decision>'


def _need(need: str) -> str:
    kind, _, target = need.partition(":")
    target = target if "#" in target else f"#{target}"
    if kind == "knowledge":
        return f'<knowledgeRequirement><requiredKnowledge href="{target}"/></knowledgeRequirement>'
    return f'<informationRequirement><required{kind.capitalize()} href="{target}"/></informationRequirement>'


def input_data(name: str, type_: str = "Any", id_: str = "") -> str:
    return f'<inputData id="{id_ or name}" name="{name}"><variable name="{name}" typeRef="{type_}"/></inputData>'


def knowledge(name: str, parameters: Sequence[str], body: str, needs: Sequence[str] = ()) -> str:
    formal = "".join(f'<formalParameter name="{parameter}"/>' for parameter in parameters)
    return (
        f'<businessKnowledgeModel id="{name}" name="{name}"><encapsulatedLogic>{formal}{body}</encapsulatedLogic>'
        f"{''.join(map(_need, needs))}</businessKnowledgeModel>"
    )
