"""Process instances that programs start, on both databases."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest

from desk.errors import InstanceExists, KeyUsedOtherwise
from desk.processes.instances import StartOrder
from engine.commands import StartInstance
from engine.db import queries
from tests.support.programs import SHIPPING, shipping_package

ORDER = StartOrder(process_key=SHIPPING, business_key="B-1", key="k1")


@pytest.fixture
def desk(office):
    office.engine.deploy(shipping_package(), by="test")
    return office.desk


def at_once(*orders: StartOrder, desk) -> list:
    """What came of orders that were given at the same time: instances, or the errors' names."""
    barrier, told = Barrier(len(orders)), []

    def start(order: StartOrder) -> None:
        barrier.wait()
        try:
            told.append(desk.instances.start(order, by="admin")[0].id)
        except Exception as error:
            told.append(type(error).__name__)

    threads = [Thread(target=start, args=(order,)) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def test_of_two_programs_that_start_the_same_at_once_one_is_told_so(desk):
    order = StartOrder(process_key=SHIPPING, business_key="B-1")
    assert "InstanceExists" in (told := at_once(order, order, desk=desk))
    assert len(set(told)) == 2


def test_an_order_that_is_sent_twice_at_once_gives_both_the_one_instance(desk):
    assert len(set(at_once(ORDER, ORDER, desk=desk))) == 1


def test_of_two_orders_with_one_key_at_once_one_is_told_so(desk):
    told = at_once(ORDER, StartOrder(process_key=SHIPPING, business_key="B-2", key="k1"), desk=desk)
    assert "KeyUsedOtherwise" in told
    assert len(desk.instances.page(viewer="admin", after=-1, limit=10)) == 1


def test_a_case_is_not_taken_for_the_instance_of_another_process_that_bears_its_number(desk, office):
    number = office.open()
    own = desk.cases.case(number, viewer="admin").instance_id
    with office.engine.db.transaction() as tx:
        stranger = queries.deployments(tx, key=SHIPPING)[-1]
        office.engine.start(tx, StartInstance(deployment_id=stranger.id, business_key=number, by="test"))
    assert desk.cases.case(number, viewer="admin").instance_id == own
    assert desk.cases.explanation(number, viewer="admin").stands[0].activity_id == "handle"


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
