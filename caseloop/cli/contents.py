"""What commands there are: where each is written, and the line that a list says of it. Nothing of the product is loaded here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """A command's module and function below `caseloop.cli`, as "operations.set_variables", and what it does in one line."""

    place: str
    says: str


CONTENTS: Mapping[str, Entry] = {
    "up": Entry("serve.up", "Make everything ready, then run web and worker until Ctrl-C."),
    "web": Entry("serve.web", "Serve the web pages."),
    "worker": Entry("serve.worker", "Run jobs, fire timers and bring messages on their way."),
    "db": Entry("data.db", "Keep the database: its tables, its keys, its backups."),
    "deploy": Entry("releases.deploy", "Check a process package and make it runnable."),
    "rollout": Entry("releases.rollout", "Say which teams start their new cases on a version, or show it."),
    "start": Entry("cases.start", "Start a process with the variables of a JSON file."),
    "tasks": Entry("cases.tasks", "List open tasks, those due first in front."),
    "case": Entry("cases.case", "Show a case: its record, its progress, its timings."),
    "explain": Entry("explain.explain", "Explain cases from their history: why here, why this person, when due."),
    "clock": Entry("clock.clock", "Explain why each clock of cases is due when it is."),
    "due": Entry("due.due", "Print when a limit is due in a calendar, and why."),
    "incidents": Entry("incidents.incidents", "List what waits for a person, and how to repair it."),
    "retry": Entry("incidents.retry", "Try again what incidents stopped."),
    "resolve": Entry("incidents.resolve", "Close incidents without trying again."),
    "instance": Entry("operations.instance", "Show where instances stand: tokens, timers, jobs, incidents."),
    "suspend": Entry("operations.suspend", "Let instances rest, with what they called."),
    "resume": Entry("operations.resume", "Let suspended instances go on."),
    "move": Entry("operations.move", "Move a token of each instance to another activity."),
    "set": Entry("operations.set_variables", "Change variables of an instance."),
    "cancel": Entry("operations.cancel", "Stop instances for good."),
    "messages": Entry("messages.messages", "List messages that came before anybody awaited them."),
    "bounce": Entry("bounces.bounce", "Take a report that a mail couldn't be delivered."),
    "audit": Entry("audit.audit", "Prove the history of cases, and take anchors to keep elsewhere."),
    "user": Entry("people.user", "Keep the people who may log in."),
    "token": Entry("tokens.token", "Keep the API tokens by which programs act for agents."),
    "api": Entry("api.api", "Describe the REST API as an OpenAPI document."),
    "demo": Entry("cases.demo", "Play the two example cases with a virtual clock."),
}
