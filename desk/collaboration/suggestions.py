"""Suggestions are collected, handed to the product or operations team as a batch, and each gets its verdict (R38)."""

from __future__ import annotations

from datetime import datetime

from desk.context import DeskContext
from desk.errors import NothingToHandOver, RightMissing, TeamNotFound
from desk.model import Agent
from desk.notification.announcing import Announcer
from desk.rights import require_lead
from desk.store import people
from desk.store import suggestions as store
from desk.store.suggestions import Batch, Suggestion, SuggestionVerdict
from desk.texts import require_reason, require_short_reason
from engine.db.database import tried_again
from engine.ports import Transaction

HANDED_OVER = "suggestions_handed_over"


class Suggestions:
    """Each method is one use case. A batch is for the members of its team, and for those who lead."""

    def __init__(self, context: DeskContext, announcer: Announcer) -> None:
        self._context = context
        self._announcer = announcer
        self._db = context.engine.db

    @tried_again
    def hand_over(self, team: str, from_at: datetime, until_at: datetime, *, by: str) -> Batch:
        """Hand the suggestions received in a time, and not handed over yet, to a team; its members are told.

        At most store.MOST_IN_BATCH go into one batch, the oldest; hand over again for the rest. Raises RightMissing,
        TeamNotFound, NothingToHandOver.
        """
        now = self._context.now()
        with self._db.transaction() as tx:
            require_lead(people.agent(tx, by), "hand suggestions over")
            if team not in people.teams(tx):
                raise TeamNotFound(team)
            numbers = store.collect(tx, from_at, until_at)
            if not numbers:
                raise NothingToHandOver
            asked = Batch(id=0, team=team, from_at=from_at, until_at=until_at, handed_by=by, handed_at=now)
            batch = store.add_batch(tx, asked, numbers)
            self._tell(tx, batch, len(numbers))
            return batch

    def _tell(self, tx: Transaction, batch: Batch, count: int) -> None:
        members = [one for one in people.agents(tx) if one.active and batch.team in one.team_keys]
        given = {"count": count, "link": f"{self._context.settings.base_url}/suggestions/{batch.id}"}
        self._announcer.tell(tx, members, HANDED_OVER, given, key=f"{HANDED_OVER}:{batch.id}", team=batch.team)

    def batches(self, *, viewer: str, limit: int = 50) -> list[Batch]:
        """The newest batches that the viewer may see."""
        with self._db.reading() as tx:
            agent = people.agent(tx, viewer)
            return store.batches(tx, None if agent.leads else agent.team_keys, limit)

    def of_batch(self, batch_id: int, *, viewer: str) -> list[Suggestion]:
        """What is in a batch. Raises BatchNotFound, RightMissing."""
        with self._db.reading() as tx:
            _require_reader(people.agent(tx, viewer), store.batch(tx, batch_id))
            return store.of_batch(tx, self._context.vault, batch_id)

    @tried_again
    def judge(self, number: str, verdict: SuggestionVerdict, *, reason: str, by: str) -> None:
        """Adopt, decline or put off a suggestion; declining needs a reason. A later verdict replaces it.

        Raises SuggestionNotFound, RightMissing, AnswersInvalid.
        """
        check = require_reason if verdict is SuggestionVerdict.DECLINED else require_short_reason
        check(reason)
        with self._db.transaction() as tx:
            _require_reader(people.agent(tx, by), store.batch_of(tx, number))
            store.judge(tx, self._context.vault, number, verdict, reason.strip(), by=by, at=self._context.now())


def _require_reader(agent: Agent, batch: Batch) -> None:
    if not agent.leads and batch.team not in agent.team_keys:
        raise RightMissing(agent.login, f"see the suggestions of batch {batch.id}", f"a member of {batch.team} or a supervisor")
