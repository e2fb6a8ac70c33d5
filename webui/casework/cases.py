"""Cases: the searchable list, and the page of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request, url_for

from bpmn.package import diagram_in
from desk.casework.cases import CaseView
from desk.casework.explanation import Explanation
from desk.casework.records import NONE, RATINGS
from desk.casework.timeline import Explained, TimelineItem
from desk.model import CaseState
from webui import labels
from webui.access import for_roles, signed_in
from webui.casework.casepage import case_texts
from webui.casework.linking import goes_on_in, linked_to
from webui.casework.profile_words import typed_tags
from webui.casework.reasons import obstacle, reason, why_changed
from webui.casework.timeline_words import SETS_CLOCKS, due_times, lines
from webui.casework.why_words import done_by_system, followed
from webui.context import services
from webui.i18n import LANGUAGES, language
from webui.limits import clock_words
from webui.limits.limit_words import row_limit
from webui.notification import notice_words
from webui.notification.delivery_words import last_word
from webui.processes.process_texts import task_names
from webui.staffing.assigning import owner_view
from webui.staffing.people_names import agents, name_of, team_name, teams

blueprint = Blueprint("cases", __name__)
for_roles(blueprint, "agent", "supervisor")
PAGE_SIZE = 25
FIELDS = ("state", "type", "priority", "team", "owner", "version", "tier", "tag")
STAGES = tuple(labels.STAGES)
TABS = ("work", "clocks", "history", "owner", "why", "diagram")
CODE_OF_RATING = {text: code for code, text in RATINGS.items()}


def asked_for() -> dict[str, str]:
    """The search as the address says it: text and the fields that are filtered."""
    found = {name: request.args.get(name, "").strip()[:100] for name in ("q", *FIELDS)}
    return {name: value for name, value in found.items() if value}


def filters_of(asked: dict[str, str]) -> dict[str, Any]:
    """The search as the desk takes it; a state that doesn't exist finds nothing rather than everything."""
    filters: dict[str, Any] = {name: asked[name] for name in FIELDS[1:] if name in asked}
    if "tag" in asked:
        filters["tag"] = "".join(typed_tags(asked["tag"])[:1])
    if "state" in asked:
        filters["states"] = [state for state in CaseState if state == asked["state"]]
    return filters


