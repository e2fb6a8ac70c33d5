"""Our own rules, by name. A rule is a generator from a subject to faults; its severity stands in `bpmn.lint.severities`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from bpmn.lint.finding import Fault
from bpmn.lint.rules import (
    compensation,
    dialect,
    events,
    expressions,
    functions,
    gateways,
    loops,
    package,
    references,
    structure,
    tasks,
    texts,
)
from bpmn.lint.subject import Subject

Rule = Callable[[Subject], Iterator[Fault]]

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "boundary-attached": structure.boundary_attached,
        "called-process": references.called_process,
        "condition-ignored": gateways.condition_ignored,
        "condition-on-default": gateways.condition_on_default,
        "duplicate-id": structure.duplicate_id,
        "event-sub-process": events.event_sub_process,
        "executable-process": structure.executable_process,
        "external-topic": references.external_topic,
        "flow-ends": structure.flow_ends,
        "foreign-extension": dialect.foreign_extension,
        "gateway-conditions": gateways.gateway_conditions,
        "gateway-default": gateways.gateway_default,
        "idle-extension": dialect.idle_extension,
        "known-decision": references.known_decision,
        "known-default": gateways.known_default,
        "known-event-name": events.known_event_name,
        "known-form": references.known_form,
        "known-function": functions.known_function,
        "known-handler": references.known_handler,
        "known-link": events.known_link,
        "known-message": references.known_message,
        "long-chain": structure.long_chain,
        "message-correlation": references.message_correlation,
        "missing-translation": texts.missing_translation,
        "no-complex-gateway": gateways.no_complex_gateway,
        "no-layout": structure.no_layout,
        "no-other-start": structure.no_other_start,
        "no-script-task": structure.no_script_task,
        "plain-task": tasks.plain_task,
        "process-key": package.process_key,
        "reachable": structure.reachable,
        "retries": tasks.retries,
        "supported-element": structure.supported_element,
        "supported-event": events.supported_event,
        "table-gap": package.table_gap,
        "table-output": package.table_output,
        "table-overlap": package.table_overlap,
        "unique-field": package.unique_field,
        "unused-file": package.unused_file,
        "user-task-form": references.user_task_form,
        "valid-compensation": compensation.valid_compensation,
        "valid-condition": expressions.valid_condition,
        "valid-correlation-key": expressions.valid_correlation_key,
        "valid-id": structure.valid_id,
        "valid-loop": loops.valid_loop,
        "valid-mapping": expressions.valid_mapping,
        "valid-schedule": expressions.valid_schedule,
        "valid-timer": expressions.valid_timer,
        "variable-name": expressions.variable_name,
        "work-out-of-place": tasks.work_out_of_place,
    }
)
