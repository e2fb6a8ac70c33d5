"""How long an analyst waits for a large diagram."""

from __future__ import annotations

import time
from collections.abc import Iterator

from benchmarks.diagrams import DOER, of_size
from benchmarks.places import Place
from benchmarks.stories import Doing
from engine.service import Engine
from engine.vault import KeyRing

ACTIVITIES = 200


def deploying(place: Place) -> Iterator[tuple[str, float]]:
    """Parse, lint, deploy and compile a diagram of 200 activities, until an instance of it could start."""
    with place.fresh() as database:
        engine = Engine(database, vault=KeyRing.generate(), handlers={DOER: Doing(name=DOER, result={})})
        begun = time.perf_counter()
        deployment = engine.deploy(of_size(ACTIVITIES), by="bench")
        engine.definition(deployment.id)
        yield f"deploy_seconds_{ACTIVITIES}_activities", time.perf_counter() - begun