@blueprint.get("/cases")
def show_all() -> str:
    """The list, the newest received first, by number, phone, e-mail, order number and filters."""
    agent, asked = signed_in(), asked_for()
    wanted = max(request.args.get("page", 1, type=int), 1)
    found = services().desk.cases.search(
        asked.get("q", ""), viewer=agent.login, filters=filters_of(asked), page=min(wanted, 100_000), page_size=PAGE_SIZE
    )
    return render_template(
        "cases/list.html",
        found=found,
        asked=asked,
        now=services().clock.now(),
        pages=max(1, -(-found.total // PAGE_SIZE)),
        page_url=lambda number: url_for("cases.show_all", page=number, **asked),
        teams=[("", None), *((key, team_name(key)) for key in teams())],
        owners=[(login, one.name) for login, one in agents().items() if one.role != "analyst"],
        team_name=team_name,
        elsewhere=services().desk.cases.elsewhere(asked.get("q", ""), viewer=agent.login),
        name_of=name_of,
    )


@blueprint.get("/cases/<number>")
def show(number: str) -> str:
    """One case in four views: the work on it, its history with all reasons, why it is where it is, its place in the diagram."""
    agent = signed_in()
    case = services().desk.cases.case(number, viewer=agent.login)
    package = services().desk.tasks.package(case.case.process_key, case.case.version)
    texts = case_texts(number, agent.login, package)
    tab = request.args.get("tab", "")
    tab = tab if tab in TABS else TABS[0]
    return render_template(
        "cases/show.html",
        case=case,
        tab=tab,
        tabs=TABS,
        stage=_stage(case),
        stages=STAGES,
        now=services().clock.now(),
        package=package,
        me=agent,
        **texts,
        **_VIEWS[tab](case, texts, agent.login),
    )


def _stage(case: CaseView) -> int:
    if case.case.state is CaseState.CLOSED and case.case.stage == STAGES[-1]:
        return len(STAGES)
    return STAGES.index(case.case.stage) if case.case.stage in STAGES else 0


def _work(case: CaseView, texts: Any, login: str) -> dict[str, Any]:
    desk, tasks = services().desk, services().desk.inbox.of_case(case.number)
    leads_or_owns = signed_in().leads or login == case.case.owner
    return {
        "tasks": tasks,
        "task_names": task_names(tasks),
        "teller": None if tasks else _teller(case, texts["conversation"]),
        "surveys": [_survey(row) for row in desk.tables.survey_table([case.number])],
        "disclosures": desk.cases.disclosures(case.number, viewer=login),
        "may_write": case.case.open,
        "linked": linked_to(case),
        "goes_on_in": goes_on_in(case),
        "may_merge": case.case.open and leads_or_owns,
        "may_split": leads_or_owns,
        "trouble": desk.deliveries.trouble_of(case.number, viewer=login) if case.case.open else [],
        "urged": desk.urging.times(case.number),
        "escalations": desk.escalations.of_case(case.number, viewer=login),
        "notice_words": notice_words,
        "last_word": last_word,
    }


def _limits(case: CaseView, texts: Any, login: str) -> dict[str, Any]:
    desk, agent = services().desk, signed_in()
    held = dict.fromkeys(reason for clock in case.clocks if clock.paused for reason in clock.paused_for)
    by_process = set(case.case.waiting.values())
    return {
        "whys": desk.timing.why(case.number, viewer=login),
        "timings": desk.tables.timings(case.number),
        "views": {(clock.round, clock.name): clock for clock in case.clocks},
        "promises": desk.promising.of_case(case.number, viewer=login),
        "customers_language": desk.choosing.customers_language(case.number, viewer=login),
        "languages": list(LANGUAGES.items()),
        "promise_states": labels.PROMISE_STATES,
        "clock_name": clock_words.clock_name,
        "calendar_name": clock_words.calendar_name,
        "step_text": clock_words.step_text,
        "row_limit": row_limit,
        "leads": agent.leads,
        "may_act": case.case.open and (agent.leads or agent.login == case.case.owner),
        "pausable": {
            "held": [reason for reason in held if reason not in by_process],
            "by_process": sorted(by_process),
            "choices": labels.choices(labels.PAUSE_REASONS)[1:],
        },
        "classes": {
            "priorities": labels.choices(labels.PRIORITIES)[1:],
            "types": labels.choices(labels.CASE_TYPES)[1:],
        },
    }


def _teller(case: CaseView, conversation: Sequence[TimelineItem]) -> str | None:
    """Who has been asked in this round to tell the customer something, and neither wrote nor called since; a login."""
    begun = min((clock.started_at for clock in case.clocks if clock.round == case.case.round), default=case.case.received_at)
    if case.case.owner is None or not case.case.open:
        return None
    asked = services().desk.notices.asks_to_tell(case.number, case.case.owner, since=begun)
    if asked is None or any(item.kind in ("reply", "call") and item.at > asked.created_at for item in conversation):
        return None
    return case.case.owner


def _survey(row: Mapping[str, str]) -> tuple[str, str, str]:
    """The rating's code, the words about it and the suggestion, of a row of table 3."""
    _number, _customer, rating, dimensions, suggestion = row.values()
    return CODE_OF_RATING.get(rating, rating), *("" if text == NONE else text for text in (dimensions, suggestion))


def _history(case: CaseView, texts: Any, login: str) -> dict[str, Any]:
    everything = "all" in request.args
    said = lines(texts["timeline"], texts["words"])
    return {
        "everything": everything,
        "lines": [line for line in said if everything or not line.minor],
        "explained": services().desk.cases.explain(case.number, viewer=login),
        "owners_decisions": _owners_decisions(case.number, login),
        "reason": reason,
        "obstacle": obstacle,
        "due_times": due_times,
    }


def _diagram(case: CaseView, _: Any, login: str) -> dict[str, Any]:
    found = services().desk.diagrams.of_case(case.number, viewer=login)
    return {
        "diagram": {
            "xml": diagram_in(found.package, language()).decode("utf-8-sig"),
            "open": list(found.open),
            "passed": list(found.passed),
            "flows": list(found.flows),
        },
        "nodes": {
            node.id: node.label for node in found.package.diagram.process(found.package.manifest.process_id).nodes.values()
        },
    }


def _why(case: CaseView, texts: Any, login: str) -> dict[str, Any]:
    found = services().desk.cases.explanation(case.number, viewer=login)
    words = {"reason": reason, "obstacle": obstacle, "why_changed": why_changed, "due_times": due_times}
    words |= {"followed": followed, "done_by_system": done_by_system}
    told = {"explained": _not_told(found), "owners_decisions": _owners_decisions(case.number, login)}
    return {"explanation": found, **told, **words}


def _owners_decisions(number: str, login: str) -> set[tuple[str | None, datetime]]:
    """The decisions about who owns the case, by activity and instant: the tab *Why this person* tells all about them."""
    turns = services().desk.ownership.story(number, viewer=login)
    return {(turn.decision.activity_id, turn.decision.at) for turn in turns if turn.decision}


def _not_told(found: Explanation) -> list[Explained]:
    """The decisions that neither the steps to where the case stands nor its clocks tell already."""
    told = {step.activity_id for standing in found.stands for step in standing.steps if step.why}
    told |= {each.choice.decision.activity_id for each in found.stands if each.choice and each.choice.decision}
    return [one for one in found.decisions if one.activity_id not in told and not (found.clocks and one.what in SETS_CLOCKS)]


_VIEWS = {"work": _work, "clocks": _limits, "history": _history, "owner": owner_view, "why": _why, "diagram": _diagram}
