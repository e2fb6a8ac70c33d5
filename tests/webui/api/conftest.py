"""Programs before a product in which a process waits for other programs."""

from __future__ import annotations

import pytest

from tests.support.product import Product
from tests.support.programs import Program, program, shipping_package


@pytest.fixture
def shipping(product: Product) -> Product:
    """The product with the process `shipping`, which mixes external tasks, a user task and a message."""
    product.services.engine.deploy(shipping_package(), by="test")
    return product


@pytest.fixture
def admin(shipping: Product) -> Program:
    """A program of the administrator with all scopes."""
    return program(shipping)
