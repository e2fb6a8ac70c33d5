"""What can go wrong with an expression. Everything else that a model can do yields null, as the standard says."""

from bpmn.feel.wording import chinese


class FeelError(Exception):
    """Base of all errors of the expression language: the input must change, asking again won't help."""

    kind = "invalid"


class FeelSyntaxError(FeelError):
    """The text isn't FEEL.

    `text` is the whole expression, `position` counts from 0, `message` and `message_zh` say in plain words what is
    wrong there.
    """

    def __init__(self, text: str, position: int, message: str) -> None:
        self.text = text
        self.position = position
        self.message = message
        super().__init__(f"{message} (at character {position + 1} of {_shortened(text)!r})")

    def __reduce__(self) -> tuple:
        return type(self), (self.text, self.position, self.message)

    @property
    def message_zh(self) -> str:
        return chinese(self.message)

    def in_chinese(self) -> str:
        """The whole sentence, like `str(error)`."""
        return f"{self.message_zh}（“{_shortened(self.text)}”的第 {self.position + 1} 个字符）"


class FeelBudgetExceeded(FeelError):
    """The evaluation needed more steps, depth or memory than it was given, and was stopped."""


def _shortened(text: str) -> str:
    return text if len(text) <= 80 else text[:77] + "..."
