"""The whole service desk of tests/desk, on either version of the process."""

from __future__ import annotations

import pytest

from bpmn.package import load_package
from tests.desk.conftest import ROOT, Office, desk_settings, office

__all__ = ["desk_settings", "office"]


@pytest.fixture
def pilot(office: Office) -> Office:
    """The office with everyone on version 1.1."""
    office.engine.deploy(load_package(ROOT / "processes" / "customer-service" / "1.1"), by="test")
    office.desk.rollout.assign("customer-service", "1.1", None, by="admin")
    return office
