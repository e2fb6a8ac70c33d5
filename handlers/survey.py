"""Doer `survey`: invites the customer to rate this round, by a link that serves once."""

from __future__ import annotations

from typing import Any

from desk.context import DeskContext
from desk.instants import minute
from desk.surveys import Surveys
from engine.errors import Invalid
from engine.ports import Done, Fail, HandlerCall, JobOutcome
from handlers.dossier import read_dossier
from handlers.mail import MailUnavailable
from handlers.post import Post, make_post

TEMPLATE = "survey"


class InviteToSurvey:
    """Answers {survey_id, until, by}: the process waits for the rating until `until`.

    The link itself is in the message only; a repeat makes the same one.
    """

    name = "survey"

    def __init__(self, desk: DeskContext, surveys: Surveys, post: Post) -> None:
        self._desk = desk
        self._surveys = surveys
        self._post = post

    def do(self, call: HandlerCall) -> JobOutcome:
        """Make the invitation of the case's present round and send it."""
        dossier = read_dossier(self._desk, call.business_key)
        invitation = self._surveys.invite(call.business_key, dossier.case.round)
        given = {
            **self._post.variables(dossier),
            "survey_link": f"{self._post.base_url}/survey/{invitation.token}",
            "until": minute(invitation.expires_at, self._desk.zone),
        }
        key, language = f"survey:{invitation.survey_id}", call.headers.get("language", "zh")
        try:
            way = self._post.tell_customer(dossier, TEMPLATE, given, key=key, language=language)
        except Invalid as error:
            return Fail(reason=error.message, permanent=True)
        except MailUnavailable as error:
            return Fail(reason=error.message)
        return Done(result={"survey_id": invitation.survey_id, "until": invitation.until, "by": way})


def make(services: Any) -> InviteToSurvey:
    """The entry point's factory."""
    return InviteToSurvey(services.desk.context, services.desk.surveys, make_post(services))
