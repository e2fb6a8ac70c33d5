"""Web and worker are killed again and again while the first example case is played over HTTP: nothing lost, nothing doubled."""

from __future__ import annotations

import random
import threading
import urllib.error
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from caseloop import bootstrap, first_start
from caseloop.bootstrap import Services
from caseloop.demo import PAYMENT_FAILS, QUICK_HASHER
from caseloop.settings import Settings
from engine.db import queries
from engine.model import InstanceState, JobState
from tests.support.processes import Mailbox, Person, Processes, eventually, free_port

PASSWORD = "a long sentence that only you know"
SECONDS_TO_LIVE = (0.02, 0.3)
"""A web process is killed so long after it first answered; the whole story takes about a second of it."""
DEATHS = 6


class Story:
    """The steps of the demo, each by the person whose step it is, over HTTP."""

    def __init__(self, url: str, services: Services) -> None:
        self.services = services
        self.url = url
        self.li, self.tech = (Person(url, login, PASSWORD) for login in ("li", "tech"))
        self.number = ""

    def play(self) -> None:
        form = {key: value for key, value in PAYMENT_FAILS.items() if key != "received_at"} | {
            "customer_contact": "zhang@example.com"
        }
        body = {"data": form, "revision": 0, "request_id": "crash-intake"}
        self.li.post("/requests?team=service", body=body)
        self.number = eventually(self._only_case)
        self._claim(self.li, "handle")
        row = {"stage": "问题排查", "content": "联系技术部确认支付接口故障", "next_action": "等待技术修复"}
        self.li.post(f"/cases/{self.number}/progress", form={**row, "message_id": "row-1"})
        self.li.post(f"/cases/{self.number}/say/technical", form={"text": "支付接口故障", "message_id": "help-1"})
        self._claim(self.tech, "technical")
        repaired = {"stage": "问题修复", "content": "修复支付接口并测试", "next_action": "通知客户结果", "outcome": "resolved"}
        self._complete(self.tech, "technical", repaired)
        self.li.post(f"/cases/{self.number}/say/reply", form={"text": "支付已恢复", "message_id": "reply-1"})
        told = {"stage": "结果反馈", "content": "电话告知客户问题已解决", "next_action": "归档", "outcome": "resolved"}
        self._complete(self.li, "handle", told)
        token = eventually(self._survey_token)
        self._once(lambda: Person(self.url).post(f"/survey/{token}", form={"rating": "satisfied", "comment": "响应速度快"}))
        eventually(lambda: self._instance().state is InstanceState.COMPLETED)

    def _only_case(self) -> str | None:
        rows = self.services.desk.tables.record_table()
        return rows[0]["需求编号"] if rows else None

    def _instance(self) -> Any:
        with self.services.db.reading() as tx:
            return queries.instance_by_key(tx, self.number)

    def _task(self, activity: str) -> Any:
        return next((task for task in self.services.desk.inbox.of_case(self.number) if task.activity_id == activity), None)

    def _claim(self, person: Person, activity: str) -> None:
        person.post(f"/tasks/{eventually(lambda: self._task(activity)).id}/claim", form={})

    def _complete(self, person: Person, activity: str, answers: dict[str, str]) -> None:
        task = self._task(activity)
        self._once(lambda: person.post(f"/tasks/{task.id}/complete", body={"data": answers, "revision": task.revision}))

    @staticmethod
    def _once(send: Any) -> None:
        """The answer to the first sending may have been lost with the server; then the second says that it is done already."""
        try:
            send()
        except urllib.error.HTTPError as error:
            if error.code not in (409, 410):
                raise

    def _survey_token(self) -> str | None:
        with self.services.db.reading() as tx:
            waits = [entry.message_name for entry in queries.subscriptions(tx, instance_id=self._instance().id)]
        return self.services.desk.surveys.invite(self.number).token if "survey-answered" in waits else None

    def outcome(self, mailbox: Mailbox) -> dict[str, Any]:
        """What must be the same however often somebody was killed: tables without times, history by kind, effects by count."""
        desk, instance = self.services.desk, self._instance()
        untimed = [
            {key: value for key, value in row.items() if key != "处理时间"} for row in desk.tables.progress_table(self.number)
        ]
        with self.services.db.reading() as tx:
            history = Counter((type(event).__name__, event.activity_id) for event in self._history(tx, instance.id))
            notices = tx.exec_driver_sql(
                "SELECT login, template, count(*) FROM desk_notice GROUP BY login, template ORDER BY 1, 2"
            )
            said = tx.exec_driver_sql("SELECT kind, count(*) FROM desk_entry GROUP BY kind ORDER BY kind")
            return {
                "progress": untimed,
                "survey": desk.tables.survey_table([self.number]),
                "cases": len(desk.tables.record_table()),
                "state": instance.state,
                "history": history,
                "notices": [tuple(row) for row in notices],
                "said": [tuple(row) for row in said],
                "mails": len(set(mailbox.message_ids)),
                "open jobs": [job for job in queries.jobs(tx) if job.state is not JobState.DONE],
                "incidents": queries.incidents(tx, self.services.vault, state=None),
            }

    def _history(self, tx: Any, instance_id: int) -> Any:
        return queries.history(tx, self.services.vault, instance_id)


