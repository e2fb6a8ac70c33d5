"""A program before the REST API: it shows a token and speaks JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from werkzeug.test import TestResponse

from bpmn.package import ProcessPackage
from desk.model import NewAgent, Role, Scope
from tests.engine.spiff.diagrams import an_error as error
from tests.engine.spiff.diagrams import boundary, chain, end, start
from tests.support.packages import catch_message, package, person, work
from tests.support.product import PASSWORD, Product

SHIPPING = "shipping"


@dataclass(slots=True)
class Program:
    """Acts by its token; every answer but problem documents is JSON or empty."""

    product: Product
    secret: str

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.send("GET", path, query_string=query)

    def post(self, path: str, body: Any = None, **headers: str) -> TestResponse:
        return self.send("POST", path, json=body, headers=headers)

    def patch(self, path: str, body: Any) -> TestResponse:
        return self.send("PATCH", path, json=body)

    def send(self, method: str, path: str, **options: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.secret}", **options.pop("headers", {})}
        return self.product.app.test_client().open(f"/api/v1{path}", method=method, headers=headers, **options)


def program(product: Product, login: str = "admin", *scopes: Scope) -> Program:
    """A program that acts for an agent, with all scopes unless some are named."""
    _, secret = product.desk.tokens.create("test", login=login, scopes=scopes or tuple(Scope), by=None)
    return Program(product, secret)


def shipping_package(version: str = "1.0") -> ProcessPackage:
    """A process that mixes external and own work: ship, then look, then wait for a message."""
    return package(
        start(),
        work("ship", "external:parcels", lang="zh"),
        person("look", candidateGroups="service"),
        catch_message("paid", "payment"),
        end(),
        chain("start", "ship", "look", "paid", "end"),
        boundary("lost", "ship", error("lost")),
        end("gone"),
        chain("lost", "gone"),
        key=SHIPPING,
        version=version,
        messages={"payment": "= order"},
    )


def add_robot(product: Product, login: str = "robot", role: Role = Role.AGENT) -> None:
    """An agent for whom only programs act."""
    robot = NewAgent(login=login, name="Robot", password=PASSWORD, role=role, team_keys=("service",))
    product.desk.people.add_agent(robot, by="test")
