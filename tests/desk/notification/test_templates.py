"""What notices say: both languages alike, limits always in, nothing of the customer's outside the house."""

from __future__ import annotations

import pytest

from desk.notification.dossier import PAUSED, UNTIMED
from desk.notification.templates import CODED, NAMES, required_by, variables_of, write
from engine.errors import Invalid

FULL = {
    "number": "NR20231001001",
    "type": "complaint",
    "priority": "urgent",
    "channel": "phone",
    "preferred_channel": "sms",
    "round": 2,
    "received_at": "2023-10-01 09:30",
    "respond_due": "2023-10-01 09:45",
    "solve_due": "2023-10-01 11:30",
    "owner": "李娜",
    "customer": "张*，138****5678",
    "description": "APP支付失败",
    "order_number": "DD20231001001",
    "product": "APP",
    "link": "http://desk.example/cases/NR20231001001",
    "content": "修复支付接口",
    "decision": "approved",
    "comment": "同意",
    "message": "您好",
    "reply": "支付已恢复",
    "question": "请提供截图",
    "wait_until": "2023-10-01 11:00",
    "solution": "已修复",
    "result": "resolved",
    "survey_link": "http://desk.example/survey/abc",
    "until": "2023-10-15 11:10",
    "due": "2023-10-04 09:30",
    "promised": "2023-10-01 15:00",
    "apology": "抱歉",
    "going": "NR20231001002",
    "into": "NR20231001001",
    "team": "投诉组",
    "department": "技术支持",
    "wanted": "排查支付接口",
    "clock": "solve",
    "level": 2,
    "told": "王主管",
    "times": 3,
    "by": "李娜",
    "subject": "新案件 NR20231001001",
    "address": "email: z***@example.org",
    "reason": "550",
    "channel_name": "wecom",
    "count": 2,
    "list": "· NR20231001001",
}


@pytest.mark.parametrize("name", sorted(NAMES))
def test_both_languages_speak_of_the_same_variables_and_all_can_be_given(name):
    assert variables_of(name, "zh") == variables_of(name, "en")
    assert required_by(name) <= variables_of(name, "zh") <= FULL.keys()


@pytest.mark.parametrize("name", sorted(NAMES))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_filled_template_leaves_no_gap(name, language):
    written = write(name, FULL, language)
    assert written.subject
    assert "$" not in written.subject + written.whole
    assert FULL["number"] in written.subject + written.text


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_missing_required_variable_is_named(name):
    for variable in required_by(name):
        with pytest.raises(Invalid, match=variable):
            write(name, {**FULL, variable: ""}, "zh")


def test_the_handler_is_told_details_and_limits():
    written = write("assigned", FULL, "zh")
    assert written.subject == "新案件 NR20231001001：投诉 · 紧急"
    assert "响应时限：2023-10-01 09:45\n解决时限：2023-10-01 11:30" in written.text
    assert "需求：APP支付失败" in written.details


@pytest.mark.parametrize(("instead", "chinese", "english"), [(PAUSED, "暂停中", "paused"), (UNTIMED, "不计时", "not timed")])
def test_a_limit_that_is_not_due_is_told_in_one_language(instead, chinese, english):
    given = {**FULL, "solve_due": instead}
    assert f"解决时限：{chinese}\n" in f"{write('assigned', given, 'zh').text}\n"
    assert f"Solve by: {english}\n" in f"{write('assigned', given, 'en').text}\n"


def test_what_the_customer_wrote_stays_in_the_app():
    for name in NAMES:
        for language in ("zh", "en"):
            assert "APP支付失败" not in write(name, FULL, language).text
            assert "138" not in write(name, FULL, language).text


def test_lines_about_nothing_are_left_out():
    written = write("assigned", {**FULL, "order_number": "", "product": None}, "en")
    assert "Order number" not in written.details
    assert "Request: APP支付失败" in written.details


def test_codes_become_words_of_the_language_and_free_text_stays():
    assert "question" in write("assigned", {**FULL, "type": "inquiry"}, "en").subject
    assert write("question", {**FULL, "question": "email"}, "zh").text.count("email") == 1
    assert "question" not in CODED


def test_a_customers_dollar_sign_is_just_a_dollar_sign():
    assert "$link costs $5" in write("assigned", {**FULL, "description": "$link costs $5"}, "zh").details


def test_a_language_that_we_do_not_speak_gets_chinese_and_dialects_their_own():
    assert write("assigned", FULL, "fr").subject == write("assigned", FULL, "zh-CN").subject
    assert write("assigned", FULL, "en-GB").subject == write("assigned", FULL, "en").subject


def test_an_unknown_template_lists_the_known_ones():
    with pytest.raises(Invalid, match="assigned"):
        write("asigned", FULL, "zh")
