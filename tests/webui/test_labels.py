"""Every code of the domain has a word, a tone that exists and an icon that is drawn; every error has its sentence."""

from __future__ import annotations

import re

import pytest

import engine.spiff  # noqa: F401  its errors belong to the tree
import webui.access  # noqa: F401  and so do these
from desk import errors as desk_errors
from desk import model
from engine.errors import CaseloopError
from engine.model import TaskState
from webui import labels
from webui.i18n import PACKAGE
from webui.wording import BY_CODE

TABLES = [
    (labels.CASE_STATES, model.CaseState),
    (labels.CASE_TYPES, model.CaseType),
    (labels.PRIORITIES, model.Priority),
    (labels.CHANNELS, model.Channel),
    (labels.ROLES, model.Role),
    (labels.SCOPES, model.Scope),
    (labels.VERDICTS, model.Verdict),
    (labels.ENTRIES, model.EntryKind),
    (labels.TASK_STATES, TaskState),
]
# These carry a text of their own, or never reach a person
UNWORDED = {
    "refused", "invalid", "not_found", "conflict", "forbidden", "gone", "unavailable", "settings",
    "snapshot_refused", "condition_failed", "evaluation_refused", "flow_broken", "leave_invalid",
    "calendar_invalid", "token_invalid", "scope_missing", "opens_by_intake", "key_used_otherwise", "instance_exists",
}  # fmt: skip


@pytest.mark.parametrize(("table", "codes"), TABLES)
def test_each_code_has_its_label(table, codes):
    assert set(table) == {code.value for code in codes}


def test_labels_use_tones_and_icons_that_exist():
    icons = set(re.findall(r'^  "([a-z]+)":', (PACKAGE / "templates" / "_icons.html").read_text("utf-8"), re.MULTILINE))
    used = [label for table, _codes in TABLES for label in table.values()]
    assert {label.tone for label in used} <= {"quiet", "info", "good", "warn", "bad"}
    assert {label.icon for label in used} - {None} <= icons


def test_a_code_without_a_label_is_shown_as_it_is():
    assert labels.label_of(labels.CHANNELS, "pigeon").text == "pigeon"


def errors_of(kind):
    for subclass in kind.__subclasses__():
        yield subclass
        yield from errors_of(subclass)


def test_every_error_that_reaches_a_person_has_its_sentence():
    ours = {each.code for each in errors_of(CaseloopError) if each.__module__.startswith(("engine.", "desk."))}
    assert ours - UNWORDED <= set(BY_CODE)
    assert desk_errors.CaseClosed.code in ours


def test_every_sentence_belongs_to_an_error():
    assert set(BY_CODE) <= {each.code for each in errors_of(CaseloopError)}
