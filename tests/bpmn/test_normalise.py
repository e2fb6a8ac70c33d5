"""Diagrams of many modelers come out in the one way that the engine's parser takes, and nothing is invented."""

from hypothesis import given
from hypothesis import strategies as st

from bpmn.diagram import Node, NodeKind, Process, read_diagram
from bpmn.normalise import normalise
from tests.bpmn.samples import diagram, end, extended, flow, start, straight, tag, user_task, zeebe
from tests.support.examples import examples


def normalised(data: bytes) -> Process:
    assert normalise(normalise(data)) == normalise(data), "normalising twice must change nothing"
    return read_diagram(normalise(data)).processes[0]


def way(process: Process, node_id: str) -> list[str]:
    """Where the flows out of a node lead."""
    return [process.flows[flow_id].target for flow_id in process.nodes[node_id].outgoing]


def added(process: Process, kind: NodeKind) -> list[Node]:
    return [node for node in process.nodes.values() if node.kind is kind and "implicit" in node.id]


def test_a_plain_diagram_stays_as_it_is() -> None:
    before, after = read_diagram(straight(user_task("t"))), read_diagram(normalise(straight(user_task("t"))))
    assert list(after.process("p").nodes) == list(before.process("p").nodes)
    assert list(after.process("p").flows) == list(before.process("p").flows)


def test_references_lose_their_prefix_and_texts_the_space_around_them() -> None:
    message = tag("message", id="M", name="answer")
    catch = tag("intermediateCatchEvent", tag("messageEventDefinition", messageRef="tns:M"), id="c")
    timer = tag("boundaryEvent", tag("timerEventDefinition", tag("timeDuration", "\n PT1H ")), id="b", attachedToRef="tns:t")
    data = diagram(
        start(), catch, user_task("t"), timer, end(), flow("start", "c"), flow("c", "t", "\n = a <!-- b --> "), before=message
    )
    text = normalise(data).decode()
    assert 'messageRef="M"' in text
    assert 'attachedToRef="t"' in text
    assert "<bpmn:timeDuration>PT1H</bpmn:timeDuration>" in text
    assert "<bpmn:conditionExpression>= a &lt;!-- b --&gt;</bpmn:conditionExpression>" in text


def test_a_shared_event_definition_is_put_into_its_event() -> None:
    shared = tag("timerEventDefinition", tag("timeDuration", "PT1H"), id="T")
    catch = tag("intermediateCatchEvent", tag("eventDefinitionRef", "tns:T"), id="c")
    assert normalised(straight(catch, before=shared)).nodes["c"].event.expression == "PT1H"


def test_data_that_only_documents_is_left_out() -> None:
    store = tag("dataStore", id="S", name="CRM")
    task = tag("userTask", tag("dataInputAssociation", tag("sourceRef", "ref"), id="a"), tag("ioSpecification"), id="t")
    data = straight(task, before=store).replace(b"</bpmn:process>", b'<bpmn:dataObjectReference id="ref"/></bpmn:process>')
    assert b"data" not in normalise(data)


def test_implicit_starts_and_ends_are_written_out() -> None:
    process = normalised(diagram(user_task("a"), user_task("b"), flow("a", "b")))
    (begin,), (finish,) = added(process, NodeKind.START_EVENT), added(process, NodeKind.END_EVENT)
    assert way(process, begin.id) == ["a"]
    assert way(process, "b") == [finish.id]


def test_several_implicit_starts_begin_together() -> None:
    process = normalised(diagram(user_task("a"), user_task("b")))
    (begin,) = added(process, NodeKind.START_EVENT)
    (fork,) = way(process, begin.id)
    assert process.nodes[fork].kind is NodeKind.PARALLEL_GATEWAY
    assert way(process, fork) == ["a", "b"]


def test_several_plain_flows_out_of_an_activity_fork_at_a_parallel_gateway() -> None:
    process = normalised(diagram(start(), user_task("t"), end("a"), end("b"), flow("start", "t"), flow("t", "a"), flow("t", "b")))
    (fork,) = way(process, "t")
    assert process.nodes[fork].kind is NodeKind.PARALLEL_GATEWAY
    assert way(process, fork) == ["a", "b"]
    assert {"t_a", "t_b"} <= process.flows.keys()


def test_a_split_with_a_condition_is_left_for_lint_to_name() -> None:
    process = normalised(
        diagram(start(), user_task("t"), end("a"), end("b"), flow("start", "t"), flow("t", "a", "= x"), flow("t", "b"))
    )
    assert way(process, "t") == ["a", "b"]


def test_an_empty_sub_process_passes_through() -> None:
    process = normalised(straight(tag("subProcess", id="sub")))
    assert sorted(node.kind for node in process.inside("sub")) == [NodeKind.END_EVENT, NodeKind.START_EVENT]


def test_what_decides_the_course_is_never_invented() -> None:
    gateway = tag("exclusiveGateway", id="g")
    timer = tag("boundaryEvent", tag("timerEventDefinition"), id="b", attachedToRef="t")
    data = diagram(
        start(),
        gateway,
        user_task("t"),
        timer,
        end(),
        flow("start", "g"),
        flow("g", "t"),
        flow("g", "end", " "),
        flow("t", "gone"),
    )
    process = normalised(data)
    assert process.flows["g_t"].condition is None
    assert process.flows["g_end"].condition == ""
    assert process.nodes["g"].default_flow is None
    assert process.nodes["b"].event.expression is None
    assert process.flows["t_gone"].target == "gone"


def test_event_sub_processes_and_compensation_handlers_get_no_flows() -> None:
    aside = tag("subProcess", start("s"), id="es", triggeredByEvent="true") + tag("task", id="undo", isForCompensation="true")
    process = normalised(straight().replace(b"</bpmn:process>", aside.encode() + b"</bpmn:process>"))
    for node_id in ("es", "undo"):
        assert (process.nodes[node_id].incoming, process.nodes[node_id].outgoing) == ((), ())


def test_called_processes_stand_where_the_parser_looks() -> None:
    data = straight(extended("callActivity", "c", zeebe("calledElement", processId="other")))
    assert b'calledElement="other"' in normalise(data)


def test_missing_ids_are_the_ones_by_which_the_reader_calls_the_elements() -> None:
    data = diagram(tag("task", name="Nameless"))
    (name,) = (node.id for node in read_diagram(data).process("p").nodes.values())
    assert name in normalised(data).nodes


KINDS = st.sampled_from(["task", "userTask", "startEvent", "endEvent", "exclusiveGateway", "parallelGateway", "subProcess"])
EDGES = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.booleans()), max_size=14)


@examples(150)
@given(kinds=st.lists(KINDS, max_size=8), edges=EDGES)
def test_whatever_is_drawn_every_element_survives_and_every_node_leads_on(kinds: list[str], edges: list) -> None:
    nodes = [tag(kind, id=f"n{number}") for number, kind in enumerate(kinds)]
    flows = [
        flow(f"n{one}", f"n{other}", "= a" if conditional else None).replace('id="', f'id="f{number}_', 1)
        for number, (one, other, conditional) in enumerate(edges)
    ]
    before = read_diagram(diagram(*nodes, *flows)).processes[0]
    after = normalised(diagram(*nodes, *flows))
    assert before.nodes.keys() <= after.nodes.keys()
    assert before.flows.keys() <= after.flows.keys()
    assert all(after.flows[key].condition == before.flows[key].condition for key in before.flows)
    assert all(node.outgoing for node in after.nodes.values() if node.kind is not NodeKind.END_EVENT)
