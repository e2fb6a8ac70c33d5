"""The two example cases of 1 October 2023, played through the real engine with a virtual clock in a throw-away database.

That day was a Sunday and a public holiday; the requests were answered all the same, so their clocks run around the clock.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from argon2 import PasswordHasher

from caseloop import bootstrap, first_start
from caseloop.bootstrap import Services
from caseloop.settings import Settings
from caseloop.text import table
from desk.service import Desk
from engine.db import queries
from engine.testing import FakeChance, FakeClock
from engine.worker import Worker

SHANGHAI = ZoneInfo("Asia/Shanghai")
QUICK_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Nobody can log in to the throw-away database, so its passwords need no slow hash."""
FIRST, SECOND = "NR20231001001", "NR20231001002"

PAYMENT_FAILS = {
    "channel": "phone",
    "received_at": "2023-10-01T09:30",
    "customer_name": "张三",
    "customer_contact": "13812345678",
    "customer_kind": "existing",
    "preferred_channel": "phone",
    "type": "complaint",
    "subtype": "product_fault",
    "urgency": "urgent",
    "scope": "person",
    "usage_blocked": True,
    "emotional": False,
    "description": "APP支付失败,订单号DD20231001001,截图已提供",
    "order_number": "DD20231001001",
}

BILLING_DAY = {
    "channel": "chat",
    "received_at": "2023-10-01T10:15",
    "customer_name": "王五",
    "customer_number": "C123455",
    "customer_kind": "existing",
    "preferred_channel": "chat",
    "type": "inquiry",
    "subtype": "procedure",
    "urgency": "normal",
    "scope": "person",
    "usage_blocked": False,
    "emotional": False,
    "description": "询问信用卡账单日修改流程",
}


class Stage:
    """The demo's clock and people. Every move of the clock lets the worker do what is due."""

    def __init__(self, services: Services) -> None:
        self.desk: Desk = services.desk
        self._services = services
        self._clock: FakeClock = services.clock  # type: ignore[assignment]
        self._worker = Worker(services.engine, name="demo")

    def at(self, wall_time: str) -> None:
        """It is this time of that day in Shanghai."""
        self._clock.set(datetime.fromisoformat(f"2023-10-01T{wall_time}").replace(tzinfo=SHANGHAI))
        self._worker.run_until_idle()

    def task(self, number: str, activity: str) -> int:
        """The id of a case's open task."""
        with self._services.db.reading() as tx:
            instance = queries.instance_by_key(tx, number)
            return next(task.id for task in queries.tasks(tx, instance_id=instance.id) if task.activity_id == activity)

    def answer_survey(self, number: str, **answers: str) -> None:
        """The customer answers by the link that the case's survey went out with."""
        self._worker.run_until_idle()
        self.desk.surveys.answer(self.desk.surveys.invite(number).token, answers)
        self._worker.run_until_idle()


def play() -> dict[str, Any]:
    """Play both cases; gives record_table (as of 10:16), progress_table, survey_table, and timings of the first case."""
    with tempfile.TemporaryDirectory(prefix="caseloop-demo-") as folder:
        settings = Settings.from_environment({"CASELOOP_HOME": folder})
        bootstrap.prepare(settings)
        clock = FakeClock(datetime(2023, 10, 1, 9, 0, tzinfo=SHANGHAI))
        services = bootstrap.build(settings, clock=clock, chance=FakeChance(), hasher=QUICK_HASHER)
        try:
            for agent, temporary in first_start.furnish(services):
                services.desk.people.change_password(agent.login, temporary, services.chance.token())
            return _play(Stage(services))
        finally:
            services.db.dispose()


def _play(stage: Stage) -> dict[str, Any]:
    desk = stage.desk
    stage.at("09:30")
    desk.intake.open_case(PAYMENT_FAILS, by="li")
    stage.at("09:40")
    desk.work.start(stage.task(FIRST, "handle"), by="li")
    stage.at("10:00")
    desk.work.log_progress(
        FIRST, {"stage": "问题排查", "content": "联系技术部确认支付接口故障", "next_action": "等待技术修复"}, by="li"
    )
    desk.work.request_technical_help(FIRST, reason="支付接口故障", by="li")
    stage.at("10:15")
    desk.intake.open_case(BILLING_DAY, by="zhao")
    stage.at("10:16")
    record_table = desk.tables.record_table([FIRST, SECOND])
    _second_case(stage)
    stage.at("10:30")
    technical = stage.task(FIRST, "contribute")
    desk.work.claim(technical, by="tech")
    stage.at("11:00")
    repaired = {"stage": "问题修复", "content": "修复支付接口并测试", "next_action": "通知客户结果", "outcome": "resolved"}
    desk.work.complete(technical, repaired, by="tech")
    stage.at("11:10")
    told = {
        "stage": "结果反馈",
        "content": "电话告知客户问题已解决",
        "customer_feedback": "“好的,谢谢!”",
        "next_action": "归档",
        "outcome": "resolved",
    }
    desk.work.complete(stage.task(FIRST, "handle"), told, by="li")
    stage.answer_survey(FIRST, rating="satisfied", comment="响应速度快,处理结果满意")
    return {**tables_of(desk, [FIRST, SECOND]), "record_table": record_table}


def _second_case(stage: Stage) -> None:
    """Answered at once; the table of progress in the source shows only the first case, the survey table both."""
    desk = stage.desk
    stage.at("10:25")
    task = stage.task(SECOND, "handle")
    desk.work.start(task, by="zhao")
    answer = {"stage": "结果反馈", "content": "说明账单日修改流程", "next_action": "归档", "outcome": "resolved"}
    desk.work.complete(task, answer, by="zhao")
    stage.answer_survey(SECOND, rating="neutral", comment="处理结果满意,但等待时间较长", suggestion="希望增加在线排队提示")


def tables_of(desk: Desk, numbers: Collection[str]) -> dict[str, Any]:
    """The three tables of some cases, the progress of the first of them, and where its time went in minutes."""
    first = next(iter(numbers))
    return {
        "record_table": desk.tables.record_table(numbers),
        "progress_table": desk.tables.progress_table(first),
        "survey_table": desk.tables.survey_table(numbers),
        "timings": {first: asdict(desk.tables.timings(first))},
    }


def readable(played: dict[str, Any]) -> str:
    """The same as tables for a terminal."""
    heads = {"record_table": "客户需求记录表", "progress_table": "需求处理进度跟踪表", "survey_table": "客户需求满意度调研表"}
    parts = [f"{head}\n{table(played[name], empty='-')}" for name, head in heads.items()]
    for number, minutes in played["timings"].items():
        split = "  ".join(f"{name.removesuffix('_minutes')}: {_tenths(value)}" for name, value in minutes.items())
        parts.append(f"{number}  {split}")
    return "\n\n".join(parts)


def _tenths(value: float | None) -> str:
    return "-" if value is None else f"{f'{value:.1f}'.removesuffix('.0')} min"
