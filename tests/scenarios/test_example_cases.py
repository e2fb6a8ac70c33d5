"""The two example cases of the source tables come out of the real engine exactly as they stand there (R48, R50, R59)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from caseloop import demo
from caseloop.cli import main

RECORD_TABLE = [
    {
        "需求编号": "NR20231001001",
        "接收时间": "2023-10-01 09:30",
        "客户信息": "张*,138****5678",
        "需求类型": "投诉",
        "紧急程度": "紧急",
        "需求描述(含关键信息)": "APP支付失败,订单号DD20231001001,截图已提供",
        "来源渠道": "电话",
        "处理人": "李*",
        "状态(待处理/处理中/已解决/已关闭)": "处理中",
    },
    {
        "需求编号": "NR20231001002",
        "接收时间": "2023-10-01 10:15",
        "客户信息": "王*(客户编号C****5)",
        "需求类型": "咨询",
        "紧急程度": "一般",
        "需求描述(含关键信息)": "询问信用卡账单日修改流程",
        "来源渠道": "在线客服",
        "处理人": "赵*",
        "状态(待处理/处理中/已解决/已关闭)": "待处理",
    },
]

PROGRESS_HEADS = ("需求编号", "处理阶段", "处理人", "处理时间", "处理内容", "客户反馈(如有)", "下一步动作")
PROGRESS_TABLE = [
    ("NR20231001001", "问题排查", "李*", "09:40-10:00", "联系技术部确认支付接口故障", "无", "等待技术修复"),
    ("NR20231001001", "问题修复", "技术*", "10:30-11:00", "修复支付接口并测试", "无", "通知客户结果"),
    ("NR20231001001", "结果反馈", "李*", "11:10", "电话告知客户问题已解决", "“好的,谢谢!”", "归档"),
]

SURVEY_HEADS = (
    "需求编号",
    "客户姓名",
    "服务评价(满意/一般/不满意)",
    "评价维度(响应速度/处理结果/服务态度)",
    "改进建议(可选)",
)
SURVEY_TABLE = [
    ("NR20231001001", "张*", "满意", "响应速度快,处理结果满意", "无"),
    ("NR20231001002", "王*", "一般", "处理结果满意,但等待时间较长", "希望增加在线排队提示"),
]


@pytest.fixture(scope="module")
def played() -> dict[str, Any]:
    return demo.play()


def test_the_record_table_is_table_1(played: dict[str, Any]) -> None:
    assert played["record_table"] == RECORD_TABLE


def test_the_progress_table_is_table_2(played: dict[str, Any]) -> None:
    assert [tuple(row.values()) for row in played["progress_table"]] == PROGRESS_TABLE
    assert all(tuple(row) == PROGRESS_HEADS for row in played["progress_table"])


def test_the_survey_table_is_table_3(played: dict[str, Any]) -> None:
    assert [tuple(row.values()) for row in played["survey_table"]] == SURVEY_TABLE
    assert all(tuple(row) == SURVEY_HEADS for row in played["survey_table"])


def test_the_time_of_the_first_case_splits_as_in_the_source(played: dict[str, Any]) -> None:
    assert played["timings"]["NR20231001001"] == {
        "response_minutes": 10,
        "total_minutes": 100,
        "touch_minutes": 50,
        "wait_minutes": 50,
    }


def test_the_command_prints_json_and_readable_tables() -> None:
    printed = CliRunner().invoke(main, ["demo", "--json"])
    assert printed.exit_code == 0
    assert json.loads(printed.output)["record_table"] == RECORD_TABLE
    readable = CliRunner().invoke(main, ["demo"]).output
    assert "满意" in readable
    assert "wait: 50 min" in readable
