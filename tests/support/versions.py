"""Versions of the customer service process made for a test, the way an analyst makes them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from engine.commands import SetVariables
from engine.db import queries
from tests.support.product import Product

KEY, DIAGRAM = "customer-service", "customer-service.bpmn"
ANALYST = "analyst"
STUCK = {'= handle.outcome = "wait_customer"': "= rules.wait_for_customer"}
"""A condition on a variable that nobody sets: a case stops behind its handling task."""


def a_draft(product: Product, changes: Mapping[str, str] | None = None, *, of: str = "1.0") -> int:
    """A draft of a version whose diagram differs by these replacements; its id."""
    opened = product.desk.drafts.open_draft(KEY, of, by=ANALYST)
    if changes:
        xml = opened.files[DIAGRAM].decode()
        for old, new in changes.items():
            assert old in xml
            xml = xml.replace(old, new)
        product.desk.drafts.save_draft(opened.draft.id, {DIAGRAM: xml.encode()}, by=ANALYST, revision=opened.draft.revision)
    return opened.draft.id


def a_version(product: Product, version: str, changes: Mapping[str, str], teams: Collection[str] | None) -> None:
    """Deploy a version that differs by these replacements for these teams (everyone when None)."""
    draft = product.desk.drafts.draft(a_draft(product, changes)).draft
    product.desk.drafts.deploy_draft(draft.id, version, teams, by=ANALYST, revision=draft.revision)


def resolve(product: Product, number: str, by: str) -> None:
    """Answer the case's handling task, and let a worker do the rest."""
    task = product.task_of(number)
    product.desk.work.claim(task.id, by=by)
    product.desk.work.complete(task.id, {"content": "已修复", "outcome": "resolved"}, by=by)
    product.work()


def a_stuck_case(product: Product) -> str:
    """A case with an open incident behind its handling task; its number."""
    a_version(product, "9.0", STUCK, ["service-b"])
    number = product.open_case(by="chen", type="inquiry", subtype="", usage_blocked=False)
    resolve(product, number, product.task_of(number).assignee or "chen")
    return number


def repair(product: Product, number: str) -> None:
    """Set the variable that the stuck case misses."""
    with product.services.db.transaction() as tx:
        instance = queries.instance_by_key(tx, number)
        values = {"rules": {"wait_for_customer": False}}
        product.services.engine.set_variables(
            tx, SetVariables(instance_id=instance.id, values=values, by="admin", reason="repaired by a test")
        )
