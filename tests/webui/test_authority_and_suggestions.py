"""The matrix of authority, and batches of suggestions with their verdicts, by their pages."""

from __future__ import annotations

import pytest

SUGGESTION = {"type": "suggestion", "subtype": "feature_request", "usage_blocked": False, "order_number": ""}
JANUARY = {"first": "2026-01-01", "last": "2026-01-31", "team": "product"}
MATRIX = {"kind": "refund", "who": ["role:supervisor", "person:li", ""], "up_to": ["500", "20.50", ""]}


def test_an_administrator_grants_authority_that_supervisors_read(product):
    assert product.visitor("admin").post("/authority", MATRIX).status_code == 303
    assert "up to 500" in product.visitor("wang").get("/authority").text
    assert "最高 500" in product.visitor("wang", language="zh").get("/authority").text
    assert product.visitor("wang").post("/authority", MATRIX).status_code == 403
    assert product.visitor("li").get("/authority").status_code == 403
    assert 'value="20.50"' in product.visitor("admin").get("/authority").text


@pytest.mark.parametrize(
    ("change", "status"),
    [({"up_to": ["-1", "", ""]}, 422), ({"up_to": ["much", "", ""]}, 422), ({"kind": " "}, 422), ({"up_to": ["1"]}, 422),
     ({"who": ["role:analyst", "", ""]}, 422), ({"who": ["person:nobody", "", ""]}, 404), ({"up_to": ["NaN", "", ""]}, 422)],
)  # fmt: skip
def test_authority_that_cannot_be_is_refused(product, change, status):
    assert product.visitor("admin").post("/authority", {**MATRIX, **change}).status_code == status
    assert product.desk.approvals.grants() == []


def test_suggestions_are_handed_over_judged_and_exported(product):
    number = product.open_case(**SUGGESTION)
    visitor, reader = product.visitor("wang"), product.visitor("business")
    batch = visitor.post("/suggestions", JANUARY).headers["Location"]
    assert "Batch" in reader.get("/suggestions").text
    assert number in reader.get(batch).text
    assert reader.post(f"{batch}/{number}", {"verdict": "declined", "reason": ""}).status_code == 422
    assert reader.post(f"{batch}/{number}", {"verdict": "adopted", "reason": "好主意"}).status_code == 303
    assert "0 of 1 without a verdict" in reader.get(batch).text
    table = product.visitor("business", language="zh").get(f"{batch}.csv").data.decode("utf-8-sig")
    assert "采纳" in table
    assert "好主意" in table
    assert product.visitor("zhao").get(batch).status_code == 403
    assert product.visitor("zhao").post(f"{batch}/{number}", {"verdict": "adopted"}).status_code == 403


def test_a_hand_over_that_cannot_be_is_refused(product):
    visitor = product.visitor("wang")
    assert visitor.post("/suggestions", JANUARY).status_code == 409
    assert visitor.post("/suggestions", {**JANUARY, "last": "2025-12-01"}).status_code == 422
    assert visitor.post("/suggestions", {**JANUARY, "first": "soon"}).status_code == 422
    assert visitor.get("/suggestions/99").status_code == 404
    product.open_case(**SUGGESTION)
    assert visitor.post("/suggestions", {**JANUARY, "team": "nowhere"}).status_code == 404
    assert product.visitor("li").post("/suggestions", JANUARY).status_code == 403
