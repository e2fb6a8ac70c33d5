"""The two cases of the company's own tables, played through the packaged process (R50)."""

from __future__ import annotations

from tests.desk.conftest import BILLING_DAY, Office

SATISFIED = {"rating": "satisfied", "comment": "响应速度快,处理结果满意"}


def play(office: Office) -> tuple[str, str]:
    desk = office.desk
    first = office.open()
    office.at("09:40")
    desk.work.start(office.task(first).id, by="li")
    office.at("10:00")
    row = {
        "stage": "问题排查",
        "work_started_at": "2023-10-01T09:40",
        "content": "联系技术部确认支付接口故障",
        "next_action": "等待技术修复",
    }
    desk.work.log_progress(first, row, by="li")
    desk.work.request_technical_help(first, reason="支付接口故障", by="li")
    office.at("10:15")
    second = office.open(BILLING_DAY)
    office.at("10:30")
    desk.work.claim(office.task(first, "contribute").id, by="tech")
    return first, second


def finish(office: Office, first: str) -> None:
    desk = office.desk
    office.at("11:00")
    row = {"stage": "问题修复", "content": "修复支付接口并测试", "next_action": "通知客户结果", "outcome": "resolved"}
    desk.work.complete(office.task(first, "contribute").id, row, by="tech")
    office.at("11:10")
    row = {
        "stage": "结果反馈",
        "content": "电话告知客户问题已解决",
        "customer_feedback": "“好的,谢谢!”",
        "next_action": "归档",
        "outcome": "resolved",
    }
    desk.work.complete(office.task(first).id, row, by="li")
    office.run()


def test_the_record_table_is_table_1(office):
    first, second = play(office)
    assert (first, second) == ("NR20231001001", "NR20231001002")
    failed = "APP支付失败,订单号DD20231001001,截图已提供"
    asked = "询问信用卡账单日修改流程"
    assert [list(row.values()) for row in office.desk.tables.record_table()] == [
        [first, "2023-10-01 09:30", "张*,138****5678", "投诉", "紧急", failed, "电话", "李*", "处理中"],
        [second, "2023-10-01 10:15", "王*(客户编号C****5)", "咨询", "一般", asked, "在线客服", "赵*", "待处理"],
    ]


def test_the_progress_table_is_table_2(office):
    first, _ = play(office)
    finish(office, first)
    assert [list(row.values()) for row in office.desk.tables.progress_table(first)] == [
        [first, "问题排查", "李*", "09:40-10:00", "联系技术部确认支付接口故障", "无", "等待技术修复"],
        [first, "问题修复", "技术*", "10:30-11:00", "修复支付接口并测试", "无", "通知客户结果"],
        [first, "结果反馈", "李*", "11:10", "电话告知客户问题已解决", "“好的,谢谢!”", "归档"],
    ]


def test_the_time_splits_into_50_minutes_of_work_and_50_of_waiting(office):
    first, _ = play(office)
    finish(office, first)
    timings = office.desk.tables.timings(first)
    assert timings.response_minutes == 10
    assert timings.total_minutes == 100
    assert timings.touch_minutes == 50
    assert timings.wait_minutes == 50


def test_nobody_was_escalated_and_both_clocks_were_kept(office):
    first, _ = play(office)
    finish(office, first)
    view = office.desk.cases.case(first, viewer="wang")
    assert {clock.name: clock.verdict for clock in view.clocks if clock.name in ("respond", "solve")} == {
        "respond": "on_time",
        "solve": "on_time",
    }
    assert "supervise" not in office.activities(first)


def test_the_survey_table_is_table_3(office):
    first, second = play(office)
    finish(office, first)
    desk = office.desk
    desk.surveys.answer(desk.surveys.invite(first).token, SATISFIED)
    office.run()
    assert desk.cases.case(first, viewer="wang").case.state == "closed"
    office.resolve(second, content="说明修改流程")
    opinion = {"rating": "neutral", "comment": "处理结果满意,但等待时间较长", "suggestion": "希望增加在线排队提示"}
    desk.surveys.answer(desk.surveys.invite(second).token, opinion)
    office.run()
    assert [list(row.values()) for row in desk.tables.survey_table([first, second])] == [
        [first, "张*", "满意", "响应速度快,处理结果满意", "无"],
        [second, "王*", "一般", "处理结果满意,但等待时间较长", "希望增加在线排队提示"],
    ]
