"""A whole service desk on a fresh database: the packaged process, the real handlers, the demo's people, a clock that we move."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from argon2 import PasswordHasher

from bpmn.package import ProcessPackage, load_package
from desk.calendarsource import StoredCalendars
from desk.context import DeskSettings
from desk.limits.clocklookup import ClockLookup
from desk.model import NewAgent, Role
from desk.projection import CaseProjection
from desk.seed import seed_demo
from desk.service import Desk
from engine.db import store
from engine.db.database import Database
from engine.model import UserTask
from engine.service import Engine
from engine.testing import FakeChance, FakeClock
from engine.vault import KeyRing
from engine.worker import Worker
from handlers import archive, assign, escalate, notify, service_clocks, survey

ROOT = Path(__file__).resolve().parents[2]
SHANGHAI = ZoneInfo("Asia/Shanghai")
QUICK_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
BASE_URL = "http://desk.example"
PASSWORD = "long enough to be one"
PACKAGE = load_package(ROOT / "processes" / "customer-service" / "1.0")

PAYMENT_FAILED = {
    "channel": "phone",
    "received_at": "2023-10-01T09:30",
    "customer_name": "张三",
    "customer_contact": "13812345678",
    "customer_kind": "existing",
    "type": "complaint",
    "subtype": "product_fault",
    "usage_blocked": True,
    "emotional": False,
    "scope": "person",
    "urgency": "normal",
    "description": "APP支付失败,订单号DD20231001001,截图已提供",
    "order_number": "DD20231001001",
    "preferred_channel": "phone",
}
BILLING_DAY = {
    "channel": "chat",
    "received_at": "2023-10-01T10:15",
    "customer_name": "王五",
    "customer_number": "C10025",
    "customer_kind": "existing",
    "type": "inquiry",
    "usage_blocked": False,
    "emotional": False,
    "scope": "person",
    "urgency": "normal",
    "description": "询问信用卡账单日修改流程",
}


def local(text: str) -> datetime:
    """Wall time in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@dataclass
class Office:
    """The desk with its engine, clock and worker."""

    desk: Desk
    engine: Engine
    clock: FakeClock
    worker: Worker

    def at(self, hour: str, day: str = "2023-10-01") -> None:
        """Move the clock to a wall time, after the worker did what was due until then."""
        self.clock.set(local(f"{day}T{hour}"))
        self.run()

    def run(self) -> None:
        """Let worker and courier do all that is to be done now."""
        self.worker.run_until_idle()
        self.desk.courier.run_until_idle()

    def open(self, form: dict[str, Any] = PAYMENT_FAILED, *, by: str = "li", **changes: Any) -> str:
        """Open a case."""
        number = self.desk.intake.open_case({**form, **changes}, by=by)
        self.run()
        return number

    def task(self, number: str, activity: str = "handle") -> UserTask:
        """The open task of a case at an activity."""
        return next(task for task in self.desk.inbox.of_case(number) if task.activity_id == activity)

    def activities(self, number: str) -> set[str]:
        """Where the case has open tasks."""
        return {task.activity_id for task in self.desk.inbox.of_case(number)}

    def resolve(self, number: str, **answers: Any) -> None:
        """Claim and finish the owner's task."""
        by = self.task(number).assignee or ""
        self.desk.work.claim(self.task(number).id, by=by)
        given = {"content": "电话告知客户问题已解决", "outcome": "resolved", **answers}
        self.desk.work.complete(self.task(number).id, given, by=by)
        self.run()


def add_deputy(office: Office, team: str) -> None:
    """Let sun, a second supervisor, be the deputy of a team that wang heads."""
    sun = NewAgent(
        login="sun",
        name="孙主管",
        shown_as="孙*",
        password=PASSWORD,
        role=Role.SUPERVISOR,
        team_keys=("supervisors",),
        skills=(),
        password_is_temporary=False,
    )
    office.desk.people.add_agent(sun, by="admin")
    office.desk.people.change_team(team, supervisor="wang", deputy="sun", by="admin")


def keep_deployed(engine: Engine, package: ProcessPackage, at: datetime) -> None:
    """Keep a package as deployed without the checks of deploying, which take a second each and have tests of their own."""
    about = {"key": package.key, "version": package.version, "name": package.manifest.name}
    with engine.db.transaction() as tx:
        store.insert_deployment(
            tx, files=package.to_files(), **about, content_hash=package.content_hash, deployed_at=at, deployed_by="test"
        )


@pytest.fixture
def desk_settings() -> DeskSettings:
    return DeskSettings(base_url=BASE_URL)


@pytest.fixture
def office(database: Database, vault: KeyRing, desk_settings: DeskSettings) -> Office:
    """An office in a database in which `staff` has put people and a process (see tests/conftest.py)."""
    return _office(database, vault, desk_settings)


def staff(database: Database, vault: KeyRing) -> None:
    """Put in what every office begins with: the demo's people, who know their passwords, and a process."""
    office = _office(database, vault, DeskSettings(base_url=BASE_URL))
    for login, temporary in seed_demo(office.desk, lambda login: f"one-time {PASSWORD}").items():
        office.desk.people.change_password(login, temporary, PASSWORD)
    keep_deployed(office.engine, PACKAGE, office.clock.now())


def _office(database: Database, vault: KeyRing, desk_settings: DeskSettings) -> Office:
    clock, chance, handlers = FakeClock(local("2023-10-01T09:30")), FakeChance(), {}
    lookups = [ClockLookup(StoredCalendars("Asia/Shanghai"))]
    projection = CaseProjection(vault, untouched_after=desk_settings.untouched_after, tiers=desk_settings.tiers)
    engine = Engine(database, vault=vault, handlers=handlers, projections=[projection], clock=clock, lookups=lookups)
    desk = Desk(engine, vault=vault, clock=clock, chance=chance, settings=desk_settings, hasher=QUICK_HASHER)
    settings = SimpleNamespace(smtp_url="", mail_from="", base_url=BASE_URL, channels={})
    services = SimpleNamespace(desk=desk, engine=engine, clock=clock, chance=chance, settings=settings)
    makers = (
        assign.make,
        escalate.make,
        service_clocks.make_service_clocks,
        service_clocks.make_new_round,
        notify.make,
        survey.make,
        archive.make,
    )
    handlers.update({handler.name: handler for handler in (make(services) for make in makers)})
    return Office(desk=desk, engine=engine, clock=clock, worker=Worker(engine, name="test"))
