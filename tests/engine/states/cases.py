"""Cases of the customer service at every stage, on both versions, and how each is carried on until it is closed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from caseloop import bootstrap, first_start
from caseloop.settings import Settings
from engine.db import queries
from engine.history import ActivityEntered
from engine.testing import FakeClock
from tests.support.product import MORNING, PASSWORD, QUICK_HASHER, Product

PROMPT, LATE = "prompt", "late"
WAYS = (PROMPT, LATE)
WAITING = {"content": "缺少截图", "next_action": "等客户补充截图", "outcome": "wait_customer", "question": "请提供错误截图"}
ANSWERS = {
    "handle": {"content": "已修复", "outcome": "resolved"},
    "technical": {"content": "已修复接口", "outcome": "resolved"},
    "contribute": {"content": "已修复接口", "outcome": "resolved"},
    "supervise": {"action": "请尽快联系客户", "done": True},
}
APPROVED = {"decision": "approved"}


def settings_at(home: Path) -> Settings:
    return Settings.from_environment({"CASELOOP_HOME": str(home)})


def furnish(home: Path) -> Product:
    """The whole product with the demo's people, on a home that has its keys already."""
    settings = settings_at(home)
    bootstrap.prepare(settings)
    services = bootstrap.build(settings, clock=FakeClock(MORNING), hasher=QUICK_HASHER)
    for agent, temporary in first_start.furnish(services):
        services.desk.people.change_password(agent.login, temporary, PASSWORD)
    services.db.dispose()
    return Product.at(home, clock=FakeClock(MORNING))


def _in_progress(product: Product, number: str) -> None:
    task = product.task_of(number)
    product.desk.work.start(task.id, by=task.assignee)


def waiting_for_the_customer(product: Product, number: str) -> None:
    until = datetime.fromtimestamp(product.clock.now().timestamp() + 7200, product.services.settings.time_zone)
    _complete(product, number, "handle", {**WAITING, "wait_until": until.strftime("%Y-%m-%dT%H:%M")})


def with_technical_help(product: Product, number: str) -> None:
    _in_progress(product, number)
    product.desk.work.request_technical_help(number, reason="支付接口故障", by=product.task_of(number).assignee)
    product.work()


def with_approval_begun(product: Product, number: str) -> None:
    _in_progress(product, number)
    product.desk.work.request_approval(number, reason="退款", by=product.task_of(number).assignee)
    product.work()


def resolved(product: Product, number: str) -> None:
    _complete(product, number, "handle", ANSWERS["handle"])


def in_its_second_round(product: Product, number: str) -> None:
    resolved(product, number)
    product.desk.surveys.answer(product.desk.surveys.invite(number).token, {"rating": "dissatisfied", "comment": "仍无法支付"})
    product.work()


STAGES: dict[str, Callable[[Product, str], None]] = {
    each.__name__.replace("_", " "): each
    for each in (waiting_for_the_customer, with_technical_help, with_approval_begun, resolved, in_its_second_round)
}

VERSIONS = {
    "1.0": ("waiting for the customer", "with technical help", "in its second round"),
    "1.1": ("with approval begun", "resolved"),
}
"""Which stages are stored of which version; each stage of one of them, since every case weighs twenty kilobytes."""


def make_all(home: Path) -> dict[str, str]:
    """A case at each stage on each version; their numbers by version and stage."""
    product = furnish(home)
    numbers = {}
    for version, stages in VERSIONS.items():
        product.desk.rollout.assign("customer-service", version, None, by="admin")
        for stage in stages:
            numbers[f"{version} {stage}"] = number = product.open_case()
            STAGES[stage](product, number)
            product.clock.advance(minutes=1)
    product.services.db.dispose()
    return numbers


def carry_on(product: Product, number: str, way: str) -> dict[str, Any]:
    """Bring a case to its close; what was entered from now on, and how it stands then."""
    known = len(_entered(product, number))
    if way == LATE:
        product.clock.advance(days=3)
        product.work()
    for _ in range(40):
        if not _step(product, number):
            break
    case = product.desk.cases.case(number, viewer="admin").case
    return {
        "entered": " ".join(_entered(product, number)[known:]),
        "state": str(case.state),
        "round": case.round,
        "owner": case.owner,
    }


def _step(product: Product, number: str) -> bool:
    open_tasks = {task.activity_id: task for task in product.desk.inbox.of_case(number)}
    # whoever was asked for help answers before the case can be resolved
    for activity in sorted(open_tasks, key=lambda activity: (activity == "handle", activity)):
        _complete(product, number, activity, ANSWERS.get(activity, APPROVED))
        return True
    case = product.desk.cases.case(number, viewer="admin").case
    if case.state == "closed":
        return False
    if case.state == "resolved":
        product.desk.surveys.answer(product.desk.surveys.invite(number).token, {"rating": "satisfied"})
    else:
        product.desk.work.customer_message(number, "截图如附", message_id=f"m-{number}")
    product.work()
    return True


def _complete(product: Product, number: str, activity: str, answers: dict[str, Any]) -> None:
    task = product.task_of(number, activity)
    by = task.assignee or ("tech" if "technical" in task.candidate_groups else "wang")
    if task.state == "created":
        product.desk.work.claim(task.id, by=by)
    product.desk.work.complete(task.id, answers, by=by)
    product.work()


def _entered(product: Product, number: str) -> list[str]:
    with product.services.db.reading() as tx:
        events = queries.history(tx, product.services.vault, queries.instance_by_key(tx, number).id)
    return [event.activity_id or "" for event in events if isinstance(event, ActivityEntered)]
