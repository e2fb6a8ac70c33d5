"""The main navigation: what stands in it, in which order, for which roles."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, g, request, url_for

from webui.context import services, viewer
from webui.i18n import mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One entry: the endpoint that it opens, its label, its icon (see icons.html), who sees it, its shortcut key."""

    endpoint: str
    label: str
    icon: str
    roles: tuple[str, ...]
    key: str

    @property
    def url(self) -> str:
        return url_for(self.endpoint)

    @property
    def count(self) -> int:
        """How much of it waits for the viewer: of messages, the channels that fail."""
        agent = g.get("agent")
        if agent is None:
            return 0
        match self.endpoint:
            case "escalations.show":
                return services().desk.escalations.waiting(viewer=agent.login)
            case "promises.show":
                return services().desk.promises.broken(viewer=agent.login)
            case "messaging.show" if agent.leads:
                return services().desk.deliveries.failing(by=agent.login)
        return 0

    @property
    def here(self) -> bool:
        """Whether the page at hand belongs to this entry: the same blueprint."""
        endpoint = request.endpoint or ""
        same_blueprint = endpoint.rpartition(".")[0] == self.endpoint.rpartition(".")[0]
        return endpoint == self.endpoint or (same_blueprint and endpoint not in {place.endpoint for place in PLACES})


PLACES = (
    Place(endpoint="inbox.show", label=mark("Inbox"), icon="inbox", roles=("agent", "supervisor"), key="i"),
    Place(endpoint="intake.show", label=mark("New request"), icon="plus", roles=("agent", "supervisor"), key="n"),
    Place(endpoint="cases.show_all", label=mark("Cases"), icon="folder", roles=("agent", "supervisor"), key="c"),
    Place(endpoint="teams.show_all", label=mark("Teams"), icon="user", roles=("agent", "supervisor"), key="t"),
    Place(endpoint="promises.show", label=mark("Promises"), icon="check", roles=("agent", "supervisor"), key="o"),
    Place(endpoint="escalations.show", label=mark("Escalations"), icon="bell", roles=("supervisor",), key="x"),
    Place(endpoint="processes.show_all", label=mark("Processes"), icon="flow", roles=("analyst", "supervisor"), key="p"),
    Place(endpoint="rollout.show", label=mark("Rollout"), icon="stages", roles=("analyst", "supervisor"), key="r"),
    Place(endpoint="targets.show", label=mark("Targets"), icon="clock", roles=("agent", "supervisor", "analyst"), key="l"),
    Place(
        endpoint="calendars.show_all", label=mark("Calendars"), icon="calendar", roles=("agent", "supervisor", "analyst"), key="k"
    ),
    Place(endpoint="incidents.show", label=mark("Incidents"), icon="alert", roles=("analyst", "supervisor"), key="e"),
    Place(endpoint="messaging.show", label=mark("Messages"), icon="chat", roles=("analyst", "supervisor"), key="m"),
    Place(endpoint="admin.show", label=mark("Admin"), icon="settings", roles=("admin",), key="a"),
)


def places() -> list[Place]:
    """Return the entries that the viewer may open and whose pages this application has."""
    seen_by = viewer()
    if seen_by is None:
        return []
    return [place for place in PLACES if has_page(place.endpoint) and seen_by.has_role(*place.roles)]


def has_page(endpoint: str) -> bool:
    """Tell whether this application has the endpoint."""
    return endpoint in current_app.view_functions
