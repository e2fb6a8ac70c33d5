"""The company's three tables, masked, with the Chinese heads that its people know; and where the time of a case went."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType

from desk.context import DeskContext
from desk.instants import minute, span
from desk.masking import mask_contact, mask_name, mask_number, mask_within
from desk.model import CaseState, CaseType, Channel, Priority
from desk.store import assignments, cases, customers, people, progress, surveys
from desk.store.cases import Filter, Matter, Readable
from desk.store.customers import Customer
from desk.store.progress import ProgressRow
from desk.store.surveys import Survey
from engine.ports import Transaction

TYPES: Mapping[str, str] = MappingProxyType(
    {CaseType.INQUIRY: "咨询", CaseType.COMPLAINT: "投诉", CaseType.SUGGESTION: "建议", CaseType.TRANSACTION: "办理"}
)
PRIORITIES: Mapping[str, str] = MappingProxyType({Priority.URGENT: "紧急", Priority.NORMAL: "一般", Priority.LOW: "低优先级"})
STATES: Mapping[str, str] = MappingProxyType(
    {
        CaseState.OPEN: "待处理",
        CaseState.IN_PROGRESS: "处理中",
        CaseState.RESOLVED: "已解决",
        CaseState.CLOSED: "已关闭",
    }
)
CHANNELS: Mapping[str, str] = MappingProxyType(
    {
        Channel.PHONE: "电话",
        Channel.CHAT: "在线客服",
        Channel.EMAIL: "邮件",
        Channel.WEB: "网站",
        Channel.SOCIAL: "社交媒体",
        Channel.OFFLINE: "线下",
        Channel.SYSTEM: "系统",
    }
)
RATINGS: Mapping[str, str] = MappingProxyType({"satisfied": "满意", "neutral": "一般", "dissatisfied": "不满意"})
DIMENSIONS: Mapping[str, str] = MappingProxyType({"speed": "响应速度", "result": "处理结果", "attitude": "服务态度"})
NONE = "无"
MOST_OF_A_DAY = 100_000
_ALL = Readable(everything=True, login=None, team_keys=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """Where the time went, in minutes. Total is from receipt to the end of the last work; touch is work, wait the rest.

    Work of two people at the same time counts twice as touch, once against wait.
    """

    response_minutes: float | None
    total_minutes: float | None
    touch_minutes: float
    wait_minutes: float | None


class Tables:
    """Exports. Names and contacts in them are masked, also within free texts, so they may leave the desk."""

    def __init__(self, context: DeskContext) -> None:
        self._context = context
        self._db = context.engine.db

    def record_table(self, numbers: Collection[str] | None = None, *, day: date | None = None) -> list[dict[str, str]]:
        """Table 1 客户需求记录表, of these cases or of those entered on a local day, by number."""
        with self._db.reading() as tx:
            wanted = sorted(self._of_day(tx, day) if numbers is None else numbers)
            found = cases.cases(tx, wanted)
            matters = cases.matters(tx, self._context.vault, wanted)
            who = customers.by_id(tx, self._context.vault, {case.customer_id for case in found.values()})
            in_line = assignments.in_line(tx, wanted)
            shown = _shown(tx)
        return [
            {
                "需求编号": case.number,
                "接收时间": minute(case.received_at, self._context.zone),
                "客户信息": customer_cell(who[case.customer_id], matters[case.number].contact),
                "需求类型": TYPES.get(case.type, case.type),
                "紧急程度": PRIORITIES.get(case.priority, case.priority),
                "需求描述(含关键信息)": description_cell(matters[case.number]),
                "来源渠道": CHANNELS.get(case.channel, case.channel),
                "处理人": "" if case.number in in_line else shown.get(case.owner or "", ""),
                "状态(待处理/处理中/已解决/已关闭)": STATES[case.state],
            }
            for case in (found[number] for number in wanted if number in found)
        ]

    def _of_day(self, tx: Transaction, day: date | None) -> list[str]:
        zone = self._context.zone
        local = day or self._context.now().astimezone(zone).date()
        begin, end = (datetime.combine(one, time(0), tzinfo=zone) for one in (local, local + timedelta(days=1)))
        found, _ = cases.found(tx, Filter(entered_from=begin, entered_until=end), _ALL, limit=MOST_OF_A_DAY, offset=0)
        return [case.number for case in found]

    def progress_table(self, number: str) -> list[dict[str, str]]:
        """Table 2 需求处理进度跟踪表 of one case, in the order of the work."""
        with self._db.reading() as tx:
            rows = progress.rows(tx, self._context.vault, [number])
            shown = _shown(tx)
        return [
            {
                "需求编号": row.case_number,
                "处理阶段": row.stage,
                "处理人": shown.get(row.by, mask_name(row.by)),
                "处理时间": span(row.started_at, row.ended_at, self._context.zone),
                "处理内容": mask_within(row.content),
                "客户反馈(如有)": mask_within(row.customer_feedback) or NONE,
                "下一步动作": mask_within(row.next_action) or NONE,
            }
            for row in rows
        ]

    def survey_table(self, numbers: Collection[str]) -> list[dict[str, str]]:
        """Table 3 客户需求满意度调研表: the answered surveys of these cases, by number and round."""
        with self._db.reading() as tx:
            answered = [one for one in surveys.of_cases(tx, self._context.vault, numbers) if one.answers is not None]
            found = cases.cases(tx, numbers)
            who = customers.by_id(tx, self._context.vault, {case.customer_id for case in found.values()})
        return [
            {
                "需求编号": survey.case_number,
                "客户姓名": mask_name(who[found[survey.case_number].customer_id].name),
                "服务评价(满意/一般/不满意)": RATINGS[survey.rating or ""],
                "评价维度(响应速度/处理结果/服务态度)": dimensions_cell(survey),
                "改进建议(可选)": mask_within(str((survey.answers or {}).get("suggestion") or NONE)),
            }
            for survey in answered
        ]

    def timings(self, number: str) -> Timings:
        """Where the time of a case went. Raises CaseNotFound."""
        with self._db.reading() as tx:
            case = cases.case(tx, number)
            rows = progress.rows(tx, self._context.vault, [number])
        return timings_of(case.received_at, case.first_response_at, rows)


def timings_of(received_at: datetime, first_response_at: datetime | None, rows: Sequence[ProgressRow]) -> Timings:
    """The split of the time from receipt to the end of the last work."""
    touch = sum((row.ended_at - row.started_at for row in rows), timedelta(0))
    total = max((row.ended_at for row in rows), default=received_at) - received_at if rows else None
    return Timings(
        response_minutes=_minutes(first_response_at - received_at) if first_response_at else None,
        total_minutes=_minutes(total) if total is not None else None,
        touch_minutes=_minutes(touch),
        wait_minutes=_minutes(total - _covered(rows)) if total is not None else None,
    )


def _covered(rows: Iterable[ProgressRow]) -> timedelta:
    """The time in which at least one person worked."""
    covered, until = timedelta(0), None
    for row in sorted(rows, key=lambda row: row.started_at):
        begin = row.started_at if until is None else max(row.started_at, until)
        if row.ended_at > begin:
            covered += row.ended_at - begin
        until = max(row.ended_at, until) if until else row.ended_at
    return covered


def _minutes(duration: timedelta) -> float:
    return duration / timedelta(minutes=1)


def _shown(tx: Transaction) -> dict[str, str]:
    return {agent.login: agent.shown_as for agent in people.agents(tx)}


def customer_cell(customer: Customer, contact: str) -> str:
    """张*,138****5678, or 王*(客户编号C****5) for who left only a number."""
    name = mask_name(customer.name)
    if contact:
        return f"{name},{mask_contact(contact)}"
    return f"{name}(客户编号{mask_number(customer.number)})" if customer.number else name


def description_cell(matter: Matter) -> str:
    """The description, with the order number when it doesn't name it."""
    described = mask_within(matter.description)
    if matter.order_number and matter.order_number not in matter.description:
        return f"{described},订单号{matter.order_number}"
    return described


def dimensions_cell(survey: Survey) -> str:
    """The customer's own words about speed, result and attitude, else the ratings of each."""
    answers = survey.answers or {}
    rated = [f"{head}{RATINGS[answers[key]]}" for key, head in DIMENSIONS.items() if answers.get(key) in RATINGS]
    return mask_within(str(answers.get("comment") or ",".join(rated) or NONE))
