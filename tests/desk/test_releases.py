"""An analyst's next version: draft, lint, deployment for some teams, comparison."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from bpmn.errors import InvalidFile
from desk.errors import DraftClosed, NothingRolledOut, RightMissing, TeamNotFound
from desk.processes.drafts import with_version
from desk.processes.rollout import current_version
from desk.store.releases import Stage
from engine.errors import DeploymentRefused, Invalid, NotFound, StaleRevision, VersionExists
from tests.desk.conftest import BILLING_DAY, PACKAGE, Office, local

KEY = "customer-service"
DIAGRAM = "customer-service.bpmn"
INQUIRY = BILLING_DAY | {"received_at": ""}


def drafted(office: Office):
    return office.desk.drafts.open_draft(KEY, "1.0", by="analyst")


def renamed(files) -> dict[str, bytes]:
    """The diagram with its owner's task renamed."""
    return {DIAGRAM: files[DIAGRAM].replace("处理需求".encode(), "解决需求".encode())}


def stage(team: str | None, version: str) -> Stage:
    return Stage(process_key=KEY, team=team, version=version, assigned_by="analyst", assigned_at=local("2023-10-01T09:30"))


def test_the_newest_stage_of_a_team_or_of_everyone_counts():
    stages = [stage(None, "1.0"), stage("service", "1.1")]
    assert (current_version(stages, "service"), current_version(stages, "technical")) == ("1.1", "1.0")
    stages.append(stage(None, "1.2"))
    assert (current_version(stages, "service"), current_version(stages, "technical")) == ("1.2", "1.2")
    assert current_version([], "service") is None


def test_a_draft_becomes_a_version_for_one_team_while_others_and_running_cases_keep_theirs(office):
    desk = office.desk
    running = office.open(INQUIRY)
    draft = drafted(office)
    saved = desk.drafts.save_draft(draft.draft.id, renamed(draft.files), by="analyst", revision=1, svg="<svg/>")
    assert (saved.draft.revision, saved.draft.svg) == (2, "<svg/>")
    desk.drafts.deploy_draft(draft.draft.id, "1.5", ["service-b"], by="analyst", revision=2)
    assert desk.rollout.versions(KEY)["service-b"] == "1.5"
    pilot, other = office.open(INQUIRY, by="chen"), office.open(INQUIRY, by="li")
    names = {number: office.task(number).name for number in (running, pilot, other)}
    assert names == {running: "处理需求", pilot: "解决需求", other: "处理需求"}
    with pytest.raises(DraftClosed, match="is deployed"):
        desk.drafts.save_draft(draft.draft.id, {}, by="analyst", revision=3)


def test_two_analysts_do_not_overwrite_each_other(office):
    draft = drafted(office)
    office.desk.drafts.save_draft(draft.draft.id, renamed(draft.files), by="analyst", revision=1)
    with pytest.raises(StaleRevision, match="you read revision 1, now 2"):
        office.desk.drafts.save_draft(draft.draft.id, renamed(draft.files), by="admin", revision=1)
    with pytest.raises(StaleRevision):
        office.desk.drafts.deploy_draft(draft.draft.id, "1.5", None, by="admin", revision=1)


def test_a_draft_that_is_no_package_is_not_saved_and_one_with_errors_not_deployed(office):
    drafts, draft = office.desk.drafts, drafted(office)
    with pytest.raises(InvalidFile):
        drafts.save_draft(draft.draft.id, {DIAGRAM: b"<bpmn"}, by="analyst", revision=1)
    broken = {DIAGRAM: draft.files[DIAGRAM].replace(b'type="assign"', b'type="nobody"')}
    assert drafts.lint(draft.draft.id, broken)[0].severity == "error"
    drafts.save_draft(draft.draft.id, broken, by="analyst", revision=1)
    with pytest.raises(DeploymentRefused, match="nobody"):
        drafts.deploy_draft(draft.draft.id, "1.5", None, by="analyst", revision=2)
    assert drafts.draft(draft.draft.id).draft.state == "open"
    assert office.desk.rollout.stages(KEY) == []


def test_a_version_is_deployed_once(office):
    draft = drafted(office)
    changed = office.desk.drafts.save_draft(draft.draft.id, renamed(draft.files), by="analyst", revision=1)
    with pytest.raises(VersionExists, match=r"customer-service 1\.0 is deployed already"):
        office.desk.drafts.deploy_draft(changed.draft.id, "1.0", None, by="analyst", revision=2)


