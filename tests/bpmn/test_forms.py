"""What a browser sends is checked against the form that it was shown."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from bpmn.errors import MalformedForm
from bpmn.forms import FieldError, Form, FormRejected, read_form, to_json_schema
from bpmn.forms.errors import TEXTS
from tests.bpmn.samples import form
from tests.support.examples import examples

OPTIONS = [{"label": "投诉", "value": "complaint"}, {"label": "咨询", "value": "question"}]


def a_form(*components: dict) -> Form:
    return read_form(form(*components), source="handle.form")


def text(key: str = "name", **more: object) -> dict:
    return {"type": "textfield", "key": key, "label": "姓名", **more}


def number(**more: object) -> dict:
    return {"type": "number", "key": "amount", **more}


def codes(checked: Form, data: object, **more: object) -> dict[str, str]:
    """What the form says against an answer: field -> code."""
    with pytest.raises(FormRejected) as caught:
        checked.validate(data, **more)
    assert all(error.text("zh") and error.text("en") for error in caught.value.errors.values())
    return {key: error.code for key, error in caught.value.errors.items()}


def test_an_answer_comes_back_clean() -> None:
    checked = a_form(text(), number(), {"type": "checkbox", "key": "ok"}, {"type": "text", "text": "# Hello"})
    assert checked.validate({"name": "  张三 ", "amount": 3, "ok": True}) == {"name": "张三", "amount": 3, "ok": True}


def test_fields_that_are_left_empty_stay_empty() -> None:
    checked = a_form(text(), number(), {"type": "select", "key": "kind", "values": OPTIONS})
    assert checked.validate({}) == {}
    assert checked.validate({"name": "", "amount": None, "kind": None}) == {"name": "", "amount": None, "kind": None}


@pytest.mark.parametrize("value", [None, "", "   ", "\n"])
def test_a_required_text_must_say_something(value: object) -> None:
    assert codes(a_form(text(validate={"required": True})), {"name": value}) == {"name": "required"}


def test_a_required_checkbox_must_be_ticked_and_a_required_list_must_not_be_empty() -> None:
    checked = a_form(
        {"type": "checkbox", "key": "ok", "validate": {"required": True}},
        {"type": "taglist", "key": "tags", "values": OPTIONS, "validate": {"required": True}},
    )
    assert codes(checked, {"ok": False, "tags": []}) == {"ok": "required", "tags": "required"}


def test_unknown_fields_are_refused_by_name() -> None:
    assert codes(a_form(text()), {"name": "x", "role": "admin"}) == {"role": "unknown"}


@pytest.mark.parametrize("key", ["typename", "a-b", "1a", "", "a.b", "名", "__proto__ "])
def test_poisonous_keys_are_refused_at_any_depth(key: str) -> None:
    checked = a_form(text(), {"type": "select", "key": "kind", "valuesKey": "kinds"})
    assert codes(checked, {key: 1}) == {key: "key"}
    assert codes(checked, {"kind": {"deep": [{key: 1}]}}) == {"kind": "key"}


@pytest.mark.parametrize(
    ("component", "value", "code"),
    [
        (text(), 5, "type"),
        (text(), ["x"], "type"),
        (text(), {"a": 1}, "type"),
        (text(validate={"minLength": 3}), "ab", "too_short"),
        (text(validate={"maxLength": 3}), "abcd", "too_long"),
        (text(validate={"pattern": "^[0-9]+$"}), "12a", "pattern"),
        (text(validate={"validationType": "email"}), "nobody", "email"),
        (text(validate={"validationType": "phone"}), "110", "phone"),
        (text(), "a\x00b", "characters"),
        (text(), "\ud800", "characters"),
        (text(), "x" * 20_001, "too_long"),
        ({**text(), "type": "textarea", "validate": {"maxLength": 10**9}}, "x" * 1_000_000, "too_long"),
        (number(), "5", "type"),
        (number(), True, "type"),
        (number(), float("nan"), "too_large"),
        (number(), 10**400, "too_large"),
        (number(validate={"min": 1}), 0, "too_small"),
        (number(validate={"max": 1}), 1.5, "too_large"),
        (number(decimalDigits=0), 1.5, "type"),
        (number(decimalDigits=1), 1.25, "decimals"),
        (number(increment=0.05), 0.07, "step"),
        (number(increment=1e-300), 3, "step"),
        (text(validate={"maxLength": float("inf")}), "x" * 20_001, "too_long"),
        ({"type": "datetime", "key": "when", "subtype": ["x"]}, "soon", "date"),
        ({"type": "checkbox", "key": "ok"}, "true", "type"),
        ({"type": "radio", "key": "kind", "values": OPTIONS}, "other", "option"),
        ({"type": "select", "key": "kind", "values": OPTIONS}, ["complaint"], "option"),
        ({"type": "checklist", "key": "kind", "values": OPTIONS}, "complaint", "type"),
        ({"type": "taglist", "key": "kind", "values": OPTIONS}, ["complaint", "complaint"], "repeated"),
        ({"type": "datetime", "key": "at", "subtype": "date"}, "2026-02-30", "date"),
        ({"type": "datetime", "key": "at", "subtype": "date"}, "2026-11-21T10:00", "date"),
        ({"type": "datetime", "key": "at", "subtype": "time"}, "25:00", "time"),
        ({"type": "datetime", "key": "at", "subtype": "datetime"}, "2026-11-21 10:00", "datetime"),
    ],
)  # fmt: skip
def test_wrong_values_are_refused(component: dict, value: object, code: str) -> None:
    checked = a_form(component)
    assert next(iter(codes(checked, {component["key"]: value}).values())) == code


@pytest.mark.parametrize(
    ("component", "value"),
    [
        (text(validate={"pattern": r"^[\u4e00-\u9fff]{2,4}$"}), "张小三"),
        (text(validate={"validationType": "email"}), "a.b+c@example.com"),
        (text(validate={"validationType": "phone"}), "+8613812345678"),
        (number(increment=0.05, decimalDigits=2), 0.15),
        (number(decimalDigits=0), 3.0),
        (number(serializeToString=True, validate={"max": 10}), "7.25"),
        ({"type": "checklist", "key": "kind", "values": OPTIONS}, ["complaint", "question"]),
        ({"type": "datetime", "key": "at", "subtype": "time"}, "09:30+08:00"),
        ({"type": "datetime", "key": "at", "subtype": "datetime"}, "2026-11-21T09:30Z"),
        ({"type": "datetime", "key": "at"}, "2026-11-21"),
    ],
)
def test_right_values_are_taken_as_they_are(component: dict, value: object) -> None:
    assert a_form(component).validate({component["key"]: value}) == {component["key"]: value}


def test_a_number_sent_as_text_keeps_its_limits() -> None:
    checked = a_form(number(serializeToString=True, validate={"max": 10}))
    assert codes(checked, {"amount": "11"}) == {"amount": "too_large"}
    assert codes(checked, {"amount": "lots"}) == {"amount": "type"}


def test_the_authors_own_message_wins() -> None:
    checked = a_form(text(validate={"pattern": "^DD", "patternErrorMessage": "订单号以 DD 开头"}))
    with pytest.raises(FormRejected) as caught:
        checked.validate({"name": "x"})
    assert caught.value.errors["name"].text("en") == "订单号以 DD 开头"


def test_past_dates_are_refused_where_the_form_says_so() -> None:
    checked = a_form({"type": "datetime", "key": "at", "subtype": "date", "disallowPassedDates": True})
    assert codes(checked, {"at": "2026-11-20"}, today=date(2026, 11, 21)) == {"at": "past"}
    assert checked.validate({"at": "2026-11-21"}, today=date(2026, 11, 21)) == {"at": "2026-11-21"}


def test_hidden_fields_are_dropped_and_not_required() -> None:
    checked = a_form(
        {"type": "radio", "key": "kind", "values": OPTIONS},
        text("order", validate={"required": True}, conditional={"hide": '= kind != "complaint"'}),
    )
    assert checked.validate({"kind": "question", "order": "DD1"}) == {"kind": "question"}
    assert codes(checked, {"kind": "complaint"}) == {"order": "required"}


def test_what_stands_in_a_hidden_group_is_hidden() -> None:
    group = {"type": "group", "components": [text("a"), text("b")], "conditional": {"hide": "=case.closed"}}
    assert a_form(group).validate({"a": "x", "b": "y"}, context={"case": {"closed": True}}) == {}


def test_one_of_two_fields_with_the_same_key_may_be_shown() -> None:
    checked = a_form(
        text("kind"),
        {"type": "number", "key": "value", "conditional": {"hide": '=kind = "text"'}},
        text("value", conditional={"hide": '=kind != "text"'}),
    )
    assert checked.validate({"kind": "text", "value": "x"})["value"] == "x"
    assert checked.validate({"kind": "number", "value": 1})["value"] == 1


def test_read_only_fields_keep_what_the_case_holds_and_disabled_ones_are_never_sent() -> None:
    checked = a_form(text("a", readonly=True), text("b", readonly="=locked"), text("c", disabled=True))
    assert checked.validate({"a": "new", "b": "new"}, context={"locked": True}) == {}
    assert codes(checked, {"c": "new"}) == {"c": "unknown"}


def test_expressions_are_worked_out_here_whatever_the_browser_says() -> None:
    checked = a_form(number(), {"type": "expression", "key": "twice", "expression": "=amount * 2"})
    assert checked.validate({"amount": 4, "twice": 1_000_000}) == {"amount": 4, "twice": 8}


def test_limits_may_depend_on_other_values() -> None:
    checked = a_form(number(validate={"max": "=limit"}), text(validate={"required": "=amount > 100"}))
    assert codes(checked, {"amount": 150}, context={"limit": 120}) == {"amount": "too_large", "name": "required"}


def test_options_may_come_from_the_case() -> None:
    by_key = a_form({"type": "select", "key": "agent", "valuesKey": "agents"})
    by_rule = a_form({"type": "select", "key": "agent", "valuesExpression": '=agents[item != "bo"]'})
    context = {"agents": ["ana", "bo"]}
    assert by_key.validate({"agent": "bo"}, context=context) == {"agent": "bo"}
    assert codes(by_rule, {"agent": "bo"}, context=context) == {"agent": "option"}
    assert codes(by_key, {"agent": "ana"}) == {"agent": "option"}


def test_groups_with_a_path_nest_and_lists_have_rows() -> None:
    checked = a_form(
        {"type": "group", "path": "contact", "components": [text("phone", validate={"required": True})]},
        {
            "type": "dynamiclist",
            "path": "items",
            "components": [text("sku"), text("why", conditional={"hide": '= this.sku = "A"'}, validate={"required": True})],
        },
    )
    given = {"contact": {"phone": " 1 "}, "items": [{"sku": "A", "why": "gone"}, {"sku": "B", "why": "kept"}]}
    assert checked.validate(given) == {"contact": {"phone": "1"}, "items": [{"sku": "A"}, {"sku": "B", "why": "kept"}]}
    assert codes(checked, {"items": [{"sku": "B"}, 7, {"more": 1, "why": "x"}]}) == {
        "contact.phone": "required", "items.0.why": "required", "items.1": "type", "items.2.more": "unknown",
    }  # fmt: skip
    assert codes(checked, {"contact": "x", "items": "x"}) == {"contact": "type", "items": "type"}


def test_too_many_rows_and_values_are_refused() -> None:
    checked = a_form({"type": "dynamiclist", "path": "rows", "components": [text()]})
    assert codes(checked, {"rows": [{}] * 201}) == {"rows": "too_many"}
    assert codes(checked, {"rows": [{}] * 600}) == {"rows": "too_many"}
    assert codes(checked, {"rows": [[0] * 400] * 400}) == {"rows": "too_big"}


def test_a_pattern_never_takes_long() -> None:
    checked = a_form(text(validate={"pattern": "^(a+)+$"}))
    begun = time.process_time()
    assert codes(checked, {"name": "a" * 19_000 + "!"}) == {"name": "pattern"}
    assert time.process_time() - begun < 15, "a backtracking engine would take for ever"


def test_a_rule_that_runs_away_rejects_the_answer() -> None:
    bomb = "= count(for a in 1..1000, b in 1..1000, c in 1..1000 return a) > 0"
    assert codes(a_form(text(conditional={"hide": bomb})), {"name": "x"}) == {"": "expression"}


def test_sensitive_fields_are_known_by_path() -> None:
    marked = {"sensitive": "true"}
    checked = a_form(
        text("note"),
        {"type": "group", "path": "contact", "components": [text("phone", properties=marked), text("city")]},
        {"type": "dynamiclist", "path": "people", "properties": marked, "components": [text("name")]},
    )
    assert checked.sensitive_fields == {"contact.phone", "people.name"}


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b"\xff\xfe", "not valid JSON"),
        (b"[]", 'no list "components"'),
        (b'{"components": []}', 'no "id"'),
        (form(3), "not an object with a type"),
        (form({"type": "filepicker", "key": "a"}), 'type "filepicker", which cannot be checked'),
        (form(text("typename")), 'key "typename", which cannot name a variable'),
        (form(text("a.b")), 'key "a.b", which cannot name a variable'),
        (form({"type": "textfield", "label": "Phone"}), "“Phone” has the key"),
        (form({"type": "dynamiclist", "components": []}), 'path "None"'),
        (form(text(validate={"pattern": "(?=x)"})), "the pattern of “姓名” cannot be used"),
        (form(text(conditional={"hide": "= a b c("})), "conditional.hide of “姓名” is not valid FEEL"),
        (form(text(validate=3)), '"validate" of “姓名” is not an object'),
        (b" " * 2_000_000, "larger than 1 MB"),
    ],
)
def test_forms_that_could_not_be_checked_are_refused(data: bytes, says: str) -> None:
    with pytest.raises(MalformedForm) as caught:
        read_form(data, source="bad.form")
    assert says in str(caught.value)
    assert str(caught.value).startswith("bad.form: ")
    assert caught.value.text("zh") != str(caught.value)


def test_every_code_has_both_languages() -> None:
    filled = {name: FieldError(code=name, params={"limit": 3, "key": "k", "expected": "string"}) for name in TEXTS}
    assert all(error.text("zh") != error.text("en") and "{" not in error.text("en") for error in filled.values())


def test_the_json_schema_is_valid_and_takes_what_the_form_takes() -> None:
    checked = read_form(form(*EVERYTHING))
    schema = to_json_schema(checked)
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["required"] == ["must"]
    assert not schema["additionalProperties"]
    for data in (
        {"must": "x", "amount": 4},
        {"must": "x", "maybe": "y", "amount": None, "rows": [{"cell": "y"}], "group": {"inner": "z"}},
    ):
        checked.validate(data)
        Draft202012Validator(schema).validate(data)


EVERYTHING = (
    text("must", validate={"required": True, "maxLength": 50}),
    text("maybe", conditional={"hide": "= amount > 3"}, validate={"required": True}),
    {"type": "textarea", "key": "long"},
    {"type": "number", "key": "amount", "decimalDigits": 2, "validate": {"min": 0, "max": "=10 * 10"}},
    {"type": "checkbox", "key": "ok"},
    {"type": "checklist", "key": "checks", "values": OPTIONS},
    {"type": "radio", "key": "one", "values": OPTIONS},
    {"type": "select", "key": "pick", "valuesKey": "picks"},
    {"type": "taglist", "key": "tags", "valuesExpression": "=picks"},
    {"type": "datetime", "key": "day", "subtype": "date"},
    {"type": "expression", "key": "sum", "expression": "=amount + 1"},
    {"type": "group", "path": "group", "components": [text("inner")]},
    {"type": "dynamiclist", "path": "rows", "components": [text("cell")]},
    *({"type": kind} for kind in ("text", "html", "separator", "spacer", "image", "table", "button")),
)
EVERY_FIELD = read_form(form(*EVERYTHING))
KEYS = st.sampled_from([*(path.partition(".")[0] for path, _ in EVERY_FIELD.inputs), "cell", "inner", "x"]) | st.text(max_size=5)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.sampled_from(["complaint", "2026-11-21"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


@examples(200)
@given(data=JSON | st.dictionaries(KEYS, JSON, max_size=8), context=st.dictionaries(KEYS, JSON, max_size=4))
def test_whatever_is_sent_an_answer_is_clean_or_rejected_with_reasons(data: object, context: dict) -> None:
    try:
        kept, errors = EVERY_FIELD.validate(data, context=context, today=date(2026, 11, 21)), {}
    except FormRejected as rejected:
        kept, errors = {}, rejected.errors
    assert all(error.text("zh") for error in errors.values())
    assert bool(errors) is not bool(kept.get("must"))
    assert kept.keys() <= {path.split(".")[0] for path, _ in EVERY_FIELD.inputs}


FILES = st.binary(max_size=200) | JSON.map(form) | JSON.map(lambda rules: form({"type": "select", "key": "a", "validate": rules}))


@examples(200)
@given(data=FILES)
def test_whatever_a_form_file_holds_it_is_read_or_refused(data: bytes) -> None:
    with suppress(MalformedForm, FormRejected):
        read_form(data, source="x.form").validate({})
