"""Clients who play cases over HTTP, from the call to the survey, and remember what they were promised."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count, cycle
from typing import Any

from benchmarks.office.browser import PATIENCE_SECONDS, Answer, Browser
from benchmarks.office.carriers import Carriers
from benchmarks.office.house import PASSWORD, TEAM, House
from benchmarks.office.mailbox import Mailbox
from engine.model import TaskState, UserTask

REQUEST = {
    "channel": "email",
    "customer_name": "王五",
    "customer_kind": "new",
    "preferred_channel": "email",
    "type": "inquiry",
    "subtype": "procedure",
    "urgency": "normal",
    "scope": "person",
    "usage_blocked": False,
    "emotional": False,
    "description": "询问信用卡账单日修改流程",
}
SOLVED = {"stage": "结果反馈", "content": "说明流程", "next_action": "归档", "outcome": "resolved"}
CREATED, SEE_OTHER, OK, CONFLICT, GONE = 201, 303, 200, 409, 410
NOTED = {"stage": "问题排查", "content": "联系技术部确认", "next_action": "等待技术修复"}
REPAIRED = {"stage": "问题修复", "content": "修复并测试", "next_action": "通知客户结果", "outcome": "resolved"}
TECHNICIAN = "tech"
HELPED_SHARE = 0.25
"""So often an agent needs the technicians."""
SIGN_IN_SHARE = 0.2
"""So often somebody signs in anew before the next case."""
REOPENED_SHARE = 0.15
"""So many customers aren't satisfied with the first round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """The server said that it is done: a request taken, a task claimed or completed, a reply sent, a survey answered."""

    kind: str
    number: str
    by: str = ""
    task_id: int = 0
    round: int = 1


@dataclass(slots=True)
class Traffic:
    """What all clients did together. `quarrels` were fought for one task at the same time; `wrong` is what nobody should see."""

    promises: list[Promise] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    quarrels: int = 0
    wrong: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    @property
    def numbers(self) -> list[str]:
        """The cases whose taking was confirmed."""
        return [promise.number for promise in self.promises if promise.kind == "taken"]


