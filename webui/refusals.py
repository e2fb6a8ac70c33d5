"""What only the web refuses: pages of other roles, and bodies that none of its pages would send."""

from __future__ import annotations

from engine.errors import Forbidden, Invalid


class PageNotYours(Forbidden):
    """The page belongs to other roles."""

    code = "page_not_yours"

    def __init__(self, roles: tuple[str, ...]) -> None:
        super().__init__(f"This page is for {', '.join(roles)}. Ask an administrator for the role.", roles=", ".join(roles))


class BodyUnreadable(Invalid):
    """The body isn't what the page sends."""

    code = "body_unreadable"

    def __init__(self, fact: str) -> None:
        super().__init__(f"The request can't be read: {fact}. Reload the page and try again.", fact=fact)
