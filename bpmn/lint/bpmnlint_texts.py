"""bpmnlint's messages in both languages, each with a way out."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bpmn.wording import Wording

_END = Wording("End it with an end event", "请用结束事件收尾")
_START = Wording("Begin it with a start event", "请以开始事件开头")
_NAME = Wording("Give it a name that an agent understands", "请起一个客服人员能看懂的名称")
_KEEP_ONE = Wording("Keep one of them", "请只保留其中一个")
_MOVE = Wording("Move it", "请移动该元素")

_LINES: tuple[tuple[str, str, Wording], ...] = (
    (
        "A <Sequence Flow> outgoing from an <Event-based Gateway> must not be conditional",
        "事件网关流出的顺序流不得带条件",
        Wording("Remove the condition", "请删除条件"),
    ),
    (
        "An <Event-based Gateway> must have at least 2 outgoing <Sequence Flows>",
        "事件网关至少需要两条流出的顺序流",
        Wording("Add the other event, such as a timer", "请补充另一个事件，例如定时事件"),
    ),
    ("Duplicate incoming sequence flows", "流入的顺序流重复", _KEEP_ONE),
    ("Duplicate outgoing sequence flows", "流出的顺序流重复", _KEEP_ONE),
    ("Element is an implicit end", "没有流出，是隐式结束", _END),
    ("Element is an implicit start", "没有流入，是隐式开始", _START),
    ("Element is missing bpmndi", "没有图形信息，无法显示", Wording("Draw it anew in the editor", "请在编辑器中重新绘制")),
    ("Element is missing label/name", "缺少名称", _NAME),
    ("Element is missing name", "缺少名称", _NAME),
    ("Element is not connected", "没有连接", Wording("Connect it, or delete it", "请连接或删除该元素")),
    ("Element is outside of parent boundary", "超出所属容器的边界", _MOVE),
    ("Element is unused", "没有被使用", Wording("Use it, or delete it", "请使用或删除该元素")),
    ("Element name is not unique", "名称不唯一", Wording("Rename one of them", "请重命名其中之一")),
    ("Element overlaps with other element", "与其他元素重叠", _MOVE),
    (
        "Element type <bpmn:InclusiveGateway> is discouraged",
        "不建议使用包容网关",
        Wording("Use exclusive and parallel gateways", "请使用排他网关与并行网关"),
    ),
    ("Event has multiple event definitions", "带有多个事件定义", _KEEP_ONE),
    ("Flow splits implicitly", "顺序流隐式分叉", Wording("Put a gateway after it", "请在其后放置网关")),
    ("Gateway forks and joins", "同时分叉与汇合", Wording("Use two gateways", "请使用两个网关")),
    (
        "Gateway is superfluous. It only has one source and target.",
        "网关多余：只有一个来源和一个去向",
        Wording("Delete it and join the flows", "请删除该网关并直接连接"),
    ),
    ("Incoming flows do not join", "流入的顺序流没有汇合", Wording("Join them by a gateway before it", "请先用网关汇合")),
    ("Process has multiple blank start events", "流程有多个空白开始事件", _KEEP_ONE),
    ("Process is missing end event", "流程缺少结束事件", _END),
    ("Process is missing start event", "流程缺少开始事件", _START),
    ("Sequence flow has superfluous label", "顺序流的名称多余", Wording("Delete the name", "请删除名称")),
    ("SequenceFlow is a duplicate", "顺序流重复", _KEEP_ONE),
    ("Start event must be blank", "开始事件必须为空白", Wording("Make it a blank start event", "请改为空白开始事件")),
    ("Sub process has multiple blank start events", "子流程有多个空白开始事件", _KEEP_ONE),
    ("Sub process is missing end event", "子流程缺少结束事件", _END),
    ("Sub process is missing start event", "子流程缺少开始事件", _START),
    ("Termination is superfluous.", "终止事件多余", Wording("Use a blank end event", "请使用空白结束事件")),
)
SAID: Mapping[str, tuple[Wording, Wording]] = MappingProxyType(
    {message: (Wording(message.rstrip("."), chinese), way_out) for message, chinese, way_out in _LINES}
)
