"""What the API refuses of a request before any use case sees it."""

from __future__ import annotations

from collections.abc import Mapping

from engine.errors import Invalid


class BodyNotJson(Invalid):
    """The body isn't JSON that can be taken."""

    code = "body_not_json"

    def __init__(self, fact: str) -> None:
        super().__init__(f"The body can't be read: {fact}. Send a JSON document.", fact=fact)


class MediaTypeWrong(Invalid):
    """The body says that it is of another kind."""

    code = "media_type_wrong"

    def __init__(self, expected: str) -> None:
        super().__init__(f"The body is to be {expected}. Say so by the header Content-Type.", expected=expected)


class ParametersWrong(Invalid):
    """Parts of the request don't fit what the operation declares. `errors` maps each part to what is wrong with it."""

    code = "parameters_wrong"

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        super().__init__(f"Please correct: {', '.join(errors)}.", names=list(errors))
        self.errors = dict(errors)


class CursorUnknown(Invalid):
    """The cursor isn't one that a list gave."""

    code = "cursor_unknown"

    def __init__(self) -> None:
        super().__init__("This cursor isn't one that a page of this list gave. Begin with the first page.")
