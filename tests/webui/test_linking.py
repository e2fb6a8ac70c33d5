"""Pages of cases that belong together."""

from __future__ import annotations

import pytest


@pytest.fixture
def pair(product):
    return product.open_case(), product.open_case()


def order(product, pair):
    read = (product.desk.cases.case(number, viewer="wang").case.revision for number in pair)
    revision, into_revision = map(str, read)
    return {"into": pair[1], "reason": "同一件事", "revision": revision, "into_revision": into_revision}


def test_the_page_of_a_merge_offers_the_customers_other_cases_and_says_what_it_would_do(product, pair):
    going, staying = pair
    visitor = product.visitor("wang")
    assert f"/cases/{going}/merge" in visitor.get(f"/cases/{going}").text
    page = visitor.get(f"/cases/{going}/merge").text
    assert f"/cases/{going}/merge?into={staying}" in page
    assert f"{going} into {staying}" in visitor.get(f"/cases/{going}/merge?into={staying}").text
    assert staying in visitor.post(f"/cases/{going}/merge/search", {"q": staying}).text


def test_a_merge_leads_to_the_case_that_goes_on_and_the_other_one_says_where(product, pair):
    going, staying = pair
    visitor = product.visitor("wang")
    answer = visitor.post(f"/cases/{going}/merge", order(product, pair))
    assert answer.location == f"/cases/{staying}"
    assert f"{going} is merged into this case." in visitor.get(answer.location).text
    assert f"The case goes on in {staying}." in visitor.get(f"/cases/{going}").text
    assert f"merged this case into {staying}" in visitor.get(f"/cases/{going}?tab=history").text


def test_a_case_that_ended_before_its_archive_shows_the_stage_at_which_it_ended(product, pair):
    visitor = product.visitor("wang")
    visitor.post(f"/cases/{pair[0]}/merge", order(product, pair))
    assert '<li class="now" aria-current="step">Handle</li>' in visitor.get(f"/cases/{pair[0]}").text


def test_a_merge_needs_a_reason_and_the_right(product, pair):
    going, _ = pair
    wang, given = product.visitor("wang"), order(product, pair)
    assert wang.post(f"/cases/{going}/merge", {**given, "reason": " "}).status_code == 422
    assert wang.post(f"/cases/{going}/merge", {**given, "into": ""}).status_code == 422
    assert product.visitor("chen").post(f"/cases/{going}/merge", given).status_code == 404


@pytest.mark.parametrize("field", ["revision", "into_revision"])
def test_a_merge_says_of_both_cases_which_state_was_read(product, pair, field):
    given, page = order(product, pair), f"/cases/{pair[0]}/merge"
    visitor = product.visitor("wang")
    assert visitor.post(page, {**given, field: ""}).status_code == 422
    assert visitor.post(page, {**given, field: str(int(given[field]) + 1)}).status_code == 409
    assert f'name="{field}" value="{given[field]}"' in visitor.get(f"{page}?into={pair[1]}").text


def test_what_is_searched_for_a_merge_stands_in_no_address(product, pair):
    page = product.visitor("wang").get(f"/cases/{pair[0]}/merge").text
    assert f'method="post" action="/cases/{pair[0]}/merge/search"' in page


def test_whoever_switches_the_language_after_a_search_or_comes_back_to_it_begins_anew(product, pair):
    visitor, address = product.visitor("wang"), f"/cases/{pair[0]}/merge/search"
    visitor.post(address, {"q": pair[1]})
    back = visitor.post("/language/zh", headers={"Referer": f"http://localhost{address}"}).location
    again = visitor.get(back)
    assert (again.status_code, again.location) == (303, f"/cases/{pair[0]}/merge")


def test_a_message_is_split_off_on_the_page(product, pair):
    number, _ = pair
    product.desk.work.customer_message(number, "另外想问账单日", message_id="else")
    visitor = product.visitor("wang")
    entry = next(item for item in product.desk.cases.conversation(number, viewer="wang")).details["entry_id"]
    assert f'name="entry_id" value="{entry}"' in visitor.get(f"/cases/{number}").text
    answer = visitor.post(f"/cases/{number}/split", {"entry_id": str(entry), "type": "inquiry", "message_id": "once"})
    assert "Split off from" in visitor.get(answer.location).text
    assert visitor.post(f"/cases/{number}/split", {"entry_id": "0"}).status_code == 404
