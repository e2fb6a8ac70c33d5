"""FEEL, the expression language of DMN and of Camunda 8: parsed at deployment, evaluated within a budget.

No Python is ever evaluated and no Python attribute read. `parse` and `parse_unary_tests` need no data and raise
FeelSyntaxError; evaluation raises only FeelBudgetExceeded, or FeelError for data that isn't plain.
"""

from bpmn.feel.builtins import BUILTINS
from bpmn.feel.errors import FeelBudgetExceeded, FeelError, FeelSyntaxError
from bpmn.feel.expression import AskedOnce, Expression, UnaryTests, ValuesOnce, parse, parse_unary_tests
from bpmn.feel.questions import Question, Unplain
from bpmn.feel.values import to_feel, to_python, without_functions

__all__ = [
    "BUILTINS",
    "AskedOnce",
    "Expression",
    "FeelBudgetExceeded",
    "FeelError",
    "FeelSyntaxError",
    "Question",
    "UnaryTests",
    "Unplain",
    "ValuesOnce",
    "parse",
    "parse_unary_tests",
    "to_feel",
    "to_python",
    "without_functions",
]
