"""Overlaps and gaps of decision tables."""

from __future__ import annotations

import pytest

from bpmn.dmn import check, read_decisions
from tests.bpmn.dmn.models import decision, definitions, literal, table


def findings(*arguments, **options) -> list[tuple[str, tuple[int, ...], str]]:
    model = read_decisions(definitions(decision("d", table(*arguments, **options))))
    return [(finding.kind, finding.rows, finding.message) for finding in check(model)]


def kinds(*arguments, **options) -> list[str]:
    return [kind for kind, _, _ in findings(*arguments, **options)]


def test_rows_of_a_unique_table_that_share_a_value_overlap():
    [(kind, rows, message)] = findings(["age"], [["< 18", "1"], [">= 17", "2"]])
    assert (kind, rows) == ("overlap", (1, 2))
    assert "rows 1 and 2 both match when age is 17" in message


def test_a_gap_is_shown_by_an_example():
    [(kind, rows, message)] = findings(["age"], [["< 18", "1"], ["> 18", "2"]])
    assert (kind, rows) == ("gap", ())
    assert "no row matches when age is 18" in message


@pytest.mark.parametrize(
    "rows",
    [
        [["< 18", "1"], [">= 18", "2"]],
        [["[0..10)", "1"], ["[10..20]", "2"], ["< 0, > 20", "3"]],
        [["not([0..10])", "1"], ["[0..10]", "2"]],
        [["-", "1"]],
        [['< date("2026-01-01")', "1"], ['>= date("2026-01-01")', "2"]],
        [['<= @"PT2H"', "1"], ['> @"PT2H"', "2"]],
        [["true", "1"], ["false", "2"]],
    ],
)
def test_complete_tables_without_overlaps_have_no_findings(rows):
    assert findings(["x"], rows) == []


def test_columns_are_combined():
    rows = [["< 5", '"a"', "1"], [">= 5", "-", "2"]]
    [(kind, _, message)] = findings(["x", "y"], rows, allowed={"y": '"a", "b"'})
    assert kind == "gap"
    assert 'x is 4 and y is "b"' in message


def test_values_that_a_column_does_not_allow_make_no_gap():
    rows = [['"low"', "1"], ['"high"', "2"]]
    assert kinds(["level"], rows, allowed={"level": '"low", "high"'}) == []
    assert kinds(["level"], rows, allowed={"level": '"low", "high", "middle"'}) == ["gap"]


def test_texts_that_nobody_lists_make_no_gap():
    assert kinds(["level"], [['"low"', "1"], ['"high"', "2"]]) == []


def test_a_default_or_a_collecting_policy_closes_all_gaps():
    rows = [["< 18", "1"]]
    assert kinds(["x"], rows, default="0") == []
    assert kinds(["x"], rows, policy="COLLECT") == []


def test_rows_of_an_any_table_may_overlap_if_they_agree():
    assert kinds(["x"], [["< 5", "1"], ["> 3", "1"]], policy="ANY") == []
    assert kinds(["x"], [["< 5", "1"], ["> 3", "2"]], policy="ANY") == ["overlap"]


def test_cells_with_variables_or_functions_are_left_alone():
    assert kinds(["x"], [["< limit", "1"], [">= limit", "2"]]) == []
    assert kinds(["x"], [["contains(?, 'a')".replace("'", '"'), "1"]]) == []


def test_the_same_undecidable_cell_twice_overlaps():
    assert kinds(["x"], [["< limit", "1"], ["< limit", "2"]]) == ["overlap"]


def test_at_most_three_gaps_are_shown():
    rows = [[str(number), "1"] for number in range(0, 40, 10)]
    assert kinds(["x"], rows) == ["gap"] * 3


def test_a_table_too_large_to_search_gets_no_finding():
    names = [f"x{i}" for i in range(20)]
    rows = [[f"> {(i * j) % 7}" for i in range(20)] + ["1"] for j in range(60)]
    assert kinds(names, rows, policy="FIRST") in ([], ["gap"] * 3)


def test_a_result_outside_of_its_columns_values_is_found_with_its_row():
    [(kind, rows, message)] = findings(["age"], [["< 18", "15"], [">= 18", "-1"]], priorities="[0..100]")
    assert (kind, rows) == ("output", (2,))
    assert message == "row 2 gives -1 for result, whose values are [0..100]. Correct the cell, or the values"


def test_empty_results_and_those_that_are_computed_are_no_outsiders():
    assert kinds(["age"], [["< 18", ""], ["[18..20]", "age - 20"], ["> 20", "100"]], priorities="[0..100]") == []


def test_findings_are_in_chinese_too():
    [finding] = check(read_decisions(definitions(decision("d", table(["年龄"], [["< 18", "1"]])))))
    assert finding.message_zh.startswith("当年龄 为 18 时没有任何行匹配")


def test_a_model_without_tables_has_no_findings():
    assert check(read_decisions(definitions(decision("d", literal("1"))))) == []