class Killer:
    """Kills web or worker shortly after the web answers, in a thread of its own, at most DEATHS times."""

    def __init__(self, processes: Processes, url: str, chance: random.Random) -> None:
        self._processes = processes
        self._visitor = Person(url)
        self._chance = chance
        self._over = threading.Event()
        self._deaths = 0
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        for _ in range(DEATHS):
            self._visitor.get("/alive")
            if self._over.wait(self._chance.uniform(*SECONDS_TO_LIVE)):
                return
            name = self._chance.choice(("web", "web", "worker"))
            self._processes.kill(name)
            self._deaths += 1
            self._processes.start(name)

    def stop(self) -> int:
        """End it; how many died."""
        self._over.set()
        self._thread.join()
        return self._deaths


def furnished(database_url: str, home: Path, mailbox: Mailbox) -> tuple[Services, dict[str, str]]:
    environment = {
        "CASELOOP_HOME": str(home),
        "CASELOOP_DATABASE_URL": database_url,
        "CASELOOP_PORT": str(free_port()),
        "CASELOOP_SMTP_URL": mailbox.url,
    }
    settings = Settings.from_environment(environment)
    bootstrap.prepare(settings)
    services = bootstrap.build(settings, hasher=QUICK_HASHER)
    for agent, temporary in first_start.furnish(services):
        services.desk.people.change_password(agent.login, temporary, PASSWORD)
    return services, environment


def play(database_url: str, home: Path, *, kills: random.Random | None) -> dict[str, Any]:
    """Play the story, with somebody killing at random when `kills` is given; the outcome, and how often somebody died."""
    with Mailbox().open() as mailbox:
        services, environment = furnished(database_url, home, mailbox)
        with Processes(environment, home / "log").all() as processes:
            story = Story(services.settings.base_url, services)
            killer = Killer(processes, services.settings.base_url, kills) if kills else None
            try:
                story.play()
            finally:
                deaths = killer.stop() if killer else 0
            eventually(lambda: not story.outcome(mailbox)["open jobs"])
            outcome = story.outcome(mailbox)
        services.db.dispose()
    assert not kills or deaths >= 3, f"the story was over after {deaths} deaths"
    return outcome


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The outcome when nobody is killed."""
    home = tmp_path_factory.mktemp("undisturbed")
    return play(f"sqlite:///{home}/undisturbed.db", home, kills=None)


@pytest.mark.slow
def test_killing_web_and_worker_at_any_moment_changes_nothing(
    database_url: str, undisturbed: dict[str, Any], tmp_path: Path
) -> None:
    assert undisturbed["state"] is InstanceState.COMPLETED
    assert undisturbed["mails"] > 0
    assert play(database_url, tmp_path / "killed", kills=random.Random(20231001)) == undisturbed
