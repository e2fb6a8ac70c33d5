"""The company's three tables as files for a spreadsheet, masked as the desk gives them, under the heads its people know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, Response

from webui.access import for_roles, signed_in
from webui.casework.cases import asked_for, filters_of
from webui.context import services
from webui.csv_files import csv_file

blueprint = Blueprint("exports", __name__)
for_roles(blueprint, "agent", "supervisor")
MOST_EXPORTED = 10_000
RECORD = (
    "需求编号",
    "接收时间",
    "客户信息",
    "需求类型",
    "紧急程度",
    "需求描述(含关键信息)",
    "来源渠道",
    "处理人",
    "状态(待处理/处理中/已解决/已关闭)",
)
PROGRESS = ("需求编号", "处理阶段", "处理人", "处理时间", "处理内容", "客户反馈(如有)", "下一步动作")
SURVEY = ("需求编号", "客户姓名", "服务评价(满意/一般/不满意)", "评价维度(响应速度/处理结果/服务态度)", "改进建议(可选)")


def _table(heads: Sequence[str], rows: Sequence[Mapping[str, str]], name: str) -> Response:
    return csv_file(f"{name}.csv", heads, ([row.get(head, "") for head in heads] for row in rows))


def _found() -> list[str]:
    """The numbers of the cases that the search of the address finds for the viewer."""
    asked = asked_for()
    found = services().desk.cases.search(
        asked.get("q", ""), viewer=signed_in().login, filters=filters_of(asked), page_size=MOST_EXPORTED
    )
    return [item.case.number for item in found.items]


@blueprint.get("/exports/record.csv")
def record() -> Response:
    """Table 1, of the cases that the list shows."""
    return _table(RECORD, services().desk.tables.record_table(_found()), "record")


@blueprint.get("/exports/survey.csv")
def survey() -> Response:
    """Table 3, of the cases that the list shows."""
    return _table(SURVEY, services().desk.tables.survey_table(_found()), "survey")


@blueprint.get("/exports/<number>/progress.csv")
def progress(number: str) -> Response:
    """Table 2, of one case."""
    services().desk.cases.case(number, viewer=signed_in().login)
    return _table(PROGRESS, services().desk.tables.progress_table(number), f"progress-{number}")
