"""An analyst's next version: opened from a deployed one, changed, linted, deployed for chosen teams."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from bpmn.lint import Finding, check_files
from bpmn.package import ProcessPackage, with_changes
from desk.context import DeskContext
from desk.errors import DraftClosed
from desk.processes import rollout
from desk.processes.versions import next_version
from desk.rights import require_publisher
from desk.store import people, releases
from desk.store.releases import DRAFT_MOVES, Draft, DraftState
from engine.db import queries
from engine.db import store as engine_store
from engine.db.database import tried_again
from engine.errors import Invalid, StaleRevision
from engine.model import Deployment
from engine.ports import Transaction

MANIFEST = "process.toml"
_VERSION_LINE = re.compile(r'^version\s*=\s*"[^"\n]*"', re.MULTILINE)
_TABLE_START = re.compile(r"^\s*\[", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDraft:
    """A draft with its files by name."""

    draft: Draft
    files: Mapping[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Packages:
    """What there is: deployed versions (the oldest first) and open drafts."""

    deployments: tuple[Deployment, ...]
    drafts: tuple[Draft, ...]


class Drafts:
    """Drafts of process versions. `by` is an analyst's login."""

    def __init__(self, context: DeskContext) -> None:
        self._context = context
        self._engine = context.engine
        self._db = context.engine.db

    def packages(self) -> Packages:
        """Deployed versions and open drafts."""
        with self._db.reading() as tx:
            return Packages(deployments=tuple(queries.deployments(tx)), drafts=tuple(releases.drafts(tx)))

    def deployment(self, key: str, version: str) -> Deployment:
        """A deployed version. Raises NotFound."""
        with self._db.reading() as tx:
            return queries.deployment(tx, key, version)

    def files_of(self, key: str, version: str) -> dict[str, bytes]:
        """The files of a deployed version. Raises NotFound."""
        with self._db.reading() as tx:
            return engine_store.deployment_files(tx, queries.deployment(tx, key, version).id)[1]

    @tried_again
    def open_draft(self, key: str, from_version: str, *, by: str) -> OpenDraft:
        """Begin a draft with the files of a deployed version and an empty change list. Raises NotFound, RightMissing."""
        with self._db.transaction() as tx:
            _require_analyst(tx, by)
            files = dict(engine_store.deployment_files(tx, queries.deployment(tx, key, from_version).id)[1])
            files[MANIFEST] = with_changes(files[MANIFEST], ())
            now = self._context.now()
            draft_id = releases.insert_draft(tx, files=files, key=key, from_version=from_version, by=by, at=now)
            return OpenDraft(draft=releases.draft(tx, draft_id), files=files)

    def draft(self, draft_id: int) -> OpenDraft:
        """A draft and its files. Raises NotFound."""
        with self._db.reading() as tx:
            return OpenDraft(draft=releases.draft(tx, draft_id), files=releases.files(tx, draft_id))

    @tried_again
    def save_draft(
        self, draft_id: int, files: Mapping[str, bytes | None], *, by: str, revision: int, svg: str | None = None
    ) -> OpenDraft:
        """Replace or add these files, and remove those that are None. A file may have findings; a package must still be readable.

        Raises StaleRevision when somebody saved meanwhile, DraftClosed, RightMissing, kinds of InvalidFile.
        """
        with self._db.transaction() as tx:
            _require_analyst(tx, by)
            draft = _still_open(tx, draft_id)
            merged = {**releases.files(tx, draft_id), **files}
            kept = {name: content for name, content in merged.items() if content is not None}
            ProcessPackage.from_files(kept)
            changes = {"changed_at": self._context.now(), "changed_by": by, "svg": svg if svg is not None else draft.svg}
            releases.change_draft(tx, draft_id, revision, **changes)
            releases.write_files(tx, draft_id, kept)
            return OpenDraft(draft=releases.draft(tx, draft_id), files=kept)

    def next_version(self, key: str) -> str:
        """The number to propose for the next version."""
        with self._db.reading() as tx:
            return next_version(each.version for each in queries.deployments(tx, key=key))

    @tried_again
    def discard_draft(self, draft_id: int, *, by: str, revision: int) -> None:
        """Give a draft up. Raises StaleRevision, DraftClosed, RightMissing."""
        with self._db.transaction() as tx:
            _require_analyst(tx, by)
            _still_open(tx, draft_id)
            changes = {"changed_at": self._context.now(), "changed_by": by, "state": DraftState.DISCARDED}
            releases.change_draft(tx, draft_id, revision, **changes)

    def lint(self, draft_id: int, files: Mapping[str, bytes] | None = None) -> list[Finding]:
        """What would not run, errors first; `files` are looked at in place of the saved ones of the same name."""
        saved = self.draft(draft_id).files
        return check_files({**saved, **(files or {})}, **self._engine.callable)

    @tried_again
    def deploy_draft(self, draft_id: int, version: str, teams: Collection[str] | None, *, by: str, revision: int) -> Deployment:
        """Deploy a draft as a new version and start the new cases of these teams (everyone when None) on it.

        All of it or nothing. Raises DeploymentRefused, VersionExists, DraftClosed,
        StaleRevision, TeamNotFound, RightMissing.
        """
        with self._db.reading() as tx:
            _require_analyst(tx, by)
            draft = _still_open(tx, draft_id)
            if draft.revision != revision:
                raise StaleRevision(f"Draft {draft_id}", read=revision, current=draft.revision)
            rollout.require_teams(tx, teams)
            package = with_version(releases.files(tx, draft_id), version)
        # checking takes long, so it comes before the transaction; the draft's revision says whether it was for nothing
        self._engine.check(package)
        with self._db.transaction() as tx:
            _require_analyst(tx, by)
            deployment = self._engine.keep(tx, package, by=by)
            now = self._context.now()
            changes = {"changed_at": now, "changed_by": by, "state": DraftState.DEPLOYED, "deployed_version": version}
            releases.change_draft(tx, draft_id, revision, **changes)
            rollout.assign(tx, draft.process_key, version, teams, by=by, at=now)
        return deployment


def with_version(files: Mapping[str, bytes], version: str) -> ProcessPackage:
    """The package with another version in its manifest. Raises Invalid when the manifest has no plain version line."""
    text = files[MANIFEST].decode("utf-8")
    found = _VERSION_LINE.search(text)
    table = _TABLE_START.search(text)
    if found is None or (table is not None and table.start() < found.start()):
        raise Invalid(f'{MANIFEST} has no line version = "…" at its top. Add one.')
    if '"' in version or "\n" in version or "\\" in version:
        raise Invalid(f"{version!r} isn't a version. Write numbers joined by dots, for example 1.2.")
    changed = f'{text[: found.start()]}version = "{version}"{text[found.end() :]}'
    return ProcessPackage.from_files({**files, MANIFEST: changed.encode("utf-8")})


def _require_analyst(tx: Transaction, by: str) -> None:
    require_publisher(people.agent(tx, by), "change processes")


def _still_open(tx: Transaction, draft_id: int) -> Draft:
    draft = releases.draft(tx, draft_id)
    if not DRAFT_MOVES[draft.state]:
        raise DraftClosed(draft_id, draft.state)
    return draft
