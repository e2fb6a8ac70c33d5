"""What commands there are: where each is written, and the line that a list says of it. Nothing of the product is loaded here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """A command's module and function below `caseloop.cli`, as "operations.set_variables", and what it does in one line:
    the first sentence of its help.
    """

    place: str
    says: str


CONTENTS: Mapping[str, Entry] = {
    "up": Entry("serve.up", "Make everything ready, then run web and worker until Ctrl-C."),
    "web": Entry("serve.web", "Serve the web pages."),
    "worker": Entry("serve.worker", "Run jobs, fire timers and bring messages on their way."),
    "db": Entry("data.db", "Keep the database: its tables, its keys, its backups."),
    "deploy": Entry("releases.deploy", "Check the process package in the folder PATH and make it runnable."),
    "rollout": Entry("releases.rollout", "Say which teams start their new cases of process KEY on VERSION."),
    "start": Entry("cases.start", "Start process KEY with the variables of a JSON file, and print the number."),
    "tasks": Entry("cases.tasks", "List open tasks by their own due time."),
    "case": Entry("cases.case", "Show case NUMBER: its record, its progress table, its timings."),
    "explain": Entry("explain.explain", "Explain the cases NUMBERS from their history: why here, why this person, when due."),
    "clock": Entry("clock.clock", "Explain the clocks of the cases NUMBERS: from when each counts, why, and when it is due."),
    "due": Entry("due.due", "Print when a LIMIT is due in a calendar."),
    "incidents": Entry("incidents.incidents", "List what waits for a person, and how to repair it."),
    "retry": Entry("incidents.retry", "Try again what the incidents ID... stopped, each for itself."),
    "resolve": Entry("incidents.resolve", "Close the incidents ID... without trying again; their job is given up."),
    "instance": Entry("operations.instance", "Show where the instances NR... stand: tokens, timers, jobs, waits, incidents."),
    "suspend": Entry("operations.suspend", "Let the instances NR... rest, with what they called."),
    "resume": Entry("operations.resume", "Let the suspended instances NR... go on."),
    "move": Entry("operations.move", "Move a token of each instance NR... to another activity of its process or sub-process."),
    "set": Entry("operations.set_variables", "Change variables of instance NR."),
    "cancel": Entry("operations.cancel", "Stop the instances NR... for good."),
    "messages": Entry("messages.messages", "List messages that came before anybody awaited them, the first in front."),
    "bounce": Entry("bounces.bounce", "Take a mail server's report that a mail couldn't be delivered (RFC 3464)."),
    "audit": Entry("audit.audit", "Prove the history of cases, and take anchors of it to keep elsewhere."),
    "user": Entry("people.user", "Keep the people who may log in."),
    "token": Entry("tokens.token", "Keep the API tokens by which programs act for agents, with their rights."),
    "api": Entry("api.api", "Describe the REST API below /api/v1 as an OpenAPI document."),
    "demo": Entry("cases.demo", "Play the two example cases of 1 October 2023 through the real engine."),
}
