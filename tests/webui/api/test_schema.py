"""The whole API against its own description: schemathesis makes requests, good and bad, and no answer may break a promise."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation.hypothesis.builder import HypothesisTestConfig, HypothesisTestMode, create_test
from schemathesis.openapi import from_dict
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    missing_required_header,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from engine.testing import FakeClock
from tests.support.product import MORNING, Product
from tests.support.programs import SHIPPING, Program, program, shipping_package
from webui.api.blueprint import description

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    negative_data_rejection,
    missing_required_header,
    ignored_auth,
)
EXAMPLES = 10


@schemathesis.serializer("application/zip")
def as_it_is(_context: schemathesis.SerializationContext, value: Any) -> bytes:
    """Bytes that are hardly ever a zip file; what good ones do is tested elsewhere."""
    return value if isinstance(value, bytes) else str(getattr(value, "data", value)).encode(errors="replace")


class Served:
    """The application of the product at hand: operations are collected before there is one."""

    app: Any = None

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        return self.app(environ, start_response)


SERVED = Served()
API = from_dict(description())
API.app = SERVED
API.config.generation.update(modes=list(schemathesis.GenerationMode))


@pytest.fixture(scope="module")
def caller(tmp_path_factory: pytest.TempPathFactory, furnished: Path) -> Iterator[Program]:
    """An administrator's program in a product in which some work is open, so that generated ids meet records."""
    home = tmp_path_factory.mktemp("api") / "home"
    shutil.copytree(furnished, home)
    product = Product.at(home, clock=FakeClock(MORNING))
    caller = program(product)
    product.services.engine.deploy(shipping_package(), by="test")
    for number in range(5):
        product.open_case()
        caller.post("/instances", {"process_key": SHIPPING, "business_key": f"B-{number}", "variables": {"order": "A"}})
    caller.post("/external-tasks/fetch-and-lock", {"worker": "w", "topics": ["parcels"], "max_tasks": 3})
    SERVED.app = product.app
    yield caller
    product.services.db.dispose()


def holding(operation: Any, caller: Program) -> Callable[[], None]:
    """The test that schemathesis makes of an operation; made when it runs, since it draws its first cases then."""

    @seed(1)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    def holds(case: schemathesis.Case) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {caller.secret}"}, checks=list(CHECKS))

    modes = [HypothesisTestMode.EXAMPLES, HypothesisTestMode.FUZZING, HypothesisTestMode.COVERAGE]
    config = HypothesisTestConfig(project=API.config, modes=modes, settings=API.config.get_hypothesis_settings())
    return create_test(operation=operation, test_func=holds, config=config)


@pytest.mark.slow
@pytest.mark.parametrize("operation", [found.ok() for found in API.get_all_operations()], ids=lambda operation: operation.label)
def test_no_request_breaks_a_promise_of_the_description(operation: Any, caller: Program) -> None:
    holding(operation, caller)()
