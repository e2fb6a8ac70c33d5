"""The whole service desk of tests/desk, mail that is only noted (real servers: test_mail.py), calls as a diagram makes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from desk.notification.announcing import Announcer
from desk.notification.channel_book import Entry
from engine.ports import HandlerCall
from handlers.channels.mail import Mail
from handlers.testing import NotedMail
from tests.desk.conftest import Office, desk_settings, office

__all__ = ["desk_settings", "office"]


@pytest.fixture
def mail() -> NotedMail:
    return NotedMail()


@pytest.fixture
def post(office: Office, mail: NotedMail) -> Announcer:
    """The desk's announcer, whose mails are noted."""
    office.desk.channels.add(Entry(name="email", channel=Mail(mailer=mail)))
    return office.desk.announcer


def call(
    office: Office,
    number: str,
    handler: str,
    *,
    key: str = "job-1",
    at: str = "node",
    inputs: Mapping[str, Any] | None = None,
    **headers: str,
) -> HandlerCall:
    """A call as the engine makes it."""
    return HandlerCall(
        handler=handler,
        instance_id=1,
        business_key=number,
        process_key="customer-service",
        version="1.0",
        activity_id=at,
        activity_name="Node",
        inputs=inputs or {},
        headers=headers,
        now=office.clock.now(),
        idempotency_key=key,
    )
