"""Doer `survey`: invites the customer to rate this round, by a link that serves once."""

from __future__ import annotations

from typing import Any

from desk.casework.surveys import Surveys
from desk.context import DeskContext
from desk.instants import minute
from desk.notification.announcing import Announcer
from engine.errors import Invalid
from engine.ports import Done, Fail, HandlerCall, JobOutcome

TEMPLATE = "survey"


class InviteToSurvey:
    """Answers {survey_id, until, by}: the process waits for the rating until `until`.

    The link itself is in the message only; a repeat makes the same one.
    """

    name = "survey"

    def __init__(self, desk: DeskContext, surveys: Surveys, announcer: Announcer) -> None:
        self._desk = desk
        self._surveys = surveys
        self._announcer = announcer

    def do(self, call: HandlerCall) -> JobOutcome:
        """Make the invitation of the case's present round and send it."""
        db = self._desk.engine.db
        with db.reading() as tx:
            dossier = self._announcer.dossier(tx, call.business_key)
        invitation = self._surveys.invite(call.business_key, dossier.case.round)
        given = {
            **self._announcer.variables(dossier),
            "survey_link": f"{self._desk.settings.base_url}/survey/{invitation.token}",
            "until": minute(invitation.expires_at, self._desk.zone),
        }
        told = {"key": f"survey:{invitation.survey_id}", "language": call.headers.get("language", "")}
        try:
            way = db.run(lambda tx: self._announcer.tell_customer(tx, dossier, TEMPLATE, given, **told))
        except Invalid as error:
            return Fail(reason=error.message, permanent=True)
        return Done(result={"survey_id": invitation.survey_id, "until": invitation.until, "by": way})


def make(services: Any) -> InviteToSurvey:
    """The entry point's factory."""
    return InviteToSurvey(services.desk.context, services.desk.surveys, services.desk.announcer)
