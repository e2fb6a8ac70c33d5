"""Two people at the same task at the same moment: one wins, the other is told what changed and by whom, never of a lock."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from werkzeug.test import TestResponse

from desk.model import Availability
from tests.support.product import Product, Visitor


@pytest.fixture
def offered(product: Product):
    """A task that nobody holds, offered to a team of two."""
    team = ("li", "zhao", "chen")
    for login in team:
        product.desk.attendance.set_availability(login, Availability.AWAY, by=login)
    number = product.open_case(by="li", type="inquiry", subtype="", usage_blocked=False)
    for login in team:
        product.desk.attendance.set_availability(login, Availability.AVAILABLE, by=login)
    return product.task_of(number)


def at_once(visitors: list[Visitor], send: Callable[[Visitor, int], TestResponse]) -> list[TestResponse]:
    """Send what each sends at the same moment; the answers, the winner's first."""
    ready = Barrier(len(visitors))
    for visitor in visitors:
        assert visitor.token

    def go(number: int) -> TestResponse:
        ready.wait(30)
        return send(visitors[number], number)

    with ThreadPoolExecutor(len(visitors)) as threads:
        answers = list(threads.map(go, range(len(visitors))))
    return sorted(answers, key=lambda answer: answer.status_code)


@pytest.mark.parametrize(("language", "held"), [("zh", "请对方释放，或由主管改派"), ("en", "is held by")])
def test_of_two_agents_who_claim_one_task_the_loser_learns_who_has_it(product, offered, language, held):
    visitors = [product.visitor(login, language=language) for login in ("li", "zhao")]
    claim = {"revision": str(offered.revision)}
    won, lost = at_once(visitors, lambda visitor, _: visitor.post(f"/tasks/{offered.id}/claim", claim))
    assert (won.status_code, lost.status_code) == (303, 409)
    holder = product.task_of(offered.business_key).assignee
    assert holder in lost.text
    assert held in lost.text


def test_a_task_that_is_sent_off_twice_at_once_is_done_once_and_the_second_hears_when(product, offered):
    task = product.desk.work.claim(offered.id, by="li")
    visitors = [product.visitor("li"), product.visitor("li")]
    body = {"data": {"content": "已解决", "outcome": "resolved"}, "revision": task.revision}
    won, lost = at_once(visitors, lambda visitor, _: visitor.post(f"/tasks/{task.id}/complete", json=body))
    assert (won.status_code, lost.status_code) == (200, 409)
    assert "It was completed at" in lost.json["error"]["message"]
    assert lost.json["error"]["code"] == "task_not_open"
    assert len(product.desk.tables.progress_table(offered.business_key)) == 1


def test_a_task_that_was_given_away_meanwhile_refuses_its_former_holder_with_the_new_ones_name(product, offered):
    task = product.desk.work.claim(offered.id, by="li")
    product.visitor("wang").post(f"/tasks/{task.id}/reassign", {"assignee": "zhao", "reason": "away", "revision": task.revision})
    body = {"data": {"content": "已解决", "outcome": "resolved"}, "revision": task.revision}
    refused = product.visitor("li").post(f"/tasks/{task.id}/complete", json=body)
    assert refused.status_code == 409
    assert "It was given to 赵敏" in refused.json["error"]["message"]


def test_of_two_supervisors_who_reassign_one_task_the_second_is_refused(product, offered):
    visitors = [product.visitor("wang"), product.visitor("admin")]
    to = ["li", "zhao"]

    def give(visitor: Visitor, number: int) -> TestResponse:
        order = {"assignee": to[number], "reason": "balance", "revision": str(offered.revision)}
        return visitor.post(f"/tasks/{offered.id}/reassign", order)

    won, lost = at_once(visitors, give)
    assert (won.status_code, lost.status_code) == (303, 409)
    assert "Somebody changed this since you opened it" in lost.text
