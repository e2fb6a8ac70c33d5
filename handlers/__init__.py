"""What a diagram may call: assignment, clocks, escalation, notification, survey, archive.

A module here makes one handler or two; `make` (given the product's services) is what its entry point in the group
`caseloop.handlers` names. Deciders are thin: the rules stand in `desk`. docs/handlers.md tells how to write one.
"""
