"""Pages of cases that belong together."""

from __future__ import annotations

import pytest


@pytest.fixture
def pair(product):
    return product.open_case(), product.open_case()


def test_the_page_of_a_merge_offers_the_customers_other_cases_and_says_what_it_would_do(product, pair):
    going, staying = pair
    visitor = product.visitor("wang")
    assert f"/cases/{going}/merge" in visitor.get(f"/cases/{going}").text
    page = visitor.get(f"/cases/{going}/merge").text
    assert f"/cases/{going}/merge?into={staying}" in page
    assert f"{going} into {staying}" in visitor.get(f"/cases/{going}/merge?into={staying}").text
    assert staying in visitor.get(f"/cases/{going}/merge?q={staying}").text


def test_a_merge_leads_to_the_case_that_goes_on_and_the_other_one_says_where(product, pair):
    going, staying = pair
    visitor = product.visitor("wang")
    revision = product.desk.cases.case(going, viewer="wang").case.revision
    answer = visitor.post(f"/cases/{going}/merge", {"into": staying, "reason": "同一件事", "revision": str(revision)})
    assert answer.location == f"/cases/{staying}"
    assert f"{going} is merged into this case." in visitor.get(answer.location).text
    assert f"The case goes on in {staying}." in visitor.get(f"/cases/{going}").text
    assert f"merged this case into {staying}" in visitor.get(f"/cases/{going}?tab=history").text


def test_a_merge_needs_a_reason_and_the_right(product, pair):
    going, staying = pair
    order = {"into": staying, "reason": " "}
    assert product.visitor("wang").post(f"/cases/{going}/merge", order).status_code == 422
    other = "chen" if product.desk.cases.case(going, viewer="wang").case.owner != "chen" else "li"
    assert product.visitor(other).post(f"/cases/{going}/merge", {**order, "reason": "同一件事"}).status_code in (403, 404)


def test_a_message_is_split_off_on_the_page(product, pair):
    number, _ = pair
    product.desk.work.customer_message(number, "另外想问账单日", message_id="else")
    visitor = product.visitor("wang")
    entry = next(item for item in product.desk.cases.conversation(number, viewer="wang")).details["entry_id"]
    assert f'name="entry_id" value="{entry}"' in visitor.get(f"/cases/{number}").text
    answer = visitor.post(f"/cases/{number}/split", {"entry_id": str(entry), "type": "inquiry", "message_id": "once"})
    assert "Split off from" in visitor.get(answer.location).text
    assert visitor.post(f"/cases/{number}/split", {"entry_id": "0"}).status_code == 404