class Clients:
    """So many people at once, each before a browser of their own, spread over the web processes."""

    def __init__(self, house: House, urls: list[str], mailbox: Mailbox, chance: random.Random) -> None:
        self.traffic = Traffic()
        self._house, self._mailbox, self._chance = house, mailbox, chance
        self._browsers: dict[str, Browser] = {}
        self._urls = cycle(urls)
        self._unwell: list[str] = []
        self._turns = count(1)
        self.carriers = Carriers(house, urls, unwell=self._unwell, wrong=self.traffic.wrong)

    def work(self, more: Callable[[], bool]) -> None:
        """Let all play cases as long as `more` says so, and finish those begun. A client that fails is told in `wrong`."""
        for login in (*self._house.agents, TECHNICIAN):
            if login not in self._browsers:
                self._sign_in(login)
        threads = [
            threading.Thread(target=self._client, args=(login, random.Random(self._chance.random()), more), name=login)
            for login in self._house.agents
        ]
        for thread in threads:
            thread.start()
        for thread in (*threads, *self.carriers.work(lambda: any(thread.is_alive() for thread in threads))):
            thread.join()
        self.traffic.wrong.extend(f"server error: {text}" for text in self._unwell)
        self._unwell.clear()

    def _sign_in(self, login: str) -> None:
        """Before a browser of its own: others may be using the one that there is."""
        browser = self._browser()
        browser.sign_in(login, PASSWORD)
        self._browsers[login] = browser

    def _browser(self) -> Browser:
        return Browser(next(self._urls), unwell=self._unwell)

    def _client(self, login: str, chance: random.Random, more: Callable[[], bool]) -> None:
        try:
            while more() and not self.traffic.wrong:
                if chance.random() < SIGN_IN_SHARE:
                    self._sign_in(login)
                self._case(login, f"{login}-{next(self._turns)}", chance)
        except Exception as error:
            self.traffic.wrong.append(f"{login} could not go on: {type(error).__name__}: {error}")

    def _case(self, me: str, request_id: str, chance: random.Random) -> None:
        address = f"{request_id}@example.org"
        self.traffic.requests.append((me, request_id))
        body = {"data": {**REQUEST, "customer_contact": address}, "revision": 0, "request_id": request_id}
        taken = self._send(me, f"/requests?team={TEAM}", body=body, wanted=(CREATED,))
        number = taken.json()["number"]
        self._promised("taken", number, by=me)
        rounds = 2 if chance.random() < REOPENED_SHARE else 1
        for round in range(1, rounds + 1):
            self._handle(me, number, round, chance)
            link = eventually(lambda round=round: self._invitation(address, round), f"{number}: the survey of round {round}")
            rating = "dissatisfied" if round < rounds else "satisfied"
            self._answer_survey(link, rating)
            self._promised("answered", number, round=round)

    def _handle(self, me: str, number: str, round: int, chance: random.Random) -> None:
        task = eventually(lambda: self._open_task(number), f"{number}: the task of round {round}")
        holder = self._claim(me, task, chance)
        self._promised("claimed", number, by=holder, task_id=task.id)
        reply = {"text": f"正在处理（第 {round} 轮）", "message_id": f"{number}-{round}"}
        self._send(holder, f"/cases/{number}/say/reply", form=reply, wanted=(SEE_OTHER,))
        self._promised("replied", number, by=holder, round=round)
        if round == 1 and chance.random() < HELPED_SHARE:
            self._get_help(number, holder, round)
        held = eventually(lambda: self._open_task(number), f"{number}: the claimed task")
        body = {"data": {**SOLVED, "solution": f"在 APP 中修改（第 {round} 轮）"}, "revision": held.revision}
        complete = lambda: self._send(holder, f"/tasks/{task.id}/complete", body=body, wanted=(OK, CONFLICT))  # noqa: E731
        twice = chance.random() < 0.3
        answers = at_once(complete, complete) if twice else [complete()]
        self._count([answer.status for answer in answers], OK, twice, f"completing task {task.id}", answers)
        self._promised("completed", number, by=holder, task_id=task.id)

    def _get_help(self, number: str, holder: str, round: int) -> None:
        """The agent notes progress and asks the technicians, who help at once."""
        self._send(
            holder, f"/cases/{number}/progress", form={**NOTED, "message_id": f"row-{number}-{round}"}, wanted=(SEE_OTHER,)
        )
        self._promised("noted", number, by=holder, round=round)
        ask = {"text": "支付接口故障", "message_id": f"help-{number}-{round}"}
        self._send(holder, f"/cases/{number}/say/technical", form=ask, wanted=(SEE_OTHER,))
        task = eventually(lambda: self._house.task(number, "contribute"), f"{number}: the technicians' task")
        self._send(TECHNICIAN, f"/tasks/{task.id}/claim", form={}, wanted=(SEE_OTHER,))
        body = {"data": REPAIRED, "revision": task.revision + 1}
        self._send(TECHNICIAN, f"/tasks/{task.id}/complete", body=body, wanted=(OK, CONFLICT))
        self._promised("completed", number, by=TECHNICIAN, task_id=task.id)

    def _claim(self, me: str, task: UserTask, chance: random.Random) -> str:
        """Have two reach for the task at the same time; the one who got it."""
        first = task.assignee or me
        second = chance.choice([login for login in self._house.agents if login != first])
        claim = lambda login: self._send(login, f"/tasks/{task.id}/claim", form={}, wanted=(SEE_OTHER, CONFLICT))  # noqa: E731
        answers = at_once(lambda: claim(first), lambda: claim(second))
        statuses = [answer.status for answer in answers]
        winner = (first, second)[statuses.index(SEE_OTHER)] if SEE_OTHER in statuses else ""
        self._count(statuses, SEE_OTHER, True, f"claiming task {task.id}", answers)
        loser = answers[1 - (first, second).index(winner)] if winner else None
        if loser is not None and loser.status == CONFLICT and winner not in loser.text:
            self.traffic.wrong.append(f"task {task.id}: the loser isn't told that {winner} has it: {loser.text[-600:]}")
        return winner or eventually(lambda: self._holder(task), f"task {task.id}: somebody who holds it")

    def _count(self, statuses: list[int], success: int, quarrel: bool, what: str, answers: list[Answer]) -> None:
        """Of two at once one wins. When an answer got lost, the winner may be told that it is done already."""
        self.traffic.quarrels += quarrel
        lost_answers = any(answer.tries > 1 for answer in answers)
        if statuses.count(success) != 1 and not lost_answers:
            self.traffic.wrong.append(f"{what}: {statuses.count(success)} of {len(statuses)} won: {statuses}")

    def _open_task(self, number: str) -> UserTask | None:
        return self._house.task(number, "handle")

    def _holder(self, task: UserTask) -> str | None:
        now = self._open_task(task.business_key)
        return now.assignee if now and now.state is TaskState.CLAIMED else None

    def _invitation(self, address: str, round: int) -> str | None:
        """The link that the customer was sent; it is answered at once, maybe before the process waits for that."""
        links = self._mailbox.survey_links(address)
        if len(links) < round:
            self._mailbox.await_mail(0.2)
            return None
        return links[round - 1]

    def _answer_survey(self, link: str, rating: str) -> None:
        answer = self._browser().post(f"/survey/{link}", form={"rating": rating})
        if answer.status not in (OK, GONE):
            raise AssertionError(f"survey: {answer.status} {answer.text[:300]}")

    def _send(
        self,
        login: str,
        path: str,
        *,
        form: dict[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        wanted: tuple[int, ...],
    ) -> Answer:
        """Raises AssertionError for another answer than those wanted. A request that is still being taken is asked again."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        while True:
            begun = time.perf_counter()
            answer = self._browsers[login].post(path, form=form, body=body)
            self.traffic.seconds.append(time.perf_counter() - begun)
            if answer.status in wanted:
                return answer
            if answer.status != CONFLICT or time.monotonic() > give_up:
                raise AssertionError(f"{path} as {login}: {answer.status} {answer.text[:600]}")
            time.sleep(0.1)

    def _promised(self, kind: str, number: str, **values: Any) -> None:
        self.traffic.promises.append(Promise(kind=kind, number=number, **values))


def at_once(*actions: Callable[[], Answer]) -> list[Answer]:
    """Do all at the same instant, each in a thread of its own; their answers in order. Raises what any of them raised."""
    barrier = threading.Barrier(len(actions))
    answers: list[Any] = [None] * len(actions)

    def do(index: int) -> None:
        barrier.wait()
        try:
            answers[index] = actions[index]()
        except Exception as error:
            answers[index] = error

    threads = [threading.Thread(target=do, args=(index,)) for index in range(len(actions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for answer in answers:
        if isinstance(answer, Exception):
            raise answer
    return answers


def eventually(condition: Callable[[], Any], what: str) -> Any:
    """Wait until a condition gives something true, and give that. Raises TimeoutError naming what was waited for."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not (found := condition()):
        if time.monotonic() > give_up:
            raise TimeoutError(f"{what} didn't come within {PATIENCE_SECONDS:g} s")
        time.sleep(0.05)
    return found
