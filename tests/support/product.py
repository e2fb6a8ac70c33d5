"""The whole product on a fresh SQLite file: real engine, desk, handlers, processes and web, with demo people to sign in as."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from caseloop import bootstrap, first_start
from caseloop.bootstrap import Services
from caseloop.settings import Settings
from engine.db.database import Database
from engine.ports import Clock, SystemClock
from engine.testing import FakeClock
from engine.worker import Worker
from tests.support.application import application

PASSWORD = "a long sentence that only you know"
MORNING = datetime(2026, 1, 5, 1, 30, tzinfo=UTC)  # a Monday, 09:30 at the desk
QUICK_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
INTAKE = {
    "channel": "phone",
    "customer_name": "张三",
    "customer_contact": "13812345678",
    "type": "complaint",
    "subtype": "service_attitude",
    "urgency": "normal",
    "scope": "person",
    "usage_blocked": True,
    "description": "APP支付失败，订单号DD20231001001，截图已提供",
    "order_number": "DD20231001001",
}


def furnished_home(folder: Path, *, sqlite_template: Path) -> Path:
    """A home folder with keys, all tables, the packaged processes and the demo's people, to be copied for each test."""
    home = folder / "home"
    home.mkdir(parents=True)
    shutil.copy(sqlite_template, home / "caseloop.db")
    settings = _settings(home)
    bootstrap.prepare(settings)
    services = bootstrap.build(settings, hasher=QUICK_HASHER)
    for agent, temporary in first_start.furnish(services):
        services.desk.people.change_password(agent.login, temporary, PASSWORD)
    with services.db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    services.db.dispose()
    return home


def _settings(home: Path, **environment: str) -> Settings:
    # live pages would keep browsers from ever being idle, and a thread from ending with its test
    given = {f"CASELOOP_{name}": value for name, value in {"STREAMS": "0", **environment}.items()}
    return Settings.from_environment({"CASELOOP_HOME": str(home), **given})


@dataclass(slots=True)
class Visitor:
    """Somebody with a browser that sends the CSRF token along, as our pages do."""

    client: FlaskClient
    language: str = "en"
    _token: str = field(default="", init=False)

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, headers=self._headers(options), **options)

    def post(self, path: str, data: Any = None, **options: Any) -> TestResponse:
        """Send a form, or JSON by `json=`, with the session's token."""
        return self.client.post(path, data=data, headers={"X-CSRF-Token": self.token, **self._headers(options)}, **options)

    @property
    def token(self) -> str:
        if not self._token:
            page = self.get("/login?stay=1")
            self._token = re.search(r'name="csrf-token" content="([^"]+)"', page.text)[1]
        return self._token

    def sign_in(self, login: str, password: str = PASSWORD) -> TestResponse:
        answer = self.post("/login", {"login": login, "password": password})
        self._token = ""
        return answer

    def _headers(self, options: dict[str, Any]) -> dict[str, str]:
        return {"Accept-Language": self.language, **options.pop("headers", {})}


@dataclass(slots=True)
class Product:
    """Everything built together; `work()` does what a worker would do until nothing is left to do."""

    services: Services
    app: Flask

    @classmethod
    def at(cls, home: Path, *, clock: Clock | None = None, db: Database | None = None, **environment: str) -> Product:
        """Build on a furnished home folder. `environment` are settings such as SMTP_URL; the clock is the system's by default."""
        settings = _settings(home, **environment)
        services = bootstrap.build(settings, clock=clock or SystemClock(), hasher=QUICK_HASHER, db=db)
        return cls(services, application(services, secret_key=bootstrap.web_secret(settings)))

    @property
    def desk(self) -> Any:
        return self.services.desk

    @property
    def clock(self) -> FakeClock:
        assert isinstance(self.services.clock, FakeClock)
        return self.services.clock

    def visitor(self, login: str | None = None, *, language: str = "en") -> Visitor:
        """A visitor, signed in as `login` when it is given."""
        visitor = Visitor(self.app.test_client(), language)
        if login:
            assert visitor.sign_in(login).status_code == 303
        return visitor

    def work(self, at_most: int = 200) -> None:
        """Fire what is due and run jobs until none is left."""
        worker = Worker(self.services.engine, name="test")
        for _ in range(at_most):
            if not worker.run_once():
                self.services.desk.courier.run_until_idle()
                return
        raise AssertionError(f"still busy after {at_most} rounds")

    def open_case(self, by: str = "li", **answers: Any) -> str:
        """A case from the usual intake answers, changed by `answers`, and what a worker does about it."""
        number = self.desk.intake.open_case({**INTAKE, **answers}, by=by)
        self.work()
        return number

    def task_of(self, number: str, activity_id: str = "handle") -> Any:
        """The open task of a case at an activity."""
        return next(task for task in self.desk.inbox.of_case(number) if task.activity_id == activity_id)

    def rows(self) -> dict[str, list[Any]]:
        """Every row of every table, but for what logging in writes: to prove that a refused request changed nothing."""
        with self.services.db.engine.connect() as connection:
            names = (
                connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").scalars().all()
            )
            return {
                name: [tuple(row) for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"')]
                for name in names
                if name != "desk_login_failure"
            }
