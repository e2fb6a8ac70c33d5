"""The node description table is read off a package."""

from bpmn.describe import COLUMNS, describe, duration_text
from tests.bpmn.samples import diagram, end, extended, flow, form, package, start, table, tag, user_task, zeebe

TEXTS = '"客服专员" = "Agent"\n"处理" = "Handle"\n"解决超时" = "Overdue"\n"姓名" = "Name"\n"判定" = "Classify"\n"金额" = "Amount"'


def sample():
    lanes = tag("laneSet", tag("lane", tag("flowNodeRef", "t"), id="l", name="客服专员"))
    decide = extended(
        "businessRuleTask", "d", zeebe("calledDecision", decisionId="classify", resultVariable="found"), name="判定"
    )
    notify = extended("serviceTask", "n", zeebe("taskDefinition", type="notify"), name="通知")

    def timer(ident: str, text: str) -> str:
        inside = tag("timerEventDefinition", tag("timeDuration", text))
        return tag("boundaryEvent", inside, id=ident, name="解决超时", attachedToRef="t", cancelActivity="false")

    data = diagram(
        lanes, notify, user_task("t", name="处理"), decide, start(), end(), timer("b1", "PT2H30M"), timer("b2", "= found.due"),
        flow("start", "d"), flow("d", "t"), flow("t", "n"), flow("n", "end"),
    )  # fmt: skip
    fields = form({"type": "textfield", "key": "name", "label": "姓名"})
    return package(data, handle__form=fields, classify__dmn=table(("-", "a")), **{"texts.en.toml": TEXTS.encode()})


def test_each_activity_is_a_row_in_the_order_of_a_case() -> None:
    assert [row.id for row in describe(sample())] == ["d", "t", "n"]
    assert [wording.zh for _, wording in COLUMNS] == ["节点名称", "责任角色", "时限", "工具", "输入", "输出"]


def test_a_row_says_who_by_when_with_what_from_what_to_what() -> None:
    decide, handle, notify = describe(sample())
    assert (handle.name, handle.role, handle.tool, handle.outputs) == ("处理", "客服专员", "表单 handle", ("姓名",))
    assert handle.limit == ("解决超时：2 小时 30 分钟", "解决超时：按“判定”的结果")
    assert (decide.role, decide.tool, decide.inputs, decide.outputs) == ("系统", "决策表 分类", ("金额",), ("found",))
    assert (notify.role, notify.tool) == ("系统", "处理程序 notify")


def test_the_table_speaks_english_too() -> None:
    decide, handle, _ = describe(sample(), language="en")
    assert (handle.name, handle.role, handle.tool, handle.outputs) == ("Handle", "Agent", "Form handle", ("Name",))
    assert handle.limit == ("Overdue: 2 h 30 min", "Overdue: as Classify computes")
    assert decide.inputs == ("Amount",)


def test_durations_are_told_in_words_and_other_texts_as_they_are() -> None:
    assert duration_text("P3D", "zh") == "3 天"
    assert duration_text("PT0.5S", "en") == "0.5 s"
    assert duration_text("2026-11-21T00:00:00Z", "en") == "2026-11-21T00:00:00Z"
