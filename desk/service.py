"""The desk's face: its parts by noun, over one engine."""

from __future__ import annotations

from pathlib import Path

from argon2 import PasswordHasher

from desk.calendaring.calendarpreview import CalendarPreview
from desk.calendaring.calendarstudio import CalendarStudio
from desk.calendaring.recomputing import Recomputing
from desk.calendarsource import StoredCalendars
from desk.casework.cases import Cases
from desk.casework.inbox import Inbox
from desk.casework.incoming import Incoming
from desk.casework.intake import Intake
from desk.casework.merging import Merging
from desk.casework.records import Tables
from desk.casework.splitting import Splitting
from desk.casework.successors import Successors
from desk.casework.surveys import Surveys
from desk.casework.taskviews import TaskViews
from desk.casework.urging import Urging
from desk.casework.work import Work
from desk.collaboration.approvals import Approvals
from desk.collaboration.contributions import Contributions
from desk.collaboration.suggestions import Suggestions
from desk.context import DeskContext, DeskSettings
from desk.escalating.climbing import Climbing
from desk.escalating.escalations import Escalations
from desk.limits.policies import Policies
from desk.limits.promising import Promising
from desk.limits.reclassifying import Reclassifying
from desk.limits.reminding import Reminding
from desk.limits.standing_promises import StandingPromises
from desk.limits.targetbook import TargetBook
from desk.limits.tierfollowing import TierFollowing
from desk.limits.timing import Timing
from desk.limits.waitreminding import WaitReminding
from desk.notices import Notices
from desk.notification.announcing import Announcer
from desk.notification.channel_book import ChannelBook
from desk.notification.choosing import Choosing
from desk.notification.coming_back import ComingBack
from desk.notification.courier import Courier
from desk.notification.log import Deliveries
from desk.notification.outages import Outages
from desk.notification.texts import TemplateTexts
from desk.processes.deployments import Deployments
from desk.processes.diagrams import Diagrams
from desk.processes.drafts import Drafts
from desk.processes.external import ExternalWork
from desk.processes.incidents import Incidents
from desk.processes.instances import Instances
from desk.processes.messages import Messages
from desk.processes.operations import Operations
from desk.processes.rollout import Rollout
from desk.processes.tasklists import TaskLists
from desk.staffing.attendance import Attendance
from desk.staffing.lines import Lines
from desk.staffing.ownership import Ownership
from desk.staffing.people import People
from desk.staffing.sessions import Sessions
from desk.staffing.staff import Staff
from desk.staffing.team_calendars import TeamCalendars
from desk.staffing.transferring import Transferring
from desk.tokens import Tokens
from engine.ports import Chance, Clock
from engine.service import Engine
from engine.vault import KeyRing

SCHEMA_STEPS = Path(__file__).parent / "steps"


class Desk:
    """Customer service on an engine whose projections include `desk.projection.CaseProjection`. Safe to share among threads."""

    def __init__(
        self,
        engine: Engine,
        *,
        vault: KeyRing,
        clock: Clock,
        chance: Chance,
        settings: DeskSettings | None = None,
        calendars: StoredCalendars | None = None,
        hasher: PasswordHasher | None = None,
    ) -> None:
        settings = settings or DeskSettings()
        calendars = calendars or StoredCalendars(settings.time_zone)
        context = DeskContext(engine=engine, vault=vault, clock=clock, chance=chance, calendars=calendars, settings=settings)
        self.context = context
        self._furnish_notification(context)
        self.people = People(context, hasher=hasher)
        self.sessions = Sessions(context)
        self.reclassifying = Reclassifying(context)
        self.intake = Intake(context)
        self.cases = Cases(context)
        self.inbox = Inbox(context)
        self.tasks = TaskViews(context)
        self.diagrams = Diagrams(context)
        self.contributions = Contributions(context, self.announcer)
        successors = Successors(context, self.intake)
        self.incoming = Incoming(context, self.announcer, successors)
        self.work = Work(context, self.announcer, self.incoming, self.contributions)
        self.merging = Merging(context, self.announcer)
        self.splitting = Splitting(context, successors)
        self.timing = Timing(context)
        self.surveys = Surveys(context, self.announcer)
        self.tables = Tables(context)
        self.notices = Notices(context)
        self.drafts = Drafts(context)
        self.rollout = Rollout(context)
        self.incidents = Incidents(context)
        self.operations = Operations(context)
        self.task_lists = TaskLists(context)
        self.tokens = Tokens(context)
        self.instances = Instances(context)
        self.messages = Messages(context)
        self.deployments = Deployments(context)
        self.external = ExternalWork(context)
        self.lines = Lines(context, self.announcer)
        self.attendance = Attendance(context)
        self.staff = Staff(context)
        self.ownership = Ownership(context, self.announcer)
        self.transferring = Transferring(context, self.announcer)
        self.approvals = Approvals(context)
        self.suggestions = Suggestions(context, self.announcer)
        self.calendars = CalendarStudio(context)
        self.calendar_preview = CalendarPreview(context, self.calendars)
        self.team_calendars = TeamCalendars(context, self.calendars, self.calendar_preview)
        self.escalations = Escalations(context)
        self.targets = TargetBook(context)
        self.policies = Policies(context)
        climbing, recomputing = Climbing(context, self.announcer), Recomputing(context)
        engine.chores.extend((self.attendance, self.lines, self.timing, climbing, recomputing, self.policies))
        engine.chores.append(TierFollowing(context, self.reclassifying))

    def _furnish_notification(self, context: DeskContext) -> None:
        self.channels = ChannelBook()
        self.announcer = Announcer(context, self.channels)
        coming_back = ComingBack(context, self.channels, self.announcer)
        self.courier = Courier(context, self.channels, coming_back, Outages(context, self.announcer))
        self.deliveries = Deliveries(context, coming_back)
        self.choosing = Choosing(context, self.channels)
        self.template_texts = TemplateTexts(context)
        self.urging = Urging(context, self.announcer)
        self.promising = Promising(context, self.announcer)
        self.promises = StandingPromises(context, self.announcer)
        self.reminding = Reminding(context, self.announcer)
        context.engine.chores.extend((self.reminding, self.promises, WaitReminding(context, self.announcer)))

    @property
    def settings(self) -> DeskSettings:
        return self.context.settings
