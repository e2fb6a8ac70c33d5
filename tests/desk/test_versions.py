"""Version numbers: their order, and the one to propose next."""

import pytest

from desk.processes.rollout import earlier_version
from desk.processes.versions import is_version, next_version, version_order
from desk.store.releases import Stage
from tests.desk.conftest import local


@pytest.mark.parametrize(
    ("deployed", "proposed"),
    [((), "1.0"), (("1.0",), "1.1"), (("1.10", "1.9"), "1.11"), (("1.0", "2"), "2.1"), (("1.0", "1.0.3"), "1.0.4")],
)
def test_the_next_number_follows_the_highest(deployed, proposed):
    assert next_version(deployed) == proposed


def test_versions_are_ordered_as_numbers():
    assert sorted(["1.10", "1.2", "1"], key=version_order) == ["1", "1.2", "1.10"]


@pytest.mark.parametrize("text", ["", "1.", ".1", "a", "1.2.3.4.5", "1.2\n", "１.０", '1"', "1234567"])
def test_what_is_no_number_is_no_version(text):
    assert not is_version(text)


def test_undoing_leads_to_the_version_before_whoever_it_was_assigned_to():
    def stage(team, version):
        return Stage(process_key="p", team=team, version=version, assigned_by="a", assigned_at=local("2023-10-01T09:30"))

    stages = [stage(None, "1.0"), stage("a", "1.1"), stage("a", "1.1")]
    assert earlier_version(stages, "a") == "1.0"
    assert earlier_version(stages, "b") is None
    assert earlier_version([*stages, stage(None, "1.2")], "a") == "1.1"
    assert earlier_version([], "a") is None
