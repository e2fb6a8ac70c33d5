"""The customer's opinion: one invitation per case and round, answered once by a link that tells nothing about the case."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bpmn.forms import Form, FormRejected
from desk.casetasks import instance_of
from desk.context import DeskContext
from desk.errors import SurveyOver, SurveyUnknown
from desk.masking import mask_within
from desk.model import Case
from desk.notification.announcing import Announcer
from desk.notification.dossier import SUPERVISOR
from desk.store import cases, customers
from desk.store import surveys as store
from desk.store.surveys import Survey
from engine.commands import CorrelateMessage
from engine.db.database import tried_again
from engine.errors import FormInvalid, Invalid
from engine.ports import Transaction

FORM = "survey"
DISSATISFIED = "dissatisfied"
RATINGS = ("satisfied", "neutral", DISSATISFIED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What the customer is sent. The process waits for the answer until `until`; the link works until `expires_at`."""

    survey_id: int
    token: str
    until: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyView:
    """The survey's page: only the form, nothing of the case; `language` is the customer's, if we know it."""

    form: Form
    texts: Mapping[str, Mapping[str, str]]
    expires_at: datetime
    language: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What a customer answered about a round of the case. `rating` is a code of RATINGS; free texts are masked within."""

    round: int
    rating: str
    comment: str
    suggestion: str
    answered_at: datetime
    late: bool


class Surveys:
    """Invitations and answers. Tokens are unguessable, serve one survey, and are stored as hashes."""

    def __init__(self, context: DeskContext, announcer: Announcer) -> None:
        self._context = context
        self._announcer = announcer
        self._db = context.engine.db

    @tried_again
    def invite(self, number: str, round: int | None = None) -> Invitation:
        """The invitation of a case's round (now the present one); asked again, the same one. Raises CaseNotFound."""
        with self._db.transaction() as tx:
            case = cases.case(tx, number, lock=True)
            round = round or case.round
            known = store.of_round(tx, self._context.vault, number, round)
            return self._invitation(known or self._new(tx, case, round))

    def _new(self, tx: Transaction, case: Case, round: int) -> Survey:
        now, settings, salt = self._context.now(), self._context.settings, self._context.chance.token()
        values = {
            "case_number": case.number,
            "round": round,
            "salt": salt,
            "agent": case.owner,
            "invited_at": now,
            "until": now + settings.answer_within,
            "expires_at": now + settings.survey_valid_for,
        }
        return Survey(id=store.insert_survey(tx, token=self._token(case.number, round, salt), **values), **values)

    def _invitation(self, survey: Survey) -> Invitation:
        token = self._token(survey.case_number, survey.round, survey.salt)
        return Invitation(survey_id=survey.id, token=token, until=survey.until, expires_at=survey.expires_at)

    def _token(self, number: str, round: int, salt: str) -> str:
        """256 bits from the secret index key and a random salt: the same for each retry, of no use without the key."""
        secret = self._context.vault.blind_index(f"{number}/{round}/{salt}", purpose="desk survey token")
        return base64.urlsafe_b64encode(secret).rstrip(b"=").decode()

    def show(self, token: str) -> SurveyView:
        """The form behind a link; looking at it records nothing. Raises SurveyUnknown, SurveyOver."""
        with self._db.reading() as tx:
            survey = self._valid(tx, token)
            form, texts = self._form(tx, survey.case_number)
            customer_id = cases.case(tx, survey.case_number).customer_id
            language = customers.by_id(tx, self._context.vault, [customer_id])[customer_id].language
            return SurveyView(form=form, texts=texts, expires_at=survey.expires_at, language=language)

    @tried_again
    def answer(self, token: str, data: Mapping[str, Any]) -> None:
        """Record the customer's answer, once. A late one is recorded too; when dissatisfied, the supervisor is told.

        Raises SurveyUnknown, SurveyOver, FormInvalid.
        """
        with self._db.transaction() as tx:
            # the instance is locked before anything of its case, here as in the engine
            self._context.engine.lock(tx, instance_of(tx, self._valid(tx, token).case_number).id)
            survey = self._valid(tx, token, lock=True)
            form, _ = self._form(tx, survey.case_number)
            answers = _checked(form, data)
            rating, now = answers["rating"], self._context.now()
            late = not self._correlated(tx, survey, answers)
            store.record_answer(tx, self._context.vault, survey.id, rating=rating, answers=answers, at=now, late=late)
            if rating == DISSATISFIED and late:
                self._alarm(tx, survey)

    def opinions(self, number: str) -> list[Opinion]:
        """What the customer answered about a case so far, round by round; the caller has made sure who may read it."""
        with self._db.reading() as tx:
            return [_opinion(one) for one in store.of_cases(tx, self._context.vault, [number]) if one.answered_at is not None]

    def _correlated(self, tx: Transaction, survey: Survey, answers: Mapping[str, Any]) -> bool:
        """Tell the process, when it still waits for this round's answer, or will. Free text stays with us."""
        case = cases.case(tx, survey.case_number)
        if case.round != survey.round:
            return False
        left = (survey.until - self._context.now()).total_seconds()
        data = {key: answers[key] for key in ("rating", "speed", "result", "attitude") if key in answers}
        command = CorrelateMessage(
            name="survey-answered",
            correlation_key=survey.case_number,
            by="customer",
            data=data,
            message_id=f"survey:{survey.id}",
            # a quick customer answers before the process waits: the answer is kept as long as the process would have waited
            ttl_seconds=left if case.open and left > 0 else None,
        )
        return self._context.engine.correlate(tx, command)

    def _alarm(self, tx: Transaction, survey: Survey) -> None:
        """Tell who handled that round, and who leads the team."""
        dossier = self._announcer.dossier(tx, survey.case_number)
        told = {one.login: one for one in dossier.staff(SUPERVISOR)}
        if (agent := dossier.people.get(survey.agent or "")) and agent.active:
            told[agent.login] = agent
        given = self._announcer.variables(dossier)
        self._announcer.tell_staff(tx, dossier, told.values(), "dissatisfied_late", given, key=f"dissatisfied:{survey.id}")

    def _valid(self, tx: Transaction, token: str, *, lock: bool = False) -> Survey:
        survey = store.by_token(tx, self._context.vault, token, lock=lock)
        if survey is None:
            raise SurveyUnknown
        if survey.answered_at is not None:
            raise SurveyOver("answered")
        if self._context.now() >= survey.expires_at:
            raise SurveyOver("expired")
        return survey

    def _form(self, tx: Transaction, number: str) -> tuple[Form, Mapping[str, Mapping[str, str]]]:
        """The survey form of the version on which the case runs, and its translations."""
        package = self._context.engine.definition(instance_of(tx, number).deployment_id, tx).package
        if FORM not in package.forms:
            raise Invalid(f"{package.key} {package.version} has no form {FORM!r}. Add {FORM}.form to the next version.")
        return package.forms[FORM], package.texts


def _checked(form: Form, data: Mapping[str, Any]) -> dict[str, Any]:
    try:
        answers = form.validate(data)
    except FormRejected as error:
        raise FormInvalid(form.id, error.errors) from error
    if answers.get("rating") not in RATINGS:
        raise Invalid(f"Form {form.id}: rating must be one of {', '.join(RATINGS)}. Correct the form in the next version.")
    return answers


def _opinion(survey: Survey) -> Opinion:
    assert survey.answered_at is not None
    comment, suggestion = (mask_within(str((survey.answers or {}).get(key) or "")) for key in ("comment", "suggestion"))
    return Opinion(
        round=survey.round,
        rating=survey.rating or "",
        comment=comment,
        suggestion=suggestion,
        answered_at=survey.answered_at,
        late=bool(survey.late),
    )
