"""What can go wrong with a decision model and with a decision."""

from bpmn.errors import InvalidFile


class MalformedDecisions(InvalidFile):
    """The file is no decision model that can run; the message names table, row and column. `problems` are all of them."""

    def __init__(self, fact: str, *, problems: tuple[str, ...] = (), **details) -> None:
        self.problems = problems or (fact,)
        super().__init__(fact, **details)


class DecisionFailed(Exception):
    """A decision has no result for these inputs."""

    kind = "invalid"


class NoSuchDecision(DecisionFailed):
    """The model has no decision, service or knowledge model with this id."""

    def __init__(self, wanted: str, known: list[str]) -> None:
        super().__init__(f"the model has no decision {wanted!r}; it has {', '.join(known) or 'none'}")


class HitPolicyViolated(DecisionFailed):
    """More rules matched than the table's hit policy allows. `rows` count from 1."""

    def __init__(self, decision_id: str, policy: str, rows: tuple[int, ...]) -> None:
        self.decision_id = decision_id
        self.policy = policy
        self.rows = rows
        listed = ", ".join(map(str, rows))
        allowed = "only one row may match" if policy == "UNIQUE" else "rows that match must agree"
        super().__init__(f"table {decision_id!r}: rows {listed} match, but under hit policy {policy} {allowed}")


class DecisionsInCircle(DecisionFailed):
    """A decision needs its own result."""

    def __init__(self, decision_id: str) -> None:
        super().__init__(f"decision {decision_id!r} requires itself; remove one of the requirements")
