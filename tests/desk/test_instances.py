"""Process instances that programs start, on both databases."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest

from desk.errors import InstanceExists, KeyUsedOtherwise
from desk.instances import StartOrder
from engine.db import queries
from tests.support.programs import SHIPPING, shipping_package

ORDER = StartOrder(process_key=SHIPPING, business_key="B-1", key="k1")


@pytest.fixture
def desk(office):
    office.engine.deploy(shipping_package(), by="test")
    return office.desk


def test_of_two_programs_that_start_the_same_at_once_one_is_told_so(desk):
    barrier, told = Barrier(2), []

    def start() -> None:
        barrier.wait()
        try:
            told.append(desk.instances.start(StartOrder(process_key=SHIPPING, business_key="B-1"), by="admin"))
        except Exception as error:
            told.append(error)

    threads = [Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(type(each).__name__ for each in told) == ["InstanceExists", "tuple"]


def test_a_key_gives_the_instance_that_it_started_and_nothing_else(desk):
    instance, before = desk.instances.start(ORDER, by="admin")
    assert not before
    again, before = desk.instances.start(ORDER, by="admin")
    assert (again.id, before) == (instance.id, True)
    with pytest.raises(KeyUsedOtherwise):
        desk.instances.start(StartOrder(process_key=SHIPPING, business_key="B-2", key="k1"), by="admin")
    with pytest.raises(InstanceExists):
        desk.instances.start(StartOrder(process_key=SHIPPING, business_key="B-1", key="k2"), by="admin")


def test_a_start_that_failed_leaves_its_business_key_free(desk, office):
    with pytest.raises(Exception, match="no form"):
        desk.instances.start(StartOrder(process_key=SHIPPING, business_key="B-1", form={"x": 1}), by="admin")
    instance, _ = desk.instances.start(ORDER, by="admin")
    with office.engine.db.reading() as tx:
        assert queries.instance(tx, instance.id).business_key == "B-1"
