"""From normalised BPMN XML to a Spec that any number of instances and threads may share (P20)."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType

from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.specs import WorkflowSpec

from engine.spiff import gateways, nodes
from engine.spiff.checks import check_compensation, check_connections, find_feeders
from engine.spiff.errors import CompileRefused
from engine.spiff.parser import FlowParser, in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """One compiled process definition. `hash` (hex) names the XML and process that it was compiled from."""

    process_id: str
    hash: str
    process: WorkflowSpec
    nodes: Mapping[str, nodes.FlowNode]
    inclusive_joins: tuple[gateways.InclusiveNode, ...]


def compile_process(normalised_xml: bytes, process_id: str) -> Spec:
    """Compile one process of a document.

    Raises CompileRefused, with the element's name, for anything that this engine would not run right.
    """
    parser = FlowParser()
    try:
        parser.add_bpmn_str(normalised_xml)
        found = parser.get_process_parser(process_id)
        if found is None:
            told = ", ".join(filter(None, parser.process_parsers)) or "none with an id"
            raise CompileRefused(f'The diagram has no process "{process_id}"; it has {told}.')
        if not found.process_executable:
            raise CompileRefused(f"{in_words(found.node)} is not marked as executable.")
        process = found.get_spec()
        found.refuse_loose_flows()
    except (SyntaxError, ValidationException) as error:
        raise CompileRefused(f"The diagram cannot be read: {' '.join(map(str, error.args))}") from error
    root = nodes.ProcessNode(WorkflowSpec(name=process_id), process_id, element="process")
    root.start = found.only_start()
    root.event_starts = found.event_starts
    if found.own_compensation() is not None:
        raise CompileRefused(f"{in_words(found.node)} has a compensation event sub-process, which nothing could ever start.")
    process.start = root
    return _spec(normalised_xml, process_id, process, parser.nodes_by_id)


def _spec(xml: bytes, process_id: str, process: WorkflowSpec, found: dict) -> Spec:
    check_connections(found.values())
    check_compensation(found)
    inclusive = tuple(node for node in found.values() if isinstance(node, gateways.InclusiveNode))
    for gateway in inclusive:
        gateway.feeders = find_feeders(gateway)
    return Spec(
        process_id=process_id,
        hash=sha256(process_id.encode() + b"\0" + xml).hexdigest(),
        process=process,
        nodes=MappingProxyType(dict(found)),
        inclusive_joins=tuple(gateway for gateway in inclusive if len(gateway.incoming) > 1),
    )


def verify_compiles(normalised_xml: bytes, process_id: str, *, timeout_seconds: float = 20) -> None:
    """Compile in a child process that is killed when it takes too long or too much.

    Raises CompileRefused as `compile_process` does, and for a diagram that is not done after `timeout_seconds`.
    """
    command = [sys.executable, "-m", "engine.spiff.compile_child", process_id]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    try:
        child = subprocess.run(
            command, input=normalised_xml, capture_output=True, timeout=timeout_seconds, env=environment, check=False
        )
    except subprocess.TimeoutExpired:
        raise CompileRefused(f"The diagram was not compiled after {timeout_seconds:g} seconds; make it simpler.") from None
    if child.returncode != 0:
        raise CompileRefused("The diagram stopped the compiler; it may be too large. Make it simpler.")
    refusal = json.loads(child.stdout)["refused"]
    if refusal is not None:
        raise CompileRefused(refusal)
