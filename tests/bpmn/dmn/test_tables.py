"""Decision tables: which rows match, and what the hit policy makes of them."""

from __future__ import annotations

import pytest

from bpmn.dmn import DecisionResult, HitPolicyViolated, RuleHit, read_decisions
from tests.bpmn.dmn.models import decision, definitions, table

SCORES = [["> 10", '"low"', "1"], ["> 20", '"high"', "3"], ["> 30", '"high"', "3"]]


def decide(inputs: dict, columns: list[str], rows: list[list[str]], **options) -> DecisionResult:
    xml = definitions(decision("score", table(columns, rows, **options)))
    return read_decisions(xml).evaluate("score", inputs)


def grades(x: int, policy: str, extra: str = "", **options) -> object:
    outputs = ["grade"] if "aggregation" not in extra else ["points"]
    rows = [[row[0], row[2] if extra else row[1]] for row in SCORES]
    return decide({"x": x}, ["x"], rows, outputs=outputs, policy=policy, extra=extra, **options).value


@pytest.mark.parametrize(
    ("policy", "x", "value"),
    [
        ("UNIQUE", 15, "low"),
        ("UNIQUE", 5, None),
        ("FIRST", 35, "low"),
        ("ANY", 15, "low"),
        ("RULE ORDER", 25, ["low", "high"]),
        ("COLLECT", 35, ["low", "high", "high"]),
        ("COLLECT", 5, None),
    ],
)
def test_hit_policies(policy, x, value):
    assert grades(x, policy) == value


@pytest.mark.parametrize(("policy", "value"), [("PRIORITY", "high"), ("OUTPUT ORDER", ["high", "high", "low"])])
def test_policies_by_the_order_of_output_values(policy, value):
    assert grades(35, policy, priorities='"high", "low"') == value


@pytest.mark.parametrize(("aggregation", "value"), [("SUM", 7), ("COUNT", 3), ("MIN", 1), ("MAX", 3)])
def test_aggregations_of_collected_rows(aggregation, value):
    assert grades(35, "COLLECT", f'aggregation="{aggregation}"') == value


def test_counting_no_rows_gives_zero():
    assert grades(1, "COLLECT", 'aggregation="COUNT"') == 0


def test_two_rows_of_a_unique_table_are_an_error_that_names_them():
    with pytest.raises(HitPolicyViolated, match=r"table 'score': rows 1, 2 match.*only one row") as caught:
        grades(25, "UNIQUE")
    assert caught.value.rows == (1, 2)


def test_rows_of_an_any_table_must_agree():
    with pytest.raises(HitPolicyViolated, match="must agree"):
        grades(25, "ANY")


def test_a_default_stands_in_when_no_row_matches():
    assert grades(1, "UNIQUE", default='"none"') == "none"


def test_several_outputs_make_a_context():
    rows = [["> 1", '"a"', "x * 2"]]
    assert decide({"x": 5}, ["x"], rows, outputs=["letter", "number"]).value == {"letter": "a", "number": 10}


def test_a_hit_tells_row_reason_inputs_and_outputs():
    result = decide({"x": 5, "y": "b"}, ["x", "y"], [["< 3", "-", "1"], ["-", '"a", "b"', "2"]])
    assert result.hits == (
        RuleHit(
            decision_id="score",
            rule_id="row_2",
            index=2,
            annotations=("why 2",),
            inputs={"x": 5, "y": "b"},
            outputs={"result": 2},
        ),
    )


def test_the_first_policy_reports_only_the_row_that_counts():
    xml = definitions(decision("score", table(["x"], [["> 1", "1"], ["> 2", "2"]], policy="FIRST")))
    assert [hit.index for hit in read_decisions(xml).evaluate("score", {"x": 9}).hits] == [1]


def test_an_input_of_the_wrong_type_matches_no_comparison():
    assert decide({"x": "text"}, ["x"], [["> 1", "1"]]).value is None


def test_a_cell_may_call_functions_and_read_other_variables():
    rows = [["starts with(?, prefix) and string length(?) > 3", "prefix"]]
    assert decide({"x": "VIP-7", "prefix": "VIP"}, ["x"], rows).value == "VIP"
