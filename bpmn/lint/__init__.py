"""Lint: what would not run, or not run as drawn, said in an analyst's words before anything is deployed."""

from bpmn.lint.check import check_diagram, check_files, check_package
from bpmn.lint.finding import Finding, Severity
from bpmn.lint.rules import RULES

__all__ = ["RULES", "Finding", "Severity", "check_diagram", "check_files", "check_package"]
