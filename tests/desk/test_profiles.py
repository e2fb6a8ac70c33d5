"""A customer's tier and tags: how tags are spelt, who may give a tier, what a case gets of it."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from desk import tables
from desk.context import DeskSettings
from desk.errors import AnswersInvalid, RightMissing
from desk.limits.reclassifying import NewClass, _of_known_tier
from desk.profiles import checked_tags, checked_tier, fitting_tags, known_tier, split_tags
from engine.db import queries
from tests.desk.conftest import BILLING_DAY

BILLING = {**BILLING_DAY, "received_at": "2023-10-01T09:15"}


@pytest.mark.parametrize(
    ("typed", "tags"),
    [
        ("", ()),
        (" , ，; ", ()),
        ("Quick  Lane, refund", ("quick_lane", "refund")),
        ("退款；ＶＩＰ、退款", ("退款", "vip")),
        ("v1.2-beta", ("v1.2-beta",)),
    ],
)
def test_tags_have_one_spelling_and_come_once(typed, tags):
    assert checked_tags(split_tags(typed)) == tags


@pytest.mark.parametrize("tag", ["a" * 31, "<b>", 'a"b', "-dash", "13812345678"])
def test_what_is_no_tag_is_refused(tag):
    with pytest.raises(AnswersInvalid, match="tags"):
        checked_tags([tag])


def test_a_case_has_at_most_twenty_tags():
    assert len(checked_tags(map(str, range(20)))) == 20
    with pytest.raises(AnswersInvalid, match="more than 20"):
        checked_tags(map(str, range(21)))


def test_an_unknown_tier_is_refused_with_those_that_exist():
    with pytest.raises(AnswersInvalid, match="standard, vip"):
        checked_tier("gold", ("standard", "vip"))


def test_a_supervisor_gives_a_new_customer_a_tier_and_the_next_case_has_it_too(office):
    first = office.open(BILLING, by="wang", customer_tier="vip", tags="Refund")
    second = office.open(BILLING, by="li", tags="again")
    told = [office.desk.cases.case(number, viewer="wang").case for number in (first, second)]
    assert [(case.tier, case.tags) for case in told] == [("vip", ("refund",)), ("vip", ("again",))]
    [match] = office.desk.intake.matching_customers(number=BILLING["customer_number"])
    assert (match.tier, match.tags) == ("vip", ())
    with office.engine.db.reading() as tx:
        instance = queries.instance_by_key(tx, second)
        known = queries.variables(tx, office.desk.context.vault, instance.id)["case"]
    assert (known["tier"], known["tags"]) == ("vip", ["again"])


def test_open_cases_follow_a_tier_that_is_given_with_the_next_request(office):
    first = office.open(BILLING, by="li")
    second = office.open(BILLING, by="wang", customer_tier="vip")
    view = office.desk.cases.case(first, viewer="wang")
    assert view.case.tier == "vip"
    assert any(item.kind == "classed" and item.text == second for item in office.desk.cases.timeline(first, viewer="wang"))


def test_agents_give_no_tier_and_repeat_the_one_that_is_known(office):
    with pytest.raises(RightMissing, match="another tier"):
        office.open(BILLING, by="li", customer_tier="vip")
    number = office.open(BILLING, by="li", customer_tier="standard")
    assert office.desk.cases.case(number, viewer="wang").case.tier == "standard"


def test_cases_are_found_by_tier_and_by_tag(office):
    vip = office.open(BILLING, by="wang", customer_tier="vip", tags="退款")
    office.open(tags="退款单")

    def found(**filters: str) -> list[str]:
        return [item.case.number for item in office.desk.cases.search(viewer="wang", filters=filters).items]

    assert found(tier="vip") == found(tag="退款") == [vip]
    assert found(tag="退") == []


def test_of_what_a_diagram_leaves_only_tags_are_kept():
    assert fitting_tags(["VIP lane", "vip_lane", 3, None, "13812345678", "李雷 的订单!", "退款"]) == ("vip_lane", "退款")
    assert len(fitting_tags(map(str, range(21)))) == 20


def test_a_tier_that_is_not_configured_is_everybodys():
    assert [known_tier(tier, ("basic", "gold")) for tier in ("gold", "standard", "")] == ["gold", "basic", "basic"]


class TestOtherTiers:
    """A company whose tiers lack the one that rows from before have."""

    @pytest.fixture
    def desk_settings(self) -> DeskSettings:
        return DeskSettings(tiers=("basic", "gold"))

    def test_a_tier_of_before_counts_as_everybodys(self, office):
        first = office.open(BILLING, by="li")
        with office.engine.db.transaction() as tx:
            for table in (tables.customer, tables.case):
                tx.execute(update(table).values(tier="standard"))
        wanted, owner = NewClass(tier="basic", tags=("refund",)), office.task(first).assignee
        office.desk.reclassifying.reclassify(first, wanted, by=owner, reason="same tier, by its name of today")
        second = office.open(BILLING, by="li")
        told = [office.desk.cases.case(number, viewer="wang").case for number in (first, second)]
        assert ([case.tier for case in told], told[0].tags) == (["basic", "basic"], ("refund",))


def test_rows_of_targets_read_everybodys_tier_for_one_that_is_not_configured():
    def read(tier: object) -> object:
        return _of_known_tier({"case": {"tier": tier, "channel": "phone"}}, ("basic", "gold"))["case"]

    assert read("standard") == {"tier": "basic", "channel": "phone"}
    assert read("gold") == {"tier": "gold", "channel": "phone"}
    assert read(None) == {"tier": None, "channel": "phone"}
