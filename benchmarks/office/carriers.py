"""Other programs: a shop that orders parcels as process instances, and carriers who carry them as external tasks, over the API.

A carrier carries once per idempotency key, however often the same task is handed out, and tells the receipt. So what was
carried can be compared with what the histories say.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from benchmarks.diagrams import end, flow, package, start
from benchmarks.office.browser import PATIENCE_SECONDS, Answer, Program
from benchmarks.office.house import ADMINISTRATOR, House
from desk.model import Scope

PARCEL, TOPIC, ACTIVITY = "parcel", "parcels", "carry"
CARRIERS = ("carrier-1", "carrier-2")
ORDER_EVERY_SECONDS = 0.3
LOCK_SECONDS = 8
"""What a carrier was given by an answer that got lost comes to the next carrier after this time."""
CREATED, OK, NO_CONTENT, CONFLICT = 201, 200, 204, 409


def parcel_process() -> Any:
    """start → external task → end."""
    extension = f'<bpmn:extensionElements><zeebe:taskDefinition type="external:{TOPIC}"/></bpmn:extensionElements>'
    carry = f'<bpmn:serviceTask id="{ACTIVITY}" name="{ACTIVITY}">{extension}</bpmn:serviceTask>'
    return package(PARCEL, start(), carry, end(), flow("start", ACTIVITY), flow(ACTIVITY, "end"))


class Carriers:
    """`ordered`: parcels that the server confirmed. `carried`: the receipt by idempotency key. `told`: the keys confirmed."""

    def __init__(self, house: House, urls: list[str], *, unwell: list[str], wrong: list[str]) -> None:
        desk = house.services.desk
        desk.deployments.deploy(parcel_process(), by=ADMINISTRATOR)
        scopes = (Scope.READ, Scope.INSTANCES, Scope.EXTERNAL)
        _, secret = desk.tokens.create(PARCEL, login=ADMINISTRATOR, scopes=scopes, by=None)
        self.ordered: list[str] = []
        self.carried: dict[str, str] = {}
        self.told: set[str] = set()
        self._programs = [Program(url, secret, unwell=unwell) for url in urls]
        self._wrong = wrong
        self._lock = threading.Lock()

    def work(self, open_for_orders: Callable[[], bool]) -> list[threading.Thread]:
        """Start shop and carriers; they end when the shop is closed and all is carried. What fails is told in `wrong`."""
        shop = threading.Thread(target=self._shop, args=(open_for_orders,), name="shop")
        carriers = [threading.Thread(target=self._carrier, args=(name, shop), name=name) for name in CARRIERS]
        for thread in (shop, *carriers):
            thread.start()
        return [shop, *carriers]

    def _shop(self, open_for_orders: Callable[[], bool]) -> None:
        def order() -> None:
            while open_for_orders() and not self._wrong:
                key = f"parcel-{len(self.ordered)}"
                body = {"process_key": PARCEL, "business_key": key}
                self._ask(0, "/instances", body, (CREATED, OK), key=key)
                self.ordered.append(key)
                time.sleep(ORDER_EVERY_SECONDS)

        self._guarded("the shop", order)

    def _carrier(self, name: str, shop: threading.Thread) -> None:
        def carry() -> None:
            give_up = time.monotonic() + PATIENCE_SECONDS
            while (shop.is_alive() or len(self.told) < len(self.ordered)) and not self._wrong:
                fetched = self._fetch(name)
                for task in fetched:
                    self._carry(name, task)
                if fetched or shop.is_alive():
                    give_up = time.monotonic() + PATIENCE_SECONDS
                elif time.monotonic() > give_up:
                    raise TimeoutError(f"{len(self.ordered) - len(self.told)} parcels are handed out to nobody")
                time.sleep(0.1)

        self._guarded(name, carry)

    def _fetch(self, name: str) -> list[Mapping[str, Any]]:
        body = {"worker": name, "topics": [TOPIC], "max_tasks": 3, "lock_seconds": LOCK_SECONDS}
        answer = self._ask(CARRIERS.index(name), "/external-tasks/fetch-and-lock", body, (OK,))
        return answer.json()["tasks"]

    def _carry(self, name: str, task: Mapping[str, Any]) -> None:
        key = task["idempotency_key"]
        with self._lock:
            receipt = self.carried.setdefault(key, f"receipt {len(self.carried)} of {name}")
        body = {"worker": name, "attempt": task["attempt"], "variables": {"receipt": receipt}}
        # 409: the lease ran out while the server was away, and another carrier tells the same receipt
        answer = self._ask(CARRIERS.index(name), f"/external-tasks/{task['id']}/complete", body, (NO_CONTENT, CONFLICT))
        if answer.status == NO_CONTENT:
            self.told.add(key)

    def _ask(self, which: int, path: str, body: Any, wanted: tuple[int, ...], key: str = "") -> Answer:
        answer = self._programs[which % len(self._programs)].post(path, body, key=key)
        if answer.status not in wanted:
            raise AssertionError(f"{path}: {answer.status} {answer.text[:600]}")
        return answer

    def _guarded(self, who: str, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:
            self._wrong.append(f"{who} could not go on: {type(error).__name__}: {error}")