def test_only_analysts_change_processes_and_only_known_teams_get_them(office):
    desk = office.desk
    with pytest.raises(RightMissing, match="li may not change processes"):
        desk.drafts.open_draft(KEY, "1.0", by="li")
    with pytest.raises(RightMissing, match="wang may not roll out"):
        desk.rollout.assign(KEY, "1.0", None, by="wang")
    with pytest.raises(TeamNotFound, match="moon"):
        desk.rollout.assign(KEY, "1.0", ["moon"], by="analyst")
    with pytest.raises(NotFound, match=r"9\.9 isn't deployed"):
        desk.rollout.assign(KEY, "9.9", None, by="analyst")
    with pytest.raises(NothingRolledOut, match="Deploy one"):
        desk.rollout.version_for("other", "service")


class ChangedMeanwhile(dict):
    """Handlers; while the check asks for their names, somebody else saves the draft."""

    def __init__(self, handlers, save) -> None:
        super().__init__(handlers)
        self._save = save

    def keys(self):
        self._save()
        return super().keys()


def test_a_draft_that_was_changed_while_it_was_checked_is_not_deployed_at_all(office):
    drafts, draft = office.desk.drafts, drafted(office)
    office.engine.handlers = ChangedMeanwhile(
        office.engine.handlers, lambda: drafts.save_draft(draft.draft.id, renamed(draft.files), by="admin", revision=1)
    )
    with pytest.raises(StaleRevision):
        drafts.deploy_draft(draft.draft.id, "1.5", None, by="analyst", revision=1)
    assert [each.version for each in drafts.packages().deployments] == ["1.0"]
    assert office.desk.rollout.stages(KEY) == []


def test_two_who_assign_at_once_from_the_same_page_do_not_both_win(office):
    barrier = Barrier(2)

    def assign(read: int) -> bool:
        barrier.wait(30)
        try:
            office.desk.rollout.assign(KEY, "1.0", ["service"], by="analyst", read=read)
        except StaleRevision:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        for read in range(5):
            assert sorted(pool.map(assign, (read, read))) == [False, True]


def test_a_discarded_draft_is_out_of_the_list(office):
    draft = drafted(office)
    assert [one.id for one in office.desk.drafts.packages().drafts] == [draft.draft.id]
    office.desk.drafts.discard_draft(draft.draft.id, by="analyst", revision=1)
    packages = office.desk.drafts.packages()
    assert (packages.drafts, [one.version for one in packages.deployments]) == ((), ["1.0"])


@pytest.mark.parametrize("version", ["1.1", "2.0.3"])
def test_another_version_changes_nothing_but_the_version(version):
    package = with_version(PACKAGE.to_files(), version)
    assert package.version == version
    assert package.with_files({"process.toml": PACKAGE.files["process.toml"]}).content_hash == PACKAGE.content_hash


def test_a_version_that_breaks_out_of_its_line_is_refused():
    with pytest.raises(Invalid, match="isn't a version"):
        with_version(PACKAGE.to_files(), '1.1"\nkey = "other')
    with pytest.raises(InvalidFile):
        with_version(PACKAGE.to_files(), "next")


def test_versions_are_compared_by_their_cases(office):
    fast, slow, unhappy, still_open = office.open(), office.open(), office.open(), office.open()
    office.at("09:40")
    office.resolve(fast)
    office.resolve(unhappy)
    office.at("10:10")
    office.resolve(slow)
    answer = office.desk.surveys.answer
    answer(office.desk.surveys.invite(fast).token, {"rating": "satisfied"})
    answer(office.desk.surveys.invite(slow).token, {"rating": "neutral"})
    answer(office.desk.surveys.invite(unhappy).token, {"rating": "dissatisfied"})
    office.run()
    (figures,) = office.desk.rollout.compare(KEY, "1.0")
    assert (figures.cases, figures.open, figures.reopened) == (4, 2, 1)
    assert (figures.median_response_minutes, figures.median_solve_minutes) == (10, 25)
    assert (figures.answered, figures.satisfied, round(figures.satisfied_percent or 0)) == (3, 1, 33)
    assert office.desk.cases.case(still_open, viewer="wang").case.state == "open"
