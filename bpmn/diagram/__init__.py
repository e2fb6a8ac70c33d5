"""What a BPMN file says, as frozen values, and the reader that makes them from bytes."""

from bpmn.diagram.layout import Bounds, Edge, Layout, Point, Shape
from bpmn.diagram.model import (
    Artifact,
    Diagram,
    EventDefinition,
    EventKind,
    Flow,
    Lane,
    Loop,
    Message,
    Node,
    NodeKind,
    Process,
    TimerKind,
    Work,
    feel_source,
)
from bpmn.diagram.reader import MalformedDiagram, read_diagram

__all__ = [
    "Artifact",
    "Bounds",
    "Diagram",
    "Edge",
    "EventDefinition",
    "EventKind",
    "Flow",
    "Lane",
    "Layout",
    "Loop",
    "MalformedDiagram",
    "Message",
    "Node",
    "NodeKind",
    "Point",
    "Process",
    "Shape",
    "TimerKind",
    "Work",
    "feel_source",
    "read_diagram",
]
