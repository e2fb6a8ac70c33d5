"""The functions of the language. Importing this package declares them all in BUILTINS."""

from bpmn.feel.builtins import camunda, contexts, conversions, lists, numbers, ranges, temporal, texts
from bpmn.feel.builtins.registry import BUILTINS, PHRASES

__all__ = ["BUILTINS", "PHRASES", "camunda", "contexts", "conversions", "lists", "numbers", "ranges", "temporal", "texts"]
