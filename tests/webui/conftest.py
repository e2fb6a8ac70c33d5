"""An application around the smallest services that the base asks for: a clock and settings."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.application import application

NOON = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)


@pytest.fixture
def app() -> Flask:
    services = SimpleNamespace(clock=SimpleNamespace(now=lambda: NOON), settings=SimpleNamespace(time_zone="Asia/Shanghai"))
    return application(services, secret_key=b"only for tests", testing=True)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
