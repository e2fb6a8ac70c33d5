"""Which team starts its new cases on which version, and how the versions' cases compare.

The newest assignment of a team or of everyone counts. Until somebody assigns one, the version that was deployed first stays:
deploying alone changes nobody's work.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from desk.context import DeskContext
from desk.errors import NothingRolledOut, TeamNotFound
from desk.model import Case, CaseState
from desk.rights import require_publisher
from desk.store import cases, links, people, releases, surveys
from desk.store.cases import Filter, Readable
from desk.store.releases import Stage
from engine.db import queries
from engine.db.database import tried_again
from engine.errors import StaleRevision
from engine.model import Deployment
from engine.ports import Transaction

EVERYONE = None
OPEN_STATES = frozenset({CaseState.OPEN, CaseState.IN_PROGRESS})
_ALL = Readable(everything=True, login=None, team_keys=())
MOST_COMPARED = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionFigures:
    """What became of a version's cases. Medians are minutes, None without a case that got so far.

    `satisfied_percent` is of the answered surveys; "neutral" counts as not satisfied.
    """

    version: str
    cases: int
    open: int
    median_response_minutes: float | None
    median_solve_minutes: float | None
    reopened: int
    answered: int
    satisfied: int

    @property
    def satisfied_percent(self) -> float | None:
        return 100 * self.satisfied / self.answered if self.answered else None


def current_version(stages: Sequence[Stage], team: str) -> str | None:
    """The version of the newest stage that means this team or everyone."""
    return next((stage.version for stage in reversed(stages) if stage.team in (team, EVERYONE)), None)


def earlier_version(stages: Sequence[Stage], team: str) -> str | None:
    """The version to which undoing the last change brings a team back; None when it never had another."""
    versions = [stage.version for stage in stages if stage.team in (team, EVERYONE)]
    return next((version for version in reversed(versions) if version != versions[-1]), None)


def deployment_for(tx: Transaction, key: str, team: str) -> Deployment:
    """The deployment on which a team's next case runs. Raises NothingRolledOut."""
    version = current_version(releases.stages(tx, key), team)
    if version is not None:
        return queries.deployment(tx, key, version)
    deployed = queries.deployments(tx, key=key)
    if not deployed:
        raise NothingRolledOut(key)
    return deployed[0]


def deployments_in_use(tx: Transaction) -> list[Deployment]:
    """Those with open cases, and those on which some team's next case runs, of all processes."""
    deployed, teams = queries.deployments(tx), people.teams(tx)
    used: set[tuple[str, str]] = set()
    for key in {one.key for one in deployed}:
        used |= {(key, version) for version, state in cases.counts(tx, key) if state in OPEN_STATES}
        used |= {(key, deployment_for(tx, key, team).version) for team in teams}
    return [one for one in deployed if (one.key, one.version) in used]


class Rollout:
    """The staged release of process versions."""

    def __init__(self, context: DeskContext) -> None:
        self._context = context
        self._db = context.engine.db

    def version_for(self, key: str, team: str) -> str:
        """The version on which a team's next case runs. Raises NothingRolledOut."""
        with self._db.reading() as tx:
            return deployment_for(tx, key, team).version

    def versions(self, key: str) -> dict[str, str]:
        """The version of each team, by team key."""
        with self._db.reading() as tx:
            return {team: deployment_for(tx, key, team).version for team in people.teams(tx)}

    @tried_again
    def assign(self, key: str, version: str, teams: Collection[str] | None, *, by: str, read: int | None = None) -> None:
        """From now on these teams (everyone when None) start their new cases on a deployed version; running cases keep theirs.

        `read` is the number of stages that the decision was made on. Raises NotFound for a version that isn't deployed,
        TeamNotFound, RightMissing, and StaleRevision when somebody assigned meanwhile.
        """
        with self._db.transaction() as tx:
            releases.lock_rollout(tx, key)
            current = len(releases.stages(tx, key))
            if read is not None and read != current:
                raise StaleRevision(f"The rollout of {key}", read=read, current=current)
            assign(tx, key, version, teams, by=by, at=self._context.now())

    def stages(self, key: str) -> list[Stage]:
        """Everything that was assigned, the oldest first."""
        with self._db.reading() as tx:
            return releases.stages(tx, key)

    def counts(self, key: str) -> dict[str, tuple[int, int]]:
        """How many cases each version has, and how many of these are open; versions without a case aren't in it."""
        with self._db.reading() as tx:
            found = cases.counts(tx, key)
        every, still_open = Counter[str](), Counter[str]()
        for (version, state), count in found.items():
            every[version] += count
            still_open[version] += count if state in OPEN_STATES else 0
        return {version: (every[version], still_open[version]) for version in every}

    def compare(self, key: str, *versions: str) -> list[VersionFigures]:
        """Figures of these versions, side by side."""
        with self._db.reading() as tx:
            return [self._figures(tx, key, version) for version in versions]

    def _figures(self, tx: Transaction, key: str, version: str) -> VersionFigures:
        queries.deployment(tx, key, version)
        every, _ = cases.found(tx, Filter(version=version, process_key=key), _ALL, limit=MOST_COMPARED, offset=0)
        gone = links.gone_of(tx, key, version)
        found = [case for case in every if case.number not in gone]
        ratings = surveys.ratings(tx, key, version)
        return VersionFigures(
            version=version,
            cases=len(found),
            open=sum(case.state in OPEN_STATES for case in found),
            median_response_minutes=_median([_minutes(case, case.first_response_at) for case in found]),
            median_solve_minutes=_median([_minutes(case, case.resolved_at) for case in found]),
            reopened=sum(case.round > 1 for case in found),
            answered=len(ratings),
            satisfied=sum(rating == "satisfied" for rating in ratings),
        )


def assign(tx: Transaction, key: str, version: str, teams: Collection[str] | None, *, by: str, at: datetime) -> None:
    """See Rollout.assign; in the caller's transaction. `by` that is no agent is a program."""
    queries.deployment(tx, key, version)
    account = people.account(tx, by)
    if account is not None:
        require_publisher(account.agent, "roll out a version")
    require_teams(tx, teams)
    for team in [EVERYONE] if teams is None else list(teams):
        releases.assign(tx, Stage(process_key=key, team=team, version=version, assigned_by=by, assigned_at=at))


def require_teams(tx: Transaction, teams: Collection[str] | None) -> None:
    """Raises TeamNotFound for the first that doesn't exist."""
    known = people.teams(tx)
    for team in teams or ():
        if team not in known:
            raise TeamNotFound(team)


def _minutes(case: Case, until: datetime | None) -> float | None:
    return (until - case.received_at) / timedelta(minutes=1) if until else None


def _median(values: Sequence[float | None]) -> float | None:
    present = [value for value in values if value is not None]
    return median(present) if present else None
