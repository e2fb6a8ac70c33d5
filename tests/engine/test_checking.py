"""A package is checked once in a process, for the handlers and functions at hand; a refusal is never remembered."""

from __future__ import annotations

import pytest

from engine import deploy
from engine.errors import DeploymentRefused
from tests.engine.spiff.diagrams import chain, end, start
from tests.support.packages import package, work

NEEDY = package(start(), work("ring", "bell"), end(), chain("start", "ring", "end"))


def test_what_passed_with_a_handler_does_not_pass_without_it() -> None:
    deploy.check(NEEDY, handlers=["bell"], functions=[])
    with pytest.raises(DeploymentRefused, match="bell"):
        deploy.check(NEEDY, handlers=[], functions=[])


def test_what_was_refused_passes_once_its_handler_is_there() -> None:
    needy = package(start(), work("ring", "gong"), end(), chain("start", "ring", "end"))
    for _ in range(2):
        with pytest.raises(DeploymentRefused, match="gong"):
            deploy.check(needy, handlers=[], functions=[])
    deploy.check(needy, handlers=["gong"], functions=[])


def test_what_passed_is_not_compiled_again(monkeypatch: pytest.MonkeyPatch) -> None:
    deploy.check(NEEDY, handlers=["bell"], functions=["clock"])
    monkeypatch.setattr(deploy, "verify_compiles", lambda *_: pytest.fail("compiled again"))
    deploy.check(NEEDY, handlers=["bell"], functions=["clock"])
